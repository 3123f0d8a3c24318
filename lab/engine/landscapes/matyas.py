"""Matyas' function: a shallow trough along the diagonal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("matyas", title="Matyas", group="Bowls and valleys")
@dataclass(frozen=True, slots=True)
class Matyas(Smooth):
    """0.26 (x^2 + y^2) - 0.48 x y, which is (x - y)^2 / 4 + (x + y)^2 / 100.

    In that form the eigenvalues can be read off: 1 across the trough, 0.04 along it, a condition number of 25. No step
    along the axes is a step along the trough, so scaling the coordinates one by one helps little.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=0.26\,(x^2+y^2)-0.48\,xy"
    doc: ClassVar[str] = "A trough at 45 degrees: scaling each coordinate by itself cannot straighten it."
    source: ClassVar[str] = "Matyas, Automation and Remote Control 26 (1965) 246-253"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode("0.26*(x**2 + y**2) - 0.48*x*y", ("0.52*x - 0.48*y", "0.52*y - 0.48*x"))

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The customary square."""
        return (-10.0, 10.0), (-10.0, 10.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The minimum, the only one."""
        return (Critical((0.0, 0.0), 0.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """High on the wall, near the floor, and on the other wall."""
        return (-9.0, 2.0), (8.0, 7.0), (3.0, -8.0)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...); a sum of squares, so never below zero by rounding."""
        x, y = theta[..., 0], theta[..., 1]
        across, along = x - y, x + y
        loss: Array = 0.25 * (across * across) + 0.01 * (along * along)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        return pair(0.52 * x - 0.48 * y, 0.52 * y - 0.48 * x, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """The constant Hessian, shape (..., 2, 2)."""
        return symmetric(0.52, -0.48, 0.52, theta)
