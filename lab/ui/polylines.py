"""Many polylines at once, of any length, in as few strokes of the painter as draw them fast."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPath, arrayToQPolygonF
from PySide6.QtGui import QPainter

#: Vertices closer together than this many pixels are one.
MERGE_PX = 0.75


def draw_short(painter: QPainter, pixels: NDArray[np.float64], apart: NDArray[np.bool_]) -> None:
    """Draw a few segments (vertices, trails, 2) of many trails as one path."""
    segments = np.stack([pixels[:-1], pixels[1:]], axis=2)
    # What stands still has left its dot already.
    drawn = ~apart & np.isfinite(segments).all(axis=(2, 3)) & (segments[:, :, 0] != segments[:, :, 1]).any(axis=2)
    if drawn.any():
        ends = segments[drawn].reshape(-1, 2)
        painter.drawPath(arrayToQPath(ends[:, 0].copy(), ends[:, 1].copy(), connect="pairs"))


def draw_long(painter: QPainter, pixels: NDArray[np.float64], apart: NDArray[np.bool_]) -> None:
    """Draw long stretches (vertices, trails, 2), one piece after the other."""
    vertices, ends = pieces(pixels, apart)
    first = 0
    for last in ends.tolist():
        painter.drawPolyline(arrayToQPolygonF(vertices[first:last, 0], vertices[first:last, 1]))
        first = last


def pieces(pixels: NDArray[np.float64], apart: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """The unbroken pieces of all trails, less what stays within a pixel's fraction of travelled way.

    Counting whole `MERGE_PX` of path length and keeping one vertex of each does it without a loop; a piece keeps its
    two ends.

    Parameters
    ----------
    pixels : ndarray of shape (v, k, 2)
        Vertices of k trails; nan where a trail isn't there.
    apart : ndarray of bool, shape (v - 1, k)
        Segments that are not drawn.

    Returns
    -------
    vertices : ndarray of shape (m, 2)
        Those kept, piece by piece, each trail's in their order.
    ends : ndarray of int
        Where each piece ends among them.
    """
    # Coordinate by coordinate: sums and tests over an axis of two take longer than all the rest.
    x, y = np.ascontiguousarray(pixels[..., 0].T), np.ascontiguousarray(pixels[..., 1].T)
    finite = np.isfinite(x) & np.isfinite(y)
    joined = ~apart.T & finite[:, 1:] & finite[:, :-1]
    steps = np.zeros(x.shape)
    np.hypot(x[:, 1:] - x[:, :-1], y[:, 1:] - y[:, :-1], out=steps[:, 1:], where=joined)
    bins = np.floor(steps.cumsum(axis=1) / MERGE_PX)
    inward, onward = np.zeros_like(bins, dtype=np.bool_), np.zeros_like(bins, dtype=np.bool_)
    inward[:, 1:], onward[:, :-1] = joined, joined
    last = inward & ~onward
    keep = (onward & ~inward) | last
    keep[:, 1:] |= joined & (bins[:, 1:] != bins[:, :-1])
    return np.stack([x[keep], y[keep]], axis=-1), np.flatnonzero(last[keep]) + 1
