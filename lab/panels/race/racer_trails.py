"""The trails of the racers: which histories they follow, and how each is stroked."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lab.core.traces import Trace
from lab.panels.race.density import crowded
from lab.panels.race.focus import Focus
from lab.panels.race.looks import Look
from lab.sims.race import CHANNELS, RaceFrame
from lab.ui.strokes import FEW, Stroke
from lab.ui.theme import theme, weight
from lab.ui.trails import TrailLayer

#: The channel that tells of a new stretch: a racer was carried by hand.
SEGMENT = CHANNELS.index("segment")
#: So many pixels more are two lines wide.
DOUBLE = 1.8


class RacerTrails(TrailLayer):
    """Trails of all racers on a landscape of two weights."""

    def __init__(self) -> None:
        super().__init__()
        self._followed: object = None
        self._generation = 0
        self._made_for: object = None
        self._made: tuple[Stroke, ...] = ()

    def follow_race(self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace) -> None:
        """Follow the histories of all starts, or in a crowd of the start in focus; thinned ones end with the heads."""
        known = trace.upto(frame.step)
        values = trace.values[:known]
        if not values.size:
            self.follow(np.zeros((0, 0, 2), np.float32), np.zeros((0, 0), np.float32), ())
            self._followed = None
            return
        present = np.flatnonzero(frame.present[: values.shape[2]])
        if crowded(frame):
            present = present[present == focus.start]
        # A slice takes no copy of the histories, a list of rows does.
        chosen: slice | NDArray[np.intp] = present
        if len(present) == values.shape[2] or len(present) == 1:
            chosen = slice(present[0], present[-1] + 1)
        followed = (trace, present.tolist())
        same = trace.kept_since(self._generation) if followed == self._followed else 0
        self._followed, self._generation = followed, trace.generation
        points, breaks = values[:, :, chosen, :2], values[:, :, chosen, SEGMENT]
        heads: NDArray[np.float64] | None = None
        if trace.steps[known - 1] != frame.step:
            on = (frame.diverged_at[:, present] < 0) & (frame.segment[:, present] == breaks[-1])
            heads = np.where(on[..., None], frame.theta[:, present], np.nan).reshape(-1, 2)
        strokes = self._strokes_of(tuple(looks), focus.lane, len(present))
        kept = partial(trace.kept_since, trace.generation)
        self.follow(points, breaks, strokes, heads, same=same, kept=kept)

    def _strokes_of(self, looks: tuple[Look, ...], focus: int, starts: int) -> tuple[Stroke, ...]:
        """One stroke for all trails of a lane; very many are thin and without casing, or they would hide each other."""
        wanted = (looks, focus, starts, theme().name, weight())
        if wanted != self._made_for:
            self._made_for = wanted
            t, many, bold = theme(), len(looks) * starts > FEW, weight()
            made: list[Stroke] = []
            for look in looks:
                thin = many and look.lane != focus
                width = 1.0 if thin else 2.4 if look.lane == focus else 1.5
                # Two lines and what is between them.
                width += DOUBLE if look.double else 0.0
                color, casing = t.color(look.color_role, 0.8 if thin else 1.0), t.color(t.ink, 0.0 if thin else 0.42)
                made += [Stroke(color, bold * width, casing, t.color(t.ink) if look.double else None)] * starts
            self._made = tuple(made)
        return self._made
