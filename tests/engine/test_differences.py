"""Difference quotients against exact derivatives: how the error falls and rises with h."""

from __future__ import annotations

import numpy as np
import pytest

from lab.core.errors import BadValue
from lab.engine.differences import EPSILON, SCHEMES, error_model, nodes, one_sided, quotient, reach
from lab.engine.landscapes import LANDSCAPES, HasThirdDerivative, Landscape
from lab.engine.landscapes.absolute import Absolute
from lab.engine.landscapes.absolute_sum import AbsoluteSum
from lab.engine.landscapes.double_well import DoubleWell
from lab.engine.landscapes.parabola import Parabola
from lab.engine.landscapes.plateau_1d import Plateau1D
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.landscapes.wavy import Wavy
from lab.selftest._differences import central as eighth_order
from lab.selftest._differences import sample

ONE_WEIGHT = [id for id in LANDSCAPES.ids() if LANDSCAPES[id].dim == 1]
BENT = (DoubleWell(), Wavy(), Plateau1D())


def point(*coordinates: float) -> np.ndarray:
    return np.array(coordinates)


def errors(landscape: Landscape, theta: np.ndarray, h: np.ndarray, scheme: str, stored: bool = False) -> np.ndarray:
    return np.abs(quotient(landscape, theta, h, scheme, stored=stored) - landscape.gradient(theta)[0])


def slope(h: np.ndarray, error: np.ndarray) -> float:
    """Of the line through log error over log h."""
    return float(np.polyfit(np.log10(h), np.log10(error), 1)[0])


def test_the_quotients_are_what_the_books_print() -> None:
    w, h = 0.7, np.array([0.5, 0.25, 1e-3])
    f = Wavy()

    def at(x: np.ndarray | float) -> np.ndarray:
        return f.value(np.atleast_1d(np.asarray(x, dtype=float))[:, None])

    assert np.array_equal(quotient(f, point(w), h, "forward"), (at(w + h) - at(w)) / h)
    assert np.array_equal(quotient(f, point(w), h, "backward"), (at(w) - at(w - h)) / h)
    assert np.array_equal(quotient(f, point(w), h, "central"), (at(w + h) - at(w - h)) / (2 * h))
    assert np.array_equal(quotient(f, point(w), h, stored=True), (at(w + h) - at(w)) / ((w + h) - w))


def test_one_h_is_an_array_of_one() -> None:
    assert quotient(Parabola(), point(1.0), 0.5).tolist() == [2.5]


@pytest.mark.parametrize("landscape", BENT, ids=lambda f: type(f).__name__)
@pytest.mark.parametrize(("scheme", "order", "hs"), [
    ("forward", 1, np.logspace(-6, -3, 31)), ("backward", 1, np.logspace(-6, -3, 31)),
    ("central", 2, np.logspace(-4, -2.5, 31)),
])  # fmt: skip
def test_for_large_h_the_error_is_what_the_bending_says(
    landscape: Landscape, scheme: str, order: int, hs: np.ndarray
) -> None:
    theta = point(0.8)
    error = errors(landscape, theta, hs, scheme)
    assert slope(hs, error) == pytest.approx(order, abs=0.03)
    assert error == pytest.approx(error_model(landscape, theta, scheme).error(hs), rel=0.04)


@pytest.mark.parametrize("landscape", BENT, ids=lambda f: type(f).__name__)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("stored", [False, True])
def test_for_small_h_the_error_is_rounding(landscape: Landscape, scheme: str, stored: bool) -> None:
    """Rounding errors scatter, so they are looked at over many points: the median falls with slope -1."""
    hs = np.logspace(-13, -10, 25)
    rng = np.random.default_rng(1)
    found, expected = [], []
    for w in rng.uniform(0.3, 1.6, 60):
        found.append(errors(landscape, point(w), hs, scheme, stored))
        expected.append(error_model(landscape, point(w), scheme, stored=stored).error(hs))
    root_mean_square = np.sqrt(np.mean(np.square(found), axis=0))
    assert slope(hs, root_mean_square) == pytest.approx(-1.0, abs=0.1)
    share = np.median(np.array(found) / np.array(expected))
    assert 0.05 < share < 2.0


def test_the_best_h_is_where_the_error_is_least() -> None:
    hs = np.logspace(-15, 0, 301)
    for landscape in BENT:
        for scheme in SCHEMES:
            model = error_model(landscape, point(0.8), scheme)
            assert model.best is not None
            # Single errors are zero by luck; the median over half a decade is not.
            error = errors(landscape, point(0.8), hs, scheme)
            smooth = [np.median(error[i - 6 : i + 7]) for i in range(6, len(hs) - 6)]
            measured = hs[6 + int(np.argmin(smooth))]
            assert abs(np.log10(measured / model.best)) < 1.3, (landscape, scheme)
            beside = model.error(np.array([model.best / 3, model.best, model.best * 3]))
            assert beside[1] < beside[0]
            assert beside[1] < beside[2]


def test_central_beats_forward_at_their_best() -> None:
    for landscape in BENT:
        one, two = (error_model(landscape, point(0.8), s) for s in ("forward", "central"))
        assert two.error(two.best)[0] < 1e-2 * one.error(one.best)[0]


