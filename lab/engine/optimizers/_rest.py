"""Rows that stand still and would do the same again need not be asked: the rest of a batch, as a batch of its own.

A search that has found the bottom goes on failing there, and failing is its dearest case. Whoever stood still with a
memory that did not change, and now sees the loss, gradient and rate of the step before, gets the answer and the charge
of the step before: the numbers are those of a full step, to the bit.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lab.engine.optimizers._contract import Array, Ask, Rate

Rows = NDArray[np.intp]


def same(a: Array, b: Array) -> NDArray[np.bool_]:
    """Which rows of two (n, d) arrays are equal, shape (n,)."""
    equal: NDArray[np.bool_] = a[:, 0] == b[:, 0]
    for i in range(1, a.shape[1]):
        equal &= a[:, i] == b[:, i]
    return equal


def as_rows(rate: Rate, n: int) -> Array:
    """A learning rate as one number per row, shape (n, 1)."""
    return np.full((n, 1), rate) if np.ndim(rate) == 0 else np.asarray(rate)


def taken(state: Mapping[str, Array], rows: Rows) -> dict[str, Array]:
    """The state of some rows; each array keeps its layout in memory with the rows next to each other."""
    return {name: _across(_across(array)[..., rows]) for name, array in state.items()}


def put(state: Mapping[str, Array], rows: Rows, part: Mapping[str, Array]) -> dict[str, Array]:
    """The state with some rows replaced: copies of the arrays that change, and those that don't themselves.

    The few rows still awake in a large batch have mostly arrived as well and learn nothing: what they remember, which
    is nearly all of the state, need then not be copied for them.
    """
    whole = {}
    for name, array in state.items():
        whole[name] = array
        old, new = _across(array)[..., rows], _across(part[name])
        # Bit for bit: also a zero's sign is part of a number, and a nan equals itself.
        if old.tobytes() != new.tobytes():
            copy = _across(array).copy()
            copy[..., rows] = new
            whole[name] = _across(copy)
    return whole


def _across(array: Array) -> Array:
    """The same numbers with the axes in the other order: rows last, or first again."""
    return array.T


class Some:
    """An `Ask` for some rows of a batch: what is answered is charged to them.

    Parameters
    ----------
    ask : Ask
        Answers for the whole batch.
    rows : (k,) array of int
        The rows that go on, ascending.
    n : int
        Rows of the whole batch.
    """

    __slots__ = ("_ask", "_n", "_rows")

    def __init__(self, ask: Ask, rows: Rows, n: int) -> None:
        self._ask = ask
        self._rows = rows
        self._n = n

    def value(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        """Loss at each point, shape (k,)."""
        self.charge(np.ones(len(theta), np.intp) if where is None else where.astype(np.intp))
        values: Array = self._ask.trials(theta[:, None])[:, 0]
        return values

    def trials(self, points: Array) -> Array:
        """Losses at points of shape (m, j, d), shape (m, j), uncounted."""
        return self._ask.trials(points)

    def charge(self, values: NDArray[np.intp]) -> None:
        """Count losses, shape (k,)."""
        whole = np.zeros(self._n, np.intp)
        whole[self._rows] = values
        self._ask.charge(whole)

    def gradient(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        """Refused: a gradient may carry noise that belongs to its row of the whole batch."""
        raise TypeError("ask for the gradients of the whole batch")

    def hessian(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        """Refused, as `gradient`."""
        raise TypeError("ask for the Hessians of the whole batch")
