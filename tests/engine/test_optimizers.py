"""What every registered optimizer promises; a new one needs no new test."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.core.errors import BadValue
from lab.core.params import check, declared, replace
from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.engine.optimizers import OPTIMIZERS, Array, LandscapeAsk, Optimizer, State, StepResult
from lab.selftest._differences import sample

from .strategies import configs
from .typeset import height, slots

every = pytest.mark.parametrize("id", OPTIMIZERS.ids())
everywhere = pytest.mark.parametrize("place", LANDSCAPES.ids())
DRAW = partial(np.random.default_rng, 0)


def lock(theta: Array, state: State) -> None:
    """Make every write into these arrays an error."""
    for array in (theta, *state.values()):
        array.flags.writeable = False


def run(
    optimizer: Optimizer, landscape: Landscape, theta: Array, steps: int, lr: float | None = None
) -> list[StepResult]:
    """All steps from `theta` (n, d), with every array locked once it has been handed out."""
    ask = LandscapeAsk(landscape)
    theta = theta.copy()
    state = optimizer.start(theta, ask)
    results = [StepResult(theta, state, {})]
    for _ in range(steps):
        lock(theta, state)
        results.append(optimizer.step(theta, state, ask, optimizer.learning_rate if lr is None else lr, DRAW))
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
@settings(max_examples=5, deadline=None)
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
@settings(max_examples=3, deadline=None)
def test_a_row_runs_as_if_it_were_alone(id: str, place: str, data: st.DataObject) -> None:
    """Bit for bit: so adding a racer can't change another, and a batch may be split for speed."""
    landscape = LANDSCAPES[place]()
    optimizer = data.draw(configs(OPTIMIZERS[id]))
    theta = sample(landscape, 70, seed=3)
    together = run(optimizer, landscape, theta, 15)
    for row in (0, 1, 33, 69):
        alone = run(optimizer, landscape, theta[row : row + 1], 15)
        for a, b in zip(alone, together, strict=True):
            assert equal(a.theta[0], b.theta[row])
            assert same(a.state, rows(b.state, [row]))


@every
def test_a_row_may_be_born_later(id: str) -> None:
    """State arrays are joined on their first axis; each row keeps its own age."""
    landscape = LANDSCAPES["himmelblau"]()
    optimizer = OPTIMIZERS[id]()
    theta = sample(landscape, 80, seed=4)
    old, young = run(optimizer, landscape, theta[:70], 12), run(optimizer, landscape, theta[70:], 5)
    ask = LandscapeAsk(landscape)
    points = np.concatenate([old[7].theta, theta[70:]])
    newborn = optimizer.start(theta[70:], ask)
    state: State = {name: np.concatenate([old[7].state[name], newborn[name]]) for name in newborn}
    for _ in range(5):
        points, state, _parts = optimizer.step(points, state, ask, optimizer.learning_rate, DRAW)
    assert equal(points, np.concatenate([old[12].theta, young[5].theta]))
    assert same(rows(state, slice(0, 70)), old[12].state)
    assert same(rows(state, slice(70, None)), young[5].state)


@every
def test_a_row_may_be_taken_out(id: str) -> None:
    landscape = LANDSCAPES["rosenbrock"]()
    optimizer = OPTIMIZERS[id]()
    results = run(optimizer, landscape, sample(landscape, 6, seed=5), 8, lr=1e-4)
    left = [0, 2, 5]
    points, state = results[4].theta[left], rows(results[4].state, left)
    ask = LandscapeAsk(landscape)
    for _ in range(4):
        points, state, _parts = optimizer.step(points, state, ask, 1e-4, DRAW)
    assert equal(points, results[8].theta[left])


@every
def test_a_step_is_a_function_of_what_it_is_given(id: str) -> None:
    landscape = LANDSCAPES["beale"]()
    optimizer = OPTIMIZERS[id]()
    before = run(optimizer, landscape, sample(landscape, 4, seed=6), 5)[-1]
    a, b = (
        optimizer.step(
            before.theta,
            before.state,
            LandscapeAsk(landscape),
            optimizer.learning_rate,
            partial(np.random.default_rng, 1),
        )
        for _ in range(2)
    )
    assert equal(a.theta, b.theta)
    assert same(a.state, b.state)


@every
def test_descends_a_quadratic_with_its_default_learning_rate(id: str) -> None:
    landscape = LANDSCAPES["quadratic"]()
    theta = np.array(landscape.starts)
    end = run(OPTIMIZERS[id](), landscape, theta, 1500)[-1].theta
    assert (landscape.value(end) < 1e-3 * landscape.value(theta)).all()


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

    def charges(points: Array) -> Array:
        ask = LandscapeAsk(landscape)
        state = optimizer.start(points, ask)
        for _ in range(10):
            points, state, _parts = optimizer.step(points, state, ask, optimizer.learning_rate, DRAW)
        counts = (ask.function_evaluations, ask.gradient_evaluations, ask.hessian_evaluations)
        return np.array([np.resize(c, len(points)) if c.size else np.zeros(len(points)) for c in counts])

    together = charges(theta)
    assert (together.sum(axis=0) >= 10).all()
    alone = np.concatenate([charges(theta[i : i + 1]) for i in range(5)], axis=1)
    assert np.array_equal(together, alone)


@every
def test_symbols_fill_exactly_the_slots_of_the_rule(id: str) -> None:
    landscape = LANDSCAPES["himmelblau"]()
    optimizer = OPTIMIZERS[id]()
    ask = LandscapeAsk(landscape)
    theta = sample(landscape, 3, seed=8)
    state = optimizer.start(theta, ask)
    result = optimizer.step(theta, state, ask, optimizer.learning_rate, DRAW)
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
def test_explains_itself(id: str) -> None:
    cls = OPTIMIZERS[id]
    assert inspect.getdoc(cls)
    assert cls.why.endswith(".")
    assert cls.source
    assert 0 < height(cls.latex) < 60
    assert 0 < height(cls.latex_numbers) < 120  # at 20 px, a fraction of two vectors
