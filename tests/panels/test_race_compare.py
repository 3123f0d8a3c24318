"""Compare: the present run stays as a ghost behind whatever comes next, exactly, through scrubbing, undo and files."""

import dataclasses
import json

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPixmap
from shell_fixtures import settle

from lab.core import session as files
from lab.core.ghosts import GhostTrace
from lab.core.run import Run, SetParam
from lab.core.session import PanelState, Session
from lab.core.ticket import Cancelled, Ticket
from lab.core.traces import Trace
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.optimizers.sgd import SGD
from lab.panels import PANELS
from lab.panels.race import ghost as ghost_module
from lab.panels.race.columns import better, details
from lab.panels.race.ghost import RaceGhost
from lab.panels.race.looks import Look
from lab.panels.race.standings import BoardRow
from lab.sims.race import (
    CHANNELS,
    ClearStarts,
    Entrant,
    MoveStart,
    PlaceStarts,
    Race,
    RaceConfig,
    RemoveStart,
    ScatterStarts,
)
from lab.ui.compare import CanCompare, Ghost, compute

EXCESS = CHANNELS.index("excess")
SLOWER = SetParam("learning_rate", 0.02, 4)


@pytest.fixture
def pinned(race):
    """A race at step 30 whose run is pinned, with a slower Adam from the start."""
    race.experiment.seek(30)
    race.view.header.compare.click()
    settle()
    race.experiment.seek(0)
    race.experiment.do(SLOWER, "Change")
    race.experiment.seek(30)
    settle()
    return race


def go(window, step):
    """To a step, however far: a long way is otherwise replayed by the player."""
    window.experiment.seek(step)
    window.experiment.timeline.work(lambda: True)
    window.experiment.moved.emit()


def exact(run, step):
    sim = Race(Run(run.config, run.seed))
    for _ in range(step):
        sim.step()
    return sim.frame()


def test_the_ghost_is_the_pinned_run_and_stands_at_the_present_step(pinned):
    view, ghost = pinned.view, pinned.view._ghost
    assert isinstance(view, CanCompare)
    assert ghost.ghost.whole
    for step in (0, 7, 30, 200):
        go(pinned, step)
        frame = exact(ghost.ghost.run, step)
        n = ghost.known(step)
        assert ghost.ghost.trace.steps[n - 1] == step
        assert np.allclose(ghost.ghost.trace.values[n - 1, :, :2, :2], frame.theta, rtol=1e-6)
        shown = {row.look.lane: row.ghost for row in view.leaderboard._rows}
        assert shown == pytest.approx({lane: frame.excess[i, 0] for i, lane in enumerate(frame.lanes)}, rel=1e-6)
        assert view.stage.ghost._shown == step + 1


def test_the_leaderboard_says_who_is_better_than_the_ghost(pinned):
    rows = {row.look.lane: row for row in pinned.view.leaderboard._rows}
    assert better(rows[4]) is False
    assert better(rows[0]) is None
    assert "Adam" in pinned.view.leaderboard.accessibleDescription()
    assert "(worse than the ghost)" in pinned.view.leaderboard.accessibleDescription()
    assert "Loss of the ghost: ▲" in details(rows[4])


def test_better_needs_a_difference_that_single_precision_can_tell():
    look = Look(0, "SGD", "sky", "o")

    def row(loss, ghost, diverged=-1):
        return BoardRow(look, loss, -1, diverged, "", 0, 0, 0.0, ghost=ghost)

    assert better(row(1.0, 2.0)) is True
    assert better(row(2.0, 1.0)) is False
    assert better(row(1.0, 1.0 + 1e-7)) is None
    assert better(row(1.0, None)) is None
    assert better(row(1.0, 2.0, diverged=5)) is None


def test_its_lines_are_dashed_behind_the_plot(pinned):
    series = pinned.view.plot_card.plot._lines.series
    ghosts = {s.name for s in series.values() if s.ghost}
    assert ghosts == {f"{look.title} (ghost)" for look in pinned.view._looks}
    adam = series["Adam (ghost)"]
    assert adam.raw[:31] == pytest.approx(
        [exact(pinned.view._ghost.ghost.run, k).excess[4, 0] for k in range(31)], 1e-5
    )
    pinned.view.header.compare.click()
    assert not any(s.ghost for s in pinned.view.plot_card.plot._lines.series.values())


