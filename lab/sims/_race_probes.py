"""What is worked out of a race only when somebody asks: the next step in its parts, and how the landscape bends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.engine.landscapes import Landscape
from lab.engine.optimizers import Array, HasStableRate, LandscapeAsk, Optimizer, Rate
from lab.sims._race_frame import Curvature, Dissection
from lab.sims._racer import Memory


@dataclass(frozen=True, slots=True)
class Heard:
    """What all racers hear in a step: the landscape, and what is done to its gradients."""

    landscape: Landscape
    noise: Array | None
    batch: NDArray[np.intp] | None
    clip: Callable[[Array], Array] | None


def dissect(
    memory: Memory,
    theta: Array,
    start: int,
    rate: Rate,
    heard: Heard,
    draw: Callable[[], np.random.Generator],
    *,
    whole: bool = False,
) -> Dissection:
    """The step that a racer would take next from one of its starts, to the bit, without taking it.

    One row is enough (`whole` False), unless the rule draws: row k gets the k-th numbers of the batch.

    Parameters
    ----------
    memory : Memory
        The rule, and what it carries.
    theta : (S, d) array
        Where all starts of the racer stand.
    start : int
        The row in question.
    rate : float or (S, 1) array
        The learning rate of the step.
    heard : Heard
        What the step hears.
    draw : callable
        Gives the step's own generator.
    """
    rows, at = (slice(None), start) if whole else (slice(start, start + 1), 0)
    here = theta[rows]
    inner = {name: array[rows] for name, array in memory.inner.items()}
    each = rate[rows] if isinstance(rate, np.ndarray) else rate
    drawn = False

    def noted() -> np.random.Generator:
        nonlocal drawn
        drawn = True
        return draw()

    with np.errstate(all="ignore"):
        ask = LandscapeAsk(heard.landscape, noise_sigma=1.0)
        ask.freeze(None if heard.noise is None else heard.noise[rows], heard.batch)
        ask.clip = heard.clip
        result = memory.optimizer.step(here, inner, ask, each, noted)
        if drawn and not whole:
            return dissect(memory, theta, start, rate, heard, draw, whole=True)
        symbols = memory.optimizer.symbols(here, inner, result, ask, each)
        ask.freeze(None)
        ask.clip = None
        gradient = ask.gradient(here)
    return Dissection(
        here[at],
        result.theta[at],
        gradient[at],
        {name: part[at] for name, part in result.parts.items()},
        {name: value[at] if isinstance(value, np.ndarray) else value for name, value in symbols.items()},
        bool(np.isfinite(result.theta[at]).all()),
    )


def curvature(landscape: Landscape, here: Array, rule: Optimizer) -> Curvature:
    """How the landscape bends at a point of shape (d,), and which rate that bears; flat where it is not finite."""
    with np.errstate(all="ignore"):
        hessian = landscape.hessian(here)
    if not np.isfinite(hessian).all():
        d = len(hessian)
        return Curvature(np.zeros(d), np.eye(d), None)
    eigenvalues, eigenvectors = np.linalg.eigh(hessian)
    largest = float(eigenvalues[-1])
    bound = rule.largest_stable_rate(largest) if isinstance(rule, HasStableRate) and largest > 0 else None
    return Curvature(eigenvalues, eigenvectors, bound)
