"""What tuning found, in words: for tables, tooltips and those who hear the lab rather than see it."""

from __future__ import annotations

import numpy as np

from lab.panels.race.columns import loss_text
from lab.panels.race.looks import Look
from lab.sims.tuning import LaneTuning, Trial, Tuning
from lab.ui.widgets import number_text, value_text

PROMISE = (
    "Every rule runs the rate it has and tries as many others, for as many steps, from the same starts. "
    "Best is the lowest median of the starts' last losses; each rule races with its best."
)
MARKS = "Large: the best. Ring: the rate now. Hollow: some starts diverged. Press a mark to take its rate."
OTHER = "This curve is of another race."


def _loss(loss: float) -> str:
    return loss_text(loss, "diverged")


def best_words(look: Look, lane: LaneTuning) -> str:
    """The best trial of a racer."""
    if lane.best is None:
        return f"{look.title}: diverged at every rate"
    how = "kept" if lane.stays else "best"
    return f"{look.title}: {how} {value_text(lane.best.rate)}, loss {_loss(lane.best.score)}"


def trial_words(look: Look, trial: Trial) -> str:
    """One trial of a racer: its rate, what it reached, and how its starts differ."""
    starts = len(trial.losses)
    words = [look.title, f"η {value_text(trial.rate)}"]
    if np.isfinite(trial.score):
        words.append(f"loss {_loss(trial.score)}")
    lower, upper = trial.quartiles
    if starts > 2 and np.isfinite(upper):
        words.append(f"half within {_loss(lower)} to {_loss(upper)}")
    if trial.diverged:
        gone = round(trial.diverged * starts)
        words.append("diverged" if gone == starts else f"{gone:,} of {starts:,} starts diverged")
    return " · ".join(words)


def change_words(lane: LaneTuning) -> str:
    """What tuning changed for a racer, as a sentence."""
    before = f"loss {_loss(lane.present.score)} at {value_text(lane.present.rate)}"
    if lane.kept:
        return f"nothing to tune, the length of its steps: {lane.kept}; {before}"
    if lane.best is None:
        return f"diverged at every rate it tried; {before}"
    if lane.stays:
        found = "" if lane.found is None else f": the best trial ended at {_loss(lane.found.score)}"
        return f"{before}, kept{found}"
    gone = lane.best.diverged
    note = f", {100 * gone:.0f} % of its starts diverged" if gone else ""
    return f"{before}, then loss {_loss(lane.best.score)} at {value_text(lane.best.rate)}{note}"


def cost_words(lane: LaneTuning) -> str:
    """What tuning a racer cost; nothing where none was needed."""
    if not lane.trials:
        return ""
    return (
        f"Tuning asked for {number_text(lane.gradient_evaluations)} gradients"
        f" and {number_text(lane.function_evaluations)} function values."
    )


def found_words(tuning: Tuning) -> str:
    """What was spent, or why nothing came of it."""
    open_lanes = [lane for lane in tuning.lanes if not lane.kept]
    if not open_lanes:
        return "No racer has a learning rate to tune: each finds the length of its steps itself."
    if all(lane.best is None for lane in open_lanes):
        return "Every rule diverged at every rate it tried: try fewer steps, or other starts."
    starts, budget = len(tuning.config.starts), tuning.budget
    spent = sorted(lane.function_evaluations + lane.gradient_evaluations for lane in open_lanes)
    asked = number_text(spent[0]) if spent[0] == spent[-1] else f"{number_text(spent[0])} to {number_text(spent[-1])}"
    return (
        f"{budget.trials} trials × {budget.steps:,} steps × {starts:,} {'start' if starts == 1 else 'starts'} "
        f"for each rule: {asked} evaluations, besides the rate it has. {_combined(starts)}"
    )


def _combined(starts: int) -> str:
    """How the losses of several starts become the one number that a rate is judged by (`Trial.score`)."""
    if starts == 1:
        return "Judged by the last loss."
    return f"Judged by the {'mean' if starts == 2 else 'median'} of the starts' last losses."
