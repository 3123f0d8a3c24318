"""A schedule drawn by hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.errors import BadValue
from lab.core.params import param
from lab.engine.schedules import SCHEDULES, ByStep, Rate
from lab.engine.schedules._contract import number

Points = tuple[tuple[float, float], ...]

_SHAPES: dict[str, Points] = {
    "Warm-up, then decay": ((0.0, 0.1), (0.1, 1.0), (0.6, 1.0), (1.0, 0.01)),
    "Warm-up": ((0.0, 0.05), (0.15, 1.0), (1.0, 1.0)),
    "Triangle": ((0.0, 0.1), (0.5, 1.0), (1.0, 0.1)),
    "Steps": ((0.0, 1.0), (0.4, 1.0), (0.4, 0.3), (0.7, 0.3), (0.7, 0.1), (1.0, 0.1)),
    "Two cycles": ((0.0, 1.0), (0.5, 0.05), (0.5, 1.0), (1.0, 0.05)),
    "Flat": ((0.0, 1.0), (1.0, 1.0)),
}


@SCHEDULES.register("drawn", title="Drawn by hand")
@dataclass(frozen=True, slots=True)
class Drawn(ByStep):
    """Straight lines through points (share of the horizon, factor on the rate).

    Constant before the first and after the last. Two points at the same place make a jump: the later one holds from
    there on.
    """

    points: Points = param(
        _SHAPES["Warm-up, then decay"], effect="live", meaning="curve", label="Curve", examples=tuple(_SHAPES.items()),
        doc="Corners of the curve: (share of the run, factor on the rate).",
    )  # fmt: skip

    latex: ClassVar[str] = r"\eta_t=\role{control}{\eta}\cdot\role{control}{c}(t/T)"
    why: ClassVar[str] = "Try what no formula says."
    source: ClassVar[str] = "your hand"

    def check(self) -> None:
        """Raise `BadValue` unless there is a point, positions rise within [0, 1], and factors are above 0."""
        if not self.points:
            raise BadValue("points", "at least one point is needed")
        last = 0.0
        for i, (place, factor) in enumerate(self.points):
            if not 0.0 <= place <= 1.0:
                raise BadValue(f"points[{i}][0]", f"point {i + 1} at {place:g} does not lie between 0 and 1")
            if place < last:
                raise BadValue(f"points[{i}][0]", f"point {i + 1} at {place:g} comes before point {i} at {last:g}")
            if not (factor > 0.0 and np.isfinite(factor)):
                raise BadValue(f"points[{i}][1]", f"point {i + 1} has the factor {factor:g}, which is not above 0")
            last = place

    def factor(self, t: Rate, horizon: int) -> Rate:
        """The drawn curve at t / horizon; at a point it is the point's factor to the bit."""
        share = np.asarray(t, float) / max(horizon, 1)
        places, factors = np.array(self.points, dtype=np.float64).T
        if len(places) == 1:
            return number(np.full_like(share, factors[0]))
        # np.interp leaves the value at a jump open.
        after = np.clip(np.searchsorted(places, share, side="right"), 1, len(places) - 1)
        left, right = places[after - 1], places[after]
        width = np.where(right > left, right - left, 1.0)
        weight = np.clip((share - left) / width, 0.0, 1.0)
        between = factors[after - 1] + weight * (factors[after] - factors[after - 1])
        # a + (b - a) is not always b.
        return number(np.where(share >= right, factors[after], between))
