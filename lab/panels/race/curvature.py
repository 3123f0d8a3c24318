"""The second-order picture: the quadratic model around the racer in focus, and how large a rate it bears."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF, QRegion

from lab.sims.race import Curvature
from lab.ui import fonts
from lab.ui.stage import Stage
from lab.ui.theme import theme
from lab.ui.widgets import number_text

#: The longer half axis of the ellipse, in pixels.
LONG = 120.0
CORNERS = 96


class CurvatureLayer:
    """Where the local quadratic model has equal loss: an ellipse along the Hessian's eigenvectors.

    The axes are as long as 1 / sqrt(|curvature|), the longer one fixed on the screen; with curvatures of both signs
    the curve is a pair of hyperbolas, and the picture shows the axes alone, the falling one dashed.
    """

    def __init__(self) -> None:
        self.answer: Curvature | None = None
        self.origin: NDArray[np.float64] | None = None

    def extent(self, stage: Stage) -> QRegion | None:
        """A square around the racer that the longer axis and its number fit in."""
        if self.answer is None or self.origin is None:
            return QRegion()
        x, y = (int(v) for v in np.clip(stage.to_pixels(self.origin), -20000, 20000))
        reach = round(LONG) + 72
        return QRegion(x - reach, y - reach, 2 * reach, 2 * reach)

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw ellipse, axes and their curvatures."""
        if self.answer is None or self.origin is None:
            return
        t = theme()
        x, y = stage.to_pixels(self.origin)
        values, vectors = self.answer.eigenvalues, self.answer.eigenvectors
        size = np.abs(values)
        if not np.isfinite(values).all() or size.max() <= 0.0:
            return
        lengths = 1.0 / np.sqrt(np.maximum(size, size.max() * 1e-4))
        lengths *= LONG / lengths.max()
        up = np.array([1.0, -1.0])  # pixels grow downwards
        axes = [vectors[:, i] * up * lengths[i] for i in range(len(values))]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(fonts.font(fonts.TICK, fonts.MEDIUM))
        if (values > 0).all():
            turn = np.linspace(0.0, 2.0 * math.pi, CORNERS)
            rim = np.array([x, y]) + np.outer(np.cos(turn), axes[0]) + np.outer(np.sin(turn), axes[1])
            painter.setPen(QPen(t.color("accent", 0.95), 1.6))
            painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in rim]))
        for value, axis in zip(values, axes, strict=True):
            pen = QPen(t.color("accent" if value > 0 else "error", 0.85), 1.3)
            if value < 0:
                pen.setDashPattern([4.0, 3.0])
            painter.setPen(pen)
            painter.drawLine(QPointF(x - axis[0], y - axis[1]), QPointF(x + axis[0], y + axis[1]))
            text = number_text(float(value), 3)
            tip = QPointF(x + axis[0] * 1.04 + 4, y + axis[1] * 1.04)
            painter.setPen(t.color("text"))
            painter.drawText(tip, text)


def in_words(answer: Curvature, rate: float) -> str:
    """Curvatures and what they mean for the learning rate, in one line."""
    largest = float(answer.eigenvalues.max())
    if largest <= 0.0:
        return "Curvature nowhere positive: no rate is too large here"
    smallest = float(answer.eigenvalues.min())
    words = f"curvature {number_text(largest, 3)}"
    if len(answer.eigenvalues) > 1:
        words = f"curvature {number_text(smallest, 3)} to {number_text(largest, 3)}"
    if answer.largest_rate is None:
        return words
    verdict = "stable" if rate < answer.largest_rate else "too large"
    return f"{words}   ·   η must stay below {number_text(answer.largest_rate, 3)}: {number_text(rate, 3)} is {verdict}"
