"""Work that is cut into pieces, and who does them: the caller one after the other, or worker processes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol, TypeVar

from lab.core.ticket import Ticket

T = TypeVar("T")


class Spread(Protocol):
    """A way to do work that is cut into pieces: `in_turn`, or `lab.core.workers.Workers.spread`."""

    def __call__(
        self, ticket: Ticket, work: Callable[..., T], pieces: Sequence[tuple[Any, ...]]
    ) -> Iterator[tuple[int, T]]:
        """Give ``(i, work(ticket, *pieces[i]))`` for each piece, in any order.

        Raises
        ------
        Cancelled
            When the ticket is no longer wanted.
        """
        ...


def in_turn(ticket: Ticket, work: Callable[..., T], pieces: Sequence[tuple[Any, ...]]) -> Iterator[tuple[int, T]]:
    """One piece after the other, here."""
    for i, piece in enumerate(pieces):
        ticket.check()
        yield i, work(ticket, *piece)
