"""The rules without gradients against SciPy and against one-point versions of their papers."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from scipy.optimize import minimize

from lab.engine.landscapes import LANDSCAPES, Array, Landscape
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.optimizers import LandscapeAsk, Optimizer, StepResult
from lab.engine.optimizers.cma_es import CMAES
from lab.engine.optimizers.evolution_strategy import EvolutionStrategy
from lab.engine.optimizers.nelder_mead import NelderMead
from lab.engine.optimizers.particle_swarm import ParticleSwarm
from lab.engine.optimizers.random_search import RandomSearch
from lab.engine.optimizers.simulated_annealing import SimulatedAnnealing

STARTS = np.array([[-1.2, 1.0], [0.3, 2.2]])


def generator(t: int) -> np.random.Generator:
    return np.random.default_rng(1000 + t)


def run(optimizer: Optimizer, ask: LandscapeAsk, theta: Array, steps: int) -> list[StepResult]:
    state = optimizer.start(theta, ask)
    results = [StepResult(theta, state, {})]
    for t in range(steps):
        draw = partial(generator, t)
        results.append(optimizer.step(results[-1].theta, results[-1].state, ask, optimizer.learning_rate, draw))
    return results


@pytest.mark.parametrize(
    ("place", "steps"), [("rosenbrock", 120), ("himmelblau", 90), ("beale", 90), ("rastrigin", 90), ("quadratic", 120)]
)
def test_nelder_mead_is_scipys_step_for_step(place: str, steps: int) -> None:
    """Bit for bit, shrinking and ties included, and at the same cost."""
    landscape = LANDSCAPES[place]()
    starts = np.array(landscape.starts)
    ask = LandscapeAsk(landscape)
    ours = np.array([r.theta for r in run(NelderMead(learning_rate=0.7), ask, starts, steps)])
    for row, start in enumerate(starts):
        simplex = np.array([start, start + np.array([0.7, 0.0]), start + np.array([0.0, 0.7])])
        theirs = minimize(
            landscape.value, start, method="Nelder-Mead",
            options={"initial_simplex": simplex, "maxiter": steps + 1, "xatol": 0, "fatol": 0, "return_all": True},
        )  # fmt: skip
        # SciPy counts the first simplex as an iteration.
        assert len(theirs.allvecs) == steps + 1
        assert np.array_equal(ours[1:, row], np.array(theirs.allvecs)[1:])
        assert ask.function_evaluations[row] == theirs.nfev


def test_a_dragged_simplex_goes_along_and_is_looked_at_again() -> None:
    landscape = Himmelblau()
    ask = LandscapeAsk(landscape)
    before = run(NelderMead(), ask, STARTS, 10)[-1]
    charged = ask.function_evaluations.copy()
    dragged = before.theta + np.array([[0.5, -0.25], [0.0, 0.0]])
    after = NelderMead().step(dragged, before.state, ask, 0.5, lambda: generator(0))
    assert np.array_equal(after.state["losses"], landscape.value(after.state["simplex"]))
    fresh = NelderMead().step(before.theta, before.state, ask, 0.5, lambda: generator(0))
    assert np.array_equal(after.theta[1], fresh.theta[1])
    assert ask.function_evaluations[0] - charged[0] >= 3 + 2


def cma(landscape: Landscape, mean: Array, sigma: float, population: int, row: int, steps: int) -> Array:
    """Hansen's tutorial, Figure 6, for one point: with an eigenvector basis undone by matrix inversion."""
    d, mu = len(mean), population // 2
    w = np.array([math.log((population + 1) / 2) - math.log(i) for i in range(1, mu + 1)])
    w = w / w.sum()
    mu_eff = 1 / (w**2).sum()
    cs = (mu_eff + 2) / (d + mu_eff + 5)
    ds = 1 + 2 * max(0.0, math.sqrt((mu_eff - 1) / (d + 1)) - 1) + cs
    cc = (4 + mu_eff / d) / (d + 4 + 2 * mu_eff / d)
    c1 = 2 / ((d + 1.3) ** 2 + mu_eff)
    cm = min(1 - c1, 2 * (1 / 4 + mu_eff + 1 / mu_eff - 2) / ((d + 2) ** 2 + 2 * mu_eff / 2))
    chi = math.sqrt(d) * (1 - 1 / (4 * d) + 1 / (21 * d**2))
    C, ps, pc = np.eye(d), np.zeros(d), np.zeros(d)
    path = []
    for t in range(steps):
        values, B = np.linalg.eigh(C)
        root = B @ np.diag(np.sqrt(values)) @ B.T
        y = np.array([root @ z for z in generator(t).standard_normal((row + 1, population, d))[row]])
        y = np.array(sorted(y, key=lambda step: landscape.value(mean + sigma * step)))
        step = w @ y[:mu]
        mean = mean + sigma * step
        ps = (1 - cs) * ps + math.sqrt(cs * (2 - cs) * mu_eff) * np.linalg.inv(root) @ step
        h = float(np.linalg.norm(ps) / math.sqrt(1 - (1 - cs) ** (2 * (t + 1))) < (1.4 + 2 / (d + 1)) * chi)
        pc = (1 - cc) * pc + h * math.sqrt(cc * (2 - cc) * mu_eff) * step
        C = (1 - c1 - cm) * C + c1 * (np.outer(pc, pc) + (1 - h) * cc * (2 - cc) * C)
        C = C + cm * sum(weight * np.outer(s, s) for weight, s in zip(w, y, strict=False))
        sigma *= math.exp(cs / ds * (np.linalg.norm(ps) / chi - 1))
        path.append(mean)
    return np.array(path)


