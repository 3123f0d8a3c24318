"""What is raced on, who races, and from where."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lab.core import params
from lab.core.errors import BadValue
from lab.core.params import choice, param
from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.optimizers import OPTIMIZERS, Optimizer
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.lbfgs import LBFGS
from lab.engine.optimizers.momentum import Momentum
from lab.engine.optimizers.nesterov import Nesterov
from lab.engine.optimizers.rmsprop import RMSprop
from lab.engine.optimizers.sgd import SGD
from lab.engine.schedules import SCHEDULES, Schedule
from lab.engine.schedules.constant import Constant

Point = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Entrant:
    """One racer: a rule under a permanent number, which names its lane, colour and random stream."""

    id: int = param(0, lo=0)
    optimizer: Optimizer = choice(OPTIMIZERS, SGD)


def _default_racers() -> tuple[Entrant, ...]:
    rules: list[Optimizer] = [
        SGD(learning_rate=0.0016),
        Momentum(learning_rate=0.0007, momentum=0.93),
        Nesterov(learning_rate=0.0008, momentum=0.92),
        RMSprop(learning_rate=0.035, decay=0.95),
        Adam(learning_rate=0.11),
        LBFGS(),
    ]
    return tuple(Entrant(i, rule) for i, rule in enumerate(rules))


@dataclass(frozen=True, slots=True)
class RaceConfig:
    """What is raced on, who races, and from where."""

    landscape: Landscape = choice(LANDSCAPES, Himmelblau)
    racers: tuple[Entrant, ...] = params.made(_default_racers)
    starts: tuple[Point, ...] = param(((0.2, -4.1), (1.1, 4.55)), doc="Start points; more can be dropped at any step.")
    noise: float = param(
        0.0, lo=0.0, soft=(0.0, 50.0), label="Gradient noise", symbol="σ", effect="live",
        doc="Standard deviation of Gaussian noise added to every gradient; the same for all racers of a start.",
    )  # fmt: skip
    batch_size: int = param(
        0, lo=0, hi=100_000, soft=(0, 64), label="Batch size", effect="live", named=((0, "all"),),
        doc="Samples in a minibatch, where the loss is a mean over data; 0 takes all, 1 is a single example.",
    )  # fmt: skip
    clip: str = param(
        "none", choices=("none", "value", "norm"), label="Clipping", advanced=True,
        doc="Cut every gradient: each component, or the whole to a length.",
    )  # fmt: skip
    clip_limit: float = param(
        10.0, above=0.0, soft=(1e-2, 1e3), log=True, label="Clip limit", advanced=True, doc="What a gradient is cut to."
    )
    schedule: Schedule = choice(SCHEDULES, Constant, doc="How the learning rates change along the run.")
    length: int = param(
        240, lo=1, hi=1_000_000, soft=(10, 2000), log=True, label="Schedule length", advanced=True,
        doc="Steps for which the schedule is laid out; afterwards its last rate holds.",
    )  # fmt: skip
    target: float = param(
        1e-4, above=0.0, soft=(1e-12, 10.0), log=True, label="Target",
        doc="A racer has arrived once its loss is this close to the lowest known minimum.",
    )  # fmt: skip

    def check(self) -> None:
        """Raise `BadValue` for starts of the wrong dimension or racers under one number."""
        for i, point in enumerate(self.starts):
            check_point(self.landscape, point, f"starts[{i}]")
        ids = [r.id for r in self.racers]
        for i, id in enumerate(ids):
            if id in ids[:i]:
                raise BadValue(f"racers[{i}].id", f"{id} is already taken")


def lowest(landscape: Landscape) -> float:
    """The lowest known minimum value, or 0 where the landscape has none (the loss itself is then shown)."""
    minima = [c.value for c in landscape.critical_points if c.kind == "minimum"]
    return min(minima) if minima and landscape.bounded_below else 0.0


def check_point(landscape: Landscape, point: Point, path: str) -> None:
    if len(point) != landscape.dim:
        raise BadValue(path, f"has {len(point)} coordinates where the landscape has {landscape.dim}")
    for value in point:
        if not np.isfinite(value):
            raise BadValue(path, f"{value} is not a finite number")
