"""Marks: one source of shapes for scatter plots, legends, leaderboards and ticks on the timeline."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen, QPolygonF, QTransform
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.ui.theme import theme


def _polygon(corners: int, turn: float = 0.0, inner: float = 0.0) -> QPainterPath:
    """A regular polygon, or with `inner` a star, first corner at `turn` degrees clockwise from the top."""
    points = []
    count = corners * 2 if inner else corners
    for i in range(count):
        radius = inner if inner and i % 2 else 1.0
        angle = math.radians(turn) + 2 * math.pi * i / count
        points.append(QPointF(radius * math.sin(angle), -radius * math.cos(angle)))
    return _closed(points)


def _closed(points: list[QPointF]) -> QPainterPath:
    path = QPainterPath()
    path.addPolygon(QPolygonF(points))
    path.closeSubpath()
    return path


def _disc(radius: float = 1.0) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(0, 0), radius, radius)
    return path


def _ring() -> QPainterPath:
    path = _disc()
    path.addPath(_disc(0.52).toReversed())
    return path


def _cross(turn: float) -> QPainterPath:
    w = 0.34
    xs = [(-w, -1), (w, -1), (w, -w), (1, -w), (1, w), (w, w), (w, 1), (-w, 1), (-w, w), (-1, w), (-1, -w), (-w, -w)]
    return QTransform().rotate(turn).map(_closed([QPointF(x, y) for x, y in xs]))


def _bow() -> QPainterPath:
    path = _closed([QPointF(-0.8, -1), QPointF(0.8, -1), QPointF(0, 0)])
    path.addPath(_closed([QPointF(0, 0), QPointF(0.8, 1), QPointF(-0.8, 1)]))
    return path


def _drop() -> QPainterPath:
    path = QPainterPath(QPointF(0, -1.15))
    path.cubicTo(0.75, -0.3, 0.85, 0.1, 0.85, 0.35)
    path.cubicTo(0.85, 1.45, -0.85, 1.45, -0.85, 0.35)
    path.cubicTo(-0.85, 0.1, -0.75, -0.3, 0, -1.15)
    path.closeSubpath()
    return path


def _half() -> QPainterPath:
    path = QPainterPath(QPointF(-1, 0))
    path.arcTo(QRectF(-1, -1, 2, 2), 180, -180)
    path.closeSubpath()
    return path


def _hollow(outer: QPainterPath, share: float) -> QPainterPath:
    """A shape with a hole of its own form."""
    path = QPainterPath(outer)
    path.addPath(QTransform().scale(share, share).map(outer).toReversed())
    return path


def _crescent() -> QPainterPath:
    return _disc().subtracted(_disc(0.86).translated(0.62, 0)).simplified()


def _mouth() -> QPainterPath:
    """A disc that lacks a quarter on its right."""
    path = QPainterPath(QPointF(0, 0))
    path.arcTo(QRectF(-1, -1, 2, 2), 45, 270)
    path.closeSubpath()
    return path


def _points(*corners: tuple[float, float]) -> QPainterPath:
    return _closed([QPointF(x, y) for x, y in corners])


_SHAPES: Mapping[str, Callable[[], QPainterPath]] = {
    "o": _disc,
    "s": lambda: _polygon(4, 45),
    "t1": lambda: _polygon(3),
    "d": lambda: QTransform().scale(0.8, 1.05).map(_polygon(4)),
    "star": lambda: _polygon(5, inner=0.44),
    "h": lambda: _polygon(6),
    "t": lambda: _polygon(3, 180),
    "p": lambda: _polygon(5),
    "+": lambda: _cross(0),
    "x": lambda: _cross(45),
    "star4": lambda: _polygon(4, inner=0.38),
    "bow": _bow,
    "ring": _ring,
    "drop": _drop,
    "half": _half,
    "t2": lambda: _polygon(3, 90),
    "t3": lambda: _polygon(3, 270),
    "star8": lambda: _polygon(8, inner=0.66),
    "star3": lambda: _polygon(3, 180, inner=0.3),
    "star6": lambda: _polygon(6, 30, inner=0.5),
    "frame": lambda: _hollow(_polygon(4, 45), 0.5),
    "delta": lambda: _hollow(_polygon(3), 0.42),
    "gem": lambda: _hollow(_polygon(4), 0.46),
    "tie": lambda: QTransform().rotate(90).map(_bow()),
    "bar": lambda: _points((-1, -0.42), (1, -0.42), (1, 0.42), (-1, 0.42)),
    "post": lambda: _points((-0.42, -1), (0.42, -1), (0.42, 1), (-0.42, 1)),
    "slab": lambda: _points((-0.45, -0.7), (1.1, -0.7), (0.45, 0.7), (-1.1, 0.7)),
    "house": lambda: _points(
        (0, -1), (0.85, -0.15), (0.5, -0.15), (0.5, 0.9), (-0.5, 0.9), (-0.5, -0.15), (-0.85, -0.15)
    ),
    "crescent": _crescent,
    "mouth": _mouth,
    "chevron": lambda: _points((0, -0.9), (1, 0.1), (1, 0.9), (0, -0.05), (-1, 0.9), (-1, 0.1)),
}


def _moments(path: QPainterPath) -> tuple[float, float, float]:
    """Area and centroid of a path, by the shoelace formula over its flattened outlines (holes run backwards)."""
    scaled = QTransform().scale(100, 100)  # flattening works in pixels: large is exact
    area = cx = cy = 0.0
    for polygon in path.toSubpathPolygons(scaled):
        points = [(p.x() / 100, p.y() / 100) for p in polygon.toList()]
        for (x0, y0), (x1, y1) in zip(points, points[1:] + points[:1], strict=True):
            cross = x0 * y1 - x1 * y0
            area += cross / 2
            cx += (x0 + x1) * cross / 6
            cy += (y0 + y1) * cross / 6
    return abs(area), cx / area, cy / area


def _normal(path: QPainterPath) -> QPainterPath:
    """Centre a shape on its centroid and scale it so that it looks as large as a disc of diameter 1.

    What looks equally large lies between equal ink and equal extent: the geometric mean of the diameter of the disc
    of the same area and the longer side of the bounding box is made 1.
    """
    area, x, y = _moments(path)
    box = path.boundingRect()
    extent = max(box.width(), box.height())
    size = math.sqrt(2 * math.sqrt(area / math.pi) * extent)
    return QTransform().scale(1 / size, 1 / size).translate(-x, -y).map(path)


#: Every shape, centred on 0 and as large as a disc of diameter 1; usable as a pyqtgraph ``symbol``.
SYMBOLS: Mapping[str, QPainterPath] = MappingProxyType({name: _normal(make()) for name, make in _SHAPES.items()})


def glyph_path(symbol: str, size: float, cx: float = 0.0, cy: float = 0.0) -> QPainterPath:
    """A shape `size` px large around (cx, cy); KeyError names an unknown symbol."""
    try:
        unit = SYMBOLS[symbol]
    except KeyError:
        raise KeyError(f"no symbol is called {symbol!r}") from None
    return QTransform().translate(cx, cy).scale(size, size).map(unit)


class Glyph(QWidget):
    """One mark: the shape and colour by which a series is known; a halo says that it is in focus."""

    def __init__(
        self,
        symbol: str,
        color_role: str,
        *,
        size: float = 12,
        box: int = 20,
        halo: bool = False,
        muted: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._size = size
        self.setFixedSize(box, box)
        self.setAccessibleName(name)
        self._mark: tuple[str, str, bool, bool] | None = None
        self.set_mark(symbol, color_role, halo=halo, muted=muted)

    def set_mark(self, symbol: str, color_role: str, *, halo: bool = False, muted: bool = False) -> None:
        """Show another mark."""
        theme().hex(color_role)
        mark = (symbol, color_role, halo, muted)
        if mark == self._mark:
            return
        self._mark = mark
        self._path = glyph_path(symbol, self._size)
        self._color_role, self._halo, self._muted = color_role, halo, muted
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.translate(self.width() / 2, self.height() / 2)
            if self._halo:
                radius = self.width() / 2 - 0.5
                painter.setBrush(theme().color(self._color_role, 0.28))
                painter.drawEllipse(QPointF(0, 0), radius, radius)
            painter.setBrush(theme().color(self._color_role, 0.35 if self._muted else 1.0))
            painter.drawPath(self._path)


class Swatch(QWidget):
    """A short stroke for legends of lines."""

    def __init__(
        self, color_role: str, *, dashed: bool = False, alpha: float = 1.0, width: float = 2.5, name: str = ""
    ) -> None:
        super().__init__()
        theme().hex(color_role)
        self._color_role, self._dashed, self._alpha, self._width = color_role, dashed, alpha, width
        self.setFixedSize(16, 14)
        self.setAccessibleName(name)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            pen = QPen(theme().color(self._color_role, self._alpha), self._width)
            pen.setCapStyle(Qt.PenCapStyle.FlatCap if self._dashed else Qt.PenCapStyle.RoundCap)
            if self._dashed:
                pen.setDashPattern([2.0, 1.4])
            painter.setPen(pen)
            painter.drawLine(QPointF(2, 7), QPointF(self.width() - 2, 7))


class ColorBar(QWidget):
    """A rounded strip of a colour ramp."""

    def __init__(
        self,
        kind: Literal["sequential", "diverging", "stage"] = "stage",
        *,
        width: int = 110,
        height: int = 8,
        lo: float = 0.0,
        hi: float = 1.0,
        name: str = "Colour scale",
    ) -> None:
        super().__init__()
        self._kind, self._lo, self._hi = kind, lo, hi
        self._size = QSize(width, height)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def sizeHint(self) -> QSize:
        return self._size

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        lut = t.stage_lut() if self._kind == "stage" else t.lut(self._kind, self._lo, self._hi)
        gradient = QLinearGradient(0, 0, self.width(), 0)
        for i in range(0, 256, 17):
            gradient.setColorAt(i / 255, QColor(*(int(c) for c in lut[i])))
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(t.color("line"), 1))
            painter.setBrush(gradient)
            r = self.height() / 2
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), r, r)
