"""A wavy parabola: holes on the way down, in one dimension."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

from lab.core.params import param
from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet, sine_versine
from lab.engine.landscapes._search import stationary
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("wavy", title="Wavy", group="One weight")
@dataclass(frozen=True, slots=True)
class Wavy(Smooth):
    """w^2 / 10 + A (1 - cos k w): the best minimum is at 0, and with A k^2 > 1/5 there are others beside it.

    The holes are as deep as A says; a ball that comes down with momentum rolls through the shallow ones.

    Parameters
    ----------
    amplitude : float
        A, half the height of the waves.
    frequency : float
        k, waves per 2 pi.
    """

    amplitude: float = param(0.5, lo=0, hi=100, soft=(0.0, 2.0), symbol="A", doc="Half the height of the waves.")
    frequency: float = param(4.0, lo=0.1, hi=50, soft=(1.0, 8.0), symbol="k", doc="Waves in 2 π.")

    dim: ClassVar[int] = 1
    latex: ClassVar[str] = r"f=\frac{w^2}{10}+A\,(1-\cos k\,w)"
    doc: ClassVar[str] = "The slope at hand against the slope at large: momentum averages the waves out."
    source: ClassVar[str] = (
        "Goodfellow, Bengio & Courville, Deep Learning (2016), section 4.3 (local minima in one dimension)"
    )

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "0.1*x**2 + A*(1 - cos(k*x))",
            ("0.2*x + A*k*sin(k*x)",),
            constants={"A": self.amplitude, "k": self.frequency},
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """Symmetric about the best minimum."""
        return ((-6.0, 6.0),)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """All inside the domain but the edges of a hole that is just vanishing."""
        return _critical_points(self.amplitude, self.frequency)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """From high on either wall, and inside a wave."""
        return (-5.5,), (4.2,), (1.0,)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        w = theta[..., 0]
        _, versine = sine_versine(self.frequency * w)
        loss: Array = 0.1 * (w * w) + self.amplitude * versine
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact derivative, shape (..., 1)."""
        sine, _ = sine_versine(self.frequency * theta)
        slope: Array = 0.2 * theta + (self.amplitude * self.frequency) * sine
        return slope

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact second derivative, shape (..., 1, 1)."""
        _, versine = sine_versine(self.frequency * theta)
        curvature: Array = (0.2 + (self.amplitude * self.frequency**2) * (1.0 - versine))[..., None]
        return curvature

    @quiet
    def third_derivative(self, theta: Array) -> Array:
        """Exact third derivative, shape (...)."""
        sine, _ = sine_versine(self.frequency * theta[..., 0])
        third: Array = (-self.amplitude * self.frequency**3) * sine
        return third


@lru_cache(maxsize=64)
def _critical_points(amplitude: float, frequency: float) -> tuple[Critical, ...]:
    """The minimum at 0, which nothing lies below, and whatever else the waves make."""
    others = stationary(Wavy(amplitude, frequency), per_axis=1024)
    return (Critical((0.0,), 0.0), *(c for c in others if abs(c.point[0]) > 1e-6))
