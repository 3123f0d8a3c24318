"""Clipping: no gradient larger than a limit."""

from __future__ import annotations

import numpy as np

from lab.engine.optimizers._contract import Array
from lab.engine.optimizers._line_search import dot
from lab.engine.optimizers._parts import quiet

#: What torch adds to the norm before it divides by it; so a clipped gradient is shorter than the limit by a trifle.
NORM_EPSILON = 1e-6


def clip_by_value(gradient: Array, limit: float) -> Array:
    """Each component of (n, d) cut to [-limit, limit]; the direction may change.

    As torch.nn.utils.clip_grad_value_. Grows with n d.
    """
    return np.clip(gradient, -limit, limit)


@quiet
def clip_by_norm(gradient: Array, limit: float) -> Array:
    """Each row of (n, d) scaled down to the Euclidean norm `limit` where it is longer; the direction stays.

    As torch.nn.utils.clip_grad_norm_ for one row at a time: the factor is min(1, limit / (norm + 1e-6)), so a row just
    below the limit is touched too. A row whose norm is infinite becomes 0 (nan in its infinite components), one with
    nan becomes nan. Grows with n d.
    """
    norm = np.sqrt(dot(gradient, gradient))
    factor = limit / (norm + NORM_EPSILON)
    clipped: Array = gradient * np.minimum(factor, 1.0)
    return clipped
