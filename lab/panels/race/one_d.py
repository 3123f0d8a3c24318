"""A landscape of one weight: the curve, what is known of it, the balls on it and where they were."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPen, QRegion

from lab.core.traces import Trace
from lab.engine.landscapes import Array, Landscape
from lab.panels.race.balls import APART
from lab.panels.race.focus import Focus
from lab.panels.race.layers import FEW
from lab.panels.race.looks import Look
from lab.panels.race.racer_trails import SEGMENT
from lab.panels.race.strokes import haloed
from lab.sims.race import RaceFrame
from lab.ui import fonts
from lab.ui.stage import Stage
from lab.ui.theme import theme, weight
from lab.ui.widgets import glyph_path

#: Larger numbers are drawn here: beyond them pixels would overflow.
HUGE = 1e150
#: Pixels beyond which nothing is drawn; Qt's rasteriser loses precision far outside.
FAR = 20_000.0
#: The middle of the domain stays below this share of the height: above it the card of the derivative has its place.
MIDDLE, BELOW = 0.76, 0.6


def on_curve(landscape: Landscape, theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (..., 1) of the weight as points (..., 2) of the picture: the weight and its loss, both finite."""
    with np.errstate(all="ignore"):
        loss = landscape.value(theta)
    both = np.stack([theta[..., 0], loss], axis=-1)
    return np.nan_to_num(both, nan=0.0, posinf=HUGE, neginf=-HUGE).clip(-HUGE, HUGE)


def home(landscape: Landscape) -> tuple[tuple[float, float], tuple[float, float]]:
    """The domain, and as much of the loss as the curve needs with room above its middle and below its lowest point."""
    lo, hi = landscape.domain[0]
    x = np.linspace(lo, hi, 801)
    loss = on_curve(landscape, x[:, None])[:, 1]
    bottom, top = float(loss.min()), float(loss.max())
    span = (top - bottom) or 1.0
    middle = float(loss[np.abs(x - (lo + hi) / 2) <= MIDDLE * (hi - lo) / 2].max())
    low = bottom - 0.13 * span
    return (lo, hi), (low, max(top + 0.05 * span, low + (middle - low) / BELOW))


class CurveLayer:
    """The loss over the visible part of the weight, filled below."""

    def __init__(self, landscape: Landscape) -> None:
        self._landscape = landscape

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw curve and fill, one loss for each pixel and each kink in view."""
        t, world = theme(), stage.world
        x = np.linspace(world.x(), world.right(), max(64, int(stage.plot.width())))
        kinks = [kink[0] for kink in self._landscape.kinks if world.x() < kink[0] < world.right()]
        x = np.sort(np.concatenate([x, kinks]))
        pixels = np.clip(stage.to_pixels(on_curve(self._landscape, x[:, None])), -FAR, FAR)
        path = arrayToQPath(pixels[:, 0].copy(), pixels[:, 1].copy())
        zero = stage.to_pixels(np.zeros(2))[1]
        painter.setPen(QPen(t.color("line_strong", 0.7), weight()))
        painter.drawLine(QPointF(stage.plot.left(), zero), QPointF(stage.plot.right(), zero))
        below = arrayToQPath(pixels[:, 0].copy(), pixels[:, 1].copy())
        below.lineTo(stage.plot.right(), stage.plot.bottom() + 4)
        below.lineTo(stage.plot.left(), stage.plot.bottom() + 4)
        below.closeSubpath()
        # The field's own colours: as in a heat map, what is higher is lighter.
        lut = t.stage_lut()
        shade = QLinearGradient(0.0, stage.plot.top(), 0.0, stage.plot.bottom())
        for share, index, alpha in ((0.0, 200, 0.5), (1.0, 90, 0.3)):
            shade.setColorAt(share, t.color("#{:02X}{:02X}{:02X}".format(*lut[index]), alpha))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shade)
        painter.drawPath(below)
        pen = QPen(t.color("text", 0.85), 2.2 * weight())
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)


class KnownLayer:
    """Known minima and maxima, and the kinks; their names below the curve are another layer, above the lines."""

    def __init__(self, landscape: Landscape) -> None:
        minima = [c for c in landscape.critical_points if c.kind == "minimum"]
        few = len(landscape.critical_points) <= FEW
        kinks = {kink[0] for kink in landscape.kinks}
        self._marks: list[tuple[float, float, str, str]] = []
        for c in landscape.critical_points:
            name = c.kind[:3] if c.kind != "minimum" or len(minima) == 1 else f"min {minima.index(c) + 1}"
            if c.point[0] in kinks:
                kinks.discard(c.point[0])
                name += ", kink"
            # Where there are many, only the best is told by name.
            named = few or (c.kind == "minimum" and c.is_global)
            self._marks.append((c.point[0], c.value, c.kind, (name if few else "lowest") if named else ""))
        for place in sorted(kinks):
            self._marks.append((place, float(on_curve(landscape, np.array([place]))[1]), "kink", "kink"))

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw the marks."""
        t, bold = theme(), weight()
        for place, loss, kind, name in self._marks:
            x, y = np.clip(stage.to_pixels(np.array([place, loss])), -FAR, FAR)
            if not stage.plot.contains(QPointF(x, y)):
                continue
            alpha = 0.95 if name else 0.55
            radius = bold * (4.5 if name and kind == "minimum" else 3.0)
            painter.setPen(QPen(t.color("text", alpha), 1.3 * bold))
            painter.setBrush(t.color(t.ink))
            if kind == "minimum":
                painter.drawEllipse(QPointF(x, y), radius, radius)
            else:
                painter.drawPath(glyph_path("t1" if kind == "maximum" else "d", 8 * bold, x, y))

    def named(self, stage: Stage) -> list[tuple[str, float, float]]:
        """What has a name, and where it is in pixels."""
        places = np.array([(place, loss) for place, loss, _, _ in self._marks], dtype=np.float64).reshape(-1, 2)
        pixels = np.clip(stage.to_pixels(places), -FAR, FAR).tolist()
        there = zip(self._marks, pixels, strict=True)
        return [(name, x, y) for (_, _, _, name), (x, y) in there if name and stage.plot.contains(QPointF(x, y))]


