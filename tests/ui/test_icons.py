"""Every icon can be drawn, at any size, in the theme's colour of the moment."""

import json

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import QToolButton

from lab.paths import resource
from lab.ui import icons
from lab.ui.outlines import outline, path_from_svg
from lab.ui.theme import load_theme


@pytest.mark.parametrize("name", icons.names())
def test_each_outline_lies_in_its_box(name):
    path, box = outline(name)
    assert not path.isEmpty()
    assert box.adjusted(-1, -1, 1, 1).contains(path.boundingRect())


def test_the_licence_lies_beside_the_icons():
    assert "Phosphor" in resource("icons", "LICENSE-Phosphor.txt").read_text("utf-8")
    stored = json.loads(resource("icons", "icons.json").read_text("utf-8"))
    assert len(stored) >= 60


def test_an_unknown_name_is_refused(qapp):
    with pytest.raises(KeyError, match="no icon is called 'trophee'"):
        icons.icon("trophee")
    with pytest.raises(KeyError, match="no colour is called 'pink'"):
        icons.icon("trophy", "pink")


def test_path_data_is_read():
    path = path_from_svg("M0 0L10 0Q10 10 0 10C-5 10 -5 0 0 0Z")
    assert path.elementCount() == 8
    assert path.boundingRect().right() == 10


def dominant(icon, size=32, dpr=1.0, mode=QIcon.Mode.Normal):
    pixmap = icon.pixmap(QSize(size, size), dpr, mode)
    image = pixmap.toImage()
    solid = [image.pixelColor(x, y) for x in range(image.width()) for y in range(image.height())]
    solid = [c.name() for c in solid if c.alpha() == 255]
    return pixmap, max(set(solid), key=solid.count)


def test_an_icon_takes_the_color_of_the_theme_at_the_moment_of_drawing(dark):
    icon = icons.icon("stop-fill", "accent")
    assert dominant(icon)[1] == QColor(load_theme("dark").accent).name()
    dark.set_mode("light")
    assert dominant(icon)[1] == QColor(load_theme("light").accent).name()


def test_states_differ(dark):
    icon = icons.icon("stop-fill")
    names = {mode: dominant(icon, mode=mode)[1] for mode in (QIcon.Mode.Normal, QIcon.Mode.Disabled, QIcon.Mode.Active)}
    assert len(set(names.values())) == 3


def test_an_icon_is_crisp_at_any_density(qapp):
    pixmap, _ = dominant(icons.icon("stop-fill"), 18, 2.0)
    assert pixmap.size() == QSize(36, 36)
    assert pixmap.devicePixelRatio() == 2.0


def test_copies_and_edits_of_icons_survive(qapp, qtbot):
    button = QToolButton()
    qtbot.addWidget(button)
    for _ in range(50):
        copy = QIcon(icons.icon("gear-six"))
        copy.addPixmap(copy.pixmap(16, 16))  # makes Qt clone the engine
        button.setIcon(copy)
    assert not button.icon().pixmap(16, 16).isNull()


def test_the_logo_has_its_three_colors(dark):
    image = icons.logo(64).toImage()
    names = {image.pixelColor(x, y).name() for x in range(64) for y in range(64)}
    t = load_theme("dark")
    assert {QColor(t.accent).name(), QColor(t.gradient).name(), QColor(t.forward).name()} <= names
