"""What floats over the landscape: hint, colour bar, legend, zoom buttons, the value under the pointer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lab.panels.race.data_card import DataCard
from lab.panels.race.dissection import StepApart
from lab.panels.race.state import RaceViewState
from lab.ui.stage import Stage
from lab.ui.widgets import ColorBar, CornerOverlays, IconButton, Overlay, Swatch, Text, number_text, row

LEFT, RIGHT, TOP, BOTTOM = 64, 24, 24, 58


class Overlays:
    """Keeps the small cards in the stage's corners."""

    def __init__(self, stage: Stage) -> None:
        self.corners = CornerOverlays(stage)
        self.hint = Overlay(Text("Press to drop a start", "caption"))
        self._readout_text = Text("", "caption")
        self.readout = Overlay(self._readout_text)
        self._lo, self._hi = Text("0", "tick"), Text("1", "tick")
        self.color_bar = Overlay(Text("f(θ)", "caption"), self._lo, ColorBar("stage"), self._hi, spacing=8)
        self.legend = Overlay(
            row(Swatch("gradient"), Text("descent direction −∇f", "caption"), spacing=6),
            row(Swatch("text"), Text("next step Δθ", "caption"), spacing=6),
            spacing=16,
        )
        home = IconButton("frame-corners", "Show everything worth seeing", size=16)
        home.clicked.connect(stage.go_home)
        closer = IconButton("magnifying-glass-plus", "Zoom in (wheel)", size=16)
        closer.clicked.connect(lambda: stage.zoom(0.8))
        farther = IconButton("magnifying-glass-minus", "Zoom out (wheel)", size=16)
        farther.clicked.connect(lambda: stage.zoom(1.25))
        self.tools = Overlay(home, closer, farther, margins=(4, 2, 4, 2), spacing=0)
        self.basin_note = Overlay(
            Text("Colour: the minimum it reaches. Pale: later. Grey: not in 500 steps.", "caption")
        )
        self._stability_text = Text("", "caption")
        self.stability = Overlay(self._stability_text)
        self._ghost_text = Text("", "caption")
        self.ghost = Overlay(row(Swatch("muted", dashed=True), self._ghost_text, spacing=6))
        self.apart = StepApart()
        self.corners.add(self.hint, "tl", LEFT, TOP)
        self.corners.add(self.stability, "tl", LEFT, TOP)
        self.corners.add(self.ghost, "tl", LEFT, TOP)
        # The buttons first: the readout comes and goes above them, and they stay under the pointer.
        self.corners.add(self.tools, "br", RIGHT, BOTTOM)
        self.corners.add(self.color_bar, "tr", RIGHT, TOP)
        self.corners.add(self.basin_note, "tr", RIGHT, TOP)
        self.corners.add(self.legend, "bl", LEFT, BOTTOM)
        self.corners.add(self.apart, "bl", LEFT, BOTTOM, needed=True)
        self.corners.add(self.readout, "br", RIGHT, BOTTOM)
        self.data = DataCard()
        self.corners.add(self.data, "tr", RIGHT, TOP)
        self.data.hide()
        self.apart.hide()
        self.stability.hide()
        self.ghost.hide()
        self.readout.hide()

    def set_look(self, look: RaceViewState, flat: bool) -> None:
        """Follow the layer switches; the set-up card takes the colour bar's corner."""
        self.color_bar.setVisible(not look.setup and not flat and not look.basins)
        self.basin_note.setVisible(look.basins and not look.setup and not flat)
        if not look.arrows or flat:
            self.legend.hide()

    def show_range(self, lo: float, hi: float) -> None:
        """Losses at the two ends of the colour bar."""
        self._lo.setText(number_text(lo, 2, large=1e3))
        self._hi.setText(number_text(hi, 2, large=1e3))

    def show_stability(self, words: str) -> None:
        """What the curvature says about the learning rate; nothing hides it."""
        self._stability_text.setText(words)
        self.stability.setVisible(bool(words))

    def show_ghost(self, words: str) -> None:
        """What there is to say about the pinned run; nothing hides it."""
        if words != self._ghost_text.text():
            self._ghost_text.setText(words)
        self.ghost.setVisible(bool(words))

    def show_readout(self, point: Sequence[float], value: float, gradient: NDArray[np.float64]) -> None:
        """The value and gradient under the pointer."""
        there = ", ".join(number_text(v, 3) for v in point)
        slope = ", ".join(number_text(float(v), 3) for v in gradient)
        self._readout_text.setText(f"θ = ({there})   f = {number_text(value, 4)}   ∇f = ({slope})")
        self.readout.show()
