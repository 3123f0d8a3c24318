"""A slice through the loss of a trained network: two directions out of some thirty."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from lab.core.params import param
from lab.core.run import random_stream
from lab.engine.autodiff import GATES
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import quiet
from lab.engine.landscapes._over_data import frozen
from lab.engine.landscapes._plane import Plane
from lab.engine.landscapes._search import with_lowest
from lab.engine.landscapes._smooth import Smooth

_HIDDEN = 6
_STEPS, _LEARNING_RATE, _MOMENTUM = 400, 0.5, 0.9
_REACH = 1.0

_sigmoid = GATES["sigmoid"].value


@LANDSCAPES.register("network_slice", title="Slice through a network", group="Data")
@dataclass(frozen=True, slots=True)
class NetworkSlice(Smooth):
    """Log loss of a 2-6-1 tanh network on two moons, at weights w* + x d1 + y d2, with weight decay.

    w* is where training ended. d1 and d2 are random directions, filter-normalised: the part of a direction that
    belongs to one neuron's incoming weights is scaled to the norm of those weights, so that one unit of x means
    "doubled" for every neuron alike; thresholds stay as they are. Without that, a flat picture might only mean that
    the weights are large.

    The hidden sums are affine in x and y, so a point costs samples x neurons exponentials. Training takes some 20 ms,
    once for each setting.

    Parameters
    ----------
    n_samples : int
        Points of the data set, half on each moon.
    noise : float
        Standard deviation of the points about their moon.
    weight_decay : float
        lambda, in lambda / 2 |w|^2 over all weights and thresholds.
    data_seed : int
        Draws another data set and other first weights.
    direction_seed : int
        Draws other directions.
    """

    n_samples: int = param(40, lo=4, hi=500, soft=(20, 100), label="Samples", symbol="n", doc="Points of the data set.")
    noise: float = param(0.15, lo=0, hi=2, soft=(0.0, 0.4), symbol="σ", doc="Spread about the moons.")
    weight_decay: float = param(
        0.003, lo=3e-4, hi=1, soft=(1e-3, 0.03), log=True, symbol="λ", doc="Pull of the weights towards 0."
    )
    data_seed: int = param(0, lo=0, label="Data seed", doc="Draws other data and first weights.")
    direction_seed: int = param(0, lo=0, label="Direction seed", doc="Draws other directions for the slice.")

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=L\left(w^*+x\,d_1+y\,d_2\right)"
    doc: ClassVar[str] = "What a network's loss looks like around its answer, on a scale that does not flatter it."
    source: ClassVar[str] = "Li, Xu, Taylor, Studer & Goldstein, NeurIPS 2018, section 4"

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """From all weights taken back by a direction of their own size to all moved on by it."""
        return (-_REACH, _REACH), (-_REACH, _REACH)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """The answer (training ends near it, the slice's own minimum is listed) and what else a search finds."""
        return _critical_points(self)

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Three corners."""
        return (-0.85, 0.8), (0.8, 0.7), (-0.6, -0.9)

    def samples(self) -> tuple[Array, Array]:
        """X (n, 2) and y (n,), 0 or 1."""
        return _moons(self)

    def predict(self, theta: Array, X: Array) -> Array:
        """Probability of class 1 for X (k, 2), shape (..., k)."""
        with np.errstate(over="ignore"):
            probability: Array = _sigmoid(_plane(self, X, np.ones(len(X))).margins(theta))
        return np.moveaxis(probability, 0, -1)

    @quiet
    def value(self, theta: Array) -> Array:
        """Mean loss over all samples, shape (...)."""
        return _table(self).loss(theta)

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        return _table(self).gradient(theta)

    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        return _table(self).hessian(theta)

    @quiet
    def value_on(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        """Mean loss over the samples `rows`, shape (...)."""
        return _table(self).only(rows).loss(theta)

    @quiet
    def gradient_on(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        """Exact gradient of `value_on`, shape (..., 2)."""
        return _table(self).only(rows).gradient(theta)


@lru_cache(maxsize=16)
def _moons(model: NetworkSlice) -> tuple[Array, Array]:
    """Two half circles of radius 1, the second turned over and moved by (1, 1/2), about the origin."""
    rng = random_stream(model.data_seed, "landscape/network_slice", 0)
    label = np.arange(model.n_samples) % 2
    angle = np.pi * rng.uniform(size=model.n_samples)
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=-1)
    X = np.where(label[:, None] == 0, upper, (1.0, 0.5) - upper) - (0.5, 0.25)
    X, y = frozen(X + model.noise * rng.standard_normal(X.shape), label.astype(np.float64))
    return X, y


@lru_cache(maxsize=16)
def _trained(model: NetworkSlice) -> tuple[Array, Array, Array, float]:
    """Weights W (6, 2), thresholds b (6,), outgoing weights v (6,) and threshold c after 400 steps of heavy ball."""
    X, y = _moons(model)
    rng = random_stream(model.data_seed, "landscape/network_slice weights", 0)
    W = rng.standard_normal((_HIDDEN, 2))
    b = np.zeros(_HIDDEN)
    v = rng.standard_normal(_HIDDEN) / np.sqrt(_HIDDEN)
    weights = np.concatenate([W.ravel(), b, v, [0.0]])
    velocity = np.zeros_like(weights)
    for _ in range(_STEPS):
        W, b, v, c = _parts(weights)
        t = np.tanh(X @ W.T + b)
        error = (_sigmoid(t @ v + c) - y) / len(y)
        back = error[:, None] * v * (1.0 - t * t)
        gradient = np.concatenate([(back.T @ X).ravel(), back.sum(axis=0), t.T @ error, [error.sum()]])
        velocity = _MOMENTUM * velocity + gradient + model.weight_decay * weights
        weights = weights - _LEARNING_RATE * velocity
    return _parts(weights)


def _parts(weights: Array) -> tuple[Array, Array, Array, float]:
    h = _HIDDEN
    return weights[: 2 * h].reshape(h, 2), weights[2 * h : 3 * h], weights[3 * h : 4 * h], float(weights[4 * h])


@lru_cache(maxsize=16)
def _directions(model: NetworkSlice) -> tuple[tuple[Array, Array], tuple[Array, Array]]:
    """Two filter-normalised directions, each (for W, for v); v is the one filter of the output neuron."""
    W, _, v, _ = _trained(model)
    rng = random_stream(model.direction_seed, "landscape/network_slice directions", 0)
    found = []
    for _ in range(2):
        D, d = rng.standard_normal(W.shape), rng.standard_normal(v.shape)
        D *= np.linalg.norm(W, axis=1, keepdims=True) / np.linalg.norm(D, axis=1, keepdims=True)
        d *= np.linalg.norm(v) / np.linalg.norm(d)
        found.append((D, d))
    return found[0], found[1]


def _plane(model: NetworkSlice, X: Array, sign: Array) -> Plane:
    """The network's loss at inputs X (n, 2), where the classes (n,) are 1 or -1."""
    W, b, v, c = _trained(model)
    (D1, d1), (D2, d2) = _directions(model)
    hidden = np.stack([X @ W.T + b, X @ D1.T, X @ D2.T]).transpose(2, 1, 0)
    here = np.concatenate([W.ravel(), b, v, [c]])
    one, two = (np.concatenate([D.ravel(), 0.0 * b, d, [0.0]]) for D, d in ((D1, d1), (D2, d2)))
    whole = np.stack([here, one, two])
    penalty = 0.5 * model.weight_decay * (whole @ whole.T)
    return Plane.of(hidden, np.stack([v, d1, d2], axis=-1), c, sign, penalty)


@lru_cache(maxsize=16)
def _table(model: NetworkSlice) -> Plane:
    """The plane for the samples and their classes."""
    X, y = _moons(model)
    return _plane(model, X, 2.0 * y - 1.0)


@lru_cache(maxsize=16)
def _critical_points(model: NetworkSlice) -> tuple[Critical, ...]:
    return with_lowest(model, (0.0, 0.0))
