"""Every preset shows what its title and doc say, within its horizon; and it is looked at as its lesson needs."""

from __future__ import annotations

import dataclasses
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from shell_fixtures import settle

from lab.core import session as files
from lab.core.errors import BadValue
from lab.core.panel import Preset
from lab.engine.differences import quotient
from lab.engine.landscapes.linear_regression import LinearRegression
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.panels import PANELS
from lab.panels.race.field import around
from lab.panels.race.state import RaceViewState
from lab.sims.race import MoveStart, Race, RaceFrame, lowest

SPEC = PANELS["race"]
IDS = [preset.id for preset in SPEC.presets]
PLANES = [preset.id for preset in SPEC.presets if preset.make().config.landscape.dim == 2]


class Played(NamedTuple):
    """A race over its whole horizon: where racers were, (step, lane, start, d), their loss, and the last frame."""

    config: Any
    theta: NDArray[np.float64]
    loss: NDArray[np.float64]
    last: RaceFrame

    def ends_at(self, lane: int, start: int = 0) -> list[float]:
        return list(self.theta[-1, lane, start])

    def minimum(self, lane: int, start: int = 0) -> int:
        """Which minimum of the landscape is nearest in the end."""
        minima = np.array([c.point for c in self.config.landscape.critical_points if c.kind == "minimum"])
        return int(np.linalg.norm(minima - self.theta[-1, lane, start], axis=1).argmin())

    def above(self) -> NDArray[np.float64]:
        return self.loss - lowest(self.config.landscape)


def play(run: Any) -> Played:
    sim, theta, loss = Race(run), [], []
    for step in range(SPEC.horizon + 1):
        if step:
            sim.step()
        frame = sim.frame()
        theta.append(frame.theta)
        loss.append(frame.loss)
    return Played(run.config, np.array(theta), np.array(loss), frame)


def played(id: str, seed: int | None = None) -> Played:
    run = SPEC.preset(id).make()
    return play(run if seed is None else dataclasses.replace(run, seed=seed))


def lanes(race: Played) -> dict[str, int]:
    return {type(entrant.optimizer).__name__: i for i, entrant in enumerate(race.config.racers)}


def first(condition: NDArray[np.bool_]) -> int:
    """The first step at which it holds."""
    assert condition.any()
    return int(condition.argmax())


# -- the lessons -----------------------------------------------------------------------------------------------


def test_himmelblau_start_and_rule_decide_which_minimum_is_found() -> None:
    race = played("himmelblau")
    assert (race.last.loss < 1e-4).all()
    found = np.array([[race.minimum(lane, start) for start in range(2)] for lane in range(6)])
    assert len(set(found[:, 0])) >= 3
    assert (found[:, 0] != found[:, 1]).any()
    assert set(found.ravel()) == {0, 1, 2, 3}


def test_rosenbrock_the_valley_is_found_at_once_and_followed_for_long() -> None:
    race, lane = played("rosenbrock"), lanes(played("rosenbrock"))
    floor = np.abs(race.theta[..., 1] - race.theta[..., 0] ** 2)[60:, :, 0]
    assert (np.median(floor, axis=0) < 0.1).all()
    away = np.linalg.norm(race.theta[-1, :, 0] - 1.0, axis=-1)
    assert away[lane["SGD"]] > 1.5
    assert sum(away > 0.2) >= 4
    assert away[lane["LBFGS"]] < 1e-3


def test_beale_one_rate_hardly_suits_both_starts() -> None:
    race, lane = played("beale"), lanes(played("beale"))
    near, far = race.above()[-1].T
    assert far[lane["SGD"]] > 10 * near[lane["SGD"]]
    assert near[lane["Momentum"]] < 0.1 * near[lane["SGD"]]


def test_ravine_gradient_descent_zig_zags_and_momentum_is_there_in_a_third_of_the_steps() -> None:
    race, lane = played("ravine"), lanes(played("ravine"))
    landscape, start = race.config.landscape, race.config.starts[0]
    _, axes = np.linalg.eigh(landscape.hessian(np.array(start)))
    across = race.theta[:41, :, 0] @ axes[:, 1]
    turns = (np.sign(across[1:]) != np.sign(across[:-1])).sum(axis=0)
    assert turns[lane["SGD"]] == 40
    assert turns[lane["Momentum"]] < 20
    assert abs(across[20, lane["SGD"]]) > 0.2 > 2 * abs(across[20, lane["Momentum"]])
    assert race.loss[40, lane["SGD"], 0] > 100 * race.loss[40, lane["Momentum"], 0]
    reached = race.last.reached_at[:, 0]
    assert 0 < 3 * reached[lane["Momentum"]] <= reached[lane["SGD"]] + 5
    for side, (lo, hi) in zip(race.theta[:, :, 0].reshape(-1, 2).T, around(landscape.domain, [start]), strict=True):
        assert lo < side.min()
        assert side.max() < hi


