"""Keys and presses go where the eye expects them: cards keep presses, Space plays, Tab follows the eye."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QStyle
from shell_fixtures import LEFT, PLAIN, click, drag, key, settle, wheel

from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.sims.race import ScatterStarts
from lab.ui.finding import score
from lab.ui.key_card import _LEFT
from lab.ui.theme import manager, theme

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
TAB = Qt.FocusReason.TabFocusReason


def middle(widget):
    return (widget.width() / 2, widget.height() / 2)


# -- presses on what floats ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["legend", "color_bar", "tools", "apart"])
def test_a_press_on_an_overlay_does_not_reach_the_stage(race, name):
    race.view.set_look(apart=name == "apart")
    settle()
    overlay = getattr(race.view.stage.overlays, name)
    assert overlay.isVisible()
    world = race.view.stage.world
    at = (3.0, 3.0)
    click(overlay, at)
    drag(overlay, at, (60.0, 20.0))
    click(overlay, at, Qt.MouseButton.RightButton)
    drag(overlay, at, (60.0, 20.0), Qt.MouseButton.MiddleButton)
    wheel(overlay, at, 120)
    assert list(race.experiment.run.events()) == []
    assert not race.experiment.playing
    assert race.view.stage.world == world


@pytest.mark.parametrize("card", ["setup", "schedule", "fair", "table"])
def test_nor_does_one_on_the_empty_part_of_a_card_or_its_words(race, card):
    race.view.set_look(**{card: True})
    settle()
    shown = getattr(race.view, card)
    world = race.view.stage.world
    spots = [QPoint(x, y) for x in range(3, shown.width(), 29) for y in range(3, shown.height(), 29)]
    quiet = [p for p in spots if (w := shown.childAt(p)) is None or w.focusPolicy() == Qt.FocusPolicy.NoFocus]
    assert len(quiet) > 20
    for spot in quiet:
        target = shown.childAt(spot) or shown
        at = QPointF(target.mapFrom(shown, spot))
        wheel(target, (at.x(), at.y()), -120)
        if shown.childAt(spot) is None:
            click(target, at)
    assert list(race.experiment.run.events()) == []
    assert race.view.stage.world == world


def test_a_press_on_the_hint_drops_a_start_behind_it(race):
    hint = race.view.stage.overlays.hint
    assert hint.isVisible()
    at = hint.geometry().center()
    assert race.view.stage.childAt(at) is None
    window_at = race.view.stage.mapTo(race, at)
    QTest.mouseClick(race.windowHandle(), LEFT, PLAIN, window_at)
    assert len(list(race.experiment.run.events())) == 1
    race.experiment.set_playing(False)
    race.player.tick(0)


# -- Space, arrows, Enter --------------------------------------------------------------------------------------


def zoom_button(race):
    return next(
        b for b in race.view.stage.overlays.tools.children() if getattr(b, "toolTip", str)().startswith("Zoom in")
    )


def test_space_and_arrows_belong_to_the_transport_whatever_button_has_the_keyboard(race):
    view = race.view
    world = view.stage.world
    preset = view.header.presets.value
    for control in (zoom_button(race), view.header.presets, view.header.more, race.transport.to_end, race.bar.search):
        control.setFocus(TAB)
        assert QApplication.focusWidget() is control
        race.experiment.seek(50)
        settle()
        for pressed, lands in ((K.Key_Right, 51), (K.Key_Left, 50), (K.Key_Home, 0), (K.Key_End, 240)):
            key(control, pressed)
            settle()
            race.player.tick(1.0)
            assert race.experiment.step == lands, (control, pressed)
        race.experiment.seek(50)
        key(control, K.Key_Space)
        assert race.experiment.playing
        key(control, K.Key_Space)
        assert not race.experiment.playing
        assert QApplication.activePopupWidget() is None
        assert QApplication.focusWidget() is control
    assert view.stage.world == world
    assert view.header.presets.value == preset
    race.player.tick(0)


def test_enter_presses_the_button_in_focus_and_opens_the_list(race):
    width = race.view.stage.world.width()
    button = zoom_button(race)
    button.setFocus(TAB)
    key(button, K.Key_Return)
    assert race.view.stage.world.width() < width
    presets = race.view.header.presets
    presets.setFocus(TAB)
    key(presets, K.Key_Enter)
    assert presets.view().isVisible()
    presets.hidePopup()


def test_a_segmented_choice_keeps_its_arrows(race):
    race.view.set_look(schedule=True)
    settle()
    (one,) = (
        b
        for b in race.view.schedule.findChildren(type(race.view.header.export))
        if b.text() == "auto" or b.text() == "Auto"
    )
    one.setFocus(TAB)
    race.experiment.seek(20)
    key(one, K.Key_Right)
    assert race.experiment.step == 20
    assert race.view._look.schedule_axis != "auto"


def test_after_a_choice_in_the_palette_the_stage_has_the_keyboard(race):
    race.view.header.presets.setFocus(TAB)
    race.actions_.open_palette()
    QTest.keyClicks(race.palette_box._line, "add sgd")
    key(race.palette_box._line, K.Key_Return)
    settle()
    assert QApplication.focusWidget() is race.view.stage
    key(race.view.stage, K.Key_Right)
    assert race.experiment.step == 1


def test_unless_it_came_from_an_editor(race):
    race.transport.seed.setFocus()
    race.actions_.open_palette()
    QTest.keyClicks(race.palette_box._line, "light theme")
    key(race.palette_box._line, K.Key_Return)
    settle()
    assert QApplication.focusWidget() is race.transport.seed


# -- boxes of numbers ------------------------------------------------------------------------------------------


def rate_box(race):
    return race.view.focus_card._form.row("learning_rate").field


@pytest.fixture(params=["rate", "start", "length", "seed"])
def box(race, request):
    """A number box of each kind with the keyboard, and something to type into it that it takes."""
    race.view.set_look(setup=True)
    settle()
    found = {
        "rate": lambda: (rate_box(race), "0.031"),
        "start": lambda: (race.view.setup._shown[0][1][0], "1.25"),
        "length": lambda: (race.transport.horizon, "321"),
        "seed": lambda: (race.transport.seed, "7"),
    }
    race.box, race.typed = found[request.param]()
    race.box.setFocus(TAB)
    assert QApplication.focusWidget() is race.box
    return race


def taken(race):
    e = race.experiment
    return (list(e.run.events()), e.horizon, e.run.seed)


def test_enter_takes_the_number_and_gives_the_keyboard_back(box):
    before = taken(box)
    box.box.selectAll()
    QTest.keyClicks(box.box, box.typed)
    key(box.box, K.Key_Return)
    settle()
    assert QApplication.focusWidget() is box.view.stage
    after = taken(box)
    assert after != before
    assert len(after[0]) <= 1  # leaving does not do it once more
    key(box.view.stage, K.Key_Right)
    assert box.experiment.step == 1


def test_escape_puts_the_number_back_and_gives_the_keyboard_back(box):
    before, shown = taken(box), box.box.text()
    QTest.keyClicks(box.box, box.typed)
    key(box.box, K.Key_Escape)
    settle()
    assert QApplication.focusWidget() is box.view.stage
    assert box.view._look.setup  # the card goes by the next one
    assert taken(box) == before
    box.box.setFocus(TAB)
    assert box.box.text() == shown
    key(box.box, K.Key_Escape)
    key(QApplication.focusWidget(), K.Key_Right)
    assert box.experiment.step == 1


def test_so_does_a_press_elsewhere_which_takes_the_number(box):
    before = taken(box)
    box.box.selectAll()
    QTest.keyClicks(box.box, box.typed)
    QTest.mouseClick(box.transport.play, LEFT, PLAIN, box.transport.play.rect().center())
    assert box.experiment.playing
    assert QApplication.focusWidget() is box.view.stage
    after = taken(box)
    assert after != before
    key(box.view.stage, K.Key_Space)
    assert not box.experiment.playing
    assert taken(box) == after
    box.player.tick(0)


def test_undo_in_a_box_is_the_race_s_until_something_was_typed(race):
    race.experiment.set_live("learning_rate", 0.02, race.view.focus_card._lane, "Change the rate")
    (event,) = race.experiment.run.events()
    line = rate_box(race)
    line.setFocus(TAB)
    QTest.keyClicks(line, "5")
    key(line, K.Key_Z, CTRL)
    assert list(race.experiment.run.events()) == [event]
    assert line.text() == "0.02"
    key(line, K.Key_Escape)
    line.setFocus(TAB)
    key(line, K.Key_Z, CTRL)
    assert list(race.experiment.run.events()) == []
    key(line, K.Key_Y, CTRL)
    assert list(race.experiment.run.events()) == [event]


def test_a_refused_number_keeps_the_keyboard(race):
    line = rate_box(race)
    line.setFocus(TAB)
    line.selectAll()
    QTest.keyClicks(line, "much")
    key(line, K.Key_Return)
    assert QApplication.focusWidget() is line
    assert line.text() == "much"


def test_a_press_in_another_panel_controls_that_one(pair):
    first, second = pair.docks
    line = first.view.focus_card._form.row("learning_rate").field
    line.setFocus(TAB)
    QTest.mouseClick(second.view.header, LEFT, PLAIN, QPoint(3, 3))
    assert pair.active is second
    assert QApplication.focusWidget() is not line


# -- the card of keys ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("closed_by", ["Esc", "F1", "a press elsewhere"])
def test_f1_shows_the_keys_and_puts_them_away(race, closed_by):
    card = race.actions_.key_card
    race.view.stage.setFocus(TAB)
    key(race.view.stage, K.Key_F1)
    settle()
    assert card.isVisible()
    assert race.rect().contains(card.geometry())
    assert not card._scroll.verticalScrollBar().isVisible()
    if closed_by == "a press elsewhere":
        QTest.mouseClick(race.view.header, LEFT, PLAIN, QPoint(3, 3))
    else:
        key(QApplication.focusWidget(), K.Key_Escape if closed_by == "Esc" else K.Key_F1)
    assert not card.isVisible()
    assert QApplication.focusWidget() is race.view.stage


def test_each_shortcut_on_the_card_is_one_of_the_window(race):
    """What is written there can't fall behind what the actions listen to."""
    bound = {s.toString() for _, action in race.actions_._all for s in action.shortcuts()}
    written = {p for _, lines in _LEFT for p, _ in lines}
    assert {"← →", "Home End", "Ctrl+Z Ctrl+Y", "F11"} <= written
    assert {"Left", "Right", "Home", "End", "Ctrl+Z", "Ctrl+Y", "F11"} <= bound
    for pressed in ("Space", "Shift+Space", "Shift+Home", "Ctrl+K", "Ctrl+W"):
        assert pressed in written
        assert pressed in bound


