"""The racer in focus, everywhere it is shown: its card, its rule in numbers, its next step on the stage."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lab.engine.landscapes import HasSamples
from lab.panels.race.curvature import why_unbounded
from lab.panels.race.density import named_start
from lab.panels.race.derivative import read
from lab.panels.race.equation import EquationStrip
from lab.panels.race.focus import Focus
from lab.panels.race.focus_card import MEAN, MEDIAN, FocusCard
from lab.panels.race.looks import Look
from lab.panels.race.scene import RaceStage
from lab.panels.race.schedule_card import ScheduleCard
from lab.panels.race.state import RaceViewState
from lab.sims.race import REASONS, Bend, Dissect, RaceFrame, RateNow
from lab.ui.experiment import SLOW, Experiment

AVERAGE_TIP = "A rule steps from one start at a time: all starts are in focus, and this is the step of the one named."


class InFocus:
    """Tells card, equation strip, schedule and stage of the racer in focus.

    Parameters
    ----------
    experiment : Experiment
        Is asked for the racer's next step and what the landscape is like under it.
    stage, card, equation, schedule
        Where it is shown.
    """

    def __init__(
        self,
        experiment: Experiment,
        stage: RaceStage,
        card: FocusCard,
        equation: EquationStrip,
        schedule: ScheduleCard,
    ) -> None:
        self._experiment = experiment
        self._stage = stage
        self._card = card
        self._equation = equation
        self._schedule = schedule
        self._looks: Sequence[Look] = ()
        self._look = RaceViewState()

    def show(self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, look: RaceViewState) -> None:
        """Show the racer's parameters, its rule in numbers, and on the stage its next step, data and curvature."""
        self._looks, self._look = looks, look
        self._card.setVisible(focus.lane >= 0)
        if focus.lane < 0:
            self._show_derivative(frame, -1, -1, "No racer: add one to see its derivative.")
            self._stage.show_curvature(None, np.zeros(0), 0.0)
            self._stage.show_step(None)
            self._equation.show_nothing()
            return
        lane, start = frame.lanes.index(focus.lane), focus.start
        racer, optimizer, dim = looks[lane], frame.optimizers[lane], frame.starts.shape[1]
        self._card.show_racer(racer, optimizer)
        self._card.show_rules(frame.optimizers)
        self._card.show_starts(frame, (MEAN if focus.mean else MEDIAN) if focus.average else start)
        if start < 0:
            self._show_derivative(frame, -1, -1, "No start: press on the curve to drop one.")
            self._stage.show_curvature(None, np.zeros(0), 0.0)
            self._stage.show_step(None)
            self._equation.show_rule(racer, "no start", optimizer, dim)
            return
        alive = bool(frame.diverged_at[lane, start] < 0)
        self._equation.show_rule(
            racer, _whose(frame, lane, start, look.statistic if focus.average else ""), optimizer, dim
        )
        self._equation.show_note(AVERAGE_TIP if focus.average else "")
        answer = self._experiment.probe(Dissect(focus.lane, start))
        if alive and answer.finite:
            self._equation.show_numbers(answer.symbols)
        arrows = alive and look.arrows and not focus.average
        missing = "" if alive else f"{racer.title} has diverged: there is no derivative to show."
        if focus.average:
            missing = "The median of all starts is in focus: choose one start to see its derivative."
        self._show_derivative(frame, lane, start, missing)
        self._show_data(frame, lane, start)
        bend = self._experiment.probe(Bend(focus.lane, start)) if look.curvature and alive else None
        why = why_unbounded(optimizer, answer.parts) if bend is not None else ""
        self._stage.show_curvature(bend, frame.theta[lane, start], optimizer.learning_rate, why)
        apart = self._stage.overlays.apart
        # Before the legend of the arrows, which takes its place where it is not.
        apart.setVisible(look.apart and alive and not focus.average)
        if look.apart:
            # Which place it takes depends on how tall it is.
            apart.show_step(answer, self._phase(apart.phases))
        self._stage.show_step(answer if alive and not focus.average else None, arrows)

    def _show_derivative(self, frame: RaceFrame, lane: int, start: int, missing: str) -> None:
        """On a curve: the slope at the racer in focus, exact and by differences; `missing` says why there is none."""
        if not self._stage.flat:
            return
        look, reading = self._look, None
        if not missing:
            reading = read(
                self._experiment.run.config.landscape, frame.theta[lane, start], look.h, look.scheme, look.stored_h
            )
        self._stage.show_derivative(reading, look.difference, missing or "The loss is too large for a number here.")

    def _show_data(self, frame: RaceFrame, lane: int, start: int) -> None:
        landscape, card = self._experiment.run.config.landscape, self._stage.overlays.data
        shown = self._look.data and not self._look.card_open and isinstance(landscape, HasSamples)
        card.setVisible(shown)
        if shown and isinstance(landscape, HasSamples):
            card.show_model(landscape, frame.theta[lane, start], frame.batch, self._looks[lane].color_role)

    def show_schedule(self, frame: RaceFrame, focus: Focus) -> None:
        """Show how the racer's schedule was followed."""
        if focus.lane < 0 or focus.start < 0:
            self._schedule.show_nobody()
            return
        lane = frame.lanes.index(focus.lane)
        age = frame.step - int(frame.born[focus.start])
        rate = self._experiment.probe(RateNow(focus.lane, focus.start))
        self._schedule.show_racer(self._looks[lane], focus.start, frame.optimizers[lane].learning_rate, rate, age)
        self._schedule.show_used(self._experiment.timeline.trace, frame, lane, focus.start)

    def _phase(self, parts: int) -> int:
        """Which part is shown: while playing slowly, one after the other between two steps."""
        e = self._experiment
        if e.playing and e.speed <= SLOW:
            return min(int(e.carry * (parts + 1)) + 1, parts) % (parts + 1)
        return min(self._look.phase, parts)


def _whose(frame: RaceFrame, lane: int, start: int, statistic: str) -> str:
    """Whose step the equation strip shows, and what became of that racer; a median or mean of all takes no step."""
    alive = frame.diverged_at[lane, start] < 0
    words = named_start(frame, start) + ("" if alive else f": {REASONS[frame.reason[lane, start]]}")
    return f"{words}, not the {statistic}" if statistic else words
