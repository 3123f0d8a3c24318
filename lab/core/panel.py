"""What a panel declares of itself: enough to list it, run it without a display and open its view."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lab.core.errors import UnknownName
from lab.core.run import Run


@dataclass(frozen=True, slots=True)
class Preset:
    """A ready-made experiment: a name, what it shows in one sentence, and how to make its run."""

    id: str
    title: str
    doc: str
    make: Callable[[], Run]


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

    def preset(self, id: str) -> Preset:
        """The preset of that id; `BadValue` names the ids that exist."""
        for preset in self.presets:
            if preset.id == id:
                return preset
        known = ", ".join(p.id for p in self.presets)
        raise UnknownName("preset", f"{id!r} is not one of {known}")
