"""AMSGrad: Adam with a scale that never shrinks."""

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


@OPTIMIZERS.register("amsgrad", title="AMSGrad", group="Adaptive")
@dataclass(frozen=True, slots=True)
class AMSGrad:
    """Adam that divides by the largest second moment so far, so that its effective learning rate only falls.

    Reddi et al. showed a convex problem on which Adam does not converge, because rare large gradients are forgotten
    before they have acted. As PyTorch and Keras do it, the maximum is taken of the raw second moment and corrected
    afterwards. Conventions and weight decay as for Adam.
    """

    learning_rate: float = fields.learning_rate(0.01, "Typical step per coordinate.")
    beta1: float = fields.beta1()
    beta2: float = fields.beta2()
    epsilon: float = fields.epsilon()
    weight_decay: float = fields.weight_decay()
    convention: str = fields.convention()

    keras_defaults: ClassVar[Mapping[str, float]] = {"epsilon": 1e-7}
    why: ClassVar[str] = "A rare large gradient must not be forgotten: the scale only grows."
    source: ClassVar[str] = "Reddi, Kale & Kumar, ICLR 2018, Algorithm 2; corrected as torch.optim.Adam(amsgrad=True)"

    @property
    def latex(self) -> str:
        """The rule; u is the largest second moment."""
        rule = moments.latex(self.convention, r"\hat u_t")
        return rule + rules.shrinking(self.weight_decay, self.convention)

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers."""
        return moments.LATEX_NUMBERS + rules.shrinking_number(self.weight_decay, self.convention) + rules.RESULT

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        scale = moments.scale_code(self.convention, "self.v_max")
        keras = self.convention == "keras"
        step = (
            "g = gradient(theta)",
            *(() if keras else rules.decay(self)),
            *moments.CODE,
            "self.v_max = maximum(self.v_max, self.v)",
            f"return theta - lr * m_hat / {scale}{rules.pull(self) if keras else ''}",
        )
        torch = call(
            "Adam", betas=(self.beta1, self.beta2), eps=self.epsilon, weight_decay=self.weight_decay, amsgrad=True
        )
        return RuleCode((*moments.START_CODE, "self.v_max = zeros_like(theta)"), step, "" if keras else torch)

    def start(self, theta: Array, ask: Ask) -> State:
        """Moments ``m`` and ``v`` and the maximum ``v_max`` zero, shape (n, d); ``t`` steps taken, shape (n, 1)."""
        return {**moments.begin(theta), "v_max": np.zeros_like(theta)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Update the moments and the maximum, correct them, move."""
        gradient = ask.gradient(theta)
        keras = self.convention == "keras"
        seen = gradient if keras else decayed(gradient, theta, self.weight_decay)
        m, v, t = moments.updated(state, seen, self.beta1, self.beta2)
        v_max = np.maximum(state["v_max"], v)
        scale = moments.root(v_max, moments.missing(self.beta2, t), self.epsilon, self.convention)
        m_hat = m / moments.missing(self.beta1, t)
        scaled = m_hat / scale
        scaled *= -lr
        move = shrunk(scaled, theta, lr, self.weight_decay) if keras else scaled

        def parts() -> dict[str, Array]:
            split = raw_parts(gradient, theta, lr, self.weight_decay)
            return {**split, "first moment": -lr * (m_hat - seen), "scaling": scaled + lr * m_hat}

        return StepResult(theta + move, {"m": m, "v": v, "v_max": v_max, "t": t}, Parts(parts))

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``scale`` is the whole denominator."""
        after = result.state
        weight = moments.missing(self.beta2, after["t"])
        numbers = {
            "theta": theta,
            "eta": per_row(lr),
            "m_hat": after["m"] / moments.missing(self.beta1, after["t"]),
            "scale": moments.root(after["v_max"], weight, self.epsilon, self.convention),
            "theta_next": result.theta,
        }
        if self.weight_decay and self.convention == "keras":
            numbers["decay"] = lr * self.weight_decay * theta
        return numbers
