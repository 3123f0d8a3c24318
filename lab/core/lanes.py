"""Several algorithms side by side on one document, with one cursor and one snapshot."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, Protocol, TypeVar


class Lane(Protocol):
    """One algorithm of several: what `Lanes` needs of it."""

    @property
    def done(self) -> bool:
        """True when no further step would change anything."""
        ...

    def step(self, t: int) -> None:
        """Go from step t to t + 1."""
        ...

    def apply(self, event: Any) -> None:
        """Let an event happen."""
        ...

    def snapshot(self) -> Any:
        """The lane's state as an immutable value."""
        ...

    def restore(self, snapshot: Any) -> None:
        """Return to a state that `snapshot` gave."""
        ...


L = TypeVar("L", bound=Lane)


class Lanes(Generic[L]):
    """Lanes under permanent ids: events name one lane or none (all), finished lanes wait for the others.

    Since nothing is shared but what is read-only, adding or removing a lane leaves the others' numbers as they
    were, to the bit.
    """

    def __init__(self, lanes: Mapping[int, L]) -> None:
        self.lanes = dict(lanes)
        self.t = 0

    @property
    def done(self) -> bool:
        """True when every lane is."""
        return all(lane.done for lane in self.lanes.values())

    def step(self) -> None:
        """Step every lane that is not done."""
        for lane in self.lanes.values():
            if not lane.done:
                lane.step(self.t)
        self.t += 1

    def apply_to(self, event: Any, lane: int | None) -> None:
        """Hand an event to one lane, or to all."""
        for one in self.lanes.values() if lane is None else (self.lanes[lane],):
            one.apply(event)

    def snapshot(self) -> Any:
        """(t, state of each lane in order)."""
        return (self.t, tuple(lane.snapshot() for lane in self.lanes.values()))

    def restore(self, snapshot: Any) -> None:
        """Return to a state that `snapshot` gave."""
        self.t, states = snapshot
        for lane, state in zip(self.lanes.values(), states, strict=True):
            lane.restore(state)
