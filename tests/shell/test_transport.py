"""One transport bar for the window: keys, the scrub, length, speed and seed of the panel in focus."""

import dataclasses

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTabBar
from shell_fixtures import LEFT, PLAIN, click, drag, key, press, release, settle

from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.sims.race import PlaceStarts
from lab.ui.experiment import FASTEST, SPEEDS
from lab.ui.transport import MAX_SEED

K = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def replay(window):
    window.experiment.timeline.work(lambda: True)
    window.view.refresh()


# -- keys --------------------------------------------------------------------------------------------------------


def test_space_plays_and_pauses(race):
    key(race, K.Key_Space)
    assert race.experiment.playing
    key(race, K.Key_Space)
    assert not race.experiment.playing
    race.player.tick(0)


def test_keys_walk_the_timeline(race):
    for pressed, modifiers, lands in (
        (K.Key_Right, PLAIN, 51),
        (K.Key_Left, PLAIN, 49),
        (K.Key_Right, SHIFT, 60),
        (K.Key_Left, SHIFT, 40),
        (K.Key_Home, PLAIN, 0),
        (K.Key_End, PLAIN, 240),
    ):
        race.experiment.seek(50)
        replay(race)
        race.experiment.set_playing(True)
        key(race, pressed, modifiers)
        replay(race)
        assert race.experiment.step == lands
        assert not race.experiment.playing
        assert race.transport._step.text() == str(lands)
    race.player.tick(0)


def test_left_at_the_start_stays_there(race):
    key(race, K.Key_Left)
    key(race, K.Key_Left, SHIFT)
    assert race.experiment.step == 0


def test_right_at_the_end_lengthens_the_timeline(race):
    race.experiment.seek(240)
    replay(race)
    key(race, K.Key_Right)
    assert (race.experiment.step, race.experiment.horizon) == (241, 241)
    key(race, K.Key_Right, SHIFT)
    assert (race.experiment.step, race.experiment.horizon) == (251, 251)


def test_a_slider_reached_by_tab_keeps_its_arrows(race):
    race.experiment.seek(20)
    slider = race.view.focus_card._form.row("learning_rate").slider
    slider.setFocus(Qt.FocusReason.TabFocusReason)
    before = slider.value()
    for pressed in (K.Key_Right, K.Key_Left, K.Key_Home, K.Key_End):
        key(slider, pressed)
        assert race.experiment.step == 20
    assert slider.value() != before
    key(slider, K.Key_Space)
    assert race.experiment.playing
    race.experiment.set_playing(False)
    race.player.tick(0)


def test_on_a_button_reached_by_tab_space_plays_and_enter_presses(race):
    button = race.view.buttons.setup
    button.setFocus(Qt.FocusReason.TabFocusReason)
    key(button, K.Key_Space)
    assert race.view.setup.isHidden()
    assert race.experiment.playing
    race.experiment.set_playing(False)
    race.player.tick(0)
    key(button, K.Key_Return)
    assert not race.view.setup.isHidden()
    assert not race.experiment.playing


