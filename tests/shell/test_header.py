"""A panel's header in little room: words go first; title and preset are whole as long as they can be."""

from itertools import pairwise

import pytest
from shell_fixtures import settle

from lab.ui.theme import manager, theme
from lab.ui.widgets import Button, IconButton


def header_of(windows, size, scale=1.0, panels=1, preset=None):
    window = windows("race", preset=preset, size=size)
    for _ in range(panels - 1):
        window.open_panel("race", preset=preset)
    if panels > 1:
        window.desk.arrangement.arrange("side by side", window.docks[-1])
    settle(4)
    manager().set_text_scale(scale)
    settle(6)
    return window.docks[-1].view.header


@pytest.mark.parametrize("preset", [None, "logistic"])
@pytest.mark.parametrize(
    ("size", "scale"),
    [((1280, 800), 1.3), ((1280, 800), 1.5), ((1280, 800), 2.0), ((1024, 700), 1.0), ((1024, 700), 1.3)],
)
def test_title_and_preset_outlast_the_words_on_the_buttons(windows, size, scale, preset):
    header = header_of(windows, size, scale, preset=preset)
    assert header.title.text() == "Optimizer race"
    assert header.presets.width() >= header.presets.whole_width
    assert header.more.geometry().right() <= header.width()


def test_the_first_part_of_a_preset_s_name_outlasts_the_rest(windows):
    header = header_of(windows, (1280, 800), panels=2)
    assert header.title.text() == "Optimizer race 2"
    assert header.presets.width() >= header.presets.short_width
    assert header.presets._fitted(header.presets.short_width - 40) == "Himmelblau"
    assert header.presets._fitted(60).endswith("…")
    for button in header.findChildren(Button):
        assert button.text() == ""
        assert button.toolTip()


def test_another_preset_is_given_the_room_for_its_name(windows):
    window = windows("race", size=(1280, 800))
    manager().set_text_scale(2.0)
    settle(6)
    view = window.docks[0].view
    for preset in ("logistic", "saddle", "himmelblau"):
        view.choose_preset(preset)
        settle(4)
        assert view.header.presets.width() >= view.header.presets.whole_width
        assert view.header.title.text() == "Optimizer race"


def test_pictures_on_buttons_grow_with_the_text_and_keep_off_the_word(windows):
    header = header_of(windows, (1920, 1080))
    assert header.export.iconSize().height() == 16
    before = header.fold.iconSize().height()
    picture = header.export.grab().toImage()
    ground = theme().color("raised")
    rows, columns = range(8, picture.height() - 8), range(6, picture.width() - 6)
    inked = [
        x for x in columns if any(abs(picture.pixelColor(x, y).lightness() - ground.lightness()) > 25 for y in rows)
    ]
    gaps = [b - a - 1 for a, b in pairwise(inked) if b - a > 1]
    assert max(gaps) >= 6
    manager().set_text_scale(1.5)
    settle(6)
    assert header.export.iconSize().height() == 24
    assert header.fold.iconSize().height() == round(1.5 * before)


def test_what_changes_the_stage_stands_apart_without_outlines(race):
    buttons = race.view.buttons
    tools = (buttons.drawn, buttons.surface, buttons.setup)
    assert {button.property("kind") for button in tools} == {"flat"}
    assert buttons.fair.property("kind") == race.view.header.export.property("kind") == "outline"
    # What is on is seen to be on.
    off = buttons.setup.grab().toImage()
    buttons.setup.click()
    settle()
    assert buttons.setup.grab().toImage().pixelColor(12, 3) != off.pixelColor(12, 3)


def test_an_icon_button_grows_too(qtbot, qapp):
    button = IconButton("x", "Close", size=14)
    qtbot.addWidget(button)
    manager().set_text_scale(1.5)
    assert button.iconSize().width() == 21
