"""The timeline one can hold: a track with ticks where something happened."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.ui import fonts
from lab.ui.stamps import stamp_glyph
from lab.ui.theme import theme
from lab.ui.ticks import Group, Tick, gathered, paint_group, paint_labels
from lab.ui.tips import show_above

__all__ = ["MARGIN", "TRACK_Y", "Scrub", "Tick"]

MARGIN = 12
TRACK_Y = 20
#: So far above the track ends the tooltip, which would else lie over what it tells of, in px.
ABOVE = 8


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
        #: What was gathered of the ticks and their picture, each with what it was made for.
        self._groups: tuple[tuple[object, ...], tuple[Group, ...]] | None = None
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
            x = event.position().x()
            group = self._group_at(x)
            self.sought.emit(group.after(self._step) if group else self.step_at(x))

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
            x = event.pos().x()
            group = self._group_at(x)
            words = group.tip if group else f"Step {self.step_at(x):,}"
            show_above(self, QPoint(x, TRACK_Y - ABOVE - 2), words)
            return True
        return super().event(event)

    def groups(self) -> tuple[Group, ...]:
        """The ticks on the track, those as one that would lie over each other; found once until anything changes."""
        made_for = (self._ticks, self._horizon, self.width(), fonts.scale())
        if self._groups is None or self._groups[0] != made_for:
            within = [tick for tick in self._ticks if tick.step <= self._horizon]
            self._groups = (made_for, gathered(within, self.x_of))
        return self._groups[1]

    def _group_at(self, x: float) -> Group | None:
        near = [g for g in self.groups() if abs(g.x - x) <= g.wide / 2 + 1]
        return min(near, key=lambda g: abs(g.x - x), default=None)

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
        groups = self.groups()
        for group in groups:
            paint_group(painter, group, TRACK_Y)
        paint_labels(painter, groups, self.width(), TRACK_Y + 25)
