"""Who a key belongs to: the control in focus or the window; and the order in which Tab walks."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cmp_to_key

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QDialog,
    QGraphicsView,
    QLineEdit,
    QMenuBar,
    QPlainTextEdit,
    QSlider,
    QTabBar,
    QTextEdit,
    QWidget,
)

from lab.ui.widgets import Segmented

K = Qt.Key

#: Controls in which one writes.
EDITORS = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox)
#: Those that walk along something themselves. A closed list of choices needs Up and Down alone.
_WALKERS = (QSlider, QAbstractItemView, QTabBar, QMenuBar)
#: What has parts of its own that are no stops.
_WHOLE = (QAbstractButton, QComboBox, QLineEdit, QMenuBar, QAbstractItemView, QGraphicsView)
_SIDEWAYS = (K.Key_Left, K.Key_Right)
_ALONG = (*_SIDEWAYS, K.Key_Home, K.Key_End)
ENTER = (K.Key_Return, K.Key_Enter)
#: Name of a dynamic property: among its siblings, this widget comes first when Tab walks.
FIRST = "first for Tab"


def keeps(focus: QWidget | None, event: QKeyEvent) -> bool:
    """Whether the control in focus needs a key that is also a shortcut of the transport.

    Editors, the curve editor, the 3-D view and the like say so themselves.
    """
    key = K(event.key())
    if isinstance(focus, QAbstractButton) and isinstance(focus.parentWidget(), Segmented):
        return key in _SIDEWAYS
    if key == K.Key_Space:
        return isinstance(focus, QAbstractItemView)
    return key in _ALONG and isinstance(focus, _WALKERS)


def presses(focus: object, event: QKeyEvent) -> bool:
    """Whether Enter is to press this button; Space, by which Qt does it, plays everywhere. Dialogs stay as they are."""
    if not isinstance(focus, QAbstractButton) or isinstance(focus.parentWidget(), Segmented):
        return False
    return K(event.key()) in ENTER and not event.isAutoRepeat() and not isinstance(focus.window(), QDialog)


def by_eye(root: QWidget) -> Iterator[QWidget]:
    """All that is seen in `root`, in reading order: rows from above, each from the left; what contains comes first.

    Qt's own chain is the order of making, in which a form that is rebuilt goes to the end. Grows with the number of
    widgets, and is asked for once a key.
    """
    yield root
    if isinstance(root, _WHOLE):
        return
    room = root.rect()
    # What is not needed is moved out of sight (tabs that lie behind, overlays without room), not hidden.
    shown = [
        child
        for child in root.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if child.isVisible() and not child.isWindow() and child.geometry().intersects(room)
    ]
    for child in sorted(shown, key=cmp_to_key(_compare)):
        yield from by_eye(child)


def _compare(a: QWidget, b: QWidget) -> int:
    first = bool(b.property(FIRST)) - bool(a.property(FIRST))
    if first:
        return first
    one, other = a.geometry(), b.geometry()
    common = min(one.bottom(), other.bottom()) - max(one.top(), other.top())
    if 2 * common > min(one.height(), other.height()):
        return one.left() - other.left()
    return one.top() - other.top()


def is_stop(widget: QWidget) -> bool:
    """Whether Tab stops here."""
    tabbed = bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus)
    return tabbed and widget.isEnabled() and widget.focusProxy() is None


def walk(root: QWidget, forward: bool) -> bool:
    """Give the keyboard to the next stop by the eye, round and round; False when there is none."""
    seen = list(by_eye(root))
    here = root.focusWidget()
    at = seen.index(here) if here in seen else 0
    around = seen[at + 1 :] + seen[:at] if forward else seen[:at][::-1] + seen[at + 1 :][::-1]
    wanted = next((widget for widget in around if is_stop(widget)), None)
    if wanted is None:
        return False
    wanted.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
    return True
