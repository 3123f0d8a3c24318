"""Gradient descent: the rule every other one is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, State, StepResult
from lab.engine.optimizers._parts import gradient_seen, quiet


@OPTIMIZERS.register("sgd", title="SGD")
@dataclass(frozen=True, slots=True)
class SGD:
    """Steps straight down the gradient; no state.

    On a quadratic it is stable for learning rates below 2 / lambda_max. With noise or minibatches it is stochastic
    gradient descent. One gradient and two array operations a step.
    """

    learning_rate: float = param(
        0.01, above=0, soft=(1e-5, 1.0), log=True, symbol="η", effect="live", doc="Step per unit of gradient."
    )

    latex: ClassVar[str] = r"\theta_{t+1}=\theta_t-\role{control}{\eta}\,\role{gradient}{\nabla f(\theta_t)}"
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}-\role{control}{\slot{eta}}\,\role{gradient}{\slotv{gradient}}=\role{result}{\slotv{theta_next}}"
    )
    why: ClassVar[str] = "The gradient points uphill, so go the other way: the shortest rule there is."
    source: ClassVar[str] = "Cauchy (1847); Goodfellow, Bengio & Courville, Deep Learning (2016), equation 4.5"

    def start(self, theta: Array, ask: Ask) -> State:
        """No state."""
        return {}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: float, draw: Draw) -> StepResult:
        """Move by minus lr times the gradient."""
        move = -lr * ask.gradient(theta)
        return StepResult(theta + move, state, {"gradient": move})

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: float) -> Mapping[str, Any]:
        """The numbers of the step."""
        return {"theta": theta, "eta": lr, "gradient": gradient_seen(ask, theta), "theta_next": result.theta}
