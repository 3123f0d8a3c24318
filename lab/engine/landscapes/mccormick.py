"""McCormick's function: a staircase of valleys."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, sine_versine, symmetric
from lab.engine.landscapes._smooth import Smooth

_THIRD = 2.0 * math.pi / 3.0


@LANDSCAPES.register("mccormick", title="McCormick", group="Many minima")
@dataclass(frozen=True, slots=True)
class McCormick(Smooth):
    """sin(x + y) + (x - y)^2 - 1.5 x + 2.5 y + 1, which is sin u + u / 2 + (v - 1)^2 with u = x + y and v = x - y.

    Along u the loss is a sine on a slope: a staircase whose landings are minima, each pi lower than the one above. The
    lower of the two landings inside the customary domain is the minimum of the literature; beyond the lower left corner
    the stairs go on down, so a racer that jumps out there can end below it.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=\sin(x+y)+(x-y)^2-1.5x+2.5y+1"
    doc: ClassVar[str] = "A staircase of valleys: enough momentum carries a racer down a step further."
    source: ClassVar[str] = "McCormick, Mathematical Programming 10 (1976) 147-175"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "sin(x + y) + (x - y)**2 - 1.5*x + 2.5*y + 1",
            ("cos(x + y) + 2*(x - y) - 1.5", "cos(x + y) - 2*(x - y) + 2.5"),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The customary rectangle."""
        return (-1.5, 4.0), (-3.0, 4.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """Two landings and the step between them: v = 1 and cos u = -1/2."""
        half = 0.5 * math.sqrt(3.0)
        low, middle, high = -_THIRD, _THIRD, 2.0 * _THIRD
        return (
            Critical((0.5 * (low + 1.0), 0.5 * (low - 1.0)), 0.5 * low - half),
            Critical((0.5 * (middle + 1.0), 0.5 * (middle - 1.0)), 0.5 * middle + half, "saddle", is_global=False),
            Critical((0.5 * (high + 1.0), 0.5 * (high - 1.0)), 0.5 * high - half, is_global=False),
        )

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Above the upper landing, and on either wall."""
        return (3.5, 3.5), (-1.0, 3.0), (2.0, -2.0)

    @property
    def bounded_below(self) -> bool:
        """True within the domain, whose lowest point is listed; the stairs beyond its lower left corner go on down."""
        return True

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        u, across = x + y, x - y - 1.0
        sine, _ = sine_versine(u)
        loss: Array = sine + 0.5 * u + across * across
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        _, versine = sine_versine(x + y)
        along = 1.5 - versine
        across = 2.0 * (x - y - 1.0)
        return pair(along + across, along - across, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        sine, _ = sine_versine(theta[..., 0] + theta[..., 1])
        return symmetric(2.0 - sine, -2.0 - sine, 2.0 - sine, theta)
