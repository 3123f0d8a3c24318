"""Booth's function: a plain quadratic, tilted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("booth", title="Booth", group="Bowls and valleys")
@dataclass(frozen=True, slots=True)
class Booth(Smooth):
    """(x + 2y - 7)^2 + (2x + y - 5)^2: two lines that cross at (1, 3), squared and added.

    The Hessian is constant with eigenvalues 2 and 18, so gradient descent is stable below a learning rate of 1/9 and
    Newton's method lands in one step from anywhere.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = "f=(x+2y-7)^2+(2x+y-5)^2"
    doc: ClassVar[str] = "Two equations solved by least squares: mild, convex, and one Newton step from the answer."
    source: ClassVar[str] = (
        "Jamil & Yang, Int. J. Mathematical Modelling and Numerical Optimisation 4 (2013), function 17"
    )

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "p**2 + q**2",
            (
                "2*p + 4*q",
                "4*p + 2*q",
            ),
            before=(
                "p = x + 2*y - 7",
                "q = 2*x + y - 5",
            ),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The customary square."""
        return (-10.0, 10.0), (-10.0, 10.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The minimum, where both lines meet."""
        return (Critical((1.0, 3.0), 0.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Across the valley, beside it, and along it."""
        return (-8.0, 8.0), (9.0, 4.0), (-5.0, -7.0)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        p = x + 2.0 * y - 7.0
        q = 2.0 * x + y - 5.0
        loss: Array = p * p + q * q
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        p = x + 2.0 * y - 7.0
        q = 2.0 * x + y - 5.0
        return pair(2.0 * p + 4.0 * q, 4.0 * p + 2.0 * q, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """The constant Hessian, shape (..., 2, 2)."""
        return symmetric(10.0, 8.0, 10.0, theta)
