"""The list under headings: what is found by typing, walked by arrows, taken by Enter or a press."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from shell_fixtures import settle

from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.optimizers import OPTIMIZERS


@pytest.fixture
def picker(race):
    race.view.board.add.click()
    settle()
    yield race.view.board.picker
    race.view.board.picker.hide()


def test_everything_is_there_under_headings(picker):
    assert sorted(picker.titles()) == sorted(entry.title for entry in OPTIMIZERS)
    words = [picker.list.item(i).text() for i in range(picker.list.count())]
    assert words[0] == "Gradient descent and momentum"
    assert words.index("Adaptive") < words.index("Adam") < words.index("Gradient-free") < words.index("CMA-ES")


def test_typing_finds_and_enter_takes(race, picker):
    QTest.keyClicks(picker.line, "nelder")
    assert picker.titles() == ["Nelder-Mead"]
    QTest.keyClick(picker.line, Qt.Key.Key_Return)
    assert picker.isHidden()
    assert OPTIMIZERS.title_of(type(race.view.config.racers[-1].optimizer)) == "Nelder-Mead"


def test_arrows_pass_over_headings(picker):
    walked = []
    for _ in range(len(OPTIMIZERS)):
        walked.append(picker.list.currentItem().text())
        QTest.keyClick(picker.line, Qt.Key.Key_Down)
    assert walked == picker.titles()


def test_what_nothing_is_called_can_not_be_taken(race, picker):
    QTest.keyClicks(picker.line, "qqqq")
    assert picker.titles() == []
    QTest.keyClick(picker.line, Qt.Key.Key_Return)
    assert len(race.view.config.racers) == 6
    QTest.keyClick(picker.line, Qt.Key.Key_Escape)
    assert picker.isHidden()


def test_the_landscape_in_force_is_marked_and_another_is_taken(race):
    race.view.set_look(setup=True)
    row = race.view.setup.form.row("landscape")
    QTest.mouseClick(row.combo, Qt.MouseButton.LeftButton)
    assert row.picker.list.currentItem().text() == "Himmelblau"
    QTest.keyClicks(row.picker.line, "rosenb")
    QTest.keyClick(row.picker.line, Qt.Key.Key_Return)
    assert race.view.config.landscape == Rosenbrock()
