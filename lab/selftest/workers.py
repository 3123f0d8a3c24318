"""Worker processes in this build: they start, they do the work, and it is the same work."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing

import numpy as np

from lab.core.ticket import Ticket
from lab.core.workers import Workers
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.optimizers.adam import Adam
from lab.selftest import TRUTHS, Finding
from lab.sims.basins import BLOCK, basin_map

WORLD = (-6.0, -6.0, 12.0, 12.0)


@TRUTHS.register("workers", title="Worker processes")
def workers() -> Iterator[Finding]:
    """A map cut into pieces, here and in processes."""
    with closing(Workers()) as crew:
        count = crew.ready()
        # An executable that lacks what its processes need would do all the work itself and nobody would notice.
        homes = {home for _, home in crew.spread(Ticket(), _home, [()] * 8)}
        what = f"no piece of work is done here: {count} processes do it"
        yield Finding("processes", what, float(os.getpid() in homes), 0.0, "")
        size = (128, 2 * BLOCK // 128)
        landscape, rule = Himmelblau(), Adam(learning_rate=0.05)
        here = basin_map(Ticket(), landscape, rule, WORLD, size, 60)
        there = basin_map(Ticket(), landscape, rule, WORLD, size, 60, 0, crew.spread)
        different = np.count_nonzero((here.minimum != there.minimum) | (here.steps != there.steps))
        yield Finding("basin_map", f"{here.minimum.size} pixels, in processes and in turn", float(different), 0.0, "")


def _home(ticket: Ticket) -> int:
    return os.getpid()
