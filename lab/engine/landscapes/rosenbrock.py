"""Rosenbrock's banana valley: easy to enter, slow to follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.core.params import param
from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("rosenbrock", title="Rosenbrock", group="Bowls and valleys")
@dataclass(frozen=True, slots=True)
class Rosenbrock(Smooth):
    """A steep, bent valley along y = x^2 whose floor falls gently to (a, a^2).

    At the minimum of the classic a = 1, b = 100 the Hessian's condition number is 2508: across the valley the
    loss curves 2,500 times more than along it.

    Parameters
    ----------
    a : float
        Place of the minimum on the valley floor.
    b : float
        Steepness of the walls.
    """

    a: float = param(1.0, lo=-1.5, hi=1.5, symbol="a", doc="Where on the valley floor the minimum lies.")
    b: float = param(100.0, above=0, soft=(1.0, 1000.0), log=True, symbol="b", doc="Steepness of the valley's walls.")

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=(a-x)^2+b\,(y-x^2)^2"
    doc: ClassVar[str] = "A bent valley: steps that suit the walls crawl along the floor."
    source: ClassVar[str] = "Rosenbrock, The Computer Journal 3 (1960) 175-184"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "(a - x)**2 + b*(y - x**2)**2",
            ("-2*(a - x) - 4*b*x*(y - x**2)", "2*b*(y - x**2)"),
            constants={"a": self.a, "b": self.b},
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The banana with both arms."""
        return (-2.0, 2.0), (-1.0, 3.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The minimum, the only one."""
        return (Critical((self.a, self.a * self.a), 0.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Rosenbrock's own start, with the valley's bend between it and the minimum; then one from each side."""
        return (-1.2, 1.0), (0.0, 2.0), (1.6, -0.4)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        along = self.a - x
        across = y - x * x
        loss: Array = along * along + self.b * (across * across)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        gy = (2.0 * self.b) * (y - x * x)
        return pair(2.0 * (x - self.a) - 2.0 * (x * gy), gy, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        x, y = theta[..., 0], theta[..., 1]
        b = self.b
        return symmetric(12.0 * b * (x * x) - 4.0 * b * y + 2.0, -4.0 * b * x, 2.0 * b, theta)
