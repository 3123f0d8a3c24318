"""A panel that was closed comes back as it stood: its run, its look, its place, and what undo would do."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from shell_fixtures import key, settle

from lab.core.simulation import digest
from lab.sims.race import PlaceStarts

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def reopen(window):
    key(window, K.Key_T, CTRL | SHIFT)
    settle(4)


def boxes(window):
    return [dock.geometry() for dock in window.docks]


def worked(dock):
    """Some work in a panel."""
    dock.experiment.seek(12)
    dock.experiment.do(PlaceStarts(((1.5, -2.5),)), "Drop")
    dock.experiment.seek(30)
    dock.experiment.timeline.work(lambda: True)
    dock.experiment.set_speed(120.0)
    dock.view.set_look(contours=False)
    return dock.experiment


def test_the_last_panel_comes_back_from_the_start_page_with_all_its_work(race):
    before = worked(race.docks[0])
    state = before.state()
    key(race, K.Key_W, CTRL)
    settle()
    assert race.docks == []
    assert race.entrance.start.isVisible()
    assert race.notice.words == "Closed Optimizer race; Ctrl+Shift+T brings it back"
    reopen(race)
    (dock,) = race.docks
    assert dock.view.seen
    assert not race.entrance.isVisible()
    assert not race.notice.words
    assert dock.experiment.state() == state
    assert digest(dock.experiment.frame()) == state.digest
    assert race.active is dock
    assert dock.view.isAncestorOf(race.focusWidget())


def test_undo_goes_on_where_it_was(race):
    worked(race.docks[0])
    race.docks[0].experiment.undo()
    race.close_panel(race.docks[0])
    reopen(race)
    assert race.actions_._redo.isEnabled()
    key(race, K.Key_Y, CTRL)
    experiment = race.docks[0].experiment
    assert [e for _, e in experiment.run.events()] == [PlaceStarts(((1.5, -2.5),))]
    key(race, K.Key_Z, CTRL)
    assert list(experiment.run.events()) == []


@pytest.mark.parametrize("layout", ["side by side", "grid"])
def test_it_comes_back_to_its_place_and_several_one_after_the_other(windows, layout):
    window = windows("race", size=(1900, 1000))
    for preset in ("saddle", "beale", "rosenbrock"):
        window.open_panel("race", preset=preset)
    window.actions_.arrange(layout)
    settle(4)
    names, places = [dock.experiment.name for dock in window.docks], boxes(window)
    for at in (1, 0, 1):
        window.close_panel(window.docks[at])
        settle(4)
    assert len(window.docks) == 1
    for _ in range(3):
        reopen(window)
    assert [dock.experiment.name for dock in window.docks] == names
    assert boxes(window) == places
    reopen(window)
    assert len(window.docks) == 4


def test_it_does_not_bring_back_an_arrangement_that_was_changed_since(windows):
    window = windows("race", size=(1900, 1000))
    window.open_panel("race")
    window.open_panel("race")
    window.close_panel(window.docks[0])
    window.actions_.arrange("side by side")
    settle(4)
    left = window.docks[0].geometry()
    reopen(window)
    assert window.docks[0].geometry() == left
    assert window.docks[2].view.seen


def test_a_floating_one_floats_again(race):
    race.open_panel("race")
    race.docks[1].setFloating(True)
    settle()
    race.docks[1].close()
    settle()
    assert len(race.docks) == 1
    race.desk.reopen()
    settle(4)
    assert race.docks[1].isFloating()
    assert race.docks[1].view.seen


def test_a_name_that_was_given_anew_meanwhile_stays_with_its_panel(race):
    race.open_panel("race")
    race.close_panel(race.docks[0])
    race.open_panel("race")
    reopen(race)
    names = [dock.experiment.name for dock in race.docks]
    assert len(set(names)) == 3


def test_there_is_an_action_for_it_while_there_is_something_to_reopen(race):
    def offered():
        return [c.title for c in race.actions_.commands() if c.title == "Reopen closed panel"]

    assert not race.actions_._reopen.isEnabled()
    assert offered() == []
    reopen(race)
    assert len(race.docks) == 1
    race.open_panel("race")
    race.close_panel(race.docks[0])
    assert race.actions_._reopen.isEnabled()
    assert len(offered()) == 1
    assert race.actions_._reopen in race.bar.panel.actions()
    reopen(race)
    assert not race.actions_._reopen.isEnabled()


def test_a_closed_panel_is_a_change_of_the_session_and_so_is_its_return(race, tmp_path):
    race.open_panel("race")
    race.keeper.save(tmp_path / "one.lab.json")
    race.close_panel(race.docks[0])
    assert race.keeper.modified
    race.keeper.save(tmp_path / "one.lab.json")
    reopen(race)
    assert race.keeper.modified


def test_a_new_session_says_nothing_of_panels_to_reopen(race):
    race.sessions.clear()
    settle()
    assert not race.notice.words
    assert race.entrance.start.isVisible()


def test_the_word_of_it_covers_nothing_of_the_start_page(race):
    race.close_panel(race.docks[0])
    settle()
    (button,) = (b for b in race.entrance.start.findChildren(QPushButton) if b.text() == "Open a session…")
    below = button.mapTo(race, button.rect().bottomLeft()).y()
    assert race.notice.y() > below
