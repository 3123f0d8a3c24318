"""The basin map: how soon there is a first picture, and how soon the whole."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing

from lab.bench import BENCHES, Row, Skipped
from lab.core.ticket import Ticket
from lab.core.workers import Workers
from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.momentum import Momentum
from lab.sims.basins import basin_map

#: Sides in pixels: what the layer shows first, and the size for which there is a budget.
FIRST, NEXT, WHOLE = 16, 64, 256
FIRST_BUDGET, POLYNOMIAL_BUDGET, OTHER_BUDGET = 0.1, 0.6, 3.0
STEPS = 500
POLYNOMIALS = ("himmelblau", "rosenbrock", "three_hump_camel", "styblinski_tang")
OTHERS = ("rastrigin", "ackley", "levy_13", "logistic_regression", "network_slice")
#: Momentum at a rate that fits the landscape, or Adam.
RULES = {"himmelblau": Momentum(learning_rate=0.0007, momentum=0.93)}


@BENCHES.register("basins", title="Basin maps")
def basins(quick: bool) -> Iterator[Row | Skipped]:
    """One rule from every pixel for 500 steps; what has arrived leaves the batch, and processes share the blocks."""
    with closing(Workers()) as workers:
        begun = time.perf_counter()
        count = workers.ready()
        yield Row("worker processes start, once", f"{count} processes", time.perf_counter() - begun)
        for id in POLYNOMIALS[:1] if quick else POLYNOMIALS + OTHERS:
            yield from _maps(id, workers, quick)


def _maps(id: str, workers: Workers, quick: bool) -> Iterator[Row]:
    landscape, rule = LANDSCAPES[id](), RULES.get(id, Adam(learning_rate=0.05))
    (x0, x1), (y0, y1) = landscape.domain
    world = (x0, y0, x1 - x0, y1 - y0)
    title = LANDSCAPES.title_of(type(landscape))
    whole = POLYNOMIAL_BUDGET if id in POLYNOMIALS else OTHER_BUDGET
    sides = ((FIRST, FIRST_BUDGET),) if quick else ((FIRST, FIRST_BUDGET), (NEXT, None), (WHOLE, whole))
    for side, budget in sides:
        begun = time.perf_counter()
        basin_map(Ticket(), landscape, rule, world, (side, side), 20 if quick else STEPS, 0, workers.spread)
        took = time.perf_counter() - begun
        yield Row("basin map", f"{title}, {side}x{side}, {STEPS} steps", took, budget=budget)
