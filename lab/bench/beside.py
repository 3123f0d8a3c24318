"""A basin map computed while the window plays: neither should wait for the other."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator

from lab.bench import BENCHES, Row, Skipped
from lab.bench._scene import Scene
from lab.bench.frames import DT, rows
from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers.adam import Adam
from lab.sims.basins import BasinMap, basin_map

MAP_BUDGET = 0.6
SIDE, STEPS = 256, 500
SECONDS = 5.0


@BENCHES.register("beside", title="Frames while a map is computed")
def beside(quick: bool) -> Iterator[Row | Skipped]:
    """Play at 60 frames a second of real time, with one map after the other under way."""
    side, seconds = (32, 0.2) if quick else (SIDE, SECONDS)
    with Scene((1280, 800)) as scene:
        scene.experiment.set_horizon(100_000)
        scene.go(60 if quick else 500)
        scene.experiment.set_speed(60.0)
        maps = _Maps(scene, side, 50 if quick else STEPS)
        maps.ask()
        while not maps.took:  # the processes start
            scene.settle(0.05)
        maps.took.clear()
        scene.experiment.set_playing(True)
        times: list[float] = []
        end = time.perf_counter() + seconds
        while time.perf_counter() < end or not maps.took:
            begun = time.perf_counter()
            scene.tick(DT)
            times.append(time.perf_counter() - begun)
            scene.settle(max(DT - times[-1], 0.0))
        maps.stop()
        what = f"12 racers, Rosenbrock, {side}x{side}"
        yield from rows("play while a basin map is computed", what, times)
        yield Row("basin map while the window plays", what, statistics.median(maps.took), budget=MAP_BUDGET)


class _Maps:
    """Asks for a map, and for the next when it is there, through the window's own jobs."""

    def __init__(self, scene: Scene, side: int, steps: int) -> None:
        self.took: list[float] = []
        self._jobs, self._size, self._steps = scene.window.jobs, (side, side), steps
        self._landscape = LANDSCAPES["rosenbrock"]()
        (x0, x1), (y0, y1) = self._landscape.domain
        self._world = (x0, y0, x1 - x0, y1 - y0)

    def ask(self) -> None:
        begun = time.perf_counter()

        def done(_: BasinMap) -> None:
            self.took.append(time.perf_counter() - begun)
            self.ask()

        self._jobs.submit(
            "bench", basin_map, self._landscape, Adam(learning_rate=0.05), self._world, self._size, self._steps, 0,
            self._jobs.spread, done=done,
        )  # fmt: skip

    def stop(self) -> None:
        self._jobs.cancel("bench")
