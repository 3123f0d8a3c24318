"""Every shipped lesson can be read, each of its pages opened, and whatever its tasks ask of a panel has an answer."""

from __future__ import annotations

from collections.abc import Iterator

from lab.core.lessons.checking import faults_of
from lab.core.lessons.reading import all_lessons
from lab.panels import PANELS
from lab.selftest import TRUTHS, Finding


@TRUTHS.register("lessons", title="Lessons")
def lessons() -> Iterator[Finding]:
    """One finding for all files, and one a lesson; the error counts what is wrong, and none may be."""
    found, complaints = all_lessons(PANELS)
    what = "; ".join(complaints) or f"{len(found)} read"
    yield Finding("lessons", what, float(len(complaints) + (not found)), 0.0, "the lessons' own format")
    for lesson in found:
        faults = list(faults_of(lesson, PANELS))
        what = "; ".join(faults) or f"{len(lesson.steps)} pages opened, their tasks' questions answered"
        yield Finding(f"lesson {lesson.id}", what, float(len(faults)), 0.0, f"facts of {lesson.panel}")
