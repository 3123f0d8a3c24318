"""What is drawn on the stage can be read: words, names, arrows and overlays keep out of each other's way."""

import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor
from shell_fixtures import drag, pixel_of, settle

from lab.core.run import Run, SetParam
from lab.core.timeline import SnapshotBudget, Timeline
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.optimizers import OPTIMIZERS, HasStableRate
from lab.panels.race.balls import BallsLayer
from lab.panels.race.basins import shade_range, shades
from lab.panels.race.curvature import in_words, why_unbounded
from lab.panels.race.dissection import _DOES
from lab.panels.race.drags import Drags
from lab.panels.race.layers import NamesLayer
from lab.panels.race.making_way import make_way
from lab.panels.race.one_d import KnownNamesLayer
from lab.panels.race.racers import MARK
from lab.panels.race.secant import TangentLayer
from lab.sims.basins import UNDER_WAY, BasinMap
from lab.sims.race import Bend, ClearStarts, Dissect, Entrant, MoveStart, PlaceStarts, Race, RaceConfig
from lab.ui.theme import load_theme, manager


def at(race, step):
    """Stand at a step, everything drawn."""
    race.experiment.seek(step)
    race.experiment.timeline.work(lambda: True)
    race.experiment.moved.emit()
    settle()
    race.view.refresh()
    race.view.stage.grab()


def open_race(windows, preset, size=(1280, 800)):
    window = windows("race", preset, size)
    window.view, window.experiment = window.docks[0].view, window.docks[0].experiment
    return window


@pytest.mark.parametrize("step", [80, 400])
def test_words_at_the_rim_touch_neither_marks_nor_each_other(windows, step):
    race = open_race(windows, "saddle")
    at(race, step)
    stage, racers = race.view.stage, race.view.stage.racers
    x, y = np.moveaxis(racers.pixels(stage)[:, 0], -1, 0)
    rim = stage.plot.adjusted(16, 16, -16, -16)
    stuck = np.stack([x.clip(rim.left(), rim.right()), y.clip(rim.top(), rim.bottom())], axis=1)
    marks = [QRectF(px - MARK, py - MARK, 2 * MARK, 2 * MARK) for px, py in stuck.tolist()]
    words = racers._worded
    gone = sum(not stage.plot.contains(px, py) for px, py in zip(x.tolist(), y.tolist(), strict=True))
    assert len(words) == gone >= 2
    for i, box in enumerate(words):
        assert stage.plot.contains(box)
        assert not any(box.intersects(mark) for mark in marks)
        assert not any(box.intersects(other) for other in words[i + 1 :])
        assert not any(box.intersects(other) for other in stage.overlays.taken())


def names_of(view):
    return next(layer for layer in view.stage.live if isinstance(layer, NamesLayer))


def test_names_of_minima_lie_above_trails_and_beside_heads(race):
    stage = race.view.stage
    layers = stage.live
    assert layers.index(names_of(race.view)) > layers.index(stage.trails)
    for step in (10, 30, 60, 120, 200):
        at(race, step)
        boxes = names_of(race.view).boxes(stage)
        assert len(boxes) == 4
        # Heads, starts, and the flag of who was first.
        marks = stage.racers.marks(stage)
        assert len(marks) > 14
        for box in boxes:
            assert not any(box.adjusted(-5, -5, 5, 5).contains(x, y) for x, y in marks), step


def test_while_it_plays_a_name_stays_where_it_is_until_something_comes_in_its_way(race):
    at(race, 0)
    stage, layer = race.view.stage, names_of(race.view)
    before = layer.boxes(stage)
    taken = before[3].adjusted(-2, -2, 2, 2)
    layer.in_the_way = ([taken], [])
    layer.steady = True
    moved = layer.boxes(stage)
    assert moved[:3] == before[:3]
    assert not moved[3].intersects(taken)
    layer.in_the_way = ([], [])
    assert layer.boxes(stage) == moved
    # At rest it is where it always is in such a frame, whatever came before.
    layer.steady, layer.in_the_way = False, ([], [])
    assert layer.boxes(stage) == before


