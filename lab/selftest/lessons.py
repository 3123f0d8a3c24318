"""Every shipped lesson can be read, each of its pages opened, and whatever its tasks ask of a panel has an answer."""

from __future__ import annotations

from collections.abc import Iterator

from lab.core.lessons import Ask, Do, Lesson, Live, Load
from lab.core.lessons.loading import opened
from lab.core.lessons.model import Question
from lab.core.lessons.reading import all_lessons
from lab.core.timeline import Timeline
from lab.panels import PANELS
from lab.selftest import TRUTHS, Finding


@TRUTHS.register("lessons", title="Lessons")
def lessons() -> Iterator[Finding]:
    """One finding for all files, and one a lesson; the error counts what is wrong, and none may be."""
    found, complaints = all_lessons(PANELS)
    what = "; ".join(complaints) or f"{len(found)} read"
    yield Finding("lessons", what, float(len(complaints) + (not found)), 0.0, "the lessons' own format")
    for lesson in found:
        faults = list(faults_of(lesson))
        what = "; ".join(faults) or f"{len(lesson.steps)} pages opened, their tasks' questions answered"
        yield Finding(f"lesson {lesson.id}", what, float(len(faults)), 0.0, f"facts of {lesson.panel}")


def faults_of(lesson: Lesson) -> Iterator[str]:
    """What is wrong with a lesson once its pages are opened, by the line at which the page begins.

    A question may have no answer yet (after how many steps a target was reached); what a condition is compared with
    must be of its fact's kind, a number asked must be known when the page opens, and nothing may be done already.
    """
    load: Load | None = None
    for step in lesson.steps:
        load = step.load or load
        if load is None:
            yield f"line {step.line}: nothing was loaded up to here"
            continue
        state = opened(load, lesson.panel, PANELS)
        timeline = Timeline(PANELS[lesson.panel].simulation, state.run)
        timeline.seek(load.steps)
        live = Live(state.run, timeline.sim.frame(), state.view)
        if isinstance(step.task, Do):
            for question in (condition.question for condition in step.task.conditions):
                value = question.of(live)
                if value is not None and not isinstance(value, question.fact.kind):
                    yield f"line {step.line}: {question.text} is {value!r}, no {question.fact.kind.__name__}"
            if step.task.done(live):
                yield f"line {step.line}: done before anything was done"
        elif isinstance(step.task, Ask) and isinstance(step.task.answer, Question):
            answer = step.task.answer.of(live)
            if not isinstance(answer, float):
                yield f"line {step.line}: {step.task.answer.text} has no answer when the page opens"
