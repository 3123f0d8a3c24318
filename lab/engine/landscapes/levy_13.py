"""Levy's function no. 13: a bowl scored by ripples of different pitch."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric, turned
from lab.engine.landscapes._search import stationary
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("levy_13", title="Levy 13", group="Many minima")
@dataclass(frozen=True, slots=True)
class Levy13(Smooth):
    """sin^2(3 pi x) + (x - 1)^2 (1 + sin^2(3 pi y)) + (y - 1)^2 (1 + sin^2(2 pi y)), lowest at (1, 1) with 0.

    Three ripples to a unit along x, and along y ripples whose height grows with the distance: the learning rate that
    settles into the middle is far too small to leave the holes outside it.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=\sin^2 3\pi x+(x-1)^2\left(1+\sin^2 3\pi y\right)+(y-1)^2\left(1+\sin^2 2\pi y\right)"
    doc: ClassVar[str] = "Ripples that grow with the distance from the answer: easy near it, a maze far from it."
    source: ClassVar[str] = "Levy & Montalvo, SIAM J. Scientific and Statistical Computing 6 (1985) 15-29"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "sin(3*pi*x)**2 + (x - 1)**2*(1 + sin(3*pi*y)**2) + (y - 1)**2*(1 + sin(2*pi*y)**2)",
            (
                "3*pi*sin(6*pi*x) + 2*(x - 1)*(1 + sin(3*pi*y)**2)",
                "3*pi*(x - 1)**2*sin(6*pi*y) + 2*(y - 1)*(1 + sin(2*pi*y)**2) + 2*pi*(y - 1)**2*sin(4*pi*y)",
            ),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The middle of the customary square of side 20, where single ripples can be seen."""
        return (-2.0, 4.0), (-2.0, 4.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The minimum at (1, 1), then every other minimum inside the domain; saddles tell nothing new."""
        return (Critical((1.0, 1.0), 0.0), *_ripples())

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Far corners on either side, and a neighbouring hole."""
        return (-1.4, 2.9), (3.6, -1.2), (1.2, 1.4)

    @staticmethod
    def _ripples(theta: Array) -> tuple[Array, Array, Array, tuple[Array, Array, Array], tuple[float, float, float]]:
        """sin^2 of 3 pi x, 3 pi y and 2 pi y, their derivatives, and the amplitudes of their second derivatives."""
        x, y = theta[..., 0], theta[..., 1]
        (s, p), (t, q), (u, r) = turned(3.0 * x), turned(3.0 * y), turned(2.0 * y)
        slopes = (3.0 * math.pi) * s, (3.0 * math.pi) * t, (2.0 * math.pi) * u
        bends = 18.0 * math.pi**2, 18.0 * math.pi**2, 8.0 * math.pi**2
        return 0.5 * p, 0.5 * q, 0.5 * r, slopes, bends

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        p, q, r, _, _ = self._ripples(theta)
        x, y = theta[..., 0] - 1.0, theta[..., 1] - 1.0
        loss: Array = p + x * x * (1.0 + q) + y * y * (1.0 + r)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        _, q, r, (slope_p, slope_q, slope_r), _ = self._ripples(theta)
        x, y = theta[..., 0] - 1.0, theta[..., 1] - 1.0
        return pair(
            slope_p + 2.0 * x * (1.0 + q),
            x * x * slope_q + y * (2.0 * (1.0 + r) + y * slope_r),
            theta,
        )

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        p, q, r, (_, slope_q, slope_r), (bend_p, bend_q, bend_r) = self._ripples(theta)
        x, y = theta[..., 0] - 1.0, theta[..., 1] - 1.0
        return symmetric(
            bend_p * (1.0 - 2.0 * p) + 2.0 * (1.0 + q),
            2.0 * x * slope_q,
            x * x * bend_q * (1.0 - 2.0 * q) + 2.0 * (1.0 + r) + y * (4.0 * slope_r + y * bend_r * (1.0 - 2.0 * r)),
            theta,
        )


@lru_cache(maxsize=1)
def _ripples() -> tuple[Critical, ...]:
    """Every local minimum inside the domain, lowest first."""
    return tuple(c for c in stationary(Levy13(), per_axis=96) if c.kind == "minimum" and not c.is_global)
