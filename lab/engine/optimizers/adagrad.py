"""AdaGrad: divide each coordinate's gradient by all it has ever seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.engine.code import RuleCode, call
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, decayed, gradient_seen, per_row, quiet, raw_parts, shrunk

#: What Keras' sum of squares starts at; PyTorch's starts at 0.
KERAS_ACCUMULATOR = 0.1


@OPTIMIZERS.register("adagrad", title="AdaGrad", group="Adaptive")
@dataclass(frozen=True, slots=True)
class AdaGrad:
    """Scales every coordinate by the root of the sum of its squared gradients.

    The sum only grows, so the steps shrink like 1 / sqrt(t) by themselves: right for convex losses and rare features,
    too soon for long runs. PyTorch: G starts at 0 and the denominator is sqrt(G) + 1e-10, so the first step is lr in
    every coordinate. Keras: G starts at 0.1 and the denominator is sqrt(G + 1e-7). Weight decay joins the gradient in
    PyTorch's form and shrinks the point itself in Keras'.
    """

    learning_rate: float = fields.learning_rate(0.5, "First step per coordinate.", soft=(1e-3, 10.0))
    epsilon: float = fields.epsilon(1e-10)
    weight_decay: float = fields.weight_decay()
    convention: str = fields.convention()

    keras_defaults: ClassVar[Mapping[str, float]] = {"epsilon": 1e-7}
    why: ClassVar[str] = "Coordinates that rarely have a gradient keep large steps, busy ones calm down."
    source: ClassVar[str] = "Duchi, Hazan & Singer, JMLR 12 (2011), Figure 1, the diagonal form"

    @property
    def latex(self) -> str:
        """The rule."""
        keras = self.convention == "keras"
        below = (
            r"\role{forward}{\sqrt{G_{t+1}+\varepsilon}}" if keras else r"\role{forward}{\sqrt{G_{t+1}}}+\varepsilon"
        )
        above = rules.gradient(self.weight_decay, self.convention)
        rule = rf"\theta_{{t+1}}=\theta_t-{rules.ETA}\,\frac{{{above}}}{{{below}}}"
        return rule + rules.shrinking(self.weight_decay, self.convention)

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers; the gradient includes PyTorch's weight decay."""
        fraction = r"\frac{\role{gradient}{\slotv{gradient}}}{\role{forward}{\slotv{scale}}}"
        rule = rf"\slotv{{theta}}-{rules.ETA_NUMBER}\,{fraction}"
        return rule + rules.shrinking_number(self.weight_decay, self.convention) + rules.RESULT

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        keras = self.convention == "keras"
        first = f"full_like(theta, {KERAS_ACCUMULATOR})" if keras else "zeros_like(theta)"
        scale = "sqrt(self.total + self.epsilon)" if keras else "(sqrt(self.total) + self.epsilon)"
        step = (
            "g = gradient(theta)",
            *(() if keras else rules.decay(self)),
            "self.total = self.total + g**2",
            f"return theta - lr * g / {scale}{rules.pull(self) if keras else ''}",
        )
        torch = "" if keras else call("Adagrad", weight_decay=self.weight_decay, eps=self.epsilon)
        return RuleCode((f"self.total = {first}",), step, torch)

    def start(self, theta: Array, ask: Ask) -> State:
        """The sum of squares ``total``, shape (n, d): 0, or 0.1 in Keras' form."""
        return {"total": np.full_like(theta, KERAS_ACCUMULATOR if self.convention == "keras" else 0.0)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Add the squared gradient, move by the scaled one."""
        gradient = ask.gradient(theta)
        keras = self.convention == "keras"
        seen = gradient if keras else decayed(gradient, theta, self.weight_decay)
        total = seen * seen
        total += state["total"]
        scaled = seen / self._scale(total)
        scaled *= -lr
        move = shrunk(scaled, theta, lr, self.weight_decay) if keras else scaled

        def parts() -> dict[str, Array]:
            return {**raw_parts(gradient, theta, lr, self.weight_decay), "scaling": scaled + lr * seen}

        return StepResult(theta + move, {"total": total}, Parts(parts))

    def _scale(self, total: Array) -> Array:
        """The whole denominator, shape (n, d)."""
        if self.convention == "keras":
            return np.sqrt(total + self.epsilon)
        scale = np.sqrt(total)
        scale += self.epsilon
        return scale

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``scale`` is the whole denominator."""
        gradient = gradient_seen(ask, theta)
        scale = self._scale(result.state["total"])
        numbers = {"theta": theta, "eta": per_row(lr), "scale": scale, "theta_next": result.theta}
        if self.convention == "torch":
            return {**numbers, "gradient": decayed(gradient, theta, self.weight_decay)}
        if self.weight_decay:
            numbers["decay"] = lr * self.weight_decay * theta
        return {**numbers, "gradient": gradient}
