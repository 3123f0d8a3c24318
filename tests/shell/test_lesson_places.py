"""Where a lesson stands: nothing covers anything, in wide windows and narrow ones."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest
from lesson_fixtures import LESSON, NEXT
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget
from shell_fixtures import settle

from lab.panels.race.plot_card import PlotCard
from lab.ui import export, fonts
from lab.ui.filming import Cut, Filming
from lab.ui.theme import manager
from lab.ui.widgets import Button


def place_in(window: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


# -- where it stands -------------------------------------------------------------------------------------------


def seen_parts(window: Any, view: Any, card: QWidget) -> dict[str, QRect]:
    parts = {"lesson": card, "stage": view.stage, "rule": view.equation, "header": view.header}
    if view.inspector_shown:
        parts["inspector"] = view._side.scroll
    return {name: place_in(window, part) for name, part in parts.items()}


@pytest.mark.parametrize("scale", [1.0, 1.3])
@pytest.mark.parametrize("size", [(820, 560), (1280, 800), (1600, 1000), (1920, 1080)])
def test_nothing_covers_anything(windows: Any, size: tuple[int, int], scale: float) -> None:
    window = windows("race", size=size)
    window.lessons.library._read = ((LESSON, NEXT), ())
    manager().set_text_scale(scale)
    card = window.lessons.open(LESSON).card
    settle(6)
    view = window.docks[0].view
    parts = seen_parts(window, view, card)
    assert (window.width(), window.height()) == size
    for name, place in parts.items():
        assert window.rect().contains(place), name
        assert not any(place.intersects(other) for key, other in parts.items() if key != name), name
    if size == (1280, 800):
        # The stage's own card, with its frame.
        assert view.stage.parentWidget().width() >= 460
        assert view.inspector_shown
        assert not view.aside.flat
    for button in (card.next, card.back, card.reset, card.close_button):
        assert card.rect().contains(place_in(card, button)), button.text()


def test_side_by_side_it_lies_above_the_stage_and_folds_to_a_line(windows: Any) -> None:
    window = windows("race", size=(1280, 800))
    window.open_panel("race")
    window.lessons.library._read = ((LESSON, NEXT), ())
    window.actions_.arrange("side by side")
    settle(4)
    dock = window.docks[0]
    card = window.lessons.open(LESSON, dock).card
    settle(6)
    assert dock.view.aside.flat
    parts = seen_parts(window, dock.view, card)
    assert parts["lesson"].bottom() < parts["stage"].top()
    assert parts["stage"].width() >= 480
    low = parts["stage"].height()
    card.fold.click()
    settle(4)
    assert card.height() < 56
    assert dock.view.stage.height() > low + 100
    assert card.line.isVisible()
    dock.experiment.seek(3)
    settle()
    assert card.task.summary() == "step 3, wanted ≥ 5"
    card.fold.click()
    settle(4)
    assert card.task.isVisible()


def test_in_the_smallest_window_one_line_is_left_beside_the_inspector(windows: Any) -> None:
    window = windows("race", size=(820, 560))
    window.lessons.library._read = ((LESSON, NEXT), ())
    card = window.lessons.open(LESSON).card
    view = window.docks[0].view
    settle(4)
    assert not view.aside.flat
    for shown in (True, False):
        view.toggle_inspector()
        settle(6)
        assert view.inspector_shown == shown
        assert card.folded == shown
        assert not shown or card.line.text() == "step 0, wanted ≥ 5"
        assert (window.width(), window.height()) == (820, 560)
        parts = seen_parts(window, view, card)
        bar = place_in(window, window.transport)
        assert not any(place.intersects(bar) for place in parts.values())
        assert not parts["lesson"].intersects(parts["stage"])


def test_a_film_of_the_panel_shows_it_without_the_lesson(taught: Any, tmp_path: Path) -> None:
    view = taught.view
    filming = Filming(view, Cut(0, 2, 1, whole=True), tmp_path / "film.gif")
    settle(4)
    assert filming._size == (view.width() - taught.card.width() - 12, view.height())
    assert (filming._view.width(), filming._view.height()) == filming._size
    assert filming._view.stage.size() == view.stage.size()
    filming.cancel()
    settle()


def picture_of(view: Any, tmp_path: Path) -> QImage:
    export.panel_png(view, tmp_path / "panel.png", scale=1.0)
    return QImage(str(tmp_path / "panel.png"))


def test_a_picture_of_the_panel_shows_it_without_the_lesson(taught: Any, tmp_path: Path) -> None:
    view, card = taught.view, taught.card
    image = picture_of(view, tmp_path)
    assert (image.width(), image.height()) == (view.width() - card.width() - 12, view.height())
    stage = place_in(view, view.stage)
    seen = view.stage.grab().toImage().convertToFormat(image.format())
    assert image.copy(stage.translated(-card.width() - 12, 0)) == seen
    # With nothing beside it, and whatever is said to who sits there, all of the panel is in it.
    taught.lessons.close_at_hand()
    settle(4)
    plain = picture_of(view, tmp_path)
    assert plain.size() == view.size()
    view.notice.say("Saved: panel.png")
    assert picture_of(view, tmp_path) == plain


def test_a_strip_and_a_banner_are_in_no_picture(taught: Any, tmp_path: Path) -> None:
    taught.open_panel("race")
    taught.actions_.arrange("side by side")
    settle(6)
    view, card = taught.view, taught.card
    assert view.aside.flat
    # The playhead that each of two panels has is in none, either.
    below = view._playhead.height()
    assert picture_of(view, tmp_path).height() == view.height() - card.height() - 12 - below
    view.banner.show_error("Something went wrong")
    settle(4)
    image = picture_of(view, tmp_path)
    assert image.width() == view.width()
    assert image.height() == view.height() - place_in(view, card).bottom() - 1 - 12 - below


@pytest.mark.parametrize("size", [(1280, 800), (1600, 1000)])
def test_titles_of_lessons_can_be_read(windows: Any, size: tuple[int, int]) -> None:
    window = windows("race", size=size)
    for lesson in window.lessons.library.lessons:
        card = window.lessons.open(lesson, page=0).card
        settle(4)
        assert card.title.text() == lesson.title
    long = dataclasses.replace(LESSON, title="A title of a teacher's own that needs two lines")
    card = window.lessons.open(long).card
    settle(4)
    assert card.title.text().split("\n") == ["A title of a teacher's own that", "needs two lines"]
    endless = dataclasses.replace(LESSON, title="And one that " * 9)
    card = window.lessons.open(endless).card
    settle(4)
    assert card.title.text().count("\n") == 1
    assert card.title.text().endswith("…")
    assert card.title.toolTip() == endless.title


@pytest.mark.parametrize("size", [(1280, 800), (1600, 1000), (1920, 1080)])
def test_the_plotted_quantity_can_be_read_beside_a_lesson(windows: Any, size: tuple[int, int]) -> None:
    window = windows("race", size=size)
    window.lessons.library._read = ((LESSON, NEXT), ())
    window.lessons.open(LESSON)
    settle(6)
    chooser = window.docks[0].view.findChild(PlotCard).quantity
    for id in ("loss", "distance", "gradient", "rate"):
        window.docks[0].view.findChild(PlotCard).show_quantity(id)
        settle()
        assert chooser.width() >= chooser.whole_width, id


def test_in_a_hall_the_name_of_the_panel_and_its_own_words_stay(windows: Any) -> None:
    window = windows("race", size=(1280, 800))
    window.lessons.library._read = ((LESSON, NEXT), ())
    window.lessons.open(LESSON)
    manager().set_text_scale(1.3)
    settle(6)
    header = window.docks[0].view.header
    assert header.title.text() == "Optimizer race"
    assert header.presets.width() >= header.presets.whole_width
    assert [button.text() for button in (header.compare, header.lesson, header.export)] == ["", "", ""]
    named = [button for button in header.findChildren(Button) if button.text()]
    assert [button.text() for button in named] == ["Layers", "3-D", "Set-up", "Fair race"]
    # What lost its word and had it back still follows the size of the text.
    assert len({button.font().pixelSize() for button in header.findChildren(Button)}) == 1
    assert header.export.font().pixelSize() == fonts.font(fonts.BODY).pixelSize()
    manager().set_mode("light")
    settle(6)
    assert header.title.text() == "Optimizer race"
    assert {button.font().pixelSize() for button in named} == {fonts.font(fonts.BODY).pixelSize()}
    manager().set_text_scale(1.0)
    settle(6)
    assert header.export.text() == "Export"
    assert header.export.font().pixelSize() == fonts.BODY


def test_a_notice_leaves_the_way_on_in_sight(windows: Any) -> None:
    window = windows("race", size=(820, 560))
    window.lessons.library._read = ((LESSON, NEXT), ())
    view = window.docks[0].view
    card = window.lessons.open(LESSON).card
    settle(4)
    view.notice.say("Your own work is one Undo away (Ctrl+Z)")
    assert not view.aside.flat
    assert not place_in(window, view.notice).intersects(place_in(window, card))


def test_where_there_is_little_height_the_picture_gives_way_to_words_and_lesson(windows: Any) -> None:
    window = windows(size=(820, 560))
    window.lessons.library._read = ((LESSON, NEXT), ())
    window.lessons.offer()
    window.entrance.start.show_recent([Path(f"session-{i}.lab.json") for i in range(3)])
    settle(6)
    card = window.entrance.start.cards["race"]
    assert card.height() < card.sizeHint().height()
    assert card.lesson.y() - card.picture.bottom() > 90


def test_side_by_side_lessons_stand_alike(windows: Any) -> None:
    window = windows("race", size=(1280, 800))
    window.open_panel("race")
    window.lessons.library._read = ((LESSON, NEXT), ())
    for dock in window.docks:
        window.lessons.open(LESSON, dock)
    for layout in ("side by side", "focus", "side by side"):
        window.actions_.arrange(layout)
        settle(8)
    assert [dock.view.aside.flat for dock in window.docks] == [True, True]
