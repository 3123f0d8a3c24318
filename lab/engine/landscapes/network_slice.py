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
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._over_data import at_points, columns, frozen, in_lots
from lab.engine.landscapes._search import with_lowest
from lab.engine.landscapes._smooth import Smooth

_HIDDEN = 6
_STEPS, _LEARNING_RATE, _MOMENTUM = 400, 0.5, 0.9
_REACH = 1.0
#: Points evaluated at a time x samples: a tangent for each neuron then takes 768 KB. Long calls keep threads apart.
_CELLS = 16384

_sigmoid, _softplus = GATES["sigmoid"].value, GATES["softplus"].value


@LANDSCAPES.register("network_slice", title="Slice through a network", group="Data")
@dataclass(frozen=True, slots=True)
class NetworkSlice(Smooth):
    """Log loss of a 2-6-1 tanh network on two moons, at weights w* + x d1 + y d2, with weight decay.

    w* is where training ended. d1 and d2 are random directions, filter-normalised: the part of a direction that
    belongs to one neuron's incoming weights is scaled to the norm of those weights, so that one unit of x means
    "doubled" for every neuron alike; thresholds stay as they are. Without that, a flat picture might only mean that
    the weights are large.

    The hidden sums are affine in x and y, so a point costs samples x neurons tangents. Training takes some 20 ms, once
    for each setting.

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

    @property
    def block(self) -> int:
        """Points evaluated at a time, so that points x samples stay in the cache."""
        return in_lots(_CELLS // self.n_samples)

    def samples(self) -> tuple[Array, Array]:
        """X (n, 2) and y (n,), 0 or 1."""
        return _moons(self)

    def predict(self, theta: Array, X: Array) -> Array:
        """Probability of class 1 for X (k, 2), shape (..., k)."""
        net = _plane(self, X)
        with np.errstate(over="ignore"):
            probability: Array = _sigmoid(_outputs(net, *_tangents(net, columns(theta))))
        return np.moveaxis(at_points(probability, theta), 0, -1)

    @quiet
    def value(self, theta: Array) -> Array:
        """Mean loss over all samples, shape (...)."""
        return self._mean_loss(theta, *_table(self))

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        return self._mean_gradient(theta, *_table(self))

    @quiet
    def value_on(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        """Mean loss over the samples `rows`, shape (...)."""
        net, sign = _table(self)
        return self._mean_loss(theta, net.only(rows), sign[rows])

    @quiet
    def gradient_on(self, theta: Array, rows: NDArray[np.intp]) -> Array:
        """Exact gradient of `value_on`, shape (..., 2)."""
        net, sign = _table(self)
        return self._mean_gradient(theta, net.only(rows), sign[rows])

    def _mean_loss(self, theta: Array, net: _Plane, sign: Array) -> Array:
        margin = _outputs(net, *_tangents(net, columns(theta)))
        margin *= -sign[:, None]
        loss = at_points(_softplus(margin).mean(axis=0), theta)
        x, y = theta[..., 0], theta[..., 1]
        p = net.penalty
        decay = p[0] + x * (p[1] + x * p[3]) + y * (p[2] + x * p[4] + y * p[5])
        total: Array = loss + decay
        return total

    def _mean_gradient(self, theta: Array, net: _Plane, sign: Array) -> Array:
        t, weight = _tangents(net, columns(theta))
        slope = _outputs(net, t, weight)
        slope *= sign[:, None]
        np.exp(slope, out=slope)
        slope += 1.0
        np.divide(-sign[:, None], slope, out=slope)
        # Backwards through both layers: by each outgoing weight, and by each sum at x and y.
        by_weight = np.einsum("hnm,nm->hm", t, slope)
        np.multiply(t, t, out=t)
        np.subtract(1.0, t, out=t)
        t *= slope
        by_sum = np.einsum("hnm,hcn->chm", t, net.hidden[:, 1:])
        by_sum *= weight
        by_sum += by_weight * net.outer.T[1:, :, None]
        by_x, by_y = at_points(by_sum.sum(axis=1), theta) / len(sign)
        x, y = theta[..., 0], theta[..., 1]
        p = net.penalty
        return pair(by_x + p[1] + 2.0 * p[3] * x + p[4] * y, by_y + p[2] + p[4] * x + 2.0 * p[5] * y, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2)."""
        net, sign = _table(self)
        x, y = theta[..., :1], theta[..., 1:]
        shape = (*theta.shape[:-1], len(sign))
        out, by_x, by_y = net.threshold + np.zeros(shape), np.zeros(shape), np.zeros(shape)
        xx, xy, yy = np.zeros(shape), np.zeros(shape), np.zeros(shape)
        for z, c in zip(net.hidden, net.outer, strict=True):
            t = np.tanh(z[0] + x * z[1] + y * z[2])
            open_ = 1.0 - t * t
            weight = c[0] + x * c[1] + y * c[2]
            passed = open_ * weight
            bent = -2.0 * t * passed
            out += t * weight
            by_x += passed * z[1] + t * c[1]
            by_y += passed * z[2] + t * c[2]
            xx += bent * (z[1] * z[1]) + 2.0 * open_ * (z[1] * c[1])
            xy += bent * (z[1] * z[2]) + open_ * (z[1] * c[2] + z[2] * c[1])
            yy += bent * (z[2] * z[2]) + 2.0 * open_ * (z[2] * c[2])
        wrong = _sigmoid(-sign * out)
        bend, slope = wrong * (1.0 - wrong), -sign * wrong
        p = net.penalty
        return symmetric(
            (bend * by_x * by_x + slope * xx).mean(axis=-1) + 2.0 * p[3],
            (bend * by_x * by_y + slope * xy).mean(axis=-1) + p[4],
            (bend * by_y * by_y + slope * yy).mean(axis=-1) + 2.0 * p[5],
            theta,
        )


