"""Published facts of single landscapes that go beyond the contract and the self test's pinned losses."""

from __future__ import annotations

import numpy as np
import pytest

from lab.engine.landscapes import LANDSCAPES, HasTestLoss
from lab.engine.landscapes._arrays import BLOCK, sine_versine, turned
from lab.engine.landscapes._search import stationary
from lab.engine.landscapes.absolute_sum import AbsoluteSum
from lab.engine.landscapes.ackley import Ackley
from lab.engine.landscapes.double_well import DoubleWell
from lab.engine.landscapes.drop_wave import DropWave
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.matyas import Matyas
from lab.engine.landscapes.mccormick import McCormick
from lab.engine.landscapes.monkey_saddle import MonkeySaddle
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.rastrigin import Rastrigin
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.landscapes.saddle import Saddle
from lab.engine.landscapes.sharp_and_flat import SharpAndFlat
from lab.selftest._differences import sample


@pytest.mark.parametrize("rotation", [-70.0, 0.0, 30.0, 90.0])
def test_quadratic_has_eigenvalues_one_and_kappa_along_its_axes(rotation: float) -> None:
    hessian = Quadratic(condition_number=250.0, rotation=rotation).hessian(np.zeros(2))
    flat = np.array([np.cos(np.radians(rotation)), np.sin(np.radians(rotation))])
    assert np.linalg.eigvalsh(hessian) == pytest.approx([1.0, 250.0], rel=1e-13)
    assert hessian @ flat == pytest.approx(flat, abs=1e-12)


def test_himmelblau_has_four_minima_four_saddles_and_one_maximum() -> None:
    kinds = [c.kind for c in Himmelblau().critical_points]
    assert (kinds.count("minimum"), kinds.count("saddle"), kinds.count("maximum")) == (4, 4, 1)


def test_rastrigin_has_121_minima_until_the_holes_vanish() -> None:
    """Minima of x^2 + A (1 - cos 2 pi x) away from 0 need |sin c / c| > 1 / (2 pi^2 A) at some c = 2 pi x > pi."""
    assert sum(c.kind == "minimum" for c in Rastrigin().critical_points) == 121
    # The first trough of sin c / c is -0.2172336, so holes need A > 1 / (2 pi^2 0.2172336) = 0.2332.
    assert len(Rastrigin(amplitude=0.233).critical_points) == 1
    assert len(Rastrigin(amplitude=0.234).critical_points) > 1


def test_rastrigin_nearest_local_minimum() -> None:
    """Solved by hand from 2 x + 20 pi sin 2 pi x = 0 near 1 (Newton from 1: 0.99495864)."""
    ring = Rastrigin().critical_points[1:5]
    assert {tuple(np.round(np.abs(c.point), 8)) for c in ring} == {(0.99495864, 0.0), (0.0, 0.99495864)}
    assert [c.value for c in ring] == pytest.approx([0.99495906] * 4, abs=1e-8)


@pytest.mark.parametrize("tilt", [-1.5, -0.3, 0.0, 0.3, 1.2])
def test_double_well_critical_points_are_the_roots_of_its_derivative(tilt: float) -> None:
    points = [c.point[0] for c in DoubleWell(tilt=tilt).critical_points]
    assert points == pytest.approx(sorted(np.roots([4.0, 0.0, -4.0, tilt]).real), abs=1e-8)


def test_tilt_lowers_one_well() -> None:
    left, _barrier, right = DoubleWell(tilt=0.3).critical_points
    assert (left.is_global, right.is_global) == (True, False)
    left, _barrier, right = DoubleWell(tilt=0.0).critical_points
    assert (left.is_global, right.is_global) == (True, True)


def test_rosenbrock_minimum_follows_its_parameter() -> None:
    assert Rosenbrock(a=-0.5).critical_points[0].point == (-0.5, 0.25)


def test_saddle_says_that_it_has_no_floor() -> None:
    saddle = Saddle()
    assert not saddle.bounded_below
    assert saddle.value(np.array([0.0, 1e6])) == -1e12


@pytest.mark.parametrize("id", ["himmelblau", "goldstein_price", "styblinski_tang", "six_hump_camel", "mccormick"])
def test_search_finds_every_critical_point_known_in_closed_form(id: str) -> None:
    landscape = LANDSCAPES[id]()
    found = stationary(landscape)
    assert len(found) == len(landscape.critical_points)
    for known in landscape.critical_points:
        nearest = min(found, key=lambda c: max(abs(a - b) for a, b in zip(c.point, known.point, strict=True)))
        assert nearest.point == pytest.approx(known.point, abs=1e-9)
        assert nearest.value == pytest.approx(known.value, rel=1e-12, abs=1e-12)
        assert (nearest.kind, nearest.is_global) == (known.kind, known.is_global)


def test_search_leaves_out_circles_of_minima() -> None:
    """Only the middle of the Drop-Wave and nothing else is an isolated critical point."""
    assert [c.point for c in stationary(DropWave(), per_axis=33)] == [(0.0, 0.0)]


def test_search_finds_nothing_on_a_slope_without_end() -> None:
    assert stationary(AbsoluteSum()) == ()


