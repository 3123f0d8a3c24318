"""Beale's function: a flat cross with sharp corners."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("beale", title="Beale", group="Bowls and valleys")
@dataclass(frozen=True, slots=True)
class Beale(Smooth):
    """Three residuals c_i - x (1 - y^i), squared and added, with c = 1.5, 2.25, 2.625.

    Almost flat along y = 1, where the loss is 14.203125 whatever x is, and steep in the corners: gradients differ by
    a factor of 100,000 within the domain, so a learning rate that is safe in the corners sleeps on the cross.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=(1.5-x+xy)^2+(2.25-x+xy^2)^2+(2.625-x+xy^3)^2"
    doc: ClassVar[str] = (
        "A plateau beside cliffs: per-coordinate scaling pays, a fixed step either sleeps or flies off."
    )
    source: ClassVar[str] = "Beale (1958), as problem 5 of Moré, Garbow & Hillstrom, ACM TOMS 7 (1981)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "p**2 + q**2 + r**2",
            (
                "2*p*(y - 1) + 2*q*(y**2 - 1) + 2*r*(y**3 - 1)",
                "2*x*(p + 2*q*y + 3*r*y**2)",
            ),
            before=(
                "p = 1.5 - x + x*y",
                "q = 2.25 - x + x*y**2",
                "r = 2.625 - x + x*y**3",
            ),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The customary square."""
        return (-4.5, 4.5), (-4.5, 4.5)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The minimum (3, 1/2) and two saddles, the second by Newton's method to the last bit of float64."""
        return (
            Critical((3.0, 0.5), 0.0),
            Critical((0.10053793732415837, -2.644513585023125), 9.86451228475556, "saddle", is_global=False),
            Critical((0.0, 1.0), 14.203125, "saddle", is_global=False),
        )

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Moré's start on the plateau, the far side of the minimum, and a steep corner."""
        return (1.0, 1.0), (-2.0, -1.5), (4.0, 2.0)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        y2 = y * y
        p = 1.5 - x * (1.0 - y)
        q = 2.25 - x * (1.0 - y2)
        r = 2.625 - x * (1.0 - y * y2)
        loss: Array = p * p + q * q + r * r
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        y2 = y * y
        a, b, c = y - 1.0, y2 - 1.0, y * y2 - 1.0
        p, q, r = 1.5 + x * a, 2.25 + x * b, 2.625 + x * c
        return pair(2.0 * (p * a + q * b + r * c), 2.0 * (x * (p + 2.0 * (q * y) + 3.0 * (r * y2))), theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        x, y = theta[..., 0], theta[..., 1]
        y2 = y * y
        y3 = y * y2
        a, b, c = y - 1.0, y2 - 1.0, y3 - 1.0
        p, q, r = 1.5 + x * a, 2.25 + x * b, 2.625 + x * c
        slope = p + 2.0 * (q * y) + 3.0 * (r * y2)
        xx = 2.0 * (a * a + b * b + c * c)
        xy = 2.0 * (slope + x * (a + 2.0 * (y * b) + 3.0 * (y2 * c)))
        yy = 2.0 * (x * (x * (1.0 + 4.0 * y2 + 9.0 * (y2 * y2)) + 2.0 * q + 6.0 * (r * y)))
        return symmetric(xx, xy, yy, theta)
