"""Runs, events, undo, documents, lanes: what the user asked for, kept cheaply and never changed in place."""

from __future__ import annotations

import gc
import tracemalloc
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.core.documents import Library
from lab.core.errors import BadValue, UnknownName
from lab.core.history import History
from lab.core.lanes import Lanes
from lab.core.panel import Preset
from lab.core.run import EventNode, Run, SetParam, random_stream
from lab.core.session import PanelState, Session, from_json, to_json
from lab.core.simulation import digest, leaves, nbytes

from .toy import TOY_PANELS, Points, Push, Walk, WalkConfig, WalkView

MANY = 100_000


def listed(run: Run) -> list[tuple[int, Any]]:
    return [(step, event.value) for step, event in run.events()]


@given(st.lists(st.integers(0, 20), max_size=30))
def test_an_event_in_the_past_drops_the_later_ones(steps: list[int]) -> None:
    run, expected = Run(WalkConfig()), []
    for i, step in enumerate(steps):
        before = run
        run = run.with_event(step, SetParam("pull", float(i)))
        assert listed(before) == expected
        expected = [(s, v) for s, v in expected if s <= step] + [(step, float(i))]
        assert listed(run) == expected
        assert listed(run.upto(step - 1)) == [(s, v) for s, v in expected if s < step]
    if run.head is not None:
        assert run.head.length == len(expected)
        assert listed(run.before(run.head)) == expected[:-1]
        assert run.upto(20) is run


def test_runs_share_what_they_have_in_common() -> None:
    trunk = Run(WalkConfig())
    for step in range(10):
        trunk = trunk.with_event(step, SetParam("pull", 0.5))
    branch = trunk.with_event(4, SetParam("pull", 0.1))
    assert branch.nodes()[:5] == trunk.nodes()[:5]
    assert all(a is b for a, b in zip(branch.nodes()[:5], trunk.nodes()[:5], strict=True))
    assert branch.config is trunk.config
    assert branch.documents is trunk.documents


def test_another_config_keeps_the_events_that_still_make_sense() -> None:
    run = Run(WalkConfig()).with_event(1, Push((1.0,))).with_event(2, SetParam("pull", 0.5)).with_event(3, Push((2.0,)))

    def no_params(config: Any, event: Any) -> None:
        if isinstance(event, SetParam):
            raise BadValue("name", "gone")

    other = run.with_config(WalkConfig(size=9), no_params)
    assert [(s, e.by) for s, e in other.events()] == [(1, (1.0,)), (3, (2.0,))]
    assert run.with_config(WalkConfig(size=9), Walk.accepts).head is run.head


