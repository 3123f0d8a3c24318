"""From a frame to the lines of the leaderboard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lab.panels.race.leaderboard import Standing
from lab.panels.race.looks import Look
from lab.sims.race import REASONS, RaceFrame


def of_start(frame: RaceFrame, looks: Sequence[Look], start: int) -> tuple[Standing, ...]:
    """How the racers stand that began at one start; steps are counted from where it was dropped."""
    born = int(frame.born[start])
    rows = []
    for i, look in enumerate(looks):
        reached_at = int(frame.reached_at[i, start])
        rows.append(
            Standing(
                look,
                loss=float(frame.excess[i, start]),
                reached_at=reached_at - born if reached_at >= 0 else -1,
                diverged_at=int(frame.diverged_at[i, start]),
                reason=REASONS[frame.reason[i, start]],
                function_evaluations=int(frame.function_evaluations[i, start]),
                gradient_evaluations=int(frame.gradient_evaluations[i, start]),
                path_length=float(frame.path_length[i, start]),
            )
        )
    return tuple(rows)


def of_all(frame: RaceFrame, looks: Sequence[Look]) -> tuple[Standing, ...]:
    """The median over all starts; arrived or diverged only when every start has."""
    present = np.flatnonzero(frame.present)
    rows = []
    for i, look in enumerate(looks):
        reached, diverged = frame.reached_at[i, present], frame.diverged_at[i, present]
        rows.append(
            Standing(
                look,
                loss=float(np.median(frame.excess[i, present])),
                reached_at=int(np.median(reached - frame.born[present])) if (reached >= 0).all() else -1,
                diverged_at=int(diverged.max()) if (diverged >= 0).all() else -1,
                reason="every start diverged",
                function_evaluations=int(frame.function_evaluations[i, present].sum()),
                gradient_evaluations=int(frame.gradient_evaluations[i, present].sum()),
                path_length=float(np.median(frame.path_length[i, present])),
                success=float((reached >= 0).mean()),
            )
        )
    return tuple(rows)
