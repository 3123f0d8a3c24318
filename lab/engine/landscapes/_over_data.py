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

#: Numbers in one temporary array, 256 KB: in the cache, and calls long enough for threads to work side by side.
_CELLS = 32768
#: Points come in whole lots, so that BLAS takes each of them through the same instructions.
_LOT = 16

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


def columns(theta: Array) -> Array:
    """Points (..., 2) as columns 1, x, y, shape (3, m); m is filled up to whole lots with the origin."""
    points = theta.reshape(-1, 2)
    filled = np.zeros((3, -(-len(points) // _LOT) * _LOT))
    filled[0] = 1.0
    filled[1:, : len(points)] = points.T
    return filled


def at_points(per_column: Array, theta: Array) -> Array:
    """What was computed for `columns(theta)`, shape (..., m), in the shape of the points; fillings fall away."""
    count = theta.size // 2
    return per_column[..., :count].reshape((*per_column.shape[:-1], *theta.shape[:-1]))


def in_lots(points: int) -> int:
    """At most so many points, in whole lots and at least one."""
    return max(1, points // _LOT) * _LOT


class Pointwise(Protocol):
    """Loss of one sample as a function of its weighted sum v (n, m) at m points, with two derivatives by v.

    Targets y come as (n, 1). `v` may be overwritten.
    """

    def loss(self, v: Array, y: Array) -> Array:
        """Mean loss over the samples, shape (m,), never below 0."""
        ...

    def slope(self, v: Array, y: Array) -> Array:
        """First derivative by v, shape (n, m)."""
        ...

    def bend(self, v: Array, y: Array) -> Array:
        """Second derivative by v, shape (n, m)."""
        ...


class OverData(Smooth, ABC):
    """Loss mean_i l(v_i, y_i) + penalty / 2 |theta|^2 with v_i = theta_1 a_i + theta_2 b_i.

    Costs points x samples for everything. Points lie next to each other, in whole lots, and samples below each other.
    Sums run over the samples in their order, BLAS's too, so a point's result does not depend on which others are asked
    about with it.

    A landscape declares `n_samples` and says what its data are and what one sample costs; `_penalty` where it has one.
    """

    __slots__ = ()

    dim: ClassVar[int] = 2
    n_samples: int

    @abstractmethod
    def _table(self) -> tuple[Array, Array]:
        """Both features of each sample, shape (2, n), and the targets y, shape (n,)."""

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
        return in_lots(_CELLS // self.n_samples)

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
        features, y = self._table()
        a, b = features
        bend = self._pointwise().bend(_sums(theta, features), y[:, None])
        aa, ab, bb = _mean(bend, np.stack([a * a, a * b, b * b]), theta)
        return symmetric(aa + self._penalty, ab, bb + self._penalty, theta)

    @quiet
    def value_on(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        """Mean loss over the samples `rows`, shape (...)."""
        features, y = self._table()
        return self._mean_loss(theta, features[:, rows], y[rows])

    @quiet
    def gradient_on(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        """Exact gradient of `value_on`, shape (..., 2)."""
        features, y = self._table()
        return self._mean_gradient(theta, features[:, rows], y[rows])

    def _mean_loss(self, theta: Array, features: Array, y: Array) -> Array:
        loss = at_points(self._pointwise().loss(_sums(theta, features), y[:, None]), theta)
        if self._penalty:
            first, second = theta[..., 0], theta[..., 1]
            loss = loss + (0.5 * self._penalty) * (first * first + second * second)
        return loss

    def _mean_gradient(self, theta: Array, features: Array, y: Array) -> Array:
        slope = self._pointwise().slope(_sums(theta, features), y[:, None])
        by_first, by_second = _mean(slope, features, theta)
        mean = pair(by_first, by_second, theta)
        return mean + self._penalty * theta if self._penalty else mean


def _sums(theta: Array, features: Array) -> Array:
    """Each sample's weighted sum at each point, shape (n, m)."""
    v: Array = np.matmul(features.T, columns(theta)[1:])
    return v


def _mean(per_sample: Array, weights: Array, theta: Array) -> Array:
    """Means over samples of products with k weights each, (n, m) and (k, n) to (k, ...)."""
    total: Array = np.matmul(weights, per_sample)
    total /= weights.shape[1]
    return at_points(total, theta)
