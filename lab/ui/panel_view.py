"""What every panel's view derives from: the skeleton, and what the shell brings to it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from lab.ui.abilities import Abilities
from lab.ui.experiment import Experiment
from lab.ui.jobs import Jobs
from lab.ui.panel import Panel


class PanelView(Panel):
    """Base of every panel's view.

    A panel overrides `build`, `show_frame` and what of `ticks`, `export_csv` it has. It reads
    `self.experiment.frame()` and turns what the hand does into `self.experiment.do(event)`.
    """

    def __init__(self, experiment: Experiment, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(experiment, jobs, parent)
        #: Sweep and the like, for what protocols the panel implements; `build` may ask it for menus.
        self.abilities = Abilities(self)
        self.build()
        self.abilities.begin()
        self._follow_experiment()
