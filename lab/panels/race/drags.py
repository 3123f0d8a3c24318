"""Where starts were before the hand carried them elsewhere in the middle of the race: read from the events alone."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QRegion

from lab.core.run import EventNode, Run
from lab.engine.landscapes import Landscape
from lab.panels.race.one_d import on_curve
from lab.panels.race.record import TOGETHER
from lab.sims.race import MoveStart, RaceFrame, new_starts
from lab.ui.stage import Stage
from lab.ui.stamps import stamp
from lab.ui.theme import theme, weight

#: Of more drags than this only the newest are drawn.
MOST = 24
RADIUS = 7.0


@dataclass(frozen=True, slots=True)
class Drag:
    """One pull of the hand: a start, the step it began at, and from where to where it went."""

    step: int
    start: int
    origin: tuple[float, ...]
    end: tuple[float, ...]


class Drags:
    """The drags of a run, worked out again only when its events change; cost then: its events and starts."""

    def __init__(self) -> None:
        self._of: tuple[object, ...] = ()
        self._known: tuple[Drag, ...] = ()

    def of(self, run: Run) -> tuple[Drag, ...]:
        """All pulls at starts after step 0, oldest first; before the first step a start is only being placed."""
        of: tuple[EventNode | None, object, int] = (run.head, run.config, run.seed)
        if not self._of or self._of[0] is not of[0] or self._of[1:] != of[1:]:
            self._of, self._known = of, tuple(_drags(run))
        return self._known


def _drags(run: Run) -> list[Drag]:
    landscape = run.config.landscape
    places: list[tuple[float, ...]] = [tuple(point) for point in run.config.starts]
    found: list[Drag] = []
    last: dict[int, tuple[int, int]] = {}
    for step, event in run.events():
        if (fresh := new_starts(event, landscape, run.seed, step)) is not None:
            places += [tuple(point) for point in fresh.tolist()]
        elif isinstance(event, MoveStart) and event.lane is None and event.start < len(places):
            before, end = places[event.start], tuple(event.point)
            places[event.start] = end
            k = last.get(event.start)
            if step == 0:
                continue
            # A pull while it plays makes an event at every step: it came from where the first of them found it.
            if k is not None and step - k[1] < TOGETHER:
                found[k[0]] = Drag(found[k[0]].step, event.start, found[k[0]].origin, end)
                last[event.start] = (k[0], step)
            else:
                last[event.start] = (len(found), step)
                found.append(Drag(step, event.start, before, end))
    return found


class DragsLayer:
    """A hollow ring where a start was, and a thin dashed line to where it was taken; quiet, below the trails."""

    def __init__(self) -> None:
        self._ends: NDArray[np.float64] = np.zeros((0, 2, 2))
        #: As they are on the screen, where they are to be others.
        self._were = self._ends
        self._key: object = None
        self._fresh = False

    def show(self, drags: Sequence[Drag], frame: RaceFrame, curve: Landscape | None = None) -> None:
        """Show those that have happened by this frame, of starts that are still there."""
        here = [d for d in drags if d.step <= frame.step and d.start < len(frame.present) and frame.present[d.start]]
        ends = []
        # Where the hand has got to by this frame, also in the middle of a pull.
        now = {d.start: tuple(frame.starts[d.start].tolist()) for d in here[-MOST:]}
        for drag in reversed(here[-MOST:]):
            ends.append((drag.origin, now[drag.start]))
            now[drag.start] = drag.origin
        key = (tuple(ends), curve)
        if key == self._key:
            return
        if not self._fresh:
            self._were = self._ends
        self._key, self._fresh = key, True
        points = np.array(ends, dtype=np.float64)
        if curve is not None and len(points):
            points = on_curve(curve, points)
        self._ends = points.reshape(len(points), 2, 2)

    def extent(self, stage: Stage) -> QRegion | None:
        """Nothing moves but when a drag comes, goes on or goes: then where it was, and where it is."""
        if not self._fresh:
            return QRegion()
        found = QRegion()
        reach = round(RADIUS * weight()) + 3
        lines = np.concatenate([self._were, self._ends])
        for (x0, y0), (x1, y1) in np.clip(stage.to_pixels(lines), -20000, 20000).tolist():
            if math.isfinite(x0 + y0 + x1 + y1):
                box = QRectF(QPointF(x0, y0), QPointF(x1, y1)).normalized().toAlignedRect()
                found += box.adjusted(-reach, -reach, reach, reach)
        return found

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw lines, then rings."""
        self._fresh = False
        if not len(self._ends):
            return
        t = theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = RADIUS * weight()
        for (x0, y0), (x1, y1) in np.clip(stage.to_pixels(self._ends), -20000, 20000).tolist():
            for color, width in ((t.color(t.ink, 0.55), 3.2), (t.color("text", 0.75), 1.2)):
                pen = QPen(color, width)
                stamp(painter, ("ring", color.rgba(), width, radius), partial(_ring, pen, radius), radius + 3, x0, y0)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                pen.setDashPattern([3.6 / width, 3.6 / width])
                painter.setPen(pen)
                away = float(np.hypot(x1 - x0, y1 - y0))
                if away > radius:
                    rim = QPointF(x0 + (x1 - x0) * radius / away, y0 + (y1 - y0) * radius / away)
                    painter.drawLine(rim, QPointF(x1, y1))


def _ring(pen: QPen, radius: float, painter: QPainter) -> None:
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(0, 0), radius, radius)
