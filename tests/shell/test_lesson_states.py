"""Which state stands in the panel while a page is read, how fast it is played, and what was done before it came."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from lesson_fixtures import LESSON, STEP, asked, run_to
from PySide6.QtCore import Qt
from shell_fixtures import key, settle

from lab.core.lessons import Do, Fact, Lesson, Load, Step
from lab.core.lessons.model import Condition
from lab.core.session import Session, fresh, to_json
from lab.panels import PANELS
from lab.ui.lessons.sitting import AFTER, BEFORE, OTHER
from lab.ui.lessons.tasks import HELD
from lab.ui.widgets import Text

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


def wants(step: float) -> Do:
    return Do("Play.", (Condition(asked("step", STEP), ">=", step),))


def paced(speed: float, preset: str = "saddle") -> Load:
    state = dataclasses.replace(fresh("race", PANELS["race"], preset), speed=speed)
    return Load(session=to_json(Session((state,))))


def lesson(*steps: Step) -> Lesson:
    return Lesson("states", "States", "", "race", 1, steps)


def words(task: Any) -> list[str]:
    return [text.text() for text in task.findChildren(Text)]


# -- undone ----------------------------------------------------------------------------------------------------


def test_undo_past_a_page_says_so_and_offers_to_load_it_again(taught: Any) -> None:
    card = taught.card
    assert not card._astray.isVisible()
    taught.experiment.undo()
    settle()
    assert taught.view.header.presets.value == "himmelblau"
    assert card._astray.isVisible()
    assert card._astray.text() == BEFORE
    assert card.reset.text() == "Load page"
    assert card.reset.property("kind") == "primary"
    # The race of before is not what the task is about.
    run_to(taught, 9)
    assert not card.task.done
    card.reset.click()
    settle()
    assert taught.view.header.presets.value == "ravine"
    assert card.astray == ""
    assert not card._astray.isVisible()
    assert card.reset.text() == "Reset page"
    assert not card.task.done
    run_to(taught, 9)
    assert card.task.done


def test_redo_brings_the_page_back(taught: Any) -> None:
    key(taught.view.stage, K.Key_Z, CTRL)
    settle()
    assert taught.card.astray == BEFORE
    key(taught.view.stage, K.Key_Y, CTRL)
    settle()
    assert taught.card.astray == ""
    run_to(taught, 6)
    assert taught.card.task.done


def test_what_is_done_on_a_page_is_undone_without_leaving_it(taught: Any) -> None:
    taught.experiment.set_seed(7)
    taught.experiment.undo()
    settle()
    assert taught.card.astray == ""


def test_undone_to_the_page_before_that_one_stands(taught: Any) -> None:
    taught.sitting.turn_to(2)
    taught.experiment.undo()
    settle()
    assert taught.card.astray == BEFORE
    taught.lessons.go_back()
    taught.lessons.go_back()
    settle()
    assert taught.view.header.presets.value == "ravine"
    assert taught.card.astray == ""


def test_a_page_that_goes_on_from_another_offers_the_state_of_that(taught: Any) -> None:
    taught.lessons.go_on()
    settle()
    assert not taught.card.reset.isVisible()
    taught.experiment.undo()
    settle()
    assert taught.card.astray == BEFORE
    assert taught.card.reset.isVisible()
    taught.card.reset.click()
    settle()
    assert taught.sitting.page == 1
    assert taught.view.header.presets.value == "ravine"
    assert not taught.card.reset.isVisible()


def test_work_that_came_back_by_undo_is_told_to_be_one_undo_away_again(race: Any) -> None:
    race.experiment.set_seed(7)
    race.lessons.library._read = ((LESSON,), ())
    card = race.lessons.open(LESSON).card
    race.experiment.undo()
    race.view.notice.hide()
    card.reset.click()
    assert race.view.notice.isVisible()


def test_who_begins_in_the_middle_gets_the_state_that_the_page_goes_on_from(race: Any) -> None:
    race.lessons.open(LESSON, page=1)
    settle()
    assert race.view.header.presets.value == "ravine"


def test_a_page_left_behind_says_that_a_later_one_stands_there_also_folded(taught: Any) -> None:
    taught.sitting.turn_to(2)
    taught.sitting.turn_to(0)
    settle()
    assert taught.card._astray.text() == AFTER
    taught.card.lie_flat(True)
    taught.card.set_folded(True)
    settle()
    assert taught.card.line.toolTip() == AFTER


# -- another experiment ----------------------------------------------------------------------------------------


def test_a_preset_in_the_middle_of_a_lesson_is_told_and_the_page_offered(taught: Any) -> None:
    taught.view.choose_preset("saddle")
    settle()
    assert taught.card._astray.text() == OTHER
    assert taught.card.reset.text() == "Load page"
    taught.experiment.undo()
    settle()
    assert taught.card.astray == ""
    taught.experiment.redo()
    settle()
    assert taught.card.astray == OTHER
    taught.card.reset.click()
    settle()
    assert taught.view.header.presets.value == "ravine"
    assert taught.card.astray == ""
    taught.experiment.undo()
    settle()
    assert taught.card.astray == OTHER
    # A page that loads its own state is its own again, and so is one that goes on from it.
    taught.sitting.turn_to(2)
    assert taught.card.astray == ""


def test_a_page_that_goes_on_can_get_back_what_a_preset_replaced(taught: Any) -> None:
    taught.lessons.go_on()
    taught.view.choose_preset("saddle")
    settle()
    assert taught.card.reset.isVisible()
    taught.card.reset.click()
    settle()
    assert taught.view.header.presets.value == "ravine"
    assert not taught.card.reset.isVisible()


def test_undoing_a_preset_leaves_looks_as_they_are(taught: Any) -> None:
    taught.view.choose_preset("saddle")
    taught.view.set_look(contours=False)
    taught.experiment.undo()
    settle()
    assert not taught.experiment.view_state.contours


def test_a_task_to_choose_a_preset_can_be_done(race: Any) -> None:
    word = Fact("The landscape.", lambda live: type(live.run.config.landscape).__name__, kind=str)
    task = Do("Choose the saddle.", (Condition(asked("landscape", word), "=", "Saddle"),))
    sitting = race.lessons.open(lesson(Step("A", "", Load(preset="ravine"), task)))
    settle()
    race.view.choose_preset("saddle")
    settle()
    assert sitting.card.task.done


# -- speed -----------------------------------------------------------------------------------------------------


def test_a_recorded_page_is_played_as_fast_as_it_was_recorded(race: Any, tmp_path: Any) -> None:
    race.lessons.record()
    recorder = next(iter(race.lessons._recorders.values()))
    race.experiment.set_speed(2.0)
    recorder.card.page_title.setText("Slowly")
    recorder.card.add.click()
    assert recorder.card.said.text() == "Page 1 begins at step 0, at 2 steps a second."
    race.experiment.set_speed(30.0)
    recorder.card.title.setText("Slow")
    assert recorder.write(tmp_path / "slow.md")
    race.lessons.open(recorder._draft)
    settle()
    assert race.experiment.speed == 2.0
    assert race.transport.speed.value == 2.0


def test_a_page_without_a_pace_is_played_as_the_hand_wants(race: Any) -> None:
    pages = lesson(Step("A", "", Load(preset="ravine")), Step("B", "", paced(1.0)), Step("C", "", paced(30.0)))
    race.experiment.set_speed(5.0)
    race.lessons.open(pages)
    assert race.experiment.speed == 5.0
    race.lessons.go_on()
    assert race.experiment.speed == 1.0
    race.lessons.go_on()
    assert race.experiment.speed == 5.0
    race.experiment.undo()
    assert race.experiment.speed == 1.0
    race.experiment.set_speed(10.0)
    race.lessons.reset()
    assert race.experiment.speed == 10.0
    race.experiment.undo()
    race.experiment.undo()
    assert race.experiment.speed == 10.0
    settle()


# -- done already ----------------------------------------------------------------------------------------------


def test_a_task_that_holds_when_its_page_opens_says_so(race: Any) -> None:
    late = lesson(Step("Late", "", Load(preset="ravine", steps=8), wants(5)))
    task = race.lessons.open(late).card.task
    settle()
    assert task.done
    assert HELD in words(task)


def test_also_after_a_long_way_there(race: Any) -> None:
    late = lesson(Step("Late", "", Load(preset="ravine", steps=200), wants(150)))
    task = race.lessons.open(late).card.task
    assert not task.done
    for _ in range(50):
        race.player.tick(0.02)
    settle()
    assert task.done
    assert HELD in words(task)


def test_also_where_the_page_before_has_left_it_so(race: Any) -> None:
    pages = lesson(Step("A", "", Load(preset="ravine"), wants(5)), Step("B", "", None, wants(3)))
    first = race.lessons.open(pages).card.task
    run_to(race, 6)
    assert first.done
    assert HELD not in words(first)
    race.lessons.go_on()
    settle()
    task = race.lessons.at_hand.card.task
    assert task.done
    assert HELD in words(task)


@pytest.mark.parametrize("again", [False, True])
def test_what_a_hand_did_is_not_said_to_have_held(taught: Any, again: bool) -> None:
    if again:
        taught.card.reset.click()
    run_to(taught, 6)
    assert taught.card.task.done
    assert HELD not in words(taught.card.task)
