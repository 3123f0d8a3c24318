"""Particle swarm: many walkers, each drawn to its own best place and to the best of all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._parts import quiet
from lab.engine.optimizers._population import move_symbols, moved, per_point


@OPTIMIZERS.register("particle_swarm", title="Particle swarm", group="Gradient-free")
@dataclass(frozen=True, slots=True)
class ParticleSwarm:
    """v = w v + c1 r1 (own best - x) + c2 r2 (best of all - x), then x += v, with fresh r in [0, 1) per coordinate.

    The first step scatters the swarm evenly over a box around the start, ``learning_rate`` to each side; velocities
    begin at 0. The point of the row is the best place any particle has seen, so it never climbs. The default
    constants are Clerc and Kennedy's, with which the swarm contracts without a speed limit. When a hand drags the
    point, the swarm and its memories move along and are looked at again. One loss a particle and step.
    """

    learning_rate: float = fields.learning_rate(
        1.0, "Half width of the box the swarm starts in.", label="First spread", symbol="r₀", soft=(1e-2, 10.0),
        effect="restart",
    )  # fmt: skip
    particles: int = param(16, lo=2, hi=1000, soft=(2, 60), symbol="k", doc="How many walkers.")
    inertia: float = param(0.7298, lo=0, hi=1, symbol="w", effect="live", doc="Share of the velocity that is kept.")
    own: float = param(
        1.49618, lo=0, soft=(0.0, 3.0), symbol="c₁", label="Pull of the own best", effect="live",
        doc="How strongly a particle returns to its own best place.",
    )  # fmt: skip
    shared: float = param(
        1.49618, lo=0, soft=(0.0, 3.0), symbol="c₂", label="Pull of the common best", effect="live",
        doc="How strongly a particle goes to the best place of all.",
    )  # fmt: skip

    own_length: ClassVar[str] = "the swarm sets it"
    why: ClassVar[str] = "Share what was found, but keep your own opinion: the swarm explores, then agrees."
    source: ClassVar[str] = "Kennedy & Eberhart, ICNN 1995; Clerc & Kennedy, IEEE Trans. Evol. Comp. 6 (2002)"
    latex: ClassVar[str] = (
        r"v\leftarrow\role{control}{w}v+\role{control}{c_1}r_1(\role{gradient}{p}-x)"
        r"+\role{control}{c_2}r_2(\role{forward}{\theta_t}-x),\quad x\leftarrow x+v"
    )
    latex_numbers: ClassVar[str] = rules.MOVED

    def start(self, theta: Array, ask: Ask) -> State:
        """A swarm still folded up in its start.

        Returns
        -------
        Mapping
            ``positions``, ``velocities`` and the own ``bests`` (n, k, d), the losses ``best_losses`` there (n, k),
            ``anchor`` (n, d), where the point was left, and ``steps`` (n, 1).
        """
        positions = np.repeat(theta[:, None], self.particles, axis=1)
        return {
            "positions": positions,
            "velocities": np.zeros_like(positions),
            "bests": positions,
            "best_losses": np.full(positions.shape[:2], np.inf),
            "anchor": theta,
            "steps": np.zeros((len(theta), 1)),
        }

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Fly (or, in the first step, scatter), look, remember."""
        n, d = theta.shape
        chance = draw().random((n, self.particles, 2 * d))
        born = state["steps"] == 0
        positions, bests, best_losses = state["positions"], state["bests"], state["best_losses"]
        shift = theta - state["anchor"]
        dragged = (shift != 0).any(axis=1, keepdims=True) & ~born
        if dragged.any():
            positions = np.where(dragged[:, :, None], positions + shift[:, None], positions)
            bests = np.where(dragged[:, :, None], bests + shift[:, None], bests)
            best_losses = np.where(dragged, ask.value(bests, where=dragged[:, 0]), best_losses)
        velocities = self.inertia * state["velocities"]
        velocities += self.own * chance[:, :, :d] * (bests - positions)
        velocities += self.shared * chance[:, :, d:] * (theta[:, None] - positions)
        flown = positions + velocities
        if born.any():
            scattered = theta[:, None] + per_point(lr) * (2.0 * chance[:, :, :d] - 1.0)
            flown = np.where(born[:, :, None], scattered, flown)
            velocities = np.where(born[:, :, None], 0.0, velocities)
        # The start itself is looked at too, as the best place so far; later on it was one of the bests.
        here = ask.value(theta, where=born[:, 0])
        losses = ask.value(flown)
        better = losses < best_losses
        bests = np.where(better[:, :, None], flown, bests)
        best_losses = np.where(better, losses, best_losses)
        lowest = np.argmin(np.where(np.isnan(best_losses), np.inf, best_losses), axis=1)[:, None]
        found = np.take_along_axis(bests, lowest[:, :, None], axis=1)[:, 0]
        improved = np.take_along_axis(best_losses, lowest, axis=1) < here[:, None]
        theta_next = np.where(improved, found, theta)
        after = {
            "positions": flown,
            "velocities": velocities,
            "bests": bests,
            "best_losses": best_losses,
            "anchor": theta_next,
            "steps": state["steps"] + 1.0,
        }
        return moved(theta, theta_next, after)

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step."""
        return move_symbols(theta, result)
