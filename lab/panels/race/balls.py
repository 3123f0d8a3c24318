"""The balls on a curve: how those that meet are told apart, and what becomes of those that leave the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QRegion

from lab.engine.landscapes import Array
from lab.panels.race.looks import Look
from lab.panels.race.racers import RacersLayer, mark_on_the_rim, rim
from lab.panels.race.strokes import label
from lab.ui import fonts
from lab.ui.stage import Stage
from lab.ui.theme import theme, weight
from lab.ui.widgets import number_text

#: Balls touch at this distance of their centres, in pixels.
TOUCH = 14.0
#: More racers than this are not set beside each other where they meet.
APART = 24


def stacked(points: Array, fixed: Array, ceiling: Array, touch: float = TOUCH) -> Array:
    """Points as near above their place as they can be without touching, in pixels.

    Parameters
    ----------
    points : (n, 2) array
        Where marks belong; the first has precedence and stays.
    fixed : (m, 3) array
        What is there already: x, y, and the distance to keep from it.
    ceiling : (n,) array
        A mark that would rise above this height is hung below instead.
    touch : float
        The distance at which two marks touch.

    Returns
    -------
    (n, 2) array
        A mark that comes near another one rolls over it, without a jump. Cost: n² comparisons.
    """
    placed = [(float(x), float(y), float(gap)) for x, y, gap in fixed]
    found = points.astype(np.float64, copy=True)
    for i, (x, y) in enumerate(found.tolist()):
        place = y
        if i:
            place = _free(x, y, -1.0, placed)
            if place < ceiling[i] <= y:
                place = _free(x, y, 1.0, placed)
        found[i, 1] = place
        placed.append((x, place, touch))
    return found


def _free(x: float, y: float, way: float, placed: Sequence[tuple[float, float, float]]) -> float:
    for _ in range(len(placed) + 1):
        near = [(py, gap * gap - (px - x) ** 2) for px, py, gap in placed if abs(px - x) < gap]
        pushes = [py + way * math.sqrt(room) for py, room in near if (py - y) ** 2 < room - 1e-6]
        if not pushes:
            break
        y = max(pushes) if way > 0 else min(pushes)
    return y


class BallsLayer(RacersLayer):
    """Balls on the curve; those that meet lie on top of each other, the one in focus on its place."""

    def __init__(self) -> None:
        super().__init__()
        self._known: tuple[object, ...] = ()
        self._spread: Array = np.zeros((0, 0, 2))
        #: A card along the upper edge, in pixels.
        self.card: QRectF | None = None

    def pixels(self, stage: Stage) -> NDArray[np.float64]:
        """Where the balls are drawn, in pixels, shape (L, S, 2)."""
        known = (self.frame, self.focus, stage.world, stage.plot, self.card, weight())
        # `is` for the frame: comparing its arrays would cost more than the answer.
        same = len(self._known) == 6 and self._known[0] is self.frame and self._known[1:] == known[1:]
        if not same:
            self._known, self._spread = known, self._apart(stage)
        return self._spread

    def _places(self, stage: Stage, starts: NDArray[np.intp]) -> NDArray[np.float64]:
        return self.pixels(stage)[:, starts]

    def _apart(self, stage: Stage) -> Array:
        assert self.frame is not None
        places = super().pixels(stage)
        inside = (
            (places[..., 0] >= stage.plot.left() - 2)
            & (places[..., 0] <= stage.plot.right() + 2)
            & (places[..., 1] >= stage.plot.top() - 2)
            & (places[..., 1] <= stage.plot.bottom() + 2)
        )
        moved = inside & self._drawn()
        if not 1 < moved.sum() <= APART:
            return places
        rows = [tuple(at) for at in np.argwhere(moved).tolist()]
        main = (self.frame.lanes.index(self.focus[0]), self.focus[1]) if self.focus is not None else None
        rows.sort(key=lambda at: at != main)
        flags = self.start_pixels(stage, self.frame.present)
        fixed = np.column_stack([flags, np.full(len(flags), weight() * (TOUCH + 6.0))])
        spread = places.copy()
        where = tuple(np.array(rows).T)
        spread[where] = stacked(places[where], fixed, self._ceiling(stage, places[where][:, 0]), weight() * TOUCH)
        return spread

    def _ceiling(self, stage: Stage, x: Array) -> Array:
        """How high balls may be stacked: not out of the picture, nor under a card along its upper edge."""
        ceiling = np.full(len(x), stage.plot.top() + 10.0 * weight())
        card = self.card
        if card is not None:
            near = 10.0 * weight()
            ceiling[(x > card.left() - near) & (x < card.right() + near)] = card.bottom() + near
        return ceiling

    def extent(self, stage: Stage) -> QRegion | None:
        """Anywhere: stacks and words stand away from their balls."""
        return None if self.frame is not None and len(self.frame.starts) else QRegion()

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw threads from balls to their places, then flags and balls."""
        if self.frame is None or not len(self.frame.starts):
            return
        t, places, drawn = theme(), super().pixels(stage), self.pixels(stage)
        for lane, start in np.argwhere(np.abs(places[..., 1] - drawn[..., 1]) > 3.0).tolist():
            painter.setPen(QPen(t.color(self.looks[lane].color_role, 0.6), 1.2 * weight()))
            x, y = places[lane, start]
            painter.drawLine(QPointF(x, y), QPointF(x, drawn[lane, start, 1]))
        super().paint(painter, stage)

    def _outside(
        self, painter: QPainter, stage: Stage, look: Look, x: float, y: float, gone: str, *, worded: bool = True
    ) -> None:
        """The ball sticks to the border, with an arrow and how far away it is; several are listed below each other.

        Sideways the distance is told in widths of the picture, upwards and downwards in its heights.
        """
        plot, bold = rim(stage.plot), weight()
        px, py = min(max(x, plot.left()), plot.right()), min(max(y, plot.top()), plot.bottom())
        sideways = px != x
        away = abs(x - px) / stage.plot.width() if sideways else abs(y - py) / stage.plot.height()
        # The curve is steep far out: an arrow along the true direction would always point straight up.
        angle = (0.0 if x > px else math.pi) if sideways else (math.pi / 2 if y > py else -math.pi / 2)
        painter.setFont(fonts.font(fonts.TICK, fonts.MEDIUM))
        text = f"{number_text(away, 2)} {'widths' if sideways else 'heights'}"
        text = gone or text
        width = painter.fontMetrics().horizontalAdvance(text)
        left = px + 14 * bold if px < plot.center().x() else px - 16 * bold - width
        high = max(16.0 * bold, painter.fontMetrics().height() + 3.0)
        box = QRectF(min(left, px - 8 * bold), py - high / 2, width + 8 + 14 * bold, high)
        step = -high - 2.0 if py > plot.center().y() else high + 2.0
        for _ in range(64 if worded else 0):
            if not any(box.intersects(other) for other in (*self.covered, *self._worded)):
                break
            box.translate(0.0, step)
        if worded:
            self._worded.append(box)
        py = box.center().y()
        mark_on_the_rim(painter, look, px, py, angle)
        if worded:
            label(painter, text, left, py + painter.fontMetrics().ascent() / 2 - 1, "error" if gone else "text")
