"""The landscape as a picture: values on a grid, their colours, and lines of equal loss."""

from __future__ import annotations

from dataclasses import dataclass

import contourpy
import numpy as np
from numpy.typing import NDArray

from lab.core.ticket import Ticket
from lab.engine.landscapes import Landscape
from lab.sims.race import lowest

#: Contours: how many, and at which shades the lowest and the topmost lie.
LEVELS = 15
LOWEST_LEVEL, TOP_LEVEL = 0.09, 0.97


@dataclass(frozen=True, slots=True)
class Scale:
    """How a loss becomes a shade between 0 and 1, the same for the picture, its contours and the surface.

    Attributes
    ----------
    lo, top : float
        The loss at shade 0, and how far above it shade 1 lies; what is higher stays at 1.
    knee : float
        Above `lo`, where the logarithm turns from a straight line; 0 for a linear scale.
    """

    lo: float
    top: float
    knee: float = 0.0

    def shade(self, loss: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shades of losses of any shape; what is not finite counts as the top."""
        with np.errstate(all="ignore"):
            above = np.maximum(np.where(np.isfinite(loss), loss, np.inf) - self.lo, 0.0)
            if self.knee:
                return np.minimum(np.log1p(above / self.knee) / np.log1p(self.top / self.knee), 1.0)
            return np.minimum(above / self.top, 1.0)


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
    scale : Scale
        Losses as shades.
    """

    world: tuple[float, float, float, float]
    shade: NDArray[np.uint8]
    lines: tuple[NDArray[np.float64], ...]
    scale: Scale

    @property
    def lo(self) -> float:
        """The loss at the lower end of the colour bar."""
        return self.scale.lo

    @property
    def hi(self) -> float:
        """The loss at the upper end of the colour bar."""
        return self.scale.lo + self.scale.top


def compute_field(
    ticket: Ticket, landscape: Landscape, world: tuple[float, float, float, float], nx: int, ny: int, log: bool
) -> Field:
    """Sample a 2-D landscape on nx x ny points and contour it; cost grows with nx * ny."""
    x0, y0, width, height = world
    x = x0 + (np.arange(nx) + 0.5) * (width / nx)
    y = y0 + (np.arange(ny) + 0.5) * (height / ny)
    theta = np.empty((ny, nx, 2))
    theta[..., 0] = x
    theta[..., 1] = y[:, None]
    with np.errstate(all="ignore"):
        loss = landscape.value(theta)
    ticket.progress(0.5)
    finite = np.isfinite(loss)
    loss = np.where(finite, loss, np.max(loss, initial=0.0, where=finite))
    lo = float(loss.min())
    if landscape.bounded_below:
        lo = min(lo, lowest(landscape)) if lo - lowest(landscape) < np.ptp(loss) else lo
    above = loss - lo
    top = float(np.quantile(above, 0.995)) or 1.0
    # The knee of the logarithm lies where a hundredth of the picture begins: floors keep some detail.
    scale = Scale(lo, top, max(float(np.median(above)) / 150.0, top * 1e-9) if log else 0.0)
    shade = scale.shade(loss)
    generator = contourpy.contour_generator(x, y, shade)
    lines: list[NDArray[np.float64]] = []
    for level in np.linspace(LOWEST_LEVEL, TOP_LEVEL, LEVELS):
        lines += [np.asarray(line, dtype=np.float64) for line in generator.lines(level)]
    ticket.progress(1.0)
    return Field(world, (shade[::-1] * 255).astype(np.uint8), tuple(lines), scale)
