"""A dressed QApplication, and a check that no test leaves windows or running timers behind."""

import gc

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QTimer
from PySide6.QtWidgets import QApplication

from lab.ui.theme import manager


@pytest.fixture(scope="session")
def qapp(qapp):
    manager().apply(qapp, "dark")
    return qapp


def as_usual():
    manager().set_mode("dark")
    manager().set_text_scale(1.0)


@pytest.fixture
def dark(qapp):
    """The dark theme at 100 %, whatever tests of other folders left, and put back whatever this one switches to."""
    as_usual()
    yield manager()
    as_usual()


@pytest.fixture(autouse=True)
def nothing_left_behind(request, qapp):
    """Fail when a test leaves a top-level widget (its own, not one given to qtbot) or an active timer."""
    before = set(map(id, QApplication.topLevelWidgets()))
    yield
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    gc.collect()
    kept = getattr(request.node, "qt_widgets", [])
    given = {id(widget()) for widget, _ in kept}
    left = [w for w in QApplication.topLevelWidgets() if id(w) not in before | given and w.parent() is None]
    assert not left, f"left behind: {left}"
    roots = [qapp, *QApplication.topLevelWidgets()]
    running = [t for root in roots for t in root.findChildren(QTimer) if t.isActive()]
    assert not running, f"still running: {running}"
