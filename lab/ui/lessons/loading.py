"""Putting a panel into the state that a page begins with, as one act that undo takes back, looks and all."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.run import Run
from lab.core.session import PanelState
from lab.ui.panel import Panel

#: So many loads can be undone with their looks.
KEPT = 32
LABEL = "Lesson: "
#: How a run is seen: the panel's view state, and the run pinned behind it as a ghost.
_Seen = tuple[Any, Run | None]


class Loader(QObject):
    """Loads states into one panel.

    Undo is about runs and leaves looks and the ghost alone, since a layer that was switched on is no work. A page,
    though, changes many at once: so those that a load replaced come back with the run that it replaced.
    """

    def __init__(self, view: Panel, panels: Family[PanelSpec]) -> None:
        super().__init__(view)
        self._view = view
        self._panels = panels
        #: For each load: the run and how it was seen before it and after it.
        self._loads: list[tuple[Run, _Seen, Run, _Seen]] = []
        self._last = view.experiment.run
        view.experiment.edited.connect(self._on_edited)

    def load(self, state: PanelState, title: str) -> bool:
        """Let the panel be as in a state; False (and its banner says why) when that can't be."""
        experiment = self._view.experiment
        run, seen = experiment.run, self._seen()
        experiment.set_playing(False)
        if not experiment.set_run(state.run, f"{LABEL}{title}", step=state.cursor):
            return False
        if state.horizon > experiment.horizon:
            experiment.set_horizon(state.horizon)
        self._see((state.view, state.ghost))
        self._loads = [*self._loads[-KEPT + 1 :], (run, seen, experiment.run, self._seen())]
        return True

    @property
    def has_work(self) -> bool:
        """Whether what a load would put away was made by hand, before the first load of this lesson."""
        label = self._view.experiment.history.undo_label
        return not self._loads and label is not None and not label.startswith(LABEL)

    def _on_edited(self) -> None:
        run, last = self._view.experiment.run, self._last
        if run is last:
            return
        self._last = run
        for i, (before, seen_before, after, seen_after) in enumerate(self._loads):
            if run is before and last is after:
                # What was looked at since belongs to the page, for redo.
                self._loads[i] = (before, seen_before, after, self._seen())
                self._see(seen_before)
                return
            if run is after and last is before:
                self._loads[i] = (before, self._seen(), after, seen_after)
                self._see(seen_after)
                return

    def _seen(self) -> _Seen:
        return self._view.experiment.view_state, self._view.experiment.ghost

    def _see(self, seen: _Seen) -> None:
        look, ghost = seen
        self._view.take_look(look)
        if ghost is not self._view.experiment.ghost:
            self._view.experiment.set_ghost(ghost)
