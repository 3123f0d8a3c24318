"""Griewank's function: a wide bowl, corrugated."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, sine_versine, symmetric
from lab.engine.landscapes._search import stationary
from lab.engine.landscapes._smooth import Smooth

_EDGE = 15.0
_PITCH = math.sqrt(0.5)


@LANDSCAPES.register("griewank", title="Griewank", group="Many minima")
@dataclass(frozen=True, slots=True)
class Griewank(Smooth):
    """1 + (x^2 + y^2) / 4000 - cos x cos(y / sqrt 2): a bowl so wide that from near by only the corrugation shows.

    The minima lie where both cosines agree, some 4.4 apart, each barely lower than the next; seen over hundreds of
    units the bowl appears again. In many dimensions the corrugation fades; two are the hardest case.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=1+\frac{x^2+y^2}{4000}-\cos x\,\cos\frac{y}{\sqrt{2}}"
    doc: ClassVar[str] = "What a landscape looks like depends on the distance: a bowl from afar, a maze from near by."
    source: ClassVar[str] = "Griewank, J. Optimization Theory and Applications 34 (1981) 11-39"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "(x**2 + y**2)/4000 - cos(x)*cos(y/2**0.5) + 1",
            ("x/2000 + sin(x)*cos(y/2**0.5)", "y/2000 + cos(x)*sin(y/2**0.5)/2**0.5"),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The middle of the customary square of side 1200, where single dents can be seen."""
        return (-_EDGE, _EDGE), (-_EDGE, _EDGE)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The middle, then every other minimum inside the domain; saddles tell nothing new."""
        return (Critical((0.0, 0.0), 0.0), *_dents())

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Several dents out, one dent out, and in the middle one."""
        return (-11.0, 7.0), (4.0, 3.0), (1.2, 0.6)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...); 1 - cos a cos b is written with 1 - cos a and 1 - cos b, which keep their digits at 0."""
        x, y = theta[..., 0], theta[..., 1]
        _, p = sine_versine(x)
        _, q = sine_versine(_PITCH * y)
        loss: Array = (x * x + y * y) / 4000.0 + (p + q - p * q)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        s, p = sine_versine(x)
        t, q = sine_versine(_PITCH * y)
        return pair(x / 2000.0 + s * (1.0 - q), y / 2000.0 + _PITCH * (t * (1.0 - p)), theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        s, p = sine_versine(theta[..., 0])
        t, q = sine_versine(_PITCH * theta[..., 1])
        both = (1.0 - p) * (1.0 - q)
        return symmetric(5e-4 + both, -_PITCH * (s * t), 5e-4 + 0.5 * both, theta)


@lru_cache(maxsize=1)
def _dents() -> tuple[Critical, ...]:
    """Every local minimum inside the domain, lowest first."""
    return tuple(c for c in stationary(Griewank(), per_axis=48) if c.kind == "minimum" and not c.is_global)
