"""Himmelblau's function: four equal minima, and what divides them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._smooth import Smooth

# All nine critical points inside the domain; the rounded ones by Newton's method to the last bit of float64.
_MINIMA = (
    (3.0, 2.0),
    (-2.805118086952745, 3.131312518250573),
    (-3.779310253377747, -3.283185991286169),
    (3.5844283403304917, -1.8481265269644034),
)
_SADDLES = (
    ((3.385154183607021, 0.07385187983774928), 13.311926270405587),
    ((0.08667750455539634, 2.884254701174776), 67.71915008752613),
    ((-3.0730257507643897, -0.08135304428796751), 104.01516291755811),
    ((-0.12796134673068005, -1.9537149802445766), 178.33723920192745),
)
_MAXIMUM = ((-0.2708445906673476, -0.9230385564799815), 181.6165215225827)


@LANDSCAPES.register("himmelblau", title="Himmelblau", group="Many minima")
@dataclass(frozen=True, slots=True)
class Himmelblau(Smooth):
    """Two crossed parabolas, squared and added: four minima of equal depth 0 around one local maximum.

    Which minimum a run finds depends on the start and on the optimizer, so this is the landscape for basin maps.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=(x^2+y-11)^2+(x+y^2-7)^2"
    doc: ClassVar[str] = "Four equally good answers: the start and the optimizer decide which one is found."
    source: ClassVar[str] = "Himmelblau, Applied Nonlinear Programming (1972)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "p**2 + q**2",
            (
                "4*x*p + 2*q",
                "2*p + 4*y*q",
            ),
            before=(
                "p = x**2 + y - 11",
                "q = x + y**2 - 7",
            ),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """All four minima with some wall around."""
        return (-6.0, 6.0), (-6.0, 6.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """Four minima, four saddles and the local maximum."""
        return (
            *(Critical(point, 0.0) for point in _MINIMA),
            *(Critical(point, loss, "saddle", is_global=False) for point, loss in _SADDLES),
            Critical(*_MAXIMUM, "maximum", is_global=False),
        )

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """A far corner, the plateau by the maximum where all four basins meet, and near a saddle."""
        return (5.0, -5.0), (-0.2, -1.0), (0.0, 3.0)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        p = x * x + y - 11.0
        q = x + y * y - 7.0
        loss: Array = p * p + q * q
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        p = x * x + y - 11.0
        q = x + y * y - 7.0
        return pair(4.0 * (x * p) + 2.0 * q, 2.0 * p + 4.0 * (y * q), theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        x, y = theta[..., 0], theta[..., 1]
        return symmetric(12.0 * (x * x) + 4.0 * y - 42.0, 4.0 * (x + y), 12.0 * (y * y) + 4.0 * x - 26.0, theta)
