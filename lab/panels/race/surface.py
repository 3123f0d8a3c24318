"""The 3-D view: the landscape's surface with the race on it, turned, zoomed and pressed by the hand."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.core.traces import Trace
from lab.engine.landscapes import Landscape
from lab.panels.race.focus import Focus
from lab.panels.race.hands import SLOP
from lab.panels.race.looks import Look
from lab.panels.race.overlays import CRAMPED
from lab.panels.race.surface_camera import Camera
from lab.panels.race.surface_gl import SurfaceRenderer
from lab.panels.race.surface_keys import by_key
from lab.panels.race.surface_marks import Annotations, Heads, Sight, paint_pointer
from lab.panels.race.surface_mesh import Surface
from lab.panels.race.surface_picture import DOTS_FROM, SurfacePicture
from lab.panels.race.surface_side import UsualSide
from lab.sims.race import RaceFrame
from lab.ui.theme import manager, theme
from lab.ui.widgets import CornerOverlays, IconButton, Overlay, Text

#: What a hand can do, and where there is little room, as beside a lesson, what nobody would guess.
HINT, SHORT_HINT = "Drag turns, wheel zooms, a press drops a start", "Drag turns"
#: Degrees of turning for a pixel of the hand's way.
BY_HAND = 0.4


class SurfaceView(QWidget):
    """Drag turns, the wheel zooms, a press without dragging drops a start, a double press shows everything again.

    What the renderer has drawn stays until the view, the landscape or the theme changes: a frame of the race only adds
    the new pieces of the trails, and heads are painted over the picture. A crowd's dots are drawn afresh.

    Parameters
    ----------
    renderer : SurfaceRenderer
        Draws; it is closed with the view.
    """

    #: The hand chose where to look from: a `Camera`, None for the usual side.
    camera_chosen = Signal(object)
    #: A start should be dropped at this point (x, y) of the landscape.
    dropped = Signal(tuple)
    #: The press that dropped a start was the first of two: it was not meant.
    taken_back = Signal()
    #: A racer (lane None: keep the present one) and start should be in focus; a start should go.
    focus_wanted = Signal(object, int)
    removed = Signal(int)
    #: What can be done with a racer (lane) and its start is asked for, at a place (QPoint) on the screen.
    menu_wanted = Signal(int, int, object)
    #: The pointer is over this point of the landscape; None when it leaves.
    pointed = Signal(object)
    #: Drawing failed: why.
    failed = Signal(str)

    def __init__(self, renderer: SurfaceRenderer) -> None:
        super().__init__()
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(150, 100)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName("3-D view of the landscape")
        self.setAccessibleDescription("Arrow keys turn it, plus and minus zoom, Home shows everything")
        #: Where to look from: what was chosen, None for the usual side.
        self._chosen: Camera | None = None
        self._usual = UsualSide()
        self._surface: Surface | None = None
        self._landscape: Landscape | None = None
        self._picture = SurfacePicture(renderer)
        self._frame: RaceFrame | None = None
        self._looks: Sequence[Look] = ()
        self._focus = Focus(-1, -1, False)
        self._heads: Heads | None = None
        self._pointer: tuple[float, ...] | None = None
        self._annotations = Annotations()
        self._press: tuple[QPointF, Camera] | None = None
        self._turning = self._just_dropped = self._ringed = self._broken = False
        self._hint_words = Text(HINT, "caption")
        self.hint = Overlay(self._hint_words, see_through=True)
        self.tools = self._tools()
        corners = CornerOverlays(self)
        corners.add(self.tools, "br", 12, 12)
        corners.add(self.hint, "tl", 12, 12)
        manager().changed.connect(self.update)
        renderer.belong_to(self)
        self.destroyed.connect(renderer.close)

    def _tools(self) -> Overlay:
        home = IconButton("frame-corners", "Show everything, from the usual side (Home)", size=16)
        home.clicked.connect(self._go_home)
        closer = IconButton("magnifying-glass-plus", "Nearer (wheel, or +)", size=16)
        closer.clicked.connect(lambda: self._choose(self.camera.zoomed(1.25)))
        farther = IconButton("magnifying-glass-minus", "Farther (wheel, or \u2212)", size=16)
        farther.clicked.connect(lambda: self._choose(self.camera.zoomed(0.8)))
        self._zooms = (closer, farther)
        return Overlay(home, closer, farther, margins=(4, 2, 4, 2), spacing=0)

    # -- what is shown -------------------------------------------------------------------------------------------

    @property
    def camera(self) -> Camera:
        """Where it is seen from."""
        return self._chosen if self._chosen is not None else self._usual_side()

    @property
    def surface(self) -> Surface | None:
        """What is shown."""
        return self._surface

    @property
    def sight(self) -> Sight | None:
        """The surface as it is seen now."""
        return None if self._surface is None else Sight(self._surface, self.camera, self.size())

    def set_camera(self, camera: Camera | None) -> None:
        """Look from elsewhere; None: from the usual side."""
        if camera != self._chosen:
            self._chosen = camera
            self._heads = None
            self.update()

    def _usual_side(self) -> Camera:
        if self._surface is None or self._frame is None or self._landscape is None:
            return Camera()
        return self._usual.camera(self._surface, self._landscape, self._frame, self._measures())

    def _measures(self) -> tuple[float, float]:
        return float(max(self.width(), 1)), float(max(self.height(), 1))

    def set_contours(self, on: bool) -> None:
        """Draw lines of equal loss, or not."""
        if on != self._picture.contours:
            self._picture.contours = on
            self.update()

    def show_surface(self, surface: Surface, landscape: Landscape) -> None:
        """Show another surface."""
        self._surface, self._landscape = surface, landscape
        self._heads = None
        self.update()

    def show_frame(self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace) -> None:
        """Show the race as it stands."""
        self._frame, self._looks, self._focus = frame, looks, focus
        self._picture.show_frame(frame, looks, focus, trace)
        self._heads = None
        self.hint.setVisible(frame.step == 0)
        self.update()

    def set_pointer(self, point: tuple[float, ...] | None) -> None:
        """Mark a place of the landscape; None marks nothing."""
        if point != self._pointer:
            self._pointer = point
            self.update()

    def _rows(self) -> NDArray[np.intp]:
        """Starts that are shown one by one: of a crowd only the one in focus."""
        assert self._frame is not None
        present = np.flatnonzero(self._frame.present)
        return present if len(present) <= DOTS_FROM else present[present == self._focus.start]

    # -- painting ------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            failure = self._paint(painter)
        if failure is not None and not self._broken:
            self._broken = True
            self.failed.emit(str(failure).strip().split("\n")[0] or type(failure).__name__)

    def _paint(self, painter: QPainter) -> Exception | None:
        """Draw everything; the answer is what kept the surface itself from being drawn."""
        sight = self.sight
        if sight is None:
            painter.fillRect(self.rect(), theme().color("surface"))
            return None
        device = painter.paintEngine().paintDevice()
        ratio = device.devicePixelRatioF() if device is not None else self.devicePixelRatioF()
        try:
            picture = self._picture.draw(sight, ratio)
        except Exception as failure:
            # A driver may give up at any time (a card unplugged, memory gone): the race must go on without it.
            painter.fillRect(self.rect(), theme().color("surface"))
            return failure
        painter.drawImage(self.rect(), picture)
        painter.drawPixmap(0, 0, self._annotations.of(sight, self._landscape, ratio))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._frame is not None and self._frame.starts.shape[1:] == (2,):
            focus = (self._focus.lane, self._focus.start) if self._focus.lane >= 0 else None
            self._placed(sight).paint(painter, focus, self._focus.average)
        if self._pointer is not None:
            paint_pointer(painter, sight, self._pointer)
        if self._ringed and self.hasFocus():
            painter.setPen(QPen(theme().color("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.rect().adjusted(0, 0, -1, -1), 6, 6)
        return None

    def _placed(self, sight: Sight) -> Heads:
        assert self._frame is not None
        if self._heads is None:
            self._heads = Heads.of(sight, self._frame, self._looks, self._rows())
        return self._heads

    # -- hands ---------------------------------------------------------------------------------------------------

    def point_at(self, position: QPointF) -> tuple[float, float] | None:
        """The point of the landscape that is seen at a pixel, exactly; None beside the surface."""
        sight = self.sight
        if sight is None:
            return None
        ray = sight.camera.ray(position.x(), position.y(), self.width(), max(self.height(), 1))
        return sight.surface.hit(*ray)

    def _choose(self, camera: Camera) -> None:
        chosen = None if camera == self._usual_side() else camera
        self.set_camera(chosen)
        self.camera_chosen.emit(chosen)

    def _go_home(self) -> None:
        """Show everything from the side that is now the best."""
        self._usual.forget()
        self._choose(self._usual_side())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._just_dropped = False
        if event.button() == Qt.MouseButton.LeftButton:
            self._press = (event.position(), self.camera)
            self._turning = False
        elif event.button() == Qt.MouseButton.RightButton and self._heads is not None:
            picked = self._heads.pick(event.position().x(), event.position().y())
            if picked is not None and picked.lane is None:
                self.removed.emit(picked.start)
            elif picked is not None:
                self.menu_wanted.emit(picked.lane, picked.start, event.globalPosition().toPoint())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._press is None:
            if not event.buttons():
                self._hover(event.position())
            return
        start, camera = self._press
        moved = event.position() - start
        if not self._turning and max(abs(moved.x()), abs(moved.y())) >= SLOP:
            self._turning = True
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
            self.pointed.emit(None)
        if self._turning:
            self.set_camera(camera.turned(-moved.x() * BY_HAND, moved.y() * BY_HAND))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._press is None:
            return
        turned, self._press = self._turning, None
        if turned:
            self._turning = False
            self.unsetCursor()
            self.camera_chosen.emit(self.camera)
            return
        x, y = event.position().x(), event.position().y()
        picked = self._heads.pick(x, y) if self._heads is not None else None
        if picked is not None:
            self.focus_wanted.emit(picked.lane, picked.start)
        elif (point := self.point_at(event.position())) is not None:
            self._just_dropped = True
            self.dropped.emit(point)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        if self._just_dropped:
            self._just_dropped = False
            self.taken_back.emit()
        self._go_home()

    def _hover(self, position: QPointF) -> None:
        point = self.point_at(position)
        picked = self._heads.pick(position.x(), position.y()) if self._heads is not None else None
        shape = Qt.CursorShape.PointingHandCursor if picked else Qt.CursorShape.CrossCursor
        self.setCursor(shape if picked or point else Qt.CursorShape.OpenHandCursor)
        self.set_pointer(point)
        self.pointed.emit(point)

    def leaveEvent(self, event: QEvent) -> None:
        self.set_pointer(None)
        self.pointed.emit(None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.angleDelta().y():
            self._choose(self.camera.zoomed(1.0015 ** event.angleDelta().y()))
        event.accept()

    def event(self, event: QEvent) -> bool:
        # The window's shortcuts (one step back, to the start) have the same keys: here they turn.
        asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if asked and isinstance(event, QKeyEvent) and by_key(self.camera, event) is not None:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        camera = by_key(self.camera, event)
        if camera is None:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Home:
            self._go_home()
        else:
            self._choose(camera)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        # As on buttons: a press with the mouse leaves no ring behind.
        self._ringed = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        cramped = self.width() < CRAMPED.width() or self.height() < CRAMPED.height()
        for button in self._zooms:
            button.setVisible(not cramped)
        # All of it would lie over the surface's far corner.
        self._hint_words.setText(SHORT_HINT if cramped else HINT)
        self._heads = None
