"""How the race is looked at: saved with the session, no part of the run."""

from __future__ import annotations

from dataclasses import dataclass

from lab.core.params import made, param
from lab.engine.differences import SCHEMES, Scheme
from lab.sims.tuning import Budget

#: Cards over the stage that share a corner: one of them at a time.
CARDS = ("setup", "schedule", "fair")
COLUMN_IDS = ("loss", "ghost", "band", "test", "target", "success", "path", "gradients", "functions", "cost")


@dataclass(frozen=True, slots=True)
class Tuned:
    """Which learning rates a tuning gave the race, by lane, on which budget, and which race that was (a digest)."""

    race: str = param("")
    budget: Budget = made(Budget)
    rates: tuple[tuple[int, float], ...] = param(())


@dataclass(frozen=True, slots=True)
class RaceViewState:
    """What only changes the looking.

    `focus_lane` and `focus_start` name the racer in focus (-1: the first that is there); `world` is the visible
    part of the landscape as (x, y, width, height), empty for all of it; `camera` is where the 3-D view is seen from as
    (azimuth, elevation, zoom), empty for the usual side.
    """

    focus_lane: int = param(-1, lo=-1)
    focus_start: int = param(-1, lo=-1)
    average: bool = param(False, doc="Show all starts at once instead of one start.")
    statistic: str = param("median", choices=("median", "mean"), doc="What stands for all starts.")
    columns: tuple[str, ...] = param(
        ("loss", "test", "target", "success"), choices=COLUMN_IDS, hidden=True, doc="Columns of the leaderboard."
    )
    sort: str = param("loss", choices=COLUMN_IDS, hidden=True, doc="The column that the leaderboard is sorted by.")
    descending: bool = param(False, hidden=True, doc="Sort from the highest down.")
    table: bool = param(False, hidden=True, doc="Show the leaderboard with all columns over the stage.")
    log_colors: bool = param(True, label="Log colours", doc="Colour the landscape by the logarithm of the loss.")
    arrows: bool = param(True, label="Step arrows", doc="Show where the racer in focus goes next, and why.")
    contours: bool = param(True, label="Contours", doc="Lines of equal loss.")
    apart: bool = param(False, label="Step taken apart", doc="Show the parts that the next step is made of.")
    phase: int = param(0, lo=0, hidden=True)
    plot: str = param("loss", choices=("loss", "test", "distance", "gradient", "rate"), label="Plot")
    data: bool = param(True, label="Data and model", doc="The samples behind a loss over data, and the model on them.")
    test_loss: bool = param(True, label="Test loss", doc="The loss on unseen data over the training loss, where known.")
    curvature: bool = param(False, label="Curvature", doc="The quadratic model around the racer in focus.")
    basins: bool = param(False, label="Basins", doc="Colour every point by the minimum the racer in focus reaches.")
    difference: bool = param(
        False, label="Numerical derivative", doc="On a landscape of one weight: a secant beside the tangent."
    )
    scheme: Scheme = param(
        "forward", choices=SCHEMES, label="Quotient", doc="Which way the numerical derivative looks."
    )
    h: float = param(
        0.5, lo=1e-16, hi=1.0, log=True, label="h", doc="How far apart the numerical derivative looks at the loss."
    )
    stored_h: bool = param(
        False,
        label="Stored h",
        doc="Divide by the h that float64 stores, (θ+h) − θ, in place of the one that is meant.",
    )
    surface: bool = param(False, label="3-D view", doc="The landscape as a surface, beside the stage.")
    camera: tuple[float, ...] = param((), hidden=True)
    schedule: bool = param(False, label="Learning-rate schedule", doc="The schedule against the step; draw one there.")
    schedule_axis: str = param("auto", choices=("auto", "linear", "log"), label="Axis of the schedule")
    setup: bool = param(False, hidden=True)
    fair: bool = param(False, hidden=True)
    budget: Budget = made(Budget, doc="What every rule may spend on tuning its learning rate.")
    tuned: Tuned = made(Tuned)
    world: tuple[float, ...] = param((), hidden=True)

    @property
    def card_open(self) -> bool:
        """Whether one of the cards is there that share the stage's upper right corner."""
        return any(getattr(self, card) for card in CARDS)
