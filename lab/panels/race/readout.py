"""What the loss is under the pointer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from lab.ui.widgets import Overlay, Text, number_text

#: Its words end so far from the edges of the plot at least.
BESIDE = 28


class Readout(Overlay):
    """Weights, loss and slope at one place; a press goes through it, since it may lie where one is meant to go."""

    def __init__(self) -> None:
        self._words = Text("", "caption")
        super().__init__(self._words, see_through=True)

    @property
    def words(self) -> str:
        """What it says."""
        return self._words.text()

    def tell(self, point: Sequence[float], value: float, gradient: NDArray[np.float64], width: float) -> None:
        """Say what is at a point, without the slope where a plot of this width, in pixels, has no room for it."""
        if len(point) == 1:
            words = f"θ = {number_text(point[0], 4)}   f = {number_text(value, 4)}"
            slope = f"   f′ = {number_text(float(gradient[0]), 3)}"
        else:
            words = f"θ = ({', '.join(number_text(v, 3) for v in point)})   f = {number_text(value, 4)}"
            slope = f"   ∇f = ({', '.join(number_text(float(v), 3) for v in gradient)})"
        fits = self._words.fontMetrics().horizontalAdvance(words + slope) <= width - 2 * BESIDE
        self._words.setText(words + slope if fits else words)
