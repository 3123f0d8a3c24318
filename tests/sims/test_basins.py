"""Where every point of a landscape ends up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lab.core.ticket import Cancelled, Ticket
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.saddle import Saddle
from lab.engine.optimizers import Array, Ask, Draw, LandscapeAsk, Rate, State, StepResult
from lab.engine.optimizers.momentum import Momentum
from lab.engine.optimizers.sgd import SGD
from lab.sims.basins import LOST, UNDER_WAY, basin_map

WORLD = (-5.0, -5.0, 10.0, 10.0)


def test_each_pixel_says_where_a_run_from_its_centre_ends() -> None:
    landscape, rule = Himmelblau(), Momentum(learning_rate=0.001, momentum=0.9)
    found = basin_map(Ticket(), landscape, rule, WORLD, (12, 12), 500)
    minima = np.array([c.point for c in landscape.critical_points if c.kind == "minimum"])
    for row, column in ((0, 0), (3, 8), (11, 2), (6, 6)):
        theta = np.array([[WORLD[0] + (column + 0.5) * 10 / 12, WORLD[1] + (row + 0.5) * 10 / 12]])
        ask = LandscapeAsk(landscape)
        state = rule.start(theta, ask)
        for _ in range(1000):
            theta, state, _parts = rule.step(theta, state, ask, rule.learning_rate, np.random.default_rng)
        assert np.hypot(*(minima - theta[0]).T).argmin() == found.minimum[row, column]


def test_finer_maps_agree_with_coarse_ones_where_their_pixels_share_a_centre() -> None:
    rule = SGD(learning_rate=0.005)
    coarse = basin_map(Ticket(), Himmelblau(), rule, WORLD, (9, 9), 300)
    fine = basin_map(Ticket(), Himmelblau(), rule, WORLD, (27, 27), 300)
    assert (fine.minimum[1::3, 1::3] == coarse.minimum).all()
    assert (fine.steps[1::3, 1::3] == coarse.steps).all()


def test_too_large_a_rate_is_lost_and_too_small_a_one_under_way() -> None:
    wild = basin_map(Ticket(), Himmelblau(), SGD(learning_rate=1.0), WORLD, (8, 8), 100)
    assert (wild.minimum == LOST).any()
    tame = basin_map(Ticket(), Himmelblau(), SGD(learning_rate=1e-9), WORLD, (8, 8), 50)
    assert (tame.minimum == UNDER_WAY).all()
    assert (tame.steps == 50).all()


def test_a_landscape_without_a_minimum_has_no_basin() -> None:
    found = basin_map(Ticket(), Saddle(), SGD(learning_rate=0.1), (-2.0, -2.0, 4.0, 4.0), (8, 8), 400)
    assert (found.minimum < 0).all()
    assert (found.minimum == LOST).any()


def test_nobody_waits_for_a_map_that_is_no_longer_wanted() -> None:
    ticket = Ticket()
    ticket.cancel()
    with pytest.raises(Cancelled):
        basin_map(ticket, Himmelblau(), SGD(learning_rate=0.005), WORLD, (64, 64), 10_000)


class Visits:
    """A rule that stands in a minimum after the steps given, and elsewhere after all others."""

    learning_rate = 0.1

    def __init__(self, minimum: tuple[float, ...], steps: range) -> None:
        self.minimum, self.steps = np.array(minimum), steps

    def start(self, theta: Array, ask: Ask) -> State:
        return {"t": np.zeros((len(theta), 1))}

    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        t = state["t"] + 1
        return StepResult(np.where(np.isin(t, self.steps), self.minimum, 0.0), {"t": t}, {})


def test_who_only_flies_past_a_minimum_has_not_arrived() -> None:
    """Momentum carries past minima: there twice in a row is there to stay."""
    landscape = Himmelblau()
    minima = [c.point for c in landscape.critical_points if c.kind == "minimum"]
    for steps, reached, when in ((range(10, 11), UNDER_WAY, 60), (range(10, 21), 1, 20), (range(15, 61), 1, 30)):
        rule: Any = Visits(minima[1], steps)
        found = basin_map(Ticket(), landscape, rule, WORLD, (2, 2), 60)
        assert (found.minimum == reached).all()
        assert (found.steps == when).all()
