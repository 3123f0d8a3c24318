"""The basin map as a layer: the colour says which minimum is reached, the shade how soon."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from lab.engine.landscapes import Landscape
from lab.engine.optimizers import Optimizer
from lab.sims.basins import LOST, UNDER_WAY, BasinMap, basin_map
from lab.ui.jobs import Jobs, owner_of
from lab.ui.stage import Stage
from lab.ui.theme import Theme, theme

#: Widths of the picture in pixels, one after the other: something at once, everything soon.
SIZES = (16, 64, 128, 256, 512)
STEPS = 500
#: Shares of the hue where the way is shortest and where it is longest.
SHADES = {"dark": (0.76, 0.17), "light": (0.85, 0.14)}
_COLORS = ("blue", "vermillion", "green", "purple", "yellow", "sky", "ink")


class BasinLayer:
    """Draws the newest basin map; asks for finer ones until the finest is there.

    Parameters
    ----------
    jobs : Jobs
        Where the maps are computed.
    changed : callable
        Called when another picture is there; the object whose method it is (the stage) takes what runs with it when
        it goes away.
    failed : callable
        Gets what went wrong, in one line.
    """

    def __init__(self, jobs: Jobs, changed: Callable[[], None], failed: Callable[[str], None]) -> None:
        self._jobs = jobs
        self._changed = changed
        self._failed = failed
        self._owner = owner_of(changed)
        self._asked: object = None
        self._map: BasinMap | None = None
        self._image: QImage | None = None
        self._theme = ""

    @property
    def map(self) -> BasinMap | None:
        """The newest map."""
        return self._map

    def ask(
        self, landscape: Landscape, optimizer: Optimizer, world: tuple[float, float, float, float], aspect: float
    ) -> None:
        """Ask for the map of one rule; the same question twice costs nothing."""
        question = (landscape, optimizer, world)
        if question != self._asked:
            self._asked = question
            self._refine(question, aspect, 0)

    def clear(self) -> None:
        """Forget the map and stop computing."""
        self._asked = self._map = self._image = None
        self._jobs.cancel((id(self), "basins"))

    def _refine(
        self, question: tuple[Landscape, Optimizer, tuple[float, float, float, float]], aspect: float, level: int
    ) -> None:
        landscape, optimizer, world = question
        size = (SIZES[level], max(8, round(SIZES[level] * aspect)))

        def done(found: BasinMap) -> None:
            self._map = found
            self._image = None
            self._changed()
            if level + 1 < len(SIZES) and question == self._asked:
                self._refine(question, aspect, level + 1)

        self._jobs.submit(
            (id(self), "basins"), basin_map, landscape, optimizer, world, size, STEPS, 0, self._jobs.spread,
            done=done, failed=self._failed, owner=self._owner,
        )  # fmt: skip

    def words(self) -> str:
        """What the shades mean in this theme, with the numbers of this map."""
        far = "dark" if theme().dark else "pale"
        span = None if self._map is None else shade_range(self._map)
        if span is None:
            return f"Strong: soon, {far}: late. Grey: not in {STEPS} steps."
        return f"Strong: in {span[0]} steps, {far}: in {span[1]}. Grey: not in {STEPS}."

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw the map where it belongs."""
        if self._map is None:
            return
        t = theme()
        if self._image is None or self._theme != t.name:
            self._theme = t.name
            rgb = np.ascontiguousarray(shades(self._map, t)[::-1])
            ny, nx = self._map.minimum.shape
            self._image = QImage(rgb.data, nx, ny, 3 * nx, QImage.Format.Format_RGB888).copy()
        x, y, width, height = self._map.world
        (left, bottom), (right, top) = stage.to_pixels(np.array([[x, y], [x + width, y + height]]))
        painter.drawImage(QRectF(left, top, right - left, bottom - top), self._image)


def shades(found: BasinMap, t: Theme) -> NDArray[np.uint8]:
    """Colours of a map, shape (ny, nx, 3): far from the surface's colour where the way is short."""
    ground = _rgb(t.surface)
    hues = np.array([_rgb(t.hex(name)) for name in _COLORS])
    # Neighbours in a long list of minima get colours that are far apart.
    hue = hues[(found.minimum.astype(np.int64) * 5) % len(hues)] if found.minimum.max() > 6 else None
    if hue is None:
        hue = hues[np.clip(found.minimum, 0, len(hues) - 1)]
    lo, hi = shade_range(found) or (1, STEPS)
    # From the quickest to the slowest of this very map, by ratios: over all steps there are, most would look alike.
    share = np.log(found.steps.clip(lo, hi) / lo) / np.log(max(hi / lo, 1.0 + 1e-9))
    soon, late = SHADES[t.name]
    strength = (soon + (late - soon) * share)[..., None]
    colors = ground + (hue - ground) * strength
    colors[found.minimum == UNDER_WAY] = ground + (_rgb(t.line_strong) - ground) * 0.35
    colors[found.minimum == LOST] = _rgb(t.bg)
    shaded: NDArray[np.uint8] = colors.round().astype(np.uint8)
    return shaded


def shade_range(found: BasinMap) -> tuple[int, int] | None:
    """The steps that the strongest and the faintest shade stand for; None where no pixel has arrived yet."""
    arrived = found.steps[found.minimum >= 0]
    if not arrived.size:
        return None
    lo, hi = np.quantile(arrived, (0.02, 0.98), method="nearest")
    return max(int(lo), 1), max(int(hi), 1)


def _rgb(color: str) -> NDArray[np.float64]:
    q = QColor(color)
    return np.array([q.red(), q.green(), q.blue()], dtype=np.float64)
