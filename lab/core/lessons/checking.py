"""What only shows once a lesson's pages are opened: tasks that are done already, questions without an answer.

`reading` tells of what is wrong with a file as a text; here its states are loaded and its tasks asked of them.
"""

from __future__ import annotations

from collections.abc import Iterator

from lab.core.errors import LabError
from lab.core.lessons.facts import Live
from lab.core.lessons.loading import opened
from lab.core.lessons.model import Ask, Do, Lesson, Load, Question, Step
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.timeline import SnapshotBudget, Timeline


def faults_of(lesson: Lesson, panels: Family[PanelSpec], most_steps: int | None = None) -> Iterator[str]:
    """What is wrong with a lesson once its pages are opened, each with its line.

    A question may have no answer yet (after how many steps a target was reached); what a condition is compared with
    must be of its fact's kind, a number asked must be known when the page opens, and nothing may be done already: a
    task that holds without anybody's doing is none.

    A page without a load is asked of the last state that was loaded; what was done on the pages between can't be known.
    The cost is that of stepping to where each page begins.

    Parameters
    ----------
    lesson : Lesson
        As read from its file.
    panels : Family of PanelSpec
        Where its panel is found.
    most_steps : int, optional
        Pages that begin later than this are passed over, for who can't wait; by default none is.
    """
    load: Load | None = None
    for step in lesson.steps:
        load = step.load or load
        if load is None:
            yield f"line {step.line}: nothing was loaded up to here"
        elif isinstance(step.task, Do | Ask) and (most_steps is None or load.steps <= most_steps):
            try:
                yield from list(_faults_of_page(step, load, lesson.panel, panels))
            except LabError as refused:
                yield f"line {step.line}: the page can't be opened: {refused}"


def _faults_of_page(step: Step, load: Load, panel: str, panels: Family[PanelSpec]) -> Iterator[str]:
    state = opened(load, panel, panels)
    timeline = Timeline(panels[panel].simulation, state.run, SnapshotBudget())
    timeline.seek(load.steps)
    live = Live(state.run, timeline.sim.frame(), state.view)
    task, line = step.task, step.task_line or step.line
    if isinstance(task, Do):
        for question in (condition.question for condition in task.conditions):
            value = question.of(live)
            if value is not None and not isinstance(value, question.fact.kind):
                yield f"line {line}: {question.text} is {value!r}, no {question.fact.kind.__name__}"
        if task.done(live):
            met = " and ".join(condition.text for condition in task.conditions)
            yield f"line {line}: the task is done before anything was done: {met} when the page opens"
    elif isinstance(task, Ask) and isinstance(task.answer, Question):
        answer = task.answer.of(live)
        if not isinstance(answer, float):
            yield f"line {line}: {task.answer.text} has no answer when the page opens"
