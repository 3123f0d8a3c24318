"""What floats over the stage takes no more room than there is, and the stage what it needs."""

import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF
from shell_fixtures import click, settle

from lab.panels.race.data_card import FOLDS_BELOW, SHARE


def open_race(windows, preset, size=(1280, 800)):
    window = windows("race", preset, size)
    window.view, window.experiment = window.docks[0].view, window.docks[0].experiment
    return window


def at(race, step):
    """Stand at a step, everything drawn."""
    race.experiment.seek(step)
    race.experiment.timeline.work(lambda: True)
    race.experiment.moved.emit()
    settle()
    race.view.refresh()
    race.view.stage.grab()


def narrow(view, width):
    """Give the stage so many pixels of width, as a second panel or the 3-D view leaves it."""
    view.stage.setFixedWidth(width)
    settle(4)
    view.refresh()
    settle()


@pytest.mark.parametrize("preset", ["network", "logistic", "regression"])
@pytest.mark.parametrize("width", [820, 560, 400, 300, 250])
def test_the_data_card_lies_on_the_plot_and_leaves_most_of_it_free(windows, preset, width):
    race = open_race(windows, preset)
    at(race, 60)
    narrow(race.view, width)
    stage, card = race.view.stage, race.view.stage.overlays.data
    assert not card.isHidden()
    box = QRectF(card.geometry())
    assert stage.plot.contains(box), (stage.plot, box)
    if card.folded:
        assert box.height() < 48
        assert stage.plot.width() < 400
    else:
        assert box.width() <= SHARE * stage.plot.width() + 1
        # What the race is about, the racer in focus, is seen beside it.
        assert not box.contains(QPointF(*stage.to_pixels(stage.head).tolist()))
    assert card.folded or stage.plot.width() >= FOLDS_BELOW


def test_the_folded_data_card_opens_and_folds_again_by_a_press(windows):
    race = open_race(windows, "network")
    narrow(race.view, 300)
    stage, card = race.view.stage, race.view.stage.overlays.data
    assert card.folded
    assert card._chip.text() == "40 samples"
    for folded in (False, True):
        click(card._chip, QPointF(card._chip.rect().center()))
        settle()
        race.view.refresh()
        assert card.folded is folded
        assert card._picture.isHidden() is folded
        assert stage.plot.contains(QRectF(card.geometry()))
    # Where there is room it is open, whatever was pressed.
    card.give_room(QSizeF(800, 500))
    assert not card.folded
    assert card._title.text() == "40 samples, 40 in the next step"
