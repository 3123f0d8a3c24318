"""The checks of one algorithm, for the panel that has it in focus.

`prove` is a `lab.core.proof.Prover`: the application hands it to the window, so that no panel needs to know the self
test. It runs the very checks that ``visual-lab selftest`` runs, of what is asked for and of nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial

import numpy as np

from lab.core.proof import Finding, Proof, Subject
from lab.core.registry import FAMILIES
from lab.core.ticket import Ticket
from lab.engine.landscapes import LANDSCAPES, Array, Landscape
from lab.selftest import landscapes, optimizers, schedules, theory
from lab.selftest._differences import REACH, central, sample, spacing
from lab.selftest.command import NOTHING, collect

LIBRARIES = ("torch", "keras")
#: Where the same differences with half the distance between the points differ by more, they can't judge.
TRUSTED = 1e-10


def prove(ticket: Ticket, subjects: tuple[Subject, ...]) -> tuple[Proof, ...]:
    """Check each subject now; a check that breaks off is a finding that failed.

    Costs some 20 ms for each thousand stored steps of a rule, and about 1 ms for a landscape (40 ms for the slice
    through a network). Raises `Cancelled` between two findings when nobody wants the answer any more.
    """
    found = []
    for subject in subjects:
        ticket.check()
        found.append(_proof(ticket, subject))
    return tuple(found)


def _proof(ticket: Ticket, subject: Subject) -> Proof:
    title = FAMILIES[subject.kind].entry(subject.id).title
    checks = CHECKS.get(subject.kind)
    findings: list[Finding] = []
    if checks is not None:
        for check in checks(subject):
            # One that finds nothing has nothing stored for this subject, which is no failure.
            found = collect(subject.id, partial(_watched, ticket, check))
            findings += [f for f in found if f.what != NOTHING]
    return Proof(subject, title, _against(findings), tuple(findings))


def _watched(ticket: Ticket, check: Callable[[], Iterable[Finding]]) -> Iterator[Finding]:
    for finding in check():
        ticket.check()
        yield finding


Check = Callable[[], Iterable[Finding]]


def _of_optimizer(subject: Subject) -> Iterator[Check]:
    """Its convention's library first; where no library has the rule, what theory says of it."""
    convention = subject.variant if isinstance(subject.variant, str) else None
    known = False
    for library in sorted(LIBRARIES, key=lambda name: name != convention):
        runs = optimizers.stored(library)[0]["runs"]
        if any(run["id"] == subject.id for run in runs):
            known = True
            yield partial(_of_rule, library, subject.id, convention)
    if not known:
        yield partial(theory.facts, subject.id)


def _of_rule(library: str, id: str, convention: str | None) -> Iterator[Finding]:
    """Without the gradients along the way: those are the landscape's, and checked there."""
    return (f for f in optimizers.against(library, id, convention) if f.subject not in LANDSCAPES)


def _of_landscape(subject: Subject) -> Iterator[Check]:
    """Derivatives and critical points as it stands; published numbers only mean its default parameters."""
    cls = LANDSCAPES[subject.id]
    usual = cls()
    landscape: Landscape = subject.variant if isinstance(subject.variant, cls) else usual
    points = _judged(landscape)
    if len(points):
        yield partial(landscapes.derivatives, subject.id, landscape, points)
    if landscape.critical_points:
        yield partial(landscapes.critical_points, subject.id, landscape)
    if landscape == usual and (subject.id in landscapes.LOSSES or subject.id in landscapes.GLOBAL_MINIMA):
        yield partial(landscapes.published, subject.id, landscape)


def _of_schedule(subject: Subject) -> Iterator[Check]:
    runs = schedules.stored()[0]["runs"]
    if any(run["id"] == subject.id for run in runs):
        yield partial(schedules.against_torch, subject.id)


#: Family -> the checks of one of its items, each given its findings as it goes. A panel that has something of another
#: kind in focus finds its checks here.
CHECKS: dict[str, Callable[[Subject], Iterator[Check]]] = {
    "optimizers": _of_optimizer,
    "landscapes": _of_landscape,
    "schedules": _of_schedule,
}


def _judged(landscape: Landscape) -> Array:
    """The points of a sample at which differences are good to the last digits.

    A typed formula may have kinks and holes that nobody declared, and steep parameters have little room for h: there
    the differences themselves are wrong, which shows when h is halved.
    """
    h = spacing(landscape)
    points = sample(landscape, landscapes.POINTS, seed=0, margin=2 * REACH * h)
    with np.errstate(all="ignore"):
        good = np.ones(len(points), dtype=bool)
        for f in (landscape.value, landscape.gradient):
            wide, narrow = central(f, points, h), central(f, points, h / 2)
            axes = tuple(range(1, wide.ndim))
            apart = np.abs(wide - narrow).max(axis=axes) / (1.0 + np.abs(narrow).max(axis=axes))
            good &= apart <= TRUSTED
    return points[good]


def _against(findings: Iterable[Finding]) -> str:
    """The kind of truth in a word or two: ``torch 2.13`` of ``torch 2.13.0+cpu``; the first reference decides."""
    for finding in findings:
        library = re.match(r"(\w+) (\d+\.\d+)", finding.reference)
        if library and library[1] in LIBRARIES:
            return f"{library[1]} {library[2]}"
        return "theory" if finding.reference.startswith("theory") else "differences"
    return ""