def test_where_the_window_is_small_the_keys_are_scrolled_by_arrows(windows):
    window = windows("race", size=(820, 560))
    key(window, K.Key_F1)
    settle()
    bar = window.actions_.key_card._scroll.verticalScrollBar()
    assert bar.isVisible()
    assert not window.actions_.key_card._scroll.horizontalScrollBar().isVisible()
    for _ in range(30):
        key(QApplication.focusWidget(), K.Key_Down)
    assert bar.value() == bar.maximum() > 0
    window.actions_.key_card.toggle()


# -- what a menu leaves behind ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["columns", "sweeps", "more"])
def test_a_button_does_not_look_pressed_once_its_menu_is_closed(race, name):
    button = {
        "columns": race.view.board.columns,
        "sweeps": race.view.focus_card.sweeps,
        "more": race.view.header.more,
    }[name]
    plain = button.grab().toImage()
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    assert button.grab().toImage() != plain
    # The menu takes the pointer: the button is not told that it has left.
    QTimer.singleShot(0, button.menu().close)
    button.showMenu()
    settle()
    assert not button.isDown()
    assert not button.underMouse()
    assert button.grab().toImage() == plain


# -- the stage by keys -----------------------------------------------------------------------------------------


def test_the_stage_by_keys(race):
    stage = race.view.stage
    stage.setFocus(TAB)
    home = stage.world
    key(stage, K.Key_Right, CTRL)
    key(stage, K.Key_Up, CTRL)
    assert stage.world.x() == pytest.approx(home.x() + 0.1 * home.width())
    assert stage.world.y() == pytest.approx(home.y() + 0.1 * home.height())
    key(stage, K.Key_Plus)
    assert stage.world.width() < home.width()
    key(stage, K.Key_Minus)
    key(stage, K.Key_Minus)
    assert stage.world.width() > home.width()
    key(stage, K.Key_0)
    assert stage.world == home
    assert race.experiment.step == 0
    key(stage, K.Key_Right)
    assert race.experiment.step == 1


