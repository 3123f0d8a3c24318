"""The inspector's plot: a line for each racer over the steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from lab.core.traces import Trace
from lab.panels.race.ghost import RaceGhost
from lab.panels.race.looks import Look
from lab.panels.race.scene import Focus
from lab.sims.race import CHANNELS, TRACED_STARTS, RaceConfig, RaceFrame
from lab.ui import fonts
from lab.ui.plots import LinePlot
from lab.ui.widgets import Card, ComboBox, Swatch, Text, row

#: A young run is shown on at least this many steps, so that its first lines are no stubs.
SHORTEST = 60


@dataclass(frozen=True, slots=True)
class Quantity:
    """Something that is plotted over the steps: its words, and its channel in the trace."""

    title: str
    channel: str


QUANTITIES = {
    "loss": Quantity("Loss above the minimum", "excess"),
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
        self.plot.setMinimumHeight(110)
        self.quantity = ComboBox("Plotted quantity")
        self.quantity.setProperty("kind", "flat")
        fonts.use(self.quantity, fonts.BODY, fonts.SEMIBOLD)
        # The words may be cut where two panels share the window; the list shows them whole.
        self.quantity.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.quantity.setMinimumContentsLength(8)
        self.quantity.set_options([(id, q.title) for id, q in QUANTITIES.items()])
        self.quantity.chosen.connect(lambda id: self.chosen.emit(str(id)))
        legend = (
            row(Swatch("muted"), Text("so far", "caption"), spacing=6),
            row(Swatch("muted", alpha=0.4), Text("ahead", "caption"), spacing=6),
        )
        self._legend = QWidget()
        self._legend.setLayout(row(*legend, spacing=10))
        self.box.addLayout(row((self.quantity, 1), self._legend, spacing=10))
        self.box.addWidget(self.plot, 1)
        self._series: object = None
        self._shown: object = None
        self._id = "loss"
        self._bounded = True
        self._target = 0.0

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_legend()

    def _fit_legend(self) -> None:
        # The words of the quantity matter more than the legend.
        words = self.quantity.fontMetrics().horizontalAdvance(self.quantity.currentText()) + 36
        margins = self.box.contentsMargins()
        room = self.width() - margins.left() - margins.right() - 10
        self._legend.setVisible(room >= words + self._legend.sizeHint().width())

    def show_run(self, config: RaceConfig) -> None:
        """Adopt a configuration."""
        self._bounded = config.landscape.bounded_below
        self._target = config.target
        self.show_quantity(self._id)

    def show_quantity(self, id: str) -> None:
        """Plot this; where the loss falls without end, the gradient's norm in its place."""
        self._id = id
        shown = "gradient" if id in ("loss", "distance") and not self._bounded else id
        self._channel = CHANNELS.index(QUANTITIES[shown].channel)
        self.quantity.set_value(shown)
        self._fit_legend()
        self.plot.set_target(self._target if shown == "loss" else None)

    def show_frame(
        self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace, horizon: int,
        ghost: RaceGhost | None = None,
    ) -> None:  # fmt: skip
        """Draw the histories up to the frontier, with the cursor at the frame's step; behind them the ghost's."""
        pinned = None if ghost is None else (ghost.looks, id(ghost.ghost.trace), len(ghost.ghost.trace))
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
                self.plot.set_series(str(look.lane), look.color_role, look.symbol, width, look.title)
                if focus.average and look.lane == focus.lane:
                    for edge in ("10 %", "90 %"):
                        self.plot.set_series(edge, look.color_role, look.symbol, 0.8, f"{look.title}, {edge}")
        values = trace.values
        # Along known steps only the cursor moves: 12 histories need not be compared and fitted anew.
        present = tuple(np.flatnonzero(frame.present[:TRACED_STARTS]).tolist()) if focus.average else (focus.start,)
        shown = (series, trace, trace.generation, len(trace), focus, present, self._channel)
        if shown != self._shown and values.size and 0 <= focus.start < values.shape[2]:
            self._shown = shown
            self.plot.set_lines(trace.steps, self._lines(values, looks, focus, present))
            if ghost is not None:
                self._show_ghost(ghost, focus)
        known = int(trace.steps[-1]) if len(trace) else 0
        self.plot.set_total(_span(known, horizon))
        self.plot.set_cursor(frame.step)

    def _show_ghost(self, ghost: RaceGhost, focus: Focus) -> None:
        values, without = ghost.ghost.trace.values, dataclasses.replace(focus, lane=-1)
        starts = range(values.shape[2]) if focus.average else [focus.start]
        if values.size and focus.start < values.shape[2]:
            lines = self._lines(values, ghost.looks, without, list(starts))
            names = {str(look.lane): f"{look.title} (ghost)" for look in ghost.looks}
            self.plot.set_lines(ghost.ghost.trace.steps, {names[str(key)]: line for key, line in lines.items()})

    def _lines(
        self, values: NDArray[np.float32], looks: Sequence[Look], focus: Focus, present: Sequence[int]
    ) -> dict[Hashable, NDArray[np.float32]]:
        """One line a racer; over several starts the median, and for the racer in focus where the middle 80 % lie."""
        lines: dict[Hashable, NDArray[np.float32]] = {}
        for i, look in enumerate(looks):
            rows = values[:, i, list(present), self._channel]
            if not focus.average:
                lines[str(look.lane)] = rows[:, 0]
                continue
            some = np.isfinite(rows).any(axis=1)
            wanted = (0.5, 0.1, 0.9) if look.lane == focus.lane else (0.5,)
            quantiles = np.full((len(wanted), len(rows)), np.nan, dtype=np.float32)
            if some.any():
                quantiles[:, some] = np.nanquantile(rows[some], wanted, axis=1)
            for key, line in zip((str(look.lane), "10 %", "90 %"), quantiles, strict=False):
                lines[key] = line
        return lines


def _span(known: int, horizon: int) -> float:
    """How many steps the axis shows: a little more than is known, growing seldom, since growing draws all afresh."""
    span = float(SHORTEST)
    while span < known * 1.03:
        span *= 1.25
    return min(span, horizon * 1.02)
