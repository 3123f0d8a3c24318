"""The big view where things move: world coordinates, axes, cached layers below, live layers above.

Painting follows what was measured: everything that changes only with the view (field, contours, axes) is drawn
once into a pixmap; trails are rasterised piece by piece as they grow; only heads and cursors are drawn each frame.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.ui import fonts
from lab.ui.axes import paint_axes
from lab.ui.theme import manager, theme
from lab.ui.widgets.surfaces import Card

LEFT, RIGHT, TOP, BOTTOM = 50, 10, 10, 44
#: Share of the view by which one key moves it, and how much more or less of the world a key shows.
PAN_BY, ZOOM_BY = 0.1, 1.25
#: Milliseconds after its last move at which a hand that moves the view is taken to rest.
REST_MS = 120
_PANS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)}
_ZOOMS = {
    Qt.Key.Key_Plus: 1 / ZOOM_BY,
    Qt.Key.Key_Equal: 1 / ZOOM_BY,
    Qt.Key.Key_Minus: ZOOM_BY,
    Qt.Key.Key_Underscore: ZOOM_BY,
}


class Layer(Protocol):
    """Something drawn on a stage, in pixels of the widget; the painter is clipped to the plot."""

    def paint(self, painter: QPainter, stage: Stage) -> None:
        """Draw."""
        ...


class LiveLayer(Layer, Protocol):
    """A layer that moves from frame to frame."""

    def extent(self, stage: Stage) -> QRegion | None:
        """Where it draws something that was not there before or will not stay; None when that may be anywhere."""
        ...


class Stage(QWidget):
    """A plot area with layers; knows how world and pixels correspond.

    Parameters
    ----------
    locked : bool
        Keep one world unit as long across as up; the view then grows in one direction to fill the plot.
    """

    #: The visible part of the world changed, or where in the widget it is seen.
    view_changed = Signal()
    #: The hand chose what is visible (zoom, pan, or everything).
    view_chosen = Signal()
    #: The hand has moved the view, and rests.
    rested = Signal()
    pressed = Signal(QMouseEvent)
    dragged = Signal(QMouseEvent)
    released = Signal(QMouseEvent)
    #: The pointer moves with no button down; None when it leaves.
    hovered = Signal(object)
    #: Enter or Insert: what a press does should be done at these pixels, the middle of the plot.
    entered = Signal(QPointF)

    def __init__(self, *, locked: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 180)
        # Every pixel is painted: nobody below need draw, which would be four rounded backgrounds a frame.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("Stage")
        self.locked = locked
        self.x_label = "θ₁"
        self.y_label = "θ₂"
        self.still: list[Layer] = []
        self.live: list[LiveLayer] = []
        #: Room for the numbers of the upright axis, in pixels at 100 % text.
        self.left_margin = LEFT
        #: Small tiles: narrower margins, no axis titles.
        self.compact = False
        #: No axes at all: the picture fills the widget.
        self.bare = False
        self._home = QRectF(-1, -1, 2, 2)
        self._world = QRectF(-1, -1, 2, 2)
        self._wanted = QRectF(-1, -1, 2, 2)
        self._cache: QPixmap | None = None
        #: Where live layers stand on the screen; None: not known.
        self._extent: QRegion | None = None
        #: Where in the plot the pointer is, in pixels; None: elsewhere.
        self.under: QPointF | None = None
        self._fitted = QRectF()
        self._pan_from: tuple[QPointF, QRectF] | None = None
        self._dim = 0.0
        #: The keyboard came by key, not by a press: a ring shows it.
        self._ringed = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self.rested)
        self.rested.connect(self.update)
        manager().changed.connect(self._on_theme_changed)

    # -- geometry ----------------------------------------------------------------------------------------------

    @property
    def plot(self) -> QRectF:
        """The part of the widget, in pixels, that shows the world."""
        if self.bare:
            return QRectF(0, 0, max(1, self.width()), max(1, self.height()))
        left, bottom = (32, 24) if self.compact else (self.left_margin, BOTTOM)
        # Larger text needs more room; smaller text keeps the usual one.
        grown = max(1.0, fonts.scale())
        left, bottom = round(left * grown), round(bottom * grown)
        return QRectF(left, TOP, max(1, self.width() - left - RIGHT), max(1, self.height() - TOP - bottom))

    @property
    def world(self) -> QRectF:
        """The visible part of the world: x, y (its lowest), width, height."""
        return self._world

    def set_home(self, x: tuple[float, float], y: tuple[float, float]) -> None:
        """What to show when nothing else is asked for, and show it."""
        self._home = QRectF(x[0], y[0], x[1] - x[0], y[1] - y[0])
        self.show_world(self._home)

    def go_home(self) -> None:
        """Show everything worth seeing."""
        self.show_world(self._home)
        self.view_chosen.emit()

    @property
    def at_home(self) -> bool:
        """Whether everything worth seeing is asked for."""
        return self._wanted == self._home

    @property
    def in_motion(self) -> bool:
        """Whether a hand is moving the view: what is shown now will not be looked at for long."""
        return self._rest.isActive()

    def show_world(self, wanted: QRectF) -> None:
        """Make a part of the world visible; with a locked aspect the view is the smallest that contains it."""
        self._wanted = QRectF(wanted)
        self._fit()

    def to_pixels(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """World to widget pixels for points of shape (..., 2)."""
        plot, world = self.plot, self._world
        scale = np.array([plot.width() / world.width(), -plot.height() / world.height()])
        origin = np.array([plot.left() - world.x() * scale[0], plot.bottom() - world.y() * scale[1]])
        return points * scale + origin

    def to_world(self, position: QPointF) -> tuple[float, float]:
        """Widget pixels to world, exactly: nothing is snapped."""
        plot, world = self.plot, self._world
        x = world.x() + (position.x() - plot.left()) / plot.width() * world.width()
        y = world.y() + (plot.bottom() - position.y()) / plot.height() * world.height()
        return x, y

    def _fit(self) -> None:
        wanted, plot = self._wanted, self.plot
        world = QRectF(wanted)
        if self.locked:
            unit = max(wanted.width() / plot.width(), wanted.height() / plot.height())
            width, height = unit * plot.width(), unit * plot.height()
            world = QRectF(wanted.center().x() - width / 2, wanted.center().y() - height / 2, width, height)
        if world != self._world or plot != self._fitted:
            self._world, self._fitted = world, plot
            self.refresh()
            self.view_changed.emit()

    def _on_theme_changed(self) -> None:
        # Text of another size leaves the plot more room or less.
        self._fit()
        self.refresh()

    def zoom(self, factor: float, at: QPointF | None = None) -> None:
        """Show `factor` times as much of the world, keeping the point under `at` where it is."""
        x, y = self.to_world(at if at is not None else self.plot.center())
        w = self._world
        if not 1e-9 < w.width() * factor < 1e9:
            return
        left, low = x - (x - w.x()) * factor, y - (y - w.y()) * factor
        self.show_world(QRectF(left, low, w.width() * factor, w.height() * factor))
        self.view_chosen.emit()

    # -- painting ----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw the still layers afresh."""
        self._cache = None
        self._extent = None
        self.update()

    def update_live(self) -> None:
        """The live layers have moved: paint where they were and where they are, and leave the rest as it is.

        What lies over the stage (overlays with their texts and buttons) is then painted only where a layer passes
        below it. Cost: the area of the extents.
        """
        before, self._extent = self._extent, self._live_extent()
        if before is None or self._extent is None:
            self.update()
        else:
            self.update(before + self._extent)

    def _live_extent(self) -> QRegion | None:
        found = QRegion()
        for layer in self.live:
            extent = layer.extent(self)
            if extent is None:
                return None
            found += extent
        return found

    def set_dim(self, amount: float) -> None:
        """Veil the stage while a long seek is under way; 0 lifts the veil."""
        if amount != self._dim:
            self._dim = amount
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        # A layer that fails is a line in the log; a painter left open would take the process with it.
        with QPainter(self) as painter:
            if self._cache is None:
                self._cache = self._paint_still()
            painter.drawPixmap(0, 0, self._cache)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(self.plot)
            for layer in self.live:
                layer.paint(painter, self)
            if self._dim:
                painter.fillRect(self.plot, theme().color("bg", self._dim))
            if self._ringed and self.hasFocus() and not isinstance(self.parentWidget(), Card):
                painter.setClipping(False)
                painter.setPen(QPen(theme().color("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def paint_onto(self, painter: QPainter) -> None:
        """Draw everything as vectors where possible, for SVG export."""
        self._paint_frame(painter)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(self.plot)
        for layer in (*self.still, *self.live):
            layer.paint(painter, self)
        painter.restore()

    def _paint_still(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(QSize(math.ceil(self.width() * ratio), math.ceil(self.height() * ratio)))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(QColor(theme().surface))
        with QPainter(pixmap) as painter:
            self._paint_frame(painter)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(self.plot)
            for layer in self.still:
                layer.paint(painter, self)
        return pixmap

    def _paint_frame(self, painter: QPainter) -> None:
        if not self.bare:
            names = None if self.compact else (self.x_label, self.y_label)
            paint_axes(painter, self.plot, self._world, names)

    # -- hands -------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cache = None
        self._extent = None
        self._fit()

    def _point(self, position: QPointF) -> None:
        self.under = position if self.plot.contains(position) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._point(event.position())
        if event.button() == Qt.MouseButton.MiddleButton or (
            event.button() == Qt.MouseButton.LeftButton and event.modifiers() & Qt.KeyboardModifier.AltModifier
        ):
            self._pan_from = (event.position(), QRectF(self._world))
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif self.plot.contains(event.position()):
            self.pressed.emit(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event.position())
        if self._pan_from is not None:
            start, world = self._pan_from
            # By whole pixels of the screen: what is painted already then only moves along.
            ratio, moved = self.devicePixelRatioF(), event.position() - start
            dx = round(moved.x() * ratio) / ratio / self.plot.width() * world.width()
            dy = round(moved.y() * ratio) / ratio / self.plot.height() * world.height()
            self._rest.start()
            self.show_world(world.translated(-dx, dy))
            self.view_chosen.emit()
        elif event.buttons():
            self.dragged.emit(event)
        else:
            self.hovered.emit(self.under)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is not None:
            self._pan_from = None
            self.unsetCursor()
        else:
            self.released.emit(event)

    def leaveEvent(self, event: object) -> None:
        self.under = None
        self.hovered.emit(None)

    def pan(self, across: float, up: float) -> None:
        """Move the view by shares of its width and height."""
        w = self._world
        self.show_world(w.translated(across * w.width(), up * w.height()))
        self.view_chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, held = Qt.Key(event.key()), event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        plain = held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)
        if held == Qt.KeyboardModifier.ControlModifier and key in _PANS:
            across, up = _PANS[key]
            self.pan(PAN_BY * across, PAN_BY * up)
        elif plain and key in _ZOOMS:
            self.zoom(_ZOOMS[key])
        elif plain and key == Qt.Key.Key_0:
            self.go_home()
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Insert):
            self.entered.emit(self.plot.center())
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # As on buttons: a press with the mouse leaves no ring behind.
        reasons = Qt.FocusReason
        self._ringed = event.reason() in (
            reasons.TabFocusReason, reasons.BacktabFocusReason, reasons.ShortcutFocusReason
        )  # fmt: skip
        self._show_ring()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._show_ring()

    def _show_ring(self) -> None:
        """Let the card's own border be the ring; one of its own, inside, would be a second frame."""
        card = self.parentWidget()
        if isinstance(card, Card):
            card.set_focused(self._ringed and self.hasFocus())
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._point(event.position())
        if self.plot.contains(event.position()) and event.angleDelta().y():
            self._rest.start()
            self.zoom(0.9985 ** event.angleDelta().y(), event.position())
            event.accept()
        else:
            event.ignore()
