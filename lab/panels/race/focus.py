"""Which racer is looked at, and from which start."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Focus:
    """The racer in focus: ids of lane and start, -1 where there is none; `average` looks at all starts at once.

    Their median stands for them, or with `mean` their mean.
    """

    lane: int
    start: int
    average: bool
    mean: bool = False
