"""How all racers of a race stand: measured for every lane and start in one call, because they share a landscape."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.core.simulation import Mark
from lab.engine.landscapes import Landscape
from lab.engine.optimizers import Array
from lab.sims._race_frame import TRACED_STARTS

#: How many domain widths away a racer is given up even though its numbers are still finite.
FAR = 1e9

#: Why a row stopped, by code.
REASONS = ("", "the loss is no longer a finite number", "the gradient is no longer a finite number",
           "the position is no longer a finite number", "it left the picture a billion times over",
           "the loss falls without end here, and it fell with it")  # fmt: skip
#: The code of those that did as they should where there is no lowest loss: nothing failed, there is only no end.
FELL = 5

Flags = NDArray[np.bool_]
#: Steps and counts: an int32 holds two billion, and a snapshot holds many of them.
Steps = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Standing:
    """Where L lanes with S starts stand; arrays are replaced, never written into.

    Attributes
    ----------
    theta, gradient : (L, S, d) arrays
        Where each racer is, and the true gradient there.
    loss : (L, S) array
        The true loss there.
    alive : (L, S) array of bool
        Neither diverged nor taken out; the others stay where they were last finite.
    diverged_at, reached_at : (L, S) arrays of int
        Steps, or -1; `reason` (L, S) is a code of `REASONS`.
    path_length : (L, S) array
        Distance travelled.
    effective_rate : (L, min(S, 64)) array
        Length of the last step over that of the gradient before it, 0 before the first; of the traced starts only,
        since nothing but the histories asks for it.
    segment : (L, S) array of int
        How often a racer was carried elsewhere by hand.
    """

    theta: Array
    gradient: Array
    loss: Array
    alive: Flags
    diverged_at: Steps
    reached_at: Steps
    reason: NDArray[np.int8]
    path_length: Array
    effective_rate: Array
    segment: Steps

    def joined(self, more: Standing) -> Standing:
        """These starts, and more to their right; those that were there keep their numbers to the bit."""
        names = [f.name for f in dataclasses.fields(Standing)]
        both = Standing(*(np.concatenate([getattr(self, n), getattr(more, n)], axis=1) for n in names))
        return dataclasses.replace(both, effective_rate=both.effective_rate[:, :TRACED_STARTS])

    def with_column(self, lanes: list[int], start: int, fresh: Standing) -> Standing:
        """One start of some lanes carried elsewhere: its history goes on in another segment."""
        changes: dict[str, Any] = {}
        for name in ("theta", "gradient", "loss", "alive", "diverged_at", "reached_at", "reason"):
            changes[name] = getattr(self, name).copy()
            changes[name][lanes, start] = getattr(fresh, name)[0, 0]
        changes["segment"] = self.segment.copy()
        changes["segment"][lanes, start] += 1
        return dataclasses.replace(self, **changes)

    def without(self, starts: slice) -> Standing:
        """Starts taken out of the race; they keep their slots, so that the others keep their random numbers."""
        alive = self.alive.copy()
        alive[:, starts] = False
        return dataclasses.replace(self, alive=alive)


class Watch:
    """Measures racers for those who watch: free of noise, counted for nobody.

    A row's numbers do not depend on the others' (landscapes promise that), so all lanes are measured together.

    Parameters
    ----------
    landscape : Landscape
        What is descended.
    target : float
        A racer has arrived once its loss is at most this.
    """

    def __init__(self, landscape: Landscape, target: float) -> None:
        self._landscape = landscape
        self._endless = not landscape.bounded_below
        self._target = target
        domain = np.asarray(landscape.domain)
        self._centre = domain.mean(axis=1)
        self._far = FAR * float((domain[:, 1] - domain[:, 0]).max())

    def begin(self, lanes: int, starts: Array, t: int) -> Standing:
        """Starts (n, d) that join at step t, the same for every lane."""
        loss, gradient = self._look(starts)
        reason = self._what_blew_up(starts, loss, gradient)
        alive = reason == 0
        n = len(starts)
        never = np.full(n, -1, dtype=np.int32)
        reached = np.where(alive & (loss <= self._target), np.int32(t), never)
        rows = Standing(
            starts, np.where(alive[:, None], gradient, 0.0), np.where(alive, loss, 0.0), alive,
            np.where(alive, never, np.int32(t)), reached, reason, np.zeros(n), np.zeros(min(n, TRACED_STARTS)),
            np.zeros(n, np.int32),
        )  # fmt: skip
        names = [f.name for f in dataclasses.fields(Standing)]
        return Standing(*(np.repeat(getattr(rows, name)[None], lanes, axis=0) for name in names))

    def after(self, old: Standing, theta: Array, t: int) -> Standing:
        """What step t led to, given where the rules want to go (L, S, d); cost: one loss and gradient per racer."""
        with np.errstate(all="ignore"):
            loss, gradient = self._look(theta)
            reason = self._what_blew_up(theta, loss, gradient)
            distance = length(theta - old.theta)
            effective = distance[:, :TRACED_STARTS] / length(old.gradient[:, :TRACED_STARTS])
            effective[~np.isfinite(effective)] = 0.0
        fresh = old.alive & (reason > 0)
        alive, diverged_at, reasons = old.alive, old.diverged_at, old.reason
        if fresh.any() or not alive.all():
            alive = old.alive & (reason == 0)
            loss_there = loss
            theta = np.where(alive[..., None], theta, old.theta)
            gradient = np.where(alive[..., None], gradient, old.gradient)
            loss = np.where(alive, loss, old.loss)
            distance[~alive] = 0.0
            diverged_at = np.where(fresh, np.int32(t + 1), old.diverged_at)
            if self._endless:
                reason[fresh & (loss_there < old.loss)] = FELL
            reasons = np.where(fresh, reason, old.reason)
        reached_at = old.reached_at
        arrived = (reached_at < 0) & (loss <= self._target) & alive
        if arrived.any():
            reached_at = np.where(arrived, np.int32(t + 1), reached_at)
        distance += old.path_length
        return Standing(
            theta, gradient, loss, alive, diverged_at, reached_at, reasons, distance, effective, old.segment
        )

    def _look(self, theta: Array) -> tuple[Array, Array]:
        """Loss (...) and gradient (..., d) at points of any leading shape."""
        with np.errstate(all="ignore"):
            return self._landscape.value(theta), self._landscape.gradient(theta)

    def _what_blew_up(self, theta: Array, loss: Array, gradient: Array) -> NDArray[np.int8]:
        """Code of `REASONS` per racer, 0 where all is well; the position comes first, it explains the others."""
        reason = np.zeros(loss.shape, dtype=np.int8)
        # Sums and extremes tell whether anything at all may be wrong: the usual case takes no temporary array.
        with np.errstate(all="ignore"):  # inf - inf, where two racers left in opposite directions
            finite = np.isfinite(loss.sum() + gradient.sum())
        if finite and self._near(theta.min(initial=np.inf), theta.max(initial=-np.inf)):
            return reason
        reason[~np.isfinite(loss)] = 1
        reason[np.isfinite(loss) & _in_any(~np.isfinite(gradient))] = 2
        reason[_in_any(np.abs(theta - self._centre) >= self._far)] = 4
        reason[_in_any(~np.isfinite(theta))] = 3
        return reason

    def _near(self, lo: float, hi: float) -> bool:
        """Whether numbers between these are surely not too far away in any coordinate; nan never is."""
        return bool(hi < self._centre.min() + self._far and lo > self._centre.max() - self._far)


def length(vectors: Array) -> Array:
    """Euclidean lengths along the last axis; column by column, since NumPy's sums over so short an axis are slow."""
    total: Array = vectors[..., 0] * vectors[..., 0]
    for i in range(1, vectors.shape[-1]):
        total += vectors[..., i] * vectors[..., i]
    return np.sqrt(total, out=total)


