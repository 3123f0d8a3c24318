"""The window: layouts, floating, closing, the start page, the palette, and a walk with the keyboard alone."""

import gc

import pytest
from PySide6.QtCore import QEvent, QPointF, QSize, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog
from shell_fixtures import LEFT, PLAIN, click, key, settle

from lab.core.timeline import SHARED_BUDGET
from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers import OPTIMIZERS
from lab.panels import PANELS
from lab.sims.race import PlaceStarts
from lab.ui.finding import score
from lab.ui.theme import manager

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


def boxes(window):
    return [d.geometry() for d in window.docks]


@pytest.fixture
def three(windows):
    window = windows("race", size=(1900, 1000))
    window.open_panel("race", preset="saddle")
    window.open_panel("race", preset="parabola")
    settle()
    return window


# -- layouts -----------------------------------------------------------------------------------------------------


def test_focus_shows_one_at_a_time(three):
    three.actions_.arrange("side by side")
    settle()
    three.desk.activate(three.docks[1])
    key(three, K.Key_1, CTRL)
    settle()
    assert [d.view.seen for d in three.docks] == [False, True, False]


def test_side_by_side_is_one_row(three):
    key(three, K.Key_2, CTRL)
    settle()
    a, b, c = boxes(three)
    assert a.right() < b.left()
    assert b.right() < c.left()
    assert a.top() == b.top() == c.top()
    assert max(x.width() for x in (a, b, c)) - min(x.width() for x in (a, b, c)) < 60
    assert all(d.view.seen for d in three.docks)


def test_grid_is_two_rows(three):
    three.open_panel("race", preset="beale")
    key(three, K.Key_3, CTRL)
    settle()
    a, b, c, d = boxes(three)
    assert a.right() < b.left()
    assert c.right() < d.left()
    assert a.bottom() < c.top()
    assert b.bottom() < d.top()


@pytest.mark.parametrize("size", [(1280, 800), (1900, 1000)])
@pytest.mark.parametrize(("count", "beside"), [(2, 0), (3, 0), (4, 0), (4, 2), (5, 3), (6, 6)])
def test_the_cells_of_a_grid_are_of_one_size(windows, count, beside, size):
    if count > 4 and size[0] < 1900:
        pytest.skip("three columns need a wider window")
    window = windows("race", size=size)
    for preset in ("beale", "saddle", "himmelblau", "rosenbrock", "noisy")[: count - 1]:
        window.open_panel("race", preset=preset)
        if len(window.docks) == beside:
            # What is opened from now on lies over the last one.
            key(window, K.Key_2, CTRL)
            settle()
    key(window, K.Key_3, CTRL)
    settle(4)
    cells = boxes(window)
    columns = (count + 1) // 2
    assert {x.top() for x in cells[:columns]} == {cells[0].top()}
    assert max(x.width() for x in cells) - min(x.width() for x in cells) <= 2
    in_two = [x for i, x in enumerate(cells) if i >= columns or i + columns < count]
    assert not in_two or max(x.height() for x in in_two) - min(x.height() for x in in_two) <= 2


def test_side_by_side_fits_the_usual_laptop(windows):
    """Two panels at 1280 x 800 lie beside each other, and nothing reaches out of the window."""
    window = windows("race")
    window.open_panel("race")
    window.actions_.arrange("side by side")
    settle(4)
    a, b = boxes(window)
    assert a.right() < b.left()
    assert b.right() < window.width()
    for dock in window.docks:
        inspector = dock.view.inspector
        dock.view.toggle_inspector()
        settle(4)
        assert inspector.width() <= inspector.parentWidget().width()


def test_a_layout_is_saved_by_name_and_comes_back(three, monkeypatch):
    three.actions_.arrange("side by side")
    settle()
    before = boxes(three)
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("lecture / hall", True))
    three.actions_.save_layout()
    three.actions_.arrange("focus")
    settle()
    assert boxes(three) != before
    three.actions_._fill_layouts()
    (action,) = three.actions_._layouts.actions()
    assert action.text() == "lecture   hall"
    action.trigger()
    settle()
    assert boxes(three) == before


