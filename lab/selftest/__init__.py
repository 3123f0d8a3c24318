"""Every pinned truth, checked on this machine and in this build: ``python -m lab selftest``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lab.core.registry import Family

__all__ = ["TRUTHS", "Finding", "Truth"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the self test: what was compared, how far apart it was, and how far it may be.

    Attributes
    ----------
    subject : str
        What was checked, e.g. ``adam``.
    what : str
        In words, e.g. ``one step from each of torch's 1,000 stored states``.
    error : float
        Largest difference seen, in the units of `tolerance`.
    tolerance : float
        Largest difference allowed.
    reference : str
        Where the truth comes from, e.g. ``torch 2.13.0`` or a paper.
    """

    subject: str
    what: str
    error: float
    tolerance: float
    reference: str

    @property
    def passed(self) -> bool:
        """True when the difference is allowed (a nan never is)."""
        return self.error <= self.tolerance


Truth = Callable[[], Iterable[Finding]]

TRUTHS: Family[Truth] = Family("truths", __name__)
