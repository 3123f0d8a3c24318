"""The lines of a plot over steps, as one graphics item.

Lines are thinned to the smallest and largest value per pixel column and kept as pixels: a solid layer that grows with
the run, drawn segment by segment as points arrive, and a faded layer for the future that a replay already knows. Moving
the cursor only shifts the seam between the two. The last points are drawn at each repaint: a hand that holds something
at the present step changes the end of every line at every move. A repaint therefore costs two blits, an end and a mark
per line (1 ms for 12 lines of 2,000 points), whatever the length of the run; only a change of view, theme or size draws
a layer anew, which grows with the plot's width times the number of lines.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPaintEngine, QPainter, QPen, QPixmap, QPolygonF, QTransform

from lab.ui import fonts
from lab.ui.series import Series
from lab.ui.stamps import stamp_glyph
from lab.ui.theme import theme, weight
from lab.ui.widgets.glyph import glyph_path

_FUTURE_ALPHA, _FUTURE_WIDTH = 0.32, 1.3
_GHOST_ALPHA = 0.55
_FOCUS_WIDTH = 2.2
#: So many points at the end are not kept as pixels.
_OPEN_END = 2
#: So much wider is a double line, and such a share of it is what lies between its two.
_DOUBLE, CORE = 1.8, 0.4


class LinesItem(pg.GraphicsObject):
    """Draws the series of a plot, the cursor and the target; see the module's text for how."""

    def __init__(self) -> None:
        super().__init__()
        self.series: dict[Hashable, Series] = {}
        self.cursor: float | None = None
        self.target: float | None = None
        self.target_text = ""
        self._solid: QPixmap | None = None
        self._faded: QPixmap | None = None
        self._ghosts: QPixmap | None = None
        self._key: tuple[object, ...] = ()
        #: Whether the target's name stands on the left; None: to be found out.
        self._target_left: bool | None = None

    def boundingRect(self) -> QRectF:
        box = self.getViewBox()
        return box.viewRect() if box is not None else QRectF()

    def viewTransformChanged(self) -> None:
        self.prepareGeometryChange()
        self.forget()

    def mark_leavers(self, top: float) -> None:
        """Find where lines leave a picture that ends at `top`; cost: one comparison of every point."""
        for series in self.series.values():
            with np.errstate(invalid="ignore"):
                above = series.y > top
            series.leaves = float(series.steps[above.argmax()]) if above.any() else None

    def forget(self) -> None:
        """Draw all layers anew at the next repaint."""
        self._solid = self._faded = self._ghosts = None
        self._target_left = None
        self.update()

    def grew(self, series: Series, kept: int) -> None:
        """A series has new points, and so many of those that it had."""
        if series.ghost:
            self._ghosts = None
            self.update()
            return
        if kept < series.drawn:
            self._solid = None
        self._faded = None
        self.update()

    def paint(self, painter: QPainter, *_: object) -> None:
        view, to_px = self.boundingRect(), painter.worldTransform()
        px = to_px.mapRect(view)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if painter.paintEngine().type() == QPaintEngine.Type.Raster:
            painter.save()
            painter.setWorldTransform(QTransform())
            self._paint_layers(painter, view, to_px, px)
            painter.restore()
        else:
            self._paint_vectors(painter, view, px)
        painter.save()
        painter.setWorldTransform(QTransform())
        self._paint_target(painter, to_px, px)
        self._paint_leavers(painter, to_px, px)
        self._paint_cursor(painter, to_px, px)
        self._name_target(painter, to_px, px)
        painter.restore()

    def _by_width(self) -> list[Series]:
        return sorted((s for s in self.series.values() if not s.ghost), key=lambda s: s.width)

    def _pinned(self) -> list[Series]:
        return [s for s in self.series.values() if s.ghost]

    def _seam(self, view: QRectF) -> float:
        return view.right() if self.cursor is None else min(max(self.cursor, view.left()), view.right())

    def _paint_layers(self, painter: QPainter, view: QRectF, to_px: QTransform, px: QRectF) -> None:
        dpr = painter.device().devicePixelRatioF()
        key = (px.x(), px.y(), px.width(), px.height(), dpr, to_px.m11(), to_px.m22(), to_px.dx(), to_px.dy())
        if key != self._key:
            self._key = key
            self._solid = self._faded = self._ghosts = None
        columns = max(round(px.width() * dpr / 1.5), 50)
        if pinned := self._pinned():
            if self._ghosts is None:
                self._ghosts = self._layer(px, dpr)
                self._draw(self._ghosts, pinned, view, to_px, px, columns, fresh_only=False)
            painter.drawPixmap(px.topLeft(), self._ghosts)
        if self._solid is None:
            self._solid = self._layer(px, dpr)
            for series in self.series.values():
                series.drawn = 0
        lines = self._by_width()
        fresh = [s for s in lines if s.drawn < len(s.steps) - _OPEN_END]
        if fresh:
            self._draw(self._solid, fresh, view, to_px, px, columns, fresh_only=True)
        seam = to_px.map(QPointF(self._seam(view), 0)).x()
        painter.save()
        painter.setClipRect(QRectF(px.left(), px.top(), seam - px.left(), px.height()), Qt.ClipOperation.IntersectClip)
        painter.drawPixmap(px.topLeft(), self._solid)
        painter.setTransform(to_px)
        for series in lines:
            if series.drawn < len(series.steps):
                path = series.path(view, columns, max(series.drawn - 1, 0))
                for pen in self._pens(series, past=True):
                    painter.setPen(pen)
                    painter.drawPath(path)
        painter.restore()
        if any(len(s.steps) and s.steps[-1] > self._seam(view) for s in self._by_width()):
            if self._faded is None:
                self._faded = self._layer(px, dpr)
                self._draw(self._faded, self._by_width(), view, to_px, px, columns, fresh_only=False)
            painter.save()
            right = QRectF(seam, px.top(), px.right() - seam, px.height())
            painter.setClipRect(right, Qt.ClipOperation.IntersectClip)
            painter.drawPixmap(px.topLeft(), self._faded)
            painter.restore()

    @staticmethod
    def _layer(px: QRectF, dpr: float) -> QPixmap:
        layer = QPixmap(math.ceil(px.width() * dpr) + 1, math.ceil(px.height() * dpr) + 1)
        layer.setDevicePixelRatio(dpr)
        layer.fill(Qt.GlobalColor.transparent)
        return layer

    def _draw(
        self,
        layer: QPixmap,
        which: Iterable[Series],
        view: QRectF,
        to_px: QTransform,
        px: QRectF,
        columns: int,
        *,
        fresh_only: bool,
    ) -> None:
        with QPainter(layer) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setTransform(to_px * QTransform.fromTranslate(-px.left(), -px.top()))
            for series in which:
                upto = len(series.steps) - _OPEN_END if fresh_only else None
                path = series.path(view, columns, max(series.drawn - 1, 0) if fresh_only else 0, upto)
                for pen in self._pens(series, past=fresh_only):
                    painter.setPen(pen)
                    painter.drawPath(path)
                if upto is not None:
                    series.drawn = upto

    def _paint_vectors(self, painter: QPainter, view: QRectF, px: QRectF) -> None:
        """The same as lines, for an export to SVG."""
        seam = self._seam(view)
        past = QRectF(view.left(), view.top(), seam - view.left(), view.height())
        future = QRectF(seam, view.top(), view.right() - seam, view.height())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for series in self._pinned():
            painter.setPen(self._pen(series, past=False))
            painter.drawPath(series.path(view, max(round(px.width()), 50)))
        for region, is_past in ((future, False), (past, True)):
            painter.save()
            painter.setClipRect(region, Qt.ClipOperation.IntersectClip)
            for series in self._by_width():
                path = series.path(view, max(round(px.width()), 50))
                for pen in self._pens(series, past=is_past):
                    painter.setPen(pen)
                    painter.drawPath(path)
            painter.restore()

    @staticmethod
    def _pen(series: Series, *, past: bool) -> QPen:
        if series.ghost:
            pen = QPen(theme().color(series.color, _GHOST_ALPHA), _FUTURE_WIDTH * weight())
            pen.setDashPattern([3.0, 2.5])
            pen.setCosmetic(True)
            return pen
        color = theme().color(series.color, 1.0 if past else _FUTURE_ALPHA)
        wide = (series.width + _DOUBLE * series.double) if past else _FUTURE_WIDTH
        pen = QPen(color, weight() * wide)
        pen.setCosmetic(True)
        pen.setJoinStyle(Qt.PenJoinStyle.BevelJoin)  # round joins on noisy lines cost ten times as much
        return pen

    def _pens(self, series: Series, *, past: bool) -> Iterable[QPen]:
        """What a line is stroked with: once, or a double one again along its middle."""
        pen = self._pen(series, past=past)
        yield pen
        if series.double and not series.ghost and past:
            core = QPen(pen)
            core.setColor(theme().color("surface"))
            core.setWidthF(pen.widthF() * CORE)
            yield core

    def _paint_cursor(self, painter: QPainter, to_px: QTransform, px: QRectF) -> None:
        if self.cursor is None:
            return
        t = theme()
        now = to_px.map(QPointF(self.cursor, 0)).x()
        if not px.left() - 0.5 <= now <= px.right() + 0.5:
            return
        x = math.floor(now) + 0.5
        painter.setPen(QPen(t.color("text", 0.5), 1))
        painter.drawLine(QPointF(x, px.top()), QPointF(x, px.bottom()))
        heads: list[tuple[Series, float, QPointF]] = []
        for series in self._by_width():
            y = series.at(self.cursor)
            if math.isnan(y):
                continue
            size = weight() * (11.5 if series.width > _FOCUS_WIDTH else 9.0)
            at = to_px.map(QPointF(self.cursor, y))
            if at.y() < px.top():
                # It has left the picture, and a mark says where.
                continue
            heads.append((series, size, at))
        ground = t.color("surface")
        # All rims lie below all heads: of heads close together none cuts another into crumbs.
        for series, size, at in heads:
            stamp_glyph(painter, series.symbol, size, at.x(), at.y(), ground, ground, 2)
        for series, size, at in heads:
            stamp_glyph(painter, series.symbol, size, at.x(), at.y(), t.color(series.color))

    def _paint_target(self, painter: QPainter, to_px: QTransform, px: QRectF) -> None:
        if self.target is None:
            return
        t = theme()
        y = math.floor(to_px.map(QPointF(0, self.target)).y()) + 0.5
        pen = QPen(t.color("ok", 0.9), 1)
        pen.setDashPattern([5, 4])
        painter.setPen(pen)
        painter.drawLine(QPointF(px.left(), y), QPointF(px.right(), y))

    def _paint_leavers(self, painter: QPainter, to_px: QTransform, px: QRectF) -> None:
        """The mark of each line that goes on above the picture, with an arrow, where it leaves; side by side."""
        t = theme()
        taken: list[float] = []
        for series in reversed(self._by_width()):
            if series.leaves is None:
                continue
            x = min(max(to_px.map(QPointF(series.leaves, 0)).x(), px.left() + 8), px.right() - 8)
            for _ in taken:
                if all(abs(x - other) >= 13 for other in taken):
                    break
                x += 13
            taken.append(x)
            now = self.cursor is None or series.leaves <= self.cursor
            painter.setPen(QPen(t.color("surface"), 1.2))
            painter.setBrush(t.color(series.color, 1.0 if now else 0.45))
            painter.drawPath(glyph_path(series.symbol, 8.5, x, px.top() + 15))
            top = px.top() + 1
            painter.drawPolygon(QPolygonF([QPointF(x, top), QPointF(x + 4.5, top + 7), QPointF(x - 4.5, top + 7)]))

    def _crowd(self, to_px: QTransform, px: QRectF, y: float, left: float, width: float) -> int:
        """How many lines pass near a height between two places; cost: some points of each line."""
        inverse, _ = to_px.inverted()
        found = 0
        for series in self._by_width():
            steps = [inverse.map(QPointF(left + width * k / 6, y)).x() for k in range(7)]
            heights = np.array([to_px.map(QPointF(0, series.at(step))).y() for step in steps])
            with np.errstate(invalid="ignore"):
                # A steep line has no point near the height, but points above and below.
                near = (np.abs(heights - y) < 14).any() or (
                    np.nanmin(heights, initial=y) < y - 14 and np.nanmax(heights, initial=y) > y + 14
                )
            found += bool(near)
        return found

    def _name_target(self, painter: QPainter, to_px: QTransform, px: QRectF) -> None:
        """What the target is, on a patch of its own over everything, at that end where it hides fewer lines."""
        if self.target is None:
            return
        t = theme()
        y = math.floor(to_px.map(QPointF(0, self.target)).y()) + 0.5
        font = fonts.font(fonts.TICK, fonts.MEDIUM)
        metrics = QFontMetricsF(font)
        width, height = metrics.horizontalAdvance(self.target_text) + 10, metrics.height() + 2
        if self._target_left is None:
            self._target_left = self._crowd(to_px, px, y, px.left(), width) < self._crowd(
                to_px, px, y, px.right() - width, width
            )
        left = px.left() + 4 if self._target_left else px.right() - width - 4
        label = QRectF(left, min(max(y - height / 2, px.top()), px.bottom() - height), width, height)
        painter.setFont(font)
        painter.setPen(QPen(t.color("ok", 0.55), 1))
        painter.setBrush(t.color("surface"))
        painter.drawRoundedRect(label, 3, 3)
        painter.setPen(t.color("ok"))
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, self.target_text)
