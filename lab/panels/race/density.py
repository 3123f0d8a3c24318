"""Thousands of racers as clouds: where there are many, the colour of their rule is strong."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QRegion

from lab.panels.race.looks import Look
from lab.sims.race import RaceFrame
from lab.ui.stage import Stage
from lab.ui.theme import theme

#: One cell of the cloud covers this many pixels.
CELL = 3
#: More starts than this are drawn as clouds instead of heads, flags and trails.
CROWD = 200


def crowded(frame: RaceFrame) -> bool:
    """Whether there are too many starts to draw each racer."""
    return int(frame.present.sum()) > CROWD


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
    lanes = len(pixels)
    counts = np.zeros((lanes, height * width))
    for lane, points in enumerate(pixels):
        x, y = points[:, 0], points[:, 1]
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        cells = y[inside].astype(np.int64) * width + x[inside].astype(np.int64)
        counts[lane] = np.bincount(cells, minlength=height * width)
    total = counts.sum(axis=0)
    filled = np.flatnonzero(total)
    picture = np.zeros((height * width, 4), dtype=np.uint8)
    if len(filled):
        some = total[filled]
        opacity = np.minimum(0.35 + 0.65 * np.log1p(some) / np.log1p(max(float(some.max()), 8.0)), 1.0)
        mixed = (counts[:, filled].T @ np.asarray(colors, dtype=np.float64)) / some[:, None]
        picture[filled, :3] = (mixed * opacity[:, None]).round()
        picture[filled, 3] = (255 * opacity).round()
    return picture.reshape(height, width, 4)


class DensityLayer:
    """Draws the cloud when there is a crowd."""

    def __init__(self) -> None:
        self.frame: RaceFrame | None = None
        self.looks: Sequence[Look] = ()

    def extent(self, stage: Stage) -> QRegion | None:
        """Everywhere, or nowhere."""
        return None if self.frame is not None and crowded(self.frame) else QRegion()

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw all racers that still run."""
        frame = self.frame
        if frame is None or not crowded(frame) or not self.looks:
            return
        t, plot = theme(), stage.plot
        width, height = max(1, int(plot.width() // CELL)), max(1, int(plot.height() // CELL))
        # World to cells is one scale and one shift: two passes over sixty thousand points instead of five.
        corner, unit = stage.to_pixels(np.array([[0.0, 0.0], [1.0, 1.0]]))
        cells = frame.theta * ((unit - corner) / CELL)
        cells += (corner - (plot.left(), plot.top())) / CELL
        gone = ~(frame.present & (frame.diverged_at < 0))
        if gone.any():
            cells[gone] = -1.0
        colors = []
        for look in self.looks:
            color = QColor(t.hex(look.color_role))
            # In the order of bytes that the painter works in: enlarging any other takes half as long again.
            colors.append((color.blue(), color.green(), color.red()))
        bgra = cloud(cells, width, height, colors)
        image = QImage(bgra.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawImage(QRectF(plot.left(), plot.top(), width * CELL, height * CELL), image)