def test_it_survives_undo_and_is_let_go_by_a_second_press(pinned):
    run = pinned.experiment.ghost
    pinned.experiment.undo()
    assert pinned.experiment.ghost is run
    assert pinned.view.header.compare.isChecked()
    assert pinned.view.stage.overlays.ghost.isVisible()
    pinned.view.header.compare.click()
    assert pinned.experiment.ghost is None
    assert pinned.view._ghost is None
    assert not pinned.view.header.compare.isChecked()
    assert not pinned.view.stage.overlays.ghost.isVisible()
    assert pinned.view.stage.ghost._shown == 0


def test_trails_grow_with_the_step_and_go_back_with_it(pinned):
    layer, view = pinned.view.stage.ghost, pinned.view
    for step in (30, 31, 35, 10, 200, 0):
        go(pinned, step)
        view.stage.grab()
        assert layer._drawn == layer._shown == step + 1
        assert layer.extent(view.stage) is not None


def test_growing_piece_by_piece_draws_what_drawing_at_once_does(pinned):
    view = pinned.view
    view.resize(view.size())
    pinned.experiment.seek(0)
    view.stage.grab()
    for step in range(0, 61, 3):
        pinned.experiment.seek(step)
        view.stage.grab()
    grown = view.stage.ghost._pixmap.toImage()
    view.stage.ghost._pixmap = None
    view.stage.grab()
    whole = view.stage.ghost._pixmap.toImage()
    one, two = (np.frombuffer(i.constBits(), np.uint8).reshape(i.height(), -1)[:, 3::4] for i in (grown, whole))
    assert two.any()
    # The same ink in the same places; where pieces meet, a dash may begin a fraction of a pixel later.
    assert abs(int(one.astype(int).sum()) - int(two.astype(int).sum())) < 0.1 * int(two.astype(int).sum())


def test_a_start_dragged_away_leaves_its_ghost_where_it_was(pinned):
    pinned.experiment.seek(0)
    pinned.experiment.do(MoveStart(0, (-4.0, 4.0)), "Drag")
    points = pinned.view.stage.ghost._points[0]
    assert any(np.allclose(p, (0.2, -4.1), atol=1e-5) for p in points)


def test_on_another_landscape_it_is_not_drawn_and_says_so(pinned):
    pinned.view.choose_landscape(Rosenbrock)
    settle()
    assert pinned.view.stage.ghost._shown == 0
    assert "raced on Himmelblau" in pinned.view.stage.overlays._ghost_text.text()
    assert all(row.ghost is None for row in pinned.view.leaderboard._rows)
    pinned.experiment.undo()
    settle()
    assert pinned.view.stage.ghost._shown > 0
    assert pinned.view.stage.overlays._ghost_text.text() == "ghost"


def test_on_another_landscape_of_the_same_kind_losses_are_not_compared(race):
    race.view.choose_landscape(Quadratic)
    race.experiment.seek(10)
    race.view.header.compare.click()
    assert all(row.ghost is not None for row in race.view.leaderboard._rows)
    config = race.experiment.run.config
    race.experiment.set_config(type(config)(Quadratic(condition_number=50), config.racers, config.starts), "Change")
    settle()
    assert "another Quadratic" in race.view.stage.overlays._ghost_text.text()
    assert all(row.ghost is None for row in race.view.leaderboard._rows)


def test_a_longer_timeline_replays_the_ghost_as_far(pinned):
    assert pinned.view._ghost.ghost.trace.steps[-1] == 240
    pinned.experiment.set_horizon(400)
    settle()
    assert pinned.view._ghost.ghost.trace.steps[-1] == 400


def test_with_many_starts_only_the_trails_of_the_one_in_focus_are_drawn(race):
    race.experiment.do(PlaceStarts(tuple((0.1 * k, 1.0) for k in range(20))), "Drop")
    race.experiment.seek(5)
    race.view.header.compare.click()
    settle()
    assert len(race.view.stage.ghost._lanes) == 6


def test_a_session_keeps_the_ghost(pinned, windows, tmp_path):
    path = tmp_path / "two.lab.json"
    assert pinned.keeper.save(path)
    again = windows()
    assert again.sessions.open(path)
    settle()
    old, new = pinned.experiment.ghost, again.docks[0].experiment.ghost
    assert new == old
    assert again.docks[0].view.header.compare.isChecked()
    shown = {row.look.lane: row.ghost for row in again.docks[0].view.leaderboard._rows}
    assert shown == {row.look.lane: row.ghost for row in pinned.view.leaderboard._rows}


