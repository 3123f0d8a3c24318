"""What lies on a two-dimensional stage apart from the racers: field, known points, and where the next step leads."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPainterPath, QPen, QRegion, QTransform

from lab.engine.landscapes import Critical, Landscape
from lab.panels.race.field import Field
from lab.panels.race.strokes import HALO, freest, haloed, hits
from lab.panels.race.strokes import arrow as _arrow
from lab.ui import fonts
from lab.ui.stage import Stage
from lab.ui.stamps import stamp
from lab.ui.theme import theme, weight
from lab.ui.widgets import glyph_path

#: More minima than this are marked small and without names.
FEW = 6
#: Radius of the ring round a minimum, in pixels.
RING = 11.0

#: A step of less than so many pixels is none to the eye: arrows would make much of nothing.
STILL = 1e-3


class FieldLayer:
    """Heat image and contours; an older field is shown, moved to its place, until the new one is there."""

    def __init__(self) -> None:
        self.show_contours = True
        self.show_image = True
        self._field: Field | None = None
        self._path = QPainterPath()
        self._image: QImage | None = None
        self._theme = ""

    def set_field(self, field: Field | None) -> None:
        """Show another field."""
        self._field = field
        self._image = None
        self._path = QPainterPath()
        if field is not None and field.lines:
            gap = np.full((1, 2), np.nan)
            points = np.concatenate([piece for line in field.lines for piece in (line, gap)])
            self._path = arrayToQPath(points[:, 0].copy(), points[:, 1].copy(), connect="finite")

    def paint(self, painter: QPainter, stage: Stage) -> None:
        if self._field is None:
            return
        t = theme()
        if self._image is None or self._theme != t.name:
            self._theme = t.name
            rgb = t.stage_lut()[self._field.shade]
            if self._field.undefined.any():
                # Where there is no loss there is no ground: stripes of the surface's own colours.
                ny, nx = self._field.shade.shape
                stripe = (np.add.outer(np.arange(ny), np.arange(nx)) // 3 % 2).astype(np.intp)
                shades = [t.color(role) for role in ("bg", "surface")]
                ground = np.array([(c.red(), c.green(), c.blue()) for c in shades], dtype=np.uint8)
                rgb = np.where(self._field.undefined[..., None], ground[stripe], rgb).astype(np.uint8)
            ny, nx = self._field.shade.shape
            self._image = QImage(np.ascontiguousarray(rgb).data, nx, ny, 3 * nx, QImage.Format.Format_RGB888).copy()
        x, y, width, height = self._field.world
        (left, bottom), (right, top) = stage.to_pixels(np.array([[x, y], [x + width, y + height]]))
        if self.show_image:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.drawImage(QRectF(left, top, right - left, bottom - top), self._image)
        if self.show_contours:
            to_pixels = QTransform((right - left) / width, 0, 0, (top - bottom) / height, 0, 0)
            to_pixels *= QTransform.fromTranslate(
                left - x * (right - left) / width, bottom - y * (top - bottom) / height
            )
            pen = QPen(t.color("#BFD2EA" if t.dark else "#26466B", 0.17 if t.dark else 0.22), 1)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(to_pixels.map(self._path))


class CriticalLayer:
    """Known minima, maxima and saddles; the minima's names are another layer, which lies above the trails."""

    def __init__(self, landscape: Landscape) -> None:
        self._points = landscape.critical_points
        self._places = np.array([c.point for c in self._points], dtype=np.float64).reshape(len(self._points), 2)
        self._few = sum(c.kind == "minimum" for c in self._points) <= FEW

    def paint(self, painter: QPainter, stage: Stage) -> None:
        seen = stage.plot.adjusted(-RING, -RING, RING, RING)
        for critical, (x, y) in zip(self._points, stage.to_pixels(self._places).tolist(), strict=True):
            if seen.contains(x, y) and (self._few or critical.kind == "minimum"):
                look = (critical.kind, critical.is_global, self._few, theme().name, weight())
                stamp(painter, look, partial(self._mark, critical), RING * weight() + 2, x, y)

    def _mark(self, critical: Critical, painter: QPainter) -> None:
        """One point's mark, around (0, 0)."""
        t = theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if critical.kind == "minimum":
            radius = weight() * (RING if self._few else 6.0 if critical.is_global else 3.5)
            painter.setPen(QPen(t.color("text", 0.95 if self._few or critical.is_global else 0.6), 1.2 * weight()))
            painter.drawEllipse(QPointF(0, 0), radius, radius)
            arm = radius * 0.5
            painter.drawLine(QPointF(-arm, 0), QPointF(arm, 0))
            painter.drawLine(QPointF(0, -arm), QPointF(0, arm))
            return
        bold = weight()
        painter.setPen(QPen(t.color("text", 0.55), 1.2 * bold))
        if critical.kind == "saddle":
            for dx in (-4.0 * bold, 4.0 * bold):
                painter.drawLine(QPointF(-dx, -4 * bold), QPointF(dx, 4 * bold))
        else:
            painter.drawPath(glyph_path("t1", 9 * bold))


