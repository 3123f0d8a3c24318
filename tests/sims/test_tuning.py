"""Fair mode: every rule gets the same, and a trial is the race itself at another learning rate."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from lab.core import params
from lab.core.errors import BadValue
from lab.core.run import Run, SetParam
from lab.core.ticket import Cancelled, Ticket
from lab.core.timeline import SnapshotBudget, Timeline
from lab.engine.landscapes import LANDSCAPES
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.linear_regression import LinearRegression
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.saddle import Saddle
from lab.engine.optimizers import OPTIMIZERS
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.lbfgs import LBFGS
from lab.engine.optimizers.newton import Newton
from lab.engine.optimizers.sgd import SGD
from lab.engine.schedules import SCHEDULES
from lab.sims import _trials
from lab.sims._trials import run_trials
from lab.sims.race import Entrant, MoveStart, PlaceStarts, Race, RaceConfig, RaceFrame, RemoveStart
from lab.sims.tuning import (
    Budget,
    LaneTuning,
    Tuning,
    as_it_stands,
    check,
    identity,
    rate_range,
    tune,
    why_kept,
    with_rates,
)

#: One racer of every rule there is, at its defaults.
RULES = tuple(Entrant(3 * i, entry.item()) for i, entry in enumerate(OPTIMIZERS))
SEED = 11
STARTS = ((0.2, -4.1), (1.1, 4.55), (-3.0, 0.5))

#: Everything that can make a trial differ from the race: noise, minibatches, every schedule, both ways of clipping.
CONDITIONS = {
    "plain": RaceConfig(Himmelblau(), RULES, STARTS),
    "noise": RaceConfig(Himmelblau(), RULES, STARTS, noise=0.7),
    "clipped by norm": RaceConfig(Himmelblau(), RULES, STARTS, noise=3.0, clip="norm", clip_limit=2.0),
    "clipped by value": RaceConfig(Himmelblau(), RULES, STARTS, clip="value", clip_limit=2.0),
    "minibatches": RaceConfig(LinearRegression(n_samples=20), RULES, STARTS, noise=0.1, batch_size=6),
    **{
        f"{entry.id} schedule": RaceConfig(Himmelblau(), RULES, STARTS, noise=0.2, schedule=entry.item(), length=18)
        for entry in SCHEDULES
    },
    **{
        f"on {id}": RaceConfig(LANDSCAPES[id](), RULES, LANDSCAPES[id]().starts[:1])
        for id in ("parabola", "rastrigin", "network_slice", "logistic_regression")
    },
}


def ended(config: RaceConfig, steps: int) -> RaceFrame:
    """The frame of a race of its own."""
    race = Race(Run(config, SEED))
    for _ in range(steps):
        race.step()
    return race.frame()


def losses_of(made: RaceFrame, lane: int) -> Any:
    i = made.lanes.index(lane)
    return np.where(made.diverged_at[i] >= 0, np.inf, made.excess[i])


def run_at(config: RaceConfig, rates: list[float], steps: int) -> dict[int, tuple[_trials.Trial, ...]]:
    field = [(entrant, np.array(rates)) for entrant in config.racers]
    return run_trials(Ticket(), config, SEED, field, steps, lambda share: share)


def tuned(config: RaceConfig, trials: int = 9, steps: int = 30) -> Tuning:
    return tune(Ticket(), config, SEED, trials, steps)


# -- the truth -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("config", CONDITIONS.values(), ids=CONDITIONS)
def test_a_trial_ends_as_the_race_with_its_rate_does_to_the_bit(config: RaceConfig) -> None:
    """Every optimizer, those that draw and those that search along lines too: what a trial says, a race confirms."""
    steps, rates = 25, [1e-4, 3e-3, 0.11, 0.6, 40.0, 1e150]
    found = run_at(config, rates, steps)
    assert found.keys() == {e.id for e in config.racers}
    for k, rate in enumerate(rates):
        changed = tuple(
            dataclasses.replace(e, optimizer=params.replace(e.optimizer, "learning_rate", rate)) for e in config.racers
        )
        made = ended(dataclasses.replace(config, racers=changed), steps)
        for entrant in config.racers:
            trial, i = found[entrant.id][k], made.lanes.index(entrant.id)
            assert trial.rate == rate
            assert trial.losses.tolist() == losses_of(made, entrant.id).tolist(), OPTIMIZERS.id_of(
                type(entrant.optimizer)
            )
            assert trial.gradient_evaluations == made.gradient_evaluations[i].sum()
            assert trial.function_evaluations == made.function_evaluations[i].sum()


def test_both_line_search_settings_are_trials_alike() -> None:
    racers = (Entrant(0, LBFGS(line_search="fixed")), Entrant(1, Newton(line_search="fixed")))
    config = RaceConfig(Himmelblau(), racers, STARTS)
    made = tuned(config)
    for lane in made.lanes:
        for trial in lane.trials:
            again = ended(with_rates(config, {lane.lane: trial.rate}), 30)
            assert trial.losses.tolist() == losses_of(again, lane.lane).tolist()


def test_more_rows_than_a_block_holds_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    config = CONDITIONS["noise"]
    whole = run_at(config, [1e-3, 1e-2, 0.1, 1e3], 20)
    monkeypatch.setattr(_trials, "BLOCK", 2 * len(STARTS))
    parts = run_at(config, [1e-3, 1e-2, 0.1, 1e3], 20)
    for lane, trials in whole.items():
        assert [t.losses.tolist() for t in trials] == [t.losses.tolist() for t in parts[lane]]


def test_a_tuned_race_ends_with_the_losses_that_tuning_promised() -> None:
    config = CONDITIONS["noise"]
    made = tuned(config)
    after = ended(with_rates(config, made.rates), 30)
    before = ended(config, 30)
    for lane in made.lanes:
        best = lane.best or lane.present
        assert best.losses.tolist() == losses_of(after, lane.lane).tolist()
        assert lane.present.losses.tolist() == losses_of(before, lane.lane).tolist()


# -- fair ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trials", [4, 5, 9, 24, 60, 100])
def test_every_rule_gets_the_same_number_of_trials_within_its_range(trials: int) -> None:
    config = RaceConfig(Himmelblau(), RULES, STARTS[:1])
    for entrant, lane in zip(RULES, tuned(config, trials, 3).lanes, strict=True):
        if lane.kept:
            assert lane.trials == ()
            assert lane.rate == entrant.optimizer.learning_rate
            continue
        rates = [t.rate for t in lane.trials]
        assert len(rates) == trials
        assert rates == sorted(rates)
        # Three digits would not tell apart what lies closer.
        assert len(set(rates)) == trials
        lo, hi = rate_range(entrant.optimizer) or (0.0, 0.0)
        assert lo / 10 < rates[0] <= lo * 1.01
        assert hi * 0.99 <= rates[-1] < hi * 10
        params.check(with_rates(config, {lane.lane: lane.rate}))


def test_who_finds_the_length_of_its_steps_keeps_its_parameters_and_says_why() -> None:
    kept = {OPTIMIZERS.id_of(type(e.optimizer)): why_kept(e.optimizer) for e in RULES if why_kept(e.optimizer)}
    searching = {id for id, why in kept.items() if "line search" in why}
    assert searching == {"backtracking", "bfgs", "conjugate_gradient", "lbfgs", "newton"}
    assert kept.keys() - searching == {
        "cma_es", "evolution_strategy", "nelder_mead", "particle_swarm", "random_search", "simulated_annealing",
    }  # fmt: skip
    assert rate_range(LBFGS(line_search="fixed")) == (1e-3, 2.0)
    assert rate_range(LBFGS()) is None


@dataclasses.dataclass(frozen=True, slots=True)
class Bare:
    """A rule from elsewhere that declares no range."""

    learning_rate: float = params.param(0.02, above=0)


def test_a_rule_without_a_declared_range_is_searched_around_its_default() -> None:
    assert rate_range(Bare()) == pytest.approx((2e-5, 20.0))  # type: ignore[arg-type]


def test_trials_do_not_depend_on_the_rates_the_racers_came_with() -> None:
    """These are one candidate more, for every rule: they steer no search."""
    config = CONDITIONS["noise"]
    others = with_rates(config, {e.id: 0.5 for e in config.racers if not why_kept(e.optimizer)})
    one, other = tuned(config), tuned(others)
    assert [lane.found and lane.found.rate for lane in one.lanes] == [
        lane.found and lane.found.rate for lane in other.lanes
    ]
    assert [[t.score for t in lane.trials] for lane in one.lanes] == [
        [t.score for t in lane.trials] for lane in other.lanes
    ]
    assert identity(config, SEED) == identity(others, SEED)


def test_who_else_races_changes_no_trial() -> None:
    config = CONDITIONS["noise"]
    everyone = tuned(config)
    for entrant, lane in list(zip(RULES, everyone.lanes, strict=True))[::5]:
        alone = tuned(dataclasses.replace(config, racers=(entrant,))).lanes[0]
        assert (alone.rate, alone.stays) == (lane.rate, lane.stays)
        assert [t.losses.tolist() for t in alone.trials] == [t.losses.tolist() for t in lane.trials]


# -- the search ----------------------------------------------------------------------------------------------------


def test_gradient_descent_on_a_bowl_finds_the_best_rate_of_the_textbook() -> None:
    """The optimum is 2 / (smallest + largest curvature), where both directions shrink alike."""
    landscape = Quadratic(condition_number=20.0)
    low, high = np.linalg.eigvalsh(landscape.hessian(np.zeros(2)))
    config = RaceConfig(landscape, (Entrant(0, SGD()),), ((1.0, 0.7),))
    lane = tune(Ticket(), config, SEED, 60, 200).lanes[0]
    assert lane.rate == pytest.approx(2 / (low + high), rel=0.02)
    assert lane.best is not None
    rate = (high - low) / (high + low)
    assert lane.best.score < landscape.value(np.array([1.0, 0.7])) * rate**380
    wild = [t for t in lane.trials if t.rate > 2.02 / high]
    assert wild
    assert all(t.score > 1e3 for t in wild)


def test_refining_only_improves_on_the_coarse_grid() -> None:
    config = CONDITIONS["plain"]
    for lane in tuned(config, 24, 60).lanes:
        if lane.kept:
            continue
        lo, hi = rate_range(next(e.optimizer for e in config.racers if e.id == lane.lane)) or (0.0, 0.0)
        grid = {float(f"{rate:.2e}") for rate in np.geomspace(lo, hi, 16)}
        coarse = [t for t in lane.trials if t.rate in grid]
        assert len(coarse) == 16
        assert lane.found is not None
        assert lane.found.score == min(t.score for t in lane.trials) <= min(t.score for t in coarse)
        # The rest stands between the neighbours of the best of the grid.
        first = min(coarse, key=lambda t: (t.score, t.gradient_evaluations, t.rate))
        ratio = (hi / lo) ** (1 / 15)
        fine = [t.rate for t in lane.trials if t.rate not in grid]
        assert len(fine) == 8
        assert all(first.rate / ratio * 0.98 < rate < first.rate * ratio * 1.02 for rate in fine)


def test_where_the_whole_range_diverges_the_rest_looks_below_it() -> None:
    """Goldstein-Price is steep: there even the slider's smallest rate throws gradient descent out."""
    landscape = LANDSCAPES["goldstein_price"]()
    config = RaceConfig(landscape, (Entrant(0, SGD()),), ((2.0, 2.0),))
    lane = tune(Ticket(), config, SEED, 24, 100).lanes[0]
    assert sum(t.rate >= 1e-5 for t in lane.trials) == 16
    assert all(np.isinf(t.score) for t in lane.trials if t.rate >= 1e-5)
    assert lane.best is not None
    assert lane.best.rate < 1e-5
    assert lane.best.score < landscape.value(np.array([2.0, 2.0])) / 10


