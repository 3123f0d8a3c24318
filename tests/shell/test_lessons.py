"""Lessons as a user meets them: opened, done by touching the panel, answered, undone, remembered."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from lesson_fixtures import BROKEN, LAYER, LESSON, NEXT, RACERS, asked, run_to
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from shell_fixtures import click, key, settle

from lab.core.lessons import Ask, Choose, Do, Lesson, Load, Option, Step
from lab.core.lessons.model import Condition
from lab.core.session import Session, to_json
from lab.ui.lessons.answers import AskView, ChooseView, number_in
from lab.ui.lessons.ending import Ending
from lab.ui.lessons.tasks import DoView

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


# -- opening and turning pages ---------------------------------------------------------------------------------


def test_the_first_page_loads_its_state_as_one_act(race: Any) -> None:
    before = race.experiment.run
    race.lessons.library._read = ((LESSON, NEXT), ())
    race.lessons.open(LESSON)
    settle()
    assert race.view.header.presets.value == "ravine"
    assert race.experiment.history.undo_label == "Lesson: Why momentum overtakes, page 1"
    race.experiment.undo()
    assert race.experiment.run is before
    assert race.experiment.history.undo_label is None


def test_undo_brings_back_work_with_its_looks_and_redo_the_page(race: Any) -> None:
    race.lessons.library._read = ((LESSON, NEXT), ())
    race.view.set_look(basins=True)
    race.experiment.seek(7)
    run, look = race.experiment.run, race.experiment.view_state
    race.lessons.open(LESSON)
    page = race.experiment.run
    assert not race.experiment.view_state.basins
    race.experiment.undo()
    assert race.experiment.run is run
    assert race.experiment.step == 7
    assert race.experiment.view_state.basins
    assert race.experiment.view_state.focus_lane == look.focus_lane
    race.experiment.redo()
    assert race.experiment.run is page
    assert not race.experiment.view_state.basins
    settle()


def test_forward_loads_once_and_back_leaves_the_panel_alone(taught: Any) -> None:
    taught.lessons.go_on()
    taught.lessons.go_on()
    assert taught.view.header.presets.value == "saddle"
    assert taught.experiment.step == 12
    run_to(taught, 30)
    taught.lessons.go_back()
    taught.lessons.go_on()
    assert taught.experiment.step == 30
    taught.card.reset.click()
    assert taught.experiment.step == 12
    taught.sitting.turn_to(0)
    assert taught.view.header.presets.value == "saddle"
    assert taught.card.reset.text() == "Load page"
    taught.card.reset.click()
    assert taught.view.header.presets.value == "ravine"
    assert taught.card.reset.text() == "Reset page"
    # Its load has put away what later pages had left: they load theirs again.
    taught.lessons.go_on()
    taught.lessons.go_on()
    assert taught.view.header.presets.value == "saddle"
    assert taught.experiment.step == 12


def test_a_page_that_does_not_stand_in_the_panel_offers_its_state_first(taught: Any) -> None:
    assert taught.card.reset.property("kind") == "flat"
    taught.lessons.go_on()
    taught.lessons.go_on()
    taught.sitting.turn_to(0)
    assert taught.card.reset.property("kind") == "primary"
    assert taught.card.reset.accessibleName() == "Load page"
    assert taught.card.next.property("kind") == "outline"
    taught.card.reset.click()
    assert taught.card.reset.property("kind") == "flat"


def test_next_is_allowed_and_primary_only_when_the_task_is_done(taught: Any) -> None:
    assert taught.card.next.isEnabled()
    assert taught.card.next.property("kind") == "outline"
    run_to(taught, 6)
    assert taught.card.next.property("kind") == "primary"


def test_keys_turn_pages_and_esc_in_the_card_closes_it(taught: Any) -> None:
    key(taught.view.stage, K.Key_PageDown, CTRL)
    assert taught.sitting.page == 1
    key(taught.view.stage, K.Key_PageUp, CTRL)
    assert taught.sitting.page == 0
    taught.card.next.setFocus()
    key(taught.card.next, K.Key_Escape)
    settle()
    assert taught.lessons.at_hand is None
    assert taught.view.aside.rest == taught.view.size()
    assert QApplication.focusWidget() is taught.view.keyboard_home()


def test_a_lesson_opens_in_the_panel_of_its_kind_or_in_a_new_one(windows: Any) -> None:
    window = windows()
    window.lessons.library._read = ((LESSON, NEXT), ())
    window.lessons.open(LESSON)
    window.lessons.open(NEXT)
    assert len(window.docks) == 1
    assert window.lessons.of(window.docks[0]).lesson is NEXT
    assert window.entrance.isHidden()


# -- tasks -----------------------------------------------------------------------------------------------------


def test_what_is_to_be_done_is_done_by_playing(taught: Any) -> None:
    task = taught.card.task
    assert isinstance(task, DoView)
    assert task.summary() == "step 0, wanted ≥ 5"
    taught.view.stage.setFocus()
    key(taught.view.stage, K.Key_Space)
    for _ in range(30):
        taught.player.tick(0.02)
    taught.experiment.set_playing(False)
    assert task.done
    assert task.sign.state == "done"
    assert taught.lessons.progress.done(LESSON) == {0}
    sign, value = task._rows[0]
    assert sign.state == "done"
    run_to(taught, 0)
    assert task.done
    assert task.sign.state == "done"
    # "now" is now, whatever was done.
    assert value.text() == "0"
    assert sign.state == "open"
    taught.lessons.go_on()
    taught.lessons.go_back()
    settle()
    assert taught.card.task._rows[0][1].text() == "0"


def test_a_look_can_do_it_too(taught: Any) -> None:
    look = Lesson("look", "Look", "", "race", 1, (Step("One", "", None, Do("Off.", (
        Condition(asked("contours", LAYER), "=", False),))),))  # fmt: skip
    sitting = taught.lessons.open(look)
    settle()
    assert not sitting.card.task.done
    taught.view.set_look(contours=False)
    assert sitting.card.task.done


def test_the_state_of_the_next_page_does_not_do_the_task_of_the_one_before(taught: Any) -> None:
    off = Step("Off", "", Load(preset="ravine", looks={"contours": False}), Do("On.", (
        Condition(asked("contours", LAYER), "=", True),)))  # fmt: skip
    on = Step("On", "", Load(preset="saddle", looks={"contours": True}))
    lesson = Lesson("turned", "Turned", "", "race", 1, (off, on))
    sitting = taught.lessons.open(lesson)
    settle()
    assert not sitting.card.task.done
    sitting.go_on()
    settle()
    assert taught.experiment.view_state.contours
    assert taught.lessons.progress.open_tasks(lesson) == (0,)


def test_a_fact_that_fails_is_told_once_and_asked_no_more(taught: Any, caplog: pytest.LogCaptureFixture) -> None:
    bad = Lesson("bad", "Bad", "", "race", 1, (Step("One", "", None, Do("x", (
        Condition(asked("broken", BROKEN), ">", 1.0),))),))  # fmt: skip
    sitting = taught.lessons.open(bad)
    run_to(taught, 3)
    run_to(taught, 4)
    assert not sitting.card.task.done
    assert taught.view.banner.message.startswith("A lesson's question failed: ")
    assert len([r for r in caplog.records if "question failed" in r.message]) == 1
    assert taught.experiment.step == 4
    caplog.clear()


def test_nothing_is_asked_while_the_panel_is_hidden(taught: Any) -> None:
    taught.entrance.show_start()
    settle()
    taught.sitting._on_frame_shown(type("Frame", (), {"step": 9})())
    assert not taught.card.task.done
    taught.entrance.leave_start()
    settle()


def test_a_number_asked(taught: Any) -> None:
    taught.lessons.go_on()
    task = taught.card.task
    assert isinstance(task, AskView)
    settle()
    task.field.setFocus()
    QTest.keyClicks(task.field, "0,5")
    key(task.field, K.Key_Return)
    assert task.line.text() == "Not 0.5."
    assert task.hint.isVisible()
    assert not task.done
    for text in ("what", "nan", "-inf", "1e999"):
        task.field.setText(text)
        key(task.field, K.Key_Return)
        assert task.line.text() == f"“{text}” is no number."
    task.field.setText("0.041")
    task.button.click()
    assert task.done
    assert task.line.text() == "Right; exactly 0.0400."
    taught.lessons.go_back()
    taught.lessons.go_on()
    assert taught.card.task.field.text() == "0.041"
    assert taught.card.task.field.isReadOnly()


@pytest.mark.parametrize(("typed", "number"), [("1/2", 0.5), ("-16 / 25", -0.64), ("−0,5", -0.5), ("1/0", None),
                                               ("nan", None), ("inf", None), ("1/2/3", None), ("/", None)])  # fmt: skip
def test_fractions_are_numbers_and_nothing_endless_is(typed: str, number: float | None) -> None:
    assert number_in(typed) == number


def test_enter_goes_on_after_the_right_answer(taught: Any) -> None:
    taught.lessons.go_on()
    settle()
    task, run = taught.card.task, taught.experiment.run
    task.field.setFocus()
    QTest.keyClicks(task.field, "2/50")
    key(task.field, K.Key_Return)
    assert task.done
    assert QApplication.focusWidget() is taught.card.next
    assert taught.experiment.run is run
    key(QApplication.focusWidget(), K.Key_Return)
    assert taught.sitting.page == 2


def test_what_is_answered_is_scrolled_to(taught: Any) -> None:
    tall = Choose("Why?", tuple(Option(f"Option {i}", i == 0, "Because of it. " * 12) for i in range(6)))
    lesson = Lesson("tall", "Tall", "", "race", 1, (Step("One", "Text.", None, tall),))
    card = taught.lessons.open(lesson).card
    settle(4)
    lowest = max(card.task.rows, key=lambda option: option.y())
    lowest.click()
    settle(4)
    bottom = lowest.mapTo(card.reader.viewport(), lowest.rect().bottomLeft()).y()
    assert bottom <= card.reader.viewport().height()


def test_a_number_that_the_panel_knows(taught: Any) -> None:
    live = Lesson("live", "Live", "", "race", 1, (
        Step("One", "", None, Ask("How many racers?", asked("racers", RACERS))),))  # fmt: skip
    task = taught.lessons.open(live).card.task
    run_to(taught, 1)
    task.field.setText("99")
    task.answer()
    assert task.line.text() == "Not 99. The right number is smaller."
    task.field.setText(str(len(taught.experiment.run.config.racers)))
    task.answer()
    assert task.done


def test_one_of_several_answers(taught: Any) -> None:
    taught.sitting.turn_to(3)
    settle(4)
    task = taught.card.task
    assert isinstance(task, ChooseView)
    assert all(option.height() >= 28 for option in task.rows)
    right, wrong = task.rows
    click(wrong, (20, 12))
    settle()
    assert not task.done
    assert wrong.reason.isVisible()
    assert wrong.sign.state == "wrong"
    assert not right.reason.isVisible()
    right.setFocus()
    key(right, K.Key_Return)
    assert task.done
    assert taught.lessons.progress.answer(LESSON, 3) == [0, 1]


def test_the_end_is_proud_or_names_what_is_open(taught: Any) -> None:
    for _ in LESSON.steps:
        taught.lessons.go_on()
    settle()
    ending = taught.card.findChild(Ending)
    assert [link.text() for link in ending.links] == ["Page 1: A ravine", "Page 2: The largest rate", "Page 4: Why"]
    assert not taught.lessons.progress.finished(LESSON)
    ending.links[2].click()
    assert taught.sitting.page == 3
    for page in range(4):
        taught.lessons.progress.mark_done(LESSON, page)
    taught.lessons.go_on()
    settle()
    assert taught.lessons.progress.finished(LESSON)
    ending = next(e for e in taught.card.findChildren(Ending) if e.isVisible())
    assert ending.links == []
    ending.offer.click()
    settle()
    assert taught.lessons.at_hand.lesson is NEXT


# -- what is remembered ----------------------------------------------------------------------------------------


def test_progress_and_the_open_page_outlast_the_window(windows: Any, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setattr("lab.core.lessons.reading.all_lessons", lambda *_: ((LESSON, NEXT), ()))
    window = windows("race")
    window.lessons.open(LESSON)
    window.docks[0].experiment.seek(6)
    settle()
    window.lessons.go_on()
    window.docks[0].experiment.seek(9)
    windows.end(window)
    again = windows()
    again.sessions.show(again.keeper.restore_last())
    again.lessons.await_reopening()
    again.lessons.begin()
    settle()
    sitting = again.lessons.of(again.docks[0])
    assert sitting.lesson is LESSON
    assert sitting.page == 1
    assert again.docks[0].experiment.step == 9
    assert again.lessons.progress.done(LESSON) == {0}


@pytest.mark.parametrize("written", ["{", "[1]", '{"done": "x", "answers": 3}', '{"done": [99, null]}'])
def test_settings_that_somebody_broke_are_no_progress(taught: Any, written: str) -> None:
    taught.settings.remember("progress/saddles", written)
    assert taught.lessons.progress.done(NEXT) == frozenset()
    assert taught.lessons.progress.answer(NEXT, 0) is None
    taught.settings.remember("lessons/open", written)
    taught.lessons.await_reopening()
    taught.lessons.begin()


def test_progress_can_be_forgotten(taught: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    run_to(taught, 6)
    monkeypatch.setattr(QMessageBox, "exec", lambda self: QMessageBox.StandardButton.Yes)
    taught.lessons.forget_progress()
    assert taught.lessons.progress.done(LESSON) == frozenset()


def test_the_width_is_remembered(windows: Any) -> None:
    window = windows("race", size=(1900, 1000))
    window.lessons.library._read = ((LESSON, NEXT), ())
    card = window.lessons.open(LESSON).card
    settle()
    window.docks[0].view.aside._grip.dragged.emit(80.0)
    assert card.width() == 400
    assert window.lessons.open(NEXT).card.width() == 400


# -- ways in ---------------------------------------------------------------------------------------------------


def test_menus_palette_and_start_page_lead_to_it(windows: Any) -> None:
    window = windows()
    window.lessons.library._read = ((LESSON, NEXT), ())
    window.lessons.offer()
    link = window.entrance.start.cards["race"].lesson
    assert link.isVisible()
    assert link.accessibleName() == "First lesson: Why momentum overtakes"
    link.click()
    settle()
    assert window.lessons.at_hand.lesson is LESSON
    assert "Lesson: Saddles" in [command.title for command in window.actions_.commands()]
    menu = window.docks[0].view.lesson_menu
    menu.aboutToShow.emit()
    titles = [action.text().split("\t")[0] for action in menu.actions()]
    assert titles[:2] == ["Why momentum overtakes", "Saddles"]
    assert "Record lesson…" in titles
    window.bar.lessons.aboutToShow.emit()
    window.bar.lessons.aboutToShow.emit()
    listed = [action.text() for action in window.bar.lessons.actions()]
    assert listed[:2] == ["Why momentum overtakes\t8 min", "Saddles\t5 min"]
    window.lessons.progress.mark_done(LESSON, 0)
    window.bar.lessons.aboutToShow.emit()
    assert window.bar.lessons.actions()[0].text() == "Why momentum overtakes\t1 of 4"
    window.bar.lessons.actions()[1].trigger()
    assert window.lessons.at_hand.lesson is NEXT


def test_a_panel_that_is_closed_leaves_the_keyboard_to_the_stage_of_the_next(windows: Any) -> None:
    window = windows("race")
    window.open_panel("race")
    window.lessons.library._read = ((LESSON, NEXT), ())
    first, second = window.docks
    window.lessons.open(LESSON, first)
    window.desk.activate(second)
    second.view.keyboard_home().setFocus()
    window.desk.close(second)
    settle()
    assert QApplication.focusWidget() is first.view.keyboard_home()


def test_what_is_done_is_ticked_and_the_next_one_offered(windows: Any) -> None:
    window = windows()
    window.lessons.library._read = ((LESSON, NEXT), ())
    for page in range(4):
        window.lessons.progress.mark_done(LESSON, page)
    window.lessons.progress.mark_ended(LESSON)
    assert window.entrance.start.cards["race"].lesson.accessibleName() == "Next lesson: Saddles"
    window.bar.lessons.aboutToShow.emit()
    assert [action.isChecked() for action in window.bar.lessons.actions()[:2]] == [True, False]


def test_all_of_it_can_be_reached_and_has_a_name(taught: Any) -> None:
    parts = [
        w for w in taught.card.findChildren(QWidget) if w.isVisible() and w.focusPolicy() & Qt.FocusPolicy.TabFocus
    ]
    assert {taught.card.next, taught.card.reset, taught.card.more, taught.card.close_button} <= set(parts)
    assert [w for w in parts if not w.accessibleName()] == []


def test_a_page_brings_its_ghost_and_no_other(race: Any) -> None:
    race.experiment.seek(4)
    pinned = dataclasses.replace(race.experiment.state(), ghost=race.experiment.run)
    with_ghost = to_json(Session((pinned,)))
    pages = (Step("Without", "", Load(preset="saddle")), Step("With", "", Load(session=with_ghost, steps=4)))
    race.experiment.set_ghost(race.experiment.run)
    own = race.experiment.ghost
    race.lessons.open(Lesson("ghosts", "Ghosts", "", "race", 1, pages))
    settle()
    assert race.experiment.ghost is None
    assert not race.view.header.compare.isChecked()
    race.lessons.go_on()
    settle()
    assert race.experiment.ghost == own
    assert race.view.header.compare.isChecked()
    race.experiment.undo()
    settle()
    assert race.experiment.ghost is None
    race.experiment.undo()
    settle()
    assert race.experiment.ghost is own
    race.experiment.redo()
    settle()
    assert race.experiment.ghost is None


def test_the_start_page_offers_a_lesson_whenever_it_is_come_back_to(windows: Any) -> None:
    window = windows("race")
    window.lessons.library._read = ((LESSON, NEXT), ())
    window.lessons.progress.mark_done(LESSON, 0)
    window.entrance.show_start()
    settle()
    link = window.entrance.start.cards["race"].lesson
    assert link.isVisible()
    assert link.accessibleName() == "Go on with: Why momentum overtakes"
    window.entrance.leave_start()
    settle()


def test_the_palette_opens_a_lesson_in_the_panel_at_hand(windows: Any) -> None:
    window = windows("race", size=(1600, 900))
    window.open_panel("race")
    window.lessons.library._read = ((LESSON, NEXT), ())
    first, second = window.docks
    window.actions_.arrange("side by side")
    settle(4)
    assert second.isAncestorOf(QApplication.focusWidget())
    first.view.keyboard_home().setFocus()
    window.desk.activate(second)
    window.actions_.open_palette()
    QTest.keyClicks(QApplication.focusWidget(), "lesson saddles")
    key(QApplication.focusWidget(), K.Key_Return)
    settle()
    assert window.lessons.of(second).lesson is NEXT
    assert window.lessons.of(first) is None
