"""Landscapes of one weight: the numerical derivative, balls that meet, and what is out of sight."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtTest import QTest
from shell_fixtures import click, drag, hover, settle

from lab.core import session as files
from lab.engine.differences import SCHEMES, error_model, one_sided, quotient
from lab.engine.landscapes import LANDSCAPES
from lab.engine.landscapes.absolute import Absolute
from lab.engine.landscapes.parabola import Parabola
from lab.panels import PANELS
from lab.panels.race.balls import TOUCH, BallsLayer, stacked
from lab.panels.race.derivative import GRID, Reading, parting, read, side_by_side
from lab.panels.race.error_plot import DECADES, TOP, heights, top_of
from lab.panels.race.focus_card import MEDIAN
from lab.panels.race.one_d import HUGE, home, on_curve
from lab.sims.race import MoveStart, PlaceStarts, RemoveStart, ScatterStarts

ONE_WEIGHT = [id for id in LANDSCAPES.ids() if LANDSCAPES[id].dim == 1]


@pytest.fixture
def line(windows: Any) -> Any:
    """A window with the race on the wavy parabola, from two starts."""
    window = windows("race", "derivative")
    window.view = window.docks[0].view
    window.experiment = window.docks[0].experiment
    on(window, window.view.config.landscape, -5.0, 4.2)
    return window


def card_of(window: Any) -> Any:
    return window.view.stage.overlays.derivative


def reading_of(window: Any) -> Reading | None:
    return window.view.stage.secant.reading


def weight_of(window: Any) -> np.ndarray:
    """Of the racer in focus."""
    view = window.view
    focus = view._focus()
    return view._frame.theta[view._frame.lanes.index(focus.lane), focus.start]


def on(window: Any, landscape: Any, *weights: float) -> None:
    """Race on this landscape from these weights."""
    config = dataclasses.replace(window.view.config, landscape=landscape, starts=tuple((w,) for w in weights))
    window.experiment.set_config(config, "Test")
    window.experiment.seek(0)
    settle()


# -- the numbers -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("stored", [False, True])
def test_the_card_shows_the_engines_numbers(line: Any, scheme: str, stored: bool) -> None:
    line.experiment.seek(7)
    landscape, theta = line.view.config.landscape, weight_of(line)
    errors = np.abs(quotient(landscape, theta, GRID, scheme, stored=stored) - landscape.gradient(theta)[0])
    for h in (1.0, 0.03, 1e-8, 1e-16):
        line.view.set_look(scheme=scheme, stored_h=stored, h=h)
        reading = reading_of(line)
        assert reading is not None
        assert reading.weight == theta[0]
        assert reading.exact == landscape.gradient(theta)[0]
        wanted = quotient(landscape, theta, h, scheme, stored=stored)[0]
        assert np.array_equal([reading.slope], [wanted], equal_nan=True)
        assert reading.expected == error_model(landscape, theta, scheme, stored=stored).error(h)[0]
        assert np.array_equal(reading.errors[scheme], errors, equal_nan=True)
        lines = card_of(line).numbers.lines
        assert (lines[0][1], lines[1][1]) == side_by_side(reading.exact, wanted)
        assert lines[1][0].endswith("h" if not stored else "ĥ")
        line.view.grab()
        assert not line.view.banner.message


def test_the_secant_goes_through_both_points_of_the_curve(line: Any) -> None:
    theta, landscape = weight_of(line), line.view.config.landscape
    for scheme, ends in (("forward", (0.0, 0.5)), ("backward", (-0.5, 0.0)), ("central", (-0.5, 0.5))):
        line.view.set_look(scheme=scheme, h=0.5)
        reading = reading_of(line)
        assert reading is not None
        weights = theta[0] + np.array(ends)
        assert np.array_equal(reading.ends, np.stack([weights, landscape.value(weights[:, None])], axis=1))
        (x0, y0), (x1, y1) = reading.ends
        assert reading.slope == pytest.approx((y1 - y0) / (x1 - x0), rel=1e-12)


def test_the_numbers_follow_the_ball(line: Any) -> None:
    before = reading_of(line)
    line.experiment.step_by(3)
    after = reading_of(line)
    assert before is not None
    assert after is not None
    assert after.weight == weight_of(line)[0] != before.weight


@pytest.mark.parametrize(("a", "b", "texts"), [
    (-1.5654, -1.0654, ("−1.565", "−1.065")),
    (2.0, 2.0000000101, ("2.000000000", "2.000000010")),
    (0.1, 0.1, ("0.100000", "0.100000")),
    (0.0, 0.5, ("0.0000", "0.5000")),
    (1.0, float("nan"), ("1.00000", "–")),
    (1.5e12, 1.6e12, ("1.500·10¹²", "1.600·10¹²")),
    (3e-320, 0.0, ("3.000·10⁻³²⁰", "0.000·10⁻³²⁰")),
    (0.0, 0.0, ("0.00000", "0.00000")),
])  # fmt: skip
def test_two_numbers_get_the_digits_that_tell_them_apart(a: float, b: float, texts: tuple[str, str]) -> None:
    first, second = side_by_side(a, b)
    assert (first, second) == texts
    assert first[: parting(first, second)] == second[: parting(first, second)]


def test_a_difference_in_the_last_bit_is_seen() -> None:
    first, second = side_by_side(1.0, np.nextafter(1.0, 2.0))
    assert first != second


# -- the plot ----------------------------------------------------------------------------------------------------


def test_an_error_of_zero_lies_on_the_floor_and_a_lost_h_is_left_out() -> None:
    shares = heights(np.array([0.0, 1e-300, 10.0**TOP, 10.0 ** (TOP - DECADES / 2), np.nan, np.inf]), TOP)
    assert shares[:4].tolist() == [0.0, 0.0, 1.0, 0.5]
    assert np.isnan(shares[4:]).all()


def test_the_axis_grows_for_large_errors_only() -> None:
    assert top_of(np.array([0.0, 3.0, np.nan])) == TOP
    assert top_of(np.array([2e5])) == 6
    assert top_of(np.array([np.nan, np.inf])) == TOP


def test_dragging_in_the_plot_chooses_h(line: Any) -> None:
    plot = card_of(line).plot
    for share, power in ((0.5, -8.0), (0.25, -12.0), (-0.5, -16.0), (3.0, 0.0)):
        box = plot.box
        drag(plot, (box.center().x(), box.center().y()), (box.left() + share * box.width(), box.center().y()))
        assert np.log10(line.experiment.view_state.h) == pytest.approx(power, abs=0.02)
        assert plot.x_of(line.experiment.view_state.h) == pytest.approx(
            box.left() + min(max(share, 0.0), 1.0) * box.width(), abs=0.5
        )
        assert not line.view.banner.message


def test_the_plot_says_what_it_shows(line: Any) -> None:
    line.view.set_look(h=1e-3)
    assert "h = 1.0·10⁻³" in card_of(line).plot.accessibleDescription().replace("0.00100", "1.0·10⁻³")
    assert "f′(θ), exact" in card_of(line).numbers.accessibleDescription()


# -- the controls ------------------------------------------------------------------------------------------------


def test_the_slider_and_the_box_change_h(line: Any) -> None:
    row = card_of(line).h
    row.slider.setValue(500)
    assert line.experiment.view_state.h == 1e-8
    assert reading_of(line).h == 1e-8
    line.view.set_look(h=1e-4)
    assert row.slider.value() == 750
    row.slider.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(row.slider, Qt.Key.Key_Left)
    assert line.experiment.view_state.h == pytest.approx(1e-4 * 10**-0.16, rel=5e-3)
    row.field.setFocus()
    row.field.setText("3.3e-5")
    QTest.keyClick(row.field, Qt.Key.Key_Return)
    assert line.experiment.view_state.h == 3.3e-5


def test_an_h_that_makes_no_sense_is_refused_in_place(line: Any) -> None:
    row = card_of(line).h
    for text in ("0", "-1", "2", "1e-20", "nan", "wide"):
        row.field.setFocus()
        row.field.setText(text)
        QTest.keyClick(row.field, Qt.Key.Key_Return)
        assert row.message.text(), text
        assert line.experiment.view_state.h == 0.5, text
        assert not line.view.banner.message, text
        QTest.keyClick(row.field, Qt.Key.Key_Escape)
        assert not row.message.text(), text


def test_the_schemes_and_the_stored_h_are_chosen_on_the_card(line: Any) -> None:
    card = card_of(line)
    card.scheme._buttons[2].click()
    assert line.experiment.view_state.scheme == "central"
    card.stored.click()
    assert line.experiment.view_state.stored_h
    line.view.set_look(scheme="backward", stored_h=False)
    assert (card.scheme.value, card.stored.isChecked()) == ("backward", False)


def test_every_control_has_a_name_and_can_be_reached(line: Any) -> None:
    card = card_of(line)
    for control in (*card.scheme._buttons, card.stored, card.h.slider, card.h.field, card.plot, card.numbers):
        assert control.accessibleName()
    assert card.plot.toolTip()
    assert card.stored.toolTip()
    assert card.h.slider.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_closing_the_card_takes_the_layer_off_and_the_menu_puts_it_on(line: Any) -> None:
    assert card_of(line).isVisible()
    card_of(line).closed.emit()
    assert not line.experiment.view_state.difference
    assert not card_of(line).isVisible()
    assert reading_of(line) is None
    switch = line.view.buttons.layers.switches["difference"]
    assert not switch.isChecked()
    switch.trigger()
    assert card_of(line).isVisible()
    assert reading_of(line) is not None


def test_the_tangent_stays_with_either_layer(line: Any) -> None:
    stage = line.view.stage
    for arrows, difference in ((True, True), (True, False), (False, True), (False, False)):
        line.view.set_look(arrows=arrows, difference=difference)
        assert (stage.tangent.reading is not None) == (arrows or difference)
        assert (stage.step.origin is not None) == arrows


def test_the_look_is_saved_with_the_session(line: Any) -> None:
    line.view.set_look(scheme="central", h=2.5e-7, stored_h=True)
    text = files.to_json(line.desk.session())
    again = files.from_json(text, PANELS)
    look = again.panels[0].view
    assert (look.difference, look.scheme, look.h, look.stored_h) == (True, "central", 2.5e-7, True)
    assert files.to_json(again) == text


def test_a_session_from_before_the_layer_opens(line: Any) -> None:
    document = json.loads(files.to_json(line.desk.session()))
    view = document["panels"][0]["view"]
    for name in ("difference", "scheme", "h", "stored_h"):
        del view[name]
    look = files.from_json(json.dumps(document), PANELS).panels[0].view
    assert (look.difference, look.scheme, look.h) == (False, "forward", 0.5)


@pytest.mark.parametrize(("preset", "off"), [
    ("derivative", {"log_colors", "contours", "basins", "data", "test_loss"}),
    ("himmelblau", {"difference", "data", "test_loss"}), ("regression", {"difference", "test_loss"}),
])  # fmt: skip
def test_layers_that_mean_nothing_here_can_not_be_switched(windows: Any, preset: str, off: set[str]) -> None:
    view = windows("race", preset).docks[0].view
    assert {name for name, switch in view.buttons.layers.switches.items() if not switch.isEnabled()} == off


def test_two_weights_have_no_secant(race: Any) -> None:
    race.view.set_look(difference=True)
    assert card_of(race).isHidden()
    race.view.choose_preset("derivative")
    assert card_of(race).isVisible()
    race.view.choose_preset("himmelblau")
    assert card_of(race).isHidden()
    assert not isinstance(race.view.stage.racers, BallsLayer)
    race.view.grab()
    assert not race.view.banner.message


# -- nothing to show ---------------------------------------------------------------------------------------------


def test_without_a_start_or_a_racer_the_card_says_so(line: Any) -> None:
    for start in (0, 1):
        line.experiment.do(RemoveStart(start), "Remove")
    assert reading_of(line) is None
    assert "No start" in card_of(line).numbers.accessibleDescription()
    line.view.grab()
    for look in list(line.view._looks):
        line.view.remove_racer(look.lane)
    assert "No racer" in card_of(line).numbers.accessibleDescription()
    line.view.grab()
    assert not line.view.banner.message


def test_a_diverged_racer_in_focus_has_no_derivative(line: Any) -> None:
    line.view.choose_preset("parabola")
    lane = line.view._looks[0].lane
    line.view.set_look(focus_lane=lane)
    line.experiment.set_live("learning_rate", 1e12, lane, "Far too large")
    line.experiment.seek(20)
    settle()
    assert "diverged" in card_of(line).numbers.accessibleDescription()
    assert line.view.stage.tangent.reading is None
    line.view.grab()
    assert not line.view.banner.message


def test_the_median_of_all_starts_has_no_derivative(line: Any) -> None:
    line.view.focus_card.start_chosen.emit(MEDIAN)
    assert reading_of(line) is None
    assert "median" in card_of(line).numbers.accessibleDescription()
    line.view.grab()


@pytest.mark.parametrize("id", ONE_WEIGHT)
def test_far_and_tiny_weights_are_drawn_without_a_warning(line: Any, id: str) -> None:
    for weight in (1e9, -1e160, 1e-310, 0.0):
        on(line, LANDSCAPES[id](), weight, 0.5)
        for h in (1.0, 1e-16):
            for scheme in SCHEMES:
                line.view.set_look(h=h, scheme=scheme, focus_start=0, curvature=True)
                line.view.grab()
                assert not line.view.banner.message, weight


def test_a_loss_that_is_no_number_is_no_reading() -> None:
    assert read(Parabola(), np.array([1e200]), 0.1, "forward", False) is None
    assert on_curve(Parabola(), np.array([[1e200], [np.nan]])).tolist() == [[HUGE, HUGE], [0.0, 0.0]]


# -- kinks -------------------------------------------------------------------------------------------------------


def test_on_a_kink_the_card_names_the_subgradient(line: Any) -> None:
    on(line, Absolute(), 0.0, -1.0)
    line.view.set_look(focus_start=0, h=0.25)
    reading = reading_of(line)
    assert reading is not None
    assert reading.sides == one_sided(Absolute(), np.zeros(1)) == (-1.0, 1.0)
    assert (reading.exact, reading.slope) == (0.0, 1.0)
    words = card_of(line).numbers.accessibleDescription()
    assert "subgradient" in words
    assert "−1.00,  1.00" in words
    line.view.grab()
    line.view.set_look(focus_start=1)
    reading = reading_of(line)
    assert reading is not None
    assert reading.sides is None
    assert reading.model.reach == 1.0
    line.view.set_look(h=1.0)
    assert "kink" in card_of(line).numbers.lines[3][1]


# -- the curve ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", ONE_WEIGHT)
def test_at_home_the_card_covers_neither_curve_nor_balls(windows: Any, id: str) -> None:
    window = windows("race", "derivative")
    view = window.docks[0].view
    view.choose_landscape(LANDSCAPES[id])
    settle()
    card = view.stage.overlays.derivative
    assert card.isVisible()
    assert card.plot.isVisible()
    x = np.linspace(*view.config.landscape.domain[0], 2000)
    pixels = view.stage.to_pixels(on_curve(view.config.landscape, x[:, None]))
    box = QRectF(card.geometry())
    assert not any(box.contains(QPointF(*p)) for p in pixels)
    assert not any(box.contains(QPointF(*p)) for p in view.stage.racers.pixels(view.stage).reshape(-1, 2))
    assert view.stage.rect().contains(card.geometry())


@pytest.mark.parametrize("id", ONE_WEIGHT)
def test_home_shows_the_whole_curve(id: str) -> None:
    landscape = LANDSCAPES[id]()
    (left, right), (low, high) = home(landscape)
    assert (left, right) == landscape.domain[0]
    loss = landscape.value(np.linspace(left, right, 4001)[:, None])
    assert low < loss.min() - 0.05 * np.ptp(loss)
    assert high > loss.max()


def test_the_card_makes_way_for_the_ball(line: Any) -> None:
    stage, card = line.view.stage, card_of(line)
    on(line, Parabola(), 0.0)
    assert card.y() < stage.height() / 2
    stage.show_world(QRectF(-3.0, -9.0, 6.0, 10.0))  # the minimum now lies near the upper edge
    line.view.refresh()
    assert card.y() > stage.height() / 2
    assert not QRectF(card.geometry()).contains(QPointF(*stage.to_pixels(np.zeros(2))))
    stage.go_home()
    line.view.refresh()
    assert card.y() < stage.height() / 2


def test_where_there_is_no_room_the_card_is_not_shown(line: Any) -> None:
    line.resize(820, 560)
    settle()
    assert card_of(line).isHidden()
    assert line.view.stage.secant.reading is not None
    line.resize(1280, 800)
    settle()
    assert card_of(line).isVisible()


# -- balls -------------------------------------------------------------------------------------------------------


def test_balls_at_one_place_are_stacked_the_one_in_focus_on_its_place(line: Any) -> None:
    stage = line.view.stage
    drawn = stage.racers.pixels(stage)[:, 0]
    lanes, focus = line.view._frame.lanes, line.view._focus().lane
    place = stage.to_pixels(on_curve(line.view.config.landscape, line.view._frame.theta[:1, 0]))[0]
    assert np.array_equal(drawn[lanes.index(focus)], place)
    assert np.allclose(drawn[:, 0], place[0])
    gaps = np.diff(np.sort(drawn[:, 1]))
    assert gaps.min() >= TOUCH - 1e-6


def test_a_stacked_ball_can_be_taken_by_itself(line: Any) -> None:
    view, stage = line.view, line.view.stage
    focus = view._focus().lane
    other = next(i for i, lane in enumerate(view._frame.lanes) if lane != focus)
    at = stage.racers.pixels(stage)[other, 0]
    picked = stage.racers.pick(stage, QPointF(*at))
    assert picked is not None
    assert (picked.lane, picked.start) == (view._frame.lanes[other], 0)


@pytest.mark.parametrize("gap", [0.0, 1.0, 5.0, 13.9, 14.0, 40.0])
def test_a_ball_rolls_over_another_without_a_jump(gap: float) -> None:
    ceiling = np.zeros(2)
    points = np.array([[100.0, 200.0], [100.0 + gap, 200.0]])
    placed = stacked(points, np.zeros((0, 3)), ceiling)
    assert placed[0].tolist() == [100.0, 200.0]
    rise = 200.0 - placed[1, 1]
    assert rise == pytest.approx(np.sqrt(max(TOUCH**2 - gap**2, 0.0)))
    assert np.hypot(*(placed[1] - placed[0])) >= min(TOUCH, gap) - 1e-9


def test_a_stack_that_would_leave_the_picture_hangs_down() -> None:
    points = np.repeat([[50.0, 20.0]], 4, axis=0)
    placed = stacked(points, np.zeros((0, 3)), np.full(4, 10.0))
    assert placed[:, 1].tolist() == [20.0, 20.0 + TOUCH, 20.0 + 2 * TOUCH, 20.0 + 3 * TOUCH]


def test_the_last_steps_lie_on_the_curve(line: Any) -> None:
    line.experiment.seek(9)
    past = line.view.stage.past.points
    trace = line.experiment.timeline.trace
    assert past.shape == (10, 12, 2)
    assert np.allclose(past[..., 0].reshape(10, 6, 2), trace.values[:10, :, :, 0])
    assert np.allclose(past[..., 1], line.view.config.landscape.value(past[..., :1]), rtol=0, atol=1e-6)


def test_what_a_hand_has_carried_leaves_no_dots_behind(line: Any) -> None:
    line.experiment.seek(9)
    lane = line.view._focus().lane
    line.experiment.do(MoveStart(0, (1.0,), lane), "Carry")
    line.experiment.seek(11)
    row = line.view._frame.lanes.index(lane)
    past = line.view.stage.past.points[:, row * 2, 0]
    assert past[np.isfinite(past)][0] == 1.0
    assert np.isfinite(past).sum() == 3
    assert np.isfinite(line.view.stage.past.points[:, row * 2 + 1, 0]).all()


def test_a_crowd_on_a_curve_is_a_cloud(line: Any) -> None:
    line.experiment.do(ScatterStarts(1000), "Scatter")
    line.experiment.seek(3)
    line.view.grab()
    stage = line.view.stage
    taken = stage.density.extent(stage)
    places = stage.to_pixels(stage.density.frame.theta).reshape(-1, 2)
    shown = [(x, y) for x, y in places.tolist() if stage.plot.contains(x, y)]
    assert len(shown) > 1000
    assert all(taken.contains(QPoint(int(x), int(y))) for x, y in shown)
    assert not line.view.banner.message


# -- the hand ----------------------------------------------------------------------------------------------------


def test_a_press_drops_a_start_at_the_very_weight_and_a_drag_moves_it(line: Any) -> None:
    view, stage = line.view, line.view.stage
    at = (stage.plot.center().x() + 31.25, stage.plot.bottom() - 90.0)
    assert stage.childAt(QPoint(round(at[0]), round(at[1]))) is None
    click(stage, at)
    line.experiment.set_playing(False)
    line.player.tick(0)
    weight = float(view._frame.starts[-1, 0])
    assert weight == stage.to_world(QPointF(*at))[0]
    place = tuple(stage.to_pixels(on_curve(view.config.landscape, np.array([weight]))))
    line.experiment.seek(0)
    drag(stage, place, (place[0] + 50.0, place[1]))
    line.experiment.set_playing(False)
    line.player.tick(0)
    moved = float(view._frame.starts[-1, 0])
    assert moved == pytest.approx(stage.to_world(QPointF(place[0] + 50.0, 0.0))[0], abs=1e-9)


def test_pointing_shows_where_a_start_would_fall(line: Any) -> None:
    stage = line.view.stage
    at = (stage.plot.center().x(), stage.plot.bottom() - 90.0)
    hover(stage, at)
    assert stage.pointer.weight == stage.to_world(QPointF(*at))[0]
    assert "f′ = " in stage.overlays.readout.words
    hover(stage, (2.0, 2.0))
    assert stage.pointer.weight is None


def test_zooming_in_keeps_the_weight_under_the_pointer(line: Any) -> None:
    stage = line.view.stage
    at = QPointF(300.0, 300.0)
    weight = stage.to_world(at)[0]
    for _ in range(40):
        stage.zoom(0.8, at)
    assert stage.to_world(at)[0] == pytest.approx(weight, rel=1e-9)
    line.view.grab()
    assert not line.view.banner.message


# -- out of sight ------------------------------------------------------------------------------------------------


def words_at_the_rim(window: Any, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, float, float]]:
    """What stands beside the balls that have left the picture."""
    said: list[tuple[str, float, float]] = []
    monkeypatch.setattr(
        "lab.panels.race.balls.label", lambda painter, text, x, y, role="text": said.append((text, x, y))
    )
    window.view.stage.grab()
    return said


@pytest.mark.parametrize(("world", "text"), [
    (QRectF(0.0, -1.0, 2.0, 10.0), "0.75 widths"),
    (QRectF(-4.0, -1.0, 2.0, 10.0), "0.25 widths"),
    (QRectF(-2.0, 4.0, 3.0, 4.0), "0.44 heights"),
    (QRectF(-2.0, -5.0, 3.0, 4.0), "0.81 heights"),
])  # fmt: skip
def test_a_ball_out_of_sight_sticks_to_the_rim_with_its_distance(
    line: Any, monkeypatch: pytest.MonkeyPatch, world: QRectF, text: str
) -> None:
    """The parabola's ball at -1.5: to the left, the right, below and above of what is seen."""
    on(line, Parabola(), -1.5)
    stage = line.view.stage
    stage.show_world(world)
    line.view.refresh()
    said = words_at_the_rim(line, monkeypatch)
    assert len(said) == 6
    plot = stage.plot
    inner = plot.adjusted(16, 16, -16, -16)
    x, y = stage.to_pixels(np.array([-1.5, 2.25]))
    across = max(inner.left() - x, x - inner.right(), 0.0) / plot.width()
    up = max(inner.top() - y, y - inner.bottom(), 0.0) / plot.height()
    number, unit = said[0][0].split()
    assert unit == text.split()[1]
    assert float(number) == pytest.approx(across or up, rel=0.01, abs=0.005)
    assert float(number) == pytest.approx(float(text.split()[0]), abs=0.04)
    # Six balls at one place: each has a line of its own.
    assert np.diff(sorted(y for _, _, y in said)).min() >= 16
    assert not any(box.contains(QPointF(x, y)) for _, x, y in said for box in stage.racers.covered)


