"""The landscape as a height field: its grid, what lies on it, and where a ray meets it. Pure numbers.

Three systems of coordinates: *world* is (theta_1, theta_2); *grid* counts cells, (0..nx, 0..ny), and height 0..1;
*scene* is what the camera looks at: the floor is centred, `DIAGONAL` from corner to corner, and heights reach `HEIGHT`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.core.ticket import Ticket
from lab.engine.landscapes import Landscape
from lab.panels.race.field import Scale

Array = NDArray[np.float64]

#: Cells along the longer side.
CELLS = 144
#: The floor from corner to corner, whatever its sides, and how high shade 1 stands above it.
DIAGONAL = 1.4
HEIGHT = 0.46


@dataclass(frozen=True, slots=True, eq=False)
class Surface:
    """A window of a landscape as heights on a grid; between the nodes each cell is two triangles.

    The triangles of a cell meet along its falling diagonal, from (i + 1, j) to (i, j + 1): what is interpolated here
    is exactly what is drawn.

    Attributes
    ----------
    world : tuple of float
        x, y (lowest), width, height.
    heights : (ny + 1, nx + 1) float64 array
        Shades 0 to 1 at the nodes, row 0 at the lowest y; poles and cliffs end at 1.
    scale : Scale
        Losses as shades, the same as of the picture beside it.
    """

    world: tuple[float, float, float, float]
    heights: Array
    scale: Scale

    @property
    def cells(self) -> tuple[int, int]:
        """How many cells across and up: (nx, ny)."""
        rows, columns = self.heights.shape
        return columns - 1, rows - 1

    @property
    def size(self) -> tuple[float, float]:
        """Sides of the floor in the scene."""
        _, _, width, height = self.world
        unit = DIAGONAL / math.hypot(width, height)
        return width * unit, height * unit

    def to_grid(self, points: Array) -> Array:
        """World to grid for points (..., 2)."""
        x, y, width, height = self.world
        nx, ny = self.cells
        return (points - np.array([x, y])) * np.array([nx / width, ny / height])

    def to_world(self, grid: Array) -> Array:
        """Grid to world for points (..., 2)."""
        x, y, width, height = self.world
        nx, ny = self.cells
        return grid * np.array([width / nx, height / ny]) + np.array([x, y])

    def inside(self, grid: Array) -> NDArray[np.bool_]:
        """Which grid points (..., 2) lie on the field; nan does not."""
        nx, ny = self.cells
        u, v = grid[..., 0], grid[..., 1]
        return (u >= 0) & (u <= nx) & (v >= 0) & (v <= ny)

    def height_at(self, grid: Array) -> Array:
        """Heights 0 to 1 at grid points (..., 2) by linear interpolation; outside, as at the nearest edge."""
        nx, ny = self.cells
        u = np.clip(np.nan_to_num(grid[..., 0]), 0, nx)
        v = np.clip(np.nan_to_num(grid[..., 1]), 0, ny)
        i = np.minimum(u.astype(np.intp), nx - 1)
        j = np.minimum(v.astype(np.intp), ny - 1)
        s, t = u - i, v - j
        h = self.heights
        right, up = h[j, i + 1], h[j + 1, i]
        low = h[j, i] * (1 - s - t) + right * s + up * t
        high = h[j + 1, i + 1] * (s + t - 1) + up * (1 - s) + right * (1 - t)
        return np.where(s + t <= 1, low, high)

    def to_scene(self, grid: Array, height: Array | float | None = None) -> Array:
        """Grid points (..., 2) as scene points (..., 3), on the surface unless a height (0 to 1) is given."""
        (nx, ny), (sx, sy) = self.cells, self.size
        made = np.empty((*grid.shape[:-1], 3))
        made[..., 0] = (grid[..., 0] / nx - 0.5) * sx
        made[..., 1] = (grid[..., 1] / ny - 0.5) * sy
        made[..., 2] = HEIGHT * (self.height_at(grid) if height is None else height)
        return made

    def vertices(self) -> NDArray[np.float32]:
        """Position and unit normal of every node in the scene, shape ((ny + 1) * (nx + 1), 6), row by row."""
        (nx, ny), (sx, sy) = self.cells, self.size
        grid = np.stack(np.meshgrid(np.arange(nx + 1.0), np.arange(ny + 1.0)), axis=-1)
        across = HEIGHT * np.gradient(self.heights, sx / nx, axis=1)
        along = HEIGHT * np.gradient(self.heights, sy / ny, axis=0)
        normal = np.stack([-across, -along, np.ones_like(across)], axis=-1)
        normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
        position = self.to_scene(grid, self.heights)
        return np.concatenate([position, normal], axis=-1).reshape(-1, 6).astype(np.float32)

    def faces(self) -> NDArray[np.uint32]:
        """Node numbers of all triangles, shape (2 * nx * ny, 3)."""
        nx, ny = self.cells
        first = (np.arange(ny)[:, None] * (nx + 1) + np.arange(nx)).reshape(-1, 1)
        low = first + np.array([0, 1, nx + 1])
        high = first + np.array([1, nx + 2, nx + 1])
        return np.concatenate([low, high], axis=1).reshape(-1, 3).astype(np.uint32)

    def hidden(self, eye: Array, points: Array) -> NDArray[np.bool_]:
        """Which scene points (n, 3) on the surface a hill hides from the eye; looked up at 80 places of each ray."""
        (nx, ny), (sx, sy) = self.cells, self.size
        way = eye - points
        with np.errstate(divide="ignore", invalid="ignore"):
            out = np.stack([((np.array([sx, sy]) * side - points[:, :2]) / way[:, :2]) for side in (-0.5, 0.5)])
        reach = np.nan_to_num(np.minimum(np.nanmin(out.max(axis=0), axis=-1), 1.0), nan=1.0)
        share = np.linspace(0.02, 1.0, 80)[None, :] * np.clip(reach, 0.0, 1.0)[:, None]
        along = points[:, None, :] + share[..., None] * way[:, None, :]
        grid = (along[..., :2] + np.array([sx / 2, sy / 2])) * np.array([nx / sx, ny / sy])
        return (along[..., 2] < HEIGHT * self.height_at(grid) - 0.012).any(axis=1)

    def hit(self, origin: Array, direction: Array) -> tuple[float, float] | None:
        """Where a ray of the scene first meets the surface, in world coordinates; None when it misses.

        The ray is cut where it crosses a side or a diagonal of a cell. Between two cuts it runs over one triangle, so
        that its height above the surface is linear there and the zero exact. Cost: O(nx + ny).
        """
        (nx, ny), (sx, sy) = self.cells, self.size
        unit = np.array([nx / sx, ny / sy, 1.0 / HEIGHT])
        start = (origin + np.array([sx / 2, sy / 2, 0.0])) * unit
        step = direction * unit
        low, high = np.zeros(3), np.array([nx, ny, 1.0])
        low[2] -= 1e-6
        high[2] += 1e-6
        with np.errstate(divide="ignore", invalid="ignore"):
            ends = np.stack([(low - start) / step, (high - start) / step])
        still = step == 0.0
        if (still & ((start < low) | (start > high))).any():
            return None
        ends[:, still] = [[-np.inf], [np.inf]]
        begin, end = max(float(ends.min(axis=0).max()), 0.0), float(ends.max(axis=0).min())
        if not begin <= end < np.inf:
            return None
        cuts = [np.array([begin, end])]
        for offset, slope in ((start[0], step[0]), (start[1], step[1]), (start[0] + start[1], step[0] + step[1])):
            first, last = sorted((offset + slope * begin, offset + slope * end))
            if slope:
                lines = np.arange(math.ceil(first), math.floor(last) + 1)
                cuts.append(np.clip((lines - offset) / slope, begin, end))
        t = np.sort(np.concatenate(cuts))
        points = start + t[:, None] * step
        above = points[:, 2] - self.height_at(points[:, :2])
        change = np.flatnonzero((above[:-1] > 0) != (above[1:] > 0))
        if not len(change):
            return None
        k = int(change[0])
        share = above[k] / (above[k] - above[k + 1])
        x, y = self.to_world(points[k, :2] + share * (points[k + 1, :2] - points[k, :2]))
        return float(x), float(y)


def compute_surface(
    ticket: Ticket, landscape: Landscape, world: tuple[float, float, float, float], scale: Scale
) -> Surface:
    """Sample a landscape of two weights on the nodes of a grid; cost grows with `CELLS` squared."""
    x, y, width, height = world
    longer = max(width, height)
    nx, ny = max(8, round(CELLS * width / longer)), max(8, round(CELLS * height / longer))
    theta = np.empty((ny + 1, nx + 1, 2))
    theta[..., 0] = np.linspace(x, x + width, nx + 1)
    theta[..., 1] = np.linspace(y, y + height, ny + 1)[:, None]
    with np.errstate(all="ignore"):
        loss = landscape.value(theta)
    ticket.progress(1.0)
    return Surface(world, scale.shade(loss), scale)


def height_ticks(scale: Scale, gap: float = 0.16) -> list[tuple[float, float]]:
    """Round losses along the upright axis with their heights, at least `gap` apart.

    On a linear scale they are evenly spaced. On a logarithmic one 0 and powers of ten come first; where these leave
    room (a scale that begins far from 0), the roundest numbers above the lowest loss fill it.
    """
    lo, hi = scale.lo, scale.lo + scale.top
    if not (scale.top > 0 and math.isfinite(lo) and math.isfinite(hi)):
        return []
    if not scale.knee:
        power = 10.0 ** math.floor(math.log10(scale.top * gap))
        step = next(m * power for m in (1, 2, 5, 10) if m * power >= scale.top * gap)
        values = [k * step for k in range(math.ceil(lo / step), math.floor(hi / step) + 1)]
        return [(value, (value - lo) / scale.top) for value in values]
    most = math.floor(math.log10(max(abs(lo), abs(hi), scale.top)))
    powers = [m * 10.0**k for m in (1, 5, 2) for k in range(most, most - 9, -1)]
    found: list[tuple[float, float]] = []
    # Of two digits at most: more are no round number.
    least = math.floor(math.log10(abs(lo))) - 1 if lo else most
    above = [
        round(m * 10.0**k * math.ceil(lo / (m * 10.0**k)), -k)
        for k in range(most, max(least, most - 9) - 1, -1)
        for m in (5, 2, 1)
    ]
    for value in (0.0, *(sign * p for p in powers for sign in (1, -1)), *above):
        height = float(scale.shade(np.array([value]))[0])
        if lo <= value <= hi and all(abs(height - other) >= gap for _, other in found):
            found.append((value, height))
    return sorted(found)
