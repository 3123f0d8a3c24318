"""Fair mode: every rule gets the same budget to find its learning rate before the race.

A tuning is a pure function of the race as it stands at step 0, the seed and the budget. The rates that the racers came
with do not steer the search: they are one candidate more for every rule, next to the same number of trials.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from lab.core import params
from lab.core.codec import encode
from lab.core.errors import BadValue
from lab.core.params import param
from lab.core.ticket import Ticket
from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers import Array, HasOwnLength, Optimizer
from lab.sims._race_frame import RaceFrame
from lab.sims._trials import LOOK_EVERY, Trial, run_trials
from lab.sims.race import Entrant, RaceConfig, lowest

__all__ = ["LOOK_EVERY", "Budget", "LaneTuning", "Trial", "Tuning", "as_it_stands", "as_told", "check", "identity",
           "rate_range", "tune", "why_kept", "with_rates"]  # fmt: skip

#: This share of the trials is laid over the whole range, the rest around the best of them.
COARSE = 2 / 3
#: Where all rates of the range diverge, the rest of the trials goes on below it, down to this share of its lower end.
BELOW = 1e-3
#: What only rounding tells from 0.
TINY = 1e-15
#: Losses are written with three digits, below this with two.
COARSER = 1e-3
#: A rule that declares no range is searched this many times around its default rate, up and down.
AROUND = 1e3


@dataclass(frozen=True, slots=True)
class Budget:
    """What every rule may spend."""

    trials: int = param(
        24, lo=4, hi=100, soft=(6, 60), label="Trials per rule",
        doc="Learning rates tried for each rule: two thirds over its whole range, the rest around the best.",
    )  # fmt: skip
    steps: int = param(
        200, lo=1, hi=100_000, soft=(20, 2000), log=True, label="Steps per trial",
        doc="How long each trial runs from every start; the loss at its end is what counts.",
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class LaneTuning:
    """What tuning found for one racer.

    Attributes
    ----------
    lane : int
        Its id.
    present : Trial
        The rate it came with, run like the others. No trial is laid by it, but nobody is sent away from it to a rate
        that ends higher.
    trials : tuple of Trial
        By rising rate; empty where there is nothing to tune.
    kept : str
        Why there is nothing to tune, empty where there is.
    """

    lane: int
    present: Trial
    trials: tuple[Trial, ...]
    kept: str = ""

    @property
    def found(self) -> Trial | None:
        """The trial of the lowest score, the cheapest and then the smallest rate among equals; None: all diverged."""
        return _lowest(self.trials)

    @property
    def best(self) -> Trial | None:
        """What was found, or the present rate where that is not visibly worse; None: all diverged, or none tried."""
        if not self.trials:
            return None
        found = self.found
        if not np.isfinite(self.present.score):
            return found
        return self.present if found is None or as_told(self.present.score) <= as_told(found.score) else found

    @property
    def stays(self) -> bool:
        """Whether the present rate is the best one."""
        return self.best is self.present

    @property
    def rate(self) -> float:
        """The rate to race with: the best one, or the present one where none was found."""
        return self.present.rate if self.best is None else self.best.rate

    @property
    def function_evaluations(self) -> int:
        """Losses asked for by all trials."""
        return sum(t.function_evaluations for t in self.trials)

    @property
    def gradient_evaluations(self) -> int:
        """Gradients asked for by all trials."""
        return sum(t.gradient_evaluations for t in self.trials)


@dataclass(frozen=True, slots=True)
class Tuning:
    """The answer of `tune`: one entry a racer, in their order, and the race and budget they hold for.

    `untouched` is the score of not moving at all: what scores higher has led away. Infinite where
    half of the starts have no finite loss.
    """

    config: RaceConfig
    seed: int
    budget: Budget
    lanes: tuple[LaneTuning, ...]
    untouched: float

    @property
    def rates(self) -> dict[int, float]:
        """The rate to race with by lane, of those that have one to tune."""
        return {lane.lane: lane.rate for lane in self.lanes if not lane.kept}


def tune(ticket: Ticket, config: RaceConfig, seed: int, trials: int, steps: int) -> Tuning:
    """Search the learning rate of every racer with the same number of trials, over the race's own starts.

    The rate that a racer came with is run as well and kept where no trial ends visibly lower.

    A trial is the race itself at another rate: the same starts, noise, minibatches, schedule, clipping and random
    numbers, so its losses at the end are those of a `Race` with that rate to the bit. Two thirds of the trials are laid
    evenly in the logarithm over the range that the rule declares for its learning rate, the rest between the
    neighbours of the best of these. Rates are rounded to three digits, as on a slider. The budget counts steps; what a
    rule asks of the landscape on its way is told by each trial.

    All trials of a rule step as one batch, so the cost is racers x steps x 2 updates of trials x starts rows: up to a
    few hundred rows that is NumPy's call cost alone, beyond that it grows with their number.

    Parameters
    ----------
    ticket : Ticket
        Progress and cancel, every `LOOK_EVERY` steps.
    config : RaceConfig
        The race at step 0; see `as_it_stands` for one that is under way.
    seed : int
        Of the run: noise, minibatches and chance follow from it.
    trials, steps : int
        The budget, within the bounds that `Budget` declares.

    Raises
    ------
    BadValue
        Without racers or starts, where the loss falls without end, or for a budget out of bounds.
    """
    budget = Budget(trials, steps)
    check(config, budget)
    ranges = {e.id: rate_range(e.optimizer) for e in config.racers}
    open_lanes = [e for e in config.racers if ranges[e.id] is not None]
    coarse = -int(-trials * COARSE // 1)
    first = {id: _grid(*ends, coarse) for id, ends in ranges.items() if ends is not None}
    # What the racers came with is run along, for every rule alike: it costs a row more and no call.
    present = {e.id: e.optimizer.learning_rate for e in config.racers}
    field = [(e, np.array([present[e.id], *first.get(e.id, ())])) for e in config.racers]
    found = run_trials(ticket, config, seed, field, steps, lambda share: share / (1 + bool(open_lanes)))
    tried = {e.id: found[e.id][1:] for e in open_lanes}
    second = [(e, _around(e.optimizer, tried[e.id], trials - coarse)) for e in open_lanes]
    refined = run_trials(ticket, config, seed, second, steps, lambda share: (1 + share) / 2)
    with np.errstate(all="ignore"):
        untouched = config.landscape.value(np.array(config.starts)) - lowest(config.landscape)
    untouched = np.where(np.isfinite(untouched), untouched, np.inf)
    return Tuning(
        config,
        seed,
        budget,
        tuple(
            LaneTuning(
                e.id,
                found[e.id][0],
                tuple(sorted((*tried[e.id], *refined[e.id]), key=lambda t: t.rate)) if e.id in tried else (),
                why_kept(e.optimizer),
            )
            for e in config.racers
        ),
        float(np.median(untouched)),
    )


def check(config: RaceConfig, budget: Budget) -> None:
    """Raise `BadValue` where there is nothing to tune."""
    params.check(budget)
    if not config.racers:
        raise BadValue("", "There is no racer to tune: add one first.")
    if not config.starts:
        raise BadValue("", "There is no start to tune over: drop one first.")
    if not config.landscape.bounded_below:
        title = LANDSCAPES.title_of(type(config.landscape))
        raise BadValue("", f"On {title} the loss falls without end: no learning rate is the best.")


def why_kept(optimizer: Optimizer) -> str:
    """Why a rule has no learning rate to tune, in a few words; empty where it has one."""
    if isinstance(optimizer, HasOwnLength) and optimizer.own_length:
        return optimizer.own_length
    known = any(d.name == "learning_rate" for d in params.declared(type(optimizer)))
    return "" if known else "it has no learning rate"


def rate_range(optimizer: Optimizer) -> tuple[float, float] | None:
    """Between which rates a rule is searched, both above 0: the range of its slider; None: nothing to tune."""
    if why_kept(optimizer):
        return None
    declared = params.field_of(type(optimizer), "learning_rate")
    if declared.param.slider is None:
        return float(declared.default) / AROUND, float(declared.default) * AROUND
    lo, hi = (float(end) for end in declared.param.slider)
    return (lo if lo > 0 else hi / AROUND**2), hi


# -- which race it is ----------------------------------------------------------------------------------------------


def as_it_stands(config: RaceConfig, frame: RaceFrame) -> RaceConfig:
    """A race under way as one that begins: its starts as they lie now, its live values as they are now."""
    return dataclasses.replace(
        config,
        racers=tuple(map(Entrant, frame.lanes, frame.optimizers)),
        starts=tuple(map(tuple, frame.starts[frame.present].tolist())),
        noise=frame.noise,
        batch_size=frame.batch_size,
    )


def with_rates(config: RaceConfig, rates: Mapping[int, float]) -> RaceConfig:
    """The race with other learning rates, by lane."""

    def changed(entrant: Entrant) -> Entrant:
        if entrant.id not in rates:
            return entrant
        rule = params.replace(entrant.optimizer, "learning_rate", rates[entrant.id])
        return dataclasses.replace(entrant, optimizer=rule)

    return dataclasses.replace(config, racers=tuple(map(changed, config.racers)))


def identity(config: RaceConfig, seed: int) -> str:
    """What a tuning depends on, the budget left out, as a short digest: two races of one identity tune alike."""
    neutral = {
        e.id: float(params.field_of(type(e.optimizer), "learning_rate").default)
        for e in config.racers
        if not why_kept(e.optimizer)
    }
    # The target only tells who has arrived.
    target = params.field_of(RaceConfig, "target").default
    plain = encode(dataclasses.replace(with_rates(config, neutral), target=target))
    return hashlib.sha256(json.dumps([plain, seed], sort_keys=True).encode()).hexdigest()[:16]


# -- the search ----------------------------------------------------------------------------------------------------


def as_told(score: float) -> float:
    """A score to the digits that losses are written with: what these do not show is no gain."""
    if abs(score) < TINY:
        return 0.0
    return float(f"{score:.2e}" if abs(score) >= COARSER else f"{score:.1e}")


def _lowest(trials: tuple[Trial, ...]) -> Trial | None:
    finite = [t for t in trials if np.isfinite(t.score)]
    return min(finite, key=_merit) if finite else None


def _merit(trial: Trial) -> tuple[float, int, float]:
    return trial.score, trial.function_evaluations + trial.gradient_evaluations, trial.rate


def _grid(lo: float, hi: float, count: int) -> Array:
    """Rates from `lo` to `hi`, evenly in the logarithm, rounded to three digits."""
    return np.array([float(f"{rate:.2e}") for rate in np.geomspace(lo, hi, count)])


def _inside(lo: float, hi: float, count: int) -> Array:
    """The same without the ends."""
    return _grid(lo, hi, count + 2)[1:-1]


def _around(optimizer: Optimizer, tried: tuple[Trial, ...], count: int) -> Array:
    """Rates to try next: half of them on each side of the best, as far as its neighbours.

    The best at an end of the range has a neighbour outside it, one step of the grid further, unless the rule's bounds
    forbid that one.
    """
    best = _lowest(tried)
    if best is None:
        return _inside(tried[0].rate * BELOW, tried[0].rate, count)
    at = tried.index(best)
    ratio = (tried[-1].rate / tried[0].rate) ** (1 / (len(tried) - 1))
    below = tried[at - 1].rate if at else best.rate / ratio
    above = tried[at + 1].rate if at + 1 < len(tried) else best.rate * ratio
    bounds = params.field_of(type(optimizer), "learning_rate").param
    above = min(above, *(end for end in (bounds.hi, bounds.below) if end is not None), np.inf)
    if above <= best.rate:
        return _inside(below, best.rate, count)
    # Of an odd number the better neighbour's side gets one more.
    lower_better = at > 0 and (at + 1 == len(tried) or tried[at - 1].score <= tried[at + 1].score)
    left = (count + lower_better) // 2
    return np.concatenate([_inside(below, best.rate, left), _inside(best.rate, above, count - left)])
