"""``lab run``: the frames of a session as arrays, without Qt."""

from __future__ import annotations

import argparse
import dataclasses
import io
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.core import session as files
from lab.core.errors import BadValue
from lab.core.session import PanelState
from lab.core.timeline import Timeline
from lab.panels import PANELS


def run(args: argparse.Namespace) -> int:
    """Step each run of a session and write all frames, keys ``run/field``; rows of growing arrays are padded."""
    states = files.read(Path(args.file), PANELS).panels
    if args.panel is not None:
        states = tuple(s for s in states if s.panel == args.panel)
    if not states:
        raise BadValue("", f"{args.file} holds no run" + (f" of the panel {args.panel!r}" if args.panel else ""))
    arrays: dict[str, NDArray[Any]] = {}
    names: set[str] = set()
    for state in states:
        name = state.panel
        while name in names:
            name = f"{state.panel}-{len(names) + 1}"
        names.add(name)
        for field, array in frames(state, args.steps).items():
            arrays[f"{name}/{field}"] = array
    held = io.BytesIO()
    np.savez_compressed(held, allow_pickle=False, **arrays)
    files.replace_file(Path(args.out), held.getvalue())
    print(f"{args.out}: {len(arrays)} arrays over {args.steps} steps of {', '.join(sorted(names))}")
    return 0


def frames(state: PanelState, steps: int) -> dict[str, NDArray[Any]]:
    """Every numeric field of the frames 0 to `steps`, first axis the step."""
    timeline = Timeline(PANELS[state.panel].simulation, state.run)
    seen: dict[str, list[NDArray[Any]]] = {}
    for step in range(steps + 1):
        if step:
            timeline.advance()
        frame = timeline.sim.frame()
        for field in dataclasses.fields(frame):
            value = getattr(frame, field.name)
            if isinstance(value, np.ndarray | int | float | bool):
                seen.setdefault(field.name, []).append(np.asarray(value))
    return {name: _stacked(rows) for name, rows in seen.items()}


def _stacked(rows: list[NDArray[Any]]) -> NDArray[Any]:
    """Stack arrays of growing shape; what was not there yet is nan, or -1 where the numbers are whole."""
    shape = tuple(max(sizes) for sizes in zip(*(r.shape for r in rows), strict=True)) if rows[0].ndim else ()
    if all(r.shape == shape for r in rows):
        return np.stack(rows)
    dtype = rows[-1].dtype
    filler: float | int | bool = np.nan if dtype.kind == "f" else False if dtype.kind == "b" else -1
    whole = np.full((len(rows), *shape), filler, dtype=dtype)
    for i, r in enumerate(rows):
        whole[i][tuple(slice(0, n) for n in r.shape)] = r
    return whole
