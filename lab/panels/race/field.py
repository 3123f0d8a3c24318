"""The landscape as a picture: values on a grid, their colours, and lines of equal loss."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
#: Round a start outside the domain, this share of the domain's width is shown.
MARGIN = 0.06

Array = NDArray[np.float64]
LossAt = Callable[[Array], Array]


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
    undefined : (ny, nx) array of bool
        Where the loss has no real value, row 0 at the top.
    """

    world: tuple[float, float, float, float]
    shade: NDArray[np.uint8]
    lines: tuple[NDArray[np.float64], ...]
    scale: Scale
    undefined: NDArray[np.bool_]

    @property
    def lo(self) -> float:
        """The loss at the lower end of the colour bar."""
        return self.scale.lo

    @property
    def hi(self) -> float:
        """The loss at the upper end of the colour bar."""
        return self.scale.lo + self.scale.top


def compute_field(
    ticket: Ticket,
    landscape: Landscape,
    world: tuple[float, float, float, float],
    nx: int,
    ny: int,
    log: bool,
    seen: float = 1.0,
    seen_up: float = 1.0,
) -> Field:
    """Sample a 2-D landscape on nx x ny points and contour it; cost grows with nx * ny.

    The shades are spread over the losses in the left share `seen` and the upper share `seen_up` of the window: a card
    or a table may lie on the rest.
    """
    x, y, loss, undefined = sampled(landscape.value, world, nx, ny)
    ticket.progress(0.5)
    lo = float(loss.min())
    if landscape.bounded_below:
        lo = min(lo, lowest(landscape)) if lo - lowest(landscape) < np.ptp(loss) else lo
    scale = scaled(loss[-max(1, round(seen_up * ny)) :, : max(1, round(seen * nx))], lo, log)
    shade = scale.shade(loss)
    lines = level_lines(x, y, shade, LEVELS)
    ticket.progress(1.0)
    return Field(world, (shade[::-1] * 255).astype(np.uint8), lines, scale, undefined[::-1])


def sampled(
    loss_at: LossAt, world: tuple[float, float, float, float], nx: int, ny: int
) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Places x (nx,), y (ny,), a loss (ny, nx) at the middles of the cells, and where it is undefined.

    What is not finite counts as the highest that is.
    """
    x0, y0, width, height = world
    x: Array = x0 + (np.arange(nx, dtype=np.float64) + 0.5) * (width / nx)
    y: Array = y0 + (np.arange(ny, dtype=np.float64) + 0.5) * (height / ny)
    theta = np.empty((ny, nx, 2))
    theta[..., 0] = x
    theta[..., 1] = y[:, None]
    with np.errstate(all="ignore"):
        loss = loss_at(theta)
    finite = np.isfinite(loss)
    return x, y, np.where(finite, loss, np.max(loss, initial=0.0, where=finite)), np.isnan(loss)


def scaled(loss: Array, lo: float, log: bool) -> Scale:
    """The scale on which these losses fill the shades, from the floor `lo` up."""
    above = loss - lo
    top = float(np.quantile(above, 0.995)) or 1.0
    # The knee of the logarithm lies where a hundredth of the picture begins: floors keep some detail.
    return Scale(lo, top, max(float(np.median(above)) / 150.0, top * 1e-9) if log else 0.0)


def level_lines(x: Array, y: Array, shade: Array, levels: int) -> tuple[Array, ...]:
    """Lines of equal shade in world coordinates, (m, 2) each."""
    generator = contourpy.contour_generator(x, y, shade)
    found: list[Array] = []
    for level in np.linspace(LOWEST_LEVEL, TOP_LEVEL, levels):
        found += [np.asarray(line, dtype=np.float64) for line in generator.lines(level)]
    return tuple(found)


def around(
    domain: tuple[tuple[float, float], ...], starts: Sequence[Sequence[float]]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """What of a plane is worth seeing, x and y: the domain, and round about it the starts, with a margin.

    A start further away than the domain is wide would leave nothing to be seen of the landscape: it does not count.
    """
    sides = []
    near = [p for p in starts if all(2 * lo - hi <= at <= 2 * hi - lo for at, (lo, hi) in zip(p, domain, strict=True))]
    for axis, (lo, hi) in enumerate(domain):
        margin = MARGIN * (hi - lo)
        places = [p[axis] for p in near]
        sides.append((min([lo, *(at - margin for at in places)]), max([hi, *(at + margin for at in places)])))
    return sides[0], sides[1]
