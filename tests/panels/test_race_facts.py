"""What a lesson may ask of the race: every fact on every preset, and each one where its answer is known."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any

import numpy as np
import pytest
from shell_fixtures import settle

from lab.core.lessons import Live
from lab.core.lessons.asking import question
from lab.core.run import Run, SetParam
from lab.engine.landscapes.linear_regression import LinearRegression
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.sgd import SGD
from lab.engine.schedules.cosine import Cosine
from lab.panels import PANELS
from lab.panels.race.facts import LAYERS
from lab.panels.race.held_out import above_minimum
from lab.sims.race import Bend, Entrant, MoveStart, PlaceStarts, Race, RaceConfig, RemoveStart

SPEC = PANELS["race"]


def at(run: Run | str, steps: int = 0, **looks: Any) -> Live:
    run = SPEC.preset(run).make() if isinstance(run, str) else run
    sim = Race(run)
    for step in range(steps + 1):
        if step:
            sim.step()
        for when, event in run.events():
            if when == step:
                sim.apply(event)
    return Live(run, sim.frame(), dataclasses.replace(SPEC.view_state(), **looks))


def says(live: Live, text: str) -> Any:
    return question(text, SPEC.facts).of(live)


@pytest.mark.parametrize("preset", [preset.id for preset in SPEC.presets])
@pytest.mark.parametrize("steps", [0, 60])
def test_every_fact_answers_with_its_kind_or_not_at_all(preset: str, steps: int) -> None:
    live = at(preset, steps)
    empty = at(live.run.with_event(0, RemoveStart(0)).with_event(0, RemoveStart(1)))
    nobody = at(Run(dataclasses.replace(live.run.config, racers=())))
    for name, fact in SPEC.facts.items():
        words = itertools.product(*[("sgd", "adam") if a.name == "rule" else a.allowed for a in fact.arguments])
        for arguments in list(words)[:24]:
            if name == "parameter":
                arguments = (arguments[0], "learning_rate")
            for where in (live, empty, nobody):
                value = fact.read(where, *arguments)
                assert value is None or type(value) is fact.kind, (name, arguments, value)
                assert not isinstance(value, float) or np.isfinite(value)
                assert not isinstance(value, str) or value in fact.allowed


def test_docs_are_sentences() -> None:
    assert all(fact.doc.endswith(".") and fact.doc[0].isupper() for fact in SPEC.facts.values())


def test_the_best_of_several_racers_answers() -> None:
    live = at("parabola", 5)
    assert [rule.learning_rate for rule in live.frame.optimizers] == [0.02, 0.5, 0.95, 1.05]
    assert says(live, "loss(sgd)") == 0.0
    assert says(live, "learning_rate(sgd)") == 0.5
    assert says(live, "distance(sgd)") == 0.0
    late = at("parabola", 237)
    assert says(late, "diverged(sgd)") is True
    assert says(late, "reached(sgd)") is True
    assert says(late, "steps_to_target(sgd)") == 1.0
    assert says(late, "share_reached(sgd)") == 1.0


def test_a_racer_that_is_gone_has_a_rate_and_no_loss() -> None:
    run = SPEC.preset("parabola").make()
    run = dataclasses.replace(run, config=dataclasses.replace(run.config, racers=(Entrant(0, SGD(learning_rate=2.0)),)))
    live = at(run, 60)
    assert says(live, "diverged(sgd)") is True
    assert says(live, "loss(sgd)") is None
    assert says(live, "stable_rate(sgd)") is None
    assert says(live, "learning_rate(sgd)") == 2.0


def test_numbers_of_the_present_state() -> None:
    live = at("ravine", 12)
    frame = live.frame
    assert says(live, "step") == 12.0
    assert says(live, "loss(momentum)") == frame.loss[1, 0]
    assert says(live, "excess(momentum)") == frame.excess[1, 0]
    assert says(live, "gradient_norm(sgd)") == pytest.approx(np.linalg.norm(frame.gradient[0, 0]))
    assert says(live, "position(sgd, y)") == frame.theta[0, 0, 1]
    assert says(live, "path_length(sgd)") == frame.path_length[0, 0]
    assert says(live, "gradient_evaluations(sgd)") == 12.0
    assert says(live, "parameter(momentum, momentum)") == 0.75
    assert says(live, "condition_number") == pytest.approx(50.0)
    assert says(live, "setting(condition_number)") == 50.0
    assert says(live, "setting(sharpness)") is None
    assert (says(live, "starts"), says(live, "racers")) == (1.0, 3.0)
    assert (says(live, "racing(sgd)"), says(live, "racing(adam)")) == (True, False)
    assert (says(live, "landscape"), says(live, "schedule")) == ("quadratic", "constant")
    sharp = at("sharp_and_flat")
    landscape = sharp.run.config.landscape
    shown = above_minimum(landscape)(sharp.frame.theta[0, 0])
    assert says(sharp, "test_loss(sgd)") == shown != landscape.test_value(sharp.frame.theta[0, 0])
    assert says(live, "test_loss(sgd)") is None


def test_the_stable_rate_is_the_one_that_the_layer_shows() -> None:
    for preset, rule in (("ravine", "momentum"), ("himmelblau", "sgd"), ("ravine", "nesterov")):
        run = SPEC.preset(preset).make()
        live, sim = at(run), Race(run)
        lane = next(i for i, r in enumerate(live.frame.optimizers) if type(r).__name__.lower() == rule)
        start = int(live.frame.loss[lane].argmin())
        assert says(live, f"stable_rate({rule})") == sim.probe(Bend(live.frame.lanes[lane], start)).largest_rate
    assert says(at("himmelblau"), "stable_rate(adam)") is None


def test_what_the_hand_did() -> None:
    run = SPEC.preset("himmelblau").make()
    assert (says(at(run), "events"), says(at(run), "dragged")) == (0.0, False)
    run = run.with_event(0, PlaceStarts(((-3.0, 3.0), (-3.5, -3.0)))).with_event(2, SetParam("learning_rate", 0.2, 4))
    assert (says(at(run, 3), "events"), says(at(run, 3), "dragged")) == (2.0, False)
    assert says(at(run, 3), "learning_rate(adam)") == 0.2
    assert says(at(run, 3), "starts") == 4.0
    run = run.with_event(3, MoveStart(0, (3.0, 2.0)))
    assert says(at(run, 3), "dragged") is True
    assert says(at(run, 120), "minima_reached") == 4.0


def test_data_noise_and_schedules() -> None:
    config = RaceConfig(LinearRegression(), (Entrant(0, SGD()),), ((0.0, 0.0),), batch_size=8, schedule=Cosine())
    live = at(Run(config).with_event(1, SetParam("noise", 2.5)), 1)
    assert (says(live, "batch_size"), says(live, "noise")) == (8.0, 2.5)
    assert (says(live, "schedule"), says(live, "features")) == ("cosine", "raw")
    round_bowl = dataclasses.replace(config, landscape=LinearRegression(features="standardised"))
    assert says(at(Run(round_bowl)), "condition_number") == pytest.approx(1.0)


def test_looks() -> None:
    live = at("derivative", 0, h=0.01, scheme="central", apart=True)
    assert (says(live, "h"), says(live, "quotient")) == (0.01, "central")
    assert says(live, "derivative_error") == pytest.approx(4.352e-5, rel=1e-3)
    assert says(at("ravine"), "derivative_error") is None
    assert (says(live, "shown(apart)"), says(live, "shown(curvature)")) == (True, False)
    assert {"apart", "curvature", "basins", "surface", "schedule"} <= set(LAYERS)


def test_the_racer_in_focus_is_the_views(windows) -> None:
    """Whom the view takes where nobody was chosen, and whom one chose."""
    dock = windows("race", "himmelblau").docks[0]
    view, experiment = dock.view, dock.experiment
    for look in (-1, 0, 2, 99):
        view.set_look(focus_lane=look)
        settle()
        live = Live(experiment.run, experiment.frame(), view.look)
        rule = live.frame.optimizers[live.frame.lanes.index(view.focused_lane)]
        assert says(live, "focus") == type(rule).__name__.lower()
    two = RaceConfig(racers=(Entrant(3, SGD()), Entrant(7, Adam())))
    assert says(at(Run(two)), "focus") == "adam"
