"""Sweep: one parameter of the algorithm in focus over a range, a lane for each value. The same card for every panel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from lab.core import params, sweeps
from lab.core.errors import BadValue
from lab.core.params import Declared
from lab.ui.floating import FloatingCard
from lab.ui.theme import ramp_role
from lab.ui.widgets import Button, ComboBox, Glyph, Segmented, Text, TypedNumber, exact_text, row, value_text
from lab.ui.widgets.layout import add
from lab.ui.widgets.rows import bounds_text, title_of

WIDTH = 396


@dataclass(frozen=True, slots=True)
class Subject:
    """What a sweep starts from.

    Attributes
    ----------
    title : str
        The algorithm in focus, as the panel names it.
    config : dataclass
        Its parameters as they now hold.
    lanes : str
        What the panel calls its lanes: "racers".
    """

    title: str
    config: Any
    lanes: str = "lanes"


@runtime_checkable
class CanSweep(Protocol):
    """A panel whose lanes can be the values of one parameter; the shell brings menus, palette entries and the card."""

    def sweep_subject(self) -> Subject | None:
        """What is in focus now; None when nothing is."""
        ...

    def sweep(self, name: str, values: tuple[Any, ...], replace: bool) -> bool:
        """Make a lane for each value, in place of the lanes there are or beside them; one entry of undo."""
        ...


def parameters(subject: Subject | None) -> list[Declared]:
    """What of a subject can be swept."""
    if subject is None:
        return []
    return [d for d in params.declared(type(subject.config)) if sweeps.sweepable(d)]


class SweepCard(FloatingCard):
    """A small card over the panel: parameter, range, how many; Enter or the button does it, Esc leaves."""

    #: Name, values, and whether they take the present lanes' place.
    wanted = Signal(str, tuple, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "Sweep a parameter", WIDTH)
        self._subject: Subject | None = None
        self.parameter = ComboBox("Parameter")
        self.parameter.chosen.connect(lambda name: self._show_parameter(str(name)))
        self.lo, self.hi, self.count = (TypedNumber(name) for name in ("From", "To", "How many"))
        for box in (self.lo, self.hi, self.count):
            box.textEdited.connect(lambda _: self._preview())
        self._range = QWidget()
        labels = [Text(word, "caption", role="muted") for word in ("from", "to", "how many")]
        line = row(labels[0], (self.lo, 2), labels[1], (self.hi, 2), labels[2], (self.count, 1), spacing=8)
        self._range.setLayout(line)
        self._marks = QHBoxLayout()
        self._marks.setSpacing(2)
        self._scale = Text("", "caption", role="faint")
        self._words = Text("", "caption", wrap=True)
        self.place = Segmented([(True, "Replace"), (False, "Add")], "What becomes of the present ones")
        self.message = Text("", "caption", role="error", wrap=True)
        self.go = Button("Sweep", "sweep", kind="primary", tooltip="Start the race of these values (Enter)")
        self.go.clicked.connect(self.accept)
        add(
            self.box,
            self.parameter,
            self._range,
            row((self._marks, 1), self._scale),
            self._words,
            self.message,
            row(self.place, None, self.go, spacing=8),
        )

    def open(self, subject: Subject, name: str | None, at: QPoint) -> None:
        """Show the card for what is in focus, beside the place `at` (in the parent's pixels)."""
        found = parameters(subject)
        if not found:
            return
        self._subject = subject
        self.title.setText(f"Sweep {subject.title}")
        self.place.setToolTip(f"Replace the {subject.lanes}, or add to them")
        self.parameter.set_options([(d.name, f"{d.label} {d.param.symbol}".strip()) for d in found])
        names = [d.name for d in found]
        chosen = name if name in names else names[0]
        self.parameter.set_value(chosen)
        self._show_parameter(chosen)
        self.float_at(at, self.lo if self._range.isVisibleTo(self) else self.go)

    def accept(self) -> None:
        """Ask for the sweep; what can't be done is said in one line, and the card stays."""
        try:
            found = self._values()
        except BadValue as bad:
            self._complain(bad)
            return
        name, replace = str(self.parameter.value), bool(self.place.value)
        self.hide()
        self.wanted.emit(name, found, replace)

    def _values(self) -> tuple[Any, ...]:
        d = self._declared()
        if not sweeps.over_range(d):
            return sweeps.values(d, 0.0, 0.0, 0)
        whole = d.type is int
        lo, hi = self.lo.number("from", whole=whole), self.hi.number("to", whole=whole)
        return sweeps.values(d, lo, hi, int(self.count.number("how many", whole=True)))

    def _declared(self) -> Declared:
        assert self._subject is not None
        return params.field_of(type(self._subject.config), str(self.parameter.value))

    def _show_parameter(self, name: str) -> None:
        assert self._subject is not None
        d = params.field_of(type(self._subject.config), name)
        ranged = sweeps.over_range(d)
        self._range.setVisible(ranged)
        self._scale.setText("by powers of ten" if ranged and d.param.log else "")
        if ranged:
            lo, hi, count = sweeps.suggested(d, getattr(self._subject.config, name))
            for box, value in ((self.lo, lo), (self.hi, hi), (self.count, count)):
                box.setText(exact_text(value))
                box.setCursorPosition(0)
            bounds = bounds_text(d.param)
            for box in (self.lo, self.hi):
                box.setToolTip(f"{bounds[:1].upper()}{bounds[1:]}" if bounds else d.label)
            self.count.setToolTip(f"{sweeps.FEWEST} to {sweeps.MOST}")
        self._preview()

    def _preview(self) -> None:
        while self._marks.count():
            item = self._marks.takeAt(0)
            mark = item.widget() if item is not None else None
            if mark is not None:
                mark.hide()
                mark.deleteLater()
        try:
            found = self._values()
        except BadValue as bad:
            self._complain(bad)
            self._words.setText("")
            self._marks.addSpacing(1)
            self.settle()
            return
        self._complain(None)
        for i in range(len(found)):
            self._marks.addWidget(Glyph("o", ramp_role(i / max(len(found) - 1, 1)), size=11, box=16))
        self._marks.addStretch(1)
        words = [value_text(v) if type(v) in (int, float) else title_of(v) for v in found]
        self._words.setText(",  ".join(words))
        self.settle()

    def _complain(self, bad: BadValue | None) -> None:
        path = "" if bad is None else bad.path
        self.message.setText("" if bad is None else f"{path}: {bad.why}" if path else bad.why)
        self.message.setVisible(bad is not None)
        self.go.setEnabled(bad is None)
        for box, name in ((self.lo, "from"), (self.hi, "to"), (self.count, "how many")):
            box.set_bad(path == name)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.accept()
        else:
            super().keyPressEvent(event)
