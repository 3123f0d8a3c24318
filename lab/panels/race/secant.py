"""Lines at the racer in focus on a landscape of one weight: tangent, secant, the step, the quadratic model."""

from __future__ import annotations

import math

import numpy as np
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QRegion

from lab.engine.landscapes import Array
from lab.panels.race.derivative import Reading
from lab.panels.race.strokes import arrow, label
from lab.sims.race import Curvature
from lab.ui import fonts
from lab.ui.stage import Stage
from lab.ui.theme import theme, weight

#: Pixels beyond which nothing is drawn; Qt's rasteriser loses precision far outside.
FAR = 20_000.0
#: A bracket narrower than this many pixels could not be read.
LEGIBLE = 16.0
#: How far the wedge of subgradients reaches, in pixels.
AROUND_KINK = 96.0
#: Above the foot of the plot, where h is written.
FOOT = 16.0


def _line(painter: QPainter, stage: Stage, x: float, y: float, slope: float) -> None:
    """A straight line through a point of the picture, from one side of it to the other."""
    if not (math.isfinite(y) and math.isfinite(slope)):
        return
    with np.errstate(all="ignore"):
        ends = np.array([[e, y + slope * (e - x)] for e in (stage.world.x(), stage.world.right())])
        pixels = stage.to_pixels(ends)
    if not np.isfinite(pixels).all():
        return
    # Cut where the line leaves the picture, not by moving its ends: that would turn it.
    (x0, y0), (x1, y1) = pixels
    cuts = [0.0, 1.0]
    if y0 != y1:
        low, high = stage.plot.top() - 50.0, stage.plot.bottom() + 50.0
        a, b = sorted(((low - y0) / (y1 - y0), (high - y0) / (y1 - y0)))
        cuts = [max(0.0, a), min(1.0, b)]
    if cuts[0] < cuts[1]:
        start, end = (QPointF(x0 + (x1 - x0) * c, y0 + (y1 - y0) * c) for c in cuts)
        painter.drawLine(start, end)


class _ReadingLayer:
    """Something drawn of a reading, where there is one."""

    def __init__(self) -> None:
        self.reading: Reading | None = None

    def extent(self, stage: Stage) -> QRegion | None:
        """Anywhere, since it crosses the whole picture; or nowhere."""
        return QRegion() if self.reading is None else None


class TangentLayer(_ReadingLayer):
    """The tangent at the racer in focus: its slope is the derivative the step is made from.

    On a kink, where there is none, the slopes of both sides span a wedge: each line in it is a subgradient, and the
    dashed one is that which the landscape declares.
    """

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw wedge and tangent."""
        reading = self.reading
        if reading is None:
            return
        if reading.sides is not None:
            self._wedge(painter, stage, reading.weight, reading.loss, reading.sides)
        pen = QPen(theme().color("gradient", 0.95), 1.6 * weight())
        pen.setDashPattern([5.0, 4.0])
        painter.setPen(pen)
        _line(painter, stage, reading.weight, reading.loss, reading.exact)

    @staticmethod
    def _wedge(painter: QPainter, stage: Stage, x: float, y: float, sides: tuple[float, float]) -> None:
        """Two sectors between the slopes of both sides, a little way around the kink."""
        with np.errstate(all="ignore"):
            px, py = stage.to_pixels(np.array([x, y]))
        if not (math.isfinite(px) and math.isfinite(py) and max(abs(px), abs(py)) < FAR):
            return
        plot, world = stage.plot, stage.world
        unit = (plot.height() / world.height()) / (plot.width() / world.width())
        low, high = sorted(math.degrees(math.atan(slope * unit)) for slope in sides)
        around = AROUND_KINK * weight()
        box = QRectF(px - around, py - around, 2 * around, 2 * around)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().color("gradient", 0.22))
        for turn in (0.0, 180.0):
            painter.drawPie(box, round(16 * (low + turn)), round(16 * (high - low)))


class SecantLayer(_ReadingLayer):
    """The line whose slope the difference quotient is, the two points it is made from, and h below them."""

    def __init__(self) -> None:
        super().__init__()
        #: What floats above the foot of the plot, in pixels: the bracket keeps clear of it.
        self.covered: list[QRectF] = []

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw line, points and bracket."""
        reading = self.reading
        if reading is None:
            return
        t = theme()
        anchor = reading.ends.mean(axis=0)
        painter.setPen(QPen(t.color("forward", 0.95), 1.6 * weight()))
        _line(painter, stage, float(anchor[0]), float(anchor[1]), reading.slope)
        with np.errstate(all="ignore"):
            ends = stage.to_pixels(reading.ends)
        if not np.isfinite(ends).all():
            return
        (x0, y0), (x1, y1) = np.clip(ends, -FAR, FAR)
        if x1 - x0 >= LEGIBLE:
            self._bracket(painter, stage, (x0, y0), (x1, y1), "2h" if reading.scheme == "central" else "h")
        painter.setPen(QPen(t.color("forward"), 1.8 * weight()))
        painter.setBrush(t.color(t.ink))
        for x, y in ((x0, y0), (x1, y1)):
            painter.drawEllipse(QPointF(x, y), 4.0 * weight(), 4.0 * weight())

    def _bracket(
        self, painter: QPainter, stage: Stage, start: tuple[float, float], end: tuple[float, float], name: str
    ) -> None:
        t, plot = theme(), stage.plot
        foot = plot.bottom() - FOOT
        for box in self.covered:
            if start[0] < box.right() + 4 and end[0] > box.left() - 4 and box.bottom() > foot - 24:
                foot = min(foot, box.top() - 12)
        pen = QPen(t.color("forward", 0.5), weight())
        pen.setDashPattern([2.0, 3.0])
        painter.setPen(pen)
        for x, y in (start, end):
            if y < foot - 6:
                painter.drawLine(QPointF(x, max(y, plot.top())), QPointF(x, foot - 5))
        painter.setPen(QPen(t.color("forward"), 1.4 * weight()))
        for x in (start[0], end[0]):
            painter.drawLine(QPointF(x, foot - 5), QPointF(x, foot + 5))
        painter.drawLine(QPointF(start[0], foot), QPointF(end[0], foot))
        left, right = max(start[0], plot.left()), min(end[0], plot.right())
        painter.setFont(fonts.font(fonts.CAPTION, fonts.SEMIBOLD))
        width = painter.fontMetrics().horizontalAdvance(name)
        if right - left > width:
            label(painter, name, (left + right - width) / 2, foot - 7, "forward")


