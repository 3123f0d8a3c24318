"""Shapes and floating-point manners shared by the landscapes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np

from lab.engine.landscapes._contract import Array

#: Rows evaluated at a time, unless a landscape whose rows are larger has its own ``block``. Temporaries of 64 KB stay
#: in the cache and are recycled by malloc, where those of a whole picture would each be fetched from the system anew
#: (up to six times slower).
BLOCK = 8192

_Method = TypeVar("_Method", bound=Callable[..., Array])


def quiet(method: _Method) -> _Method:
    """Decorate what takes points first: no floating-point warnings, and large batches block by block.

    Far outside the domain a loss overflows to inf, which is its true value in float64 and what the race reports as
    divergence; a warning would add nothing.
    """

    @wraps(method)
    def wrapped(self: Any, theta: Array, *rest: Any) -> Array:
        with np.errstate(over="ignore", invalid="ignore", under="ignore"):
            block = getattr(self, "block", BLOCK)
            if theta.size <= block * theta.shape[-1]:
                return method(self, theta, *rest)
            rows = theta.reshape(-1, theta.shape[-1])
            first = method(self, rows[:block], *rest)
            out = np.empty((len(rows), *first.shape[1:]))
            out[:block] = first
            for start in range(block, len(rows), block):
                out[start : start + block] = method(self, rows[start : start + block], *rest)
            return out.reshape(*theta.shape[:-1], *first.shape[1:])

    return cast("_Method", wrapped)


def pair(x: Any, y: Any, theta: Array) -> Array:
    """Two components side by side, shape of `theta` (..., 2); faster than `numpy.stack` on small arrays."""
    out = np.empty(theta.shape)
    out[..., 0] = x
    out[..., 1] = y
    return out


def symmetric(xx: Any, xy: Any, yy: Any, theta: Array) -> Array:
    """The matrices ((xx, xy), (xy, yy)), shape (..., 2, 2); entries may be plain numbers."""
    out = np.empty((*theta.shape, 2))
    out[..., 0, 0] = xx
    out[..., 0, 1] = xy
    out[..., 1, 0] = xy
    out[..., 1, 1] = yy
    return out


def squared_length(theta: Array) -> Array:
    """The squared distance of points (..., 2) from the origin, shape (...)."""
    x, y = theta[..., 0], theta[..., 1]
    square: Array = x * x + y * y
    return square


def sine_versine(angle: Any) -> tuple[Array, Array]:
    """The sine and 1 - cosine of an angle in radians, both from one tangent, to 4e-16.

    With t the tangent of half the angle they are 2 t / (1 + t^2) and t times that. Where NumPy brings a vectorised
    tangent this is twenty times faster than asking for the sine and the cosine, elsewhere still twice; and
    1 - cosine keeps its digits near 0, where the difference would lose them.
    """
    t = np.tan(0.5 * angle)
    sine: Array = 2.0 * t / (1.0 + t * t)
    return sine, t * sine


def turned(turns: Any) -> tuple[Array, Array]:
    """`sine_versine` of an angle given in full turns; exact periodicity, since whole turns are taken off first."""
    t = np.tan(np.pi * (turns - np.rint(turns)))
    sine: Array = 2.0 * t / (1.0 + t * t)
    return sine, t * sine
