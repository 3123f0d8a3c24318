"""The sum of magnitudes: a pyramid standing on its tip."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet, symmetric


@LANDSCAPES.register("absolute_sum", title="Sum of magnitudes", group="Bowls and valleys")
@dataclass(frozen=True, slots=True)
class AbsoluteSum:
    """|x| + |y|: the slope is +-1 along each axis however near the minimum is, and undefined on the axes.

    A step of fixed length never comes to rest: it hops over the crease until the learning rate shrinks. On a crease the
    derivative is set to 0, as torch does, and the Hessian is 0 wherever it exists.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = "f=|x|+|y|"
    doc: ClassVar[str] = "Slopes that do not fade near the minimum: without a shrinking step nothing settles."
    source: ClassVar[str] = "Boyd, Xiao & Mutapcic, Subgradient Methods, Stanford EE392o lecture notes (2003)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode("abs(x) + abs(y)", ("sign(x)", "sign(y)"))

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """A square around the tip."""
        return (-3.0, 3.0), (-3.0, 3.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The tip."""
        return (Critical((0.0, 0.0), 0.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Two slopes, and a start on a crease."""
        return (-2.5, 1.1), (2.0, 2.3), (0.7, 0.0)

    @property
    def kinks(self) -> tuple[tuple[float, ...], ...]:
        """Both axes."""
        return ((0.0, math.nan), (math.nan, 0.0))

    @property
    def bounded_below(self) -> bool:
        """True."""
        return True

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        size = np.abs(theta)
        loss: Array = size[..., 0] + size[..., 1]
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """The gradient, shape (..., 2); 0 along an axis whose coordinate is 0."""
        slope: Array = np.sign(theta)
        return slope

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Zero, shape (..., 2, 2)."""
        return symmetric(0.0, 0.0, 0.0, theta)