def test_a_rule_that_diverges_at_every_rate_keeps_the_one_it_came_with() -> None:
    config = RaceConfig(Quadratic(), (Entrant(0, SGD(0.1)),), ((1e200, 1e200),))
    lane = tuned(config).lanes[0]
    assert all(t.diverged == 1.0 for t in lane.trials)
    assert lane.best is None
    assert lane.rate == 0.1


def test_no_rule_is_sent_away_from_a_rate_that_ends_lower_than_all_trials() -> None:
    """Adam at 0.6 leaps over the first of Rastrigin's valleys into a lower one that none of so few trials finds."""
    racers = (Entrant(0, Adam(0.6)), Entrant(1, SGD(0.002)))
    config = RaceConfig(LANDSCAPES["rastrigin"](), racers, ((2.0, 1.2),))
    made = tune(Ticket(), config, SEED, 24, 200)
    adam, sgd = made.lanes
    assert adam.found is not None
    assert adam.present.score < adam.found.score
    assert adam.best is adam.present
    assert adam.stays
    assert made.rates[0] == 0.6
    # The one found worse does race with what was found.
    assert sgd.found is not None
    assert sgd.best is (sgd.present if sgd.stays else sgd.found)
    again = ended(with_rates(config, made.rates), 200)
    for lane in made.lanes:
        assert lane.best is not None
        assert lane.best.score <= lane.present.score
        assert lane.best.losses.tolist() == losses_of(again, lane.lane).tolist()


