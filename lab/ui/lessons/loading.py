"""Putting a panel into the state that a page begins with, as one act that undo takes back, looks and all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from lab.core.run import Run
from lab.core.session import PanelState
from lab.ui.panel import Panel

#: So many loads can be undone with their looks.
KEPT = 32
LABEL = "Lesson: "
#: No page's state stands in the panel.
NOWHERE = -1


@dataclass(frozen=True, slots=True)
class _Seen:
    """How a run is seen, which is no part of it.

    Attributes
    ----------
    look : object
        The panel's view state.
    ghost : Run or None
        The run pinned behind it.
    pace : float or None
        How fast a page wants it to be played; None: as fast as whoever sits there wants.
    page : int
        The page whose state stands in the panel, or `NOWHERE`.
    replaced : bool
        Whether a preset was chosen since, in place of that state.
    """

    look: Any
    ghost: Run | None
    pace: float | None
    page: int
    replaced: bool = False


@dataclass(frozen=True, slots=True)
class _Load:
    """A load, of a page or of a preset: the run and how it was seen before it, and after it."""

    before: Run
    seen_before: _Seen
    after: Run
    seen_after: _Seen
    preset: bool = False


class Loader(QObject):
    """Loads states into one panel, and knows which page's state stands there.

    Undo is about runs and leaves looks, ghost and speed alone, since a layer that was switched on is no work. A page,
    though, changes many at once: so those that a load replaced come back with the run that it replaced.
    """

    #: Another page's state stands in the panel, or none: undo or redo went over a load, or a preset was chosen.
    turned = Signal()

    def __init__(self, view: Panel) -> None:
        super().__init__(view)
        self._view = view
        self._loads: list[_Load] = []
        self._last = self._last_but_one = view.experiment.run
        #: The speed that the hand chose last, while a page's pace is played.
        self._own_speed = view.experiment.speed
        self._pace: float | None = None
        #: The page whose state was loaded last and not undone, or `NOWHERE`.
        self.page = NOWHERE
        #: Whether a preset was chosen since.
        self.replaced = False
        view.experiment.edited.connect(self._on_edited)
        view.preset_loaded.connect(self._on_preset_loaded)

    def load(self, state: PanelState, title: str, page: int) -> bool:
        """Let the panel be as in the state of a page; False (and its banner says why) when that can't be.

        A state that is played at another speed than the panel's usual one has been given that for a reason, and is
        played so; any other is played as fast as whoever reads the lesson has chosen.
        """
        experiment = self._view.experiment
        run, seen = experiment.run, self._seen()
        experiment.set_playing(False)
        if not experiment.set_run(state.run, f"{LABEL}{title}", step=state.cursor):
            return False
        if state.horizon > experiment.horizon:
            experiment.set_horizon(state.horizon)
        pace = None if state.speed == experiment.spec.speed else state.speed
        self._see(_Seen(state.view, state.ghost, pace, page))
        self._loads = [*self._loads[-KEPT + 1 :], _Load(run, seen, experiment.run, self._seen())]
        return True

    @property
    def has_work(self) -> bool:
        """Whether what a load would put away was made by hand: before this lesson, or with its loads undone."""
        label = self._view.experiment.history.undo_label
        ours = self._loads and self.page != NOWHERE and not self.replaced
        return not ours and label is not None and not label.startswith(LABEL)

    def _on_edited(self) -> None:
        run, last = self._view.experiment.run, self._last
        if run is last:
            return
        self._last, self._last_but_one = run, last
        for i, load in enumerate(self._loads):
            if run is load.before and last is load.after:
                # What was looked at since belongs to the page, for redo.
                self._loads[i] = replace(load, seen_after=self._seen())
                self._go_to(load.seen_before, load)
            elif run is load.after and last is load.before:
                self._loads[i] = replace(load, seen_before=self._seen())
                self._go_to(load.seen_after, load)
            else:
                continue
            self.turned.emit()
            return

    def _on_preset_loaded(self) -> None:
        if self.page == NOWHERE:
            return
        before = self._seen()
        self.replaced = True
        load = _Load(self._last_but_one, before, self._last, self._seen(), preset=True)
        self._loads = [*self._loads[-KEPT + 1 :], load]
        self.turned.emit()

    def _go_to(self, seen: _Seen, load: _Load) -> None:
        """Undo or redo went over a load; over a preset's it changes no looks, as it does without a lesson."""
        if load.preset:
            self.page, self.replaced = seen.page, seen.replaced
        else:
            self._see(seen)

    def _seen(self) -> _Seen:
        experiment = self._view.experiment
        pace = self._pace if experiment.speed == self._pace else None
        return _Seen(experiment.view_state, experiment.ghost, pace, self.page, self.replaced)

    def _see(self, seen: _Seen) -> None:
        experiment = self._view.experiment
        if experiment.speed != self._pace:
            self._own_speed = experiment.speed
        self._pace = seen.pace
        self.page, self.replaced = seen.page, seen.replaced
        self._view.take_look(seen.look)
        experiment.set_speed(self._own_speed if seen.pace is None else seen.pace)
        if seen.ghost is not experiment.ghost:
            experiment.set_ghost(seen.ghost)
