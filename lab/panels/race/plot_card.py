"""The inspector's plot: a line for each racer over the steps."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Signal

from lab.core.traces import Trace
from lab.panels.race.looks import Look
from lab.panels.race.scene import Focus
from lab.sims.race import CHANNELS, RaceConfig, RaceFrame
from lab.ui.plots import LinePlot
from lab.ui.widgets import Card, Swatch, Text, row

#: A young run is shown on at least this many steps, so that its first lines are no stubs.
SHORTEST = 60


class PlotCard(Card):
    """Loss by step on a logarithmic axis; where the loss has no minimum, the gradient's norm."""

    #: The hand wants to be at this step.
    sought = Signal(int)

    def __init__(self) -> None:
        super().__init__(margins=(16, 12, 12, 8))
        self.plot = LinePlot("Loss by step", x_label="")
        self.plot.sought.connect(self.sought)
        self.plot.setMinimumHeight(110)
        self._title = Text("Loss by step", "strong")
        legend = (
            row(Swatch("muted"), Text("so far", "caption"), spacing=6),
            row(Swatch("muted", alpha=0.4), Text("replay ahead", "caption"), spacing=6),
        )
        self.box.addLayout(row(self._title, None, *legend, spacing=10))
        self.box.addWidget(self.plot, 1)
        self._series: object = None
        self._shown: object = None
        self._channel = CHANNELS.index("excess")

    def show_run(self, config: RaceConfig) -> None:
        """Adopt a configuration."""
        bounded = config.landscape.bounded_below
        self._channel = CHANNELS.index("excess" if bounded else "gradient_norm")
        self._title.setText("Loss by step" if bounded else "Gradient norm by step")
        self._title.setToolTip("" if bounded else "The loss has no minimum: its logarithm would mean nothing.")
        self.plot.set_target(config.target if bounded else None)

    def show_frame(self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace, horizon: int) -> None:
        """Draw the histories up to the frontier, with the cursor at the frame's step."""
        series = (tuple(looks), focus.lane)
        if series != self._series:
            self._series = series
            self.plot.clear_series()
            for look in looks:
                width = 2.4 if look.lane == focus.lane else 1.5
                self.plot.set_series(str(look.lane), look.color_role, look.symbol, width, look.title)
        values = trace.values
        # Along known steps only the cursor moves: 12 histories need not be compared and fitted anew.
        present = tuple(np.flatnonzero(frame.present)) if focus.average else ()
        shown = (series, trace, trace.generation, len(trace), focus, present, self._channel)
        if shown != self._shown and values.size and 0 <= focus.start < values.shape[2]:
            self._shown = shown
            lines: dict[Hashable, NDArray[np.float32]] = {
                str(look.lane): self._line(values[:, i], frame, focus) for i, look in enumerate(looks)
            }
            self.plot.set_lines(trace.steps, lines)
        known = int(trace.steps[-1]) if len(trace) else 0
        self.plot.set_total(_span(known, horizon))
        self.plot.set_cursor(frame.step)

    def _line(self, values: NDArray[np.float32], frame: RaceFrame, focus: Focus) -> NDArray[np.float32]:
        """One racer's values (steps, rows, channels) for the start in focus, or their median."""
        if not focus.average:
            return values[:, focus.start, self._channel]
        rows = values[:, np.flatnonzero(frame.present[: values.shape[1]]), self._channel]
        some = np.isfinite(rows).any(axis=1)
        median = np.full(len(rows), np.nan, dtype=np.float32)
        if some.any():
            median[some] = np.nanmedian(rows[some], axis=1)
        return median


def _span(known: int, horizon: int) -> float:
    """How many steps the axis shows: a little more than is known, growing seldom, since growing draws all afresh."""
    span = float(SHORTEST)
    while span < known * 1.03:
        span *= 1.25
    return min(span, horizon * 1.02)
