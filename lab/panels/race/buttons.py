"""The race's buttons in the panel's header: layers, 3-D view, set-up, fair race."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lab.panels.race.state import RaceViewState
from lab.panels.race.switches import LayersMenu
from lab.ui.widgets import Button

if TYPE_CHECKING:
    from lab.panels.race.view import RaceView

SURFACE_TIP = "The landscape as a surface in three dimensions, beside the stage"
NO_SURFACE_TIP = "A landscape of one weight is a curve: there is no surface to show"


class RaceButtons:
    """Change how the race is looked at, and follow it; what only changes the stage stands apart, without outlines."""

    def __init__(self, view: RaceView) -> None:
        self.layers = LayersMenu(view)
        self.layers.switched.connect(lambda name, on: view.set_look(**{name: on}))
        self.drawn = Button("Layers", "stack", "flat", tooltip="What is drawn on the stage")
        self.drawn.setMenu(self.layers)
        self.surface = Button("3-D", "cube", "flat", checkable=True, tooltip=SURFACE_TIP)
        self.surface.setAccessibleName("3-D view")
        self.surface.clicked.connect(lambda on: view.set_look(surface=on))
        self.setup = Button("Set-up", "sliders-horizontal", "flat", checkable=True, tooltip="Landscape, noise, starts")
        self.setup.clicked.connect(lambda on: view.set_look(setup=on))
        self.fair = Button(
            "Fair race", "scales", checkable=True, tooltip="Tune every learning rate on the same budget, then race"
        )
        self.fair.clicked.connect(lambda on: view.set_look(fair=on))
        for button in (self.drawn, self.surface, self.setup):
            view.header.tools.addWidget(button)
        view.header.extra.addWidget(self.fair)

    def follow(self, look: RaceViewState, flat: bool) -> None:
        """Show what is on; on a landscape of one weight there is no surface."""
        self.setup.setChecked(look.setup)
        self.fair.setChecked(look.fair)
        self.surface.setChecked(look.surface and not flat)
        self.surface.setEnabled(not flat)
        self.surface.setToolTip(NO_SURFACE_TIP if flat else SURFACE_TIP)
