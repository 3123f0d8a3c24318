"""Every learning-rate schedule that torch has against torch's, step by step; and clipping.

The stored rates are made by ``tests/truth/make_torch_schedules.py``, which says how.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np

from lab.engine.optimizers._clip import clip_by_norm, clip_by_value
from lab.engine.schedules import SCHEDULES, Array, Rate, Schedule
from lab.paths import resource
from lab.selftest import TRUTHS, Finding

TOLERANCE = 1e-12


@cache
def stored() -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """What was run with which versions, and the arrays by name."""
    with np.load(resource("truth", "torch_schedules.npz"), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return json.loads(str(arrays.pop("meta"))), arrays


@TRUTHS.register("schedules", title="Schedules against torch.optim.lr_scheduler")
def schedules() -> Iterator[Finding]:
    """The rate of every step relative to the base rate, and clipped gradients relative to the limit."""
    meta, arrays = stored()
    reference = f"torch {meta['versions']['torch']}"
    yield from against_torch()
    for name, clip in (("norm", clip_by_norm), ("value", clip_by_value)):
        error = float(np.abs(clip(arrays["clip.gradient"], meta["clip"]) - arrays[f"clip.{name}"]).max()) / meta["clip"]
        yield Finding("clipping", f"by {name}, 100 gradients", error, TOLERANCE, reference)


def against_torch(id: str | None = None) -> Iterator[Finding]:
    """Every stored schedule, or those of one id."""
    meta, arrays = stored()
    reference = f"torch {meta['versions']['torch']}"
    for run in meta["runs"]:
        if id not in (None, run["id"]):
            continue
        schedule = SCHEDULES[run["id"]](**run["settings"])
        theirs = arrays[f"{run['name']}.rate"]
        losses = arrays.get(f"{run['name']}.loss", np.zeros(len(theirs)))
        ours = rates(schedule, run["base"], run["horizon"], losses)
        error = float(np.abs(ours - theirs).max()) / run["base"]
        yield Finding(run["name"], f"rate in each of {len(theirs)} steps", error, TOLERANCE, reference)


def rates(schedule: Schedule, base: float, horizon: int, losses: Array) -> Array:
    """The rates of one row along its losses, shape (steps,)."""
    state = schedule.start(1)
    found: list[Rate] = []
    for t, loss in enumerate(losses):
        rate, state = schedule.rate(base, float(t), horizon, np.array([loss]), state)
        found.append(rate)
    return np.array([float(np.asarray(rate).reshape(-1)[0]) for rate in found])
