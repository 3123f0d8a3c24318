"""The race: nobody's numbers depend on who else takes part, and every racer can be taken apart."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.core.errors import BadValue
from lab.core.run import Run, SetParam
from lab.core.simulation import digest, leaves
from lab.core.timeline import SnapshotBudget, Timeline
from lab.engine.landscapes import LANDSCAPES
from lab.engine.landscapes.beale import Beale
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.saddle import Saddle
from lab.engine.optimizers import OPTIMIZERS, LandscapeAsk
from lab.engine.optimizers.lbfgs import LBFGS
from lab.engine.optimizers.sgd import SGD
from lab.sims.race import (
    CHANNELS,
    FELL,
    REASONS,
    TRACED_STARTS,
    Dissect,
    Entrant,
    LookAt,
    MoveStart,
    PlaceStarts,
    Race,
    RaceConfig,
    RaceFrame,
    RemoveStart,
)

#: One racer of every rule there is, at its defaults.
RULES = tuple(Entrant(3 * i, entry.item()) for i, entry in enumerate(OPTIMIZERS))
#: One landscape of each sort: the product of all rules with all landscapes is for the engine's own tests.
SORTS = ("himmelblau", "saddle", "parabola", "linear_regression")
GROUNDS = [pytest.param(LANDSCAPES[id](), id=id) for id in SORTS]
noisy = pytest.mark.parametrize("noise", [0.0, 0.3])
on_each = pytest.mark.parametrize("ground", GROUNDS)


def race(ground: Any = None, racers: Any = RULES, starts: Any = None, **more: Any) -> Run:
    ground = ground or Himmelblau()
    return Run(RaceConfig(ground, racers, ground.starts if starts is None else starts, **more), seed=11)


def frame(run: Run, step: int) -> RaceFrame:
    line = Timeline(Race, run, SnapshotBudget())
    line.seek(step)
    made: RaceFrame = line.sim.frame()
    return made


def numbers(made: RaceFrame, lane: int, start: int, less: tuple[str, ...] = ()) -> str:
    """Digest of all that a frame knows of one racer."""
    names = ("theta", "gradient", "loss", "excess", "diverged_at", "reason", "reached_at", "path_length", "segment",
             "function_evaluations", "gradient_evaluations")  # fmt: skip
    row = made.lanes.index(lane)
    return digest([getattr(made, name)[row, start] for name in names if name not in less])


def draws(rule: Any) -> bool:
    """Whether a rule asks for random numbers."""
    asked: list[int] = []

    def draw() -> np.random.Generator:
        asked.append(1)
        return np.random.default_rng(0)

    ask, theta = LandscapeAsk(Himmelblau()), np.ones((1, 2))
    rule.step(theta, rule.start(theta, ask), ask, rule.learning_rate, draw)
    return bool(asked)


def near(ground: Any, n: int) -> tuple[tuple[float, ...], ...]:
    """Some points inside the domain."""
    low, high = np.array(ground.domain).T
    points = low + (high - low) * np.random.default_rng(n).random((n, ground.dim))
    return tuple(tuple(map(float, p)) for p in points)


@noisy
@on_each
def test_a_racer_more_or_less_changes_no_other(ground: Any, noise: float) -> None:
    """Of any two there is a race with the one and without the other: their places differ in some binary digit."""
    everyone = frame(race(ground, noise=noise), 30)
    known = {(r.id, s): numbers(everyone, r.id, s) for r in RULES for s in range(len(ground.starts))}
    for digit in range(len(RULES).bit_length()):
        for side in (0, 1):
            some = tuple(r for place, r in enumerate(RULES) if place >> digit & 1 == side)
            made = frame(race(ground, some, noise=noise), 30)
            assert made.lanes == tuple(r.id for r in some)
            for racer in some:
                for start in range(len(ground.starts)):
                    assert numbers(made, racer.id, start) == known[racer.id, start]


@noisy
@on_each
def test_a_start_dropped_dragged_or_removed_changes_no_other(ground: Any, noise: float) -> None:
    run = race(ground, starts=near(ground, 3), noise=noise)
    more = near(ground, 80)
    before = frame(run, 30)
    for event in (PlaceStarts(more[:1]), PlaceStarts(more), RemoveStart(2), MoveStart(2, more[0])):
        after = frame(run.with_event(12, event), 30)
        for racer in RULES:
            for start in (0, 1):
                assert numbers(after, racer.id, start) == numbers(before, racer.id, start)
        assert digest(after) != digest(before)


@on_each
def test_a_start_dropped_at_a_step_runs_as_one_that_began_there(ground: Any) -> None:
    first, late = near(ground, 2)
    alone = frame(race(ground, starts=(late,)), 40)
    joined = frame(race(ground, starts=(first,)).with_event(25, PlaceStarts((late,))), 65)
    assert joined.born.tolist() == [0, 25]
    # Rules that draw random numbers draw others at other steps.
    for racer in (r for r in RULES if not draws(r.optimizer)):
        lane = alone.lanes.index(racer.id)
        when = ("diverged_at", "reached_at")
        assert numbers(joined, racer.id, 1, less=when) == numbers(alone, racer.id, 0, less=when)
        for name in when:
            step = getattr(alone, name)[lane, 0]
            assert getattr(joined, name)[lane, 1] == (step if step < 0 else step + 25)


def test_a_removed_start_stays_in_its_slot_and_out_of_the_race() -> None:
    run = race().with_event(10, RemoveStart(0)).with_event(20, MoveStart(0, (1.0, 1.0)))
    # It can't be dragged any more either.
    made, then = frame(run, 40), frame(race(), 10)
    assert made.present.tolist() == [False] + [True] * (len(made.starts) - 1)
    assert (made.theta[:, 0] == then.theta[:, 0]).all()
    assert (made.diverged_at[:, 0] == -1).all()
    assert digest(made) == digest(frame(race().with_event(10, RemoveStart(0)), 40))


@pytest.mark.parametrize("lane", [None, *(r.id for r in RULES)])
def test_dragging_keeps_the_moments(lane: int | None) -> None:
    line = Timeline(Race, race(), SnapshotBudget())
    line.seek(30)
    memories = {id: one.memory for id, one in line.sim._lanes.lanes.items()}
    before = line.sim.frame()
    line.edit(line.run.with_event(30, MoveStart(1, (0.5, -0.25), lane)))
    line.work(lambda: True)
    assert line.step == 30
    after = line.sim.frame()
    for i, (id, one) in enumerate(line.sim._lanes.lanes.items()):
        assert digest(one.memory.inner) == digest(memories[id].inner)
        moved = lane in (None, id)
        assert (after.theta[i, 1].tolist() == [0.5, -0.25]) == moved
        assert after.segment[i, 1] == int(moved)
        assert (after.loss[i, 1] == Himmelblau().value(np.array([0.5, -0.25]))) == moved
        assert after.theta[i, 0].tolist() == before.theta[i, 0].tolist()
    assert (line.sim.frame().starts[1].tolist() == [0.5, -0.25]) == (lane is None)


@on_each
@pytest.mark.parametrize("rate", [1e3, 1e200])
def test_divergence_is_marked_at_its_step_and_nothing_infinite_is_shown(ground: Any, rate: float) -> None:
    wild = tuple(
        Entrant(r.id, dataclasses.replace(r.optimizer, learning_rate=rate, **fixed(r.optimizer))) for r in RULES
    )
    steady = Entrant(99, SGD(learning_rate=1e-5))
    line = Timeline(Race, race(ground, (*wild, steady)), SnapshotBudget())
    alone = Timeline(Race, race(ground, (steady,)), SnapshotBudget())
    for step in range(1, 50):
        before = line.sim.frame()
        line.advance()
        made = line.sim.frame()
        for leaf in leaves(made):
            if isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f":
                assert np.isfinite(leaf).all()
        assert not np.isinf(line.sim.trace()).any()
        news = made.diverged_at != before.diverged_at
        assert (made.diverged_at[news] == step).all()
        assert (made.reason[news] > 0).all()
        assert ground.bounded_below is False or not (made.reason == FELL).any()
        gone = before.diverged_at >= 0
        assert (made.theta[gone] == before.theta[gone]).all()
        told = {mark.lane for mark in line.marks if mark.step == step and mark.kind in ("diverged", "fell")}
        assert told == {made.lanes[row] for row in np.flatnonzero(news.any(axis=1))}
    alone.seek(49)
    for start in range(len(ground.starts)):
        assert numbers(made, 99, start) == numbers(alone.sim.frame(), 99, start)
    assert made.reason.max() < len(REASONS)
    if isinstance(ground, Himmelblau | Beale | Quadratic):
        assert (made.diverged_at >= 0).any()


def fixed(optimizer: Any) -> dict[str, str]:
    """A line search would tame the rate."""
    return {"line_search": "fixed"} if hasattr(optimizer, "line_search") else {}


@settings(max_examples=20)
@given(
    ground=st.sampled_from([p.values[0] for p in GROUNDS]), noise=st.sampled_from([0.0, 0.3]),
    step=st.integers(0, 40), drop=st.booleans(),
)  # fmt: skip
def test_a_dissection_is_the_next_step_and_its_parts_add_up(ground: Any, noise: float, step: int, drop: bool) -> None:
    run = race(ground, starts=near(ground, 2), noise=noise)
    if drop:
        run = run.with_event(step // 2, PlaceStarts(near(ground, 3)))
    line = Timeline(Race, run, SnapshotBudget())
    line.seek(step)
    sim = line.sim
    before = digest((sim.snapshot(), sim.frame()))
    n = len(sim.frame().starts)
    seen = {(r.id, s): sim.probe(Dissect(r.id, s)) for r in RULES for s in range(n)}
    sim.probe(LookAt(near(ground, 1)[0]))
    assert digest((sim.snapshot(), sim.frame())) == before, "a probe changed something"
    now = sim.frame()
    line.advance()
    after = line.sim.frame()
    for (lane, start), one in seen.items():
        row = now.lanes.index(lane)
        assert one.finite
        assert one.theta.tolist() == now.theta[row, start].tolist()
        assert one.gradient.tolist() == now.gradient[row, start].tolist()
        total = sum(one.parts.values())
        biggest = max(np.abs(part).max() for part in one.parts.values())
        assert np.abs(one.theta + total - one.theta_next).max() <= 1e-12 * max(biggest, np.abs(one.theta).max(), 1e-300)
        if after.diverged_at[row, start] < 0:
            assert one.theta_next.tolist() == after.theta[row, start].tolist()


@dataclasses.dataclass(frozen=True, slots=True)
class Curious(SGD):
    """A rule that asks for the Hessian, as none of the six does."""

    def step(self, theta: Any, state: Any, ask: Any, *rest: Any) -> Any:
        ask.hessian(theta)
        return super(Curious, self).step(theta, state, ask, *rest)


def test_a_rule_may_ask_for_the_hessian_and_be_wound_back_to_fewer_starts() -> None:
    run = race(racers=(Entrant(0, Curious()),)).with_event(5, PlaceStarts(((1.0, 1.0),)))
    line = Timeline(Race, run, SnapshotBudget())
    line.seek(10)
    line.seek(2)
    line.advance()
    assert digest(line.sim.frame()) == digest(frame(run, 3))


@dataclasses.dataclass(frozen=True, slots=True)
class Jittery(SGD):
    """A rule that draws random numbers, as none of the six does."""

    def step(self, theta: Any, state: Any, ask: Any, lr: float, draw: Any) -> Any:
        jitter = draw().standard_normal(theta.shape)
        assert (draw().standard_normal(theta.shape) == jitter).all()
        result = super(Jittery, self).step(theta, state, ask, lr, draw)
        return result._replace(theta=result.theta + jitter, parts={**result.parts, "jitter": jitter})


def test_a_rule_that_draws_is_as_reproducible_as_the_others() -> None:
    starts = near(Himmelblau(), 3)
    run = race(racers=(Entrant(4, Jittery()),), starts=starts)
    line = Timeline(Race, run, SnapshotBudget())
    line.seek(12)
    here = line.sim.frame()
    seen = [line.sim.probe(Dissect(4, start)) for start in range(3)]
    line.advance()
    there = line.sim.frame()
    assert [one.theta_next.tolist() for one in seen] == there.theta[0].tolist()
    for one in seen:
        assert np.abs(one.theta + sum(one.parts.values()) - one.theta_next).max() < 1e-12
    # Its numbers are its own: neither another racer of the kind nor a further start changes them.
    twin = frame(race(racers=(Entrant(1, Jittery()), Entrant(4, Jittery())), starts=starts), 13)
    more = frame(run.with_event(12, PlaceStarts(starts)), 13)
    for start in range(3):
        assert numbers(twin, 4, start) == numbers(more, 4, start) == numbers(there, 4, start)
        assert numbers(twin, 1, start) != numbers(twin, 4, start)
    line.seek(12)
    assert digest(line.sim.frame()) == digest(here)


def test_looking_gives_the_landscape_itself() -> None:
    value, gradient = Race(race(noise=3.0)).probe(LookAt((5.0, -5.0)))
    assert value == 610.0
    assert gradient.tolist() == Himmelblau().gradient(np.array([5.0, -5.0])).tolist()
    with pytest.raises(TypeError, match="can't answer a str"):
        Race(race()).probe("what?")


def test_noise_is_the_same_for_all_racers_of_a_start_and_counts_only_what_was_asked() -> None:
    twins = (Entrant(0, SGD()), Entrant(7, SGD()))
    made = frame(race(racers=twins, noise=2.0), 30)
    for start in range(len(made.starts)):
        assert numbers(made, 0, start) == numbers(made, 7, start)
    assert (made.gradient_evaluations == 30).all()
    quiet = frame(race(racers=twins), 30)
    assert (quiet.theta != made.theta).all()


def test_starts_that_join_are_traced_as_far_as_there_is_room() -> None:
    some, more = tuple((0.1 * i, 1.0) for i in range(40)), tuple((-0.1 * i, 2.0) for i in range(40))
    at_once = Race(race(starts=some + more))
    one_by_one = Race(race(starts=some))
    one_by_one.apply(PlaceStarts(more))
    for made in (at_once, one_by_one):
        made.step()
        assert made.trace().shape[1] == TRACED_STARTS
    assert np.array_equal(at_once.trace(), one_by_one.trace())
    assert (at_once.trace()[:, 63, CHANNELS.index("effective_rate")] > 0.0).any()


def test_where_there_is_no_slope_the_effective_rate_is_none_at_all() -> None:
    """A length by a gradient of nothing is no number; histories and plots get 0 for it."""
    made = Race(race(Quadratic(), (Entrant(0, SGD(0.01)),), ((0.0, 0.0), (1.0, 1.0))))
    made.step()
    still, moving = made.trace()[0, :, CHANNELS.index("effective_rate")]
    assert not made.frame().gradient[0, 0].any()
    assert still == 0.0
    assert moving == pytest.approx(0.01, rel=1e-6)


def test_arriving_is_marked_once_at_its_step() -> None:
    line = Timeline(
        Race, race(Quadratic(condition_number=2.0), (Entrant(5, SGD(learning_rate=0.3)),)), SnapshotBudget()
    )
    line.seek(100)
    made = line.sim.frame()
    step = int(made.reached_at[0, 0])
    assert 0 < step < 100
    assert [(m.step, m.lane, m.kind) for m in line.marks if m.step == step] == [(step, 5, "reached")]
    line.seek(step)
    assert line.sim.frame().excess[0, 0] <= line.run.config.target
    line.seek(step - 1)
    assert line.sim.frame().excess[0, 0] > line.run.config.target


NONSENSE = [
    (SetParam("learning_rate", 0.0, 0), "learning_rate: 0 is not above 0"),
    (SetParam("learning_rate", "fast", 0), "learning_rate: 'fast' is not a number"),
    (SetParam("learning_rate", 0.1, 1), "lane: there is no racer 1"),
    (SetParam("learning_rate", 0.1), "learning_rate: unknown name"),
    (SetParam("noise", -1.0), "noise: -1 is less than 0"),
    (SetParam("noise", 1.0, 0), "noise: unknown name"),
    (SetParam("target", 1.0), "target: can't be changed while running"),
    (PlaceStarts(((1.0, 2.0), (1.0,))), r"points\[1\]: has 1 coordinates where the landscape has 2"),
    (PlaceStarts(((1.0, float("inf")),)), r"points\[0\]\[1\]: inf is not a finite number"),
    (MoveStart(0, ()), "point: has 0 coordinates where the landscape has 2"),
    (MoveStart(0, (1.0, 2.0), 1), "lane: there is no racer 1"),
    (MoveStart(-1, (1.0, 2.0)), "start: -1 is less than 0"),
    (RemoveStart(-1), "start: -1 is less than 0"),
    (MoveStart(0, ("a", 2.0)), "point"),
]


@pytest.mark.parametrize(("event", "message"), NONSENSE, ids=[m for _, m in NONSENSE])
def test_events_that_make_no_sense_are_refused(event: Any, message: str) -> None:
    with pytest.raises(BadValue, match=f"^{message}"):
        Race.accepts(race(Beale()).config, event)


@pytest.mark.parametrize("event", [RemoveStart(9), MoveStart(9, (1.0, 1.0)), PlaceStarts(())], ids=str)
def test_an_event_about_a_start_that_is_not_there_changes_nothing(event: Any) -> None:
    assert digest(frame(race().with_event(5, event), 20)) == digest(frame(race(), 20))


@pytest.mark.parametrize(("racers", "starts"), [((), ((1.0, 1.0),)), (RULES, ()), ((), ())])
def test_a_race_of_none_is_still_a_race(racers: Any, starts: Any) -> None:
    run = race(racers=racers, starts=starts)
    made = frame(run.with_event(5, PlaceStarts(((2.0, 2.0),))), 20)
    assert made.theta.shape == (len(racers), len(starts) + 1, 2)
    assert made.reached_at.dtype.kind == made.segment.dtype.kind == "i"


def test_a_loss_without_end_is_fallen_down_and_not_called_divergence() -> None:
    racers = (Entrant(0, LBFGS()), Entrant(1, SGD(learning_rate=0.02)))
    line = Timeline(Race, Run(RaceConfig(Saddle(), racers, ((1.8, 0.001), (1.0, 0.5)))), SnapshotBudget())
    line.seek(80)
    frame = line.sim.frame()
    assert (frame.reason[0] == FELL).all()
    assert (frame.loss[0] < -1e15).all()
    assert (frame.reason[1] == 0).all()
    told = [mark for mark in line.marks if mark.lane == 0]
    assert {mark.kind for mark in told} == {"fell"}
    assert sorted(row for mark in told for row in mark.rows) == [0, 1]
    # Straight up the walls the loss rises: that is divergence here as anywhere.
    steep = Entrant(0, SGD(learning_rate=2.0))
    up = Timeline(Race, Run(RaceConfig(Saddle(), (steep,), ((1.8, 0.0),))), SnapshotBudget())
    up.seek(80)
    assert up.sim.frame().diverged_at[0, 0] > 0
    assert up.sim.frame().reason[0, 0] != FELL
