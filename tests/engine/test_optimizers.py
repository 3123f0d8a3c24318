"""What every registered optimizer promises; a new one needs no new test."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.core.errors import BadValue
from lab.core.params import check, declared, replace
from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.engine.optimizers import OPTIMIZERS, Array, LandscapeAsk, Optimizer, Rate, State, StepResult
from lab.selftest._differences import sample

from .strategies import configs
from .typeset import height, slots

every = pytest.mark.parametrize("id", OPTIMIZERS.ids())
#: Two coordinates and one, many minima, and no bottom: a rule that holds there holds anywhere, at a tenth of the time.
everywhere = pytest.mark.parametrize("place", ["rosenbrock", "rastrigin", "saddle", "double_well"])


class Chance:
    """What a step draws from: a generator of its own for each step, and a note whether it was ever asked for."""

    def __init__(self) -> None:
        self.asked = False
        self.t = 0

    def __call__(self) -> np.random.Generator:
        self.asked = True
        return np.random.default_rng(self.t)


def lock(theta: Array, state: State) -> None:
    """Make every write into these arrays an error."""
    for array in (theta, *state.values()):
        array.flags.writeable = False


def run(
    optimizer: Optimizer,
    landscape: Landscape,
    theta: Array,
    steps: int,
    lr: Rate | None = None,
    chance: Chance | None = None,
) -> list[StepResult]:
    """All steps from `theta` (n, d), with every array locked once it has been handed out."""
    chance = chance or Chance()
    ask = LandscapeAsk(landscape)
    theta = theta.copy()
    state = optimizer.start(theta, ask)
    results = [StepResult(theta, state, {})]
    for chance.t in range(steps):
        lock(theta, state)
        results.append(optimizer.step(theta, state, ask, optimizer.learning_rate if lr is None else lr, chance))
        theta, state = results[-1].theta, results[-1].state
    return results


def equal(a: Array, b: Array) -> bool:
    """Bit for bit; a diverged row is nan in both."""
    return np.array_equal(a, b, equal_nan=True)


def same(a: State, b: State) -> bool:
    return a.keys() == b.keys() and all(equal(a[k], b[k]) for k in a)


def rows(state: State, index: slice | Sequence[int]) -> State:
    return {name: array[index] for name, array in state.items()}


@every
@everywhere
@given(data=st.data())
@settings(max_examples=5)
def test_parts_sum_to_the_step(id: str, place: str, data: st.DataObject) -> None:
    landscape = LANDSCAPES[place]()
    results = run(data.draw(configs(OPTIMIZERS[id])), landscape, sample(landscape, 5, seed=1), 6)
    for before, after in pairwise(results):
        if not (np.abs(after.theta) < 1e100).all():
            break  # diverged: the sums below would overflow
        parts = np.array(list(after.parts.values()))
        moved = after.theta - before.theta
        # Both sides are rounded at the size of what they were added from.
        size = np.abs(parts).sum(axis=0) + np.abs(before.theta) + np.abs(after.theta)
        assert (np.abs(parts.sum(axis=0) - moved) <= 1e-12 * size).all()


@every
@everywhere
def test_shapes_of_points_and_state(id: str, place: str) -> None:
    landscape = LANDSCAPES[place]()
    optimizer = OPTIMIZERS[id]()
    for n in (1, 7):
        for result in run(optimizer, landscape, sample(landscape, n, seed=2), 3):
            assert result.theta.shape == (n, landscape.dim)
            for array in (result.theta, *result.state.values(), *result.parts.values()):
                assert array.dtype == np.float64
                assert array.shape[0] == n
                assert array.ndim >= 2
            assert all(part.shape == result.theta.shape for part in result.parts.values())


@every
@everywhere
@given(data=st.data())
@settings(max_examples=3)
def test_a_row_runs_as_if_it_were_alone(id: str, place: str, data: st.DataObject) -> None:
    """Bit for bit: so adding a racer can't change another, and a batch may be split for speed.

    Where chance plays a part, a row's numbers go by its place: only rows after it may come and go.
    """
    landscape = LANDSCAPES[place]()
    optimizer = data.draw(configs(OPTIMIZERS[id]))
    theta = sample(landscape, 70, seed=3)
    chance = Chance()
    together = run(optimizer, landscape, theta, 15, chance=chance)
    for row in (0, 1, 33, 69):
        first = 0 if chance.asked else row
        alone = run(optimizer, landscape, theta[first : row + 1], 15)
        for a, b in zip(alone, together, strict=True):
            assert equal(a.theta, b.theta[first : row + 1])
            assert same(a.state, rows(b.state, slice(first, row + 1)))


@every
def test_a_row_may_be_born_later(id: str) -> None:
    """State arrays are joined on their first axis; each row keeps its own age."""
    landscape = LANDSCAPES["himmelblau"]()
    optimizer = OPTIMIZERS[id]()
    theta = sample(landscape, 80, seed=4)
    chance = Chance()
    old = run(optimizer, landscape, theta[:70], 12, chance=chance)
    young = run(optimizer, landscape, theta[70:], 5)
    ask = LandscapeAsk(landscape)
    points = np.concatenate([old[7].theta, theta[70:]])
    newborn = optimizer.start(theta[70:], ask)
    state: State = {name: np.concatenate([old[7].state[name], newborn[name]]) for name in newborn}
    for chance.t in range(7, 12):
        points, state, _parts = optimizer.step(points, state, ask, optimizer.learning_rate, chance)
    assert equal(points[:70], old[12].theta)
    assert same(rows(state, slice(0, 70)), old[12].state)
    if not chance.asked:
        assert equal(points[70:], young[5].theta)
        assert same(rows(state, slice(70, None)), young[5].state)


@every
def test_a_row_may_be_taken_out(id: str) -> None:
    """From the end only, where a row's random numbers go by its place."""
    landscape = LANDSCAPES["rosenbrock"]()
    optimizer = OPTIMIZERS[id]()
    chance = Chance()
    results = run(optimizer, landscape, sample(landscape, 6, seed=5), 8, lr=1e-4, chance=chance)
    left = [0, 1, 2] if chance.asked else [0, 2, 5]
    points, state = results[4].theta[left], rows(results[4].state, left)
    ask = LandscapeAsk(landscape)
    for chance.t in range(4, 8):
        points, state, _parts = optimizer.step(points, state, ask, 1e-4, chance)
    assert equal(points, results[8].theta[left])