def test_names_of_minima_lie_beside_heads_however_many_there_are(race):
    spots = [(-4.2 + 0.9 * k, 4.9 - 0.7 * (k % 5)) for k in range(10)]
    race.experiment.do(PlaceStarts(tuple(spots)), "Place")
    assert len(race.view.frame.starts) * len(race.view.config.racers) > 64
    stage = race.view.stage
    for step in (60, 240):
        at(race, step)
        heads = race.view.frame.theta.reshape(-1, 2)
        boxes = names_of(race.view).boxes(stage)
        assert len(boxes) == 4
        under = sum(box.contains(x, y) for box in boxes for x, y in stage.to_pixels(heads).tolist())
        assert under == 0, step


def test_what_is_known_of_a_curve_is_named_over_its_lines(windows):
    race = open_race(windows, "double_well")
    at(race, 20)
    stage = race.view.stage
    kinds = [type(layer) for layer in stage.live]
    assert kinds.index(KnownNamesLayer) > kinds.index(TangentLayer)
    names = stage.live[kinds.index(KnownNamesLayer)]
    assert [name for name, _, _ in names._known.named(stage)] == ["min 1", "max", "min 2"]
    assert kinds.index(KnownNamesLayer) < kinds.index(BallsLayer)


@pytest.mark.parametrize("preset", ["himmelblau", "regression", "logistic", "beale"])
def test_names_of_arrows_keep_clear_of_overlays_and_each_other(windows, preset):
    race = open_race(windows, preset)
    stage = race.view.stage
    seen = 0
    for lane in range(5):
        race.view.set_look(focus_lane=lane)
        for step in (1, 8, 30):
            at(race, step)
            arrows = stage.arrows.laid_out(stage)
            seen += len(arrows)
            for i, arrow in enumerate(arrows):
                assert not any(arrow.box.intersects(card) for card in stage.overlays.taken()), (lane, step)
                assert not any(arrow.box.intersects(other.box) for other in arrows[i + 1 :]), (lane, step)
    assert seen > 20


@pytest.mark.parametrize("card", ["color_bar", "tools"])
def test_an_arrow_that_points_at_a_card_is_named_beside_it(race, card):
    at(race, 1)
    stage = race.view.stage
    box = QRectF(getattr(stage.overlays, card).geometry())
    layer = stage.arrows
    layer.origin = np.array(stage.to_world(QPointF(box.left() - 50, box.center().y())))
    layer.gradient, layer.step = np.array([-1.0, 0.02]), np.array([1.0, 0.02])
    layer.covered = []
    assert any(arrow.box.intersects(box) for arrow in layer.laid_out(stage))
    make_way(stage)
    arrows = layer.laid_out(stage)
    assert len(arrows) == 2
    assert not any(arrow.box.intersects(box) or box.contains(arrow.tip) for arrow in arrows)
    assert not arrows[0].box.intersects(arrows[1].box)


def under(card, point):
    return QRectF(card.geometry()).contains(*point)


def test_the_legend_makes_way_at_rest_and_not_while_it_plays(race):
    at(race, 1)
    stage, legend = race.view.stage, race.view.stage.overlays.legend
    home = legend.geometry()
    below = stage.to_world(home.center())
    stage.playing = True
    stage.arrows.origin = np.array(below)
    make_way(stage)
    assert legend.geometry() == home
    stage.playing = False
    make_way(stage)
    assert legend.geometry() != home
    assert not under(legend, stage.to_pixels(np.array(below)).tolist())
    # Where it lies follows from what is shown, and from nothing that was shown before.
    stage.arrows.origin = np.array(stage.to_world(stage.plot.center()))
    make_way(stage)
    assert legend.geometry() == home


