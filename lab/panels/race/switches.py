"""The layers that can be switched: their words, and on which landscapes they mean something."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from lab.engine.landscapes import HasSamples, HasTestLoss, Landscape
from lab.panels.race.state import RaceViewState

SWITCHES = (
    ("log_colors", "Log colours"),
    ("contours", "Contours"),
    ("arrows", "Step arrows"),
    ("apart", "Next step, taken apart"),
    ("difference", "Numerical derivative"),
    ("test_loss", "Test loss"),
    ("curvature", "Curvature and stable rate"),
    ("basins", "Basins of the racer in focus"),
    ("data", "Data and model"),
    ("schedule", "Learning-rate schedule"),
)
#: Layers that mean something only on a landscape of so many weights.
WEIGHTS = {"log_colors": 2, "contours": 2, "basins": 2, "difference": 1}


def means_something(layer: str, landscape: Landscape) -> bool:
    """Whether a layer can be seen on a landscape."""
    if layer == "data":
        return isinstance(landscape, HasSamples)
    if layer == "test_loss":
        return isinstance(landscape, HasTestLoss)
    return WEIGHTS.get(layer, landscape.dim) == landscape.dim


class LayersMenu(QMenu):
    """One entry a layer; those that mean nothing here can't be chosen, and say so."""

    #: A layer was switched on or off by hand.
    switched = Signal(str, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self.switches: dict[str, QAction] = {}
        for name, title in SWITCHES:
            switch = self.addAction(title)
            switch.setCheckable(True)
            # With its argument spelt out: PySide would call a partial without the state.
            switch.triggered.connect(lambda on, name=name: self.switched.emit(name, on))
            self.switches[name] = switch

    def follow(self, look: RaceViewState, landscape: Landscape) -> None:
        """Show which layers are on, and which can be."""
        for name, switch in self.switches.items():
            switch.setChecked(bool(getattr(look, name)))
            switch.setEnabled(means_something(name, landscape))
            switch.setToolTip("" if switch.isEnabled() else "Means nothing on this landscape")

    def offered(self) -> list[tuple[str, partial[None]]]:
        """Words for the command palette, and what they do: every layer that can now be switched."""
        return [
            (f"{'Hide' if on else 'Show'}: {switch.text()}", partial(self.switched.emit, name, not on))
            for name, switch in self.switches.items()
            if switch.isEnabled()
            for on in [switch.isChecked()]
        ]
