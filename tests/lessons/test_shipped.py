"""The shipped lessons: they load, their tasks can be done and are not done by themselves, their answers are right."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator

import pytest

from lab.core import params
from lab.core.lessons import Ask, Choose, Do, Lesson, Live, Load, Step
from lab.core.lessons.loading import opened
from lab.core.lessons.model import Question
from lab.core.lessons.reading import all_lessons
from lab.core.session import PanelState
from lab.core.timeline import Timeline
from lab.panels import PANELS
from lab.ui.typeset import typeset

from .solutions import DONE, SAID, Way
from .states import FOLDER, STATES, text

LESSONS, COMPLAINTS = all_lessons(PANELS)
PAGES = {(lesson.id, step.title): (lesson, i) for lesson in LESSONS for i, step in enumerate(lesson.steps)}
FORMULA = re.compile(r"\$\$(.+?)\$\$|\$(.+?)\$", re.DOTALL)


def pages(kind: type) -> list[tuple[str, str]]:
    return [key for key, (lesson, i) in PAGES.items() if isinstance(lesson.steps[i].task, kind)]


def begun(lesson: Lesson, page: int) -> PanelState:
    """The state a page begins with: its own, or that of the last page before it that has one."""
    loads = [step.load for step in lesson.steps[: page + 1] if step.load is not None]
    return opened(loads[-1], lesson.panel, PANELS)


def states(state: PanelState, way: Way) -> Iterator[Live]:
    """What is seen on the way: from where the page begins to its end, step by step."""
    run, view = state.run, state.view
    if way.config is not None:
        run = run.with_config(way.config(run.config))
    for step, event in way.events:
        Timeline(PANELS[state.panel].simulation, run).sim.accepts(run.config, event)
        run = run.with_event(step, event)
    for name, value in way.looks.items():
        view = params.replace(view, name, value)
    # What is changed at an earlier step makes the race begin anew from there, what only plays goes on.
    first = min([state.cursor, *(step for step, _ in way.events)]) if way.config is None else 0
    timeline = Timeline(PANELS[state.panel].simulation, run)
    for step in range(first, way.to + 1):
        timeline.seek(step)
        yield Live(run, timeline.sim.frame(), view)


def done(task: Do, state: PanelState, way: Way) -> bool:
    return any(task.done(live) for live in states(state, way))


def texts(step: Step) -> Iterator[str]:
    yield step.text
    task = step.task
    if task is not None:
        yield task.text
    if isinstance(task, Do | Ask):
        yield task.hint
    if isinstance(task, Choose):
        for option in task.options:
            yield from (option.text, option.reason)


def test_all_can_be_read() -> None:
    assert COMPLAINTS == ()
    assert len(LESSONS) >= 6
    assert len({lesson.title for lesson in LESSONS}) == len(LESSONS)
    assert [lesson.order for lesson in LESSONS] == sorted(lesson.order for lesson in LESSONS)


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_a_lesson_is_short_and_asks_for_something(lesson: Lesson) -> None:
    assert 5 <= len(lesson.steps) <= 8
    assert len({step.title for step in lesson.steps}) == len(lesson.steps)
    assert lesson.steps[0].load is not None
    assert sum(step.task is not None for step in lesson.steps) >= len(lesson.steps) - 1
    for step in lesson.steps:
        assert len(step.text.split()) <= 90


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.id)
def test_formulas_can_be_typeset(lesson: Lesson) -> None:
    found = [a or b for step in lesson.steps for words in texts(step) for a, b in FORMULA.findall(words)]
    assert found
    for latex in found:
        shown = typeset(latex, 17, "#202020", {})
        assert 0 < shown.width < 520
        # What the typesetter does not know it writes out with its backslash.
        assert latex.count("\\") == 0 or b"\\" not in shown.svg


@pytest.mark.parametrize("name", STATES)
def test_recorded_states_are_what_they_are_said_to_be(name: str) -> None:
    assert (FOLDER / f"{name}.lab.json").read_text(encoding="utf-8") == text(name)


def test_every_state_has_its_page() -> None:
    used = {step.load.session for lesson in LESSONS for step in lesson.steps if step.load is not None}
    assert {text(name) for name in STATES} == used - {""}
    assert {path.name for path in FOLDER.glob("*.lab.json")} == {f"{name}.lab.json" for name in STATES}


def test_every_task_has_its_solution() -> None:
    assert set(pages(Do)) == set(DONE)
    assert set(pages(Ask)) == set(SAID)


@pytest.mark.parametrize("key", pages(Do), ids=lambda key: "/".join(key))
def test_nothing_is_done_before_it_was_done(key: tuple[str, str]) -> None:
    lesson, page = PAGES[key]
    task, state = lesson.steps[page].task, begun(lesson, page)
    assert isinstance(task, Do)
    assert not done(task, state, Way(state.cursor))
    if all(way.changes for way in DONE[key]):
        # Where the hand has to change something, playing alone does not help.
        assert not done(task, state, Way(max(state.horizon, 240)))


@pytest.mark.parametrize(
    ("key", "way"),
    [
        pytest.param(key, way, id=f"{': '.join(key)}, way {i + 1}")
        for key, ways in DONE.items()
        for i, way in enumerate(ways)
    ],
)
def test_everything_can_be_done(key: tuple[str, str], way: Way) -> None:
    lesson, page = PAGES[key]
    task = lesson.steps[page].task
    assert isinstance(task, Do)
    assert task.hint
    assert done(task, begun(lesson, page), way)


@pytest.mark.parametrize("key", pages(Ask), ids=lambda key: "/".join(key))
def test_the_engine_gives_the_answers(key: tuple[str, str]) -> None:
    lesson, page = PAGES[key]
    task, state = lesson.steps[page].task, begun(lesson, page)
    assert isinstance(task, Ask)
    found, answer = SAID[key](), task.answer
    if isinstance(answer, Question):
        # A fact must have its answer when the page is opened, and the same one as without it.
        (live,) = states(state, Way(state.cursor))
        value = answer.of(live)
        assert isinstance(value, float)
        assert value == pytest.approx(found, rel=1e-9)
        return
    allowed = task.tolerance * abs(answer) if task.relative else task.tolerance
    assert abs(found - answer) <= allowed


@pytest.mark.parametrize("key", pages(Choose), ids=lambda key: "/".join(key))
def test_every_option_has_its_reason(key: tuple[str, str]) -> None:
    lesson, page = PAGES[key]
    task = lesson.steps[page].task
    assert isinstance(task, Choose)
    assert len(task.options) >= 3
    assert all(option.reason for option in task.options)


def test_facts_are_quick() -> None:
    """All facts of all conditions together, of a crowd: far below a frame."""
    import time

    state = opened(Load(preset="himmelblau"), "race", PANELS)
    points = tuple((x / 20 - 2.5, y / 20 - 2.5) for x in range(100) for y in range(100))
    run = dataclasses.replace(state.run, config=dataclasses.replace(state.run.config, starts=points))
    live = Live(run, PANELS["race"].simulation(run).frame(), state.view)
    tasks = [lesson.steps[page].task for lesson, page in PAGES.values()]
    conditions = [c for task in tasks if isinstance(task, Do) for c in task.conditions]
    for condition in conditions:
        condition.holds(live)
    began = time.perf_counter()
    for condition in conditions:
        condition.holds(live)
    assert (time.perf_counter() - began) / len(conditions) < 2e-3
