"""What is painted over the surface's picture: axes with their texts, minima, starts, heads, the pointer."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPen, QPixmap, QPolygonF

from lab.engine.landscapes import Landscape
from lab.panels.race.layers import FEW
from lab.panels.race.looks import Look, start_name
from lab.panels.race.racers import MANY, Pick
from lab.panels.race.surface_camera import Camera
from lab.panels.race.surface_mesh import HEIGHT, Array, Surface, height_ticks
from lab.panels.race.surface_trails import Pieces, pieces_of
from lab.sims.race import RaceFrame
from lab.ui import fonts
from lab.ui.axes import ticks
from lab.ui.theme import theme, weight
from lab.ui.widgets import glyph_path, value_text

#: The floor lies this far below the lowest loss.
FLOOR = -0.05
#: What a hill hides is painted with this opacity.
BEHIND = 0.28
#: Points of the ring around the pointer's place.
_RING = 24


@dataclass(frozen=True, slots=True, eq=False)
class Sight:
    """A surface seen by a camera in a picture of some size."""

    surface: Surface
    camera: Camera
    size: QSize

    @property
    def aspect(self) -> float:
        """Width over height of the picture."""
        return self.size.width() / max(self.size.height(), 1)

    def pixels(self, scene: Array) -> Array:
        """Scene points (..., 3) as pixels (..., 2)."""
        return self.camera.project(scene, self.size.width(), max(self.size.height(), 1))

    def place(self, world: Array) -> tuple[Array, NDArray[np.bool_]]:
        """Scene points (..., 3) of world points (..., 2), on the surface, and which of them lie within it."""
        grid = self.surface.to_grid(world)
        return self.surface.to_scene(grid), self.surface.inside(grid)

    def behind(self, scene: Array) -> NDArray[np.bool_]:
        """Which scene points (n, 3) a hill hides."""
        return self.surface.hidden(self.camera.eye(self.aspect), scene)


def front_of(camera: Camera) -> tuple[float, float]:
    """Signs of the sides, across x and y, that are nearer to the eye."""
    x, y, _ = camera.toward
    return (1.0 if x >= 0 else -1.0), (1.0 if y >= 0 else -1.0)


def floor_ticks(surface: Surface) -> tuple[list[tuple[float, str]], list[tuple[float, str]]]:
    """Round weights along both sides of the floor, as (value, text)."""
    x, y, width, height = surface.world
    sx, sy = surface.size
    return ticks(x, x + width, 5 * sx), ticks(y, y + height, 5 * sy)


def box_of(surface: Surface, camera: Camera, rgb: tuple[int, int, int]) -> Pieces:
    """Lines of the floor and of the two walls behind the surface."""
    (sx, sy), (fx, fy) = surface.size, front_of(camera)
    left, right, low, high = -sx / 2, sx / 2, -sy / 2, sy / 2
    back_x, back_y = -fx * sx / 2, -fy * sy / 2
    top = HEIGHT * 1.02
    a: list[tuple[float, float, float]] = []
    b: list[tuple[float, float, float]] = []
    alpha: list[int] = []

    def add(begin: tuple[float, float, float], end: tuple[float, float, float], opacity: int) -> None:
        a.append(begin)
        b.append(end)
        alpha.append(opacity)

    wx, wy, width, height = surface.world
    across, along = floor_ticks(surface)
    for value, _ in across:
        x = ((value - wx) / width - 0.5) * sx
        add((x, low, FLOOR), (x, high, FLOOR), 90)
        add((x, back_y, FLOOR), (x, back_y, top), 46)
    for value, _ in along:
        y = ((value - wy) / height - 0.5) * sy
        add((left, y, FLOOR), (right, y, FLOOR), 90)
        add((back_x, y, FLOOR), (back_x, y, top), 46)
    for _, shade in height_ticks(surface.scale):
        z = shade * HEIGHT
        add((left, back_y, z), (right, back_y, z), 90)
        add((back_x, low, z), (back_x, high, z), 90)
    for x, y in ((left, low), (left, high), (right, low), (right, high)):
        if (x, y) != (-back_x, -back_y):
            add((x, y, FLOOR), (x, y, top), 200)
    for y in (low, high):
        add((left, y, FLOOR), (right, y, FLOOR), 200)
    for x in (left, right):
        add((x, low, FLOOR), (x, high, FLOOR), 200)
    colors = np.array([(*rgb, opacity) for opacity in alpha], dtype=np.uint8)
    return pieces_of(np.array(a), np.array(b), colors, 1.0)


def paint_axes(painter: QPainter, sight: Sight) -> None:
    """Numbers and names along the sides nearest to the eye, and up the edge at the left."""
    surface, camera = sight.surface, sight.camera
    (sx, sy), (fx, fy) = surface.size, front_of(camera)
    wx, wy, width, height = surface.world
    painter.setFont(fonts.font(fonts.TICK))
    painter.setPen(theme().color("muted"))
    across, along = floor_ticks(surface)
    places = [
        (np.array([((v - wx) / width - 0.5) * sx, fy * sy / 2, FLOOR]), (0.0, fy), text, 15.0) for v, text in across
    ] + [(np.array([fx * sx / 2, ((v - wy) / height - 0.5) * sy, FLOOR]), (fx, 0.0), text, 15.0) for v, text in along]
    places += [
        (np.array([0.0, fy * sy / 2, FLOOR]), (0.0, fy), "θ₁", 36.0),
        (np.array([fx * sx / 2, 0.0, FLOOR]), (fx, 0.0), "θ₂", 36.0),
    ]
    for at, (ox, oy), text, away in places:
        x, y = sight.pixels(at)
        dx, dy = sight.pixels(at + 0.05 * np.array([ox, oy, 0.0])) - (x, y)
        norm = (math.hypot(dx, dy) or 1.0) / fonts.scale()
        _centred(painter, text, x + dx / norm * away, y + dy / norm * away)
    corners = np.array([[fx * sx / 2, -fy * sy / 2, 0.0], [-fx * sx / 2, fy * sy / 2, 0.0]])
    corner = corners[int(sight.pixels(corners)[:, 0].argmin())]
    metrics = painter.fontMetrics()
    above = -math.inf
    for value, shade in reversed(height_ticks(surface.scale)):
        x, y = sight.pixels(corner + np.array([0.0, 0.0, shade * HEIGHT]))
        if y < above + 0.7 * metrics.height():
            continue
        above = y
        text = value_text(float(f"{value:.3g}"))
        if abs(value) >= 1 and value == round(value) and abs(value) < 1e5:
            text = value_text(round(value))
        elif value == 0 or 1e-3 <= abs(value) < 1:
            # Round numbers: no zeros after them.
            text = f"{value:.3g}".replace("-", "\u2212")
        left = max(x - 8 - metrics.horizontalAdvance(text), 4.0)
        painter.drawText(QPointF(left, y + metrics.ascent() / 2 - 1), text)
    x, y = sight.pixels(corner + np.array([0.0, 0.0, HEIGHT * 1.02]))
    _centred(painter, "f(θ)", x - 4, y - 14)


def _centred(painter: QPainter, text: str, x: float, y: float) -> None:
    painter.drawText(QRectF(x - 60, y - 12, 120, 24), Qt.AlignmentFlag.AlignCenter, text)


def paint_minima(painter: QPainter, sight: Sight, landscape: Landscape) -> None:
    """Known minima as rings with a cross, as on the stage."""
    minima = [c for c in landscape.critical_points if c.kind == "minimum"]
    if not minima:
        return
    scene, inside = sight.place(np.array([c.point for c in minima], dtype=np.float64))
    pixels, behind = sight.pixels(scene), sight.behind(scene)
    t, bold = theme(), weight()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for i, critical in enumerate(minima):
        if not inside[i]:
            continue
        few = len(minima) <= FEW
        radius = bold * (8.0 if few else 5.0 if critical.is_global else 3.0)
        x, y = pixels[i]
        painter.setPen(QPen(t.color("text", 0.9 * (BEHIND if behind[i] else 1.0)), 1.2 * bold))
        painter.drawEllipse(QPointF(x, y), radius, radius)
        arm = radius * 0.5
        painter.drawLine(QPointF(x - arm, y), QPointF(x + arm, y))
        painter.drawLine(QPointF(x, y - arm), QPointF(x, y + arm))


class Annotations:
    """Axes and minima over the surface's picture, painted anew only when the view changes."""

    def __init__(self) -> None:
        self._shown: tuple[object, QPixmap] | None = None

    def of(self, sight: Sight, landscape: Landscape | None, ratio: float) -> QPixmap:
        """The picture to lay over it, with `ratio` pixels for each of the screen's."""
        key = (sight.surface, sight.camera, sight.size, ratio, theme().name, fonts.scale(), weight())
        if self._shown is None or self._shown[0] != key:
            made = QPixmap(sight.size * ratio)
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            with QPainter(made) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                paint_axes(painter, sight)
                if landscape is not None:
                    paint_minima(painter, sight, landscape)
            self._shown = (key, made)
        return self._shown[1]


