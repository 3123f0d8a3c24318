"""Histories for plots and trails: float32, bounded, apart from the snapshots."""

from __future__ import annotations

import copy
from bisect import bisect_right

import numpy as np
from numpy.typing import NDArray

MAX_VERTICES = 2000


class Trace:
    """One row of numbers per recorded step, at most `max_vertices` of them.

    When full, every second row is dropped and from then on only every 2nd, 4th, ... step is recorded: the
    memory is bounded, and the whole run stays visible at a coarser grain. Shape of a row: (lanes, rows,
    channels); the middle axis may grow during a run (earlier rows are nan there).
    """

    def __init__(self, max_vertices: int = MAX_VERTICES) -> None:
        if max_vertices < 4 or max_vertices % 2:
            raise ValueError("a trace holds an even number of vertices, at least 4")
        self.max_vertices = max_vertices
        self.stride = 1
        #: Rises whenever rows already handed out were dropped or changed: views then draw afresh.
        self.generation = 0
        #: Which changes left how few rows as they were: (generation, rows), both rising.
        self._changes: list[tuple[int, int]] = []
        self._count = 0
        self._steps = np.zeros(max_vertices, dtype=np.int64)
        self._rows = np.zeros((0, 0, 0, 0), dtype=np.float32)

    def __len__(self) -> int:
        return self._count

    @property
    def steps(self) -> NDArray[np.int64]:
        """The recorded steps, rising, shape (n,)."""
        return self._steps[: self._count]

    @property
    def values(self) -> NDArray[np.float32]:
        """The recorded rows, shape (n, lanes, rows, channels); a view, do not keep it across a step."""
        return self._rows[: self._count]

    def upto(self, step: int) -> int:
        """How many recorded rows are not later than `step`."""
        return int(np.searchsorted(self.steps, step, side="right"))

    def kept_since(self, generation: int) -> int:
        """How many first rows are what they were at `generation`; cost: logarithmic in what happened since."""
        at = bisect_right(self._changes, generation, key=lambda change: change[0])
        return min(self._changes[at][1], self._count) if at < len(self._changes) else self._count

    def append(self, step: int, row: NDArray[np.float32]) -> None:
        """Record the row of `step` when it falls on the present stride; steps must rise."""
        if step % self.stride:
            return
        if self._count and step <= self._steps[self._count - 1]:
            raise ValueError(f"step {step} is already recorded")
        self._make_room(row.shape)
        # Once is enough for steps without gaps; of 0, 4, 8, ... the first halving drops nothing.
        while self._count == self.max_vertices:
            self._halve()
            if step % self.stride:
                return
        target = self._rows[self._count]
        target[:, : row.shape[1]] = row
        target[:, row.shape[1] :] = np.nan
        self._steps[self._count] = step
        self._count += 1

    def copy(self) -> Trace:
        """The same histories, to go on in another way."""
        return copy.deepcopy(self)

    def cut(self, step: int) -> None:
        """Forget all rows later than `step`."""
        keep = self.upto(step)
        if keep != self._count:
            self._count = keep
            self._changed_from(keep)

    def _changed_from(self, row: int) -> None:
        self.generation += 1
        # An earlier change that left more rows says nothing that this one doesn't.
        while self._changes and self._changes[-1][1] >= row:
            self._changes.pop()
        self._changes.append((self.generation, row))

    def _halve(self) -> None:
        self.stride *= 2
        keep = np.flatnonzero(self._steps[: self._count] % self.stride == 0)
        self._rows[: len(keep)] = self._rows[keep]
        self._steps[: len(keep)] = self._steps[keep]
        self._count = len(keep)
        # Row 0 stays; that row 1 is another is all that matters.
        self._changed_from(1)

    def _make_room(self, shape: tuple[int, ...]) -> None:
        lanes, rows, channels = shape
        have = self._rows.shape
        if have[1] == lanes and have[2] >= rows and have[3] == channels and have[0]:
            return
        if self._count and (have[1] != lanes or have[3] != channels):
            raise ValueError("lanes and channels of a trace can't change during a run")
        # Rows double, so that 64 starts dropped one by one copy the history six times, not 64.
        room = max(rows, 2 * have[2]) if self._count else rows
        grown = np.full((self.max_vertices, lanes, room, channels), np.nan, dtype=np.float32)
        if self._count:
            grown[: self._count, :, : have[2]] = self._rows[: self._count]
        self._rows = grown
