"""The six-hump camel: six minima in three pairs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._contract import Kind
from lab.engine.landscapes._smooth import Smooth

# One of each pair (the other has both signs turned), by Newton's method to the last bit of float64.
_ONE_OF_EACH_PAIR: tuple[tuple[tuple[float, float], float, Kind], ...] = (
    ((0.08984201310031807, -0.7126564030207396), -1.0316284534898774, "minimum"),
    ((1.703606714969981, -0.7960835686726252), -0.21546382438371836, "minimum"),
    ((1.6071047529201974, 0.5686514548841314), 2.1042503103112575, "minimum"),
    ((1.1092053368047863, -0.7682680925095399), 0.543718600978185, "saddle"),
    ((1.6380679841897787, 0.2286740690443941), 2.229357197530715, "saddle"),
    ((1.296070267167109, 0.6050843880386585), 2.2294708180298595, "saddle"),
    ((1.2302298765166528, 0.162334584458995), 2.496295351023577, "maximum"),
)


@LANDSCAPES.register("six_hump_camel", title="Six-hump camel", group="Many minima")
@dataclass(frozen=True, slots=True)
class SixHumpCamel(Smooth):
    """(4 - 2.1 x^2 + x^4 / 3) x^2 + x y + 4 (y^2 - 1) y^2: point-symmetric, so every minimum has an equal twin.

    Two of the six are global; saddles between them make the basins of attraction fold into each other.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=\left(4-2.1x^2+\frac{x^4}{3}\right)x^2+xy+4\,(y^2-1)\,y^2"
    doc: ClassVar[str] = "Six valleys in three equal pairs: twins of the best lie on either side of a saddle."
    source: ClassVar[str] = "Dixon & Szegö, Towards Global Optimisation 2 (1978)"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "(4 - 2.1*x**2 + x**4/3)*x**2 + x*y + (4*y**2 - 4)*y**2",
            ("8*x - 8.4*x**3 + 2*x**5 + y", "x - 8*y + 16*y**3"),
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """All six valleys."""
        return (-2.0, 2.0), (-1.2, 1.2)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """All fifteen: six minima, seven saddles and two maxima."""
        origin = Critical((0.0, 0.0), 0.0, "saddle", is_global=False)
        twins = (
            Critical((s * x, s * y), loss, kind, is_global=kind == "minimum" and loss < -1.0)
            for (x, y), loss, kind in _ONE_OF_EACH_PAIR
            for s in (1.0, -1.0)
        )
        return (*twins, origin)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """In a corner, between two valleys, and by the saddle at the centre."""
        return (-1.5, -1.0), (1.0, 0.1), (-0.1, 0.05)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        x, y = theta[..., 0], theta[..., 1]
        x2, y2 = x * x, y * y
        loss: Array = x2 * (4.0 + x2 * (x2 / 3.0 - 2.1)) + x * y + 4.0 * (y2 * (y2 - 1.0))
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        x, y = theta[..., 0], theta[..., 1]
        x2, y2 = x * x, y * y
        return pair(x * (8.0 + x2 * (2.0 * x2 - 8.4)) + y, x + y * (16.0 * y2 - 8.0), theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        squares = theta * theta
        x2, y2 = squares[..., 0], squares[..., 1]
        return symmetric(8.0 + x2 * (10.0 * x2 - 25.2), 1.0, 48.0 * y2 - 8.0, theta)
