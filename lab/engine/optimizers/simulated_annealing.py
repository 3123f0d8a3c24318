"""Simulated annealing: a random walk that climbs less and less."""

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
from lab.engine.optimizers._population import move_symbols, moved


@OPTIMIZERS.register("simulated_annealing", title="Simulated annealing", group="Gradient-free")
@dataclass(frozen=True, slots=True)
class SimulatedAnnealing:
    """Proposes one random point a step; takes it if it is lower, and with probability exp(-rise / T) if it is higher.

    The temperature T falls by a constant factor a step. While it is high the walk crosses hills, at the end only
    descents are left. The point is the walker's own, not the best one seen. One loss a step.
    """

    learning_rate: float = fields.learning_rate(0.3, "Spread of the proposals.", label="Spread", soft=(1e-3, 10.0))
    temperature: float = param(
        10.0, above=0, soft=(1e-3, 1e4), log=True, symbol="T₀", effect="live",
        doc="A rise of this size is taken with probability 37 % in the first step.",
    )  # fmt: skip
    cooling: float = param(
        0.99, above=0, below=1, soft=(0.9, 0.9999), effect="live", doc="Factor on the temperature from step to step."
    )

    own_length: ClassVar[str] = "the spread of its draws"
    why: ClassVar[str] = "To leave a bad valley one has to climb: often while it is hot, hardly ever when it is cold."
    source: ClassVar[str] = "Kirkpatrick, Gelatt & Vecchi, Science 220 (1983); Metropolis et al. (1953)"
    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t+\role{control}{\eta}\,\role{forward}{z},\quad P=\min(1,e^{-\Delta f/\role{control}{T}})"
    )
    latex_numbers: ClassVar[str] = rules.MOVED + r",\quad T=\role{control}{\slot{temperature}}"

    def start(self, theta: Array, ask: Ask) -> State:
        """Number of ``steps`` taken, shape (n, 1)."""
        return {"steps": np.zeros((len(theta), 1))}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Propose, compare, take or stay."""
        steps = state["steps"]
        here = ask.value(theta, where=steps[:, 0] == 0)[:, None]
        d = theta.shape[1]
        # Half the squared length of two normal numbers is exponential, and u < exp(-rise / T) means rise < T times
        # such a number: all of a row's chance comes from one array.
        noise = draw().standard_normal((len(theta), d + 2))
        patience = 0.5 * (noise[:, d : d + 1] ** 2 + noise[:, d + 1 :] ** 2)
        proposed = theta + lr * noise[:, :d]
        rise = ask.value(proposed)[:, None] - here
        theta_next = np.where(rise <= self._heat(steps) * patience, proposed, theta)
        return moved(theta, theta_next, {"steps": steps + 1.0})

    def _heat(self, steps: Array) -> Array:
        """The temperature, shape (n, 1)."""
        heat: Array = self.temperature * np.power(self.cooling, steps)
        return heat

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; the move is 0 where the proposal was refused."""
        return {**move_symbols(theta, result), "temperature": self._heat(state["steps"])[:, 0]}
