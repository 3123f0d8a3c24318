"""Fair mode under the hand: tune, read the curve, take a rate, race with the best, and what undo makes of it."""

import dataclasses
import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QWidget
from shell_fixtures import click, hover, key, settle

from lab.core import session as files
from lab.engine.optimizers.lbfgs import LBFGS
from lab.engine.optimizers.rprop import Rprop
from lab.engine.optimizers.sgd import SGD
from lab.panels import PANELS
from lab.panels.race.columns import loss_text
from lab.panels.race.tuning_picture import TuningPicture
from lab.panels.race.tuning_words import OTHER, PROMISE
from lab.sims.race import ClearStarts, Entrant, Race, ScatterStarts
from lab.sims.tuning import Budget, as_told
from lab.ui.theme import manager, theme

SMALL = Budget(trials=6, steps=30)


def opened(window, budget=SMALL):
    """Fair mode with a small budget, not yet tuned."""
    window.view.set_look(fair=True, budget=budget)
    settle()
    return window.view.fair


def tuned(window, budget=SMALL):
    card = opened(window, budget)
    click(card.tune_button, QPointF(card.tune_button.rect().center()))
    settle()
    return card


def rates(window):
    frame = window.experiment.frame()
    return {lane: o.learning_rate for lane, o in zip(frame.lanes, frame.optimizers, strict=True)}


def mark_of(card, lane, i):
    """The i-th trial of a racer, by rising rate, and where it is drawn."""
    return sorted((m for m in card.plot.marks() if m.look.lane == lane), key=lambda m: m.trial.rate)[i]


def words(widget):
    return widget.text() if widget.isVisible() else ""


# -- opening -----------------------------------------------------------------------------------------------------


def test_the_header_opens_it_and_says_what_it_does(race):
    card, button = race.view.fair, race.view.buttons.fair
    assert not card.isVisible()
    click(button, QPointF(button.rect().center()))
    settle()
    assert card.isVisible()
    assert card.message.text() == PROMISE
    assert card.form.config == Budget(24, 200)
    assert not card.plot.isVisible()
    assert not card.race_button.isVisible()


def test_set_up_and_fair_mode_take_turns(race):
    opened(race)
    race.view.buttons.setup.click()
    assert (race.view.setup.isVisible(), race.view.fair.isVisible()) == (True, False)
    race.view.buttons.fair.click()
    assert (race.view.setup.isVisible(), race.view.fair.isVisible()) == (False, True)


def test_the_command_palette_tunes(race):
    command = next(c for c in race.view.commands() if "Fair race" in c.title)
    command.run()
    assert race.view.fair.isVisible()
    assert race.view.fair.tuning is not None


def test_the_budget_is_typed_and_kept(race):
    card = opened(race, Budget())
    card.form.row("trials").field.submitted.emit("7")
    assert race.view._look.budget == Budget(7, 200)
    card.form.row("steps").field.submitted.emit("0")
    assert race.view._look.budget == Budget(7, 200)
    card.tune_button.click()
    assert all(len(lane.trials) in (0, 7) for lane in card.tuning.lanes)


# -- the curve ---------------------------------------------------------------------------------------------------


def test_every_trial_of_every_racer_is_a_mark_and_the_diverged_stand_above_the_plot(race):
    card = tuned(race)
    tuning = card.tuning
    marks = card.plot.marks()
    # A rate that was the best before has a mark, too.
    assert sum(len(lane.trials) for lane in tuning.lanes) == 5 * SMALL.trials
    assert len(marks) == 5 * SMALL.trials + sum(lane.stays for lane in tuning.lanes)
    gone = [m for m in marks if np.isinf(m.trial.score)]
    assert gone
    box = card.plot.scale().box
    for mark in marks:
        assert box.left() - 1 <= mark.at.x() <= box.right() + 1
        if mark in gone:
            assert mark.at.y() < box.top()
        else:
            assert box.contains(mark.at)
    # Each racer has a row of its own there.
    assert len({(m.look.lane, round(m.at.y(), 3)) for m in gone}) == len({m.look.lane for m in gone})
    higher = sorted((m for m in marks if m.look.lane == 0 and m not in gone), key=lambda m: m.trial.score)
    assert [m.at.y() for m in higher] == sorted((m.at.y() for m in higher), reverse=True)


