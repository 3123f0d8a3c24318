"""What the landscapes share whose loss is a mean over samples of a function of one weighted sum."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from lab.core.params import param
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._contract import Array
from lab.engine.landscapes._smooth import Smooth

#: Numbers in one temporary array: 128 KB.
_CELLS = 16384

RAW, STANDARDISED = "raw", "standardised"


def features(doc: str) -> Any:
    """Declare whether the model is given the features as they are or scaled."""
    return param(RAW, choices=(RAW, STANDARDISED), doc=doc)


def n_samples(default: int, *, lo: int) -> Any:
    """Declare the number of points."""
    return param(default, lo=lo, hi=1000, soft=(10, 200), label="Samples", symbol="n", doc="Points of the data set.")


def data_seed() -> Any:
    """Declare which data set is drawn."""
    return param(0, lo=0, label="Data seed", doc="Draws another data set.")


def standardised(features: Array) -> Array:
    """Each column with its mean taken off, over its standard deviation."""
    scaled: Array = (features - features.mean(axis=0)) / features.std(axis=0)
    return scaled


def frozen(*arrays: Array) -> tuple[Array, ...]:
    """The same arrays, read-only and contiguous."""
    for array in arrays:
        array.flags.writeable = False
    return arrays


class Pointwise(Protocol):
    """Loss of one sample as a function of its weighted sum v (..., n), with two derivatives by v.

    `v` may be overwritten.
    """

    def loss(self, v: Array, y: Array) -> Array:
        """Mean loss over the samples, shape (...), never below 0."""
        ...

    def slope(self, v: Array, y: Array) -> Array:
        """First derivative by v, shape (..., n)."""
        ...

    def bend(self, v: Array, y: Array) -> Array:
        """Second derivative by v, shape (..., n)."""
        ...


class OverData(Smooth, ABC):
    """Loss mean_i l(v_i, y_i) + penalty / 2 |theta|^2 with v_i = theta_1 a_i + theta_2 b_i.

    Costs points x samples for everything. Sums run over the samples of one point in their order, so a point's result
    does not depend on which others are asked about with it.

    A landscape declares `n_samples` and says what its data are and what one sample costs; `_penalty` where it has one.
    """

    __slots__ = ()

    dim: ClassVar[int] = 2
    n_samples: int

    @abstractmethod
    def _table(self) -> tuple[Array, Array, Array]:
        """Columns a and b of the design and the targets y, each of shape (n,)."""

    @abstractmethod
    def _pointwise(self) -> Pointwise:
        """The loss of one sample."""

    @property
    def _penalty(self) -> float:
        """Strength of the pull of the weights towards 0."""
        return 0.0

    @property
    def block(self) -> int:
        """Points evaluated at a time, so that points x samples stay in the cache."""
        return max(1, _CELLS // self.n_samples)

    @quiet
    def value(self, theta: Array) -> Array:
        """Mean loss over all samples, shape (...)."""
        return self._mean_loss(theta, *self._table())

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        return self._mean_gradient(theta, *self._table())

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        a, b, y = self._table()
        bend = self._pointwise().bend(_sums(theta, a, b), y)
        aa, ab, bb = (_mean(bend, column) for column in (a * a, a * b, b * b))
        return symmetric(aa + self._penalty, ab, bb + self._penalty, theta)

    @quiet
    def value_on(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        """Mean loss over the samples `rows`, shape (...)."""
        return self._mean_loss(theta, *(column[rows] for column in self._table()))

    @quiet
    def gradient_on(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        """Exact gradient of `value_on`, shape (..., 2)."""
        return self._mean_gradient(theta, *(column[rows] for column in self._table()))

    def _mean_loss(self, theta: Array, a: Array, b: Array, y: Array) -> Array:
        loss = self._pointwise().loss(_sums(theta, a, b), y)
        if self._penalty:
            first, second = theta[..., 0], theta[..., 1]
            loss = loss + (0.5 * self._penalty) * (first * first + second * second)
        return loss

    def _mean_gradient(self, theta: Array, a: Array, b: Array, y: Array) -> Array:
        slope = self._pointwise().slope(_sums(theta, a, b), y)
        mean = pair(_mean(slope, a), _mean(slope, b), theta)
        return mean + self._penalty * theta if self._penalty else mean


def _sums(theta: Any, a: Array, b: Array) -> Array:
    """Each sample's weighted sum at each point, shape (..., n)."""
    v: Array = theta[..., :1] * a
    v += theta[..., 1:] * b
    return v


def _mean(per_sample: Array, weights: Array) -> Array:
    """The mean over samples of a product with one weight each, (..., n) and (n,) to (...); a plain loop, not BLAS."""
    total: Array = np.einsum("...n,n->...", per_sample, weights)
    return total / len(weights)
