"""A small picture of a curve over a run: a value against the step, with where the run stands."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.ui import fonts
from lab.ui.theme import manager, theme
from lab.ui.widgets.numbers import number_text, power_text

Array = NDArray[np.float64]
Axis = Literal["auto", "linear", "log"]

#: Spread of values (largest over smallest) from which on a logarithmic axis shows more.
WIDE = 40.0
#: A logarithmic axis shows at most this many decades.
DECADES = 6.0
LEFT, RIGHT, TOP, BOTTOM = 42, 12, 10, 22
HEIGHT = 148


class CurvePicture(QWidget):
    """A curve in [0, 1] x (0, oo), labelled in steps; what was really used may be drawn over it.

    The curve has the control's colour, what was used any role. Without a curve only the latter is drawn.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(220)
        #: How many steps the whole width stands for.
        self.span = 1.0
        self.axis: Axis = "auto"
        self._curve: Array = np.empty((0, 2))
        self._used: Array = np.empty((0, 2))
        self._used_role = "text"
        self._cursor: tuple[float, float] | None = None
        self.log = False
        self.lo, self.hi = 0.0, 1.0
        manager().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(320, round(HEIGHT * max(1.0, fonts.scale())))

    # -- what is shown -------------------------------------------------------------------------------------------

    def set_span(self, steps: float) -> None:
        """Label the width as so many steps."""
        if steps != self.span:
            self.span = steps
            self.update()

    def set_axis(self, axis: Axis) -> None:
        """Choose how values are spaced; "auto" takes powers of ten where the curve spans many."""
        if axis != self.axis:
            self.axis = axis
            self.fit()

    def set_curve(self, points: Array) -> None:
        """Draw this polyline of (share of the run, value), shape (n, 2)."""
        if not np.array_equal(points, self._curve):
            self._curve = np.asarray(points, dtype=np.float64)
            self.fit()

    def set_used(self, points: Array, role: str) -> None:
        """Draw what was used so far, shape (n, 2); nan leaves a gap."""
        self._used, self._used_role = np.asarray(points, dtype=np.float64), role
        if not len(self._curve):
            self.fit()
        self.update()

    def set_cursor(self, at: tuple[float, float] | None) -> None:
        """Mark where the run stands: (share of the run, value)."""
        if at != self._cursor:
            self._cursor = at
            self.update()

    def fit(self) -> None:
        """Choose the value axis: round ends, and from 0 where it is linear."""
        values = self._curve[:, 1] if len(self._curve) else self._used[:, 1]
        values = values[np.isfinite(values) & (values > 0)]
        top = float(values.max(initial=0.0)) or 1.0
        low = float(values.min(initial=top))
        reaches_zero = len(self._curve) > 0 and bool((self._curve[:, 1] <= 0).any())
        self.log = self.axis == "log" or (self.axis == "auto" and top > WIDE * low and not reaches_zero)
        if self.log:
            high = math.ceil(math.log10(top) - 1e-9)
            least = math.floor(math.log10(low) + 1e-9)
            self.lo, self.hi = 10.0 ** max(min(least, high - 2), high - DECADES), 10.0**high
        else:
            step = 10.0 ** math.floor(math.log10(top))
            self.lo, self.hi = 0.0, step * math.ceil(top / step - 1e-9)
        self.update()

    # -- geometry ------------------------------------------------------------------------------------------------

    @property
    def plot(self) -> QRectF:
        """The part of the widget, in pixels, that shows the curve."""
        scale = max(1.0, fonts.scale())
        left, bottom = round(LEFT * scale), round(BOTTOM * scale)
        return QRectF(left, TOP, max(1, self.width() - left - RIGHT), max(1, self.height() - TOP - bottom))

    def to_pixels(self, points: Array) -> Array:
        """(share, value) to widget pixels, shape (n, 2) each; values below a logarithmic axis lie on its end."""
        plot = self.plot
        height = self.heights(points[..., 1])
        return np.stack([plot.left() + points[..., 0] * plot.width(), plot.bottom() - height * plot.height()], axis=-1)

    def heights(self, values: Array) -> Array:
        """Where values lie on the axis: 0 at its lower end, 1 at its upper."""
        if not self.log:
            return (values - self.lo) / (self.hi - self.lo)
        with np.errstate(divide="ignore", invalid="ignore"):
            low = math.log10(self.lo)
            return np.maximum((np.log10(np.maximum(values, 0.0)) - low) / (math.log10(self.hi) - low), 0.0)

    def value_at(self, height: float) -> float:
        """The value at a height in [0, 1] of the axis."""
        if self.log:
            return float(self.lo * (self.hi / self.lo) ** height)
        return self.lo + (self.hi - self.lo) * height

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._axes(painter)
            painter.save()
            painter.setClipRect(self.plot.adjusted(-9, -9, 9, 9))
            self._lines(painter)
            self.paint_above(painter)
            painter.restore()

    def paint_above(self, painter: QPainter) -> None:
        """What an editor draws over the curve."""

    def _axes(self, painter: QPainter) -> None:
        t, plot = theme(), self.plot
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("raised", 0.55))
        painter.drawRoundedRect(plot, 4, 4)
        painter.setFont(fonts.font(fonts.TICK))
        metrics = painter.fontMetrics()
        for value, text in self._value_ticks():
            y = math.floor(plot.bottom() - float(self.heights(np.array(value))) * plot.height()) + 0.5
            painter.setPen(QPen(t.color("line"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(t.color("muted"))
            width = metrics.horizontalAdvance(text)
            painter.drawText(QPointF(plot.left() - width - 8, y + metrics.ascent() / 2 - 1.5), text)
        for share, text in self._step_ticks():
            x = plot.left() + share * plot.width()
            painter.setPen(t.color("muted"))
            width = metrics.horizontalAdvance(text)
            x = min(max(x - width / 2, plot.left() - 4), plot.right() + RIGHT - width)
            painter.drawText(QPointF(x, plot.bottom() + metrics.ascent() + 6), text)

    def _value_ticks(self) -> list[tuple[float, str]]:
        if not self.log:
            return [(v, number_text(v, 2) if v else "0") for v in np.linspace(self.lo, self.hi, 3).tolist()]
        low, high = round(math.log10(self.lo)), round(math.log10(self.hi))
        stride = 1 if high - low <= 4 else 2
        words = {0: "1", 1: "10", -1: "0.1", -2: "0.01"}
        return [(10.0**e, words.get(e, power_text(e))) for e in range(high, low - 1, -stride)]

    def _step_ticks(self) -> list[tuple[float, str]]:
        shares = (0.0, 0.25, 0.5, 0.75, 1.0)
        if self.span <= 1.0:
            return [(s, number_text(s, 2) if s else "0") for s in shares]
        return [(s, number_text(round(s * self.span), 3, large=1e7)) for s in shares]

    def _lines(self, painter: QPainter) -> None:
        t, plot = theme(), self.plot
        if len(self._curve):
            path = _path(self.to_pixels(self._curve))
            area = QPainterPath(path)
            area.lineTo(path.currentPosition().x(), plot.bottom())
            area.lineTo(plot.left() + float(self._curve[0, 0]) * plot.width(), plot.bottom())
            area.closeSubpath()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("accent", 0.13))
            painter.drawPath(area)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(t.color("accent"), 2, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
            painter.drawPath(path)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if len(self._used):
            painter.setPen(QPen(t.color(self._used_role), 2.4, c=Qt.PenCapStyle.RoundCap, j=Qt.PenJoinStyle.RoundJoin))
            painter.drawPath(_path(self.to_pixels(self._used[self._used[:, 0] <= 1.0])))
        if self._cursor is not None:
            share, value = self._cursor
            (x, y), *_ = self.to_pixels(np.array([[min(share, 1.0), value]]))
            painter.setPen(QPen(t.color("text", 0.5), 1))
            line = math.floor(x) + 0.5
            painter.drawLine(QPointF(line, plot.top()), QPointF(line, plot.bottom()))
            painter.setPen(QPen(t.color("surface"), 1.4))
            painter.setBrush(t.color(self._used_role))
            painter.drawEllipse(QPointF(x, y), 5, 5)

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def _path(pixels: Array) -> QPainterPath:
    """A polyline through pixels, broken where there is none."""
    path, down = QPainterPath(), False
    for x, y in pixels.tolist():
        if math.isnan(x) or math.isnan(y):
            down = False
        elif down:
            path.lineTo(x, y)
        else:
            path.moveTo(x, y)
            down = True
    return path
