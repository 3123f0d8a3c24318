"""One tanh neuron: the smallest network, and already not convex."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes import _over_data as data
from lab.engine.landscapes._one_feature import OneFeature, scattered
from lab.engine.landscapes._search import descend, with_lowest

_WEIGHT, _MIDDLE = 1.5, 2.3


class _SquaredTanhError:
    """(tanh v - y)^2."""

    def loss(self, v: Array, y: Array) -> Array:
        """Mean squared residual."""
        t = np.tanh(v, out=v)
        t -= y
        loss: Array = np.square(t, out=t).mean(axis=0)
        return loss

    def slope(self, v: Array, y: Array) -> Array:
        """2 (t - y) (1 - t^2), which vanishes where the neuron is saturated."""
        t = np.tanh(v, out=v)
        slope = t - y
        slope *= 2.0
        np.square(t, out=t)
        slope *= np.subtract(1.0, t, out=t)
        return slope

    def bend(self, v: Array, y: Array) -> Array:
        """2 (1 - t^2) (1 - t^2 - 2 t (t - y))."""
        t = np.tanh(v)
        open_ = 1.0 - t * t
        bend: Array = 2.0 * open_ * (open_ - 2.0 * t * (t - y))
        return bend


@LANDSCAPES.register("tanh_neuron", title="Tanh neuron", group="Data")
@dataclass(frozen=True, slots=True)
class TanhNeuron(OneFeature):
    """Mean squared error of tanh(w x + b) over n points about tanh(1.5 (x - 2.3)), 0 <= x <= 4.

    Where w or b is large the neuron is saturated: it answers -1 or 1 whatever x is, its derivative is 0, and the loss
    a plateau. Between the plateaus a bent valley leads to the answer; with x standardised it is short and straight.

    Parameters
    ----------
    features : str
        "raw" x, or "standardised": mean 0, standard deviation 1.
    n_samples : int
        Points of the data set.
    noise : float
        Standard deviation of y about the curve.
    data_seed : int
        Draws another data set.
    """

    features: str = data.features("What the model is given for x.")
    n_samples: int = data.n_samples(40, lo=6)
    noise: float = param(0.1, lo=0, hi=1, soft=(0.0, 0.3), symbol="σ", doc="Spread of y about the curve.")
    data_seed: int = data.data_seed()

    latex: ClassVar[str] = r"f=\frac{1}{n}\sum_{i}\left(\tanh(w\,x_i+b)-y_i\right)^2"
    doc: ClassVar[str] = "A saturated neuron has no gradient: whoever starts on a plateau stays there."
    source: ClassVar[str] = "LeCun, Bottou, Orr & Müller, Efficient BackProp (1998), sections 4.4 and 4.6"

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """A square about 0 that holds the answer and the plateaus."""
        side = max(6.0, float(np.ceil(1.4 * max(map(abs, _best(self))))))
        return (-side, side), (-side, side)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The best neuron, then whatever else Newton's method finds from a lattice."""
        return _critical_points(self)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """The wrong way round, on a plateau, and undecided."""
        side = self.domain[0][1]
        return (-0.6 * side, 0.5 * side), (0.8 * side, 0.6 * side), (0.0, 0.0)

    def predict(self, theta: Array, X: Array) -> Array:
        """The neuron's answer to X (k, 1), shape (..., k)."""
        return np.tanh(theta[..., :1] * X[:, 0] + theta[..., 1:])

    def _table(self) -> tuple[Array, Array]:
        return _table(self)

    def _pointwise(self) -> _SquaredTanhError:
        return _SquaredTanhError()


@lru_cache(maxsize=32)
def _table(model: TanhNeuron) -> tuple[Array, Array]:
    return scattered(model, "tanh_neuron", lambda x: np.tanh(_WEIGHT * (x - _MIDDLE)))


@lru_cache(maxsize=32)
def _best(model: TanhNeuron) -> tuple[float, ...]:
    """The minimum downhill from the neuron that made the data."""
    raw = model.features == data.RAW
    return descend(model, (_WEIGHT, -_WEIGHT * _MIDDLE) if raw else (_WEIGHT, 0.0))


@lru_cache(maxsize=32)
def _critical_points(model: TanhNeuron) -> tuple[Critical, ...]:
    return with_lowest(model, _best(model))
