"""A narrow deep valley beside a wide shallow one: why flat minima generalise."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._search import stationary
from lab.engine.landscapes._smooth import Smooth

_BOWL = 0.02
_ASIDE = 1.5
_FLATNESS = 1.0 / 1.2**2
_SHALLOWER = 0.9
_TOWARDS = (0.8, 0.6)


@LANDSCAPES.register("sharp_and_flat", title="Sharp and flat valley", group="Bowls and valleys")
@dataclass(frozen=True, slots=True)
class SharpAndFlat(Smooth):
    """A faint bowl with two Gaussian valleys: a narrow one on the left, 1 deep, and a wide one on the right, 0.9 deep.

    The narrow valley has the lower training loss. The test loss is the same landscape a little aside, since other data
    move every minimum: in the wide valley that hardly matters, in the narrow one the point that was best is now on the
    wall. Noise and large steps throw a racer out of the narrow valley, and that is their virtue.

    Parameters
    ----------
    sharpness : float
        1 / width of the narrow valley; the wide one has width 1.2.
    shift : float
        How far the test loss lies aside, towards the upper right.
    """

    sharpness: float = param(
        4.0, lo=0.5, hi=100, soft=(2.0, 5.0), symbol="s", doc="How narrow the deep valley is: 1 / its width."
    )
    shift: float = param(0.35, lo=0, hi=2, soft=(0.0, 1.0), symbol="δ", doc="How far aside the test loss lies.")

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = (
        r"f=1+\frac{x^2+y^2}{50}-e^{-s^2\left((x+1.5)^2+y^2\right)/2}-\frac{9}{10}\,e^{-\left((x-"
        r"1.5)^2+y^2\right)/2.88}"
    )
    doc: ClassVar[str] = "The lowest training loss may sit in a valley so narrow that on new data it is gone."
    source: ClassVar[str] = (
        "Hochreiter & Schmidhuber, Neural Computation 9 (1997) 1-42; Keskar et al., ICLR 2017, figure 1"
    )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """Both valleys."""
        return (-4.0, 4.0), (-3.0, 3.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """Both minima and the saddle between them."""
        return _critical_points(self.sharpness)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Beyond the narrow valley, above it, and beyond the wide one."""
        return (-3.2, 2.0), (-1.2, 2.4), (3.5, -1.0)

    def _valleys(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Depth of the sharp and of the flat valley at each point."""
        y2, p, q = y * y, x + _ASIDE, x - _ASIDE
        sharp: Array = np.exp((-0.5 * self.sharpness**2) * (p * p + y2))
        return sharp, _SHALLOWER * np.exp((-0.5 * _FLATNESS) * (q * q + y2))

    def test_value(self, theta: Array) -> Array:
        """Test loss, shape (...): the training loss of the landscape moved by `shift`."""
        return self.value(theta - self.shift * np.array(_TOWARDS))

    @property
    def test_minima(self) -> tuple[Critical, ...]:
        """Those of the training loss, moved by `shift`."""
        aside = [self.shift * towards for towards in _TOWARDS]
        return tuple(
            dataclasses.replace(c, point=(c.point[0] + aside[0], c.point[1] + aside[1]))
            for c in self.critical_points
            if c.kind == "minimum"
        )

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        sharp, flat = self._valleys(x, y)
        loss: Array = 1.0 + _BOWL * (x * x + y * y) - sharp - flat
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        sharp, flat = self._valleys(x, y)
        sharp, flat = self.sharpness**2 * sharp, _FLATNESS * flat
        return pair(
            2.0 * _BOWL * x + sharp * (x + _ASIDE) + flat * (x - _ASIDE),
            y * (2.0 * _BOWL + sharp + flat),
            theta,
        )

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        x, y = theta[..., 0], theta[..., 1]
        p, q = x + _ASIDE, x - _ASIDE
        a, b = self.sharpness**2, _FLATNESS
        sharp, flat = self._valleys(x, y)
        sharp, flat = a * sharp, b * flat
        return symmetric(
            2.0 * _BOWL + sharp * (1.0 - a * (p * p)) + flat * (1.0 - b * (q * q)),
            -y * (a * (sharp * p) + b * (flat * q)),
            2.0 * _BOWL + sharp * (1.0 - a * (y * y)) + flat * (1.0 - b * (y * y)),
            theta,
        )


@lru_cache(maxsize=64)
def _critical_points(sharpness: float) -> tuple[Critical, ...]:
    """By search; the shift does not enter."""
    return stationary(SharpAndFlat(sharpness), per_axis=48)