class NamesLayer:
    """The names of the minima, above the trails: beside their rings, where no head, flag, arrow or overlay is.

    While it is `steady` a name stays where it stands until something comes in its way; of more than `FEW` minima none
    has a name.
    """

    def __init__(self, landscape: Landscape) -> None:
        minima = [c for c in landscape.critical_points if c.kind == "minimum"]
        #: Rectangles and points, in pixels, that names should not lie on.
        self.in_the_way: tuple[list[QRectF], list[tuple[float, float]]] = ([], [])
        self._places = np.array([c.point for c in minima], dtype=np.float64).reshape(len(minima), 2)
        self._names = [f"min {i + 1}" for i in range(len(minima))] if len(minima) > 1 else ["min"] * len(minima)
        if len(minima) > FEW:
            self._places, self._names = self._places[:0], []
        self._sides = [0] * len(self._names)
        #: Whether names stay where they are as long as they can; else where they stand follows from the frame alone.
        self.steady = False
        self._known: tuple[object, ...] = ()
        self._boxes: list[QRectF] = []
        #: As they were painted last.
        self._drawn: list[QRectF] = []

    def boxes(self, stage: Stage) -> list[QRectF]:
        """Where the names stand, in pixels."""
        if stage.compact or not self._names:
            return []
        taken, marks = self.in_the_way
        # The same lists, the same places: asked for three times a frame, they are found once.
        known = (stage.world, stage.plot, fonts.scale(), weight())
        if self._known and self._known[0] is taken and self._known[1] is marks and self._known[2:] == known:
            return self._boxes
        self._known = (taken, marks, *known)
        metrics = QFontMetricsF(fonts.font(fonts.TICK, fonts.SEMIBOLD))
        found: list[QRectF] = []
        room, ring = stage.plot.adjusted(2, 2, -2, -2), weight() * RING
        for i, ((x, y), name) in enumerate(zip(stage.to_pixels(self._places).tolist(), self._names, strict=True)):
            if not stage.plot.contains(x, y):
                found.append(QRectF())
                continue
            wide, high = metrics.horizontalAdvance(name), metrics.height()
            across, up = ring + 6 + wide / 2, ring + 3 + high / 2
            aside = ((0, -up), (0, up), (across, 0), (-across, 0), (across, -up), (-across, -up))
            boxes = [QRectF(x + dx - wide / 2, y + dy - high / 2, wide, high) for dx, dy in aside]
            inside = [k for k, box in enumerate(boxes) if room.contains(box)] or [0]
            now = inside.index(self._sides[i]) if self.steady and self._sides[i] in inside else 0
            near = [mark for mark in marks if abs(mark[0] - x) < across + wide + 9 and abs(mark[1] - y) < up + high + 9]
            self._sides[i] = inside[freest([boxes[k] for k in inside], [*taken, *found], near, now)]
            found.append(boxes[self._sides[i]])
        self._boxes = found
        return found

    def extent(self, stage: Stage) -> QRegion | None:
        """The names that go elsewhere, and where they were."""
        found, boxes = QRegion(), self.boxes(stage)
        if boxes != self._drawn:
            for box in (*boxes, *self._drawn):
                found += box.toAlignedRect().adjusted(-HALO, -HALO, HALO, HALO)
        return found

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Write each name beside its ring."""
        boxes = self._drawn = self.boxes(stage)
        painter.setFont(fonts.font(fonts.TICK, fonts.SEMIBOLD))
        ascent = painter.fontMetrics().ascent()
        for box, name in zip(boxes, self._names, strict=False):
            if not box.isEmpty():
                haloed(painter, name, box.left(), box.top() + ascent)


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow as it is drawn: where it ends, and the box of its name."""

    tip: QPointF
    box: QRectF
    role: str
    name: str


