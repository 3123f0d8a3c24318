"""A form made from the declarations of a configuration alone: one row a parameter, nothing written by hand.

The form holds the configuration in force. A change that the declarations refuse never gets into it: the row says why
and the old value stays. Each change is a gesture: `edit_started`, then `edited` once or many times, `edit_finished`,
so that dragging a slider is one entry on the undo stack.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from typing import Any, Literal

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from lab.core import params
from lab.core.errors import BadValue
from lab.core.params import Declared
from lab.ui.acts import Acts
from lab.ui.picker import Picker, options_of
from lab.ui.widgets.curve_row import CurveRow
from lab.ui.widgets.inputs import ComboBox
from lab.ui.widgets.number_row import NumberRow
from lab.ui.widgets.numbers import number_text, parse_number, value_text
from lab.ui.widgets.rows import ChoiceRow, Edit, FormRow, SwitchRow, TextRow

__all__ = ["ConfigForm", "as_declared", "number_text", "parse_number", "value_text"]

#: The row of each declared meaning (`Param.meaning`), made as ``row(declared, value, edit, label_width)``.
MEANINGS: dict[str, Callable[[Declared, Any, Callable[[Any], str], int], FormRow]] = {"curve": CurveRow}


def as_declared(declared: Declared) -> Acts:
    """A change acts as its declaration says: live ones from now on, the others from the first step."""
    return declared.param.effect


Only = Literal["restart", "live"] | Collection[str] | Callable[[Declared], bool] | None


class ConfigForm(QWidget):
    """The parameters of one configuration as rows of label, control and exact value.

    Parameters
    ----------
    config
        A frozen dataclass declared with `lab.core.params`.
    only : optional
        Which fields to show: an effect ("restart" or "live"), a collection of names (in that order), or a predicate.
    acts : optional
        From when a change of a field acts (see `lab.ui.acts`), so that the rows can say so; a parameter of a chosen
        algorithm acts as the choice itself does. Without it nothing is said.
    label_width : int
        Width of the label column in px, so that forms below each other align.
    fit_labels : bool
        Let the column be as wide as the longest label instead where there is room, and take `label_width` for the least
        that a longer one can do with: what short labels leave is the sliders'.

    Notes
    -----
    What a field stands for decides its row before its type does: `MEANINGS` maps a declared meaning to the row that
    edits it. Hidden fields, and tuples and documents without a meaning, get no row: they are edited on the stage.
    """

    edit_started = Signal()
    edited = Signal(str, object)
    edit_finished = Signal()
    #: The hand asks for a parameter's menu: its name, and a place on the screen.
    menu_wanted = Signal(str, QPoint)
    #: The pointer or the keyboard is on a parameter: its name and from when a change acts; both empty when it leaves.
    pointed = Signal(str, str)

    def __init__(
        self,
        config: Any,
        *,
        only: Only = None,
        acts: Callable[[Declared], Acts] | None = None,
        label_width: int = 120,
        fit_labels: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._only = only
        self._acts = acts
        self._label_width = label_width
        self._fit_labels = fit_labels
        self._rows: dict[str, FormRow] = {}
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(0, 0, 0, 0)
        self._box.setSpacing(0)
        self._config = config
        self._build()

    @property
    def config(self) -> Any:
        """The configuration in force."""
        return self._config

    def row(self, name: str) -> FormRow:
        """The row of one field; KeyError when it has none."""
        return self._rows[name]

    def set_label_width(self, width: int) -> None:
        """Give the labels another width, in px at 100 %; what doesn't fit is cut with an ellipsis."""
        self._label_width = width
        for row in self._rows.values():
            row.set_label_width(width)

    def names(self) -> list[str]:
        """The fields that have a row, from top to bottom."""
        return list(self._rows)

    def set_config(self, config: Any) -> None:
        """Show another configuration without telling anyone; a slider that is being dragged stays under the hand."""
        rebuild = type(config) is not type(self._config)
        self._config = config
        if rebuild:
            self._build()
            return
        for name, row in self._rows.items():
            if row.value != (value := getattr(config, name)):
                row.set_value(value)

    def try_edit(self, name: str, value: Any) -> str:
        """Put a value in force and tell about it; the answer is empty, or the reason why it was refused."""
        try:
            changed = params.replace(self._config, name, value)
        except BadValue as bad:
            return bad.why if bad.path in ("", name) else params.in_words(self._config, bad)
        if changed != self._config:
            self._config = changed
            self.edited.emit(name, getattr(changed, name))
        return ""

    def rebuild(self) -> None:
        """Make the rows again: what `only` lets through has changed."""
        self._build()

    def _build(self) -> None:
        for old in self._rows.values():
            self._box.removeWidget(old)
            old.setParent(None)
            old.deleteLater()
        self._rows = {}
        for d in self._shown():
            row = self._make(d, getattr(self._config, d.name))
            if row is None:
                continue
            row.started.connect(self.edit_started)
            row.finished.connect(self.edit_finished)
            row.pointed.connect(self.pointed)
            if self._acts is not None:
                row.set_acts(self._acts(d))
            row.menu_wanted.connect(partial(self.menu_wanted.emit, d.name))
            self._rows[d.name] = row
            self._box.addWidget(row)
        if self._fit_labels:
            names = [row.name for row in self._rows.values()]
            for row in self._rows.values():
                row.fit_label(names)

    def _shown(self) -> list[Declared]:
        fields = [d for d in params.declared(type(self._config)) if not d.param.hidden]
        only = self._only
        if only is None:
            return fields
        if isinstance(only, str):
            return [d for d in fields if d.param.effect == only]
        if callable(only):
            return [d for d in fields if only(d)]
        by_name = {d.name: d for d in fields}
        return [by_name[name] for name in only if name in by_name]

    def _make(self, d: Declared, value: Any) -> FormRow | None:
        def edit(new: Any) -> str:
            return self.try_edit(d.name, new)

        if d.param.meaning in MEANINGS:
            return MEANINGS[d.param.meaning](d, value, edit, self._label_width)
        if d.param.family is not None:
            if isinstance(value, tuple):
                return None
            return FamilyRow(d, value, edit, self._label_width, self._acts)
        if d.param.choices:
            return ChoiceRow(d, value, edit, self._label_width)
        if d.type is bool:
            return SwitchRow(d, value, edit, self._label_width)
        if d.type in (int, float):
            return NumberRow(d, value, edit, self._label_width)
        if d.type is str:
            return TextRow(d, value, edit, self._label_width)
        return None


