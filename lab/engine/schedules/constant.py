"""The same learning rate throughout."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from lab.engine.schedules import SCHEDULES, ByStep, Rate


@SCHEDULES.register("constant", title="Constant")
@dataclass(frozen=True, slots=True)
class Constant(ByStep):
    """eta_t = eta."""

    latex: ClassVar[str] = r"\eta_t=\role{control}{\eta}"
    why: ClassVar[str] = "Nothing to tune and nothing to hide: what happens is the optimizer's own doing."
    source: ClassVar[str] = "the rule itself"

    def factor(self, t: Rate, horizon: int) -> Rate:
        """1."""
        return 1.0
