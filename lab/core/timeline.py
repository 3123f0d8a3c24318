"""Play, step back, scrub: any step of a run, exactly, within a budget of memory.

A tail of exact snapshots makes stepping back free; keyframes, whose spacing doubles when the budget is spent,
make any other step reachable by restoring the nearest one below and replaying from it. Cost of a seek: at most
`spacing` steps; of a step: one snapshot (a few references).
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import deque
from collections.abc import Callable
from typing import Any

from lab.core.budget import KEPT_KEYS, KEPT_TAIL, MEGABYTE, MIN_SNAPSHOTS, SHARED_BUDGET, SnapshotBudget
from lab.core.errors import StateTooLarge
from lab.core.run import EventNode, Run
from lab.core.simulation import Mark, Simulation, nbytes
from lab.core.traces import Trace

__all__ = ["FIRST_SPACING", "MIN_SNAPSHOTS", "SHARED_BUDGET", "TAIL_STEPS", "SnapshotBudget", "Timeline"]

TAIL_STEPS = 128
FIRST_SPACING = 16


class _Kept:
    """A snapshot: the step, how many of the run's events it has seen, the state."""

    __slots__ = ("applied", "size", "state", "step")

    def __init__(self, step: int, applied: int, state: Any, size: int) -> None:
        self.step = step
        self.applied = applied
        self.state = state
        self.size = size