class KnownNamesLayer:
    """The names of known minima, maxima and kinks: over tangent and secant, below the balls."""

    def __init__(self, known: KnownLayer) -> None:
        self._known = known

    def extent(self, stage: Stage) -> QRegion | None:
        """They stay where they are."""
        return QRegion()

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Write each name below its mark; in a tile there are none."""
        if stage.compact:
            return
        painter.setFont(fonts.font(fonts.TICK, fonts.MEDIUM))
        metrics = painter.fontMetrics()
        for name, x, y in self._known.named(stage):
            below = y + 9 + metrics.ascent() * weight()
            haloed(painter, name, x - metrics.horizontalAdvance(name) / 2, below, "muted")


class PastLayer:
    """Where each racer was in its last steps: dots on the curve that fade with age."""

    #: Steps that are remembered.
    LENGTH = 12

    def __init__(self) -> None:
        self.points: Array = np.zeros((0, 0, 2))
        self.looks: Sequence[Look] = ()

    def follow(self, landscape: Landscape, frame: RaceFrame, focus: Focus, trace: Trace) -> None:
        """Where racers were in the last steps; of many racers only the starts in focus."""
        known = trace.upto(frame.step)
        values = trace.values[max(0, known - self.LENGTH) : known]
        present = np.flatnonzero(frame.present[: values.shape[2]]).tolist()
        if len(present) * len(frame.lanes) > APART:
            present = [start for start in present if start == focus.start]
        if len(values) and present and len(frame.lanes):
            self.points = recent(landscape, values, present, SEGMENT)
        else:
            self.points = np.zeros((0, 0, 2))

    def extent(self, stage: Stage) -> QRegion | None:
        """Anywhere on the curve, or nowhere."""
        return None if self.points.size else QRegion()

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw the dots, points (n, L x S, 2) from old to new; nan where a racer was not there."""
        if not self.points.size:
            return
        t = theme()
        with np.errstate(all="ignore"):
            pixels = stage.to_pixels(self.points)
        painter.setPen(Qt.PenStyle.NoPen)
        bold = weight()
        per_lane = self.points.shape[1] // max(len(self.looks), 1)
        plot = stage.plot
        for age, row in enumerate(pixels[::-1]):
            share = 1.0 - age / self.LENGTH
            x, y = row.T
            # Written so that nan is outside.
            inside = (x >= plot.left()) & (x <= plot.right()) & (y >= plot.top()) & (y <= plot.bottom())
            for i in np.flatnonzero(inside).tolist():
                painter.setBrush(t.color(self.looks[i // per_lane].color_role, 0.12 + 0.5 * share))
                painter.drawEllipse(QPointF(x[i], y[i]), *2 * (bold * (1.6 + 1.4 * share),))


class PointerLayer:
    """Where a press would drop a start: the weight under the pointer, and its point on the curve."""

    def __init__(self, landscape: Landscape) -> None:
        self._landscape = landscape
        self.weight: float | None = None

    def extent(self, stage: Stage) -> QRegion | None:
        """A strip as wide as the dot."""
        if self.weight is None:
            return QRegion()
        x = int(np.clip(stage.to_pixels(np.array([self.weight, 0.0]))[0], -FAR, FAR))
        reach = round(6 * weight())
        return QRegion(x - reach, int(stage.plot.top()), 2 * reach, int(stage.plot.height()) + 1)

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw line and dot."""
        if self.weight is None:
            return
        t = theme()
        x, y = np.clip(stage.to_pixels(on_curve(self._landscape, np.array([self.weight]))), -FAR, FAR)
        painter.setPen(QPen(t.color("text", 0.22), weight()))
        painter.drawLine(QPointF(x, stage.plot.top()), QPointF(x, stage.plot.bottom()))
        painter.setPen(QPen(t.color("text", 0.8), 1.4 * weight()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), 4.0 * weight(), 4.0 * weight())


def recent(landscape: Landscape, values: NDArray[np.float32], present: Sequence[int], segment: int) -> Array:
    """The last few histories (n, L, S, channels) as points of the curve, shape (n, L x S, 2).

    Points from before a racer was last carried by hand are nan, as are those of a racer that was not there.
    """
    some = values[:, :, list(present)]
    weights = some[..., 0].astype(np.float64).reshape(len(some), -1, 1)
    points = on_curve(landscape, np.nan_to_num(weights, nan=0.0))
    part = some[..., segment].reshape(len(some), -1)
    gone = ~np.isfinite(weights[..., 0]) | (part != part[-1])
    points[gone] = np.nan
    return points
