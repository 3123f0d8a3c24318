"""Rprop: each coordinate's step grows while its sign holds and shrinks when it flips."""

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
from lab.engine.optimizers._parts import Parts, quiet


@OPTIMIZERS.register("rprop", title="Rprop", group="By the sign alone")
@dataclass(frozen=True, slots=True)
class Rprop:
    """Resilient propagation: the size of the gradient is ignored, only the changes of its sign are used.

    Same sign as before: the coordinate's step is multiplied by 1.2. Flipped: by 0.5, and the coordinate waits for one
    step (its gradient counts as 0). The learning rate is the first step's size and plays no part afterwards, as in
    torch.optim.Rprop. Made for full batches: with noise, the signs flip by chance and the steps die out.
    """

    learning_rate: float = fields.learning_rate(0.01, "Size of every coordinate's first step.", effect="restart")
    shrink: float = param(
        0.5, above=0, below=1, soft=(0.1, 0.9), symbol="η⁻", effect="live", doc="Factor after a flip of the sign."
    )
    grow: float = param(1.2, above=1, soft=(1.01, 2.0), symbol="η⁺", effect="live", doc="Factor while the sign holds.")
    smallest: float = param(1e-6, above=0, soft=(1e-12, 1e-2), log=True, effect="live", doc="No step is smaller.")
    largest: float = param(50.0, above=0, soft=(0.1, 100.0), log=True, effect="live", doc="No step is larger.")

    why: ClassVar[str] = "How steep the valley is does not matter: walk faster while it goes on, halve when overshot."
    source: ClassVar[str] = "Riedmiller & Braun, ICNN 1993, as torch.optim.Rprop"
    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t-\role{forward}{\Delta_{t+1}}\,\mathrm{sign}\left(\role{gradient}{g_t}\right)"
    )
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}-\role{forward}{\slotv{size}}\cdot\role{gradient}{\slotv{sign}}" + rules.RESULT
    )

    def code(self) -> RuleCode:
        """The rule in plain Python."""
        step = (
            "g = gradient(theta)",
            "if self.size is None:",
            "    self.size = full_like(theta, lr)",
            "agreement = sign(g * self.previous)",
            "self.size = self.size * where(agreement > 0, self.grow, where(agreement < 0, self.shrink, 1.0))",
            "self.size = minimum(maximum(self.size, self.smallest), self.largest)",
            "self.previous = where(agreement < 0, 0.0, g)",
            "return theta - self.size * sign(self.previous)",
        )
        torch = call("Rprop", etas=(self.shrink, self.grow), step_sizes=(self.smallest, self.largest))
        return RuleCode(("self.previous = zeros_like(theta)", "self.size = None"), step, torch)

    def start(self, theta: Array, ask: Ask) -> State:
        """Last gradient ``previous`` zero and step ``size`` 0, which stands for "not yet set"; shape (n, d)."""
        return {"previous": np.zeros_like(theta), "size": np.zeros_like(theta)}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Compare signs, adapt the sizes, move by them."""
        gradient = ask.gradient(theta)
        agreement = np.sign(gradient * state["previous"])
        factor = np.where(agreement > 0, self.grow, np.where(agreement < 0, self.shrink, 1.0))
        size = np.where(state["size"] == 0, lr, state["size"])
        size *= factor
        # In this order the upper bound wins where the two are crossed, as in torch.clamp.
        np.minimum(np.maximum(size, self.smallest), self.largest, out=size)
        kept = np.where(agreement < 0, 0.0, gradient)
        move = np.sign(kept)
        move *= -size
        parts = Parts(lambda: {"gradient": -lr * gradient, "sign and size": move + lr * gradient})
        return StepResult(theta + move, {"previous": kept, "size": size}, parts)

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``sign`` is 0 in a coordinate that waits."""
        return {
            "theta": theta,
            "size": result.state["size"],
            "sign": np.sign(result.state["previous"]),
            "theta_next": result.theta,
        }
