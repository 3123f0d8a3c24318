"""A landscape of one weight: the curve, what is known of it, the balls on it and where they were."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPen, QPolygonF, QRegion

from lab.engine.landscapes import Array, Landscape
from lab.panels.race.layers import FEW, RacersLayer
from lab.panels.race.looks import Look
from lab.panels.race.strokes import label
from lab.ui import fonts
from lab.ui.stage import Stage
from lab.ui.theme import theme
from lab.ui.widgets import glyph_path, number_text

#: Larger numbers are drawn here: beyond them pixels would overflow.
HUGE = 1e150
#: Pixels beyond which nothing is drawn; Qt's rasteriser loses precision far outside.
FAR = 20_000.0
#: The middle of the domain stays below this share of the height: above it the card of the derivative has its place.
MIDDLE, BELOW = 0.76, 0.6
#: Balls touch at this distance of their centres, in pixels.
TOUCH = 14.0
#: More racers than this are not set beside each other where they meet.
APART = 24


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
        painter.setPen(QPen(t.color("line_strong", 0.7), 1))
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
        pen = QPen(t.color("text", 0.85), 2.2)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)


class KnownLayer:
    """Known minima and maxima, and the kinks, each by name below the curve."""

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
        for weight in sorted(kinks):
            self._marks.append((weight, float(on_curve(landscape, np.array([weight]))[1]), "kink", "kink"))

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw the marks; in a tile without their names."""
        t = theme()
        painter.setFont(fonts.font(fonts.TICK, fonts.MEDIUM))
        for weight, loss, kind, name in self._marks:
            x, y = np.clip(stage.to_pixels(np.array([weight, loss])), -FAR, FAR)
            if not stage.plot.contains(QPointF(x, y)):
                continue
            alpha = 0.95 if name else 0.55
            radius = 4.5 if name and kind == "minimum" else 3.0
            painter.setPen(QPen(t.color("text", alpha), 1.3))
            painter.setBrush(t.color(t.ink))
            if kind == "minimum":
                painter.drawEllipse(QPointF(x, y), radius, radius)
            else:
                painter.drawPath(glyph_path("t1" if kind == "maximum" else "d", 8, x, y))
            if name and not stage.compact:
                width = painter.fontMetrics().horizontalAdvance(name)
                painter.setPen(t.color("muted"))
                painter.drawText(QPointF(x - width / 2, y + 20), name)


