"""Trails: long histories drawn once, piece by piece, into a pixmap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPixmap, QRegion

from lab.ui.stage import Stage

#: Vertices closer together than this many pixels are one.
MERGE_PX = 0.75
#: Half the widest stroke with its casing, and a pixel for smooth edges.
MARGIN = 5
#: A kept picture lags so many vertices behind the end, so that what happens at the end doesn't spoil it.
TAIL = 32
#: More trails than this are painted without asking where.
FEW = 64


@dataclass(frozen=True, slots=True)
class Stroke:
    """How one trail is drawn."""

    color: QColor
    width: float
    casing: QColor


class TrailLayer:
    """Many polylines that grow at their ends.

    Call `follow` with the histories each frame: what is new is drawn onto what is there. Where a history ends
    differently than before (a drag at the present step replaces its last vertex at every move), drawing goes on from
    a picture that was kept `TAIL` vertices or more before the end. Only a changed view, other strokes or a long way
    back draw all afresh, with vertices that fall on the same pixel merged. Cost: the new segments, or on a rebuild
    the vertices that can be told apart on the screen; and one comparison of the histories, 10 µs for 2,000 x 12.
    """

    def __init__(self) -> None:
        self._points = np.zeros((0, 0, 2), dtype=np.float32)
        self._breaks = np.zeros((0, 0), dtype=np.float32)
        self._strokes: Sequence[Stroke] = ()
        self._heads: NDArray[np.float64] | None = None
        self._drawn = 0
        self._pixmap: QPixmap | None = None
        #: The picture as it was when `_base_drawn` vertices were on it.
        self._base: QPixmap | None = None
        self._base_drawn = 0
        self._view: object = None
        self._end_changes = False
        #: What is on the screen was taken back: where, nobody knows.
        self._shrunk = False

    def follow(
        self,
        points: NDArray[np.float32],
        breaks: NDArray[np.float32],
        strokes: Sequence[Stroke],
        heads: NDArray[np.float64] | None = None,
    ) -> None:
        """Show histories of shape (vertices, trails, 2), and lines from their ends to `heads` (trails, 2).

        `breaks` (vertices, trails) interrupts a trail where its value changes; nan vertices are left out. The arrays
        are kept: they must not be written into afterwards.
        """
        same = _common(self._points, points, self._breaks, breaks) if strokes == self._strokes else 0
        if same < self._drawn:
            # A hand at work on the end comes back to it; a scrub goes anywhere, and a second picture would only cost.
            self._end_changes = same >= len(self._points) - TAIL
            if self._base is not None and 0 < self._base_drawn <= same:
                self._pixmap, self._drawn = QPixmap(self._base), self._base_drawn
                self._shrunk = True
            else:
                self._pixmap = self._base = None
        self._points, self._breaks = points, breaks
        self._strokes = strokes
        self._heads = heads

    def extent(self, stage: Stage) -> QRegion | None:
        """What will be drawn onto the trails that are there, and the stretches to the heads."""
        if self._shrunk or self._pixmap is None or self._view != _view_of(stage) or len(self._strokes) > FEW:
            return None
        found = QRegion()
        points = np.asarray(self._points[max(self._drawn - 1, 0) :], dtype=np.float64)
        if self._heads is not None and len(points):
            points = np.concatenate([points, self._heads[None]])
        if len(points) < 2:
            return found
        pixels = np.clip(stage.to_pixels(points), -20000, 20000)
        # fmin and fmax pass nan by: a racer that has stopped leaves only nan, and has no rectangle.
        corners = np.hstack([np.fmin.reduce(pixels) - MARGIN, np.fmax.reduce(pixels) + MARGIN])
        for left, top, right, bottom in corners[np.isfinite(corners).all(axis=1)].astype(np.int64).tolist():
            found += QRect(left, top, right - left + 1, bottom - top + 1)
        return found

    def paint(self, painter: QPainter, stage: Stage) -> None:
        view = _view_of(stage)
        if view != self._view:
            self._view = view
            self._pixmap = None
            self._end_changes = False
        self._shrunk = False
        if self._pixmap is None:
            self._base = None
            self._base_drawn = self._drawn = 0
            self._pixmap = _empty(stage)
        if self._end_changes and len(self._points) - self._base_drawn > 4 * TAIL:
            self._keep_base(stage)
        self._extend(self._pixmap, stage, self._drawn)
        self._drawn = len(self._points)
        painter.drawPixmap(0, 0, self._pixmap)
        if self._heads is not None and len(self._points):
            # Thinned histories end before the present: this stretch is drawn anew each time.
            ends = np.stack([np.asarray(self._points[-1], dtype=np.float64), self._heads])
            pixels = np.clip(stage.to_pixels(ends), -20000, 20000)
            for i, stroke in enumerate(self._strokes):
                if np.isfinite(pixels[:, i]).all():
                    painter.setPen(QPen(stroke.color, stroke.width))
                    painter.drawLine(QPointF(*pixels[0, i]), QPointF(*pixels[1, i]))

    def _keep_base(self, stage: Stage) -> None:
        """Bring the kept picture up to `TAIL` vertices before the end."""
        assert self._pixmap is not None
        upto = len(self._points) - TAIL
        if upto <= self._base_drawn:
            return
        if self._drawn <= upto:
            self._extend(self._pixmap, stage, self._drawn, upto)
            self._drawn = upto
            self._base = QPixmap(self._pixmap)
        else:
            # The end is on the picture already: the base goes its own way.
            self._base = QPixmap(self._base) if self._base is not None else _empty(stage)
            self._extend(self._base, stage, self._base_drawn, upto)
        self._base_drawn = upto

    def _extend(self, pixmap: QPixmap, stage: Stage, drawn: int, upto: int | None = None) -> None:
        """Draw the segments from vertex `drawn` (there already) up to `upto` (the end)."""
        first = max(drawn - 1, 0)
        points = np.asarray(self._points[first:upto], dtype=np.float64)
        if len(points) < 2 or drawn == len(self._points):
            return
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        with np.errstate(invalid="ignore", over="ignore"):
            pixels = stage.to_pixels(points)
            # Far outside it makes no difference where, but Qt's rasteriser is slow with huge coordinates.
            np.clip(pixels, -20000, 20000, out=pixels)
            changes: NDArray[np.float32] = np.diff(self._breaks[first:upto], axis=0)
            apart = changes.astype(np.bool_)
        for casing in (True, False):
            for i, stroke in enumerate(self._strokes):
                pen = QPen(stroke.casing if casing else stroke.color, stroke.width + (2.0 if casing else 0.0))
                pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
                pen.setCapStyle(Qt.PenCapStyle.FlatCap if casing else Qt.PenCapStyle.RoundCap)
                painter.setPen(pen)
                for piece in _pieces(pixels[:, i], apart[:, i]):
                    painter.drawPolyline(arrayToQPolygonF(piece[:, 0], piece[:, 1]))
        painter.end()


def _common(
    old: NDArray[np.float32], new: NDArray[np.float32], old_breaks: NDArray[np.float32], new_breaks: NDArray[np.float32]
) -> int:
    """How many first vertices of two histories are the same to the bit (nan included)."""
    if old.shape[1:] != new.shape[1:]:
        return 0
    n = min(len(old), len(new))
    if not n:
        return 0
    points = _bits(old[:n]) != _bits(new[:n])
    pieces = _bits(old_breaks[:n]) != _bits(new_breaks[:n])
    if not (points.any() or pieces.any()):
        return n
    return int((points.any(axis=1) | pieces.any(axis=1)).argmax())


def _bits(array: NDArray[np.float32]) -> NDArray[np.int32]:
    return np.ascontiguousarray(array, dtype=np.float32).reshape(len(array), -1).view(np.int32)


def _empty(stage: Stage) -> QPixmap:
    ratio = stage.devicePixelRatioF()
    made = QPixmap(QSize(math.ceil(stage.width() * ratio), math.ceil(stage.height() * ratio)))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    return made


def _view_of(stage: Stage) -> tuple[QRectF, QSize, float]:
    return stage.world, stage.size(), stage.devicePixelRatioF()


def _pieces(pixels: NDArray[np.float64], apart: NDArray[np.bool_]) -> list[NDArray[np.float64]]:
    """The unbroken stretches of one trail, with vertices on the same pixel merged."""
    finite = np.isfinite(pixels[:, 0]) & np.isfinite(pixels[:, 1])
    cuts = np.flatnonzero(apart | ~finite[1:] | ~finite[:-1]) + 1
    found = []
    for piece in np.split(pixels, cuts):
        if len(piece) < 2 or not np.isfinite(piece[0, 0]):
            continue
        thin = merge_close(piece)
        if len(thin) > 1:
            found.append(thin)
    return found


def merge_close(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Drop vertices that stay within a pixel's fraction of travelled way; ends are kept.

    Counting whole `MERGE_PX` of path length and keeping one vertex of each does it without a loop.
    """
    if len(points) < 8:
        return points
    steps = np.hypot(*np.diff(points, axis=0).T)
    bins = np.floor(np.concatenate([[0.0], np.cumsum(steps)]) / MERGE_PX)
    keep = np.concatenate([[True], bins[1:] != bins[:-1]])
    keep[-1] = True
    return points[keep]
