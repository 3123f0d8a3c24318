"""The magnitude in one dimension: a minimum without a level bottom."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet


@LANDSCAPES.register("absolute", title="Magnitude", group="One weight")
@dataclass(frozen=True, slots=True)
class Absolute:
    """|w|: the slope is -1 or 1, never small. At 0, where there is none, it is set to 0, as torch does.

    Gradient descent ends in hopping between two points one learning rate apart.
    """

    dim: ClassVar[int] = 1
    latex: ClassVar[str] = "f=|w|"
    doc: ClassVar[str] = "The slope does not shrink towards the minimum, so the step has to."
    source: ClassVar[str] = "Boyd, Xiao & Mutapcic, Subgradient Methods, Stanford EE392o lecture notes (2003)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode("abs(x)", ("sign(x)",))

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """Symmetric about the kink."""
        return ((-3.0, 3.0),)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The kink."""
        return (Critical((0.0,), 0.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """One from each side."""
        return (-2.5,), (1.3,)

    @property
    def kinks(self) -> tuple[tuple[float, ...], ...]:
        """The minimum."""
        return ((0.0,),)

    @property
    def bounded_below(self) -> bool:
        """True."""
        return True

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        loss: Array = np.abs(theta[..., 0])
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """The slope, shape (..., 1): the sign, 0 at 0."""
        slope: Array = np.sign(theta)
        return slope

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Zero, shape (..., 1, 1)."""
        return np.zeros((*theta.shape, 1))

    @quiet
    def third_derivative(self, theta: Array) -> Array:
        """Zero on either side, shape (...)."""
        return np.zeros(theta.shape[:-1])