@every
def test_every_row_may_have_its_own_learning_rate(id: str) -> None:
    landscape = LANDSCAPES["himmelblau"]()
    optimizer = OPTIMIZERS[id]()
    theta = np.repeat(sample(landscape, 1, seed=9), 3, axis=0)
    rates = [0.3 * optimizer.learning_rate, optimizer.learning_rate]
    chance = Chance()
    mixed = run(optimizer, landscape, theta[:2], 6, lr=np.array(rates)[:, None], chance=chance)
    for row, rate in enumerate(rates):
        alike = run(optimizer, landscape, theta[:2], 6, lr=rate)
        for a, b in zip(alike, mixed, strict=True):
            assert equal(a.theta[row], b.theta[row])
            assert same(rows(a.state, [row]), rows(b.state, [row]))
    ask = LandscapeAsk(landscape)
    before, after = mixed[-2:]
    symbols = optimizer.symbols(before.theta, before.state, after, ask, np.array(rates)[:, None])
    assert all(np.shape(value) in ((), (2,), (2, 2)) for value in symbols.values())


@every
def test_a_step_is_a_function_of_what_it_is_given(id: str) -> None:
    landscape = LANDSCAPES["beale"]()
    optimizer = OPTIMIZERS[id]()
    before = run(optimizer, landscape, sample(landscape, 4, seed=6), 5)[-1]
    a, b = (
        optimizer.step(before.theta, before.state, LandscapeAsk(landscape), optimizer.learning_rate, Chance())
        for _ in range(2)
    )
    assert equal(a.theta, b.theta)
    assert same(a.state, b.state)


