"""Numerical derivatives good to twelve digits, for checking exact ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lab.engine.landscapes import Array, Landscape

#: Weights of f(x + kh) - f(x - kh), k = 1..4, over h: the central difference of eighth order.
_WEIGHTS = (4 / 5, -1 / 5, 4 / 105, -1 / 280)
REACH = len(_WEIGHTS)


def central(f: Callable[[Array], Array], points: Array, h: float) -> Array:
    """Derivatives of `f` along each coordinate at `points` (n, d), shape (n, ..., d).

    The error is that of the ninth derivative times h^8 / 630, plus rounding of about 1e-16 |f| / h.
    """
    columns = []
    for axis in range(points.shape[1]):
        step = np.zeros(points.shape[1])
        step[axis] = h
        terms = [w * (f(points + k * step) - f(points - k * step)) for k, w in enumerate(_WEIGHTS, 1)]
        columns.append(np.sum(terms, axis=0) / h)
    return np.stack(columns, axis=-1)


def sample(landscape: Landscape, count: int, seed: int, margin: float = 0.0) -> Array:
    """Points spread evenly over the domain, shape (n, d), those nearer than `margin` to a kink left out."""
    lo, hi = np.array(landscape.domain).T
    points: Array = np.random.default_rng(seed).uniform(lo, hi, (count, landscape.dim))
    for kink in landscape.kinks:
        # A nan coordinate stands for "anywhere along this axis" and so adds nothing to the distance.
        gap = np.nan_to_num(np.abs(points - np.array(kink)), nan=0.0)
        points = points[gap.max(axis=1) > margin]
    return points


def spacing(landscape: Landscape) -> float:
    """A 2,500th of the domain's smaller side: far below every wiggle, far above rounding."""
    return 4e-4 * min(hi - lo for lo, hi in landscape.domain)
