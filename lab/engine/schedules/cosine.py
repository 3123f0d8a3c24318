"""Half a wave from the full rate down to a floor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.code import ScheduleCode
from lab.engine.schedules import SCHEDULES, ByStep, Rate
from lab.engine.schedules._contract import half_wave, number


@SCHEDULES.register("cosine", title="Cosine")
@dataclass(frozen=True, slots=True)
class Cosine(ByStep):
    """Falls along half a cosine to ``floor`` times the rate at the horizon, where it stays.

    torch.optim.lr_scheduler.CosineAnnealingLR with T_max = horizon and eta_min = floor * eta; torch would rise again
    afterwards.
    """

    floor: float = param(0.0, lo=0, hi=1, effect="live", doc="Share of the rate that is left at the end.")

    latex: ClassVar[str] = r"\eta_t=\role{control}{\eta}\,\frac{1+\cos(\pi t/T)}{2}"
    why: ClassVar[str] = "Long at a high rate, long at a low one, and no corner between: the default of large models."
    source: ClassVar[str] = "Loshchilov & Hutter, ICLR 2017, equation 5, without restarts"

    def code(self) -> ScheduleCode:
        """The factor in plain Python."""
        return ScheduleCode(f"{self.floor!r} + (1 - {self.floor!r}) * 0.5 * (1 + math.cos(math.pi * min(t / T, 1.0)))")

    def factor(self, t: Rate, horizon: int) -> Rate:
        """From 1 at t = 0 to the floor at the horizon."""
        return number(half_wave(np.minimum(np.asarray(t, float) / max(horizon, 1), 1.0), 1.0, self.floor))