@dataclass(frozen=True, slots=True)
class _Plane:
    """The network on a plane through its weight space, for given inputs.

    `hidden` (6, 3, n): each neuron's sum is z0 + x z1 + y z2. `outer` (6, 3): its outgoing weight likewise. `threshold`
    is the output's. `penalty` (6): the weight decay's coefficients of 1, x, y, x^2, x y, y^2.
    """

    hidden: Array
    outer: Array
    threshold: float
    penalty: tuple[float, ...]

    def only(self, rows: NDArray[np.intp]) -> _Plane:
        """The same for some of the inputs."""
        return _Plane(self.hidden[:, :, rows], self.outer, self.threshold, self.penalty)


def _tangents(net: _Plane, at: Array) -> tuple[Array, Array]:
    """What each hidden neuron gives for each sample at each point, (6, n, m), and its outgoing weight, (6, m)."""
    hidden = np.matmul(net.hidden.transpose(0, 2, 1).reshape(net.hidden[:, 0].size, 3), at)
    np.tanh(hidden, out=hidden)
    return hidden.reshape(*net.hidden.shape[::2], at.shape[1]), np.matmul(net.outer, at)


def _outputs(net: _Plane, tangents: Array, weight: Array) -> Array:
    """The network's output before the sigmoid, shape (n, m)."""
    out: Array = np.einsum("hnm,hm->nm", tangents, weight)
    out += net.threshold
    return out


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


def _plane(model: NetworkSlice, X: Array) -> _Plane:
    W, b, v, c = _trained(model)
    (D1, d1), (D2, d2) = _directions(model)
    hidden = np.stack([X @ W.T + b, X @ D1.T, X @ D2.T]).transpose(2, 0, 1)
    here = np.concatenate([W.ravel(), b, v, [c]])
    one, two = (np.concatenate([D.ravel(), 0.0 * b, d, [0.0]]) for D, d in ((D1, d1), (D2, d2)))
    half = 0.5 * model.weight_decay
    squares = (here @ here, 2.0 * (here @ one), 2.0 * (here @ two), one @ one, 2.0 * (one @ two), two @ two)
    penalty = tuple(half * float(s) for s in squares)
    return _Plane(np.ascontiguousarray(hidden), np.stack([v, d1, d2], axis=-1), c, penalty)


@lru_cache(maxsize=16)
def _table(model: NetworkSlice) -> tuple[_Plane, Array]:
    """The plane for the samples, and their classes as signs."""
    X, y = _moons(model)
    return _plane(model, X), 2.0 * y - 1.0


@lru_cache(maxsize=16)
def _critical_points(model: NetworkSlice) -> tuple[Critical, ...]:
    return with_lowest(model, (0.0, 0.0))
