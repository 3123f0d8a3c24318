"""Icons: Phosphor's outlines, drawn in the current theme's colour at whatever size and density is asked for."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPainterPath, QPen, QPixmap

from lab.ui.colors import mix
from lab.ui.outlines import names, outline
from lab.ui.theme import theme

__all__ = ["icon", "logo", "names", "paint_icon", "paint_logo", "pixmap"]


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Draw an icon into `rect`, keeping its proportions."""
    path, box = outline(name)
    side = min(rect.width() / box.width(), rect.height() / box.height())
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center())
    painter.scale(side, side)
    painter.translate(-box.center())
    painter.fillPath(path, color)
    painter.restore()


_COPIES: list[QIconEngine] = []


class _Engine(QIconEngine):
    """Draws one outline; the colour is looked up at the moment of drawing, so a theme switch needs no new icon."""

    def __init__(self, name: str, role: str) -> None:
        super().__init__()
        self._name, self._role = name, role

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        t = theme()
        color = t.hex(self._role)
        if mode == QIcon.Mode.Disabled:
            color = mix(t.surface, color, 0.45)
        elif self._role == "muted" and (mode == QIcon.Mode.Active or state == QIcon.State.On):
            color = t.text
        # In a place that is wider than high, what is to its right keeps it apart from a word.
        square = QRectF(rect.x(), rect.y(), min(rect.width(), rect.height()), rect.height())
        paint_icon(painter, self._name, square, QColor(color))

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        with QPainter(pixmap) as painter:
            self.paint(painter, QRect(0, 0, size.width(), size.height()), mode, state)
        return pixmap

    def clone(self) -> QIconEngine:
        # Qt asks for a copy only when someone edits an icon (addPixmap). PySide gives the copy's C++ half away but
        # lets its Python half be collected, and with it both: so the few copies are kept for the process's life.
        copy = _Engine(self._name, self._role)
        _COPIES.append(copy)
        return copy

    def key(self) -> str:
        return "lab"


def icon(name: str, color_role: str = "muted") -> QIcon:
    """An icon that stays crisp at any density and follows the theme.

    `color_role` is a colour of `Theme`, a category or ``#RRGGBB``; "muted" brightens to text under the pointer. An
    unknown name raises KeyError.
    """
    outline(name)
    theme().hex(color_role)
    return QIcon(_Engine(name, color_role))


def pixmap(name: str, size: int, color_role: str = "muted", dpr: float = 1.0) -> QPixmap:
    """An icon as a picture in the present theme's colour, for places that take no QIcon."""
    made = QPixmap(round(size * dpr), round(size * dpr))
    made.fill(Qt.GlobalColor.transparent)
    with QPainter(made) as painter:
        paint_icon(painter, name, QRectF(0, 0, made.width(), made.height()), theme().color(color_role))
    made.setDevicePixelRatio(dpr)
    return made


def paint_logo(painter: QPainter, rect: QRectF) -> None:
    """The lab's mark: a loss curve, a ball that rolls and one that has climbed back up the other side."""
    t = theme()
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.topLeft())
    painter.scale(rect.width() / 24, rect.height() / 24)
    pen = QPen(t.color("accent"), 2.2)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    curve = QPainterPath(QPointF(2.6, 5.6))
    curve.cubicTo(6.6, 22, 16.4, 23.2, 21.4, 4.6)
    painter.drawPath(curve)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(t.color("gradient"))
    painter.drawEllipse(QPointF(9.0, 15.4), 3.3, 3.3)
    painter.setBrush(t.color("forward"))
    painter.drawEllipse(QPointF(18.0, 12.6), 2.4, 2.4)
    painter.restore()


def logo(size: int, dpr: float = 1.0) -> QPixmap:
    """The lab's mark as a picture of `size` device-independent pixels."""
    made = QPixmap(round(size * dpr), round(size * dpr))
    made.fill(Qt.GlobalColor.transparent)
    with QPainter(made) as painter:
        paint_logo(painter, QRectF(0, 0, made.width(), made.height()))
    made.setDevicePixelRatio(dpr)
    return made
