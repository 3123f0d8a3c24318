"""Newton, BFGS, conjugate gradients and backtracking descent against one-point versions and SciPy's minima."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import pytest
from scipy.optimize import line_search, minimize

from lab.engine.landscapes import LANDSCAPES, Array, Landscape
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.landscapes.saddle import Saddle
from lab.engine.optimizers import LandscapeAsk, Optimizer, StepResult
from lab.engine.optimizers.backtracking import Backtracking
from lab.engine.optimizers.bfgs import BFGS
from lab.engine.optimizers.conjugate_gradient import ConjugateGradient
from lab.engine.optimizers.newton import Newton

DRAW = partial(np.random.default_rng, 0)
RULES: dict[str, Optimizer] = {
    "newton": Newton(),
    "bfgs": BFGS(),
    "conjugate_gradient": ConjugateGradient(),
    "backtracking": Backtracking(),
}


def run(optimizer: Optimizer, ask: LandscapeAsk, theta: Array, steps: int) -> list[StepResult]:
    state = optimizer.start(theta, ask)
    results = [StepResult(theta, state, {})]
    for _ in range(steps):
        results.append(optimizer.step(results[-1].theta, results[-1].state, ask, optimizer.learning_rate, DRAW))
    return results


class OnePoint:
    """A loss of one point that counts its evaluations and remembers the last point it was accepted at."""

    def __init__(self, landscape: Landscape, start: Array) -> None:
        self.landscape = landscape
        self.evaluations = 1
        self.here = float(landscape.value(start))

    def __call__(self, x: Array) -> float:
        self.evaluations += 1
        return float(self.landscape.value(x))

    def halve(self, x: Array, p: Array, slope: float, t: float) -> tuple[Array, float]:
        """The point where Armijo's condition holds, by halving from length t, and the length."""
        while (loss := self(x + t * p)) > self.here + 1e-4 * t * slope:
            t /= 2
        self.here = loss
        return x + t * p, t


def newton(f: OnePoint, x: Array) -> Iterator[Array]:
    while True:
        g, H = f.landscape.gradient(x), f.landscape.hessian(x)
        values, Q = np.linalg.eigh(H)
        p = -Q @ np.diag(1 / np.abs(values)) @ Q.T @ g
        x, _t = f.halve(x, p, g @ p, 1.0)
        yield x


def bfgs(f: OnePoint, x: Array) -> Iterator[Array]:
    """Nocedal & Wright, Algorithm 6.1, with equation 6.20 for the first matrix."""
    identity = np.eye(len(x))
    H, fresh = identity, True
    g = f.landscape.gradient(x)
    while True:
        p = -H @ g
        x_next, _t = f.halve(x, p, g @ p, min(1.0, 1 / np.abs(g).sum()) if fresh else 1.0)
        g_next = f.landscape.gradient(x_next)
        s, y = x_next - x, g_next - g
        if y @ s > 1e-10:
            H = (y @ s) / (y @ y) * identity if fresh else H
            V = identity - np.outer(y, s) / (y @ s)
            H = V.T @ H @ V + np.outer(s, s) / (y @ s)
            fresh = False
        x, g = x_next, g_next
        yield x


def conjugate_gradient(f: OnePoint, x: Array) -> Iterator[Array]:
    g = f.landscape.gradient(x)
    p, t = -g, min(1.0, 1 / np.abs(g).sum())
    while True:
        slope = g @ p
        c = (f(x + t * p) - f.here - slope * t) / t**2
        t = float(np.clip(-slope / (2 * c), 1e-4 * t, 1e4 * t)) if c > 0 else 2 * t
        x_next, t = f.halve(x, p, slope, t)
        g_next = f.landscape.gradient(x_next)
        p = -g_next + max(0.0, g_next @ (g_next - g) / (g @ g)) * p
        if p @ g_next >= 0:
            p = -g_next
        t *= float(np.clip(slope / (p @ g_next), 0.01, 100.0))
        x, g = x_next, g_next
        yield x


