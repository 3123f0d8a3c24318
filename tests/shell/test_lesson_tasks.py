"""Tasks in little things: which keys an answer takes, and bounds that stand in one row."""

from __future__ import annotations

from typing import Any

from lesson_fixtures import STEP, asked, run_to
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from shell_fixtures import key, settle

from lab.core.lessons import Do, Lesson, Load, Step
from lab.core.lessons.asking import condition
from lab.core.lessons.model import Condition
from lab.panels import PANELS
from lab.ui.lessons.wording import ranged, wanted_of

K = Qt.Key


# -- keys ------------------------------------------------------------------------------------------------------


def test_space_in_an_answer_neither_plays_nor_is_typed(taught: Any) -> None:
    taught.lessons.go_on()
    settle()
    task = taught.card.task
    task.field.setFocus()
    QTest.keyClicks(task.field, "2 /50")
    assert task.field.text() == "2/50"
    assert not taught.experiment.playing
    key(task.field, K.Key_Return)
    assert task.done


def test_space_plays_from_all_the_rest_of_a_lesson(taught: Any) -> None:
    taught.lessons.go_on()
    settle()
    task = taught.card.task
    for part in (task.button, taught.card.next, taught.card.reader, taught.card.more):
        part.setFocus()
        key(part, K.Key_Space)
        assert taught.experiment.playing, part
        key(part, K.Key_Space)
        assert not taught.experiment.playing, part
    task.field.setText("0.04")
    task.answer()
    # What is right can't be changed any more: nothing is typed there.
    task.field.setFocus()
    key(task.field, K.Key_Space)
    assert taught.experiment.playing
    taught.experiment.set_playing(False)


def test_space_in_the_words_of_a_recording_is_typed(race: Any) -> None:
    race.lessons.record()
    card = next(iter(race.lessons._recorders.values())).card
    settle()
    for box in (card.title, card.text):
        box.setFocus()
        QTest.keyClicks(box, "a b")
    assert card.title.text() == "a b"
    assert card.text.toPlainText() == "a b"
    assert not race.experiment.playing


# -- ranges ----------------------------------------------------------------------------------------------------


def conditions(*lines: str) -> tuple[Condition, ...]:
    return tuple(condition(line, PANELS["race"].facts) for line in lines)


def test_the_bounds_of_one_number_are_read_together() -> None:
    groups = ranged(conditions(
        "setting(rotation) <= 60", "step > 3", "setting(rotation) >= 30", "step < 9", "loss(sgd) < 1", "loss(adam) > 2",
    ))  # fmt: skip
    assert [wanted_of(group) for group in groups] == ["30 to 60", "> 3, < 9", "< 1", "> 2"]
    # Two bounds on the same side are no range, and a third condition stands by itself.
    groups = ranged(conditions("step > 3", "step >= 5", "step <= 9", "step != 7"))
    assert [wanted_of(group) for group in groups] == ["> 3, ≤ 9", "≥ 5", "not 7"]


def test_a_range_is_one_row_and_as_strict_as_two(race: Any) -> None:
    step = asked("step", STEP)
    between = Do("Between.", (Condition(step, ">=", 3.0), Condition(step, "<=", 5.0)))
    sitting = race.lessons.open(Lesson("r", "R", "", "race", 1, (Step("One", "", Load(preset="ravine"), between),)))
    settle()
    task = sitting.card.task
    assert len(task._rows) == 1
    assert "3 to 5" in [label.text() for label in task.findChildren(QLabel)]
    assert task.summary() == "step 0, wanted 3 to 5"
    run_to(race, 6)
    assert not task.done
    run_to(race, 5)
    assert task.done
