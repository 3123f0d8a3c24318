"""The equation strip: the rule of the racer in focus, with this step's numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy

from lab.engine.optimizers import Optimizer
from lab.panels.race.looks import Look
from lab.ui import fonts
from lab.ui.formula import FormulaLabel
from lab.ui.proof import ProofButton
from lab.ui.theme import manager, tokens
from lab.ui.widgets import Glyph, IconButton, Text, VLine, column, row
from lab.ui.widgets.layout import fill


class EquationStrip(QFrame):
    """Mark and name, then the rule typeset once and its numbers drawn anew at every step."""

    copied = Signal()
    #: The step should be taken apart, or no longer.
    apart_wanted = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Update rule")
        self._glyph = Glyph("o", "muted", size=13, box=24, halo=True)
        self._name = Text("", "strong")
        self._state = Text("", "body", role="muted")
        self.formula = FormulaLabel(16)
        self._apart = IconButton("scissors", "Take the next step apart into its arrows", size=17, checkable=True)
        self._apart.clicked.connect(self.apart_wanted)
        copy = IconButton("copy-simple", "Copy the rule as LaTeX, with its numbers", size=17)
        copy.clicked.connect(self.copied)
        #: What the rule in focus was checked against.
        self.proof = ProofButton()
        self.proof.changed.connect(self._give_room)
        self.formula.fitted.connect(self._give_room)
        self._names = row(self._name, self._state, None, spacing=8)
        self._column = column(None, self._names, self.proof, None, spacing=0)
        fill(
            QHBoxLayout(self),
            (self._glyph, self._column, 4, VLine(), 4, (self.formula, 1), self._apart, copy),
            (16, 0, 12, 0),
            8,
        )
        self._rule: tuple[str, str, int] | None = None
        manager().changed.connect(self._scale)
        self._scale()

    def _scale(self) -> None:
        self.setFixedHeight(round(tokens()["size_px"]["equation"] * max(1.0, fonts.scale())))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._give_room()

    def _give_room(self) -> None:
        """Let the proof have its words where they cost the rule nothing: neither its numbers nor its one row."""
        names = max(self._names.sizeHint().width(), self.proof.minimumSizeHint().width())
        words = max(self.proof.words_width - names, 0)
        whole = self.layout()
        assert whole is not None
        # Of hints alone, which a layout that is still to be done doesn't change: else the two would take turns.
        room = self.width() - (whole.sizeHint().width() - self._column.sizeHint().width()) - names
        self.proof.set_compact(self.formula.suffers(room, words))

    def show_rule(self, look: Look, state: str, optimizer: Optimizer, dim: int) -> None:
        """Show which rule is in focus."""
        self._glyph.set_mark(look.symbol, look.color_role, halo=True)
        self._name.setText(look.title)
        self._state.setText(state)
        self.formula.set_result_color(look.color_role)
        rule = (optimizer.latex, optimizer.latex_numbers, dim)
        if rule != self._rule:
            self._rule = rule
            self.formula.set_formula(optimizer.latex, optimizer.latex_numbers, dim=dim)
            self.setToolTip(f"{optimizer.why}\n{optimizer.source}")

    def show_note(self, words: str) -> None:
        """Say more about whose step this is, under the pointer."""
        self._state.hint(words)

    def show_apart(self, on: bool) -> None:
        """Show whether the step is taken apart."""
        self._apart.setChecked(on)

    def show_numbers(self, symbols: Mapping[str, Any]) -> None:
        """Show this step's numbers in the rule."""
        self.formula.set_values(symbols)

    def show_nothing(self) -> None:
        """No racer, no rule."""
        self._name.setText("No racer yet")
        self._state.setText("")
        self._rule = None
        self.formula.set_formula("", "", dim=2)

    def latex(self) -> str:
        """The rule and its numbers as LaTeX."""
        return self.formula.latex_with_values()
