"""RMSprop: divide each coordinate's gradient by its recent size."""

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
from lab.engine.optimizers._parts import Parts, decayed, gradient_seen, per_row, quiet, raw_parts, shrunk


@OPTIMIZERS.register("rmsprop", title="RMSprop", group="Adaptive")
@dataclass(frozen=True, slots=True)
class RMSprop:
    """Scales every coordinate by the root of a running mean of its squared gradient.

    PyTorch: v = alpha v + (1 - alpha) g^2, theta -= lr g / (sqrt(v) + epsilon), with v = 0 at the start and no bias
    correction, so the first step is lr / sqrt(1 - alpha), ten times the learning rate at alpha = 0.99. Keras puts
    epsilon inside the root and stands at alpha = 0.9.

    ``centred`` subtracts the square of the running mean of the gradient (Graves), which leaves its variance: where the
    gradient is steady, steps grow. Rounding can make that difference negative; it counts as 0 then, where the
    libraries give nan. ``momentum`` gathers the scaled gradients in a velocity, without the learning rate in PyTorch
    and with it in Keras. Weight decay joins the gradient in PyTorch's form and shrinks the point itself in Keras'.
    """

    learning_rate: float = fields.learning_rate(0.01, "Typical step per coordinate.")
    decay: float = param(
        0.99, lo=0, below=1, soft=(0.5, 0.9999), symbol="α", effect="live",
        doc="Memory of the mean of squared gradients.",
    )  # fmt: skip
    epsilon: float = fields.epsilon()
    momentum: float = fields.momentum(0.0)
    centred: bool = param(False, effect="live", doc="Divide by the gradient's standard deviation, not its size.")
    weight_decay: float = fields.weight_decay()
    convention: str = fields.convention()

    keras_defaults: ClassVar[Mapping[str, float]] = {"decay": 0.9, "epsilon": 1e-7}
    why: ClassVar[str] = "A coordinate with large gradients takes no larger steps than one with small gradients."
    source: ClassVar[str] = (
        "Tieleman & Hinton, Coursera lecture 6.5 (2012); centred: Graves, arXiv:1308.0850, equations 38-45"
    )

    @property
    def latex(self) -> str:
        """The rule; with momentum, the velocity before the step stands in it."""
        size = r"v-\bar g^2" if self.centred else r"v_{t+1}"
        if self.convention == "keras":
            below = rf"\role{{forward}}{{\sqrt{{{size}+\varepsilon}}}}"
        else:
            below = rf"\role{{forward}}{{\sqrt{{{size}}}}}+\varepsilon"
        fraction = rf"\frac{{{rules.gradient(self.weight_decay, self.convention)}}}{{{below}}}"
        rule = self._rule(rules.ETA, fraction, r"\role{control}{\beta}\,\role{forward}{b_t}")
        return r"\theta_{t+1}=\theta_t" + rule + rules.shrinking(self.weight_decay, self.convention)

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers; the gradient includes PyTorch's weight decay."""
        fraction = r"\frac{\role{gradient}{\slotv{gradient}}}{\role{forward}{\slotv{scale}}}"
        velocity = r"\role{control}{\slot{beta}}\,\role{forward}{\slotv{velocity}}"
        rule = self._rule(rules.ETA_NUMBER, fraction, velocity)
        return r"\slotv{theta}" + rule + rules.shrinking_number(self.weight_decay, self.convention) + rules.RESULT

    def _rule(self, eta: str, fraction: str, velocity: str) -> str:
        if not self.momentum:
            return rf"-{eta}\,{fraction}"
        if self.convention == "keras":
            return rf"-{velocity}-{eta}\,{fraction}"
        return rf"-{eta}\left({fraction}+{velocity}\right)"

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        keras = self.convention == "keras"
        size = "maximum(self.mean_square - self.mean**2, 0.0)" if self.centred else "self.mean_square"
        scale = f"sqrt({size} + self.epsilon)" if keras else f"(sqrt({size}) + self.epsilon)"
        start = ["self.mean_square = zeros_like(theta)"]
        step = ["g = gradient(theta)", *(() if keras else rules.decay(self))]
        step.append("self.mean_square = self.decay * self.mean_square + (1 - self.decay) * g**2")
        if self.centred:
            start.append("self.mean = zeros_like(theta)")
            step.append("self.mean = self.mean + (1 - self.decay) * (g - self.mean)")
        scaled = f"{'lr * ' if keras else ''}g / {scale}"
        if self.momentum:
            start.append("self.velocity = zeros_like(theta)")
            step.append(f"self.velocity = self.momentum * self.velocity + {scaled}")
            scaled = "self.velocity"
        step.append(f"return theta - {'' if keras else 'lr * '}{scaled}{rules.pull(self) if keras else ''}")
        torch = call(
            "RMSprop", alpha=self.decay, eps=self.epsilon, weight_decay=self.weight_decay, momentum=self.momentum,
            centered=self.centred,
        )  # fmt: skip
        return RuleCode(tuple(start), tuple(step), "" if keras else torch)

    def start(self, theta: Array, ask: Ask) -> State:
        """No gradient seen: ``mean_square``, ``mean`` and ``velocity`` zero, shape (n, d)."""
        return {name: np.zeros_like(theta) for name in ("mean_square", "mean", "velocity")}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Update the means, scale the gradient, gather it if there is momentum, move."""
        gradient = ask.gradient(theta)
        keras = self.convention == "keras"
        seen = gradient if keras else decayed(gradient, theta, self.weight_decay)
        mean_square = self.decay * state["mean_square"]
        mean_square += (1.0 - self.decay) * (seen * seen)
        after = {"mean_square": mean_square, "mean": state["mean"], "velocity": state["velocity"]}
        if self.centred:
            after["mean"] = state["mean"] + (1.0 - self.decay) * (seen - state["mean"])
        scaled = seen / self._scale(after)
        inside = lr * scaled if keras else scaled
        kept: Array | None = None
        if self.momentum:
            kept = self.momentum * state["velocity"]
            after["velocity"] = inside = kept + inside
        move = -inside if keras else -lr * inside
        if keras:
            move = shrunk(move, theta, lr, self.weight_decay)

        def parts() -> dict[str, Array]:
            split = raw_parts(gradient, theta, lr, self.weight_decay)
            split["scaling"] = -lr * scaled + lr * seen
            if kept is not None:
                split["momentum"] = -kept if keras else -lr * kept
            return split

        return StepResult(theta + move, after, Parts(parts))

    def _scale(self, state: State) -> Array:
        """The whole denominator, shape (n, d)."""
        size = state["mean_square"]
        if self.centred:
            size = np.maximum(size - state["mean"] * state["mean"], 0.0)
        if self.convention == "keras":
            return np.sqrt(size + self.epsilon)
        scale = np.sqrt(size)
        scale += self.epsilon
        return scale

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``scale`` is the whole denominator."""
        gradient = gradient_seen(ask, theta)
        numbers = {"theta": theta, "eta": per_row(lr), "theta_next": result.theta, "scale": self._scale(result.state)}
        if self.momentum:
            numbers |= {"beta": self.momentum, "velocity": state["velocity"]}
        if self.convention == "torch":
            return {**numbers, "gradient": decayed(gradient, theta, self.weight_decay)}
        if self.weight_decay:
            numbers["decay"] = lr * self.weight_decay * theta
        return {**numbers, "gradient": gradient}
