"""A tilted double well in one dimension: two minima, only one of them the lower."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from lab.core.params import param
from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("double_well", title="Double well", group="One weight")
@dataclass(frozen=True, slots=True)
class DoubleWell(Smooth):
    """(w^2 - 1)^2 plus a slope that lifts the right-hand well.

    Where a run ends depends on where it starts and on whether it has the momentum to pass the barrier. There are
    two wells as long as the tilt stays below 8 / (3 sqrt 3) = 1.54.

    Parameters
    ----------
    tilt : float
        Slope added to the symmetric wells; a positive one lowers the left well.
    """

    tilt: float = param(0.3, lo=-1.5, hi=1.5, symbol="t", doc="Slope added to the two equal wells.")

    dim: ClassVar[int] = 1
    latex: ClassVar[str] = r"f=(w^2-1)^2+t\,w"
    doc: ClassVar[str] = "The start decides which minimum is found; momentum may carry a run over the barrier."
    source: ClassVar[str] = "Strogatz, Nonlinear Dynamics and Chaos (1994), section 2.7, with a tilt"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode("(x**2 - 1)**2 + tilt*x", ("4*x*(x**2 - 1) + tilt",), constants={"tilt": self.tilt})

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """Both wells and a piece of the walls."""
        return ((-1.8, 1.8),)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """Both minima and the barrier between them, by Viète's formula for three real roots, then one Newton step."""
        # f'(w) / 4 = w^3 - w + t / 4
        third = math.acos(-3.0 * math.sqrt(3.0) * self.tilt / 8.0) / 3.0
        roots = []
        for k in (1, 2, 0):
            w = 2.0 / math.sqrt(3.0) * math.cos(third - 2.0 * math.pi * k / 3.0)
            w -= (w * w * w - w + 0.25 * self.tilt) / (3.0 * w * w - 1.0)
            roots.append((w, (w * w - 1.0) ** 2 + self.tilt * w))
        roots.sort()
        (left, low), (middle, top), (right, high) = roots
        return (
            Critical((left,), low, "minimum", is_global=self.tilt >= 0),
            Critical((middle,), top, "maximum", is_global=False),
            Critical((right,), high, "minimum", is_global=self.tilt <= 0),
        )

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Above the right-hand well, on the left wall, and near the barrier."""
        return (1.7,), (-1.7,), (0.2,)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        w = theta[..., 0]
        well = w * w - 1.0
        loss: Array = well * well + self.tilt * w
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact derivative, shape (..., 1)."""
        slope: Array = 4.0 * theta * (theta * theta - 1.0) + self.tilt
        return slope

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact second derivative, shape (..., 1, 1)."""
        curvature: Array = (12.0 * (theta * theta) - 4.0)[..., None]
        return curvature

    @quiet
    def third_derivative(self, theta: Array) -> Array:
        """Exact third derivative, shape (...)."""
        third: Array = 24.0 * theta[..., 0]
        return third
