"""Trials of a race: the same race at other learning rates, all those of one rule stepping as one batch."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from lab.core.simulation import read_only
from lab.core.ticket import Ticket
from lab.engine.optimizers import Array, Ask, Draw, Optimizer, State, StepResult
from lab.sims._race_config import Entrant, RaceConfig, lowest
from lab.sims._racer import Racer
from lab.sims.race import Race, _plan

#: Rows of one rule that step together: whole trials, few enough to stay in the cache.
BLOCK = 4096
#: Every so many steps progress is told, and trials that have diverged at every start are taken out.
LOOK_EVERY = 10


@dataclass(frozen=True, slots=True)
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
    race: Race,
    config: RaceConfig,
    field: list[tuple[Entrant, Array]],
    steps: int,
    share: Callable[[float], float],
) -> dict[int, tuple[Trial, ...]]:
    """Run every entrant at each of its rates; the trials by lane, in the order of the rates."""
    found: dict[int, list[Trial]] = {entrant.id: [] for entrant, _ in field}
    at_once = max(1, BLOCK // len(config.starts))
    blocks = [
        [(entrant, rates[first : first + at_once]) for entrant, rates in field if first < len(rates)]
        for first in range(0, max((len(rates) for _, rates in field), default=0), at_once)
    ]
    for done, block in enumerate(blocks):
        lots = [_Lot(race, config, entrant, rates) for entrant, rates in block]
        for t in range(steps):
            if t % LOOK_EVERY == 0:
                ticket.progress(share((done + t / steps) / len(blocks)))
                for lot in lots:
                    lot.thin()
            noise, batch = race._noise(t), race._batch(t)
            for lot in lots:
                lot.step(t, noise, batch)
        for lot in lots:
            found[lot.lane] += lot.trials()
    ticket.progress(share(1.0))
    return {lane: tuple(trials) for lane, trials in found.items()}


class _ManyRates:
    """One rule at several learning rates: the race's batch of starts over and over, a trial after the other.

    A rule that draws random numbers gives every trial the numbers that the race would draw: nobody is lucky.
    """

    def __init__(self, rule: Optimizer, rates: Array, starts: int) -> None:
        self._rule = rule
        self._starts = starts
        self.rates = rates
        #: One per row, (trials x starts, 1): the contract of `Optimizer.step` and of `Schedule.rate`.
        self.learning_rate = np.repeat(rates, starts)[:, None]

    def start(self, theta: Array, ask: Ask) -> State:
        return self._rule.start(theta, ask)

    def step(self, theta: Array, state: State, ask: Ask, lr: Array, draw: Draw) -> StepResult:
        return self._rule.step(theta, state, ask, lr, lambda: cast(np.random.Generator, _Alike(draw(), self._starts)))

    def less(self, kept: NDArray[np.bool_]) -> _ManyRates:
        return _ManyRates(self._rule, self.rates[kept], self._starts)


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


class _Lot:
    """Several trials of one rule under way: a racer whose batch is trials x starts, trial after trial."""

    def __init__(self, race: Race, config: RaceConfig, entrant: Entrant, rates: Array) -> None:
        self.lane = entrant.id
        self._lowest = lowest(config.landscape)
        self._starts = len(config.starts)
        starts = np.tile(np.array(config.starts, dtype=np.float64), (len(rates), 1))
        self._rule = _ManyRates(entrant.optimizer, rates, self._starts)
        rule = cast(Optimizer, self._rule)
        # No target: nobody looks at who arrives.
        self._racer = Racer(config.landscape, rule, starts, -np.inf, race._stream(entrant.id), _plan(config))
        self._places = np.arange(len(rates))
        self._ended: dict[int, Trial] = {}

    def step(self, t: int, noise: Array | None, batch: NDArray[np.intp] | None) -> None:
        if self._racer.done:
            return
        self._racer.noise = None if noise is None else np.tile(noise, (len(self._places), 1))
        self._racer.batch = batch
        self._racer.step(t)

    def thin(self) -> None:
        """Take trials out that have diverged at every start."""
        alive: NDArray[np.bool_] = np.logical_or.reduce(self._racer.state.alive.reshape(-1, self._starts), axis=1)
        if alive.all() or not alive.any():
            return
        self._end(~alive)
        self._places = self._places[alive]
        self._rule = self._rule.less(alive)
        rows = np.repeat(alive, self._starts)
        state = self._racer.state
        kept: dict[str, Any] = {f.name: _rows(getattr(state, f.name), rows) for f in dataclasses.fields(state)}
        self._racer.restore(dataclasses.replace(state, **{**kept, "optimizer": self._rule}))

    def trials(self) -> list[Trial]:
        """All trials in their order, as they stand."""
        self._end(np.ones(len(self._places), dtype=bool))
        return [self._ended[place] for place in sorted(self._ended)]

    def _end(self, which: NDArray[np.bool_]) -> None:
        state, shape = self._racer.state, (-1, self._starts)
        losses = np.where(state.diverged_at >= 0, np.inf, state.loss - self._lowest).reshape(shape)
        functions = state.function_evaluations.reshape(shape).sum(axis=1)
        gradients = state.gradient_evaluations.reshape(shape).sum(axis=1)
        for i in np.flatnonzero(which):
            self._ended[int(self._places[i])] = Trial(
                float(self._rule.rates[i]), read_only(losses[i].copy()), int(functions[i]), int(gradients[i])
            )


def _rows(value: Any, kept: NDArray[np.bool_]) -> Any:
    if isinstance(value, np.ndarray):
        return value[kept]
    if isinstance(value, Mapping):
        return {name: array[kept] for name, array in value.items()}
    return value
