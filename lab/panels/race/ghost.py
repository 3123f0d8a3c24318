"""The ghost on the stage: where the pinned run's racers have been, and where they are at the present step."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.functions import arrayToQPolygonF
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QRegion

from lab.engine.landscapes import Landscape
from lab.panels.race.looks import Look, as_they_start, looks
from lab.panels.race.one_d import on_curve
from lab.panels.race.standings import BoardRow
from lab.sims.race import CHANNELS, TRACED_STARTS, ClearStarts, Entrant, RemoveStart, how_many
from lab.ui.compare import Ghost
from lab.ui.polylines import pieces
from lab.ui.stage import Stage
from lab.ui.theme import theme, weight
from lab.ui.widgets import glyph_path

EXCESS, SEGMENT = CHANNELS.index("excess"), CHANNELS.index("segment")
#: With more trails than this only those of the start in focus are drawn.
MOST_TRAILS = 48
OPACITY, WIDTH, CASING = 0.92, 2.0, 3.8
#: In widths of the line, as Qt counts.
DASHES = [3.5, 2.6]
HEAD = 13.0
REACH = 12


class RaceGhost:
    """A pinned race as the view needs it: its looks, and its histories cut at a step.

    Histories hold every step of the first 2,000 and every 2nd, 4th, ... of longer runs: heads stand at the last
    recorded step that is not later than the present one; numbers are given only of the present step itself.
    """

    def __init__(self, ghost: Ghost) -> None:
        self.ghost = ghost
        self.config = ghost.run.config
        self.looks = looks(as_they_start(ghost.run))
        self.lanes = tuple(look.lane for look in self.looks)
        self._rules = {racer.id: type(racer.optimizer) for racer in self.config.racers}
        #: When starts came and went.
        self._changes = [
            (step, event)
            for step, event in ghost.run.events()
            if isinstance(event, RemoveStart | ClearStarts) or how_many(event, self.config.landscape.dim)
        ]
        values = ghost.trace.values
        # Histories of a ghost don't grow any more: which starts it has is found once.
        self._there: NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        if values.size:
            self._there = np.flatnonzero(np.isfinite(values[:, :, :, 0]).any(axis=(0, 1)))

    def on(self, landscape: Landscape) -> bool:
        """Whether it raced on this very landscape, so that losses can be compared."""
        return bool(self.config.landscape == landscape)

    def known(self, step: int) -> int:
        """How many recorded rows are not later than a step."""
        return self.ghost.trace.upto(step)

    def starts(self, focus: int) -> NDArray[np.intp]:
        """The starts whose racers are drawn."""
        there = self._there
        return there[there == focus] if len(there) * len(self.lanes) > MOST_TRAILS else there

    def standings(
        self,
        rows: Sequence[BoardRow],
        racers: Sequence[Entrant],
        step: int,
        start: int,
        average: bool,
        *,
        mean: bool = False,
    ) -> tuple[BoardRow, ...]:
        """Each racer's line with the loss that its ghost has at this very step.

        There is none where the comparison would be with something else: another rule under the same number, a step
        of which no row was recorded, and, of all starts, those that have no history or have diverged.
        """
        losses = self._losses(step, start, average, mean)
        same = {racer.id for racer in racers if self._rules.get(racer.id) is type(racer.optimizer)}
        return tuple(
            dataclasses.replace(row, ghost=losses.get(row.look.lane) if row.look.lane in same else None) for row in rows
        )

    def _losses(self, step: int, start: int, average: bool, mean: bool) -> Mapping[int, float]:
        values, n = self.ghost.trace.values, self.known(step)
        if not n or not values.size or self.ghost.trace.steps[n - 1] != step:
            return {}
        now = values[n - 1, :, :, EXCESS]
        if average:
            present = self._present(step)
            if not present or present[-1] >= min(TRACED_STARTS, now.shape[1]):
                return {}
            # Who has diverged is nan here, while the present counts it where it stopped: nan it stays.
            found = (np.mean if mean else np.median)(now[:, present].astype(np.float64), axis=1)
        elif 0 <= start < now.shape[1]:
            found = now[:, start]
        else:
            return {}
        return {lane: float(v) for lane, v in zip(self.lanes, found, strict=True) if math.isfinite(v)}

    def _present(self, step: int) -> list[int]:
        """The starts that were in the race at a step, diverged or not; cost: the starts and their changes."""
        count, gone = len(self.config.starts), set[int]()
        for at, event in self._changes:
            if at > step:
                break
            if isinstance(event, ClearStarts):
                gone.update(range(count))
            elif isinstance(event, RemoveStart):
                gone.add(event.start)
            count += how_many(event, self.config.landscape.dim)
        return [start for start in range(count) if start not in gone]


class GhostLayer:
    """Faded, dashed trails that grow with the step, and hollow heads at their ends.

    The dashed lines are rasterised once as they grow, like the trails before them; going back or another view draws
    them afresh. Cost of a frame: the new segments and one blit; of a fresh picture the vertices that can be told
    apart on the screen.
    """

    def __init__(self) -> None:
        self._points = np.zeros((0, 0, 2), dtype=np.float64)
        self._apart: NDArray[np.bool_] = np.zeros((0, 0), dtype=np.bool_)
        self._lanes: tuple[Look, ...] = ()
        self._shown = 0
        self._drawn = 0
        self._travelled = np.zeros(0)
        self._key: object = None
        self._view: object = None
        self._pixmap: QPixmap | None = None
        self._fresh = False
        #: Only the heads: on a curve there are no trails.
        self.heads_only = False

    def clear(self) -> None:
        """Show nothing."""
        if self._key is not None:
            self._points = np.zeros((0, 0, 2), dtype=np.float64)
            self._apart = np.zeros((0, 0), dtype=np.bool_)
            self._lanes = ()
            self._shown = self._drawn = 0
            self._key = self._view = self._pixmap = None
            self._fresh = True

    def show(self, ghost: RaceGhost, step: int, focus: int, curve: Landscape | None = None) -> None:
        """Show the pinned run up to a step; on the `curve` of a landscape of one weight only its heads."""
        trace = ghost.ghost.trace
        if not trace.values.size:
            # Its replay has only begun.
            self.clear()
            return
        starts = ghost.starts(focus)
        # The histories themselves: another object may come to lie where these were.
        key = (trace, len(trace), trace.generation, starts.tobytes())
        if key != self._key:
            self._key, self._pixmap, self._fresh = key, None, True
            values = trace.values[:, :, starts]
            points = np.array(values[..., :2], dtype=np.float64)
            self.heads_only = curve is not None
            if curve is not None:
                points = on_curve(curve, points[..., :1])
            self._points = points.reshape(len(trace), math.prod(points.shape[1:-1]), 2)
            segments = values[..., SEGMENT].reshape(self._points.shape[:2])
            changes: NDArray[np.float32] = np.diff(segments, axis=0)
            self._apart = changes.astype(np.bool_)
            self._lanes = tuple(look for look in ghost.looks for _ in starts)
        shown = ghost.known(step)
        if shown < self._drawn:
            self._pixmap, self._fresh = None, True
        self._shown = shown

    def extent(self, stage: Stage) -> QRegion | None:
        """What will be drawn onto the trails that are there, and around the heads."""
        if self._fresh:
            return None
        if self._key is not None and not self.heads_only and (self._pixmap is None or self._view != _view_of(stage)):
            return None
        found = QRegion()
        if not self._shown:
            return found
        pixels = np.clip(stage.to_pixels(self._points[max(self._drawn - 1, 0) : self._shown]), -20000, 20000)
        if len(pixels):
            reach = REACH * weight()
            corners = np.hstack([np.fmin.reduce(pixels) - reach, np.fmax.reduce(pixels) + reach])
            heads = np.clip(stage.to_pixels(self._points[self._shown - 1]), -20000, 20000)
            corners = np.concatenate([corners, np.hstack([heads - reach, heads + reach])])
            for left, top, right, bottom in corners[np.isfinite(corners).all(axis=1)].astype(np.int64).tolist():
                found += QRect(left, top, right - left + 1, bottom - top + 1)
        return found

    def paint(self, painter: QPainter, stage: Stage) -> None:
        self._fresh = False
        if not self._shown:
            return
        if not self.heads_only:
            self._paint_trails(painter, stage)
        t = theme()
        heads = np.clip(stage.to_pixels(self._points[self._shown - 1]), -20000, 20000)
        painter.setBrush(t.color(t.ink, 0.6))
        for (x, y), look in zip(heads.tolist(), self._lanes, strict=True):
            if math.isfinite(x) and math.isfinite(y):
                painter.setPen(QPen(t.color(look.color_role), 1.8 * weight()))
                painter.drawPath(glyph_path(look.symbol, HEAD * weight(), x, y))

    def _paint_trails(self, painter: QPainter, stage: Stage) -> None:
        view = _view_of(stage)
        if view != self._view or self._pixmap is None:
            ratio = stage.devicePixelRatioF()
            self._view, self._drawn = view, 0
            self._travelled = np.zeros(len(self._lanes))
            self._pixmap = QPixmap(QSize(math.ceil(stage.width() * ratio), math.ceil(stage.height() * ratio)))
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
        if self._shown > self._drawn:
            self._extend(self._pixmap, stage)
        painter.setOpacity(OPACITY)
        painter.drawPixmap(0, 0, self._pixmap)
        painter.setOpacity(1.0)

    def _extend(self, pixmap: QPixmap, stage: Stage) -> None:
        """Draw on from the vertices that are there, the dashes where they were."""
        first = max(self._drawn - 1, 0)
        pixels = np.clip(stage.to_pixels(self._points[first : self._shown]), -20000, 20000)
        apart = self._apart[first : self._shown - 1]
        self._drawn = self._shown
        if len(pixels) < 2:
            return
        painter = QPainter(pixmap)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._draw(painter, pixels, apart)
        finally:
            # A pixmap that is still painted on when it goes away ends the process.
            painter.end()

    def _draw(self, painter: QPainter, pixels: NDArray[np.float64], apart: NDArray[np.bool_]) -> None:
        t, bold = theme(), weight()
        for i, look in enumerate(self._lanes):
            vertices, ends, _ = pieces(pixels[:, [i]], apart[:, [i]])
            for first, last in pairwise([0, *ends.tolist()]):
                thin = vertices[first:last]
                line = arrayToQPolygonF(thin[:, 0], thin[:, 1])
                # The casing has the line's own dashes: it sets them off, and leaves the gaps what they are.
                for color, width in ((t.color(t.ink, 0.5), bold * CASING), (t.color(look.color_role), bold * WIDTH)):
                    pen = QPen(color, width)
                    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                    pen.setDashPattern([length * bold * WIDTH / width for length in DASHES])
                    pen.setDashOffset(float(self._travelled[i]) / width)
                    painter.setPen(pen)
                    painter.drawPolyline(line)
                self._travelled[i] += float(np.hypot(*np.diff(thin, axis=0).T).sum())


def _view_of(stage: Stage) -> tuple[QRectF, QSize, float, str, float]:
    return stage.world, stage.size(), stage.devicePixelRatioF(), theme().name, weight()
