"""What can be set for a whole race: many starts, minibatches, schedules, clipping, the stable rate."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from lab.core.run import Run, SetParam
from lab.core.simulation import digest
from lab.core.timeline import SnapshotBudget, Timeline
from lab.engine.landscapes.linear_regression import LinearRegression
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.optimizers import OPTIMIZERS, HasStableRate, LandscapeAsk
from lab.engine.optimizers.sgd import SGD
from lab.engine.schedules import SCHEDULES
from lab.engine.schedules.cosine import Cosine
from lab.sims.race import (
    CHANNELS,
    Bend,
    ClearStarts,
    Entrant,
    LatticeStarts,
    MoveStart,
    PlaceStarts,
    Race,
    RaceConfig,
    RaceFrame,
    RateNow,
    ScatterStarts,
)


def at(run: Run, step: int) -> Timeline:
    line = Timeline(Race, run, SnapshotBudget())
    line.seek(step)
    return line


def frame(run: Run, step: int) -> RaceFrame:
    made: RaceFrame = at(run, step).sim.frame()
    return made


def test_scattered_starts_follow_the_seed_and_stay_in_the_domain() -> None:
    run = Run(RaceConfig(), seed=3).with_event(0, ScatterStarts(100))
    one, same, other = frame(run, 0), frame(run, 0), frame(dataclasses.replace(run, seed=4), 0)
    assert one.starts.shape == (102, 2)
    assert (one.starts == same.starts).all()
    assert not (one.starts[2:] == other.starts[2:]).any()
    low, high = np.array(RaceConfig().landscape.domain).T
    assert ((one.starts[2:] >= low) & (one.starts[2:] <= high)).all()


def test_a_lattice_is_even_and_clearing_takes_all_away() -> None:
    run = Run(RaceConfig(starts=())).with_event(0, LatticeStarts(4))
    starts = frame(run, 0).starts
    assert starts.shape == (16, 2)
    assert sorted(set(starts[:, 0])) == pytest.approx([-4.5, -1.5, 1.5, 4.5])
    assert not frame(run.with_event(5, ClearStarts()), 5).present.any()


def test_an_epoch_sees_every_sample_once() -> None:
    landscape = LinearRegression(n_samples=20)
    run = Run(RaceConfig(landscape, (Entrant(0, SGD(0.01)),), ((0.0, 0.0),), batch_size=6))
    batches = [frame(run, step).batch for step in range(8)]
    for epoch in (batches[:4], batches[4:]):
        seen = np.concatenate([b for b in epoch if b is not None])
        assert sorted(seen.tolist()) == list(range(20))
    assert [len(b) for b in batches if b is not None] == [6, 6, 6, 2] * 2


def test_a_minibatch_step_is_the_mean_gradient_of_its_samples() -> None:
    landscape, start = LinearRegression(n_samples=20), (1.0, -1.0)
    run = Run(RaceConfig(landscape, (Entrant(0, SGD(0.01)),), (start,), batch_size=5))
    before, after = frame(run, 0), frame(run, 1)
    assert before.batch is not None
    expected = np.array(start) - 0.01 * landscape.gradient_on(np.array([start]), before.batch)[0]
    assert after.theta[0, 0] == pytest.approx(expected, rel=1e-14)


def test_the_batch_size_is_changed_midway_and_replayed() -> None:
    run = Run(RaceConfig(LinearRegression(), (Entrant(0, SGD(0.01)),), ((0.0, 0.0),)))
    changed = run.with_event(10, SetParam("batch_size", 4)).with_event(12, SetParam("noise", 0.5))
    line = at(changed, 30)
    end = digest(line.sim.frame())
    assert line.sim.frame().batch_size == 4
    line.seek(5)
    assert line.sim.frame().batch_size == 0
    line.seek(30)
    assert digest(line.sim.frame()) == end


@pytest.mark.parametrize("entry", SCHEDULES, ids=lambda e: e.id)
def test_every_schedule_runs_and_winds_back(entry: object) -> None:
    config = RaceConfig(schedule=entry.item(), length=40)  # type: ignore[attr-defined]
    line = at(Run(config).with_event(15, PlaceStarts(((1.0, 1.0),))), 60)
    end = digest(line.sim.frame())
    line.seek(20)
    line.seek(60)
    assert digest(line.sim.frame()) == end
    assert np.isfinite(line.sim.frame().theta).all()


@pytest.mark.parametrize("entry", SCHEDULES, ids=lambda e: e.id)
def test_under_every_schedule_a_late_start_changes_no_other(entry: object) -> None:
    run = Run(RaceConfig(schedule=entry.item(), length=40))  # type: ignore[attr-defined]
    alone, joined = frame(run, 30), frame(run.with_event(1, PlaceStarts(((1.0, 1.0),))), 30)
    assert joined.theta[:, :2].tolist() == alone.theta.tolist()


def test_what_has_diverged_and_is_put_back_begins_its_schedule_anew() -> None:
    plateau = SCHEDULES["plateau"]()
    racers = (Entrant(0, SGD(0.005)),)
    config = RaceConfig(racers=racers, starts=((90.0, 90.0), (0.0, 0.0)), schedule=plateau)
    back = frame(Run(config).with_event(15, MoveStart(0, (1.0, 1.0))), 60)
    assert back.diverged_at.tolist() == [[-1, -1]]
    fresh = frame(Run(dataclasses.replace(config, starts=((1.0, 1.0),))), 45)
    assert back.theta[0, 0].tolist() == fresh.theta[0, 0].tolist()


def test_a_late_start_has_its_own_place_in_the_schedule() -> None:
    config = RaceConfig(racers=(Entrant(0, SGD(0.001)),), starts=((0.0, 0.0),), schedule=Cosine(), length=30)
    late = frame(Run(config).with_event(12, PlaceStarts(((2.0, 1.0),))), 30)
    alone = frame(Run(dataclasses.replace(config, starts=((2.0, 1.0),))), 18)
    assert late.theta[0, 1] == pytest.approx(alone.theta[0, 0], rel=1e-15)


@pytest.mark.parametrize("entry", SCHEDULES, ids=lambda e: e.id)
def test_the_trace_holds_the_rates_that_were_used(entry: object) -> None:
    """A step of plain descent is the rate times the gradient: the recorded rate must be the one that moved it."""
    config = RaceConfig(
        racers=(Entrant(0, SGD(0.001)),),
        starts=((0.0, 0.0),),
        schedule=entry.item(),
        length=30,  # type: ignore[attr-defined]
    )
    line = at(Run(config).with_event(12, SetParam("learning_rate", 0.002, 0)), 45)
    rates = line.trace.values[:, 0, 0, CHANNELS.index("learning_rate")]
    for t in (0, 3, 11, 12, 20, 29, 40):
        line.seek(t)
        now, asked = line.sim.frame(), line.sim.probe(RateNow(0, 0))
        line.seek(t + 1)
        moved = line.sim.frame().theta[0, 0] - now.theta[0, 0]
        assert moved == pytest.approx(-asked * now.gradient[0, 0], rel=1e-9, abs=1e-15)
        assert rates[t] == pytest.approx(asked, rel=1e-6)


def test_a_clipped_step_is_no_longer_than_rate_times_limit() -> None:
    config = RaceConfig(racers=(Entrant(0, SGD(0.01)),), clip="norm", clip_limit=2.0)
    before, after = frame(Run(config), 0), frame(Run(config), 1)
    assert np.hypot(*before.gradient[0].T).min() > 2.0
    assert np.hypot(*(after.theta - before.theta)[0].T) == pytest.approx(0.02, rel=1e-6)


BOUNDED = [e for e in OPTIMIZERS if isinstance(e.item(), HasStableRate)]


@pytest.mark.parametrize("entry", BOUNDED, ids=lambda e: e.id)
def test_below_the_stable_rate_it_converges_and_above_it_diverges(entry: object) -> None:
    landscape, rule = Quadratic(condition_number=20.0), entry.item()  # type: ignore[attr-defined]
    curvature = float(np.linalg.eigvalsh(landscape.hessian(np.zeros(2)))[-1])
    limit = rule.largest_stable_rate(curvature)
    for factor, converges in ((0.98, True), (1.02, False)):
        theta, ask = np.array([[1.0, 0.7]]), LandscapeAsk(landscape)
        state = rule.start(theta, ask)
        for _ in range(2000):
            theta, state, _parts = rule.step(theta, state, ask, factor * limit, np.random.default_rng)
        assert (np.abs(theta).max() < 1e-3) == converges


def test_the_curvature_under_a_racer_is_that_of_the_landscape() -> None:
    run = Run(RaceConfig(Quadratic(condition_number=50.0), (Entrant(0, SGD(0.01)),), ((1.0, 1.0),)))
    answer = at(run, 3).sim.probe(Bend(0, 0))
    assert answer.eigenvalues == pytest.approx([1.0, 50.0])
    assert answer.largest_rate == pytest.approx(2 / 50.0)
