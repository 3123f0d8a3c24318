"""The Styblinski-Tang function: four wells, one of them the deepest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet, symmetric
from lab.engine.landscapes._contract import Kind
from lab.engine.landscapes._smooth import Smooth

# Roots of 2 x^3 - 16 x + 2.5, where the loss along one axis is stationary: deep well, hump, shallow well.
_ALONG = (-2.903534027771177, 0.1567312567803401, 2.746802770990837)


@LANDSCAPES.register("styblinski_tang", title="Styblinski-Tang", group="Many minima")
@dataclass(frozen=True, slots=True)
class StyblinskiTang(Smooth):
    """Half of x^4 - 16 x^2 + 5 x, summed over both axes: a deep well on the left of each, a shallow one on the right.

    The axes do not interact, so a racer decides for each coordinate by itself, and a start with one wrong sign ends
    in a well 14.1 too high.
    """

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=\frac{1}{2}\left(x^4-16x^2+5x+y^4-16y^2+5y\right)"
    doc: ClassVar[str] = "Each coordinate chooses its well alone: one wrong start value costs the best answer."
    source: ClassVar[str] = "Styblinski & Tang, Neural Networks 3 (1990) 467-483"

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python."""
        return LandscapeCode(
            "(x**4 - 16*x**2 + 5*x + y**4 - 16*y**2 + 5*y) / 2", ("2*x**3 - 16*x + 2.5", "2*y**3 - 16*y + 2.5")
        )

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """The customary square."""
        return (-5.0, 5.0), (-5.0, 5.0)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """All nine: four minima, four saddles and the maximum."""

        def kind(a: int, b: int) -> Kind:
            return "saddle" if (a == 1) != (b == 1) else "maximum" if a == 1 else "minimum"

        one = [0.5 * (x**4 - 16.0 * x * x + 5.0 * x) for x in _ALONG]
        return tuple(
            Critical((x, y), one[i] + one[j], kind(i, j), is_global=i == j == 0)
            for i, x in enumerate(_ALONG)
            for j, y in enumerate(_ALONG)
        )

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """In the worst corner, by the maximum where all four basins meet, and between two wells."""
        return (4.5, 4.5), (0.1, 0.3), (-4.0, 4.8)

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...)."""
        squares = theta * theta
        terms = squares * (squares - 16.0) + 5.0 * theta
        loss: Array = 0.5 * (terms[..., 0] + terms[..., 1])
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        slope: Array = theta * (2.0 * (theta * theta) - 16.0) + 2.5
        return slope

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2); diagonal, since the axes don't interact."""
        bend = 6.0 * (theta * theta) - 16.0
        return symmetric(bend[..., 0], 0.0, bend[..., 1], theta)
