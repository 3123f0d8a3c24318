"""Arrows, labels and words as every layer of the race draws them, and where there is room for them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPolygonF

from lab.ui.theme import theme, weight


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
    path = QPainterPath()
    path.addText(QPointF(x, y), painter.font(), text)
    # Wide enough to close the gap between two words.
    pen = QPen(t.color(t.ink, 0.8), 5.0)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    painter.strokePath(path, pen)
    painter.setPen(t.color(role))
    painter.drawText(QPointF(x, y), text)


def hits(box: QRectF, taken: Iterable[QRectF], marks: Iterable[tuple[float, float]] = (), gap: float = 9.0) -> int:
    """How much lies where a box would: rectangles count four times as much as marks, which keep `gap` px away."""
    around = box.adjusted(-gap, -gap, gap, gap)
    found = 4 * sum(box.intersects(other) for other in taken)
    return found + sum(around.contains(x, y) for x, y in marks)


def freest(
    boxes: Sequence[QRectF], taken: Sequence[QRectF], marks: Sequence[tuple[float, float]] = (), now: int = 0
) -> int:
    """The first box that hits least; what stands somewhere (`now`) stays there while nothing comes in its way."""
    if hits(boxes[now], taken, marks) == 0:
        return now
    found = [hits(box, taken, marks) for box in boxes]
    return found.index(min(found))
