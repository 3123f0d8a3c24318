"""The basin layer: it follows rule and view, keeps what is fine while the view moves, and names its shades."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from shell_fixtures import settle, wheel

from lab.core.run import SetParam
from lab.core.ticket import Ticket
from lab.panels.race.basins import _Picture, shade_range
from lab.sims.basins import LOST, UNDER_WAY, BasinMap, basin_map

SIZES = (4, 8, 16, 32)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Maps that are made at once."""
    monkeypatch.setattr("lab.panels.race.basins.SIZES", SIZES)


def held_jobs(monkeypatch, layer):
    """Let the maps that a layer asks for wait until they are let go, one by one."""
    waiting = []
    ask = layer._jobs.submit

    def submit(key, work, *arguments, done, **others):
        if work is basin_map:
            waiting.append((work, arguments, done))
        else:
            ask(key, work, *arguments, done=done, **others)

    monkeypatch.setattr(layer._jobs, "submit", submit)

    def let_go():
        work, arguments, done = waiting.pop(0)
        done(work(Ticket(), *arguments))

    return waiting, let_go


def turn_wheel(stage, notches):
    """Zoom out by some notches, as the hand does."""
    middle = stage.plot.center()
    for _ in range(abs(notches)):
        wheel(stage, (middle.x(), middle.y()), -120 if notches > 0 else 120)


def covers(found, world):
    x, y, width, height = found.world
    return QRectF(x, y, width, height).contains(world.adjusted(1e-9, 1e-9, -1e-9, -1e-9))


@pytest.mark.parametrize("how", ["wheel", "home", "size"])
def test_basins_follow_the_view_of_a_race_that_stands_still(race, qtbot, how):
    race.view.set_look(basins=True)
    stage = race.view.stage
    if how == "wheel":
        turn_wheel(stage, 4)
        qtbot.waitUntil(lambda: not stage.in_motion)
    elif how == "home":
        turn_wheel(stage, -4)
        qtbot.waitUntil(lambda: not stage.in_motion)
        assert not covers(stage.basins.map, stage._home)
        stage.go_home()
    else:
        race.view.window().resize(1000, 640)
    settle()
    assert covers(stage.basins.map, stage.world)
    assert stage.basins.map.minimum.shape[1] == SIZES[-1]


def test_a_moved_view_keeps_its_fine_map_until_there_is_another(race, qtbot, monkeypatch):
    race.view.set_look(basins=True)
    stage = race.view.stage
    layer, fine = stage.basins, stage.basins.map
    waiting, let_go = held_jobs(monkeypatch, layer)
    turn_wheel(stage, 2)
    qtbot.waitUntil(lambda: not stage.in_motion)
    settle()
    assert len(waiting) == 1
    for size in SIZES:
        let_go()
        assert layer.map.minimum.shape[1] == size
        coarse = layer.map.world[2] / size > fine.world[2] / SIZES[-1] and size != SIZES[-1]
        assert layer._pictures[0].span == shade_range(fine if coarse else layer.map)
        assert [picture.found for picture in layer._pictures] == ([layer.map, fine] if coarse else [layer.map])
    assert not waiting
    # Another rate is another map: what was seen of the old one must not stay.
    race.experiment.do(SetParam("learning_rate", 0.0005, race.view.focused_lane), "Rate")
    let_go()
    assert [picture.found for picture in layer._pictures] == [layer.map]


def test_nothing_is_asked_while_the_hand_moves_the_view(race, qtbot, monkeypatch):
    race.view.set_look(basins=True)
    stage = race.view.stage
    waiting, _ = held_jobs(monkeypatch, stage.basins)
    for _ in range(5):
        turn_wheel(stage, 1)
        race.view.refresh()
    assert stage.in_motion
    assert not waiting
    qtbot.waitUntil(lambda: bool(waiting))
    assert len(waiting) == 1


@pytest.mark.parametrize(
    ("minimum", "steps", "words"),
    [
        ([0, 0, 1, 1], [20, 40, 60, 80], "Strong: in 20 steps, dark: in 80."),
        ([0, 0, 0, 0], [20, 20, 20, 20], "Coloured: in 20 steps."),
        ([0, UNDER_WAY, 1], [20, 500, 60], "Strong: in 20 steps, dark: in 60. Grey: not in 500."),
        ([0, LOST, 1], [20, 30, 60], "Strong: in 20 steps, dark: in 60. Black: diverged."),
        ([LOST] * 4, [20] * 4, "Black: diverged."),
        ([UNDER_WAY] * 4, [500] * 4, "Grey: not in 500 steps."),
    ],
)
def test_the_words_on_basins_name_every_shade_that_is_there(race, minimum, steps, words):
    layer = race.view.stage.basins
    found = BasinMap((0.0, 0.0, 1.0, 1.0), np.array([minimum], np.int16), np.array([steps], np.int32))
    layer._pictures = [_Picture(found, shade_range(found))]
    assert layer.words() == words
