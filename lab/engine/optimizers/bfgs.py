"""BFGS: builds the inverse Hessian from the changes of the gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._line_search import (
    LEAST_CURVATURE,
    AlongDirection,
    backtrack,
    dot,
    downhill,
    first_length,
    times,
)
from lab.engine.optimizers._parts import Parts, quiet


@OPTIMIZERS.register("bfgs", title="BFGS", group="Second order and line search")
@dataclass(frozen=True, slots=True)
class BFGS(AlongDirection):
    """Quasi-Newton with the whole matrix: every step corrects the inverse Hessian so that it maps y to s.

    Starts from the identity and takes the first pair's y.s / y.y as its scale. Pairs without upward curvature
    (y.s <= 1e-10) are dropped, so the matrix stays positive definite and the direction downhill. The step is halved
    until Armijo's condition holds; where none of the trials passes, the row stays and its matrix is the identity
    again. A step costs one gradient, one to 26 losses and about 6 d^2 multiplications a row; L-BFGS stores the pairs
    instead of the matrix.
    """

    learning_rate: float = fields.learning_rate(
        1.0, "Length of the first trial, in quasi-Newton steps.", soft=(1e-3, 2.0)
    )

    own_length: ClassVar[str] = "found by a line search"
    why: ClassVar[str] = "Two gradients tell the curvature between them: Newton's step without second derivatives."
    source: ClassVar[str] = "Nocedal & Wright, Numerical Optimization (2006), Algorithm 6.1, equations 6.17 and 6.20"
    latex: ClassVar[str] = (
        r"\theta_{t+1}=\theta_t-\role{control}{\alpha_t}\,\role{forward}{H_t}\,\role{gradient}{\nabla f(\theta_t)}"
    )
    latex_numbers: ClassVar[str] = rules.ALONG

    def start(self, theta: Array, ask: Ask) -> State:
        """No pair seen.

        Returns
        -------
        Mapping
            ``inverse`` (n, d, d), the identity; ``scaled`` (n, 1), 1 once a pair has set its scale; ``steps`` (n, 1);
            ``previous_theta`` and ``previous_gradient`` (n, d); ``direction`` (n, d) and ``step_length`` (n, 1) of
            the last step.
        """
        n, d = theta.shape
        return {
            "inverse": np.tile(np.eye(d), (n, 1, 1)),
            "scaled": np.zeros((n, 1)),
            "steps": np.zeros((n, 1)),
            "previous_theta": theta,
            "previous_gradient": np.zeros((n, d)),
            "direction": np.zeros((n, d)),
            "step_length": np.zeros((n, 1)),
        }

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Correct the matrix by the last pair, go along its direction."""
        gradient = ask.gradient(theta)
        inverse, scaled = _corrected(theta, gradient, state)
        direction, slope, uphill = downhill(-times(inverse, gradient), gradient)
        alpha = lr * np.where((scaled == 0) | uphill, first_length(gradient), 1.0)
        here = ask.value(theta, where=state["steps"][:, 0] == 0)
        theta_next, alpha, failed, _ = backtrack(theta, here, direction, slope, alpha, ask)
        lost = failed | uphill
        if lost.any():
            inverse = np.where(lost[:, :, None], np.eye(theta.shape[1]), inverse)
            scaled = np.where(lost, 0.0, scaled)

        def parts() -> dict[str, Array]:
            moved = alpha > 0
            plain = np.where(moved, -alpha * gradient, 0.0)
            return {"gradient": plain, "curvature": np.where(moved, alpha * direction - plain, 0.0)}

        after = {
            "inverse": inverse,
            "scaled": scaled,
            "steps": state["steps"] + 1.0,
            "previous_theta": theta,
            "previous_gradient": gradient,
            "direction": direction,
            "step_length": alpha,
        }
        return StepResult(theta_next, after, Parts(parts))


def _corrected(theta: Array, gradient: Array, state: State) -> tuple[Array, Array]:
    """The inverse Hessian with the last pair taken in where it curves upwards, and which rows have a scale."""
    # The difference of the points, not the step taken: it stays true when a hand has dragged the point in between.
    s = theta - state["previous_theta"]
    y = gradient - state["previous_gradient"]
    ys = dot(y, s)
    keep = (ys > LEAST_CURVATURE) & (state["steps"] > 0)
    inverse, scaled = state["inverse"], state["scaled"]
    if not keep.any():
        return inverse, scaled
    fresh = keep & (scaled == 0)
    scale = np.where(fresh, ys / dot(y, y), 1.0)
    H = inverse * scale[:, :, None]
    rho = 1.0 / ys
    Hy = times(H, y)
    outer = s[:, :, None] * Hy[:, None, :]
    weight = rho * rho * dot(y, Hy) + rho
    H = H - rho[:, :, None] * (outer + outer.transpose(0, 2, 1)) + weight[:, :, None] * (s[:, :, None] * s[:, None, :])
    return np.where(keep[:, :, None], H, inverse), np.where(keep, 1.0, scaled)
