"""What a check of an algorithm says: which truth it was compared with, and how far apart the two were.

A panel names what it has in focus (`Subject`), something that knows the pinned truths answers with a `Proof`, and the
shell shows it. Neither needs to know the other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from lab.core.ticket import Ticket


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


@dataclass(frozen=True, slots=True)
class Subject:
    """An algorithm in focus.

    Attributes
    ----------
    kind, id : str
        Its family and its id there: ``optimizers``, ``adam``.
    variant : hashable
        What else decides which checks apply, and nothing more: the convention of a rule, a landscape with its
        parameters. Whatever changes it has the subject checked anew.
    """

    kind: str
    id: str
    variant: Hashable = None


@dataclass(frozen=True, slots=True)
class Proof:
    """All that was found of one subject, just now and on this machine.

    Attributes
    ----------
    subject : Subject
        Whom it is about.
    title : str
        Its name for people.
    against : str
        What kind of truth the checks use, short enough for a status line: ``torch 2.13``, ``theory``; empty where the
        self test has no check of it.
    findings : tuple of Finding
        What was compared.
    """

    subject: Subject
    title: str
    against: str
    findings: tuple[Finding, ...]

    @property
    def failed(self) -> tuple[Finding, ...]:
        """Differences larger than allowed."""
        return tuple(f for f in self.findings if not f.passed)

    @property
    def largest(self) -> float:
        """The largest difference seen; nan where there is none, or where one is not a number."""
        if not self.findings or any(f.error != f.error for f in self.findings):
            return float("nan")
        return max(f.error for f in self.findings)


#: Checks subjects: `Prover(ticket, subjects)` runs in a thread and looks at its ticket between two checks.
Prover = Callable[[Ticket, tuple[Subject, ...]], tuple[Proof, ...]]
