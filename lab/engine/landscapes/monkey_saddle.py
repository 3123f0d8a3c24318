"""The monkey saddle: three ways down, and no curvature to tell of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("monkey_saddle", title="Monkey saddle", group="Saddles and plateaus")
@dataclass(frozen=True, slots=True)
class MonkeySaddle(Smooth):
    """x^3 - 3 x y^2, the real part of (x + iy)^3: two valleys for the legs, one for the tail.

    At the origin gradient and Hessian both vanish, so that even Newton's method has nothing to go by. The loss falls
    without end along three directions, 120 degrees apart.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = "f=x^3-3xy^2"
    doc: ClassVar[str] = (
        "A critical point whose Hessian is zero: second derivatives do not always tell what kind it is."
    )
    source: ClassVar[str] = "Hilbert & Cohn-Vossen, Geometry and the Imagination (1952), section 29"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode("x**3 - 3*x*y**2", ("3*(x**2 - y**2)", "-6*x*y"))

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """A square around the saddle."""
        return (-2.0, 2.0), (-2.0, 2.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The saddle at the origin, the only critical point."""
        return (Critical((0.0, 0.0), 0.0, "saddle", is_global=False),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """A hair beside the ridge, exactly on it, and on the slope between two valleys."""
        return (1.6, 0.01), (1.5, 0.0), (-0.8, 1.4)

    @property
    def bounded_below(self) -> bool:
        """False: the loss falls without end in three directions."""
        return False

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        loss: Array = x * (x * x - 3.0 * (y * y))
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        return pair(3.0 * (x * x - y * y), -6.0 * (x * y), theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        x, y = 6.0 * theta[..., 0], 6.0 * theta[..., 1]
        return symmetric(x, -y, -x, theta)
