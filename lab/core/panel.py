"""What a panel declares of itself: enough to list it, run it without a display and open its view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.core import params
from lab.core.errors import UnknownName
from lab.core.lessons.facts import Facts
from lab.core.run import Run


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made experiment.

    Attributes
    ----------
    id, title : str
        Its name in files and commands, and for people.
    doc : str
        What it shows, in one sentence.
    make : callable
        Makes its run.
    looks : mapping
        How it is to be looked at: fields of the panel's view state and their values, where its lesson needs others
        than the usual ones.
    """

    id: str
    title: str
    doc: str
    make: Callable[[], Run]
    looks: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """One panel of the lab.

    Attributes
    ----------
    title, icon, blurb : str
        For tabs, menus and the card on the start page.
    simulation : type
        The `Simulation` class the panel runs.
    view_state : type
        The dataclass of all that only changes the looking.
    view : callable
        Imports and returns the view's class; called when the panel is first opened, never for a headless run.
    presets : tuple of Preset
        Ready-made experiments; the first is what a new panel shows.
    horizon : int
        How many steps the timeline of a new run spans.
    speed : float
        Steps per second a new panel plays at.
    facts : mapping of str to Fact
        What a lesson may ask of the panel, by name.

    Raises
    ------
    BadValue
        For a preset with a look that the view state does not have, or a value that it does not take.
    """

    title: str
    icon: str
    blurb: str
    simulation: Any
    view_state: type[Any]
    view: Callable[[], Any]
    presets: tuple[Preset, ...]
    horizon: int = 300
    speed: float = 30.0
    facts: Facts = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        # When the panel is registered, not when somebody chooses the preset.
        for name in {name for preset in self.presets for name in preset.looks}:
            params.field_of(self.view_state, name)
        for preset in self.presets:
            self.look_at(preset)

    def look_at(self, preset: Preset, now: Any = None) -> Any:
        """How a preset is looked at: as its `looks` say.

        Looks that only another preset names belong to that one's lesson and go back to their defaults; all the others
        are the user's own and stay as they are in `now` (None: at their defaults).
        """
        usual = self.view_state()
        state = usual if now is None else now
        lessons = {name for other in self.presets for name in other.looks}
        for name in sorted(lessons - preset.looks.keys()):
            state = params.replace(state, name, getattr(usual, name))
        for name, value in preset.looks.items():
            state = params.replace(state, name, value)
        return state

    def preset(self, id: str) -> Preset:
        """The preset of that id; `BadValue` names the ids that exist."""
        for preset in self.presets:
            if preset.id == id:
                return preset
        known = ", ".join(p.id for p in self.presets)
        raise UnknownName("preset", f"{id!r} is not one of {known}")
