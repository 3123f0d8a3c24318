"""The states that shipped lessons begin with where no preset is meant, and the script that writes their files.

Run as ``python -m tests.lessons.states`` from the project's folder; a test compares the files with what is said here.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

from lab.core.run import Run
from lab.core.session import PanelState, Session, to_json
from lab.engine.landscapes import Landscape
from lab.engine.landscapes.beale import Beale
from lab.engine.landscapes.double_well import DoubleWell
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.linear_regression import LinearRegression
from lab.engine.landscapes.parabola import Parabola
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.rastrigin import Rastrigin
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.landscapes.saddle import Saddle
from lab.engine.landscapes.sharp_and_flat import SharpAndFlat
from lab.engine.optimizers import Optimizer
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.lbfgs import LBFGS
from lab.engine.optimizers.momentum import Momentum
from lab.engine.optimizers.newton import Newton
from lab.engine.optimizers.sgd import SGD
from lab.panels import PANELS
from lab.sims.race import Entrant, Point, RaceConfig

FOLDER = Path(__file__).parents[2] / "resources" / "lessons"


def _state(
    landscape: Landscape, start: Point, *rules: Optimizer, batch_size: int = 0, horizon: int = 240
) -> PanelState:
    racers = tuple(Entrant(i, rule) for i, rule in enumerate(rules))
    spec = PANELS["race"]
    view = dataclasses.replace(spec.view_state(), focus_lane=0)
    run = Run(RaceConfig(landscape, racers, (start,), batch_size=batch_size), seed=42)
    return PanelState("race", run, view, horizon=horizon, speed=spec.speed)


_AXIS, _ASKEW = Quadratic(condition_number=50.0, rotation=0.0), Quadratic(condition_number=50.0, rotation=45.0)
_SCALED = LinearRegression(features="standardised")
_OFF_FLOOR = (-1.6, 0.8)

STATES = {
    "first-steps-ball": _state(Parabola(), (-1.0,), SGD(learning_rate=0.1)),
    "first-steps-slow": _state(Parabola(), (-1.0,), SGD(learning_rate=0.02)),
    "momentum-heavy": _state(
        Quadratic(condition_number=50.0, rotation=30.0), (-2.28, -0.45), Momentum(learning_rate=0.02, momentum=0.99)
    ),
    "adam-alone": _state(_AXIS, _OFF_FLOOR, Adam(learning_rate=0.1)),
    "adam-race": _state(_AXIS, _OFF_FLOOR, SGD(learning_rate=0.039), Adam(learning_rate=0.1)),
    "adam-askew": _state(_ASKEW, _OFF_FLOOR, SGD(learning_rate=0.039), Adam(learning_rate=0.1)),
    "noise-scaled": _state(_SCALED, (-2.5, -2.2), SGD(learning_rate=0.1)),
    "noise-single": _state(_SCALED, (-2.5, -2.2), SGD(learning_rate=0.1), batch_size=1),
    "minima-himmelblau": _state(Himmelblau(), (0.0, 0.0), SGD(learning_rate=0.01)),
    "minima-sharp": _state(SharpAndFlat(), (-2.0, 0.5), SGD(learning_rate=0.05)),
    "newton-quadratic": _state(
        Quadratic(condition_number=50.0, rotation=30.0), (-2.28, -0.45), SGD(learning_rate=0.039), Newton(), LBFGS()
    ),
    "newton-rosenbrock": _state(Rosenbrock(), (-1.2, 1.0), SGD(learning_rate=0.0012), Newton(), LBFGS()),
    "newton-saddle": _state(Saddle(), (1.8, 0.5), Newton(), SGD(learning_rate=0.02)),
    "rates-himmelblau": _state(Himmelblau(), (0.0, 0.0), SGD(learning_rate=0.005)),
    "rates-beale": _state(Beale(), (1.0, 1.5), SGD(learning_rate=0.006), horizon=400),
    "rates-double-well": _state(DoubleWell(), (1.7,), Momentum(learning_rate=0.015, momentum=0.5)),
    "rates-rosenbrock": _state(Rosenbrock(), (-1.2, 1.0), Momentum(learning_rate=0.0004, momentum=0.9)),
    "rates-rastrigin": _state(Rastrigin(), (2.0, 1.2), Adam(learning_rate=0.05)),
}


def text(name: str) -> str:
    """The file of one of the states."""
    return to_json(Session((STATES[name],))) + "\n"


if __name__ == "__main__":
    for name in STATES:
        (FOLDER / f"{name}.lab.json").write_text(text(name), encoding="utf-8")
