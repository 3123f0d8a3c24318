"""The tuning curve: what each rule reaches at each learning rate it tried."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.panels.race.looks import Look
from lab.sims.tuning import LaneTuning, Trial, Tuning
from lab.ui import fonts
from lab.ui.plots import Axis
from lab.ui.theme import manager, theme
from lab.ui.widgets import glyph_path, number_text, value_text

#: Losses below this lie on the lower edge.
FLOOR = 1e-16
#: What is so many times worse than not moving lies on the upper edge.
CEILING = 1e2
#: A press this close to a mark, in px, means it.
REACH = 14.0
LEFT, RIGHT, TOP, BOTTOM = 42, 12, 6, 34
#: Height of a rule's row among the diverged, in px: at most, and at least where there are many.
LINE, THIN, STRIP = 8.0, 4.0, 56.0


@dataclass(frozen=True, slots=True)
class Mark:
    """One trial of one racer and where it is drawn, in px."""

    look: Look
    trial: Trial
    at: QPointF


class TuningPlot(QWidget):
    """Loss against learning rate, both in powers of ten; a line, a colour and a shape for each racer.

    The best trial of each is large, the rate that holds now has a ring. Trials that diverged stand as crosses above the
    plot, a row for each racer; hollow marks say that some starts did. A press on a mark takes its rate; Left and Right
    walk along the racer in focus, Up and Down change the racer, Enter takes the rate.
    """

    #: The hand wants this racer (lane) to have this learning rate.
    taken = Signal(int, float)
    #: The hand wants this racer in focus.
    focused = Signal(int)
    #: Words about the trial under the pointer or the keyboard's cursor, empty for none.
    told = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Tuning curve: loss by learning rate")
        self._tuning: Tuning | None = None
        self._looks: tuple[Look, ...] = ()
        self._now: Mapping[int, float] = {}
        self._lane = -1
        self._pointed: tuple[int, float] | None = None
        self._span = (-1.0, 1.0, -1.0, 1.0)
        manager().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        return QSize(340, round(236 * max(1.0, fonts.scale())))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def show_tuning(self, tuning: Tuning, looks: Sequence[Look]) -> None:
        """Draw this tuning."""
        self._tuning, self._looks = tuning, tuple(looks)
        self._fit()
        self._point(None)
        self._describe()
        self.update()

    def show_now(self, rates: Mapping[int, float], lane: int) -> None:
        """Mark the rates that hold now, by lane, and lift the racer in focus out."""
        if (rates, lane) != (self._now, self._lane):
            self._now, self._lane = dict(rates), lane
            self._fit()
            self.update()

    def marks(self) -> list[Mark]:
        """Every trial that is drawn, the racer in focus last."""
        return [
            Mark(look, trial, self._place(i, trial)) for i, (look, lane) in self._ordered() for trial in lane.trials
        ]

    # -- where things lie ----------------------------------------------------------------------------------------

    def _tuned(self) -> list[tuple[Look, LaneTuning]]:
        """The racers that have a curve, in their order."""
        if self._tuning is None:
            return []
        by_lane = {look.lane: look for look in self._looks}
        return [(by_lane[t.lane], t) for t in self._tuning.lanes if t.trials and t.lane in by_lane]

    def _ordered(self) -> list[tuple[int, tuple[Look, LaneTuning]]]:
        """Row among the diverged and racer, in the order of drawing: the one in focus lies on top."""
        return sorted(enumerate(self._tuned()), key=lambda item: item[1][0].lane == self._lane)

    @property
    def _line(self) -> float:
        return min(LINE, max(THIN, STRIP / max(len(self._tuned()), 1)))

    @property
    def _bottom(self) -> float:
        return BOTTOM * max(1.0, fonts.scale())

    @property
    def _strip(self) -> QRectF:
        """Where the diverged stand."""
        return QRectF(self._box.left(), TOP, self._box.width(), self._line * len(self._tuned()) + 4)

    @property
    def _box(self) -> QRectF:
        """The plot itself, below the diverged."""
        left = LEFT * max(1.0, fonts.scale())
        top = TOP + self._line * len(self._tuned()) + 8
        return QRectF(left, top, self.width() - left - RIGHT, self.height() - top - self._bottom)

    def _fit(self) -> None:
        """Find the decimal logarithms at the four edges: lowest and highest rate, lowest and highest loss."""
        lanes = [lane for _, lane in self._tuned()]
        if self._tuning is None or not lanes:
            return
        rates = [t.rate for lane in lanes for t in (*lane.trials, lane.present)]
        rates += [rate for id, rate in self._now.items() if any(lane.lane == id for lane in lanes)]
        scores = [t.score for lane in lanes for t in (*lane.trials, lane.present)]
        start = max(self._tuning.untouched, FLOOR)
        levels = [math.log10(min(max(s, FLOOR), start * CEILING)) for s in scores if np.isfinite(s)]
        levels += [math.log10(start)] if np.isfinite(start) else []
        # Where nothing is finite there is no loss to show: any range will do.
        levels = levels or [0.0]
        x0, x1 = math.log10(min(rates)), math.log10(max(rates))
        room = 0.03 * (x1 - x0) or 0.5
        y0, y1 = min(levels), max(levels)
        self._span = (x0 - room, x1 + room, y0 - 0.06 * (y1 - y0) - 0.2, y1 + 0.06 * (y1 - y0) + 0.2)

    def _x(self, rate: float) -> float:
        x0, x1, _, _ = self._span
        return self._box.left() + (math.log10(rate) - x0) / (x1 - x0) * self._box.width()

    def _y(self, loss: float) -> float:
        _, _, y0, y1 = self._span
        level = min(max(math.log10(max(loss, FLOOR)), y0), y1)
        return self._box.bottom() - (level - y0) / (y1 - y0) * self._box.height()

    def _place(self, row: int, trial: Trial) -> QPointF:
        if np.isfinite(trial.score):
            return QPointF(self._x(trial.rate), self._y(trial.score))
        return QPointF(self._x(trial.rate), self._strip.top() + 2 + self._line * (row + 0.5))

    # -- drawing -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # While a layout is being found, a widget may be smaller than its axes.
        if self._tuned() and self._box.isValid():
            self._axes(painter)
            for row, (look, lane) in self._ordered():
                self._curve(painter, row, look, lane)
            for row, (look, lane) in self._ordered():
                self._chosen(painter, row, look, lane)
            self._pointer(painter)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(theme().color("accent"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        painter.end()

    def _axes(self, painter: QPainter) -> None:
        t, box, strip = theme(), self._box, self._strip
        assert self._tuning is not None
        x0, x1, y0, y1 = self._span
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("error", 0.07))
        painter.drawRoundedRect(strip, 4, 4)
        painter.setFont(fonts.font(fonts.TICK))
        height = painter.fontMetrics().height()
        across = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        beside = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for exponent in _decades(x0, x1, box.width(), 44):
            x = math.floor(self._x(10.0**exponent)) + 0.5
            painter.setPen(QPen(t.color("muted", 0.14), 1))
            painter.drawLine(QPointF(x, strip.top()), QPointF(x, box.bottom()))
            painter.setPen(t.color("muted"))
            painter.drawText(QRectF(x - 30, box.bottom() + 3, 60, height), across, Axis.power(exponent))
        for exponent in _decades(y0, y1, box.height(), 22):
            y = math.floor(self._y(10.0**exponent)) + 0.5
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
        if not np.isfinite(self._tuning.untouched):
            return
        start = math.floor(self._y(self._tuning.untouched)) + 0.5
        pen = QPen(t.color("muted", 0.6), 1)
        pen.setDashPattern([3, 4])
        painter.setPen(pen)
        painter.drawLine(QPointF(box.left(), start), QPointF(box.right(), start))
        painter.setPen(t.color("faint"))
        words = QRectF(box.left(), start - height - 1, box.width() - 4, height)
        painter.drawText(words, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom, "loss at the start")

    def _curve(self, painter: QPainter, row: int, look: Look, lane: LaneTuning) -> None:
        t, focus = theme(), look.lane == self._lane
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
            painter.drawPolyline(QPolygonF([self._place(row, trial) for trial in run]))
        size = 7.0 if focus else 5.5
        for trial in lane.trials:
            at = self._place(row, trial)
            if not np.isfinite(trial.score):
                _cross(painter, at, min(self._line, 6.0) / 2 - 0.5, look, 1.6 if focus else 1.2)
                continue
            painter.setPen(QPen(t.color(look.color_role), 1.2) if trial.diverged else Qt.PenStyle.NoPen)
            painter.setBrush(t.color("surface" if trial.diverged else look.color_role))
            painter.drawPath(glyph_path(look.symbol, size, at.x(), at.y()))

    def _band(self, painter: QPainter, run: list[Trial]) -> None:
        """Where the middle half of the starts ends; what diverged lies on the upper edge."""
        upper = [QPointF(self._x(t.rate), self._y(min(t.quartiles[1], 1e300))) for t in run]
        lower = [QPointF(self._x(t.rate), self._y(t.quartiles[0])) for t in run]
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawPolygon(QPolygonF([*upper, *reversed(lower)]))

    def _chosen(self, painter: QPainter, row: int, look: Look, lane: LaneTuning) -> None:
        """The best trial, and where the rate stands now."""
        t, best = theme(), lane.best
        if best is not None:
            at = self._place(row, best)
            if look.lane == self._lane:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(t.color(look.color_role, 0.28))
                painter.drawEllipse(at, 11, 11)
            painter.setPen(QPen(t.color("surface"), 1.2))
            painter.setBrush(t.color(look.color_role))
            painter.drawPath(glyph_path(look.symbol, 12, at.x(), at.y()))
        now = self._now.get(look.lane)
        if now is None or (best is not None and now == best.rate):
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(t.color(look.color_role), 1.8))
        known = next((trial for trial in (lane.present, *lane.trials) if trial.rate == now), None)
        if known is not None:
            painter.drawEllipse(self._place(row, known), 5.5, 5.5)
        else:
            # Nobody has run this rate: it stands on the axis, not on the curve.
            x, y = self._x(now), self._box.bottom()
            painter.drawLine(QPointF(x, y - 7), QPointF(x, y))

    def _pointer(self, painter: QPainter) -> None:
        mark = self._pointed_mark()
        if mark is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("text"), 1.6))
        painter.drawEllipse(mark.at, 9, 9)

    # -- words ---------------------------------------------------------------------------------------------------

    def _describe(self) -> None:
        words = [
            f"{look.title}: best {value_text(lane.best.rate)}, loss {loss_text(lane.best.score)}"
            if lane.best is not None
            else f"{look.title}: diverged at every rate"
            for look, lane in self._tuned()
        ]
        self.setAccessibleDescription("; ".join(words))

    def _words(self, mark: Mark) -> str:
        trial, starts = mark.trial, len(mark.trial.losses)
        words = [mark.look.title, f"η {value_text(trial.rate)}"]
        if np.isfinite(trial.score):
            words.append(f"loss {loss_text(trial.score)}")
        lower, upper = trial.quartiles
        if starts > 2 and np.isfinite(upper):
            words.append(f"half within {loss_text(lower)} to {loss_text(upper)}")
        if trial.diverged:
            gone = round(trial.diverged * starts)
            words.append("diverged" if gone == starts else f"{gone:,} of {starts:,} starts diverged")
        return " · ".join(words)

    # -- hands ---------------------------------------------------------------------------------------------------

    def _pointed_mark(self) -> Mark | None:
        if self._pointed is None:
            return None
        lane, rate = self._pointed
        return next((m for m in self.marks() if m.look.lane == lane and m.trial.rate == rate), None)

    def _point(self, mark: Mark | None) -> None:
        pointed = None if mark is None else (mark.look.lane, mark.trial.rate)
        if pointed != self._pointed:
            self._pointed = pointed
            self.told.emit("" if mark is None else self._words(mark))
            self.setCursor(Qt.CursorShape.ArrowCursor if mark is None else Qt.CursorShape.PointingHandCursor)
            self.update()

    def _nearest(self, position: QPointF) -> Mark | None:
        """The mark under the pointer; of several, the one drawn last."""
        found, least = None, REACH
        for mark in self.marks():
            distance = math.hypot(mark.at.x() - position.x(), mark.at.y() - position.y())
            if distance <= least:
                found, least = mark, distance
        return found

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(self._nearest(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        mark = self._nearest(event.position())
        if mark is not None and event.button() == Qt.MouseButton.LeftButton:
            self.taken.emit(mark.look.lane, mark.trial.rate)

    def leaveEvent(self, event: QEvent) -> None:
        self._point(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._walk(0)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._point(None)

    def event(self, event: QEvent) -> bool:
        # With the focus here the arrows walk along the curve; the window would take them for the transport.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
            if plain and Qt.Key(event.key()) in (Qt.Key.Key_Left, Qt.Key.Key_Right):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        mark = self._pointed_mark()
        if key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self._walk(1 if key == Qt.Key.Key_Right else -1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._change_lane(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and mark is not None:
            self.taken.emit(mark.look.lane, mark.trial.rate)
        else:
            super().keyPressEvent(event)

    def _walk(self, by: int) -> None:
        """Move the cursor along the curve of the racer in focus, from its best trial on."""
        curves = [(look, lane) for look, lane in self._tuned() if look.lane == self._lane] or self._tuned()
        if not curves:
            return
        look, lane = curves[0]
        marks = [m for m in self.marks() if m.look.lane == look.lane]
        rates = [m.trial.rate for m in marks]
        pointed = self._pointed
        here = pointed[1] if pointed is not None and pointed[0] == look.lane else (lane.best or lane.trials[0]).rate
        self._point(marks[min(max(rates.index(here) + by, 0), len(marks) - 1)])

    def _change_lane(self, by: int) -> None:
        lanes = [look.lane for look, _ in self._tuned()]
        if lanes:
            at = lanes.index(self._lane) + by if self._lane in lanes else 0
            self.focused.emit(lanes[min(max(at, 0), len(lanes) - 1)])
            self._walk(0)

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def loss_text(loss: float) -> str:
    """A loss as the leaderboard writes it; "diverged" where it has no end."""
    if not np.isfinite(loss):
        return "diverged"
    return "< 10⁻¹⁵" if abs(loss) < 1e-15 else number_text(loss, 3)


def _decades(lo: float, hi: float, length: float, room: float) -> list[int]:
    """Exponents to label between two of them: as many as have `room` px each."""
    stride = math.ceil((hi - lo) * room / max(length, room))
    first = math.ceil(lo / stride) * stride
    return list(range(first, math.floor(hi) + 1, stride))


def _cross(painter: QPainter, at: QPointF, arm: float, look: Look, width: float) -> None:
    painter.setPen(QPen(theme().color(look.color_role), width))
    for slope in (-arm, arm):
        painter.drawLine(QPointF(at.x() - arm, at.y() - slope), QPointF(at.x() + arm, at.y() + slope))
