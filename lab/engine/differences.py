"""Derivatives by differences of the loss, and how wrong they are: too large an h bends, too small an h rounds.

The point of this module is to be looked at. Nothing in the lab steps along a numerical derivative: every landscape
brings its exact one, and that is what the quotients here are measured against.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from lab.core.errors import BadValue
from lab.engine.landscapes import Array, HasThirdDerivative, Landscape

Scheme = Literal["forward", "backward", "central"]
SCHEMES: tuple[Scheme, ...] = get_args(Scheme)
#: The distance from 1 to the next float64; rounding to nearest is wrong by half of it at most.
EPSILON = float(np.finfo(np.float64).eps)


def nodes(theta: Array, h: ArrayLike, scheme: Scheme = "forward", *, axis: int = 0) -> tuple[Array, Array]:
    """Where a quotient looks at the loss, as float64 can store it; grows with n d.

    Parameters
    ----------
    theta : (d,) array
        The point whose derivative is wanted.
    h : float or (n,) array
        Distances, above 0, in units of the weight.
    scheme : {"forward", "backward", "central"}
        Whether to look ahead, behind, or to both sides.
    axis : int
        Which weight is moved.

    Returns
    -------
    lower, upper : (n, d) arrays
        The points whose losses are subtracted. Where h is below half the spacing of the floats around `theta` they
        are one and the same.

    Raises
    ------
    BadValue
        For an unknown scheme, an axis that `theta` does not have, or an h that is not a number above 0.
    """
    if scheme not in SCHEMES:
        raise BadValue("scheme", f"{scheme!r} is not one of {', '.join(SCHEMES)}")
    if not 0 <= axis < len(theta):
        raise BadValue("axis", f"{axis} is not a coordinate of a point of {len(theta)}")
    sizes = np.atleast_1d(np.asarray(h, dtype=np.float64))
    if sizes.size and not (np.isfinite(sizes).all() and sizes.min() > 0.0):
        raise BadValue("h", "has to be a number above 0")
    lower = np.repeat(theta[None, :], len(sizes), axis=0)
    upper = lower.copy()
    if scheme != "backward":
        upper[:, axis] += sizes
    if scheme != "forward":
        lower[:, axis] -= sizes
    return lower, upper


def quotient(
    landscape: Landscape,
    theta: Array,
    h: ArrayLike,
    scheme: Scheme = "forward",
    *,
    axis: int = 0,
    stored: bool = False,
) -> Array:
    """Difference quotients of a landscape at one point, for many h at once.

    Parameters
    ----------
    landscape : Landscape
        Whose loss is differentiated.
    theta : (d,) array
        The point.
    h : float or (n,) array
        Distances, above 0, in units of the weight.
    scheme : {"forward", "backward", "central"}
        [f(θ+h) - f(θ)] / h, [f(θ) - f(θ-h)] / h or [f(θ+h) - f(θ-h)] / 2h.
    axis : int
        Which weight is moved.
    stored : bool
        Divide by the distance between the two points as float64 stores them, (θ+h) - θ, in place of h itself.

        The default is the quotient as every book prints it. It makes two rounding errors: that of the two losses,
        and that of the point θ+h, which lies up to half a spacing of the floats away from where h says. Dividing by
        the stored distance removes the second one, at no cost; a program that needs the derivative should do so.
        The lab shows the printed form first, because it is what people type, and lets the other one be switched on.

    Returns
    -------
    (n,) array
        The quotients. Where θ+h = θ the printed form gives 0 / h = 0, the stored one 0 / 0 = nan. A loss that
        overflows makes inf or nan, without a warning.

    Raises
    ------
    BadValue
        As `nodes`.

    Notes
    -----
    One evaluation of the loss on n + 1 points, or 2 n for the central quotient.

    References
    ----------
    Nocedal & Wright, Numerical Optimization, 2nd ed. (2006), section 8.1; Press, Teukolsky, Vetterling & Flannery,
    Numerical Recipes, 3rd ed. (2007), section 5.7, for the stored distance.
    """
    lower, upper = nodes(theta, h, scheme, axis=axis)
    n = len(lower)
    if scheme == "central":
        loss = landscape.value(np.concatenate([lower, upper]))
        below, above = loss[:n], loss[n:]
    else:
        # The near end is the point itself for every h.
        far = upper if scheme == "forward" else lower
        loss = landscape.value(np.concatenate([theta[None, :], far]))
        below, above = (loss[:1], loss[1:]) if scheme == "forward" else (loss[1:], loss[:1])
    with np.errstate(all="ignore"):
        if stored:
            width = upper[:, axis] - lower[:, axis]
        else:
            sizes = np.atleast_1d(np.asarray(h, dtype=np.float64))
            width = 2.0 * sizes if scheme == "central" else sizes
        slopes: Array = (above - below) / width
    return slopes


@dataclass(frozen=True, slots=True)
class ErrorModel:
    """The textbook's two errors of a quotient: a h^p for cutting the Taylor series off, b / h for rounding.

    Attributes
    ----------
    order : int
        p: 1 for the one-sided quotients, 2 for the central one.
    truncation : float or None
        a: half the second derivative, or a sixth of the third, without sign; None where the landscape gives no
        exact third derivative.
    rounding : float
        b: what one rounding of each loss (and of each point, unless the stored distance is used) amounts to.
    reach : float
        The Taylor series holds for h up to here: then a kink lies between the points. inf without kinks, 0 on one.
    """

    order: int
    truncation: float | None
    rounding: float
    reach: float

    def error(self, h: ArrayLike) -> Array:
        """The expected size of the error for each h, shape (n,); nan where no Taylor series holds."""
        sizes = np.atleast_1d(np.asarray(h, dtype=np.float64))
        if self.truncation is None:
            return np.full(len(sizes), np.nan)
        with np.errstate(all="ignore"):
            expected: Array = self.truncation * sizes**self.order + self.rounding / sizes
        return np.where(sizes < self.reach, expected, np.nan)

    @property
    def best(self) -> float | None:
        """The h at which the expected error is least, (b / (p a))^(1 / (p + 1)), but not beyond a kink.

        inf where nothing bends (the larger the better), 0 where nothing rounds, None where it is not known.
        """
        if self.truncation is None or self.reach == 0.0:
            return None
        if self.truncation == 0.0:
            return self.reach
        with np.errstate(all="ignore"):
            least = float((self.rounding / (self.order * self.truncation)) ** (1.0 / (self.order + 1)))
        # Far away both errors may be beyond all numbers.
        return None if np.isnan(least) else min(least, self.reach)


def error_model(
    landscape: Landscape, theta: Array, scheme: Scheme = "forward", *, axis: int = 0, stored: bool = False
) -> ErrorModel:
    """What the textbook expects of a quotient at one point.

    Parameters
    ----------
    landscape, theta, scheme, axis, stored
        As for `quotient`.

    Returns
    -------
    ErrorModel
        Truncation: h/2 |f''| for a one-sided quotient, from the exact Hessian; h²/6 |f'''| for the central one, where
        the landscape has an exact third derivative (`HasThirdDerivative`). Rounding, with ε the spacing of the
        floats at 1: each of two losses is off by ε/2 |f|, and a point that is itself rounded by ε/2 |θ| moves its
        loss by that times |f'|; over h, or over 2h.

    Notes
    -----
    It counts one rounding for each loss. A formula of many operations rounds more often, one that is exact (|w|) not
    at all: the model is right to a factor of a few. Cost: one loss, one gradient, one Hessian.

    References
    ----------
    Nocedal & Wright (2006), section 8.1; Press et al. (2007), section 5.7.
    """
    nodes(theta, 1.0, scheme, axis=axis)  # refuses what makes no sense
    with np.errstate(all="ignore"):
        loss, slope = abs(float(landscape.value(theta))), abs(float(landscape.gradient(theta)[axis]))
        of_points = 0.0 if stored else 0.5 * EPSILON * abs(float(theta[axis])) * slope
        if scheme != "central":
            bend = 0.5 * abs(float(landscape.hessian(theta)[axis, axis]))
            return ErrorModel(1, bend, EPSILON * loss + of_points, reach(landscape, theta, scheme, axis=axis))
        third = (
            abs(float(landscape.third_derivative(theta))) / 6.0 if isinstance(landscape, HasThirdDerivative) else None
        )
    return ErrorModel(2, third, 0.5 * EPSILON * loss + of_points, reach(landscape, theta, scheme, axis=axis))


def reach(landscape: Landscape, theta: Array, scheme: Scheme = "forward", *, axis: int = 0) -> float:
    """How large h may be before a kink lies between the points: inf without kinks, 0 where `theta` is on one.

    Grows with the number of kinks.
    """
    nearest = np.inf
    for kink in landscape.kinks:
        # A nan coordinate means that the kink is there for any value of it.
        if all(np.isnan(k) or k == t for i, (k, t) in enumerate(zip(kink, theta, strict=True)) if i != axis):
            gap = 0.0 if np.isnan(kink[axis]) else kink[axis] - float(theta[axis])
            if gap == 0.0 or scheme == "central" or (gap > 0.0) == (scheme == "forward"):
                nearest = min(nearest, abs(gap))
    return float(nearest)


def one_sided(landscape: Landscape, theta: Array, *, axis: int = 0) -> tuple[float, float]:
    """The exact derivatives just left and just right of a point: they differ on a kink, and nowhere else.

    Taken from the exact gradient at the neighbouring floats, so at a smooth point they are the derivative there to
    within one spacing of the weight. Costs two gradients.
    """
    sides = []
    for towards in (-np.inf, np.inf):
        beside = theta.copy()
        beside[axis] = np.nextafter(theta[axis], towards)
        sides.append(float(landscape.gradient(beside)[axis]))
    return sides[0], sides[1]
