"""Very many racers in the real window: 12 rules from 64 starts with trails, and clouds of 10,000 starts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from lab.bench import BENCHES, Row, Skipped
from lab.bench._scene import Scene
from lab.bench.frames import DT, rows, scrubbing
from lab.core import params
from lab.core.run import Run
from lab.engine.optimizers import OPTIMIZERS, Optimizer
from lab.sims.race import Entrant, RaceConfig

#: Twelve rules of every sort that run on Himmelblau's function, and a rate at which each neither crawls nor flies off.
TWELVE = {
    "sgd": 0.0016, "momentum": 0.0007, "nesterov": 0.0007, "adagrad": 0.3, "rmsprop": 0.035, "adam": 0.11,
    "amsgrad": 0.11, "adamw": 0.11, "adamax": 0.1, "nadam": 0.1, "lion": 0.02, "lbfgs": 1.0,
}  # fmt: skip


def crowd(rules: Sequence[Optimizer], starts: int) -> Run:
    """Some rules from so many starts at random."""
    points = np.random.default_rng(0).uniform(-5.5, 5.5, (starts, 2)).tolist()
    racers = tuple(Entrant(i, rule) for i, rule in enumerate(rules))
    return Run(RaceConfig(racers=racers, starts=tuple((x, y) for x, y in points)), seed=42)


def twelve() -> list[Optimizer]:
    """The twelve rules."""
    return [params.replace(OPTIMIZERS[id](), "learning_rate", rate) for id, rate in TWELVE.items()]


def playing(scene: Scene, count: int) -> list[float]:
    """Seconds of each of so many frames of play."""
    return scene.frames(lambda _: scene.tick(DT), count)


@BENCHES.register("crowds", title="Crowds in the window")
def crowds(quick: bool) -> Iterator[Row | Skipped]:
    """Frames of play, and scrubbing where every racer has its trail."""
    six = [racer.optimizer for racer in RaceConfig().racers]
    scenes = (
        (twelve(), 8 if quick else 64, (20,) if quick else (300, 2_000)),
        (six[:1], 300 if quick else 10_000, (10,) if quick else (60,)),
        (six, 300 if quick else 10_000, (10,) if quick else (60,)),
    )
    count = 4 if quick else 150
    for rules, starts, trails in scenes:
        for trail in trails:
            with Scene((1280, 800)) as scene:
                experiment = scene.experiment
                experiment.set_run(crowd(rules, starts), "Drop a crowd")
                experiment.set_horizon(100 * trail)
                many = starts > 200
                what = f"{len(rules)} rules x {starts:,} starts" + ("" if many else f", trails of {trail:,} steps")
                scene.go(trail)
                experiment.set_speed(60.0)
                experiment.set_playing(True)
                times = playing(scene, count)
                experiment.set_playing(False)
                yield from rows("play at 60 steps a second", what, times)
                if not many:
                    times = scrubbing(scene, trail, 4 if quick else 40)
                    # Their state is larger than what scrubbing has a budget for: it may take longer, and shows that.
                    yield from rows("scrub to a random step", what, times, None)