def test_files_without_a_ghost_are_as_before_and_a_bad_one_is_refused():
    spec = PANELS["race"]
    state = PanelState("race", Run(RaceConfig()), spec.view_state())
    text = files.to_json(Session((state,)))
    assert "ghost" not in json.loads(text)["panels"][0]
    assert files.from_json(text, PANELS).panels[0].ghost is None
    data = json.loads(text)
    data["panels"][0]["ghost"] = {"config": {"noise": -1}}
    with pytest.raises(Exception, match=r"panels\[0\]\.ghost\.config\.noise: -1 is less than 0"):
        files.from_json(json.dumps(data), PANELS)


def test_a_ghost_of_one_weight_stands_on_the_curve(windows):
    window = windows("race", preset=next(p.id for p in PANELS["race"].presets if p.make().config.landscape.dim == 1))
    view = window.docks[0].view
    window.docks[0].experiment.seek(6)
    view.header.compare.click()
    view.stage.grab()
    layer = view.stage.ghost
    assert layer.heads_only
    x, y = layer._points[6][0]
    assert y == pytest.approx(float(view.config.landscape.value(np.array([x]))), rel=1e-4)


def test_compare_is_in_the_palette_and_reached_by_keyboard(race):
    assert race.view.header.compare.focusPolicy() & Qt.FocusPolicy.TabFocus
    command = next(c for c in race.actions_.commands() if c.group == "Compare")
    command.run()
    assert race.experiment.ghost is race.experiment.run
    assert any(c.title == "Let go of the ghost" for c in race.actions_.commands())


def test_in_the_background_the_known_part_is_shown_at_once(windows):
    window = windows("race", inline=False)
    experiment, view = window.docks[0].experiment, window.docks[0].view
    experiment.seek(20)
    view.header.compare.click()
    assert not view._ghost.ghost.whole
    assert view._ghost.ghost.trace.steps[-1] == 20
    for _ in range(400):
        settle()
        if view._ghost.ghost.whole:
            break
        window.jobs.thread().msleep(10)
    assert view._ghost.ghost.trace.steps[-1] == 240


def test_a_longer_timeline_makes_the_ghost_whole_only_when_it_is_replayed(windows, qtbot):
    window = windows("race", inline=False)
    experiment, view = window.docks[0].experiment, window.docks[0].view
    view.header.compare.click()
    qtbot.waitUntil(lambda: view._ghost.ghost.whole)
    trace = view._ghost.ghost.trace
    experiment.set_horizon(400)
    assert not view._ghost.ghost.whole
    assert view._ghost.ghost.trace is trace
    qtbot.waitUntil(lambda: view._ghost.ghost.whole)
    assert view._ghost.ghost.trace.steps[-1] == 400


def test_a_replay_that_is_no_longer_wanted_ends_within_a_few_steps_however_long_it_is():
    ticket, taken = Ticket(), []

    class Watched(Race):
        def step(self):
            taken.append(None)
            if len(taken) == 100:
                ticket.cancel()
            super().step()

    with pytest.raises(Cancelled):
        compute(ticket, Watched, Run(RaceConfig()), 20_000)
    assert len(taken) < 150


def compared(race):
    """The leaderboard's lines after the present run was pinned."""
    race.view.header.compare.click()
    settle()
    return race.view.leaderboard._rows


def test_more_starts_than_have_histories_have_no_common_number(race):
    """Histories hold 64 starts: their median is not that of 200."""
    race.experiment.do(ScatterStarts(200), "Scatter")
    go(race, 20)
    race.view.set_look(average=True)
    assert all(row.ghost is None for row in compared(race))
    race.view.set_look(average=False, focus_start=3)
    assert all(row.ghost == pytest.approx(row.loss, rel=1e-6) for row in race.view.leaderboard._rows)


def test_of_all_starts_a_racer_is_level_with_itself_or_not_compared(race):
    """A diverged start counts in the leaderboard where it stopped; histories end there."""
    rules = tuple(Entrant(i, SGD(learning_rate=rate)) for i, rate in enumerate((0.001, 0.05)))
    starts = ((0.2, -4.1), (1.1, 4.55), (5.9, 5.9), (3.0, 2.0), (3.0, 2.2))
    race.experiment.set_config(RaceConfig(racers=rules, starts=starts), "Change")
    race.experiment.do(RemoveStart(4), "Remove")
    go(race, 3)
    race.experiment.do(PlaceStarts(((1.0, 1.0),)), "Drop")
    go(race, 20)
    diverged = (race.experiment.frame().diverged_at >= 0).any(axis=1)
    assert diverged.tolist() == [False, True]
    race.view.set_look(average=True)
    tame, wild = sorted(compared(race), key=lambda row: row.look.lane)
    assert tame.ghost == pytest.approx(tame.loss, rel=1e-6)
    assert wild.ghost is None
    race.view.set_look(statistic="mean")
    tame = min(race.view.leaderboard._rows, key=lambda row: row.look.lane)
    assert tame.ghost == pytest.approx(tame.loss, rel=1e-6)


