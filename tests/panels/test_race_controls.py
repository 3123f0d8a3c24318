"""The hand on the race's controls: the menu of a racer, what is copied, what is said and how long it stays."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect
from PySide6.QtGui import QContextMenuEvent, QEnterEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication
from shell_fixtures import RIGHT, click, hover, settle

from lab.engine.landscapes.formula import Formula
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.sgd import SGD
from lab.engine.schedules.step import Step
from lab.panels.race.leaderboard import NAME
from lab.sims.race import Entrant
from lab.sims.tuning import Budget
from lab.ui import export
from lab.ui.acts import WORDS
from lab.ui.widgets import IconButton, parse_number
from lab.ui.widgets.number_row import PADDING


def go(race, step):
    race.experiment.seek(step)
    race.experiment.timeline.work(lambda: True)
    race.experiment.moved.emit()
    settle()


def menu_over(board, row, reason=QContextMenuEvent.Reason.Mouse):
    at = QPoint(NAME, round(board.head + (row + 0.5) * board.row_height))
    QApplication.sendEvent(board, QContextMenuEvent(reason, at, board.mapToGlobal(at)))


def choose(menu, words):
    action = next(a for a in menu.actions() if a.text().startswith(words))
    # As Qt does: the menu is gone before its entry acts.
    menu.hide()
    menu.parentWidget().window().activateWindow()
    action.trigger()
    settle()


def test_a_right_press_on_a_row_removes_nobody(race):
    board = race.view.leaderboard
    click(board, (80, board.head + 10), RIGHT)
    assert len(board.rows) == 6


def test_the_menu_of_a_row_focuses_duplicates_and_removes(race):
    view, board = race.view, race.view.leaderboard
    lane = next(look.lane for look in view._looks if look.title == "Momentum")
    at = next(i for i, row in enumerate(board.rows) if row.look.lane == lane)
    menu_over(board, at)
    choose(view.racers.menu, "Focus")
    assert view.focused_lane == lane
    menu_over(board, at)
    choose(view.racers.menu, "Remove")
    assert lane not in {entrant.id for entrant in view.config.racers}
    assert race.experiment.history.undo_label == "Remove Momentum"
    race.experiment.undo()
    assert lane in {entrant.id for entrant in view.config.racers}


def test_a_duplicate_has_the_parameters_that_now_hold(race):
    view = race.view
    lane = next(e.id for e in view.config.racers if isinstance(e.optimizer, Adam))
    go(race, 10)
    race.experiment.set_live("learning_rate", 0.5, lane, "Change the learning rate")
    row = next(i for i, r in enumerate(view.leaderboard.rows) if r.look.lane == lane)
    menu_over(view.leaderboard, row)
    choose(view.racers.menu, "Duplicate")
    new = view.config.racers[-1]
    assert new == Entrant(new.id, Adam(learning_rate=0.5))
    assert view.focused_lane == new.id
    race.experiment.undo()
    assert len(view.config.racers) == 6


def test_the_menu_key_asks_for_the_racer_in_focus(race):
    view, board = race.view, race.view.leaderboard
    view.set_look(focus_lane=board.rows[2].look.lane)
    # Wherever the pointer is: the keyboard means the racer in focus.
    menu_over(board, 5, QContextMenuEvent.Reason.Keyboard)
    assert view.racers.menu.accessibleName() == board.rows[2].look.title
    choose(view.racers.menu, "Edit")
    focus = QApplication.focusWidget()
    assert focus is not None
    assert view.focus_card.isAncestorOf(focus)


def test_a_racer_s_menu_is_in_the_palette(race):
    title = race.view.title_of(race.view.focused_lane)
    found = {c.title: c.run for c in race.view.commands()}
    found[f"Remove {title} from the race"]()
    assert len(race.view.config.racers) == 5


def scripts_of(menu):
    menu.aboutToShow.emit()
    (copies,) = [a.menu() for a in menu.actions() if a.text() == "Copy as Python"]
    copies.aboutToShow.emit()
    return copies.actions()


@pytest.mark.parametrize("which", ["header", "file"])
def test_scripts_are_under_export_and_copying_says_so(race, which):
    menu = race.view.export_menu if which == "header" else race.actions_._export
    scripts_of(menu)
    entry = next(a for a in scripts_of(menu) if a.text() == "PyTorch, racer in focus")
    entry.trigger()
    copied = QGuiApplication.clipboard().text()
    assert "import torch" in copied
    assert race.view.notice.words == f"Copied: PyTorch, racer in focus, {copied.count(chr(10))} lines of Python"


@pytest.mark.parametrize("look", [{}, {"apart": True}, {"schedule": True}])
def test_a_picture_of_the_stage_shows_nothing_that_is_only_for_the_hand(race, look, tmp_path):
    """Zoom buttons, hint and read-out stay on the screen; in the picture there is the landscape."""
    view = race.view
    view.set_look(**look)
    settle()
    hover(view.stage, QPointF(300, 300))
    over = view.stage.overlays
    assert over.tools.isVisible()
    buttons = [b for b in view.stage.findChildren(IconButton) if b.isVisible()]
    assert len(buttons) >= (4 if look else 3)
    focus = over.tools.findChildren(IconButton)[0]
    focus.setFocus()
    before = view.stage.grab().toImage()
    places = [w.geometry() for w in view.for_the_hand()]
    export.png(view.picture_of(), tmp_path / "stage.png", 1.0, view.for_the_hand())
    made = QImage(str(tmp_path / "stage.png"))
    assert [w.geometry() for w in view.for_the_hand()] == places
    assert QApplication.focusWidget() in (focus, None)
    assert view.stage.grab().toImage() == before
    # As if these had never been there; what explains stays.
    shown = [over.hint, over.readout, over.tools, *buttons]
    boxes = [QRect(w.mapTo(view.stage, QPoint(0, 0)), w.size()) for w in shown if w.isVisible()]
    legend = over.legend.geometry() if over.legend.isVisible() else None
    outside = changed = 0
    for x in range(0, made.width(), 2):
        for y in range(0, made.height(), 2):
            if made.pixelColor(x, y) != before.pixelColor(x, y):
                changed += 1
                outside += not any(box.contains(x, y) for box in boxes)
    assert changed > 200
    assert outside == 0
    assert legend is None or not any(box.intersects(legend) for box in boxes)


def test_a_notice_goes_by_itself_and_leaves_nothing_running(race, qtbot):
    notice = race.view.notice
    notice._timer.setInterval(1)
    notice.say("Copied: something")
    assert notice.words == "Copied: something"
    qtbot.waitUntil(lambda: notice.words == "", timeout=5000)
    assert not notice._timer.isActive()


def test_a_refusal_goes_with_the_next_action(race):
    race.experiment.failed.emit("Not possible")
    assert race.view.banner.message == "Not possible"
    race.experiment.set_seed(7)
    assert race.view.banner.message == ""
    assert not race.view.banner._timer.isActive()


def test_a_refusal_goes_after_a_while_and_a_failure_stays(race, qtbot, monkeypatch):
    banner = race.view.banner
    monkeypatch.setattr(type(banner), "SHOWN_MS", 1)
    monkeypatch.setattr(type(banner), "PER_LETTER_MS", 0)
    banner.show_error("Not possible")
    qtbot.waitUntil(lambda: banner.message == "", timeout=5000)
    banner.show_error("Broken", lasting=True)
    assert not banner._timer.isActive()
    race.experiment.set_seed(8)
    assert banner.message == "Broken"
    banner._close.click()
    assert banner.message == ""


def test_each_parameter_says_from_when_a_change_acts(race):
    view = race.view
    view.focus_card._more.click()
    form = view.focus_card._form
    assert WORDS["live"] in form.row("learning_rate").toolTip()
    assert WORDS["restart"] in form.row("convention").accessibleDescription()
    assert WORDS["live"] in view.setup.form.row("noise").toolTip()
    assert WORDS["restart"] in view.setup.form.row("target").toolTip()
    # A budget is no part of the run.
    assert not any(words in view.fair.form.row("trials").toolTip() for words in WORDS.values() if words)


def test_what_is_part_of_a_choice_acts_as_the_choice_does(race):
    view = race.view
    race.experiment.set_config(replace(view.config, landscape=Quadratic(), schedule=Step()), "Change the race")
    nested = view.setup.form.row("landscape").form
    assert all(WORDS["restart"] in nested.row(name).toolTip() for name in nested.names())
    # A schedule declares its parameters live, for whom it may concern: in a race it is replaced as a whole.
    nested = view.schedule.form.row("schedule").form
    assert nested.names()
    assert all(WORDS["restart"] in nested.row(name).toolTip() for name in nested.names())


def test_the_line_below_a_form_speaks_of_what_is_under_the_hand(race):
    card = race.view.focus_card
    card._more.click()
    usual = card._line.words
    row = card._form.row("convention")
    QApplication.sendEvent(row, QEnterEvent(QPointF(5, 5), QPointF(5, 5), QPointF(5, 5)))
    assert card._line.words == "Convention: from step 0, the run anew"
    QApplication.sendEvent(row, QEvent(QEvent.Type.Leave))
    assert card._line.words == usual
    card._form.row("learning_rate").field.setFocus()
    assert card._line.words.startswith("Learning rate η: from now on")


@pytest.mark.parametrize("more", [False, True])
def test_the_leaderboard_stays_where_it_is_whoever_is_in_focus(race, more):
    view = race.view
    if more:
        view.focus_card._more.click()
    places = set()
    for look in view._looks:
        view.set_look(focus_lane=look.lane)
        settle()
        places.add((view.board.y(), view.leaderboard.height()))
    assert len(places) == 1


def test_a_rule_with_conventions_wears_the_one_it_follows(race):
    view, badge = race.view, race.view.focus_card.badge
    assert (badge.isVisible(), badge.text()) == (True, "PyTorch")
    assert WORDS["restart"] in badge.toolTip()
    menu = badge.menu()
    menu.aboutToShow.emit()
    keras = next(a for a in menu.actions() if a.text().startswith("Keras"))
    keras.trigger()
    settle()
    assert badge.text() == "Keras"
    lane = view.focused_lane
    assert next(e.optimizer.convention for e in view.config.racers if e.id == lane) == "keras"
    view.set_look(focus_lane=next(e.id for e in view.config.racers if isinstance(e.optimizer, SGD)))
    assert badge.isHidden()


def test_a_batch_of_nothing_is_called_all(windows):
    window = windows("race", preset="logistic")
    view, experiment = window.docks[0].view, window.docks[0].experiment
    row = view.setup.form.row("batch_size")
    row._on_submitted("0")
    assert (row.value, row.field.text()) == (0, "all")
    row._on_submitted("16")
    assert row.field.text() == "16"
    row._on_submitted("All")
    assert (row.value, row.field.text()) == (0, "all")
    assert experiment.frame().batch_size == 0
    assert "default all" in row.toolTip()


def test_a_domain_is_refused_in_the_words_of_the_form(race):
    view = race.view
    race.experiment.set_config(replace(view.config, landscape=Formula()), "Change the landscape")
    row = view.setup.form.row("landscape").form.row("x_lo")
    row._on_submitted("5")
    assert row.message.text() == "x to: 2 is not above 5: the domain is empty"
    said = []
    race.experiment.failed.connect(said.append)
    race.experiment.set_config(replace(view.config, landscape=Formula(x_lo=5.0)), "Change the landscape")
    assert said == ["x to: 2 is not above 5: the domain is empty"]


@pytest.mark.parametrize("value", [1e6, -1234567.5, 123456789.0, 0.000123456, 1e-300, -0.000123456])
def test_a_box_shows_no_more_digits_than_it_has_room_for(race, value):
    view = race.view
    race.experiment.set_config(replace(view.config, landscape=Formula(x_lo=-1e9, x_hi=1e9)), "Change the landscape")
    row = view.setup.form.row("landscape").form.row("x_hi" if value > 0 else "x_lo")
    assert row.offer_once(value)
    metrics = row.field.fontMetrics()
    assert metrics.horizontalAdvance(row.field.text()) <= row.field.width() - PADDING
    row.field.setFocus()
    assert parse_number(row.field.text()) == value


def test_the_boxes_of_a_sweep_hold_a_million(race):
    race.view.abilities.open_sweep("learning_rate")
    card = race.view.abilities.sweep_card
    card.hi.setText("1000000.0")
    settle()
    assert card.hi.fontMetrics().horizontalAdvance(card.hi.text()) <= card.hi.width() - 2 * 9 - 2
    card.hide()


@pytest.mark.parametrize(("starts", "words"), [(1, "the last loss"), (2, "the mean of"), (3, "the median of")])
def test_fair_mode_says_how_the_starts_are_put_together(race, starts, words):
    places = ((0.2, -4.1), (1.1, 4.55), (-3.0, 3.0))[:starts]
    race.experiment.set_config(replace(race.view.config, starts=places), "Change the starts")
    race.view.set_look(fair=True, budget=Budget(trials=4, steps=10))
    assert "median" in race.view.fair.message.text()
    race.view.tune()
    settle()
    assert f"Judged by {words}" in race.view.fair.message.text()


# -- words beside the pictures of the racer's card --------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "width", "words"),
    [("Adam", 1280, [" Sweep", ""]), ("Adam", 1920, [" Sweep", ""]), ("SGD", 1920, [" Sweep", " More"])],
)
def test_sweep_and_more_are_said_by_words_where_there_is_room(windows, rule, width, words):
    window = windows("race", size=(width, 1000))
    view = window.docks[0].view
    view.focus_lane(next(look.lane for look in view._looks if look.title == rule))
    settle()
    card = view.focus_card
    assert card.badge.isHidden() or card.badge.whole
    assert [button.text() for button in (card.sweeps, card._more)] == words
    for button in (card.sweeps, card._more):
        assert button.width() >= button.sizeHint().width()


def test_in_half_a_window_they_are_pictures_that_say_what_they_do(race):
    race.open_panel("race")
    race.actions_.arrange("side by side")
    settle()
    card = race.view.focus_card
    for button in (card.sweeps, card._more):
        assert button.text() == ""
        assert button.toolTip() == button.accessibleName() != ""
    assert card.width() >= card.minimumSizeHint().width()
