"""A landscape of one weight: the curve, the balls on it, the tangent of the racer in focus."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QRegion

from lab.engine.landscapes import Landscape
from lab.ui.stage import Stage
from lab.ui.theme import theme


def on_curve(landscape: Landscape, theta: NDArray[np.float64]) -> NDArray[np.float64]:
    """Points (..., 1) of the weight as points (..., 2) of the picture: the weight and its loss."""
    with np.errstate(all="ignore"):
        loss = landscape.value(theta)
    return np.stack([theta[..., 0], np.where(np.isfinite(loss), loss, 0.0)], axis=-1)


class CurveLayer:
    """The loss over the visible part of the weight, filled below."""

    def __init__(self, landscape: Landscape) -> None:
        self._landscape = landscape

    def paint(self, painter: QPainter, stage: Stage) -> None:
        t, world = theme(), stage.world
        x = np.linspace(world.x(), world.right(), max(64, int(stage.plot.width())))
        pixels = stage.to_pixels(on_curve(self._landscape, x[:, None]))
        np.clip(pixels, -20000, 20000, out=pixels)
        path = arrayToQPath(pixels[:, 0].copy(), pixels[:, 1].copy())
        painter.setPen(QPen(t.color("line_strong", 0.7), 1))
        zero = stage.to_pixels(np.zeros(2))[1]
        painter.drawLine(QPointF(stage.plot.left(), zero), QPointF(stage.plot.right(), zero))
        painter.setPen(QPen(t.color("text", 0.85), 2.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        path.lineTo(stage.plot.right(), stage.plot.bottom() + 4)
        path.lineTo(stage.plot.left(), stage.plot.bottom() + 4)
        path.closeSubpath()
        lut = t.stage_lut()
        painter.setPen(Qt.PenStyle.NoPen)
        shade = t.color(f"#{lut[150][0]:02X}{lut[150][1]:02X}{lut[150][2]:02X}", 0.35)
        painter.setBrush(shade)
        painter.drawPath(path)


class TangentLayer:
    """The tangent at the racer in focus: its slope is the derivative the step is made from."""

    def __init__(self) -> None:
        self.point: tuple[float, float] | None = None
        self.slope = 0.0

    def extent(self, stage: Stage) -> QRegion | None:
        """Anywhere: it crosses the whole picture."""
        return None

    def paint(self, painter: QPainter, stage: Stage) -> None:
        if self.point is None:
            return
        t = theme()
        x, y = self.point
        ends = np.array([[e, y + self.slope * (e - x)] for e in (stage.world.x(), stage.world.right())])
        (x0, y0), (x1, y1) = np.clip(stage.to_pixels(ends), -20000, 20000)
        pen = QPen(t.color("gradient", 0.9), 1.6)
        pen.setDashPattern([5.0, 4.0])
        painter.setPen(pen)
        painter.drawLine(QPointF(x0, y0), QPointF(x1, y1))