def test_rastrigin_every_rule_is_caught_long_first_steps_elsewhere() -> None:
    race, lane = played("rastrigin"), lanes(played("rastrigin"))
    # Caught: for the last hundred steps nobody leaves the cell of its minimum.
    cells = np.round(race.theta[140:, :, 0])
    assert (cells == cells[-1]).all()
    ends = {name: tuple(np.round(race.ends_at(i)) + 0.0) for name, i in lane.items()}
    assert ends["SGD"] == ends["Momentum"] == (2, 1)
    assert len(set(ends.values())) == 3
    assert (0, 0) not in ends.values()
    x, y, width, height = SPEC.preset("rastrigin").looks["world"]
    assert (race.theta > (x, y)).all()
    assert (race.theta < (x + width, y + height)).all()


def test_saddle_descent_lingers_and_scaling_leaves_soonest() -> None:
    race, lane = played("saddle"), lanes(played("saddle"))
    away = {name: first(np.abs(race.theta[:, i, 0, 1]) > 1.0) for name, i in lane.items()}
    order = sorted(away, key=lambda name: away[name])
    assert set(order[:2]) == {"RMSprop", "Adam"}
    assert order[-1] == "SGD"
    assert away["SGD"] > 3 * away["Adam"]
    lingers = np.linalg.norm(race.theta[:, lane["SGD"], 0], axis=-1) < 0.5
    assert lingers.sum() > 100


@pytest.mark.parametrize("seed", [42, 1, 2])
def test_noisy_averaging_smooths_the_path_and_short_steps_end_lower(seed: int) -> None:
    race = played("noisy", seed)
    long, short, averaged = 0, 1, 2
    late = np.median(race.loss[160:, :, 0], axis=0)
    path = race.last.path_length[:, 0]
    rules = [entrant.optimizer for entrant in race.config.racers]
    assert rules[averaged].learning_rate / (1 - rules[averaged].momentum) == pytest.approx(rules[long].learning_rate)
    assert path[averaged] < 0.35 * path[long]
    assert late[averaged] < late[long]
    assert late[short] < 0.35 * late[averaged]


def test_regression_standardised_features_turn_the_bowl_round_and_shorten_the_way() -> None:
    race = played("regression")
    assert race.config.batch_size == 0
    round_bowl = LinearRegression(features="standardised")
    spread = [np.linalg.cond(one.hessian(np.zeros(2))) for one in (race.config.landscape, round_bowl)]
    assert spread[0] > 20
    assert spread[1] == pytest.approx(1.0)
    run = SPEC.preset("regression").make()
    other = play(dataclasses.replace(run, config=dataclasses.replace(run.config, landscape=round_bowl)))
    sgd = lanes(race)["SGD"]
    assert 0 < 3 * other.last.reached_at[sgd, 0] < race.last.reached_at[sgd, 0]
    # Without noise the loss only falls.
    assert (np.diff(race.loss[:, sgd, 0]) <= 1e-12).all()


def test_logistic_each_step_sees_eight_other_points() -> None:
    sim = Race(SPEC.preset("logistic").make())
    seen = []
    for _ in range(3):
        sim.step()
        seen.append(tuple(sim.frame().batch))
    assert {len(batch) for batch in seen} == {8}
    assert len(set(seen)) == 3
    assert (played("logistic").above()[-1] < 0.02).all()


def test_logistic_shows_the_whole_way_of_every_rule() -> None:
    x, y, width, height = SPEC.preset("logistic").looks["world"]
    ways = played("logistic").theta.reshape(-1, 2)
    assert (ways.min(axis=0) > (x + 0.3, y + 0.3)).all()
    assert (ways.max(axis=0) < (x + width - 0.3, y + height - 0.3)).all()


def test_network_every_rule_finds_the_trained_weights() -> None:
    race = played("network")
    assert (np.abs(race.theta[-1]) < 0.02).all()
    assert (race.last.reached_at > 0).all()


