"""Which racer is looked at, and from which start."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from lab.panels.race.state import RaceViewState
from lab.sims.race import RaceConfig

#: So many races that were left are remembered.
KEPT = 32


@dataclass(frozen=True, slots=True)
class Focus:
    """The racer in focus: ids of lane and start, -1 where there is none; `average` looks at all starts at once.

    Their median stands for them, or with `mean` their mean.
    """

    lane: int
    start: int
    average: bool
    mean: bool = False


class FocusKept:
    """Who was in focus in the races that were left for another one: undo and redo bring these back as they stood."""

    def __init__(self) -> None:
        self._kept: list[tuple[RaceConfig, int]] = []

    def keep(self, config: RaceConfig, lane: int) -> None:
        """Remember the racer in focus (-1: the usual one) of a race that is being left."""
        others = [kept for kept in self._kept if kept[0] is not config]
        self._kept = [*others[-KEPT + 1 :], (config, lane)]

    def back_in(self, config: RaceConfig, left: RaceConfig, lane: int, lanes: Collection[int]) -> int | None:
        """Who was in focus in `config`, None where it is not known, or no racer any more; `left` is then kept."""
        if config is left:
            return None
        found = next((kept for race, kept in self._kept if race is config), None)
        # A race that was only edited has whom the hand chose last.
        self._kept = [kept for kept in self._kept if kept[0] is not left]
        if found is None:
            return None
        self.keep(left, lane)
        return found if found == -1 or found in lanes else None


class CrowdMet:
    """Looks at the median of all starts when they become a crowd, of which one says nothing about the others."""

    def __init__(self) -> None:
        #: How many starts there were last; -1: nobody looked yet.
        self._count = -1
        #: The crowd that was met last, and whether its median is looked at because of that.
        self._met, self._turned = 0, False

    def changes(self, starts: int, crowd: bool, look: RaceViewState) -> dict[str, Any]:
        """What to look at otherwise, now that there are so many starts: most often nothing.

        What the hand chose in a crowd holds while that crowd comes and goes (on the timeline, by undo), and what a
        session brings is left alone.
        """
        before, self._count = self._count, starts
        if starts == before:
            return {}
        if crowd:
            met, self._met = self._met, starts
            if before < 0 or look.average or starts == met:
                return {}
            self._turned = True
            return {"average": True, "statistic": "median"}
        if self._turned and look.average:
            self._met, self._turned = 0, False
            return {"average": False}
        return {}