def evolution(landscape: Landscape, x: Array, sigma: float, population: int, row: int, steps: int) -> Array:
    """Beyer & Schwefel's (mu/mu, lambda) with a self-adapted step size, for one point."""
    d, path = len(x), []
    for t in range(steps):
        offspring = []
        for z in generator(t).standard_normal((row + 1, population, d + 1))[row]:
            mutated = sigma * math.exp(z[d] / math.sqrt(2 * d))
            point = x + mutated * z[:d]
            offspring.append((float(landscape.value(point)), mutated, point))
        chosen = sorted(offspring, key=lambda child: child[0])[:3]
        x = np.mean([child[2] for child in chosen], axis=0)
        sigma = math.prod(child[1] for child in chosen) ** (1 / 3)
        path.append(x)
    return np.array(path)


def swarm(landscape: Landscape, x: Array, box: float, particles: int, row: int, steps: int) -> Array:
    """Clerc & Kennedy's constants, for one start."""
    d = len(x)
    best, path = x, []
    X = V = P = np.zeros((particles, d))
    for t in range(steps):
        r = generator(t).random((row + 1, particles, 2 * d))[row]
        if t == 0:
            X = x + box * (2 * r[:, :d] - 1)
            P = X.copy()
        else:
            V = 0.7298 * V + 1.49618 * r[:, :d] * (P - X) + 1.49618 * r[:, d:] * (best - X)
            X = X + V
            P = np.array([a if landscape.value(a) < landscape.value(b) else b for a, b in zip(X, P, strict=True)])
        best = min([*P, best], key=lambda p: float(landscape.value(p)))
        path.append(best)
    return np.array(path)


@pytest.mark.parametrize(
    ("rule", "reference", "size"),
    [
        (CMAES(learning_rate=0.4, population=8), cma, 8),
        (EvolutionStrategy(learning_rate=0.4), evolution, 12),
        (ParticleSwarm(learning_rate=0.4), swarm, 16),
    ],
    ids=["cma_es", "evolution_strategy", "particle_swarm"],
)
@pytest.mark.parametrize("place", ["rosenbrock", "himmelblau"])
def test_a_run_is_that_of_the_one_point_version(
    rule: Optimizer, reference: Callable[..., Array], size: int, place: str
) -> None:
    landscape = LANDSCAPES[place]()
    ask = LandscapeAsk(landscape)
    ours = np.array([r.theta for r in run(rule, ask, STARTS, 25)])
    for row, start in enumerate(STARTS):
        theirs = reference(landscape, start, 0.4, size, row, 25)
        assert ours[1:, row] == pytest.approx(theirs, rel=1e-7, abs=1e-7)
    looked = 25 * size + (1 if isinstance(rule, ParticleSwarm) else 0)
    assert (ask.function_evaluations == looked).all()


