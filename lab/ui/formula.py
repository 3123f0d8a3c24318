"""The equation strip's formula: symbols once, numbers at every step, each in the colour of its role on the stage."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QByteArray, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPixmap, QResizeEvent
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.ui import fonts
from lab.ui.theme import manager, theme
from lab.ui.typeset import Slot, Typeset, loaded, math_font, plain, roles_in, typeset
from lab.ui.widgets.numbers import MINUS, number_text

_POWER = re.compile("10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_RELATION = re.compile(r"\s*(=|\\(approx|leftarrow|gets|to|rightarrow|equiv|sim|le|ge)(?![a-zA-Z]))")
_PLAIN = str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")
Value = float | Sequence[float] | Any
#: Free above and below it, in px, where it is as tall as its place.
_MARGIN = 3
#: How far a formula is reduced at most: in one row, and in two.
_SMALLEST, _SMALLEST_STACKED = 0.78, 0.66
#: How many halves are shown: the symbols alone, with all numbers, or with what these come to.
_ALONE, _WHOLE, _BRIEF = 1, 2, 3
#: Of these the first is the least that can be shown.
_RANK = {0: 0, _ALONE: 1, _BRIEF: 2, _WHOLE: 3}


def slot_number(value: float) -> str:
    """One number with about four characters of digits: 0.110, −3.307, 48.88, 1.2·10⁵, 10⁻⁸."""
    if isinstance(value, int | np.integer):
        return number_text(int(value))
    v = float(value)
    if not math.isfinite(v):
        return number_text(v)
    size = abs(v)
    if size and (size < 1e-3 or size >= 99_999.5):
        text = number_text(v, 3, small=1.0 if size < 1 else 1e-3)
        return text.replace("1.0·", "", 1) if text.lstrip(MINUS).startswith("1.0·") else text
    decimals = 4 if 0 < size < 9.95e-3 else 3 if size < 9.9995 else 2 if size < 99.995 else 1 if size < 999.95 else 0
    text = f"{size:.{decimals}f}"
    return MINUS + text if v < 0 and float(text) else text


def slot_text(value: Any, vector: bool) -> str:
    """The text for a slot: a number, or a vector's numbers in parentheses."""
    if vector or np.ndim(value):
        return "(" + ", ".join(slot_number(v) for v in value) + ")"
    # A rate of 0.0016 must not be read as 0.002: alone in its slot a number has room for a digit more.
    if isinstance(value, float) and 5e-4 <= abs(value) < 0.00995:
        return f"{value:.4f}".replace("-", MINUS)
    return slot_number(value)


def latex_number(text: str) -> str:
    r"""A slot's text as LaTeX: ``3.3\cdot 10^{-5}``."""
    text = _POWER.sub(lambda found: f"10^{{{found[1].translate(_PLAIN)}}}", text.replace("·", r"\cdot "))
    return text.replace(MINUS, "{-}").replace("∞", r"\infty ").replace("–", r"\text{–}")


def result_of(numbers: str) -> str:
    r"""What a rule's numbers come to: from their last ``=`` that is in no braces on; empty where only one is there."""
    depth, found = 0, []
    for at, letter in enumerate(numbers):
        depth += (letter == "{") - (letter == "}")
        if letter == "=" and depth == 0:
            found.append(at)
    return numbers[found[-1] :] if len(found) > 1 else ""


