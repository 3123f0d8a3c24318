"""The log loss of two classes by the margin: how surely a model gives the right class, below 0 where it is wrong."""

from __future__ import annotations

import numpy as np

from lab.engine.landscapes._contract import Array


def wrong(margin: Array, share: float = 1.0) -> Array:
    """`share` times the probability of the wrong class, 1 / (1 + e^margin), in place; inf from e^margin gives 0."""
    np.exp(margin, out=margin)
    margin += 1.0
    return np.divide(share, margin, out=margin)


def mean_log_loss(margin: Array) -> Array:
    """Mean of log(1 + e^-margin) over samples, (n, m) to (m,), never below 0; overwrites the margins.

    One logarithm of the product of all 1 + e^-|margin|, at most 2^n, serves all samples; that is finite for n < 1024.
    """
    wrong_by = np.add.reduce(np.minimum(margin, 0.0))
    np.abs(margin, out=margin)
    np.exp(np.negative(margin, out=margin), out=margin)
    margin += 1.0
    loss: Array = (np.log(np.multiply.reduce(margin)) - wrong_by) / len(margin)
    return loss
