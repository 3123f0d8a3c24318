"""The rules that no library has, against what theory says of them.

Nothing is stored here: a quadratic that must be solved in so many steps, two settings that must walk the same path, a
loss of which only the order may count. Rows are runs from `POINTS` starts spread over the landscape.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise

import numpy as np

from lab.engine.landscapes import LANDSCAPES, Array, Landscape
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.optimizers import OPTIMIZERS, LandscapeAsk, Optimizer, StepResult
from lab.selftest import TRUTHS, Finding
from lab.selftest._differences import sample

POINTS = 64
STEPS = 40
#: Two ways to the same number, each with a few roundings.
ROUNDED = 1e-12

Check = Callable[[str], Iterator[Finding]]


@TRUTHS.register("optimizers_theory", title="Optimizers against theory")
def optimizers_theory() -> Iterator[Finding]:
    """Every rule that theory says something exact about."""
    for id in FACTS:
        yield from facts(id)


def facts(id: str) -> Iterator[Finding]:
    """What theory says of one rule; nothing where it says nothing that can be checked to the last digits."""
    for check in FACTS.get(id, ()):
        yield from check(id)


def newton(id: str) -> Iterator[Finding]:
    """A quadratic is its own quadratic model: one step ends in its minimum."""
    landscape = _quadratic(1e6)
    end = _run(_rule(id), LandscapeAsk(landscape), _starts(landscape), 1)[-1].theta
    what = f"one step solves a quadratic, κ = 10⁶, from {POINTS} starts"
    yield Finding(id, what, float(np.abs(end).max()), 1e-9, "theory: the quadratic model is exact")


def conjugate_gradient(id: str) -> Iterator[Finding]:
    """In d dimensions d conjugate steps with exact line searches end in the minimum."""
    landscape = _quadratic(1000.0)
    end = _run(_rule(id), LandscapeAsk(landscape), _starts(landscape), 2)[-1].theta
    what = f"two steps solve a quadratic of two weights, κ = 1000, from {POINTS} starts"
    yield Finding(id, what, float(np.abs(end).max()), 1e-9, "theory: Hestenes & Stiefel 1952")


def secant(id: str) -> Iterator[Finding]:
    """The newest inverse Hessian maps the last change of the gradient onto the last step: H y = s."""
    landscape = _quadratic(50.0)
    results = _run(_rule(id), LandscapeAsk(landscape), _starts(landscape), 6)
    # The matrix used for a step is one pair behind the newest: row k holds what step k learnt from step k - 1.
    worst = 0.0
    for before, here, after in zip(results, results[1:], results[2:], strict=False):
        s = here.theta - before.theta
        y = landscape.gradient(here.theta) - landscape.gradient(before.theta)
        learnt = np.einsum("nij,nj->ni", after.state["inverse"], y)
        known = (y * s).sum(axis=1) > 1e-6
        size = np.abs(s).max(axis=1)
        worst = max(worst, float((np.abs(learnt - s).max(axis=1) / size)[known].max(initial=0.0)))
    yield Finding(id, f"secant equation after 5 steps from {POINTS} starts", worst, 1e-9, "theory: H y = s")


def armijo(id: str) -> Iterator[Finding]:
    """Every step lowers the loss by at least the promised share of what its slope says."""
    landscape = LANDSCAPES["rosenbrock"]()
    rule = _rule(id)
    results = _run(rule, LandscapeAsk(landscape), _starts(landscape), STEPS)
    share, worst = float(getattr(rule, "decrease", 1e-4)), 0.0
    for before, after in pairwise(results):
        gradient, loss = landscape.gradient(before.theta), landscape.value(before.theta)
        promised = share * ((after.theta - before.theta) * gradient).sum(axis=1)
        worst = max(worst, float(((landscape.value(after.theta) - loss - promised) / (1 + loss)).max()))
    what = f"decrease short of the promised one, {STEPS} steps from {POINTS} starts"
    yield Finding(id, what, max(worst, 0.0), ROUNDED, "theory: Armijo 1966")


def ranks(id: str) -> Iterator[Finding]:
    """Only the order of losses counts: on log(1 + f) the very same path, to the bit."""
    landscape = LANDSCAPES["rosenbrock"]()
    starts = _starts(landscape)
    plain = _run(_rule(id), LandscapeAsk(landscape), starts, STEPS)
    bent = _run(_rule(id), LandscapeAsk(_Logarithm(landscape)), starts, STEPS)
    error = max(float(np.abs(a.theta - b.theta).max()) for a, b in zip(plain, bent, strict=True))
    what = f"path on f against path on log(1 + f), {STEPS} steps from {POINTS} starts"
    yield Finding(id, what, error, 0.0, "theory: only ranks count")


def never_worse(id: str) -> Iterator[Finding]:
    """The best point seen stays the best until a better one is found."""
    landscape = LANDSCAPES["himmelblau"]()
    path = np.array([r.theta for r in _run(_rule(id), LandscapeAsk(landscape), _starts(landscape), STEPS)])
    rise = float(np.diff(landscape.value(path), axis=0).max())
    what = f"rise of the best loss, {STEPS} steps from {POINTS} starts"
    yield Finding(id, what, max(rise, 0.0), 0.0, "theory: the best is kept")


def metropolis(id: str) -> Iterator[Finding]:
    """One step on a tilted plane: of many proposals uphill, as many are accepted as exp(-rise / T) says."""
    count = 20_000
    plane = _Plane()
    # As hot as a usual climb is high: much hotter or colder, and nearly all or none would be accepted.
    rule = _rule(id, learning_rate=1.0, temperature=0.7)
    start = np.zeros((count, 2))
    end = _run(rule, LandscapeAsk(plane), start, 1)[-1].theta
    rise = plane.value(end)
    # A proposal is learning_rate times a standard normal number on each axis: a rise is accepted with exp(-rise / T).
    scale, T = 1.0, 0.7
    x = (np.arange(200_000) + 0.5) / 200_000 * 8.0 * scale
    density = np.exp(-0.5 * (x / scale) ** 2) / (scale * math.sqrt(2 * math.pi))
    expected = float((density * np.exp(-x / T)).sum() * (x[1] - x[0]))
    error = abs(float((rise > 0).mean()) - expected)
    what = f"share of {count:,} proposals that climbed"
    yield Finding(id, what, error, 4 * math.sqrt(expected * (1 - expected) / count), "theory: Metropolis 1953")


def blends(id: str) -> Iterator[Finding]:
    """At nu = 0 the rule is plain descent; at nu = 1, with 1 / (1 - beta) times the rate, the heavy ball."""
    landscape = LANDSCAPES["himmelblau"]()
    starts = _starts(landscape)
    for settings, other, words in (
        ({"nu": 0.0, "learning_rate": 0.005}, _rule("sgd", learning_rate=0.005), "plain descent at ν = 0"),
        (
            {"nu": 1.0, "momentum": 0.9, "learning_rate": 0.02},
            _rule("momentum", momentum=0.9, learning_rate=0.002),
            "the heavy ball at ν = 1",
        ),
    ):
        ours = _run(_rule(id, **settings), LandscapeAsk(landscape), starts, STEPS)
        theirs = _run(other, LandscapeAsk(landscape), starts, STEPS)
        error = max(float(np.abs(a.theta - b.theta).max()) for a, b in zip(ours, theirs, strict=True))
        yield Finding(id, f"{STEPS} steps as {words}, {POINTS} starts", error, 1e-10, "theory: Ma & Yarats 2019")


def signs(id: str) -> Iterator[Finding]:
    """Each coordinate moves by exactly the learning rate, against its slope."""
    landscape = LANDSCAPES["himmelblau"]()
    starts = _starts(landscape)
    rule = _rule(id)
    end = _run(rule, LandscapeAsk(landscape), starts, 1)[-1].theta
    expected = starts - rule.learning_rate * np.sign(landscape.gradient(starts))
    error = float(np.abs(end - expected).max())
    yield Finding(id, f"one step from {POINTS} starts", error, ROUNDED, "theory: η · sign")


#: id -> what is exactly known of it.
FACTS: dict[str, tuple[Check, ...]] = {
    "newton": (newton,),
    "conjugate_gradient": (conjugate_gradient,),
    "bfgs": (secant,),
    "backtracking": (armijo,),
    "qhm": (blends,),
    "sign_sgd": (signs,),
    "nelder_mead": (ranks, never_worse),
    "cma_es": (ranks,),
    "evolution_strategy": (ranks,),
    "particle_swarm": (ranks, never_worse),
    "random_search": (ranks, never_worse),
    "simulated_annealing": (metropolis,),
}


class _LossAlone(ABC):
    """A loss for rules that look at nothing else: one that asks for a slope here is not what theory speaks of."""

    @abstractmethod
    def value(self, theta: Array) -> Array: ...

    def gradient(self, theta: Array) -> Array:
        raise ValueError("a rule that compares losses asked for a gradient")

    def hessian(self, theta: Array) -> Array:
        raise ValueError("a rule that compares losses asked for a Hessian")


class _Logarithm(_LossAlone):
    """log(1 + f) of a landscape that is never below 0."""

    def __init__(self, landscape: Landscape) -> None:
        self._landscape = landscape

    def value(self, theta: Array) -> Array:
        values: Array = np.log1p(self._landscape.value(theta))
        return values


class _Plane(_LossAlone):
    """The first coordinate."""

    def value(self, theta: Array) -> Array:
        values: Array = theta[..., 0]
        return values


def _rule(id: str, **settings: float) -> Optimizer:
    return OPTIMIZERS[id](**settings)


def _quadratic(condition_number: float) -> Landscape:
    return Quadratic(condition_number=condition_number)


def _starts(landscape: Landscape) -> Array:
    return sample(landscape, POINTS, seed=1)


def _run(rule: Optimizer, ask: LandscapeAsk, theta: Array, steps: int) -> list[StepResult]:
    """The start and every step from there; the random numbers of step t are the same in every run."""
    results = [StepResult(theta, rule.start(theta, ask), {})]
    for t in range(steps):
        draw = partial(np.random.default_rng, 1000 + t)
        results.append(rule.step(results[-1].theta, results[-1].state, ask, rule.learning_rate, draw))
    return results