class FormulaLabel(QWidget):
    r"""A rule in symbols, followed by the same rule with this step's numbers.

    ``\role{control|gradient|forward|result|muted}{...}`` colours a term; ``\slot{name}`` and ``\slotv{name}`` are
    filled by `set_values`, which costs microseconds. The widget never asks for width: where both halves don't fit side
    by side, even slightly reduced, the numbers stand below the symbols; where there is no height for that only what
    they come to is shown behind the symbols, else the symbols alone, and where those don't fit they are cut with an
    ellipsis.
    """

    #: It was fitted into its place.
    fitted = Signal()

    GAP = 10.0
    #: Between two rows, at full size.
    LEADING = 5.0

    def __init__(self, size: float = 17, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName("Formula")
        self._size = size
        self._result = "text"
        self._latex, self._numbers = "", ""
        self._dim = 2
        self._values: dict[str, Value] = {}
        self._halves: list[Typeset] = []
        #: What the numbers come to, once there was a place for no more.
        self._brief: Typeset | None = None
        self._stale = True
        self._fonts: dict[float, tuple[Any, QFontMetricsF]] = {}
        self._still: QPixmap | None = None
        self._scale = 1.0
        self._shown = 0
        self._stacked = False
        manager().changed.connect(self._retypeset)

    def set_formula(self, latex: str, numbers_latex: str = "", *, dim: int = 2) -> None:
        """Show a rule: its symbols, and its right-hand side with slots; an equals sign missing between is added."""
        joined = numbers_latex
        if numbers_latex and not _RELATION.match(numbers_latex):
            joined = f"={numbers_latex}"
        if (latex, joined, dim) == (self._latex, self._numbers, self._dim):
            return
        for role in roles_in(latex + joined):
            if role not in self._roles():
                raise KeyError(f"no role is called {role!r}")
        self._latex, self._numbers, self._dim = latex, joined, dim
        self._values = {}
        self.setAccessibleDescription(plain(latex, str))
        self._retypeset()

    def set_values(self, values: Mapping[str, Value]) -> None:
        """Fill the slots; a name that isn't given keeps its number, an unfilled one shows a dash."""
        self._values.update(values)
        length = next((len(v) for v in values.values() if hasattr(v, "__len__") and len(v)), self._dim)
        if length != self._dim:
            self._dim = length
            self._retypeset()
        else:
            self.update()

    def set_result_color(self, role: str) -> None:
        r"""The colour of ``\role{result}``: that of the racer, class or cell in focus."""
        if role != self._result:
            theme().hex(role)
            self._result = role
            self._retypeset()

    def set_size(self, size: float) -> None:
        """The font size in px at 100 %; 17 in a whole panel, 12 in a tiled one."""
        if size != self._size:
            self._size = size
            self._retypeset()

    def latex_with_values(self) -> str:
        """Ordinary LaTeX with the numbers filled in, for the clipboard."""

        def number(name: str) -> str:
            if name not in self._values:
                return rf"\mathrm{{{name}}}"
            return latex_number(slot_text(self._values[name], False))

        return plain(f"{self._latex} {self._numbers}".strip(), number)

    def slots(self) -> list[Slot]:
        """The boxes for numbers that are on screen."""
        self._ensure()
        return [slot for half in self._row(self._shown) for slot in half.slots]

    @property
    def shows_numbers(self) -> bool:
        """Whether there was room for the numbers."""
        self._ensure()
        return self._shown == len(self._halves) == _WHOLE

    def sizeHint(self) -> QSize:
        return QSize(200, round(self._size * fonts.scale() * 3))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, 20)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self._stale:
            self._arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._stale and not loaded():
            # The first window is painted without its rule, which follows at once, instead of waiting for it.
            QTimer.singleShot(0, self._ensure)
            return
        self._ensure()
        if not self._halves:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawPixmap(0, 0, self._picture())
            for half, x, baseline in self._places():
                for slot in half.slots:
                    self._draw_number(painter, slot, x, baseline, half.left)

    def _draw_number(self, painter: QPainter, slot: Slot, x: float, baseline: float, left: float) -> None:
        value = self._values.get(slot.name)
        text = "–" if value is None else slot_text(value, slot.vector)
        font, metrics = self._font(slot.size * self._scale)
        room = slot.width * self._scale
        width = metrics.horizontalAdvance(text)
        painter.setFont(font)
        painter.setPen(theme().color(slot.color))
        at = QPointF(x + (slot.x - left) * self._scale + room / 2, baseline + slot.baseline * self._scale)
        if width <= room + 2:
            painter.drawText(at - QPointF(width / 2, 0), text)
            return
        painter.save()
        painter.translate(at)
        painter.scale(room / width, room / width)
        painter.drawText(QPointF(-width / 2, 0), text)
        painter.restore()

    def _font(self, px: float) -> tuple[Any, QFontMetricsF]:
        key = round(px, 1)
        if key not in self._fonts:
            font = math_font(px)
            self._fonts[key] = (font, QFontMetricsF(font))
        return self._fonts[key]

    def _roles(self) -> dict[str, str]:
        t = theme()
        return {
            "control": t.accent,
            "gradient": t.gradient,
            "forward": t.forward,
            "muted": t.muted,
            "result": t.hex(self._result),
        }

    def _retypeset(self) -> None:
        """What was typeset doesn't hold any more; it is done anew when it's looked at."""
        self._stale = True
        self.updateGeometry()
        self.update()

    def _ensure(self) -> None:
        if not self._stale:
            return
        self._stale = False
        size, text, roles = self._size * fonts.scale(), theme().text, self._roles()
        parts = [p for p in (self._latex, self._numbers) if p]
        self._halves = [typeset(p, size, text, roles, self._dim) for p in parts]
        self._brief = None
        self._arrange()

    def _arrange(self) -> None:
        self._still = None
        self._scale, self._shown, self._stacked = self._plan(self.width())
        self.update()
        self.fitted.emit()

    def suffers(self, width: float, less: float) -> bool:
        """Whether at this width, made narrower by `less`, its numbers, its one row or some of its symbols are lost.

        False before it was typeset.
        """
        if self._stale or not self._halves or less <= 0:
            return False
        _, shown, stacked = self._plan(width)
        _, left, piled = self._plan(width - less)
        cut = left == 1 and width - less < self._least(1) * self._width(1)
        return cut or _RANK[left] < _RANK[shown] or (left == shown and piled and not stacked)

    def _plan(self, width: float) -> tuple[float, int, bool]:
        """What fits: both halves in a row or in two, both reduced a little, symbols and result, or the symbols alone.

        Returns the scale, how many halves are shown, and whether they stand one below the other.
        """
        count = len(self._halves)
        scale = 1.0
        for shown in range(count, 0, -1):
            room = width / max(self._width(shown), 1.0)
            tall = (self.height() - 2 * _MARGIN) / max(sum(self._extent(shown)), 1.0)
            scale = min(1.0, max(room, self._least(shown)), tall)
            if room >= _SMALLEST or shown == 1:
                return scale, shown, False
            wide = max(half.width for half in self._halves)
            high = sum(half.ascent + half.descent for half in self._halves) + self.LEADING
            both = min(1.0, width / max(wide, 1.0), (self.height() - 2 * _MARGIN) / max(high, 1.0))
            if shown == 2 and both >= _SMALLEST_STACKED:
                return both, shown, True
            if shown == 2 and room >= _SMALLEST_STACKED:
                # Small, but there: the numbers are what moves.
                return min(room, tall), shown, False
            if shown == _WHOLE and self._result_half() is not None:
                room = width / max(self._width(_BRIEF), 1.0)
                tall = (self.height() - 2 * _MARGIN) / max(sum(self._extent(_BRIEF)), 1.0)
                if room >= _SMALLEST:
                    return min(1.0, room, tall), _BRIEF, False
        return scale, count, False

    def _least(self, shown: int) -> float:
        """How far a row is reduced at most: larger text gives up its size before a symbol is cut."""
        return _SMALLEST if shown > 1 else _SMALLEST / max(1.0, fonts.scale())

    def _row(self, shown: int) -> list[Typeset]:
        """What is shown, from left to right."""
        if shown != _BRIEF:
            return self._halves[:shown]
        result = self._result_half()
        return [self._halves[0], *([result] if result is not None else [])]

    def _result_half(self) -> Typeset | None:
        """What the numbers come to, behind their last equals sign; None where there is but one."""
        last = result_of(self._numbers)
        if self._brief is None and last:
            size, text = self._size * fonts.scale(), theme().text
            self._brief = typeset(last, size, text, self._roles(), self._dim)
        return self._brief if last else None

    def _width(self, shown: int) -> float:
        halves = self._row(shown)
        return sum(half.width for half in halves) + self.GAP * max(len(halves) - 1, 0)

    def _extent(self, shown: int) -> tuple[float, float]:
        halves = self._row(shown)
        return max((h.ascent for h in halves), default=0.0), max((h.descent for h in halves), default=0.0)

    def _places(self) -> list[tuple[Typeset, float, float]]:
        """Each half that is shown, with its left end and its baseline, on whole pixels."""
        dpr, scale = self.devicePixelRatioF(), self._scale
        halves = self._row(self._shown)
        found = []
        if self._stacked:
            high = sum(half.ascent + half.descent for half in halves) + self.LEADING
            y = self.height() / 2 - high / 2 * scale
            for half in halves:
                found.append((half, 0.0, round((y + half.ascent * scale) * dpr) / dpr))
                y += (half.ascent + half.descent + self.LEADING) * scale
            return found
        ascent, descent = self._extent(self._shown)
        baseline = round((self.height() / 2 + (ascent - descent) / 2 * scale) * dpr) / dpr
        x = 0.0
        for half in halves:
            found.append((half, x, baseline))
            x += (half.width + self.GAP) * scale
        return found

    def _picture(self) -> QPixmap:
        """What doesn't change from step to step, as pixels."""
        dpr = self.devicePixelRatioF()
        if self._still is not None and self._still.devicePixelRatio() == dpr:
            return self._still
        made = QPixmap(max(round(self.width() * dpr), 1), max(round(self.height() * dpr), 1))
        made.setDevicePixelRatio(dpr)
        made.fill(Qt.GlobalColor.transparent)
        with QPainter(made) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            cut = not self._stacked and self._width(self._shown) * self._scale > self.width() + 1
            if cut:
                painter.setClipRect(QRectF(0, 0, self.width() - 16, self.height()))
            for half, x, baseline in self._places():
                height = half.ascent + half.descent
                box = QRectF(x, baseline - half.ascent * self._scale, half.width * self._scale, height * self._scale)
                QSvgRenderer(QByteArray(half.svg)).render(painter, box)
            if cut:
                painter.setClipping(False)
                painter.setFont(math_font(self._size * fonts.scale()))
                painter.setPen(theme().color("muted"))
                painter.drawText(QPointF(self.width() - 14, baseline), "…")
        self._still = made
        return made