class Timeline:
    """One run, standing at one step, with all its past and its known future at hand.

    Parameters
    ----------
    make : callable
        Makes a simulation from a run (usually the simulation's class).
    run : Run
        What to simulate.
    budget : SnapshotBudget, optional
        Where the memory for snapshots comes from.

    Attributes
    ----------
    run : Run
        The present run.
    sim : Simulation
        The simulation, at `step`.
    step : int
        Where the cursor stands.
    frontier : int
        The latest step ever reached of this run; traces and marks are known up to here.
    trace : Trace
        Histories from step 0 to `frontier`.
    marks : list of Mark
        What happened from step 0 to `frontier`, in order.
    """

    def __init__(self, make: Callable[[Run], Simulation], run: Run, budget: SnapshotBudget = SHARED_BUDGET) -> None:
        self._make = make
        self._budget = budget
        self._target: int | None = None
        self._begin(run)
        # One that was refused takes no share.
        budget.join(self)

    # -- moving ------------------------------------------------------------------------------------------------

    @property
    def done(self) -> bool:
        """True when no further step would change anything (at the cursor): no event is to come either."""
        return self.sim.done and self._applied == len(self._nodes)

    @property
    def pending(self) -> int | None:
        """The step a running seek is on its way to, or None."""
        return self._target

    def advance(self) -> None:
        """One step forward."""
        self._target = None
        self._advance()

    def seek(self, step: int) -> None:
        """Go to `step` at once; see `request` for a seek in slices."""
        self.request(step)
        self.work(lambda: True)

    def request(self, step: int) -> None:
        """Aim at `step`: restores the nearest snapshot below; `work` then replays. The newest aim wins."""
        self._target = max(0, step)
        nearest = self._nearest(self._target)
        # The cursor itself is the nearest state when the aim lies a short way ahead.
        if self._stale or self.step > self._target or nearest.step > self.step:
            self._restore(nearest)
        if self.step == self._target:
            self._target = None

    def work(self, keep_going: Callable[[], bool]) -> bool:
        """Replay towards the aim while `keep_going()`; at least one step. True when there."""
        while self._target is not None:
            if self.step >= self._target or self.done:
                self._target = None
                break
            self._advance()
            if self.step < self._target and not keep_going():
                return False
        return True

    def edit(self, run: Run, *, step: int | None = None) -> None:
        """Replace the run and aim at `step` (default: where the cursor is, or was going).

        When only events differ, snapshots, traces and marks before the first difference stay. `work` then
        replays what is missing, as after `request`. A run that can't be simulated leaves everything as it was:
        `BadValue` where the simulation does not accept the run or one of its events, `StateTooLarge` as it says.
        """
        if step is None:
            step = self.step if self._target is None else self._target
        same = run.config is self.run.config and run.seed == self.run.seed and run.documents is self.run.documents
        if same:
            self._rebase(run)
        else:
            self._begin(run)
        self.request(step)

    def close(self) -> None:
        """Give the memory back: what holds on to this timeline meanwhile sees its present state and no other."""
        self._budget.leave(self)
        self._keys.clear()
        self._tail.clear()
        self._key_bytes = 0

    def fork(self) -> Timeline:
        """Another timeline of the same run with the same past and known future, at the same step, to go its own way.

        The snapshots are shared (they are never written into), the budget is not: what it keeps costs this one
        nothing. Cost: a new simulation and a copy of the histories.
        """
        budget = SnapshotBudget(self._budget.share(self), self._budget.limit)
        twin = Timeline(self._make, self.run, budget)
        twin.frontier, twin.spacing = self.frontier, self.spacing
        twin.trace, twin.marks = self.trace.copy(), list(self.marks)
        twin._keys, twin._key_bytes = list(self._keys), self._key_bytes
        twin._tail, twin._base = self._tail.copy(), self._base
        twin._size, twin._remeasure = self._size, self._remeasure
        twin._restore(twin._nearest(self.step))
        twin.seek(self.step)
        return twin

    # -- memory ------------------------------------------------------------------------------------------------

    @property
    def held(self) -> int:
        """Bytes of the snapshots that are kept, as last measured."""
        return self._key_bytes + len(self._tail) * self._size

    @property
    def need(self) -> int:
        """Bytes of all snapshots that would be kept if there were room: a whole tail, keyframes close together."""
        return (TAIL_STEPS + self.frontier // FIRST_SPACING + 1) * self._size

    def thin_out(self) -> None:
        """Keep no more than the present share holds: a shorter tail, keyframes further apart."""
        share = self._budget.share(self)
        # The tail gets a quarter; keyframes get the rest.
        most = min(TAIL_STEPS, max(share // 4 // max(1, self._size), KEPT_TAIL))
        while len(self._tail) > most:
            self._tail.popleft()
        room = max(share - most * self._size, KEPT_KEYS * self._size)
        while self._key_bytes > room and len(self._keys) > 1:
            self.spacing *= 2
            self._keys[:] = [k for k in self._keys if k.step % self.spacing == 0]
            self._key_bytes = sum(k.size for k in self._keys)

    # -- inside ------------------------------------------------------------------------------------------------

    def _begin(self, run: Run) -> None:
        # All that can fail comes first.
        sim = self._make(run)
        nodes = run.nodes()
        for node in nodes:
            sim.accepts(run.config, node.event)
        state = sim.snapshot()
        size = nbytes(state)
        self._refuse_too_large(size)
        self.run = run
        self.sim = sim
        self.step = 0
        self.frontier = -1
        self.trace = Trace()
        self.marks: list[Mark] = []
        self.spacing = FIRST_SPACING
        self._nodes: list[EventNode] = nodes
        self._applied = 0
        self._stale = False
        self._target = None
        self._size = size
        self._remeasure = False
        self._base = _Kept(0, 0, state, size)
        self._keys: list[_Kept] = []
        self._key_bytes = 0
        self._tail: deque[_Kept] = deque()
        self._restore(self._base)

    def _advance(self) -> None:
        whole = False
        try:
            self.sim.step()
            marks = self.sim.marks()
            applied = self._apply_events(self.step + 1)
            whole = True
        finally:
            if not whole:
                # Half a step (one lane moved, the next one failed) must be neither shown nor built upon.
                self._target = None
                self._restore(self._nearest(self.step))
        self.step += 1
        self._applied = applied
        if self.step > self.frontier:
            self.frontier = self.step
            self.marks.extend(marks)
            self._record()
        self._keep()

    def _apply_events(self, step: int) -> int:
        """Let the events of `step` happen; returns how many of the run's events have happened then."""
        nodes = self._nodes
        applied = self._applied
        while applied < len(nodes) and nodes[applied].step == step:
            self.sim.apply(nodes[applied].event)
            applied += 1
        # Steps leave the state as large as it was; an event may not.
        self._remeasure = self._remeasure or applied != self._applied
        return applied

    def _record(self) -> None:
        if self.step % self.trace.stride == 0:
            self.trace.append(self.step, self.sim.trace())

    def _refuse_too_large(self, size: int) -> None:
        limit = self._budget.limit
        if size > limit:
            raise StateTooLarge(
                f"This is too large to step back through: one step takes {size / MEGABYTE:.1f} MB of memory, "
                f"at most {limit / MEGABYTE:.1f} MB fit. Use fewer, for example fewer starts."
            )

    def _keep(self) -> None:
        tail = self._tail
        if tail and tail[-1].step >= self.step:
            # The cursor came back: the tail goes on from here, what lies ahead is found by keyframes.
            while tail and tail[-1].step >= self.step:
                tail.pop()
        elif tail and tail[-1].step != self.step - 1:
            tail.clear()
        state = self.sim.snapshot()
        measured = self._remeasure and self.step % FIRST_SPACING == 0
        if measured:
            # Not after every event: a slider being dragged makes one a step.
            self._size = nbytes(state)
            self._remeasure = False
        kept = _Kept(self.step, self._applied, state, self._size)
        tail.append(kept)
        if self.step % self.spacing == 0 and self.step:
            self._keep_key(kept, measured)
            self._budget.settle()
        self.thin_out()

    def _keep_key(self, kept: _Kept, measured: bool) -> None:
        at = bisect_left(self._keys, kept.step, key=lambda k: k.step)
        if at < len(self._keys) and self._keys[at].step == kept.step:
            return
        if not measured:
            kept.size = self._size = nbytes(kept.state)
        self._refuse_too_large(kept.size)
        self._keys.insert(at, kept)
        self._key_bytes += kept.size

    def _nearest(self, step: int) -> _Kept:
        best = self._base
        at = bisect_right(self._keys, step, key=lambda k: k.step)
        if at:
            best = self._keys[at - 1]
        tail = self._tail
        if tail and tail[0].step <= step:
            # The tail is contiguous.
            found = tail[min(step, tail[-1].step) - tail[0].step]
            if found.step > best.step:
                best = found
        return best

    def _restore(self, kept: _Kept) -> None:
        self.sim.restore(kept.state)
        self.step = kept.step
        self._applied = kept.applied
        self._stale = False
        self._applied = self._apply_events(kept.step)
        if self.frontier < 0:
            self.frontier = 0
            self._record()

    def _try(self, fresh: list[EventNode]) -> None:
        """Refuse events of the present step that make the state too large: now, not when a keyframe is due."""
        before = self.sim.snapshot()
        try:
            for link in fresh:
                self.sim.apply(link.event)
            size = nbytes(self.sim.snapshot())
            self._refuse_too_large(size)
        finally:
            self.sim.restore(before)
        # Until it is measured again, a tail of small states would be reckoned with.
        self._size = max(self._size, size)

    def _rebase(self, run: Run) -> None:
        """Keep what the old and the new chain of events have in common."""
        old = self._nodes
        fresh: list[EventNode] = []
        node = run.head
        while node is not None and not (node.length <= len(old) and old[node.length - 1] is node):
            fresh.append(node)
            node = node.parent
        common = node.length if node is not None else 0
        fresh.reverse()
        for link in fresh:
            self.sim.accepts(run.config, link.event)
        if fresh and common == self._applied and not self._stale and fresh[0].step == fresh[-1].step == self.step:
            self._try(fresh)
        changed = [n.step for n in (*old[common : common + 1], *fresh[:1])]
        self.run = run
        if not changed:
            return
        first = min(changed)
        self._nodes = old[:common] + fresh

        def valid(kept: _Kept) -> bool:
            return kept.applied <= common and kept.step < first

        self._keys = [k for k in self._keys if valid(k)]
        self._key_bytes = sum(k.size for k in self._keys)
        while self._tail and not valid(self._tail[-1]):
            self._tail.pop()
        if self.frontier >= first:
            self.frontier = first - 1
            self.trace.cut(first - 1)
            self.marks = [m for m in self.marks if m.step < first]
        if self.step >= first:
            self._stale = True