def lane_of(present: float, *scores: float) -> LaneTuning:
    trials = tuple(_trials.Trial(0.01 * (i + 1), np.array([score]), 1, 1) for i, score in enumerate(scores))
    return LaneTuning(0, _trials.Trial(7.0, np.array([present]), 1, 1), trials)


@pytest.mark.parametrize(
    ("present", "found", "stays"),
    [
        (3.98, 4.97, True), (3.98, 3.98, True), (3.984, 3.976, True), (3.984, 3.974, False), (3.98, 2.0, False),
        (1.23e-5, 1.18e-5, True), (1.23e-5, 1.14e-5, False), (1e-16, 0.0, True), (np.inf, 5.0, False),
        (5.0, np.inf, True),
    ],
)  # fmt: skip
def test_a_gain_that_the_digits_shown_do_not_show_keeps_the_present_rate(
    present: float, found: float, stays: bool
) -> None:
    lane = lane_of(present, 50.0, found, 60.0) if np.isfinite(found) else lane_of(present, found)
    assert lane.stays is stays
    assert lane.rate == (7.0 if stays else 0.02)


# -- what counts ---------------------------------------------------------------------------------------------------


def trial(*losses: float) -> _trials.Trial:
    return _trials.Trial(0.1, np.array(losses), 0, 0)


