"""``visual-lab selftest``: every pinned truth, every panel, and the completeness of this build, as one table."""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Iterable, Sequence

from lab import paths
from lab.catalog import load_all
from lab.core.errors import LabError
from lab.selftest import TRUTHS, Finding
from lab.selftest.manifest import completeness

#: What a broken machine or an incomplete build raises. Such a truth has failed and the others still matter; anything
#: else is a fault in the check itself and may end the run.
_BROKEN = (LabError, ImportError, OSError, ArithmeticError, ValueError)
#: What is said of a check that compared nothing.
NOTHING = "nothing was checked"
_TITLES = ("subject", "what", "difference", "allowed", "reference", "")


def run(arguments: argparse.Namespace) -> int:
    """Print all findings; 0 when every one passed, 1 otherwise."""
    findings = gather()
    failed = sum(not f.passed for f in findings)
    if arguments.json:
        print(json.dumps({"passed": not failed, "findings": [_plain(f) for f in findings]}, indent=1))
    else:
        print(table(findings))
        print(f"{len(findings)} checked, {failed} failed")
    return 1 if failed else 0


def gather() -> list[Finding]:
    """All findings: the truths in order of their ids, every panel opened, then the build against its source."""
    families = load_all()
    findings: list[Finding] = []
    for entry in sorted(TRUTHS, key=lambda e: e.id):
        findings += collect(entry.id, entry.item)
    findings += collect("build", lambda: completeness(families, paths.resources()))
    return findings


def collect(subject: str, check: Callable[[], Iterable[Finding]]) -> list[Finding]:
    """What `check` found; one failing finding more where it broke off, and one where it found nothing to check.

    Only the comparison with the build's manifest may be empty, outside of an executable.
    """
    found: list[Finding] = []
    try:
        found.extend(check())
    except _BROKEN as failure:
        found.append(Finding(subject, f"broke off: {type(failure).__name__}: {failure}", math.nan, 0.0, ""))
    if not found and subject != "build":
        found.append(Finding(subject, NOTHING, math.nan, 0.0, ""))
    return found


def table(findings: Sequence[Finding]) -> str:
    """The findings as aligned columns under their titles; numbers to three digits, a line each."""
    rows = [_TITLES, *(_row(f) for f in findings)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_TITLES))]
    numeric = (2, 3)
    lines = []
    for row in rows:
        cells = [c.rjust(w) if i in numeric else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True))]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _row(f: Finding) -> tuple[str, ...]:
    what, reference = (" ".join(text.split()) for text in (f.what, f.reference))
    return f.subject, what, f"{f.error:.3g}", f"{f.tolerance:.3g}", reference, "ok" if f.passed else "FAIL"


def _plain(f: Finding) -> dict[str, object]:
    """As JSON values; a difference that is no finite number becomes null, which JSON can hold."""
    error = f.error if math.isfinite(f.error) else None
    return {
        "subject": f.subject, "what": f.what, "error": error, "tolerance": f.tolerance,
        "reference": f.reference, "passed": f.passed,
    }  # fmt: skip
