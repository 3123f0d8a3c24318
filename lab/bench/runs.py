"""Stepping, winding back and remembering, without a window."""

from __future__ import annotations

import random
import statistics
import tempfile
import tracemalloc
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

from lab.bench import BENCHES, Row, Skipped
from lab.bench._measure import each, seconds
from lab.core import session as files
from lab.core.history import History
from lab.core.run import Run, SetParam
from lab.core.session import PanelState, Session
from lab.core.timeline import SnapshotBudget, Timeline
from lab.panels import PANELS
from lab.sims.race import Race, RaceConfig

SEEK_BUDGET = 0.016
EVENTS_BUDGET_MB = 50.0
MEGABYTE = 1 << 20


def _run(starts: int = 2) -> Run:
    """The six rules from so many starts; the first two are the panel's own."""
    config = RaceConfig()
    if starts > len(config.starts):
        more = np.random.default_rng(0).uniform(-4.5, 4.5, (starts - len(config.starts), 2))
        config = RaceConfig(starts=(*config.starts, *((float(x), float(y)) for x, y in more)))
    return Run(config, seed=42)


@BENCHES.register("race", title="Race without a window")
def race(quick: bool) -> Iterator[Row | Skipped]:
    """A step, a frame and a row of the histories for few and many starts; the state is put back every 100 steps."""
    for starts in (2, 64) if quick else (2, 64, 1_000):
        sim = Race(_run(starts))
        begin = sim.snapshot()

        def step(sim: Race = sim, begin: object = begin) -> None:
            if sim.t == 100:
                sim.restore(begin)
            sim.step()

        size = f"6 rules x {starts:,} starts"
        stepping, framing, tracing = seconds(step, sim.frame, sim.trace, quick=quick)
        yield Row("race: one step", size, stepping)
        yield Row("race: frame() for the view", size, framing)
        yield Row("race: trace() for trails and plot", size, tracing)


@BENCHES.register("timeline", title="Timeline")
def timeline(quick: bool) -> Iterator[Row | Skipped]:
    """Any step of long runs, one step back, and edits in the middle taken back and done again."""
    scenes = tuple((_run(), steps, "12 racers") for steps in (1_000, 10_000, 100_000))
    for run, steps, racers in ((_run(), 300, "12 racers"),) if quick else scenes:
        line = Timeline(PANELS["race"].simulation, run, SnapshotBudget())
        (playing,) = each(line.seek, [steps])
        size = f"{steps:,} steps, {racers}"
        yield Row("play it without a window: one step", size, playing / steps)
        draw = random.Random(0)
        times = each(line.seek, [draw.randrange(steps) for _ in range(20 if quick else 300)])
        yield Row("seek a random step, median", size, statistics.median(times), budget=SEEK_BUDGET)
        yield Row("seek a random step, worst", size, max(times), budget=SEEK_BUDGET)
        line.seek(steps)
        times = each(line.seek, range(steps - 1, steps - 101, -1))
        yield Row("step back, worst of 100", size, max(times), budget=SEEK_BUDGET)
        yield from _undo(line, size)


def _undo(line: Timeline, size: str) -> Iterator[Row]:
    """A parameter set 20 steps before the cursor, taken back and set again: each replays those 20 steps."""
    line.seek(line.frontier // 2)
    step = line.step
    plain = line.run
    changed = plain.with_event(step - 20, SetParam("learning_rate", 0.002, 0))

    def show(run: Run) -> None:
        line.edit(run, step=step)
        line.work(lambda: True)

    show(changed)
    times = each(lambda i: show(changed if i % 2 else plain), range(20))
    yield Row("undo or redo an event 20 steps back, median", size, statistics.median(times), budget=SEEK_BUDGET)


@BENCHES.register("memory_of_events", title="Events")
def memory_of_events(quick: bool) -> Iterator[Row | Skipped]:
    """Events and the undo history behind them: what the hand can do in a very long session."""
    for events in (100,) if quick else (1_000, 10_000, 100_000):
        tracemalloc.start()
        try:
            run, history = Run(RaceConfig()), History()
            for i in range(events):
                history.record(run, i, "Change the rate")
                run = run.with_event(i, SetParam("learning_rate", 0.001 + i * 1e-9, 0))
            held, _peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        yield Row("memory of events with undo", f"{events:,} events", held / MEGABYTE, "MB", EVENTS_BUDGET_MB)


@BENCHES.register("sessions", title="Session files")
def sessions(quick: bool) -> Iterator[Row | Skipped]:
    """Writing (flushed to disk) and reading a session of one race with many events."""
    with tempfile.TemporaryDirectory() as folder:
        for events in (10,) if quick else (100, 1_000, 10_000):
            run = _run()
            for i in range(events):
                run = run.with_event(i, SetParam("learning_rate", 0.001 + i * 1e-9, 0))
            path = Path(folder) / f"{events}{files.SUFFIX}"
            state = PanelState("race", run, PANELS["race"].view_state(), horizon=events)
            writing, reading = seconds(
                partial(files.write, path, Session((state,))), partial(files.read, path, PANELS), quick=quick
            )
            yield Row("session: write", f"{events:,} events", writing)
            yield Row("session: read and check", f"{events:,} events", reading)
