"""Nesterov momentum: correct the velocity before using it."""

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


@OPTIMIZERS.register("nesterov", title="Nesterov", group="Gradient descent and momentum")
@dataclass(frozen=True, slots=True)
class Nesterov:
    """Momentum that looks one step ahead: the fresh velocity is decayed once more and the gradient added again.

    PyTorch: b = beta b + g, then theta -= lr (g + beta b). Keras keeps the learning rate inside the velocity:
    v = beta v - lr g, then theta += beta v - lr g; at a constant rate both give the same points. It is Nesterov's rule
    in shifted coordinates: theta here is the look-ahead point at which the original evaluates the gradient.
    Weight decay joins the gradient in PyTorch's form and shrinks the point itself in Keras'.
    """

    learning_rate: float = fields.learning_rate(0.01, "Step per unit of velocity.")
    momentum: float = fields.momentum(0.9)
    weight_decay: float = fields.weight_decay()
    convention: str = fields.convention()

    keras_defaults: ClassVar[Mapping[str, float]] = {}
    why: ClassVar[str] = "Looking ahead along the velocity brakes before the valley's wall instead of after it."
    source: ClassVar[str] = (
        "Nesterov (1983); Sutskever et al., ICML 2013, equations 3-4, as torch.optim.SGD writes them"
    )

    @property
    def latex(self) -> str:
        """The rule; the velocity is called b where the learning rate stands outside and v where it is inside."""
        return inertia.latex(self, "{t+1}")

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers."""
        return inertia.numbers(self)

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        # torch refuses to look ahead without momentum: then the two are the same.
        look = {"nesterov": True} if self.momentum else {}
        ahead = "self.momentum * self.velocity"
        return inertia.code(self, keras=f"({ahead} - lr * g)", torch=f"(g + {ahead})", **look)

    def start(self, theta: Array, ask: Ask) -> State:
        """At rest: ``velocity`` zero, shape (n, d)."""
        return {"velocity": np.zeros_like(theta)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Update the velocity, then move by the gradient plus the decayed new velocity."""
        gradient = ask.gradient(theta)
        old = state["velocity"]
        beta, decay = self.momentum, self.weight_decay
        if self.convention == "keras":
            down = lr * gradient
            velocity = beta * old - down
            move = shrunk(beta * velocity - down, theta, lr, decay)
            unit: Rate = 1.0
        else:
            seen = decayed(gradient, theta, decay)
            velocity = beta * old + seen
            move = -lr * (seen + beta * velocity)
            unit = -lr

        def parts() -> dict[str, Array]:
            return {
                **raw_parts(gradient, theta, lr, decay),
                "momentum": unit * beta * old,
                "look-ahead": unit * beta * (velocity - old),
            }

        return StepResult(theta + move, {"velocity": velocity}, Parts(parts))

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``decay`` as it stands in the rule, times the learning rate in Keras' form."""
        return inertia.symbols(self, result.state["velocity"], theta, result, ask, lr)

    def largest_stable_rate(self, curvature: float) -> float:
        """2 (1 + beta) / ((1 + 2 beta) L) on a quadratic of largest curvature L (characteristic polynomial at -1)."""
        return 2.0 * (1.0 + self.momentum) / ((1.0 + 2.0 * self.momentum) * (curvature + self.weight_decay))
