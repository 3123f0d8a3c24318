"""From which side the surface is seen at first: with the starts in front, nothing hidden, and the card filled."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from lab.engine.landscapes import Landscape
from lab.panels.race.layers import FEW
from lab.panels.race.surface_camera import Camera
from lab.panels.race.surface_marks import FLOOR
from lab.panels.race.surface_mesh import HEIGHT, Array, Surface
from lab.sims.race import RaceFrame

#: Shares of the picture, from its middle to both sides, that the ground and the box with its walls may fill.
GROUND, BOX = 0.82, 0.94
#: Sides that are tried, in degrees round the scene and above its floor. Edges of the floor are never level in the
#: picture: that would be a diagram.
AROUND = tuple(quarter + turned for quarter in (-90.0, 0.0, 90.0, -180.0) for turned in (30.0, 60.0, 18.0, 72.0))
UP = (44.0, 54.0)
#: What is worth more: that a point is seen, that the starts are in front, that the picture is filled.
HIDDEN, FACING, FILLED = 2.0, 0.35, 2.5
#: A surface or a picture has another shape when the ratio of its sides changes by so much, as a logarithm.
ANOTHER = 0.2


class UsualSide:
    """The side that is looked from unless another was chosen: found when first asked for, kept while the race goes on.

    Of another landscape, or where surface or picture take quite another shape, it is found anew; for another size it is
    only fitted again.
    """

    def __init__(self) -> None:
        self._found: Camera | None = None
        self._landscape: Landscape | None = None
        self._surface: Surface | None = None
        self._shapes, self._size = (1.0, 1.0), (0.0, 0.0)

    def forget(self) -> None:
        """Find it anew when it is next asked for: starts may have moved since."""
        self._found = None

    def camera(self, surface: Surface, landscape: Landscape, frame: RaceFrame, size: tuple[float, float]) -> Camera:
        """Where to look from, in a picture of this size in pixels."""
        if self._found is not None and surface is self._surface and size == self._size:
            return self._found
        shapes = surface.size[0] / surface.size[1], size[0] / size[1]
        kept = landscape == self._landscape and all(
            abs(math.log(now / then)) <= ANOTHER for now, then in zip(shapes, self._shapes, strict=True)
        )
        if self._found is not None and kept:
            self._found = fitted(self._found, surface, size)
        else:
            self._shapes = shapes
            starts = frame.starts[frame.present] if frame.starts.shape[1] == 2 else np.zeros((0, 2))
            starts = starts[surface.inside(surface.to_grid(starts))][:FEW]
            minima = [c.point for c in landscape.critical_points if c.kind == "minimum"]
            self._found = usual(surface, starts, np.array(minima, dtype=np.float64).reshape(-1, 2)[:FEW], size)
        self._landscape, self._surface, self._size = landscape, surface, size
        return self._found


def usual(surface: Surface, starts: Array, marks: Array, size: tuple[float, float]) -> Camera:
    """Where to look from when nothing else is asked for.

    Parameters
    ----------
    surface : Surface
        What is seen.
    starts, marks : arrays (n, 2) of world points
        Starts of the race, which should be in front, and minima, which should be seen as well.
    size : (float, float)
        Width and height of the picture in pixels.

    Cost: some 25 ms.
    """
    # The ways between them are where trails will be.
    ways = (starts[:, None] + marks[None]).reshape(-1, 2) / 2
    points = np.concatenate([starts, marks, ways])
    grid = surface.to_grid(points)
    grid = grid[surface.inside(grid)][:60]
    scene = surface.to_scene(grid)
    near = surface.to_scene(surface.to_grid(starts))[:, :2].mean(axis=0) if len(starts) else np.zeros(2)
    length = float(np.hypot(*near))
    best, most = Camera(), -math.inf
    for up in UP:
        for around in AROUND:
            camera = fitted(Camera(around, up), surface, size)
            hidden = float(surface.hidden(camera.eye(size[0] / size[1]), scene).mean()) if len(scene) else 0.0
            facing = float(near @ camera.toward[:2]) / length if length > 1e-6 else 0.0
            worth = FILLED * _filled(camera, surface, size) + FACING * facing - HIDDEN * hidden
            if worth > most + 1e-9:
                best, most = camera, worth
    return best


def fitted(camera: Camera, surface: Surface, size: tuple[float, float]) -> Camera:
    """The same, so near that the surface fills the picture without leaving it; axes have room beside it."""
    (sx, sy), half = surface.size, np.array(size) / 2
    edge = _rim(surface)
    box = np.array([[x * sx / 2, y * sy / 2, z] for x in (-1, 1) for y in (-1, 1) for z in (FLOOR, HEIGHT)])
    low, high = 0.4, 6.0
    for _ in range(9):
        zoom = math.sqrt(low * high)
        nearer = dataclasses.replace(camera, zoom=zoom)
        fits = all(
            bool((np.abs(nearer.project(points, *size) / half - 1.0) <= share).all())
            for points, share in ((edge, GROUND), (box, BOX))
        )
        low, high = (zoom, high) if fits else (low, zoom)
    return dataclasses.replace(camera, zoom=low)


def _rim(surface: Surface) -> Array:
    """Some points along the edges of the surface, and its floor's corners."""
    (nx, ny), (sx, sy) = surface.cells, surface.size
    t = np.linspace(0.0, 1.0, 7)
    sides: Sequence[Array] = [np.stack([t * nx, np.full(7, v)], axis=1) for v in (0.0, ny)]
    sides = [*sides, *(np.stack([np.full(7, u), t * ny], axis=1) for u in (0.0, nx))]
    floor = np.array([[x * sx / 2, y * sy / 2, FLOOR] for x in (-1, 1) for y in (-1, 1)])
    return np.concatenate([surface.to_scene(np.concatenate(sides)), floor])


def _filled(camera: Camera, surface: Surface, size: tuple[float, float]) -> float:
    """The share of the picture that the floor covers."""
    sx, sy = surface.size
    corners = np.array([[-sx, -sy, 0.0], [sx, -sy, 0.0], [sx, sy, 0.0], [-sx, sy, 0.0]]) / 2
    x, y = camera.project(corners, *size).T
    return abs(float(x @ np.roll(y, -1) - y @ np.roll(x, -1))) / 2 / (size[0] * size[1])
