"""The race on the surface as a picture that grows: what was drawn stays until view, ground or theme change."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QImage

from lab.core.traces import Trace
from lab.panels.race.density import crowded
from lab.panels.race.field import LEVELS, LOWEST_LEVEL, TOP_LEVEL
from lab.panels.race.focus import Focus
from lab.panels.race.looks import Look
from lab.panels.race.racer_trails import SEGMENT
from lab.panels.race.surface_gl import DOT, SurfaceRenderer
from lab.panels.race.surface_marks import Sight, box_of, floor_ticks
from lab.panels.race.surface_mesh import HEIGHT, Surface
from lab.panels.race.surface_trails import DrapedTrails, Ink
from lab.sims.race import RaceFrame
from lab.ui.theme import theme, weight

#: Trails are drawn of so many racers; of more, only those from the start in focus.
TRAILS = 128
#: Heads of more starts are drawn as dots; of more heads than `MOST_DOTS`, those of every second or third start.
DOTS_FROM, MOST_DOTS = 40, 20_000
#: Opacity of trails behind a hill.
_GHOST = 0.22


class SurfacePicture:
    """Draws with a renderer what has changed since the last picture.

    Cost: for a frame of the race the new pieces of the trails, a crowd's dots, and reading the picture back; for
    another view, ground or theme the whole surface.
    """

    def __init__(self, renderer: SurfaceRenderer) -> None:
        self._renderer = renderer
        self._trails = DrapedTrails()
        self._frame: RaceFrame | None = None
        self._looks: Sequence[Look] = ()
        self._focus = Focus(-1, -1, False)
        self._trace: Trace | None = None
        self.contours = True
        #: What the picture shows, how many pieces of trails are on it, and which dots.
        self._shown: object = None
        self._drawn = 0
        self._dotted: object = None
        self._picture: QImage | None = None
        #: What the renderer holds: the surface, and the theme of its colours.
        self._surface: Surface | None = None
        self._theme = ""

    def show_frame(self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace) -> None:
        """Let the next picture show the race as it stands."""
        self._frame, self._looks, self._focus, self._trace = frame, looks, focus, trace

    def draw(self, sight: Sight, ratio: float) -> QImage:
        """The picture, `ratio` of its pixels for one of the screen; `NoOpenGL` where the driver fails."""
        t = theme()
        size = QSize(math.ceil(sight.size.width() * ratio), math.ceil(sight.size.height() * ratio))
        kept = self._follow(sight.surface)
        pieces = self._trails.pieces
        shown = (sight.surface, sight.camera, size, ratio, t.name, self.contours, weight())
        dotted = (self._frame, self._looks) if self._is_crowd() else None
        fresh = shown != self._shown or kept < self._drawn
        same = dotted is None if self._dotted is None else dotted is not None and _same(dotted, self._dotted)
        if not fresh and same and len(pieces) == self._drawn and self._picture is not None:
            return self._picture
        self._shown = None
        self._renderer.set_pieces(pieces, min(kept, self._drawn))
        if fresh:
            self._draw_ground(sight, size, ratio)
            self._drawn = 0
        if fresh or len(pieces) > self._drawn:
            self._renderer.draw_pieces(self._drawn, rgb_of(t.color(t.ink)), _GHOST)
        if dotted is not None:
            self._renderer.draw_dots(self._dots(sight.surface), 4.0 * weight())
        self._picture = self._renderer.image()
        self._drawn, self._dotted, self._shown = len(pieces), dotted, shown
        return self._picture

    def _is_crowd(self) -> bool:
        return self._frame is not None and int(self._frame.present.sum()) > DOTS_FROM

    def _follow(self, surface: Surface) -> int:
        """Lay the histories over the surface; how many of the first pieces stayed."""
        frame, trace = self._frame, self._trace
        if frame is None or trace is None:
            return 0
        t, bold = theme(), weight()
        values = trace.values[: trace.upto(frame.step)]
        if not values.size:
            return self._trails.follow(surface, np.zeros((0, 0, 2), np.float32), np.zeros((0, 0), np.float32), ())
        present = np.flatnonzero(frame.present[: values.shape[2]])
        if crowded(frame) or len(present) * len(self._looks) > TRAILS:
            present = present[present == self._focus.start]
        points = values[:, :, present, :2].reshape(len(values), -1, 2)
        breaks = values[:, :, present, SEGMENT].reshape(len(values), -1)
        inks = [
            Ink(_bytes_of(t.color(look.color_role))[:3], bold * (3.0 if look.lane == self._focus.lane else 1.9))
            for look in self._looks
            for _ in present
        ]
        return self._trails.follow(surface, points, breaks, inks)

    def _draw_ground(self, sight: Sight, size: QSize, ratio: float) -> None:
        t, surface, camera = theme(), sight.surface, sight.camera
        if self._surface is not surface:
            self._renderer.set_surface(surface.vertices(), surface.faces())
        if self._theme != t.name:
            self._renderer.set_colors(t.stage_lut())
        self._surface, self._theme = surface, t.name
        self._renderer.begin(size, ratio, rgb_of(t.color("surface")), camera.matrix(sight.aspect))
        self._renderer.draw_box(box_of(surface, camera, _bytes_of(t.color("line_strong"))[:3]))
        # Light from the left of the eye and above: slopes differ in brightness from wherever they are seen.
        around, up = math.radians(camera.azimuth - 55.0), math.radians(46.0)
        (sx, sy), (x, y, width, height) = surface.size, surface.world
        across, along = floor_ticks(surface)
        net: list[float] = []
        for found, low, whole, side in ((across, x, width, sx), (along, y, height, sy)):
            first, step = (found[0][0], found[1][0] - found[0][0]) if len(found) > 1 else (low, 2 * whole)
            net += [((first - low) / whole - 0.5) * side, step / whole * side]
        line = rgb_of(t.color("#BFD2EA" if t.dark else "#26466B"))
        self._renderer.draw_surface(
            top=HEIGHT,
            light=(math.cos(up) * math.cos(around), math.cos(up) * math.sin(around), math.sin(up)),
            levels=(LOWEST_LEVEL, (TOP_LEVEL - LOWEST_LEVEL) / (LEVELS - 1)),
            last_level=TOP_LEVEL,
            contour=(*line, (0.24 if t.dark else 0.30) if self.contours else 0.0),
            grid=(net[0], net[2], net[1], net[3]),
            wire=(*line, 0.10 if t.dark else 0.12),
        )

    def _dots(self, surface: Surface) -> NDArray[Any]:
        """Heads of many starts, where they lie on the surface."""
        frame = self._frame
        assert frame is not None
        present = np.flatnonzero(frame.present)
        present = present[:: math.ceil(len(present) * max(len(frame.lanes), 1) / MOST_DOTS)]
        grid = surface.to_grid(frame.theta[:, present])
        seen = surface.inside(grid) & (frame.diverged_at[:, present] < 0)
        dots = np.zeros(int(seen.sum()), dtype=DOT)
        dots["at"] = surface.to_scene(grid[seen])
        colors = np.array([_bytes_of(theme().color(look.color_role)) for look in self._looks], dtype=np.uint8)
        dots["rgba"] = colors.reshape(-1, 4)[np.nonzero(seen)[0]]
        return dots


def _same(one: tuple[object, ...], other: object) -> bool:
    return isinstance(other, tuple) and all(a is b for a, b in zip(one, other, strict=True))


def rgb_of(color: QColor) -> tuple[float, float, float]:
    """Red, green and blue between 0 and 1."""
    return color.redF(), color.greenF(), color.blueF()


def _bytes_of(color: QColor) -> tuple[int, int, int, int]:
    return color.red(), color.green(), color.blue(), color.alpha()
