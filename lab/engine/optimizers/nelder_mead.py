"""Nelder-Mead: a triangle that tumbles downhill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import quiet
from lab.engine.optimizers._population import move_symbols, moved, ranked


@OPTIMIZERS.register("nelder_mead", title="Nelder-Mead", group="Gradient-free")
@dataclass(frozen=True, slots=True)
class NelderMead:
    """A simplex of d + 1 points: the worst is reflected through the others' centre, further if that paid, less if not.

    The first simplex is the start and one point ``learning_rate`` away along each axis; afterwards the simplex finds
    its own size. Reflection 1, expansion 2, contraction 1/2, and shrinking by 1/2 towards the best when nothing else
    helps: step for step what SciPy does from the same simplex. The point of the row is the best vertex. When a hand
    drags it, the simplex moves along and is looked at again. Usually one or two losses a step, d more to shrink.
    """

    learning_rate: float = fields.learning_rate(
        0.5, "Edge of the first simplex.", label="First edge", symbol="a", soft=(1e-3, 10.0), effect="restart"
    )

    own_length: ClassVar[str] = "the simplex sets it"
    why: ClassVar[str] = "Three losses tell which way is down; the triangle stretches along valleys, then shrinks."
    source: ClassVar[str] = "Nelder & Mead, The Computer Journal 7 (1965); Lagarias et al., SIAM J. Optim. 9 (1998)"
    latex: ClassVar[str] = (
        r"x_{\max}\leftarrow\role{forward}{\bar x}+\role{control}{\gamma}\left(\role{forward}{\bar x}-x_{\max}\right),"
        r"\quad\role{control}{\gamma}\in\{1,\,2,\,\pm\frac12\}"
    )
    latex_numbers: ClassVar[str] = rules.MOVED

    def start(self, theta: Array, ask: Ask) -> State:
        """A simplex folded up in its start: ``simplex`` (n, d + 1, d), ``losses`` (n, d + 1), ``steps`` (n, 1)."""
        n, d = theta.shape
        return {
            "simplex": np.repeat(theta[:, None], d + 1, axis=1),
            "losses": np.full((n, d + 1), np.inf),
            "steps": np.zeros((n, 1)),
        }

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Reflect the worst vertex, and expand, contract or shrink."""
        simplex, losses = self._unfolded(theta, state, ask, lr)
        best, worst = simplex[:, 0], simplex[:, -1]
        d = theta.shape[1]
        centre = simplex[:, 0].copy()
        for i in range(1, d):
            centre += simplex[:, i]
        centre /= d
        reflected = 2.0 * centre - worst
        loss = ask.value(reflected)
        expand = loss < losses[:, 0]
        accept = ~expand & (loss < losses[:, -2])
        outside = ~expand & ~accept & (loss < losses[:, -1])
        inside = ~(expand | accept | outside)
        second = np.where(outside[:, None], 1.5 * centre - 0.5 * worst, 0.5 * centre + 0.5 * worst)
        second = np.where(expand[:, None], 3.0 * centre - 2.0 * worst, second)
        loss_second = ask.value(second, where=~accept)
        better = np.where(inside, loss_second < losses[:, -1], loss_second <= loss)
        better = np.where(expand, loss_second < loss, better) & ~accept
        shrink = (outside | inside) & ~better
        simplex, losses = simplex.copy(), losses.copy()
        replaced = np.where(better[:, None], second, reflected)
        simplex[:, -1] = np.where(shrink[:, None], worst, replaced)
        losses[:, -1] = np.where(shrink, losses[:, -1], np.where(better, loss_second, loss))
        if shrink.any():
            smaller = best[:, None] + 0.5 * (simplex[:, 1:] - best[:, None])
            shrunk = ask.value(smaller, where=shrink)
            simplex[:, 1:] = np.where(shrink[:, None, None], smaller, simplex[:, 1:])
            losses[:, 1:] = np.where(shrink[:, None], shrunk, losses[:, 1:])
        losses, simplex = ranked(losses, simplex)
        after = {"simplex": simplex, "losses": losses, "steps": state["steps"] + 1.0}
        return moved(theta, simplex[:, 0], after)

    def _unfolded(self, theta: Array, state: State, ask: Ask, lr: Rate) -> tuple[Array, Array]:
        """Simplex and losses, made for rows in their first step and carried along for rows that a hand has dragged."""
        simplex, losses = state["simplex"], state["losses"]
        born = state["steps"] == 0
        shift = theta - simplex[:, 0]
        fresh = born[:, 0] | (shift != 0).any(axis=1)
        if not fresh.any():
            return simplex, losses
        d = theta.shape[1]
        edges = np.zeros_like(simplex)
        edges[:, np.arange(1, d + 1), np.arange(d)] = lr
        renewed = np.where(born[:, :, None], theta[:, None] + edges, simplex + shift[:, None])
        simplex = np.where(fresh[:, None, None], renewed, simplex)
        losses = np.where(fresh[:, None], ask.value(simplex, where=fresh), losses)
        losses, simplex = ranked(losses, simplex)
        return simplex, losses

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step."""
        return move_symbols(theta, result)
