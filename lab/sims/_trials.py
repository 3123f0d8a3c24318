"""Trials of a race: the same race at other learning rates, all those of one rule stepping as one batch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from lab.core.run import Run
from lab.core.simulation import read_only
from lab.core.ticket import Ticket
from lab.engine.optimizers import Array, Ask, Draw, Optimizer, State, StepResult
from lab.sims._race_config import Entrant, RaceConfig
from lab.sims.race import Race

#: Rows of one rule that step together: whole trials, few enough to stay in the cache.
BLOCK = 4096
#: Every so many steps progress is told.
LOOK_EVERY = 10


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """What one rule reaches at one learning rate.

    Attributes
    ----------
    rate : float
        The learning rate.
    losses : (S,) array
        Loss above the lowest known minimum at the end, start by start; infinite where it diverged.
    function_evaluations, gradient_evaluations : int
        What it asked of the landscape, over all starts together.
    """

    rate: float
    losses: Array
    function_evaluations: int
    gradient_evaluations: int

    @property
    def score(self) -> float:
        """The median over the starts (of two: their mean); infinite where half of them diverged.

        The median and not the mean, because one start that ends in another valley would outweigh all the others; and
        not the mean of logarithms, because one start that arrives exactly would.
        """
        return float(np.median(self.losses))

    @property
    def quartiles(self) -> tuple[float, float]:
        """What a quarter and three quarters of the starts do not exceed; each is the loss of one of them."""
        lower, upper = np.quantile(self.losses, (0.25, 0.75), method="inverted_cdf")
        return float(lower), float(upper)

    @property
    def diverged(self) -> float:
        """Share of the starts that diverged, 0 to 1."""
        return float(np.isinf(self.losses).mean())


def run_trials(
    ticket: Ticket,
    config: RaceConfig,
    seed: int,
    field: list[tuple[Entrant, Array]],
    steps: int,
    share: Callable[[float], float],
) -> dict[int, tuple[Trial, ...]]:
    """Run every entrant at each of its rates; the trials by lane, in the order of the rates.

    What the race consists of is left to `Race`: it runs with every start once for each trial, and rules that give each
    of these its own rate. `share` maps what is done of this, 0 to 1, onto what the ticket is told.
    """
    found: dict[int, list[Trial]] = {entrant.id: [] for entrant, _ in field}
    at_once = max(1, BLOCK // len(config.starts))
    blocks: dict[tuple[int, int], list[tuple[Entrant, Array]]] = {}
    for entrant, rates in field:
        for first in range(0, len(rates), at_once):
            some = rates[first : first + at_once]
            # In one race every lane has the same rows.
            blocks.setdefault((first, len(some)), []).append((entrant, some))
    for done, ((_, count), block) in enumerate(sorted(blocks.items(), key=lambda item: item[0])):
        race = _Trials(config, seed, block, count)
        for t in range(steps):
            if t % LOOK_EVERY == 0:
                ticket.progress(share((done + t / steps) / len(blocks)))
            race.step()
        for lane, trials in race.ended().items():
            found[lane] += trials
    ticket.progress(share(1.0))
    return {lane: tuple(trials) for lane, trials in found.items()}


class _Trials(Race):
    """A race whose batch is trials x starts, trial after trial; all trials live through the same noise."""

    def __init__(self, config: RaceConfig, seed: int, block: list[tuple[Entrant, Array]], count: int) -> None:
        self._each = len(config.starts)
        self._tried = [rates for _, rates in block]
        racers = tuple(
            Entrant(entrant.id, cast(Optimizer, _ManyRates(entrant.optimizer, rates, self._each)))
            for entrant, rates in block
        )
        super().__init__(Run(dataclasses.replace(config, racers=racers, starts=config.starts * count), seed))

    def _noise(self, t: int) -> Array | None:
        noise = super()._noise(t)
        # Drawn row by row: the first rows are those that the race itself would draw.
        return None if noise is None else np.tile(noise[: self._each], (len(noise) // self._each, 1))

    def ended(self) -> dict[int, list[Trial]]:
        """All trials as they stand, by lane."""
        frame = self.frame()
        losses = np.where(frame.diverged_at >= 0, np.inf, frame.excess)
        return {
            lane: [
                Trial(
                    float(rate),
                    read_only(losses[i, rows].copy()),
                    int(frame.function_evaluations[i, rows].sum()),
                    int(frame.gradient_evaluations[i, rows].sum()),
                )
                for rate, rows in zip(rates, self._batches(), strict=True)
            ]
            for i, (lane, rates) in enumerate(zip(frame.lanes, self._tried, strict=True))
        }

    def _batches(self) -> list[slice]:
        return [slice(k * self._each, (k + 1) * self._each) for k in range(len(self._tried[0]))]


class _ManyRates:
    """One rule at several learning rates: the race's batch of starts over and over, a trial after the other.

    A rule that draws random numbers gives every trial the numbers that the race would draw: nobody is lucky.
    """

    def __init__(self, rule: Optimizer, rates: Array, starts: int) -> None:
        self._rule = rule
        self._starts = starts
        #: One per row, (trials x starts, 1): the contract of `Optimizer.step` and of `Schedule.rate`.
        self.learning_rate = np.repeat(rates, starts)[:, None]

    def start(self, theta: Array, ask: Ask) -> State:
        return self._rule.start(theta, ask)

    def step(self, theta: Array, state: State, ask: Ask, lr: Array, draw: Draw) -> StepResult:
        return self._rule.step(theta, state, ask, lr, lambda: cast(np.random.Generator, _Alike(draw(), self._starts)))


class _Alike:
    """A generator that draws for the first trial and hands the same numbers to all others.

    It relies on what the optimizer contract promises: all numbers come in one array whose first axis is the row, and a
    row's numbers do not depend on how many rows come after it.
    """

    def __init__(self, generator: np.random.Generator, starts: int) -> None:
        self._generator = generator
        self._starts = starts

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._generator, name)

        def drawn(*args: Any, **kwargs: Any) -> NDArray[Any]:
            numbers: NDArray[Any] = method(*args, **kwargs)
            again = (len(numbers) // self._starts,) + (1,) * (numbers.ndim - 1)
            return np.tile(numbers[: self._starts], again)

        return drawn
