"""Quasi-hyperbolic momentum: an average of the plain step and the momentum step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.code import RuleCode
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, gradient_seen, per_row, quiet


@OPTIMIZERS.register("qhm", title="QHM", group="Gradient descent and momentum")
@dataclass(frozen=True, slots=True)
class QHM:
    """Moves by (1 - nu) times the gradient plus nu times its running mean.

    nu = 0 is plain descent, nu = 1 is momentum with a mean in place of a sum (so with 1 / (1 - beta) times the
    learning rate it is the heavy ball), and nu = beta is Nesterov's rule. The immediate share lets the momentum be
    much longer than usual. The paper advises nu = 0.7 and beta = 0.999 for networks; here beta is 0.95, because a race
    on a landscape lasts hundreds of steps, not hundreds of thousands.
    """

    learning_rate: float = fields.learning_rate(0.05, "Step per unit of the averaged gradient.")
    momentum: float = fields.momentum(0.95, "Memory of the mean of gradients.")
    nu: float = param(
        0.7, lo=0, hi=1, symbol="ν", label="Momentum's share", effect="live", doc="0 is plain descent, 1 pure momentum."
    )

    why: ClassVar[str] = "A long memory damps noise but reacts late; keep some of the fresh gradient beside it."
    source: ClassVar[str] = "Ma & Yarats, ICLR 2019, equations 3-4"
    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t-\role{control}{\eta}\left((1-\role{control}{\nu})\role{gradient}{\nabla f(\theta_t)}"
        r"+\role{control}{\nu}\,\role{forward}{m_{t+1}}\right)"
    )
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}-\role{control}{\slot{eta}}\left(\slot{rest}\,\role{gradient}{\slotv{gradient}}"
        r"+\role{control}{\slot{nu}}\,\role{forward}{\slotv{m}}\right)" + rules.RESULT
    )

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        step = (
            "g = gradient(theta)",
            "self.m = self.momentum * self.m + (1 - self.momentum) * g",
            "return theta - lr * ((1 - self.nu) * g + self.nu * self.m)",
        )
        return RuleCode(("self.m = zeros_like(theta)",), step)

    def start(self, theta: Array, ask: Ask) -> State:
        """No gradient seen: the mean ``m`` is zero, shape (n, d)."""
        return {"m": np.zeros_like(theta)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Update the mean, move by the average of it and the gradient."""
        gradient = ask.gradient(theta)
        m = self.momentum * state["m"]
        m += (1.0 - self.momentum) * gradient
        move = -lr * ((1.0 - self.nu) * gradient + self.nu * m)
        parts = Parts(lambda: {"gradient": -lr * gradient, "momentum": -lr * self.nu * (m - gradient)})
        return StepResult(theta + move, {"m": m}, parts)

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step."""
        return {
            "theta": theta,
            "eta": per_row(lr),
            "rest": 1.0 - self.nu,
            "gradient": gradient_seen(ask, theta),
            "nu": self.nu,
            "m": result.state["m"],
            "theta_next": result.theta,
        }
