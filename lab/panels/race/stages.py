"""The stage with, on request, the 3-D view of the same landscape beside it; what keeps the two together."""

from __future__ import annotations

import importlib
import logging
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPen, QRegion, QResizeEvent
from PySide6.QtWidgets import QSplitter

from lab.core.traces import Trace
from lab.panels.race.field import Field
from lab.panels.race.focus import Focus
from lab.panels.race.looks import Look
from lab.panels.race.scene import RaceStage
from lab.panels.race.state import RaceViewState
from lab.panels.race.surface_camera import Camera
from lab.panels.race.surface_mesh import Surface, compute_surface
from lab.sims.race import RaceFrame
from lab.ui.jobs import Jobs
from lab.ui.stage import Stage
from lab.ui.theme import theme, tokens, weight
from lab.ui.widgets import Card, Text

if TYPE_CHECKING:
    from lab.panels.race.surface import SurfaceView

log = logging.getLogger(__name__)

QWIDGETSIZE_MAX = 16_777_215
#: Below this width the 3-D view stands under the stage, unless there both would be flatter than this share of it.
NARROW, FLAT = 600, 0.42
#: Smaller than this neither of the two can be used: what is shown alone, and when they share the room.
LEAST, LEAST_EACH = QSize(240, 140), QSize(150, 100)
NOT_INSTALLED = "The 3-D view needs PyOpenGL, which is not installed: pip install PyOpenGL"
NO_CONTEXT = "No OpenGL here: {why}; the rest works."


def _name_platform() -> None:
    """Tell PyOpenGL which of GLX and EGL Qt uses; by itself it asks the session, which may mean another."""
    if sys.platform == "linux":
        x11 = QGuiApplication.platformName() in ("xcb", "offscreen")
        egl = not x11 or "egl" in os.environ.get("QT_XCB_GL_INTEGRATION", "")
        os.environ.setdefault("PYOPENGL_PLATFORM", "egl" if egl else "glx")


class SurfacePointerLayer:
    """On the stage, the place that the pointer is over in the 3-D view."""

    RADIUS = 9

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._point: tuple[float, ...] | None = None

    def show_point(self, point: tuple[float, ...] | None) -> None:
        """Mark another place, or none."""
        if point != self._point:
            before = self.extent(self._stage)
            self._point = point
            self._stage.update(before + self.extent(self._stage))

    def _pixel(self, stage: Stage) -> tuple[float, float] | None:
        if self._point is None:
            return None
        x, y = self._point
        world, plot = stage.world, stage.plot
        px = plot.left() + (x - world.x()) / world.width() * plot.width()
        py = plot.bottom() - (y - world.y()) / world.height() * plot.height()
        return (px, py) if plot.contains(px, py) else None

    def extent(self, stage: Stage) -> QRegion:
        """A small square, or nothing."""
        pixel = self._pixel(stage)
        if pixel is None:
            return QRegion()
        reach = round((self.RADIUS + 4) * weight())
        return QRegion(QRect(round(pixel[0]) - reach, round(pixel[1]) - reach, 2 * reach, 2 * reach))

    def paint(self, painter: QPainter, stage: Stage) -> None:
        pixel = self._pixel(stage)
        if pixel is None:
            return
        t = theme()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = round(self.RADIUS * weight())
        ring = QRect(round(pixel[0]) - radius, round(pixel[1]) - radius, 2 * radius, 2 * radius)
        for color, width in ((t.color(t.ink, 0.7), 4.0), (t.color("text"), 1.6)):
            painter.setPen(QPen(color, width * weight()))
            painter.drawEllipse(ring)


