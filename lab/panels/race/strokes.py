"""Arrows and labels as every layer of the race draws them."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

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
