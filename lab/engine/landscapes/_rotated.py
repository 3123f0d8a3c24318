"""What the landscapes share whose axes are turned against those of the plane."""

from __future__ import annotations

import math
from typing import Any

from lab.engine.landscapes._arrays import pair
from lab.engine.landscapes._contract import Array
from lab.engine.landscapes._smooth import Smooth


class Rotated(Smooth):
    """A loss in coordinates (u, v), u along a direction `rotation` degrees anticlockwise from the x axis, v across."""

    __slots__ = ()

    rotation: float

    def _axis(self) -> tuple[float, float]:
        """Unit vector of u."""
        angle = math.radians(self.rotation)
        return math.cos(angle), math.sin(angle)

    def _turned(self, theta: Array) -> tuple[Array, Array]:
        """The coordinates u and v of points (..., 2), each of shape (...)."""
        c, s = self._axis()
        x, y = theta[..., 0], theta[..., 1]
        return c * x + s * y, c * y - s * x

    def _turned_back(self, along: Any, across: Any, theta: Array) -> Array:
        """A vector with these components along u and v in x and y, shape of `theta` (..., 2)."""
        c, s = self._axis()
        return pair(c * along - s * across, s * along + c * across, theta)
