"""Random search: look around, go to the best place seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import per_row, quiet
from lab.engine.optimizers._population import moved, per_point, ranked


@OPTIMIZERS.register("random_search", title="Random search", group="Gradient-free")
@dataclass(frozen=True, slots=True)
class RandomSearch:
    """Tries a few points around the present one, drawn from a normal distribution, and moves only downhill.

    The spread is the learning rate and stays what it is, so progress ends where most draws overshoot. The bar that
    every other rule without gradients has to clear. ``samples`` losses a step.
    """

    learning_rate: float = fields.learning_rate(0.1, "Spread of the points tried.", label="Spread", soft=(1e-3, 10.0))
    samples: int = param(4, lo=1, hi=1000, soft=(1, 40), symbol="k", effect="live", doc="Points tried in a step.")

    own_length: ClassVar[str] = "the spread of its draws"
    why: ClassVar[str] = "Needs nothing but losses: try, keep what is better."
    source: ClassVar[str] = "Rastrigin (1963); Solis & Wets, Mathematics of Operations Research 6 (1981)"
    latex: ClassVar[str] = (
        r"\theta_{t+1}=\mathrm{argmin}\,f\left(\theta_t,\ \theta_t+\role{control}{\eta}\,\role{forward}{z_k}\right)"
    )
    latex_numbers: ClassVar[str] = r"\slotv{theta}+\role{control}{\slot{eta}}\,\role{forward}{\slotv{z}}" + rules.RESULT

    def start(self, theta: Array, ask: Ask) -> State:
        """Number of ``steps`` taken, shape (n, 1)."""
        return {"steps": np.zeros((len(theta), 1))}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Draw, look, move to the best if it is better."""
        # What was moved to was looked at then: only a row's first point costs.
        here = ask.value(theta, where=state["steps"][:, 0] == 0)
        noise = draw().standard_normal((len(theta), self.samples, theta.shape[1]))
        tried = theta[:, None] + per_point(lr) * noise
        losses, tried = ranked(ask.value(tried), tried)
        better = losses[:, :1] < here[:, None]
        return moved(theta, np.where(better, tried[:, 0], theta), {"steps": state["steps"] + 1.0})

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``z`` is the draw that won, 0 where none was better."""
        return {"theta": theta, "eta": per_row(lr), "z": (result.theta - theta) / lr, "theta_next": result.theta}
