"""What a teacher does: files that are read or named, lessons recorded; and how their text is read."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from lesson_fixtures import LAYER, LESSON, NEXT, STEP, asked
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMenu
from shell_fixtures import key, settle

from lab.core.lessons import Argument, Fact, Lesson, Step
from lab.core.lessons.asking import condition
from lab.core.lessons.model import Condition
from lab.core.lessons.reading import read
from lab.engine.optimizers import OPTIMIZERS
from lab.panels import PANELS
from lab.ui.lessons.markdown import Run, blocks, runs, spoken
from lab.ui.lessons.recorder import slug
from lab.ui.lessons.wording import asked as in_words
from lab.ui.lessons.wording import line_of, said, wanted

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier


FILE = """\
---
title: Written by a teacher
panel: race
minutes: 3
blurb: Short.
---

# First page

Some text.

::: load
preset: ravine
:::

::: do  Let it run.
step >= 3
:::
"""


# -- for teachers ----------------------------------------------------------------------------------------------


def test_a_bad_file_is_named_with_its_line(windows: Any, tmp_path: Path) -> None:
    window = windows("race")
    folder = window.lessons.library.folder
    folder.mkdir(parents=True)
    (folder / "good.md").write_text(FILE, "utf-8")
    (folder / "bad.md").write_text(FILE.replace("step >= 3", "stepp >= 3"), "utf-8")
    window.lessons.read_again()
    settle()
    (line,) = [line for line in window.lessons._unread.lines if "bad.md" in line]
    assert "line 17" in line
    assert "stepp" in line
    assert window.lessons.library.lesson("good") is not None
    (folder / "bad.md").unlink()
    window.lessons._unread.again.click()
    assert not [line for line in window.lessons.library.complaints if "bad.md" in line]


def test_a_task_that_holds_already_is_named_with_its_line(windows: Any) -> None:
    window = windows("race")
    folder = window.lessons.library.folder
    folder.mkdir(parents=True)
    (folder / "mine.md").write_text(FILE.replace("step >= 3", "step >= 0"), "utf-8")
    window.lessons.read_again()
    settle()
    assert window.lessons._unread.lines == [
        "mine.md, line 16: the task is done before anything was done: step >= 0 when the page opens"
    ]
    # It can be read all the same: its author wants to see it.
    assert window.lessons.library.lesson("mine") is not None
    (folder / "mine.md").write_text(FILE, "utf-8")
    window.lessons._unread.again.click()
    assert window.lessons.library.complaints == ()


def test_a_task_that_was_changed_is_not_done(race: Any) -> None:
    folder = race.lessons.library.folder
    folder.mkdir(parents=True)
    second = "\n# Second page\n\n::: ask  How many?\nanswer: 3\n:::\n"
    (folder / "mine.md").write_text(FILE + second, "utf-8")
    race.lessons.read_again()
    lesson = race.lessons.library.lesson("mine")
    race.lessons.open(lesson)
    race.experiment.seek(3)
    settle()
    race.lessons.progress.mark_done(lesson, 1)
    race.lessons.progress.keep_answer(lesson, 1, "3")
    assert race.lessons.progress.done(lesson) == {0, 1}
    (folder / "mine.md").write_text(FILE.replace(">= 3", ">= 9") + second, "utf-8")
    race.lessons.read_again()
    settle()
    sitting = race.lessons.at_hand
    assert race.lessons.progress.done(sitting.lesson) == {1}
    assert race.lessons.progress.answer(sitting.lesson, 1) == "3"
    assert not sitting.card.task.done
    (folder / "mine.md").write_text(FILE + second.replace("answer: 3", "answer: 4"), "utf-8")
    race.lessons.read_again()
    assert race.lessons.progress.answer(sitting.lesson, 1) is None


def test_a_long_title_leaves_the_menu_on_the_screen(race: Any) -> None:
    lesson = Lesson("long", "Many words " * 10, "B", "race", 1, (Step("One", "Text."),))
    race.lessons.library._read = ((lesson,), ())
    menu = QMenu(race)
    race.lessons.list_in(menu, "race")
    (action,) = menu.actions()
    assert len(action.text()) < 80
    assert lesson.title in action.toolTip()


def test_recorded_saved_and_opened(race: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    race.lessons.record()
    recorder = next(iter(race.lessons._recorders.values()))
    card = recorder.card
    settle()
    card.add.click()
    assert "title" in card.said.text()
    race.experiment.seek(5)
    card.page_title.setText("Where it begins")
    card.text.setPlainText("A text with $\\eta$.")
    card.add.click()
    race.view.choose_preset("saddle")
    race.experiment.seek(11)
    card.page_title.setText("A saddle")
    card.add.click()
    card.page_title.setText("One too many")
    card.add.click()
    recorder.remove_page(2)
    card.title.setText("My First Lesson!")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *args: (args[2], ""))
    card.save.click()
    folder = race.lessons.library.folder
    assert sorted(p.name for p in folder.iterdir()) == [
        "my-first-lesson-1.lab.json", "my-first-lesson-2.lab.json", "my-first-lesson.md",
    ]  # fmt: skip
    settle()
    assert card.open_draft.isVisible()
    card.open_draft.click()
    settle()
    sitting = race.lessons.at_hand
    assert sitting.lesson.title == "My First Lesson!"
    assert [step.title for step in sitting.lesson.steps] == ["Where it begins", "A saddle"]
    assert race.experiment.step == 5
    race.lessons.go_on()
    assert race.experiment.step == 11
    assert race.view.header.presets.value == "saddle"
    assert race.lessons.library.lesson("my-first-lesson") is not None


def test_what_was_recorded_stays_until_it_is_saved(race: Any) -> None:
    race.lessons.record()
    recorder = next(iter(race.lessons._recorders.values()))
    recorder.card.page_title.setText("Where it begins")
    recorder.card.add.click()
    key(recorder.card.page_title, K.Key_Escape)
    settle()
    assert not recorder.card.isVisible()
    race.lessons.library._read = ((LESSON, NEXT), ())
    race.lessons.open(NEXT)
    race.lessons.record()
    settle()
    assert recorder.card.isVisible()
    assert [page.title for page in recorder.pages] == ["Where it begins"]


def recording(race: Any, *titles: str) -> Any:
    race.lessons.record()
    recorder = next(iter(race.lessons._recorders.values()))
    settle()
    for title in titles:
        recorder.card.page_title.setText(title)
        recorder.card.add.click()
    return recorder


def choose(monkeypatch: pytest.MonkeyPatch, name: str = "") -> None:
    """What somebody types into the dialog; nothing: what it suggests."""
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *args: (str(Path(args[2]).with_name(name)) if name else args[2], "")
    )


def test_words_that_no_lesson_may_have_are_told_while_they_can_be_changed(race: Any) -> None:
    recorder = recording(race)
    card = recorder.card
    card.page_title.setText("Prices")
    card.text.setPlainText("First\n\nIt costs $5.")
    card.add.click()
    assert recorder.pages == []
    assert card.text.toPlainText() == "First\n\nIt costs $5."
    assert card.said.text().startswith("The text of the page: line 3: a formula is opened by $ and not closed")
    card.text.setPlainText("It costs \\$5.")
    card.add.click()
    assert len(recorder.pages) == 1
    recorder.remove_page(0)
    assert (card.page_title.text(), card.text.toPlainText()) == ("Prices", "It costs \\$5.")


def test_words_that_were_not_added_outlive_the_saving(race: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = recording(race, "One")
    recorder.card.title.setText("Two pages")
    recorder.card.page_title.setText("Typed and not added")
    choose(monkeypatch)
    recorder.card.save.click()
    assert "not in it" in recorder.card.said.text()
    recorder.card.open_draft.click()
    settle()
    race.lessons.record()
    settle()
    assert recording(race).card.page_title.text() == "Typed and not added"


def test_a_draft_replaces_nothing_unasked(race: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    recorder = recording(race, "One")
    folder = race.lessons.library.folder
    folder.mkdir(parents=True)
    (folder / "mine.md").write_text(FILE, "utf-8")
    recorder.card.title.setText("Adam")
    for name, why in [
        ("mine", "already is a mine.md"), ("adam.md", "comes with the lab"), ("My Own.md", "named by small letters"),
    ]:  # fmt: skip
        choose(monkeypatch, name)
        recorder.card.save.click()
        assert why in recorder.card.said.text()
        assert recorder.unsaved
        assert [p.name for p in folder.iterdir()] == ["mine.md"]
    assert (folder / "mine.md").read_text("utf-8") == FILE
    choose(monkeypatch)
    recorder.card.save.click()
    assert (folder / "my-adam.md").exists()
    recorder.card.open_draft.click()
    settle()
    assert race.lessons.at_hand.lesson.id == "my-adam"


def test_a_recording_outlives_its_panel(race: Any) -> None:
    recording(race, "One", "Two")
    race.close_panel(race.docks[0])
    settle()
    (lesson,) = [one for one in race.lessons.library.lessons if one.id == "a-recording-that-was-not-saved"]
    assert [step.title for step in lesson.steps] == ["One", "Two"]
    assert "a-recording-that-was-not-saved.md" in race.banner._message.text()


def test_a_recording_outlives_the_window(race: Any) -> None:
    card = recording(race, "One").card
    card.title.setText("Half done")
    card.text.setPlainText("Typed, and not added.")
    folder = race.lessons.library.folder
    folder.mkdir(parents=True)
    (folder / "half-done-2.lab.json").write_text("mine")
    race.close()
    settle()
    found = read(folder / "half-done-2.md", PANELS)
    assert [step.text for step in found.steps] == ["", "Typed, and not added."]


def test_a_folder_that_cannot_be_made_is_told(race: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = race.lessons.library.folder
    folder.write_text("a file where the folder belongs")
    race.lessons.open_folder()
    assert str(folder) in race.banner._message.text()
    recorder = recording(race, "One")
    recorder.card.title.setText("Nowhere")
    choose(monkeypatch)
    recorder.card.save.click()
    assert recorder.unsaved
    assert recorder.card.said.text()
    race.lessons.read_again()


def test_a_lesson_goes_with_its_panel(taught: Any) -> None:
    taught.close_panel(taught.docks[0])
    settle()
    assert taught.lessons._sittings == {}
    taught.lessons.progress.mark_done(NEXT, 0)


def test_a_title_becomes_a_file_name() -> None:
    assert len(slug("x" * 300)) <= 80
    assert slug("Why momentum – overtakes?") == "why-momentum-overtakes"
    assert slug("…") == "lesson"


# -- text ------------------------------------------------------------------------------------------------------


def test_markdown_is_read() -> None:
    assert runs("a **b** *c* `d_e` $f_g$ \\*h\\*") == (
        Run("a "), Run("b", bold=True), Run(" "), Run("c", italic=True), Run(" "), Run("d_e", code=True), Run(" "),
        Run("f_g", math=True), Run(" *h*"),
    )  # fmt: skip
    kinds = [(b.kind, b.marker, b.depth) for b in blocks("One\ntwo\n\n- a\n  - b\n1. c\n\n$$x$$\n\n```\ncode\n```")]
    assert kinds == [
        ("text", "", 0), ("item", "•", 0), ("item", "•", 1), ("item", "1.", 0), ("display", "", 0), ("code", "", 0),
    ]  # fmt: skip


def test_prices_are_no_formulas_and_formulas_can_be_spoken() -> None:
    assert runs("from $5 to $6") == (Run("from $5 to $6"),)
    assert spoken("so $\\eta > \\frac{2}{L}$") == "so η> 2/L"


def test_conditions_read_like_sentences() -> None:
    loss = Condition(asked("loss(heavy_ball)", STEP, "heavy_ball"), "<", 1e-3)
    reached = Condition(
        asked("reached(sgd)", Fact("", lambda *_: True, (Argument("rule", OPTIMIZERS.ids),), bool), "sgd"), "=", True
    )
    assert line_of((reached,), False) == "SGD: reached no, wanted yes"
    facts = PANELS["race"].facts
    for text, words in (
        ("reached(sgd)", "SGD: target reached"),
        ("position(sgd, y) > 1", "θ₂ of SGD"),
        ("setting(rotation) >= 30", "rotation"),
        ("shown(apart)", "Step taken apart: shown"),
    ):
        assert in_words(condition(text, facts).question) == words
    assert line_of((loss,), 0.0312) == "loss of heavy ball 0.0312, wanted < 0.001"
    assert said(None) == "–"
    assert wanted(Condition(asked("contours", LAYER), "=", False)) == "no"
    assert wanted(Condition(asked("contours", LAYER), "!=", False)) == "yes"


def test_a_formula_that_cannot_be_set_is_shown_as_written(taught: Any) -> None:
    bad = Lesson("bad", "Bad", "", "race", 1, (Step("$\\frac{1}{$", "Text $x_$ and on."),))
    taught.lessons.open(bad)
    settle()
    assert not taught.view.banner.isVisible()


def test_a_word_without_an_end_is_cut_in_no_time(taught: Any) -> None:
    endless = Lesson("endless", "T" * 120, "", "race", 1, (Step("x" * 4000, "y" * 4900),))
    began = time.perf_counter()
    taught.lessons.open(endless)
    settle()
    assert time.perf_counter() - began < 5.0


def test_a_formula_that_cannot_be_set_is_tried_once(taught: Any, caplog: pytest.LogCaptureFixture) -> None:
    taught.lessons.open(Lesson("bad", "Bad", "", "race", 1, (Step("Title", "Text $y_a_b$ and on."),)))
    settle()
    taught.resize(taught.width() - 40, taught.height())
    settle()
    assert len([line for line in caplog.messages if "y_a_b" in line]) == 1
