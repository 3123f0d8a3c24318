"""The learning rate against the step: what the schedule says, what a racer has used, and a curve to draw."""

from __future__ import annotations

import dataclasses
from typing import Any, ClassVar

import numpy as np
from PySide6.QtCore import QSize, Signal

from lab.core.traces import Trace
from lab.engine.schedules import ByStep
from lab.panels.race.looks import Look, start_name
from lab.sims.race import CHANNELS, TRACED_STARTS, RaceConfig, RaceFrame
from lab.ui import fonts
from lab.ui.acts import ActsLine
from lab.ui.experiment import Experiment
from lab.ui.form import ConfigForm, as_declared
from lab.ui.theme import manager
from lab.ui.widgets import IconButton, Overlay, Segmented, Text, number_text, row, value_text
from lab.ui.widgets.curve import CurvePicture
from lab.ui.widgets.curve_row import CurveRow

WIDTH = 372
#: A curve is drawn from at most this many steps of it.
MOST = 480
RATE = CHANNELS.index("learning_rate")


class ScheduleCard(Overlay):
    """A card over the stage: which schedule, over how many steps, and the factor on the rate as a curve.

    A schedule that looks at the step alone is drawn whole; one that looks at the loss only as far as the racer in
    focus has got, since nobody knows what comes. A schedule with a curve to draw shows it for editing instead.
    """

    closed = Signal()
    axis_chosen = Signal(str)
    #: What of the configuration is edited here.
    FIELDS: ClassVar[tuple[str, ...]] = ("schedule", "length")

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(vertical=True, margins=(14, 6, 10, 10), spacing=4)
        self._experiment = experiment
        self._base, self._role = 1.0, "text"
        self.setObjectName("card")
        self.axis = Segmented([("auto", "Auto"), ("linear", "Linear"), ("log", "Log")], "Axis of the factor")
        self.axis.setToolTip("Spacing of the factor; Auto takes powers of ten where the curve spans many")
        self.axis.chosen.connect(lambda axis: self.axis_chosen.emit(str(axis)))
        close = IconButton("x", "Close the schedule", size=14)
        close.clicked.connect(self.closed)
        self.box.addLayout(row(Text("Learning rate by step", "strong"), None, self.axis, close, spacing=4))
        config: RaceConfig = experiment.run.config
        self.form = ConfigForm(config, only=self.FIELDS, acts=as_declared, label_width=112)
        self.form.edit_started.connect(lambda: experiment.begin_gesture("Change the schedule"))
        self.form.edited.connect(self._on_edited)
        self.form.edit_finished.connect(experiment.end_gesture)
        self.box.addWidget(self.form)
        self._own = CurvePicture("Learning rate by step")
        self.box.addWidget(self._own)
        self._note = Text("It depends on the loss: drawn as far as it was used.", "caption")
        self.box.addWidget(self._note)
        self._now = Text("", "caption", elide=True)
        self.box.addWidget(self._now)
        # Whatever a schedule declares of its own: here it is part of the race from the first step.
        self.box.addWidget(ActsLine("Changes act from step 0: the race runs anew", "restart"))
        manager().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_run(config)

    def sizeHint(self) -> QSize:
        return QSize(self.width(), super().sizeHint().height())

    @property
    def curve_row(self) -> CurveRow | None:
        """The row in which the schedule's curve is drawn by hand, if it has one."""
        nested = self.form.row("schedule").findChildren(CurveRow)
        return nested[0] if nested else None

    @property
    def picture(self) -> CurvePicture:
        """Where the curve is seen: the editor, or a picture to look at only."""
        drawn = self.curve_row
        return self._own if drawn is None else drawn.editor

    def set_axis(self, axis: Any) -> None:
        """Space the factor like this."""
        self.axis.set_value(axis)
        self.picture.set_axis(axis)

    def show_run(self, config: RaceConfig) -> None:
        """Show the schedule of a configuration."""
        self.form.set_config(config)
        drawn, schedule = self.curve_row, config.schedule
        self._own.setVisible(drawn is None)
        self.picture.set_axis(self.axis.value)
        if drawn is not None:
            drawn.set_span(config.length)
        else:
            self._own.set_span(config.length)
            self._own.set_curve(curve_of(schedule, config.length) if isinstance(schedule, ByStep) else np.empty((0, 2)))
        self._note.setVisible(not isinstance(schedule, ByStep))
        self.adjustSize()

    def show_nobody(self) -> None:
        """No racer is in focus: only what the schedule itself says."""
        self.picture.set_cursor(None)
        self.picture.set_used(np.empty((0, 2)), "text")
        self._now.setText("")

    def show_racer(self, look: Look, start: int, base: float, rate: float, age: int) -> None:
        """Mark where the racer in focus stands: the rate of its next step, and of its age in steps."""
        self._base = base
        self._role = look.color_role
        picture = self.picture
        factor = rate / base
        picture.set_cursor((age / picture.span, factor))
        over = ", the last rate holds" if age > picture.span else ""
        words = f"{look.title} {start_name(start)}, step {age:,}:  η = {value_text(base)} × {number_text(factor)}"
        self._now.setText(f"{words} = {number_text(rate)}{over}")
        picture.setAccessibleDescription(
            self._now.text() if self.curve_row is None else picture.accessibleDescription()
        )

    def show_used(self, trace: Trace, frame: RaceFrame, lane: int, start: int) -> None:
        """Draw what the racer has used so far, as a factor on its present base rate; of the traced starts."""
        known = trace.upto(frame.step)
        values = trace.values[:known]
        if start >= min(TRACED_STARTS, values.shape[2] if values.ndim == 4 else 0):
            self.picture.set_used(np.empty((0, 2)), self._role)
            return
        ages = (trace.steps[:known] - int(frame.born[start])) / self.picture.span
        used = np.stack([ages, values[:, lane, start, RATE].astype(np.float64) / self._base], axis=1)
        self.picture.set_used(used[ages >= 0], self._role)

    def _on_edited(self, name: str, value: Any) -> None:
        changed = dataclasses.replace(self._experiment.run.config, **{name: value})
        self._experiment.set_config(changed, "Change the schedule")

    def _on_theme_changed(self) -> None:
        self.setFixedWidth(round(WIDTH * max(1.0, fonts.scale())))


def curve_of(schedule: ByStep, length: int) -> np.ndarray[Any, np.dtype[np.float64]]:
    """The factor along a run as (share of the run, factor), shape (n, 2): every step, or of a long run every few."""
    steps = np.linspace(0.0, length, min(length, MOST) + 1)
    factors = np.broadcast_to(np.asarray(schedule.factor(steps, length), dtype=np.float64), steps.shape)
    return np.stack([steps / max(length, 1), factors], axis=1)
