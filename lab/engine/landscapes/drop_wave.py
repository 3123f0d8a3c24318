"""The Drop-Wave function: ring after ring round the best point."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet, sine_versine, squared_length, symmetric
from lab.engine.landscapes._smooth import Smooth

_WAVES = 12.0
#: Below this phase the series of (z cos z - sin z) / z^3 is exact and the quotient is not.
_SMALL = 0.2


@LANDSCAPES.register("drop_wave", title="Drop-Wave", group="Many minima")
@dataclass(frozen=True, slots=True)
class DropWave(Smooth):
    """-(1 + cos 12 r) / (r^2 / 2 + 2), with r the distance to the origin: the rings of a drop fallen into water.

    The hollows between the rings are circles of equally good points, so a racer comes to rest on one of them. At the
    origin r has no derivative, but the loss has: it is a function of r^2, and the 0/0 in its derivatives is taken as
    the limit.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=-\frac{1+\cos 12r}{\frac{1}{2}r^2+2},\quad r=\sqrt{x^2+y^2}"
    doc: ClassVar[str] = "Rings of rest: every circle is a trap, and only the very middle is the answer."
    source: ClassVar[str] = "Jamil & Yang, Int. J. Mathematical Modelling and Numerical Optimisation 4 (2013)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "-(1 + cos(12*r)) / (r**2/2 + 2)",
            (
                "x*slope",
                "y*slope",
            ),
            before=(
                "r = sqrt(x**2 + y**2)",
                "slope = (12*sin(12*r)/r + (1 + cos(12*r))/(r**2/2 + 2)) / (r**2/2 + 2)",
            ),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The customary square."""
        return (-5.12, 5.12), (-5.12, 5.12)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The middle; the circles round it are no isolated points."""
        return (Critical((0.0, 0.0), -1.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Four rings out, on the first ring, and in a corner."""
        return (-2.2, 1.3), (0.4, 0.3), (4.0, 4.4)

    @property
    def kinks(self) -> tuple[tuple[float, ...], ...]:
        """None: at the origin only the formula divides by 0, not the loss."""
        return ()

    def _factors(self, theta: Array, second: bool = False) -> tuple[Array, Array]:
        """A and B of the gradient A theta and the Hessian A I + B theta theta^T, shapes (...); B only if `second`."""
        square = squared_length(theta)
        # A phase of 1e-150 has the right sine over itself, which is 1, and no 0/0.
        z = np.maximum(_WAVES * np.sqrt(square), 1e-150)
        sine, versine = sine_versine(z)
        inverse = 1.0 / (0.5 * square + 2.0)
        wave = (_WAVES * _WAVES) * (sine / z)
        crest = (2.0 - versine) * inverse
        factor: Array = inverse * (wave + crest)
        if not second:
            return factor, factor
        z2 = z * z
        series = -1.0 / 3.0 + z2 * (1.0 / 30.0 - z2 * (1.0 / 840.0 - z2 / 45360.0))
        bend = np.where(z < _SMALL, series, (z * (1.0 - versine) - sine) / (z2 * np.maximum(z, _SMALL)))
        return factor, inverse * (_WAVES**4 * bend - 2.0 * inverse * (wave + crest))

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        square = squared_length(theta)
        _, versine = sine_versine(_WAVES * np.sqrt(square))
        loss: Array = (versine - 2.0) / (0.5 * square + 2.0)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        factor, _ = self._factors(theta)
        return theta * factor[..., None]

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        factor, outward = self._factors(theta, second=True)
        x, y = theta[..., 0], theta[..., 1]
        return symmetric(factor + outward * (x * x), outward * (x * y), factor + outward * (y * y), theta)