@pytest.mark.parametrize("id", LANDSCAPES.ids())
def test_a_picture_in_blocks_is_the_picture_row_by_row(id: str) -> None:
    landscape = LANDSCAPES[id]()
    points = sample(landscape, BLOCK + 700, seed=4)[: BLOCK + 600].reshape(-1, 4, landscape.dim)
    for method in (landscape.value, landscape.gradient, landscape.hessian):
        assert (method(points) == np.concatenate([method(half) for half in np.array_split(points, 2)])).all()


def test_one_tangent_gives_sine_and_versine_to_the_last_digits() -> None:
    turns = np.random.default_rng(5).uniform(-30.0, 30.0, 10_000)
    for (sine, versine), angle in (
        (sine_versine(turns), turns),
        (turned(turns), 2.0 * np.pi * (turns - np.rint(turns))),
    ):
        assert np.abs(sine - np.sin(angle)).max() < 1e-15
        assert np.abs(versine - (1.0 - np.cos(angle))).max() < 1e-15
    assert [float(a) for a in turned(np.float64(0.25))] == pytest.approx([1.0, 1.0], abs=1e-15)
    assert float(sine_versine(np.float64(1e-9))[1]) == pytest.approx(5e-19, rel=1e-12)


def test_ackley_is_a_cone_at_its_tip() -> None:
    """Near 0 the loss is 20 * 0.2 / sqrt(2) times the distance; at 0 itself the slope is set to 0."""
    ackley = Ackley()
    assert ackley.kinks == ((0.0, 0.0),)
    assert ackley.gradient(np.zeros(2)).tolist() == [0.0, 0.0]
    slope = 4.0 / np.sqrt(2.0)
    assert ackley.gradient(np.array([1e-12, 0.0])) == pytest.approx([slope, 0.0], abs=1e-9)
    assert float(ackley.value(np.array([0.0, 1e-9]))) == pytest.approx(1e-9 * slope, rel=1e-6)
    assert sum(c.kind == "minimum" for c in ackley.critical_points) == 121


def test_drop_wave_has_its_limit_at_the_origin() -> None:
    """1 + cos 12 r is 2 - 72 r^2 + ..., over 2 (1 + r^2 / 4): the loss is -1 + 36.25 r^2, so the Hessian 72.5 I."""
    wave = DropWave()
    assert wave.gradient(np.zeros(2)).tolist() == [0.0, 0.0]
    assert wave.hessian(np.zeros(2)) == pytest.approx(72.5 * np.eye(2), rel=1e-14)
    # Across the place where series and quotient meet nothing jumps.
    r = np.linspace(0.2 / 12 - 1e-9, 0.2 / 12 + 1e-9, 5)
    around = wave.hessian(np.stack([0.6 * r, 0.8 * r], axis=-1))
    assert np.ptp(around, axis=0).max() < 1e-5
    assert wave.kinks == ()


def test_mccormick_goes_down_by_pi_a_stair() -> None:
    mccormick = McCormick()
    low, _step, high = mccormick.critical_points
    assert high.value - low.value == pytest.approx(np.pi, rel=1e-14)
    below = np.array(low.point) - np.pi
    assert float(mccormick.value(below)) == pytest.approx(low.value - np.pi, rel=1e-14)


def test_matyas_has_condition_number_25() -> None:
    assert np.linalg.eigvalsh(Matyas().hessian(np.zeros(2))) == pytest.approx([0.04, 1.0], rel=1e-13)


def test_monkey_saddle_has_no_curvature_at_the_origin() -> None:
    assert (MonkeySaddle().hessian(np.zeros(2)) == 0.0).all()
    angles = np.radians([60.0, 180.0, 300.0])
    downhill = np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    assert MonkeySaddle().value(downhill) == pytest.approx([-1.0] * 3, rel=1e-12)


@pytest.mark.parametrize("sharpness", [2.0, 4.0, 5.0])
def test_the_flat_valley_is_the_better_one_on_test_data(sharpness: float) -> None:
    landscape = SharpAndFlat(sharpness=sharpness, shift=0.5)
    assert isinstance(landscape, HasTestLoss)
    assert not isinstance(Matyas(), HasTestLoss)
    sharp, flat = (c for c in landscape.critical_points if c.kind == "minimum")
    assert sharp.point[0] < 0.0 < flat.point[0]
    assert sharp.value < flat.value
    on_test = landscape.test_value(np.array([sharp.point, flat.point]))
    assert on_test[0] > on_test[1]
    assert SharpAndFlat(shift=0.0).test_value(np.array(sharp.point)) == SharpAndFlat().value(np.array(sharp.point))


def test_the_minima_of_the_test_loss_are_minima_of_it() -> None:
    landscape = SharpAndFlat(shift=0.4)
    assert len(landscape.test_minima) == 2
    angles = np.radians(np.arange(0.0, 360.0, 30.0))
    around = 1e-4 * np.stack([np.cos(angles), np.sin(angles)], axis=-1)
    for minimum in landscape.test_minima:
        here = landscape.test_value(np.array(minimum.point))
        assert here == pytest.approx(minimum.value, abs=1e-12)
        assert (landscape.test_value(np.array(minimum.point) + around) > here).all()
