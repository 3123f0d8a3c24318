"""The tuning curve: what each rule reaches at each learning rate it tried."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.panels.race.looks import Look
from lab.panels.race.tuning_picture import TuningPicture
from lab.panels.race.tuning_scale import Mark, Span, TuningScale, drawn, span_of
from lab.panels.race.tuning_words import best_words, trial_words
from lab.sims.tuning import LaneTuning, Tuning
from lab.ui import fonts
from lab.ui.theme import manager, theme

#: A press this close to a mark, in px, means it.
REACH = 14.0


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
        self._span: Span = (-1.0, 1.0, -1.0, 1.0)
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
        scale = self.scale()
        return [
            Mark(look, trial, scale.place(row, trial)) for row, look, lane in self._ordered() for trial in drawn(lane)
        ]

    def scale(self) -> TuningScale:
        """Where rates and losses lie at the present size."""
        return TuningScale.of(self._span, self.size(), len(self._tuned()))

    def _tuned(self) -> list[tuple[Look, LaneTuning]]:
        """The racers that have a curve, in their order."""
        if self._tuning is None:
            return []
        by_lane = {look.lane: look for look in self._looks}
        return [(by_lane[t.lane], t) for t in self._tuning.lanes if t.trials and t.lane in by_lane]

    def _ordered(self) -> list[tuple[int, Look, LaneTuning]]:
        """Row among the diverged and racer, in the order of drawing: the one in focus lies on top."""
        rows = [(row, look, lane) for row, (look, lane) in enumerate(self._tuned())]
        return sorted(rows, key=lambda item: item[1].lane == self._lane)

    def _fit(self) -> None:
        lanes = [lane for _, lane in self._tuned()]
        if self._tuning is not None and lanes:
            shown = {lane.lane for lane in lanes}
            now = [rate for lane, rate in self._now.items() if lane in shown]
            self._span = span_of(lanes, self._tuning.untouched, now)

    def _describe(self) -> None:
        self.setAccessibleDescription("; ".join(best_words(look, lane) for look, lane in self._tuned()))

    # -- drawing -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            scale, racers = self.scale(), self._ordered()
            # While a layout is being found, a widget may be smaller than its axes.
            if self._tuning is not None and racers and scale.box.isValid():
                TuningPicture(scale, racers, self._tuning.untouched, self._now, self._lane).paint(painter)
                self._pointer(painter)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(theme().color("accent"))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)

    def _pointer(self, painter: QPainter) -> None:
        mark = self._pointed_mark()
        if mark is None:
            return
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(theme().color("text"), 1.6))
        painter.drawEllipse(mark.at, 9, 9)

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
            self.told.emit("" if mark is None else trial_words(mark.look, mark.trial))
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
        marks = sorted((m for m in self.marks() if m.look.lane == look.lane), key=lambda m: m.trial.rate)
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