class ArrowsLayer:
    """Where the racer in focus goes next: the descent direction and its step; directions, not lengths.

    Names keep clear of overlays, of each other and, where there is a choice, of heads; an arrow is cut short for that.
    """

    LENGTHS = (86.0, 58.0)

    def __init__(self) -> None:
        self.origin: NDArray[np.float64] | None = None
        self.gradient = np.zeros(2)
        self.step = np.zeros(2)
        #: So far from where they begin nothing is drawn, in pixels: the letter of a start stands there.
        self.gap = 0.0
        #: What floats over the stage, and marks that had better be seen, in pixels.
        self.covered: list[QRectF] = []
        self.marks: list[tuple[float, float]] = []
        self._known: tuple[object, ...] = ()
        self._laid_out: list[Arrow] = []

    def extent(self, stage: Stage) -> QRegion | None:
        """A square that both arrows and their names fit in, whatever their directions."""
        if self.origin is None:
            return QRegion()
        x, y = (int(v) for v in np.clip(stage.to_pixels(self.origin), -20000, 20000))
        reach = round(max(self.LENGTHS) + 64 * max(1.0, fonts.scale()))
        return QRegion(x - reach, y - reach, 2 * reach, 2 * reach)

    def laid_out(self, stage: Stage) -> list[Arrow]:
        """The arrows as they are drawn: none where there is no step to see."""
        if self.origin is None:
            return []
        known = (self.origin, self.gradient, self.step, self.covered, self.marks)
        seen = (stage.world, stage.plot, fonts.scale())
        same = len(self._known) == 8 and all(a is b for a, b in zip(self._known, known, strict=False))
        if not same or self._known[5:] != seen:
            self._known, self._laid_out = (*known, *seen), self._lay_out(stage, self.origin)
        return self._laid_out

    def there(self, stage: Stage) -> bool:
        """Whether there is a step to see; much sooner known than how its arrows lie."""
        if self.origin is None:
            return False
        x, y = stage.to_pixels(self.origin).tolist()
        with np.errstate(all="ignore"):
            return bool(stage.plot.contains(x, y) and np.hypot(*(self.step * _per_unit(stage))) >= STILL)

    def _lay_out(self, stage: Stage, origin: NDArray[np.float64]) -> list[Arrow]:
        if not self.there(stage):
            return []
        x, y = stage.to_pixels(origin).tolist()
        unit = _per_unit(stage)
        metrics = QFontMetricsF(fonts.font(fonts.BODY, fonts.SEMIBOLD))
        found: list[Arrow] = []
        drawn = ((-self.gradient, "gradient", "−∇f"), (self.step, "text", "Δθ"))
        ways = []
        for (vector, role, name), length in zip(drawn, self.LENGTHS, strict=True):
            with np.errstate(all="ignore"):
                direction = vector * unit
                norm = float(np.hypot(*direction))
            if math.isfinite(norm) and norm > 0.0:
                ways.append((*(direction / norm).tolist(), length, role, name))
        for dx, dy, length, role, name in ways:
            size = metrics.horizontalAdvance(name) + 10, metrics.height() + 4
            bare = Arrow(QPointF(), QRectF(), role, name)
            # A name had better not lie on the other arrow.
            shafts = [(x + u * long * k / 5, y + v * long * k / 5)
                      for u, v, long, _, other in ways if other != name for k in range(1, 6)]  # fmt: skip
            found.append(self._laid(stage.plot, x, y, dx, dy, length, size, bare, found, shafts))
        return found

    def _laid(
        self, plot: QRectF, x: float, y: float, dx: float, dy: float, length: float, size: tuple[float, float],
        arrow: Arrow, others: Sequence[Arrow], shafts: Sequence[tuple[float, float]],
    ) -> Arrow:  # fmt: skip
        """An arrow from (x, y) along (dx, dy), as long as it can be, with its name where there is room."""
        wide, high = size
        longest = _within(plot.adjusted(8, 8, -8, -8), x, y, dx, dy, length)
        best, least = arrow, math.inf
        taken = [*self.covered, *(other.box for other in others)]
        near = length + wide + 12
        marks = [m for m in self.marks if abs(m[0] - x) < near and abs(m[1] - y) < near] + [*shafts, *shafts]
        # Half the name's width and height, as far as the direction asks for them: it stands just beyond the tip.
        beyond = 6 + abs(dx) * wide / 2 + abs(dy) * high / 2
        for cut in (1.0, 0.8, 0.62, 0.45):
            tip = QPointF(x + dx * longest * cut, y + dy * longest * cut)
            for k, (u, v) in enumerate(((dx, dy), (-dy, dx), (dy, -dx))):
                reach = beyond if k == 0 else 8 + abs(u) * wide / 2 + abs(v) * high / 2
                back = 0.0 if k == 0 else 6.0
                cx, cy = tip.x() + u * reach - dx * back, tip.y() + v * reach - dy * back
                box = QRectF(cx - wide / 2, cy - high / 2, wide, high)
                worse = hits(box, taken, marks, 6.0) + 4 * sum(other.contains(tip) for other in self.covered)
                worse += 0 if plot.contains(box) else 4
                cost = worse + 0.9 * (1.0 - cut) + 0.2 * (k > 0)
                if cost < least:
                    best, least = dataclasses.replace(arrow, tip=tip, box=box), cost
                if worse == 0:
                    # Nothing in the way: what comes would only be shorter.
                    return best
        return best

    def paint(self, painter: QPainter, stage: Stage) -> None:
        arrows = self.laid_out(stage)
        if self.origin is None or not arrows:
            return
        t = theme()
        x, y = stage.to_pixels(self.origin).tolist()
        painter.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD))
        for arrow in arrows:
            across, down = arrow.tip.x() - x, arrow.tip.y() - y
            long = math.hypot(across, down)
            # At least its head is always drawn.
            away = min(self.gap, max(long - 12.0 * weight(), 0.0)) / long if long else 0.0
            begin = QPointF(x + away * across, y + away * down)
            _arrow(painter, begin, arrow.tip, t.color(arrow.role), t.color(t.ink, 0.75))
        for arrow in arrows:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("surface", 0.86))
            painter.drawRoundedRect(arrow.box, 4, 4)
            painter.setPen(t.color(arrow.role))
            painter.drawText(arrow.box, Qt.AlignmentFlag.AlignCenter, arrow.name)


def _per_unit(stage: Stage) -> NDArray[np.float64]:
    """Pixels to the right and down for a unit of the world."""
    return np.array([stage.plot.width() / stage.world.width(), -stage.plot.height() / stage.world.height()])


def _within(room: QRectF, x: float, y: float, dx: float, dy: float, length: float) -> float:
    """How long an arrow may be to stay in the room; some of it is always seen."""
    across = (room.right() - x) / dx if dx > 0 else (room.left() - x) / dx if dx < 0 else math.inf
    down = (room.bottom() - y) / dy if dy > 0 else (room.top() - y) / dy if dy < 0 else math.inf
    return max(min(length, across, down), 0.4 * length)
