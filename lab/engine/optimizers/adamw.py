"""AdamW: Adam whose weight decay is not scaled."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lab.engine.code import RuleCode, call
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _moments as moments
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, per_row, quiet, raw_parts, shrunk


@OPTIMIZERS.register("adamw", title="AdamW", group="Adaptive")
@dataclass(frozen=True, slots=True)
class AdamW:
    """Adam plus a pull to the origin that shrinks every coordinate by the same share, lr times weight_decay.

    Put into the gradient instead (Adam's own weight decay), the pull is divided by the size of the gradient, so that
    weights with large gradients hardly decay. Conventions as for Adam; PyTorch's default decay is 0.01.
    """

    learning_rate: float = fields.learning_rate(0.01, "Typical step per coordinate.")
    beta1: float = fields.beta1()
    beta2: float = fields.beta2()
    epsilon: float = fields.epsilon()
    weight_decay: float = fields.weight_decay(0.01)
    convention: str = fields.convention()

    keras_defaults: ClassVar[Mapping[str, float]] = {"epsilon": 1e-7, "weight_decay": 0.004}
    why: ClassVar[str] = (
        "Decay belongs to the weights, not to their gradients: outside the scaling it acts on all alike."
    )
    source: ClassVar[str] = "Loshchilov & Hutter, ICLR 2019, Algorithm 2, with the learning rate in the decay"

    @property
    def latex(self) -> str:
        """The rule."""
        return moments.latex(self.convention) + rules.shrinking(self.weight_decay)

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers."""
        return moments.LATEX_NUMBERS + rules.shrinking_number(self.weight_decay) + rules.RESULT

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        step = (
            "g = gradient(theta)",
            *moments.CODE,
            f"return theta - lr * m_hat / {moments.scale_code(self.convention)}{rules.pull(self)}",
        )
        torch = call("AdamW", betas=(self.beta1, self.beta2), eps=self.epsilon, weight_decay=self.weight_decay)
        return RuleCode(moments.START_CODE, step, "" if self.convention == "keras" else torch)

    def start(self, theta: Array, ask: Ask) -> State:
        """Moments ``m`` and ``v`` zero, shape (n, d), and ``t`` steps taken, shape (n, 1)."""
        return moments.begin(theta)

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Shrink the point, update both moments, correct them, move."""
        gradient = ask.gradient(theta)
        m, v, t = moments.updated(state, gradient, self.beta1, self.beta2)
        scale = moments.root(v, moments.missing(self.beta2, t), self.epsilon, self.convention)
        m_hat = m / moments.missing(self.beta1, t)
        scaled = m_hat / scale
        scaled *= -lr

        def parts() -> dict[str, Array]:
            split = raw_parts(gradient, theta, lr, self.weight_decay)
            return {**split, "first moment": -lr * (m_hat - gradient), "scaling": scaled + lr * m_hat}

        move = shrunk(scaled, theta, lr, self.weight_decay)
        return StepResult(theta + move, {"m": m, "v": v, "t": t}, Parts(parts))

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``scale`` is the whole denominator."""
        after = result.state
        weight = moments.missing(self.beta2, after["t"])
        numbers = {
            "theta": theta,
            "eta": per_row(lr),
            "m_hat": after["m"] / moments.missing(self.beta1, after["t"]),
            "scale": moments.root(after["v"], weight, self.epsilon, self.convention),
            "theta_next": result.theta,
        }
        return {**numbers, "decay": lr * self.weight_decay * theta} if self.weight_decay else numbers
