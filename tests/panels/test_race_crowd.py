"""A crowd of starts: how many they are is said, and they are looked at as a whole."""

import time

import numpy as np
import pytest
from shell_fixtures import settle

from lab.panels.race import standings
from lab.sims.race import ScatterStarts


def go(race, step):
    race.experiment.seek(step)
    race.experiment.timeline.work(lambda: True)
    race.experiment.moved.emit()
    settle()


def test_a_crowd_says_that_it_is_one_and_is_seen_as_a_whole(race):
    view, board = race.view, race.view.board
    assert board.of._whole == "start A"
    race.experiment.do(ScatterStarts(1000), "Scatter")
    go(race, 20)
    count = int(np.count_nonzero(view.frame.present))
    assert board.of._whole == f"{count:,} starts · median"
    assert view.look.average
    assert f"start A of {count:,}" in view.equation._state.text()
    # A plot that knows only some of them says so.
    assert view.plot_card._untraced.isVisible()
    # What is then chosen holds, also when the crowd has not been there for a moment.
    view.choose_start(0)
    go(race, 30)
    assert board.of._whole == f"start A of {count:,}"
    race.experiment.undo()
    go(race, 20)
    assert board.of._whole == "start A"
    race.experiment.redo()
    go(race, 20)
    assert board.of._whole == f"start A of {count:,}"


def test_a_crowd_that_is_gone_gives_the_start_in_focus_back(race):
    race.experiment.do(ScatterStarts(1000), "Scatter")
    go(race, 20)
    race.experiment.undo()
    go(race, 20)
    assert not race.view.look.average
    race.experiment.redo()
    go(race, 20)
    assert race.view.look.average


def test_a_few_starts_more_change_nothing(race):
    race.experiment.do(ScatterStarts(100), "Scatter")
    go(race, 20)
    assert not race.view.look.average
    assert race.view.board.of._whole == "start A"


@pytest.mark.parametrize("count", [1, 2, 5, 8, 1001])
@pytest.mark.parametrize("kind", ["numbers", "equal", "infinite", "nan"])
def test_quantiles_are_numpy_s(count, kind):
    values = np.random.default_rng(count).lognormal(size=count)
    if kind == "equal":
        values[:] = 0.3
    elif kind == "infinite":
        values[: count // 2] = np.inf
    elif kind == "nan":
        values[count // 2] = np.nan
    with np.errstate(invalid="ignore"):
        wanted = [np.quantile(values, share) for share in (0.1, 0.9)]
        median = np.median(values)
    found = standings._quantiles(values, (0.1, 0.9))
    for a, b in zip([*found, standings._median(values)], [*wanted, median], strict=True):
        # Between a number and infinity NumPy says nan, where both ends are infinite, too.
        assert a == pytest.approx(b, nan_ok=True) or (kind == "infinite" and (np.isinf(a) or np.isnan(b)))


def test_the_numbers_of_a_crowd_cost_a_part_of_a_frame(race):
    race.experiment.do(ScatterStarts(10_000), "Scatter")
    go(race, 3)
    view, times = race.view, []
    for _ in range(9):
        begun = time.perf_counter()
        standings.of_all(view.frame, view._looks)
        times.append(time.perf_counter() - begun)
    # NumPy's own median and quantiles took most of a frame of 16.7 ms.
    assert min(times) < 0.008
