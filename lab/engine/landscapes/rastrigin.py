"""Rastrigin's function: a bowl full of holes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet, symmetric, turned
from lab.engine.landscapes._smooth import Smooth

_EDGE = 5.12
_TAU = 2.0 * math.pi


@LANDSCAPES.register("rastrigin", title="Rastrigin", group="Many minima")
@dataclass(frozen=True, slots=True)
class Rastrigin(Smooth):
    """A bowl x^2 + y^2 with a cosine of amplitude A on each axis: one global minimum among 120 local ones.

    A method that follows the slope ends in the hole it starts in; momentum, noise or many starts get further.

    Parameters
    ----------
    amplitude : float
        A, depth of the holes; below about 0.05 they vanish and the plain bowl is left.
    """

    amplitude: float = param(10.0, lo=0, hi=1000, soft=(0.0, 20.0), symbol="A", doc="Depth of the holes in the bowl.")

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=2A+x^2+y^2-A\left(\cos 2\pi x+\cos 2\pi y\right)"
    doc: ClassVar[str] = "Local minima everywhere: the slope at a point says nothing about where the best one lies."
    source: ClassVar[str] = (
        "Rastrigin (1974), in the form of Mühlenbein, Schomisch & Born, Parallel Computing 17 (1991)"
    )

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "2*A + x**2 - A*cos(2*pi*x) + y**2 - A*cos(2*pi*y)",
            ("2*x + 2*pi*A*sin(2*pi*x)", "2*y + 2*pi*A*sin(2*pi*y)"),
            constants={"A": self.amplitude},
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The customary square."""
        return (-_EDGE, _EDGE), (-_EDGE, _EDGE)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """Every minimum inside the domain (121 at A = 10), lowest first, then the saddles and maxima round the best.

        Saddles and maxima further out (320 more at A = 10) are left out: they tell nothing new.
        """
        return _critical_points(self.amplitude)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Far out, in a neighbouring hole, and just inside the global one."""
        return (-3.6, 2.7), (1.2, 0.8), (0.4, -0.3)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        _, versine = turned(theta)
        terms = theta * theta + self.amplitude * versine
        loss: Array = terms[..., 0] + terms[..., 1]
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        sine, _ = turned(theta)
        slope: Array = 2.0 * theta + (_TAU * self.amplitude) * sine
        return slope

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2); diagonal, since the axes don't interact."""
        _, versine = turned(theta)
        bend = 2.0 + (_TAU * _TAU * self.amplitude) * (1.0 - versine)
        return symmetric(bend[..., 0], 0.0, bend[..., 1], theta)


@lru_cache(maxsize=64)
def _critical_points(amplitude: float) -> tuple[Critical, ...]:
    """Products of the critical points along one axis, found by bisection to the last bit."""
    lows, highs = _along_one_axis(amplitude)
    minima = [Critical((x, y), f + g, "minimum", x == 0.0 and y == 0.0) for x, f in lows for y, g in lows]
    minima.sort(key=lambda c: c.value)
    nearest = [h for h in highs if abs(h[0]) < 1.0]
    saddles = [Critical((x, 0.0), f, "saddle", False) for x, f in nearest]
    saddles += [Critical((0.0, y), g, "saddle", False) for y, g in nearest]
    maxima = [Critical((x, y), f + g, "maximum", False) for x, f in nearest for y, g in nearest]
    return (*minima, *saddles, *maxima)


def _along_one_axis(amplitude: float) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """(place, value) of the minima and of the maxima of x^2 + A (1 - cos 2 pi x) within the domain."""

    def slope(x: float) -> float:
        return 2.0 * x + _TAU * amplitude * math.sin(_TAU * x)

    def loss(x: float) -> float:
        return x * x + amplitude * (1.0 - math.cos(_TAU * x))

    lows = [(0.0, 0.0)]
    highs: list[tuple[float, float]] = []
    grid = np.linspace(1e-3, _EDGE, 2048).tolist()
    for a, b in pairwise(grid):
        rising = slope(b) > slope(a)
        if (slope(a) > 0) == (slope(b) > 0):
            continue
        lo, hi = a, b
        while lo < (middle := 0.5 * (lo + hi)) < hi:
            lo, hi = (middle, hi) if (slope(middle) > 0) == (slope(lo) > 0) else (lo, middle)
        for x in (lo, -lo):
            (lows if rising else highs).append((x, loss(x)))
    return lows, highs
