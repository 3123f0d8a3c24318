"""The leaderboard: its columns, their order, ties, several starts, and what a step costs."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from shell_fixtures import click, key, settle

from lab.core.lanes import Lanes
from lab.core.simulation import digest
from lab.core.timeline import Timeline
from lab.panels.race.columns import COLUMNS, SEVERAL, details, in_order, offered
from lab.panels.race.focus_card import MEAN, MEDIAN
from lab.panels.race.looks import Look, fitted
from lab.panels.race.standings import BoardRow
from lab.panels.race.state import COLUMN_IDS
from lab.sims.race import Cost, Race
from lab.ui import fonts


def go(race, step):
    race.experiment.seek(step)
    race.experiment.timeline.work(lambda: True)
    race.experiment.moved.emit()
    settle()


def standing(lane, loss=1.0, reached_at=-1, diverged_at=-1, path_length=1.0, seconds=None):
    look = Look(lane, f"rule {lane}", "blue", "o")
    return BoardRow(look, loss, reached_at, diverged_at, "", 0, 10, path_length, seconds=seconds)


def heading(board, id):
    left, width = next((left, width) for column, left, width in board._layout() if column == id)
    return left + width / 2, board.head / 2


def test_the_state_knows_every_column():
    assert tuple(COLUMNS) == COLUMN_IDS


def test_only_columns_that_mean_something_are_offered():
    assert not {*SEVERAL, "test"} & set(offered(several=False, test=False))
    assert {*SEVERAL, "test"} < set(offered(several=True, test=True))


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", [id for id in COLUMNS if id not in ("band", "success", "test")])
def test_any_column_sorts(race, sort, descending):
    go(race, 60)
    race.view.set_look(table=True, columns=COLUMN_IDS, sort=sort, descending=descending)
    for board in (race.view.leaderboard, race.view.table.board):
        values = [COLUMNS[sort].key(row) for row in board.rows if row.diverged_at < 0]
        known = [v for v in values if v is not None]
        assert len(board.rows) == 6
        assert known == sorted(known, reverse=descending)
        assert None not in values[: len(known)]


def test_ties_stand_by_loss_then_steps_then_as_they_joined():
    rows = [
        standing(0, loss=2.0), standing(1, loss=1.0), standing(2, loss=1.0, reached_at=9), standing(3, loss=1.0),
        standing(4, loss=0.5, diverged_at=7), standing(5, loss=float("nan")),
    ]  # fmt: skip
    assert [r.look.lane for r in in_order(rows, "path", False)] == [2, 1, 3, 0, 5, 4]
    assert [r.look.lane for r in in_order(rows, "loss", True)] == [0, 2, 1, 3, 5, 4]
    assert next(r.look.lane for r in in_order(rows, "target", False)) == 2


def test_a_press_on_a_heading_sorts_and_another_turns_it_round(race):
    go(race, 60)
    board = race.view.leaderboard
    click(board, heading(board, "target"))
    assert (race.experiment.view_state.sort, race.experiment.view_state.descending) == ("target", False)
    click(board, heading(board, "target"))
    assert race.experiment.view_state.descending
    click(board, heading(board, "loss"))
    assert (race.experiment.view_state.sort, race.experiment.view_state.descending) == ("loss", False)


def test_the_keyboard_sorts_too_and_does_not_move_the_run(race):
    go(race, 30)
    board = race.view.leaderboard
    race.activateWindow()
    board.setFocus()
    key(board, Qt.Key.Key_Right)
    assert race.experiment.view_state.sort == "target"
    key(board, Qt.Key.Key_Return)
    assert race.experiment.view_state.descending
    assert "By steps to target" in board.accessibleDescription()
    assert race.experiment.step == 30


def test_columns_are_chosen_in_the_menu_and_kept(race):
    card = race.view.board
    card._switches["path"].trigger()
    assert "path" in race.experiment.view_state.columns
    assert "path" in [id for id, _, _ in card.board._layout()]
    assert not card._switches["success"].isVisible()
    card._switches["loss"].trigger()
    assert "loss" not in race.experiment.view_state.columns
    # A column that means nothing just now stays chosen.
    assert "success" in race.experiment.view_state.columns


def test_what_does_not_fit_is_counted_and_named(race):
    go(race, 20)
    race.view.set_look(columns=COLUMN_IDS)
    board = race.view.leaderboard
    shown = [id for id, _, _ in board._layout()]
    missing = [id for id in offered(False, False) if id not in shown]
    assert missing
    words = board._explain("")
    assert all(COLUMNS[id].words.lower() in words for id in missing)
    race.view.set_look(sort="cost")
    assert [id for id, _, _ in board._layout()][-1] == "cost"
    lefts = [left for _, left, _ in board._layout()]
    assert lefts == sorted(lefts)
    assert lefts[0] >= 62 + 60


def test_the_table_over_the_stage_shows_all_of_them(race):
    race.view.set_look(average=True)
    go(race, 20)
    race.view.board.table.click()
    settle()
    table = race.view.table
    assert not table.isHidden()
    assert [id for id, _, _ in table.board._layout()] == list(offered(True, False))
    assert race.view.stage.rect().contains(table.geometry())
    table.closed.emit()
    assert table.isHidden()
    assert not race.view.board.table.isChecked()


def test_mean_and_median_of_several_starts(race):
    go(race, 60)
    frame = race.experiment.frame()
    for chosen, typical in ((MEDIAN, np.median), (MEAN, np.mean)):
        race.view.focus_card.start_chosen.emit(chosen)
        for i, row in enumerate(sorted(race.view.leaderboard.rows, key=lambda r: r.look.lane)):
            assert row.loss == pytest.approx(typical(frame.excess[i]))
            assert row.path_length == pytest.approx(typical(frame.path_length[i]))
            assert row.band == pytest.approx(tuple(np.quantile(frame.excess[i], [0.1, 0.9])))
            assert row.success == pytest.approx((frame.reached_at[i] >= 0).mean())
        line = race.view.plot_card.plot._lines.series["0"].raw[-1]
        assert line == pytest.approx(typical(frame.excess[0]), rel=1e-5)
    assert race.view.board.of._whole == f"{np.count_nonzero(frame.present)} starts · mean"
    assert race.view.focus_card._selector.value == MEAN


def test_a_start_that_has_not_arrived_counts_as_never(race):
    race.view.set_look(average=True)
    go(race, 9)
    frame = race.experiment.frame()
    lane = race.view.config.racers[-1].id
    row = next(r for r in race.view.leaderboard.rows if r.look.lane == lane)
    assert (frame.reached_at[-1] >= 0).sum() == 1
    assert row.reached_at == -1
    assert row.success == 0.5


# -- wall cost ---------------------------------------------------------------------------------------------------


def test_cost_is_not_known_until_a_step_was_taken(race):
    assert set(race.experiment.probe(Cost()).values()) == {None}
    race.view.set_look(columns=("loss", "cost"))
    assert "not measured yet" in details(race.view.leaderboard.rows[0])
    go(race, 5)
    cost = race.experiment.probe(Cost())
    assert list(cost) == [r.id for r in race.view.config.racers]
    assert all(0 < seconds < 1 for seconds in cost.values())
    assert "µs a step" in details(race.view.leaderboard.rows[0])


def test_cost_is_the_median_of_what_the_clock_says(monkeypatch):
    class Slow:
        done = False

        def __init__(self, seconds):
            self.seconds = seconds

        def step(self, t):
            nonlocal now
            now += self.seconds if t != 3 else 100.0

    now = 0.0
    monkeypatch.setattr("lab.core.lanes.perf_counter", lambda: now)
    waiting = Slow(1.0)
    waiting.done = True
    lanes = Lanes({4: Slow(0.25), 7: Slow(0.5), 9: waiting})
    assert lanes.seconds_per_step() == {4: None, 7: None, 9: None}
    for _ in range(9):
        lanes.step()
    assert lanes.seconds_per_step() == {4: pytest.approx(0.25), 7: pytest.approx(0.5), 9: None}
    # What was done for all of them at once is shared out evenly.
    lanes.spent_for_all(0.3)
    assert lanes.seconds_per_step() == {4: pytest.approx(0.35), 7: pytest.approx(0.6), 9: None}


def test_the_clock_reaches_neither_frames_nor_snapshots(race):
    go(race, 20)
    sim = race.experiment.timeline.sim
    before = digest(sim.snapshot()), digest(sim.frame())
    sim.step()
    sim.probe(Cost())
    race.experiment.timeline.sim.restore(sim.snapshot())
    other = Timeline(Race, race.experiment.run)
    other.seek(20)
    assert (digest(other.sim.snapshot()), digest(other.sim.frame())) == before


def test_what_tells_a_racer_from_its_like_outlasts_its_rules_name(qapp):
    metrics = QFontMetrics(fonts.font(fonts.BODY, fonts.MEDIUM))
    whole = "RMSprop · η 0.030"
    for width in range(40, metrics.horizontalAdvance(whole) + 20, 5):
        words = fitted(whole, metrics, width)
        assert metrics.horizontalAdvance(words) <= width
        assert words == whole or "…" in words or words == "η 0.030"
    assert fitted(whole, metrics, metrics.horizontalAdvance(whole) - 8).endswith("… · η 0.030")
    assert fitted("Momentum", metrics, 40).endswith("…")


@pytest.mark.parametrize(("speed", "every"), [(60.0, 2), (30.0, 1)])
def test_a_board_too_fast_to_read_is_filled_every_other_frame_and_is_right_at_rest(race, speed, every):
    filled = []
    inspector = race.view._inspector
    real = inspector.show_board
    inspector.show_board = lambda frame, *rest: (filled.append(frame.step), real(frame, *rest))
    race.experiment.set_speed(speed)
    race.experiment.set_playing(True)
    filled.clear()
    for _ in range(9):
        race.player.tick(1.001 / speed)
    assert np.diff(filled).tolist() == [every] * (len(filled) - 1)
    assert len(filled) >= 9 // every
    race.experiment.set_playing(False)
    assert filled[-1] == race.experiment.step == 9


def test_the_list_of_rules_shows_the_mark_that_each_would_have(race):
    board = race.view.board
    board.add.click()
    settle()
    options = {option.value: option for _, group in board.picker._groups for option in group}
    board.picker.hide()
    assert len({option.mark for option in options.values()}) > 20
    adam = next(look for look in race.view._looks if look.title == "Adam")
    assert options["adam"].mark == (adam.symbol, adam.color_role)
    for kind in ("nelder_mead", "adagrad"):
        race.view.add_optimizer(kind)
        settle()
        last = race.view._looks[-1]
        assert options[kind].mark == (last.symbol, last.color_role)
        race.experiment.undo()
        settle()
