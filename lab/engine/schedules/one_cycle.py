"""Up to a high rate and down to a very low one, once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.schedules import SCHEDULES, ByStep, Rate
from lab.engine.schedules._contract import half_wave, number


@SCHEDULES.register("one_cycle", title="One cycle")
@dataclass(frozen=True, slots=True)
class OneCycle(ByStep):
    """Smith's 1cycle policy: from eta / ``start_divisor`` up to eta, then down to that start over ``end_divisor``.

    As torch.optim.lr_scheduler.OneCycleLR with max_lr = eta, total_steps = horizon and cosine halves: the peak is
    reached in step ``rise`` * horizon - 1, the end in step horizon - 1. Momentum is left alone.
    """

    rise: float = param(0.3, above=0, below=1, soft=(0.05, 0.95), effect="live", doc="Share of the run until the peak.")
    start_divisor: float = param(
        25.0, lo=1, soft=(1.0, 100.0), log=True, effect="live", doc="The first rate is the peak divided by this."
    )
    end_divisor: float = param(
        1e4, lo=1, soft=(1.0, 1e6), log=True, effect="live", doc="The last rate is the first one divided by this."
    )

    latex: ClassVar[str] = (
        r"\frac{\role{control}{\eta}}{d_0}\ \to\ \role{control}{\eta}\ \to\ \frac{\role{control}{\eta}}{d_0\,d_1}"
    )
    why: ClassVar[str] = "A time at a rate almost too high finds a wide valley; the long end settles in it."
    source: ClassVar[str] = "Smith & Topin, arXiv:1708.07120, as torch.optim.lr_scheduler.OneCycleLR"

    def factor(self, t: Rate, horizon: int) -> Rate:
        """Two half waves."""
        t = np.asarray(t, float)
        peak = self.rise * horizon - 1.0
        end = horizon - 1.0
        first = 1.0 / self.start_divisor
        # A horizon of a few steps may have its peak before the first one.
        up = np.clip(t / peak, 0.0, 1.0) if peak > 0 else np.ones_like(t)
        down = np.clip((t - peak) / (end - peak), 0.0, 1.0) if end > peak else np.ones_like(t)
        falling = half_wave(down, 1.0, first / self.end_divisor)
        return number(np.where(t <= peak, half_wave(up, first, 1.0), falling))
