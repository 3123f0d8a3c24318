"""Gradient descent: the rule every other one is measured against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lab.engine.code import RuleCode, call
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, decayed, gradient_seen, per_row, quiet, raw_parts


@OPTIMIZERS.register("sgd", title="SGD", group="Gradient descent and momentum")
@dataclass(frozen=True, slots=True)
class SGD:
    """Steps straight down the gradient; no state.

    On a quadratic it is stable for learning rates below 2 / lambda_max. With noise or minibatches it is stochastic
    gradient descent. One gradient and two array operations a step.
    """

    learning_rate: float = fields.learning_rate(0.01, "Step per unit of gradient.")
    weight_decay: float = fields.weight_decay()

    why: ClassVar[str] = "The gradient points uphill, so go the other way: the shortest rule there is."
    source: ClassVar[str] = "Cauchy (1847); Goodfellow, Bengio & Courville, Deep Learning (2016), equation 4.5"

    @property
    def latex(self) -> str:
        """The rule."""
        if self.weight_decay:
            return (
                r"\theta_{t+1}=\theta_t-\role{control}{\eta}\left(\role{gradient}{\nabla f(\theta_t)}"
                r"+\role{control}{\lambda}\,\theta_t\right)"
            )
        return r"\theta_{t+1}=\theta_t-\role{control}{\eta}\,\role{gradient}{\nabla f(\theta_t)}"

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers."""
        inner = r"\role{gradient}{\slotv{gradient}}"
        inner = rf"\left({inner}+\slotv{{decay}}\right)" if self.weight_decay else rf"\,{inner}"
        return rf"\slotv{{theta}}-\role{{control}}{{\slot{{eta}}}}{inner}=\role{{result}}{{\slotv{{theta_next}}}}"

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        step = ("g = gradient(theta)", *rules.decay(self), "return theta - lr * g")
        return RuleCode((), step, call("SGD", weight_decay=self.weight_decay))

    def start(self, theta: Array, ask: Ask) -> State:
        """No state."""
        return {}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Move by minus lr times the gradient."""
        gradient = ask.gradient(theta)
        move = -lr * decayed(gradient, theta, self.weight_decay)
        if not self.weight_decay:
            return StepResult(theta + move, state, {"gradient": move})
        return StepResult(theta + move, state, Parts(lambda: raw_parts(gradient, theta, lr, self.weight_decay)))

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step."""
        numbers = {
            "theta": theta,
            "eta": per_row(lr),
            "gradient": gradient_seen(ask, theta),
            "theta_next": result.theta,
        }
        return {**numbers, "decay": self.weight_decay * theta} if self.weight_decay else numbers

    def largest_stable_rate(self, curvature: float) -> float:
        """2 / L on a quadratic of largest curvature L: above it, a step overshoots by more than it started with."""
        return 2.0 / (curvature + self.weight_decay)
