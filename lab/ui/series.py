"""One line of a plot over steps: what it is made of, and what of it can be seen."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

Array = NDArray[np.float64]

#: So few points, as a line that grows has new ones, are a path sooner one by one than as arrays: 1 µs each, not 20.
POINT_BY_POINT = 16


def thin(x: Array, y: Array, lo: float, hi: float, columns: int) -> tuple[Array, Array]:
    """Keep what can be seen of a line: per pixel column the smallest and largest value.

    `x` ascends, shape (n,); `y` may have nan, which stay gaps where a whole column is nan. At most 2 * `columns` + 4
    points remain; lines that are short enough come back as they are. O(n).
    """
    first = max(int(np.searchsorted(x, lo)) - 1, 0)
    last = min(int(np.searchsorted(x, hi, side="right")) + 1, len(x))
    x, y = x[first:last], y[first:last]
    if len(x) <= 2 * columns or hi <= lo:
        return x, y
    column = np.floor((x - lo) * (columns / (hi - lo))).astype(np.int64)
    starts = np.flatnonzero(np.diff(column, prepend=column[0] - 1))
    kept = np.empty(2 * len(starts))
    kept[0::2] = np.fmin.reduceat(y, starts)
    kept[1::2] = np.fmax.reduceat(y, starts)
    return np.repeat(x[starts], 2), kept


@dataclass(slots=True, eq=False)
class Series:
    """One line: how it looks and what it is made of. `raw` are the values given, `y` the plot's coordinates."""

    color: str
    symbol: str
    width: float
    name: str
    steps: Array
    raw: Array
    y: Array
    drawn: int = 0
    #: The line of another run, behind all others: whole, faint and dashed.
    ghost: bool = False
    #: Drawn as two lines beside each other: another one has its colour.
    double: bool = False
    #: The step at which it leaves the picture at its upper edge, None where it stays.
    leaves: float | None = None

    def take(self, steps: Array, raw: Array, y: Array) -> int:
        """Take new points; how many of the old ones have stayed, from the first on."""
        n = min(len(steps), len(self.steps))
        old, new = self.raw[:n], raw[:n]
        other = (steps[:n] != self.steps[:n]) | ((old != new) & ~(np.isnan(old) & np.isnan(new)))
        self.steps, self.raw, self.y = steps, raw, y
        return int(other.argmax()) if other.any() else n

    def at(self, step: float) -> float:
        """The coordinate at a step, between two known ones linearly; nan outside."""
        if not len(self.steps) or not self.steps[0] <= step <= self.steps[-1]:
            return math.nan
        return float(np.interp(step, self.steps, self.y))

    def path(self, view: QRectF, columns: int, first: int = 0, upto: int | None = None) -> QPainterPath:
        """The line from point `first` on, up to point `upto` (the end), thinned, in the plot's coordinates."""
        x, y = thin(self.steps[first:upto], self.y[first:upto], view.left(), view.right(), columns)
        gaps = bool(np.isnan(y).any())
        if not gaps and 0 < len(x) <= POINT_BY_POINT:
            points = zip(x.tolist(), y.tolist(), strict=True)
            path = QPainterPath(QPointF(*next(points)))
            for point in points:
                path.lineTo(*point)
            return path
        return pg.arrayToQPath(x, y, connect="finite" if gaps else "all", finiteCheck=gaps)
