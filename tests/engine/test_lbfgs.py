"""L-BFGS against an independent dense BFGS and against SciPy's minima."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.optimize import minimize

from lab.engine.landscapes import LANDSCAPES, Array, Landscape
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.saddle import Saddle
from lab.engine.optimizers import LandscapeAsk, StepResult
from lab.engine.optimizers._line_search import HALVINGS
from lab.engine.optimizers._rest import put
from lab.engine.optimizers.lbfgs import LBFGS

DRAW = partial(np.random.default_rng, 0)


def run(optimizer: LBFGS, ask: LandscapeAsk, theta: Array, steps: int) -> list[StepResult]:
    state = optimizer.start(theta, ask)
    results = [StepResult(theta, state, {})]
    for _ in range(steps):
        results.append(optimizer.step(results[-1].theta, results[-1].state, ask, optimizer.learning_rate, DRAW))
    return results


def dense_direction(pairs: list[tuple[Array, Array]], gradient: Array) -> Array:
    """Minus the inverse Hessian as a matrix, times the gradient.

    Nocedal & Wright, equation 6.17, from H0 = (y.s / y.y) I of the newest pair (equation 7.20): in exact arithmetic
    that is what the two-loop recursion multiplies by.
    """
    identity = np.eye(len(gradient))
    H = identity
    if pairs:
        s, y = pairs[-1]
        H = (s @ y) / (y @ y) * identity
    for s, y in pairs:
        V = identity - np.outer(y, s) / (y @ s)
        H = V.T @ H @ V + np.outer(s, s) / (y @ s)
    return -H @ gradient


def dense_bfgs(landscape: Landscape, start: tuple[float, ...], steps: int, history: int) -> Array:
    """Points of a run that rebuilds its matrix from the last pairs at every step, written for one point."""
    x = np.array(start)
    pairs: list[tuple[Array, Array]] = []
    points = [x]
    for _ in range(steps):
        g = landscape.gradient(x)
        p = dense_direction(pairs[-history:], g)
        t = 1.0 if pairs else min(1.0, 1.0 / np.abs(g).sum())
        while landscape.value(x + t * p) > landscape.value(x) + 1e-4 * t * (p @ g):
            t /= 2
        s = t * p
        y = landscape.gradient(x + s) - g
        if y @ s > 1e-10:
            pairs.append((s, y))
        x = x + s
        points.append(x)
    return np.array(points)


@pytest.mark.parametrize("history", [1, 3, 10])
@pytest.mark.parametrize(
    ("place", "steps"), [("rosenbrock", 12), ("himmelblau", 8), ("beale", 10), ("quadratic", 8), ("double_well", 5)]
)
def test_a_run_is_that_of_the_dense_update(place: str, steps: int, history: int) -> None:
    """For as many steps as rounding stays small: a curved valley doubles it with every step."""
    landscape = LANDSCAPES[place]()
    start = landscape.starts[0]
    ours = run(LBFGS(history=history), LandscapeAsk(landscape), np.array([start]), steps)
    theirs = dense_bfgs(landscape, start, steps, history)
    assert np.concatenate([r.theta for r in ours]) == pytest.approx(theirs, rel=1e-8, abs=1e-8)


@pytest.mark.parametrize("history", [1, 3, 10])
def test_each_direction_of_a_long_run_is_that_of_the_dense_update(history: int) -> None:
    landscape = LANDSCAPES["rosenbrock"]()
    results = run(LBFGS(history=history), LandscapeAsk(landscape), np.array([[-1.2, 1.0]]), 30)
    points = np.concatenate([r.theta for r in results])
    gradients = landscape.gradient(points)
    pairs: list[tuple[Array, Array]] = []
    for k in range(30):
        if k and (pair := (points[k] - points[k - 1], gradients[k] - gradients[k - 1])) and pair[0] @ pair[1] > 1e-10:
            pairs.append(pair)
        expected = dense_direction(pairs[-history:], gradients[k])
        ours = results[k + 1].state["direction"][0]
        assert ours == pytest.approx(expected, rel=1e-8, abs=1e-8 * np.abs(expected).max())
    assert len(pairs) > 20


@pytest.mark.parametrize("place", ["quadratic", "rosenbrock", "himmelblau", "beale", "double_well", "parabola"])
def test_ends_in_a_minimum_as_deep_as_scipys(place: str) -> None:
    landscape = LANDSCAPES[place]()
    starts = np.array([s for s in landscape.starts if not (place == "beale" and s[0] < 0)])
    ours = run(LBFGS(), LandscapeAsk(landscape), starts, 60)[-1].theta
    minima = np.array([c.point for c in landscape.critical_points if c.kind == "minimum"])
    for start, end in zip(starts, ours, strict=True):
        theirs = minimize(landscape.value, start, jac=landscape.gradient, method="BFGS", options={"gtol": 1e-9})
        assert np.abs(minima - end).max(axis=1).min() < 1e-6
        if len(minima) == 1:
            assert end == pytest.approx(theirs.x, abs=1e-6)
        assert np.abs(minima - theirs.x).max(axis=1).min() < 1e-6


def test_a_quadratic_is_solved_in_a_few_steps() -> None:
    """Two coordinates, two exact pairs: after that the remembered matrix is nearly the true inverse."""
    landscape = Quadratic(condition_number=1000.0)
    results = run(LBFGS(), LandscapeAsk(landscape), np.array([[-1.8, 1.2]]), 15)
    assert landscape.value(results[-1].theta)[0] < 1e-20


class Uphill(LandscapeAsk):
    """Lies about the direction: the gradient points downhill."""

    def gradient(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        return -super().gradient(theta, where)


def test_where_no_trial_passes_the_row_stays_and_forgets() -> None:
    landscape = Quadratic()
    honest = run(LBFGS(), LandscapeAsk(landscape), np.array([[-1.8, 1.2], [1.0, 1.0]]), 3)[-1]
    assert honest.state["count"].min() > 0
    ask = Uphill(landscape)
    failed = LBFGS().step(honest.theta, honest.state, ask, 1.0, DRAW)
    assert np.array_equal(failed.theta, honest.theta)
    assert all((part == 0).all() for part in failed.parts.values())
    assert (failed.state["count"] == 0).all()
    assert (failed.state["rho"] == 0).all()
    assert (failed.state["step_length"] == 0).all()
    assert ask.function_evaluations.tolist() == [HALVINGS + 1] * 2


def test_a_search_ends_when_no_shorter_step_could_move() -> None:
    """Near Himmelblau's irrational minimum the loss can't reach 0; without this each step would cost 26 losses."""
    landscape = LANDSCAPES["himmelblau"]()
    ask = LandscapeAsk(landscape)
    end = run(LBFGS(), ask, np.array([[0.0, 3.0]]), 200)[-1]
    assert landscape.value(end.theta)[0] < 1e-29
    assert ask.function_evaluations[0] < 200 * 13


def test_only_searching_rows_are_charged() -> None:
    """In the minimum the first trial passes; on Rosenbrock's wall several are needed."""
    landscape = LANDSCAPES["rosenbrock"]()
    ask = LandscapeAsk(landscape)
    run(LBFGS(learning_rate=64.0), ask, np.array([[1.0, 1.0], [-1.2, 1.0]]), 1)
    assert ask.function_evaluations[0] == 2  # the start and one trial
    assert ask.function_evaluations[1] > 3


