"""What tuning changed, rule by rule: the rate and the loss before and after, and what it cost."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from lab.panels.race.columns import loss_text
from lab.panels.race.looks import Look, fitted
from lab.panels.race.racer_table import RacerTable
from lab.panels.race.tuning_words import change_words, cost_words
from lab.sims.tuning import LaneTuning, Tuning
from lab.ui import fonts
from lab.ui.theme import theme, weight
from lab.ui.widgets import glyph_path, value_text

SLIM = 352
ARROW = "→"
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class TuningTable(RacerTable):
    """A row for each racer that took part in a tuning."""

    ROW: ClassVar[int] = 26
    HEAD: ClassVar[int] = 18
    WIDTH: ClassVar[int] = 400
    LEAST_WIDTH: ClassVar[int] = 240

    def __init__(self) -> None:
        super().__init__("Rates before and after tuning")
        self._rows: tuple[tuple[Look, LaneTuning], ...] = ()
        self._steps = 0

    def show_tuning(self, tuning: Tuning, looks: Sequence[Look]) -> None:
        """Show what this tuning found."""
        by_lane = {look.lane: look for look in looks}
        self._rows = tuple((by_lane[t.lane], t) for t in tuning.lanes if t.lane in by_lane)
        self._steps = tuning.budget.steps
        self.setAccessibleDescription("; ".join(f"{look.title}: {change_words(lane)}" for look, lane in self._rows))
        self.show_lanes(tuple(look.lane for look, _ in self._rows))

    def tip(self, position: QPointF) -> str:
        i = self.row_at(position.y())
        if i < 0:
            return ""
        look, lane = self._rows[i]
        return f"{look.title}\n{change_words(lane)}\n{cost_words(lane)}".strip()

    # -- drawing -------------------------------------------------------------------------------------------------

    def _columns(self) -> tuple[float, float, float]:
        """Where names begin, and the middle of the arrows of the rates and of the losses."""
        scale = max(1.0, fonts.scale())
        losses = self.width() - 74.0 * scale
        return 34.0, losses - (84.0 if self._slim else 130.0) * scale, losses

    @property
    def _slim(self) -> bool:
        """Where there is no room for what was before, only what is now is shown; the tooltip has both."""
        return self.width() < SLIM * max(1.0, fonts.scale())

    def paint_table(self, painter: QPainter) -> None:
        t = theme()
        painter.setFont(fonts.font(fonts.TICK))
        painter.setPen(t.color("faint"))
        name, rates, losses = self._columns()
        middle = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.drawText(QRectF(name, 0, 120, self.head), Qt.AlignmentFlag.AlignTop, "optimizer")
        painter.drawText(QRectF(rates - 80 + 20 * self._slim, 0, 160, self.head), middle, "rate")
        painter.drawText(QRectF(losses - 90, 0, 180, self.head), middle, f"loss, step {self._steps:,}")
        for i, (look, lane) in enumerate(self._rows):
            self._row(painter, i, look, lane)

    def _row(self, painter: QPainter, i: int, look: Look, lane: LaneTuning) -> None:
        t = theme()
        box, focus = self.paint_ground(painter, i), look.lane == self._lane
        painter.setBrush(t.color(look.color_role))
        painter.drawPath(glyph_path(look.symbol, 11 * weight(), 18, box.center().y()))
        name, rates, losses = self._columns()
        painter.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD if focus else fonts.MEDIUM))
        painter.setPen(t.color("text"))
        width = rates - (0 if self._slim else 66) * max(1.0, fonts.scale()) - name
        title = fitted(look.title, painter.fontMetrics(), int(width))
        painter.drawText(QRectF(name, box.top(), width, box.height()), _LEFT, title)
        painter.setFont(fonts.font(fonts.CAPTION, fonts.MEDIUM))
        before = loss_text(lane.present.score, "diverged")
        if lane.kept:
            self._kept(painter, box, rates, losses, lane.kept, before)
        elif lane.best is None:
            self._kept(painter, box, rates, losses, "diverged at every rate", before)
        elif lane.stays:
            rate = value_text(lane.present.rate)
            self._change(painter, box, rates, rate, f"{rate} kept" if self._slim else "kept", "muted")
            painter.drawText(self._after(box, losses), _LEFT, before)
        else:
            self._change(painter, box, rates, value_text(lane.present.rate), value_text(lane.best.rate), "text")
            self._change(painter, box, losses, before, loss_text(lane.best.score, "diverged"), "ok")

    def _after(self, box: QRectF, at: float) -> QRectF:
        """Where what holds after tuning is written."""
        return QRectF(at + 10.0 * max(1.0, fonts.scale()), box.top(), 90, box.height())

    def _change(self, painter: QPainter, box: QRectF, at: float, before: str, after: str, role: str) -> None:
        t, gap = theme(), 10.0 * max(1.0, fonts.scale())
        if not self._slim:
            painter.setPen(t.color("muted"))
            painter.drawText(QRectF(at - gap - 90, box.top(), 90, box.height()), _RIGHT, before)
            painter.setPen(t.color("faint"))
            painter.drawText(QRectF(at - gap, box.top(), 2 * gap, box.height()), Qt.AlignmentFlag.AlignCenter, ARROW)
        painter.setPen(t.color(role))
        painter.drawText(self._after(box, at), _LEFT, after)

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
        painter.drawText(self._after(box, losses), _LEFT, loss)