def test_after_a_press_on_a_slider_the_keys_play_again(race):
    slider = race.view.focus_card._form.row("learning_rate").slider
    QTest.mouseClick(slider, LEFT, PLAIN, QPoint(slider.width() // 2, slider.height() // 2))
    race.experiment.seek(20)
    key(QApplication.focusWidget() or race, K.Key_Space)
    assert race.experiment.playing
    race.experiment.set_playing(False)
    race.player.tick(0)


def test_typing_in_a_line_never_plays_or_steps(race):
    race.experiment.seek(20)
    for line in (race.transport.seed, race.transport.horizon):
        line.setFocus()
        line.setText("12")
        for pressed in (K.Key_Space, K.Key_Left, K.Key_Right, K.Key_Home, K.Key_End):
            key(line, pressed)
        key(line, K.Key_Escape)
        assert race.experiment.step == 20
        assert not race.experiment.playing


def test_the_palette_takes_space_as_a_letter(race):
    race.actions_.open_palette()
    QTest.keyClicks(race.palette_box._line, "race on")
    assert race.palette_box._line.text() == "race on"
    assert not race.experiment.playing


# -- the scrub ---------------------------------------------------------------------------------------------------


def test_a_press_on_the_track_goes_there(race):
    scrub = race.transport.scrub
    for step in (120, 240, 33):
        click(scrub, (scrub.x_of(step), 20.0))
        replay(race)
        assert race.experiment.step == step


def test_dragging_the_track_scrubs_and_pauses(race):
    scrub = race.transport.scrub
    race.experiment.set_playing(True)
    drag(scrub, (scrub.x_of(20), 20.0), (scrub.x_of(90), 20.0), stations=14)
    assert not race.experiment.playing
    replay(race)
    assert race.experiment.step == 90
    race.player.tick(0)


def test_a_drag_beyond_the_ends_stops_there(race):
    scrub = race.transport.scrub
    press(scrub, (scrub.x_of(20), 20.0))
    drag(scrub, (scrub.x_of(20), 20.0), (scrub.width() + 400.0, 20.0))
    replay(race)
    assert race.experiment.step == 240
    drag(scrub, (scrub.x_of(200), 20.0), (-400.0, 20.0))
    assert race.experiment.step == 0
    release(scrub, (-400.0, 20.0))


def test_a_press_near_a_tick_goes_to_the_tick(race):
    race.experiment.seek(57)
    replay(race)
    race.experiment.do(PlaceStarts(((1.0, 1.0),)), "Drop")
    race.experiment.seek(0)
    scrub = race.transport.scrub
    click(scrub, (scrub.x_of(57) + 3.0, 20.0))
    replay(race)
    assert race.experiment.step == 57


def test_the_track_is_walked_by_page_keys(race):
    race.transport.scrub.setFocus(Qt.FocusReason.TabFocusReason)
    key(race.transport.scrub, K.Key_PageDown)
    assert race.experiment.step == 24
    key(race.transport.scrub, K.Key_PageUp)
    assert race.experiment.step == 0
    assert "Step 0 of 240" in race.transport.scrub.accessibleDescription()


def test_ticks_tell_of_targets_divergence_and_events(race):
    race.experiment.seek(30)
    race.experiment.do(PlaceStarts(((3.0, 2.0),)), "Drop")
    race.experiment.set_live("learning_rate", 1e9, 0, "Too large")
    race.experiment.seek(240)
    replay(race)
    ticks = {(t.step, t.label) for t in race.transport._ticks}
    labels = {label for _, label in ticks}
    assert (0, "start") in ticks
    assert (30, "start dropped") in ticks
    assert (30, "SGD: learning rate") in ticks
    assert any("at target" in label for label in labels)
    assert any(label.startswith("SGD diverged from ") for label in labels)
    race.experiment.undo()
    race.experiment.undo()
    replay(race)
    labels = {t.label for t in race.transport._ticks}
    assert "SGD diverged" not in labels
    assert "start dropped" not in labels


# -- length, speed, seed -----------------------------------------------------------------------------------------


def typed(line, text):
    line.setFocus()
    line.setText(text)
    key(line, K.Key_Return)


def test_the_length_is_typed(race):
    typed(race.transport.horizon, "1,000")
    assert race.experiment.horizon == 1000
    assert race.transport.scrub._horizon == 1000
    race.experiment.seek(50)
    replay(race)
    typed(race.transport.horizon, "20")
    assert race.experiment.horizon == 50  # never less than where the cursor stands


def test_a_nonsense_length_is_refused_with_a_reason(race):
    for nonsense in ("", "long", "-5", "0", "1e99", "12.5", "inf", "99999999999", "nan"):
        typed(race.transport.horizon, nonsense)
        assert race.experiment.horizon == 240
        assert race.view.banner.message.startswith("Length of the timeline:")
        race.view.banner.clear()
        key(race.transport.horizon, K.Key_Escape)
        assert race.transport.horizon.text().replace(",", "") == "240"


def test_the_seed_is_typed(race):
    race.view.choose_preset("noisy")
    race.experiment.seek(20)
    before = race.experiment.frame().theta.copy()
    typed(race.transport.seed, "7")
    assert race.experiment.run.seed == 7
    assert race.experiment.step == 20
    assert (race.experiment.frame().theta != before).any()
    race.experiment.undo()
    assert race.experiment.run.seed == 42
    assert race.transport.seed.text() == "42"
    assert (race.experiment.frame().theta == before).all()


def test_a_nonsense_seed_is_refused_with_a_reason(race):
    for nonsense in ("", "many", "-1", "1.5", "²", str(MAX_SEED + 1), "9" * 5000):
        typed(race.transport.seed, nonsense)
        assert race.experiment.run.seed == 42
        assert race.transport.seed.text() == "42"
        assert race.view.banner.message.startswith("Seed:")
        race.view.banner.clear()


def test_the_dice_give_another_seed_and_undo_the_old_one(race):
    seen = {42}
    for _ in range(20):
        race.transport._dice.trigger()
        assert race.experiment.run.seed not in seen
        seen.add(race.experiment.run.seed)
    for _ in range(20):
        race.experiment.undo()
    assert race.experiment.run.seed == 42


def test_speeds(race):
    combo = race.transport.speed
    for i, speed in enumerate((*SPEEDS, FASTEST)):
        combo.setCurrentIndex(i)
        combo.activated.emit(i)
        assert race.experiment.speed == speed
    race.experiment.set_speed(10.0)
    race.experiment.set_playing(True)
    race.player.tick(0.55)
    assert race.experiment.step == 5
    race.player.tick(0.05)
    assert race.experiment.step == 6
    race.experiment.set_playing(False)
    race.player.tick(0)


# -- the end -----------------------------------------------------------------------------------------------------


def test_play_stops_at_the_end_and_going_on_lengthens_it(race):
    race.experiment.set_speed(1000.0)
    race.experiment.set_playing(True)
    for _ in range(200):
        race.player.tick(0.1)
        if not race.experiment.playing:
            break
    assert race.experiment.step == race.experiment.horizon == 240
    assert "Play" in race.transport.play.accessibleName()
    assert not race.player.active
    key(race, K.Key_Space)
    assert race.experiment.playing
    assert race.experiment.horizon == 480
    race.player.tick(0.01)
    assert race.experiment.step > 240
    race.experiment.set_playing(False)
    race.player.tick(0)


def test_undo_to_a_later_step_than_the_timeline_has_lengthens_it(race):
    race.experiment.seek(200)
    replay(race)
    race.view.choose_preset("rosenbrock")
    race.experiment.set_horizon(50)
    race.experiment.undo()
    replay(race)
    assert race.experiment.step == 200
    assert race.experiment.horizon >= 200


def far(window, horizon=3840):
    """A race that was played for long."""
    window.experiment.set_horizon(horizon)
    window.experiment.seek(900)
    replay(window)
    return window.experiment


@pytest.mark.parametrize("fresh", ["preset", "landscape", "set-up"])
def test_a_fresh_race_has_a_timeline_of_the_usual_length_and_undo_brings_the_long_one_back(race, fresh):
    e = far(race)
    e.do(PlaceStarts(((1.0, 1.0),)), "Drop a start")
    if fresh == "preset":
        race.view.choose_preset("rosenbrock")
    elif fresh == "landscape":
        race.view.choose_landscape(Rosenbrock)
    else:
        row = race.view.setup.form.row("landscape")
        row.offer_once(Rosenbrock())
    assert (e.step, e.horizon) == (0, 240)
    assert race.transport.horizon.text() == "240"
    e.undo()
    replay(race)
    assert (e.step, e.horizon) == (900, 3840)
    assert [step for step, _ in e.run.events()] == [900]
    e.redo()
    assert (e.step, e.horizon) == (0, 240)


def test_a_timeline_is_never_shorter_than_the_events_of_its_run(race):
    e = far(race)
    e.do(PlaceStarts(((1.0, 1.0),)), "Drop a start")
    e.set_run(dataclasses.replace(e.run, seed=5), "The same once more")
    assert (e.step, e.horizon) == (0, 900)


def test_a_change_that_keeps_its_place_leaves_the_length_alone(race):
    e = race.experiment
    e.seek(50)
    e.set_config(dataclasses.replace(e.run.config, target=1e-6), "Change the target")
    e.set_horizon(3840)
    e.undo()
    assert (e.step, e.horizon) == (50, 3840)


# -- several panels ----------------------------------------------------------------------------------------------


@pytest.fixture
def two(race):
    """Two races side by side."""
    race.open_panel("race", preset="rosenbrock")
    race.actions_.arrange("side by side")
    settle()
    race.first, race.second = race.docks
    return race


def test_the_transport_names_and_controls_the_panel_in_focus(two):
    assert two.active is two.second
    assert two.transport._name._whole == two.second.experiment.name
    click(two.first.view.stage, (200.0, 60.0))
    assert two.active is two.first
    assert two.transport._name._whole == two.first.experiment.name
    two.first.experiment.set_playing(False)
    key(two, K.Key_Right)
    assert two.first.experiment.step == 1
    assert two.second.experiment.step == 0
    two.player.tick(0)


def test_touching_a_form_or_a_header_makes_its_panel_the_active_one(two):
    """Undo after dragging a slider must undo that slider, whatever panel was used before."""
    slider = two.first.view.focus_card._form.row("learning_rate").slider
    QTest.mouseClick(slider, LEFT, PLAIN, QPoint(slider.width() // 4, slider.height() // 2))
    assert two.active is two.first
    two.second.view.leaderboard.setFocus(Qt.FocusReason.TabFocusReason)
    assert two.active is two.second
    QTest.mouseClick(two.first.view.header, LEFT, PLAIN, QPoint(3, 3))
    assert two.active is two.first


def test_two_races_play_side_by_side(two):
    for dock in two.docks:
        dock.experiment.set_playing(True)
    two.player.tick(0.1)
    assert [d.experiment.step for d in two.docks] == [3, 3]
    two.first.experiment.set_playing(False)
    two.player.tick(0.1)
    assert [d.experiment.step for d in two.docks] == [3, 6]
    two.second.experiment.set_playing(False)
    two.player.tick(0)


def test_all_panels_play_together_each_on_its_own_timeline(two):
    first, second = two.first.experiment, two.second.experiment
    second.seek(10)
    key(two, K.Key_Space, SHIFT)
    assert (first.playing, second.playing) == (True, True)
    two.player.tick(0.1)
    assert (first.step, second.step) == (3, 13)
    assert two.active is two.second
    assert two.transport._step.text() == "13"
    first.set_playing(False)
    key(two, K.Key_Space, SHIFT)  # one still plays: all pause
    assert (first.playing, second.playing) == (False, False)
    two.player.tick(0)
    assert not two.player.active
    key(two, K.Key_Home, SHIFT)
    assert (first.step, second.step) == (0, 0)


def test_playing_all_leaves_hidden_panels_alone(two):
    two.actions_.arrange("focus")
    settle()
    two.second.raise_()
    settle()
    two.first.experiment.seek(20)
    two.second.experiment.seek(30)
    two.desk.toggle_all()
    assert not two.first.experiment.playing
    assert two.second.experiment.playing
    two.desk.all_to_start()
    assert (two.first.experiment.step, two.second.experiment.step) == (20, 0)
    two.player.tick(0)
    assert not two.player.active


def test_playing_all_is_offered_by_menu_and_palette(two):
    titles = {"Play or pause all panels together": "Shift+Space", "All panels to the start": "Shift+Home"}
    found = {c.title: c.shortcut for c in two.actions_.commands()}
    listed = [action.text() for action in two.bar.panel.actions()]
    for title, shortcut in titles.items():
        assert found[title] == shortcut
        assert title in listed
    two.show_start()
    two.desk.toggle_all()  # nothing is seen: nothing plays
    assert not any(dock.experiment.playing for dock in two.docks)


def test_a_hidden_tab_costs_nothing_and_goes_on_when_shown(two):
    two.actions_.arrange("focus")
    settle()
    two.first.raise_()
    two.second.experiment.set_playing(True)
    settle()
    two.player.tick(0.1)
    assert not two.second.view.seen
    assert two.second.experiment.step == 0
    assert not two.player.active
    two.second.raise_()
    settle()
    assert two.player.active
    two.second.experiment.set_playing(False)
    two.player.tick(0)


def test_the_tab_that_is_raised_is_controlled(two):
    two.actions_.arrange("focus")
    settle()
    bar = next(b for b in two.findChildren(QTabBar) if b.count() == 2)
    for i, dock in enumerate((two.first, two.second)):
        QTest.mouseClick(bar, LEFT, PLAIN, bar.tabRect(i).center())
        settle()
        assert dock.view.seen
        assert two.active is dock


def test_each_of_several_panels_says_where_it_stands(two):
    """The transport speaks of one of them."""
    first, second = (dock.view._playhead for dock in two.docks)
    two.docks[0].experiment.seek(32)
    two.docks[1].experiment.step_by(3)
    settle()
    assert (first.words, second.words) == ("Step 32 / 240", "Step 3 / 240")
    assert first.isVisible()
    assert second.isVisible()
    assert first.accessibleDescription() == first.words
    two.docks[1].experiment.set_horizon(1000)
    assert second.words == "Step 3 / 1,000"


def test_one_panel_needs_no_playhead_of_its_own_and_a_hidden_one_hears_nothing(two):
    views = [dock.view for dock in two.docks]
    room = views[0].layout().contentsMargins().bottom()
    two.actions_.arrange("focus")
    settle()
    assert not any(view._playhead.isVisible() for view in views)
    assert views[0].layout().contentsMargins().bottom() > room
    said = [view._playhead.words for view in views]
    for view in views:
        view.experiment.step_by(1)
    assert [view._playhead.words for view in views] == said
    two.actions_.arrange("side by side")
    settle()
    assert all(view._playhead.isVisible() for view in views)
    assert [view._playhead.words for view in views] != said
    two.close_panel(two.docks[1])
    settle()
    assert not views[0]._playhead.isVisible()


def test_a_playhead_draws_nothing_while_its_panel_rests(two, monkeypatch):
    playhead = two.docks[0].view._playhead
    drawn = []
    monkeypatch.setattr(playhead, "update", lambda: drawn.append(playhead.words))
    two.docks[0].experiment.moved.emit()
    assert drawn == []
    two.docks[0].experiment.step_by(1)
    assert len(drawn) == 1
