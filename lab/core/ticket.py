"""What a long computation sees of the world: whether it is still wanted, and where to report progress."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Cancelled(Exception):
    """Raised inside a job that is no longer wanted."""


class Ticket:
    """Handed to every job as its first argument; safe to cancel from another thread.

    Parameters
    ----------
    report : callable, optional
        Gets the fraction done, 0 to 1.
    """

    def __init__(self, report: Callable[[float], None] | None = None) -> None:
        self._report = report
        self._cancelled = threading.Event()

    def cancel(self) -> None:
        """Say that the answer is no longer wanted."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise `Cancelled` when nobody wants the answer any more; cheap enough for every few steps."""
        if self._cancelled.is_set():
            raise Cancelled

    def progress(self, fraction: float) -> None:
        """Report how far the job is; raises `Cancelled` when nobody wants it any more."""
        self.check()
        if self._report is not None:
            self._report(fraction)
