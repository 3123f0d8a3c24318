"""Thousands of racers as clouds: where there are many, the colour of their rule is strong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from lab.panels.race.looks import Look, start_name
from lab.sims.race import RaceFrame
from lab.ui.stage import Stage
from lab.ui.theme import theme

#: One cell of the cloud covers this many pixels.
CELL = 3
#: More starts than this are drawn as clouds instead of heads, flags and trails.
CROWD = 200


def crowded(frame: RaceFrame) -> bool:
    """Whether there are too many starts to draw each racer."""
    return int(np.count_nonzero(frame.present)) > CROWD


def named_start(frame: RaceFrame, start: int) -> str:
    """A start in words; in a crowd, where nobody could count them, one of how many it is."""
    name = f"start {start_name(start)}"
    return f"{name} of {np.count_nonzero(frame.present):,}" if crowded(frame) else name


def cloud(
    pixels: NDArray[np.float64], width: int, height: int, colors: Sequence[tuple[int, int, int]]
) -> NDArray[np.uint8]:
    """Counts of racers per cell as one picture.

    Parameters
    ----------
    pixels : (L, S, 2) array
        Positions in cells; those outside the picture are left out.
    width, height : int
        Cells.
    colors : sequence of (int, int, int)
        One for each lane, in the order that the picture is to have them.

    Returns
    -------
    (height, width, 4) uint8 array
        Premultiplied colours, then alpha. Where rules mix, their colours do, by their numbers; the opacity
        grows with the logarithm of the count. Cost: one pass over the racers, one over the cells.
    """
    size = height * width
    x, y = pixels[..., 0], pixels[..., 1]
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    whole = bool(inside.all())
    if not whole:
        x, y = np.where(inside, x, 0.0), np.where(inside, y, 0.0)
    # Whole numbers in float64 are exact: one conversion for both.
    cells = (np.trunc(y) * width + np.trunc(x)).astype(np.intp)
    if not whole:
        # All others share one cell behind the last.
        cells[~inside] = size
    counts = [np.bincount(lane, minlength=size + 1) for lane in cells]
    total = np.zeros(size + 1, dtype=np.intp)
    for each in counts:
        total += each
    filled = np.flatnonzero(total[:size])
    picture = np.zeros((size, 4), dtype=np.uint8)
    if len(filled):
        some = total[filled].astype(np.float64)
        opacity = np.minimum(0.35 + 0.65 * np.log1p(some) / np.log1p(max(float(some.max()), 8.0)), 1.0)
        shares = np.array([each[filled] for each in counts], dtype=np.float64)
        mixed = (shares.T @ np.asarray(colors, dtype=np.float64)) / some[:, None]
        picture[filled, :3] = (mixed * opacity[:, None]).round()
        picture[filled, 3] = (255 * opacity).round()
    return picture.reshape(height, width, 4)


@dataclass(frozen=True, slots=True)
class _Seen:
    """Where the racers of a frame are in a view, and the part of it that they take.

    Attributes
    ----------
    frame, world, plot
        The frame and the view.
    box : QRect
        Where somebody is, counted in cells from the upper left corner of the plot: with an empty cell around, since
        enlarging smoothly mixes neighbours.
    cells : (L, S, 2) array
        Where they are, in cells from the upper left corner of the box; nan for those that are out.
    """

    frame: RaceFrame
    world: QRectF
    plot: QRectF
    box: QRect
    cells: NDArray[np.float64]

    @property
    def place(self) -> QRectF:
        """The box in pixels."""
        left, top = self.plot.left() + self.box.left() * CELL, self.plot.top() + self.box.top() * CELL
        return QRectF(left, top, self.box.width() * CELL, self.box.height() * CELL)


def _seen(frame: RaceFrame, stage: Stage) -> _Seen:
    """Look where the racers are; cost: some passes over them."""
    plot = stage.plot
    corner, unit = stage.to_pixels(np.array([[0.0, 0.0], [1.0, 1.0]]))
    scale, shift = (unit - corner) / CELL, (corner - (plot.left(), plot.top())) / CELL
    # All x together, and then all y: what reads one of them is then several times faster.
    both = np.empty((2, *frame.theta.shape[:2]))
    for i in range(2):
        np.multiply(frame.theta[..., i], scale[i], out=both[i])
        both[i] += shift[i]
    gone = ~(frame.present & (frame.diverged_at < 0))
    if gone.any():
        both[:, gone] = np.nan
    size = np.maximum([plot.width() // CELL, plot.height() // CELL], 1.0)
    box = QRect()
    low, high = np.fmin.reduce(both, axis=(1, 2), initial=np.inf), np.fmax.reduce(both, axis=(1, 2), initial=-np.inf)
    if (high >= 0.0).all() and (low < size).all():
        left, top = np.maximum(np.floor(low) - 1.0, 0.0).astype(np.int64).tolist()
        right, bottom = np.minimum(np.floor(high) + 2.0, size).astype(np.int64).tolist()
        box = QRect(left, top, right - left, bottom - top)
        both[0] -= left
        both[1] -= top
    return _Seen(frame, QRectF(stage.world), plot, box, np.moveaxis(both, 0, -1))


class DensityLayer:
    """Draws the cloud when there is a crowd."""

    def __init__(self) -> None:
        self.frame: RaceFrame | None = None
        self.looks: Sequence[Look] = ()
        self._seen: _Seen | None = None

    def extent(self, stage: Stage) -> QRegion | None:
        """The part of the plot where somebody is."""
        frame = self.frame
        if frame is None or not crowded(frame) or not self.looks:
            return QRegion()
        return QRegion(self._look(frame, stage).place.toAlignedRect())

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw all racers that still run."""
        frame = self.frame
        if frame is None or not crowded(frame) or not self.looks:
            return
        seen = self._look(frame, stage)
        width, height = seen.box.width(), seen.box.height()
        if not width:
            return
        t, colors = theme(), []
        for look in self.looks:
            color = QColor(t.hex(look.color_role))
            # In the order of bytes that the painter works in: enlarging any other takes half as long again.
            colors.append((color.blue(), color.green(), color.red()))
        bgra = cloud(seen.cells, width, height, colors)
        image = QImage(bgra.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawImage(seen.place, image)

    def _look(self, frame: RaceFrame, stage: Stage) -> _Seen:
        """Where the racers are: asked for twice a frame, and worked out once."""
        seen = self._seen
        if seen is None or seen.frame is not frame or seen.world != stage.world or seen.plot != stage.plot:
            seen = self._seen = _seen(frame, stage)
        return seen