def test_a_hundred_thousand_events_with_undo_are_small_and_come_back_from_a_file() -> None:
    gc.collect()
    tracemalloc.start()
    run, history = Run(WalkConfig()), History()
    for i in range(MANY):
        history.record(run, i // 2, "Set the pull")
        run = run.with_event(i // 2, SetParam("pull", 0.25 + i * 1e-6))
    used = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert used < 50e6
    text = to_json(Session((PanelState("walk", run, WalkView()),)))
    back = from_json(text, TOY_PANELS).panels[0].run
    assert list(back.events()) == list(run.events())
    step = MANY // 2
    for i in reversed(range(MANY)):
        entry = history.undo(run, step)
        assert entry is not None
        run, step = entry.run, entry.step
        assert step == i // 2
    assert (run.head, history.undo(run, step), history.undo_label) == (None, None, None)
    for _ in range(MANY):
        entry = history.redo(run, step)
        assert entry is not None
        run, step = entry.run, entry.step
    assert run.head is not None
    assert (run.head.length, history.redo(run, step)) == (MANY, None)
    # Letting go of so long a chain must not go down a link per stack frame.
    del entry, history, back
    node: EventNode | None = run.head
    run = Run(WalkConfig())
    del node


def test_history_is_two_stacks_of_gestures() -> None:
    a, b, c = (Run(WalkConfig(size=n)) for n in (1, 2, 3))
    history = History()
    history.record(a, 7, "Grow")
    assert (history.undo_label, history.redo_label) == ("Grow", None)
    entry = history.undo(b, 9)
    assert entry is not None
    assert (entry.run, entry.step, entry.label) == (a, 7, "Grow")
    assert (history.undo_label, history.redo_label) == (None, "Grow")
    entry = history.redo(a, 7)
    assert entry is not None
    assert (entry.run, entry.step) == (b, 9)
    history.undo(b, 9)
    history.record(a, 7, "Shrink")
    assert history.redo(c, 0) is None
    history.drop_last()
    assert history.undo_label is None


def test_a_stream_of_random_numbers_depends_on_seed_name_and_step_alone() -> None:
    def numbers(seed: int = 1, stream: str = "a", step: int = 5) -> Any:
        return random_stream(seed, stream, step).standard_normal(1000)

    first = numbers()
    for other in (numbers(seed=2), numbers(stream="b"), numbers(step=6), numbers(seed=11, stream="/a")):
        assert not np.intersect1d(first, other).size
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.15
    # Reproducible, whatever was drawn in between and from whichever stream.
    random_stream(1, "new", 5).standard_normal(77)
    np.random.default_rng(0).random()
    assert (numbers() == first).all()
    # Rows drawn in order: a longer draw begins with the shorter one, so a start dropped later changes no other.
    longer = random_stream(1, "a", 5).standard_normal((700, 2))
    assert (longer.ravel()[:1000] == first).all()


def test_a_stream_has_known_numbers() -> None:
    """Session files rely on these: another NumPy or another machine must draw the same."""
    assert random_stream(42, "gradient noise", 3).integers(0, 2**32, 3).tolist() == KNOWN


KNOWN = [2522959597, 616229539, 2792890338]


def test_a_library_shares_and_never_changes() -> None:
    points = Points(np.zeros((3, 2)))
    one = Library().put("cloud", points)
    two = one.put("ring", Points(np.ones((3, 2))))
    assert (list(one), list(two), list(two.without("cloud"))) == (["cloud"], ["cloud", "ring"], ["ring"])
    assert two["cloud"] is points
    assert two.without("ring") == one
    assert (one.get("ring"), ["ring"] in one, len(Library())) == (None, False, 0)
    for complaint in (lambda: one["ring"], lambda: one.without("ring"), lambda: one.put("", points)):
        with pytest.raises(BadValue, match="documents: "):
            complaint()
    with pytest.raises(UnknownName, match="is not registered among the documents"):
        one.put("odd", 3)


@dataclass
class Counter:
    """A lane that counts down from `n`, then is done."""

    n: int

    @property
    def done(self) -> bool:
        return self.n <= 0

    def step(self, t: int) -> None:
        self.n -= 1

    def apply(self, event: int) -> None:
        self.n += event

    def snapshot(self) -> int:
        return self.n

    def restore(self, snapshot: int) -> None:
        self.n = snapshot


def test_finished_lanes_wait_for_the_others() -> None:
    lanes = Lanes({3: Counter(1), 1: Counter(3)})
    kept = lanes.snapshot()
    lanes.step()
    lanes.step()
    assert ([lane.n for lane in lanes.lanes.values()], lanes.t, lanes.done) == ([0, 1], 2, False)
    lanes.apply_to(2, 3)
    assert lanes.snapshot() == (2, (2, 1))
    lanes.apply_to(-5, None)
    assert lanes.done
    lanes.restore(kept)
    assert (lanes.snapshot(), lanes.done) == (kept, False)


def test_a_digest_tells_values_apart_to_the_bit() -> None:
    x = np.array([1.0, 2.0])
    same = [{"a": x, "b": (1, 2.5)}, {"b": [1.0, np.float64(2.5)], "a": x.copy()}]
    assert digest(same[0]) == digest(same[1])
    nudged = np.array([1.0, np.nextafter(2.0, 3.0)])
    for other in ({"a": nudged, "b": (1, 2.5)}, {"a": x.astype("f4"), "b": (1, 2.5)}, {"a": x[None], "b": (1, 2.5)}):
        assert digest(other) != digest(same[0])
    apart = [0.0, -0.0, True, "1", 1, None, (1, 23), (12, 3), 1.5, float("nan"), float("inf")]
    assert len({digest(value) for value in apart}) == len(apart)
    assert len(leaves(same[0])) == 3
    assert nbytes(x) >= 16


def test_a_panel_names_its_presets() -> None:
    spec = TOY_PANELS["walk"]
    assert isinstance(spec.preset("a"), Preset)
    with pytest.raises(UnknownName, match="'b' is not one of a"):
        spec.preset("b")
