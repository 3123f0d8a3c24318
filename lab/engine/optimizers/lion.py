"""Lion: the sign of a momentum, found by a search over programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.engine.code import RuleCode
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, gradient_seen, per_row, quiet, raw_parts, shrunk


@OPTIMIZERS.register("lion", title="Lion", group="By the sign alone")
@dataclass(frozen=True, slots=True)
class Lion:
    """Steps of exactly lr in every coordinate, in the sign of an average of gradient and momentum.

    c = beta1 m + (1 - beta1) g decides the sign, m = beta2 m + (1 - beta2) g is remembered. Half of Adam's memory;
    near a minimum it hovers within about lr, so the learning rate must fall for more. Weight decay shrinks the point
    itself. PyTorch has no Lion, Keras writes it alike.
    """

    learning_rate: float = fields.learning_rate(0.005, "Step per coordinate, exactly.")
    beta1: float = fields.beta1(doc="Share of the momentum in the sign.")
    beta2: float = fields.beta2(0.99, doc="Memory of the momentum.")
    weight_decay: float = fields.weight_decay()

    why: ClassVar[str] = "Signs make every coordinate count alike, and momentum makes the signs agree."
    source: ClassVar[str] = "Chen et al., NeurIPS 2023, Algorithm 2"

    @property
    def latex(self) -> str:
        """The rule."""
        inner = r"\beta_1\role{forward}{m_t}+(1-\beta_1)\role{gradient}{\nabla f(\theta_t)}"
        rule = rf"\theta_{{t+1}}=\theta_t-{rules.ETA}\,\mathrm{{sign}}\left({inner}\right)"
        return rule + rules.shrinking(self.weight_decay)

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers."""
        inner = (
            r"\role{control}{\slot{beta}}\,\role{forward}{\slotv{m}}"
            r"+\slot{rest}\,\role{gradient}{\slotv{gradient}}"
        )
        rule = rf"\slotv{{theta}}-{rules.ETA_NUMBER}\,\mathrm{{sign}}\left({inner}\right)"
        return rule + rules.shrinking_number(self.weight_decay) + rules.RESULT

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        step = (
            "g = gradient(theta)",
            "direction = sign(self.beta1 * self.m + (1 - self.beta1) * g)",
            "self.m = self.beta2 * self.m + (1 - self.beta2) * g",
            f"return theta - lr * direction{rules.pull(self)}",
        )
        return RuleCode(("self.m = zeros_like(theta)",), step)

    def start(self, theta: Array, ask: Ask) -> State:
        """Momentum ``m`` zero, shape (n, d): the first step goes by the sign of the gradient."""
        return {"m": np.zeros_like(theta)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Average, take the sign, move; then update the momentum."""
        gradient = ask.gradient(theta)
        kept = self.beta1 * state["m"]
        average = kept + (1.0 - self.beta1) * gradient
        signs = -lr * np.sign(average)
        m = self.beta2 * state["m"]
        m += (1.0 - self.beta2) * gradient

        def parts() -> dict[str, Array]:
            split = raw_parts(gradient, theta, lr, self.weight_decay)
            return {**split, "momentum": -lr * (average - gradient), "sign": signs + lr * average}

        return StepResult(theta + shrunk(signs, theta, lr, self.weight_decay), {"m": m}, Parts(parts))

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step."""
        numbers = {
            "theta": theta,
            "eta": per_row(lr),
            "beta": self.beta1,
            "m": state["m"],
            "rest": 1.0 - self.beta1,
            "gradient": gradient_seen(ask, theta),
            "theta_next": result.theta,
        }
        return {**numbers, "decay": lr * self.weight_decay * theta} if self.weight_decay else numbers
