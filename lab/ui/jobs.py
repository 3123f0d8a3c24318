"""Big array work off the GUI thread: latest wins, progress, cancel, errors delivered to whoever asked."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from shiboken6 import getCppPointer, isValid

from lab.core.errors import LabError
from lab.core.pieces import Spread, in_turn
from lab.core.ticket import Cancelled, Ticket

if TYPE_CHECKING:
    from lab.core.workers import Workers

__all__ = ["Cancelled", "Jobs", "Ticket", "owner_of"]

#: So long after they were last asked for, worker processes that have no work give their memory back.
REST_MS = 30_000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What was asked for, and who hears of it."""

    work: Callable[..., Any]
    arguments: tuple[Any, ...]
    done: Callable[[Any], None]
    failed: Callable[[str], None] | None
    progress: Callable[[float], None] | None


@dataclass
class _Slot:
    """One line of work: what runs, what waits, and the generation that counts.

    `current` is let go of with its answer: what it would call belongs to views that may be closed by then.
    """

    generation: int = 0
    owner: int = 0
    running: Ticket | None = None
    current: _Asked | None = None
    waiting: _Asked | None = None


def owner_of(method: Callable[..., Any]) -> QObject | None:
    """The QObject that a function is a method of; None for any other function."""
    owner = getattr(method, "__self__", None)
    return owner if isinstance(owner, QObject) else None


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
        self._workers: Workers | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._on_quiet)
        self._own = executor is None
        self._closed = False
        self._slots: dict[object, _Slot] = {}
        #: Addresses of the living owners whose end is heard of.
        self._watched: set[int] = set()
        # Queued even when the work is done before it could be watched: answers never come inside `submit`.
        self._delivered.connect(self._on_delivered, Qt.ConnectionType.QueuedConnection)
        self._progressed.connect(self._on_progressed)

    @property
    def spread(self) -> Spread:
        """How a job may do what it cuts into pieces: by processes, or in turn where jobs are done in the caller."""
        if self.inline or self._closed:
            return in_turn
        if self._workers is None:
            from lab.core.workers import Workers

            self._workers = Workers()
        self._rest.start()
        return self._workers.spread

    @property
    def idle(self) -> bool:
        """Whether nothing runs and nothing waits: every answer that was asked for has been delivered."""
        return not any(slot.running is not None or slot.waiting is not None for slot in self._slots.values())

    def submit(
        self,
        key: object,
        work: Callable[..., Any],
        *arguments: Any,
        done: Callable[[Any], None],
        failed: Callable[[str], None] | None = None,
        progress: Callable[[float], None] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Ask for `work(ticket, *arguments)` on the line `key`; an older request on it is dropped.

        Parameters
        ----------
        key : hashable
            The line.
        work : callable
            What is done, in a thread.
        *arguments
            What it is done with.
        done, failed, progress : callable
            Get the answer, what went wrong in one line, and the fraction done (0 to 1).
        owner : QObject, optional
            When it goes away meanwhile (a closed panel), work and answer are dropped; by default the object that
            `done` is a method of. To be named where `done` is a function, or a method of something that draws on it.
        """
        owner = owner_of(done) if owner is None else owner
        if self._closed or (owner is not None and not isValid(owner)):
            return
        asked = _Asked(work, arguments, done, failed, progress)
        slot = self._slots.setdefault(key, _Slot())
        slot.generation += 1
        slot.owner = 0 if owner is None else self._watch(owner)
        if self.inline:
            self._finish(asked, *_attempt(work, Ticket(progress), arguments))
            return
        slot.waiting = asked
        if slot.running is None:
            self._launch(key, slot)
        else:
            slot.running.cancel()

    def cancel(self, key: object) -> None:
        """Drop what runs and waits on a line; its answer will not be delivered."""
        slot = self._slots.pop(key, None)
        if slot is not None:
            slot.generation += 1
            slot.waiting = slot.current = None
            if slot.running is not None:
                slot.running.cancel()

    def _watch(self, owner: QObject) -> int:
        """Hear of an owner's end, once however often it asks; the address is its own for as long as it lives."""
        address: int = getCppPointer(owner)[0]
        if address not in self._watched:
            self._watched.add(address)
            owner.destroyed.connect(lambda: self._on_gone(address))
        return address

    def _on_gone(self, address: int) -> None:
        self._watched.discard(address)
        for key in [key for key, slot in self._slots.items() if slot.owner == address]:
            self.cancel(key)

    def shutdown(self) -> None:
        """Cancel everything, stop the threads and let the processes go; what is asked for from now on is not done."""
        self._closed = True
        for key in list(self._slots):
            self.cancel(key)
        if self._own and self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = None
        self._rest.stop()
        if self._workers is not None:
            self._workers.close()
            self._workers = None

    def _launch(self, key: object, slot: _Slot) -> None:
        assert slot.waiting is not None
        asked = slot.current = slot.waiting
        slot.waiting = None
        generation = slot.generation
        ticket = slot.running = Ticket(lambda fraction: self._progressed.emit(slot, generation, fraction))
        if self._executor is None:
            self._executor = ThreadPoolExecutor(max_workers=2, thread_name_prefix="lab-job")
        future = self._executor.submit(_attempt, asked.work, ticket, asked.arguments)

        def deliver(finished: Future[Any]) -> None:
            if not finished.cancelled():
                self._delivered.emit(key, generation, slot, finished.result())

        future.add_done_callback(deliver)

    def _on_delivered(self, key: object, generation: int, slot: _Slot, outcome: tuple[Any, Any]) -> None:
        asked, slot.current, slot.running = slot.current, None, None
        if generation == slot.generation and asked is not None:
            self._finish(asked, *outcome)
        if slot.waiting is not None and slot.running is None:
            self._launch(key, slot)

    def _on_quiet(self) -> None:
        if self._workers is not None and not self._workers.rest():
            self._rest.start()

    def _on_progressed(self, slot: _Slot, generation: int, fraction: float) -> None:
        asked = slot.current
        if generation == slot.generation and asked is not None and asked.progress is not None:
            asked.progress(fraction)

    def _finish(self, asked: _Asked, answer: Any, failure: str | None) -> None:
        if failure is None:
            asked.done(answer)
        elif asked.failed is not None and failure:
            asked.failed(failure)


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
