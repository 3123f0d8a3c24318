"""Small marks as pictures: drawn once for each look and each quarter of a pixel, then only laid down.

A path with smooth edges costs the painter as much as ten pictures of its size, and a frame has a hundred marks. Where
lines are wanted as lines (an export to SVG) marks are drawn as such.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter, QPen, QPixmap

from lab.ui.widgets.glyph import glyph_path

#: A mark stands where it belongs to so many parts of a pixel: nobody sees it jump from one to the next.
PARTS = 4
#: So many pictures are kept, a few hundred bytes each; then all are made anew.
MOST = 2_000
#: No screen is so wide; what stands far beyond has no whole numbers that Qt takes.
FAR = 1 << 20
ANTIALIASING = QPainter.RenderHint.Antialiasing

_made: dict[tuple[Hashable, float, int, int], tuple[QPixmap, int]] = {}


def stamp(
    painter: QPainter, look: Hashable, draw: Callable[[QPainter], None], reach: float, x: float, y: float
) -> None:
    """Lay down a mark at (x, y); the painter must not be scaled or turned.

    Parameters
    ----------
    painter : QPainter
        Of a widget or a picture; its pen and brush may be other ones afterwards.
    look : hashable
        All that decides what the mark looks like: equal looks are drawn alike.
    draw : callable
        Draws the mark around (0, 0).
    reach : float
        How far from there it may extend, in pixels.
    x, y : float
        Where it stands, in pixels.
    """
    if painter.paintEngine().type() != QPaintEngine.Type.Raster:
        painter.save()
        painter.translate(x, y)
        draw(painter)
        painter.restore()
        return
    ratio = painter.device().devicePixelRatioF()
    column, right = divmod(round(x * ratio * PARTS), PARTS)
    line, down = divmod(round(y * ratio * PARTS), PARTS)
    picture, margin = _kept(look, draw, reach, ratio, right, down)
    if ratio == 1.0 and max(abs(column), abs(line)) < FAR:
        painter.drawPixmap(column - margin, line - margin, picture)  # half the cost of a QPointF
    else:
        painter.drawPixmap(QPointF((column - margin) / ratio, (line - margin) / ratio), picture)


def _kept(
    look: Hashable, draw: Callable[[QPainter], None], reach: float, ratio: float, right: int, down: int
) -> tuple[QPixmap, int]:
    key = (look, ratio, right, down)
    found = _made.get(key)
    if found is None:
        if len(_made) >= MOST:
            _made.clear()
        found = _made[key] = _picture(draw, reach, ratio, right / PARTS, down / PARTS)
    return found


def _picture(
    draw: Callable[[QPainter], None], reach: float, ratio: float, right: float, down: float
) -> tuple[QPixmap, int]:
    """A mark so many parts of a device pixel off the middle, and how many of these lie before the middle."""
    margin = math.ceil(reach * ratio) + 1
    made = QPixmap(QSize(2 * margin + 1, 2 * margin + 1))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    with QPainter(made) as painter:
        painter.setRenderHint(ANTIALIASING)
        painter.translate((margin + right) / ratio, (margin + down) / ratio)
        draw(painter)
    return made, margin


def stamp_crowd(painter: QPainter, symbol: str, size: float, places: NDArray[np.float64], fill: QColor) -> None:
    """Lay down a shape at many places (n, 2) on the screen, 0.5 µs each.

    They stand on whole pixels: a crowd hides that they jump from one to the next.
    """
    if painter.paintEngine().type() != QPaintEngine.Type.Raster:
        for x, y in places.tolist():
            stamp_glyph(painter, symbol, size, x, y, fill)
        return
    ratio = painter.device().devicePixelRatioF()
    shape = partial(_glyph, symbol, size, fill, None, 0.0, None, 0.0)
    picture, margin = _kept((symbol, size, fill.rgba()), shape, size, ratio, 0, 0)
    draw, corners = painter.drawPixmap, np.rint(places * ratio) - margin
    if ratio == 1.0:
        for x, y in corners.astype(np.int64).tolist():
            draw(x, y, picture)
    else:
        for x, y in (corners / ratio).tolist():
            draw(QPointF(x, y), picture)


def stamp_glyph(
    painter: QPainter,
    symbol: str,
    size: float,
    x: float,
    y: float,
    fill: QColor,
    edge: QColor | None = None,
    width: float = 0.0,
    halo: QColor | None = None,
    radius: float = 0.0,
) -> None:
    """Lay down a shape of that size at (x, y): filled, with an `edge` of some `width`, over a `halo`; None: without."""
    look = (symbol, size, fill.rgba(), edge and edge.rgba(), width, halo and halo.rgba(), radius)
    draw = partial(_glyph, symbol, size, fill, edge, width, halo, radius)
    # The sharpest corners of a shape reach out of its square, and a pen's joint out of them.
    stamp(painter, look, draw, max(0.8 * size + 1.5 * width, radius) + 1.0, x, y)


def _glyph(
    symbol: str,
    size: float,
    fill: QColor,
    edge: QColor | None,
    width: float,
    halo: QColor | None,
    radius: float,
    painter: QPainter,
) -> None:
    if halo is not None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(halo)
        painter.drawEllipse(QPointF(0, 0), radius, radius)
    painter.setPen(QPen(edge, width) if edge is not None else QPen(Qt.PenStyle.NoPen))
    painter.setBrush(fill)
    painter.drawPath(glyph_path(symbol, size))
