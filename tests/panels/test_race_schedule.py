"""The schedule's card: every schedule as a picture, and the drawn one under the hand while the race is replayed."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import Qt
from shell_fixtures import drag, key, settle

from lab.core.timeline import Timeline
from lab.engine.schedules import SCHEDULES, ByStep
from lab.engine.schedules.cosine import Cosine
from lab.engine.schedules.drawn import Drawn
from lab.engine.schedules.plateau import ReduceOnPlateau
from lab.panels.race.schedule_card import curve_of
from lab.sims.race import CHANNELS, PlaceStarts, Race


def arrive(race):
    """Replay whatever a change has left to replay, as the player does."""
    race.experiment.timeline.work(lambda: True)
    race.experiment.moved.emit()


def choose(race, schedule, steps=40):
    race.experiment.set_config(dataclasses.replace(race.view.config, schedule=schedule), "Change")
    race.view.set_look(schedule=True)
    race.experiment.seek(steps)
    arrive(race)
    settle()
    return race.view.schedule


@pytest.mark.parametrize("id", SCHEDULES.ids())
def test_every_schedule_has_a_picture_with_the_present_step(race, id):
    card = choose(race, SCHEDULES[id]())
    race.view.grab()
    assert race.view.banner.message == ""
    schedule = race.view.config.schedule
    share, factor = card.picture._cursor
    assert share == pytest.approx(40 / 240)
    if isinstance(schedule, ByStep):
        assert factor == pytest.approx(np.broadcast_to(schedule.factor(40.0, 240), ()))
    used = card.picture._used
    assert len(used) == 41
    assert used[-1] == pytest.approx([share, factor], rel=1e-5)


def test_what_depends_on_the_loss_is_drawn_only_as_far_as_it_was_used(race):
    card = choose(race, ReduceOnPlateau(patience=0, factor_per_drop=0.5), steps=120)
    assert not card._note.isHidden()
    assert not len(card.picture._curve)
    rates = race.experiment.timeline.trace.values[:, 4, 0, CHANNELS.index("learning_rate")]
    assert card.picture._used[:, 1] == pytest.approx(rates / rates[0], rel=1e-5)
    assert card.picture._used[:, 1].min() < 1.0
    card = choose(race, Cosine())
    assert card._note.isHidden()


def test_a_late_start_stands_at_its_own_age(race):
    choose(race, Cosine(), steps=30)
    race.experiment.do(PlaceStarts(((2.0, 1.0),)), "Drop")
    race.experiment.seek(50)
    arrive(race)
    race.view.set_look(focus_start=2)
    card = race.view.schedule
    assert card.picture._cursor[0] == pytest.approx(20 / 240)
    assert card.picture._used[0] == pytest.approx([0.0, 1.0])


def test_set_up_and_schedule_share_a_corner(race):
    view = race.view
    view.set_look(setup=True)
    view.setup.schedule.click()
    assert view.setup.isHidden()
    assert not view.schedule.isHidden()
    view.buttons.setup.click()
    assert view.schedule.isHidden()
    assert not view.setup.isHidden()
    assert view.stage.overlays.color_bar.isHidden()


@pytest.mark.parametrize("look", ["schedule", "table", "setup"])
def test_on_a_curve_the_derivative_makes_way(race, look):
    race.view.choose_preset("derivative")
    arrive(race)
    card = race.view.stage.overlays.derivative
    assert not card.isHidden()
    race.view.set_look(**{look: True})
    assert card.isHidden()
    race.view.set_look(**{look: False})
    assert not card.isHidden()


def test_a_drag_on_the_curve_replays_the_race_and_undoes_as_one(race):
    card = choose(race, Drawn(), steps=40)
    editor = card.curve_row.editor
    before, depth = race.view.config, len(race.experiment.history._past)
    theta = race.experiment.frame().theta.copy()
    (x0, y0), (x1, y1) = editor.to_pixels(np.array([[0.1, 1.0], [0.1, 0.2]]))
    drag(editor, (x0, y0), (x1, y1))
    arrive(race)
    schedule = race.view.config.schedule
    assert schedule.points[1] == (0.1, pytest.approx(0.2, rel=0.1))
    assert race.experiment.step == 40
    assert not np.array_equal(race.experiment.frame().theta, theta)
    fresh = Timeline(Race, race.experiment.run)
    fresh.seek(40)
    assert np.array_equal(fresh.sim.frame().theta, race.experiment.frame().theta)
    assert len(race.experiment.history._past) == depth + 1
    race.experiment.undo()
    arrive(race)
    assert race.view.config == before
    assert race.view.schedule.curve_row.editor.points == before.schedule.points


def test_the_keys_of_a_point_do_not_move_the_run(race):
    card = choose(race, Drawn(), steps=40)
    race.activateWindow()
    editor = card.curve_row.editor
    editor.setFocus()
    editor.select(1)
    key(editor, Qt.Key.Key_Right)
    assert race.experiment.step == 40
    assert race.view.config.schedule.points[1][0] > 0.1


def test_places_are_counted_in_steps_of_the_run(race):
    card = choose(race, Drawn())
    row = card.curve_row
    row.editor.select(1)
    assert row.at.text() == "24"
    card.form.try_edit("length", 100)
    assert race.view.config.length == 100
    assert card.curve_row.at.text() == "10"


def test_a_long_run_is_drawn_from_few_steps():
    points = curve_of(Cosine(), 100_000)
    assert len(points) < 600
    assert points[0].tolist() == [0.0, 1.0]
    assert points[-1] == pytest.approx([1.0, 0.0])


def test_the_axis_is_remembered(race):
    card = choose(race, Drawn())
    assert card.picture.log
    card.axis_chosen.emit("linear")
    assert not card.picture.log
    assert race.experiment.view_state.schedule_axis == "linear"


def test_in_a_race_without_racers_it_shows_the_schedule_alone(race):
    card = choose(race, Drawn())
    race.experiment.set_config(dataclasses.replace(race.view.config, racers=()), "None")
    arrive(race)
    assert card.picture._cursor is None
    race.view.grab()
    assert race.view.banner.message == ""
