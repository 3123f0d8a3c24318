"""Nonlinear conjugate gradients: a direction that does not undo the last one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._line_search import backtrack, dot, downhill, first_length, interpolated
from lab.engine.optimizers._parts import Parts, quiet

#: The first trial is at most so many times the last step's length, or its inverse.
LEAP = 100.0


@OPTIMIZERS.register("conjugate_gradient", title="Conjugate gradient", group="Second order and line search")
@dataclass(frozen=True, slots=True)
class ConjugateGradient:
    """Polak-Ribiere+: minus the gradient plus beta times the last direction, beta = g.(g - g_old) / g_old.g_old, >= 0.

    On a quadratic with an exact line search it arrives in d steps. A negative beta counts as 0, which starts afresh by
    itself where the gradient has stopped changing; so does a direction that does not lead down, and a search that
    failed. The line search tries one length (the last one, corrected for the slope; Nocedal & Wright 3.60), goes to
    the bottom of the parabola through what it saw, and halves from there until Armijo's condition holds. One gradient
    and two or more losses a step; no matrix.
    """

    learning_rate: float = fields.learning_rate(
        1.0, "Length of the very first trial, for a gradient of size 1.", soft=(1e-3, 10.0)
    )

    own_length: ClassVar[str] = "found by a line search"
    why: ClassVar[str] = "Steepest descent zigzags because each step spoils the last one; conjugate directions do not."
    source: ClassVar[str] = "Nocedal & Wright, Numerical Optimization (2006), equations 5.41 and 5.45"
    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t+\role{control}{\alpha_t}"
        r"\left(-\role{gradient}{\nabla f(\theta_t)}+\role{forward}{\beta_t\,p_{t-1}}\right)"
    )
    latex_numbers: ClassVar[str] = (
        r"\slotv{theta}+\role{control}{\slot{alpha}}\left(-\role{gradient}{\slotv{gradient}}"
        r"+\role{forward}{\slot{beta}\,\slotv{previous}}\right)" + rules.RESULT
    )

    def start(self, theta: Array, ask: Ask) -> State:
        """No direction yet.

        Returns
        -------
        Mapping
            ``direction`` and ``gradient`` (n, d) of the last step; its ``slope`` and ``step_length``, ``beta`` and
            the number of ``steps``, all (n, 1). A length of 0 stands for "start afresh".
        """
        vectors = {name: np.zeros_like(theta) for name in ("direction", "gradient")}
        scalars = {name: np.zeros((len(theta), 1)) for name in ("slope", "step_length", "beta", "steps")}
        return {**vectors, **scalars}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Mix gradient and last direction, search along the result."""
        gradient = ask.gradient(theta)
        old = state["gradient"]
        fresh = state["step_length"] == 0
        beta = np.where(fresh, 0.0, np.maximum(dot(gradient, gradient - old) / dot(old, old), 0.0))
        # 0 / 0 in a minimum reached exactly.
        beta = np.where(np.isfinite(beta), beta, 0.0)
        direction, slope, uphill = downhill(beta * state["direction"] - gradient, gradient)
        beta = np.where(uphill, 0.0, beta)
        alpha = state["step_length"] * np.clip(state["slope"] / slope, 1.0 / LEAP, LEAP)
        # A slope of 0, in a minimum reached exactly, leaves no such guess.
        alpha = np.where(fresh | ~np.isfinite(alpha), lr * first_length(gradient), alpha)
        first = state["steps"][:, 0] == 0
        alpha = interpolated(theta, direction, slope, alpha, ask, first)
        here = ask.value(theta, where=np.zeros_like(first))
        theta_next, alpha, *_ = backtrack(theta, here, direction, slope, alpha, ask)

        def parts() -> dict[str, Array]:
            moved = alpha > 0
            return {
                "gradient": np.where(moved, -alpha * gradient, 0.0),
                "last direction": np.where(moved, alpha * (direction + gradient), 0.0),
            }

        after = {
            "direction": direction,
            "gradient": gradient,
            "slope": slope,
            "step_length": alpha,
            "beta": beta,
            "steps": state["steps"] + 1.0,
        }
        return StepResult(theta_next, after, Parts(parts))

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``alpha`` is the accepted step length, 0 where no trial passed."""
        return {
            "theta": theta,
            "alpha": result.state["step_length"][:, 0],
            "gradient": result.state["gradient"],
            "beta": result.state["beta"][:, 0],
            "previous": state["direction"],
            "theta_next": result.theta,
        }
