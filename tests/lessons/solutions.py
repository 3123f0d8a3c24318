"""How every task of the shipped lessons is solved, and what every number asked is when the engine is asked.

A lesson's pages are named by their titles. The tests take each solution's way step by step, as a hand would.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from lab.core.run import Run, SetParam
from lab.engine.differences import quotient
from lab.engine.schedules.cosine import Cosine
from lab.panels import PANELS
from lab.sims.race import Dissect, MoveStart, PlaceStarts, Race

from .states import STATES


@dataclass(frozen=True, slots=True)
class Way:
    """What is changed before playing, events as (step, event), the step to play to, and what is switched on."""

    to: int
    events: tuple[tuple[int, Any], ...] = ()
    config: Callable[[Any], Any] | None = None
    looks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """Whether anything is done but playing."""
        return bool(self.events or self.config or self.looks)


def rate(value: float, lane: int = 0, step: int = 0) -> tuple[int, SetParam]:
    return step, SetParam("learning_rate", value, lane)


def beta(value: float, lane: int = 0) -> tuple[int, SetParam]:
    return 0, SetParam("momentum", value, lane)


def on_landscape(**changes: Any) -> Callable[[Any], Any]:
    return lambda config: dataclasses.replace(config, landscape=dataclasses.replace(config.landscape, **changes))


#: For each page with a `do`: ways that solve it. The first is what the text leads to, others what its hint allows.
DONE: dict[tuple[str, str], tuple[Way, ...]] = {
    ("first-steps", "A ball that feels only the slope"): (Way(16),),
    ("first-steps", "Too small"): (Way(10, (rate(0.4),)), Way(10, (rate(0.19),)), Way(10, (rate(0.81),))),
    ("first-steps", "Over the edge"): (Way(40, (rate(1.5),)), Way(40, (rate(2.0),))),
    ("momentum", "A ball that remembers"): (Way(43),),
    ("momentum", "Beat the preset"): (
        Way(30, (rate(0.05, 1), beta(0.6, 1))), Way(30, (rate(0.05, 1), beta(0.65, 1))),
    ),
    ("adam", "The parts of a step"): (Way(2, looks={"apart": True}),),
    ("adam", "A valley that lies askew"): (Way(132, config=on_landscape(rotation=45.0)),),
    ("adam", "Make up for it"): (Way(120, (rate(0.4, 1),)), Way(120, (rate(0.5, 1),))),
    ("noise-and-scaling", "Turn it round"): (Way(0, config=on_landscape(features="standardised")),),
    ("noise-and-scaling", "One step"): (Way(1, (rate(0.5),)),),
    ("noise-and-scaling", "Rest by shorter steps"): (
        Way(240, (rate(0.01, 0, 100),)), Way(240, (rate(0.005, 0, 100),)),
    ),
    ("noise-and-scaling", "Let a schedule do it"): (
        Way(240, config=lambda config: dataclasses.replace(config, schedule=Cosine())),
    ),
    ("numerical-derivative", "A secant for a tangent"): (Way(0, looks={"h": 0.01}),),
    ("numerical-derivative", "Look both ways"): (Way(0, looks={"scheme": "central"}),),
    ("numerical-derivative", "The best h"): tuple(Way(0, looks={"h": h}) for h in (1e-8, 1e-7, 1e-9)),
    ("saddles-and-minima", "Almost at rest"): (Way(94),),
    ("saddles-and-minima", "A push"): (Way(42, ((0, MoveStart(0, (1.8, 0.2))),)),),
    ("saddles-and-minima", "Four minima"): (
        Way(60, tuple((0, PlaceStarts((point,))) for point in ((-3.0, 3.0), (-3.0, -3.0), (3.0, -2.0)))),
        Way(60, ((0, PlaceStarts(((-4.0, 4.0), (-4.0, -4.0), (4.0, -4.0)))),)),
    ),
    ("saddles-and-minima", "Out of it"): (Way(240, (rate(0.4),)), Way(240, (rate(1.0),))),
    ("newton", "From gradients alone"): (Way(131),),
    ("newton", "A bent valley"): (Way(33),),
    ("newton", "Which way is down?"): (Way(1, ((0, SetParam("curvature", "as it is", 0)),)),),
    ("challenge-rates", "Thirteen gradients"): (Way(13, (rate(0.02),)),),
    ("challenge-rates", "Over the cliff"): (Way(400, (rate(0.025),)), Way(400, (rate(0.03),))),
    ("challenge-rates", "Over the hump"): (Way(60, (beta(0.9),)), Way(60, (rate(0.01), beta(0.95)))),
    ("challenge-rates", "Down the bent valley"): (Way(120, (rate(0.0008), beta(0.95))),),
    ("challenge-rates", "Out of the pits"): (Way(200, (rate(0.5),)),),
}  # fmt: skip


def race(run: Run | str, steps: int = 0) -> Race:
    """A race of a state's or preset's name, or of a run, some steps into it."""
    if isinstance(run, str):
        run = STATES[run].run if run in STATES else PANELS["race"].preset(run).make()
    sim = Race(run)
    events = list(run.events())
    for step in range(steps + 1):
        if step:
            sim.step()
        for at, event in events:
            if at == step:
                sim.apply(event)
    return sim


def changed(name: str, *events: tuple[int, Any]) -> Run:
    run = STATES[name].run if name in STATES else PANELS["race"].preset(name).make()
    for step, event in events:
        run = run.with_event(step, event)
    return run


def curvatures(name: str, steps: int = 0) -> Any:
    sim = race(name, steps)
    frame = sim.frame()
    start = int(np.flatnonzero(frame.present)[0])
    landscape = (STATES[name].run if name in STATES else PANELS["race"].preset(name).make()).config.landscape
    return np.linalg.eigvalsh(landscape.hessian(frame.theta[0, start]))


def _one_step(landscape_only: str) -> float:
    """The learning rate that reaches the minimum of a bowl at once: one over its curvature."""
    return float(1.0 / curvatures(landscape_only)[-1])


def _first_adam_step() -> float:
    return abs(float(race("adam-alone", 1).frame().theta[0, 0, 1]) - 0.8)


def _uncorrected() -> float:
    """Adam's first step over its rate, were the two means not corrected."""
    rule = race("adam-alone").frame().optimizers[0]
    gradient = race("adam-alone").probe(Dissect(0, 0)).gradient[1]
    m, v = (1 - rule.beta1) * gradient, (1 - rule.beta2) * gradient**2
    return float(m / math.sqrt(v))