def test_pointing_at_a_mark_tells_its_numbers(race):
    card = tuned(race)
    mark, box = mark_of(card, 4, 2), card.plot.geometry()
    hover(card.plot, mark.at)
    settle()
    # What is pointed at stays under the pointer.
    assert card.plot.geometry() == box
    assert mark_of(card, 4, 2).at == mark.at
    assert "Adam" in card._told.text()
    assert "η" in card._told.text()
    hover(card.plot, QPointF(2, 2))
    assert "Adam" not in card._told.text()


def test_pressing_a_mark_sets_that_rate_as_its_slider_would(race):
    card = tuned(race)
    before = rates(race)
    mark = mark_of(card, 0, 1)
    click(card.plot, mark.at)
    assert rates(race) == {**before, 0: mark.trial.rate}
    race.experiment.undo()
    assert rates(race) == before


def test_a_rate_that_restarts_the_race_is_taken_too(race):
    config = dataclasses.replace(race.view.config, racers=(Entrant(0, Rprop()), Entrant(1, SGD(0.001))))
    race.experiment.set_config(config, "Two")
    card = tuned(race)
    mark = mark_of(card, 0, 0)
    card.take(0, mark.trial.rate)
    assert race.view.config.racers[0].optimizer.learning_rate == mark.trial.rate


def test_the_keyboard_walks_the_curve_and_takes_a_rate(race):
    card = tuned(race)
    race.view.set_look(focus_lane=4)
    card.plot.setFocus(Qt.FocusReason.TabFocusReason)
    best = card.tuning.lanes[4].best.rate
    card.plot._walk(0)
    assert card.plot._pointed == (4, best)
    for _ in range(SMALL.trials + 1):
        key(card.plot, Qt.Key.Key_Left)
    assert card.plot._pointed == (4, card.tuning.lanes[4].trials[0].rate)
    key(card.plot, Qt.Key.Key_Right)
    key(card.plot, Qt.Key.Key_Return)
    assert rates(race)[4] == card.tuning.lanes[4].trials[1].rate
    key(card.plot, Qt.Key.Key_Up)
    assert race.view._look.focus_lane == 3
    assert card.plot._pointed[0] == 3
    key(card.table, Qt.Key.Key_Up)
    assert race.view._look.focus_lane == 2


def test_the_table_says_it_in_words(race):
    card = tuned(race)
    said = card.table.accessibleDescription()
    assert "SGD: loss" in said
    assert "L-BFGS: nothing to tune, the length of its steps: found by a line search" in said
    click(card.table, (60, card.table.head + 1.5 * card.table.row_height))
    assert race.view._look.focus_lane == card.tuning.lanes[1].lane


def test_a_rate_that_nothing_beats_is_called_kept_and_stays(race):
    race.view.choose_preset("rastrigin")
    card = tuned(race, Budget(24, 200))
    adam = next(lane for lane in card.tuning.lanes if lane.present.rate == 0.6)
    assert adam.stays
    assert "Adam: loss 0.995 at 0.600, kept: the best trial ended at 4.97" in card.table.accessibleDescription()
    assert "Adam: kept 0.600, loss 0.995" in card.plot.accessibleDescription()
    before = rates(race)
    card.race_button.click()
    race.experiment.set_playing(False)
    assert rates(race)[adam.lane] == before[adam.lane] == 0.6
    # What races at its best rates has nothing left to gain.
    card = tuned(race, Budget(24, 200))
    assert all(lane.stays for lane in card.tuning.lanes if not lane.kept)
    assert not card.race_button.isEnabled()


@pytest.mark.parametrize("loss", [0.0, 3e-17, 1.26e-15, 9.949e-4, 9.951e-4, 0.12345, 3.985, 9.999, 1e5])
def test_a_gain_counts_where_the_losses_written_differ(loss):
    for by in (1.0, 0.999, 0.99, 0.96, 0.9):
        same_words = loss_text(loss) == loss_text(loss * by)
        assert same_words == (as_told(loss) == as_told(loss * by))