def test_the_score_is_the_median_and_a_diverged_start_counts_as_infinite() -> None:
    inf = np.inf
    assert trial(1.0, 3.0, 100.0).score == 3.0
    assert trial(1.0, 3.0).score == 2.0
    assert trial(1.0, 3.0, inf).score == 3.0
    assert trial(1.0, inf).score == inf
    assert trial(inf, inf).score == inf
    assert trial(1.0, 3.0, inf, 2.0).diverged == 0.25
    assert trial(1.0, 2.0, 3.0, 4.0).quartiles == (1.0, 3.0)
    assert trial(1.0, inf).quartiles == (1.0, inf)
    assert trial(5.0).quartiles == (5.0, 5.0)


def test_evaluations_are_those_of_all_trials_and_starts() -> None:
    config = RaceConfig(Himmelblau(), (Entrant(0, Adam()), Entrant(1, LBFGS(line_search="fixed"))), STARTS)
    made = tuned(config, 9, 30)
    assert made.lanes[0].gradient_evaluations == 9 * 30 * len(STARTS)
    assert made.lanes[0].function_evaluations == 0
    # Who diverges asks no more.
    assert made.lanes[1].gradient_evaluations <= 9 * 30 * len(STARTS)


# -- which race ----------------------------------------------------------------------------------------------------


