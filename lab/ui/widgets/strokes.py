"""What a hand draws, as a curve of few corners."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def thinned(points: NDArray[np.float64], tolerance: float) -> NDArray[np.intp]:
    """The corners that a polyline needs, so that it stays within `tolerance` of all its points.

    Parameters
    ----------
    points : (n, 2) array
        The polyline.
    tolerance : float
        Largest distance, in the units of the points, at which a point may be left out.

    Returns
    -------
    (m,) array of int
        Indices of the corners kept, rising; the first and the last point are always among them.

    Notes
    -----
    Ramer 1972, Douglas & Peucker 1973: keep the point farthest from the chord, and do the same on both sides of it.
    Costs n per corner kept.
    """
    if len(points) < 3:
        return np.arange(len(points))
    keep = np.zeros(len(points), dtype=bool)
    keep[[0, -1]] = True
    spans = [(0, len(points) - 1)]
    while spans:
        first, last = spans.pop()
        if last - first < 2:
            continue
        inner = points[first + 1 : last] - points[first]
        chord = points[last] - points[first]
        length = float(np.hypot(*chord))
        away = np.hypot(*inner.T) if length == 0 else np.abs(chord[0] * inner[:, 1] - chord[1] * inner[:, 0]) / length
        farthest = int(away.argmax())
        if away[farthest] > tolerance:
            middle = first + 1 + farthest
            keep[middle] = True
            spans += [(first, middle), (middle, last)]
    return np.flatnonzero(keep)
