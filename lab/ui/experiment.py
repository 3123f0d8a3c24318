"""What stands behind one open panel: its timeline, its undo history, its cursor and whether it plays."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from PySide6.QtCore import QObject, Signal

from lab.core import params
from lab.core.errors import BadValue, LabError
from lab.core.history import History
from lab.core.panel import PanelSpec
from lab.core.run import Run, SetParam
from lab.core.session import PanelState
from lab.core.simulation import digest
from lab.core.timeline import SHARED_BUDGET, SnapshotBudget, Timeline

log = logging.getLogger(__name__)

#: Speeds offered on the transport bar, in steps per second; the last one means "as many as fit".
SPEEDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 1000.0)
FASTEST = 1e9
#: At this speed and below, views are drawn between steps too, so that they can show what a step is made of.
SLOW = 2.0


class Experiment(QObject):
    """The model of one panel: everything the hand does goes through here, and becomes an event or a new config.

    Views connect to the signals and read `frame()`; they never touch the simulation.
    """

    #: The cursor or the state under it changed: draw again.
    moved = Signal()
    #: The run itself changed (config, events, seed): forms, ticks and undo labels need a look.
    edited = Signal()
    #: How the run is looked at or played changed (view, speed): it is saved with the session, and is no part of undo.
    looked = Signal()
    #: Playing began or ended.
    playing_changed = Signal(bool)
    #: A seek that takes long: fraction done, or -1 when there.
    progressed = Signal(float)
    #: Something the user should read, one line.
    failed = Signal(str)
    #: The player has work (playing, or a seek to finish).
    wanted = Signal()

    def __init__(
        self, panel: str, spec: PanelSpec, state: PanelState, budget: SnapshotBudget = SHARED_BUDGET,
        parent: QObject | None = None,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self.panel = panel
        self.spec = spec
        self.name = state.name
        self._view_state = state.view
        self.horizon = state.horizon
        self.speed = state.speed
        #: The run pinned behind the present one, or None; saved with the session, no part of undo.
        self.ghost = state.ghost
        self.history = History()
        self.timeline = Timeline(spec.simulation, state.run, budget)
        self._expected = (state.cursor, state.digest)
        self._playing = False
        self._gesture: tuple[Run, int, str, int] | None = None
        self._seek_from = 0
        self.carry = 0.0
        if state.cursor:
            self.seek(state.cursor)

    # -- reading -----------------------------------------------------------------------------------------------

    @property
    def run(self) -> Run:
        """The present run."""
        return self.timeline.run

    @property
    def view_state(self) -> Any:
        """How the panel looks at the run."""
        return self._view_state

    @view_state.setter
    def view_state(self, state: Any) -> None:
        if state != self._view_state:
            self._view_state = state
            self.looked.emit()

    @property
    def step(self) -> int:
        """Where the cursor stands, or is going."""
        pending = self.timeline.pending
        return self.timeline.step if pending is None else pending

    @property
    def playing(self) -> bool:
        """Whether the player steps this experiment."""
        return self._playing

    @property
    def busy(self) -> bool:
        """Whether the player has anything to do here."""
        return self._playing or self.timeline.pending is not None

    def frame(self) -> Any:
        """What a view may see of the present state."""
        return self.timeline.sim.frame()

    def probe(self, query: Any) -> Any:
        """Ask the simulation something about the present state."""
        return self.timeline.sim.probe(query)

    def state(self) -> PanelState:
        """This panel as it would stand in a session file."""
        there = digest(self.frame()) if self.timeline.pending is None else ""
        return PanelState(
            self.panel, self.run, self.view_state, self.step, self.horizon, self.speed, self.name, there, self.ghost
        )  # fmt: skip

    def compare_digest(self) -> None:
        """Once the saved cursor's step is reached, say when its frame differs from what the file says."""
        step, saved = self._expected
        if not saved or self.timeline.pending is not None:
            return
        self._expected = (0, "")
        if self.timeline.step == step and digest(self.frame()) != saved:
            self.failed.emit("The replay differs in the last bits from the saved one: it was written by another build.")

    # -- playing -----------------------------------------------------------------------------------------------

    def set_playing(self, on: bool) -> None:
        """Play or pause; playing on from the end makes the timeline twice as long."""
        if on and self.step >= self.horizon:
            self.set_horizon(max(self.horizon * 2, self.step + 1))
        if on != self._playing:
            self._playing = on
            self.carry = 0.0
            self.playing_changed.emit(on)
        if on:
            self.wanted.emit()

    def toggle(self) -> None:
        """Play if paused, pause if playing."""
        self.set_playing(not self._playing)

    def set_speed(self, steps_per_second: float) -> None:
        """Steps per second while playing."""
        if steps_per_second != self.speed:
            self.speed = steps_per_second
            self.looked.emit()

    def set_horizon(self, steps: int) -> None:
        """How many steps the timeline spans; never less than where the cursor stands."""
        self.horizon = max(1, steps, self.step)
        self.edited.emit()

    def set_ghost(self, run: Run | None) -> None:
        """Pin a run behind the present one, or let go of the pinned one."""
        self.ghost = run
        self.edited.emit()

    def advance(self) -> None:
        """One step of play; pauses at the horizon or when nothing would change any more."""
        self.timeline.advance()
        if self.timeline.step >= self.horizon or self.timeline.done:
            self.set_playing(False)

    def step_by(self, steps: int) -> None:
        """Pause and go some steps forward or back; stepping past the end lengthens the timeline."""
        self.set_playing(False)
        target = max(0, self.step + steps)
        if target > self.horizon:
            self.set_horizon(target)
        self.seek(target)

    def seek(self, step: int) -> None:
        """Put the cursor on a step; a long way is replayed by the player, newest target wins."""
        step = max(0, step)
        if step > self.horizon:
            self.set_horizon(step)
        self._seek_from = self.timeline.step
        self.timeline.request(step)
        self._arrive()

    def work(self, keep_going: Callable[[], bool]) -> None:
        """Go on with a seek while there is time."""
        if self.timeline.work(keep_going):
            self.progressed.emit(-1.0)
            self.compare_digest()
        else:
            target = self.timeline.pending or 1
            span = max(1, target - self._seek_from)
            self.progressed.emit(max(0.0, (self.timeline.step - self._seek_from) / span))

    def attempt(self, work: Callable[[], object], what: str = "Stepping") -> bool:
        """Do some stepping, or `what` else a panel's own code does at each frame; False when that failed.

        What fails pauses this panel, which says so, and touches no other. One of the two places that catch every
        exception (the other is Jobs).
        """
        try:
            work()
        except Exception as failure:
            log.exception("%s failed in the panel %s", what, self.panel)
            self.set_playing(False)
            self.timeline.request(self.timeline.step)
            self.failed.emit(f"{what} failed: {failure}")
            return False
        return True

    def close(self) -> None:
        """Its panel goes: stop, and give the memory of its snapshots to the others at once."""
        self.set_playing(False)
        self.timeline.close()

    def _arrive(self) -> None:
        self.attempt(self._hurry)

    def _hurry(self) -> None:
        # A short way is gone at once, so that a scrub shows its step in the same frame as the mouse move.
        steps = iter(range(32))
        if self.timeline.work(lambda: next(steps, None) is not None):
            self.progressed.emit(-1.0)
            self.moved.emit()
        else:
            self._seek_from = self.timeline.step
            self.wanted.emit()

    # -- editing -----------------------------------------------------------------------------------------------

    @contextmanager
    def gesture(self, label: str) -> Iterator[None]:
        """All edits inside are one entry of undo."""
        self.begin_gesture(label)
        try:
            yield
        finally:
            self.end_gesture()

    def begin_gesture(self, label: str) -> None:
        """From now until `end_gesture`, edits replace one another at the same step and undo as one."""
        self.end_gesture()
        self._gesture = (self.run, self.step, label, self.horizon)

    def end_gesture(self) -> None:
        """The hand has let go."""
        if self._gesture is None:
            return
        before, step, label, horizon = self._gesture
        self._gesture = None
        if self.run is not before:
            # Only what begins anew makes a timeline shorter.
            self.history.record(before, step, label, horizon if horizon > self.horizon else 0)
            self.edited.emit()

    def do(self, event: Any, label: str) -> bool:
        """Let an event happen at the cursor's step; False (and a message) when it makes no sense."""
        try:
            self.spec.simulation.accepts(self.run.config, event)
        except LabError as refused:
            self.failed.emit(str(refused))
            return False
        run, step = self.run, self.step
        if self._gesture is not None and run.head is not None and run.head.step == step:
            # While the hand still moves, only where it is now counts.
            newest = run.head
            before = self._gesture[0].head
            if newest is not before and _replaces(event, newest.event):
                run = run.before(newest)
        return self._edit(run.with_event(step, event), step, label)

    def set_live(self, name: str, value: Any, lane: int | None, label: str) -> bool:
        """Change a live parameter at the cursor's step, as an event."""
        return self.do(SetParam(name, value, lane), label)

    def set_config(self, config: Any, label: str, *, step: int | None = None) -> bool:
        """Another configuration: the run starts again and returns to the cursor's step (or to `step`)."""
        try:
            params.check(config)
        except BadValue as bad:
            self.failed.emit(params.in_words(config, bad))
            return False
        run = self.run.with_config(config, self.spec.simulation.accepts)
        return self._edit(run, self.step if step is None else step, label)

    def set_run(self, run: Run, label: str, *, step: int = 0) -> bool:
        """Another run altogether, e.g. a preset. However far the last one was played, its timeline is as new.

        It spans at least the cursor's step and all events of the run; undo brings the old length back.
        """
        return self._edit(run, step, label, horizon=_spanning(run, step, self.spec.horizon))

    def set_seed(self, seed: int) -> bool:
        """Another root of randomness; events and cursor stay."""
        run = Run(self.run.config, seed, self.run.documents, self.run.head)
        return self._edit(run, self.step, "Change the seed")

    def _edit(self, run: Run, step: int, label: str, *, horizon: int | None = None) -> bool:
        before, before_step = self.run, self.step
        self._expected = (0, "")
        try:
            self.timeline.edit(run, step=step)
        except LabError as refused:
            self.failed.emit(str(refused))
            return False
        if self._gesture is None:
            self.history.record(before, before_step, label, 0 if horizon is None else self.horizon)
        if horizon is not None:
            self.horizon = horizon
        self.edited.emit()
        self._arrive()
        return True

    def undo(self) -> None:
        """Take the last gesture back."""
        self.end_gesture()
        self._go(self.history.undo(self.run, self.step, self.horizon))

    def redo(self) -> None:
        """Do again what was taken back."""
        self.end_gesture()
        self._go(self.history.redo(self.run, self.step, self.horizon))

    def _go(self, entry: Any) -> None:
        if entry is None:
            return
        self.set_playing(False)
        # Events leave the cursor where the user is looking; another experiment comes back as it stood.
        same = entry.run.config is self.run.config
        step = self.step if same else entry.step
        self.horizon = _spanning(entry.run, step, entry.horizon or self.horizon)
        self.timeline.edit(entry.run, step=step)
        self.edited.emit()
        self._arrive()


def _spanning(run: Run, step: int, wanted: int) -> int:
    """A timeline's length: as wanted, and never so short that the cursor or an event of the run lies beyond it."""
    return max(1, wanted, step, 0 if run.head is None else run.head.step)


def _replaces(event: Any, earlier: Any) -> bool:
    """Whether, within one gesture, `event` makes `earlier` pointless: the same thing moved or set again."""
    if type(event) is not type(earlier) or getattr(event, "lane", None) != getattr(earlier, "lane", None):
        return False
    identity = ("name", "start", "index")
    return all(getattr(event, key, None) == getattr(earlier, key, None) for key in identity)
