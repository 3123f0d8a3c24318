"""What lies on a two-dimensional stage apart from the racers: field, known points, and where the next step leads."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPen, QRegion, QTransform

from lab.engine.landscapes import Landscape
from lab.panels.race.field import Field
from lab.panels.race.strokes import arrow as _arrow
from lab.panels.race.strokes import label as _label
from lab.ui import fonts
from lab.ui.stage import Stage
from lab.ui.theme import theme, weight
from lab.ui.widgets import glyph_path

#: More minima than this are marked small and without names.
FEW = 6


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
    """Known minima, maxima and saddles."""

    def __init__(self, landscape: Landscape) -> None:
        self._points = landscape.critical_points
        self._count = sum(c.kind == "minimum" for c in self._points)
        self._few = self._count <= FEW

    def paint(self, painter: QPainter, stage: Stage) -> None:
        t = theme()
        painter.setFont(fonts.font(fonts.TICK, fonts.MEDIUM))
        minima = 0
        for critical in self._points:
            x, y = stage.to_pixels(np.array(critical.point))
            if critical.kind == "minimum":
                minima += 1
                self._minimum(painter, stage, x, y, f"min {minima}" if self._count > 1 else "min", critical.is_global)
            elif self._few:
                painter.setPen(QPen(t.color("text", 0.55), 1.2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                if critical.kind == "saddle":
                    for dx in (-4.0, 4.0):
                        painter.drawLine(QPointF(x - dx, y - 4), QPointF(x + dx, y + 4))
                else:
                    painter.drawPath(glyph_path("t1", 9, x, y))

    def _minimum(self, painter: QPainter, stage: Stage, x: float, y: float, name: str, lowest: bool) -> None:
        t = theme()
        radius = weight() * (11.0 if self._few else 6.0 if lowest else 3.5)
        painter.setPen(QPen(t.color("text", 0.95 if self._few or lowest else 0.6), 1.2 * weight()))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QPointF(x, y), radius, radius)
        arm = radius * 0.5
        painter.drawLine(QPointF(x - arm, y), QPointF(x + arm, y))
        painter.drawLine(QPointF(x, y - arm), QPointF(x, y + arm))
        if self._few and not stage.compact:
            width = painter.fontMetrics().horizontalAdvance(name)
            painter.drawText(QPointF(x - width / 2, y - radius - 6), name)


class ArrowsLayer:
    """Where the racer in focus goes next: the descent direction and its step; directions, not lengths."""

    LENGTHS = (86.0, 58.0)

    def __init__(self) -> None:
        self.origin: NDArray[np.float64] | None = None
        self.gradient = np.zeros(2)
        self.step = np.zeros(2)

    def extent(self, stage: Stage) -> QRegion | None:
        """A square that both arrows and their names fit in, whatever their directions."""
        if self.origin is None:
            return QRegion()
        x, y = (int(v) for v in np.clip(stage.to_pixels(self.origin), -20000, 20000))
        reach = round(max(self.LENGTHS)) + 64
        return QRegion(x - reach, y - reach, 2 * reach, 2 * reach)

    def paint(self, painter: QPainter, stage: Stage) -> None:
        if self.origin is None:
            return
        t = theme()
        x, y = stage.to_pixels(self.origin)
        if not stage.plot.contains(QPointF(x, y)):
            return
        painter.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD))
        unit = np.array([stage.plot.width() / stage.world.width(), -stage.plot.height() / stage.world.height()])
        with np.errstate(all="ignore"):
            if np.hypot(*(self.step * unit)) < STILL:
                return
        drawn = ((-self.gradient, "gradient", "−∇f"), (self.step, "text", "Δθ"))
        for (vector, role, name), length in zip(drawn, self.LENGTHS, strict=True):
            with np.errstate(all="ignore"):
                direction = vector * unit
                norm = float(np.hypot(*direction))
            if not math.isfinite(norm) or norm == 0.0:
                continue
            dx, dy = direction / norm
            length = _within(stage.plot.adjusted(56, 26, -56, -26), x, y, dx, dy, length)
            tip = QPointF(x + dx * length, y + dy * length)
            _arrow(painter, QPointF(x, y), tip, t.color(role), t.color(t.ink, 0.75))
            width = painter.fontMetrics().horizontalAdvance(name)
            where = QPointF(tip.x() + dx * (10 + width / 2) - width / 2, tip.y() + dy * 16 + 5)
            painter.setPen(t.color(role))
            _label(painter, name, where.x(), where.y(), role)


def _within(room: QRectF, x: float, y: float, dx: float, dy: float, length: float) -> float:
    """How long an arrow may be to stay in the room with its name; some of it is always seen."""
    across = (room.right() - x) / dx if dx > 0 else (room.left() - x) / dx if dx < 0 else math.inf
    down = (room.bottom() - y) / dy if dy > 0 else (room.top() - y) / dy if dy < 0 else math.inf
    return max(min(length, across, down), 0.4 * length)