def test_starts_all_of_whose_racers_diverged_are_still_in_the_race(race):
    starts = ((3.0, 2.0), (2.9, 2.1), (5.9, 5.9))
    race.experiment.set_config(RaceConfig(racers=(Entrant(0, SGD(learning_rate=0.05)),), starts=starts), "Change")
    go(race, 20)
    assert (race.experiment.frame().diverged_at >= 0).any()
    race.view.set_look(average=True)
    assert [row.ghost for row in compared(race)] == [None]


def test_when_all_starts_were_taken_out_there_is_nothing_to_compare(race):
    race.experiment.seek(2)
    race.experiment.do(ClearStarts(), "Clear")
    race.experiment.do(PlaceStarts(((1.0, 1.0), (2.0, 2.5))), "Drop")
    go(race, 9)
    race.view.set_look(average=True)
    rows = compared(race)
    assert all(row.ghost == pytest.approx(row.loss, rel=1e-6) for row in rows)


def test_a_step_of_which_no_row_was_recorded_has_no_number(race):
    """Past 2,000 steps histories are coarser: the loss of another step is no measure."""
    race.experiment.set_config(RaceConfig(racers=(Entrant(0, SGD(learning_rate=0.0001)),)), "Change")
    go(race, 2500)
    compared(race)
    seen = {}
    for step in (2400, 2401, 2402, 2403):
        go(race, step)
        (row,) = race.view.leaderboard._rows
        seen[step % 2] = row.ghost
        assert row.ghost is None or row.ghost == pytest.approx(row.loss, rel=1e-6)
    assert seen[0] is not None
    assert seen[1] is None


def test_another_rule_is_not_compared_with_the_one_that_had_its_number(race):
    race.experiment.seek(10)
    compared(race)
    config = race.experiment.run.config
    last = config.racers[-1]
    assert not isinstance(last.optimizer, SGD)
    racers = (*config.racers[:-1], Entrant(last.id, SGD()))
    race.experiment.set_config(dataclasses.replace(config, racers=racers), "Change")
    rows = {row.look.lane: row for row in race.view.leaderboard._rows}
    assert rows[last.id].ghost is None
    assert rows[config.racers[0].id].ghost is not None


def test_new_racers_get_numbers_that_their_ghosts_do_not_have(race):
    compared(race)
    pinned = {racer.id for racer in race.experiment.ghost.config.racers}
    race.view.remove_racer(max(pinned))
    race.view.add_optimizer("sgd")
    assert race.experiment.run.config.racers[-1].id not in pinned
    race.experiment.undo()
    assert race.view.sweep("learning_rate", (0.001, 0.002), True)
    assert pinned.isdisjoint(racer.id for racer in race.experiment.run.config.racers)


def test_other_histories_are_drawn_even_where_the_old_ones_lay(pinned):
    layer, view = pinned.view.stage.ghost, pinned.view
    old = view._ghost.ghost
    before = layer._points.copy()
    view.stage.grab()
    other = GhostTrace()
    for step, row in zip(old.trace.steps.tolist(), old.trace.values, strict=True):
        other.append(step, row + 1)
    assert other.trace.generation == old.trace.generation
    # As when the address of histories that are gone is given to the next ones.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ghost_module, "id", lambda it: 0, raising=False)
        layer.clear()
        layer.show(view._ghost, 30, 0)
        layer.show(RaceGhost(Ghost(old.run, other.trace, whole=True)), 30, 0)
    assert np.allclose(layer._points, before + 1, equal_nan=True)


def test_an_error_while_drawing_leaves_no_painter_open(pinned, monkeypatch):
    layer, stage = pinned.view.stage.ghost, pinned.view.stage
    pixmap = QPixmap(stage.size())
    layer._travelled = np.zeros(len(layer._lanes))
    layer._drawn = 0

    def broken(*_):
        raise ValueError("broken")

    monkeypatch.setattr(ghost_module, "pieces", broken)
    with pytest.raises(ValueError, match="broken") as kept:
        layer._extend(pixmap, stage)
    assert not pixmap.paintingActive()
    assert kept.traceback


def test_a_ghost_whose_replay_has_only_begun_is_no_failure(race):
    race.view.show_ghost(Ghost(race.experiment.run, Trace(), whole=False))
    race.experiment.seek(20)
    settle()
    race.view.grab()
    assert race.view.banner.message == ""
    assert all(row.ghost is None for row in race.view.leaderboard.rows)
