"""What a lesson may ask of a race: facts of its run and of the frame under the cursor, none of how it is looked at.

A rule is named by its id. Where several racers share a rule, or one has several starts, the **best** of them answers:
the one with the lowest loss among those that are still in the race. Facts are asked at every frame, so each costs a
few operations on arrays that are there anyway, and at most one Hessian.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.core.errors import BadValue
from lab.core.lessons.facts import Argument, Fact, Facts, Live
from lab.core.lessons.lines import did_you_mean
from lab.core.params import declared
from lab.core.registry import Family
from lab.engine.landscapes import LANDSCAPES, HasTestLoss, Landscape
from lab.engine.optimizers import OPTIMIZERS
from lab.engine.schedules import SCHEDULES
from lab.sims._race_config import lowest
from lab.sims._race_frame import TRACED_STARTS, RaceFrame
from lab.sims._race_probes import curvature
from lab.sims._standing import FELL

#: A racer is at a minimum when it is this close, as a share of the landscape's larger side.
NEAR = 0.02


def lanes_of(frame: RaceFrame, rule: str) -> list[int]:
    """Rows of the racers with that rule."""
    wanted = OPTIMIZERS[rule]
    return [i for i, optimizer in enumerate(frame.optimizers) if type(optimizer) is wanted]


def _running(frame: RaceFrame) -> NDArray[np.bool_]:
    """Which racers, (L, S), take part and have not diverged."""
    running: NDArray[np.bool_] = frame.present & (frame.diverged_at < 0)
    return running


def best(live: Live, rule: str) -> tuple[int, int] | None:
    """Row and start of the best racer with that rule; None when none of them is in the race."""
    frame: RaceFrame = live.frame
    lanes = lanes_of(frame, rule)
    if not lanes or not frame.loss.shape[1]:
        return None
    loss = np.where(_running(frame)[lanes], frame.loss[lanes], np.inf)
    row, start = divmod(int(loss.argmin()), loss.shape[1])
    return (lanes[row], start) if np.isfinite(loss[row, start]) else None


def _of_best(live: Live, rule: str, field: str) -> float | None:
    at = best(live, rule)
    return None if at is None else float(getattr(live.frame, field)[at])


def _gradient_norm(live: Live, rule: str) -> float | None:
    at = best(live, rule)
    return None if at is None else float(np.linalg.norm(live.frame.gradient[at]))


def _position(live: Live, rule: str, axis: str) -> float | None:
    at, i = best(live, rule), "xy".index(axis)
    return None if at is None or i >= live.frame.theta.shape[2] else float(live.frame.theta[at][i])


def _test_loss(live: Live, rule: str) -> float | None:
    at, landscape = best(live, rule), live.run.config.landscape
    floor = lowest(landscape)
    if at is None or not isinstance(landscape, HasTestLoss):
        return None
    # From the same floor as in the leaderboard.
    return float(landscape.test_value(live.frame.theta[at])) - floor


def _distance(live: Live, rule: str) -> float | None:
    at, minima = best(live, rule), _minima(live.run.config.landscape)
    if at is None or not len(minima):
        return None
    return float(np.linalg.norm(minima - live.frame.theta[at], axis=1).min())


@lru_cache(maxsize=8)
def _minima(landscape: Landscape) -> NDArray[np.float64]:
    points = [c.point for c in landscape.critical_points if c.kind == "minimum"]
    return np.array(points, dtype=np.float64).reshape(len(points), landscape.dim)


@lru_cache(maxsize=8)
def _condition(landscape: Landscape) -> float | None:
    """Largest over smallest curvature at the lowest known minimum."""
    minima = [c for c in landscape.critical_points if c.kind == "minimum"]
    if not minima:
        return None
    values = np.linalg.eigvalsh(landscape.hessian(np.array(min(minima, key=lambda c: c.value).point)))
    return float(values[-1] / values[0]) if np.isfinite(values).all() and values[0] > 0 else None


def _minima_reached(live: Live) -> float:
    frame: RaceFrame = live.frame
    landscape = live.run.config.landscape
    minima = _minima(landscape)
    theta = frame.theta[:, :TRACED_STARTS][_running(frame)[:, :TRACED_STARTS]]
    if not len(minima) or not len(theta):
        return 0.0
    away = np.linalg.norm(theta[:, None] - minima, axis=2)
    side = max(hi - lo for lo, hi in landscape.domain)
    return float(len(set(away.argmin(axis=1)[away.min(axis=1) <= NEAR * side].tolist())))


def _reached(live: Live, rule: str) -> NDArray[np.bool_]:
    frame: RaceFrame = live.frame
    reached: NDArray[np.bool_] = (frame.present & (frame.reached_at >= 0))[lanes_of(frame, rule)]
    return reached


def _steps_to_target(live: Live, rule: str) -> float | None:
    frame: RaceFrame = live.frame
    there = _reached(live, rule)
    steps = (frame.reached_at - frame.born)[lanes_of(frame, rule)]
    return float(steps[there].min()) if there.any() else None


def _share_reached(live: Live, rule: str) -> float | None:
    frame: RaceFrame = live.frame
    starts = int(frame.present.sum())
    return float(_reached(live, rule).sum(axis=1).max()) / starts if starts and lanes_of(frame, rule) else None


def _diverged(live: Live, rule: str) -> bool:
    frame: RaceFrame = live.frame
    gone = frame.present & (frame.diverged_at >= 0) & (frame.reason != FELL)
    return bool(gone[lanes_of(frame, rule)].any())


def _parameter(live: Live, rule: str, name: str) -> float | None:
    frame: RaceFrame = live.frame
    lanes, at = lanes_of(frame, rule), best(live, rule)
    if not lanes:
        return None
    # One that has diverged still has its rate.
    return float(getattr(frame.optimizers[lanes[0] if at is None else at[0]], name))


def numbers_of(cls: type[object]) -> list[str]:
    """The parameters of a rule or landscape that are numbers."""
    return [d.name for d in declared(cls) if d.type in (int, float)]


def _has_parameter(rule: str, name: str) -> None:
    known = numbers_of(OPTIMIZERS[rule])
    if name not in known:
        raise BadValue("", f'{rule} has no parameter "{name}"{did_you_mean(name, known)}')


def _stable_rate(live: Live, rule: str) -> float | None:
    at = best(live, rule)
    if at is None:
        return None
    return curvature(live.run.config.landscape, live.frame.theta[at], live.frame.optimizers[at[0]]).largest_rate


def _setting(live: Live, name: str) -> float | None:
    landscape = live.run.config.landscape
    return float(getattr(landscape, name)) if name in numbers_of(type(landscape)) else None


def _names(family: Family[Any]) -> tuple[str, ...]:
    """The numeric parameters of everything in a family."""
    return tuple(sorted({name for entry in family for name in numbers_of(entry.item)}))


RULE = Argument("rule", OPTIMIZERS.ids)
_ONE = (RULE,)

FACTS: Facts = {
    "step": Fact("The step under the cursor.", lambda live: float(live.frame.step)),
    "loss": Fact("The loss of the best racer with this rule.", lambda live, r: _of_best(live, r, "loss"), _ONE),
    "excess": Fact(
        "The best racer's loss above the lowest known minimum.", lambda live, r: _of_best(live, r, "excess"), _ONE
    ),
    "test_loss": Fact(
        "The best racer's loss on unseen data, where there is any, above the lowest known training loss.",
        _test_loss, _ONE,
    ),
    "distance": Fact("How far the best racer is from the nearest known minimum.", _distance, _ONE),
    "position": Fact(
        "The best racer's coordinate: x is θ₁, across, and y is θ₂.",
        _position, (RULE, Argument("coordinate", ("x", "y"), {"x": "θ₁", "y": "θ₂"})), words="{1} of {0}",
    ),
    "gradient_norm": Fact("The length of the true gradient under the best racer.", _gradient_norm, _ONE),
    "path_length": Fact(
        "How far the best racer has travelled.", lambda live, r: _of_best(live, r, "path_length"), _ONE
    ),
    "function_evaluations": Fact(
        "How often the best racer has asked for the loss.",
        lambda live, r: _of_best(live, r, "function_evaluations"), _ONE,
    ),
    "gradient_evaluations": Fact(
        "How often the best racer has asked for the gradient.",
        lambda live, r: _of_best(live, r, "gradient_evaluations"), _ONE,
    ),
    "reached": Fact(
        "Whether any racer with this rule has reached the target.", lambda live, r: bool(_reached(live, r).any()),
        _ONE, bool, words="{0}: target reached",
    ),
    "steps_to_target": Fact(
        "After how many steps the first racer with this rule reached the target.", _steps_to_target, _ONE
    ),
    "share_reached": Fact(
        "Which share of the starts has reached the target with this rule, 0 to 1.", _share_reached, _ONE
    ),
    "diverged": Fact("Whether any racer with this rule has diverged.", _diverged, _ONE, bool),
    "racing": Fact("Whether the rule takes part.", lambda live, r: bool(lanes_of(live.frame, r)), _ONE, bool),
    "learning_rate": Fact(
        "The learning rate of the best racer with this rule, as it is set; a schedule multiplies it.",
        lambda live, r: _parameter(live, r, "learning_rate"), _ONE,
    ),
    "parameter": Fact(
        "Any number of the best racer's rule, by its name in files, such as momentum or beta1.",
        _parameter, (RULE, Argument("parameter", lambda: _names(OPTIMIZERS))), accepts=_has_parameter,
    ),
    "stable_rate": Fact(
        "The learning rate at which the rule begins to diverge, on the curvature under its best racer.",
        _stable_rate, _ONE,
    ),
    "starts": Fact("How many starts take part.", lambda live: float(live.frame.present.sum())),
    "racers": Fact("How many racers there are.", lambda live: float(len(live.frame.lanes))),
    "minima_reached": Fact(
        f"How many different minima hold a racer, within {NEAR:.0%} of the landscape's side, of the first "
        f"{TRACED_STARTS} starts.", _minima_reached,
    ),
    "dragged": Fact("Whether a racer was carried by hand.", lambda live: bool(live.frame.segment.any()), kind=bool),
    "events": Fact(
        "How many things were done by hand to the run: starts dropped or dragged, numbers changed.",
        lambda live: float(live.run.head.length if live.run.head is not None else 0),
    ),
    "landscape": Fact(
        "The landscape, by its id.", lambda live: LANDSCAPES.id_of(type(live.run.config.landscape)), (), str,
        LANDSCAPES.ids,
    ),
    "setting": Fact(
        "A number of the landscape, by its name in files, such as condition_number or sharpness.",
        _setting, (Argument("setting", lambda: _names(LANDSCAPES)),), words="{0}",
    ),
    "features": Fact(
        "How a landscape over data is given its features.",
        lambda live: getattr(live.run.config.landscape, "features", None), (), str, ("raw", "standardised"),
    ),
    "condition_number": Fact(
        "Largest over smallest curvature at the lowest known minimum.",
        lambda live: _condition(live.run.config.landscape),
    ),
    "schedule": Fact(
        "The schedule of the learning rates, by its id.", lambda live: SCHEDULES.id_of(type(live.run.config.schedule)),
        (), str, SCHEDULES.ids,
    ),
    "noise": Fact("Standard deviation of the noise on the gradients now.", lambda live: float(live.frame.noise)),
    "batch_size": Fact("Samples in a minibatch now; 0 for all.", lambda live: float(live.frame.batch_size)),
}  # fmt: skip
