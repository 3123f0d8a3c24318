"""One lane of the race: an optimizer moving a batch of points, one row per start."""

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

#: How many domain widths away a racer is given up even though its numbers are still finite.
FAR = 1e9

_NONE: NDArray[np.int64] = np.zeros(0, dtype=np.int64)

#: Why a row stopped, by code.
REASONS = ("", "the loss is no longer a finite number", "the gradient is no longer a finite number",
           "the position is no longer a finite number", "it left the picture a billion times over")  # fmt: skip


@dataclass(frozen=True, slots=True)
class RacerState:
    """Everything that changes while a racer runs; arrays have one row per start and are never written into.

    `segment` counts how often a row was carried elsewhere by hand; `effective_rate` is the length of the last step
    over that of the gradient it was taken with, 0 before the first.
    """

    optimizer: Optimizer
    theta: Array
    inner: State
    plan: State
    born: NDArray[np.int64]
    loss: Array
    gradient: Array
    alive: NDArray[np.bool_]
    diverged_at: NDArray[np.int64]
    reason: NDArray[np.int8]
    reached_at: NDArray[np.int64]
    path_length: Array
    segment: NDArray[np.int64]
    effective_rate: Array
    function_evaluations: NDArray[np.int64]
    gradient_evaluations: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done to rates and gradients: a schedule over so many steps (None: constant), and clipping (None: not).

    `lowest` is the lowest known loss; a schedule that watches the loss is told how far above it a row stands.
    """

    schedule: Schedule | None = None
    length: int = 1
    lowest: float = 0.0
    clip: Callable[[Array], Array] | None = None


class Racer:
    """An optimizer on a landscape, stepping all its starts at once.

    Parameters
    ----------
    landscape : Landscape
        What is descended; shared by all lanes.
    optimizer : Optimizer
        The rule.
    starts : (n, d) array
        One row per start.
    target : float
        A row has arrived once its loss is at most this.
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
        target: float,
        draw: Callable[[int], np.random.Generator],
        plan: Plan | None = None,
    ) -> None:
        self._landscape = landscape
        self._target = target
        self._draw = draw
        domain = np.asarray(landscape.domain)
        self._centre = domain.mean(axis=1)
        self._far = FAR * float((domain[:, 1] - domain[:, 0]).max())
        self._plan = plan or Plan()
        self._ask = LandscapeAsk(landscape, noise_sigma=1.0)
        self.noise: Array | None = None
        self.batch: NDArray[np.intp] | None = None
        self.state = self._born(optimizer, starts, 0)

    @property
    def done(self) -> bool:
        """True when every row has diverged."""
        return not self.state.alive.any()

    def step(self, t: int) -> None:
        """One step of every row that is still alive; the others stay where they were last finite."""
        old = self.state
        ask = self._ask
        with np.errstate(all="ignore"):
            self._listen(old.function_evaluations, old.gradient_evaluations, self.noise, self.batch)
            rate, plan = self.rate(t)
            result = old.optimizer.step(old.theta, old.inner, ask, rate, lambda: self._draw(t))
            theta, inner = result.theta, result.state
            loss, gradient = self._look(theta)
            reason = self._what_blew_up(theta, loss, gradient)
            moved = theta - old.theta
            distance = np.sqrt((moved * moved).sum(axis=1))
            effective = distance / np.sqrt((old.gradient * old.gradient).sum(axis=1))
            effective[~np.isfinite(effective)] = 0.0
        fresh = old.alive & (reason > 0)
        if fresh.any() or not old.alive.all():
            keep = old.alive & (reason == 0)
            column = keep[:, None]
            theta = np.where(column, theta, old.theta)
            gradient = np.where(column, gradient, old.gradient)
            loss = np.where(keep, loss, old.loss)
            distance = np.where(keep, distance, 0.0)
            inner = {name: _where(keep, new, old.inner[name]) for name, new in inner.items()}
            alive = keep
            diverged_at = np.where(fresh, t + 1, old.diverged_at)
            reasons = np.where(fresh, reason, old.reason)
            evaluations = tuple(
                np.where(old.alive, new, before)
                for new, before in zip(
                    self._counts(), (old.function_evaluations, old.gradient_evaluations), strict=True
                )
            )
        else:
            alive, diverged_at, reasons, evaluations = old.alive, old.diverged_at, old.reason, self._counts()
        arrived = (old.reached_at < 0) & (loss <= self._target)
        self.state = RacerState(
            old.optimizer, theta, inner, plan, old.born, loss, gradient, alive, diverged_at, reasons,
            np.where(arrived & alive, t + 1, old.reached_at) if arrived.any() else old.reached_at,
            old.path_length + distance, old.segment, effective, *evaluations,
        )  # fmt: skip

    def rate(self, t: int) -> tuple[Rate, State]:
        """The learning rate of step t, one number or one per row by its age, and the schedule's state after it."""
        state, schedule = self.state, self._plan.schedule
        base = state.optimizer.learning_rate
        if schedule is None:
            return base, state.plan
        # Where all rows are equally old, which is nearly always, one number serves them all.
        ages: Rate = float(t) if not state.born.any() else np.maximum(t - state.born, 0).astype(np.float64)[:, None]
        return schedule.rate(base, ages, self._plan.length, state.loss - self._plan.lowest, state.plan)

    def apply(self, event: Any) -> None:
        """Change a live parameter of the optimizer."""
        assert isinstance(event, SetParam)
        changed = params.replace(self.state.optimizer, event.name, event.value)
        self.state = dataclasses.replace(self.state, optimizer=changed)

    def add(self, starts: Array, t: int) -> None:
        """Append rows that begin at step t; the rows before them keep their numbers to the bit."""
        self.state = _concatenate(self.state, self._born(self.state.optimizer, starts, t))

    def move(self, row: int, point: Array, t: int) -> None:
        """Carry one row elsewhere: its moments stay, its history goes on, a diverged one runs again."""
        old = self.state
        fresh = self._born(old.optimizer, point[None], t)
        inner = old.inner
        if not old.alive[row]:
            inner = {name: _with_row(array, row, fresh.inner[name][0]) for name, array in inner.items()}
        self.state = dataclasses.replace(
            old,
            theta=_with_row(old.theta, row, point),
            inner=inner,
            loss=_with_row(old.loss, row, fresh.loss[0]),
            gradient=_with_row(old.gradient, row, fresh.gradient[0]),
            alive=_with_row(old.alive, row, fresh.alive[0]),
            diverged_at=_with_row(old.diverged_at, row, fresh.diverged_at[0]),
            reason=_with_row(old.reason, row, fresh.reason[0]),
            reached_at=_with_row(old.reached_at, row, fresh.reached_at[0]),
            segment=_with_row(old.segment, row, old.segment[row] + 1),
        )

    def stop(self, rows: slice) -> None:
        """Take rows out of the race; they keep their slots, so that the others keep their random numbers."""
        alive = self.state.alive.copy()
        alive[rows] = False
        self.state = dataclasses.replace(self.state, alive=alive)

    def snapshot(self) -> RacerState:
        """The state itself: it is immutable."""
        return self.state

    def restore(self, snapshot: RacerState) -> None:
        """Return to a state that `snapshot` gave."""
        self.state = snapshot

    def _born(self, optimizer: Optimizer, starts: Array, t: int) -> RacerState:
        n = len(starts)
        zeros = np.zeros(n, dtype=np.int64)
        theta = np.array(starts, dtype=np.float64)
        with np.errstate(all="ignore"):
            self._listen(zeros, zeros, None, None)
            loss, gradient = self._look(theta)
            inner = optimizer.start(theta, self._ask)
            plan = {} if self._plan.schedule is None else self._plan.schedule.start(n)
            reason = self._what_blew_up(theta, loss, gradient)
        alive = reason == 0
        never = np.full(n, -1, dtype=np.int64)
        return RacerState(
            optimizer, theta, inner, plan, np.full(n, t, dtype=np.int64),
            np.where(alive, loss, 0.0), np.where(alive[:, None], gradient, 0.0), alive,
            np.where(alive, never, t), reason, np.where(alive & (loss <= self._target), t, never),
            np.zeros(n), zeros, np.zeros(n), *self._counts(),
        )  # fmt: skip

    def _listen(
        self,
        functions: NDArray[np.int64],
        gradients: NDArray[np.int64],
        noise: Array | None,
        batch: NDArray[np.intp] | None,
    ) -> None:
        """Count on from these numbers; see the landscape through this noise and these samples until told otherwise."""
        self._ask.function_evaluations = functions
        self._ask.gradient_evaluations = gradients
        # Nobody watches these; but they must have no more rows than are asked about.
        self._ask.hessian_evaluations = _NONE
        self._ask.freeze(noise, batch)
        self._ask.clip = self._plan.clip

    def _look(self, theta: Array) -> tuple[Array, Array]:
        """Loss and true gradient for those who watch: free of noise, not counted."""
        self._ask.freeze(None)
        self._ask.clip = None
        return self._ask.measure(theta), self._ask.gradient(theta, np.zeros(len(theta), dtype=bool))

    def _counts(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        return self._ask.function_evaluations, self._ask.gradient_evaluations

    def _what_blew_up(self, theta: Array, loss: Array, gradient: Array) -> NDArray[np.int8]:
        """Code of `REASONS` per row, 0 where all is well; the position comes first, it explains the others."""
        reason = np.zeros(len(theta), dtype=np.int8)
        # One sum tells whether anything at all is wrong: the usual case costs four calls.
        if np.isfinite(loss.sum() + gradient.sum()) and np.abs(theta - self._centre).max(initial=0.0) < self._far:
            return reason
        reason[~np.isfinite(loss)] = 1
        reason[np.isfinite(loss) & ~np.isfinite(gradient).all(axis=1)] = 2
        reason[(np.abs(theta - self._centre) >= self._far).any(axis=1)] = 4
        reason[~np.isfinite(theta).all(axis=1)] = 3
        return reason


def _where(keep: NDArray[np.bool_], new: Array, old: Array) -> Array:
    return np.where(keep.reshape((-1,) + (1,) * (new.ndim - 1)), new, old)


def _with_row(array: NDArray[Any], row: int, value: Any) -> NDArray[Any]:
    changed = array.copy()
    changed[row] = value
    return changed


def _concatenate(first: RacerState, second: RacerState) -> RacerState:
    def joined(a: Any, b: Any) -> Any:
        if isinstance(a, np.ndarray):
            return np.concatenate([a, b])
        if isinstance(a, Mapping):
            return {name: np.concatenate([a[name], b[name]]) for name in a}
        return a

    names = [f.name for f in dataclasses.fields(RacerState)]
    return RacerState(*(joined(getattr(first, name), getattr(second, name)) for name in names))