def test_a_saved_layout_serves_after_a_panel_was_closed_and_another_opened(three, monkeypatch):
    three.actions_.arrange("side by side")
    settle()
    before = boxes(three)
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("row", True))
    three.actions_.save_layout()
    three.close_panel(three.docks[0])
    three.open_panel("race")
    three.actions_.arrange("focus")
    settle()
    three.actions_._fill_layouts()
    three.actions_._layouts.actions()[0].trigger()
    settle()
    for now, then in zip(boxes(three), before, strict=True):
        assert abs(now.x() - then.x()) < 40
        assert abs(now.width() - then.width()) < 40


# -- floating, closing, names ------------------------------------------------------------------------------------


def test_a_panel_floats_and_docks_again(race):
    dock = race.docks[0]
    race.actions_._with(lambda d: d.setFloating(True))
    settle()
    assert dock.isFloating()
    assert dock.view.seen
    race.experiment.set_playing(True)
    race.player.tick(0.1)
    assert race.experiment.step == 3
    race.experiment.set_playing(False)
    race.player.tick(0)
    race.actions_.arrange("focus")
    settle()
    assert not dock.isFloating()


def test_closing_a_floating_panel_closes_it(race):
    """By the window manager's cross or Alt+F4: a panel that is only hidden could never be found again."""
    dock = race.docks[0]
    dock.setFloating(True)
    settle()
    dock.close()
    settle()
    assert race.docks == []
    assert race.entrance.start.isVisible()


def test_closing_the_last_panel_shows_the_start_page(race):
    key(race, K.Key_W, CTRL)
    settle()
    assert race.docks == []
    assert race.entrance.start.isVisible()
    assert not race.transport.isVisible()
    assert race.active is None
    key(race, K.Key_Space)
    key(race, K.Key_Z, CTRL)


@pytest.mark.parametrize(
    "close", [lambda w: w.close_panel(w.docks[0]), lambda w: w.sessions.clear(), lambda w: w.close()]
)
def test_a_closed_panel_takes_no_memory_from_the_others(race, close):
    """At once: it waits for the collector of cycles, which may come much later."""
    gc.collect()
    gc.disable()
    try:
        before = len(SHARED_BUDGET._members)
        race.docks[0].experiment.seek(40)
        timeline = race.docks[0].experiment.timeline
        race.open_panel("race", preset="saddle")
        assert len(SHARED_BUDGET._members) == before + 1
        race.close_panel(race.docks[1])
        assert len(SHARED_BUDGET._members) == before
        close(race)
        assert timeline not in SHARED_BUDGET._members
        assert timeline.held == 0
    finally:
        gc.enable()


def test_ten_thousand_starts_play_beside_two_other_panels(race):
    """Six rules from 10,000 starts hold 10 MB a step: fewer snapshots are kept, and nothing stops."""
    crowd = tuple((0.001 * i - 5.0, 1.0) for i in range(10_000))
    race.open_panel("race")
    race.open_panel("race")
    for dock in race.docks:
        assert dock.experiment.do(PlaceStarts(crowd), "Scatter")
    for dock in race.docks:
        for _ in range(40):
            assert dock.experiment.attempt(dock.experiment.advance)
        dock.experiment.step_by(-1)
        assert dock.experiment.timeline.step == 39
        dock.experiment.seek(20)
        dock.experiment.work(lambda: True)
        assert dock.experiment.timeline.step == 20
        assert not dock.view.banner.message


def test_far_too_many_starts_are_refused_with_what_to_do(race):
    crowd = tuple((0.0001 * i - 5.0, 1.0) for i in range(60_000))
    run = race.experiment.run
    assert not race.experiment.do(PlaceStarts(crowd), "Scatter")
    assert "fewer starts" in race.docks[0].view.banner.message
    assert race.experiment.run is run


