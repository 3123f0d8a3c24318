"""Many polylines at once, of any length, in as few strokes of the painter as draw them fast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPath, arrayToQPolygonF
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPainterPath, QPolygonF

#: Vertices closer together than this many pixels are one.
MERGE_PX = 0.75
#: So few segments are a path sooner one by one than as arrays: 1 µs each instead of 20 µs for all.
ONE_BY_ONE = 16


@dataclass(frozen=True, slots=True)
class Segments:
    """A few segments of many trails: both ends (segments, trails, 2, 2), and which are drawn (segments, trails)."""

    ends: NDArray[np.float64]
    drawn: NDArray[np.bool_]

    def draw(self, painter: QPainter, trails: slice) -> None:
        """Draw those of some trails in a row as one path."""
        ends = self.ends[:, trails][self.drawn[:, trails]].reshape(-1, 2)
        if len(ends) > 2 * ONE_BY_ONE:
            painter.drawPath(arrayToQPath(ends[:, 0].copy(), ends[:, 1].copy(), connect="pairs"))
        elif len(ends):
            path, each = QPainterPath(), iter(ends.tolist())
            for begin, end in zip(each, each, strict=True):
                path.moveTo(*begin)
                path.lineTo(*end)
            painter.drawPath(path)


def segments(pixels: NDArray[np.float64], apart: NDArray[np.bool_]) -> Segments:
    """What lies between the vertices (vertices, trails, 2) of some trails, less what is apart or nowhere."""
    begin, end = pixels[:-1], pixels[1:]
    # Coordinate by coordinate, as in `pieces`. What stands still has left its dot already.
    moved = (begin[..., 0] != end[..., 0]) | (begin[..., 1] != end[..., 1])
    ends = np.stack([begin, end], axis=2)
    return Segments(ends, moved & ~apart & np.isfinite(ends).all(axis=(2, 3)))


@dataclass(frozen=True, slots=True)
class Pieces:
    """The unbroken pieces of some trails, trail by trail, as the painter takes them."""

    lines: Sequence[QPolygonF]
    #: Which trail each belongs to, never falling.
    owners: NDArray[np.intp]

    def of(self, trails: slice) -> Sequence[QPolygonF]:
        """Those of some trails in a row."""
        first, last = np.searchsorted(self.owners, (trails.start, trails.stop)).tolist()
        return self.lines[first:last]


def cut(pixels: NDArray[np.float64], apart: NDArray[np.bool_], within: QRectF | None = None) -> Pieces:
    """The pieces of trails (vertices, trails, 2), thinned; of those that have a part `within` a rectangle, that part.

    Cost: a dozen passes over all vertices (0.3 ms for 1,000 x 12), and some 15 µs a piece.
    """
    vertices, ends, owners = pieces(pixels, apart, within)
    begins = [0, *ends.tolist()][: len(ends)]
    lines = [arrayToQPolygonF(vertices[a:b, 0], vertices[a:b, 1]) for a, b in zip(begins, ends.tolist(), strict=True)]
    return Pieces(lines, owners)


def pieces(
    pixels: NDArray[np.float64], apart: NDArray[np.bool_], within: QRectF | None = None
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.intp]]:
    """The unbroken pieces of all trails, less what stays within a pixel's fraction of travelled way.

    Counting whole `MERGE_PX` of path length and keeping one vertex of each does it without a loop; a piece keeps its
    two ends.

    Parameters
    ----------
    pixels : ndarray of shape (v, k, 2)
        Vertices of k trails; nan where a trail isn't there.
    apart : ndarray of bool, shape (v - 1, k)
        Segments that are not drawn.
    within : QRectF, optional
        Leave out segments that pass it by. Those that are left keep the vertices that they have without it, so that
        parts of a picture drawn one after the other fit together.

    Returns
    -------
    vertices : ndarray of shape (m, 2)
        Those kept, piece by piece, each trail's in their order.
    ends : ndarray of int
        Where each piece ends among them.
    owners : ndarray of int
        Which trail each piece belongs to.
    """
    # Coordinate by coordinate: sums and tests over an axis of two take longer than all the rest.
    x, y, gaps = np.ascontiguousarray(pixels[..., 0].T), np.ascontiguousarray(pixels[..., 1].T), apart.T
    trails: NDArray[np.intp] = np.arange(len(x))
    seen: NDArray[np.bool_] | None = None
    if within is not None:
        seen = _reach(x, within.left(), within.right()) & _reach(y, within.top(), within.bottom())
        # Most trails pass a narrow strip by.
        trails = np.flatnonzero(seen.any(axis=1))
        if len(trails) < len(x):
            x, y, gaps, seen = x[trails], y[trails], gaps[trails], seen[trails]
    finite = np.isfinite(x) & np.isfinite(y)
    joined = ~gaps & finite[:, 1:] & finite[:, :-1]
    steps = np.zeros(x.shape)
    np.hypot(x[:, 1:] - x[:, :-1], y[:, 1:] - y[:, :-1], out=steps[:, 1:], where=joined)
    bins = np.floor(steps.cumsum(axis=1) / MERGE_PX)
    if seen is not None:
        joined &= seen
    inward, onward = np.zeros_like(finite), np.zeros_like(finite)
    inward[:, 1:], onward[:, :-1] = joined, joined
    last = inward & ~onward
    keep = (onward & ~inward) | last
    keep[:, 1:] |= joined & (bins[:, 1:] != bins[:, :-1])
    owners = trails[np.nonzero(last)[0]]
    return np.stack([x[keep], y[keep]], axis=-1), np.flatnonzero(last[keep]) + 1, owners


def _reach(along: NDArray[np.float64], lo: float, hi: float) -> NDArray[np.bool_]:
    """Which segments have a part between two values of one coordinate; nan reaches nowhere."""
    begin, end = along[:, :-1], along[:, 1:]
    return ((begin >= lo) | (end >= lo)) & ((begin <= hi) | (end <= hi))
