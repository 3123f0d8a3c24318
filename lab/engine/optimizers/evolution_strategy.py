"""An evolution strategy with comma selection, whose step size evolves along."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import quiet
from lab.engine.optimizers._population import move_symbols, moved, ranked, weighted


@OPTIMIZERS.register("evolution_strategy", title="(μ, λ) evolution strategy", group="Gradient-free")
@dataclass(frozen=True, slots=True)
class EvolutionStrategy:
    """(mu/mu, lambda): every offspring mutates its own step size, then the point; the mean of the best mu is next.

    sigma_k = sigma exp(tau N), x_k = theta + sigma_k N(0, I) with tau = 1 / sqrt(2 d); the new theta is the mean of
    the selected points and the new sigma the geometric mean of their step sizes. Comma selection forgets the parents,
    good ones too: that keeps a too large or too small sigma from surviving on old merit. The learning rate is the
    first sigma and plays no part afterwards. lambda losses a step.
    """

    learning_rate: float = fields.learning_rate(
        0.3, "First step size of the mutations.", label="First spread", symbol="σ₀", soft=(1e-3, 10.0), effect="restart"
    )
    parents: int = param(3, lo=1, hi=100, soft=(1, 10), symbol="μ", doc="How many of the offspring are selected.")
    offspring: int = param(
        4, lo=2, hi=20, soft=(2, 8), symbol="λ/μ", label="Offspring per parent", doc="λ is this many times μ."
    )

    own_length: ClassVar[str] = "its spread adapts itself"
    why: ClassVar[str] = "Let the step size mutate too: offspring with a good one are selected, and it comes with them."
    source: ClassVar[str] = "Rechenberg (1973), Schwefel (1977); Beyer & Schwefel, Natural Computing 1 (2002), sec. 4"
    latex: ClassVar[str] = (
        r"\theta_{t+1}=\frac{1}{\role{control}{\mu}}\sum_{k=1}^{\mu}"
        r"\left(\theta_t+\role{forward}{\sigma_k z_k}\right)_{k:\lambda}"
    )
    latex_numbers: ClassVar[str] = rules.MOVED + r",\quad\sigma=\role{forward}{\slot{sigma}}"

    def start(self, theta: Array, ask: Ask) -> State:
        """``sigma`` 0 for "not yet set", shape (n, 1); the last ``population`` (n, lambda, d), best first."""
        return {"sigma": np.zeros((len(theta), 1)), "population": np.repeat(theta[:, None], self._size, axis=1)}

    @property
    def _size(self) -> int:
        return self.parents * self.offspring

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Mutate, look, select, recombine."""
        n, d = theta.shape
        noise = draw().standard_normal((n, self._size, d + 1))
        sigma = np.where(state["sigma"] == 0, lr, state["sigma"])
        sigmas = sigma[:, :, None] * np.exp(noise[:, :, d:] / np.sqrt(2.0 * d))
        population = theta[:, None] + sigmas * noise[:, :, :d]
        _losses, population, sigmas = ranked(ask.value(population), population, sigmas)
        share = np.full(self.parents, 1.0 / self.parents)
        theta_next = weighted(share, population[:, : self.parents])
        sigma = np.exp(weighted(share, np.log(sigmas[:, : self.parents])))
        return moved(theta, theta_next, {"sigma": sigma, "population": population})

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``sigma`` is the one it ends with."""
        return {**move_symbols(theta, result), "sigma": result.state["sigma"][:, 0]}
