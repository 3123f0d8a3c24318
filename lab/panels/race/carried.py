"""What the race gives the shell for sweep, compare and copy as Python."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from lab.core import params
from lab.core.errors import LabError
from lab.engine.optimizers import OPTIMIZERS
from lab.panels.race.focus import Focus
from lab.panels.race.ghost import RaceGhost
from lab.panels.race.sweep import swept, unused
from lab.sims.race import RaceConfig, RaceFrame
from lab.sims.race_script import numpy_script, torch_script
from lab.ui.compare import Ghost
from lab.ui.panel_view import PanelView
from lab.ui.scripts import CodeForm, steps_of
from lab.ui.sweep import Subject


class Carried(PanelView):
    """The part of the race's view that implements `CanSweep`, `CanCompare` and `CanCopyCode`."""

    _frame: RaceFrame
    _ghost: RaceGhost | None

    @property
    def config(self) -> RaceConfig:
        """The race's configuration."""
        config: RaceConfig = self.experiment.run.config
        return config

    @abstractmethod
    def _focus(self) -> Focus:
        """The racer and the start in focus."""

    @abstractmethod
    def _remember(self, **changes: Any) -> None:
        """Change how the race is looked at, without drawing."""

    def _unused(self) -> int:
        """A number for a new racer that neither the race nor its ghost has."""
        ghost = self.experiment.ghost
        return unused(self.config, None if ghost is None else ghost.config)

    def show_ghost(self, ghost: Ghost | None) -> None:
        """Draw this pinned race behind the present one from now on, or none."""
        self._ghost = None if ghost is None else RaceGhost(ghost)
        if self.seen:
            self.refresh()

    def code_forms(self) -> tuple[CodeForm, ...]:
        """Plain NumPy, and torch.optim."""
        run, steps, lane = self.experiment.run, steps_of(self.experiment), self._focus().lane
        return (
            CodeForm("NumPy, racer in focus", lambda: numpy_script(run, steps, [lane])),
            CodeForm("NumPy, all racers", lambda: numpy_script(run, steps)),
            CodeForm("PyTorch, racer in focus", lambda: torch_script(run, steps, [lane])),
            CodeForm("PyTorch, all racers", lambda: torch_script(run, steps)),
        )

    def sweep_subject(self) -> Subject | None:
        """The racer in focus, with the parameters that now hold."""
        lane = self._focus().lane
        if lane not in self._frame.lanes:
            return None
        at = self._frame.lanes.index(lane)
        return Subject(OPTIMIZERS.title_of(type(self._frame.optimizers[at])), self._frame.optimizers[at], "racers")

    def sweep(self, name: str, values: tuple[Any, ...], replace: bool) -> bool:
        """A racer for each value, in place of the racers or beside them."""
        subject = self.sweep_subject()
        if subject is None:
            return False
        try:
            config, ids = swept(self.config, subject.config, name, values, replace=replace, first=self._unused())
        except LabError as refused:
            self.experiment.failed.emit(str(refused))
            return False
        here = [getattr(subject.config, name) == value for value in values]
        self._remember(focus_lane=ids[here.index(True) if any(here) else len(ids) // 2])
        label = params.field_of(type(subject.config), name).label.lower()
        return self.experiment.set_config(config, f"Sweep {label} of {subject.title}")
