"""Big array work off the GUI thread: latest wins, progress, cancel, errors delivered to whoever asked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from lab.core.errors import LabError
from lab.core.ticket import Cancelled, Ticket

__all__ = ["Cancelled", "Jobs", "Ticket"]

log = logging.getLogger(__name__)


@dataclass
class _Slot:
    """One line of work: what runs, what waits, and the generation that counts."""

    generation: int = 0
    running: Ticket | None = None
    waiting: tuple[Callable[..., Any], tuple[Any, ...], Callable[[Any], None]] | None = None
    on_failed: Callable[[str], None] | None = None
    on_progress: Callable[[float], None] | None = None
    current: Callable[[Any], None] | None = field(default=None)


class Jobs(QObject):
    """Named lines of work; in each, one job runs and only the newest waits.

    A job is a pure function ``work(ticket, *arguments)`` of frozen arguments. Its answer is delivered on the GUI
    thread unless a newer one was asked for meanwhile.

    Parameters
    ----------
    executor : concurrent.futures.Executor, optional
        Where jobs run; by default two threads (NumPy releases the GIL in large operations).
    inline : bool
        Run each job at once in the caller: for tests and headless pictures.
    """

    _delivered = Signal(object, int, object, object)
    _progressed = Signal(object, int, float)

    def __init__(
        self, executor: Executor | None = None, *, inline: bool = False, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.inline = inline
        self._executor = executor
        self._own = executor is None
        self._closed = False
        self._slots: dict[object, _Slot] = {}
        # Queued even when the work is done before it could be watched: answers never come inside `submit`.
        self._delivered.connect(self._on_delivered, Qt.ConnectionType.QueuedConnection)
        self._progressed.connect(self._on_progressed)

    def submit(
        self,
        key: object,
        work: Callable[..., Any],
        *arguments: Any,
        done: Callable[[Any], None],
        failed: Callable[[str], None] | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> None:
        """Ask for `work(ticket, *arguments)` on the line `key`; an older request on it is dropped.

        When `done` belongs to a QObject that goes away meanwhile (a closed panel), the answer is dropped, too.
        """
        if self._closed:
            return
        owner = getattr(done, "__self__", None)
        if key not in self._slots and isinstance(owner, QObject):
            owner.destroyed.connect(lambda: self.cancel(key))
        slot = self._slots.setdefault(key, _Slot())
        slot.generation += 1
        slot.on_failed, slot.on_progress = failed, progress
        if self.inline:
            self._finish(slot, done, *_attempt(work, Ticket(progress), arguments))
            return
        slot.waiting = (work, arguments, done)
        if slot.running is None:
            self._launch(key, slot)
        else:
            slot.running.cancel()

    def cancel(self, key: object) -> None:
        """Drop what runs and waits on a line; its answer will not be delivered."""
        slot = self._slots.pop(key, None)
        if slot is not None:
            slot.generation += 1
            slot.waiting = None
            if slot.running is not None:
                slot.running.cancel()

    def shutdown(self) -> None:
        """Cancel everything and stop the threads; what is asked for from now on is not done."""
        self._closed = True
        for key in list(self._slots):
            self.cancel(key)
        if self._own and self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None

    def _launch(self, key: object, slot: _Slot) -> None:
        assert slot.waiting is not None
        work, arguments, done = slot.waiting
        slot.waiting = None
        slot.current = done
        generation = slot.generation
        ticket = slot.running = Ticket(lambda fraction: self._progressed.emit(slot, generation, fraction))
        if self._executor is None:
            self._executor = ThreadPoolExecutor(max_workers=2, thread_name_prefix="lab-job")
        future = self._executor.submit(_attempt, work, ticket, arguments)

        def deliver(finished: Future[Any]) -> None:
            if not finished.cancelled():
                self._delivered.emit(key, generation, slot, finished.result())

        future.add_done_callback(deliver)

    def _on_delivered(self, key: object, generation: int, slot: _Slot, outcome: tuple[Any, Any]) -> None:
        slot.running = None
        if generation == slot.generation and slot.current is not None:
            self._finish(slot, slot.current, *outcome)
        if slot.waiting is not None and slot.running is None:
            self._launch(key, slot)

    def _on_progressed(self, slot: _Slot, generation: int, fraction: float) -> None:
        if generation == slot.generation and slot.on_progress is not None:
            slot.on_progress(fraction)

    def _finish(self, slot: _Slot, done: Callable[[Any], None], answer: Any, failure: str | None) -> None:
        if failure is None:
            done(answer)
        elif slot.on_failed is not None and failure:
            slot.on_failed(failure)


def _attempt(work: Callable[..., Any], ticket: Ticket, arguments: tuple[Any, ...]) -> tuple[Any, str | None]:
    """(answer, None), or (None, what went wrong in one line); an empty text means cancelled."""
    try:
        return work(ticket, *arguments), None
    except Cancelled:
        return None, ""
    except LabError as refused:
        return None, str(refused)
    except Exception as failure:
        log.exception("a job failed")
        return None, f"{type(failure).__name__}: {failure}"