def test_a_ball_very_far_away_is_told_with_its_true_distance(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    on(line, Parabola(), 6e8)
    said = words_at_the_rim(line, monkeypatch)
    assert {text for text, _, _ in said} == {"1.0·10⁸ widths"}


def test_a_diverged_ball_out_of_sight_says_when(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    line.view.choose_preset("parabola")
    lane = line.view._looks[0].lane
    line.experiment.set_live("learning_rate", 30.0, lane, "Far too large")
    line.experiment.seek(20)
    assert int(line.view._frame.diverged_at[0, 0]) > 0
    said = words_at_the_rim(line, monkeypatch)
    assert f"diverged at {int(line.view._frame.diverged_at[0, 0])}" in {text for text, _, _ in said}


def test_placed_starts_at_the_same_weight_play_on(line: Any) -> None:
    line.experiment.do(PlaceStarts(((0.5,), (0.5,))), "Twice")
    line.experiment.seek(5)
    line.view.grab()
    assert not line.view.banner.message


def test_hundreds_of_balls_are_drawn_where_they_are(line: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Too many to be stacked, and those out of sight stick to the rim without words."""
    line.experiment.do(ScatterStarts(150), "Scatter")
    line.view.stage.show_world(QRectF(-1.0, -1.0, 2.0, 4.0))
    line.view.refresh()
    said = words_at_the_rim(line, monkeypatch)
    assert said == []
    stage, frame = line.view.stage, line.view._frame
    assert np.array_equal(
        stage.racers.pixels(stage), stage.to_pixels(on_curve(line.view.config.landscape, frame.theta))
    )


def test_the_hint_lies_on_no_start(windows: Any) -> None:
    window = windows("race", "parabola", size=(820, 500))
    view = window.view = window.docks[0].view
    window.experiment = window.docks[0].experiment
    if not view.inspector_shown:
        view.toggle_inspector()
    for weight in np.linspace(-2.5, 2.5, 21).tolist():
        on(window, Parabola(), weight)
        settle(4)
        hint = view.stage.overlays.hint
        assert hint.isVisible()
        at = view.stage.racers.start_pixels(view.stage)[0].tolist()
        assert not QRectF(hint.geometry()).contains(QPointF(*at)), weight
