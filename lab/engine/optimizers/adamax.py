"""Adamax: Adam with the largest recent gradient in place of the root mean square."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.engine.code import RuleCode, call
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _moments as moments
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, decayed, per_row, quiet, raw_parts, shrunk


@OPTIMIZERS.register("adamax", title="Adamax", group="Adaptive")
@dataclass(frozen=True, slots=True)
class Adamax:
    """Adam's second moment with exponent infinity: u = max(beta2 u, |g|), which needs no correction.

    PyTorch adds epsilon to |g| inside the maximum, Keras to u in the denominator. Weight decay joins the gradient in
    PyTorch's form and shrinks the point itself in Keras'.
    """

    learning_rate: float = fields.learning_rate(0.01, "Typical step per coordinate.")
    beta1: float = fields.beta1()
    beta2: float = fields.beta2(doc="How slowly the largest gradient is forgotten.")
    epsilon: float = fields.epsilon()
    weight_decay: float = fields.weight_decay()
    convention: str = fields.convention()

    keras_defaults: ClassVar[Mapping[str, float]] = {"epsilon": 1e-7}
    why: ClassVar[str] = (
        "A maximum is simpler than a root mean square, needs no correction, and bounds every step by lr."
    )
    source: ClassVar[str] = "Kingma & Ba, ICLR 2015, Algorithm 2"

    @property
    def latex(self) -> str:
        """The rule."""
        below = r"\role{forward}{u_t}+\varepsilon" if self.convention == "keras" else r"\role{forward}{u_t}"
        rule = rf"\theta_{{t+1}}=\theta_t-{rules.ETA}\,\frac{{\role{{forward}}{{\hat m_t}}}}{{{below}}}"
        return rule + rules.shrinking(self.weight_decay, self.convention)

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers."""
        return moments.LATEX_NUMBERS + rules.shrinking_number(self.weight_decay, self.convention) + rules.RESULT

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        keras = self.convention == "keras"
        step = (
            "g = gradient(theta)",
            *(() if keras else rules.decay(self)),
            "self.t = self.t + 1",
            "self.m = self.beta1 * self.m + (1 - self.beta1) * g",
            f"self.u = maximum(self.beta2 * self.u, abs(g){'' if keras else ' + self.epsilon'})",
            "m_hat = self.m / (1 - self.beta1**self.t)",
            f"return theta - lr * m_hat / {'(self.u + self.epsilon)' if keras else 'self.u'}"
            f"{rules.pull(self) if keras else ''}",
        )
        start = ("self.m = zeros_like(theta)", "self.u = zeros_like(theta)", "self.t = 0")
        torch = call("Adamax", betas=(self.beta1, self.beta2), eps=self.epsilon, weight_decay=self.weight_decay)
        return RuleCode(start, step, "" if keras else torch)

    def start(self, theta: Array, ask: Ask) -> State:
        """First moment ``m`` and largest gradient ``u`` zero, shape (n, d); ``t`` steps taken, shape (n, 1)."""
        return {"m": np.zeros_like(theta), "u": np.zeros_like(theta), "t": np.zeros((len(theta), 1))}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Update the mean and the maximum, move by their ratio."""
        gradient = ask.gradient(theta)
        keras = self.convention == "keras"
        seen = gradient if keras else decayed(gradient, theta, self.weight_decay)
        m = self.beta1 * state["m"]
        m += (1.0 - self.beta1) * seen
        size = np.abs(seen) if keras else np.abs(seen) + self.epsilon
        u = np.maximum(self.beta2 * state["u"], size)
        t = state["t"] + 1.0
        m_hat = m / moments.missing(self.beta1, t)
        scaled = m_hat / (u + self.epsilon if keras else u)
        scaled *= -lr
        move = shrunk(scaled, theta, lr, self.weight_decay) if keras else scaled

        def parts() -> dict[str, Array]:
            split = raw_parts(gradient, theta, lr, self.weight_decay)
            return {**split, "first moment": -lr * (m_hat - seen), "scaling": scaled + lr * m_hat}

        return StepResult(theta + move, {"m": m, "u": u, "t": t}, Parts(parts))

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``scale`` is the whole denominator."""
        after = result.state
        numbers = {
            "theta": theta,
            "eta": per_row(lr),
            "m_hat": after["m"] / moments.missing(self.beta1, after["t"]),
            "scale": after["u"] + self.epsilon if self.convention == "keras" else after["u"],
            "theta_next": result.theta,
        }
        if self.weight_decay and self.convention == "keras":
            numbers["decay"] = lr * self.weight_decay * theta
        return numbers