def backtracking(f: OnePoint, x: Array) -> Iterator[Array]:
    while True:
        g = f.landscape.gradient(x)
        x, _t = f.halve(x, -g, -g @ g, 1.0)
        yield x


ONE_POINT: dict[str, Callable[[OnePoint, Array], Iterator[Array]]] = {
    "newton": newton, "bfgs": bfgs, "conjugate_gradient": conjugate_gradient, "backtracking": backtracking,
}  # fmt: skip


@pytest.mark.parametrize("id", RULES)
@pytest.mark.parametrize(
    ("place", "steps"), [("rosenbrock", 8), ("himmelblau", 4), ("beale", 6), ("quadratic", 2), ("double_well", 3)]
)
def test_a_run_and_its_cost_are_those_of_the_one_point_version(id: str, place: str, steps: int) -> None:
    """For as many steps as rounding stays small; every row is charged what it would have cost alone."""
    landscape = LANDSCAPES[place]()
    starts = np.array(landscape.starts)[:2]
    ask = LandscapeAsk(landscape)
    ours = np.array([r.theta for r in run(RULES[id], ask, starts, steps)])
    for row, start in enumerate(starts):
        f = OnePoint(landscape, start)
        rule = ONE_POINT[id](f, start)
        theirs = [next(rule) for _ in range(steps)]
        assert ours[1:, row] == pytest.approx(np.array(theirs), rel=1e-8, abs=1e-8)
        assert ask.function_evaluations[row] == f.evaluations
    assert (ask.gradient_evaluations == steps).all()
    assert np.array_equal(ask.hessian_evaluations, [steps] * len(starts) if id == "newton" else [])


@pytest.mark.parametrize("id", ["newton", "bfgs", "conjugate_gradient"])
@pytest.mark.parametrize("place", ["quadratic", "rosenbrock", "himmelblau", "beale", "double_well", "parabola"])
def test_ends_in_a_minimum_as_deep_as_scipys(id: str, place: str) -> None:
    landscape = LANDSCAPES[place]()
    starts = np.array([s for s in landscape.starts if not (place == "beale" and s[0] < 0)])
    ours = run(RULES[id], LandscapeAsk(landscape), starts, 150)[-1].theta
    minima = np.array([c.point for c in landscape.critical_points if c.kind == "minimum"])
    for start, end in zip(starts, ours, strict=True):
        theirs = minimize(landscape.value, start, jac=landscape.gradient, method="BFGS", options={"gtol": 1e-9})
        assert np.abs(minima - end).max(axis=1).min() < 1e-6
        assert np.abs(minima - theirs.x).max(axis=1).min() < 1e-6
        if len(minima) == 1:
            assert end == pytest.approx(theirs.x, abs=1e-6)


def test_newton_solves_a_quadratic_in_one_step_and_squares_its_error_elsewhere() -> None:
    start = np.array([[-1.8, 1.2]])
    one = run(Newton(), LandscapeAsk(Quadratic(condition_number=1e6)), start, 1)[-1].theta
    assert one == pytest.approx(np.zeros((1, 2)), abs=1e-9)
    path = np.concatenate([r.theta for r in run(Newton(), LandscapeAsk(Rosenbrock()), np.array([[1.2, 1.4]]), 8)])
    errors = np.linalg.norm(path - 1.0, axis=1)
    late = errors[(errors < 0.1) & (errors > 1e-7)]
    assert len(late) >= 2
    assert (late[1:] < 20 * late[:-1] ** 2).all()


