"""The inspector's height: a long leaderboard scrolls, the plot stays in sight; rows hold still under the hand."""

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtWidgets import QApplication
from shell_fixtures import click, hover, settle, wheel

from lab.engine.optimizers import OPTIMIZERS
from lab.panels.race.sharing import LEAST_PLOT, shared
from lab.ui.theme import manager


def crowd(view, count):
    """Let other racers join until there are so many."""
    taken = {type(entrant.optimizer) for entrant in view.config.racers}
    for id in OPTIMIZERS.ids():
        if len(view.config.racers) == count:
            break
        if OPTIMIZERS[id] not in taken:
            view.add_optimizer(id)
    settle(4)


def go(race, step):
    race.experiment.seek(step)
    race.experiment.timeline.work(lambda: True)
    race.experiment.moved.emit()
    settle()


def in_sight(view, part):
    """Whether all of a part of the inspector is in sight, without scrolling."""
    port = view._side.scroll.viewport()
    top = part.mapTo(port, QPoint(0, 0)).y()
    return top >= 0 and top + part.height() <= port.height()


@pytest.mark.parametrize("racers", [6, 7, 14, 27])
def test_the_plot_stays_in_sight_whoever_joins(windows, racers):
    window = windows("race", size=(1280, 800))
    view = window.docks[0].view
    crowd(view, racers)
    assert in_sight(view, view.plot_card.plot)
    assert view.plot_card.plot.height() >= (140 if racers > 6 else 120)
    assert view._side.scroll.verticalScrollBar().maximum() == 0


def test_the_plot_grows_with_the_text(windows):
    window = windows("race", size=(1920, 1080))
    view = window.docks[0].view
    manager().set_text_scale(1.3)
    crowd(view, 14)
    assert in_sight(view, view.plot_card.plot)
    assert view.plot_card.plot.height() >= 1.3 * 140


def test_a_banner_and_a_low_window_leave_the_plot_in_sight(windows):
    window = windows("race", size=(1280, 800))
    view = window.docks[0].view
    view.banner.show_error("Stepping failed")
    settle(4)
    assert in_sight(view, view.plot_card.plot)
    assert view.plot_card.plot.height() >= 100
    window.resize(1024, 700)
    crowd(view, 14)
    assert in_sight(view, view.plot_card.plot)
    assert view.plot_card.plot.height() > LEAST_PLOT


def test_what_the_board_gets_follows_from_the_room():
    for racers in range(28):
        for room in range(60, 900, 7):
            rows, plot = shared(room, racers, 28, 1.0)
            assert min(racers, 3) * 28 <= rows <= racers * 28
            assert 52 <= plot <= max(140, room / 3 + 1)
            assert rows + plot <= max(room, min(racers, 3) * 28 + 52)
            if room - racers * 28 >= max(140, room / 3 + 1):
                assert rows == racers * 28


def test_rows_without_room_are_scrolled_to(windows):
    window = windows("race", size=(1280, 800))
    view = window.docks[0].view
    crowd(view, 14)
    board = view.leaderboard
    first, last = board.rows[0].look.lane, board.rows[-1].look.lane
    view.focus_lane(first)
    settle()
    assert board.top_of(0) == board.head
    assert board.top_of(13) >= board.height()
    # By the keyboard, or from wherever a racer is put in focus.
    view.focus_lane(last)
    settle()
    assert board.top_of(13) + board.row_height <= board.height()
    wheel(board, (60.0, board.head + 20.0), 120 * 20)
    assert board.top_of(0) == board.head
    # What is scrolled under the heading is not pressed there.
    wheel(board, (60.0, board.head + 20.0), -120 * 2)
    assert board.row_at(board.head - 4) == -1
    at = board.row_at(board.head + 40)
    assert at > 0
    click(board, (90.0, board.head + 40.0))
    assert view.focused_lane == board.rows[at].look.lane
    assert view._side.scroll.verticalScrollBar().value() == 0


def test_rows_keep_their_places_under_the_pointer(race):
    board = race.view.leaderboard
    go(race, 3)
    before = [row.look.lane for row in board.rows]
    hover(board, (80.0, board.head + 2.5 * board.row_height))
    go(race, 60)
    assert [row.look.lane for row in board.rows] == before
    held = {row.look.lane: row.loss for row in board.rows}
    click(board, (80.0, board.head + 2.5 * board.row_height))
    assert race.view.focused_lane == before[2]
    # Their numbers go on, and what place each has.
    assert [board._order.places[lane] for lane in before] != [1, 2, 3, 4, 5, 6]
    QApplication.sendEvent(board, QEvent(QEvent.Type.Leave))
    after = [row.look.lane for row in board.rows]
    assert after != before
    assert after == sorted(after, key=lambda lane: held[lane])


def test_rows_keep_their_places_while_the_keyboard_is_among_them(race):
    board = race.view.leaderboard
    go(race, 3)
    before = [row.look.lane for row in board.rows]
    race.activateWindow()
    board.setFocus(Qt.FocusReason.TabFocusReason)
    go(race, 60)
    assert [row.look.lane for row in board.rows] == before
    # Another column is asked for: that order, and this is held.
    race.view.set_look(sort="path")
    assert [row.path_length for row in board.rows] == sorted(row.path_length for row in board.rows)
    race.view.stage.setFocus()
    race.view.set_look(sort="loss")
    assert [row.look.lane for row in board.rows] != before


def test_a_racer_that_joins_while_the_order_is_held_comes_last(race):
    board = race.view.leaderboard
    go(race, 60)
    before = [row.look.lane for row in board.rows]
    hover(board, (80.0, board.head + 10.0))
    crowd(race.view, 7)
    go(race, 60)
    assert [row.look.lane for row in board.rows][:6] == before
    race.view.remove_racer(before[1])
    go(race, 60)
    assert [row.look.lane for row in board.rows][:5] == [before[0], *before[2:]]


def test_rows_are_never_cut_at_the_top_and_who_leads_is_seen_as_long_as_can_be(race):
    race.resize(1024, 700)
    crowd(race.view, 14)
    go(race, 60)
    board = race.view.leaderboard
    lanes = board._lanes
    assert board._scroll_bar.maximum() > 0

    def seen(i):
        return board.head <= board.top_of(i) and board.top_of(i + 1) <= board.height()

    for at in (0, 13, 1, 7):
        race.view.set_look(focus_lane=lanes[at])
        settle()
        assert lanes == board._lanes
        assert seen(at)
        assert (board.top_of(0) - board.head) % board.row_height == 0
        first = next(i for i in range(14) if seen(i))
        assert first == max(0, at + 1 - board._room // board.row_height)
    # A hand that looks elsewhere is left alone.
    wheel(board, (board.width() / 2, board.head + 20), -120 * 20)
    assert seen(13)
    go(race, 61)
    assert seen(13)
