"""The race under the hand: what a press, a drag, a key and the wheel do, and what undo makes of it."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shell_fixtures import LEFT, MIDDLE, RIGHT, click, drag, hover, move, pixel_of, press, release, settle, wheel

from lab.core.run import SetParam
from lab.core.simulation import digest
from lab.core.timeline import Timeline
from lab.engine.landscapes.ackley import Ackley
from lab.engine.landscapes.formula import Formula
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.optimizers.sgd import SGD
from lab.panels.race.focus_card import MEDIAN
from lab.sims.race import Entrant, MoveStart, PlaceStarts, Race, RaceConfig, RemoveStart


def events(window):
    return list(window.experiment.run.events())


def free_spot(view, seed=0):
    """A place on the stage with neither head nor flag nor overlay within reach."""
    rng = np.random.default_rng(seed)
    plot = view.stage.plot
    while True:
        at = (float(rng.uniform(plot.left() + 4, plot.right() - 4)), float(rng.uniform(plot.top(), plot.bottom())))
        covered = view.stage.childAt(QPoint(round(at[0]), round(at[1])))
        if covered is None and view.stage.racers.pick(view.stage, QPointF(*at), 20.0) is None:
            return at


def undo_depth(window):
    return len(window.experiment.history._past)


def replayed(window):
    """The frame that a fresh simulation of the same run shows at the cursor."""
    timeline = Timeline(Race, window.experiment.run)
    timeline.seek(window.experiment.step)
    return timeline.sim.frame()


# -- placing -----------------------------------------------------------------------------------------------------


def test_a_press_places_a_start_within_half_a_pixel(race):
    """Over the whole stage, with whole pixels as an ordinary mouse sends them."""
    view, stage = race.view, race.view.stage
    for i in range(24):
        x, y = free_spot(view, i)
        at = QPoint(round(x), round(y))
        if view.stage.racers.pick(stage, QPointF(at), 16.0):
            continue
        QTest.mousePress(stage, LEFT, Qt.KeyboardModifier.NoModifier, at)
        QTest.mouseRelease(stage, LEFT, Qt.KeyboardModifier.NoModifier, at)
        race.experiment.set_playing(False)
        placed = pixel_of(view, view._frame.starts[-1])
        assert abs(placed[0] - at.x()) <= 0.5
        assert abs(placed[1] - at.y()) <= 0.5
        race.experiment.seek(0)
    assert len(view._frame.starts) > 20
    race.player.tick(0)


def test_nothing_is_snapped_between_pixels(race):
    """On a scaled screen the pointer stands between logical pixels: its exact place counts."""
    view, stage = race.view, race.view.stage
    for i in range(12):
        at = free_spot(view, 100 + i)
        click(stage, at)
        race.experiment.set_playing(False)
        assert np.allclose(view._frame.starts[-1], stage.to_world(QPointF(*at)), rtol=0, atol=1e-12)
        assert np.allclose(pixel_of(view, view._frame.starts[-1]), at, rtol=0, atol=1e-6)
        race.experiment.seek(0)
    race.player.tick(0)


def test_zoomed_and_panned_the_press_still_lands_there(race):
    view, stage = race.view, race.view.stage
    centre = (stage.plot.center().x(), stage.plot.center().y())
    for i, notches in enumerate((4, 8, 16, -6)):
        wheel(stage, centre, 120 * notches)
        drag(stage, centre, (centre[0] + 37.5, centre[1] - 21.25), MIDDLE)
        at = free_spot(view, 200 + i)
        click(stage, at)
        race.experiment.set_playing(False)
        assert np.allclose(pixel_of(view, view._frame.starts[-1]), at, rtol=0, atol=1e-6)
        race.experiment.seek(0)
    race.player.tick(0)


@pytest.mark.parametrize("preset", ["parabola", "double_well"])
def test_on_a_curve_the_press_gives_the_weight(windows, preset):
    window = windows("race", preset)
    view = window.docks[0].view
    for i in range(6):
        at = free_spot(view, i)
        click(view.stage, at)
        view.experiment.set_playing(False)
        weight = float(view._frame.starts[-1, 0])
        loss = float(view.config.landscape.value(np.array([weight])))
        assert abs(pixel_of(view, (weight, loss))[0] - at[0]) < 1e-6
        view.experiment.seek(0)
    window.player.tick(0)


def test_a_press_starts_the_race(race):
    at = free_spot(race.view)
    press(race.view.stage, at)
    assert not race.experiment.playing
    release(race.view.stage, at)
    assert race.experiment.playing
    race.player.tick(0.1)
    assert race.experiment.step == 3
    race.experiment.set_playing(False)
    race.player.tick(0)


def test_while_time_is_stopped_midway_a_press_does_not_start_it(race):
    race.experiment.seek(20)
    click(race.view.stage, free_spot(race.view))
    assert not race.experiment.playing
    assert [step for step, _ in events(race)] == [20]
    assert int(race.view._frame.born[-1]) == 20


def test_a_press_outside_the_plot_places_nothing(race):
    stage = race.view.stage
    for at in ((4, 100), (stage.width() - 3, 50), (200, stage.height() - 5)):
        click(stage, at)
    assert events(race) == []
    assert not race.experiment.playing


def test_placing_is_one_entry_of_undo_even_when_dragged_on(race):
    before = digest(race.experiment.frame())
    at = free_spot(race.view)
    drag(race.view.stage, at, (at[0] + 40, at[1] + 25), stations=30)
    race.experiment.set_playing(False)
    assert undo_depth(race) == 1
    assert [type(e) for _, e in events(race)] == [PlaceStarts, MoveStart]
    assert np.allclose(pixel_of(race.view, race.view._frame.starts[-1]), (at[0] + 40, at[1] + 25), atol=1e-6)
    race.experiment.undo()
    assert events(race) == []
    assert digest(race.experiment.frame()) == before
    race.experiment.redo()
    assert len(race.experiment.frame().starts) == 3
    race.player.tick(0)


def test_many_starts_get_the_next_letters(race):
    for i in range(3):
        click(race.view.stage, free_spot(race.view, i))
        race.experiment.set_playing(False)
        race.experiment.seek(0)
    assert race.view.focus_card._starts == (0, 1, 2, 3, 4)
    assert "E" in race.view.board.of._whole
    race.player.tick(0)


# -- dragging ----------------------------------------------------------------------------------------------------


def test_dragging_a_flag_moves_the_start_as_one_entry(race):
    view = race.view
    start = pixel_of(view, view._frame.starts[0])
    goal = free_spot(view)
    drag(view.stage, start, goal, stations=20)
    assert undo_depth(race) == 1
    assert [type(e) for _, e in events(race)] == [MoveStart]
    assert events(race)[0][1].lane is None
    assert np.allclose(pixel_of(view, view._frame.starts[0]), goal, atol=1e-6)
    assert np.array_equal(view._frame.theta[:, 0], np.repeat(view._frame.starts[:1], 6, axis=0))
    race.experiment.undo()
    assert np.allclose(race.experiment.frame().starts[0], (0.2, -4.1))


def test_a_press_on_a_flag_that_does_not_move_edits_nothing(race):
    start = pixel_of(race.view, race.view._frame.starts[0])
    drag(race.view.stage, start, (start[0] + 2, start[1] + 1))
    assert events(race) == []
    assert undo_depth(race) == 0


def test_what_is_read_while_dragging_is_where_the_start_is_now(race):
    view = race.view
    start, goal = pixel_of(view, view._frame.starts[0]), free_spot(view)
    hover(view.stage, start)
    drag(view.stage, start, goal, stations=6)
    settle()
    said = view.stage.overlays.readout.words
    hover(view.stage, goal)
    assert said == view.stage.overlays.readout.words


def test_a_head_dragged_midway_moves_only_that_racer_and_keeps_its_moments(race):
    view = race.view
    race.experiment.seek(30)
    frame = race.experiment.frame()
    adam = next(look.lane for look in view._looks if look.title == "Adam")
    row = frame.lanes.index(adam)
    at = pixel_of(view, frame.theta[row, 0])
    goal = free_spot(view, 3)
    moments = {n: a.copy() for n, a in race.experiment.timeline.sim._lanes.lanes[adam].memory.inner.items()}
    drag(view.stage, at, goal, stations=10)
    after = race.experiment.frame()
    assert events(race) == [(30, MoveStart(0, tuple(map(float, after.theta[row, 0])), adam))]
    assert np.allclose(pixel_of(view, after.theta[row, 0]), goal, atol=1e-6)
    others = [i for i in range(6) if i != row]
    assert np.array_equal(after.theta[others], frame.theta[others])
    assert np.array_equal(after.theta[row, 1], frame.theta[row, 1])
    kept = race.experiment.timeline.sim._lanes.lanes[adam].memory.inner
    assert kept.keys() == moments.keys()
    assert all(np.array_equal(kept[name], moments[name]) for name in moments)
    race.experiment.step_by(20)
    assert digest(race.experiment.frame()) == digest(replayed(race))


def test_a_drag_that_leaves_the_plot_stops_at_its_edge(race):
    view = race.view
    start = pixel_of(view, view._frame.starts[0])
    drag(view.stage, start, (view.stage.width() + 500.0, -300.0))
    placed = pixel_of(view, view._frame.starts[0])
    assert np.allclose(placed, (view.stage.plot.right(), view.stage.plot.top()), atol=1e-6)


def test_dragging_while_the_race_runs_is_one_entry_and_replays(race):
    view = race.view
    race.experiment.set_playing(True)
    race.player.tick(0.1)
    start = pixel_of(view, view._frame.starts[1])
    press(view.stage, start)
    for i in range(1, 8):
        move(view.stage, (start[0] - 9.0 * i, start[1] + 4.0 * i))
        race.player.tick(0.05)
    release(view.stage, (start[0] - 63.0, start[1] + 28.0))
    race.experiment.set_playing(False)
    assert undo_depth(race) == 1
    assert len({step for step, _ in events(race)}) > 3
    assert digest(race.experiment.frame()) == digest(replayed(race))
    race.experiment.undo()
    assert events(race) == []
    race.player.tick(0)


# -- removing ----------------------------------------------------------------------------------------------------


def test_a_right_press_removes_the_start_under_it(race):
    view = race.view
    click(view.stage, pixel_of(view, view._frame.starts[0]), RIGHT)
    assert events(race) == [(0, RemoveStart(0))]
    assert race.experiment.frame().present.tolist() == [False, True]
    assert view._focus().start == 1
    assert view.notice.words == "Start A removed · Ctrl+Z brings it back"
    race.experiment.undo()
    assert race.experiment.frame().present.tolist() == [True, True]
    view.notice.hide()


def test_a_right_press_on_a_head_opens_the_menu_of_its_racer(race):
    """One press must not take away a start with all its trails where only one racer was meant."""
    view = race.view
    race.experiment.seek(12)
    settle()
    at = pixel_of(view, view._frame.theta[4, 1])
    picked = view.stage.racers.pick(view.stage, QPointF(*at))
    assert picked.lane is not None
    click(view.stage, at, RIGHT)
    settle()
    menu = view.racers.menu
    assert menu.isVisible()
    assert menu.accessibleName() == view.title_of(picked.lane)
    assert events(race) == []
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words[-2:] == [f"Remove {menu.accessibleName()} from the race\tDel", "Remove start B"]
    menu.actions()[-1].trigger()
    menu.close()
    assert events(race) == [(12, RemoveStart(1))]
    assert "Start B removed" in view.notice.words
    view.notice.hide()
    # The row of the leaderboard speaks of no start.
    view.leaderboard.menu_wanted.emit(4, QPoint(5, 5))
    assert not any("start" in action.text() for action in menu.actions())
    menu.close()


def test_a_right_press_on_nothing_removes_nothing(race):
    click(race.view.stage, free_spot(race.view), RIGHT)
    assert events(race) == []


def test_a_race_without_starts_still_stands(race):
    view = race.view
    for _ in range(2):
        present = np.flatnonzero(view._frame.present)
        click(view.stage, pixel_of(view, view._frame.starts[present[0]]), RIGHT)
    assert "no start" in view.board.of._whole
    race.experiment.step_by(3)
    settle()
    assert not view.banner.message
    click(view.stage, free_spot(view))
    race.experiment.step_by(2)
    assert int(race.experiment.frame().born[-1]) == 3
    assert not view.banner.message


def test_a_race_without_racers_still_stands(race):
    view = race.view
    for look in list(view._looks):
        view.leaderboard.removed.emit(look.lane)
    settle()
    race.experiment.step_by(3)
    assert view.config.racers == ()
    assert not view.banner.message
    assert view.focus_card.isHidden()
    view.add_optimizer("adam")
    settle()
    assert not view.banner.message
    assert not view.focus_card.isHidden()


# -- looking -----------------------------------------------------------------------------------------------------


def test_hovering_reads_value_and_gradient(race):
    view = race.view
    at = free_spot(view, 5)
    hover(view.stage, at)
    point = np.array(view.stage.to_world(QPointF(*at)))
    assert not view.stage.overlays.readout.isHidden()
    text = view.stage.overlays.readout.words.replace("\u2212", "-")
    landscape = view.config.landscape
    assert f"({point[0]:.3g}" in text or f"{point[0]:.2f}" in text
    said = text.split("f = ")[1].split()[0]
    if "10" not in said:
        assert abs(float(said) - float(landscape.value(point))) <= 1e-3 * abs(float(landscape.value(point)))
    assert "∇f = (" in text
    QApplication.sendEvent(view.stage, QEvent(QEvent.Type.Leave))
    assert view.stage.overlays.readout.isHidden()


def test_the_wheel_zooms_around_the_pointer(race):
    stage = race.view.stage
    for at in ((200.25, 130.5), (stage.plot.right() - 20, stage.plot.bottom() - 9)):
        for delta in (120, 360, -240):
            before, width = stage.to_world(QPointF(*at)), stage.world.width()
            wheel(stage, at, delta)
            assert np.allclose(stage.to_world(QPointF(*at)), before, rtol=1e-9, atol=1e-9)
            assert (stage.world.width() < width) == (delta > 0)


def test_the_middle_button_pans_with_the_hand(race):
    stage = race.view.stage
    before = stage.to_world(QPointF(300, 200))
    drag(stage, (300, 200), (390, 140), MIDDLE)
    assert np.allclose(stage.to_world(QPointF(390, 140)), before, atol=1e-9)
    # By whole pixels of the screen, wherever on them the pen is.
    drag(stage, (390, 140), (300.4, 200.25), MIDDLE)
    assert np.allclose(stage.to_world(QPointF(300, 200)), before, atol=1e-9)
    assert events(race) == []
    stage.go_home()
    assert stage.world.contains(QRectF(-5, -5, 10, 10))


def test_while_the_view_moves_its_field_is_coarse_and_fine_once_it_rests(race, qtbot):
    stage = race.view.stage
    fine = stage.picture.shade.shape
    wheel(stage, (300, 200), 120)
    assert stage.in_motion
    assert stage.picture.shade.shape == (pytest.approx(fine[0] / 2, abs=1), pytest.approx(fine[1] / 2, abs=1))
    qtbot.waitUntil(lambda: stage.picture.shade.shape == fine, timeout=3000)
    world = stage.world
    assert stage.picture.world == (world.x(), world.y(), world.width(), world.height())
    assert not stage.in_motion
    # What is asked for otherwise is fine at once.
    stage.go_home()
    assert stage.picture.shade.shape == fine


def test_the_field_follows_the_view(race):
    view = race.view
    wheel(view.stage, (300, 200), 480)
    world = view.stage.world
    assert view.stage.field._field.world == (world.x(), world.y(), world.width(), world.height())


# -- parameters while running ------------------------------------------------------------------------------------


def rate_row(view):
    return view.focus_card._form.row("learning_rate")


def slide(slider, shares):
    """Drag a slider's handle through some places."""
    at = [QPoint(round(6 + (slider.width() - 12) * s), slider.height() // 2) for s in shares]
    QTest.mousePress(slider, LEFT, Qt.KeyboardModifier.NoModifier, at[0])
    for p in at[1:]:
        QTest.mouseMove(slider, p)
    QTest.mouseRelease(slider, LEFT, Qt.KeyboardModifier.NoModifier, at[-1])


def test_a_rate_dragged_midway_is_one_event_and_one_entry_and_replays(race):
    view = race.view
    race.experiment.seek(40)
    lane = view._focus().lane
    slide(rate_row(view).slider, (0.3, 0.4, 0.45, 0.5, 0.55))
    assert undo_depth(race) == 1
    assert len(events(race)) == 1
    step, event = events(race)[0]
    assert (step, type(event), event.name, event.lane) == (40, SetParam, "learning_rate", lane)
    race.experiment.step_by(25)
    assert digest(race.experiment.frame()) == digest(replayed(race))
    changed = digest(race.experiment.frame())
    race.experiment.seek(10)
    race.experiment.seek(65)
    race.experiment.timeline.work(lambda: True)
    assert digest(race.experiment.frame()) == changed
    race.experiment.undo()
    assert events(race) == []
    race.experiment.redo()
    race.experiment.timeline.work(lambda: True)
    assert digest(race.experiment.frame()) == changed


def test_the_form_shows_the_rate_that_holds_at_the_cursor(race):
    view = race.view
    before = rate_row(view).value
    race.experiment.seek(40)
    slide(rate_row(view).slider, (0.3, 0.7))
    after = rate_row(view).value
    assert after != before
    race.experiment.seek(20)
    assert rate_row(view).value == before
    race.experiment.seek(40)
    assert rate_row(view).value == after


def test_undo_in_the_middle_leaves_the_cursor_and_the_others(race):
    """Three edits at different steps; taking them back one by one gives exactly the run before each."""
    view = race.view
    seen = []
    for step in (10, 25, 40):
        race.experiment.seek(step)
        race.experiment.timeline.work(lambda: True)
        seen.append((race.experiment.run.head, len(events(race))))
        race.experiment.set_live("learning_rate", 0.01 * step, view._focus().lane, "Change the rate")
    race.experiment.seek(60)
    race.experiment.timeline.work(lambda: True)
    for head, count in reversed(seen):
        race.experiment.undo()
        race.experiment.timeline.work(lambda: True)
        assert race.experiment.step == 60
        assert race.experiment.run.head is head
        assert len(events(race)) == count
        assert digest(race.experiment.frame()) == digest(replayed(race))
    assert race.experiment.history.undo_label is None


def test_an_edit_in_the_past_drops_what_came_later_and_undo_brings_it_back(race):
    view = race.view
    race.experiment.seek(30)
    race.experiment.set_live("learning_rate", 0.02, view._focus().lane, "Change the rate")
    race.experiment.seek(10)
    race.experiment.set_live("learning_rate", 0.03, view._focus().lane, "Change the rate")
    assert [s for s, _ in events(race)] == [10]
    race.experiment.undo()
    assert [s for s, _ in events(race)] == [30]


def test_a_restart_parameter_runs_the_race_again_to_the_same_step(race):
    view = race.view
    lane = next(look.lane for look in view._looks if look.title == "L-BFGS")
    view.leaderboard.focused.emit(lane)
    race.experiment.seek(20)
    others = race.experiment.frame().theta[:5].copy()
    row = view.focus_card._form.row("history")
    assert row.offer_once(2)
    race.experiment.timeline.work(lambda: True)
    assert race.experiment.step == 20
    assert events(race) == []
    assert race.experiment.run.config.racers[5].optimizer.history == 2
    assert np.array_equal(race.experiment.frame().theta[:5], others)
    assert undo_depth(race) == 1
    race.experiment.undo()
    race.experiment.timeline.work(lambda: True)
    assert race.experiment.run.config.racers[5].optimizer.history != 2
    assert race.experiment.step == 20


def test_a_live_rate_outlives_a_restart_parameter(race):
    view = race.view
    race.experiment.seek(5)
    view.leaderboard.focused.emit(1)
    race.experiment.set_live("learning_rate", 0.0001, 1, "Change the rate")
    view.setup.form.try_edit("target", 1e-2)
    assert [e.value for _, e in events(race)] == [0.0001]
    assert race.experiment.run.config.target == 1e-2


def test_a_wrong_rate_is_refused_in_its_row(race):
    view, row = race.view, rate_row(race.view)
    for nonsense in ("zero", "-1", "0", ""):
        row.field.setFocus()
        row.field.setText(nonsense)
        QTest.keyClick(row.field, Qt.Key.Key_Return)
        assert row.message.text()
        assert events(race) == []
    QTest.keyClick(row.field, Qt.Key.Key_Escape)
    assert not row.message.text()
    view.setFocus()
    assert not view.banner.message


# -- racers, presets, landscapes ---------------------------------------------------------------------------------


def test_another_racer_joins_and_leaves_and_the_others_do_not_notice(race):
    view = race.view
    race.experiment.seek(30)
    before = race.experiment.frame()
    view.add_optimizer("sgd")
    race.experiment.timeline.work(lambda: True)
    after = race.experiment.frame()
    assert after.lanes == (*before.lanes, 6)
    assert np.array_equal(after.theta[:6], before.theta)
    assert race.experiment.step == 30
    assert view._focus().lane == 6
    assert view._looks[6].symbol not in {look.symbol for look in view._looks[:6]}
    view.leaderboard.removed.emit(6)
    race.experiment.timeline.work(lambda: True)
    assert race.experiment.frame().lanes == before.lanes
    race.experiment.undo()
    race.experiment.undo()
    race.experiment.timeline.work(lambda: True)
    assert digest(race.experiment.frame()) == digest(before)


def test_a_preset_can_be_undone(race):
    view = race.view
    race.experiment.seek(12)
    before = race.experiment.run
    view.choose_preset("rosenbrock")
    assert type(race.experiment.run.config.landscape) is Rosenbrock
    assert race.experiment.step == 0
    assert view.header.presets.value == "rosenbrock"
    race.experiment.undo()
    assert race.experiment.run.config is before.config
    assert race.experiment.step == 12
    assert view.header.presets.value == "himmelblau"


def test_the_header_names_the_preset_that_is_loaded(race):
    """Two presets share a landscape: which one it is shows after undo, and in a second panel, too."""
    view = race.view
    view.choose_preset("noisy")
    assert view.header.presets.value == "noisy"
    race.experiment.undo()
    assert view.header.presets.value == "himmelblau"
    race.experiment.redo()
    assert view.header.presets.value == "noisy"
    race.open_panel("race", preset="noisy")
    settle()
    assert race.docks[1].view.header.presets.value == "noisy"


def test_the_header_names_a_preset_on_this_kind_of_landscape_or_none(race):
    view = race.view
    view.choose_preset("formula")
    own = dataclasses.replace(view.config, landscape=Formula(expression="x^2+y^2"))
    race.experiment.set_config(own, "Type a formula")
    assert view.header.presets.value == "formula"
    view.choose_preset("himmelblau")
    race.experiment.undo()
    assert view.config is own
    assert view.header.presets.value == "formula"
    view.choose_landscape(Ackley)
    assert view.header.presets.value is None
    assert view.header.presets.placeholderText() == "Ackley · no preset"
    view.grab()
    assert not view.banner.message
    race.experiment.undo()
    assert view.header.presets.value == "formula"


def test_undo_and_redo_of_a_preset_bring_the_racer_in_focus_back(race):
    view = race.view
    view.set_look(focus_lane=1)
    view.choose_preset("ravine")
    assert view.focused_lane == 0
    view.set_look(focus_lane=2)
    race.experiment.undo()
    assert view.focused_lane == view.look.focus_lane == 1
    view.set_look(focus_lane=3)
    race.experiment.redo()
    assert view.focused_lane == 2
    race.experiment.undo()
    assert view.focused_lane == 3
    # An edit of the same race leaves the hand's choice alone.
    race.experiment.set_config(dataclasses.replace(view.config, clip="norm"), "Clip")
    view.set_look(focus_lane=0)
    race.experiment.undo()
    assert view.focused_lane == 0


def test_a_new_preset_shows_all_of_its_landscape(race):
    view = race.view
    home = QRectF(view.stage.world)
    wheel(view.stage, (300, 200), 1200)
    assert view.stage.world != home
    view.choose_preset("himmelblau")
    assert view.stage.world == home


def test_from_plane_to_curve_and_back(race):
    view = race.view
    for preset in ("parabola", "saddle", "double_well", "himmelblau"):
        view.choose_preset(preset)
        race.experiment.step_by(5)
        settle()
        assert not view.banner.message, preset
    for _ in range(4):
        race.experiment.undo()
        settle()
        assert not view.banner.message


def test_the_landscape_can_be_chosen_in_the_set_up(race):
    view = race.view
    view.buttons.setup.click()
    assert not view.setup.isHidden()
    row = view.setup.form.row("landscape")
    click_at = next(i for i in range(row.combo.count()) if "Rosenbrock" in row.combo.itemText(i))
    row.combo.setCurrentIndex(click_at)
    row.combo.activated.emit(click_at)
    assert type(view.config.landscape) is Rosenbrock
    assert undo_depth(race) == 1
    race.experiment.undo()
    assert type(view.config.landscape) is not Rosenbrock
    assert not view.banner.message


def test_a_start_is_typed_exactly(race):
    view = race.view
    view.buttons.setup.click()
    settle()
    box = view.setup._shown[0][1][0]
    box.setFocus()
    box.setText("1.25")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert race.experiment.frame().starts[0, 0] == 1.25
    box.setText("over there")
    QTest.keyClick(box, Qt.Key.Key_Return)
    assert "not a number" in view.banner.message
    assert race.experiment.frame().starts[0, 0] == 1.25
    view.banner.clear()


# -- standings ---------------------------------------------------------------------------------------------------


def test_the_leaderboard_is_sorted_by_loss_with_the_diverged_last(race):
    view = race.view
    race.experiment.set_live("learning_rate", 1e6, 0, "Too large")
    for step in (1, 30, 120, 200):
        race.experiment.seek(step)
        race.experiment.timeline.work(lambda: True)
        view.refresh()
        rows = view.leaderboard._rows
        alive = [r.loss for r in rows if r.diverged_at < 0]
        assert alive == sorted(alive)
        assert [r.diverged_at >= 0 for r in rows] == sorted(r.diverged_at >= 0 for r in rows)
    assert rows[-1].look.title == "SGD"


def test_the_median_is_over_all_starts(race):
    view = race.view
    race.experiment.seek(50)
    race.experiment.timeline.work(lambda: True)
    view.focus_card.start_chosen.emit(MEDIAN)
    frame = race.experiment.frame()
    shown = {r.look.lane: r.loss for r in view.leaderboard._rows}
    for i, lane in enumerate(frame.lanes):
        assert shown[lane] == np.median(frame.excess[i])
    assert "median" in view.board.of._whole
    view.focus_card.start_chosen.emit(1)
    shown = {r.look.lane: r.loss for r in view.leaderboard._rows}
    assert shown[0] == frame.excess[0, 1]


def test_steps_to_target_count_from_the_start_of_each_racer(race):
    """A start dropped later has its own step counter; the median counts the same way."""
    view = race.view
    race.experiment.seek(100)
    race.experiment.do(RemoveStart(0), "x")
    race.experiment.do(RemoveStart(1), "x")
    race.experiment.do(PlaceStarts(((2.9, 2.1), (3.1, 1.9))), "x")
    race.experiment.seek(240)
    race.experiment.timeline.work(lambda: True)
    view.refresh()
    frame = race.experiment.frame()
    single = {r.look.lane: r.reached_at for r in view.leaderboard._rows}
    view.focus_card.start_chosen.emit(MEDIAN)
    median = {r.look.lane: r.reached_at for r in view.leaderboard._rows}
    assert (frame.reached_at[:, 2:] >= 0).all(axis=1).any()
    for i, lane in enumerate(frame.lanes):
        took = frame.reached_at[i, 2:] - 100
        if (frame.reached_at[i, 2:] >= 0).all():
            assert single[lane] == took[0]
            assert median[lane] == np.median(took)


def test_a_diverged_racer_is_labelled_and_the_others_go_on(race):
    """Its head stays where it last was; nothing that is drawn is nan; no banner, for it is no error."""
    view = race.view
    race.experiment.set_live("learning_rate", 1e9, 1, "Far too large")
    race.experiment.seek(60)
    race.experiment.timeline.work(lambda: True)
    view.refresh()
    settle()
    frame = race.experiment.frame()
    assert (frame.diverged_at[1] >= 0).all()
    assert (frame.diverged_at[[0, 2, 3, 4, 5]] < 0).all()
    for field in dataclasses.fields(frame):
        value = getattr(frame, field.name)
        if isinstance(value, np.ndarray):
            assert np.isfinite(value).all(), field.name
    assert np.isfinite(view.stage.racers.pixels(view.stage)).all()
    assert not view.banner.message
    ticks = [t for t in view.ticks() if "diverged" in t.label]
    assert [t.step for t in ticks] == [int(frame.diverged_at[1].min())]
    view.leaderboard.focused.emit(1)
    settle()
    assert view.stage.arrows.origin is None
    assert "A" in view.equation._state.text()
    assert not view.banner.message
    race.experiment.seek(0)
    assert (race.experiment.frame().diverged_at < 0).all()


def test_everything_may_diverge_at_once(race):
    view = race.view
    for lane in range(5):
        race.experiment.set_live("learning_rate", 1e12, lane, "Far too large")
    race.experiment.seek(30)
    view.focus_card.start_chosen.emit(MEDIAN)
    settle()
    assert not view.banner.message
    view.stage.grab()


def test_walking_the_leaderboard_changes_the_focus(race):
    view = race.view
    race.experiment.seek(20)
    view.leaderboard.setFocus()
    lanes = [r.look.lane for r in view.leaderboard._rows]
    for _ in range(7):
        QTest.keyClick(view.leaderboard, Qt.Key.Key_Up)
    assert view._focus().lane == lanes[0]
    QTest.keyClick(view.leaderboard, Qt.Key.Key_Down)
    assert view._focus().lane == lanes[1]
    QTest.keyClick(view.leaderboard, Qt.Key.Key_Delete)
    assert lanes[1] not in [r.id for r in view.config.racers]


def test_a_press_while_a_long_seek_is_under_way_takes_hold_of_the_new_start(race):
    """The cursor counts as standing where it is going: the start that was dropped is the one in the hand."""
    view = race.view
    race.experiment.set_horizon(5000)
    race.experiment.seek(10)
    race.experiment.do(PlaceStarts(((4.0, 4.0),)), "Drop")
    race.experiment.seek(0)
    race.experiment.seek(4000)
    assert race.experiment.timeline.pending == 4000
    at = free_spot(view, 9)
    press(view.stage, at)
    assert view.hands._held.start == 3
    release(view.stage, at)
    race.experiment.set_playing(False)
    race.experiment.timeline.work(lambda: True)
    assert len(race.experiment.frame().starts) == 4
    race.player.tick(0)


def test_two_racers_of_one_kind_look_different(race):
    race.view.add_optimizer("sgd")
    race.view.add_optimizer("sgd")
    marks = [(look.symbol, look.color_role) for look in race.view._looks]
    assert len(set(marks)) == len(marks)
    assert len({look.title for look in race.view._looks}) == len(marks)


def test_config_of_one_racer_and_one_start_is_enough(windows):
    window = windows("race")
    view = window.docks[0].view
    config = RaceConfig(Rosenbrock(), (Entrant(0, SGD()),), ((-1.2, 1.0),))
    view.experiment.set_config(config, "Small")
    view.experiment.step_by(3)
    settle()
    assert not view.banner.message
    assert len(view.leaderboard._rows) == 1
