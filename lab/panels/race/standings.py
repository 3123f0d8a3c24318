"""From a frame to the lines of the leaderboard."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

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
    everyone = bool(frame.present.all())
    present = np.flatnonzero(frame.present)
    unseen = None if test is None else test(frame.theta[:, present])
    typical = _mean if mean else _median

    def of(values: NDArray[Any], i: int) -> NDArray[Any]:
        # Picking ten thousand of ten thousand takes longer than their median.
        row: NDArray[Any] = values[i] if everyone else values[i, present]
        return row

    born = frame.born if everyone else frame.born[present]
    rows = []
    for i, look in enumerate(looks):
        reached, diverged, loss = of(frame.reached_at, i), of(frame.diverged_at, i), of(frame.excess, i)
        there = int(np.count_nonzero(reached >= 0))
        low, middle, high = _quantiles(loss, (0.1, 0.5, 0.9))
        steps = np.inf
        # Too few there for a number: the usual case, and half of the work.
        if there == len(reached) or (not mean and 2 * there > len(reached)):
            steps = typical(np.where(reached >= 0, (reached - born).astype(np.float64), np.inf))
        gone = bool((diverged >= 0).all())
        rows.append(
            BoardRow(
                look,
                loss=_mean(loss) if mean else middle,
                reached_at=steps if np.isfinite(steps) else -1,
                diverged_at=int(diverged.max()) if gone else -1,
                reason=REASONS[FELL] if gone and (of(frame.reason, i) == FELL).all() else "every start diverged",
                function_evaluations=typical(of(frame.function_evaluations, i)),
                gradient_evaluations=typical(of(frame.gradient_evaluations, i)),
                path_length=typical(of(frame.path_length, i)),
                success=there / len(reached),
                test=None if unseen is None else typical(unseen[i]),
                band=(low, high),
                seconds=(cost or {}).get(look.lane),
            )
        )
    return tuple(rows)


def _mean(values: NDArray[Any]) -> float:
    return float(np.mean(values))


def _median(values: NDArray[Any]) -> float:
    first = values[0]
    if (values == first).all():
        return float(first)
    return _quantiles(values, (0.5,))[0]


def _quantiles(values: NDArray[Any], shares: Sequence[float]) -> list[float]:
    """What `numpy.quantile` gives, linear between order statistics and nan where there is one; a third of its time."""
    last = len(values) - 1
    places = [(math.floor(share * last), math.ceil(share * last), share * last) for share in shares]
    kept = np.partition(values, sorted({last, *(k for lo, hi, _ in places for k in (lo, hi))}))
    if np.isnan(kept[last]):
        return [math.nan] * len(places)
    return [_between(float(kept[lo]), float(kept[hi]), at - lo) for lo, hi, at in places]


def _between(a: float, b: float, share: float) -> float:
    # Halfway to the last bit as `numpy.median` has it; and from infinity to infinity there is no way.
    return a if a == b else (a + b) / 2 if share == 0.5 else a + share * (b - a)
