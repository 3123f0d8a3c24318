"""Gradient descent with momentum: Polyak's heavy ball."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, State, StepResult
from lab.engine.optimizers._parts import Parts, gradient_seen, quiet


@OPTIMIZERS.register("momentum", title="Momentum")
@dataclass(frozen=True, slots=True)
class Momentum:
    """A ball with inertia: the velocity is a decaying sum of all gradients so far.

    PyTorch's convention: b = beta b + g, then theta -= lr b, so the learning rate stands outside the velocity and a
    change of it acts at once. On a quadratic it is stable for learning rates below 2 (1 + beta) / lambda_max, and a
    constant gradient is in the end followed 1 / (1 - beta) times faster than by plain descent.
    """

    learning_rate: float = param(
        0.01, above=0, soft=(1e-5, 1.0), log=True, symbol="η", effect="live", doc="Step per unit of velocity."
    )
    momentum: float = param(
        0.9,
        lo=0,
        below=1,
        soft=(0.0, 0.999),
        symbol="β",
        effect="live",
        doc="Share of the velocity kept from step to step.",
    )

    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t-\role{control}{\eta}\left(\role{gradient}{\nabla f(\theta_t)}"
        r"+\role{control}{\beta}\,\role{forward}{b_t}\right)"
    )
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}-\role{control}{\slot{eta}}\left(\role{gradient}{\slotv{gradient}}"
        r"+\role{control}{\slot{beta}}\,\role{forward}{\slotv{velocity}}\right)=\role{result}{\slotv{theta_next}}"
    )
    why: ClassVar[str] = "Steps that agree add up along the valley, steps that alternate cancel across it."
    source: ClassVar[str] = "Polyak (1964); Sutskever et al., ICML 2013, equations 1-2, as torch.optim.SGD writes them"

    def start(self, theta: Array, ask: Ask) -> State:
        """A ball at rest: ``velocity`` zero, shape (n, d). The first step is therefore plain and undampened."""
        return {"velocity": np.zeros_like(theta)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: float, draw: Draw) -> StepResult:
        """Update the velocity, then move by minus lr times it."""
        gradient = ask.gradient(theta)
        kept = self.momentum * state["velocity"]
        velocity = kept + gradient
        parts = Parts(lambda: {"gradient": -lr * gradient, "momentum": -lr * kept})
        return StepResult(theta - lr * velocity, {"velocity": velocity}, parts)

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: float) -> Mapping[str, Any]:
        """The numbers of the step."""
        return {
            "theta": theta,
            "eta": lr,
            "gradient": gradient_seen(ask, theta),
            "beta": self.momentum,
            "velocity": state["velocity"],
            "theta_next": result.theta,
        }
