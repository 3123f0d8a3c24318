"""The race as ticks on the timeline and as a table."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

import numpy as np

from lab.core.run import Run, SetParam
from lab.core.simulation import Mark
from lab.core.traces import Trace
from lab.panels.race.looks import Look, start_name
from lab.sims.race import (
    ClearStarts,
    LatticeStarts,
    MoveStart,
    PlaceStarts,
    RaceFrame,
    RemoveStart,
    ScatterStarts,
    how_many,
)
from lab.ui.scrub import Tick

#: Events of one kind that follow each other within so many steps are one tick.
TOGETHER = 8
#: Of more starts than these only the first arrival of each racer is a tick.
FEW_STARTS = 4


class Firsts:
    """The first mark of each kind of each racer, from a list of marks that grows.

    A crowd arrives over hundreds of steps, and each brings marks: only what came since the last look is read.
    """

    def __init__(self) -> None:
        self._marks: Sequence[Mark] = ()
        self._read = 0
        self._found: dict[tuple[int | None, str], Mark] = {}

    def of(self, marks: Sequence[Mark]) -> list[Mark]:
        """In the order in which they happened; a list other than the last one is read from its beginning."""
        if marks is not self._marks or len(marks) < self._read:
            self._marks, self._read, self._found = marks, 0, {}
        for mark in marks[self._read :]:
            self._found.setdefault((mark.lane, mark.kind), mark)
        self._read = len(marks)
        return list(self._found.values())


def ticks(run: Run, marks: Sequence[Mark], looks: Sequence[Look], firsts: Firsts) -> tuple[Tick, ...]:
    """Start, each racer's first arrival and divergence, and what the hand did; of a few starts that of each."""
    dim = run.config.landscape.dim
    several = len(run.config.starts) + sum(how_many(event, dim) for _, event in run.events())
    by_lane = {look.lane: look for look in looks}
    found = [Tick(0, "start")]
    for mark in firsts.of(marks) if several > FEW_STARTS else marks:
        look = by_lane.get(mark.lane) if mark.lane is not None else None
        if look is None:
            continue
        role = "error" if mark.kind == "diverged" else look.color_role
        words = f"{look.title} {mark.label}{_from(mark.rows) if several > 1 else ''}"
        found.append(Tick(mark.step, words, look.symbol, role))
    last, said = -TOGETHER, ""
    for step, event in run.events():
        label = _in_words(event, by_lane)
        # One pull of the hand makes an event at every step: a tick where it began says enough.
        if step and (label != said or step - last >= TOGETHER):
            found.append(Tick(step, label, "d", "accent"))
        last, said = step, label
    return tuple(sorted(found, key=lambda tick: tick.step))


def _from(starts: Sequence[int]) -> str:
    """Which starts these are, in a few words; nothing where that is not known."""
    names = [start_name(start) for start in starts]
    if len(names) > FEW_STARTS:
        return f" from {len(names)} starts"
    return f" from {' and '.join(names)}" if names else ""


def _in_words(event: object, by_lane: Mapping[int, Look]) -> str:
    if isinstance(event, PlaceStarts | ScatterStarts | LatticeStarts):
        return "start dropped"
    if isinstance(event, MoveStart):
        return f"{start_name(event.start)} dragged"
    if isinstance(event, RemoveStart):
        return f"{start_name(event.start)} removed"
    if isinstance(event, ClearStarts):
        return "starts cleared"
    if isinstance(event, SetParam):
        look = by_lane.get(event.lane) if event.lane is not None else None
        name = event.name.replace("_", " ")
        return f"{look.title}: {name}" if look else name
    return type(event).__name__


def table(frame: RaceFrame, looks: Sequence[Look], trace: Trace) -> str:
    """All histories as CSV: a line for each recorded step, racer and start."""
    dim = frame.starts.shape[1]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    coordinates = ["theta"] if dim == 1 else ["theta_1", "theta_2"]
    writer.writerow(["step", "optimizer", "start", *coordinates, "loss_above_minimum", "gradient_norm"])
    for step, values in zip(trace.steps.tolist(), trace.values, strict=True):
        for i, look in enumerate(looks):
            for start in np.flatnonzero(frame.present[: values.shape[1]]):
                numbers = values[i, start]
                if np.isfinite(numbers[0]):
                    cells = (f"{v:.8g}" for v in (*numbers[:dim], *numbers[2:4]))
                    writer.writerow([step, look.title, start_name(int(start)), *cells])
    return out.getvalue()
