"""What of the race the self test can check: the rule in focus, the landscape it runs on, its schedule."""

from __future__ import annotations

from collections.abc import Hashable
from typing import cast

from lab.core.proof import Subject
from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers import OPTIMIZERS
from lab.engine.schedules import SCHEDULES
from lab.engine.schedules.constant import Constant
from lab.sims.race import RaceConfig, RaceFrame


def subjects(frame: RaceFrame, lane: int, config: RaceConfig) -> tuple[Subject, ...]:
    """The rule of the racer in focus (in its library's convention), the landscape as it stands, and the schedule."""
    # Every landscape is a frozen dataclass of numbers and words.
    landscape = cast(Hashable, config.landscape)
    found = [Subject("landscapes", LANDSCAPES.id_of(type(config.landscape)), landscape)]
    if lane in frame.lanes:
        optimizer = frame.optimizers[frame.lanes.index(lane)]
        convention = getattr(optimizer, "convention", None)
        found.insert(0, Subject("optimizers", OPTIMIZERS.id_of(type(optimizer)), convention))
    if not isinstance(config.schedule, Constant):
        found.append(Subject("schedules", SCHEDULES.id_of(type(config.schedule))))
    return tuple(found)
