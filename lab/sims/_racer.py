"""One lane of the race: a rule with its memory, moving a batch of points, one row per start."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.core import params
from lab.core.run import SetParam
from lab.engine.landscapes import Landscape
from lab.engine.optimizers import Array, LandscapeAsk, Optimizer, Rate, State
from lab.engine.schedules import Schedule
from lab.sims._standing import Flags, Steps

_NONE: Steps = np.zeros(0, dtype=np.int32)


@dataclass(frozen=True, slots=True)
class Memory:
    """What a rule carries from step to step; arrays have one row per start and are never written into."""

    optimizer: Optimizer
    inner: State
    plan: State
    function_evaluations: Steps
    gradient_evaluations: Steps


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to rates and gradients: a schedule over so many steps (None: constant), and clipping (None: not).

    `lowest` is the lowest known loss; a schedule that watches the loss is told how far above it a row stands.
    """

    schedule: Schedule | None = None
    length: int = 1
    lowest: float = 0.0
    clip: Callable[[Array], Array] | None = None


@dataclass(frozen=True, slots=True)
class Here:
    """What a racer is told before a step: its rows of the standing, when they were born, and what the step hears."""

    theta: Array
    loss: Array
    gradient: Array
    alive: Flags
    born: Steps
    noise: Array | None
    batch: NDArray[np.intp] | None


class Racer:
    """An optimizer on a landscape, stepping all its starts at once.

    It proposes where to go (`theta` after `step`); the race measures that for all lanes together and then says with
    `settle` which rows went there.

    Parameters
    ----------
    landscape : Landscape
        What is descended; shared by all lanes.
    optimizer : Optimizer
        The rule.
    starts : (n, d) array
        One row per start.
    draw : callable
        ``draw(t)`` gives the lane's own generator for step t.
    plan : Plan
        Schedule and clipping; the same for all lanes.
    """

    def __init__(
        self,
        landscape: Landscape,
        optimizer: Optimizer,
        starts: Array,
        draw: Callable[[int], np.random.Generator],
        plan: Plan | None = None,
    ) -> None:
        self._draw = draw
        self._plan = plan or Plan()
        self._ask = LandscapeAsk(landscape, noise_sigma=1.0)
        self._here: Here | None = None
        self.theta = starts
        self.memory = self._fresh(optimizer, starts)
        self._before = self.memory

    @property
    def done(self) -> bool:
        """True when every row has diverged or was taken out."""
        return self._here is not None and not self._here.alive.any()

    def listen(self, here: Here) -> None:
        """Be told where the rows stand; a step without that is no step."""
        self._here = here
        self.theta = here.theta
        self._before = self.memory

    def step(self, t: int) -> None:
        """Propose one step of every row: `theta` is then where the rule wants to be."""
        here, old = self._here, self.memory
        assert here is not None
        ask = self._ask
        with np.errstate(all="ignore"):
            self._hear(old.function_evaluations, old.gradient_evaluations, here.noise, here.batch)
            # What was measured there need not be measured again.
            ask.remember(here.theta, here.loss, here.gradient)
            rate, plan = self.rate(t)
            result = old.optimizer.step(here.theta, old.inner, ask, rate, lambda: self._draw(t))
        self.theta = result.theta
        self.memory = Memory(old.optimizer, result.state, plan, ask.function_evaluations, ask.gradient_evaluations)

    def settle(self, alive: Flags) -> None:
        """After a step: rows that are not (or no longer) alive have learnt nothing from it."""
        here, old, new = self._here, self._before, self.memory
        assert here is not None
        if old is new or alive.all():
            return
        asked = here.alive
        self.memory = Memory(
            new.optimizer,
            {name: _where(alive, array, old.inner[name]) for name, array in new.inner.items()},
            {name: _where(alive, array, old.plan[name]) for name, array in new.plan.items()},
            np.where(asked, new.function_evaluations, old.function_evaluations),
            np.where(asked, new.gradient_evaluations, old.gradient_evaluations),
        )

    def rate(self, t: int) -> tuple[Rate, State]:
        """The learning rate of step t, one number or one per row by its age, and the schedule's state after it."""
        here, memory, schedule = self._here, self.memory, self._plan.schedule
        base = memory.optimizer.learning_rate
        if schedule is None:
            return base, memory.plan
        assert here is not None
        # Where all rows are equally old, which is nearly always, one number serves them all.
        ages: Rate = float(t) if not here.born.any() else np.maximum(t - here.born, 0).astype(np.float64)[:, None]
        return schedule.rate(base, ages, self._plan.length, here.loss - self._plan.lowest, memory.plan)

    def apply(self, event: Any) -> None:
        """Change a live parameter of the optimizer."""
        assert isinstance(event, SetParam)
        changed = params.replace(self.memory.optimizer, event.name, event.value)
        self.memory = dataclasses.replace(self.memory, optimizer=changed)

    def add(self, starts: Array) -> None:
        """Append rows; those before them keep their numbers to the bit."""
        old, fresh = self.memory, self._fresh(self.memory.optimizer, starts)
        self.memory = Memory(
            old.optimizer,
            _joined(old.inner, fresh.inner),
            _joined(old.plan, fresh.plan),
            np.concatenate([old.function_evaluations, fresh.function_evaluations]),
            np.concatenate([old.gradient_evaluations, fresh.gradient_evaluations]),
        )

    def forget(self, row: int, point: Array) -> None:
        """Let one row begin at a point (d,) as if it had never run."""
        old, fresh = self.memory, self._fresh(self.memory.optimizer, point[None])
        inner, plan = _with_row(old.inner, row, fresh.inner), _with_row(old.plan, row, fresh.plan)
        self.memory = dataclasses.replace(old, inner=inner, plan=plan)

    def snapshot(self) -> Memory:
        """The memory itself: it is immutable."""
        return self.memory

    def restore(self, snapshot: Memory) -> None:
        """Return to a memory that `snapshot` gave."""
        self.memory = snapshot

    def _fresh(self, optimizer: Optimizer, starts: Array) -> Memory:
        n = len(starts)
        zeros = np.zeros(n, dtype=np.int32)
        with np.errstate(all="ignore"):
            self._hear(zeros, zeros, None, None)
            self._ask.clip = None
            inner = optimizer.start(starts, self._ask)
            plan = {} if self._plan.schedule is None else self._plan.schedule.start(n)
        return Memory(optimizer, inner, plan, self._ask.function_evaluations, self._ask.gradient_evaluations)

    def _hear(self, functions: Steps, gradients: Steps, noise: Array | None, batch: NDArray[np.intp] | None) -> None:
        """Count on from these numbers; see the landscape through this noise and these samples until told otherwise."""
        self._ask.function_evaluations = functions
        self._ask.gradient_evaluations = gradients
        # Nobody watches these; but they must have no more rows than are asked about.
        self._ask.hessian_evaluations = _NONE
        self._ask.freeze(noise, batch)
        self._ask.clip = self._plan.clip


def _where(keep: Flags, new: Array, old: Array) -> Array:
    return np.where(keep.reshape((-1,) + (1,) * (new.ndim - 1)), new, old)


def _with_row(state: State, row: int, fresh: State) -> Mapping[str, Array]:
    changed = {name: array.copy() for name, array in state.items()}
    for name, array in changed.items():
        array[row] = fresh[name][0]
    return changed


def _joined(first: State, second: State) -> Mapping[str, Array]:
    return {name: np.concatenate([first[name], second[name]]) for name in first}
