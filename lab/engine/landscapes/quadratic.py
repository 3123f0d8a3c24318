"""The quadratic bowl: the one landscape where every optimizer's behaviour can be computed by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from lab.core.params import param
from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet, symmetric
from lab.engine.landscapes._rotated import Rotated


@LANDSCAPES.register("quadratic", title="Quadratic bowl", group="Bowls and valleys")
@dataclass(frozen=True, slots=True)
class Quadratic(Rotated):
    """Half of u^2 + kappa v^2, where (u, v) are the coordinates along the bowl's axes.

    The Hessian is the same everywhere, with eigenvalues 1 (along the valley) and kappa (across it). Gradient
    descent is stable for learning rates below 2 / kappa and fastest at 2 / (1 + kappa), where the distance to the
    minimum shrinks by (kappa - 1) / (kappa + 1) a step; heavy ball reaches (sqrt(kappa) - 1) / (sqrt(kappa) + 1).

    Parameters
    ----------
    condition_number : float
        kappa, the largest eigenvalue of the Hessian over the smallest.
    rotation : float
        Angle in degrees, anticlockwise, from the x axis to the flat direction.
    """

    condition_number: float = param(
        10.0, lo=1, hi=1e6, soft=(1.0, 1000.0), log=True, symbol="κ",
        doc="Steepness across the valley over steepness along it.",
    )  # fmt: skip
    rotation: float = param(
        30.0,
        lo=-180,
        hi=180,
        soft=(-90.0, 90.0),
        unit="°",
        symbol="φ",
        doc="Angle of the flat direction to the x axis.",
    )

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=\frac{1}{2}\left(u^2+\kappa\,v^2\right)"
    doc: ClassVar[str] = "The worse the condition number, the more a single learning rate is wrong for both directions."
    source: ClassVar[str] = "Nocedal & Wright, Numerical Optimization (2006), section 3.3"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "(u**2 + kappa*v**2) / 2",
            (
                "c*u - s*kappa*v",
                "s*u + c*kappa*v",
            ),
            before=(
                "u = c*x + s*y",
                "v = c*y - s*x",
            ),
            constants={"kappa": self.condition_number, "c": self._axis()[0], "s": self._axis()[1]},
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """A square around the minimum."""
        return (-2.0, 2.0), (-2.0, 2.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The minimum at the origin, the only one."""
        return (Critical((0.0, 0.0), 0.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """The start with both directions equally wrong, gradient descent's worst (kappa, 1), scaled, and a corner."""
        c, s = self._axis()
        kappa = self.condition_number
        length = math.hypot(kappa, 1.0)
        u, v = 1.8 * kappa / length, 1.8 / length
        return (-1.8, 1.2), (c * u - s * v, s * u + c * v), (1.5, -1.7)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...); a sum of squares, so never below zero by rounding."""
        u, v = self._turned(theta)
        loss: Array = 0.5 * (u * u + self.condition_number * (v * v))
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2): the Hessian times the point."""
        u, v = self._turned(theta)
        return self._turned_back(u, self.condition_number * v, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """The constant Hessian, shape (..., 2, 2)."""
        c, s = self._axis()
        kappa = self.condition_number
        return symmetric(c * c + kappa * s * s, c * s * (1.0 - kappa), s * s + kappa * c * c, theta)
