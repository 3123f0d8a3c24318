"""What the landscapes share whose model has one feature, a weight w and an offset b, and learns a curve from points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lab.core.run import random_stream
from lab.engine.landscapes._contract import Array
from lab.engine.landscapes._over_data import STANDARDISED, OverData, frozen, standardised

_WIDEST = 4.0


class OneFeature(OverData):
    """Loss over the weights of w x + b, whose first feature is x and whose second is 1."""

    __slots__ = ()

    features: str
    noise: float
    data_seed: int

    def samples(self) -> tuple[Array, Array]:
        """X (n, 1), scaled if `features` says so, and y (n,)."""
        features, y = self._table()
        return features[:1].T, y


def scattered(model: OneFeature, id: str, curve: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Rows x and 1, and y, of points scattered about a curve over 0 <= x <= 4; grows with the samples.

    `id` names the random stream: the landscape's own, so that no two of them share their points.
    """
    rng = random_stream(model.data_seed, f"landscape/{id}", 0)
    x = rng.uniform(0.0, _WIDEST, model.n_samples)
    y = curve(x) + model.noise * rng.standard_normal(model.n_samples)
    if model.features == STANDARDISED:
        x = standardised(x)
    features, y = frozen(np.stack([x, np.ones(model.n_samples)]), y)
    return features, y
