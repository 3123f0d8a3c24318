"""Arrows, labels and words as every layer of the race draws them, and where there is room for them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QPaintEngine,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QPolygonF,
)

from lab.ui.theme import theme, weight

#: How far a halo reaches beyond its words, in pixels, with its smooth edge.
HALO = 5


def arrow(painter: QPainter, start: QPointF, tip: QPointF, color: QColor, casing: QColor) -> None:
    """An arrow with a casing that sets it off from what lies below."""
    angle, bold = math.atan2(tip.y() - start.y(), tip.x() - start.x()), weight()
    back = QPointF(tip.x() - 11 * bold * math.cos(angle), tip.y() - 11 * bold * math.sin(angle))
    across = QPointF(-math.sin(angle) * 5.5 * bold, math.cos(angle) * 5.5 * bold)
    head = QPolygonF([tip, back + across, back - across])
    for pen_color, width in ((casing, 5.5), (color, 3.0)):
        pen = QPen(pen_color, width * bold)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(start, back)
    painter.setPen(QPen(casing, 1.0))
    painter.setBrush(color)
    painter.drawPolygon(head)


def label(painter: QPainter, text: str, x: float, y: float, role: str = "text") -> None:
    """Text on a patch of the surface's colour, its baseline's left end at (x, y)."""
    t = theme()
    box = painter.fontMetrics().boundingRect(text).translated(round(x), round(y)).adjusted(-5, -3, 5, 3)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(t.color("surface", 0.82))
    painter.drawRoundedRect(QRectF(box), 4, 4)
    painter.setPen(t.color(role))
    painter.drawText(QPointF(x, y), text)


def haloed(painter: QPainter, text: str, x: float, y: float, role: str = "text") -> None:
    """Text with a halo of the ground's colour, so that it can be read on anything; its baseline begins at (x, y)."""
    t = theme()
    color, ink = t.color(role), t.color(t.ink, 0.92)
    if painter.paintEngine().type() != QPaintEngine.Type.Raster:
        _halo(painter, text, QPointF(x, y), color, ink)
        return
    # A stroked outline costs more than all else there is to a name: it is kept as a picture.
    font, ratio = painter.font(), painter.device().devicePixelRatioF()
    made, ascent = _haloed(text, font.toString(), color.rgba(), ink.rgba(), ratio)
    painter.drawPixmap(QPointF(x - HALO, y - ascent - HALO), made)


def _halo(painter: QPainter, text: str, at: QPointF, color: QColor, ink: QColor) -> None:
    path = QPainterPath()
    path.addText(at, painter.font(), text)
    # Wide enough to close the gaps in and between words: on trails they stand as on a patch of their own shape.
    pen = QPen(ink, 7.5)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.setPen(color)
    painter.drawText(at, text)


@lru_cache(maxsize=64)
def _haloed(text: str, font: str, rgba: int, ink: int, ratio: float) -> tuple[QPixmap, int]:
    """Words with their halo as a picture, and how far below its upper edge, less the halo, they stand."""
    used = QFont()
    used.fromString(font)
    metrics = QFontMetrics(used)
    size = QSize(metrics.horizontalAdvance(text) + 2 * HALO, metrics.height() + 2 * HALO)
    made = QPixmap(QSize(math.ceil(size.width() * ratio), math.ceil(size.height() * ratio)))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    painter = QPainter(made)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(used)
    at = QPointF(HALO, HALO + metrics.ascent())
    _halo(painter, text, at, QColor.fromRgba(rgba), QColor.fromRgba(ink))
    painter.end()
    return made, metrics.ascent()


def hits(box: QRectF, taken: Iterable[QRectF], marks: Iterable[tuple[float, float]] = (), gap: float = 9.0) -> int:
    """How much lies where a box would: rectangles count four times as much as marks, which keep `gap` px away."""
    # In plain numbers: a frame asks hundreds of times.
    left, top, right, bottom = box.left() - gap, box.top() - gap, box.right() + gap, box.bottom() + gap
    found = 4 * sum([box.intersects(other) for other in taken])
    return found + sum([left <= x <= right and top <= y <= bottom for x, y in marks])


def freest(
    boxes: Sequence[QRectF], taken: Sequence[QRectF], marks: Sequence[tuple[float, float]] = (), now: int = 0
) -> int:
    """The first box that hits least; what stands somewhere (`now`) stays there while nothing comes in its way."""
    if hits(boxes[now], taken, marks) == 0:
        return now
    found = [hits(box, taken, marks) for box in boxes]
    return found.index(min(found))
