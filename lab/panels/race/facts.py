"""What a lesson may ask of the race's panel: the facts of the race itself, and those of how it is looked at."""

from __future__ import annotations

import numpy as np

from lab.core.lessons.facts import Argument, Fact, Facts, Live
from lab.core.params import declared
from lab.engine.differences import SCHEMES, quotient
from lab.engine.optimizers import OPTIMIZERS
from lab.panels.race.state import RaceViewState
from lab.sims import race_facts
from lab.sims.race import RaceFrame

#: What can be switched on and off in the picture.
LAYERS = {d.name: d.param.label or d.name for d in declared(RaceViewState) if d.type is bool}


def _focus(live: Live) -> tuple[int, int] | None:
    """Row and start in focus: whom the view names, else the first Adam, else the first; as `RaceView` has it."""
    frame: RaceFrame = live.frame
    lanes, present = frame.lanes, np.flatnonzero(frame.present).tolist()
    if not lanes:
        return None
    lane = lanes.index(live.view.focus_lane) if live.view.focus_lane in lanes else -1
    if lane < 0:
        adam = race_facts.lanes_of(frame, "adam")
        lane = adam[0] if adam else 0
    start = live.view.focus_start if live.view.focus_start in present else (present or [-1])[0]
    return lane, start


def _rule_in_focus(live: Live) -> str | None:
    at = _focus(live)
    return None if at is None else OPTIMIZERS.id_of(type(live.frame.optimizers[at[0]]))


def _derivative_error(live: Live) -> float | None:
    at, landscape = _focus(live), live.run.config.landscape
    if at is None or at[1] < 0 or landscape.dim != 1:
        return None
    look, theta = live.view, live.frame.theta[at]
    with np.errstate(all="ignore"):
        found = float(quotient(landscape, theta, look.h, look.scheme, stored=look.stored_h)[0])
        error = abs(found - float(landscape.gradient(theta)[0]))
    return error if np.isfinite(error) else None


FACTS: Facts = {
    **race_facts.FACTS,
    "shown": Fact(
        "Whether a layer or a card is switched on.", lambda live, layer: bool(getattr(live.view, layer)),
        (Argument("layer", tuple(LAYERS), LAYERS),), bool,
    ),
    "focus": Fact("The rule of the racer in focus, by its id.", _rule_in_focus, (), str, OPTIMIZERS.ids),
    "h": Fact("How far apart the numerical derivative looks at the loss.", lambda live: float(live.view.h)),
    "quotient": Fact(
        "Which way the numerical derivative looks.", lambda live: str(live.view.scheme), (), str, SCHEMES
    ),
    "derivative_error": Fact(
        "How far the numerical derivative of the racer in focus is from the exact one; only with one weight.",
        _derivative_error,
    ),
}  # fmt: skip
