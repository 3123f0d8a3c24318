"""Learning-rate schedules: what becomes of the learning rate while a run goes on.

Each schedule is a frozen dataclass with two pure methods, `start` and `rate`; see `Schedule`.
"""

from __future__ import annotations

from lab.core.registry import Family
from lab.engine.schedules._contract import Array, ByStep, Rate, Schedule, State

__all__ = ["SCHEDULES", "Array", "ByStep", "Rate", "Schedule", "State"]

SCHEDULES: Family[type[Schedule]] = Family("schedules", __name__)
