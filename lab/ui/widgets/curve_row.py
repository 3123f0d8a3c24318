"""The row of a curve: drawn by hand, its points exact in boxes, with ready shapes to start from."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtWidgets import QMenu

from lab.core.errors import BadValue
from lab.core.params import Declared
from lab.ui import fonts
from lab.ui.widgets.buttons import Button, IconButton
from lab.ui.widgets.curve_editor import CurveEditor, Points
from lab.ui.widgets.inputs import NumberBox
from lab.ui.widgets.layout import fill, row
from lab.ui.widgets.numbers import exact_text, number_text, parse_number, value_text
from lab.ui.widgets.rows import Edit, FormRow
from lab.ui.widgets.text import Text

BOX_WIDTH = 76


class CurveRow(FormRow):
    """Corners of a curve over a run as a picture that is edited; see `CurveEditor` for what the hand may do."""

    def __init__(self, d: Declared, value: Points, edit: Edit, label_width: int) -> None:
        super().__init__(d, value, edit, label_width)
        self.editor = CurveEditor(self.name)
        self.editor.setToolTip(
            "Press adds a point, drag moves it, right press or Delete removes it.\n"
            "Tab walks from point to point, the arrow keys move one (Shift: finely)."
        )
        self.pen = IconButton("pencil-simple", "Draw free-hand: press and drag", size=16, checkable=True)
        self.pen.toggled.connect(self._on_pen)
        self.shapes = Button("Shapes", "chart-line", kind="flat", tooltip="Ready curves to start from")
        menu = QMenu(self.shapes)
        for title, points in d.param.examples:
            menu.addAction(title, partial(self.offer_once, points))
        self.shapes.setMenu(menu)
        self.shapes.setVisible(bool(d.param.examples))
        self._which = Text("", "caption", role="muted")
        self.at = NumberBox(f"{self.name}: step of the point")
        self.factor = NumberBox(f"{self.name}: value of the point")
        self.drop = IconButton("trash", "Remove the point", size=15)
        self.drop.clicked.connect(lambda: self.editor.remove_point(self.editor.selected))
        head = row(self.label, None, self.reset_button, self.shapes, self.pen, spacing=2)
        self._at_word, self._factor_word = Text("step", "caption"), Text("×", "caption")
        numbers = row(self._which, None, self._at_word, self.at, self._factor_word, self.factor, self.drop, spacing=4)
        self.rescale()
        fill(self.box, (head, self.editor, numbers, self.message), (0, 2, 0, 2), 2)
        self.editor.started.connect(self.started)
        self.editor.finished.connect(self._on_finished)
        self.editor.edited.connect(self._on_edited)
        self.editor.refused.connect(self.complain)
        self.editor.selected_changed.connect(self._show_point)
        self.at.submitted.connect(partial(self._on_typed, 0))
        self.factor.submitted.connect(partial(self._on_typed, 1))
        for box in (self.at, self.factor):
            box.restored.connect(lambda: self.complain(""))
        self.set_value(value)

    def rescale(self) -> None:
        super().rescale()
        for box in (self.at, self.factor):
            box.setFixedWidth(round(BOX_WIDTH * max(fonts.scale(), 1.0)))

    def set_span(self, steps: float) -> None:
        """Count places in steps of a run so long, where they are shares of it otherwise."""
        self.editor.set_span(steps)
        self._show_point()

    def show_value(self) -> None:
        self.editor.set_points(self._value)

    def _show_point(self) -> None:
        points, i = self.editor.points, self.editor.selected
        if not points:
            return
        share, value = points[i]
        place = share * self.editor.span
        end = i in (0, len(points) - 1)
        self._which.setText(f"Point {i + 1} of {len(points)}")
        self.at.set_value_text(number_text(place, 4) if place % 1 else f"{place:,.0f}", exact_text(place))
        self.at.setReadOnly(end)
        self.at.setToolTip("An end keeps its place" if end else "Where the point lies; between its neighbours")
        self.factor.set_value_text(value_text(value), exact_text(value))
        self.drop.setEnabled(not end)

    def _on_pen(self, on: bool) -> None:
        self.editor.pen = on

    def _on_edited(self, points: Any) -> None:
        if self.offer(points):
            self.editor.set_points(self._value)

    def _on_finished(self) -> None:
        self.finished.emit()
        self._show_point()

    def _on_typed(self, which: int, text: str) -> None:
        points, i = self.editor.points, self.editor.selected
        try:
            number = float(parse_number(text))
        except BadValue as bad:
            self.complain(bad.why)
            (self.at, self.factor)[which].set_bad(True)
            return
        share, value = points[i]
        point = (number / self.editor.span, value) if which == 0 else (share, number)
        if not self.offer_once((*points[:i], point, *points[i + 1 :])):
            (self.at, self.factor)[which].set_bad(True)
