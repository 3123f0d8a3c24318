"""RMSprop: divide each coordinate's gradient by its recent size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, State, StepResult
from lab.engine.optimizers._parts import Parts, gradient_seen, quiet


@OPTIMIZERS.register("rmsprop", title="RMSprop")
@dataclass(frozen=True, slots=True)
class RMSprop:
    """Scales every coordinate by the root of a running mean of its squared gradient.

    PyTorch's form: v = alpha v + (1 - alpha) g^2, theta -= lr g / (sqrt(v) + epsilon), with v = 0 at the start and no
    bias correction, so the first step is lr / sqrt(1 - alpha), ten times the learning rate at alpha = 0.99.
    """

    learning_rate: float = param(
        0.01, above=0, soft=(1e-5, 1.0), log=True, symbol="η", effect="live", doc="Typical step per coordinate."
    )
    decay: float = param(
        0.99,
        lo=0,
        below=1,
        soft=(0.5, 0.9999),
        symbol="α",
        effect="live",
        doc="Memory of the mean of squared gradients.",
    )
    epsilon: float = param(
        1e-8, above=0, soft=(1e-10, 1e-1), log=True, symbol="ε", effect="live", doc="Keeps the division finite."
    )

    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t-\role{control}{\eta}\,"
        r"\frac{\role{gradient}{\nabla f(\theta_t)}}{\role{forward}{\sqrt{v_{t+1}}}+\varepsilon}"
    )
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}-\role{control}{\slot{eta}}\,\frac{\role{gradient}{\slotv{gradient}}}"
        r"{\role{forward}{\slotv{scale}}}=\role{result}{\slotv{theta_next}}"
    )
    why: ClassVar[str] = "A coordinate with large gradients takes no larger steps than one with small gradients."
    source: ClassVar[str] = "Tieleman & Hinton, Coursera lecture 6.5 (2012); epsilon outside the root as torch.optim"

    def start(self, theta: Array, ask: Ask) -> State:
        """No gradient seen: ``mean_square`` zero, shape (n, d)."""
        return {"mean_square": np.zeros_like(theta)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: float, draw: Draw) -> StepResult:
        """Update the mean square, then move by the scaled gradient."""
        gradient = ask.gradient(theta)
        mean_square = self.decay * state["mean_square"]
        mean_square += (1.0 - self.decay) * (gradient * gradient)
        scale = np.sqrt(mean_square)
        scale += self.epsilon
        move = gradient / scale
        move *= -lr

        def parts() -> dict[str, Array]:
            plain = -lr * gradient
            return {"gradient": plain, "scaling": move - plain}

        return StepResult(theta + move, {"mean_square": mean_square}, Parts(parts))

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: float) -> Mapping[str, Any]:
        """The numbers of the step; ``scale`` is the whole denominator."""
        return {
            "theta": theta,
            "eta": lr,
            "gradient": gradient_seen(ask, theta),
            "scale": np.sqrt(result.state["mean_square"]) + self.epsilon,
            "theta_next": result.theta,
        }
