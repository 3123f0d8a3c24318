"""A curve under the hand: points that are added, dragged and removed, and a pen."""

from __future__ import annotations

import itertools

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QPen

from lab.ui.theme import theme
from lab.ui.widgets.curve import Array, CurvePicture
from lab.ui.widgets.strokes import thinned

Points = tuple[tuple[float, float], ...]

#: A press this close to a point (px) takes hold of it: 28 px across.
REACH = 14.0
#: A stroke may be off by this many pixels once it is made of few points.
TOLERANCE = 2.2
#: Samples of each straight piece: straight lines are bent on a logarithmic axis.
PIECES = 24
#: Share of the axis that an arrow key moves a point by, and with Shift.
COARSE, FINE = 0.05, 0.005

_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}


class CurveEditor(CurvePicture):
    """Corners of a curve as handles.

    Press: a new point, which the hand may go on dragging. Drag: a point moves between its neighbours; the two ends
    keep their places and move up and down. Right press or Delete: a point is taken out, but for the ends. Arrow keys
    move the selected point, with Shift finely; Tab walks from point to point. With `pen` on, pressing and dragging
    draws: what the hand passes over is replaced by its stroke, thinned to few points.

    Values are rounded to what can be told apart: whole steps, three digits.
    """

    #: A gesture begins; `edited` comes once or many times within it; the gesture ends.
    started = Signal()
    edited = Signal(object)
    finished = Signal()
    #: Another point is selected, or it has moved.
    selected_changed = Signal()
    #: Something was not done, one line saying why.
    refused = Signal(str)

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.points: Points = ()
        self.selected = 0
        self.pen = False
        self._hover = -1
        self._held = False
        self._stroke: dict[int, float] | None = None
        self._last: tuple[int, float] = (0, 0.0)
        self._before: Points = ()

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a gesture is under way."""
        return self._held or self._stroke is not None

    def set_points(self, points: Points) -> None:
        """Show these corners: (share, value), shares rising."""
        self.points = points
        self.selected = min(self.selected, max(len(points) - 1, 0))
        self._describe()
        self.set_curve(sampled(points))
        self.update()

    def select(self, index: int) -> None:
        """Choose the point that keys and boxes change."""
        self.selected = min(max(index, 0), max(len(self.points) - 1, 0))
        self._describe()
        self.update()

    def fit(self) -> None:
        # Under the hand the axis stays, or the point would run away from the pointer.
        if not self.busy:
            super().fit()
        else:
            self.update()

    def _describe(self) -> None:
        if self.points:
            share, value = self.points[self.selected]
            self.setAccessibleDescription(
                f"Point {self.selected + 1} of {len(self.points)} at {share * self.span:g}: {value:g}"
            )
        self.selected_changed.emit()

    def paint_above(self, painter: QPainter) -> None:
        t = theme()
        for i, (x, y) in enumerate(self.to_pixels(np.array(self.points, dtype=np.float64).reshape(-1, 2)).tolist()):
            chosen = i == self.selected and self.hasFocus()
            if chosen or i == self._hover:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(t.color("accent", 0.3))
                painter.drawEllipse(QPointF(x, y), 10, 10)
            painter.setPen(QPen(t.color("accent"), 2))
            painter.setBrush(t.color("accent" if i == self.selected else "surface"))
            painter.drawEllipse(QPointF(x, y), 5, 5)

    # -- changing ------------------------------------------------------------------------------------------------

    def limits(self, index: int) -> tuple[float, float]:
        """Between which shares a point may move: its neighbours; an end keeps its place."""
        share = self.points[index][0]
        if index in (0, len(self.points) - 1):
            return share, share
        return self.points[index - 1][0], self.points[index + 1][0]

    def move_point(self, index: int, share: float, value: float) -> None:
        """Put a point somewhere, as far as its neighbours and the axis let it."""
        lo, hi = self.limits(index)
        moved = (min(max(self._whole(share), lo), hi), self._rounded(value))
        self._offer((*self.points[:index], moved, *self.points[index + 1 :]))

    def add_point(self, share: float, value: float) -> int:
        """Put a point in between, and say which one it has become."""
        share = min(max(self._whole(share), 0.0), 1.0)
        index = sum(1 for place, _ in self.points if place <= share)
        # On top of an end nothing fits: beside it, on the inside.
        index = min(max(index, 1), len(self.points) - 1) if len(self.points) > 1 else index
        lo, hi = (self.points[index - 1][0], self.points[index][0]) if len(self.points) > 1 else (0.0, 1.0)
        point = (min(max(share, lo), hi), self._rounded(value))
        self.selected = index
        self._offer((*self.points[:index], point, *self.points[index:]))
        return index

    def remove_point(self, index: int) -> None:
        """Take a point out; the ends stay."""
        if index in (0, len(self.points) - 1):
            self.refused.emit("The ends stay; drag them up or down.")
            return
        self.started.emit()
        self.selected = index - 1
        self._offer((*self.points[:index], *self.points[index + 1 :]))
        self.finished.emit()

    def _offer(self, points: Points) -> None:
        self.edited.emit(points)

    def _whole(self, share: float) -> float:
        """The nearest whole step, where a step is known."""
        return round(share * self.span) / self.span if self.span > 1 else round(share, 3)

    def _rounded(self, value: float) -> float:
        least = self.lo if self.log else 1e-3 * self.hi
        return float(f"{max(value, least):.2e}")

    def _under(self, position: QPointF) -> tuple[float, float]:
        """Share and value at a pixel, kept within the picture."""
        plot = self.plot
        share = (position.x() - plot.left()) / plot.width()
        height = (plot.bottom() - position.y()) / plot.height()
        return min(max(share, 0.0), 1.0), self.value_at(min(max(height, 0.0), 1.0))

    def _pick(self, position: QPointF) -> int:
        """The point within reach of a pixel, or -1."""
        if not self.points:
            return -1
        pixels = self.to_pixels(np.array(self.points, dtype=np.float64))
        away = np.hypot(pixels[:, 0] - position.x(), pixels[:, 1] - position.y())
        # Of two at the same place the later one: it can be dragged away from there.
        nearest = int(np.flatnonzero(away == away.min())[-1])
        return nearest if away[nearest] <= REACH else -1

    # -- the hand ------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.busy or not self.plot.adjusted(-REACH, -REACH, REACH, REACH).contains(event.position()):
            return
        at = self._pick(event.position())
        if event.button() == Qt.MouseButton.RightButton:
            if at >= 0:
                self.remove_point(at)
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.started.emit()
        if self.pen:
            self._stroke, self._before = {}, self.points
            self._draw(event.position())
        else:
            self._held = True
            if at >= 0:
                self.select(at)
            else:
                self.add_point(*self._under(event.position()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._stroke is not None:
            self._draw(event.position())
        elif self._held:
            self.move_point(self.selected, *self._under(event.position()))
        else:
            hover = -1 if self.pen else self._pick(event.position())
            if hover != self._hover:
                self._hover = hover
                self.setCursor(Qt.CursorShape.PointingHandCursor if hover >= 0 else Qt.CursorShape.CrossCursor)
                self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._let_go()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def _let_go(self) -> None:
        if self.busy:
            self._held, self._stroke = False, None
            self.finished.emit()
            self.fit()

    def _draw(self, position: QPointF) -> None:
        """Go on with a stroke: a height for each column of pixels that the hand has passed."""
        assert self._stroke is not None
        plot = self.plot
        x = min(max(position.x(), plot.left()), plot.right())
        column = round(x - plot.left())
        height = min(max((plot.bottom() - position.y()) / plot.height(), 0.0), 1.0)
        last, low = self._last if self._stroke else (column, height)
        for between in range(min(last, column), max(last, column) + 1):
            share = 1.0 if column == last else (between - last) / (column - last)
            self._stroke[between] = low + (height - low) * share
        self._last = (column, height)
        self._offer(self._with_stroke())

    def _with_stroke(self) -> Points:
        """The curve before the stroke, replaced where the stroke went; outside of it nothing changes."""
        assert self._stroke is not None
        columns = np.array(sorted(self._stroke), dtype=np.float64)
        heights = np.array([self._stroke[int(c)] for c in columns])
        width, tall = self.plot.width(), self.plot.height()
        corners = thinned(np.stack([columns, heights * tall], axis=1), TOLERANCE)
        shares = columns[corners] / width
        # An end is an end, even if the hand missed it by a hair.
        shares[shares < 4.0 / width] = 0.0
        shares[shares > 1.0 - 4.0 / width] = 1.0
        drawn = [
            (self._whole(s), self._rounded(self.value_at(h))) for s, h in zip(shares, heights[corners], strict=True)
        ]
        first, last = drawn[0][0], drawn[-1][0]
        left = [p for p in self._before if p[0] < first]
        right = [p for p in self._before if p[0] > last]
        if first > 0.0:
            left.append((first, self._rounded(_value(self._before, first))))
        if last < 1.0:
            right.insert(0, (last, self._rounded(_value(self._before, last))))
        self.selected = len(left)
        return _without_doubles((*left, *drawn, *right))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() == Qt.FocusReason.TabFocusReason:
            self.select(0)
        elif event.reason() == Qt.FocusReason.BacktabFocusReason:
            self.select(len(self.points) - 1)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self._let_go()  # the window was left while dragging: no release will come
        self.update()

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab walks through the points before it leaves."""
        wanted = self.selected + (1 if forward else -1)
        if 0 <= wanted < len(self.points):
            self.select(wanted)
            return True
        return super().focusNextPrevChild(forward)

    def event(self, event: QEvent) -> bool:
        theirs = (*_ARROWS, Qt.Key.Key_Delete, Qt.Key.Key_Backspace)
        # These keys belong to the point, not to the transport.
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in theirs:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        arrow = _ARROWS.get(Qt.Key(event.key()))
        if arrow is not None and self.points:
            fine = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
            share, value = self.points[self.selected]
            along = 1.0 / self.span if fine and self.span > 1 else FINE if fine else max(COARSE / 2, 1.0 / self.span)
            height = float(self.heights(np.array(value))) + arrow[1] * (FINE if fine else COARSE)
            self.started.emit()
            self.move_point(
                self.selected, share + arrow[0] * along, self.value_at(min(height, 1.0)) if arrow[1] else value
            )
            self.finished.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_point(self.selected)
        else:
            super().keyPressEvent(event)


def sampled(points: Points) -> Array:
    """Straight lines through points with samples in between, constant to both ends of the run, shape (n, 2)."""
    if not points:
        return np.empty((0, 2))
    corners = np.array([(0.0, points[0][1]), *points, (1.0, points[-1][1])], dtype=np.float64)
    share = np.linspace(0.0, 1.0, PIECES, endpoint=False)[:, None]
    pieces = [a + share * (b - a) for a, b in itertools.pairwise(corners) if (a != b).any()]
    return np.concatenate([*pieces, corners[-1:]])


def _value(points: Points, share: float) -> float:
    """The value of the straight lines through points, at one place."""
    places, values = np.array(points, dtype=np.float64).T
    return float(np.interp(share, places, values))


def _without_doubles(points: Points) -> Points:
    """Of points at one place no more than a jump needs: the first and the last; equal ones once."""
    kept: list[tuple[float, float]] = []
    for point in points:
        if kept and point == kept[-1]:
            continue
        if len(kept) > 1 and kept[-1][0] == kept[-2][0] == point[0]:
            kept.pop()
        kept.append(point)
    return tuple(kept)
