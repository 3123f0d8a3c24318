"""The picture of a tuning: axes, the curve of each racer, its best trial and where its rate stands now."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QPolygonF

from lab.panels.race.looks import Look
from lab.panels.race.tuning_scale import TuningScale, drawn
from lab.sims.tuning import LaneTuning, Trial
from lab.ui import fonts
from lab.ui.plots import Axis
from lab.ui.theme import theme
from lab.ui.widgets import glyph_path

START = "loss at the start"


@dataclass(frozen=True, slots=True)
class TuningPicture:
    """What is drawn of a tuning.

    Attributes
    ----------
    scale : TuningScale
        Where everything lies.
    racers : sequence of (row, look, tuning)
        The racers in the order of drawing, each with its row among the diverged.
    untouched : float
        The loss where nobody moves.
    now : mapping
        The rates that hold now, by lane.
    lane : int
        The racer in focus.
    """

    scale: TuningScale
    racers: Sequence[tuple[int, Look, LaneTuning]]
    untouched: float
    now: Mapping[int, float]
    lane: int

    def paint(self, painter: QPainter) -> None:
        """Draw everything; grows with the number of trials."""
        self._axes(painter)
        for row, look, lane in self.racers:
            self._curve(painter, row, look, lane)
        if np.isfinite(self.untouched):
            self._start_words(painter)
        for row, look, lane in self.racers:
            self._chosen(painter, row, look, lane)

    def _axes(self, painter: QPainter) -> None:
        t, scale = theme(), self.scale
        box, strip = scale.box, scale.strip
        x0, x1, y0, y1 = scale.span
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("error", 0.07))
        painter.drawRoundedRect(strip, 4, 4)
        painter.setFont(fonts.font(fonts.TICK))
        height = painter.fontMetrics().height()
        across = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for exponent in _decades(x0, x1, box.width(), 44):
            x = math.floor(scale.x(10.0**exponent)) + 0.5
            painter.setPen(QPen(t.color("muted", 0.14), 1))
            painter.drawLine(QPointF(x, strip.top()), QPointF(x, box.bottom()))
            painter.setPen(t.color("muted"))
            painter.drawText(QRectF(x - 30, box.bottom() + 3, 60, height), across, Axis.power(exponent))
        for exponent in _decades(y0, y1, box.height(), 22):
            y = math.floor(scale.y(10.0**exponent)) + 0.5
            painter.setPen(QPen(t.color("muted", 0.14), 1))
            painter.drawLine(QPointF(box.left(), y), QPointF(box.right(), y))
            painter.setPen(t.color("muted"))
            painter.drawText(QRectF(0, y - height / 2, box.left() - 6, height), beside, Axis.power(exponent))
        painter.setPen(t.color("muted"))
        painter.drawText(QRectF(box.left(), box.bottom() + 3 + height, box.width(), height), across, "learning rate η")
        painter.setPen(t.color("error", 0.9))
        inside = strip.adjusted(6, 0, -6, 0)
        if strip.height() >= height:
            painter.drawText(inside, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, "diverged")
        if np.isfinite(self.untouched):
            self._start(painter)

    def _start(self, painter: QPainter) -> None:
        """The loss of not moving, as a dashed line."""
        t, box = theme(), self.scale.box
        start = math.floor(self.scale.y(self.untouched)) + 0.5
        pen = QPen(t.color("muted", 0.6), 1)
        pen.setDashPattern([3, 4])
        painter.setPen(pen)
        painter.drawLine(QPointF(box.left(), start), QPointF(box.right(), start))

    def start_label(self) -> QRectF:
        """Where the name of that line stands: on the line, at the end that hides fewer marks."""
        box, metrics = self.scale.box, QFontMetricsF(fonts.font(fonts.TICK, fonts.MEDIUM))
        width, height = metrics.horizontalAdvance(START) + 10, metrics.height() + 2
        y = self.scale.y(self.untouched) - height / 2
        y = min(max(y, box.top()), box.bottom() - height)
        places = [self.scale.place(row, trial) for row, _, lane in self.racers for trial in drawn(lane)]
        ends = [QRectF(left, y, width, height) for left in (box.right() - width - 4, box.left() + 4)]
        return min(ends, key=lambda end: sum(end.adjusted(-6, -6, 6, 6).contains(place) for place in places))

    def _start_words(self, painter: QPainter) -> None:
        """The name of the line on a patch of its own, so that neither the line nor a curve crosses it."""
        t, label = theme(), self.start_label()
        painter.setFont(fonts.font(fonts.TICK, fonts.MEDIUM))
        painter.setPen(QPen(t.color("muted", 0.55), 1))
        painter.setBrush(t.color("surface"))
        painter.drawRoundedRect(label, 3, 3)
        painter.setPen(t.color("muted"))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, START)

    def _curve(self, painter: QPainter, row: int, look: Look, lane: LaneTuning) -> None:
        t, focus = theme(), look.lane == self.lane
        runs: list[list[Trial]] = [[]]
        for trial in lane.trials:
            if np.isfinite(trial.score):
                runs[-1].append(trial)
            elif runs[-1]:
                runs.append([])
        painter.setBrush(t.color(look.color_role, 0.16))
        for run in runs:
            if focus and len(run) > 1 and len(run[0].losses) > 1:
                self._band(painter, run)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(t.color(look.color_role, 1.0 if focus else 0.75), 2.2 if focus else 1.4))
        for run in runs:
            painter.drawPolyline(QPolygonF([self.scale.place(row, trial) for trial in run]))
        size = 7.0 if focus else 5.5
        for trial in lane.trials:
            at = self.scale.place(row, trial)
            if not np.isfinite(trial.score):
                _cross(painter, at, min(self.scale.line, 6.0) / 2 - 0.5, look, 1.6 if focus else 1.2)
                continue
            painter.setPen(QPen(t.color(look.color_role), 1.2) if trial.diverged else Qt.PenStyle.NoPen)
            painter.setBrush(t.color("surface" if trial.diverged else look.color_role))
            painter.drawPath(glyph_path(look.symbol, size, at.x(), at.y()))

    def _band(self, painter: QPainter, run: list[Trial]) -> None:
        """Where the middle half of the starts ends; what diverged lies on the upper edge."""
        upper = [QPointF(self.scale.x(t.rate), self.scale.y(min(t.quartiles[1], 1e300))) for t in run]
        lower = [QPointF(self.scale.x(t.rate), self.scale.y(t.quartiles[0])) for t in run]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))

    def _chosen(self, painter: QPainter, row: int, look: Look, lane: LaneTuning) -> None:
        """The best trial, and where the rate stands now."""
        t, best = theme(), lane.best
        if best is not None:
            at = self.scale.place(row, best)
            if look.lane == self.lane:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(t.color(look.color_role, 0.28))
                painter.drawEllipse(at, 11, 11)
            painter.setPen(QPen(t.color("surface"), 1.2))
            painter.setBrush(t.color(look.color_role))
            painter.drawPath(glyph_path(look.symbol, 12, at.x(), at.y()))
        now = self.now.get(look.lane)
        if now is None or (best is not None and now == best.rate):
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(t.color(look.color_role), 1.8))
        known = next((trial for trial in (lane.present, *lane.trials) if trial.rate == now), None)
        if known is not None:
            painter.drawEllipse(self.scale.place(row, known), 5.5, 5.5)
        else:
            # Nobody has run this rate: it stands on the axis, not on the curve.
            x, y = self.scale.x(now), self.scale.box.bottom()
            painter.drawLine(QPointF(x, y - 7), QPointF(x, y))


def _decades(lo: float, hi: float, length: float, room: float) -> list[int]:
    """Exponents to label between two of them: as many as have `room` px each."""
    stride = math.ceil((hi - lo) * room / max(length, room))
    first = math.ceil(lo / stride) * stride
    return list(range(first, math.floor(hi) + 1, stride))


def _cross(painter: QPainter, at: QPointF, arm: float, look: Look, width: float) -> None:
    painter.setPen(QPen(theme().color(look.color_role), width))
    for slope in (-arm, arm):
        painter.drawLine(QPointF(at.x() - arm, at.y() - slope), QPointF(at.x() + arm, at.y() + slope))
