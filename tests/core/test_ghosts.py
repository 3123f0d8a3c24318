"""A ghost's histories are the run's own, to the bit, and never outgrow their memory."""

import dataclasses
from collections import deque

import numpy as np

from lab.core.ghosts import MAX_BYTES, GhostTrace, copied, replay
from lab.core.run import Run, SetParam
from lab.core.timeline import Timeline
from lab.sims.race import MoveStart, PlaceStarts, Race, RaceConfig, RemoveStart


def last(iterator):
    return deque(iterator, maxlen=1)[0].trace


def test_a_replay_gives_the_timelines_own_histories_with_all_events():
    run = Run(RaceConfig(), 3)
    run = run.with_event(0, SetParam("noise", 2.0)).with_event(5, PlaceStarts(((1.0, 1.0),)))
    run = run.with_event(9, MoveStart(0, (2.0, 2.0))).with_event(20, SetParam("learning_rate", 0.3, 4))
    run = run.with_event(30, RemoveStart(1))
    timeline = Timeline(Race, run)
    timeline.seek(80)
    ghost = last(replay(Race, run, 80))
    assert np.array_equal(ghost.steps, timeline.trace.steps)
    rows = min(ghost.values.shape[2], timeline.trace.values.shape[2])
    assert np.array_equal(ghost.values[:, :, :rows], timeline.trace.values[:, :, :rows], equal_nan=True)
    assert np.array_equal(copied(timeline.trace).values[:, :, :3], ghost.values[:, :, :3], equal_nan=True)


def test_long_replays_thin_out_and_keep_their_end():
    ghost = last(replay(Race, Run(dataclasses.replace(RaceConfig(), racers=RaceConfig().racers[:1])), 4100))
    assert len(ghost) <= 2000
    assert ghost.stride == 4
    assert ghost.steps[-1] == 4100


def test_many_lanes_and_rows_are_kept_at_a_coarser_grain():
    ghost, row = GhostTrace(), np.zeros((12, 64, 7), dtype=np.float32)
    for step in range(1500):
        ghost.append(step, row)
    assert ghost.trace.max_vertices * row.nbytes <= MAX_BYTES
    assert ghost.trace.steps[0] == 0
    assert ghost.trace.stride > 1
    assert np.all(np.diff(ghost.trace.steps) == ghost.trace.stride)


def test_rows_that_grow_make_it_coarser_and_lose_no_history():
    ghost = GhostTrace()
    for step in range(100):
        row = np.full((12, 1 if step < 50 else 64, 7), step, dtype=np.float32)
        ghost.append(step, row)
    assert ghost.trace.values.nbytes <= MAX_BYTES
    assert ghost.trace.steps[0] == 0
    assert ghost.trace.values[-1, 0, 0, 0] == ghost.trace.steps[-1]