@pytest.mark.parametrize("preset", ["himmelblau", "ravine", "saddle", "regression", "formula", "network"])
def test_the_step_taken_apart_hides_neither_its_racer_nor_its_start(windows, preset):
    race = open_race(windows, preset)
    race.view.set_look(apart=True, data=False, setup=False)
    stage, card = race.view.stage, race.view.stage.overlays.apart
    for lane in (0, 2):
        race.view.set_look(focus_lane=lane)
        for step in (0, 1, 8, 30, 60, 120, 200):
            at(race, step)
            head = race.view.frame.theta[race.view.frame.lanes.index(lane), 0]
            for place in (head, race.view.frame.starts[0]):
                assert not under(card, stage.to_pixels(np.array(place)).tolist()), (lane, step)
            assert stage.rect().contains(card.geometry())
            shown = [box for box in stage.overlays.taken() if box.x() > 0]
            assert all(not a.intersects(b) for i, a in enumerate(shown) for b in shown[i + 1 :])


@pytest.mark.parametrize("preset", ["parabola", "double_well", "derivative"])
def test_on_a_curve_the_step_taken_apart_hides_neither_its_ball_nor_the_derivative(windows, preset):
    race = open_race(windows, preset)
    race.view.set_look(apart=True)
    stage, overlays = race.view.stage, race.view.stage.overlays
    for step in (0, 1, 4, 12, 40, 120):
        at(race, step)
        x, y = stage.to_pixels(stage.head).tolist()
        assert not (stage.plot.contains(x, y) and under(overlays.apart, (x, y))), step
        if not overlays.derivative.isHidden():
            assert not overlays.apart.geometry().intersects(overlays.derivative.geometry())


def test_the_step_taken_apart_moves_only_when_its_racer_comes_under_it(race):
    race.view.set_look(apart=True)
    stage, card = race.view.stage, race.view.stage.overlays.apart
    at(race, 0)
    stage.playing = True
    places = []
    for step in range(1, 160):
        race.experiment.seek(step)
        race.view.refresh()
        stage.playing = True
        make_way(stage)
        places.append(card.geometry().topLeft().toTuple())
        head = stage.to_pixels(stage.head).tolist()
        assert not under(card, head), step
    assert sum(a != b for a, b in itertools.pairwise(places)) <= 2


def test_the_legend_makes_way_for_a_start_once_the_hand_lets_go_of_it(race):
    at(race, 0)
    stage, legend = race.view.stage, race.view.stage.overlays.legend
    home = legend.geometry()
    end = (home.center().x(), home.top() - 6.0)
    drag(stage, pixel_of(race.view, (0.2, -4.1)), end)
    settle()
    assert race.experiment.frame().starts[0].tolist() == pytest.approx(stage.to_world(QPointF(*end)))
    assert not QRectF(legend.geometry()).adjusted(-10, -10, 10, 10).contains(*end)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_shades_of_basins_span_the_steps_of_the_map(name):
    steps = np.linspace(150, 490, 64).astype(np.int32).reshape(8, 8)
    found = BasinMap((0.0, 0.0, 1.0, 1.0), np.zeros((8, 8), dtype=np.int16), steps)
    lo, hi = shade_range(found)
    assert 150 <= lo < 170 < 470 < hi <= 490
    t = load_theme(name)
    rgb = shades(found, t, shade_range(found)).astype(float)
    ground = np.array([t.color("surface").red(), t.color("surface").green(), t.color("surface").blue()])
    away = np.linalg.norm(rgb - ground, axis=-1).ravel()
    assert (np.diff(away) <= 1.5).all()
    assert away[0] > 3 * away[-1]
    assert shade_range(BasinMap(found.world, np.full((8, 8), UNDER_WAY, dtype=np.int16), steps)) is None


