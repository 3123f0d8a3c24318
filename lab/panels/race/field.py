"""The landscape as a picture: values on a grid, their colours, and lines of equal loss."""

from __future__ import annotations

from dataclasses import dataclass

import contourpy
import numpy as np
from numpy.typing import NDArray

from lab.engine.landscapes import Landscape
from lab.sims.race import lowest
from lab.ui.jobs import Ticket

LEVELS = 15


@dataclass(frozen=True, slots=True)
class Field:
    """A landscape seen through a window.

    Attributes
    ----------
    world : tuple of float
        x, y (lowest), width, height.
    shade : (ny, nx) uint8 array
        Height as a colour index, row 0 at the top.
    lines : tuple of (m, 2) arrays
        Lines of equal loss in world coordinates.
    lo, hi : float
        Losses at the two ends of the colour bar.
    """

    world: tuple[float, float, float, float]
    shade: NDArray[np.uint8]
    lines: list[NDArray[np.float64]] = []
    for level in levels:
        lines += [np.asarray(line, dtype=np.float64) for line in generator.lines(level)]
    ticket.progress(1.0)
    return Field(world, (shade[::-1] * 255).astype(np.uint8), tuple(lines), lo, lo + top)
