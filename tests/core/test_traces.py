"""Histories: bounded whatever happens, whole at a coarser grain, cut where a run branches."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.core.traces import MAX_VERTICES, Trace


def row(step: int, rows: int = 1) -> np.ndarray:
    return np.full((2, rows, 3), step, dtype=np.float32)


STEPS = st.one_of(
    st.integers(0, 400).map(lambda n: list(range(n))),
    st.lists(st.integers(0, 10_000), unique=True, max_size=150).map(sorted),
    st.tuples(st.integers(1, 5000), st.integers(0, 100)).map(lambda a: [i * a[0] for i in range(a[1])]),
)


@given(STEPS, st.sampled_from([4, 6, 32]))
def test_never_more_than_its_vertices_and_always_multiples_of_the_stride(steps: list[int], most: int) -> None:
    trace = Trace(most)
    for step in steps:
        trace.append(step, row(step))
        assert len(trace) <= most
        assert (trace.steps % trace.stride == 0).all()
        assert (np.diff(trace.steps) > 0).all()
    # All that lies on the stride is there, and each row is that of its own step.
    assert trace.steps.tolist() == [s for s in steps if s % trace.stride == 0]
    assert (trace.values == trace.steps[:, None, None, None]).all()


def test_a_long_run_stays_visible_at_a_coarser_grain() -> None:
    trace = Trace()
    for step in range(10_001):
        trace.append(step, row(step))
    assert MAX_VERTICES == 2000
    assert trace.stride == 8
    assert (len(trace), trace.steps[0], trace.steps[-1]) == (1251, 0, 10_000)
    assert trace.values.dtype == np.float32


@given(st.integers(0, 60), st.integers(-1, 70))
def test_a_cut_forgets_what_is_later_and_the_run_goes_on(n: int, at: int) -> None:
    trace = Trace(16)
    for step in range(n):
        trace.append(step, row(step))
    before, generation = trace.steps.copy(), trace.generation
    trace.cut(at)
    assert trace.steps.tolist() == [s for s in before if s <= at]
    assert (trace.generation > generation) == (len(trace) < len(before))
    for step in range(min(at, n - 1) + 1, 90):
        trace.append(step, row(-step))
    assert trace.steps.tolist() == list(range(0, 90, trace.stride))
    assert trace.values[:, 0, 0, 0].tolist() == [s if s <= at and s < n else -s for s in trace.steps]


def test_rows_may_grow_and_what_was_not_there_is_nan() -> None:
    trace = Trace(8)
    for step in range(6):
        trace.append(step, row(step, rows=1 + step // 2))
    assert trace.values.shape[:2] == (6, 2)
    for step in range(6):
        there = 1 + step // 2
        assert (trace.values[step, :, :there] == step).all()
        assert np.isnan(trace.values[step, :, there:]).all()
    # After a cut the run may have fewer rows again; nothing of the old ones shines through.
    trace.cut(0)
    trace.append(1, row(1))
    assert np.isnan(trace.values[1, :, 1:]).all()


def test_halving_tells_those_who_draw() -> None:
    trace = Trace(4)
    seen = []
    for step in range(9):
        trace.append(step, row(step))
        seen.append((trace.generation, trace.stride))
    assert seen == [(0, 1)] * 4 + [(1, 2)] * 4 + [(2, 4)]
    assert trace.upto(7) == 2


def test_nonsense_is_refused() -> None:
    for most in (0, 2, 5):
        with pytest.raises(ValueError, match="even number"):
            Trace(most)
    trace = Trace(4)
    trace.append(1, row(1))
    with pytest.raises(ValueError, match="already recorded"):
        trace.append(1, row(1))
    with pytest.raises(ValueError, match="can't change"):
        trace.append(2, np.zeros((3, 1, 3), dtype=np.float32))
    for empty in ((0, 4, 6), (2, 0, 6)):
        nothing = Trace(4)
        for step in range(9):
            nothing.append(step, np.zeros(empty, dtype=np.float32))
        assert nothing.values.shape[1:] == empty


@given(st.lists(st.one_of(st.just(-1), st.integers(0, 40)), max_size=60))
def test_it_knows_how_many_rows_have_stayed(acts: list[int]) -> None:
    """Each act records another row (-1) or cuts; every later reader is told at most what is true, and enough."""
    trace, stamp, seen = Trace(8), 0, []
    for act in acts:
        seen.append((trace.generation, trace.values.copy(), trace.steps.copy()))
        if act < 0:
            stamp += 1
            step = int(trace.steps[-1]) + trace.stride if len(trace) else 0
            trace.append(step, row(stamp))
        else:
            trace.cut(act)
    for generation, values, steps in seen:
        kept = min(trace.kept_since(generation), len(values))
        assert trace.values[:kept].tolist() == values[:kept].tolist()
        assert (trace.steps[:kept] == steps[:kept]).all()
        if generation == trace.generation:
            assert kept == len(values)
