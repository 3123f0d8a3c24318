"""What the race offers in the command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers import OPTIMIZERS
from lab.panels.race.focus_card import MEAN, MEDIAN
from lab.ui.command_palette import Command

if TYPE_CHECKING:
    from lab.panels.race.view import RaceView


def commands(view: RaceView) -> list[Command]:
    """Every landscape and optimizer by name, cards and layers, and what can be done with the racer in focus."""
    shown = view.look.surface
    words = "Hide the 3-D view" if shown else "Show the 3-D view"
    surface = [] if view.stage.flat else [Command(words, "View", partial(view.set_look, surface=not shown))]
    return (
        [Command("Fair race: tune all learning rates alike", "Race", view.tune)]
        + [Command(words, "Racer", act) for words, act in view.racers.offered(view.focused_lane)]
        + _cards(view)
        + [Command(f"Starts: {words.lower()}", "Race", act) for words, act in view.setup.offered()]
        + surface
        + [Command(words, "Layers", act) for words, act in view.buttons.layers.offered()]
        + [
            Command(f"Race on {entry.title}", "Landscape", partial(view.choose_landscape, entry.item))
            for entry in LANDSCAPES
        ]
        + [Command(f"Add {entry.title}", "Optimizer", partial(view.add_optimizer, entry.id)) for entry in OPTIMIZERS]
    )


def _cards(view: RaceView) -> list[Command]:
    """The cards over the stage, and what stands for all starts."""
    cards = (("setup", "Set-up: landscape, noise, starts"), ("fair", "Fair race"), ("table", "Table of all racers"))
    found = []
    for name, words in cards:
        on = bool(getattr(view.look, name))
        found.append(Command(f"{'Hide' if on else 'Show'}: {words}", "Card", partial(view.set_look, **{name: not on})))
    if np.count_nonzero(view.frame.present) > 1:
        for which in (MEDIAN, MEAN):
            words = "mean" if which == MEAN else "median"
            found.append(Command(f"Look at the {words} of all starts", "Race", partial(view.choose_start, which)))
    return found
