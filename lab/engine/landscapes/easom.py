"""Easom's function: one narrow well in an endless plain."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet, sine_versine, symmetric
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("easom", title="Easom", group="Saddles and plateaus")
@dataclass(frozen=True, slots=True)
class Easom(Smooth):
    """-cos x cos y exp(-(x - pi)^2 - (y - pi)^2): the loss is 0 to five digits everywhere but near (pi, pi).

    Two units away from the well the gradient has all but vanished; where it has, only luck or a population of points
    finds anything.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=-\cos x\,\cos y\;e^{-(x-\pi)^2-(y-\pi)^2}"
    doc: ClassVar[str] = "A needle in a haystack: no slope, no information, no descent."
    source: ClassVar[str] = "Easom, A Survey of Global Optimization Techniques, thesis, University of Louisville (1990)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "-cos(x)*cos(y)*bell",
            (
                "bell*cos(y)*(sin(x) + 2*(x - pi)*cos(x))",
                "bell*cos(x)*(sin(y) + 2*(y - pi)*cos(y))",
            ),
            before=("bell = exp(-((x - pi)**2 + (y - pi)**2))",),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The middle of the customary square of side 200, most of which is flat."""
        return (-2.0, 8.0), (-2.0, 8.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The bottom of the well."""
        return (Critical((math.pi, math.pi), -1.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """On the well's wall, at its brim, and in the plain."""
        return (4.3, 4.1), (1.6, 4.4), (0.5, 0.5)

    @staticmethod
    def _envelope(theta: Array) -> Array:
        """The bell that confines the cosines to the well, shape (...)."""
        x, y = theta[..., 0] - math.pi, theta[..., 1] - math.pi
        bell: Array = np.exp(-(x * x + y * y))
        return bell

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        _, versine = sine_versine(theta)
        loss: Array = -(1.0 - versine[..., 0]) * (1.0 - versine[..., 1]) * self._envelope(theta)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        sine, versine = sine_versine(theta)
        cosine = 1.0 - versine
        slope = sine + 2.0 * (theta - math.pi) * cosine
        slope *= (cosine * self._envelope(theta)[..., None])[..., ::-1]
        return slope

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        sine, versine = sine_versine(theta)
        cosine = 1.0 - versine
        away = theta - math.pi
        envelope = self._envelope(theta)
        slope = sine + 2.0 * away * cosine
        bend = 3.0 * cosine - 4.0 * away * (sine + away * cosine)
        bend *= (cosine * envelope[..., None])[..., ::-1]
        return symmetric(bend[..., 0], -envelope * slope[..., 0] * slope[..., 1], bend[..., 1], theta)
