"""The timeline: wherever the cursor is sent and whatever is edited, the state is that of a run played from step 0."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lab.core.errors import BadValue, StateTooLarge
from lab.core.history import History
from lab.core.run import Run, SetParam
from lab.core.simulation import digest, nbytes
from lab.core.timeline import FIRST_SPACING, MIN_SNAPSHOTS, TAIL_STEPS, SnapshotBudget, Timeline
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.lbfgs import LBFGS
from lab.sims.race import Entrant, MoveStart, PlaceStarts, Race, RaceConfig, RemoveStart

from .toy import Push, Walk, WalkConfig, played

STEPS = st.integers(0, 90)


class Editing(RuleBasedStateMachine):
    """Any mix of playing, seeking (in slices too), editing, undo and redo."""

    make: Any = Walk
    first = Run(WalkConfig(), seed=3)
    configs: tuple[Any, ...] = (WalkConfig(size=2), WalkConfig(ends=20), WalkConfig(size=0, pull=0.5))
    events: tuple[Any, ...] = (SetParam("pull", 0.5), SetParam("pull", 1.0), Push((1.0, 2.0)), Push(()))
    #: About 20 snapshots: spacing doubles and the tail is short, so that keyframes are really used.
    room = 20

    def __init__(self) -> None:
        super().__init__()
        budget = SnapshotBudget(self.room * nbytes(self.make(self.first).snapshot()) + MIN_SNAPSHOTS * 2000)
        self.timeline = Timeline(self.make, self.first, budget)
        self.history = History()

    @rule(n=st.integers(1, 40))
    def play(self, n: int) -> None:
        for _ in range(n):
            if not self.timeline.done:
                self.timeline.advance()

    @rule(step=STEPS)
    def seek(self, step: int) -> None:
        self.timeline.seek(step)
        assert self.timeline.step == step or self.timeline.done

    @rule(first=STEPS, then=STEPS, slices=st.integers(0, 5))
    def seek_in_slices_and_change_ones_mind(self, first: int, then: int, slices: int) -> None:
        self.timeline.request(first)
        for _ in range(slices):
            self.timeline.work(lambda: False)
        self.timeline.request(then)
        while not self.timeline.work(lambda: False):
            pass
        assert self.timeline.step == then or self.timeline.done

    @rule(step=STEPS, stay=st.booleans())
    def part_ways_with_a_fork(self, step: int, stay: bool) -> None:
        twin = self.timeline.fork()
        assert (twin.step, twin.frontier, twin.run) == (
            self.timeline.step, self.timeline.frontier, self.timeline.run
        )  # fmt: skip
        (twin if stay else self.timeline).seek(step)
        if not stay:
            self.timeline = twin

    @rule(index=st.integers(0, 9), step=st.none() | STEPS)
    def add_an_event(self, index: int, step: int | None) -> None:
        at = self.timeline.step if step is None else step
        event = self.events[index % len(self.events)]
        try:
            self.make.accepts(self.timeline.run.config, event)
        except BadValue:
            with pytest.raises(BadValue):
                self.timeline.edit(self.timeline.run.with_event(at, event))
        else:
            self.edit(self.timeline.run.with_event(at, event))

    @rule(index=st.integers(0, 9))
    def change_the_config(self, index: int) -> None:
        self.edit(self.timeline.run.with_config(self.configs[index % len(self.configs)], self.make.accepts))

    def edit(self, run: Run) -> None:
        self.history.record(self.timeline.run, self.timeline.step, "Edit")
        self.timeline.edit(run)
        self.timeline.work(lambda: True)

    @rule(redo=st.booleans())
    def go_through_history(self, redo: bool) -> None:
        move = self.history.redo if redo else self.history.undo
        entry = move(self.timeline.run, self.timeline.step)
        if entry is not None:
            self.timeline.edit(entry.run, step=entry.step)
            while not self.timeline.work(lambda: False):
                pass
            assert self.timeline.run is entry.run

    @precondition(lambda self: self.timeline.step > 0)
    @rule()
    def step_back(self) -> None:
        self.timeline.seek(self.timeline.step - 1)

    @invariant()
    def all_is_as_if_played_from_the_start(self) -> None:
        timeline = self.timeline
        sim, marks, rows = played(self.make, timeline.run, max(timeline.step, timeline.frontier))
        assert timeline.frontier >= timeline.step
        assert timeline.marks == marks
        assert timeline.trace.steps.tolist() == list(range(timeline.frontier + 1))
        for kept, row in zip(timeline.trace.values, rows, strict=True):
            assert np.array_equal(kept[:, : row.shape[1]], row, equal_nan=True)
            assert np.isnan(kept[:, row.shape[1] :]).all()
        if timeline.step < timeline.frontier:
            sim = played(self.make, timeline.run, timeline.step)[0]
        assert digest(timeline.sim.frame()) == digest(sim.frame())
        assert digest(timeline.sim.snapshot()) == digest(sim.snapshot())


class Racing(Editing):
    make = Race
    first = Run(
        RaceConfig(Quadratic(), (Entrant(0, Adam()), Entrant(4, LBFGS(history=2))), ((1.0, 1.0),), noise=0.1), seed=3
    )
    configs = (
        RaceConfig(Quadratic(), (Entrant(4, Adam(learning_rate=1e6)),), ((1.0, 1.0), (2.0, 0.5))),
        RaceConfig(Quadratic(), (), ()),
    )
    events = (
        SetParam("learning_rate", 0.3, 4), SetParam("noise", 0.5), PlaceStarts(((0.5, 1.0), (2.0, -1.0))),
        MoveStart(0, (1.5, 0.0)), MoveStart(1, (1.5, 0.0), 4), RemoveStart(0),
    )  # fmt: skip


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=60, stateful_step_count=20)
TestRacing = Racing.TestCase
TestRacing.settings = settings(max_examples=6, stateful_step_count=10)


def walk(total: int = 10_000_000, **config: Any) -> Timeline:
    return Timeline(Walk, Run(WalkConfig(**config), seed=1), SnapshotBudget(total))


def held(timeline: Timeline) -> int:
    states = {id(k.state): k.state for k in (*timeline._keys, *timeline._tail)}
    return sum(nbytes(state) for state in states.values())


def test_stepping_back_replays_nothing_and_a_seek_at_most_one_spacing() -> None:
    timeline = walk(size=100, total=200_000)
    for _ in range(3000):
        timeline.advance()
    steps = 0
    true_step = timeline.sim.step

    def counted() -> None:
        nonlocal steps
        steps += 1
        true_step()

    timeline.sim.step = counted
    for _ in range(30):
        timeline.seek(timeline.step - 1)
    assert steps == 0
    for target in (1500, 17, 2999, 0, 1023):
        steps = 0
        timeline.seek(target)
        assert timeline.step == target
        assert steps < timeline.spacing


@pytest.mark.parametrize("size", [3, 400])
def test_the_budget_holds_and_the_spacing_doubles(size: int) -> None:
    total = 60 * nbytes(walk(size=size).sim.snapshot())
    timeline = walk(size=size, total=total)
    spacings = []
    for _ in range(4000):
        timeline.advance()
        assert held(timeline) <= total
        assert len(timeline._tail) <= TAIL_STEPS
        if not spacings or timeline.spacing != spacings[-1]:
            spacings.append(timeline.spacing)
    assert len(spacings) >= 3
    assert spacings == [FIRST_SPACING << i for i in range(len(spacings))]


def test_the_budget_holds_when_an_event_makes_the_state_larger() -> None:
    timeline = walk(total=400_000)
    for _ in range(200):
        timeline.advance()
    timeline.edit(timeline.run.with_event(200, Push((1.0,) * 4000)))
    for _ in range(300):
        timeline.advance()
    assert held(timeline) <= 400_000


def test_timelines_share_one_budget_and_give_it_back() -> None:
    budget = SnapshotBudget(1000_000)
    first = Timeline(Walk, Run(WalkConfig()), budget)
    second = Timeline(Walk, Run(WalkConfig()), budget)
    assert budget.share(first) == 500_000
    # Whoever still refers to a timeline that was closed takes nothing from the others.
    second.close()
    assert budget.share(first) == 1000_000
    assert held(second) == 0
    third = Timeline(Walk, Run(WalkConfig()), budget)
    assert budget.share(third) == 500_000
    del third
    assert budget.share(first) == 1000_000


def test_memory_is_shared_by_need() -> None:
    budget = SnapshotBudget(1_000_000)
    small = Timeline(Walk, Run(WalkConfig(size=3)), budget)
    large = [Timeline(Walk, Run(WalkConfig(size=4000)), budget) for _ in range(2)]
    for timeline in (small, *large):
        timeline.seek(100)
    assert small.spacing == FIRST_SPACING
    assert len(small._tail) == 100
    assert budget.share(large[0]) == budget.share(large[1]) == (1_000_000 - small.need) // 2


def test_one_that_grew_gives_way_when_others_grow() -> None:
    budget = SnapshotBudget(1_000_000)
    first = Timeline(Walk, Run(WalkConfig(size=1000)), budget)
    first.seek(2000)
    assert held(first) > 600_000
    second = Timeline(Walk, Run(WalkConfig(size=1000)), budget)
    second.seek(2000)
    # The first one does nothing meanwhile.
    assert held(first) <= 500_000
    assert held(first) + held(second) <= 1_000_000
    first.seek(1999)
    first.seek(7)
    assert digest(first.sim.snapshot()) == digest(played(Walk, first.run, 7)[0].snapshot())


def test_a_state_that_does_not_fit_eight_times_is_refused_with_what_to_do() -> None:
    with pytest.raises(StateTooLarge, match=r"one step takes 0.8 MB .* at most 0.1 MB fit. Use .* fewer starts."):
        walk(size=100_000, total=1_000_000)


@pytest.mark.parametrize("open_", [1, 3, 9])
def test_a_large_state_that_fits_is_stepped_wound_back_and_sought_whoever_shares(open_: int) -> None:
    """Eight of its snapshots are the whole budget: with others open it keeps fewer, and stops for none of them."""
    sizes = MIN_SNAPSHOTS * (nbytes(walk(size=5000).sim.snapshot()) + 8)
    budget = SnapshotBudget(sizes)
    lines = [Timeline(Walk, Run(WalkConfig(size=5000), seed=i), budget) for i in range(open_)]
    for _ in range(200):
        for timeline in lines:
            timeline.advance()
    twin = lines[0].fork()
    for timeline in (*lines, twin):
        assert held(timeline) <= max(sizes // open_, sizes // 2)
        steps = 0
        true_step = timeline.sim.step

        def counted(true_step: Any = true_step) -> None:
            nonlocal steps
            steps += 1
            true_step()

        timeline.sim.step = counted
        timeline.seek(199)
        assert steps == 0
        timeline.seek(130)
        assert steps < 130
        timeline.sim.step = true_step
        assert digest(timeline.sim.snapshot()) == digest(played(Walk, timeline.run, 130)[0].snapshot())


def test_an_event_that_makes_the_state_too_large_is_refused_at_once() -> None:
    timeline = walk(total=400_000)
    timeline.seek(40)
    timeline.seek(33)
    run, before = timeline.run, as_it_was(timeline)
    with pytest.raises(StateTooLarge, match="fewer"):
        timeline.edit(run.with_event(33, Push((1.0,) * 7000)))
    assert as_it_was(timeline) == before
    timeline.seek(60)
    assert digest(timeline.sim.snapshot()) == digest(played(Walk, run, 60)[0].snapshot())


def as_it_was(timeline: Timeline) -> Any:
    marks = tuple(timeline.marks)
    return (
        timeline.run, timeline.step, timeline.frontier, timeline.pending, timeline.spacing, marks,
        digest((timeline.sim.snapshot(), timeline.trace.steps, timeline.trace.values)),
    )  # fmt: skip


@pytest.mark.parametrize("cursor", [30, 40])
def test_an_edit_that_fails_leaves_everything_as_it_was(cursor: int) -> None:
    timeline = walk(total=1_000_000)
    timeline.seek(40)
    timeline.seek(cursor)
    run, before = timeline.run, as_it_was(timeline)
    bad = SetParam("pull", 2.0)
    for wrong in (
        run.with_config(WalkConfig(size=13)),
        run.with_config(WalkConfig(size=100_000)),
        run.with_config(WalkConfig(size=1)).with_event(0, bad),
        run.with_event(0, bad),
        run.with_event(10, SetParam("pull", 0.5)).with_event(35, bad),
        run.with_event(40, SetParam("wat", 0.5)),
    ):
        with pytest.raises((BadValue, StateTooLarge)):
            timeline.edit(wrong)
        assert as_it_was(timeline)[0] is run
        assert as_it_was(timeline) == before
    timeline.seek(60)
    assert digest(timeline.sim.snapshot()) == digest(played(Walk, run, 60)[0].snapshot())


def test_half_a_step_is_neither_shown_nor_built_upon(monkeypatch: pytest.MonkeyPatch) -> None:
    timeline = walk()
    timeline.seek(25)
    monkeypatch.setattr(Walk, "failing", 27)
    for act in (lambda: timeline.seek(60), timeline.advance, timeline.advance):
        with pytest.raises(FloatingPointError):
            act()
        assert (timeline.step, timeline.frontier, timeline.pending) == (27, 27, None)
        assert digest(timeline.sim.snapshot()) == digest(played(Walk, timeline.run, 27)[0].snapshot())
    monkeypatch.setattr(Walk, "failing", None)
    timeline.seek(60)
    sim, marks, rows = played(Walk, timeline.run, 60)
    assert digest(timeline.sim.snapshot()) == digest(sim.snapshot())
    assert timeline.marks == marks
    assert (timeline.trace.values == np.stack(rows)).all()


def test_the_newest_aim_wins_and_progress_can_be_asked_for() -> None:
    timeline = walk()
    timeline.request(1000)
    assert not timeline.work(lambda: False)
    assert (timeline.pending, timeline.step) == (1000, 1)
    timeline.request(5)
    assert timeline.pending == 5
    assert timeline.work(lambda: True)
    assert (timeline.pending, timeline.step) == (None, 5)
    timeline.request(500)
    timeline.edit(timeline.run.with_event(3, SetParam("pull", 0.5)))
    assert timeline.pending == 500
    timeline.request(-7)
    assert (timeline.pending, timeline.step) == (None, 0)
    timeline = walk()
    timeline.request(10)
    timeline.advance()
    assert (timeline.pending, timeline.step) == (None, 1)


def test_a_seek_stops_where_nothing_changes_any_more_but_not_before_the_last_event() -> None:
    timeline = walk(ends=10)
    timeline.seek(50)
    assert (timeline.step, timeline.done, timeline.pending) == (10, True, None)
    timeline.edit(timeline.run.with_event(20, Push((1.0,))))
    timeline.seek(50)
    assert (timeline.step, timeline.done) == (20, True)
    assert digest(timeline.sim.frame()) == digest(played(Walk, timeline.run, 20)[0].frame())