def test_closing_one_of_two_gives_the_transport_to_the_other(race):
    race.open_panel("race")
    race.actions_._with(race.close_panel)
    settle()
    assert race.active is race.docks[0]
    assert race.docks[0].view.seen


def test_names_stay_apart(race):
    race.open_panel("race")
    race.close_panel(race.docks[0])
    race.open_panel("race")
    race.open_panel("race")
    titles = [d.windowTitle() for d in race.docks]
    assert len(set(titles)) == 3, titles


def test_a_panel_is_renamed(race, monkeypatch):
    monkeypatch.setattr(QInputDialog, "getText", lambda *a, **k: ("  My race ", True))
    race.actions_.rename_panel(race.active)
    assert race.docks[0].windowTitle() == "My race"
    assert race.view.header.title.text() == "My race"
    assert race.transport._name._whole == "My race"
    assert race.desk.session().panels[0].name == "My race"


def test_a_duplicate_stands_where_the_original_stands_and_goes_its_own_way(race):
    race.experiment.seek(12)
    race.experiment.set_live("learning_rate", 0.02, 4, "Change")
    race.actions_.duplicate_panel(race.active)
    settle()
    twin = race.docks[1].experiment
    assert twin.step == 12
    assert twin.run == race.experiment.run
    assert list(twin.run.events()) == list(race.experiment.run.events())
    twin.step_by(5)
    assert race.experiment.step == 12
    assert twin.history.undo_label is None


# -- the start page ----------------------------------------------------------------------------------------------


def test_a_card_opens_its_panel(windows):
    window = windows()
    for id, card in list(window.entrance.start.cards.items()):
        click(card, (card.width() / 2, card.height() / 2))
        settle()
        assert window.docks[-1].experiment.panel == id
        assert not window.entrance.start.isVisible()
        window.close_panel(window.docks[-1])
        settle()


@pytest.mark.parametrize("pressed", [K.Key_Return, K.Key_Space])
def test_a_card_is_opened_by_key(windows, pressed):
    window = windows()
    card = next(iter(window.entrance.start.cards.values()))
    card.setFocus(Qt.FocusReason.TabFocusReason)
    key(card, pressed)
    settle()
    assert len(window.docks) == 1


def test_a_card_plays_while_it_is_pointed_at(windows):
    window = windows()
    card = next(iter(window.entrance.start.cards.values()))
    at = QPointF(5, 5)
    QApplication.sendEvent(card, QEnterEvent(at, at, at))
    assert window.player.active
    QApplication.sendEvent(card, QEvent(QEvent.Type.Leave))
    window.player.tick(0)
    assert not window.player.active


def test_the_way_back_from_the_start_page(race):
    """Pressing the house again (or Esc) returns to the panels that wait behind it."""
    race.bar.home.click()
    settle()
    assert race.entrance.start.isVisible()
    race.bar.home.click()
    settle()
    assert not race.entrance.start.isVisible()
    assert race.view.seen
    race.show_start()
    key(race, K.Key_Escape)
    settle()
    assert race.view.seen


def test_on_the_start_page_nothing_plays_behind(race):
    race.show_start()
    settle()
    key(race, K.Key_Space)
    key(race, K.Key_Right)
    assert not race.experiment.playing
    assert race.experiment.step == 0


# -- the palette -------------------------------------------------------------------------------------------------


def listed(window):
    box = window.palette_box._list
    return [box.item(i).text() for i in range(box.count())]


def test_the_palette_holds_every_preset_algorithm_and_landscape(race):
    titles = {c.title for c in race.actions_.commands()}
    assert {p.title for p in PANELS["race"].presets} <= titles
    assert {f"Add {e.title}" for e in OPTIMIZERS} <= titles
    assert {f"Race on {e.title}" for e in LANDSCAPES} <= titles
    assert {"Play or pause", "Save", "Dark theme", "Close panel", "Layout: grid"} <= titles


