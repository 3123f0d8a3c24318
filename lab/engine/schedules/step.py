"""A drop every so many steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.code import ScheduleCode
from lab.engine.schedules import SCHEDULES, ByStep, Rate
from lab.engine.schedules._contract import number


@SCHEDULES.register("step", title="Step")
@dataclass(frozen=True, slots=True)
class Step(ByStep):
    """Multiplies the rate by a factor after every ``every`` steps, as torch.optim.lr_scheduler.StepLR."""

    every: int = param(200, lo=1, soft=(1, 2000), log=True, effect="live", doc="Steps between two drops.")
    factor_per_drop: float = param(
        0.5, above=0, soft=(0.1, 1.0), symbol="γ", label="Factor", effect="live", doc="Factor at every drop."
    )

    latex: ClassVar[str] = r"\eta_t=\role{control}{\eta}\,\role{control}{\gamma}^{\lfloor t/k\rfloor}"
    why: ClassVar[str] = "Go fast until nothing is gained, then drop: the oldest recipe for training networks."
    source: ClassVar[str] = "torch.optim.lr_scheduler.StepLR"

    def code(self) -> ScheduleCode:
        """The factor in plain Python."""
        return ScheduleCode(f"{self.factor_per_drop!r} ** (t // {self.every})")

    def factor(self, t: Rate, horizon: int) -> Rate:
        """The factor to the power of drops so far."""
        return number(np.power(self.factor_per_drop, np.floor_divide(t, self.every)))
