"""Nesterov momentum: correct the velocity before using it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, State, StepResult
from lab.engine.optimizers._parts import Parts, gradient_seen, quiet


@OPTIMIZERS.register("nesterov", title="Nesterov")
@dataclass(frozen=True, slots=True)
class Nesterov:
    """Momentum that looks one step ahead: the fresh velocity is decayed once more and the gradient added again.

    PyTorch's form: b = beta b + g, then theta -= lr (g + beta b). It is Nesterov's rule in shifted coordinates: theta
    here is the look-ahead point at which the original evaluates the gradient.
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
        r"+\role{control}{\beta}\,\role{forward}{b_{t+1}}\right)"
    )
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}-\role{control}{\slot{eta}}\left(\role{gradient}{\slotv{gradient}}"
        r"+\role{control}{\slot{beta}}\,\role{forward}{\slotv{velocity}}\right)=\role{result}{\slotv{theta_next}}"
    )
    why: ClassVar[str] = "Looking ahead along the velocity brakes before the valley's wall instead of after it."
    source: ClassVar[str] = (
        "Nesterov (1983); Sutskever et al., ICML 2013, equations 3-4, as torch.optim.SGD writes them"
    )

    def start(self, theta: Array, ask: Ask) -> State:
        """At rest: ``velocity`` zero, shape (n, d)."""
        return {"velocity": np.zeros_like(theta)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: float, draw: Draw) -> StepResult:
        """Update the velocity, then move by the gradient plus the decayed new velocity."""
        gradient = ask.gradient(theta)
        old = state["velocity"]
        beta = self.momentum
        velocity = beta * old + gradient

        def parts() -> dict[str, Array]:
            return {
                "gradient": -lr * gradient,
                "momentum": -lr * beta * old,
                "look-ahead": -lr * beta * (velocity - old),
            }

        return StepResult(theta - lr * (gradient + beta * velocity), {"velocity": velocity}, Parts(parts))

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: float) -> Mapping[str, Any]:
        """The numbers of the step."""
        return {
            "theta": theta,
            "eta": lr,
            "gradient": gradient_seen(ask, theta),
            "beta": self.momentum,
            "velocity": result.state["velocity"],
            "theta_next": result.theta,
        }