def test_a_few_letters_find_it(race):
    for typed, first in (
        ("rosenb", "Rosenbrock · curved valley"),
        ("add adam", "Add Adam"),
        ("light", "Light theme"),
        ("play", "Play or pause"),
        ("side", "Layout: side by side"),
    ):
        key(race, K.Key_K, CTRL)
        QTest.keyClicks(race.palette_box._line, typed)
        assert listed(race)[0] == first
        key(race.palette_box._line, K.Key_Escape)


def test_what_is_not_there_is_said(race):
    race.actions_.open_palette()
    QTest.keyClicks(race.palette_box._line, "xqzzy")
    assert listed(race) == ["Nothing is called that"]
    key(race.palette_box._line, K.Key_Return)
    assert race.palette_box.isVisible()
    key(race.palette_box._line, K.Key_Escape)
    assert not race.palette_box.isVisible()


def test_choosing_does_it_and_gives_the_keyboard_back(race):
    race.view.setFocus()
    race.actions_.open_palette()
    QTest.keyClicks(race.palette_box._line, "add sgd")
    key(race.palette_box._line, K.Key_Return)
    settle()
    assert not race.palette_box.isVisible()
    assert len(race.experiment.run.config.racers) == 7
    key(QApplication.focusWidget() or race, K.Key_Space)
    assert race.experiment.playing
    race.experiment.set_playing(False)
    race.player.tick(0)


def test_leaving_the_palette_gives_the_keyboard_back(race):
    race.view.setFocus()
    race.actions_.open_palette()
    key(race.palette_box._line, K.Key_Escape)
    settle()
    assert QApplication.focusWidget() is race.view


def test_presets_from_the_palette_go_into_the_panel_in_focus(race):
    race.actions_.open_palette()
    QTest.keyClicks(race.palette_box._line, "saddle which")
    key(race.palette_box._line, K.Key_Return)
    assert len(race.docks) == 1
    assert race.view.header.presets.value == "saddle"


def test_letters_must_come_in_order():
    assert score("", "anything") == 0
    assert score("adm", "Adam") is not None
    assert score("mad", "Adam") is None
    assert score("race", "Race on Booth") < score("race", "Trace elements")


# -- with the keyboard alone -------------------------------------------------------------------------------------


def test_a_walk_without_a_mouse(windows):
    """Open the race from the start page, play, step, go back, add a racer, focus it, change its rate, undo all."""
    window = windows()
    for _ in range(30):
        key(QApplication.focusWidget() or window, K.Key_Tab)
        if QApplication.focusWidget() in window.entrance.start.cards.values():
            break
    key(QApplication.focusWidget(), K.Key_Return)
    settle()
    experiment = window.docks[0].experiment
    key(QApplication.focusWidget(), K.Key_Space)
    window.player.tick(0.5)
    assert experiment.step == 15
    key(QApplication.focusWidget(), K.Key_Space)
    key(QApplication.focusWidget(), K.Key_Right)
    key(QApplication.focusWidget(), K.Key_Left, SHIFT)
    assert experiment.step == 6
    key(QApplication.focusWidget(), K.Key_K, CTRL)
    QTest.keyClicks(QApplication.focusWidget(), "add moment")
    key(QApplication.focusWidget(), K.Key_Return)
    settle()
    assert len(experiment.run.config.racers) == 7
    view = window.docks[0].view
    for _ in range(80):
        key(QApplication.focusWidget() or window, K.Key_Tab)
        if QApplication.focusWidget() is view.focus_card._form.row("learning_rate").slider:
            break
    key(QApplication.focusWidget(), K.Key_Right)
    assert [(s, e.lane) for s, e in experiment.run.events()] == [(6, 6)]
    key(QApplication.focusWidget(), K.Key_Z, CTRL)
    key(QApplication.focusWidget(), K.Key_Z, CTRL)
    assert len(experiment.run.config.racers) == 6
    assert list(experiment.run.events()) == []
    window.player.tick(0)


