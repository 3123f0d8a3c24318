"""The parabola in one dimension: the place to see what a learning rate does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("parabola", title="Parabola", group="One weight")
@dataclass(frozen=True, slots=True)
class Parabola(Smooth):
    """w^2. Gradient descent multiplies w by (1 - 2 lr) a step.

    So it creeps below lr = 0.5, lands in one step at 0.5, hops across the minimum above, and diverges above 1.
    """

    dim: ClassVar[int] = 1
    latex: ClassVar[str] = r"f=w^2"
    doc: ClassVar[str] = (
        "One number, one learning rate: creeping, landing, hopping and flying off can be counted by hand."
    )
    source: ClassVar[str] = "LeCun, Bottou, Orr & Müller, Efficient BackProp (1998), section 5.1"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode("x**2", ("2*x",))

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """Symmetric about the minimum."""
        return ((-3.0, 3.0),)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The minimum at 0."""
        return (Critical((0.0,), 0.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """One from each side."""
        return (-2.5,), (1.5,)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        w = theta[..., 0]
        loss: Array = w * w
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact derivative, shape (..., 1)."""
        slope: Array = 2.0 * theta
        return slope

    @quiet
    def hessian(self, theta: Array) -> Array:
        """The constant second derivative, shape (..., 1, 1)."""
        return np.full((*theta.shape, 1), 2.0)

    @quiet
    def third_derivative(self, theta: Array) -> Array:
        """Zero: the curvature is the same everywhere, shape (...)."""
        return np.zeros(theta.shape[:-1])
