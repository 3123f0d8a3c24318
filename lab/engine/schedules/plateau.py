"""A drop whenever the loss has stopped falling."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from lab.core.params import param
from lab.engine.schedules import SCHEDULES, Array, Rate, State


@SCHEDULES.register("plateau", title="Reduce on plateau")
@dataclass(frozen=True, slots=True)
class ReduceOnPlateau:
    """Multiplies the rate by a factor once the loss has not improved for more than ``patience`` steps.

    Improved means: below (1 - threshold) times the best so far, for a positive best. After a drop, bad steps are not
    counted for ``cooldown`` steps. Every row has its own loss and so its own rate. As
    torch.optim.lr_scheduler.ReduceLROnPlateau in its relative mode, which suits losses above 0 (with a best below 0
    the bar lies above it): hand in the loss above the lowest one known. The horizon plays no part.
    """

    factor_per_drop: float = param(
        0.1, above=0, below=1, soft=(0.05, 0.95), symbol="γ", label="Factor", effect="live", doc="Factor at every drop."
    )
    patience: int = param(10, lo=0, soft=(0, 200), effect="live", doc="Steps without improvement that are tolerated.")
    threshold: float = param(
        1e-4, lo=0, below=1, soft=(0.0, 0.1), effect="live", doc="Share by which the best loss must be beaten."
    )
    cooldown: int = param(0, lo=0, soft=(0, 200), effect="live", doc="Steps after a drop in which none is counted.")
    floor: float = param(0.0, lo=0, hi=1, effect="live", doc="Share of the rate below which it does not fall.")

    latex: ClassVar[str] = (
        r"\eta_{t+1}=\role{control}{\gamma}\,\eta_t\quad\mathrm{after}\ \role{control}{p}\ \mathrm{idle\ steps}"
    )
    why: ClassVar[str] = "The loss itself says when a high rate has done what it can."
    source: ClassVar[str] = "torch.optim.lr_scheduler.ReduceLROnPlateau"

    #: Drops smaller than this are not made, as in torch.
    LEAST_DROP: ClassVar[float] = 1e-8

    def start(self, rows: int) -> State:
        """The ``best`` loss inf, ``bad`` steps and ``waiting`` steps 0, the ``factor`` 1; all of shape (rows, 1)."""
        zeros = np.zeros((rows, 1))
        return {"best": zeros + np.inf, "bad": zeros, "waiting": zeros, "factor": zeros + 1.0}

    def rate(self, base: Rate, t: Rate, horizon: int, loss: Array, state: State) -> tuple[Rate, State]:
        """Look at the loss, drop if it is time; shape (n, 1)."""
        seen = loss[:, None]
        better = seen < state["best"] * (1.0 - self.threshold)
        best = np.where(better, seen, state["best"])
        bad = np.where(better, 0.0, state["bad"] + 1.0)
        cooling = state["waiting"] > 0
        waiting = np.where(cooling, state["waiting"] - 1.0, 0.0)
        bad = np.where(cooling, 0.0, bad)
        drop = bad > self.patience
        lower = np.maximum(state["factor"] * self.factor_per_drop, self.floor)
        factor = np.where(drop & (base * (state["factor"] - lower) > self.LEAST_DROP), lower, state["factor"])
        waiting = np.where(drop, float(self.cooldown), waiting)
        after = {"best": best, "bad": np.where(drop, 0.0, bad), "waiting": waiting, "factor": factor}
        return base * factor, after
