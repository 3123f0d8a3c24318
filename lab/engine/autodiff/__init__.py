"""Reverse-mode automatic differentiation over an explicit tape."""

from __future__ import annotations

from lab.engine.autodiff._gate import GATES, Array, Gate, Var
from lab.engine.autodiff._parse import CONSTANTS, FUNCTIONS, nowhere_real, parse
from lab.engine.autodiff._tape import Program, Tape

__all__ = ["CONSTANTS", "FUNCTIONS", "GATES", "Array", "Gate", "Program", "Tape", "Var", "nowhere_real", "parse"]
