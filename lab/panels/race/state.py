"""How the race is looked at: saved with the session, no part of the run."""

from __future__ import annotations

from dataclasses import dataclass

from lab.core.params import made, param
from lab.sims.tuning import Budget


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
    part of the landscape as (x, y, width, height), empty for all of it.
    """

    focus_lane: int = param(-1, lo=-1)
    focus_start: int = param(-1, lo=-1)
    average: bool = param(False, doc="Show the median over all starts instead of one start.")
    log_colors: bool = param(True, label="Log colours", doc="Colour the landscape by the logarithm of the loss.")
    arrows: bool = param(True, label="Step arrows", doc="Show where the racer in focus goes next, and why.")
    contours: bool = param(True, label="Contours", doc="Lines of equal loss.")
    apart: bool = param(False, label="Step taken apart", doc="Show the parts that the next step is made of.")
    phase: int = param(0, lo=0, hidden=True)
    plot: str = param("loss", choices=("loss", "distance", "gradient", "rate"), label="Plot")
    data: bool = param(True, label="Data and model", doc="The samples behind a loss over data, and the model on them.")
    curvature: bool = param(False, label="Curvature", doc="The quadratic model around the racer in focus.")
    basins: bool = param(False, label="Basins", doc="Colour every point by the minimum the racer in focus reaches.")
    setup: bool = param(False, hidden=True)
    fair: bool = param(False, hidden=True)
    budget: Budget = made(Budget, doc="What every rule may spend on tuning its learning rate.")
    tuned: Tuned = made(Tuned)
    world: tuple[float, ...] = param((), hidden=True)
