"""Where the trials of a tuning lie in its picture: rates across, losses upwards, both in powers of ten."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize

from lab.panels.race.looks import Look
from lab.sims.tuning import LaneTuning, Trial
from lab.ui import fonts

#: Losses below this lie on the lower edge.
FLOOR = 1e-16
#: What is so many times worse than not moving lies on the upper edge.
CEILING = 1e2
LEFT, RIGHT, TOP, BOTTOM = 42, 12, 6, 34
#: Height of a rule's row among the diverged, in px: at most, and at least where there are many.
LINE, THIN, STRIP = 8.0, 4.0, 56.0

#: Decimal logarithms at the four edges: lowest and highest rate, lowest and highest loss.
Span = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Mark:
    """One trial of one racer and where it is drawn, in px."""

    look: Look
    trial: Trial
    at: QPointF


@dataclass(frozen=True, slots=True)
class TuningScale:
    """From rates and losses to px.

    Attributes
    ----------
    span : tuple of float
        Decimal logarithms at the edges of `box`.
    box : QRectF
        The plot itself, below the diverged.
    strip : QRectF
        Where the diverged stand.
    line : float
        Height of one racer's row in `strip`.
    """

    span: Span
    box: QRectF
    strip: QRectF
    line: float

    @classmethod
    def of(cls, span: Span, size: QSize, racers: int) -> TuningScale:
        """The scale of a picture so large, with so many racers in it."""
        line = min(LINE, max(THIN, STRIP / max(racers, 1)))
        grown = max(1.0, fonts.scale())
        left, top = LEFT * grown, TOP + line * racers + 8
        box = QRectF(left, top, size.width() - left - RIGHT, size.height() - top - BOTTOM * grown)
        return cls(span, box, QRectF(box.left(), TOP, box.width(), line * racers + 4), line)

    def x(self, rate: float) -> float:
        """Where a rate lies."""
        x0, x1, _, _ = self.span
        return self.box.left() + (math.log10(rate) - x0) / (x1 - x0) * self.box.width()

    def y(self, loss: float) -> float:
        """Where a loss lies; on an edge what is beyond it."""
        _, _, y0, y1 = self.span
        level = min(max(math.log10(max(loss, FLOOR)), y0), y1)
        return self.box.bottom() - (level - y0) / (y1 - y0) * self.box.height()

    def place(self, row: int, trial: Trial) -> QPointF:
        """Where a trial lies: on the plot, or in its racer's row among the diverged."""
        if np.isfinite(trial.score):
            return QPointF(self.x(trial.rate), self.y(trial.score))
        return QPointF(self.x(trial.rate), self.strip.top() + 2 + self.line * (row + 0.5))


def drawn(lane: LaneTuning) -> tuple[Trial, ...]:
    """The trials of a racer that have a mark: all, and the rate it came with where that one is the best."""
    alone = lane.stays and all(trial.rate != lane.present.rate for trial in lane.trials)
    return (*lane.trials, lane.present) if alone else lane.trials


def span_of(lanes: Sequence[LaneTuning], untouched: float, now: Iterable[float]) -> Span:
    """The span that shows all trials of some racers, the loss of not moving, and the rates that hold now."""
    rates = [t.rate for lane in lanes for t in (*lane.trials, lane.present)]
    rates += now
    scores = [t.score for lane in lanes for t in (*lane.trials, lane.present)]
    start = max(untouched, FLOOR)
    levels = [math.log10(min(max(s, FLOOR), start * CEILING)) for s in scores if np.isfinite(s)]
    levels += [math.log10(start)] if np.isfinite(start) else []
    # Where nothing is finite there is no loss to show: any range will do.
    levels = levels or [0.0]
    x0, x1 = math.log10(min(rates)), math.log10(max(rates))
    room = 0.03 * (x1 - x0) or 0.5
    y0, y1 = min(levels), max(levels)
    return x0 - room, x1 + room, y0 - 0.06 * (y1 - y0) - 0.2, y1 + 0.06 * (y1 - y0) + 0.2
