"""A long ravine: steep walls, and a floor that falls gently for a long way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet, symmetric
from lab.engine.landscapes._rotated import Rotated


@LANDSCAPES.register("ravine", title="Long ravine", group="Bowls and valleys")
@dataclass(frozen=True, slots=True)
class Ravine(Rotated):
    """sqrt(1 + u^2) - 1 + kappa v^2 / 2 in coordinates (u, v) along and across the ravine.

    Away from the minimum the floor falls with a slope of 1 whatever the distance, so the way is as long as it looks:
    gradient descent, held below 2 / kappa by the walls, needs kappa / 2 steps for each unit of it. Momentum adds its
    steps up and cancels the bouncing between the walls.

    Parameters
    ----------
    steepness : float
        kappa, curvature of the walls.
    rotation : float
        Angle in degrees, anticlockwise, from the x axis to the floor.
    """

    steepness: float = param(
        30.0, lo=1, hi=1e6, soft=(1.0, 1000.0), log=True, symbol="κ", doc="Curvature of the ravine's walls."
    )
    rotation: float = param(
        20.0, lo=-180, hi=180, soft=(-90.0, 90.0), unit="°", symbol="φ", doc="Angle of the floor to the x axis."
    )

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=\sqrt{1+u^2}-1+\frac{\kappa}{2}\,v^2"
    doc: ClassVar[str] = "A long way down between steep walls: momentum was invented for this."
    source: ClassVar[str] = (
        "Qian, Neural Networks 12 (1999) 145-151 (momentum in ravines), with the walls of a quadratic"
    )

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "sqrt(1 + u**2) - 1 + k*v**2/2",
            (
                "c*u/sqrt(1 + u**2) - s*k*v",
                "s*u/sqrt(1 + u**2) + c*k*v",
            ),
            before=(
                "u = c*x + s*y",
                "v = c*y - s*x",
            ),
            constants={"k": self.steepness, "c": self._axis()[0], "s": self._axis()[1]},
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The minimum in the middle and much ravine on both sides."""
        return (-12.0, 12.0), (-6.0, 6.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The minimum, the only one."""
        return (Critical((0.0, 0.0), 0.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Far up either end of the floor, and high on the wall."""
        return (-10.0, -2.0), (9.0, 4.5), (-4.0, 3.0)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...); the root minus 1 is written as a quotient, which keeps its digits at 0."""
        u, v = self._turned(theta)
        u2 = u * u
        loss: Array = u2 / (1.0 + np.sqrt(1.0 + u2)) + (0.5 * self.steepness) * (v * v)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        u, v = self._turned(theta)
        return self._turned_back(u / np.sqrt(1.0 + u * u), self.steepness * v, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        c, s = self._axis()
        u, _ = self._turned(theta)
        wide = 1.0 + u * u
        bend, kappa = 1.0 / (wide * np.sqrt(wide)), self.steepness
        return symmetric(
            c * c * bend + s * s * kappa,
            c * s * (bend - kappa),
            s * s * bend + c * c * kappa,
            theta,
        )