def _in_any(flags: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether any coordinate says so, likewise column by column."""
    found = flags[..., 0].copy()
    for i in range(1, flags.shape[-1]):
        found |= flags[..., i]
    return found


def news(before: Standing, now: Standing, lanes: Sequence[int], t: int) -> tuple[Mark, ...]:
    """What became of the racers between two standings, as marks for step t: who arrived, diverged, or fell for ever.

    Arrays are replaced, never written into: the same object means that nothing happened, which costs nothing.
    """
    marks = []
    for i, lane in enumerate(lanes):
        if now.reached_at is not before.reached_at and (arrived := now.reached_at[i] == t).any():
            marks.append(Mark(t, "at target", lane, "reached", _rows(arrived)))
        if now.diverged_at is not before.diverged_at and (gone := now.diverged_at[i] == t).any():
            fell = gone & (now.reason[i] == FELL)
            if (gone & ~fell).any():
                marks.append(Mark(t, "diverged", lane, "diverged", _rows(gone & ~fell)))
            if fell.any():
                marks.append(Mark(t, "fell without end", lane, "fell", _rows(fell)))
    return tuple(marks)


def _rows(which: Flags) -> tuple[int, ...]:
    """The starts that something happened to, as numbers."""
    return tuple(np.flatnonzero(which).tolist())
