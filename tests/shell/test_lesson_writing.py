"""What a teacher does: files that are read or named, lessons recorded; and how their text is read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from lesson_fixtures import LAYER, LESSON, NEXT, STEP, asked
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from shell_fixtures import key, settle

from lab.core.lessons import Argument, Fact, Lesson, Step
from lab.core.lessons.asking import condition
from lab.core.lessons.model import Condition
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


def test_a_lesson_goes_with_its_panel(taught: Any) -> None:
    taught.close_panel(taught.docks[0])
    settle()
    assert taught.lessons._sittings == {}
    taught.lessons.progress.mark_done(NEXT, 0)


def test_a_title_becomes_a_file_name() -> None:
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
    assert line_of(reached, False) == "SGD: reached no, wanted yes"
    facts = PANELS["race"].facts
    for text, words in (
        ("reached(sgd)", "SGD: target reached"),
        ("position(sgd, y) > 1", "θ₂ of SGD"),
        ("setting(rotation) >= 30", "rotation"),
        ("shown(apart)", "Step taken apart: shown"),
    ):
        assert in_words(condition(text, facts).question) == words
    assert line_of(loss, 0.0312) == "loss of heavy ball 0.0312, wanted < 0.001"
    assert said(None) == "–"
    assert wanted(Condition(asked("contours", LAYER), "=", False)) == "no"
    assert wanted(Condition(asked("contours", LAYER), "!=", False)) == "yes"


def test_a_formula_that_cannot_be_set_is_shown_as_written(taught: Any) -> None:
    bad = Lesson("bad", "Bad", "", "race", 1, (Step("$\\frac{1}{$", "Text $x_$ and on."),))
    taught.lessons.open(bad)
    settle()
    assert not taught.view.banner.isVisible()
