"""Everything can be reached, named and read: names for screen readers, sizes for fingers, no text cut off."""

import dataclasses

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QLineEdit, QMainWindow, QSlider, QTabBar, QWidget
from shell_fixtures import settle

from lab.engine.schedules.drawn import Drawn
from lab.ui.theme import manager
from lab.ui.widgets import IconButton, Text

SMALLEST = 28
#: Cards that are opened over the stage besides the set-up.
CARDS = ("schedule", "table")


def focusable(window):
    for widget in window.findChildren(QWidget):
        if widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.isVisible() and widget.isEnabled():
            yield widget


def everything_open(windows, size=(1280, 800), look="setup"):
    """A race with its set-up (or another card) open: as much on the screen as there can be."""
    window = windows("race", size=size)
    view = window.docks[0].view
    view.experiment.seek(20)
    view.set_look(**{look: True})
    window.show_error("Something that is worth a line")
    settle()
    return window


def name_of(widget):
    return f"{type(widget).__name__} {widget.objectName()!r} in {type(widget.parent()).__name__}"


def test_whatever_takes_the_keyboard_has_a_name(windows):
    nameless = [
        name_of(w)
        for w in focusable(everything_open(windows))
        if not w.accessibleName() and not isinstance(w, QTabBar) and w.focusProxy() is None
    ]
    assert nameless == []


def test_so_has_the_start_page(windows):
    window = windows()
    assert [name_of(w) for w in focusable(window) if not w.accessibleName()] == []


def test_names_tell_controls_apart(windows):
    """Two sliders called the same would be one to somebody who only hears them."""
    window = everything_open(windows)
    inspector = window.docks[0].view.focus_card
    for kind in (QSlider, QLineEdit, QComboBox):
        names = [w.accessibleName() for w in inspector.findChildren(kind) if w.isVisible()]
        assert len(names) == len(set(names)), names


def test_targets_are_large_enough_for_a_finger(windows):
    window = everything_open(windows)
    small = [
        f"{b.accessibleName()}: {b.width()} x {b.height()}"
        for b in window.findChildren(IconButton)
        if b.isVisible() and (b.width() < SMALLEST or b.height() < SMALLEST)
    ]
    assert small == []


def test_icon_buttons_say_what_they_do(windows):
    for button in everything_open(windows).findChildren(IconButton):
        assert button.toolTip()
        assert button.accessibleName()


def test_tab_reaches_every_control_and_comes_round(windows):
    window = everything_open(windows)
    window.banner.clear()
    wanted = {w for w in focusable(window) if w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.focusProxy() is None}
    seen = set()
    first = here = window.docks[0].view
    while (here := here.nextInFocusChain()) is not first:
        seen.add(here)
    assert wanted - seen == set()


# -- nothing is cut off ------------------------------------------------------------------------------------------


def texts(window):
    """Visible labels and buttons with words, those that say they may be elided excepted."""
    for widget in window.findChildren(QWidget):
        if not widget.isVisible() or widget.visibleRegion().isEmpty():
            continue
        if (isinstance(widget, QLabel) and widget.text() and not getattr(widget, "_elide", False)) or (
            isinstance(widget, QAbstractButton) and widget.text()
        ):
            yield widget


def cut_off(window):
    found = []
    for widget in texts(window):
        needed = widget.fontMetrics().horizontalAdvance(widget.text().replace("&", ""))
        wraps = isinstance(widget, QLabel) and widget.wordWrap()
        if not wraps and needed > widget.width() + 1:
            found.append(f"{widget.text()!r}: {needed} px in {widget.width()}")
        if widget.fontMetrics().height() > widget.height() + 2:
            found.append(f"{widget.text()!r}: {widget.fontMetrics().height()} px high in {widget.height()}")
        seen = widget.visibleRegion().boundingRect()
        scrolled = any(type(p).__name__ == "QScrollArea" for p in ancestors(widget))
        if not scrolled and seen.width() < min(needed, widget.width()) - 1 and not wraps:
            found.append(f"{widget.text()!r}: only {seen.width()} of {needed} px seen")
    return found


def cut_choices(window):
    """Lists whose chosen word does not fit."""
    found = []
    for combo in window.findChildren(QComboBox):
        needed = combo.fontMetrics().horizontalAdvance(combo.currentText()) + 30
        if combo.isVisible() and needed > combo.width():
            found.append(f"{combo.accessibleName()}: {combo.currentText()!r}: {needed} px in {combo.width()}")
    return found


def ancestors(widget):
    while (widget := widget.parent()) is not None and isinstance(widget, QWidget):
        yield widget


def laid_out(layout):
    """The widgets of a layout, those of the layouts within it, too."""
    for i in range(layout.count()):
        item = layout.itemAt(i)
        if item.widget() is not None:
            yield item.widget()
        elif item.layout() is not None:
            yield from laid_out(item.layout())


def overlapping(window):
    """Siblings in one layout that lie on each other."""
    found = []
    for parent in window.findChildren(QWidget):
        if parent.layout() is None or not parent.isVisible() or isinstance(parent, QMainWindow):
            continue
        boxes = [(w, QRect(w.geometry())) for w in laid_out(parent.layout()) if w.isVisible()]
        for i, (a, box) in enumerate(boxes):
            for b, other in boxes[i + 1 :]:
                common = box.intersected(other)
                if common.width() > 1 and common.height() > 1:
                    found.append(f"{name_of(a)} on {name_of(b)}")
    return found


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("size", [(1280, 800), (1920, 1080)])
def test_no_text_is_cut_and_nothing_overlaps(windows, size, scale):
    manager().set_text_scale(scale)
    window = everything_open(windows, size)
    for mode in ("dark", "light"):
        manager().set_mode(mode)
        settle(3)
        assert cut_off(window) == []
        assert cut_choices(window) == []
        assert overlapping(window) == []


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("look", CARDS)
def test_so_it_is_with_the_other_cards(windows, look, scale):
    manager().set_text_scale(scale)
    window = everything_open(windows, look=look)
    experiment = window.docks[0].experiment
    experiment.set_config(dataclasses.replace(experiment.run.config, schedule=Drawn(), length=20), "Draw")
    settle(3)
    card = getattr(window.docks[0].view, look)
    assert [name_of(w) for w in focusable(card) if not w.accessibleName()] == []
    small = [b.accessibleName() for b in window.findChildren(IconButton) if b.isVisible() and b.height() < SMALLEST]
    assert small == []
    for mode in ("dark", "light"):
        manager().set_mode(mode)
        settle(3)
        assert cut_off(window) == []
        assert cut_choices(window) == []
        assert overlapping(window) == []


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_start_page_fits(windows, scale):
    manager().set_text_scale(scale)
    window = windows()
    settle(3)
    assert cut_off(window) == []
    assert overlapping(window) == []


def test_text_that_grows_while_the_window_is_open_is_not_cut(windows):
    window = everything_open(windows)
    manager().set_text_scale(1.5)
    settle(4)
    assert cut_off(window) == []
    assert overlapping(window) == []


def test_every_kind_of_race_fits_the_smallest_window(windows):
    window = windows("race", size=(820, 560))
    view = window.docks[0].view
    for preset in ("parabola", "saddle", "noisy"):
        view.choose_preset(preset)
        view.experiment.seek(20)
        settle(3)
        assert cut_off(window) == []
        assert overlapping(window) == []


def test_elided_text_can_be_read_in_full(windows):
    window = windows("race")
    for label in window.findChildren(Text):
        if label._elide and label.isVisible() and label.text() != label._whole:
            assert label.toolTip() == label._whole
