"""A plateau in one dimension: far from the minimum the slope fades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.core.params import param
from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet
from lab.engine.landscapes._smooth import Smooth


@LANDSCAPES.register("plateau_1d", title="Plateau", group="One weight")
@dataclass(frozen=True, slots=True)
class Plateau1D(Smooth):
    """w^2 / (c^2 + w^2): a parabola near 0 that levels off at 1 some widths c away.

    Far out the slope falls like 2 c^2 / w^3. Robust statistics uses this loss for just that: outliers cease to pull.

    Parameters
    ----------
    width : float
        c, where the loss has reached a half.
    """

    width: float = param(1.0, lo=0.05, hi=100, soft=(0.5, 3.0), log=True, symbol="c", doc="Half width of the valley.")

    dim: ClassVar[int] = 1
    latex: ClassVar[str] = r"f=\frac{w^2}{c^2+w^2}"
    doc: ClassVar[str] = "A bad start is punished twice: it is far away, and nothing pulls."
    source: ClassVar[str] = "Geman & McClure, Bulletin of the International Statistical Institute 52 (1987)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode("x**2 / (c**2 + x**2)", ("2*c**2*x / (c**2 + x**2)**2",), constants={"c": self.width})

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The valley and both plateaus."""
        return ((-6.0, 6.0),)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The minimum."""
        return (Critical((0.0,), 0.0),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """On the plateau, and at its edge."""
        return (-5.0,), (2.0,)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        w2 = theta[..., 0] * theta[..., 0]
        c2 = self.width * self.width
        loss: Array = w2 / (c2 + w2)
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact derivative, shape (..., 1)."""
        c2 = self.width * self.width
        wide = c2 + theta * theta
        slope: Array = (2.0 * c2) * theta / (wide * wide)
        return slope

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact second derivative, shape (..., 1, 1)."""
        c2, w2 = self.width * self.width, theta * theta
        wide = c2 + w2
        curvature: Array = ((2.0 * c2) * (c2 - 3.0 * w2) / (wide * wide * wide))[..., None]
        return curvature

    @quiet
    def third_derivative(self, theta: Array) -> Array:
        """Exact third derivative, shape (...)."""
        w = theta[..., 0]
        c2, w2 = self.width * self.width, w * w
        wide = c2 + w2
        third: Array = (24.0 * c2) * w * (w2 - c2) / (wide * wide * wide * wide)
        return third
