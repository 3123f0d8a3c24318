"""CMA-ES: an evolution strategy that learns the shape of the landscape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._line_search import dot, times
from lab.engine.optimizers._parts import quiet
from lab.engine.optimizers._population import eigen, moved, ranked, weighted


@OPTIMIZERS.register("cma_es", title="CMA-ES", group="Gradient-free")
@dataclass(frozen=True, slots=True)
class CMAES:
    """Covariance matrix adaptation: samples from N(theta, sigma^2 C) and bends C towards the steps that paid.

    Hansen's tutorial with its default constants and without negative weights. The mean of the better half, weighted
    by rank, is the next theta. Two paths remember where the mean has been going: the one in whitened coordinates
    makes sigma grow when steps agree and shrink when they cancel, the other feeds the rank-one update of C. Only ranks
    of losses count, so any monotone transformation of the loss gives the same run, and so does any rotation. The
    square root of C is the symmetric one. The learning rate is the first sigma and plays no part afterwards. Lambda
    losses and one eigendecomposition a step and row.
    """

    learning_rate: float = fields.learning_rate(
        0.3, "First step size.", label="First spread", symbol="σ₀", soft=(1e-3, 10.0), effect="restart"
    )
    population: int = param(
        6,
        lo=4,
        hi=1000,
        soft=(4, 40),
        symbol="λ",
        doc="Points in a step; Hansen advises 4 + 3 ln d, rounded down.",
    )

    own_length: ClassVar[str] = "its spread adapts itself"
    why: ClassVar[str] = "Steps that paid tell the shape of the valley: it learns Newton's matrix from ranks alone."
    source: ClassVar[str] = "Hansen, The CMA Evolution Strategy: A Tutorial, arXiv:1604.00772, Figure 6 and Table 1"
    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t+\role{control}{\sigma_t}\sum_{i=1}^{\mu}w_i\,"
        r"\role{forward}{y_{i:\lambda}},\quad\role{forward}{y}\sim N(0,C_t)"
    )
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}+\role{control}{\slot{sigma}}\,\role{forward}{\slotv{y}}" + rules.RESULT
    )

    def start(self, theta: Array, ask: Ask) -> State:
        """Nothing learnt.

        Returns
        -------
        Mapping
            ``sigma`` (n, 1), 0 for "not yet set"; ``covariance`` (n, d, d), the identity; ``path_sigma`` and ``path_c``
            (n, d); ``steps`` (n, 1); the last ``samples`` (n, lambda, d), best first.
        """
        n, d = theta.shape
        return {
            "sigma": np.zeros((n, 1)),
            "covariance": np.tile(np.eye(d), (n, 1, 1)),
            "path_sigma": np.zeros((n, d)),
            "path_c": np.zeros((n, d)),
            "steps": np.zeros((n, 1)),
            "samples": np.repeat(theta[:, None], self.population, axis=1),
        }

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Sample, rank, move the mean, adapt paths, covariance and step size."""
        n, d = theta.shape
        c = _Constants(self.population, d)
        sigma = np.where(state["sigma"] == 0, lr, state["sigma"])
        z = draw().standard_normal((n, self.population, d))
        y = _stretched(state["covariance"], z)
        samples = theta[:, None] + sigma[:, :, None] * y
        _losses, samples, y, z = ranked(ask.value(samples), samples, y, z)
        best = y[:, : c.mu]
        mean_step = weighted(c.weights, best)
        # The symmetric root undone is the draw itself: C^(-1/2) y = z.
        path_sigma = (1.0 - c.sigma) * state["path_sigma"]
        path_sigma += np.sqrt(c.sigma * (2.0 - c.sigma) * c.mu_eff) * weighted(c.weights, z[:, : c.mu])
        steps = state["steps"] + 1.0
        length = np.sqrt(dot(path_sigma, path_sigma))
        expected = length / np.sqrt(1.0 - np.power(1.0 - c.sigma, 2.0 * steps))
        # A path this long means sigma is about to grow much: C then waits.
        moving = np.where(expected < (1.4 + 2.0 / (d + 1.0)) * c.chi, 1.0, 0.0)
        path_c = (1.0 - c.c) * state["path_c"]
        path_c += moving * np.sqrt(c.c * (2.0 - c.c) * c.mu_eff) * mean_step
        kept = 1.0 - c.one - c.rank + (1.0 - moving) * c.one * c.c * (2.0 - c.c)
        covariance = kept[:, :, None] * state["covariance"]
        covariance += c.one * path_c[:, :, None] * path_c[:, None, :]
        covariance += c.rank * weighted(c.weights, best[:, :, :, None] * best[:, :, None, :])
        after = {
            "sigma": sigma * np.exp(c.sigma / c.damping * (length / c.chi - 1.0)),
            "covariance": covariance,
            "path_sigma": path_sigma,
            "path_c": path_c,
            "steps": steps,
            "samples": samples,
        }
        return moved(theta, theta + sigma * mean_step, after)

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``sigma`` is the one the samples were drawn with, ``y`` the weighted mean."""
        sigma = np.where(state["sigma"] == 0, lr, state["sigma"])
        return {"theta": theta, "sigma": sigma[:, 0], "y": (result.theta - theta) / sigma, "theta_next": result.theta}


class _Constants:
    """The tutorial's default constants for lambda samples in d dimensions (Table 1, negative weights left out)."""

    __slots__ = ("c", "chi", "damping", "mu", "mu_eff", "one", "rank", "sigma", "weights")

    def __init__(self, population: int, d: int) -> None:
        self.mu = population // 2
        raw = np.log((population + 1.0) / 2.0) - np.log(np.arange(1.0, self.mu + 1.0))
        self.weights: Array = raw / raw.sum()
        self.mu_eff = mu_eff = float(1.0 / (self.weights * self.weights).sum())
        self.sigma = (mu_eff + 2.0) / (d + mu_eff + 5.0)
        self.damping = 1.0 + 2.0 * max(0.0, float(np.sqrt((mu_eff - 1.0) / (d + 1.0))) - 1.0) + self.sigma
        self.c = (4.0 + mu_eff / d) / (d + 4.0 + 2.0 * mu_eff / d)
        self.one = 2.0 / ((d + 1.3) ** 2 + mu_eff)
        self.rank = min(1.0 - self.one, 2.0 * (0.25 + mu_eff + 1.0 / mu_eff - 2.0) / ((d + 2.0) ** 2 + mu_eff))
        #: Expected length of a standard normal vector.
        self.chi = float(np.sqrt(d) * (1.0 - 1.0 / (4.0 * d) + 1.0 / (21.0 * d * d)))


def _stretched(covariance: Array, z: Array) -> Array:
    """C^(1/2) z for each of the k draws of a row, shape (n, k, d); nan where C is not finite."""
    values, vectors, finite = eigen(covariance)
    roots = np.sqrt(np.maximum(values, 0.0))
    d = z.shape[2]
    root = np.zeros_like(covariance)
    for i in range(d):
        root += roots[:, i, None, None] * vectors[:, :, None, i] * vectors[:, None, :, i]
    root = np.where(finite[:, :, None], root, np.nan)
    return np.stack([times(root, z[:, k]) for k in range(z.shape[1])], axis=1)
