"""Adam: momentum and per-coordinate scaling, both corrected for their cold start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from lab.engine.code import RuleCode, call
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _moments as moments
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, decayed, per_row, quiet, raw_parts, shrunk


@OPTIMIZERS.register("adam", title="Adam", group="Adaptive")
@dataclass(frozen=True, slots=True)
class Adam:
    """Follows the running mean of the gradient, divided by the root of the running mean of its square.

    Both means start at zero and are divided by 1 - beta^t, which makes the very first step lr in every coordinate,
    whatever the gradient. Every row carries its own step count t, since rows may join late. Keras adds epsilon before
    the correction, PyTorch after it. Weight decay joins the gradient in PyTorch's form, where the scaling then evens
    it out like everything else (AdamW was invented against that); in Keras' it shrinks the point itself.
    """

    learning_rate: float = fields.learning_rate(0.01, "Typical step per coordinate.")
    beta1: float = fields.beta1()
    beta2: float = fields.beta2()
    epsilon: float = fields.epsilon()
    weight_decay: float = fields.weight_decay()
    convention: str = fields.convention()

    keras_defaults: ClassVar[Mapping[str, float]] = {"epsilon": 1e-7}
    why: ClassVar[str] = "Momentum smooths the direction, scaling evens out the coordinates, and neither starts cold."
    source: ClassVar[str] = "Kingma & Ba, ICLR 2015, Algorithm 1; with L2 decay as torch.optim.Adam"

    @property
    def latex(self) -> str:
        """The rule."""
        return moments.latex(self.convention) + rules.shrinking(self.weight_decay, self.convention)

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
            *moments.CODE,
            f"return theta - lr * m_hat / {moments.scale_code(self.convention)}{rules.pull(self) if keras else ''}",
        )
        torch = call("Adam", betas=(self.beta1, self.beta2), eps=self.epsilon, weight_decay=self.weight_decay)
        return RuleCode(moments.START_CODE, step, "" if keras else torch)

    def start(self, theta: Array, ask: Ask) -> State:
        """Moments ``m`` and ``v`` zero, shape (n, d), and ``t`` steps taken, shape (n, 1)."""
        return moments.begin(theta)

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Update both moments, correct them, move."""
        gradient = ask.gradient(theta)
        keras = self.convention == "keras"
        seen = gradient if keras else decayed(gradient, theta, self.weight_decay)
        m, v, t = moments.updated(state, seen, self.beta1, self.beta2)
        scale = moments.root(v, moments.missing(self.beta2, t), self.epsilon, self.convention)
        m_hat = m / moments.missing(self.beta1, t)
        scaled = m_hat / scale
        scaled *= -lr
        move = shrunk(scaled, theta, lr, self.weight_decay) if keras else scaled

        def parts() -> dict[str, Array]:
            split = raw_parts(gradient, theta, lr, self.weight_decay)
            return {**split, "first moment": -lr * (m_hat - seen), "scaling": scaled + lr * m_hat}

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
        if self.weight_decay and self.convention == "keras":
            numbers["decay"] = lr * self.weight_decay * theta
        return numbers