def test_nothing_crosses_the_name_of_the_line_of_not_moving(race):
    card = tuned(race)
    plot = card.plot
    picture = TuningPicture(plot.scale(), plot._ordered(), card.tuning.untouched, {}, -1)
    label = picture.start_label()
    assert plot.scale().box.contains(label)
    assert label.top() < plot.scale().y(card.tuning.untouched) < label.bottom()
    image = plot.grab().toImage()
    # On its patch there is nothing but its words: a column left of them has the colour of the ground.
    x = round(label.left()) + 3
    found = {image.pixelColor(x, y).name() for y in range(round(label.top()) + 3, round(label.bottom()) - 3)}
    assert found == {theme().color("surface").name()}


# -- racing ------------------------------------------------------------------------------------------------------


def test_racing_with_the_best_rates_is_one_entry_of_undo_and_begins_again(race):
    race.experiment.do(ScatterStarts(2), "Scatter")
    race.experiment.seek(12)
    race.experiment.set_live("learning_rate", 0.5, 4, "By hand")
    card = tuned(race)
    before, run, depth = rates(race), race.experiment.run, len(race.experiment.history._past)
    starts = race.experiment.frame().starts.tolist()
    card.race_button.click()
    race.experiment.set_playing(False)
    assert len(race.experiment.history._past) == depth + 1
    assert race.experiment.step == 0
    assert rates(race) == {**before, **card.tuning.rates}
    assert race.experiment.frame().starts.tolist() == starts
    assert not card.isVisible()
    race.experiment.undo()
    assert race.experiment.run is run
    assert rates(race)[4] == 0.5


def test_the_race_then_ends_with_the_losses_that_the_curve_showed(race):
    card = tuned(race)
    card.race_button.click()
    race.experiment.set_playing(False)
    simulation = Race(race.experiment.run)
    for _ in range(SMALL.steps):
        simulation.step()
    frame = simulation.frame()
    for i, lane in enumerate(card.tuning.lanes):
        losses = np.where(frame.diverged_at[i] >= 0, np.inf, frame.excess[i])
        assert losses.tolist() == (lane.best or lane.present).losses.tolist()


def test_the_leaderboard_says_fair_until_a_rate_is_changed_by_hand(race):
    card, note = tuned(race), race.view.fair_note
    assert words(note) == ""
    card.race_button.click()
    race.experiment.set_playing(False)
    race.experiment.seek(9)
    assert words(note) == "fair: 6 trials each"
    race.experiment.set_live("learning_rate", 0.123, 4, "By hand")
    assert words(note) == ""
    race.experiment.undo()
    assert words(note) == "fair: 6 trials each"
    race.experiment.undo()
    assert words(note) == ""
    race.experiment.redo()
    assert words(note) == "fair: 6 trials each"
    race.experiment.set_live("noise", 3.0, None, "Noise")
    assert words(note) == ""
    race.experiment.undo()
    note.click()
    assert card.isVisible()
    assert not card.race_button.isEnabled()


def test_a_changed_race_makes_the_curve_one_of_another(race):
    card = tuned(race)
    assert card.message.text().startswith("6 trials × 30 steps × 2 starts for each rule")
    assert card.race_button.isEnabled()
    changes = [
        lambda: race.experiment.do(ScatterStarts(1), "Scatter"),
        lambda: race.experiment.set_live("noise", 1.0, None, "Noise"),
        lambda: race.view.remove_racer(2),
        lambda: race.experiment.set_config(dataclasses.replace(race.view.config, clip="norm"), "Clip"),
        lambda: race.experiment.set_seed(7),
    ]
    for change in changes:
        change()
        assert card.message.text() == OTHER
        assert not card.race_button.isEnabled()
        race.experiment.undo()
        assert card.message.text() != OTHER
        assert card.race_button.isEnabled()
    race.experiment.do(ScatterStarts(1), "Scatter")
    assert card.tune_button.text() == "Tune again"
    card.tune_button.click()
    assert card.race_button.isEnabled()
    assert len(card.tuning.config.starts) == 3


def test_a_saved_race_is_still_fair_and_its_open_curve_comes_back(windows, tmp_path):
    window = windows("race")
    window.view, window.experiment = window.docks[0].view, window.docks[0].experiment
    card = tuned(window)
    card.race_button.click()
    window.experiment.set_playing(False)
    window.view.set_look(fair=True)
    found = [[t.losses.tolist() for t in lane.trials] for lane in card.tuning.lanes]
    saved = window.desk.session()
    windows.end(window)
    other = windows()
    other.sessions.show(files.from_json(files.to_json(saved), PANELS))
    settle()
    view = other.docks[0].view
    assert words(view.fair_note) == "fair: 6 trials each"
    assert view.fair.tuning is not None
    assert [[t.losses.tolist() for t in lane.trials] for lane in view.fair.tuning.lanes] == found
    again = other.desk.session().panels[0]
    assert again.view == saved.panels[0].view
    assert again.run.config == saved.panels[0].run.config


