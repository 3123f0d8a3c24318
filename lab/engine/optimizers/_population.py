"""What the rules without gradients share: chance, ranks, and matrices taken apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.engine.optimizers._contract import Array, Rate, StepResult
from lab.engine.optimizers._parts import Parts


def per_point(lr: Rate) -> Rate:
    """The learning rate for arrays of shape (n, k, d)."""
    return lr[:, :, None] if isinstance(lr, np.ndarray) else lr


def moved(theta: Array, theta_next: Array, state: Mapping[str, Array]) -> StepResult:
    """The result of a step that has one part only: where it went."""
    return StepResult(theta_next, state, Parts(lambda: {"move": theta_next - theta}))


def move_symbols(theta: Array, result: StepResult) -> dict[str, Any]:
    """The numbers for `rules.MOVED`."""
    return {"theta": theta, "move": result.theta - theta, "theta_next": result.theta}


def ranked(losses: Array, *arrays: Array) -> tuple[Array, ...]:
    """The arrays (n, k, ...) with each row's points from the lowest loss to the highest, losses first; nan comes last.

    Equal losses keep their order.
    """
    order = np.argsort(losses, axis=1, kind="stable")
    placed = [np.take_along_axis(losses, order, axis=1)]
    for array in arrays:
        index = order.reshape(order.shape + (1,) * (array.ndim - 2))
        placed.append(np.take_along_axis(array, index, axis=1))
    return tuple(placed)


def weighted(weights: Array, points: Array) -> Array:
    """Sum of w_k x_k over the second axis of (n, k, d), in order, so that a row does not depend on the batch."""
    total: Array = weights[0] * points[:, 0]
    for k in range(1, len(weights)):
        total += weights[k] * points[:, k]
    return total


def eigen(matrices: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Eigenvalues (n, d), eigenvectors in columns (n, d, d), and which rows are finite, (n, 1).

    Rows that are not finite, which LAPACK refuses, get those of the identity. d^3 a row.
    """
    finite: NDArray[np.bool_] = np.logical_and.reduce(np.isfinite(matrices), axis=(1, 2), keepdims=True)
    if not finite.all():
        matrices = np.where(finite, matrices, np.eye(matrices.shape[-1]))
    values, vectors = np.linalg.eigh(matrices)
    return values, vectors, finite[:, 0]