def test_the_textbook_values_on_the_parabola() -> None:
    """f = w²: the forward quotient is wrong by h, the central one by rounding alone."""
    model = error_model(Parabola(), point(1.0), stored=True)
    assert (model.order, model.truncation, model.rounding) == (1, 1.0, EPSILON)
    assert model.best == pytest.approx(np.sqrt(EPSILON))
    assert error_model(Parabola(), point(1.0)).rounding == 2 * EPSILON
    even = error_model(Parabola(), point(1.0), "central")
    assert even.truncation == 0.0
    assert even.best == np.inf
    h = np.array([2.0**-k for k in range(20)])
    assert np.array_equal(quotient(Parabola(), point(1.0), h), 2.0 + h)
    assert np.array_equal(quotient(Parabola(), point(1.0), h, "central"), np.full(20, 2.0))


def test_the_stored_distance_takes_the_rounding_of_the_point_away() -> None:
    """Where the loss itself is small, the rounding of θ+h is all there is: on a slope of |w| it is the only error."""
    hs = np.logspace(-14, -2, 121)
    theta = point(1.3)
    assert errors(Absolute(), theta, hs, "forward").max() > 1e-4
    assert errors(Absolute(), theta, hs, "forward", stored=True).max() == 0.0


def test_an_h_below_the_spacing_of_the_floats_is_lost() -> None:
    lower, upper = nodes(point(1.0), 1e-16)
    assert np.array_equal(lower, upper)
    assert quotient(Parabola(), point(1.0), 1e-16).tolist() == [0.0]
    assert np.isnan(quotient(Parabola(), point(1.0), 1e-16, stored=True)).all()
    # At 0 the floats are denser than any h: nothing is lost.
    assert quotient(Absolute(), point(0.0), 1e-16).tolist() == [1.0]


def test_on_a_kink_the_schemes_disagree_whatever_h() -> None:
    hs = np.logspace(-16, 0, 33)
    flat, at = Absolute(), point(0.0)
    assert quotient(flat, at, hs, "forward").tolist() == [1.0] * 33
    assert quotient(flat, at, hs, "backward").tolist() == [-1.0] * 33
    assert quotient(flat, at, hs, "central").tolist() == [0.0] * 33
    assert one_sided(flat, at) == (-1.0, 1.0)
    for scheme in SCHEMES:
        model = error_model(flat, at, scheme)
        assert model.reach == 0.0
        assert model.best is None
        assert np.isnan(model.error(hs)).all()


def test_beside_a_kink_the_series_holds_until_h_crosses_it() -> None:
    flat, at = Absolute(), point(-0.5)
    assert reach(flat, at, "forward") == reach(flat, at, "central") == 0.5
    assert reach(flat, at, "backward") == np.inf
    model = error_model(flat, at)
    assert model.best == 0.5
    assert np.isnan(model.error(np.array([0.25, 0.75]))).tolist() == [False, True]
    assert errors(flat, at, np.array([0.25, 1.0]), "forward").tolist() == [0.0, 1.0]
    assert one_sided(flat, at) == (-1.0, -1.0)


def test_kinks_of_two_weights_are_met_along_the_axis_that_is_moved() -> None:
    assert reach(AbsoluteSum(), point(-0.5, 2.0), axis=0) == 0.5
    assert reach(AbsoluteSum(), point(-0.5, 2.0), axis=1) == np.inf
    assert reach(AbsoluteSum(), point(-0.5, 0.0), axis=1) == 0.0


def test_partial_derivatives_of_two_weights() -> None:
    theta = point(-1.2, 1.0)
    exact = Rosenbrock().gradient(theta)
    for axis in (0, 1):
        assert quotient(Rosenbrock(), theta, 1e-5, "central", axis=axis)[0] == pytest.approx(exact[axis], rel=1e-6)
        bend = abs(Rosenbrock().hessian(theta)[axis, axis]) / 2
        assert error_model(Rosenbrock(), theta, axis=axis).truncation == bend
    assert error_model(Rosenbrock(), theta, "central").truncation is None
    assert error_model(Rosenbrock(), theta, "central").best is None


@pytest.mark.parametrize("id", ONE_WEIGHT)
def test_third_derivatives_are_exact(id: str) -> None:
    landscape = LANDSCAPES[id]()
    assert isinstance(landscape, HasThirdDerivative)
    points = sample(landscape, 40, seed=3, margin=0.1)
    numerical = eighth_order(lambda p: landscape.hessian(p)[..., 0, 0], points, 2e-3)[:, 0]
    assert landscape.third_derivative(points) == pytest.approx(numerical, rel=1e-9, abs=1e-9)
    assert landscape.third_derivative(points.reshape(8, 5, 1)).shape == (8, 5)


@pytest.mark.parametrize("id", ONE_WEIGHT)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_far_away_nothing_warns(id: str, scheme: str) -> None:
    landscape = LANDSCAPES[id]()
    for w in (1e200, -1e308, 0.0, 5e-324):
        quotient(landscape, point(w), np.logspace(-16, 0, 9), scheme)
        model = error_model(landscape, point(w), scheme)
        model.error(np.logspace(-16, 0, 9))
        # nan is no h either.
        assert model.best is None or model.best >= 0


@pytest.mark.parametrize(("h", "scheme", "axis", "what"), [
    (0.0, "forward", 0, "h"), (-1e-3, "forward", 0, "h"), (np.nan, "central", 0, "h"), (np.inf, "central", 0, "h"),
    (0.1, "sideways", 0, "scheme"), (0.1, "forward", 1, "axis"),
])  # fmt: skip
def test_what_makes_no_sense_is_refused(h: float, scheme: str, axis: int, what: str) -> None:
    with pytest.raises(BadValue) as refused:
        quotient(Parabola(), point(1.0), h, scheme, axis=axis)
    assert refused.value.path == what


def test_no_h_gives_no_quotient() -> None:
    assert quotient(Parabola(), point(1.0), np.array([])).shape == (0,)
