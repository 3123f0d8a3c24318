"""Sign descent: only the direction of each coordinate's gradient counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.engine.code import RuleCode
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, gradient_seen, per_row, quiet


@OPTIMIZERS.register("sign_sgd", title="Sign SGD", group="By the sign alone")
@dataclass(frozen=True, slots=True)
class SignSGD:
    """Steps of exactly lr in every coordinate, against the sign of the gradient; no state.

    One bit per coordinate is all that machines need to exchange. It is Adam without memory (both betas 0). Near a
    minimum it jumps to and fro within lr.
    """

    learning_rate: float = fields.learning_rate(0.005, "Step per coordinate, exactly.")

    why: ClassVar[str] = "The size of a gradient says little about how far to go, its sign says where."
    source: ClassVar[str] = "Bernstein et al., ICML 2018, Algorithm 1"
    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t-\role{control}{\eta}\,\mathrm{sign}\left(\role{gradient}{\nabla f(\theta_t)}\right)"
    )
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}-\role{control}{\slot{eta}}\,\mathrm{sign}\left(\role{gradient}{\slotv{gradient}}\right)"
        + rules.RESULT
    )

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        return RuleCode((), ("return theta - lr * sign(gradient(theta))",))

    def start(self, theta: Array, ask: Ask) -> State:
        """No state."""
        return {}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Move by lr against every sign."""
        gradient = ask.gradient(theta)
        move = -lr * np.sign(gradient)
        parts = Parts(lambda: {"gradient": -lr * gradient, "sign": move + lr * gradient})
        return StepResult(theta + move, state, parts)

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step."""
        return {
            "theta": theta,
            "eta": per_row(lr),
            "gradient": gradient_seen(ask, theta),
            "theta_next": result.theta,
        }