def test_sharp_and_flat_step_length_decides_the_valley_by_step_60() -> None:
    race = played("sharp_and_flat")
    landscape = race.config.landscape
    minima = [c for c in landscape.critical_points if c.kind == "minimum"]
    sharp, flat = (np.array(c.point) for c in sorted(minima, key=lambda c: c.point[0]))
    rate = np.array([entrant.optimizer.learning_rate for entrant in race.config.racers])
    short = np.array([r == min(p for p in rate if same(race, i, p)) for i, r in enumerate(rate)])
    later = race.theta[60:, :, 0]
    assert (np.linalg.norm(later[:, short] - sharp, axis=-1) < 0.1).all()
    assert (np.linalg.norm(later[:, ~short] - flat, axis=-1) < 0.35).all()
    assert race.loss[60, short, 0].max() < race.loss[60, ~short, 0].min()
    test = landscape.test_value(race.theta[60, :, 0])
    assert test[~short].max() < test[short].min()
    # From early on: nobody stands still.
    moved = np.linalg.norm(race.theta[20, :, 0] - race.theta[0, :, 0], axis=-1)
    assert (moved > 0.3).all()


def same(race: Played, lane: int, rate: float) -> bool:
    """Whether a racer of this rate has the same rule as this lane's."""
    kind = type(race.config.racers[lane].optimizer)
    return any(type(r.optimizer) is kind and r.optimizer.learning_rate == rate for r in race.config.racers)


def test_formula_is_a_ring_of_its_own_round_which_they_race() -> None:
    race, lane = played("formula"), lanes(played("formula"))
    landscape = race.config.landscape
    (minimum,) = [c for c in landscape.critical_points if c.kind == "minimum"]
    rng = np.random.default_rng(0)
    lo, hi = np.array(landscape.domain).T
    points = rng.uniform(lo, hi, (500, 2))
    assert np.isfinite(landscape.value(points)).all()
    assert np.isfinite(landscape.gradient(points)).all()
    assert np.abs(landscape.value(points) - Rosenbrock().value(points)).min() > 0
    turned = np.unwrap(np.arctan2(race.theta[:, :, 0, 1], race.theta[:, :, 0, 0]), axis=0)
    for name, i in lane.items():
        arrived = np.linalg.norm(race.theta[-1, i, 0] - minimum.point) < 0.1
        assert arrived == (name != "SGD"), name
        if name not in ("LBFGS", "SGD"):
            assert abs(turned[-1, i]) > 2.8, name
            assert np.linalg.norm(race.theta[40:, i, 0], axis=-1).min() > 1.4, name


def test_parabola_creeps_lands_hops_and_diverges() -> None:
    race = played("parabola")
    w = race.theta[:, :, 0, 0]
    creeps, lands, hops, diverges = range(4)
    assert [r.optimizer.learning_rate for r in race.config.racers][diverges] > 1
    assert (np.diff(w[:, creeps]) > 0).all()
    assert (w[:, creeps] < 0).all()
    assert w[1, lands] == 0.0
    assert (np.sign(w[1:60, hops]) != np.sign(w[:59, hops])).all()
    assert abs(w[100, hops]) < 0.01
    assert race.last.diverged_at[diverges, 0] > 0
    lo, hi = race.config.landscape.domain[0]
    assert 5 < first((w[:, diverges] < lo) | (w[:, diverges] > hi)) < 30
    assert (race.last.diverged_at[:diverges] == -1).all()


def test_double_well_momentum_crosses_the_hump_and_descent_does_not() -> None:
    race, lane = played("double_well"), lanes(played("double_well"))
    left, hump, right = (c.point[0] for c in race.config.landscape.critical_points)
    rates = {r.optimizer.learning_rate for r in race.config.racers}
    assert len(rates) == 1
    w = race.theta[:, :, 0, 0]
    assert first(w[:, lane["Momentum"]] < hump) < 30
    assert w[-1, lane["Momentum"]] == pytest.approx(left, abs=1e-3)
    assert (w[:, lane["SGD"]] > hump).all()
    assert w[-1, lane["SGD"]] == pytest.approx(right, abs=1e-3)
    assert race.loss[-1, lane["Momentum"], 0] < race.loss[-1, lane["SGD"], 0]


def test_derivative_a_large_h_cuts_the_curve_and_a_tiny_one_drowns() -> None:
    race = played("derivative")
    landscape, where = race.config.landscape, np.array(race.config.starts[0])
    exact = float(landscape.gradient(where)[0])
    large, good, tiny = (abs(float(quotient(landscape, where, h, "forward")[0]) - exact) for h in (0.5, 1e-8, 1e-15))
    assert good < 1e-5 * large
    assert good < 1e-3 * tiny


# -- how they are looked at ------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", IDS)
def test_every_look_is_one_the_view_takes(id: str) -> None:
    preset = SPEC.preset(id)
    state = files.fresh("race", SPEC, id).view
    for name, value in preset.looks.items():
        assert getattr(state, name) == value
    assert dataclasses.replace(state, **{n: getattr(RaceViewState(), n) for n in preset.looks}) == RaceViewState()


