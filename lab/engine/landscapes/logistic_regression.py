"""Logistic regression: the loss of a classifier over its two weights, the right one and the wrong one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.core.run import random_stream
from lab.engine.autodiff import GATES
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes import _over_data as data
from lab.engine.landscapes._log_loss import mean_log_loss, wrong
from lab.engine.landscapes._over_data import STANDARDISED, OverData, Pointwise, frozen, standardised
from lab.engine.landscapes._search import descend, with_lowest

LOG_LOSS, MSE = "log loss", "mean squared error"
#: Raw features: the second is measured in a unit so small that its numbers are this much larger.
_UNIT = 4.0

_sigmoid = GATES["sigmoid"].value


class _LogLoss:
    """-log of the probability of the true class. Classes are folded into the features, so v > 0 is right."""

    def loss(self, v: Array, y: Array) -> Array:
        """Mean of log(1 + e^-v)."""
        return mean_log_loss(v)

    def slope(self, v: Array, y: Array) -> Array:
        """Minus the probability of the wrong class."""
        return wrong(v, -1.0)

    def bend(self, v: Array, y: Array) -> Array:
        """Probability of right times probability of wrong."""
        p = wrong(v)
        return p * (1.0 - p)


class _SquaredProbability:
    """Square of the probability of the wrong class: the squared error of sigma(v) against 0 or 1."""

    def loss(self, v: Array, y: Array) -> Array:
        """Mean of the squares."""
        loss: Array = np.square(wrong(v)).mean(axis=0)
        return loss

    def slope(self, v: Array, y: Array) -> Array:
        """-2 p^2 (1 - p), which vanishes also where the answer is surely wrong."""
        p = wrong(v)
        return 2.0 * (p * p * (p - 1.0))

    def bend(self, v: Array, y: Array) -> Array:
        """p^2 (1 - p) (4 - 6 p), negative where the answer is wrong."""
        p = wrong(v)
        return p * p * (1.0 - p) * (4.0 - 6.0 * p)


_LOSSES: dict[str, Pointwise] = {LOG_LOSS: _LogLoss(), MSE: _SquaredProbability()}


@LANDSCAPES.register("logistic_regression", title="Logistic regression", group="Data")
@dataclass(frozen=True, slots=True)
class LogisticRegression(OverData):
    """Loss of sigma(w1 x1 + w2 x2) over two clouds of points, plus weight decay lambda / 2 |w|^2.

    The log loss is convex: one minimum, and a slope everywhere that leads there. The mean squared error of the same
    model is not: where a point is classified surely and wrongly its gradient vanishes, so far out on the wrong side
    lies a plateau. The weight decay keeps the minimum finite when a line separates the clouds.

    Raw, the second feature has numbers four times those of the first, and the Hessian's condition number grows to its
    square; standardised, both are alike.

    Parameters
    ----------
    loss : str
        "log loss" or "mean squared error".
    features : str
        "raw", or "standardised": mean 0, standard deviation 1.
    n_samples : int
        Points of the data set, half of each class.
    noise : float
        Standard deviation of each cloud; their centres lie 2 apart along both features.
    weight_decay : float
        lambda.
    data_seed : int
        Draws another data set.
    """

    loss: str = param(LOG_LOSS, choices=(LOG_LOSS, MSE), doc="What a wrong answer costs.")
    features: str = data.features("What the model is given.")
    n_samples: int = data.n_samples(60, lo=4)
    noise: float = param(1.2, above=0, hi=100, soft=(0.5, 2.0), symbol="σ", doc="Spread of each cloud.")
    weight_decay: float = param(
        0.01, lo=1e-3, hi=10, soft=(0.002, 0.2), log=True, symbol="λ", doc="Pull of the weights towards 0."
    )
    data_seed: int = data.data_seed()

    latex: ClassVar[str] = (
        r"f=\frac{1}{n}\sum_{i}\ell\left(\sigma(w_1x_{i1}+w_2x_{i2}),\,y_i\right)+\frac{\lambda}{2}|w|^2"
    )
    doc: ClassVar[str] = (
        "With log loss every slope leads to the answer; with squared error sure mistakes lie on a plateau."
    )
    source: ClassVar[str] = "Bishop, Pattern Recognition and Machine Learning (2006), section 4.3.2"

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """A square about 0 with the minimum and as much again beyond it."""
        side = _half_side(replace(self, loss=LOG_LOSS))
        return (-side, side), (-side, side)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The minimum; with squared error whatever else Newton's method finds from a lattice."""
        return _critical_points(self)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """All wrong, half wrong, and undecided."""
        side = self.domain[0][1]
        return (-0.8 * side, -0.7 * side), (-0.7 * side, 0.6 * side), (0.0, 0.0)

    def samples(self) -> tuple[Array, Array]:
        """X (n, 2), scaled if `features` says so, and y (n,), 0 or 1."""
        features, sign = _table(self)
        return (sign * features).T, 0.5 * (1.0 + sign)

    def predict(self, theta: Array, X: Array) -> Array:
        """Probability of class 1 for X (k, 2), shape (..., k)."""
        probability: Array = _sigmoid(theta[..., :1] * X[:, 0] + theta[..., 1:] * X[:, 1])
        return probability

    def _table(self) -> tuple[Array, Array]:
        return _table(self)

    def _pointwise(self) -> Pointwise:
        return _LOSSES[self.loss]

    @property
    def _penalty(self) -> float:
        return self.weight_decay


@lru_cache(maxsize=32)
def _table(model: LogisticRegression) -> tuple[Array, Array]:
    """Both features times the class as a sign, and the sign; the origin lies between the clouds."""
    rng = random_stream(model.data_seed, "landscape/logistic_regression", 0)
    sign = np.where(np.arange(model.n_samples) % 2 == 0, 1.0, -1.0)
    X = sign[:, None] + model.noise * rng.standard_normal((model.n_samples, 2))
    X = standardised(X) if model.features == STANDARDISED else X * (1.0, _UNIT)
    features, sign = frozen(np.ascontiguousarray((sign[:, None] * X).T), sign)
    return features, sign


@lru_cache(maxsize=32)
def _half_side(model: LogisticRegression) -> float:
    return max(3.0, float(np.ceil(2.0 * max(map(abs, descend(model, (0.0, 0.0)))))))


@lru_cache(maxsize=32)
def _critical_points(model: LogisticRegression) -> tuple[Critical, ...]:
    return with_lowest(model, (0.0, 0.0))
