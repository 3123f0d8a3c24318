"""Optimizers: documented callables that move points of shape (n, d) downhill.

Each optimizer is a frozen dataclass of hyperparameters with two pure methods, `start` and `step`; see `Optimizer`.
"""

from __future__ import annotations

from lab.core.registry import Family
from lab.engine.optimizers._ask import LandscapeAsk
from lab.engine.optimizers._clip import clip_by_norm, clip_by_value
from lab.engine.optimizers._contract import (
    Array,
    Ask,
    Draw,
    HasOwnLength,
    HasStableRate,
    Optimizer,
    Parts,
    Rate,
    State,
    StepResult,
)
from lab.engine.optimizers._conventions import CONVENTIONS, in_convention

__all__ = [
    "CONVENTIONS",
    "OPTIMIZERS",
    "Array",
    "Ask",
    "Draw",
    "HasOwnLength",
    "HasStableRate",
    "LandscapeAsk",
    "Optimizer",
    "Parts",
    "Rate",
    "State",
    "StepResult",
    "clip_by_norm",
    "clip_by_value",
    "in_convention",
]

OPTIMIZERS: Family[type[Optimizer]] = Family(
    "optimizers",
    __name__,
    groups=(
        "Gradient descent and momentum",
        "Adaptive",
        "By the sign alone",
        "Second order and line search",
        "Gradient-free",
    ),
)
