"""What tuning changed, rule by rule: the rate and the loss before and after, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lab.panels.race.looks import Look
from lab.panels.race.tuning_plot import loss_text
from lab.sims.tuning import LaneTuning, Tuning
from lab.ui import fonts
from lab.ui.theme import manager, theme
from lab.ui.widgets import glyph_path, number_text, value_text

ROW, HEAD = 26, 18
SLIM = 352
ARROW = "→"
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TuningTable(QWidget):
    """A row for each racer; press one (or walk with Up and Down) to put that racer in focus."""

    focused = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Rates before and after tuning")
        self.setMouseTracking(True)
        self._rows: tuple[tuple[Look, LaneTuning], ...] = ()
        self._steps = 0
        self._lane = -1
        self._hover = -1
        manager().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(400, self._head + self._row_height * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def show_tuning(self, tuning: Tuning, looks: Sequence[Look]) -> None:
        """Show what this tuning found."""
        by_lane = {look.lane: look for look in looks}
        self._rows = tuple((by_lane[t.lane], t) for t in tuning.lanes if t.lane in by_lane)
        self._steps = tuning.budget.steps
        self.setAccessibleDescription("; ".join(f"{look.title}: {in_words(lane)}" for look, lane in self._rows))
        self.updateGeometry()
        self.update()

    def show_focus(self, lane: int) -> None:
        """Light up the racer in focus."""
        if lane != self._lane:
            self._lane = lane
            self.update()

    # -- drawing -------------------------------------------------------------------------------------------------

    @property
    def _row_height(self) -> int:
        return round(ROW * max(1.0, fonts.scale()))

    @property
    def _head(self) -> int:
        return round(HEAD * max(1.0, fonts.scale()))

    def _columns(self) -> tuple[float, float, float]:
        """Where names begin, and the middle of the arrows of the rates and of the losses."""
        scale = max(1.0, fonts.scale())
        losses = self.width() - 74.0 * scale
        return 34.0, losses - (84.0 if self._slim else 130.0) * scale, losses

    @property
    def _slim(self) -> bool:
        """Where there is no room for what was before, only what is now is shown; the tooltip has both."""
        return self.width() < SLIM * max(1.0, fonts.scale())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint(painter)
        finally:
            # A widget that is still painted on after an error ends the process.
            painter.end()

    def _paint(self, painter: QPainter) -> None:
        t = theme()
        painter.setFont(fonts.font(fonts.TICK))
        painter.setPen(t.color("faint"))
        name, rates, losses = self._columns()
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(QRectF(name, 0, 120, self._head), Qt.AlignmentFlag.AlignTop, "optimizer")
        painter.drawText(QRectF(rates - 80 + 20 * self._slim, 0, 160, self._head), middle, "rate")
        painter.drawText(QRectF(losses - 90, 0, 180, self._head), middle, f"loss, step {self._steps:,}")
        for i, (look, lane) in enumerate(self._rows):
            self._row(painter, i, look, lane)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(t.color("accent"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, self._head - 1.5, -0.5, -0.5), 7, 7)

    def _row(self, painter: QPainter, i: int, look: Look, lane: LaneTuning) -> None:
        t = theme()
        box = QRectF(0, self._head + self._row_height * i, self.width(), self._row_height)
        focus = look.lane == self._lane
        painter.setPen(Qt.PenStyle.NoPen)
        if focus or i == self._hover:
            painter.setBrush(t.color("accent_soft" if focus else "hover", 1.0 if focus else 0.5))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 7, 7)
        painter.setBrush(t.color(look.color_role))
        painter.drawPath(glyph_path(look.symbol, 11, 18, box.center().y()))
        name, rates, losses = self._columns()
        painter.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD if focus else fonts.MEDIUM))
        painter.setPen(t.color("text"))
        width = rates - (0 if self._slim else 66) * max(1.0, fonts.scale()) - name
        title = painter.fontMetrics().elidedText(look.title, Qt.TextElideMode.ElideRight, int(width))
        painter.drawText(QRectF(name, box.top(), width, box.height()), _LEFT, title)
        painter.setFont(fonts.font(fonts.CAPTION, fonts.MEDIUM))
        before = loss_text(lane.present.score)
        if lane.kept:
            self._kept(painter, box, rates, losses, lane.kept, before)
        elif lane.best is None:
            self._kept(painter, box, rates, losses, "diverged at every rate", before)
        else:
            worse = lane.best.score > lane.present.score
            self._change(painter, box, rates, value_text(lane.present.rate), value_text(lane.best.rate), "text")
            self._change(painter, box, losses, before, loss_text(lane.best.score), "warn" if worse else "ok")

    def _change(self, painter: QPainter, box: QRectF, at: float, before: str, after: str, role: str) -> None:
        t, gap = theme(), 10.0 * max(1.0, fonts.scale())
        if not self._slim:
            painter.setPen(t.color("muted"))
            painter.drawText(QRectF(at - gap - 90, box.top(), 90, box.height()), _RIGHT, before)
            painter.setPen(t.color("faint"))
            painter.drawText(QRectF(at - gap, box.top(), 2 * gap, box.height()), Qt.AlignmentFlag.AlignCenter, ARROW)
        painter.setPen(t.color(role))
        painter.drawText(QRectF(at + gap, box.top(), 90, box.height()), _LEFT, after)

    def _kept(self, painter: QPainter, box: QRectF, rates: float, losses: float, why: str, loss: str) -> None:
        """A racer that keeps its rate: why, and what it reaches with it."""
        t = theme()
        scale = max(1.0, fonts.scale())
        painter.setPen(t.color("faint"))
        area = QRectF(rates - 66 * scale, box.top(), 138 * scale, box.height())
        if self._slim:
            area = QRectF(rates + 10 * scale, box.top(), losses - rates - 14 * scale, box.height())
        words = painter.fontMetrics().elidedText(why, Qt.TextElideMode.ElideRight, int(area.width()))
        painter.drawText(area, Qt.AlignmentFlag.AlignCenter, words)
        painter.setPen(t.color("muted"))
        painter.drawText(QRectF(losses + 10 * scale, box.top(), 90, box.height()), _LEFT, loss)

    # -- hands ---------------------------------------------------------------------------------------------------

    def _at(self, y: float) -> int:
        i = int((y - self._head) // self._row_height)
        return i if 0 <= i < len(self._rows) else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        i = self._at(event.position().y())
        if i >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.focused.emit(self._rows[i][0].lane)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        i = self._at(event.position().y())
        if i != self._hover:
            self._hover = i
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        lanes = [look.lane for look, _ in self._rows]
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and lanes:
            at = lanes.index(self._lane) + step if self._lane in lanes else 0
            self.focused.emit(lanes[min(max(at, 0), len(lanes) - 1)])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            i = self._at(event.pos().y())
            if i >= 0:
                look, lane = self._rows[i]
                QToolTip.showText(event.globalPos(), f"{look.title}\n{in_words(lane)}\n{_cost(lane)}".strip(), self)
            return True
        return super().event(event)

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def in_words(lane: LaneTuning) -> str:
    """One row of the table as a sentence."""
    before = f"loss {loss_text(lane.present.score)} at {value_text(lane.present.rate)}"
    if lane.kept:
        return f"nothing to tune, the length of its steps: {lane.kept}; {before}"
    if lane.best is None:
        return f"diverged at every rate it tried; {before}"
    gone = lane.best.diverged
    note = f", {100 * gone:.0f} % of its starts diverged" if gone else ""
    return f"{before}, then loss {loss_text(lane.best.score)} at {value_text(lane.best.rate)}{note}"


def _cost(lane: LaneTuning) -> str:
    if not lane.trials:
        return ""
    return (
        f"Tuning asked for {number_text(lane.gradient_evaluations)} gradients"
        f" and {number_text(lane.function_evaluations)} function values."
    )
