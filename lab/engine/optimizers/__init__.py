"""Optimizers: documented callables that move points of shape (n, d) downhill.

Each optimizer is a frozen dataclass of hyperparameters with two pure methods, `start` and `step`; see `Optimizer`.
"""

from __future__ import annotations

from lab.core.registry import Family
from lab.engine.optimizers._ask import LandscapeAsk
from lab.engine.optimizers._contract import Array, Ask, Draw, Optimizer, Parts, State, StepResult

__all__ = ["OPTIMIZERS", "Array", "Ask", "Draw", "LandscapeAsk", "Optimizer", "Parts", "State", "StepResult"]

OPTIMIZERS: Family[type[Optimizer]] = Family("optimizers", __name__)
