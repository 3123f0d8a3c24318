"""The basin map as a layer: the colour says which minimum is reached, the shade how soon."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

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
SHADES = {"dark": (0.68, 0.17), "light": (0.7, 0.14)}
_Question = tuple[Landscape, Optimizer, tuple[float, float, float, float]]
_COLORS = ("blue", "vermillion", "green", "purple", "yellow", "sky", "ink")


@dataclass
class _Picture:
    """A map, the steps that its strongest and its faintest shade stand for, and its colours in a theme."""

    found: BasinMap
    span: tuple[int, int] | None
    image: QImage | None = None
    theme: str = ""

    @property
    def cell(self) -> float:
        """Width of a pixel in the world."""
        return self.found.world[2] / self.found.minimum.shape[1]

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw the map where it belongs."""
        t = theme()
        if self.image is None or self.theme != t.name:
            self.theme = t.name
            rgb = np.ascontiguousarray(shades(self.found, t, self.span)[::-1])
            ny, nx = self.found.minimum.shape
            self.image = QImage(rgb.data, nx, ny, 3 * nx, QImage.Format.Format_RGB888).copy()
        x, y, width, height = self.found.world
        (left, bottom), (right, top) = stage.to_pixels(np.array([[x, y], [x + width, y + height]]))
        painter.drawImage(QRectF(left, top, right - left, bottom - top), self.image)


class BasinLayer:
    """Draws the newest basin map; asks for finer ones until the finest is there.

    Where only the view has moved, the map of the view before lies over the new one until that is as fine, or as fine as
    it gets.

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
        self._asked: _Question | None = None
        #: The newest map first, and over it the finer one of another view.
        self._pictures: list[_Picture] = []

    @property
    def map(self) -> BasinMap | None:
        """The newest map."""
        return self._pictures[0].found if self._pictures else None

    def ask(
        self, landscape: Landscape, optimizer: Optimizer, world: tuple[float, float, float, float], aspect: float
    ) -> None:
        """Ask for the map of one rule; the same question twice costs nothing."""
        question = (landscape, optimizer, world)
        if question == self._asked:
            return
        moved = self._asked is not None and question[:2] == self._asked[:2]
        self._asked = question
        # Of several views after each other, the last that had a fine map stays.
        kept = min(self._pictures, key=lambda picture: picture.cell, default=None) if moved else None
        self._refine(question, aspect, 0, kept)

    def clear(self) -> None:
        """Forget the map and stop computing."""
        self._asked = None
        self._pictures = []
        self._jobs.cancel((id(self), "basins"))

    def _refine(self, question: _Question, aspect: float, level: int, kept: _Picture | None) -> None:
        landscape, optimizer, world = question
        size = (SIZES[level], max(8, round(SIZES[level] * aspect)))

        def done(found: BasinMap) -> None:
            newest = _Picture(found, shade_range(found))
            last = level + 1 == len(SIZES)
            over = kept if kept is not None and kept.cell < newest.cell and not last else None
            if over is not None:
                # What lies side by side is shaded alike.
                newest.span = over.span
            self._pictures = [newest] if over is None else [newest, over]
            self._changed()
            if not last and question == self._asked:
                self._refine(question, aspect, level + 1, over)

        self._jobs.submit(
            (id(self), "basins"), basin_map, landscape, optimizer, world, size, STEPS, 0, self._jobs.spread,
            done=done, failed=self._failed, owner=self._owner,
        )  # fmt: skip

    def words(self) -> str:
        """What the shades mean in this theme, with the numbers of this map."""
        far = "dark" if theme().dark else "pale"
        if not self._pictures:
            return f"Strong: soon, {far}: late. Grey: not in {STEPS} steps."
        found, span = self._pictures[0].found, self._pictures[0].span
        said = []
        if span is not None:
            same = f"Coloured: in {span[0]} steps."
            said.append(same if span[0] == span[1] else f"Strong: in {span[0]} steps, {far}: in {span[1]}.")
        if (found.minimum == UNDER_WAY).any():
            said.append(f"Grey: not in {STEPS}." if said else f"Grey: not in {STEPS} steps.")
        if (found.minimum == LOST).any():
            said.append("Black: diverged." if theme().dark else "White: diverged.")
        return " ".join(said)

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw what there is."""
        for picture in self._pictures:
            picture.paint(painter, stage)


def shades(found: BasinMap, t: Theme, span: tuple[int, int] | None) -> NDArray[np.uint8]:
    """Colours of a map, shape (ny, nx, 3): far from the surface's colour where the way is short.

    `span` is the steps that the strongest and the faintest shade stand for, as a rule those of `shade_range`.
    """
    ground = _rgb(t.surface)
    hues = np.array([_rgb(t.hex(name)) for name in _COLORS])
    # Neighbours in a long list of minima get colours that are far apart.
    hue = hues[(found.minimum.astype(np.int64) * 5) % len(hues)] if found.minimum.max() > 6 else None
    if hue is None:
        hue = hues[np.clip(found.minimum, 0, len(hues) - 1)]
    lo, hi = span or (1, STEPS)
    # From the quickest to the slowest pixel, by ratios: over all steps there are, most would look alike.
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
