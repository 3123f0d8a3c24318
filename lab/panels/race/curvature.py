"""The second-order picture: the quadratic model around the racer in focus, and how large a rate it bears."""

from __future__ import annotations

import math
from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF, QRegion

from lab.engine.optimizers import HasOwnLength, HasStableRate, Optimizer
from lab.panels.race.strokes import hits
from lab.sims.race import Curvature
from lab.ui import fonts
from lab.ui.stage import Stage
from lab.ui.theme import theme, weight
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
        #: What floats over the stage, and the arrows' names, in pixels.
        self.covered: list[QRectF] = []
        self.marks: list[tuple[float, float]] = []

    def extent(self, stage: Stage) -> QRegion | None:
        """A square around the racer that the longer axis and its number fit in."""
        if self.answer is None or self.origin is None:
            return QRegion()
        x, y = (int(v) for v in np.clip(stage.to_pixels(self.origin), -20000, 20000))
        reach = round(LONG) + 96
        return QRegion(x - reach, y - reach, 2 * reach, 2 * reach)

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw ellipse, axes and their curvatures."""
        drawn = self._axes(stage)
        if drawn is None or self.answer is None:
            return
        t = theme()
        x, y, axes = drawn
        values = self.answer.eigenvalues
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setFont(fonts.font(fonts.TICK, fonts.MEDIUM))
        if (values > 0).all():
            turn = np.linspace(0.0, 2.0 * math.pi, CORNERS)
            rim = np.array([x, y]) + np.outer(np.cos(turn), axes[0]) + np.outer(np.sin(turn), axes[1])
            painter.setPen(QPen(t.color("accent", 0.95), 1.6 * weight()))
            painter.drawPolygon(QPolygonF([QPointF(a, b) for a, b in rim]))
        for value, axis in zip(values, axes, strict=True):
            pen = QPen(t.color("accent" if value > 0 else "error", 0.85), 1.3 * weight())
            if value < 0:
                pen.setDashPattern([4.0, 3.0])
            painter.setPen(pen)
            painter.drawLine(QPointF(x - axis[0], y - axis[1]), QPointF(x + axis[0], y + axis[1]))
        self._name_axes(painter, stage, x, y, axes)

    def _axes(self, stage: Stage) -> tuple[float, float, list[NDArray[np.float64]]] | None:
        """The middle of the ellipse and its half axes, in pixels; None where there is no curvature to draw."""
        if self.answer is None or self.origin is None:
            return None
        x, y = stage.to_pixels(self.origin).tolist()
        values, vectors = self.answer.eigenvalues, self.answer.eigenvectors
        size = np.abs(values)
        if not np.isfinite(values).all() or size.max() <= 0.0:
            return None
        lengths = 1.0 / np.sqrt(np.maximum(size, size.max() * 1e-4))
        lengths *= LONG / lengths.max()
        up = np.array([1.0, -1.0])  # pixels grow downwards
        return x, y, [vectors[:, i] * up * lengths[i] for i in range(len(values))]

    def _name_axes(self, painter: QPainter, stage: Stage, x: float, y: float, axes: list[NDArray[np.float64]]) -> None:
        """Each curvature at that end of its axis where it can be read, on a patch that keeps trails off it."""
        assert self.answer is not None
        t = theme()
        painter.setFont(fonts.font(fonts.CAPTION, fonts.SEMIBOLD))
        boxes = self._boxes(stage, x, y, axes)
        for value, box in zip(self.answer.eigenvalues, boxes, strict=True):
            painter.setPen(QPen(t.color("accent" if value > 0 else "error"), 1.0))
            painter.setBrush(t.color("surface", 0.9))
            painter.drawRoundedRect(box, 4, 4)
            painter.setPen(t.color("text"))
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, _name(float(value)))

    def boxes(self, stage: Stage) -> list[QRectF]:
        """Where the curvatures are written, in pixels."""
        drawn = self._axes(stage)
        return [] if drawn is None else self._boxes(stage, *drawn)

    def _boxes(self, stage: Stage, x: float, y: float, axes: list[NDArray[np.float64]]) -> list[QRectF]:
        assert self.answer is not None
        metrics = QFontMetricsF(fonts.font(fonts.CAPTION, fonts.SEMIBOLD))
        room = stage.plot.adjusted(4, 4, -4, -4)
        taken: list[QRectF] = []
        for value, axis in zip(self.answer.eigenvalues, axes, strict=True):
            text = _name(float(value))
            wide, high = metrics.horizontalAdvance(text) + 10, metrics.height() + 4
            length = max(float(np.hypot(*axis)), 1e-9)
            boxes = []
            for sign in (1.0, -1.0):
                # Beyond the halo of the racer, however short the axis is.
                u, v = sign * axis / length
                reach = max(length, 18.0 * weight()) + 5 + abs(u) * wide / 2 + abs(v) * high / 2
                boxes.append(QRectF(x + u * reach - wide / 2, y + v * reach - high / 2, wide, high))
            costs = [hits(b, [*self.covered, *taken], self.marks, 12.0) + 4 * (not room.contains(b)) for b in boxes]
            taken.append(boxes[costs.index(min(costs))])
        return taken


def _name(curvature: float) -> str:
    return f"λ {number_text(curvature, 3)}"


def why_unbounded(optimizer: Optimizer, parts: Collection[str]) -> str:
    """Why a rule has no largest stable rate, in a few words, from what its steps are made of; empty where it has one.

    `parts` are the names of the parts of its step.
    """
    if isinstance(optimizer, HasStableRate):
        return ""
    if isinstance(optimizer, HasOwnLength) and optimizer.own_length:
        return f"no fixed η: {optimizer.own_length}"
    if "move" in parts:
        return "no largest η: it uses no gradient"
    if "sign" in parts or "sign and size" in parts:
        return "no largest η: its steps ignore the slope’s size"
    if "scaling" in parts:
        return "no largest η: its scale adapts to the slope"
    if "curvature" in parts:
        return "no largest η: it divides by the curvature itself"
    return "no largest η is known for this rule"


def in_words(answer: Curvature, rate: float, why: str = "") -> str:
    """Curvatures and what they mean for the learning rate, or `why` they mean nothing for it, in one line."""
    if not answer.eigenvalues.any():
        return "No curvature here: the loss is flat or bends without end"
    largest = float(answer.eigenvalues.max())
    if largest <= 0.0:
        return "Curvature nowhere positive: no rate is too large here"
    smallest = float(answer.eigenvalues.min())
    words = f"curvature {number_text(largest, 3)}"
    if len(answer.eigenvalues) > 1:
        words = f"curvature {number_text(smallest, 3)} to {number_text(largest, 3)}"
    if answer.largest_rate is None:
        return f"{words}   ·   {why}" if why else words
    verdict = "stable" if rate < answer.largest_rate else "too large"
    return f"{words}   ·   η must stay below {number_text(answer.largest_rate, 3)}: {number_text(rate, 3)} is {verdict}"
