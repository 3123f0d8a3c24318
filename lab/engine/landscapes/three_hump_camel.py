"""The three-hump camel: one deep valley between two shallow ones."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._contract import Kind
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("three_hump_camel", title="Three-hump camel", group="Many minima")
@dataclass(frozen=True, slots=True)
class ThreeHumpCamel(Smooth):
    """2 x^2 - 1.05 x^4 + x^6 / 6 + x y + y^2: three minima in a row, the middle one the lowest.

    From far out a method that only goes downhill stops in an outer valley, 0.2986 above the best.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=2x^2-1.05\,x^4+\frac{x^6}{6}+xy+y^2"
    doc: ClassVar[str] = "Three valleys in a row: the outer two catch what comes from outside."
    source: ClassVar[str] = "Dixon & Szegö, Towards Global Optimisation (1975)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode("2*x**2 - 1.05*x**4 + x**6/6 + x*y + y**2", ("4*x - 4.2*x**3 + x**5 + y", "x + 2*y"))

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """All three valleys; the customary square of side 10 is mostly wall."""
        return (-2.5, 2.5), (-2.5, 2.5)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """Three minima and two saddles: y = -x/2, and x = 0 or x^2 = 2.1 +- sqrt 0.91."""
        found = [Critical((0.0, 0.0), 0.0)]
        kinds: tuple[tuple[Kind, float], ...] = (("minimum", 2.1 + math.sqrt(0.91)), ("saddle", 2.1 - math.sqrt(0.91)))
        for kind, x2 in kinds:
            loss = x2 * (1.75 + x2 * (x2 / 6.0 - 1.05))
            for x in (math.sqrt(x2), -math.sqrt(x2)):
                found.append(Critical((x, -0.5 * x), loss, kind, is_global=False))
        return tuple(found)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Outside the right-hand hump, near the left one, and near the middle valley."""
        return (2.2, 1.8), (-1.2, 2.0), (0.9, -2.2)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        x2 = x * x
        loss: Array = x2 * (2.0 + x2 * (x2 / 6.0 - 1.05)) + y * (x + y)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        x2 = x * x
        return pair(x * (4.0 + x2 * (x2 - 4.2)) + y, x + 2.0 * y, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        x2 = theta[..., 0] * theta[..., 0]
        return symmetric(4.0 + x2 * (5.0 * x2 - 12.6), 1.0, 2.0, theta)
