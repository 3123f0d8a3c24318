"""The memory that the snapshots of all timelines share."""

from __future__ import annotations

import weakref
from typing import Protocol

MEGABYTE = 1 << 20
#: A state is accepted when so many of it fit into the whole budget.
MIN_SNAPSHOTS = 8
#: So many of the tail and so many keyframes a timeline keeps however little its share is: with two of the tail a step
#: back is there at once, with two keyframes a seek need not begin at step 0.
KEPT_TAIL, KEPT_KEYS = 2, 2


class Sharer(Protocol):
    """Who keeps snapshots: a timeline."""

    @property
    def need(self) -> int:
        """Bytes it would keep if there were room."""
        ...

    @property
    def held(self) -> int:
        """Bytes it keeps now."""
        ...

    def thin_out(self) -> None:
        """Keep no more than its present share."""
        ...


class SnapshotBudget:
    """Memory that timelines share by need.

    Who needs less than an even share gets what it needs; what is left is divided evenly among the others. How many
    there are never decides whether a state is accepted (`limit` does): a small share means fewer snapshots, down to
    `KEPT_TAIL` of the tail and `KEPT_KEYS` keyframes. With these, stepping and stepping back cost what they always do,
    and a seek replays more. So `total` is exceeded only where several timelines hold states near the limit, each of
    them by at most `KEPT_TAIL + KEPT_KEYS` snapshots.

    Parameters
    ----------
    total : int
        Bytes.
    limit : int, optional
        The largest state that is accepted, in bytes; by default `MIN_SNAPSHOTS` of it fit into `total`.
    """

    def __init__(self, total: int = 96 * MEGABYTE, limit: int | None = None) -> None:
        self.total = total
        self.limit = total // MIN_SNAPSHOTS if limit is None else limit
        self._members: weakref.WeakSet[Sharer] = weakref.WeakSet()

    def join(self, timeline: Sharer) -> None:
        """Give a timeline its share."""
        self._members.add(timeline)

    def leave(self, timeline: Sharer) -> None:
        """Give the share of a timeline to the others, at once."""
        self._members.discard(timeline)

    def share(self, timeline: Sharer) -> int:
        """Bytes that this timeline may hold now."""
        even = self.total // max(1, len(self._members))
        if timeline.need <= even:
            return even
        left = self.total
        needs = sorted(member.need for member in self._members)
        for i, need in enumerate(needs):
            even = left // (len(needs) - i)
            if need > even:
                break
            left -= need
        return even

    def settle(self) -> None:
        """Let all thin out to their shares when together they hold more than there is: some may have grown."""
        members = list(self._members)
        if sum(member.held for member in members) > self.total:
            for member in members:
                member.thin_out()


SHARED_BUDGET = SnapshotBudget()
