"""Linear regression: the loss of a straight line over its slope and intercept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes import _over_data as data
from lab.engine.landscapes._arrays import BLOCK, pair, quiet, symmetric
from lab.engine.landscapes._one_feature import OneFeature, scattered

_SLOPE, _INTERCEPT = 1.5, 1.0
_HALF_SIDE = 5.0


class _SquaredError:
    """(v - y)^2."""

    def loss(self, v: Array, y: Array) -> Array:
        """Mean squared residual."""
        v -= y
        loss: Array = np.square(v, out=v).mean(axis=0)
        return loss

    def slope(self, v: Array, y: Array) -> Array:
        """Twice the residual."""
        v -= y
        v *= 2.0
        return v

    def bend(self, v: Array, y: Array) -> Array:
        """2."""
        return np.full(v.shape, 2.0)


@LANDSCAPES.register("linear_regression", title="Linear regression", group="Data")
@dataclass(frozen=True, slots=True)
class LinearRegression(OneFeature):
    """Mean squared error of w x + b over n points scattered about the line 1.5 x + 1, 0 <= x <= 4.

    The loss is an exact parabola with Hessian 2 ((mean x^2, mean x), (mean x, 1)). With raw x its condition number is
    about 30 and its valley oblique, since a steeper line can be made up for by a lower intercept; with x standardised
    it is 1 and the valley a round bowl. So value, gradient and Hessian of the full batch cost nothing per sample.

    Parameters
    ----------
    features : str
        "raw" x, or "standardised": mean 0, standard deviation 1.
    n_samples : int
        Points of the data set.
    noise : float
        Standard deviation of y about the line.
    data_seed : int
        Draws another data set.
    """

    features: str = data.features("What the model is given for x.")
    n_samples: int = data.n_samples(60, lo=2)
    noise: float = param(1.0, lo=0, hi=100, soft=(0.0, 3.0), symbol="σ", doc="Spread of y about the line.")
    data_seed: int = data.data_seed()

    latex: ClassVar[str] = r"f=\frac{1}{n}\sum_{i}\left(w\,x_i+b-y_i\right)^2"
    doc: ClassVar[str] = "Scaling the features turns a narrow valley into a round bowl; minibatches shake the slope."
    source: ClassVar[str] = "Bishop, Pattern Recognition and Machine Learning (2006), section 3.1"

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """A square about the best line, its centre rounded."""
        w, b = (round(c) for c in self._best())
        return (w - _HALF_SIDE, w + _HALF_SIDE), (b - _HALF_SIDE, b + _HALF_SIDE)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The least-squares line, the only one."""
        return (Critical(self._best(), _moments(self)[4]),)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Three lines far from the best: falling, far too steep, and far too low."""
        w, b = (round(c) for c in self._best())
        return (w - 4.0, b + 3.0), (w + 4.0, b + 1.0), (w - 1.0, b - 4.5)

    def predict(self, theta: Array, X: Array) -> Array:
        """The line's y for X (k, 1), shape (..., k)."""
        line: Array = theta[..., :1] * X[:, 0] + theta[..., 1:]
        return line

    def _table(self) -> tuple[Array, Array]:
        return _table(self)

    def _pointwise(self) -> _SquaredError:
        return _SquaredError()

    @property
    def block(self) -> int:
        """Points evaluated at a time: the full batch costs nothing per sample."""
        return BLOCK

    def _best(self) -> tuple[float, float]:
        return _moments(self)[:2]

    @quiet
    def value(self, theta: Array) -> Array:
        """Mean loss over all samples, shape (...): its least value and two squares, so never below it by rounding."""
        w, b, mean, variance, least = _moments(self)
        aside = theta[..., 0] - w
        up = theta[..., 1] - b + mean * aside
        loss: Array = least + (up * up + variance * (aside * aside))
        return loss

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        w, b, mean, variance, _ = _moments(self)
        aside = theta[..., 0] - w
        up = 2.0 * (theta[..., 1] - b + mean * aside)
        return pair(mean * up + (2.0 * variance) * aside, up, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """The constant Hessian, shape (..., 2, 2)."""
        _, _, mean, variance, _ = _moments(self)
        return symmetric(2.0 * (variance + mean * mean), 2.0 * mean, 2.0, theta)


@lru_cache(maxsize=16)
def _table(model: LinearRegression) -> tuple[Array, Array]:
    return scattered(model, "linear_regression", lambda x: _SLOPE * x + _INTERCEPT)


@lru_cache(maxsize=16)
def _moments(model: LinearRegression) -> tuple[float, float, float, float, float]:
    """Slope and intercept of the least-squares line, mean and variance of x, and the least mean squared error."""
    (x, _), y = _table(model)
    mean, variance = float(x.mean()), float(x.var())
    w = float(((x - mean) * (y - y.mean())).mean()) / variance
    b = float(y.mean()) - w * mean
    return w, b, mean, variance, float(np.square(w * x + b - y).mean())
