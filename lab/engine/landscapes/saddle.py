"""The plain saddle: a critical point that is no minimum, and a loss without a floor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("saddle", title="Saddle", group="Saddles and plateaus")
@dataclass(frozen=True, slots=True)
class Saddle(Smooth):
    """x^2 - y^2: down along x, then out along y for ever.

    Exactly on the ridge (y = 0) a method that only follows the gradient converges to the saddle; any nudge grows
    by a constant factor a step. The loss is unbounded below, so a race on it ends by leaving the domain.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=x^2-y^2"
    doc: ClassVar[str] = (
        "A vanishing gradient need not mean a minimum: the optimizers differ in how soon they get away."
    )
    source: ClassVar[str] = "Dauphin et al., NeurIPS 2014 (on saddles in high dimension)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode("x**2 - y**2", ("2*x", "-2*y"))

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
        """A hair beside the ridge, exactly on the ridge, and well off it."""
        return (1.6, 0.001), (-1.6, 0.0), (1.2, -0.3)

    @property
    def bounded_below(self) -> bool:
        """False: the loss falls without end along y."""
        return False

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        loss: Array = x * x - y * y
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        return pair(2.0 * theta[..., 0], -2.0 * theta[..., 1], theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """The constant Hessian, shape (..., 2, 2)."""
        return symmetric(2.0, 0.0, -2.0, theta)