def test_the_note_on_basins_says_what_the_shades_stand_for(race):
    race.view.set_look(basins=True, focus_lane=1)
    at(race, 3)
    assert "dark: in" in race.view.stage.overlays._basin_text.text()
    manager().set_mode("light")
    race.view.refresh()
    assert "pale: in" in race.view.stage.overlays._basin_text.text()


@pytest.mark.parametrize("name", ["apart", "schedule", "setup", "table"])
def test_the_legend_is_back_as_soon_as_what_took_its_place_has_gone(race, name):
    view = race.view
    legend = view.stage.overlays.legend
    assert race.experiment.step == 0
    assert legend.isVisible()
    for _ in range(2):
        view.set_look(**{name: True})
        settle()
        assert legend.isVisible() == (name in ("schedule", "setup"))
        view.set_look(**{name: False})
        settle()
        assert legend.isVisible()
        assert view.stage.rect().contains(legend.geometry())


def test_no_overlay_lies_on_the_numbers_of_the_axis(windows):
    """Below a tall card in its corner there is no room for the legend, even where all others hide something."""
    race = open_race(windows, "formula")
    stage, overlays = race.view.stage, race.view.stage.overlays
    race.view.set_look(setup=True)
    settle()
    legend = overlays.legend
    left = [(x, y) for x in range(70, 400, 20) for y in range(20, 640, 20)]
    overlays.dodge(left, [])
    assert overlays._corner["legend"] in ("bl", "tl")
    # Nor where it is sent there.
    overlays._move(legend, "tr")
    settle()
    seen = [box for box in overlays.taken() if stage.rect().contains(box.toRect())]
    assert seen
    assert all(box.bottom() <= stage.plot.bottom() for box in seen)


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_the_letter_of_a_start_is_not_hidden_by_its_arrows(race, mode):
    manager().set_mode(mode)
    view = race.view
    pictures = {}
    for arrows in (True, False):
        view.set_look(arrows=arrows)
        settle()
        pictures[arrows] = view.stage.grab().toImage()
    assert pictures[True] != pictures[False]
    x, y = pixel_of(view, view.frame.starts[0])
    reach = 11.5
    for dx in range(-11, 12):
        for dy in range(-11, 12):
            if np.hypot(dx, dy) <= reach - 1:
                here = round(x) + dx, round(y) + dy
                assert pictures[True].pixelColor(*here) == pictures[False].pixelColor(*here)


# -- cards over the landscape ------------------------------------------------------------------------------------


@pytest.mark.parametrize("card", ["setup", "schedule", "fair"])
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_an_open_card_leaves_the_landscape_beside_it(windows, card, size):
    race = open_race(windows, "himmelblau", size)
    view, stage = race.view, race.view.stage
    whole = stage.world
    view.set_look(**{card: True})
    settle()
    assert stage.at_home
    corners = stage.to_pixels(np.array([[-5.0, -5.0], [5.0, 5.0]]))
    (left, bottom), (right, top) = corners.tolist()
    box = getattr(view, card).geometry()
    assert right < box.left()
    # What is under the card and beyond does not take the colours from the rest.
    field = stage.picture
    columns = round(field.shade.shape[1] * (box.left() - stage.plot.left()) / stage.plot.width())
    assert np.quantile(field.shade[:, :columns], 0.98) > 220
    assert np.quantile(field.shade[:, :columns], 0.5) > 70
    assert left >= stage.plot.left() - 1
    assert stage.plot.top() - 1 <= top < bottom <= stage.plot.bottom() + 1
    assert race.experiment.view_state.world == ()
    view.set_look(**{card: False})
    settle()
    assert stage.world == whole


def test_a_part_that_was_chosen_stays_when_a_card_opens(race):
    stage = race.view.stage
    stage.zoom(0.5)
    chosen = stage.world
    race.view.set_look(setup=True)
    settle()
    assert stage.world == chosen
    stage.go_home()
    assert stage.to_pixels(np.array([5.0, 0.0]))[0] < race.view.setup.x()


