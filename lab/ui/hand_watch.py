"""What must be known of a press or a key before the widget that it is for hears of it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget

from lab.ui import keys
from lab.ui.start_page import PanelCard
from lab.ui.widgets import NumberBox

#: All that is looked at more closely; every event of the application comes by here, most of them for nothing.
_HEARD = frozenset(
    (
        QEvent.Type.MouseButtonPress,
        QEvent.Type.FocusIn,
        QEvent.Type.Hide,
        QEvent.Type.ShortcutOverride,
        QEvent.Type.KeyPress,
        QEvent.Type.KeyRelease,
        QEvent.Type.WindowDeactivate,
    )
)
#: Windows that take the pointer away from what lies below.
_IN_FRONT = (Qt.WindowType.Popup, Qt.WindowType.Dialog, Qt.WindowType.Sheet)


class HandWatch(QObject):
    """Watches the whole application: says what is touched, and lets controls keep the keys that they need."""

    #: A widget was pressed or has taken the keyboard.
    touched = Signal(QWidget)
    #: Alt is held now, or no more; also when the keyboard goes to another application meanwhile.
    alt_held = Signal(bool)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        #: The key just pressed is Tab.
        self._tabbed = False
        application().installEventFilter(self)

    def shut_down(self) -> None:
        """Watch no more."""
        application().removeEventFilter(self)

    def take_tab(self) -> bool:
        """Whether the key just pressed is Tab; true once for each press."""
        tabbed, self._tabbed = self._tabbed, False
        return tabbed

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A panel that is touched is the one controlled; keys that a control needs are not taken for the transport."""
        kind = event.type()
        if kind not in _HEARD:
            return False
        if kind == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget):
            # First, since home may lie in another panel than the one that is touched.
            _take_keyboard_from_box(watched)
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.FocusIn) and isinstance(watched, QWidget):
            self.touched.emit(watched)
        if kind == QEvent.Type.Hide and isinstance(watched, QWidget) and watched.windowType() in _IN_FRONT:
            self._let_go_of_buttons()
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            focus = application().focusWidget()
            if keys.keeps(focus, event) or (isinstance(focus, PanelCard) and event.key() == Qt.Key.Key_Space):
                event.accept()
                return True
        if kind == QEvent.Type.WindowDeactivate:
            self.alt_held.emit(False)
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Alt:
            self.alt_held.emit(kind != QEvent.Type.KeyRelease)
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self._tabbed = event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and keys.presses(watched, event):
            assert isinstance(watched, QAbstractButton)
            watched.click()
            return True
        return False

    def _let_go_of_buttons(self) -> None:
        """A menu or a dialog went away: the button that opened it was never told that the pointer has left it."""
        window = self.parent()
        assert isinstance(window, QWidget)
        for button in window.findChildren(QAbstractButton):
            if button.underMouse():
                button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
                button.update()


def _take_keyboard_from_box(pressed: QWidget) -> None:
    """A press beside the number box in focus ends the typing: most of what is pressed takes no keyboard itself."""
    box = application().focusWidget()
    if not isinstance(box, NumberBox) or box is pressed or box.isAncestorOf(pressed):
        return
    # The box's own menu is a window of its own.
    if pressed.window() is box.window():
        box.give_back()


def application() -> QApplication:
    """The one application."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
