"""Speed, side by side with references in one run: ``python -m lab bench``.

A benchmark is a file of this package: its functions register under `BENCHES` and yield a `Row` for each number, or a
`Skipped` where a reference or a facility of the system is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lab.core.registry import Family

__all__ = ["BENCHES", "Bench", "Row", "Skipped"]


@dataclass(frozen=True, slots=True)
class Row:
    """One number of the table.

    Attributes
    ----------
    task : str
        What was done, in words.
    size : str
        With how many points, racers, steps.
    ours : float
        What this lab takes, in `unit`.
    unit : str
        "s" (shown as ns, µs, ms or s), "MB", "%" or "" for a count.
    budget : float or None
        The most it may be, in `unit`.
    theirs : float or None
        What the reference took in the same run, for the same work, in `unit`.
    reference : str
        Which reference, e.g. ``torch 2.13.0``.
    """

    task: str
    size: str
    ours: float
    unit: str = "s"
    budget: float | None = None
    theirs: float | None = None
    reference: str = ""

    @property
    def over(self) -> bool:
        """True when there is a budget and it is not kept (a nan never keeps one)."""
        return self.budget is not None and not self.ours <= self.budget

    @property
    def ratio(self) -> float | None:
        """How many times faster this lab is, where there is a reference."""
        return None if self.theirs is None else self.theirs / self.ours


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be measured here, and why."""

    task: str
    why: str


#: Takes whether to be quick (tiny sizes, a single round) and yields what it measured.
Bench = Callable[[bool], Iterable[Row | Skipped]]

BENCHES: Family[Bench] = Family("benches", __name__)
