"""The inspector's plot: a line for each racer over the steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from lab.core.traces import Trace
from lab.panels.race.focus import Focus
from lab.panels.race.ghost import RaceGhost
from lab.panels.race.held_out import HeldOutHistory
from lab.panels.race.looks import Look
from lab.sims.race import CHANNELS, TRACED_STARTS, RaceConfig, RaceFrame
from lab.ui import fonts
from lab.ui.plots import LinePlot
from lab.ui.widgets import Card, ComboBox, Swatch, Text, row

#: A young run is shown on at least this many steps, so that its first lines are no stubs.
SHORTEST = 60
#: Where median and mean stand among what is known of many starts.
MEDIAN, MEAN = 1, 3


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that is plotted over the steps: its words, and its channel in the trace ("": computed from it)."""

    title: str
    channel: str


#: The quantity that only some landscapes have; it is computed from where the racers were.
TEST = "test"
QUANTITIES = {
    "loss": Quantity("Loss above the minimum", "excess"),
    TEST: Quantity("Test loss", ""),
    "distance": Quantity("Distance to the nearest minimum", "distance"),
    "gradient": Quantity("Gradient norm", "gradient_norm"),
    "rate": Quantity("Effective rate |Δθ| / |∇f|", "effective_rate"),
}


class PlotCard(Card):
    """One quantity of every racer by step, on a logarithmic axis; with several starts the median and a band."""

    #: The hand wants to be at this step.
    sought = Signal(int)
    #: The hand wants another quantity.
    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__(margins=(8, 8, 12, 8), spacing=4)
        self.plot = LinePlot("Loss by step", x_label="")
        self.plot.sought.connect(self.sought)
        self.quantity = ComboBox("Plotted quantity")
        self.quantity.setProperty("kind", "flat")
        fonts.use(self.quantity, fonts.BODY, fonts.SEMIBOLD)
        # The words may be cut where two panels share the window; the list shows them whole.
        self.quantity.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.quantity.setMinimumContentsLength(8)
        self.quantity.chosen.connect(lambda id: self.chosen.emit(str(id)))
        legend = (
            row(Swatch("muted"), Text("so far", "caption"), spacing=6),
            row(Swatch("muted", alpha=0.4), Text("ahead", "caption"), spacing=6),
        )
        self._legend = QWidget()
        self._legend.setLayout(row(*legend, spacing=10))
        self.box.addLayout(row((self.quantity, 1), self._legend, spacing=10))
        self._untraced = Text(f"Histories are kept for the first {TRACED_STARTS} starts.", "caption")
        self._untraced.setContentsMargins(11, 0, 0, 0)
        self._untraced.hide()
        self.box.addWidget(self._untraced)
        self.box.addWidget(self.plot, 1)
        self._series: object = None
        self._shown: object = None
        self._histories, self._ghosts = Histories(), Histories()
        self._id = "loss"
        self._test: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None
        self._dim = 2
        self._offer()
        self._bounded = True
        self._target = 0.0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_legend()

    def _fit_legend(self) -> None:
        # The words of the quantity matter more than the legend.
        margins = self.box.contentsMargins()
        room = self.width() - margins.left() - margins.right() - 10
        self._legend.setVisible(room >= self.quantity.whole_width + self._legend.sizeHint().width())

    def _offer(self) -> None:
        self.quantity.set_options([(id, q.title) for id, q in QUANTITIES.items() if self._test or id != TEST])

    def show_run(
        self, config: RaceConfig, test: Callable[[NDArray[np.float64]], NDArray[np.float64]] | None = None
    ) -> None:
        """Adopt a configuration, and its test loss above the lowest training loss where there is one."""
        offered, self._test = self._test is not None, test
        self._dim = config.landscape.dim
        if offered != (test is not None):
            self._offer()
        self._bounded = config.landscape.bounded_below
        self._target = config.target
        self.show_quantity(self._id)

    def show_quantity(self, id: str) -> None:
        """Plot this; where the loss falls without end, the gradient's norm in its place."""
        self._id = id
        shown = "gradient" if id in ("loss", "distance") and not self._bounded else id
        if shown == TEST and self._test is None:
            shown = "loss"
        self._quantity = shown
        self.quantity.set_value(shown)
        self._fit_legend()
        self.plot.set_target(self._target if shown == "loss" else None)

    def show_frame(
        self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace, horizon: int,
        ghost: RaceGhost | None = None,
    ) -> None:  # fmt: skip
        """Draw the histories up to the frontier, with the cursor at the frame's step; behind them the ghost's."""
        pinned = None if ghost is None else (ghost.looks, ghost.ghost.trace, len(ghost.ghost.trace))
        series = (tuple(looks), focus.lane, focus.average, pinned)
        if series != self._series:
            self._series = series
            self._shown = None
            self.plot.clear_series()
            for look in ghost.looks if ghost is not None else ():
                name = f"{look.title} (ghost)"
                self.plot.set_series(name, look.color_role, look.symbol, 1.0, name, ghost=True)
            for look in looks:
                width = 2.4 if look.lane == focus.lane else 1.5
                self.plot.set_series(
                    str(look.lane), look.color_role, look.symbol, width, look.title, double=look.double
                )
                if focus.average and look.lane == focus.lane:
                    for edge in ("10 %", "90 %"):
                        self.plot.set_series(edge, look.color_role, look.symbol, 0.8, f"{look.title}, {edge}")
        values = trace.values
        # Along known steps only the cursor moves: 12 histories need not be compared and fitted anew.
        present = tuple(np.flatnonzero(frame.present[:TRACED_STARTS]).tolist()) if focus.average else (focus.start,)
        shown = (series, trace, trace.generation, len(trace), focus, present, self._quantity, self._test)
        if shown != self._shown and values.size and 0 <= focus.start < values.shape[2]:
            self._shown = shown
            self.plot.set_lines(trace.steps, self._lines(trace, looks, focus, present, self._histories))
            if ghost is not None:
                self._show_ghost(ghost, focus)
        elif focus.start >= values.shape[2] and values.size and not focus.average and shown != self._shown:
            # This start has no history: better no line than another's.
            self._shown = shown
            empty = np.full(len(trace), np.nan, dtype=np.float32)
            self.plot.set_lines(trace.steps, {str(look.lane): empty for look in looks})
        everybody = np.count_nonzero(frame.present) if focus.average else focus.start + 1
        self._untraced.setVisible(bool(everybody > TRACED_STARTS))
        known = int(trace.steps[-1]) if len(trace) else 0
        self.plot.set_total(_span(known, horizon))
        self.plot.set_cursor(frame.step)

    def _values(self, trace: Trace, histories: Histories) -> NDArray[np.float32]:
        """The chosen quantity of all traced racers, shape (n, lanes, starts)."""
        if self._quantity == TEST and self._test is not None:
            return histories.held_out.values(trace, self._test, self._dim)
        values = trace.values[..., CHANNELS.index(QUANTITIES[self._quantity].channel)]
        # A step of no length has no rate: on a logarithmic axis it would pull everything else together.
        return np.where(values > 0, values, np.nan) if self._quantity == "rate" else values

    def _show_ghost(self, ghost: RaceGhost, focus: Focus) -> None:
        trace, without = ghost.ghost.trace, dataclasses.replace(focus, lane=-1)
        values = trace.values
        starts = range(values.shape[2]) if focus.average else [focus.start]
        if values.size and focus.start < values.shape[2]:
            lines = self._lines(trace, ghost.looks, without, tuple(starts), self._ghosts)
            names = {str(look.lane): f"{look.title} (ghost)" for look in ghost.looks}
            self.plot.set_lines(ghost.ghost.trace.steps, {names[str(key)]: line for key, line in lines.items()})

    def _lines(
        self, trace: Trace, looks: Sequence[Look], focus: Focus, present: Sequence[int], histories: Histories
    ) -> dict[Hashable, NDArray[np.float32]]:
        """One line a racer; over several starts the median or mean, and for the focus where the middle 80 % lie."""
        values = self._values(trace, histories)
        if not focus.average:
            return {str(look.lane): values[:, i, present[0]] for i, look in enumerate(looks)}
        known = histories.quantiles.follow(trace, tuple(present), values, (self._quantity, self._test))
        middle = MEAN if focus.mean else MEDIAN
        lines: dict[Hashable, NDArray[np.float32]] = {
            str(look.lane): known[:, middle, i] for i, look in enumerate(looks)
        }
        for i, look in enumerate(looks):
            if look.lane == focus.lane:
                lines["10 %"], lines["90 %"] = known[:, 0, i], known[:, 2, i]
        return lines


