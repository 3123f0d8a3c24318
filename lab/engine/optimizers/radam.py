"""RAdam: Adam that trusts its scale only once it has seen enough."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.engine.code import RuleCode, call
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _moments as moments
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import Parts, decayed, per_row, quiet, raw_parts

#: Length of the memory from which on the variance of the scale is finite and the rectified step is taken.
ENOUGH = 5.0


@OPTIMIZERS.register("radam", title="RAdam", group="Adaptive")
@dataclass(frozen=True, slots=True)
class RAdam:
    """Adam with a factor r that grows from 0 to 1 as the second moment gathers evidence.

    The memory of the second moment is worth rho_t gradients, rho_t rising to 2 / (1 - beta2) - 1. While rho_t <= 5
    (the first five steps at beta2 = 0.999) the scale is left out altogether and the step is plain momentum,
    lr m_hat: with the large gradients of a steep landscape that can throw the point out, as it does from Rosenbrock's
    classic start at lr 0.01. PyTorch's form: epsilon is added before the correction. Weight decay joins the gradient.
    """

    learning_rate: float = fields.learning_rate(0.01, "Typical step per coordinate, once scaled.")
    beta1: float = fields.beta1()
    beta2: float = fields.beta2()
    epsilon: float = fields.epsilon()
    weight_decay: float = fields.weight_decay()

    why: ClassVar[str] = "A scale estimated from two gradients is a guess: wait, then trust it by degrees."
    source: ClassVar[str] = "Liu et al., ICLR 2020, Algorithm 2, as torch.optim.RAdam"

    @property
    def latex(self) -> str:
        """The rule."""
        fraction = r"\frac{\role{forward}{\hat m_t}}{\role{forward}{\sqrt{\hat v_t}}}"
        return rf"\theta_{{t+1}}=\theta_t-{rules.ETA}\,\role{{forward}}{{r_t}}\,{fraction}"

    @property
    def latex_numbers(self) -> str:
        """The rule in numbers; r and the denominator are 1 before the scale is trusted."""
        fraction = r"\frac{\role{forward}{\slotv{m_hat}}}{\role{forward}{\slotv{scale}}}"
        return rf"\slotv{{theta}}-{rules.ETA_NUMBER}\,\role{{forward}}{{\slot{{r}}}}\,{fraction}" + rules.RESULT

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        step = (
            "g = gradient(theta)",
            *rules.decay(self),
            "self.t = self.t + 1",
            "self.m = self.beta1 * self.m + (1 - self.beta1) * g",
            "self.v = self.beta2 * self.v + (1 - self.beta2) * g**2",
            "m_hat = self.m / (1 - self.beta1**self.t)",
            "longest = 2 / (1 - self.beta2) - 1",
            "weight = 1 - self.beta2**self.t",
            "rho = longest - 2 * self.t * self.beta2**self.t / weight",
            f"if rho <= {ENOUGH}:",
            "    return theta - lr * m_hat",
            "r = sqrt((rho - 4) * (rho - 2) * longest / ((longest - 4) * (longest - 2) * rho))",
            "return theta - lr * r * m_hat * sqrt(weight) / (sqrt(self.v) + self.epsilon)",
        )
        torch = call("RAdam", betas=(self.beta1, self.beta2), eps=self.epsilon, weight_decay=self.weight_decay)
        return RuleCode(moments.START_CODE, step, torch)

    def start(self, theta: Array, ask: Ask) -> State:
        """Moments ``m`` and ``v`` zero, shape (n, d), and ``t`` steps taken, shape (n, 1)."""
        return moments.begin(theta)

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Update both moments, rectify, move."""
        gradient = ask.gradient(theta)
        seen = decayed(gradient, theta, self.weight_decay)
        m, v, t = moments.updated(state, seen, self.beta1, self.beta2)
        m_hat = m / moments.missing(self.beta1, t)
        r, scale = self._trust(v, t)
        move = m_hat / scale
        move *= -lr * r

        def parts() -> dict[str, Array]:
            split = raw_parts(gradient, theta, lr, self.weight_decay)
            return {**split, "first moment": -lr * (m_hat - seen), "scaling": move + lr * m_hat}

        return StepResult(theta + move, {"m": m, "v": v, "t": t}, Parts(parts))

    @quiet
    def _trust(self, v: Array, t: Array) -> tuple[Array, Array]:
        """The rectification r, shape (n, 1) or (1, 1), and the denominator, shape (n, d); both 1 while rho_t <= 5."""
        t = moments.age(t)
        weight = 1.0 - np.power(self.beta2, t)
        longest = 2.0 / (1.0 - self.beta2) - 1.0
        rho = longest - 2.0 * t * (1.0 - weight) / weight
        trusted = rho > ENOUGH
        r = np.sqrt(
            (rho - 4.0) * (rho - 2.0) * longest / ((longest - 4.0) * (longest - 2.0) * rho), where=trusted,
            out=np.ones_like(rho),
        )  # fmt: skip
        return r, np.where(trusted, moments.root(v, weight, self.epsilon, "keras"), 1.0)

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``scale`` is the whole denominator."""
        after = result.state
        r, scale = self._trust(after["v"], after["t"])
        return {
            "theta": theta,
            "eta": per_row(lr),
            "r": np.broadcast_to(r[:, 0], len(theta)),
            "m_hat": after["m"] / moments.missing(self.beta1, after["t"]),
            "scale": scale,
            "theta_next": result.theta,
        }
