"""The row of a number: slider, exact value at the right edge."""

from __future__ import annotations

import math

from PySide6.QtWidgets import QLabel, QLayout, QWidget

from lab.core.errors import BadValue
from lab.core.params import Declared, Param
from lab.ui import fonts
from lab.ui.widgets.inputs import NumberBox, Slider
from lab.ui.widgets.layout import row
from lab.ui.widgets.numbers import exact_text, number_text, parse_number, value_text
from lab.ui.widgets.rows import Edit, FormRow
from lab.ui.widgets.text import Text

#: Of a box and its number, and what its frame and margins take of it, in px.
VALUE_WIDTH, PADDING = 76, 14
#: A label gives way before a slider is so short, in px.
LEAST_SLIDER = 50
_DECADES_ABOVE_ZERO = 6


class Scale:
    """Maps slider positions 0 to n onto values and back, linearly or by powers of ten.

    Values are rounded to what one step can tell apart (three digits on a log scale), so that a drag gives 0.11 and
    never 0.10964781961431851. The ends are moved inwards where the bounds exclude them. A log scale whose lower end
    is 0 gives 0 at the left stop and spans six decades above it.
    """

    def __init__(self, p: Param, whole: bool, n: int = Slider.STEPS) -> None:
        ends = p.slider
        if ends is None:
            raise ValueError("no range is declared")
        self._p, self._whole, self._n = p, whole, n
        self.lo, self.hi = float(ends[0]), float(ends[1])
        self._log = p.log and self.hi > 0 and self.lo >= 0
        self._zero = self._log and self.lo == 0
        if self._zero:
            self.lo = self.hi * 10.0**-_DECADES_ABOVE_ZERO
        step = (self.hi - self.lo) / n
        self._decimals = max(0, math.ceil(-math.log10(step))) if step > 0 else 0

    def value(self, position: int) -> float:
        """The value at a slider position; always one the bounds allow."""
        for inward in (0, 1, -1):
            v = self._raw(position + inward)
            try:
                self._p.check(v)
            except BadValue:
                continue
            return v
        return self._raw(position)

    def position(self, value: float) -> int:
        """The slider position nearest to a value; values outside the range stand at an end."""
        if self._log:
            if value <= 0 or (self._zero and value < self.lo):
                return 0
            share = math.log(value / self.lo) / math.log(self.hi / self.lo)
        else:
            share = (value - self.lo) / (self.hi - self.lo) if self.hi > self.lo else 0.0
        return round(min(max(share, 0.0), 1.0) * self._n)

    def _raw(self, position: int) -> float:
        if self._zero and position <= 0:
            return 0 if self._whole else 0.0
        share = position / self._n
        if self._log:
            v = self.lo * (self.hi / self.lo) ** share
            v = float(f"{v:.2e}")
        else:
            v = round(self.lo + (self.hi - self.lo) * share, self._decimals)
        return round(v) if self._whole else v


class NumberRow(FormRow):
    """A number: dragged roughly, typed exactly; the box takes anything that the bounds allow."""

    def __init__(self, d: Declared, value: float, edit: Edit, label_width: int) -> None:
        super().__init__(d, value, edit, label_width)
        self._whole = d.type is int
        self.field = NumberBox(self.name)
        keep = self.reset_button.sizePolicy()
        keep.setRetainSizeWhenHidden(True)  # so that the slider doesn't change its length under the hand
        self.reset_button.setSizePolicy(keep)
        self.slider: Slider | None = None
        self._scale: Scale | None = None
        parts: list[QWidget | QLayout | tuple[QWidget, int] | None] = [None]
        if d.param.slider is not None:
            self._scale = Scale(d.param, self._whole)
            self.slider = Slider(self.name)
            self.slider.setMinimumWidth(LEAST_SLIDER)
            self.slider.started.connect(self.started)
            self.slider.moved.connect(self._on_moved)
            self.slider.finished.connect(self._on_released)
            parts = [(self.slider, 1)]
        # Close together: what is between them is missing from the slider.
        parts.append(row(self.reset_button, self.field, spacing=0))
        if d.param.unit:
            parts.append(self._unit(d.param.unit))
        self.place(*parts)
        self.set_value(value)
        self.field.submitted.connect(self._on_submitted)
        self.field.restored.connect(self._on_restored)

    @staticmethod
    def _unit(unit: str) -> QLabel:
        return Text(unit, "caption", role="faint")

    def rescale(self) -> None:
        super().rescale()
        self.field.setFixedWidth(round(VALUE_WIDTH * max(fonts.scale(), 1.0)))

    def show_value(self) -> None:
        self._show_number()
        if self.slider is not None and self._scale is not None and not self.slider.held:
            self.slider.set_position(self._scale.position(self._value))

    def complain(self, why: str) -> None:
        super().complain(why)
        self.field.set_bad(bool(why))

    def _on_moved(self, position: int) -> None:
        assert self._scale is not None
        value = self._scale.value(position)
        if value == self._value or self.offer(value):
            self._show_number()

    def _show_number(self) -> None:
        number = self._value if self._whole else float(self._value)
        if word := self.declared.param.word(number):
            self.field.set_value_text(word, word)
            return
        # With fewer digits where all of them have no room; the tooltip and the keyboard's focus bring them all.
        room = self.field.fontMetrics().horizontalAdvance
        shown = [value_text(number), *(number_text(float(number), digits) for digits in (5, 4, 3))]
        fitting = next((text for text in shown if room(text) <= self.field.width() - PADDING), shown[-1])
        self.field.set_value_text(fitting, exact_text(number))
        self.field.setToolTip("" if fitting == shown[0] else exact_text(number))

    def _on_released(self) -> None:
        self.show_value()
        self.finished.emit()

    def _on_submitted(self, text: str) -> None:
        words = {word.lower(): value for value, word in self.declared.param.named}
        try:
            named = words.get(text.strip().lower())
            value = parse_number(text, whole=self._whole) if named is None else named
        except BadValue as bad:
            self.complain(bad.why)
            return
        self.offer_once(value)

    def _on_restored(self) -> None:
        super().complain("")
