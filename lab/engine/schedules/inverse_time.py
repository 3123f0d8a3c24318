"""The decay of stochastic approximation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.code import ScheduleCode
from lab.engine.schedules import SCHEDULES, ByStep, Rate
from lab.engine.schedules._contract import number


@SCHEDULES.register("inverse_time", title="1 / t")
@dataclass(frozen=True, slots=True)
class InverseTime(ByStep):
    """Half of the rate after ``half_time`` steps, a third after twice as many.

    Its sum is infinite and the sum of its squares finite, which is what Robbins and Monro ask for: far enough to reach
    any point, calm enough to forget the noise.
    """

    half_time: float = param(
        100.0,
        above=0,
        soft=(1.0, 10000.0),
        log=True,
        symbol="k",
        effect="live",
        doc="Steps until half of it is left.",
    )

    latex: ClassVar[str] = r"\eta_t=\frac{\role{control}{\eta}}{1+t/\role{control}{k}}"
    why: ClassVar[str] = "With noisy gradients it arrives for certain: slow enough to get there, fast enough to settle."
    source: ClassVar[str] = "Robbins & Monro, Annals of Mathematical Statistics 22 (1951)"

    def code(self) -> ScheduleCode:
        """The factor in plain Python."""
        return ScheduleCode(f"1 / (1 + t / {self.half_time!r})")

    def factor(self, t: Rate, horizon: int) -> Rate:
        """1 / (1 + t / half_time)."""
        return number(1.0 / (1.0 + np.asarray(t, float) / self.half_time))
