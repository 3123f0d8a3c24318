"""The one clock: steps owed are speed x time, debt is dropped, nothing runs when nothing is to do."""

import pytest

from lab.core import session as files
from lab.panels import PANELS
from lab.ui.experiment import Experiment
from lab.ui.player import Player

BUDGET = 0.008


@pytest.fixture
def player(qapp):
    made = Player()
    yield made
    made.deleteLater()


@pytest.fixture
def experiment(player):
    made = Experiment("race", PANELS["race"], files.fresh("race", PANELS["race"]), parent=player)
    made.set_horizon(100_000)
    player.add(made)
    yield made
    player.remove(made)
    player.tick(0)


def test_steps_are_speed_times_time(player, experiment):
    experiment.set_speed(30.0)
    experiment.set_playing(True)
    for _ in range(60):
        player.tick(1 / 60)
    assert experiment.step == 30


def test_a_slow_speed_saves_up_for_its_step(player, experiment):
    experiment.set_speed(1.0)
    experiment.set_playing(True)
    steps = []
    for _ in range(8):
        player.tick(0.25)
        steps.append(experiment.step)
    assert steps == [0, 0, 0, 1, 1, 1, 1, 2]


def test_debt_beyond_the_budget_is_dropped(player, experiment, monkeypatch):
    """Steps of 5 ms at 1,000 steps/s within 8 ms: each tick does two and forgets the other 98."""
    now = [0.0]
    monkeypatch.setattr("lab.ui.player.STEP_BUDGET", BUDGET)
    monkeypatch.setattr("lab.ui.player.time.perf_counter", lambda: now[0])
    advance = experiment.timeline.advance

    def slowly():
        advance()
        now[0] += 0.005

    monkeypatch.setattr(experiment.timeline, "advance", slowly)
    experiment.set_speed(1000.0)
    experiment.set_playing(True)
    player.tick(0.1)
    assert experiment.step == 2
    assert experiment.carry == 0.0
    player.tick(0.1)
    assert experiment.step == 4
    monkeypatch.undo()


def test_as_many_as_fit(player, experiment, monkeypatch):
    monkeypatch.setattr("lab.ui.player.STEP_BUDGET", 0.05)
    experiment.set_speed(1e9)
    experiment.set_playing(True)
    player.tick(0.016)
    assert experiment.step > 3


def test_one_signal_a_tick(player, experiment, qtbot):
    seen = []
    experiment.moved.connect(lambda: seen.append(experiment.step))
    experiment.set_speed(200.0)
    experiment.set_playing(True)
    player.tick(0.05)
    player.tick(0.05)
    assert seen == [10, 20] or (len(seen) == 2 and seen[1] == experiment.step)


def test_the_timer_rests_when_nothing_is_to_do(player, experiment):
    assert not player.active
    experiment.set_playing(True)
    assert player.active
    experiment.set_playing(False)
    player.tick(0.016)
    assert not player.active


def test_the_real_timer_steps_and_then_rests(player, experiment, qtbot):
    experiment.set_speed(100.0)
    experiment.set_playing(True)
    qtbot.waitUntil(lambda: experiment.step >= 3, timeout=3000)
    experiment.set_playing(False)
    qtbot.waitUntil(lambda: not player.active, timeout=1000)


def test_a_long_seek_is_replayed_in_slices_and_the_newest_target_wins(player, experiment, monkeypatch):
    monkeypatch.setattr("lab.ui.player.STEP_BUDGET", BUDGET)
    experiment.seek(3000)
    assert experiment.timeline.pending == 3000
    assert player.active
    player.tick(0.016)
    here = experiment.timeline.step
    assert 0 < here < 3000
    experiment.seek(here + 700)
    told = []
    experiment.progressed.connect(told.append)
    for _ in range(2000):
        player.tick(0.016)
        if experiment.timeline.pending is None:
            break
    assert experiment.timeline.step == here + 700
    assert told[-1] == -1.0
    assert all(0 <= f <= 1 for f in told[:-1])
    assert told[:-1] == sorted(told[:-1])
    player.tick(0)
    assert not player.active


def test_a_simulation_that_raises_pauses_its_panel_and_says_so(windows, monkeypatch, caplog):
    window = windows("race")
    window.open_panel("race")
    window.actions_.arrange("side by side")
    bad, good = window.docks

    def fail():
        raise RuntimeError("wheel came off")

    for dock in window.docks:
        dock.experiment.set_playing(True)
    monkeypatch.setattr(bad.experiment.timeline.sim, "step", fail)
    for _ in range(3):
        window.player.tick(0.1)
    assert "wheel came off" in bad.view.banner.message
    assert not bad.experiment.playing
    assert not good.view.banner.message
    assert good.experiment.step == 9
    assert "Stepping failed in the panel race" in caplog.text
    good.experiment.set_playing(False)
    window.player.tick(0)
    assert not window.player.active
    caplog.clear()


def test_a_step_by_hand_that_raises_says_so_too(windows, monkeypatch, caplog):
    """No dialog of last resort for what a panel can say itself."""
    window = windows("race")
    dock = window.docks[0]

    def fail():
        raise RuntimeError("wheel came off")

    monkeypatch.setattr(dock.experiment.timeline.sim, "step", fail)
    window.transport.step_by(1)
    for _ in range(3):
        window.player.tick(0.016)
    assert "wheel came off" in dock.view.banner.message
    assert dock.experiment.timeline.pending is None
    assert not window.player.active
    caplog.clear()


def test_a_window_that_is_closed_while_playing_leaves_no_timer(windows):
    window = windows("race")
    window.docks[0].experiment.set_playing(True)
    assert window.player.active
    window.close()
    assert not window.player.active


def test_an_idle_window_fires_no_timer(windows):
    from PySide6.QtCore import QTimer

    window = windows("race")

    def active():
        return [t for t in window.findChildren(QTimer) if t.isActive()]

    assert active() == []
    window.docks[0].experiment.step_by(1)
    # Where the cursor went is written once, for a crash; then all is still.
    (once,) = active()
    assert once is window.keeper._timer
    assert once.isSingleShot()
    once.stop()
    once.timeout.emit()
    assert active() == []


def test_the_start_page_stops_what_plays(windows):
    window = windows("race")
    window.docks[0].experiment.set_playing(True)
    window.show_start()
    window.player.tick(0.1)
    window.player.tick(0.1)
    assert window.docks[0].experiment.step == 0
    assert not window.player.active
    window.docks[0].experiment.set_playing(False)