# -- looks and size ----------------------------------------------------------------------------------------------


def test_the_theme_is_switched_and_remembered(race, windows):
    race.bar.theme.click()
    assert not manager().current.dark
    assert race.settings.text("theme") == ""
    windows.end(race)
    from lab.ui.settings import Settings

    assert Settings(windows.home).text("theme") == "light"


def test_text_grows_and_shrinks_and_returns(race):
    size = race.view.header.title.font().pixelSize()
    key(race, K.Key_Equal, CTRL)
    key(race, K.Key_Equal, CTRL)
    assert race.view.header.title.font().pixelSize() > size
    key(race, K.Key_0, CTRL)
    assert race.view.header.title.font().pixelSize() == size


def test_presenting_is_full_screen_and_escape_leaves(race):
    key(race, K.Key_F11)
    settle()
    assert race.isFullScreen()
    assert not race.bar.isVisible()
    key(race, K.Key_Escape)
    settle()
    assert not race.isFullScreen()
    assert race.bar.isVisible()


def test_presenting_enlarges_text_and_marks_and_comes_back_exactly(race):
    manager().set_text_scale(1.1)
    settle()
    panel, title = race.view, race.view.header.title

    def there():
        widgets = (panel, panel.stage, panel.inspector, panel.leaderboard, race.transport)
        return race.size(), title.font().pixelSize(), [w.size() for w in widgets], manager().weight

    before, stroke = there(), panel.stage.trails._made[0].width
    key(race, K.Key_F11)
    settle()
    assert title.font().pixelSize() >= 1.25 * before[1]
    assert panel.stage.trails._made[0].width == manager().weight * stroke > stroke
    # What is remembered for the next start is what was chosen, not what the hall sees.
    assert manager().own_text_scale == 1.1
    key(race, K.Key_F11)
    # The sizes of nested layouts come up one level at a round.
    settle(8)
    assert there() == before
    assert panel.stage.trails._made[0].width == stroke


def test_a_window_closed_while_presenting_leaves_the_text_as_it_was(windows):
    window = windows("race")
    window.actions_.present(True)
    windows.end(window)
    assert (manager().own_text_scale, manager().weight) == (1.0, 1.0)


def test_the_window_is_not_smaller_than_it_can_be_used(race):
    race.resize(QSize(100, 100))
    settle()
    assert (race.width(), race.height()) == (820, 560)


def test_a_press_on_the_search_field_opens_the_palette(race):
    QTest.mouseClick(race.bar.search, LEFT, PLAIN)
    assert race.palette_box.isVisible()
    assert QApplication.focusWidget() is race.palette_box._line


@pytest.mark.parametrize("width", [500, 560, 636, 700, 839])
def test_an_unfolded_inspector_is_never_wider_than_the_stage(race, width):
    view = race.view
    race.setMinimumSize(1, 1)
    race.resize(width, 640)
    settle()
    assert view.width() == width
    assert not view.inspector_shown
    view.toggle_inspector()
    settle(4)
    assert view.inspector_shown
    assert view._side.scroll.geometry().right() <= view.width()
    assert view._side.scroll.width() <= view.stages.width()
    # Nothing in it is cut.
    assert view.inspector.minimumSizeHint().width() <= view._side.scroll.viewport().width()
    view.toggle_inspector()
    race.resize(1280, 800)
    settle(4)
    assert view.inspector_shown
    assert view._side.scroll.geometry().left() >= view.stages.geometry().right()


def test_a_small_stage_has_no_overlays_that_only_explain(race):
    over = race.view.stage.overlays
    assert over.legend.isVisible()
    assert over.color_bar.isVisible()
    race.setMinimumSize(1, 1)
    race.resize(820, 560)
    race.view.toggle_inspector()
    settle(4)
    assert over.legend.isHidden()
    assert over.color_bar.isHidden()
    race.resize(1280, 800)
    settle(4)
    race.view.refresh()
    assert over.legend.isVisible()
    assert over.color_bar.isVisible()
