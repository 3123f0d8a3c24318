"""What is shown of a numerical derivative: the quotient beside the exact slope, and its error for every h."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.engine.differences import ErrorModel, Scheme, error_model, nodes, one_sided, quotient
from lab.engine.landscapes import Array, Landscape
from lab.ui.widgets.numbers import MINUS, power_text

#: The smallest and the largest h, as powers of ten.
LEAST, MOST = -16, 0
#: The h whose errors are drawn, twelve in a decade.
GRID: NDArray[np.float64] = np.logspace(LEAST, MOST, 12 * (MOST - LEAST) + 1)
GRID.flags.writeable = False
#: Digits that tell a float64 from its neighbours.
_ALL_DIGITS = 17


@dataclass(frozen=True, slots=True)
class Reading:
    """A numerical derivative at one weight.

    Attributes
    ----------
    weight, loss, exact : float
        Where it is taken, and the exact slope there; on a kink the one the landscape declares.
    scheme, h, stored
        How it is taken, as in `lab.engine.differences.quotient`.
    ends : (2, 2) array
        The two points of the curve (weight, loss) whose losses are subtracted.
    slope : float
        The quotient; nan where h is lost altogether.
    expected : float
        The size of the error that the textbook expects; nan where it says nothing.
    sides : tuple of float or None
        On a kink the slopes just left and right of it.
    errors : dict of str to (193,) array
        The size of the error for each h of `GRID`, of the scheme that is shown and of the one to compare it with.
    model : ErrorModel
        The textbook's errors of the scheme that is shown.
    """

    weight: float
    loss: float
    exact: float
    scheme: Scheme
    h: float
    stored: bool
    ends: Array
    slope: float
    expected: float
    sides: tuple[float, float] | None
    errors: dict[Scheme, Array]
    model: ErrorModel

    @property
    def error(self) -> float:
        """The quotient minus the exact slope."""
        return self.slope - self.exact


def compared_with(scheme: Scheme) -> Scheme:
    """The scheme of the other order."""
    return "forward" if scheme == "central" else "central"


def read(landscape: Landscape, theta: Array, h: float, scheme: Scheme, stored: bool) -> Reading | None:
    """Take the numerical derivative of a landscape of one weight; None where its loss is not a finite number.

    Cost: about 600 losses at once, far below a millisecond.
    """
    with np.errstate(all="ignore"):
        loss, exact = float(landscape.value(theta)), float(landscape.gradient(theta)[0])
    if not (math.isfinite(loss) and math.isfinite(exact)):
        return None
    lower, upper = nodes(theta, h, scheme)
    both = np.concatenate([lower, upper])
    ends = np.stack([both[:, 0], landscape.value(both)], axis=1)
    model = error_model(landscape, theta, scheme, stored=stored)
    with np.errstate(all="ignore"):
        errors = {
            which: np.abs(quotient(landscape, theta, GRID, which, stored=stored) - exact)
            for which in (scheme, compared_with(scheme))
        }
    return Reading(
        float(theta[0]), loss, exact, scheme, h, stored, ends,
        float(quotient(landscape, theta, h, scheme, stored=stored)[0]),
        float(model.error(h)[0]),
        one_sided(landscape, theta) if model.reach == 0.0 else None,
        errors, model,
    )  # fmt: skip


def side_by_side(a: float, b: float) -> tuple[str, str]:
    """Two numbers with as many digits, the same for both, as it takes to see where they part; a dash for nan."""
    known = [v for v in (a, b) if math.isfinite(v)]
    size = max((abs(v) for v in known), default=0.0)
    apart = abs(a - b) if len(known) == 2 else 0.0
    power = math.floor(math.log10(size)) if size > 0.0 else 0
    digits = 6 if apart == 0.0 else power - math.floor(math.log10(apart)) + 2
    digits = min(max(digits, 4), _ALL_DIGITS)
    first, second = (_number(v, power, digits) for v in (a, b))
    return first, second


def _number(value: float, power: int, digits: int) -> str:
    if math.isnan(value):
        return "–"
    sign = MINUS if value < 0 else ""
    if math.isinf(value):
        return f"{sign}∞"
    if -3 <= power < 6:
        return f"{sign}{abs(value):.{max(digits - 1 - power, 0)}f}"
    # A power of ten below 1e-308 can't be divided by; the text can.
    return f"{sign}{_mantissa(abs(value), power):.{digits - 1}f}·{power_text(power)}"


def _mantissa(value: float, power: int) -> float:
    return value / 10.0**power if power > -300 else value * 1e300 / 10.0 ** (power + 300)


def parting(a: str, b: str) -> int:
    """At which letter two texts part."""
    return next((i for i, (u, v) in enumerate(zip(a, b, strict=False)) if u != v), min(len(a), len(b)))
