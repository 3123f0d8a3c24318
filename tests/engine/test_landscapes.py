"""What every registered landscape promises; a new one needs no new test."""

from __future__ import annotations

import dataclasses
import inspect

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from lab.core.params import check
from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.selftest._differences import sample
from lab.selftest.landscapes import critical_points, derivatives

from .strategies import configs
from .typeset import height

every = pytest.mark.parametrize("id", LANDSCAPES.ids())


def drawn(data: st.DataObject, id: str) -> Landscape:
    return data.draw(configs(LANDSCAPES[id]))


@every
@given(data=st.data())
@settings(max_examples=20)
def test_any_leading_shape_gives_the_same_numbers(id: str, data: st.DataObject) -> None:
    landscape = drawn(data, id)
    shape = tuple(data.draw(st.lists(st.integers(0, 3), max_size=3)))
    d = landscape.dim
    flat = sample(landscape, int(np.prod(shape)), seed=1)
    points = flat.reshape(*shape, d)
    for method, inner in ((landscape.value, ()), (landscape.gradient, (d,)), (landscape.hessian, (d, d))):
        answer = np.asarray(method(points))
        assert answer.shape == shape + inner
        assert answer.dtype == np.float64
        one_by_one = [np.asarray(method(p)) for p in flat]
        assert answer.reshape(len(flat), *inner).tolist() == [a.tolist() for a in one_by_one]


@every
@given(data=st.data())
@settings(max_examples=20)
def test_derivatives_are_exact_whatever_the_parameters(id: str, data: st.DataObject) -> None:
    for finding in derivatives(id, drawn(data, id)):
        assert finding.passed, finding


@every
@given(data=st.data())
@settings(max_examples=20)
def test_critical_points_are_critical_and_of_the_kind_they_say(id: str, data: st.DataObject) -> None:
    landscape = drawn(data, id)
    for finding in critical_points(id, landscape):
        assert finding.passed, finding
    for c in landscape.critical_points:
        if not np.isfinite(hessian := landscape.hessian(np.array(c.point))).all():
            continue  # a kink
        eigenvalues = np.linalg.eigvalsh(hessian)
        least = -1e-6 * np.abs(eigenvalues).max()
        flat = np.abs(eigenvalues).max() < 1e-12  # a monkey saddle shows nothing in its second derivatives
        upwards, downwards = (eigenvalues >= least).all(), (eigenvalues <= -least).all()
        assert flat or {"minimum": upwards, "maximum": downwards, "saddle": not (upwards or downwards)}[c.kind], c


@every
@given(data=st.data())
@settings(max_examples=20)
def test_global_minima_are_the_lowest_points(id: str, data: st.DataObject) -> None:
    landscape = drawn(data, id)
    lowest = [c.value for c in landscape.critical_points if c.kind == "minimum" and c.is_global]
    if not landscape.bounded_below:
        assert lowest == []
        return
    assert len(lowest) > 0
    assert np.ptp(lowest) < 1e-12
    others = [c.value for c in landscape.critical_points if not c.is_global]
    assert min(others, default=np.inf) > lowest[0]
    assert landscape.value(sample(landscape, 500, seed=2)).min() >= lowest[0] - 1e-12


@every
@given(data=st.data())
@settings(max_examples=20)
def test_starts_and_critical_points_lie_inside_the_domain(id: str, data: st.DataObject) -> None:
    landscape = drawn(data, id)
    lo, hi = np.array(landscape.domain).T
    assert lo.shape == (landscape.dim,)
    assert (lo < hi).all()
    assert len(landscape.starts) > 0
    for point in (*landscape.starts, *(c.point for c in landscape.critical_points)):
        assert len(point) == landscape.dim
        assert (lo <= point).all(), point
        assert (point <= hi).all(), point
    assert all(len(kink) == landscape.dim for kink in landscape.kinks)


@every
@given(data=st.data())
@settings(max_examples=30)
def test_finite_input_never_warns(id: str, data: st.DataObject) -> None:
    landscape = LANDSCAPES[id]()
    finite = st.floats(allow_nan=False, allow_infinity=False)
    points = data.draw(hnp.arrays(np.float64, (3, landscape.dim), elements=finite))
    before = points.copy()
    landscape.value(points)
    landscape.gradient(points)
    landscape.hessian(points)
    assert (points == before).all()


@every
def test_hessian_is_symmetric(id: str) -> None:
    landscape = LANDSCAPES[id]()
    hessian = landscape.hessian(sample(landscape, 50, seed=3))
    assert (hessian == np.swapaxes(hessian, -1, -2)).all()


@every
def test_is_a_frozen_value(id: str) -> None:
    cls = LANDSCAPES[id]
    landscape = cls()
    check(landscape)
    assert landscape == cls()
    assert hash(landscape) == hash(cls())
    assert not hasattr(landscape, "__dict__")
    with pytest.raises((dataclasses.FrozenInstanceError, TypeError)):
        landscape.extra = 1


@every
def test_explains_itself(id: str) -> None:
    cls = LANDSCAPES[id]
    assert inspect.getdoc(cls)
    assert cls.doc.endswith(".")
    assert cls.source
    assert 0 < height(cls.latex) < 60
