"""Trails: long histories drawn once, piece by piece, into a pixmap."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QPainter, QPen, QPixmap, QRegion
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from lab.ui.polylines import segments
from lab.ui.stage import Stage
from lab.ui.strokes import FEW, MARGIN, Stroke, draw, grouped

#: Plot and world of a stage, its size and the pixels in one of its units.
View = tuple[QRectF, QRectF, QSize, float]
#: A kept picture lags so many vertices behind the end, so that what happens at the end doesn't spoil it.
TAIL = 32
#: More vertices than this take too long to draw while the hand moves the view: the old picture is moved along.
HEAVY = 200_000
#: Milliseconds after which a hand is taken to rest.
REST_MS = 80
#: Ends that stay within so many pixels of where they were leave nothing on the picture to be taken back.
STILL_PX = 0.4
#: A view that has moved by whole pixels, give or take so much of one, shows the same picture elsewhere.
WHOLE = 1e-3


class TrailLayer:
    """Many polylines that grow at their ends.

    Call `follow` with the histories each frame: what is new is drawn onto what is there. Where a history ends
    differently than before (a drag at the present step replaces its last vertex at every move), drawing goes on from
    a picture that was kept `TAIL` vertices or more before the end. A view that moves by whole pixels moves the picture
    along, and only the strips that come into sight are drawn. Only another scale, other strokes or a long way back
    draw all afresh, with vertices that fall on the same pixel merged. Cost: the new segments, or on a rebuild the
    vertices that can be told apart on the screen; and one comparison of the histories, 10 µs for 2,000 x 12.
    """

    def __init__(self) -> None:
        self._points = np.zeros((0, 0, 2), dtype=np.float32)
        self._breaks = np.zeros((0, 0), dtype=np.float32)
        self._strokes: Sequence[Stroke] = ()
        self._kept: Callable[[], int] | None = None
        self._heads: NDArray[np.float64] | None = None
        self._drawn = 0
        self._pixmap: QPixmap | None = None
        #: The picture as it was when `_base_drawn` vertices were on it.
        self._base: QPixmap | None = None
        self._base_drawn = 0
        #: The view that the picture shows, exactly where in the world that is, and the view it is being moved to.
        self._view: View | None = None
        self._origin = QPointF()
        self._wanted: View | None = None
        self._end_changes = False
        #: The picture was made while the hand moved the view: without casings, which cost more than the lines.
        self._plain = False
        #: What is on the screen was taken back: where, nobody knows; or between these corners of the world (n, 2, 2).
        self._shrunk = False
        self._lost: list[NDArray[np.float64]] = []
        #: The last vertices that were drawn, (n, trails, 2): where the hand holds them they are rewritten in place.
        self._seen, self._seen_from = np.zeros((0, 0, 2)), 0
        self._rest = QTimer()
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._on_rest)
        self._stage: Stage | None = None

    def follow(
        self,
        points: NDArray[np.float32],
        breaks: NDArray[np.float32],
        strokes: Sequence[Stroke],
        heads: NDArray[np.float64] | None = None,
        *,
        same: int = 0,
        kept: Callable[[], int] | None = None,
    ) -> None:
        """Show histories, and lines from their ends to `heads`.

        Parameters
        ----------
        points : (vertices, ..., 2) array
            Places; nan vertices are left out. The axes between are the trails, in the order of their strokes. The
            array is kept, and read again when it is painted.
        breaks : (vertices, ...) array
            Interrupts a trail where its value changes.
        strokes : sequence of Stroke
            One for each trail.
        heads : (trails, 2) array, optional
            Where the racers are now, when the histories end before that.
        same : int
            So many first vertices are known to be those of the last call.
        kept : callable, optional
            How many first vertices the array still holds as it was given: a long seek rewrites the others meanwhile.
        """
        # What was rewritten meanwhile no longer tells what is on the picture.
        intact, self._kept = self._kept is None or self._kept() >= self._drawn, kept
        alike = strokes == self._strokes
        same = min(same, len(points), len(self._points)) if alike else 0
        if same < self._drawn and not (intact and self._still_since(same)):
            # A hand at work on the end comes back to it; a scrub goes anywhere, and a second picture would only cost.
            self._end_changes = same >= len(self._points) - TAIL
            self._lose(same, known=alike, intact=intact)
            self._take_back(same)
        self._points, self._breaks = points, breaks
        self._strokes = strokes
        self._heads = heads

    def _lose(self, same: int, *, known: bool, intact: bool) -> None:
        """Note where vertices are on the screen that come after the first `same`, and are there no longer."""
        first = max(same - 1, 0)
        if known and first >= self._seen_from and self._seen.shape[1:] == (len(self._strokes), 2):
            ends = self._seen[first - self._seen_from :]
        elif known and intact:
            ends = self._places(first, self._drawn)
        else:
            self._shrunk = True
            return
        # fmin and fmax pass nan by.
        self._lost.append(np.stack([np.fmin.reduce(ends), np.fmax.reduce(ends)], axis=1))

    def _take_back(self, same: int) -> None:
        """Go back to a picture that holds none but the first `same` vertices."""
        if self._base is not None and 0 < self._base_drawn <= same:
            self._pixmap, self._drawn = QPixmap(self._base), self._base_drawn
        else:
            self._pixmap = self._base = None
            self._drawn = min(self._drawn, same)

    def _still_since(self, same: int) -> bool:
        """Whether what was drawn after the first `same` vertices can't be told from the last of these on the screen."""
        if self._view is None or not same or self._pixmap is None:
            return False
        plot, world, _, ratio = self._view
        per_unit = ratio * np.array([plot.width() / world.width(), plot.height() / world.height()])
        # Where the trails end tells nearly always, and is one place each.
        apart = self._places(self._drawn - 1, self._drawn) - self._places(same - 1, same)
        if (np.abs(apart) * per_unit > STILL_PX).any():
            return False
        ends = self._places(same - 1, self._drawn)
        breaks = self._breaks[same - 1 : self._drawn]
        # Who is not there (nan) must not have been.
        there = np.isfinite(ends[0]).all(axis=1)
        if (breaks != breaks[0]).any() or (np.isfinite(ends[1:]).all(axis=2) != there).any():
            return False
        moved = np.abs(ends[:, there] - ends[0, there]).reshape(-1, 2).max(axis=0, initial=0.0)
        if (moved * per_unit > STILL_PX).any():
            return False
        self._drawn = same
        return True

    def _places(self, first: int, upto: int | None = None) -> NDArray[np.float64]:
        """Some of the vertices, in shape (n, trails, 2)."""
        points = np.asarray(self._points[first:upto], dtype=np.float64)
        return points.reshape(len(points), math.prod(points.shape[1:-1]), 2)

    def _on_screen(self, stage: Stage, first: int, upto: int | None) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Some of the vertices in pixels, shape (n, trails, 2), and between which of them nothing is drawn."""
        with np.errstate(invalid="ignore", over="ignore"):
            pixels = stage.to_pixels(self._places(first, upto))
            # Far outside it makes no difference where, but Qt's rasteriser is slow with huge coordinates.
            np.clip(pixels, -20000, 20000, out=pixels)
            changes: NDArray[np.float32] = np.diff(self._breaks[first:upto].reshape(pixels.shape[:2]), axis=0)
        return pixels, changes.astype(np.bool_)

    def extent(self, stage: Stage) -> QRegion | None:
        """What will be drawn onto the trails that are there, and the stretches to the heads."""
        known = self._pixmap is not None or self._lost
        if self._shrunk or not known or self._view != _view_of(stage) or len(self._strokes) > FEW:
            return None
        found = QRegion()
        for corners in self._lost:
            # Upside down in pixels.
            (left, bottom), (right, top) = np.moveaxis(np.clip(stage.to_pixels(corners), -20000, 20000), 0, -1)
            found += _around(np.stack([left, top, right, bottom], axis=1))
        points = self._places(max(self._drawn - 1, 0))
        if self._heads is not None and len(points):
            points = np.concatenate([points, self._heads[None]])
        if len(points) < 2:
            return found
        pixels = np.clip(stage.to_pixels(points), -20000, 20000)
        return found + _around(np.hstack([np.fmin.reduce(pixels), np.fmax.reduce(pixels)]))

    def paint(self, painter: QPainter, stage: Stage) -> None:
        if self._kept is not None and (kept := self._kept()) < len(self._points):
            self._points, self._breaks, self._heads = self._points[:kept], self._breaks[:kept], None
            if kept < self._drawn:
                # What is already on the picture was rewritten, and may be on the screen where nothing is painted now.
                self._shrunk = True
                self._take_back(kept)
                stage.update()
        view = _view_of(stage)
        if view != self._view:
            if self._put_off(painter, stage, view):
                return
            if not self._move_along(stage, view):
                self._pixmap = None
                self._origin = view[1].topLeft()
                self._plain = _passing(painter, stage)
            self._view = view
            self._base = None
            self._base_drawn = 0
            self._end_changes = False
        elif self._plain and not _passing(painter, stage):
            self._pixmap, self._plain = None, False
        self._shrunk, self._lost = False, []
        if self._pixmap is None:
            self._base = None
            self._base_drawn = self._drawn = 0
            self._pixmap = _empty(stage)
        if self._end_changes and len(self._points) - self._base_drawn > 4 * TAIL:
            self._keep_base(stage)
        self._extend(self._pixmap, stage, self._drawn)
        self._drawn = len(self._points)
        self._seen_from = max(self._drawn - TAIL, 0)
        self._seen = self._places(self._seen_from).copy()
        painter.drawPixmap(0, 0, self._pixmap)
        if self._heads is not None and len(self._points):
            # Thinned histories end before the present: this stretch is drawn anew each time.
            ends = np.concatenate([self._places(len(self._points) - 1), self._heads[None]])
            pixels = np.clip(stage.to_pixels(ends), -20000, 20000)
            stretch = segments(pixels, np.zeros((1, pixels.shape[1]), dtype=np.bool_))
            for stroke, trails in grouped(self._strokes):
                painter.setPen(QPen(stroke.color, stroke.width))
                stretch.draw(painter, trails)

    def _on_rest(self) -> None:
        if self._stage is not None and isValid(self._stage):
            self._stage.update()

    def _put_off(self, painter: QPainter, stage: Stage, view: View) -> bool:
        """While the hand moves the view of very many trails, move their picture; True when that was done."""
        if self._pixmap is None or self._view is None or self._points[..., 0].size < HEAVY:
            return False
        # A picture for a file is never put off; a window of another size has no time to lose.
        old_plot, old_world, size, ratio = self._view
        if not isinstance(painter.device(), QWidget) or (size, ratio) != view[2:]:
            return False
        if self._wanted == view and not self._rest.isActive():
            self._wanted = None
            return False
        if self._wanted != view:
            self._wanted = view
            self._stage = stage
            self._rest.start()
        corners = np.array([[old_world.x(), old_world.y()], [old_world.right(), old_world.bottom()]])
        (left, bottom), (right, top) = stage.to_pixels(corners)
        painter.save()
        painter.translate(left, top)
        painter.scale((right - left) / old_plot.width(), (bottom - top) / old_plot.height())
        painter.drawPixmap(QPointF(-old_plot.left(), -old_plot.top()), self._pixmap)
        painter.restore()
        return True

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
        if drawn == len(self._points):
            return
        pixels, apart = self._on_screen(stage, max(drawn - 1, 0), upto)
        if len(pixels) < 2:
            return
        # A painter left open takes the whole process with it.
        with QPainter(pixmap) as painter:
            draw(painter, self._strokes, pixels, apart, QRectF(stage.rect()), plain=self._plain)

    def _move_along(self, stage: Stage, view: View) -> bool:
        """Follow a view that has only moved, by whole pixels of the screen; False where it has done more."""
        if self._view is None or self._pixmap is None:
            return False
        (plot, world, *rest), (new_plot, new_world, *new_rest) = self._view, view
        if (plot, world.size(), rest) != (new_plot, new_world.size(), new_rest):
            return False
        ratio = view[3]
        unit = QPointF(world.width() / plot.width() / ratio, world.height() / plot.height() / ratio)
        right, down = (self._origin.x() - new_world.x()) / unit.x(), (new_world.y() - self._origin.y()) / unit.y()
        if max(abs(right), abs(down)) > self._pixmap.width() + self._pixmap.height():
            return False
        dx, dy = round(right), round(down)
        if abs(right - dx) > WHOLE or abs(down - dy) > WHOLE:
            return False
        # Not where the view says, but where the picture is: or small differences would add up.
        self._origin -= QPointF(dx * unit.x(), -dy * unit.y())
        self._view = view
        self._pixmap.scroll(dx, dy, self._pixmap.rect())
        for strip in _bared(self._pixmap.size(), dx, dy):
            self._fill(self._pixmap, stage, QRectF(strip.x() / ratio, strip.y() / ratio,
                                                   strip.width() / ratio, strip.height() / ratio))  # fmt: skip
        return True

    def _fill(self, pixmap: QPixmap, stage: Stage, strip: QRectF) -> None:
        """Draw a part of the picture that holds nothing of use, as far as the rest of it goes."""
        pixels, apart = self._on_screen(stage, 0, self._drawn)
        with QPainter(pixmap) as painter:
            painter.setClipRect(strip)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            painter.fillRect(strip, Qt.GlobalColor.transparent)
            painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
            if len(pixels) > 1:
                draw(painter, self._strokes, pixels, apart, strip, plain=self._plain)


def _empty(stage: Stage) -> QPixmap:
    ratio = stage.devicePixelRatioF()
    made = QPixmap(QSize(math.ceil(stage.width() * ratio), math.ceil(stage.height() * ratio)))
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    return made


def _around(boxes: NDArray[np.float64]) -> QRegion:
    """Rectangles (n, 4) with the widest stroke around them; a racer that has stopped leaves only nan, and has none."""
    found = QRegion()
    for left, top, right, bottom in boxes[np.isfinite(boxes).all(axis=1)].astype(np.int64).tolist():
        found += QRect(left - MARGIN, top - MARGIN, right - left + 2 * MARGIN + 1, bottom - top + 2 * MARGIN + 1)
    return found


def _passing(painter: QPainter, stage: Stage) -> bool:
    """Whether what is painted will be painted anew in a moment; a picture for a file never is."""
    return stage.in_motion and isinstance(painter.device(), QWidget)


def _bared(size: QSize, dx: int, dy: int) -> list[QRect]:
    """What a picture moved by (dx, dy) leaves behind: an upright strip, and a level one beside it."""
    wide, high = min(abs(dx), size.width()), min(abs(dy), size.height())
    upright = QRect(0 if dx > 0 else size.width() - wide, 0, wide, size.height())
    level = QRect(wide if dx > 0 else 0, 0 if dy > 0 else size.height() - high, size.width() - wide, high)
    return [strip for strip in (upright, level) if not strip.isEmpty()]


def _view_of(stage: Stage) -> View:
    return stage.plot, stage.world, stage.size(), stage.devicePixelRatioF()