def test_a_saddle_neither_traps_nor_breaks_it() -> None:
    landscape = Saddle()
    on, off = run(LBFGS(), LandscapeAsk(landscape), np.array([[1.0, 0.0], [1.0, 1e-3]]), 40)[-1].theta
    assert on == pytest.approx([0.0, 0.0], abs=1e-8)
    assert landscape.value(off) < -1e6


def test_negative_curvature_is_not_remembered() -> None:
    """Along y the gradient of x^2 - y^2 falls with every step: y.s < 0."""
    for search in ("backtracking", "fixed"):
        results = run(LBFGS(line_search=search), LandscapeAsk(Saddle()), np.array([[0.0, 0.5]]), 5)
        assert all(r.state["count"][0, 0] == 0 for r in results)
        assert abs(results[-1].theta[0, 1]) > 5


def test_a_dragged_point_still_gives_a_true_pair() -> None:
    landscape = Quadratic(condition_number=5.0)
    ask = LandscapeAsk(landscape)
    before = run(LBFGS(), ask, np.array([[-1.8, 1.2]]), 2)[-1]
    dragged = before.theta + np.array([[0.4, -0.9]])
    after = LBFGS().step(dragged, before.state, ask, 1.0, DRAW)
    hessian = landscape.hessian(dragged[0])
    assert after.state["y"][0, -1] == pytest.approx(hessian @ after.state["s"][0, -1], rel=1e-12)


@pytest.mark.parametrize("place", ["himmelblau", "absolute_sum", "saddle", "network_slice"])
def test_letting_rows_sleep_that_stand_still_changes_no_bit(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    landscape = LANDSCAPES[place]()
    lo, hi = np.array(landscape.domain).T

    def raced(most_awake: float) -> tuple[list[bytes], int]:
        monkeypatch.setattr("lab.engine.optimizers.lbfgs._MOST_AWAKE", most_awake)
        rng = np.random.default_rng(8)
        theta = lo + (hi - lo) * rng.random((60, 2))
        ask = LandscapeAsk(landscape, noise_sigma=0.05)
        optimizer, slept = LBFGS(), 0
        state = optimizer.start(theta, ask)
        seen = []
        for t in range(120):
            # Silence, then noise, silence again, another rate, and a hand that moves some of the points.
            ask.freeze(rng.standard_normal(theta.shape) if 50 <= t < 60 else None)
            if t == 80:
                theta = theta.copy()
                theta[3:5] = 0.5 * (lo + hi) + 0.1
            rate = 1.0 if t < 100 else np.full((60, 1), 0.5)
            result = optimizer.step(theta, state, ask, rate, DRAW)
            slept += int((result.state["repeats"] > 0).sum())
            theta, state = result.theta, result.state
            seen.append(b"".join(np.ascontiguousarray(a).tobytes() for a in (theta, *state.values())))
            seen.append(ask.function_evaluations.tobytes())
        return seen, slept

    all_awake, _ = raced(-1.0)
    resting, slept = raced(1.0)
    assert resting == all_awake
    assert slept > 1000 or place == "saddle"


def test_what_a_few_rows_leave_as_it_was_is_not_copied_for_them() -> None:
    """A zero's sign is a change, a nan that was there is none."""
    before = {
        "kept": np.array([[1.0, np.nan], [2.0, 0.0], [3.0, 4.0]]),
        "signed": np.zeros((3, 1)),
        "changed": np.arange(6.0).reshape(3, 1, 2),
    }
    rows = np.array([0, 1])
    part = {
        "kept": before["kept"][rows].copy(),
        "signed": np.array([[0.0], [-0.0]]),
        "changed": before["changed"][rows] + 1.0,
    }
    after = put(before, rows, part)
    assert after["kept"] is before["kept"]
    assert np.signbit(after["signed"])[:, 0].tolist() == [False, True, False]
    assert after["changed"].ravel().tolist() == [1.0, 2.0, 3.0, 4.0, 4.0, 5.0]
    assert not np.signbit(before["signed"]).any()
    assert before["changed"].ravel().tolist() == [0.0, 1.0, 2.0, 3.0, 4.0, 5.0]