@every
def test_descends_a_quadratic_with_its_default_learning_rate(id: str) -> None:
    landscape = LANDSCAPES["quadratic"]()
    theta = np.array(landscape.starts)
    path = np.array([result.theta for result in run(OPTIMIZERS[id](), landscape, theta, 1500)])
    # The lowest along the way: Adadelta arrives, and then swings ever wider.
    assert (landscape.value(path).min(axis=0) < 1e-3 * landscape.value(theta)).all()


@every
@pytest.mark.parametrize("far", [1e60, 1e200, 1e308])
def test_blowing_up_never_warns(id: str, far: float) -> None:
    landscape = LANDSCAPES["himmelblau"]()
    results = run(OPTIMIZERS[id](), landscape, np.array([[far, -far]]), 4, lr=10.0)
    for result in results:
        for part in result.parts.values():
            assert part.shape == (1, 2)


@every
@everywhere
def test_every_step_is_charged_to_every_row(id: str, place: str) -> None:
    landscape = LANDSCAPES[place]()
    optimizer = OPTIMIZERS[id]()
    theta = sample(landscape, 5, seed=7)
    chance = Chance()

    def charges(points: Array) -> Array:
        ask = LandscapeAsk(landscape)
        state = optimizer.start(points, ask)
        for chance.t in range(10):
            points, state, _parts = optimizer.step(points, state, ask, optimizer.learning_rate, chance)
        counts = (ask.function_evaluations, ask.gradient_evaluations, ask.hessian_evaluations)
        return np.array([np.resize(c, len(points)) if c.size else np.zeros(len(points)) for c in counts])

    together = charges(theta)
    assert (together.sum(axis=0) >= 10).all()
    if not chance.asked:
        alone = np.concatenate([charges(theta[i : i + 1]) for i in range(5)], axis=1)
        assert np.array_equal(together, alone)
    assert np.array_equal(together[:, :2], charges(theta[:2]))


@every
@given(data=st.data())
@settings(max_examples=5)
def test_symbols_fill_exactly_the_slots_of_the_rule(id: str, data: st.DataObject) -> None:
    landscape = LANDSCAPES["himmelblau"]()
    optimizer = data.draw(configs(OPTIMIZERS[id]))
    ask = LandscapeAsk(landscape)
    theta = sample(landscape, 3, seed=8)
    state = optimizer.start(theta, ask)
    result = optimizer.step(theta, state, ask, optimizer.learning_rate, Chance())
    counted = (ask.function_evaluations, ask.gradient_evaluations, ask.hessian_evaluations)
    symbols = optimizer.symbols(theta, state, result, ask, optimizer.learning_rate)
    kinds = slots(optimizer.latex_numbers)
    assert symbols.keys() == kinds.keys()
    for name, kind in kinds.items():
        assert np.shape(symbols[name]) in ([(3, 2)] if kind == "slotv" else [(), (3,)]), name
    assert np.array_equal(symbols["theta_next"], result.theta)
    after = (ask.function_evaluations, ask.gradient_evaluations, ask.hessian_evaluations)
    assert all(np.array_equal(a, b) for a, b in zip(counted, after, strict=True))


@every
def test_is_a_frozen_value_that_refuses_nonsense(id: str) -> None:
    cls = OPTIMIZERS[id]
    optimizer = cls()
    check(optimizer)
    assert optimizer == cls()
    assert hash(optimizer) == hash(cls())
    assert not hasattr(optimizer, "__dict__")
    with pytest.raises(dataclasses.FrozenInstanceError):
        optimizer.learning_rate = 1.0
    with pytest.raises(BadValue, match="above 0"):
        replace(optimizer, "learning_rate", 0.0)
    assert all(d.param.doc for d in declared(cls))


@every
@given(data=st.data())
@settings(max_examples=5)
def test_explains_itself(id: str, data: st.DataObject) -> None:
    cls = OPTIMIZERS[id]
    assert inspect.getdoc(cls)
    assert cls.why.endswith(".")
    assert cls.source
    optimizer = data.draw(configs(cls))
    assert 0 < height(optimizer.latex) < 60
    assert 0 < height(optimizer.latex_numbers) < 120  # at 20 px, a fraction of two vectors
