"""Gradient descent that finds its own step length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._line_search import SUFFICIENT_DECREASE, backtrack, dot
from lab.engine.optimizers._parts import Parts, gradient_seen, quiet


@OPTIMIZERS.register("backtracking", title="Backtracking descent", group="Second order and line search")
@dataclass(frozen=True, slots=True)
class Backtracking:
    """Steepest descent; every step starts at the learning rate and shrinks until the loss falls enough.

    Enough is Armijo's condition: at least ``decrease`` of what the slope promises. It can't diverge, needs no tuning,
    and still zigzags in a narrow valley, because only the length is chosen, not the direction. Where no trial passes
    (a point as good as float64 allows) the row stays. One gradient and one to 26 losses a step.
    """

    learning_rate: float = fields.learning_rate(1.0, "Length of the first trial of each step.", soft=(1e-3, 10.0))
    shrink: float = param(
        0.5, above=0, below=1, soft=(0.1, 0.9), symbol="ρ", effect="live", doc="Factor from trial to trial."
    )
    decrease: float = param(
        SUFFICIENT_DECREASE, above=0, below=1, soft=(1e-5, 0.5), log=True, symbol="c", effect="live",
        doc="Share of the promised gain that must be kept.",
    )  # fmt: skip

    own_length: ClassVar[str] = "found by a line search"
    why: ClassVar[str] = "Try a long step and take back what was too much: no learning rate to tune."
    source: ClassVar[str] = "Armijo (1966); Nocedal & Wright, Numerical Optimization (2006), Algorithm 3.1"
    latex: ClassVar[str] = r"\theta_{t+1}=\theta_t-\role{control}{\eta\rho^k}\,\role{gradient}{\nabla f(\theta_t)}"
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}-\role{control}{\slot{alpha}}\,\role{gradient}{\slotv{gradient}}" + rules.RESULT
    )

    def start(self, theta: Array, ask: Ask) -> State:
        """``steps`` taken and the last ``step_length``, shape (n, 1)."""
        return {"steps": np.zeros((len(theta), 1)), "step_length": np.zeros((len(theta), 1))}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Shrink the step until Armijo's condition holds, take it."""
        gradient = ask.gradient(theta)
        alpha = lr * np.ones((len(theta), 1))
        slope = -dot(gradient, gradient)
        first = state["steps"][:, 0] == 0
        here = ask.value(theta, where=first)
        theta_next, alpha, *_ = backtrack(theta, here, -gradient, slope, alpha, ask, self.shrink, self.decrease)
        parts = Parts(lambda: {"gradient": np.where(alpha > 0, -alpha * gradient, 0.0)})
        return StepResult(theta_next, {"steps": state["steps"] + 1.0, "step_length": alpha}, parts)

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``alpha`` is the accepted step length, 0 where no trial passed."""
        return {
            "theta": theta,
            "alpha": result.state["step_length"][:, 0],
            "gradient": gradient_seen(ask, theta),
            "theta_next": result.theta,
        }
