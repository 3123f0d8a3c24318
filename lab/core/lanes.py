"""Several algorithms side by side on one document, with one cursor and one snapshot."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from statistics import median
from time import perf_counter
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

#: What a step takes is the median of so many last ones: one hiccup of the machine does not show.
MEASURED = 101


class Lanes(Generic[L]):
    """Lanes under permanent ids: events name one lane or none (all), finished lanes wait for the others.

    Since nothing is shared but what is read-only, adding or removing a lane leaves the others' numbers as they
    were, to the bit.
    """

    def __init__(self, lanes: Mapping[int, L]) -> None:
        self.lanes = dict(lanes)
        self.t = 0
        self._took: dict[int, deque[float]] = {id: deque(maxlen=MEASURED) for id in self.lanes}
        self._took_for_all: deque[float] = deque(maxlen=MEASURED)

    @property
    def done(self) -> bool:
        """True when every lane is."""
        return all(lane.done for lane in self.lanes.values())

    def step(self) -> None:
        """Step every lane that is not done, and remember how long each took."""
        for id, lane in self.lanes.items():
            if not lane.done:
                began = perf_counter()
                lane.step(self.t)
                self._took[id].append(perf_counter() - began)
        self.t += 1

    def spent_for_all(self, seconds: float) -> None:
        """Note what a step cost for all lanes at once; it is shared out evenly."""
        self._took_for_all.append(seconds)

    def seconds_per_step(self) -> dict[int, float | None]:
        """What a step of each lane has lately taken in this process; None where none was taken yet.

        It is no part of the state: a snapshot knows nothing of it, and winding back forgets nothing.
        """
        share = median(self._took_for_all) / len(self.lanes) if self._took_for_all else 0.0
        return {id: median(took) + share if took else None for id, took in self._took.items()}

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
