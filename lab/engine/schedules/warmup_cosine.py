"""A linear rise, then half a wave down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.code import ScheduleCode
from lab.engine.schedules import SCHEDULES, ByStep, Rate
from lab.engine.schedules._contract import half_wave, number


@SCHEDULES.register("warmup_cosine", title="Warm-up and cosine")
@dataclass(frozen=True, slots=True)
class WarmupCosine(ByStep):
    """Rises linearly from ``first`` times the rate over the first share of the run, then falls as `Cosine` does.

    torch's SequentialLR of LinearLR and CosineAnnealingLR. With a warm-up of w steps (the share of the horizon,
    rounded) the full rate is reached in step w.
    """

    warmup: float = param(0.1, lo=0, below=1, effect="live", doc="Share of the run over which the rate rises.")
    first: float = param(
        0.1, above=0, hi=1, effect="live", label="First rate", doc="Share of the rate in the first step."
    )
    floor: float = param(0.0, lo=0, hi=1, effect="live", doc="Share of the rate that is left at the end.")

    latex: ClassVar[str] = (
        r"\eta_t=\role{control}{\eta}\,\min\left(\frac{t}{w},\ \frac{1+\cos(\pi(t-w)/(T-w))}{2}\right)"
    )
    why: ClassVar[str] = "Adaptive scales know nothing in the first steps: start small until they do."
    source: ClassVar[str] = "Goyal et al., arXiv:1706.02677, section 2.2; Loshchilov & Hutter, ICLR 2017"

    def code(self) -> ScheduleCode:
        """The factor in plain Python."""
        return ScheduleCode(
            f"{self.first!r} + (1 - {self.first!r}) * t / max(rise, 1) if t < rise else "
            f"{self.floor!r} + (1 - {self.floor!r}) * 0.5 * (1 + math.cos(math.pi * share))",
            (f"rise = round({self.warmup!r} * T)", "share = min(max((t - rise) / max(T - rise, 1), 0.0), 1.0)"),
        )

    def factor(self, t: Rate, horizon: int) -> Rate:
        """From ``first`` up to 1, then down to the floor at the horizon."""
        t = np.asarray(t, float)
        rise = round(self.warmup * horizon)
        climbing = self.first + (1.0 - self.first) * t / max(rise, 1)
        share = np.clip((t - rise) / max(horizon - rise, 1), 0.0, 1.0)
        return number(np.where(t < rise, climbing, half_wave(share, 1.0, self.floor)))
