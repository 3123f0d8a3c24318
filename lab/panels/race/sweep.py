"""From one racer to many: a racer for each value of one parameter."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from lab.core import params
from lab.engine.optimizers import Optimizer
from lab.sims.race import Entrant, RaceConfig


def unused(*races: RaceConfig | None) -> int:
    """The least number above those of all racers of these races.

    The race pinned as a ghost is among them: under a number of its own a new racer is not taken for an old one.
    """
    return max((racer.id for race in races if race is not None for racer in race.racers), default=-1) + 1


def swept(
    config: RaceConfig, rule: Optimizer, name: str, values: Sequence[Any], *, replace: bool, first: int | None = None
) -> tuple[RaceConfig, tuple[int, ...]]:
    """The race with racers of `rule` that differ in one parameter, and their numbers in the order of the values.

    They are numbered from `first` on, or else above all that race: what the hand did to the earlier ones (a rate
    changed mid-run) is not theirs. `BadValue` where the rule refuses a value.
    """
    first = unused(config) if first is None else first
    made = tuple(Entrant(first + i, params.replace(rule, name, value)) for i, value in enumerate(values))
    racers = made if replace else (*config.racers, *made)
    return dataclasses.replace(config, racers=racers), tuple(r.id for r in made)
