"""The test loss over the training loss: where it is drawn, told and plotted, and the lesson it is there for."""

import dataclasses

import numpy as np
import pytest
from shell_fixtures import settle

from lab.engine.landscapes.sharp_and_flat import SharpAndFlat
from lab.panels.race.held_out import HeldOutHistory, above_minimum
from lab.panels.race.plot_card import QUANTITIES, TEST
from lab.sims.race import MoveStart, lowest


@pytest.fixture
def sharp(race):
    race.view.choose_preset("sharp_and_flat")
    go(race, 200)
    return race


def go(race, step):
    race.experiment.seek(step)
    race.experiment.timeline.work(lambda: True)
    race.experiment.moved.emit()
    settle()


def standing(race, title):
    return next(r for r in race.view.leaderboard.rows if r.look.title == title)


def offered(race):
    combo = race.view.plot_card.quantity
    return [combo.itemText(i) for i in range(combo.count())]


def test_the_preset_shows_who_is_better_off(sharp):
    """Short steps end in the sharp valley, long ones in the flat one, and the test loss turns the order round."""
    landscape = sharp.view.config.landscape
    deep, wide = (np.array(c.point) for c in landscape.critical_points if c.kind == "minimum")
    frame = sharp.experiment.frame()
    by_title = {look.title: frame.theta[i, 0] for i, look in enumerate(sharp.view._looks)}
    assert by_title["SGD · η 0.100"] == pytest.approx(deep, abs=1e-3)
    assert by_title["SGD · η 0.600"] == pytest.approx(wide, abs=1e-3)
    narrow, flat = standing(sharp, "SGD · η 0.100"), standing(sharp, "SGD · η 0.600")
    assert narrow.loss < 1e-6 < flat.loss
    assert flat.test < 0.5 * narrow.test
    assert sharp.view.leaderboard.rows[0].look.title in ("SGD · η 0.100", "Adam")
    sharp.view.set_look(sort="test")
    assert sharp.view.leaderboard.rows[0].look.title in ("SGD · η 0.600", "RMSprop")


def test_no_two_of_its_racers_look_alike(sharp):
    assert len({look.color_role for look in sharp.view._looks}) == len(sharp.view._looks)


def test_the_test_loss_counts_from_the_lowest_training_loss(sharp):
    landscape, frame = sharp.view.config.landscape, sharp.experiment.frame()
    for i, look in enumerate(sharp.view._looks):
        expected = landscape.test_value(frame.theta[i, 0]) - lowest(landscape)
        assert standing(sharp, look.title).test == pytest.approx(float(expected), rel=1e-12)
    assert "0.647" in sharp.view.focus_card._test.text()


def test_it_is_drawn_where_it_means_something(race):
    view = race.view
    assert not view.buttons.layers.switches["test_loss"].isEnabled()
    assert not view.stage.held_out.there
    assert view.stage.overlays.test_legend.isHidden()
    assert view.focus_card._test.isHidden()
    view.choose_preset("sharp_and_flat")
    settle()
    assert view.buttons.layers.switches["test_loss"].isEnabled()
    assert view.buttons.layers.switches["test_loss"].isChecked()
    assert not view.stage.overlays.test_legend.isHidden()
    assert view.stage.held_out._path.elementCount() > 50
    with_lines = view.stage.grab().toImage()
    view.set_look(test_loss=False)
    assert view.stage.overlays.test_legend.isHidden()
    assert view.stage.grab().toImage() != with_lines
    view.set_look(test_loss=True, setup=True)
    assert view.stage.overlays.test_legend.isHidden()


def test_lines_follow_the_window_and_the_shift(sharp):
    held_out = sharp.view.stage.held_out
    before = held_out._path
    sharp.view.stage.zoom(0.5)
    settle()
    assert held_out._path != before
    before = held_out._path
    moved = dataclasses.replace(sharp.view.config, landscape=SharpAndFlat(shift=0.8))
    sharp.experiment.set_config(moved, "Shift")
    settle()
    assert held_out._path != before


def test_it_can_be_plotted_where_it_exists(race):
    words = QUANTITIES[TEST].title
    assert words not in offered(race)
    race.view.choose_preset("sharp_and_flat")
    assert words in offered(race)
    race.view.set_look(plot=TEST)
    go(race, 60)
    card, landscape = race.view.plot_card, race.view.config.landscape
    shown = card.plot._lines.series["0"]
    theta = race.experiment.timeline.trace.values[:, 0, 0, :2].astype(float)
    assert shown.raw == pytest.approx(landscape.test_value(theta) - lowest(landscape), rel=1e-5)
    race.view.choose_preset("himmelblau")
    assert words not in offered(race)
    assert card.quantity.currentText() == QUANTITIES["loss"].title
    assert race.view.banner.message == ""


def test_the_history_computes_only_what_is_new(sharp):
    seen = []
    excess = above_minimum(sharp.view.config.landscape)

    def counted(theta):
        seen.append(len(theta))
        return excess(theta)

    history, trace = HeldOutHistory(), sharp.experiment.timeline.trace
    rows = len(trace)
    first = history.values(trace, counted, 2).copy()
    history.values(trace, counted, 2)
    go(sharp, 205)
    values = history.values(sharp.experiment.timeline.trace, counted, 2)
    assert seen == [rows, len(values) - rows]
    assert np.array_equal(values[:rows], first)
    # What the hand changes in the past is computed afresh.
    go(sharp, 20)
    sharp.experiment.do(MoveStart(0, (3.0, 1.0)), "Carry")
    go(sharp, 60)
    trace = sharp.experiment.timeline.trace
    again = history.values(trace, counted, 2)
    expected = excess(trace.values[..., :2].astype(float))
    assert again == pytest.approx(expected, rel=1e-5)
