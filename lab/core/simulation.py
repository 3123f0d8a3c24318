"""What an experiment promises, so that playing, winding back, saving and testing need no code of its own."""

from __future__ import annotations

import dataclasses
import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from lab.core.run import Run


@dataclass(frozen=True, slots=True)
class Mark:
    """Something worth a tick on the timeline: a target reached, a run diverged.

    Attributes
    ----------
    step : int
        When it happened.
    label : str
        In words, short.
    lane : int or None
        The lane it belongs to (gives the tick its colour and shape).
    kind : str
        "reached", "diverged", "event", or a word of the simulation's own.
    rows : tuple of int
        Which of the lane's rows it happened to, where a lane has several.
    """

    step: int
    label: str
    lane: int | None = None
    kind: str = "reached"
    rows: tuple[int, ...] = ()


class Simulation(Protocol):
    """Pure NumPy, deterministic; `step` is the smallest act worth showing.

    A simulation is made from a `Run` and stands at step 0 before any event. It never sees the clock, files or
    `np.random`'s global state. Snapshots are immutable values: the state's arrays are never written into after a
    step, so a snapshot is usually a handful of references.
    """

    #: The dataclass a run's `config` must be.
    config_type: ClassVar[type[Any]]
    #: The event classes it understands.
    event_types: ClassVar[tuple[type[Any], ...]]
    #: What one step is called on the transport bar.
    step_name: ClassVar[str]

    t: int

    def __init__(self, run: Run) -> None: ...

    @property
    def done(self) -> bool:
        """True when no further step would change anything."""
        ...

    @classmethod
    def accepts(cls, config: Any, event: Any) -> None:
        """Raise `BadValue` when `event` makes no sense for `config`."""
        ...

    def step(self) -> None:
        """Go from step t to t + 1."""
        ...

    def apply(self, event: Any) -> None:
        """Let an event of the present step happen."""
        ...

    def snapshot(self) -> Any:
        """The whole state as an immutable value (nested tuples, mappings, dataclasses, arrays, scalars)."""
        ...

    def restore(self, snapshot: Any) -> None:
        """Return to a state that `snapshot` gave."""
        ...

    def frame(self) -> Any:
        """All that a view may see: a frozen dataclass of read-only arrays and scalars, finite or masked."""
        ...

    def probe(self, query: Any) -> Any:
        """Answer a question about the present state without changing it."""
        ...

    def trace(self) -> NDArray[np.float32]:
        """The row of histories for this step, shape (lanes, rows, channels); rows may only grow."""
        ...

    def marks(self) -> tuple[Mark, ...]:
        """What happened during the last step."""
        ...


def leaves(tree: Any) -> list[Any]:
    """The arrays and scalars of a nested value, in a fixed order."""
    if isinstance(tree, np.ndarray):
        return [tree]
    if isinstance(tree, Mapping):
        return [leaf for key in sorted(tree) for leaf in leaves(tree[key])]
    if isinstance(tree, tuple | list):
        return [leaf for item in tree for leaf in leaves(item)]
    names = _fields_of(type(tree))
    return [tree] if names is None else [leaf for name in names for leaf in leaves(getattr(tree, name))]


#: The names of a dataclass' fields, None for another type; asked for each snapshot that is measured.
_FIELDS: dict[type[Any], tuple[str, ...] | None] = {}


def _fields_of(kind: type[Any]) -> tuple[str, ...] | None:
    if kind not in _FIELDS:
        of_fields = dataclasses.is_dataclass(kind)
        _FIELDS[kind] = tuple(f.name for f in dataclasses.fields(kind)) if of_fields else None
    return _FIELDS[kind]


def nbytes(tree: Any) -> int:
    """Bytes a snapshot holds, Python's own overhead included (about 100 a leaf)."""
    return sum((leaf.nbytes if isinstance(leaf, np.ndarray) else 0) + 100 for leaf in leaves(tree))


def digest(tree: Any) -> str:
    """SHA-256 over a nested value, exact to the bit: equal digests mean equal states.

    A scalar counts by its value, as in Python: 1 and 1.0 are the same rate, though a file gives back the second.
    """
    sha = hashlib.sha256()
    for leaf in leaves(tree):
        if isinstance(leaf, np.ndarray):
            sha.update(f"{leaf.dtype}{leaf.shape}".encode())
            sha.update(np.ascontiguousarray(leaf).tobytes())
        else:
            sha.update(_scalar(leaf).encode())
    return sha.hexdigest()


def _scalar(leaf: Any) -> str:
    """A scalar as text: equal numbers alike, but -0.0 apart from 0.0."""
    if isinstance(leaf, np.generic):
        leaf = leaf.item()
    if isinstance(leaf, float) and leaf.is_integer() and (leaf or math.copysign(1.0, leaf) > 0):
        leaf = int(leaf)
    return f"{leaf!r};"


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """The array itself, closed for writing."""
    array.setflags(write=False)
    return array
