"""Ackley's function: a pin-prick in a plain of ripples."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

import numpy as np

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet, symmetric, turned
from lab.engine.landscapes._search import stationary

_DEPTH = 20.0
_RATE = 0.2 / math.sqrt(2.0)
_EDGE = 5.0


@LANDSCAPES.register("ackley", title="Ackley", group="Many minima")
@dataclass(frozen=True, slots=True)
class Ackley:
    """-20 exp(-0.2 r / sqrt 2) - exp((cos 2 pi x + cos 2 pi y) / 2) + 20 + e, with r the distance to the origin.

    Far out the slope towards the middle is faint against the ripples; at the middle lies a cone, whose tip is a kink:
    there the gradient is set to 0, and the cone's part of the Hessian, which is infinite, is left out.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=20\left(1-e^{-0.2\,r/\sqrt{2}}\right)+e-e^{(\cos 2\pi x+\cos 2\pi y)/2}"
    doc: ClassVar[str] = (
        "Ripples hide a faint slope: only a method that looks past the nearest hole gets to the middle."
    )
    source: ClassVar[str] = "Ackley, A Connectionist Machine for Genetic Hillclimbing (1987)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "-20*bowl - ripple + e + 20",
            (
                "2*x*bowl/r + pi*ripple*sin(2*pi*x)",
                "2*y*bowl/r + pi*ripple*sin(2*pi*y)",
            ),
            before=(
                "r = sqrt((x**2 + y**2) / 2)",
                "bowl = exp(-0.2*r)",
                "ripple = exp((cos(2*pi*x) + cos(2*pi*y)) / 2)",
            ),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The middle of the customary square of side 65.536."""
        return (-_EDGE, _EDGE), (-_EDGE, _EDGE)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The tip of the cone, then every other minimum inside the domain; saddles tell nothing new."""
        return (Critical((0.0, 0.0), 0.0), *_ripples())

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Far out, one ripple away from the middle, and in a corner."""
        return (-3.4, 2.6), (1.3, 0.7), (4.5, -4.5)

    @property
    def kinks(self) -> tuple[tuple[float, ...], ...]:
        """The tip of the cone."""
        return ((0.0, 0.0),)

    @property
    def bounded_below(self) -> bool:
        """True."""
        return True

    @staticmethod
    def _cone(theta: Array) -> tuple[Array, Array]:
        """exp(-0.2 r / sqrt 2) and 1 / r, which is given as 0 at the tip; shapes (...)."""
        x, y = theta[..., 0], theta[..., 1]
        r = np.sqrt(x * x + y * y)
        inverse = np.where(r > 0.0, 1.0, 0.0) / np.maximum(r, 1e-300)
        return np.exp(-_RATE * r), inverse

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        cone, _ = self._cone(theta)
        _, versine = turned(theta)
        ripple = np.exp(-0.5 * (versine[..., 0] + versine[..., 1]))
        loss: Array = _DEPTH * (1.0 - cone) + math.e * (1.0 - ripple)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        cone, inverse = self._cone(theta)
        sine, versine = turned(theta)
        ripple = np.exp(-0.5 * (versine[..., 0] + versine[..., 1]))
        slope: Array = theta * ((_DEPTH * _RATE) * (cone * inverse))[..., None]
        sine *= ((math.pi * math.e) * ripple)[..., None]
        slope += sine
        return slope

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        cone, inverse = self._cone(theta)
        sine, versine = turned(theta)
        ripple = np.exp(-0.5 * (versine[..., 0] + versine[..., 1]))
        round_about = (_DEPTH * _RATE) * (cone * inverse)
        outward = round_about * (inverse * (inverse + _RATE))
        x, y = theta[..., 0], theta[..., 1]
        s, t = sine[..., 0], sine[..., 1]
        p, q = 2.0 - 2.0 * versine[..., 0] - s * s, 2.0 - 2.0 * versine[..., 1] - t * t
        wave = (math.pi * math.pi * math.e) * ripple
        return symmetric(
            round_about - outward * (x * x) + wave * p,
            -outward * (x * y) - wave * (s * t),
            round_about - outward * (y * y) + wave * q,
            theta,
        )


@lru_cache(maxsize=1)
def _ripples() -> tuple[Critical, ...]:
    """Every local minimum inside the domain, lowest first."""
    found = stationary(Ackley(), per_axis=64)
    return tuple(replace(c, is_global=False) for c in found if c.kind == "minimum" and max(map(abs, c.point)) > 1e-6)
