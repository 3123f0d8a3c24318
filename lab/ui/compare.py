"""Compare: the present run pinned as a ghost behind the next one. The same for every panel.

What is pinned is the run itself, a value: the ghost is replayed from it in the background, exactly, once, into
histories of at most 8 MB. Views draw it from these alone, so that scrubbing with a ghost costs no step.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from PySide6.QtCore import QObject

from lab.core.ghosts import copied, replay
from lab.core.run import Run
from lab.core.ticket import Ticket
from lab.core.traces import Trace
from lab.ui.experiment import Experiment
from lab.ui.jobs import Jobs

#: A thread that steps without a break takes the window's share of the processor: it works so many steps, then rests
#: for twice as long as they took.
BREATH = 8
REPORTS = 64


@dataclass(frozen=True, slots=True)
class Ghost:
    """A pinned run and what is known of it.

    Attributes
    ----------
    run : Run
        What was pinned.
    trace : Trace
        Its histories, from step 0 on; `whole` says whether they reach as far as the present run's timeline.
    """

    run: Run
    trace: Trace
    whole: bool


@runtime_checkable
class CanCompare(Protocol):
    """A panel that can show a ghost behind its run; the shell brings the button, replays and saves it."""

    def show_ghost(self, ghost: Ghost | None) -> None:
        """Show this ghost from now on, or none."""
        ...


class GhostKeeper(QObject):
    """Replays the pinned run of an experiment as far as the experiment's timeline reaches."""

    def __init__(
        self, experiment: Experiment, jobs: Jobs, tell: Callable[[Ghost | None], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._experiment = experiment
        self._jobs = jobs
        self._tell = tell
        self._run: Run | None = None
        self._steps = 0
        self._known: Trace | None = None
        experiment.edited.connect(self.follow)
        self.follow()

    def toggle(self, on: bool) -> None:
        """Pin the present run, or let go of the pinned one."""
        self._experiment.set_ghost(self._experiment.run if on else None)

    def close(self) -> None:
        """The panel goes: replay no further."""
        self._jobs.cancel((id(self), "ghost"))

    def follow(self) -> None:
        """Have the pinned run's histories at hand as far as the timeline spans."""
        experiment = self._experiment
        run = experiment.ghost
        if run is None:
            if self._run is not None:
                self._run = self._known = None
                self._jobs.cancel((id(self), "ghost"))
                self._tell(None)
            return
        if run is self._run and experiment.horizon <= self._steps:
            return
        if run is not self._run:
            # What this very run has shown so far need not be waited for.
            self._known = copied(experiment.timeline.trace) if run is experiment.run else Trace()
        assert self._known is not None
        # Of a longer timeline the histories that are there show only the beginning, until they are replayed.
        self._tell(Ghost(run, self._known, whole=False))
        self._run, self._steps = run, experiment.horizon
        self._jobs.submit(
            (id(self), "ghost"),
            compute,
            experiment.spec.simulation,
            run,
            self._steps,
            done=self._on_done,
            failed=experiment.failed.emit,
        )

    def _on_done(self, trace: Trace) -> None:
        if self._run is not None:
            self._known = trace
            self._tell(Ghost(self._run, trace, whole=True))


def compute(ticket: Ticket, simulation: Any, run: Run, steps: int) -> Trace:
    """The histories of a run up to step `steps`; in a thread beside the window's it takes a third of a core."""
    beside = threading.current_thread() is not threading.main_thread()
    every = max(BREATH, steps // REPORTS)
    began = time.perf_counter()
    trace = Trace()
    for step, known in enumerate(replay(simulation, run, steps)):
        trace = known.trace
        if step % every == 0:
            ticket.progress(step / max(steps, 1))
        if step % BREATH == BREATH - 1:
            # Far apart as reports are in a long run, a window that closes waits for no more than these few steps.
            ticket.check()
            if beside:
                time.sleep(2 * (time.perf_counter() - began))
                began = time.perf_counter()
    return trace
