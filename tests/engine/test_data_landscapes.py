"""Landscapes over data: minibatches belong to the whole, models answer, scaling does what it says."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from lab.engine.landscapes import LANDSCAPES, HasSamples, Landscape
from lab.engine.landscapes._over_data import OverData
from lab.engine.landscapes.linear_regression import LinearRegression
from lab.engine.landscapes.logistic_regression import LOG_LOSS, MSE, LogisticRegression
from lab.engine.landscapes.network_slice import NetworkSlice, _directions, _moons, _trained
from lab.engine.landscapes.tanh_neuron import TanhNeuron
from lab.selftest._differences import central, sample, spacing
from lab.selftest.landscapes import critical_points

IDS = [entry.id for entry in LANDSCAPES if isinstance(entry.item(), HasSamples)]
every = pytest.mark.parametrize("id", IDS)


def made(id: str) -> tuple[Landscape, HasSamples]:
    """The landscape under both of its faces."""
    landscape = LANDSCAPES[id]()
    assert isinstance(landscape, HasSamples)
    return landscape, landscape


def condition(landscape: Landscape) -> float:
    eigenvalues = np.linalg.eigvalsh(landscape.hessian(np.array(landscape.critical_points[0].point)))
    return float(eigenvalues[1] / eigenvalues[0])


def test_the_four_models_are_there() -> None:
    assert set(IDS) >= {"linear_regression", "logistic_regression", "tanh_neuron", "network_slice"}
    assert not isinstance(LANDSCAPES["himmelblau"](), HasSamples)


@every
def test_the_mean_over_minibatches_is_the_full_batch(id: str) -> None:
    landscape, data = made(id)
    points = sample(landscape, 20, seed=0)
    rows = np.arange(data.n_samples)
    for whole, part in ((landscape.value, data.value_on), (landscape.gradient, data.gradient_on)):
        full = whole(points)
        size = 1e-12 * (1.0 + np.abs(full).max())
        assert np.abs(part(points, rows) - full).max() < size
        assert np.abs(part(points, rows[::-1]) - full).max() < size
        singly = np.mean([part(points, rows[i : i + 1]) for i in rows], axis=0)
        assert np.abs(singly - full).max() < size
        halves = 0.5 * (part(points, rows[::2]) + part(points, rows[1::2]))
        assert np.abs(halves - full).max() < size
        assert np.abs(part(points, rows[:3]) - full).max() > 1e-3


@every
def test_a_minibatch_has_its_own_exact_gradient(id: str) -> None:
    landscape, data = made(id)
    rows = np.array([0, 3, 3, data.n_samples - 1])
    h = spacing(landscape)
    points = sample(landscape, 30, seed=1)
    gradient = data.gradient_on(points, rows)
    assert gradient.shape == points.shape
    expected = central(lambda theta: data.value_on(theta, rows), points, h)
    assert np.abs(gradient - expected).max() < 1e-9 * (1.0 + np.abs(expected).max())


@every
def test_a_point_does_not_hear_of_the_others(id: str) -> None:
    landscape, data = made(id)
    points = sample(landscape, 1500, seed=2)
    rows = np.arange(0, data.n_samples, 2)
    for method in (
        landscape.value,
        landscape.gradient,
        landscape.hessian,
        lambda theta: data.value_on(theta, rows),
        lambda theta: data.gradient_on(theta, rows),
    ):
        together = method(points)
        for i in (0, 1, 700, 1499):
            assert (method(points[i]) == together[i]).all()
        assert (method(points.reshape(3, 500, 2)) == together.reshape(3, 500, *together.shape[1:])).all()


@every
@pytest.mark.parametrize("batch", [1, 2, 7])
def test_nor_does_it_matter_how_many_there_are(id: str, batch: int) -> None:
    landscape, data = made(id)
    points = sample(landscape, 40, seed=3)
    rows = np.arange(batch)
    losses, slopes = data.value_on(points, rows), data.gradient_on(points, rows)
    for count in range(1, 34):
        some = points[5 : 5 + count]
        assert (data.value_on(some, rows) == losses[5 : 5 + count]).all()
        assert (data.gradient_on(some, rows) == slopes[5 : 5 + count]).all()


@every
def test_data_and_answers_can_be_drawn(id: str) -> None:
    landscape, data = made(id)
    X, y = data.samples()
    assert X.shape[0] == data.n_samples == len(y)
    assert X.ndim == 2
    assert np.isfinite(X).all()
    assert not y.flags.writeable or y.base is None
    answers = data.predict(sample(landscape, 6, seed=3).reshape(2, 3, 2), X)
    assert answers.shape == (2, 3, data.n_samples)
    assert np.isfinite(answers).all()


@every
def test_the_minimum_is_a_good_model(id: str) -> None:
    landscape, data = made(id)
    X, y = data.samples()
    best = data.predict(np.array(landscape.critical_points[0].point), X)
    start = data.predict(np.array(landscape.starts[0]), X)
    assert np.square(best - y).mean() < 0.5 * np.square(start - y).mean()


@every
def test_another_seed_draws_other_data_and_the_same_seed_the_same(id: str) -> None:
    cls = LANDSCAPES[id]
    first, second = cls(data_seed=1), cls(data_seed=2)
    assert isinstance(first, HasSamples)
    assert isinstance(second, HasSamples)
    assert (first.samples()[0] != second.samples()[0]).any()
    again = cls(data_seed=1)
    assert (again.samples()[0] == first.samples()[0]).all()


@pytest.mark.parametrize("seed", range(6))
@every
def test_the_listed_minimum_is_the_lowest_point_for_any_data(id: str, seed: int) -> None:
    cls = LANDSCAPES[id]
    kinds = [{"features": f} for f in ("raw", "standardised")] if id != "network_slice" else [{"direction_seed": seed}]
    losses = [{"loss": v} for v in (LOG_LOSS, MSE)] if id == "logistic_regression" else [{}]
    for kind, loss, n in product(kinds, losses, (10, 50)):
        landscape = cls(data_seed=seed, n_samples=max(n, 20) if id == "network_slice" else n, **kind, **loss)
        assert all(finding.passed for finding in critical_points(id, landscape)), landscape
        lowest = [c for c in landscape.critical_points if c.is_global and c.kind == "minimum"]
        assert len(lowest) == 1, landscape
        assert landscape.value(sample(landscape, 300, seed=4)).min() >= lowest[0].value - 1e-12
        lo, hi = np.array(landscape.domain).T
        assert (lo < lowest[0].point).all(), landscape
        assert (lowest[0].point < hi).all(), landscape


def test_the_best_line_is_that_of_least_squares() -> None:
    model = LinearRegression(noise=2.0)
    X, y = model.samples()
    (w, b), *_ = np.linalg.lstsq(np.hstack([X, np.ones_like(X)]), y, rcond=None)
    best = model.critical_points[0]
    assert best.point == pytest.approx((w, b), rel=1e-12)
    assert best.value == pytest.approx(np.square(w * X[:, 0] + b - y).mean(), rel=1e-12)


def test_scaling_the_features_turns_the_skewed_bowl_round() -> None:
    assert condition(LinearRegression(features="raw")) > 20.0
    assert condition(LinearRegression(features="standardised")) == pytest.approx(1.0, rel=1e-12)
    raw, scaled = (condition(LogisticRegression(features=f)) for f in ("raw", "standardised"))
    assert raw > 3.0 * scaled
    assert condition(TanhNeuron(features="raw")) > 3.0 * condition(TanhNeuron(features="standardised"))


def test_log_loss_is_convex_and_squared_error_is_not() -> None:
    convex, other = LogisticRegression(loss=LOG_LOSS), LogisticRegression(loss=MSE, weight_decay=0.002)
    points = sample(convex, 400, seed=5)
    assert np.linalg.eigvalsh(convex.hessian(points)).min() > 0.0
    assert np.linalg.eigvalsh(other.hessian(points)).min() < -0.01
    # On the wrong side the log loss pulls with all its weight, the squared error hardly at all.
    wrong = np.array(convex.starts[0])
    pull = np.linalg.norm(other.gradient(wrong) - other.weight_decay * wrong)
    assert pull < 0.05 * np.linalg.norm(convex.gradient(wrong) - convex.weight_decay * wrong)


def test_a_thousand_samples_do_not_overflow() -> None:
    model = LogisticRegression(n_samples=1000)
    loss = model.value(np.array([[0.0, 0.0], [-50.0, -50.0], [50.0, 50.0]]))
    assert loss[0] == pytest.approx(np.log(2.0), rel=1e-12)
    assert np.isfinite(loss).all()


def test_network_slice_has_the_trained_network_at_its_centre() -> None:
    model = NetworkSlice()
    X, y = model.samples()
    W, b, v, c = _trained(model)
    out = np.tanh(X @ W.T + b) @ v + c
    decay = 0.5 * model.weight_decay * (np.square(W).sum() + b @ b + v @ v + c * c)
    expected = (np.log1p(np.exp(-np.abs(out))) + np.maximum(out, 0.0) - y * out).mean() + decay
    assert float(model.value(np.zeros(2))) == pytest.approx(expected, rel=1e-12)
    assert ((model.predict(np.zeros(2), X) > 0.5) == (y == 1.0)).mean() > 0.95
    assert np.linalg.norm(model.gradient(np.zeros(2))) < 5e-3


def test_directions_are_filter_normalised() -> None:
    model = NetworkSlice(direction_seed=3)
    W, _, v, _ = _trained(model)
    for D, d in _directions(model):
        assert np.linalg.norm(D, axis=1) == pytest.approx(np.linalg.norm(W, axis=1), rel=1e-13)
        assert np.linalg.norm(d) == pytest.approx(np.linalg.norm(v), rel=1e-13)


def test_moons_stand_about_the_origin() -> None:
    X, y = _moons(NetworkSlice(n_samples=400, noise=0.0))
    assert np.abs(X.mean(axis=0)).max() < 0.1
    assert np.hypot(X[y == 0, 0] + 0.5, X[y == 0, 1] + 0.25) == pytest.approx(1.0)


def test_a_loss_over_data_that_does_not_say_its_data_cannot_be_made():
    class Dataless(OverData):
        def _pointwise(self):
            return None

    with pytest.raises(TypeError, match="_table"):
        Dataless()