class Stages(QSplitter):
    """Both views of the landscape. The 3-D view is made when it is first asked for; switched off it does nothing."""

    #: The 3-D view was made: its signals can be connected.
    made = Signal(object)
    #: The hand looks from elsewhere in the 3-D view: a `Camera`, None for the usual side.
    camera_chosen = Signal(object)
    #: Background work failed: one line.
    failed = Signal(str)

    def __init__(self, stage: RaceStage, jobs: Jobs) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(tokens()["size_px"]["gap"])
        stage.setMinimumSize(LEAST_EACH)
        self.addWidget(Card(stage, margins=(8, 8, 8, 4), spacing=0))
        self._stage, self._jobs = stage, jobs
        self._card: Card | None = None
        self._note: Text | None = None
        self.view: SurfaceView | None = None
        self.pointer = SurfacePointerLayer(stage)
        self._on = False
        self._camera: Camera | None = None
        stage.field_changed.connect(self._on_field)
        stage.hovered.connect(self._on_stage_hovered)

    @property
    def on(self) -> bool:
        """Whether the 3-D view, or why there is none, is shown."""
        return self._on

    @property
    def absence(self) -> str:
        """Why there is no 3-D view, in one line; empty when there is one or none was asked for."""
        return self._note.text() if self._note is not None and self._on and self.view is None else ""

    # -- switching -----------------------------------------------------------------------------------------------

    def set_look(self, look: RaceViewState) -> None:
        """Follow the switch, the camera and the layers; a landscape of one weight has no surface."""
        # A file may hold any numbers: turned by nothing, they are brought within what is allowed.
        self._camera = Camera(*look.camera).turned(0, 0).zoomed(1) if len(look.camera) == 3 else None
        on = look.surface and not self._stage.flat
        if on != self._on:
            self._on = on
            self._switch()
        # A stage that adopts a landscape starts with layers of its own.
        if on != (self.pointer in self._stage.live):
            self.pointer.show_point(None)
            (self._stage.live.append if on else self._stage.live.remove)(self.pointer)
        if self.view is not None and on:
            self.view.set_camera(self._camera)
            self.view.set_contours(look.contours)

    def _switch(self) -> None:
        if self._card is None:
            self._note = Text("", "body", role="muted", align=Qt.AlignmentFlag.AlignCenter, wrap=True)
            self._card = Card(self._note, margins=(8, 8, 8, 8), spacing=0)
            self.addWidget(self._card)
            self.setSizes([1000, 1000])
        if self._on and self.view is None:
            self._make()
        self._card.setVisible(self._on)
        self._arrange()
        if self._on and self._stage.picture is not None:
            self._on_field(self._stage.picture)

    def _make(self) -> None:
        """Make the 3-D view, or say in one line why not; asked again, it tries again."""
        assert self._card is not None
        assert self._note is not None
        try:
            importlib.import_module("OpenGL")
        except ImportError:
            self._say(NOT_INSTALLED)
            return
        try:
            # PyOpenGL looks for the driver's library while it is imported.
            _name_platform()
            module = importlib.import_module("lab.panels.race.surface_gl")
            renderer = module.SurfaceRenderer()
        except Exception as failure:
            log.info("no 3-D view", exc_info=True)
            self._say(NO_CONTEXT.format(why=str(failure).strip().split("\n")[0].rstrip(".") or type(failure).__name__))
            return
        from lab.panels.race.surface import SurfaceView

        log.info("3-D view drawn by %s", renderer.driver)
        self.view = SurfaceView(renderer)
        self.view.camera_chosen.connect(self.camera_chosen)
        self.view.pointed.connect(self.pointer.show_point)
        self.view.failed.connect(self._on_drawing_failed, Qt.ConnectionType.QueuedConnection)
        self._note.hide()
        self._card.box.addWidget(self.view, 1)
        self.setSizes([1000, 1000])
        self.made.emit(self.view)

    def _say(self, line: str) -> None:
        assert self._note is not None
        self._note.setText(line)
        self._note.show()
        self._arrange()
        self.setSizes([1_000_000, 1])

    def _on_drawing_failed(self, why: str) -> None:
        """The driver gave up: the line takes the view's place; switching it off and on tries again."""
        if self.view is None:
            return
        log.warning("the 3-D view failed: %s", why)
        self.view.hide()
        self.view.deleteLater()
        self.view = None
        self._say(NO_CONTEXT.format(why=why))

    # -- keeping them together -------------------------------------------------------------------------------------

    def show_frame(self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace) -> None:
        """Show the race as it stands; costs nothing while switched off."""
        if self._on and self.view is not None and frame.starts.shape[1] == 2:
            self.view.show_frame(frame, looks, focus, trace)

    def _on_field(self, field: Field) -> None:
        landscape = self._stage.landscape
        if self._on and self.view is not None and landscape is not None:
            self._jobs.submit(
                (id(self), "surface"),
                compute_surface,
                landscape,
                field.world,
                field.scale,
                done=self._on_surface,
                failed=self.failed.emit,
            )

    def _on_surface(self, surface: Surface) -> None:
        landscape = self._stage.landscape
        if self.view is not None and landscape is not None and landscape.dim == 2:
            self.view.show_surface(surface, landscape)

    def _on_stage_hovered(self, position: QPointF | None) -> None:
        if self._on and self.view is not None:
            point = None if position is None else self._stage.point_at(position)
            self.view.set_pointer(point)

    def minimumSizeHint(self) -> QSize:
        # Whichever way the two stand, and whether there are two: what the window can be must not depend on a switch.
        return LEAST.grownBy(self.contentsMargins()) + QSize(16, 12)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        """Side by side where there is room; a line of words stands below and leaves the stage its place."""
        flat = self.height() / 2 < FLAT * self.width()
        upright = (self.width() < NARROW and not flat) or self.view is None
        self.setOrientation(Qt.Orientation.Vertical if upright else Qt.Orientation.Horizontal)
        if self._card is not None:
            words = self._card.sizeHint().height() + 16
            self._card.setMaximumHeight(words if self.view is None else QWIDGETSIZE_MAX)
