"""Playing, scrubbing, dragging, panning in the real window: 12 racers with trails of 2,000 steps."""

from __future__ import annotations

import random
import statistics
from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF

from lab.bench import BENCHES, Row, Skipped
from lab.bench._measure import quantile
from lab.bench._scene import Scene, mouse, wheel
from lab.panels.race.scene import RaceStage
from lab.ui.widgets.inputs import Slider

MEDIAN_BUDGET, P95_BUDGET = 0.0167, 0.033
SCRUB_BUDGET = 0.016
DT = 1 / 60
TRAIL = 2_000
Press, Move, Release = QEvent.Type.MouseButtonPress, QEvent.Type.MouseMove, QEvent.Type.MouseButtonRelease


@BENCHES.register("frames", title="Frames in the window")
def frames(quick: bool) -> Iterator[Row | Skipped]:
    """Each kind of frame at the smallest supported laptop and at a large window."""
    trail, count = (60, 4) if quick else (TRAIL, 200)
    for size in ((1280, 800),) if quick else ((1280, 800), (1600, 1000)):
        with Scene(size) as scene:
            what = f"12 racers, {size[0]}x{size[1]}"
            scene.experiment.set_horizon(100 * trail)
            yield from _playing(scene, what, trail, count)
            scene.go(trail)
            yield from rows("scrub to a random step", what, scrubbing(scene, trail, count), SCRUB_BUDGET)
            scene.go(trail)
            yield from rows("drag a start", what, _dragging(scene, count))
            scene.go(trail)
            yield from rows("drag the slider of the learning rate", what, _sliding(scene, count))
            scene.go(trail)
            yield from rows("pan the stage", what, _panning(scene, count))
            yield from rows("zoom the stage", what, _zooming(scene, count))


def _playing(scene: Scene, what: str, trail: int, count: int) -> Iterator[Row]:
    """New steps, then steps already known, where the cursor runs along the plot's faded future."""
    experiment = scene.experiment
    for speed in (60.0, 300.0):
        scene.go(trail)
        experiment.set_speed(speed)
        experiment.set_playing(True)
        times = scene.frames(lambda _: scene.tick(DT), count)
        experiment.set_playing(False)
        yield from rows(f"play at {speed:.0f} steps a second", what, times)
    scene.go(trail // 2)
    experiment.set_speed(60.0)
    experiment.set_playing(True)
    times = scene.frames(lambda _: scene.tick(DT), count)
    experiment.set_playing(False)
    yield from rows("replay at 60 steps a second", what, times)


def rows(task: str, what: str, times: Sequence[float], budget: float | None = MEDIAN_BUDGET) -> Iterator[Row]:
    """Median and 95th percentile of some frames."""
    yield Row(f"{task}: median frame", what, statistics.median(times), budget=budget)
    yield Row(f"{task}: p95", what, quantile(times, 0.95), budget=P95_BUDGET if budget else None)


def _circle(centre: QPointF, radius: float, i: int) -> QPointF:
    return centre + QPointF(radius * np.cos(0.37 * i), radius * np.sin(0.37 * i))


def scrubbing(scene: Scene, trail: int, count: int) -> list[float]:
    """Go to steps at random."""
    draw = random.Random(0)
    return scene.frames(lambda _: scene.go(draw.randrange(trail)), count)


def _dragging(scene: Scene, count: int) -> list[float]:
    """Grab the first start's flag and lead it round; each move is an event, a replay and a repaint."""
    stage = scene.dock.view.picture_of()
    assert isinstance(stage, RaceStage)
    x, y = stage.racers.start_pixels(stage)[0]
    flag = QPointF(float(x), float(y))
    mouse(stage, Press, flag)
    times = scene.frames(lambda i: mouse(stage, Move, _circle(flag, 40.0, i)), count)
    mouse(stage, Release, flag)
    scene.experiment.undo()
    return times


def _sliding(scene: Scene, count: int) -> list[float]:
    """Move the learning rate of the racer in focus to and fro at the cursor's step."""
    slider = next(s for s in scene.dock.view.findChildren(Slider) if s.isVisible())
    y = slider.height() / 2

    def at(i: int) -> QPointF:
        return QPointF(slider.width() * (0.5 + 0.3 * np.sin(0.2 * i)), y)

    mouse(slider, Press, at(0))
    times = scene.frames(lambda i: mouse(slider, Move, at(i)), count)
    mouse(slider, Release, at(count))
    scene.experiment.undo()
    return times


def _panning(scene: Scene, count: int) -> list[float]:
    stage = scene.dock.view.picture_of()
    middle = QPointF(stage.width() / 2, stage.height() / 2)
    mouse(stage, Press, middle, alt=True)
    times = scene.frames(lambda i: mouse(stage, Move, _circle(middle, 60.0, i), alt=True), count)
    mouse(stage, Release, middle, alt=True)
    return times


def _zooming(scene: Scene, count: int) -> list[float]:
    stage = scene.dock.view.picture_of()
    middle = QPointF(stage.width() / 2, stage.height() / 2)
    return scene.frames(lambda i: wheel(stage, middle, 120 if i % 20 < 10 else -120), count)