class StepLayer:
    """Where the racer in focus goes next: an arrow along the weight, as long as the step, and a ring to land on."""

    def __init__(self) -> None:
        self.origin: Array | None = None
        self.landing: Array | None = None

    def extent(self, stage: Stage) -> QRegion | None:
        """Anywhere: a step may cross the picture."""
        return QRegion() if self.origin is None else None

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw arrow, drop line and ring."""
        if self.origin is None or self.landing is None:
            return
        with np.errstate(all="ignore"):
            (x0, y0), (x1, y1) = np.clip(stage.to_pixels(np.array([self.origin, self.landing])), -FAR, FAR)
        if not stage.plot.contains(QPointF(x0, y0)) or abs(x1 - x0) < (LEGIBLE + 8) * weight():
            return
        t = theme()
        pen = QPen(t.color("text", 0.55), weight())
        pen.setDashPattern([2.0, 3.0])
        painter.setPen(pen)
        painter.drawLine(QPointF(x1, y0), QPointF(x1, y1))
        painter.setPen(QPen(t.color("text"), 1.4 * weight()))
        painter.setBrush(t.color(t.ink))
        painter.drawEllipse(QPointF(x1, y1), 3.5 * weight(), 3.5 * weight())
        arrow(painter, QPointF(x0, y0), QPointF(x1, y0), t.color("text"), t.color(t.ink, 0.75))
        painter.setFont(fonts.font(fonts.CAPTION, fonts.SEMIBOLD))
        width = painter.fontMetrics().horizontalAdvance("Δθ")
        right = x1 > x0
        label(painter, "Δθ", x1 + 10 if right else x1 - 10 - width, y0 + painter.fontMetrics().ascent() / 2 - 1)


class QuadraticLayer:
    """The local quadratic model: the parabola with the curve's slope and curvature at the racer in focus."""

    def __init__(self) -> None:
        self.reading: Reading | None = None
        self.answer: Curvature | None = None

    def extent(self, stage: Stage) -> QRegion | None:
        """Anywhere, or nowhere."""
        return QRegion() if self.answer is None or self.reading is None else None

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw the parabola."""
        reading = self.reading
        if self.answer is None or reading is None:
            return
        at = np.linspace(stage.world.x(), stage.world.right(), max(64, int(stage.plot.width() / 3)))
        with np.errstate(all="ignore"):
            away = at - reading.weight
            loss = reading.loss + reading.exact * away + 0.5 * float(self.answer.eigenvalues[0]) * away * away
            pixels = stage.to_pixels(np.stack([at, loss], axis=1))
        if not np.isfinite(pixels).all():
            return
        np.clip(pixels, -FAR, FAR, out=pixels)
        pen = QPen(theme().color("accent", 0.95), 1.6 * weight())
        pen.setDashPattern([1.5, 3.0])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(arrayToQPath(pixels[:, 0].copy(), pixels[:, 1].copy()))