def test_where_too_little_is_left_beside_a_card_it_lies_over_the_landscape(windows):
    race = open_race(windows, "himmelblau", (1000, 700))
    whole = race.view.stage.world
    race.view.set_look(setup=True)
    settle()
    assert race.view.stage.world == whole


# -- where starts were -------------------------------------------------------------------------------------------


def rings(race):
    return [(a, b) for a, b in race.view.stage.drags._ends.round(6).tolist()]


def test_a_start_carried_away_midway_leaves_a_ring_where_it_was(race):
    at(race, 0)
    race.experiment.do(MoveStart(0, (1.0, -4.0)), "Drag")
    at(race, 10)
    assert rings(race) == []
    race.experiment.do(MoveStart(0, (-3.0, 0.5)), "Drag")
    at(race, 10)
    assert rings(race) == [([1.0, -4.0], [-3.0, 0.5])]
    at(race, 30)
    race.experiment.do(MoveStart(0, (2.0, 2.0)), "Drag")
    at(race, 30)
    assert sorted(rings(race)) == [([-3.0, 0.5], [2.0, 2.0]), ([1.0, -4.0], [-3.0, 0.5])]
    at(race, 20)
    assert rings(race) == [([1.0, -4.0], [-3.0, 0.5])]
    at(race, 5)
    assert rings(race) == []
    at(race, 40)
    race.experiment.undo()
    at(race, 40)
    assert rings(race) == [([1.0, -4.0], [-3.0, 0.5])]


def test_one_pull_while_it_plays_is_one_ring_and_ends_where_the_hand_is():
    run = Run(RaceConfig(Himmelblau(), (Entrant(),), ((0.0, 0.0),)))
    run = run.with_event(4, PlaceStarts(((2.0, 2.0),)))
    for step in range(10, 16):
        run = run.with_event(step, MoveStart(1, (2.0 + step / 10, 2.0)))
    run = run.with_event(60, MoveStart(1, (0.5, 0.5)))
    run = run.with_event(61, MoveStart(0, (1.0, 1.0), 0))
    drags = Drags()
    found = drags.of(run)
    assert [(d.step, d.start, d.origin, d.end) for d in found] == [
        (10, 1, (2.0, 2.0), (3.5, 2.0)),
        (60, 1, (3.5, 2.0), (0.5, 0.5)),
    ]
    assert drags.of(run) is found


def test_a_ring_is_drawn(race):
    at(race, 20)
    race.view.set_look(arrows=False)
    x, y = race.view.stage.to_pixels(np.array([0.2, -4.1])).tolist()
    spot = (round(x) - 9, round(y) - 9, 18, 18)
    race.experiment.do(MoveStart(0, (-3.0, 0.5)), "Drag")
    at(race, 20)
    with_ring = race.view.stage.grab().toImage().copy(*spot)
    race.view.stage.drags._ends = np.zeros((0, 2, 2))
    race.view.stage.refresh()
    assert race.view.stage.grab().toImage().copy(*spot) != with_ring


# -- words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [entry.id for entry in OPTIMIZERS])
def test_a_rule_without_a_stable_rate_says_why(kind):
    rule = OPTIMIZERS[kind]()
    line = Timeline(Race, Run(RaceConfig(Himmelblau(), (Entrant(0, rule),), ((0.2, -4.1),))), SnapshotBudget())
    line.seek(2)
    why = why_unbounded(rule, line.sim.probe(Dissect(0, 0)).parts)
    assert (why == "") == isinstance(rule, HasStableRate)
    assert len(why) <= 64
    bend = line.sim.probe(Bend(0, 0))
    assert bend.largest_rate is not None or bend.eigenvalues.max() <= 0 or why
    assert in_words(bend, 0.1, why).endswith(why) or bend.eigenvalues.max() <= 0


