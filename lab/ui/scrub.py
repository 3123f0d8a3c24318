"""The timeline one can hold: a track with ticks where something happened."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lab.ui import fonts
from lab.ui.stamps import stamp_glyph
from lab.ui.theme import theme

MARGIN = 12
TRACK_Y = 20


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the track: where, what, and the shape and colour it is known by."""

    step: int
    label: str
    symbol: str = "o"
    color_role: str = "muted"


class Scrub(QWidget):
    """A track from step 0 to the horizon; press or drag to go there, hover over a tick to read it."""

    #: The hand wants to be at this step.
    sought = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Timeline")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._step = 0
        self._frontier = 0
        self._horizon = 1
        self._ticks: Sequence[Tick] = ()
        #: The ticks with their labels as a picture, and what it was made for.
        self._laid: tuple[tuple[object, ...], QPixmap] | None = None

    def sizeHint(self) -> QSize:
        return QSize(300, 52)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 52)

    def show_state(self, step: int, frontier: int, horizon: int, ticks: Sequence[Tick]) -> None:
        """Where the cursor stands, how far the run is known, how long it is, and what happened."""
        state = (step, frontier, max(1, horizon), ticks)
        if state != (self._step, self._frontier, self._horizon, self._ticks):
            self._step, self._frontier, self._horizon, self._ticks = state
            self.setAccessibleDescription(f"Step {step} of {horizon}")
            self.update()

    def x_of(self, step: float) -> float:
        """Where a step lies on the track, in pixels."""
        return MARGIN + (self.width() - 2 * MARGIN) * step / self._horizon

    def step_at(self, x: float) -> int:
        """The step nearest to a pixel."""
        share = (x - MARGIN) / max(1, self.width() - 2 * MARGIN)
        return round(min(max(share, 0.0), 1.0) * self._horizon)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            tick = self._tick_at(event.position().x())
            self.sought.emit(tick.step if tick else self.step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.sought.emit(self.step_at(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        page = max(1, self._horizon // 10)
        jump = {Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}.get(Qt.Key(event.key()))
        if jump is None:
            super().keyPressEvent(event)
        else:
            self.sought.emit(min(max(self._step + jump, 0), self._horizon))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            tick = self._tick_at(event.pos().x())
            if tick is not None:
                QToolTip.showText(event.globalPos(), f"{tick.label} (step {tick.step:,})", self)
            else:
                QToolTip.showText(event.globalPos(), f"Step {self.step_at(event.pos().x()):,}", self)
            return True
        return super().event(event)

    def _tick_at(self, x: float) -> Tick | None:
        near = [t for t in self._ticks if abs(self.x_of(t.step) - x) <= 6 and t.step <= self._horizon]
        return min(near, key=lambda t: abs(self.x_of(t.step) - x), default=None)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        t = theme()
        left, right = self.x_of(0), self.x_of(self._horizon)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color(t.groove))
        painter.drawRoundedRect(QRectF(left, TRACK_Y - 2.5, right - left, 5), 2.5, 2.5)
        painter.setBrush(t.color("accent", 0.35))
        known = min(self.x_of(self._frontier), right)
        painter.drawRoundedRect(QRectF(left, TRACK_Y - 2.5, known - left, 5), 2.5, 2.5)
        painter.setBrush(t.color("accent"))
        painter.drawRoundedRect(QRectF(left, TRACK_Y - 2.5, self.x_of(self._step) - left, 5), 2.5, 2.5)
        painter.drawPixmap(0, 0, self._picture())
        rim, at = t.color("accent" if self.hasFocus() else "surface"), self.x_of(self._step)
        stamp_glyph(painter, "o", 16, at, TRACK_Y, t.color("text"), rim, 2)
        stamp_glyph(painter, "o", 6.8, at, TRACK_Y, t.color("accent"))

    def _picture(self) -> QPixmap:
        """The ticks, which stay while the cursor moves."""
        ratio = self.devicePixelRatioF()
        made_for = (self._ticks, self._horizon, self.width(), self.height(), ratio, fonts.scale(), theme().name)
        if self._laid is None or self._laid[0] != made_for:
            made = QPixmap(QSize(math.ceil(self.width() * ratio), math.ceil(self.height() * ratio)))
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            with QPainter(made) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                self._paint_ticks(painter)
            self._laid = (made_for, made)
        return self._laid[1]

    def _paint_ticks(self, painter: QPainter) -> None:
        t = theme()
        painter.setFont(fonts.font(fonts.TICK))
        metrics = painter.fontMetrics()
        taken: list[tuple[float, float]] = []
        for tick in self._ticks:
            if tick.step > self._horizon:
                continue
            x = self.x_of(tick.step)
            # Set off from the track by a rim of the ground's colour.
            stamp_glyph(painter, tick.symbol, 10, x, TRACK_Y, t.color("surface"), t.color("surface"), 4)
            stamp_glyph(painter, tick.symbol, 10, x, TRACK_Y, t.color(tick.color_role))
            width = metrics.horizontalAdvance(tick.label)
            label_x = min(max(x - width / 2, 0), self.width() - width)
            # A label that would run into another is left out; hovering still tells.
            if tick.label and all(label_x > b + 10 or label_x + width < a - 10 for a, b in taken):
                painter.setPen(t.color("muted"))
                painter.drawText(QPointF(label_x, TRACK_Y + 25), tick.label)
                taken.append((label_x, label_x + width))
