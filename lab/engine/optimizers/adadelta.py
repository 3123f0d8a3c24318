"""Adadelta: scale the gradient by recent gradients, and the step by recent steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.code import RuleCode, call
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, decayed, gradient_seen, per_row, quiet, raw_parts


@OPTIMIZERS.register("adadelta", title="Adadelta", group="Adaptive")
@dataclass(frozen=True, slots=True)
class Adadelta:
    """RMSprop whose numerator, too, has the units of the point: the root of a running mean of squared steps.

    The steps therefore find their own size and the learning rate is 1. They start at about sqrt(epsilon) and grow, so
    epsilon decides how slowly a run begins. Near a minimum the ratio of two small roots makes the rule chaotic: one
    unit in the last place grows to 1e-2 within a thousand steps, in every library. PyTorch and Keras write it alike
    and differ in their numbers only (0.9, 1e-6 and 1 here; Keras 0.95, 1e-7 and a learning rate of 0.001, which takes
    the point of the rule away). Weight decay joins the gradient.
    """

    learning_rate: float = fields.learning_rate(1.0, "Factor on the step; 1 is the paper's rule.", soft=(1e-3, 100.0))
    decay: float = param(
        0.9, lo=0, below=1, soft=(0.5, 0.9999), symbol="ρ", effect="live", doc="Memory of both running means."
    )
    epsilon: float = fields.epsilon(1e-6)
    weight_decay: float = fields.weight_decay()

    why: ClassVar[str] = "A gradient has units of loss per length, a step has units of length: the ratio repairs that."
    source: ClassVar[str] = "Zeiler, arXiv:1212.5701 (2012), Algorithm 1, as torch.optim.Adadelta"

    @property
    def latex(self) -> str:
        """The rule."""
        gradient = rules.gradient(self.weight_decay)
        if self.weight_decay:
            gradient = rf"\left({gradient}\right)"
        roots = r"\frac{\role{forward}{\sqrt{u_t+\varepsilon}}}{\role{forward}{\sqrt{v_{t+1}+\varepsilon}}}"
        return rf"\theta_{{t+1}}=\theta_t-{rules.ETA}\,{roots}\,{gradient}"

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers; the gradient includes the weight decay."""
        roots = r"\frac{\role{forward}{\slotv{step_size}}}{\role{forward}{\slotv{scale}}}"
        return rf"\slotv{{theta}}-{rules.ETA_NUMBER}\,{roots}\,\role{{gradient}}{{\slotv{{gradient}}}}" + rules.RESULT

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        step = (
            "g = gradient(theta)",
            *rules.decay(self),
            "self.mean_square = self.decay * self.mean_square + (1 - self.decay) * g**2",
            "delta = sqrt(self.step_square + self.epsilon) / sqrt(self.mean_square + self.epsilon) * g",
            "self.step_square = self.decay * self.step_square + (1 - self.decay) * delta**2",
            "return theta - lr * delta",
        )
        torch = call("Adadelta", rho=self.decay, eps=self.epsilon, weight_decay=self.weight_decay)
        return RuleCode(("self.mean_square = zeros_like(theta)", "self.step_square = zeros_like(theta)"), step, torch)

    def start(self, theta: Array, ask: Ask) -> State:
        """Nothing seen, nothing moved: ``mean_square`` of gradients and ``step_square`` of steps zero, shape (n, d)."""
        return {"mean_square": np.zeros_like(theta), "step_square": np.zeros_like(theta)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Scale the gradient by both roots, remember the step, move."""
        gradient = ask.gradient(theta)
        seen = decayed(gradient, theta, self.weight_decay)
        rho = self.decay
        mean_square = rho * state["mean_square"]
        mean_square += (1.0 - rho) * (seen * seen)
        delta = np.sqrt(state["step_square"] + self.epsilon)
        delta /= np.sqrt(mean_square + self.epsilon)
        delta *= seen
        step_square = rho * state["step_square"]
        step_square += (1.0 - rho) * (delta * delta)
        move = -lr * delta

        def parts() -> dict[str, Array]:
            return {**raw_parts(gradient, theta, lr, self.weight_decay), "scaling": move + lr * seen}

        return StepResult(theta + move, {"mean_square": mean_square, "step_square": step_square}, Parts(parts))

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``step_size`` and ``scale`` are the two roots."""
        return {
            "theta": theta,
            "eta": per_row(lr),
            "gradient": decayed(gradient_seen(ask, theta), theta, self.weight_decay),
            "step_size": np.sqrt(state["step_square"] + self.epsilon),
            "scale": np.sqrt(result.state["mean_square"] + self.epsilon),
            "theta_next": result.theta,
        }
