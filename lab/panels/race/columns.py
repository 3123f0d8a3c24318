"""The columns of the leaderboard: what each says, how it sorts, and where it means something."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from lab.panels.race.standings import BoardRow
from lab.ui.widgets import number_text

#: Losses below this are told apart by nothing but rounding.
TINY = 1e-15


@dataclass(frozen=True, slots=True)
class Column:
    """One column.

    Attributes
    ----------
    title : str
        The heading, short.
    words : str
        What it is, for the menu.
    doc : str
        What it counts, for the tooltip.
    widest : str
        A text as wide as they come, so that columns don't move while numbers run.
    key : callable
        What is sorted by, or None where there is no number yet (those come last).
    text : callable
        What stands in the cell.
    role : callable
        The cell's colour.
    """

    title: str
    words: str
    doc: str
    widest: str
    key: Callable[[BoardRow], float | None]
    text: Callable[[BoardRow], str]
    role: Callable[[BoardRow], str] = lambda row: "faint" if row.diverged_at >= 0 else "text"


def loss_text(value: float | None, missing: str = "–") -> str:
    """A loss as the race writes it: what only rounding tells from 0 is called so; `missing` where there is none."""
    if value is None or not np.isfinite(value):
        return missing
    if abs(value) < TINY:
        return "< 10⁻¹⁵"
    # With its minus and zeros a small negative number would be wider than any other.
    return number_text(value, 2 if -0.1 < value < 0 else 3)


def _steps(row: BoardRow) -> str:
    if row.diverged_at >= 0:
        return f"{'↓' if row.fell else '✕'} at {row.diverged_at:,}"
    if row.reached_at < 0:
        return "–"
    return f"{row.reached_at:,.0f} step{'' if row.reached_at == 1 else 's'}"


def _steps_role(row: BoardRow) -> str:
    if row.fell:
        return "muted"
    return "error" if row.diverged_at >= 0 else "ok" if row.reached_at >= 0 else "faint"


def _success_role(row: BoardRow) -> str:
    return "ok" if row.success == 1.0 else "text" if row.success else "faint"


def better(row: BoardRow) -> bool | None:
    """Whether a racer is lower than its ghost; None where they are level, or one of them is not there."""
    if row.ghost is None or row.diverged_at >= 0 or not np.isfinite(row.loss):
        return None
    larger = max(abs(row.loss), abs(row.ghost))
    # What only rounding tells apart is level.
    if abs(row.loss - row.ghost) <= 1e-6 * larger or larger < TINY:
        return None
    return row.loss < row.ghost


def against(row: BoardRow) -> str:
    """How a racer stands against its ghost, in words for who can't see arrows."""
    lower = better(row)
    return "" if lower is None else f" ({'better' if lower else 'worse'} than the ghost)"


_AGAINST = {True: "▼ ", False: "▲ ", None: ""}


def _ghost_role(row: BoardRow) -> str:
    return {True: "ok", False: "warn", None: "faint"}[better(row)]


def _count(value: float) -> str:
    return f"{value:,.0f}" if value < 1e6 else number_text(value, 3)


COLUMNS: dict[str, Column] = {
    "loss": Column(
        "loss now", "Loss", "Training loss above the lowest known minimum", "< 10⁻¹⁵",
        lambda row: row.loss, lambda row: loss_text(row.loss),
    ),
    "ghost": Column(
        "ghost", "Loss of the ghost", "Loss of the pinned run's racer at this step; ▼ where this one is lower",
        "▼ < 10⁻¹⁵", lambda row: row.ghost, lambda row: _AGAINST[better(row)] + loss_text(row.ghost), _ghost_role,
    ),
    "band": Column(
        "10–90 %", "Band of the losses", "Between these losses the middle 80 % of the starts lie", "0.88 – 0.88",
        lambda row: None if row.band is None else row.band[1],
        lambda row: "–" if row.band is None else f"{number_text(row.band[0], 2)} – {number_text(row.band[1], 2)}",
    ),
    "test": Column(
        "test loss", "Test loss", "Loss on data not seen in training, above the lowest training loss", "0.0888",
        lambda row: row.test, lambda row: loss_text(row.test),
    ),
    "target": Column(
        "to target", "Steps to target", "Steps from the start until the target was reached", "888 steps",
        lambda row: row.reached_at if row.reached_at >= 0 else None, _steps, _steps_role,
    ),
    "success": Column(
        "success", "Success rate", "Share of the starts from which the target was reached", "100 %",
        lambda row: None if row.success is None else -row.success,
        lambda row: "–" if row.success is None else f"{100 * row.success:.0f} %", _success_role,
    ),
    "path": Column(
        "path", "Path length", "Way travelled so far", "88.88",
        lambda row: row.path_length, lambda row: number_text(row.path_length, 3),
    ),
    "gradients": Column(
        "∇f", "Gradient evaluations", "Gradients asked of the landscape so far", "8,888",
        lambda row: row.gradient_evaluations, lambda row: _count(row.gradient_evaluations),
    ),
    "functions": Column(
        "f", "Function evaluations", "Values asked of the landscape so far", "8,888",
        lambda row: row.function_evaluations, lambda row: _count(row.function_evaluations),
    ),
    "cost": Column(
        "µs/step", "Wall cost", "Median time of a step of all starts, measured here; work for all racers is shared out",
        "888.8",
        lambda row: row.seconds, lambda row: "–" if row.seconds is None else number_text(1e6 * row.seconds, 3),
    ),
}  # fmt: skip
#: Columns that only several starts at once have, and the one that only some landscapes have.
SEVERAL, TEST = ("band", "success"), "test"
#: The column that is there, whatever was chosen, while a run is pinned.
GHOST = "ghost"


def offered(several: bool, test: bool, ghost: bool = False) -> tuple[str, ...]:
    """The columns that mean something now, in their order."""
    without = (*(() if several else SEVERAL), *(() if test else (TEST,)), *(() if ghost else (GHOST,)))
    return tuple(id for id in COLUMNS if id not in without)


def in_order(rows: Sequence[BoardRow], sort: str, descending: bool) -> tuple[BoardRow, ...]:
    """The rows by one column.

    Diverged racers come last, before them those without a number. Equal ones stand by loss, then by steps to target,
    then in the order in which they joined.
    """
    key = COLUMNS[sort].key

    def place(row: BoardRow) -> tuple[bool, bool, float, float, float]:
        value = key(row)
        known = value is not None and bool(np.isfinite(value))
        loss = row.loss if np.isfinite(row.loss) else np.inf
        steps = row.reached_at if row.reached_at >= 0 else np.inf
        number = 0.0 if not known or value is None else -value if descending else value
        return (row.diverged_at >= 0, not known, number, loss, steps)

    return tuple(sorted(rows, key=place))


def details(row: BoardRow) -> str:
    """All that is known of a racer, a line each."""
    shown = (id for id in COLUMNS if COLUMNS[id].key(row) is not None)
    lines = [row.look.title, *(f"{COLUMNS[id].words}: {COLUMNS[id].text(row)}" for id in shown)]
    if row.seconds is None:
        lines.append("Wall cost: not measured yet")
    else:
        lines[-1] += " µs a step"
    if row.diverged_at >= 0:
        lines.append(f"{'Gone' if row.fell else 'Diverged'} at step {row.diverged_at:,}: {row.reason}")
    lines.append("Right press: what can be done with it. Delete takes it out of the race.")
    return "\n".join(lines)
