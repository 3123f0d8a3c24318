"""From a frame to the lines of the leaderboard."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.panels.race.looks import Look
from lab.panels.race.racers import winners
from lab.sims.race import FELL, REASONS, RaceFrame

#: A loss above the lowest known one, at points (..., d) to (...).
Excess = Callable[[NDArray[np.float64]], NDArray[np.float64]] | None
#: What one step of each racer takes, in seconds; None where nothing was measured.
Cost = Mapping[int, float | None]


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One racer's line; with several starts the numbers are medians (or means) over them.

    Attributes
    ----------
    loss, test : float
        Training and test loss above the lowest training loss; no test loss is None.
    reached_at : float
        Steps from the start until the target, -1 for not yet.
    band : (float, float) or None
        Between which losses the middle 80 % of the starts lie.
    success : float or None
        Share of the starts that have reached the target.
    seconds : float or None
        What one step takes, of all starts together; None where it was not measured yet.
    winner : bool
        First at the target from this start.
    ghost : float or None
        The loss of the pinned run's racer at this step, where there is one.
    """

    look: Look
    loss: float
    reached_at: float
    diverged_at: int
    reason: str
    function_evaluations: float
    gradient_evaluations: float
    path_length: float
    success: float | None = None
    test: float | None = None
    band: tuple[float, float] | None = None
    seconds: float | None = None
    ghost: float | None = None
    winner: bool = False

    @property
    def fell(self) -> bool:
        """Whether it is gone because the landscape has no lowest loss, and not because anything failed."""
        return self.diverged_at >= 0 and self.reason == REASONS[FELL]


def of_start(
    frame: RaceFrame, looks: Sequence[Look], start: int, test: Excess = None, cost: Cost | None = None
) -> tuple[BoardRow, ...]:
    """How the racers stand that began at one start; steps are counted from where it was dropped."""
    born = int(frame.born[start])
    unseen = None if test is None else test(frame.theta[:, start])
    won = winners(frame, np.array([start]))[:, 0]
    rows = []
    for i, look in enumerate(looks):
        reached_at = int(frame.reached_at[i, start])
        rows.append(
            BoardRow(
                look,
                # Where a racer began there is no loss at all when it could not even start.
                loss=float(frame.excess[i, start]) if frame.diverged_at[i, start] != born else np.nan,
                reached_at=reached_at - born if reached_at >= 0 else -1,
                diverged_at=int(frame.diverged_at[i, start]),
                reason=REASONS[frame.reason[i, start]],
                function_evaluations=int(frame.function_evaluations[i, start]),
                gradient_evaluations=int(frame.gradient_evaluations[i, start]),
                path_length=float(frame.path_length[i, start]),
                test=None if unseen is None else float(unseen[i]),
                winner=bool(won[i]),
                seconds=(cost or {}).get(look.lane),
            )
        )
    return tuple(rows)


def of_all(
    frame: RaceFrame, looks: Sequence[Look], test: Excess = None, cost: Cost | None = None, *, mean: bool = False
) -> tuple[BoardRow, ...]:
    """The median over all starts, or the mean; diverged only when every start has.

    A start that has not arrived counts as one that never will: the median of the steps to target is there once more
    than half have arrived. A mean of the steps needs all of them.
    """
    present = np.flatnonzero(frame.present)
    unseen = None if test is None else test(frame.theta[:, present])
    typical = np.mean if mean else np.median
    rows = []
    for i, look in enumerate(looks):
        reached, diverged = frame.reached_at[i, present], frame.diverged_at[i, present]
        loss = frame.excess[i, present]
        steps = float(typical(np.where(reached >= 0, (reached - frame.born[present]).astype(np.float64), np.inf)))
        rows.append(
            BoardRow(
                look,
                loss=float(typical(loss)),
                reached_at=steps if np.isfinite(steps) else -1,
                diverged_at=int(diverged.max()) if (diverged >= 0).all() else -1,
                reason=REASONS[FELL] if (frame.reason[i, present] == FELL).all() else "every start diverged",
                function_evaluations=float(typical(frame.function_evaluations[i, present])),
                gradient_evaluations=float(typical(frame.gradient_evaluations[i, present])),
                path_length=float(typical(frame.path_length[i, present])),
                success=float((reached >= 0).mean()),
                test=None if unseen is None else float(typical(unseen[i])),
                band=(float(np.quantile(loss, 0.1)), float(np.quantile(loss, 0.9))),
                seconds=(cost or {}).get(look.lane),
            )
        )
    return tuple(rows)
