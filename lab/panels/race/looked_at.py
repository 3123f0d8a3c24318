"""How the race is looked at: which racer and start are in focus, which cards are open, what part is seen."""

from __future__ import annotations

import dataclasses
from abc import abstractmethod
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from lab.panels.race.entered import Entered
from lab.panels.race.focus import FocusKept
from lab.panels.race.focus_card import MEAN, MEDIAN, FocusCard
from lab.panels.race.state import CARDS, RaceViewState


class LookedAt(Entered):
    """The part of the race's view that changes how it is looked at; no step of undo, but kept in the session."""

    focus_card: FocusCard
    _look: RaceViewState
    _focus_kept: FocusKept

    @abstractmethod
    def _follow_look(self) -> None:
        """Let everything stand as it is now to be looked at."""

    @property
    def look(self) -> RaceViewState:
        """How the race is looked at."""
        return self._look

    def choose_preset(self, id: str) -> None:
        """Load a ready-made race; undo brings the present one back."""
        self.touched.emit()
        spec = self.experiment.spec
        preset = spec.preset(id)
        left, lane = self.config, self._look.focus_lane
        self._look = spec.look_at(preset, self._look)
        # What is on the stage is the lesson: cards over it are those that the preset opens.
        self._remember(**{**dict.fromkeys(CARDS, False), **preset.looks, "focus_start": -1, "average": False})
        super().choose_preset(id)
        self._focus_kept.keep(left, lane)
        self.stage.take_home(self.config.starts, preset.looks.get("world", ()))

    def edit_racer(self, lane: int) -> None:
        """Put a racer in focus and the keyboard on its first parameter."""
        self.set_look(focus_lane=lane)
        if not self.inspector_shown:
            self.toggle_inspector()
        self.focus_card.take_keyboard()

    def set_look(self, **changes: Any) -> None:
        """Change how the race is looked at; of the cards that share a corner, one at a time."""
        if any(changes.get(card) for card in CARDS):
            changes = {**dict.fromkeys(CARDS, False), **changes}
        self._remember(**changes)
        self._follow_look()
        self.refresh()

    def take_look(self, look: RaceViewState) -> None:
        """Look at the race in another way, also at another part of the landscape."""
        self._look = look
        self._remember()
        self._follow_look()
        self.stage.take_home(self.config.starts, look.world)
        self.refresh()

    def close_front(self) -> bool:
        """Close the card that has the keyboard, else the one in front."""
        over = self.stage.overlays
        cards: dict[str, QWidget] = {name: getattr(self, name) for name in (*CARDS, "table")}
        cards |= {"apart": over.apart, "difference": over.derivative}
        shown = [name for name, card in cards.items() if card.isVisible()]
        focus = QApplication.focusWidget()
        held = [name for name in shown if focus is not None and cards[name].isAncestorOf(focus)]
        if not shown:
            return False
        self.set_look(**{(held or shown)[0]: False})
        if held:
            self.stage.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _remember(self, **changes: Any) -> None:
        self._look = dataclasses.replace(self._look, **changes)
        self.experiment.view_state = self._look

    def _on_focus_wanted(self, lane: int | None, start: int) -> None:
        self.set_look(focus_start=start, average=False, **({} if lane is None else {"focus_lane": lane}))

    def focus_lane(self, lane: int) -> None:
        """Put a racer in focus."""
        self.touched.emit()
        self.set_look(focus_lane=lane)

    def choose_start(self, start: object) -> None:
        """Look at one start, or with `MEDIAN` or `MEAN` at all of them."""
        if start in (MEDIAN, MEAN):
            self.set_look(average=True, statistic="mean" if start == MEAN else "median")
        else:
            self.set_look(average=False, focus_start=start)

    def _on_view_chosen(self) -> None:
        world = self.stage.world
        here = (world.x(), world.y(), world.width(), world.height())
        self._remember(world=() if self.stage.at_home else here)