class Quantiles:
    """The middle 80 %, the median and the mean of many starts by step; computed once for every row of a history."""

    WANTED = (0.1, 0.5, 0.9)

    def __init__(self) -> None:
        self._of: object = None
        self._generation = 0
        self._rows = np.zeros((0, MEAN + 1, 0), dtype=np.float32)

    def follow(
        self, trace: Trace, starts: tuple[int, ...], values: NDArray[np.float32], quantity: Hashable
    ) -> NDArray[np.float32]:
        """Shape (n, 4, lanes): three quantiles and the mean; cost: a sort of the rows that are new or have changed.

        `values` (n, lanes, all starts) is one quantity along the trace, and `quantity` tells it from others.
        """
        of = (trace, starts, quantity)
        kept = min(trace.kept_since(self._generation), len(self._rows)) if of == self._of else 0
        self._of, self._generation = of, trace.generation
        rows = values[kept:, :, list(starts)]
        fresh = np.concatenate([quantiles(rows, self.WANTED), _mean(rows)[None]])
        self._rows = np.concatenate([self._rows[:kept], np.moveaxis(fresh, 0, 1)]) if kept else np.moveaxis(fresh, 0, 1)
        return self._rows


def _mean(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """The mean along the last axis, nan left out; nan where there are no numbers."""
    known = np.isfinite(rows)
    count = known.sum(axis=-1)
    total = np.where(known, rows, 0.0).sum(axis=-1, dtype=np.float64)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


class Histories:
    """What is computed along one trace, once for each of its rows."""

    def __init__(self) -> None:
        self.quantiles = Quantiles()
        self.held_out = HeldOutHistory()


def quantiles(rows: NDArray[np.float32], wanted: Sequence[float]) -> NDArray[np.float32]:
    """Quantiles of the numbers along the last axis, nan left out, in shape (q, ...); nan where there are none.

    Interpolated linearly between order statistics, as `numpy.nanquantile` does, which loops over the rows in Python.
    """
    ordered = np.sort(rows, axis=-1)
    count = np.isfinite(ordered).sum(axis=-1)
    found = np.full((len(wanted), *count.shape), np.nan, dtype=np.float32)
    some = count > 0
    for out, share in zip(found, wanted, strict=True):
        place = share * (count[some] - 1)
        below = np.floor(place).astype(np.intp)
        above = np.minimum(below + 1, count[some] - 1)
        picked = ordered[some]
        lo, hi = (np.take_along_axis(picked, k[:, None], axis=-1)[:, 0].astype(np.float64) for k in (below, above))
        out[some] = lo + (hi - lo) * (place - below)
    return found


def _span(known: int, horizon: int) -> float:
    """How many steps the axis shows: a little more than is known, growing seldom, since growing draws all afresh."""
    span = float(SHORTEST)
    while span < known * 1.03:
        span *= 1.25
    return min(span, horizon * 1.02)
