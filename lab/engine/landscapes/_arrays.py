"""Shapes and floating-point manners shared by the landscapes."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.engine.landscapes._contract import Array

#: Decorates `value`, `gradient` and `hessian`: far outside the domain a loss overflows to inf, which is its true
#: value in float64 and what the race reports as divergence; a warning would add nothing.
quiet = np.errstate(over="ignore", invalid="ignore", under="ignore")


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
