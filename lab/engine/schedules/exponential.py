"""A steady decay."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.code import ScheduleCode
from lab.engine.schedules import SCHEDULES, ByStep, Rate
from lab.engine.schedules._contract import number


@SCHEDULES.register("exponential", title="Exponential")
@dataclass(frozen=True, slots=True)
class Exponential(ByStep):
    """Multiplies the rate by the same factor in every step, as torch.optim.lr_scheduler.ExponentialLR.

    With gamma = 0.995 half of the rate is left after 138 steps, and all that the steps can ever add up to is
    eta / (1 - gamma): decaying too fast, a run stops wherever it is.
    """

    gamma: float = param(
        0.995, above=0, hi=1, soft=(0.9, 1.0), symbol="γ", label="Factor", effect="live", doc="Factor in every step."
    )

    latex: ClassVar[str] = r"\eta_t=\role{control}{\eta}\,\role{control}{\gamma}^t"
    why: ClassVar[str] = "A smooth decay has no bad moment for a drop."
    source: ClassVar[str] = "torch.optim.lr_scheduler.ExponentialLR"

    def code(self) -> ScheduleCode:
        """The factor in plain Python."""
        return ScheduleCode(f"{self.gamma!r} ** t")

    def factor(self, t: Rate, horizon: int) -> Rate:
        """Gamma to the power of t."""
        # As an array also where it is one number: NumPy squares scalars another way, and the last bit would depend on
        # whether some start was dropped late.
        return number(np.power(self.gamma, np.atleast_1d(np.asarray(t, float))).reshape(np.shape(t)))
