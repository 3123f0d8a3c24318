"""A ghost: a run that was pinned, replayed once into histories that the next run is compared with."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from lab.core.run import Run
from lab.core.simulation import Simulation
from lab.core.traces import MAX_VERTICES, Trace

#: Histories of a ghost take at most this much: many lanes and rows are kept at a coarser grain.
MAX_BYTES = 8 << 20
_FEWEST = 32


class GhostTrace:
    """Histories that never outgrow `MAX_BYTES`: where a row is large, fewer of them are kept.

    Attributes
    ----------
    trace : Trace
        The histories; another object whenever their grain had to be made coarser.
    """

    def __init__(self) -> None:
        self.trace = Trace()

    def append(self, step: int, row: NDArray[np.float32]) -> None:
        """Record the row of a step; steps must rise."""
        most = MAX_VERTICES
        # A trace doubles its middle axis as it grows.
        while most > _FEWEST and most * 2 * row.nbytes > MAX_BYTES:
            most = most // 4 * 2
        if most < self.trace.max_vertices:
            old, self.trace = self.trace, Trace(most)
            for at, values in zip(old.steps.tolist(), old.values, strict=True):
                self.trace.append(at, values)
        self.trace.append(step, row)


def copied(trace: Trace) -> Trace:
    """What is known of a run so far, as histories of a ghost."""
    made = GhostTrace()
    for step, row in zip(trace.steps.tolist(), trace.values, strict=True):
        made.append(step, row)
    return made.trace


def replay(make: Callable[[Run], Simulation], run: Run, steps: int) -> Iterator[GhostTrace]:
    """Replay a run with all its events to step `steps`, a step at each turn; the same histories at every turn.

    Exact: a run is a value, and this is what `Timeline` does without keeping snapshots. Cost: the run's steps.
    """
    sim, nodes, found = make(run), run.nodes(), GhostTrace()
    applied = 0
    for step in range(steps + 1):
        if step:
            sim.step()
        while applied < len(nodes) and nodes[applied].step == step:
            sim.apply(nodes[applied].event)
            applied += 1
        if step % found.trace.stride == 0:
            found.append(step, sim.trace())
        yield found
        if sim.done and applied == len(nodes):
            return
