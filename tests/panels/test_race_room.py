"""What floats over the stage takes no more room than there is, and the stage what it needs."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFontMetricsF
from shell_fixtures import MIDDLE, click, drag, hover, key, move, press, release, settle

from lab.panels.race.data_card import FOLDS_BELOW, SHARE
from lab.ui import fonts
from lab.ui.theme import manager


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


@pytest.mark.parametrize("scale", [1.5, 2.0])
def test_the_chip_of_the_data_lies_on_the_plot_at_any_size_of_text(windows, scale):
    race = open_race(windows, "logistic")
    manager().set_text_scale(scale)
    narrow(race.view, 240)
    stage, card = race.view.stage, race.view.stage.overlays.data
    assert card.folded
    assert card._chip.text() == "60"
    assert "60 samples" in card._chip.accessibleName()
    assert stage.plot.contains(QRectF(card.geometry()))


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


def said(view):
    """What is read under the pointer, empty for nothing."""
    readout = view.stage.overlays.readout
    return "" if readout.isHidden() else view.stage.overlays.readout.words


@pytest.mark.parametrize("preset", ["himmelblau", "parabola"])
@pytest.mark.parametrize("change", ["home", "resize", "zoom", "landscape"])
def test_what_is_read_follows_the_view_under_a_pointer_that_stands_still(windows, preset, change):
    race = open_race(windows, preset)
    view, stage = race.view, race.view.stage
    at(race, 20)
    stage.zoom(0.5, QPointF(300, 200))
    place = (260.0, 180.0)
    hover(stage, place)
    before = said(view)
    if change == "home":
        key(stage, Qt.Key.Key_0)
    elif change == "resize":
        race.resize(1000, 620)
    elif change == "zoom":
        key(stage, Qt.Key.Key_Plus)
    else:
        view.choose_preset("beale" if preset == "himmelblau" else "double_well")
    settle()
    after = said(view)
    hover(stage, (place[0] + 1, place[1]))
    hover(stage, place)
    assert before != after == said(view)


def test_a_pan_by_hand_carries_what_is_read_along(race):
    view, stage = race.view, race.view.stage
    hover(stage, (300, 200))
    before = said(view)
    drag(stage, (300, 200), (340, 230), MIDDLE)
    after = said(view)
    hover(stage, (341, 230))
    hover(stage, (340, 230))
    assert before == after == said(view)


def test_a_line_that_is_drawn_is_read_at_its_end_and_not_covered(race):
    view, stage = race.view, race.view.stage
    end = (stage.plot.right() - 60.0, stage.plot.bottom() - 70.0)
    press(stage, (200, 100), modifiers=Qt.KeyboardModifier.ShiftModifier)
    for share in np.linspace(0.1, 1.0, 10):
        move(stage, (200 + share * (end[0] - 200), 100 + share * (end[1] - 100)))
        settle()
    told, box = said(view), QRectF(stage.overlays.readout.geometry())
    release(stage, end)
    assert stage.plot.contains(box)
    for x, y in stage.to_pixels(view._frame.starts).tolist():
        assert not box.adjusted(-10, -10, 10, 10).contains(x, y)
    race.experiment.set_playing(False)
    hover(stage, (end[0] + 1, end[1]))
    hover(stage, end)
    assert said(view) == told


def test_what_is_read_on_a_narrow_stage_has_its_value(race):
    narrow(race.view, 330)
    stage = race.view.stage
    hover(stage, (180, 180))
    assert "f = " in said(race.view)
    assert stage.plot.contains(QRectF(stage.overlays.readout.geometry()))


def inked(image, box):
    """How many pixels of a box are about as bright as text."""
    ratio = image.devicePixelRatio()
    xs = range(max(0, int(box.left() * ratio)), min(image.width(), int(box.right() * ratio)))
    ys = range(max(0, int(box.top() * ratio)), min(image.height(), int(box.bottom() * ratio)))
    return sum(image.pixelColor(x, y).lightness() > 90 for x in xs for y in ys)


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_the_names_of_the_axes_are_whole_at_any_size_of_text(windows, scale):
    race = open_race(windows, "logistic")
    manager().set_text_scale(scale)
    at(race, 0)
    stage = race.view.stage
    plot, image = stage.plot, stage.grab().toImage()
    # The last rows below and the first columns on the left are bare: nothing is cut there.
    foot = QRectF(plot.left(), stage.height() - 2, plot.width(), 2)
    side = QRectF(0, plot.top(), 2, plot.height())
    assert inked(image, foot) == inked(image, side) == 0
    assert inked(image, QRectF(plot.left(), plot.bottom() + 2, plot.width(), stage.height())) > 0
    line = fonts.font(fonts.CAPTION)
    high = QFontMetricsF(line).height()
    # Two lines of text fit below the plot, one and a number beside it.
    assert stage.height() - plot.bottom() >= 2 * high + 4
    assert plot.left() >= high + QFontMetricsF(line).horizontalAdvance("\u22124") + 8
    for box in stage.overlays.taken():
        assert box.bottom() <= plot.bottom()
        assert box.left() >= plot.left()


@pytest.mark.parametrize("size", [(1280, 800), (640, 560), (820, 560)])
def test_on_a_small_stage_a_chip_says_whose_basins_they_are(windows, size):
    race = open_race(windows, "himmelblau", size)
    race.view.set_look(basins=True)
    settle(4)
    stage, note = race.view.stage, race.view.stage.overlays.basin_note
    words, tip = stage.overlays._basin_text.text(), stage.overlays._basin_text.toolTip()
    if size[0] == 1280:
        assert words.startswith("Colour: the minimum Adam reaches.")
    else:
        assert words == "Basins of Adam"
        assert tip.startswith("Colour: the minimum Adam reaches. ")
        assert note.width() < stage.plot.width() / 3


def test_in_a_low_panel_the_rule_in_numbers_gives_way_to_the_stage(race):
    view = race.view
    assert view.equation.isVisible()
    view.setFixedHeight(290)
    settle(4)
    assert not view.equation.isVisible()
    assert view.stage.height() > 230
    view.setFixedHeight(320)
    settle(4)
    assert view.equation.isVisible()


@pytest.mark.parametrize(
    ("preset", "size"),
    [("himmelblau", (1280, 800)), ("himmelblau", (1920, 1080)), ("rosenbrock", (1280, 800)), ("parabola", (1280, 800))],
)
def test_the_table_over_the_stage_leaves_the_landscape_above_it(windows, preset, size):
    race = open_race(windows, preset, size)
    view, stage = race.view, race.view.stage
    at(race, 40)
    before = stage.world
    view.set_look(table=True)
    at(race, 40)
    box = QRectF(view.table.geometry())
    (left, right), (low, high) = stage._whole
    corners = stage.to_pixels(np.array([[left, low], [right, low], [left, high], [right, high]]))
    starts = stage.racers.start_pixels(stage)
    for x, y in [*corners.tolist(), *starts.tolist(), *stage.racers.flag(stage)]:
        assert not box.contains(x, y)
        assert stage.plot.adjusted(-1, -1, 1, 1).contains(x, y)
    view.set_look(table=False)
    at(race, 40)
    assert stage.world == before


def test_where_the_table_leaves_too_little_above_it_lies_where_it_hides_least(windows):
    race = open_race(windows, "himmelblau", (1024, 700))
    view, stage = race.view, race.view.stage
    at(race, 60)
    view.set_look(table=True)
    at(race, 60)
    box = QRectF(view.table.geometry())
    assert not box.contains(QPointF(*stage.to_pixels(stage.head).tolist()))
    assert not box.contains(QPointF(*stage.racers.start_pixels(stage)[0].tolist()))


def test_the_card_of_a_step_is_as_large_as_what_it_holds(race):
    race.view.set_look(apart=True)
    lanes = {look.title: look.lane for look in race.view._looks}
    card, sizes = race.view.stage.overlays.apart, {}
    for name in ("Adam", "SGD", "Momentum"):
        race.view.set_look(focus_lane=lanes[name])
        at(race, 20)
        sizes[name] = (card.width(), card.height())
        # One part leaves nothing to walk through and nothing to put together.
        assert all(button.isHidden() == (card.phases == 1) for button in card._walks)
    assert card.phases == 2
    assert sizes["SGD"][1] <= 110 < sizes["Momentum"][1]
    assert sizes["SGD"][0] + 100 <= sizes["Momentum"][0] == sizes["Adam"][0]
