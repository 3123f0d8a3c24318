"""What a hand can do to a running race."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.core.params import param
from lab.core.run import EVENTS, random_stream
from lab.engine.landscapes import Landscape
from lab.engine.optimizers import Array
from lab.sims._race_config import Point

#: More starts than this at once are refused: their state would not fit the snapshots' memory.
MOST = 20_000


@EVENTS.register("place_starts", title="Drop start points")
@dataclass(frozen=True, slots=True)
class PlaceStarts:
    """New start points, dropped at this step; each gets the next free letter."""

    points: tuple[Point, ...] = param(())


@EVENTS.register("move_start", title="Drag a point")
@dataclass(frozen=True, slots=True)
class MoveStart:
    """A start's racers (or one lane's only) carried to a point; moments are kept."""

    start: int = param(0, lo=0)
    point: Point = param(())
    lane: int | None = param(None)


@EVENTS.register("remove_start", title="Remove a start point")
@dataclass(frozen=True, slots=True)
class RemoveStart:
    """A start and its racers taken out; its slot stays, so that the others' random numbers do."""

    start: int = param(0, lo=0)


@EVENTS.register("clear_starts", title="Remove all start points")
@dataclass(frozen=True, slots=True)
class ClearStarts:
    """Every start taken out."""


@EVENTS.register("scatter_starts", title="Scatter start points")
@dataclass(frozen=True, slots=True)
class ScatterStarts:
    """Many starts at random, evenly over the landscape's domain; the run's seed decides where."""

    count: int = param(64, lo=1, hi=MOST)


@EVENTS.register("lattice_starts", title="Lay out start points")
@dataclass(frozen=True, slots=True)
class LatticeStarts:
    """Starts on a grid over the landscape's domain, `side` in each direction."""

    side: int = param(8, lo=1, hi=int(MOST**0.5))


def how_many(event: object, dim: int) -> int:
    """How many starts an event drops."""
    if isinstance(event, PlaceStarts):
        return len(event.points)
    if isinstance(event, ScatterStarts):
        return event.count
    return int(event.side**dim) if isinstance(event, LatticeStarts) else 0


def new_starts(event: object, landscape: Landscape, seed: int, t: int) -> Array | None:
    """The points an event drops at step t, shape (n, d); None when it drops none."""
    lo, hi = np.array(landscape.domain).T
    if isinstance(event, PlaceStarts):
        return np.array(event.points, dtype=np.float64).reshape(len(event.points), landscape.dim)
    if isinstance(event, ScatterStarts):
        drawn = random_stream(seed, "scatter", t).random((event.count, landscape.dim))
        return np.asarray(lo + drawn * (hi - lo))
    if isinstance(event, LatticeStarts):
        # Cell centres: no start lies on the rim, where many landscapes are at their worst.
        shares = (np.arange(event.side) + 0.5) / event.side
        axes = [a + shares * (b - a) for a, b in zip(lo, hi, strict=True)]
        return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, landscape.dim)
    return None