# -- work under way ----------------------------------------------------------------------------------------------


def wait_until(met, seconds=20.0):
    end = time.monotonic() + seconds
    while not met() and time.monotonic() < end:
        settle()
        time.sleep(0.005)
    assert met()


def test_a_tuning_in_the_background_shows_its_progress_and_can_be_cancelled(windows):
    window = windows("race", inline=False)
    window.view, window.experiment = window.docks[0].view, window.docks[0].experiment
    card = opened(window, Budget(100, 20_000))
    card.tune_button.click()
    settle()
    assert card.bar.isVisible()
    assert card.cancel_button.isVisible()
    assert not card.tune_button.isVisible()
    wait_until(lambda: card.bar.value() > 0)
    card.cancel_button.click()
    settle()
    assert not card.bar.isVisible()
    assert card.tuning is None
    window.view.set_look(budget=SMALL)
    card.tune_button.click()
    wait_until(lambda: card.tuning is not None)
    assert card.tuning.budget == SMALL


# -- bad input ---------------------------------------------------------------------------------------------------


def test_what_can_not_be_tuned_is_said_in_the_card(race):
    card = opened(race)
    race.experiment.do(ClearStarts(), "Clear")
    card.tune_button.click()
    assert card.message.text() == "There is no start to tune over: drop one first."
    race.experiment.undo()
    race.experiment.set_config(dataclasses.replace(race.view.config, racers=()), "Nobody")
    card.tune_button.click()
    assert card.message.text() == "There is no racer to tune: add one first."
    race.view.choose_preset("saddle")
    card.tune_button.click()
    assert "falls without end" in card.message.text()
    assert card.tuning is None
    race.view.choose_preset("himmelblau")
    card.tune_button.click()
    assert card.race_button.isEnabled()


def test_when_everything_diverges_it_says_so_and_offers_no_race(race):
    config = dataclasses.replace(race.view.config, racers=(Entrant(0, SGD()),), starts=((1e11, 1e11),))
    race.experiment.set_config(config, "Far out")
    card = tuned(race)
    assert card.message.text().startswith("Every rule diverged at every rate")
    assert not card.race_button.isEnabled()
    race.view.grab()
    assert race.view.banner.message == ""


def test_a_race_with_nothing_to_tune_has_no_curve(race):
    race.experiment.set_config(dataclasses.replace(race.view.config, racers=(Entrant(0, LBFGS()),)), "One")
    card = tuned(race)
    assert "No racer has a learning rate" in card.message.text()
    assert not card.plot.isVisible()
    assert card.table.isVisible()
    assert not card.race_button.isEnabled()


# -- reach -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("size", "scale"), [((1280, 800), 1.0), ((1920, 1080), 1.0), ((1280, 800), 1.5), ((820, 560), 1.0)]
)
def test_the_card_fits_its_stage_in_every_theme_and_all_of_it_is_reached(windows, size, scale):
    manager().set_text_scale(scale)
    window = windows("race", size=size)
    window.view, window.experiment = window.docks[0].view, window.docks[0].experiment
    card = tuned(window)
    for mode in ("dark", "light"):
        manager().set_mode(mode)
        settle(3)
        assert window.view.stage.rect().contains(card.geometry())
        window.view.grab()
    bars = card._scroll.verticalScrollBar()
    if size == (1280, 800) and scale == 1.0:
        assert not bars.isVisible()
    for label in card.findChildren(QWidget):
        if label.focusPolicy() != Qt.FocusPolicy.NoFocus and label.isVisible():
            assert label.accessibleName()
    chain, here = set(), window.view
    while (here := here.nextInFocusChain()) is not window.view:
        chain.add(here)
    assert {card.plot, card.table, card.tune_button, card.race_button, card.form.row("trials").field} <= chain
    assert window.view.banner.message == ""
