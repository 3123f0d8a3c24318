"""Published facts of single landscapes that go beyond the contract and the self test's pinned losses."""

from __future__ import annotations

import numpy as np
import pytest

from lab.engine.landscapes.double_well import DoubleWell
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.rastrigin import Rastrigin
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.landscapes.saddle import Saddle


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