@pytest.mark.parametrize("pressed", [K.Key_Return, K.Key_Insert])
def test_enter_drops_a_start_in_the_middle_as_the_hand_does(race, pressed):
    stage = race.view.stage
    stage.setFocus(TAB)
    key(stage, pressed)
    ((_, event),) = race.experiment.run.events()
    assert event.points == (stage.point_at(stage.plot.center()),)
    assert race.experiment.history.undo_label == "Drop a start"
    assert race.experiment.playing
    race.experiment.set_playing(False)
    race.player.tick(0)


# -- Tab -------------------------------------------------------------------------------------------------------


def stops(window, most=200):
    """Where Tab goes, from the first control on, until it comes round."""
    found = []
    for _ in range(most):
        key(QApplication.focusWidget() or window, K.Key_Tab)
        here = QApplication.focusWidget()
        if found and here is found[0]:
            return found
        found.append(here)
    raise AssertionError("Tab does not come round")


def test_tab_follows_the_eye(race):
    view = race.view
    view.set_look(setup=True)
    settle()
    race.bar.search.setFocus(TAB)
    found = stops(race)
    found = [race.bar.search, *(w for w in found if w is not race.bar.search)]
    t = race.transport
    order = [
        race.bar.search, race.bar.home, race.bar.theme, race.bar.layouts,
        view.header.presets, view.buttons.drawn, view.buttons.surface, view.buttons.setup, view.buttons.fair,
        view.header.compare, view.header.export, view.header.more,
        view.stage, zoom_button(race), view.setup._more, view.equation._apart,
        view.focus_card._form.row("learning_rate").slider, view.leaderboard,
        t.to_start, t.back, t.play, t.forward, t.to_end, t.scrub, t.horizon, t.speed, t.seed,
    ]  # fmt: skip
    places = [found.index(widget) for widget in order]
    assert places == sorted(places)
    # And back again the same way.
    race.bar.home.setFocus(TAB)
    key(race.bar.home, K.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is race.bar.search


@pytest.mark.parametrize("mode", ["dark", "light"])
def test_every_stop_shows_that_it_has_the_keyboard(race, mode):
    manager().set_mode(mode)
    race.view.set_look(setup=True)
    race.view.buttons.setup.setChecked(True)
    settle()
    unseen = []
    for stop in stops(race):
        stop.setFocus(TAB)
        settle()
        # What fills a card has the card's border for its ring.
        shown = stop.parentWidget() if stop is race.view.stage else stop
        with_ring = shown.grab().toImage()
        race.view.setFocus(Qt.FocusReason.OtherFocusReason)
        settle()
        if shown.grab().toImage() == with_ring:
            unseen.append(f"{type(stop).__name__} {stop.accessibleName()}")
    assert unseen == []


# -- Esc and the menus -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("look", ["setup", "schedule", "fair", "table", "apart"])
def test_escape_closes_the_card_in_front(race, look):
    race.view.set_look(**{look: True})
    settle()
    key(race.view.stage, K.Key_Escape)
    assert not getattr(race.view._look, look)
    assert race.view.experiment.view_state == race.view._look


def test_escape_closes_the_derivative(windows):
    window = windows("race", preset="derivative")
    view = window.docks[0].view
    assert view.stage.overlays.derivative.isVisible()
    key(view.stage, K.Key_Escape)
    assert not view.stage.overlays.derivative.isVisible()


def test_escape_closes_cards_one_by_one_before_it_leaves_the_full_screen(race):
    race.actions_.present(True)
    race.view.set_look(apart=True, setup=True)
    settle()
    inside = race.view.setup._more
    inside.setFocus(TAB)
    key(inside, K.Key_Escape)
    assert (race.view._look.setup, race.view._look.apart) == (False, True)
    assert QApplication.focusWidget() is race.view.stage
    key(race.view.stage, K.Key_Escape)
    assert not race.view._look.apart
    assert race.isFullScreen()
    key(race.view.stage, K.Key_Escape)
    assert not race.isFullScreen()


@pytest.mark.parametrize(
    ("letter", "menu"), [("F", "file"), ("E", "edit"), ("V", "view"), ("P", "panel"), ("H", "help")]
)
def test_menus_open_by_alt_and_a_letter(race, letter, menu):
    key(race.view.stage, getattr(K, f"Key_{letter}"), Qt.KeyboardModifier.AltModifier)
    settle()
    opened = getattr(race.bar, menu)
    assert opened.isVisible()
    opened.hide()
    settle()


# -- the palette -----------------------------------------------------------------------------------------------


def offered(race, typed):
    race.actions_.open_palette()
    QTest.keyClicks(race.palette_box._line, typed)
    box = race.palette_box._list
    found = [box.item(i).text() for i in range(box.count())]
    key(race.palette_box._line, K.Key_Escape)
    return found


def test_where_a_word_stands_scattered_letters_are_not_offered(race):
    race.experiment.do(ScatterStarts(16), "Scatter")
    settle()
    found = offered(race, "layers")
    assert len(found) > 4
    assert all(words.startswith(("Show: ", "Hide: ")) for words in found)
    assert offered(race, "basin")[0].startswith("Show: Basins")
    assert offered(race, "median")[0] == "Look at the median of all starts"
    assert offered(race, "set-up")[0] == "Show: Set-up: landscape, noise, starts"
    assert offered(race, "schedule")[0] == "Show: Learning-rate schedule"
    assert offered(race, "fair")[0].startswith("Fair race")
    assert offered(race, "lattice 4")[0] == "Starts: lattice 4 × 4"
    assert offered(race, "lattice 8")[0] == "Starts: lattice 8 × 8"
    assert offered(race, "scatter 64")[0] == "Starts: scatter 64"


def test_scattered_letters_begin_at_a_word():
    assert score("sbs", "Layout: side by side") is not None
    assert score("yer", "Play or pause Transport") is None
    assert score("basin", "Race on Booth") is None
    assert score("adm", "Adam") > score("ada", "Adam")
    assert score("adm", "Adam") > score("dam", "Adam")


def test_a_choice_of_starts_from_the_palette(race):
    for typed, check in (
        ("lattice 4", lambda: race.experiment.frame().present.sum() == 18),
        ("mean of all", lambda: race.view._look.average and race.view._look.statistic == "mean"),
        ("show set-up", lambda: race.view.setup.isVisible()),
    ):
        race.actions_.open_palette()
        QTest.keyClicks(race.palette_box._line, typed)
        key(race.palette_box._line, K.Key_Return)
        settle()
        race.experiment.set_playing(False)
        assert check(), typed


# -- the set-up's height ---------------------------------------------------------------------------------------


def not_scrolled(view):
    return view.setup._scroll.verticalScrollBar().maximum() == 0


@pytest.mark.parametrize("opened", ["before", "after"])
def test_the_set_up_is_as_high_as_what_it_shows(windows, opened):
    window = windows("race", size=(1280, 1000))
    view = window.docks[0].view
    if opened == "before":
        view.set_look(setup=True)
        settle()
    view.choose_preset("formula")
    if opened == "after":
        view.set_look(setup=True)
    settle(3)
    assert not_scrolled(view)
    high = view.setup.height()
    view.setup._more.click()
    settle(3)
    assert view.setup.height() > high or not_scrolled(view)
    view.setup._more.click()
    settle(3)
    assert view.setup.height() == high
    view.choose_landscape(Rosenbrock)
    settle(3)
    assert view.setup.height() < high
    assert not_scrolled(view)


# -- two panels side by side -----------------------------------------------------------------------------------


@pytest.fixture
def pair(windows):
    window = windows("race")
    window.open_panel("race", preset="saddle")
    window.actions_.arrange("side by side")
    settle(4)
    return window


def test_the_stage_is_the_biggest_thing_in_each_of_two_panels(pair):
    for dock in pair.docks:
        view = dock.view
        assert not view.inspector_shown
        assert view.stage.width() > 0.85 * view.width()
        title = view.header.title
        assert title.isVisible()
        assert title.text().startswith("Opt")
        assert title.geometry().right() < view.header.presets.geometry().left()
        assert view.header.more.geometry().right() <= view.header.width()


def accent_line(header):
    picture = header.grab().toImage()
    return picture.pixelColor(picture.width() // 2, picture.height() - 3) == theme().color("accent")


def test_the_active_panel_is_marked_where_there_are_two(pair):
    first, second = pair.docks
    assert [accent_line(d.view.header) for d in pair.docks] == [False, True]
    pair.desk.activate(first)
    settle()
    assert [accent_line(d.view.header) for d in pair.docks] == [True, False]
    pair.actions_.arrange("focus")
    settle()
    assert not any(accent_line(d.view.header) for d in pair.docks)
    pair.actions_.arrange("side by side")
    settle()
    pair.close_panel(second)
    settle()
    assert not accent_line(first.view.header)


def test_the_inspector_is_folded_away_and_shown_by_button_key_and_palette(race):
    view = race.view
    assert view.inspector_shown
    wide = view.stage.width()
    slider = view.focus_card._form.row("learning_rate").slider
    slider.setFocus(TAB)
    key(slider, K.Key_I, CTRL)
    settle()
    assert not view.inspector_shown
    assert view.stage.width() > wide + 300
    assert QApplication.focusWidget() is view.stage
    view.header.fold.click()
    settle()
    assert view.stage.width() == wide
    assert view.header.fold.toolTip().startswith("Fold")
    race.actions_.open_palette()
    QTest.keyClicks(race.palette_box._line, "inspector")
    key(race.palette_box._line, K.Key_Return)
    settle()
    assert not view.inspector_shown
    assert view.header.fold.accessibleName().startswith("Show")


def test_a_narrow_panel_and_a_wide_one_each_remember_the_choice(pair):
    view = pair.docks[1].view
    pair.desk.activate(pair.docks[1])
    view.header.fold.click()
    settle()
    assert view.inspector_shown
    pair.actions_.arrange("focus")
    settle(3)
    assert view.inspector_shown
    key(view.stage, K.Key_I, CTRL)
    settle()
    assert not view.inspector_shown
    pair.actions_.arrange("side by side")
    settle(3)
    assert view.inspector_shown
    pair.actions_.arrange("focus")
    settle(3)
    assert not view.inspector_shown


def test_words_come_back_to_the_header_when_there_is_room(pair):
    header = pair.docks[0].view.header
    export = header.export
    assert export.text() == ""
    pair.actions_.arrange("focus")
    pair.docks[0].raise_()
    settle(4)
    assert export.text() == "Export"
    assert header.title.text() == "Optimizer race"
    assert header.presets.width() >= header.presets.sizeHint().width()


def test_a_panel_that_tab_walked_through_is_let_go_of_when_it_is_closed(pair):
    """The fixture looks for menus and timers that are left behind."""
    first, second = pair.docks
    first.view.setFocus()
    for _ in range(40):
        key(QApplication.focusWidget() or pair, K.Key_Tab)
    pair.close_panel(second)
    settle(3)
    assert pair.docks == [first]


def test_letters_of_menus_are_underlined_only_while_alt_is_held(race):
    """Or while the menu bar has the keyboard, where a letter alone opens its menu."""
    menus = race.bar.menus
    hint = QStyle.StyleHint.SH_UnderlineShortcut

    def underlined():
        return bool(menus.style().styleHint(hint, None, menus))

    assert not underlined()
    QTest.keyPress(race, Qt.Key.Key_Alt)
    assert underlined()
    QTest.keyRelease(race, Qt.Key.Key_Alt)
    menus.clearFocus()
    assert not underlined()
    QTest.keyPress(race, Qt.Key.Key_Alt)
    QApplication.sendEvent(race, QEvent(QEvent.Type.WindowDeactivate))
    assert not underlined()
    manager().set_mode("light")
    settle()
    assert not underlined()


def test_buttons_of_dialogs_are_the_labs_own(race):
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, race)
    box.ensurePolished()
    assert len(box.buttons()) == 2
    assert all(button.icon().isNull() for button in box.buttons())


def test_the_words_of_the_search_field_are_muted(race):
    search = race.bar.search
    search.ensurePolished()
    for mode in ("dark", "light"):
        manager().set_mode(mode)
        settle()
        words = search.palette().color(QPalette.ColorRole.ButtonText)
        assert words == theme().color("muted")


def test_the_ring_of_the_stage_is_its_card_s_own_border(race):
    stage = race.view.stage
    card = stage.parentWidget()

    def drawn():
        settle()
        whole = card.grab().toImage()
        return [whole.pixelColor(x, whole.height() // 2) == theme().color("accent") for x in (0, 9)]

    race.activateWindow()
    race.transport.play.setFocus(TAB)
    assert drawn() == [False, False]
    stage.setFocus(TAB)
    assert drawn() == [True, False]
    race.transport.play.setFocus(TAB)
    assert drawn() == [False, False]
    # A press leaves none behind, as on buttons.
    stage.setFocus(Qt.FocusReason.MouseFocusReason)
    assert drawn() == [False, False]
