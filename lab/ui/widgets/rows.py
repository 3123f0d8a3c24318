"""The rows of a form: a label, a control, a reset that appears when needed, a complaint that appears when needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QFontMetrics, QMouseEvent
from PySide6.QtWidgets import QLayout, QSizePolicy, QVBoxLayout, QWidget

from lab.core.params import Declared, Param
from lab.ui import fonts
from lab.ui.acts import WORDS, Acts
from lab.ui.widgets.buttons import IconButton, Segmented, Switch
from lab.ui.widgets.inputs import ComboBox, NumberBox
from lab.ui.widgets.layout import fill, row
from lab.ui.widgets.numbers import value_text
from lab.ui.widgets.text import Text

Edit = Callable[[Any], str]
_SEGMENTS, _SEGMENT_LETTERS = 3, 20


def title_of(option: Any) -> str:
    """One choice as words: "full_batch" becomes "Full batch", and an abbreviation such as "rbf" stays one."""
    if isinstance(option, bool):
        return "On" if option else "Off"
    if isinstance(option, int | float):
        return value_text(option)
    words = str(option).replace("_", " ")
    if not set(words.lower()) & set("aeiouy "):
        return words.upper()
    return words[:1].upper() + words[1:]


def bounds_text(p: Param) -> str:
    """The allowed range in words: "above 0, below 1"."""
    parts = []
    if p.above is not None:
        parts.append(f"above {value_text(p.above)}")
    if p.lo is not None:
        parts.append(f"at least {value_text(p.lo)}")
    if p.below is not None:
        parts.append(f"below {value_text(p.below)}")
    if p.hi is not None:
        parts.append(f"at most {value_text(p.hi)}")
    return ", ".join(parts)


def hint_of(d: Declared) -> str:
    """The tooltip of a row: what it is, its unit, its bounds, its usual value."""
    p = d.param
    lines = [p.doc] if p.doc else []
    facts = [f"Unit: {p.unit}"] if p.unit else []
    if bounds := bounds_text(p):
        facts.append(bounds[0].upper() + bounds[1:])
    if isinstance(d.default, int | float) and not isinstance(d.default, bool):
        facts.append(f"default {p.word(d.default) or value_text(d.default)}")
    if facts:
        lines.append(" · ".join(facts))
    return "\n".join(lines)


class _Label(Text):
    """Of a fixed width, or as wide as the longest label of its form where there is room."""

    def __init__(self, words: str) -> None:
        super().__init__(words, "body", role="muted", elide=True)
        self._wanted = 0

    def fix(self, width: int) -> None:
        """Be so wide, whatever there is room for."""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setFixedWidth(width)

    def want(self, width: int, least: int) -> None:
        """Be so wide where there is room, and nowhere narrower than the lesser of the two."""
        self._wanted = width
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.setMinimumWidth(min(width, least))
        self.setMaximumWidth(width)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(self._wanted, super().sizeHint().height())


class FormRow(QWidget):
    """What all rows share. `started` and `finished` frame a gesture; edits between them go through `edit`."""

    started = Signal()
    finished = Signal()
    #: The hand asks for this parameter's menu, at a place on the screen.
    menu_wanted = Signal(QPoint)
    #: The pointer or the keyboard is on a parameter: its name and from when a change acts; both empty when it leaves.
    pointed = Signal(str, str)

    def __init__(self, d: Declared, value: Any, edit: Edit, label_width: int) -> None:
        super().__init__()
        self.declared = d
        self._edit = edit
        self._value = value
        self._acts: Acts = ""
        self.name = f"{d.label} {d.param.symbol}".strip()
        hint = hint_of(d)
        self.label = _Label(self.name)
        self._label_width = label_width
        #: The names of all rows, where the labels are to be as wide as the longest.
        self._names: Sequence[str] = ()
        self.label.installEventFilter(self)
        self.setToolTip(hint)
        self.setAccessibleName(self.name)
        self.setAccessibleDescription(hint)
        self.reset_button = IconButton("arrow-counter-clockwise", f"Reset {self.name}", kind="bare", size=13)
        self.reset_button.clicked.connect(self.reset)
        self.message = Text("", "caption", role="error", wrap=True)
        # Off the field that it is about.
        self.message.setContentsMargins(0, 4, 6, 6)
        self.message.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.message.hide()
        self.box = QVBoxLayout(self)

    @property
    def value(self) -> Any:
        """The value in force."""
        return self._value

    def place(self, *controls: QWidget | QLayout | tuple[QWidget, int] | None) -> None:
        """Lay out the row: label, controls, and the message below."""
        self.rescale()
        fill(self.box, (row(self.label, *controls, spacing=8), self.message), (0, 0, 0, 0), 0)

    def set_acts(self, acts: Acts) -> None:
        """Say from when a change acts, where that means something: in the tooltip, and to whom `pointed` tells."""
        self._acts = acts
        hint = "\n".join(words for words in (hint_of(self.declared), WORDS[acts]) if words)
        self.setToolTip(hint)
        self.setAccessibleDescription(hint)
        if acts:
            for control in self.findChildren(QWidget):
                control.installEventFilter(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self._point(True)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(False)

    def _point(self, on: bool) -> None:
        if self._acts:
            self.pointed.emit(self.name if on else "", self._acts if on else "")

    def set_label_width(self, width: int) -> None:
        """Give the label another width, in px at 100 %."""
        self._label_width = width
        self.rescale()

    def fit_label(self, names: Sequence[str]) -> None:
        """Let the label be wide enough for any of these names; the width it was given is what it can do with."""
        self._names = names
        self.rescale()

    def take_keyboard(self) -> None:
        """Put the keyboard on the row: on where a value is typed, or else on its first control."""
        found = [w for w in self.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.isEnabled()]
        found = [w for w in found if w is not self.reset_button and not w.isHidden()]
        boxes = [w for w in found if isinstance(w, NumberBox)]
        for widget in (*boxes, *found):
            widget.setFocus(Qt.FocusReason.TabFocusReason)
            return

    def rescale(self) -> None:
        """Give the columns the width that the text scale asks for."""
        given = round(self._label_width * max(fonts.scale(), 1.0))
        if self._names:
            metrics = QFontMetrics(fonts.font(fonts.BODY))
            self.label.want(max(metrics.horizontalAdvance(name) for name in self._names) + 2, given)
        else:
            self.label.fix(given)

    def set_value(self, value: Any) -> None:
        """Show a value without telling anyone."""
        self._value = value
        self.complain("")
        self.show_value()
        self.reset_button.setVisible(value != self.declared.default)

    def show_value(self) -> None:
        """Bring the controls up to the value in force; a row without controls has nothing to bring up."""

    def complain(self, why: str) -> None:
        """Say in one line why a value was refused, or with an empty text stop saying it."""
        self.message.setText(why)
        self.message.setVisible(bool(why))

    def offer(self, value: Any) -> bool:
        """Offer a value within a gesture; True when it is in force now."""
        why = self._edit(value)
        if why:
            self.complain(why)
            return False
        self._value = value
        self.complain("")
        self.reset_button.setVisible(value != self.declared.default)
        return True

    def offer_once(self, value: Any) -> bool:
        """A whole gesture with one value; the controls show afterwards what is in force."""
        if value == self._value:
            self.set_value(self._value)
            return True
        self.started.emit()
        taken = self.offer(value)
        if taken:
            self.show_value()
        self.finished.emit()
        return taken

    def reset(self) -> None:
        """Go back to the declared default."""
        self.offer_once(self.declared.default)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_wanted.emit(event.globalPos())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        double = isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonDblClick
        if watched is self.label and double:
            self.reset()
            return True
        if watched is self.label and event.type() == QEvent.Type.FontChange:
            self.rescale()
        if self._acts and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self._point(event.type() == QEvent.Type.FocusIn)
        return False


class SwitchRow(FormRow):
    """A parameter that is on or off."""

    def __init__(self, d: Declared, value: bool, edit: Edit, label_width: int) -> None:
        super().__init__(d, value, edit, label_width)
        self.switch = Switch(self.name)
        self.place(None, self.reset_button, self.switch)
        self.set_value(value)
        self.switch.clicked.connect(self._on_clicked)

    def show_value(self) -> None:
        self.switch.setChecked(bool(self._value))

    def _on_clicked(self, on: bool) -> None:
        if not self.offer_once(on):
            self.show_value()


class ChoiceRow(FormRow):
    """One of a few: side by side when they are three short words at most, otherwise a list."""

    def __init__(self, d: Declared, value: Any, edit: Edit, label_width: int) -> None:
        super().__init__(d, value, edit, label_width)
        options = [(option, d.param.word(option) or title_of(option)) for option in d.param.choices]
        short = len(options) <= _SEGMENTS and sum(len(title) for _, title in options) <= _SEGMENT_LETTERS
        self.control: Segmented | ComboBox
        if short:
            self.control = Segmented(options, self.name, value=value)
            self.place(None, self.reset_button, self.control)
        else:
            self.control = ComboBox(self.name)
            self.control.set_options(list(options))
            self.place((self.control, 1), self.reset_button)
            self.box.setContentsMargins(0, 3, 0, 3)
        self.set_value(value)
        self.control.chosen.connect(self._on_chosen)

    def show_value(self) -> None:
        self.control.set_value(self._value)

    def _on_chosen(self, value: Any) -> None:
        if not self.offer_once(value):
            self.show_value()


class TextRow(FormRow):
    """A typed expression; refused text stays to be corrected, with the reason below it."""

    def __init__(self, d: Declared, value: str, edit: Edit, label_width: int) -> None:
        super().__init__(d, value, edit, label_width)
        self.field = NumberBox(self.name)
        self.field.setProperty("kind", "")
        self.field.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        fonts.use(self.field, fonts.CAPTION, mono=True)
        self.place((self.field, 1), self.reset_button)
        self.box.setContentsMargins(0, 3, 0, 3)
        self.set_value(value)
        self.field.submitted.connect(self.offer_once)
        self.field.restored.connect(lambda: self.complain(""))

    def show_value(self) -> None:
        self.field.set_value_text(self._value, self._value)

    def complain(self, why: str) -> None:
        super().complain(why)
        self.field.set_bad(bool(why))
