"""From one racer to many: a racer for each value of one parameter."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

from lab.core import params
from lab.engine.optimizers import Optimizer
from lab.sims.race import Entrant, RaceConfig


def swept(
    config: RaceConfig, rule: Optimizer, name: str, values: Sequence[Any], *, replace: bool
) -> tuple[RaceConfig, tuple[int, ...]]:
    """The race with racers of `rule` that differ in one parameter, and their numbers in the order of the values.

    They get numbers that no racer had: what the hand did to the earlier ones (a rate changed mid-run) is not theirs.
    `BadValue` where the rule refuses a value.
    """
    first = max((r.id for r in config.racers), default=-1) + 1
    made = tuple(Entrant(first + i, params.replace(rule, name, value)) for i, value in enumerate(values))
    racers = made if replace else (*config.racers, *made)
    return dataclasses.replace(config, racers=racers), tuple(r.id for r in made)