def test_no_curvature_is_left_where_no_racer_is(race):
    race.view.set_look(curvature=True)
    at(race, 5)
    assert race.view.stage.curvature.answer is not None
    assert len(race.view.stage.curvature.boxes(race.view.stage)) == 2
    race.experiment.do(ClearStarts(), "Clear")
    at(race, 5)
    assert race.view.stage.curvature.answer is None
    assert race.view.stage.curvature.boxes(race.view.stage) == []


@pytest.mark.parametrize("step", [8, 30, 60])
def test_curvatures_are_written_clear_of_cards_arrows_and_names(race, step):
    race.view.set_look(curvature=True)
    stage = race.view.stage
    for lane in range(6):
        race.view.set_look(focus_lane=lane)
        at(race, step)
        boxes = stage.curvature.boxes(stage)
        names = [box for box in names_of(race.view).boxes(stage) if not box.isEmpty()]
        for box in boxes:
            assert not any(box.intersects(card) for card in stage.overlays.taken()), lane
            assert not any(box.intersects(name) for name in names), lane


def test_every_part_of_a_step_of_every_rule_says_what_it_does(race):
    before = race.experiment.run
    race.view.set_look(apart=True)
    for kind in OPTIMIZERS.ids():
        race.view.add_optimizer(kind)
        at(race, 3)
        drawing = race.view.stage.overlays.apart._drawing
        names = [name for name, _ in drawing.parts]
        assert names, kind
        for row, name in enumerate(names):
            assert name in _DOES, (kind, name)
            assert drawing.doing(6 + 20 * row + 10) == _DOES[name][1], kind
        assert drawing.doing(6 + 20 * len(names) + 10) == "", kind
        race.experiment.undo()
        assert race.experiment.run == before, kind


def test_the_step_is_seen_among_parts_many_times_as_long(race):
    race.view.set_look(apart=True)
    at(race, 30)
    drawing = race.view.stage.overlays.apart._drawing
    parts = max(float(np.hypot(*vector)) for _, vector in drawing.parts)
    assert np.hypot(*drawing._step) < 0.1 * parts
    image = drawing.grab().toImage()
    white = QColor(load_theme("dark").text).rgb()
    shown = [(x, y) for x in range(4, 128) for y in range(6, 90) if image.pixel(x, y) == white]
    across = max(x for x, _ in shown) - min(x for x, _ in shown)
    down = max(y for _, y in shown) - min(y for _, y in shown)
    assert np.hypot(across, down) > 20


def test_the_strip_says_whose_step_it_shows(race):
    at(race, 5)
    assert race.view.equation._state.text() == "start A"
    race.view.set_look(average=True)
    assert race.view.equation._state.text() == "start A, not the median"
    race.view.set_look(average=True, statistic="mean")
    assert race.view.equation._state.text() == "start A, not the mean"
    assert "one start" in race.view.equation._state.toolTip()
    race.view.set_look(average=False)
    assert race.view.equation._state.toolTip() == ""


def test_ticks_say_from_which_start_where_there_are_several(race, windows):
    at(race, 240)
    labels = [tick.label for tick in race.view.ticks()]
    assert "L-BFGS at target from A" in labels
    assert "L-BFGS at target from B" in labels
    one = open_race(windows, "ravine")
    at(one, 240)
    assert any(tick.label.endswith(" at target") for tick in one.view.ticks())


def test_a_fall_without_end_is_not_called_divergence(windows):
    race = open_race(windows, "saddle")
    race.view.add_optimizer("lbfgs")
    at(race, 60)
    lane = race.view._look.focus_lane
    row = next(r for r in race.view.leaderboard._rows if r.look.lane == lane)
    assert row.fell
    assert "falls without end" in race.view.equation._state.text()
    tick = next(tick for tick in race.view.ticks() if tick.label == "L-BFGS fell without end")
    assert tick.color_role == "ink"
    race.experiment.do(SetParam("learning_rate", 0.02, 0), "Change")
