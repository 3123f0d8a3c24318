"""Adam: momentum and per-coordinate scaling, both corrected for their cold start."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, State, StepResult
from lab.engine.optimizers._parts import Parts, quiet

#: From this many rows on it pays to look whether all of them are equally old.
_MANY = 64


@OPTIMIZERS.register("adam", title="Adam")
@dataclass(frozen=True, slots=True)
class Adam:
    """Follows the running mean of the gradient, divided by the root of the running mean of its square.

    Both means start at zero and are divided by 1 - beta^t, which makes the very first step lr in every coordinate,
    whatever the gradient. Every row carries its own step count t, since rows may join late.
    """

    learning_rate: float = param(
        0.01, above=0, soft=(1e-5, 1.0), log=True, symbol="η", effect="live", doc="Typical step per coordinate."
    )
    beta1: float = param(
        0.9,
        lo=0,
        below=1,
        soft=(0.0, 0.999),
        label="Momentum",
        symbol="β₁",
        effect="live",
        doc="Memory of the mean of gradients.",
    )
    beta2: float = param(
        0.999,
        lo=0,
        below=1,
        soft=(0.5, 0.9999),
        label="Scale memory",
        symbol="β₂",
        effect="live",
        doc="Memory of the mean of squared gradients.",
    )
    epsilon: float = param(
        1e-8, above=0, soft=(1e-10, 1e-1), log=True, symbol="ε", effect="live", doc="Keeps the division finite."
    )

    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t-\role{control}{\eta}\,\frac{\role{forward}{\hat m_t}}{\sqrt{\hat v_t}+\varepsilon}"
    )
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}-\role{control}{\slot{eta}}\,\frac{\role{forward}{\slotv{m_hat}}}{\slotv{scale}}"
        r"=\role{result}{\slotv{theta_next}}"
    )
    why: ClassVar[str] = "Momentum smooths the direction, scaling evens out the coordinates, and neither starts cold."
    source: ClassVar[str] = "Kingma & Ba, ICLR 2015, Algorithm 1"

    def start(self, theta: Array, ask: Ask) -> State:
        """Moments ``m`` and ``v`` zero, shape (n, d), and ``t`` steps taken, shape (n, 1)."""
        return {"m": np.zeros_like(theta), "v": np.zeros_like(theta), "t": np.zeros((len(theta), 1))}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: float, draw: Draw) -> StepResult:
        """Update both moments, correct them, move."""
        gradient = ask.gradient(theta)
        m = self.beta1 * state["m"]
        m += (1.0 - self.beta1) * gradient
        v = self.beta2 * state["v"]
        v += (1.0 - self.beta2) * (gradient * gradient)
        t = state["t"] + 1.0
        correction1, correction2 = self._corrections(t)
        scale = v / correction2
        np.sqrt(scale, out=scale)
        scale += self.epsilon
        m_hat = m / correction1
        move = m_hat / scale
        move *= -lr

        def parts() -> dict[str, Array]:
            plain = -lr * gradient
            smoothed = -lr * m_hat
            return {"gradient": plain, "first moment": smoothed - plain, "scaling": move - smoothed}

        return StepResult(theta + move, {"m": m, "v": v, "t": t}, Parts(parts))

    def _corrections(self, t: Array) -> tuple[Array, Array]:
        """1 - beta^t for both moments, shape (n, 1), or (1, 1) when all rows are equally old.

        A power per row costs more than all the rest of the step.
        """
        if len(t) > _MANY and (t == t[0]).all():
            t = t[:1]
        return 1.0 - np.power(self.beta1, t), 1.0 - np.power(self.beta2, t)

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: float) -> Mapping[str, Any]:
        """The numbers of the step; ``scale`` is the whole denominator."""
        correction1, correction2 = self._corrections(result.state["t"])
        return {
            "theta": theta,
            "eta": lr,
            "m_hat": result.state["m"] / correction1,
            "scale": np.sqrt(result.state["v"] / correction2) + self.epsilon,
            "theta_next": result.theta,
        }