def test_only_the_pure_rule_walks_to_a_saddle() -> None:
    start = np.array([[1.0, 0.5]])
    pure = run(Newton(curvature="as it is", line_search="fixed"), LandscapeAsk(Saddle()), start, 1)[-1].theta
    assert pure == pytest.approx(np.zeros((1, 2)), abs=1e-12)
    pushed = run(Newton(), LandscapeAsk(Saddle()), start, 1)[-1].theta
    assert pushed == pytest.approx(np.array([[0.0, 1.0]]))
    # The pure step leads uphill near Himmelblau's maximum; the search then takes the gradient instead.
    near_top = np.array([[-0.3, -0.8]])
    searched = run(Newton(curvature="as it is"), LandscapeAsk(Himmelblau()), near_top, 30)[-1].theta
    assert Himmelblau().value(searched)[0] < 1e-9


def test_newton_without_curvature_is_descent() -> None:
    """|x| has a Hessian of zeros."""

    class Roof:
        def value(self, theta: Array) -> Array:
            return np.abs(theta).sum(axis=-1)

        def gradient(self, theta: Array) -> Array:
            return np.sign(theta)

        def hessian(self, theta: Array) -> Array:
            return np.zeros((*theta.shape, theta.shape[-1]))

    ask = LandscapeAsk(Roof())
    assert run(Newton(learning_rate=0.5), ask, np.array([[3.0, -2.0]]), 1)[-1].theta.tolist() == [[2.5, -1.5]]


def test_conjugate_gradients_solve_a_quadratic_in_two_steps() -> None:
    landscape = Quadratic(condition_number=1000.0)
    end = run(ConjugateGradient(), LandscapeAsk(landscape), np.array([[-1.8, 1.2]]), 2)[-1].theta
    assert end == pytest.approx(np.zeros((1, 2)), abs=1e-9)


def test_bfgs_learns_the_inverse_of_a_quadratics_hessian() -> None:
    landscape = Quadratic(condition_number=50.0)
    results = run(BFGS(), LandscapeAsk(landscape), np.array([[-1.8, 1.2]]), 12)
    assert landscape.value(results[-1].theta)[0] < 1e-15
    inverse = np.linalg.inv(landscape.hessian(np.zeros(2)))
    assert results[-1].state["inverse"][0] == pytest.approx(inverse, rel=1e-3)
    theta, gradient = results[6].theta, landscape.gradient(results[6].theta)
    s, y = theta - results[5].theta, gradient - landscape.gradient(results[5].theta)
    after = BFGS().step(theta, results[6].state, LandscapeAsk(landscape), 1.0, DRAW)
    assert after.state["inverse"][0] @ y[0] == pytest.approx(s[0], rel=1e-10)  # the secant equation


@pytest.mark.parametrize("id", RULES)
def test_in_an_exact_minimum_it_stays_and_costs_little(id: str) -> None:
    ask = LandscapeAsk(Rosenbrock())
    end = run(RULES[id], ask, np.array([[1.0, 1.0]]), 10)[-1]
    assert end.theta.tolist() == [[1.0, 1.0]]
    assert ask.function_evaluations[0] <= 1 + 2 * 10


def test_a_sterner_condition_shortens_the_step() -> None:
    """SciPy's strong Wolfe search accepts nothing that Armijo's condition refuses."""
    landscape, start = Rosenbrock(), np.array([[-1.2, 1.0]])
    gradient = landscape.gradient(start[0])
    for decrease in (1e-4, 0.3):
        end = run(Backtracking(decrease=decrease), LandscapeAsk(landscape), start, 1)[-1]
        alpha = end.state["step_length"][0, 0]
        loss = landscape.value(end.theta)[0]
        assert loss <= landscape.value(start)[0] - decrease * alpha * (gradient @ gradient)
        longer = landscape.value(start[0] - 2 * alpha * gradient)
        assert longer > landscape.value(start)[0] - decrease * 2 * alpha * (gradient @ gradient)
    accepted = line_search(landscape.value, landscape.gradient, start[0], -gradient, c1=0.3)[0]
    assert landscape.value(start[0] - accepted * gradient) <= 24.2 - 0.3 * accepted * (gradient @ gradient)
