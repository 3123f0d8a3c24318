"""Newton's method, damped: the step to the bottom of the local parabola, as far as the loss agrees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.optimizers import OPTIMIZERS, Array, Ask, Draw, Rate, State, StepResult
from lab.engine.optimizers import _fields as fields
from lab.engine.optimizers import _rules as rules
from lab.engine.optimizers._line_search import AlongDirection, backtrack, downhill
from lab.engine.optimizers._parts import Parts, quiet
from lab.engine.optimizers._population import eigen

#: Curvatures flatter than this share of the steepest count as that share: no direction is divided by nothing.
FLATTEST = 1e-8


@OPTIMIZERS.register("newton", title="Newton", group="Second order and line search")
@dataclass(frozen=True, slots=True)
class Newton(AlongDirection):
    """Divides the gradient by the curvature, along each eigenvector of the exact Hessian.

    Near a minimum the error is squared with every step. Far from one the Hessian may be indefinite, and the pure rule
    (``as it is``) then walks to saddles and maxima as readily as to minima. With ``absolute`` each eigenvalue
    is replaced by its size, so that negative curvature pushes away from a saddle instead of pulling towards it.
    Curvatures flatter than 1e-8 of the steepest count as that much, and a Hessian of zeros as the identity, which
    makes the step a plain gradient step.

    With ``backtracking`` the step is halved until Armijo's condition holds, and a direction that does not lead down
    is replaced by minus the gradient; ``fixed`` takes learning_rate times the whole step. One gradient, one Hessian
    and one eigendecomposition a row, d^3; with backtracking one to 26 losses.
    """

    learning_rate: float = fields.learning_rate(1.0, "Length of the first trial; 1 is the full step.", soft=(1e-3, 2.0))
    curvature: str = param(
        "absolute", choices=("absolute", "as it is"), effect="live", doc="What to do with negative curvature."
    )
    line_search: str = param(
        "backtracking", choices=("backtracking", "fixed"), effect="live",
        doc="Halve the step until the loss falls enough, or take it as it is.",
    )  # fmt: skip

    why: ClassVar[str] = "The curvature says how far the bottom is, along steep and flat directions alike."
    source: ClassVar[str] = (
        "Nocedal & Wright, Numerical Optimization (2006), equation 3.30 and section 3.4; Dauphin et al., NeurIPS 2014"
    )
    latex_numbers: ClassVar[str] = rules.ALONG

    @property
    def own_length(self) -> str:
        """Found by the line search, where there is one."""
        return "found by a line search" if self.line_search == "backtracking" else ""

    @property
    def latex(self) -> str:
        """The rule; bars around H mean the absolute eigenvalues."""
        hessian = r"|\nabla^2 f(\theta_t)|" if self.curvature == "absolute" else r"\nabla^2 f(\theta_t)"
        return (
            r"\theta_{t+1}=\theta_t-\role{control}{\alpha_t}\,"
            rf"\role{{forward}}{{{hessian}^{{-1}}}}\role{{gradient}}{{\nabla f(\theta_t)}}"
        )

    def start(self, theta: Array, ask: Ask) -> State:
        """No memory: ``steps`` taken and ``step_length`` (n, 1) and ``direction`` (n, d) of the last step, for show."""
        n = len(theta)
        return {"steps": np.zeros((n, 1)), "direction": np.zeros_like(theta), "step_length": np.zeros((n, 1))}

    @quiet
    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """Decompose the Hessian, divide, search along the result."""
        gradient = ask.gradient(theta)
        direction = self._direction(gradient, ask.hessian(theta))
        alpha = lr * np.ones((len(theta), 1))
        if self.line_search == "backtracking":
            direction, slope, _uphill = downhill(direction, gradient)
            here = ask.value(theta, where=state["steps"][:, 0] == 0)
            theta_next, alpha, *_ = backtrack(theta, here, direction, slope, alpha, ask)
        else:
            theta_next = theta + alpha * direction

        def parts() -> dict[str, Array]:
            moved = alpha > 0
            plain = np.where(moved, -alpha * gradient, 0.0)
            return {"gradient": plain, "curvature": np.where(moved, alpha * direction - plain, 0.0)}

        after = {"steps": state["steps"] + 1.0, "direction": direction, "step_length": alpha}
        return StepResult(theta_next, after, Parts(parts))

    def _direction(self, gradient: Array, hessian: Array) -> Array:
        """Minus the gradient divided by the curvature, shape (n, d); nan where the Hessian is not finite."""
        values, vectors, finite = eigen(hessian)
        sizes = np.abs(values)
        steepest = sizes.max(axis=1, keepdims=True)
        sizes = np.where(steepest > 0, np.maximum(sizes, FLATTEST * steepest), 1.0)
        if self.curvature == "as it is":
            sizes = np.where(values < 0, -sizes, sizes)
        direction = np.zeros_like(gradient)
        for i in range(gradient.shape[1]):
            along = vectors[:, :, i]
            share = along[:, :1] * gradient[:, :1]
            for j in range(1, gradient.shape[1]):
                share += along[:, j : j + 1] * gradient[:, j : j + 1]
            direction -= (share / sizes[:, i : i + 1]) * along
        return np.where(finite, direction, np.nan)
