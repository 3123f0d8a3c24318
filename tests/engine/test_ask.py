"""How an optimizer sees a landscape: counted, remembered by identity, with the noise of a step frozen."""

from __future__ import annotations

import numpy as np
import pytest

from lab.engine.landscapes import LANDSCAPES, Array
from lab.engine.optimizers import LandscapeAsk

POINTS = np.array([[-1.2, 1.0], [0.0, 2.0], [0.5, 0.5]])


class Watched:
    """A landscape that notes how often it is evaluated."""

    def __init__(self) -> None:
        self.inner = LANDSCAPES["rosenbrock"]()
        self.calls: list[str] = []

    def value(self, theta: Array) -> Array:
        self.calls.append("value")
        return self.inner.value(theta)

    def gradient(self, theta: Array) -> Array:
        self.calls.append("gradient")
        return self.inner.gradient(theta)

    def hessian(self, theta: Array) -> Array:
        self.calls.append("hessian")
        return self.inner.hessian(theta)


def test_the_same_array_is_evaluated_once_but_counted_each_time() -> None:
    watched = Watched()
    ask = LandscapeAsk(watched)
    for _ in range(3):
        ask.measure(POINTS)
        ask.value(POINTS)
        ask.gradient(POINTS)
    assert watched.calls == ["value", "gradient"]
    assert ask.function_evaluations.tolist() == [3, 3, 3]
    assert ask.gradient_evaluations.tolist() == [3, 3, 3]
    moved = POINTS + 1.0
    assert np.array_equal(ask.value(moved), watched.inner.value(moved))
    assert np.array_equal(ask.gradient(moved), watched.inner.gradient(moved))


def test_rows_may_be_left_out_of_the_count() -> None:
    ask = LandscapeAsk(LANDSCAPES["rosenbrock"]())
    values = ask.value(POINTS, where=np.array([True, False, True]))
    assert values.shape == (3,)
    ask.hessian(POINTS, where=np.array([False, False, True]))
    assert ask.function_evaluations.tolist() == [1, 0, 1]
    assert ask.hessian_evaluations.tolist() == [0, 0, 1]


def test_a_population_per_row_is_counted_point_by_point() -> None:
    landscape = LANDSCAPES["rosenbrock"]()
    ask = LandscapeAsk(landscape)
    population = POINTS[:, None, :] + np.linspace(-1.0, 1.0, 4)[:, None]
    values = ask.value(population, where=np.array([True, False, True]))
    assert np.array_equal(values, [landscape.value(row) for row in population])
    assert ask.function_evaluations.tolist() == [4, 0, 4]


def test_new_rows_start_at_zero_and_lost_rows_must_be_cut() -> None:
    ask = LandscapeAsk(LANDSCAPES["rosenbrock"]())
    ask.gradient(POINTS[:2])
    ask.gradient(POINTS)
    assert ask.gradient_evaluations.tolist() == [2, 2, 1]
    with pytest.raises(ValueError, match="1 points asked about, but 3 rows"):
        ask.gradient(POINTS[:1])
    ask.gradient_evaluations = ask.gradient_evaluations[:1]
    ask.gradient(POINTS[:1])
    assert ask.gradient_evaluations.tolist() == [3]


def test_a_kept_reference_restores_the_counts() -> None:
    ask = LandscapeAsk(LANDSCAPES["rosenbrock"]())
    ask.value(POINTS)
    kept = ask.function_evaluations
    ask.value(POINTS)
    assert kept.tolist() == [1, 1, 1]
    ask.function_evaluations = kept
    ask.value(POINTS)
    assert ask.function_evaluations.tolist() == [2, 2, 2]


def test_noise_is_the_same_within_a_step_and_scaled_by_sigma() -> None:
    landscape = LANDSCAPES["rosenbrock"]()
    first, second = np.random.default_rng(0).normal(size=(2, 3, 2))
    ask = LandscapeAsk(landscape, noise_sigma=0.5, noise=first)
    once, twice, elsewhere = ask.gradient(POINTS), ask.gradient(POINTS), ask.gradient(POINTS + 1)
    assert np.array_equal(once, twice)
    assert once == pytest.approx(landscape.gradient(POINTS) + 0.5 * first)
    assert elsewhere - landscape.gradient(POINTS + 1) == pytest.approx(0.5 * first)
    ask.freeze(second)
    assert ask.gradient(POINTS) == pytest.approx(landscape.gradient(POINTS) + 0.5 * second)
    ask.freeze(None)
    assert np.array_equal(ask.gradient(POINTS), landscape.gradient(POINTS))
    assert np.array_equal(ask.value(POINTS), landscape.value(POINTS))
