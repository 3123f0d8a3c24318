"""Inputs that behave well in a scrolling inspector: slider, number box, combo box."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QKeySequence, QMouseEvent, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import (
    QComboBox,
    QLineEdit,
    QSlider,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionComboBox,
    QStyleOptionSlider,
    QStylePainter,
    QWidget,
)

from lab.ui import fonts
from lab.ui.widgets.text import restyle

#: What a slider would like to be long at least, in px; shorter it is hard to aim at.
WANTED = 64


class Slider(QSlider):
    """A horizontal slider that tells gestures apart.

    `started` comes when the hand takes hold, `moved` while it drags, `finished` when it lets go; a key press is all
    three at once. A click beside the handle brings the handle there. Without focus the wheel scrolls the page.
    """

    STEPS = 1000

    started = Signal()
    moved = Signal(int)
    finished = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, self.STEPS)
        self.setSingleStep(self.STEPS // 100)
        self.setPageStep(self.STEPS // 10)
        # Reached by Tab only: after a mouse click the arrow keys and Space still belong to the transport.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setMinimumWidth(40)
        self._held = False
        self.valueChanged.connect(self._on_value_changed)

    def sizeHint(self) -> QSize:
        # It takes all that is left, and asks for less than labels do, so that these are whole.
        return QSize(WANTED, super().sizeHint().height())

    @property
    def held(self) -> bool:
        """True while the mouse drags the handle."""
        return self._held

    def set_position(self, position: int) -> None:
        """Move the handle without telling anyone."""
        blocked = self.blockSignals(True)
        self.setValue(position)
        self.blockSignals(blocked)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            event.ignore()
            return
        self._held = True
        self.started.emit()
        self._jump(event.position().toPoint())
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self._let_go()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self._let_go()  # the window was left while dragging: no release will come

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def _let_go(self) -> None:
        if self._held:
            self._held = False
            self.setSliderDown(False)
            self.finished.emit()

    def _jump(self, at: QPoint) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control = QStyle.ComplexControl.CC_Slider
        handle = self.style().subControlRect(control, option, QStyle.SubControl.SC_SliderHandle, self)
        if handle.adjusted(-3, -9, 3, 9).contains(at):
            return
        groove = self.style().subControlRect(control, option, QStyle.SubControl.SC_SliderGroove, self)
        room = groove.width() - handle.width()
        left = at.x() - groove.x() - handle.width() // 2
        self.setValue(QStyle.sliderValueFromPosition(self.minimum(), self.maximum(), left, room))

    def _on_value_changed(self, value: int) -> None:
        if self._held:
            self.moved.emit(value)
        else:
            self.started.emit()
            self.moved.emit(value)
            self.finished.emit()


@runtime_checkable
class HasHome(Protocol):
    """A window or a panel that knows where the keyboard belongs when no control needs it."""

    def keyboard_home(self) -> QWidget | None:
        """What takes the keyboard then; None when nothing does."""


class NumberBox(QLineEdit):
    """A value at the right edge of its row, edited in place.

    It reads like text until it is pointed at. With the focus it shows `exact`, all digits; Enter or leaving sends
    `submitted` when the text was changed, Esc puts the old value back and sends `restored`. Either way the keyboard
    then goes home, to what around the box says where that is; a refused text keeps it, to be corrected.
    """

    submitted = Signal(str)
    restored = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        fonts.use(self, fonts.BODY, fonts.MEDIUM)
        self.setProperty("kind", "number")
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setAccessibleName(name)
        self._shown = ""
        self._exact = ""

    def set_value_text(self, shown: str, exact: str) -> None:
        """Show the value in force; what is being typed stays when that value is still the same."""
        if exact == self._exact and self.hasFocus() and self.isModified():
            return
        self._shown, self._exact = shown, exact
        self.set_bad(False)
        self._restore()

    def set_bad(self, bad: bool) -> None:
        """Mark the text as refused by an error border."""
        if bool(self.property("bad")) != bad:
            self.setProperty("bad", bad)
            restyle(self)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if not self.property("bad"):
            self.setText(self._exact)
        super().focusInEvent(event)
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.PopupFocusReason:
            return
        self._submit()
        if not self.property("bad"):
            self.setText(self._shown)
            self.setCursorPosition(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            # What is typed may make the form anew, and with it the box.
            home = self._home()
            self._submit()
            if self.property("bad"):
                self.selectAll()
            else:
                self._restore()
                self._go(home)
        elif event.key() == Qt.Key.Key_Escape:
            edited = self.text() != self._exact or self.property("bad")
            self._restore()
            if edited:
                self.restored.emit()
            self.give_back()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            ours = any(event.matches(key) for key in (QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo))
            if ours and not (self.isUndoAvailable() or self.isRedoAvailable()):
                # Nothing was typed here: what is undone is what was done last.
                event.ignore()
                return False
        return super().event(event)

    def give_back(self) -> None:
        """Let the keyboard go home; a changed text is submitted, as by leaving in any other way."""
        self._go(self._home())

    def _home(self) -> QWidget | None:
        around = self.parentWidget()
        while around is not None and not isinstance(around, HasHome):
            around = around.parentWidget()
        return None if around is None else around.keyboard_home()

    def _go(self, home: QWidget | None) -> None:
        if home is None:
            self.clearFocus()
        else:
            home.setFocus(Qt.FocusReason.OtherFocusReason)

    def _restore(self) -> None:
        self.set_bad(False)
        self.setText(self._exact if self.hasFocus() else self._shown)
        if self.hasFocus():
            self.selectAll()

    def _submit(self) -> None:
        if self.text() not in (self._exact, self._shown):
            self.submitted.emit(self.text())


#: Between the parts of a title, of which the first says most.
PART = " · "


class ComboBox(QComboBox):
    """A combo box of (value, title) pairs that lets the wheel scroll the page unless it has the focus.

    Where `popup` is set, that opens in place of Qt's own list: for options too many to stand without headings.
    """

    chosen = Signal(object)
    #: Other words stand in the box than before, whoever put them there.
    reworded = Signal()

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        fonts.use(self, fonts.BODY)
        self.setAccessibleName(name)
        # Reached by Tab only: after a mouse click the arrow keys and Space still belong to the transport.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setItemDelegate(QStyledItemDelegate(self))  # the default one ignores the style sheet's row height
        self._values: list[object] = []
        self.popup: Callable[[], object] | None = None
        self.activated.connect(self._on_activated)

    def set_options(self, options: list[tuple[object, str]]) -> None:
        """Replace all options without telling anyone."""
        blocked = self.blockSignals(True)
        self.clear()
        self._values = [value for value, _ in options]
        self.addItems([title for _, title in options])
        self.blockSignals(blocked)

    @property
    def value(self) -> object:
        """The value of the chosen option; None where something else is shown."""
        return self._values[self.currentIndex()] if self.currentIndex() >= 0 else None

    def set_value(self, value: object) -> None:
        """Choose without telling anyone; ValueError when there is no such option."""
        before, blocked = self._shown, self.blockSignals(True)
        self.setCurrentIndex(self._values.index(value))
        self.blockSignals(blocked)
        if self._shown != before:
            self.reworded.emit()

    def show_other(self, words: str) -> None:
        """Show what is none of the options, without telling anyone."""
        before, blocked = self._shown, self.blockSignals(True)
        self.setPlaceholderText(words)
        self.setCurrentIndex(-1)
        self.blockSignals(blocked)
        if self._shown != before:
            self.reworded.emit()

    @property
    def whole_width(self) -> int:
        """How wide it has to be for what it shows to be read to its end."""
        return self._width_for(self._shown)

    @property
    def short_width(self) -> int:
        """How wide it has to be for the first part of what it shows: "Himmelblau" of "Himmelblau · four minima"."""
        return self._width_for(self._shown.split(PART)[0])

    def _width_for(self, words: str) -> int:
        option = QStyleOptionComboBox()
        self.initStyleOption(option)
        return self.width() - self._room(option) + self.fontMetrics().horizontalAdvance(words)

    def _fitted(self, room: int) -> str:
        """The words that there is room for: all, or the first part, or as much of it as fits."""
        metrics, words = self.fontMetrics(), self._shown
        if metrics.horizontalAdvance(words) > room:
            words = words.split(PART)[0]
        return metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)

    @property
    def _shown(self) -> str:
        return self.currentText() if self.currentIndex() >= 0 else self.placeholderText()

    def _room(self, option: QStyleOptionComboBox) -> int:
        """How wide the words may be."""
        part = QStyle.SubControl.SC_ComboBoxEditField
        return self.style().subControlRect(QStyle.ComplexControl.CC_ComboBox, option, part, self).width()

    def paintEvent(self, event: QPaintEvent) -> None:
        # Qt cuts a long title anywhere.
        painter = QStylePainter(self)
        with painter:
            option = QStyleOptionComboBox()
            self.initStyleOption(option)
            words: Any = option
            words.currentText = self._fitted(self._room(option))
            painter.drawComplexControl(QStyle.ComplexControl.CC_ComboBox, option)
            painter.drawControl(QStyle.ControlElement.CE_ComboBoxLabel, option)

    def showPopup(self) -> None:
        if self.popup is None:
            super().showPopup()
        else:
            self.popup()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.popup is not None and event.button() == Qt.MouseButton.LeftButton:
            self.popup()
        else:
            super().mousePressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus():
            super().wheelEvent(event)
        else:
            event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Space plays, here as everywhere: Enter opens the list.
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.showPopup()
        else:
            super().keyPressEvent(event)

    def _on_activated(self, at: int) -> None:
        self.chosen.emit(self._values[at])
