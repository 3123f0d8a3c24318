"""The error of a numerical derivative against h: falling while rounding shrinks, rising when the curve bends."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPath
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.panels.race.derivative import GRID, LEAST, MOST, Reading, compared_with
from lab.ui import fonts
from lab.ui.theme import manager, theme
from lab.ui.widgets import number_text, power_text

#: Decades from the floor to the top; an error of 0 lies on the floor.
DECADES = 18
#: The top's power of ten, unless an error is larger.
TOP = 2
_LOG_GRID = np.log10(GRID)


def top_of(errors: NDArray[np.float64]) -> int:
    """The upper end of the axis as a power of ten: the same for all usual errors, so that it does not jump."""
    some = errors[np.isfinite(errors)]
    largest = float(some.max()) if some.size else 0.0
    return max(TOP, 2 * math.ceil(math.log10(largest) / 2)) if largest > 0.0 else TOP


def heights(errors: NDArray[np.float64], top: int) -> NDArray[np.float64]:
    """Where errors lie between the floor (0) and the top (1) of the plot; what is not finite is nan."""
    with np.errstate(all="ignore"):
        powers = np.log10(errors)
    share = np.clip((powers - (top - DECADES)) / DECADES, 0.0, 1.0)
    return np.where(np.isfinite(errors), share, np.nan)


class ErrorPlot(QWidget):
    """Log over log; the marker of the present h can be dragged, the best h is marked."""

    #: The hand wants this h.
    h_chosen = Signal(float)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Error of the numerical derivative against h")
        self.setToolTip("Size of the error against h, both on logarithmic axes. Drag to choose h.")
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self._reading: Reading | None = None
        manager().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        scale = max(fonts.scale(), 1.0)
        return QSize(round(196 * scale), round(114 * scale))

    @property
    def box(self) -> QRectF:
        """The part of the widget that the curves lie in, in pixels."""
        scale = max(fonts.scale(), 1.0)
        return QRectF(self.rect()).adjusted(32 * scale, 3, -5, -18 * scale)

    def x_of(self, h: float) -> float:
        """Where an h lies, in pixels."""
        return self.box.left() + (math.log10(h) - LEAST) / (MOST - LEAST) * self.box.width()

    def show_reading(self, reading: Reading | None) -> None:
        """Draw this; None leaves the axes alone."""
        self._reading = reading
        if reading is None:
            self.setAccessibleDescription("nothing to show")
        else:
            best = reading.model.best
            known = "" if best is None else f", least expected at h = {number_text(best, 2)}"
            size = number_text(abs(reading.error), 2)
            self.setAccessibleDescription(f"error {size} at h = {number_text(reading.h, 3)}{known}")
        self.update()

    # -- painting ----------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.font(fonts.TICK))
            reading = self._reading
            top = TOP if reading is None else top_of(np.concatenate(list(reading.errors.values())))
            self._ground(painter, top)
            if reading is not None:
                painter.save()
                painter.setClipRect(self.box.adjusted(-1, -1, 1, 1))
                self._regimes(painter, reading)
                self._curve(painter, heights(reading.errors[compared_with(reading.scheme)], top), "muted", 0.55, 1.0)
                self._expected(painter, reading, top)
                self._curve(painter, heights(reading.errors[reading.scheme], top), "forward", 1.0, 1.6)
                self._words(painter, reading)
                painter.restore()
                self._marker(painter, reading, top)

    def _ground(self, painter: QPainter, top: int) -> None:
        t, box = theme(), self.box
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("raised"))
        painter.drawRoundedRect(box, 4, 4)
        metrics = painter.fontMetrics()
        painter.setPen(QPen(t.color("line_strong", 0.45), 1))
        for share in (1 / 9, 5 / 9):
            y = box.top() + box.height() * share
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
        painter.setPen(t.color("muted"))
        for share in (1 / 9, 5 / 9, 1.0):
            power = round(top - share * DECADES)
            text = "1" if power == 0 else power_text(power)
            y = box.top() + box.height() * share
            y = min(y + metrics.ascent() / 2 - 1, box.bottom())
            painter.drawText(QPointF(box.left() - 5 - metrics.horizontalAdvance(text), y), text)
        baseline = box.bottom() + metrics.ascent() + 4
        for power in (LEAST, LEAST // 2, MOST):
            text = "1" if power == 0 else power_text(power)
            width = metrics.horizontalAdvance(text)
            x = box.left() + (power - LEAST) / (MOST - LEAST) * box.width()
            x = min(max(x - width / 2, box.left()), box.right() - width)
            painter.drawText(QPointF(x, baseline), text)
        painter.drawText(QPointF(self.box.left() + 0.78 * self.box.width(), baseline), "h")

    def _edge(self, reading: Reading) -> float | None:
        """Where the best h lies, in pixels; at an end of the plot where it lies beyond."""
        box, best = self.box, reading.model.best
        if best is None:
            return None
        x = box.left() if best <= 0.0 else box.right() if not math.isfinite(best) else self.x_of(best)
        return min(max(x, box.left()), box.right())

    def _regimes(self, painter: QPainter, reading: Reading) -> None:
        """Left of the best h rounding rules, right of it the curve's bending."""
        t, box, edge = theme(), self.box, self._edge(reading)
        if edge is None:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("hover", 0.75))
        painter.drawRect(QRectF(box.left(), box.top(), edge - box.left(), box.height()))
        if box.left() + 1 < edge < box.right() - 1:
            pen = QPen(t.color("text", 0.55), 1)
            pen.setDashPattern([2.0, 2.0])
            painter.setPen(pen)
            painter.drawLine(QPointF(edge, box.top()), QPointF(edge, box.bottom()))

    def _words(self, painter: QPainter, reading: Reading) -> None:
        """What rules on either side of the best h."""
        t, box, edge = theme(), self.box, self._edge(reading)
        if edge is None:
            return
        metrics = painter.fontMetrics()
        beyond = "past the kink" if reading.model.best == reading.model.reach < math.inf else "curvature"
        for left, right, word in ((box.left(), edge, "rounding"), (edge, box.right(), beyond)):
            width = metrics.horizontalAdvance(word)
            if right - left >= 0.7 * width:
                x = min(max((left + right - width) / 2, box.left() + 4), box.right() - width - 4)
                patch = QRectF(x - 3, box.bottom() - metrics.height() - 3, width + 6, metrics.height())
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(t.color("hover" if right == edge else "raised", 0.85))
                painter.drawRoundedRect(patch, 3, 3)
                painter.setPen(t.color("muted"))
                painter.drawText(QPointF(x, box.bottom() - 3 - metrics.descent()), word)

    def _curve(self, painter: QPainter, shares: NDArray[np.float64], role: str, alpha: float, width: float) -> None:
        box = self.box
        x = box.left() + (_LOG_GRID - LEAST) / (MOST - LEAST) * box.width()
        y = box.bottom() - shares * box.height()
        painter.setPen(QPen(theme().color(role, alpha), width))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(arrayToQPath(x, y, connect="finite"))

    def _expected(self, painter: QPainter, reading: Reading, top: int) -> None:
        """The textbook's error as a thin line through the scatter."""
        share = heights(reading.model.error(GRID), top)
        share[share <= 0.0] = np.nan
        self._curve(painter, share, "text", 0.6, 1.0)

    def _marker(self, painter: QPainter, reading: Reading, top: int) -> None:
        t, box = theme(), self.box
        x = self.x_of(reading.h)
        painter.setPen(QPen(t.color("accent", 0.9), 1.2))
        painter.drawLine(QPointF(x, box.top()), QPointF(x, box.bottom()))
        share = float(heights(np.array([abs(reading.error)]), top)[0])
        if math.isfinite(share):
            painter.setPen(QPen(t.color("raised"), 1.4))
            painter.setBrush(t.color("accent"))
            painter.drawEllipse(QPointF(x, box.bottom() - share * box.height()), 4.5, 4.5)

    # -- hands -------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._choose(event.position().x())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._choose(event.position().x())

    def _choose(self, x: float) -> None:
        share = min(max((x - self.box.left()) / self.box.width(), 0.0), 1.0)
        # Three digits, as the slider gives: a drag never leaves 0.10964781961431851 behind.
        self.h_chosen.emit(float(f"{10.0 ** (LEAST + share * (MOST - LEAST)):.2e}"))

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()