class FamilyRow(FormRow):
    """A choice among registered algorithms, with the parameters of the chosen one below it.

    What was set on an algorithm is kept while another one is tried, and comes back with it.
    """

    def __init__(
        self, d: Declared, value: Any, edit: Edit, label_width: int, acts: Callable[[Declared], Acts] | None
    ) -> None:
        super().__init__(d, value, edit, label_width)
        family = d.param.family
        assert family is not None
        self._family = family
        self._visited: dict[type, Any] = {}
        self.combo = ComboBox(self.name)
        # The longest title of a family must not decide how wide a form is.
        self.combo.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.combo.setMinimumContentsLength(6)
        self.combo.set_options([(entry.item, entry.title) for entry in family])
        self.picker: Picker | None = None
        if any(entry.group for entry in family):
            self.combo.popup = self._open_picker
        self.place((self.combo, 1), self.reset_button)
        self.box.setContentsMargins(0, 3, 0, 3)
        # A parameter of the chosen algorithm acts as the choice itself does.
        inner = None if acts is None else lambda _: acts(d)
        self.form = ConfigForm(value, acts=inner, label_width=label_width)
        self._adopt(self.form)
        self.set_value(value)
        self.combo.chosen.connect(self._on_chosen)

    def show_value(self) -> None:
        self._visited[type(self._value)] = self._value
        self.combo.set_value(type(self._value))
        self.form.set_config(self._value)

    def set_label_width(self, width: int) -> None:
        super().set_label_width(width)
        self.form.set_label_width(width)

    def _open_picker(self) -> None:
        self.picker = self.picker or Picker(self, self.name)
        self.picker.open(options_of(self._family), self._on_chosen, self.combo, type(self._value))

    def _adopt(self, form: ConfigForm) -> None:
        form.setAccessibleName(f"Parameters of {self.name}")
        self.box.addWidget(form)
        form.edit_started.connect(self.started)
        form.edit_finished.connect(self.finished)
        form.edited.connect(self._on_nested_edited)
        form.pointed.connect(self.pointed)

    def _on_chosen(self, cls: Any) -> None:
        if not self.offer_once(self._visited.get(cls) or cls()):
            self.show_value()

    def _on_nested_edited(self, name: str, value: object) -> None:
        config = self.form.config
        if self.offer(config):
            self._visited[type(config)] = config
        else:
            self.form.set_config(self._value)