def _derivative(h: float, scheme: Any = "forward") -> float:
    run = PANELS["race"].preset("derivative").make()
    theta = np.array(run.config.starts[0])
    return float(quotient(run.config.landscape, theta, h, scheme)[0])


def derivative_error(h: float, scheme: Any = "forward") -> float:
    run = PANELS["race"].preset("derivative").make()
    return abs(_derivative(h, scheme) - float(run.config.landscape.gradient(np.array(run.config.starts[0]))[0]))


def _steps_of_epoch() -> float:
    """How many steps the race takes until every sample was seen once."""
    sim = race("logistic")
    seen: set[int] = set()
    for step in range(1, 100):
        seen |= set(sim.frame().batch.tolist())
        sim.step()
        if len(seen) == 60:
            return float(step)
    raise AssertionError("not all samples were seen")


def steps_to(name: str, lane: int, most: int = 400) -> int:
    """The step at which a lane reaches the target; -1 for never within so many."""
    return int(race(name, most).frame().reached_at[lane, 0])


#: For each page with an `ask`: what the engine says, computed without the lesson's own facts.
SAID: dict[tuple[str, str], Callable[[], float]] = {
    ("first-steps", "One step by hand"): lambda: float(race("first-steps-ball", 2).frame().theta[0, 0, 0]),
    ("first-steps", "Just right"): lambda: _one_step("first-steps-slow"),
    ("first-steps", "The limit"): lambda: float(2.0 / curvatures("ravine")[-1]),
    ("momentum", "Two curvatures, one rate"): lambda: float(curvatures("ravine")[-1] / curvatures("ravine")[0]),
    ("momentum", "The best that one rate can do"): lambda: float(
        1.0 - 2.0 * curvatures("ravine")[0] / curvatures("ravine").sum()
    ),
    ("momentum", "The best of both numbers"): lambda: float(
        (np.subtract(*np.sqrt(curvatures("ravine"))) / np.sqrt(curvatures("ravine")).sum()) ** 2
    ),
    ("adam", "A first step by hand"): _first_adam_step,
    ("adam", "A cold start"): _uncorrected,
    ("noise-and-scaling", "A line through points"): lambda: float(
        curvatures("regression")[-1] / curvatures("regression")[0]
    ),
    ("noise-and-scaling", "Cheaper steps"): _steps_of_epoch,
    ("numerical-derivative", "The first error: bending"): lambda: derivative_error(1e-3),
    ("numerical-derivative", "Of second order"): lambda: (
        derivative_error(1e-2, "central") / derivative_error(1e-3, "central")
    ),
    ("numerical-derivative", "The second error: rounding"): lambda: _derivative(1e-16),
    ("numerical-derivative", "What it is good for"): lambda: 2.0 * 1000,
    ("saddles-and-minima", "No minimum"): lambda: float(curvatures("saddle", 94)[0]),
    ("saddles-and-minima", "The sharp one"): lambda: float(2.0 / curvatures("minima-sharp", 120)[-1]),
    ("newton", "Divide by the curvature"): lambda: float(steps_to("newton-quadratic", 1)),
    ("newton", "The price"): lambda: 1000.0**2,
}