@pytest.mark.parametrize(("looks", "wrong"), [({"moon": True}, "moon"), ({"statistic": "mode"}, "statistic")])
def test_a_look_that_does_not_exist_is_refused_when_the_panel_is_registered(looks: Any, wrong: str) -> None:
    bad = Preset("bad", "Bad", "Bad.", SPEC.presets[0].make, looks)
    with pytest.raises(BadValue, match=wrong):
        dataclasses.replace(SPEC, presets=(*SPEC.presets, bad))


def test_the_derivative_is_there_in_its_own_preset_and_in_no_other() -> None:
    assert [id for id in IDS if files.fresh("race", SPEC, id).view.difference] == ["derivative"]


def test_a_preset_takes_its_looks_with_it_and_leaves_the_users_alone(race: Any) -> None:
    view = race.view
    view.set_look(contours=False, log_colors=False, columns=("loss", "path"), schedule=True)
    view.choose_preset("derivative")
    settle()
    assert not view.stage.overlays.derivative.isHidden()
    view.choose_preset("parabola")
    settle()
    assert view.stage.overlays.derivative.isHidden()
    view.choose_preset("formula")
    settle()
    assert not view.setup.isHidden()
    assert view.schedule.isHidden()
    view.choose_preset("ravine")
    settle()
    assert view.setup.isHidden()
    look = race.experiment.view_state
    assert look.curvature
    assert look.world == ()
    assert (look.contours, look.log_colors, look.columns) == (False, False, ("loss", "path"))
    view.choose_preset("logistic")
    settle()
    assert not race.experiment.view_state.curvature
    assert not view.stage.overlays.data.isHidden()


def test_undo_shows_all_of_the_landscape_that_was_there_before(race: Any) -> None:
    home = race.view.stage.world
    race.view.choose_preset("rastrigin")
    settle()
    assert race.experiment.view_state.world
    race.experiment.undo()
    settle()
    assert race.view.stage.world == home
    assert race.experiment.view_state.world == ()


def test_the_part_that_a_preset_looks_at_is_shown_however_it_is_opened(windows: Any, race: Any) -> None:
    wanted = SPEC.preset("rastrigin").looks["world"]
    opened = windows("race", "rastrigin").docks[0].view
    race.view.choose_preset("rastrigin")
    settle()
    for view in (opened, race.view):
        world = view.stage.world
        assert world.x() <= wanted[0] < wanted[0] + wanted[2] <= world.right() + 1e-9
        assert world.width() < 0.7 * 10.24
        view.stage.go_home()
        assert view.stage.world.width() >= 10.24


def test_formula_shows_the_whole_formula_and_the_race_beside_it(windows: Any) -> None:
    view = windows("race", "formula").docks[0].view
    settle()
    card = view.setup.geometry()
    free = view.stage.to_pixels(played("formula").theta[:, :, 0].reshape(-1, 2))
    # Half a flag is as wide as this.
    assert free[:, 0].max() < card.left() - 13
    assert free[:, 0].min() > view.stage.plot.left()


@pytest.mark.parametrize("size", [(1280, 800), (820, 560)])
@pytest.mark.parametrize("id", PLANES)
def test_every_start_is_in_the_picture(windows: Any, id: str, size: tuple[int, int]) -> None:
    view = windows("race", id, size=size).docks[0].view
    settle()
    plot = view.stage.plot.adjusted(8, 8, -8, -8)
    for x, y in view.stage.to_pixels(np.array(view.config.starts)).tolist():
        assert plot.contains(QPointF(x, y))


def test_home_holds_starts_outside_the_domain_but_not_far_ones() -> None:
    domain = ((-2.0, 2.0), (-1.0, 1.0))
    assert around(domain, [(0.0, 0.5)]) == domain
    (lo, hi), (low, high) = around(domain, [(-3.0, 0.0)])
    assert lo == pytest.approx(-3.24)
    assert (hi, low, high) == (2.0, -1.0, 1.0)
    assert around(domain, [(-300.0, 0.0)]) == domain
    assert around(domain, []) == domain


def test_home_stays_while_a_start_is_dragged_outside(race: Any) -> None:
    view = race.view
    view.choose_preset("ravine")
    settle()
    before = view.stage.world
    race.experiment.do(MoveStart(0, (-5.0, 0.0)), "Move")
    settle()
    assert view.stage.world == before
    view.stage.go_home()
    assert view.stage.world == before