def test_a_race_under_way_is_tuned_as_it_stands() -> None:
    first = RaceConfig()
    run = Run(first, SEED).with_event(0, PlaceStarts(((3.0, 3.0), (-2.0, -2.0))))
    run = run.with_event(5, RemoveStart(0)).with_event(6, MoveStart(1, (0.5, 0.25)))
    run = run.with_event(7, SetParam("learning_rate", 0.5, 4)).with_event(8, SetParam("noise", 2.0))
    line = Timeline(Race, run, SnapshotBudget())
    line.seek(20)
    stands = as_it_stands(first, line.sim.frame())
    assert stands.starts == ((0.5, 0.25), (3.0, 3.0), (-2.0, -2.0))
    assert stands.noise == 2.0
    assert [e.optimizer.learning_rate for e in stands.racers] == [0.0016, 0.0007, 0.0008, 0.035, 0.5, 1.0]
    params.check(stands)
    line.seek(2)
    assert as_it_stands(first, line.sim.frame()).noise == 0.0


def test_a_race_is_another_one_when_anything_but_its_rates_changes() -> None:
    one = RaceConfig()
    same = identity(one, SEED)
    assert identity(dataclasses.replace(one, target=0.5), SEED) == same
    assert identity(with_rates(one, {0: 0.5, 4: 0.01}), SEED) == same
    changes: list[dict[str, Any]] = [
        {"landscape": LANDSCAPES["booth"]()}, {"starts": one.starts[:1]}, {"noise": 1.0}, {"racers": one.racers[:-1]},
        {"schedule": SCHEDULES["cosine"]()}, {"clip": "norm"}, {"batch_size": 4},
        {"racers": (*one.racers[:-1], Entrant(5, LBFGS(history=3)))},
        # What is no learning rate that could be tuned belongs to the race.
        {"racers": (*one.racers[:-1], Entrant(5, LBFGS(learning_rate=0.5)))},
    ]  # fmt: skip
    others = {identity(dataclasses.replace(one, **change), SEED) for change in changes}
    assert len(others) == len(changes)
    assert same not in others
    assert identity(one, SEED + 1) != same


# -- bad input -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("config", "budget", "words"),
    [
        (RaceConfig(starts=()), Budget(), "no start"),
        (RaceConfig(racers=()), Budget(), "no racer"),
        (RaceConfig(Saddle(), starts=((0.1, 0.1),)), Budget(), "On Saddle .* falls without end"),
        (RaceConfig(), Budget(trials=3), "trials: 3 is less than 4"),
        (RaceConfig(), Budget(steps=0), "steps: 0 is less than 1"),
    ],
)
def test_what_can_not_be_tuned_is_said_in_one_line(config: RaceConfig, budget: Budget, words: str) -> None:
    with pytest.raises(BadValue, match=words):
        check(config, budget)
    with pytest.raises(BadValue, match=words) as caught:
        tune(Ticket(), config, SEED, budget.trials, budget.steps)
    assert "\n" not in str(caught.value)


def test_a_race_of_rules_with_nothing_to_tune_is_reported_as_such() -> None:
    made = tuned(RaceConfig(racers=(Entrant(0, LBFGS()),)))
    assert made.rates == {}
    assert made.lanes[0].kept == "found by a line search"
    assert made.lanes[0].present.losses.shape == (2,)


def test_nobody_waits_for_a_tuning_that_is_no_longer_wanted() -> None:
    seen: list[float] = []
    ticket = Ticket(seen.append)
    tune(ticket, RaceConfig(), SEED, 6, 40)
    assert seen == sorted(seen)
    assert seen[0] == 0.0
    assert seen[-1] == 1.0
    assert len(seen) > 6
    ticket.cancel()
    with pytest.raises(Cancelled):
        tune(ticket, RaceConfig(), SEED, 6, 40)
