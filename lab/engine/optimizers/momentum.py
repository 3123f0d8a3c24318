"""Gradient descent with momentum: Polyak's heavy ball."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.engine.code import RuleCode
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _inertia as inertia
from lab.engine.optimizers._parts import Parts, decayed, quiet, raw_parts, shrunk


@OPTIMIZERS.register("momentum", title="Momentum", group="Gradient descent and momentum")
@dataclass(frozen=True, slots=True)
class Momentum:
    """A ball with inertia: the velocity is a decaying sum of all gradients so far.

    PyTorch: b = beta b + g, then theta -= lr b, so the learning rate stands outside the velocity and a change of it
    acts at once. Keras: v = beta v - lr g, then theta += v, so old gradients keep the learning rate of their time; at
    a constant rate both give the same points. On a quadratic they are stable for learning rates below
    2 (1 + beta) / lambda_max, and a constant gradient is in the end followed 1 / (1 - beta) times faster than by
    plain descent. Weight decay joins the gradient in PyTorch's form and shrinks the point itself in Keras'.
    """

    learning_rate: float = fields.learning_rate(0.01, "Step per unit of velocity.")
    momentum: float = fields.momentum(0.9)
    weight_decay: float = fields.weight_decay()
    convention: str = fields.convention()

    keras_defaults: ClassVar[Mapping[str, float]] = {}
    why: ClassVar[str] = "Steps that agree add up along the valley, steps that alternate cancel across it."
    source: ClassVar[str] = "Polyak (1964); Sutskever et al., ICML 2013, equations 1-2, as torch.optim.SGD writes them"

    @property
    def latex(self) -> str:
        """The rule; the velocity is called b where the learning rate stands outside and v where it is inside."""
        return inertia.latex(self, "t")

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers."""
        return inertia.numbers(self)

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        return inertia.code(self, keras="self.velocity", torch="self.velocity")

    def start(self, theta: Array, ask: Ask) -> State:
        """A ball at rest: ``velocity`` zero, shape (n, d). The first step is therefore plain and undampened."""
        return {"velocity": np.zeros_like(theta)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Update the velocity, then move by it."""
        gradient = ask.gradient(theta)
        decay = self.weight_decay
        kept = self.momentum * state["velocity"]
        if self.convention == "keras":
            velocity = kept - lr * gradient
            move = shrunk(velocity, theta, lr, decay)
            parts = Parts(lambda: {**raw_parts(gradient, theta, lr, decay), "momentum": kept})
            return StepResult(theta + move, {"velocity": velocity}, parts)
        velocity = kept + decayed(gradient, theta, decay)
        parts = Parts(lambda: {**raw_parts(gradient, theta, lr, decay), "momentum": -lr * kept})
        return StepResult(theta - lr * velocity, {"velocity": velocity}, parts)

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``decay`` as it stands in the rule, times the learning rate in Keras' form."""
        return inertia.symbols(self, state["velocity"], theta, result, ask, lr)

    def largest_stable_rate(self, curvature: float) -> float:
        """2 (1 + beta) / L on a quadratic of largest curvature L (Polyak 1964)."""
        return 2.0 * (1.0 + self.momentum) / (curvature + self.weight_decay)
