"""What the user asked for: a configuration, documents, a seed, and the events of the way. Immutable, JSON."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lab.core.documents import Library
from lab.core.errors import BadValue
from lab.core.params import param
from lab.core.registry import Family

EVENTS: Family[type[Any]] = Family("events")

Scalar = bool | int | float | str


@EVENTS.register("set_param", title="Set a parameter")
@dataclass(frozen=True, slots=True)
class SetParam:
    """A live parameter changed while running: of one lane, or (lane None) of the whole experiment."""

    name: str = param("")
    value: Scalar = param(0.0)
    lane: int | None = param(None)


class EventNode:
    """One link of the chain of events, newest first; undo is a pointer that moves along it.

    A chain of 100,000 such nodes takes about 20 MB, and every prefix of it is shared.
    """

    __slots__ = ("event", "length", "parent", "step")

    def __init__(self, parent: EventNode | None, step: int, event: Any) -> None:
        self.parent = parent
        self.step = step
        self.event = event
        self.length: int = 1 if parent is None else parent.length + 1


@dataclass(frozen=True, slots=True)
class Run:
    """Config + documents + seed + events: the state at step t is a pure function of this and t.

    Attributes
    ----------
    config : dataclass
        The simulation's configuration.
    seed : int
        Root of all random streams of the run.
    documents : Library
        The immutable values the run uses.
    head : EventNode or None
        The newest event; earlier ones hang behind it with steps that never rise.
    """

    config: Any
    seed: int = 0
    documents: Library = field(default_factory=Library)
    head: EventNode | None = field(default=None, compare=False)

    def with_event(self, step: int, event: Any) -> Run:
        """This run with an event at `step`; events later than that are dropped (undo brings them back)."""
        return dataclasses.replace(self, head=EventNode(self.upto(step).head, step, event))

    def upto(self, step: int) -> Run:
        """This run less the events after `step`."""
        node = self.head
        while node is not None and node.step > step:
            node = node.parent
        return self if node is self.head else dataclasses.replace(self, head=node)

    def before(self, node: EventNode) -> Run:
        """This run as it was before `node` was added."""
        return dataclasses.replace(self, head=node.parent)

    def with_config(self, config: Any, accepts: Callable[[Any, Any], None] | None = None) -> Run:
        """This run with another configuration and those of its events that `accepts(config, event)` lets pass."""
        head: EventNode | None = self.head
        if accepts is not None:
            kept: EventNode | None = None
            dropped = False
            for node in self.nodes():
                try:
                    accepts(config, node.event)
                except BadValue:
                    dropped = True
                    continue
                kept = EventNode(kept, node.step, node.event)
            head = kept if dropped else self.head
        return dataclasses.replace(self, config=config, head=head)

    def nodes(self) -> list[EventNode]:
        """All links of the chain, oldest first."""
        found = []
        node = self.head
        while node is not None:
            found.append(node)
            node = node.parent
        found.reverse()
        return found

    def events(self) -> Iterator[tuple[int, Any]]:
        """(step, event) pairs, oldest first."""
        return ((node.step, node.event) for node in self.nodes())


def random_stream(seed: int, stream: str, step: int) -> np.random.Generator:
    """The generator of one named stream at one step.

    Counter-based (Philox 4x64, Salmon et al. 2011): nothing of it is kept between steps, so a step can be taken
    again, skipped or taken in any order with the same numbers, and a stream never hears of another.
    """
    digest = hashlib.sha256(f"{seed}/{stream}".encode()).digest()
    key = np.frombuffer(digest[:16], dtype=np.uint64)
    return np.random.Generator(np.random.Philox(key=key, counter=[0, 0, 0, step]))