def test_the_covariance_learns_the_shape_of_the_valley() -> None:
    """On a quadratic C becomes a multiple of the inverse Hessian."""
    landscape = Quadratic(condition_number=100.0)
    state = run(CMAES(learning_rate=0.5), LandscapeAsk(landscape), np.repeat([[3.0, -2.0]], 40, axis=0), 60)[-1].state
    C = state["covariance"]
    ratio = np.linalg.cond(C)
    assert 40 < np.median(ratio) < 250
    steepest = np.linalg.eigh(landscape.hessian(np.zeros(2)))[1][:, 1]
    flattest = np.linalg.eigh(C)[1][:, :, 0]
    assert np.median(np.abs(flattest @ steepest)) > 0.99


def test_only_ranks_count_for_cma() -> None:
    class Logarithm:
        def value(self, theta: Array) -> Array:
            return np.log1p(Rosenbrock().value(theta))

    plain = run(CMAES(), LandscapeAsk(Rosenbrock()), STARTS, 30)[-1].theta
    assert np.array_equal(run(CMAES(), LandscapeAsk(Logarithm()), STARTS, 30)[-1].theta, plain)


def test_annealing_climbs_as_often_as_metropolis_says() -> None:
    """One step on the line f = x from 20,000 starts: accepted rises against exp(-rise / T)."""

    class Slope:
        def value(self, theta: Array) -> Array:
            return theta[..., 0]

    theta = np.zeros((20_000, 1))
    rule = SimulatedAnnealing(learning_rate=1.0, temperature=0.7)
    moved = run(rule, LandscapeAsk(Slope()), theta, 1)[-1].theta[:, 0]
    proposed = generator(0).standard_normal((20_000, 3))[:, 0]
    assert np.array_equal(moved[proposed < 0], proposed[proposed < 0])
    for lo in (0.0, 0.4, 0.8, 1.2):
        band = (proposed >= lo) & (proposed < lo + 0.4)
        expected = np.exp(-proposed[band] / 0.7).mean()
        assert (moved[band] > 0).mean() == pytest.approx(expected, abs=4 * math.sqrt(0.25 / band.sum()))


def test_annealing_cools_to_a_descent() -> None:
    cold = SimulatedAnnealing(temperature=1e-3, cooling=0.9)
    path = np.array([r.theta for r in run(cold, LandscapeAsk(Rosenbrock()), STARTS, 300)])
    assert (np.diff(Rosenbrock().value(path[150:]), axis=0) <= 0).all()


@pytest.mark.parametrize("rule", [RandomSearch(), ParticleSwarm(), NelderMead()])
def test_the_best_seen_never_gets_worse(rule: Optimizer) -> None:
    path = np.array([r.theta for r in run(rule, LandscapeAsk(Himmelblau()), STARTS, 60)])
    losses = Himmelblau().value(path)
    assert (np.diff(losses, axis=0) <= 0).all()
    assert (losses[-1] < 1.0).all()


def test_a_dragged_swarm_goes_along() -> None:
    landscape = Himmelblau()
    ask = LandscapeAsk(landscape)
    before = run(ParticleSwarm(), ask, STARTS, 10)[-1]
    dragged = before.theta + np.array([[2.0, -1.0], [0.0, 0.0]])
    after = ParticleSwarm().step(dragged, before.state, ask, 1.0, lambda: generator(10))
    left = ParticleSwarm().step(before.theta, before.state, ask, 1.0, lambda: generator(10))
    assert np.array_equal(after.theta[1], left.theta[1])
    assert after.state["positions"][0] == pytest.approx(left.state["positions"][0] + [2.0, -1.0])
    assert np.array_equal(after.state["best_losses"], landscape.value(after.state["bests"]))
