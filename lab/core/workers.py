"""Processes beside this one that share work which is cut into pieces.

Imported by who needs it first: `multiprocessing` takes 20 ms, and the first window needs none of it.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context, parent_process
from multiprocessing.sharedctypes import RawArray
from typing import Any, TypeVar

from lab.core.pieces import in_turn
from lab.core.ticket import Cancelled, Ticket

T = TypeVar("T")

#: More processes than this would take more memory than they save time: each holds some 25 MB of its own.
MOST = 4
#: Lines of work that may be under way at once, each with a cell in which it is called off.
_CELLS = 256
#: Seconds between two looks whether the answer is still wanted.
_PATIENCE = 0.02


class Workers:
    """A few processes that compute while this one draws.

    Threads would share one interpreter: NumPy lets go of it in each operation, but on arrays that fit the cache an
    operation ends sooner than another thread wakes up. Two threads were measured to be no faster than one, and four
    times slower while the window plays. Processes share nothing: the frames stay as they are.

    The processes are started after the first work in one piece, which the caller does, or with the first in more. It
    takes them half a second; until one of them has answered, the caller does pieces too. Where no process can be
    started, or one is killed, the caller does what is left. `rest` gives their memory back while nothing is asked.

    Parameters
    ----------
    count : int, optional
        How many; by default one for each core, at most `MOST`.
    """

    def __init__(self, count: int | None = None) -> None:
        self._count = count or min(os.cpu_count() or 1, MOST)
        self._guard = threading.Lock()
        self._pool: ProcessPoolExecutor | None = None
        self._off = RawArray("Q", _CELLS)
        self._serials = itertools.count(1)
        self._asked = 0
        self._warm = self._closed = False

    def spread(
        self, ticket: Ticket, work: Callable[..., T], pieces: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, T]]:
        """Do pieces side by side; see `lab.core.pieces.Spread`. Safe to call from several threads.

        Parameters
        ----------
        ticket : Ticket
            Called off here, it is called off in the processes within their next look at it.
        work : callable
            A function of a module, which the processes import; it gets a ticket of its own and the piece.
        pieces : sequence of tuple
            Its further arguments, to be pickled, as is what it returns.
        """
        if len(pieces) == 1:
            yield from in_turn(ticket, work, pieces)
            self._get_ready()
            return
        left = set(range(len(pieces)))
        with self._in_use():
            pool = self._opened() if pieces and _can_be_sent(work, pieces[0]) else None
            if pool is not None:
                try:
                    for i, found in self._sent(pool, ticket, work, pieces):
                        left.discard(i)
                        yield i, found
                except BrokenProcessPool:
                    self._lose(pool)
        for i in sorted(left):
            ticket.check()
            yield i, work(ticket, *pieces[i])

    def ready(self, seconds: float = 60.0) -> int:
        """Wait until the processes answer; returns how many there are, 0 where none can be had."""
        pool = self._opened()
        if pool is None:
            return 0
        try:
            asked = [pool.submit(_nothing) for _ in range(self._count)]
            wait(asked, seconds)
            self._warm = all(future.done() and future.exception() is None for future in asked)
        except (RuntimeError, OSError):
            self._warm = False
        return self._count if self._warm else 0

    def _sent(
        self, pool: ProcessPoolExecutor, ticket: Ticket, work: Callable[..., T], pieces: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, T]]:
        serial = next(self._serials)
        under_way: dict[Future[T], int] = {}
        try:
            try:
                for i, piece in enumerate(pieces):
                    under_way[pool.submit(_work, serial, work, piece)] = i
            except OSError as lacking:  # no room for another process
                raise BrokenProcessPool(str(lacking)) from lacking
            while under_way:
                ticket.check()
                mine = None if self._warm else _taken_back(under_way)
                if mine is not None:
                    yield mine, work(ticket, *pieces[mine])
                ended, _ = wait(under_way, 0.0 if mine is not None else _PATIENCE, FIRST_COMPLETED)
                for future in ended:
                    self._warm = True
                    yield under_way.pop(future), future.result()
        except RuntimeError as refused:
            # A pool that was shut down meanwhile takes no work; a broken one is a RuntimeError too.
            if isinstance(refused, BrokenProcessPool) or not self._closed:
                raise
            raise Cancelled from refused
        finally:
            if under_way:
                self._off[serial % _CELLS] = serial
                for future in under_way:
                    future.cancel()

    def _get_ready(self) -> None:
        """Have the processes started where they are not: who asked for one piece will soon ask for more."""
        if not self._warm and (pool := self._opened()) is not None:
            with contextlib.suppress(RuntimeError, OSError):  # whoever has work for it will see
                for _ in range(self._count):
                    pool.submit(_nothing)

    def _opened(self) -> ProcessPoolExecutor | None:
        with self._guard:
            if self._pool is None and not self._closed and self._count > 0:
                # Spawned, not forked: a fork would copy locks that other threads of the window hold at that moment.
                # A system that has no semaphores says so here, one that has no room for a process when it is asked.
                with contextlib.suppress(OSError, ImportError):
                    self._pool = ProcessPoolExecutor(self._count, get_context("spawn"), _begin, (self._off,))
            return self._pool

    def _lose(self, pool: ProcessPoolExecutor) -> None:
        """Forget a pool that broke; after a few of them it is taken that this machine allows none."""
        with self._guard:
            if self._pool is pool:
                self._end()
                self._count -= 1

    @contextlib.contextmanager
    def _in_use(self) -> Iterator[None]:
        with self._guard:
            self._asked += 1
        try:
            yield
        finally:
            with self._guard:
                self._asked -= 1

    def rest(self) -> bool:
        """Let the processes go unless they have work, and say whether; the next work has new ones started."""
        with self._guard:
            if not self._asked:
                self._end()
            return not self._asked

    def close(self) -> None:
        """Let the processes go for good; what is still under way should have been called off before."""
        with self._guard:
            self._closed = True
            self._end()

    def _end(self) -> None:
        pool, self._pool, self._warm = self._pool, None, False
        if pool is not None:
            pool.shutdown(wait=False, cancel_futures=True)


def _taken_back(under_way: dict[Future[T], int]) -> int | None:
    """The last piece that no process has begun, taken from them; None when there is none."""
    for future in reversed(under_way):
        if future.cancel():
            return under_way.pop(future)
    return None


def _can_be_sent(work: Callable[..., Any], piece: tuple[Any, ...]) -> bool:
    try:
        pickle.dumps((work, piece))
    except (pickle.PicklingError, AttributeError, TypeError):
        return False
    return True


# In the processes.

_off: Any = None


class _FarTicket(Ticket):
    """Looks into the cell in which the caller's process calls off a line of work."""

    def __init__(self, serial: int) -> None:
        super().__init__()
        self._serial = serial

    def check(self) -> None:
        if _off[self._serial % _CELLS] == self._serial:
            raise Cancelled


def _begin(off: Any) -> None:
    """Make this process a modest one that ends with its parent, however that ends."""
    global _off
    _off = off
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the parent, which lets its processes go
    if hasattr(os, "nice"):
        os.nice(5)  # the window comes first
    parent = parent_process()
    if parent is not None:

        def follow() -> None:
            parent.join()
            os._exit(0)

        threading.Thread(target=follow, name="follow the parent", daemon=True).start()


def _nothing() -> None:
    """What a process is started with."""


def _work(serial: int, work: Callable[..., T], piece: tuple[Any, ...]) -> T:
    ticket = _FarTicket(serial)
    ticket.check()
    return work(ticket, *piece)
