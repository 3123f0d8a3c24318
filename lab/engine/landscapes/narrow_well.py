"""A plateau with a narrow well: what vanishing gradients look like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet, squared_length, symmetric
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("narrow_well", title="Plateau with a narrow well", group="Saddles and plateaus")
@dataclass(frozen=True, slots=True)
class NarrowWell(Smooth):
    """1 - exp(-r^2 / 2 w^2) + s r^2, with r the distance to the origin: a well of width w in an almost level plain.

    A few widths away the well's own slope has vanished and only the faint bowl s is left. Rules that divide by the size
    of the gradient cross the plain at full speed; the others sleep until the brim and are then too fast for the well.

    Parameters
    ----------
    width : float
        w, standard deviation of the well.
    slope : float
        s, curvature of the plain; at 0 the plain says nothing at all.
    """

    width: float = param(0.4, lo=0.05, hi=10, soft=(0.2, 2.0), log=True, symbol="w", doc="Width of the well.")
    slope: float = param(
        0.002, lo=0, hi=1, soft=(0.0, 0.05), symbol="s", doc="How much the plain curves towards the well."
    )

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=1-e^{-(x^2+y^2)/2w^2}+s\,(x^2+y^2)"
    doc: ClassVar[str] = (
        "Gradients a thousand times smaller outside than inside: the step must not be proportional to them."
    )
    source: ClassVar[str] = (
        "Hochreiter, Int. J. Uncertainty, Fuzziness and Knowledge-Based Systems 6 (1998) 107-116 (vanishing gradients)"
    )

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "slope*r2 + 1 - exp(-r2/(2*width**2))",
            (
                "x*(2*slope + exp(-r2/(2*width**2))/width**2)",
                "y*(2*slope + exp(-r2/(2*width**2))/width**2)",
            ),
            before=("r2 = x**2 + y**2",),
            constants={"slope": self.slope, "width": self.width},
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The well and much plain."""
        return (-4.0, 4.0), (-4.0, 4.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The bottom of the well."""
        return (Critical((0.0, 0.0), 0.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Far out, near the brim, and on the wall."""
        return (-3.0, 2.2), (1.4, 0.3), (0.5, -0.4)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        r2, curvature = squared_length(theta), 0.5 / (self.width * self.width)
        loss: Array = self.slope * r2 - np.expm1(-curvature * r2)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        curvature = 1.0 / (self.width * self.width)
        bell = curvature * np.exp((-0.5 * curvature) * squared_length(theta))
        return theta * (bell + 2.0 * self.slope)[..., None]

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        x, y = theta[..., 0], theta[..., 1]
        curvature = 1.0 / (self.width * self.width)
        bell = curvature * np.exp((-0.5 * curvature) * squared_length(theta))
        outward = curvature * bell
        plain = bell + 2.0 * self.slope
        return symmetric(plain - outward * (x * x), -outward * (x * y), plain - outward * (y * y), theta)