@dataclass(slots=True)
class Heads:
    """Where starts and heads are in the picture: for painting them, and for finding one under the pointer."""

    frame: RaceFrame
    looks: Sequence[Look]
    #: Rows of starts that are shown one by one.
    rows: NDArray[np.intp]
    #: Pixels (rows, 2), and whether each is in the picture and behind a hill.
    starts: Array
    starts_in: NDArray[np.bool_]
    starts_behind: NDArray[np.bool_]
    #: The same of the heads: (lanes, rows, 2) and (lanes, rows).
    heads: Array
    heads_in: NDArray[np.bool_]
    heads_behind: NDArray[np.bool_]

    @classmethod
    def of(cls, sight: Sight, frame: RaceFrame, looks: Sequence[Look], rows: NDArray[np.intp]) -> Heads:
        """Place those of the starts `rows`."""
        theta = np.concatenate([frame.starts[rows][None], frame.theta[:, rows]])
        scene, inside = sight.place(theta)
        pixels = sight.pixels(scene)
        behind = sight.behind(scene.reshape(-1, 3)).reshape(inside.shape)
        return cls(frame, looks, rows, pixels[0], inside[0], behind[0], pixels[1:], inside[1:], behind[1:])

    def pick(self, x: float, y: float, reach: float = 13.0) -> Pick | None:
        """The start or head nearest to a pixel, within reach; at a tie the start, and never one behind a hill."""
        best: Pick | None = None
        found = reach
        for places, seen, lanes in (
            (self.starts[None], (self.starts_in & ~self.starts_behind)[None], (None,)),
            (self.heads, self.heads_in & ~self.heads_behind, self.frame.lanes),
        ):
            away = np.where(seen, np.hypot(*np.moveaxis(places - (x, y), -1, 0)), np.inf)
            if away.size and away.min() < found - (1.0 if best else 0.0):
                lane, row = np.unravel_index(int(away.argmin()), away.shape)
                found = float(away.min())
                best = Pick(int(self.rows[row]), lanes[int(lane)])
        return best

    def paint(self, painter: QPainter, focus: tuple[int, int] | None, average: bool) -> None:
        """Paint starts below, heads above, the racer in focus last."""
        t, bold = theme(), weight()
        painter.setFont(fonts.font(fonts.TICK, fonts.SEMIBOLD))
        small = len(self.rows) > 26
        for i, start in enumerate(self.rows):
            if self.starts_in[i]:
                opacity = BEHIND if self.starts_behind[i] else 1.0
                radius = bold * (3.0 if small else 9.0)
                place = QPointF(*self.starts[i])
                painter.setPen(QPen(t.color("text", opacity), 1.4 * bold))
                painter.setBrush(t.color("surface", 0.95 * opacity))
                painter.drawEllipse(place, radius, radius)
                if not small:
                    _centred(painter, start_name(int(start)), place.x(), place.y())
        lanes = self.frame.lanes
        many = len(self.rows) * len(lanes) > MANY
        order = sorted(range(len(lanes)), key=lambda i: focus is not None and lanes[i] == focus[0])
        for lane in order:
            look = self.looks[lane]
            here = focus is not None and look.lane == focus[0]
            for i, start in enumerate(self.rows):
                if not self.heads_in[lane, i]:
                    continue
                gone = self.frame.diverged_at[lane, start] >= 0
                opacity = BEHIND if self.heads_behind[lane, i] else 1.0
                main = here and (average or focus is None or int(start) == focus[1])
                x, y = self.heads[lane, i]
                if here and not many and not gone:
                    painter.setPen(Qt.PenStyle.NoPen)
                    painter.setBrush(t.color(look.color_role, (0.4 if main else 0.22) * opacity))
                    radius = bold * (14.0 if main else 10.0)
                    painter.drawEllipse(QPointF(x, y), radius, radius)
                painter.setPen(Qt.PenStyle.NoPen if many else QPen(t.color(t.ink, opacity), 1.3 * bold))
                painter.setBrush(t.color("error" if gone else look.color_role, opacity))
                size = bold * (6 if many else 14 if main else 11)
                painter.drawPath(glyph_path("x" if gone else look.symbol, size, x, y))


def paint_pointer(painter: QPainter, sight: Sight, point: Sequence[float]) -> None:
    """A ring that lies on the surface around the pointer's place."""
    t = theme()
    nx, ny = sight.surface.cells
    around = np.linspace(0.0, 2 * math.pi, _RING + 1)
    middle = sight.surface.to_grid(np.array(point, dtype=np.float64))
    if not sight.surface.inside(middle):
        return
    radius = 0.016 * max(nx, ny)
    ring = middle + radius * np.stack([np.cos(around), np.sin(around)], axis=-1)
    pixels = sight.pixels(sight.surface.to_scene(ring))
    opacity = 0.45 if sight.behind(sight.surface.to_scene(middle[None]))[0] else 1.0
    painter.setBrush(Qt.BrushStyle.NoBrush)
    path = QPolygonF([QPointF(x, y) for x, y in pixels])
    for color, width in ((t.color(t.ink, 0.7 * opacity), 4.0), (t.color("text", opacity), 1.6)):
        painter.setPen(QPen(color, width * weight()))
        painter.drawPolyline(path)
    x, y = sight.pixels(sight.surface.to_scene(middle))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(t.color("text", opacity))
    painter.drawEllipse(QPointF(x, y), 2.2 * weight(), 2.2 * weight())
