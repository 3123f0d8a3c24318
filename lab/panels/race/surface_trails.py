"""Trails laid over the height field: histories cut into short pieces that follow the ground. Pure numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.panels.race.surface_mesh import Surface

Array = NDArray[np.float64]

#: Bytes of a piece of line: two ends in the scene, red, green, blue and alpha, width in pixels.
PIECE = np.dtype([("a", "<f4", 3), ("b", "<f4", 3), ("rgba", "u1", 4), ("width", "<f4")])
Pieces = NDArray[Any]

#: A racer that has not moved by this part of a cell is where it was.
STILL = 0.12
#: One stretch is cut into at most so many pieces.
MOST = 96


@dataclass(frozen=True, slots=True)
class Ink:
    """Colour and width in pixels of one trail."""

    rgb: tuple[int, int, int]
    width: float


def pieces_of(a: Array, b: Array, rgba: NDArray[np.uint8] | tuple[int, int, int, int], width: Array | float) -> Pieces:
    """Lines between scene points a and b, both (n, 3)."""
    made = np.zeros(len(a), dtype=PIECE)
    made["a"], made["b"], made["rgba"], made["width"] = a, b, rgba, width
    return made


def clip(a: Array, b: Array, size: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The part of each stretch a to b, both (n, 2), within 0 and `size`; and which have one (Liang & Barsky 1984)."""
    step = b - a
    with np.errstate(divide="ignore", invalid="ignore"):
        ends = np.stack([-a / step, (size - a) / step])
    still = step == 0.0
    within = (a >= 0.0) & (a <= size)
    ends[0][still] = -np.inf
    ends[1][still] = np.where(within[still], np.inf, -np.inf)
    begin = np.maximum(ends.min(axis=0).max(axis=-1), 0.0)
    begin[~np.isfinite(begin)] = 2.0
    end = np.clip(ends.max(axis=0).min(axis=-1), 0.0, 1.0)
    seen = (begin <= end) & ~(still & ~within).any(axis=-1)
    return a + begin[:, None] * step, a + end[:, None] * step, seen


def drape(surface: Surface, a: Array, b: Array) -> tuple[Array, Array, NDArray[np.intp]]:
    """Stretches of the grid, a to b (n, 2), as pieces on the surface.

    Returns
    -------
    tuple
        Scene points (m, 3) where the pieces begin and end, and (m,) which stretch each belongs to. A piece is about a
        cell long; a stretch of more than `MOST` cells has longer ones. Cost: O(m).
    """
    a, b, seen = clip(a, b, np.array(surface.cells, dtype=np.float64))
    which = np.flatnonzero(seen)
    a, b = a[which], b[which]
    count = np.clip(np.ceil(np.hypot(*(b - a).T)), 1, MOST).astype(np.intp)
    of = np.repeat(np.arange(len(which)), count)
    k = np.arange(len(of)) - np.repeat(np.cumsum(count) - count, count)
    step = (b - a)[of] / count[of, None]
    begin = a[of] + k[:, None] * step
    return surface.to_scene(begin), surface.to_scene(begin + step), which[of]


class DrapedTrails:
    """Histories as pieces, kept in the order of time: a longer history only adds some, a shorter one takes some away.

    Cost of `follow`: the new vertices, and one comparison of the histories.
    """

    def __init__(self) -> None:
        self.pieces: Pieces = np.zeros(0, dtype=PIECE)
        self._key: object = None
        self._points = np.zeros((0, 0, 2), dtype=np.float32)
        self._breaks = np.zeros((0, 0), dtype=np.float32)
        #: After each row of the histories: how many pieces there are, and where each trail's last one ends.
        self._counts: list[int] = []
        self._anchors: list[Array] = []

    def follow(
        self,
        surface: Surface,
        points: NDArray[np.float32],
        breaks: NDArray[np.float32],
        inks: Sequence[Ink],
    ) -> int:
        """Lay histories of shape (vertices, trails, 2), broken where `breaks` (vertices, trails) changes.

        Returns how many of the first pieces are those that were there before.
        """
        key = (surface, points.shape[1:], tuple(inks))
        same = _common(self._points, points, self._breaks, breaks) if key == self._key else 0
        self._key, self._points, self._breaks = key, points, breaks
        del self._counts[same:], self._anchors[same:]
        kept = self._counts[-1] if self._counts else 0
        if same < len(points):
            self._extend(surface, same, kept, inks)
        else:
            self.pieces = self.pieces[:kept]
        return kept

    def _extend(self, surface: Surface, first: int, kept: int, inks: Sequence[Ink]) -> None:
        grid = surface.to_grid(self._points[first:].astype(np.float64))
        # A racer far away still has a direction; beyond that its numbers only overflow.
        np.clip(grid, -1e9, 1e9, out=grid)
        anchor = self._anchors[-1].copy() if self._anchors else np.full(grid.shape[1:], np.nan)
        begins: list[Array] = []
        ends: list[Array] = []
        trails: list[NDArray[np.intp]] = []
        stretches = []
        for i, here in enumerate(grid, start=first):
            moved = np.abs(here - anchor).max(axis=-1)
            lost = np.isnan(moved)
            if i:
                lost |= self._breaks[i] != self._breaks[i - 1]
            drawn = np.flatnonzero((moved > STILL) & ~lost)
            begins.append(anchor[drawn])
            ends.append(here[drawn])
            trails.append(drawn)
            anchor = anchor.copy()
            anchor[drawn] = here[drawn]
            anchor[lost] = here[lost]
            self._anchors.append(anchor)
            stretches.append(len(drawn))
        a, b, of = drape(surface, np.concatenate(begins), np.concatenate(ends))
        trail = np.concatenate(trails)[of]
        colors = np.array([(*ink.rgb, 255) for ink in inks], dtype=np.uint8).reshape(-1, 4)
        widths = np.array([ink.width for ink in inks])
        self.pieces = np.concatenate([self.pieces[:kept], pieces_of(a, b, colors[trail], widths[trail])])
        upto = np.searchsorted(of, np.cumsum(stretches))
        self._counts += [kept + int(n) for n in upto]


def _common(
    old: NDArray[np.float32], new: NDArray[np.float32], old_breaks: NDArray[np.float32], new_breaks: NDArray[np.float32]
) -> int:
    """How many first rows of two histories are the same to the bit (nan included)."""
    n = min(len(old), len(new))
    if not n or old.shape[1:] != new.shape[1:]:
        return 0
    bits = [np.ascontiguousarray(x[:n], dtype=np.float32).reshape(n, -1).view(np.int32) for x in (old, new)]
    differ = (bits[0] != bits[1]).any(axis=1) | (old_breaks[:n] != new_breaks[:n]).any(axis=1)
    return int(differ.argmax()) if differ.any() else n