class PastLayer:
    """Where each racer was in its last steps: dots on the curve that fade with age."""

    #: Steps that are remembered.
    LENGTH = 12

    def __init__(self) -> None:
        self.points: Array = np.zeros((0, 0, 2))
        self.looks: Sequence[Look] = ()

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
        per_lane = self.points.shape[1] // max(len(self.looks), 1)
        plot = stage.plot
        for age, row in enumerate(pixels[::-1]):
            share = 1.0 - age / self.LENGTH
            x, y = row.T
            # Written so that nan is outside.
            inside = (x >= plot.left()) & (x <= plot.right()) & (y >= plot.top()) & (y <= plot.bottom())
            for i in np.flatnonzero(inside).tolist():
                painter.setBrush(t.color(self.looks[i // per_lane].color_role, 0.12 + 0.5 * share))
                painter.drawEllipse(QPointF(x[i], y[i]), 1.6 + 1.4 * share, 1.6 + 1.4 * share)


def stacked(points: Array, fixed: Array, ceiling: Array) -> Array:
    """Points as near above their place as they can be without touching, in pixels.

    Parameters
    ----------
    points : (n, 2) array
        Where marks belong; the first has precedence and stays.
    fixed : (m, 3) array
        What is there already: x, y, and the distance to keep from it.
    ceiling : (n,) array
        A mark that would rise above this height is hung below instead.

    Returns
    -------
    (n, 2) array
        A mark that comes near another one rolls over it, without a jump. Cost: n² comparisons.
    """
    placed = [(float(x), float(y), float(gap)) for x, y, gap in fixed]
    found = points.astype(np.float64, copy=True)
    for i, (x, y) in enumerate(found.tolist()):
        place = y
        if i:
            place = _free(x, y, -1.0, placed)
            if place < ceiling[i] <= y:
                place = _free(x, y, 1.0, placed)
        found[i, 1] = place
        placed.append((x, place, TOUCH))
    return found


def _free(x: float, y: float, way: float, placed: Sequence[tuple[float, float, float]]) -> float:
    for _ in range(len(placed) + 1):
        near = [(py, gap * gap - (px - x) ** 2) for px, py, gap in placed if abs(px - x) < gap]
        pushes = [py + way * math.sqrt(room) for py, room in near if (py - y) ** 2 < room - 1e-6]
        if not pushes:
            break
        y = max(pushes) if way > 0 else min(pushes)
    return y


class BallsLayer(RacersLayer):
    """Balls on the curve; those that meet lie on top of each other, the one in focus on its place."""

    def __init__(self) -> None:
        super().__init__()
        self._known: tuple[object, ...] = ()
        self._spread: Array = np.zeros((0, 0, 2))
        self._words: list[QRectF] = []
        #: A card along the upper edge, in pixels.
        self.card: QRectF | None = None
        #: Whatever floats over the stage, in pixels: words keep clear of it.
        self.covered: list[QRectF] = []

    def pixels(self, stage: Stage) -> NDArray[np.float64]:
        """Where the balls are drawn, in pixels, shape (L, S, 2)."""
        known = (self.frame, self.focus, stage.world, stage.plot, self.card)
        # `is` for the frame: comparing its arrays would cost more than the answer.
        same = len(self._known) == 5 and self._known[0] is self.frame and self._known[1:] == known[1:]
        if not same:
            self._known, self._spread = known, self._apart(stage)
        return self._spread

    def _apart(self, stage: Stage) -> Array:
        assert self.frame is not None
        places = super().pixels(stage)
        inside = (
            (places[..., 0] >= stage.plot.left() - 2)
            & (places[..., 0] <= stage.plot.right() + 2)
            & (places[..., 1] >= stage.plot.top() - 2)
            & (places[..., 1] <= stage.plot.bottom() + 2)
        )
        moved = inside & self._drawn()
        if not 1 < moved.sum() <= APART:
            return places
        rows = [tuple(at) for at in np.argwhere(moved).tolist()]
        main = (self.frame.lanes.index(self.focus[0]), self.focus[1]) if self.focus is not None else None
        rows.sort(key=lambda at: at != main)
        flags = self.start_pixels(stage)[self.frame.present]
        fixed = np.column_stack([flags, np.full(len(flags), TOUCH + 6.0)])
        spread = places.copy()
        where = tuple(np.array(rows).T)
        spread[where] = stacked(places[where], fixed, self._ceiling(stage, places[where][:, 0]))
        return spread

    def _ceiling(self, stage: Stage, x: Array) -> Array:
        """How high balls may be stacked: not out of the picture, nor under a card along its upper edge."""
        ceiling = np.full(len(x), stage.plot.top() + 10.0)
        card = self.card
        if card is not None:
            ceiling[(x > card.left() - 10.0) & (x < card.right() + 10.0)] = card.bottom() + 10.0
        return ceiling

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw threads from balls to their places, then flags and balls."""
        if self.frame is None or not len(self.frame.starts):
            return
        self._words = []
        t, places, drawn = theme(), super().pixels(stage), self.pixels(stage)
        for lane, start in np.argwhere(np.abs(places[..., 1] - drawn[..., 1]) > 3.0).tolist():
            painter.setPen(QPen(t.color(self.looks[lane].color_role, 0.6), 1.2))
            x, y = places[lane, start]
            painter.drawLine(QPointF(x, y), QPointF(x, drawn[lane, start, 1]))
        super().paint(painter, stage)

    def _outside(self, painter: QPainter, stage: Stage, look: Look, x: float, y: float, diverged: int) -> None:
        """The ball sticks to the border, with an arrow and how far away it is; several are listed below each other.

        Sideways the distance is told in widths of the picture, upwards and downwards in its heights.
        """
        t, plot = theme(), stage.plot.adjusted(16, 16, -16, -16)
        px, py = min(max(x, plot.left()), plot.right()), min(max(y, plot.top()), plot.bottom())
        sideways = px != x
        away = abs(x - px) / stage.plot.width() if sideways else abs(y - py) / stage.plot.height()
        # The curve is steep far out: an arrow along the true direction would always point straight up.
        angle = (0.0 if x > px else math.pi) if sideways else (math.pi / 2 if y > py else -math.pi / 2)
        painter.setFont(fonts.font(fonts.TICK, fonts.MEDIUM))
        text = f"{number_text(away, 2)} {'widths' if sideways else 'heights'}"
        if diverged >= 0:
            text = f"diverged at {diverged:,}"
        width = painter.fontMetrics().horizontalAdvance(text)
        left = px + 14 if px < plot.center().x() else px - 16 - width
        box = QRectF(min(left, px - 8), py - 8, width + 22, 16)
        step = -18.0 if py > plot.center().y() else 18.0
        for _ in range(64):
            if not any(box.intersects(other) for other in (*self.covered, *self._words)):
                break
            box.translate(0.0, step)
        self._words.append(box)
        py = box.center().y()
        painter.setPen(QPen(t.color(t.ink), 1.2))
        painter.setBrush(t.color(look.color_role))
        painter.drawPath(glyph_path(look.symbol, 10, px, py))
        tip = QPointF(px + 15 * math.cos(angle), py + 15 * math.sin(angle))
        wings = [QPointF(px + 10 * math.cos(angle + s), py + 10 * math.sin(angle + s)) for s in (0.45, -0.45)]
        painter.drawPolygon(QPolygonF([tip, *wings]))
        label(painter, text, left, py + 4, "error" if diverged >= 0 else "text")


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
        return QRegion(x - 6, int(stage.plot.top()), 12, int(stage.plot.height()) + 1)

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw line and dot."""
        if self.weight is None:
            return
        t = theme()
        x, y = np.clip(stage.to_pixels(on_curve(self._landscape, np.array([self.weight]))), -FAR, FAR)
        painter.setPen(QPen(t.color("text", 0.22), 1))
        painter.drawLine(QPointF(x, stage.plot.top()), QPointF(x, stage.plot.bottom()))
        painter.setPen(QPen(t.color("text", 0.8), 1.4))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), 4.0, 4.0)


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
