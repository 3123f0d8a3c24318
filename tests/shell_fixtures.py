"""What the tests of the window and of its panels share: windows that end with the test, and a hand.

Imported by the conftest of each folder; `pythonpath` in pyproject.toml makes it importable.
"""

import gc
import threading

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lab.panels import PANELS
from lab.ui.settings import HOME_VARIABLE, Settings
from lab.ui.theme import manager
from lab.ui.window import MainWindow

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton
PLAIN = Qt.KeyboardModifier.NoModifier


def settle(rounds=2):
    """Let everything posted happen, deferred deletions too."""
    for _ in range(rounds):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        QApplication.processEvents()


class Windows:
    """Makes main windows whose settings lie in the test's own folder, and ends them."""

    def __init__(self, home):
        self.home = home
        self.open = []

    def __call__(self, panel=None, preset=None, size=(1280, 800), *, home=None, inline=True, panels=PANELS):
        window = self.unshown(size, home=home, inline=inline, panels=panels)
        if panel is not None:
            window.open_panel(panel, preset=preset)
        window.show()
        settle()
        return window

    def unshown(self, size=(1280, 800), *, home=None, inline=True, panels=PANELS):
        """A window that has not come to the screen yet."""
        window = MainWindow(panels, Settings(home or self.home), inline_jobs=inline)
        window.resize(*size)
        self.open.append(window)
        return window

    def end(self, window):
        """Close a window and let go of it."""
        self.open.remove(window)
        window.close()
        window.deleteLater()
        settle()
        # pytest keeps the value of a fixture, and what a log or a patch refers to, until all others are torn down: none
        # of these must keep the panels.
        window.docks.clear()
        for part in (window.desk, window.entrance, window):
            vars(part).clear()


@pytest.fixture(scope="session")
def qapp(qapp):
    manager().apply(qapp, "dark")
    # What is loaded by now stays: each test's collection need not look at it again.
    gc.collect()
    gc.freeze()
    return qapp


@pytest.fixture(autouse=True)
def at_home(tmp_path, monkeypatch):
    """Nothing a test does may reach the user's own folders."""
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "home"))
    monkeypatch.setenv("HOME", str(tmp_path))


@pytest.fixture(autouse=True)
def unhurried(monkeypatch):
    """Let a tick take all the steps it owes, however busy the machine is; tests of the budget set their own."""
    monkeypatch.setattr("lab.ui.player.STEP_BUDGET", 5.0)


@pytest.fixture(autouse=True)
def nothing_left_behind(qapp):
    """Fail when a test leaves a top-level widget, an active timer or a thread; put theme and text size back."""
    before = set(map(id, QApplication.topLevelWidgets()))
    threads = set(threading.enumerate())
    yield
    manager().set_mode("dark")
    manager().set_text_scale(1.0)
    settle()
    gc.collect()
    left = [w for w in QApplication.topLevelWidgets() if id(w) not in before and w.parent() is None]
    assert not left, f"left behind: {left}"
    running = [t for root in (qapp, *QApplication.topLevelWidgets()) for t in root.findChildren(QTimer) if t.isActive()]
    assert not running, f"still running: {running}"
    busy = [t for t in threading.enumerate() if t not in threads]
    for t in busy:
        t.join(10)  # whoever sees worker processes off takes a moment
    busy = [t for t in busy if t.is_alive()]
    assert not busy, f"threads left: {busy}"


@pytest.fixture
def windows(nothing_left_behind, tmp_path):
    """A maker of windows; those still open are closed at the end of the test."""
    made = Windows(tmp_path / "home")
    yield made
    for window in list(made.open):
        made.end(window)


@pytest.fixture
def race(windows):
    """A window with one race on Himmelblau; the view is ``race.view``."""
    window = windows("race")
    window.view = window.docks[0].view
    window.experiment = window.docks[0].experiment
    return window


# -- the hand ----------------------------------------------------------------------------------------------------


def mouse(widget, kind, at, button=LEFT, modifiers=PLAIN, buttons=None):
    """One mouse event at a position that may lie between pixels, as a scaled or a tablet screen sends it."""
    at = QPointF(*at) if isinstance(at, tuple) else QPointF(at)
    move = kind == QEvent.Type.MouseMove
    held = buttons if buttons is not None else (Qt.MouseButton.NoButton if "Release" in kind.name else button)
    event = QMouseEvent(
        kind, at, QPointF(widget.mapToGlobal(at)), Qt.MouseButton.NoButton if move else button, held, modifiers
    )
    QApplication.sendEvent(widget, event)


def press(widget, at, button=LEFT, modifiers=PLAIN):
    mouse(widget, QEvent.Type.MouseButtonPress, at, button, modifiers)


def move(widget, at, button=LEFT):
    mouse(widget, QEvent.Type.MouseMove, at, button)


def hover(widget, at):
    mouse(widget, QEvent.Type.MouseMove, at, buttons=Qt.MouseButton.NoButton)


def release(widget, at, button=LEFT):
    mouse(widget, QEvent.Type.MouseButtonRelease, at, button)


def click(widget, at, button=LEFT):
    press(widget, at, button)
    release(widget, at, button)


def drag(widget, start, end, button=LEFT, stations=5):
    """Press, move in some steps, release."""
    press(widget, start, button)
    for i in range(1, stations + 1):
        share = i / stations
        move(widget, (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share), button)
    release(widget, end, button)


def wheel(widget, at, delta, modifiers=PLAIN):
    """Turn the wheel over a position; 120 is one notch away from the hand."""
    at = QPointF(*at)
    event = QWheelEvent(
        at, QPointF(widget.mapToGlobal(at)), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, modifiers,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def key(widget, key, modifiers=PLAIN):
    QTest.keyClick(widget, key, modifiers)


def pixel_of(view, point):
    """Where a point of the landscape lies on the stage, in pixels."""
    import numpy as np

    x, y = view.stage.to_pixels(np.asarray(point, dtype=float))
    return float(x), float(y)
