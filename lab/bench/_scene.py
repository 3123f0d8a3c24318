"""The real window with a race in it, driven by hand: a frame is what one tick of the clock costs, repaint included."""

from __future__ import annotations

import gc
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QPixmap, QRegion, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from lab.panels import PANELS
from lab.ui.dock import PanelDock
from lab.ui.settings import Settings
from lab.ui.theme import manager
from lab.ui.window import MainWindow

LEFT, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.NoButton


def application() -> QApplication:
    """The application object in the dark theme; the same one when it exists already."""
    existing = QApplication.instance()
    app = existing if isinstance(existing, QApplication) else QApplication(["bench"])
    manager().apply(app, "dark")
    return app


class Scene:
    """A window of some size with the race panel open; use it as a context manager.

    Parameters
    ----------
    size : (int, int)
        Width and height of the window in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.app = application()
        self._folder = tempfile.TemporaryDirectory()
        self.window = MainWindow(PANELS, Settings(Path(self._folder.name)))
        self.window.resize(*size)
        self.window.show()
        self.dock: PanelDock = self.window.open_panel("race")
        self.experiment = self.dock.experiment
        self.settle()

    def __enter__(self) -> Scene:
        return self

    def __exit__(self, *_: object) -> None:
        self.experiment.set_playing(False)
        self.window.close()
        self.window.deleteLater()
        self.settle()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        self._folder.cleanup()

    def settle(self, seconds: float = 0.2) -> None:
        """Let everything finish that is under way: fields, layouts, repaints."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.app.processEvents()
            time.sleep(0.002)

    def repaint(self) -> None:
        """Paint what is due, as the window system would; timers are left out, so that only the caller plays."""
        QCoreApplication.sendPostedEvents()

    def tick(self, dt: float) -> None:
        """One frame of play."""
        self.window.player.tick(dt)
        self.repaint()

    def go(self, step: int) -> None:
        """Put the cursor on a step, however many ticks it takes, and paint it."""
        self.experiment.seek(step)
        while self.experiment.timeline.pending is not None:
            self.window.player.tick(0.0)
        self.repaint()

    def frames(self, act: Callable[[int], object], count: int) -> list[float]:
        """Seconds of each of `count` acts, repaint included; collecting garbage is part of life and left on."""
        gc.collect()
        times = []
        for i in range(count):
            begun = time.perf_counter()
            act(i)
            self.repaint()
            times.append(time.perf_counter() - begun)
        self._check()
        return times

    def _check(self) -> None:
        """Raise what a layer of the stage raises: while events are sent nobody hears of it, and failing is fast."""
        stage = self.dock.view.picture_of()
        # Without what lies on it: a child that paints well makes Qt forget what its parent raised.
        stage.render(QPixmap(stage.size()), QPoint(), QRegion(), QWidget.RenderFlag.DrawWindowBackground)


def mouse(widget: QWidget, kind: QEvent.Type, at: QPointF, *, alt: bool = False) -> None:
    """Send a left button's press, move or release to a widget."""
    button = NONE if kind == QEvent.Type.MouseMove else LEFT
    buttons = NONE if kind == QEvent.Type.MouseButtonRelease else LEFT
    modifiers = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
    event = QMouseEvent(kind, at, QPointF(widget.mapToGlobal(at.toPoint())), button, buttons, modifiers)
    QApplication.sendEvent(widget, event)


def wheel(widget: QWidget, at: QPointF, angle: int) -> None:
    """Turn the wheel over a widget by `angle` eighths of a degree."""
    event = QWheelEvent(
        at, QPointF(widget.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, angle), NONE,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
