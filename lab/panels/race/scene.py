"""The race's stage: which layers lie on it, and what each is told at every frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QImage, QPainter

from lab.core.traces import Trace
from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.panels.race.basins import BasinLayer
from lab.panels.race.curvature import CurvatureLayer, in_words
from lab.panels.race.density import DensityLayer, crowded
from lab.panels.race.field import Field, compute_field
from lab.panels.race.ghost import GhostLayer, RaceGhost
from lab.panels.race.layers import ArrowsLayer, CriticalLayer, FieldLayer, RacersLayer
from lab.panels.race.looks import Look
from lab.panels.race.one_d import CurveLayer, TangentLayer, on_curve
from lab.panels.race.overlays import Overlays
from lab.panels.race.state import RaceViewState
from lab.sims.race import CHANNELS, Curvature, Dissection, RaceFrame
from lab.ui.jobs import Jobs
from lab.ui.stage import Stage
from lab.ui.theme import theme
from lab.ui.trails import Stroke, TrailLayer

#: One cell of the landscape's picture covers this many pixels.
CELL = 3.0
SEGMENT = CHANNELS.index("segment")


@dataclasses.dataclass(frozen=True, slots=True)
class Focus:
    """The racer in focus: ids of lane and start, -1 where there is none; `average` looks at all starts at once."""

    lane: int
    start: int
    average: bool


class RaceStage(Stage):
    """A landscape with racers on it, of one weight or two."""

    #: Background work failed: one line.
    failed = Signal(str)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setAccessibleName("Landscape")
        self._jobs = jobs
        self._landscape: Landscape | None = None
        self._log = True
        self.field = FieldLayer()
        self.basins = BasinLayer(jobs, self.refresh, self.failed.emit)
        self._show_basins = False
        self.density = DensityLayer()
        self.curvature = CurvatureLayer()
        self.ghost = GhostLayer()
        self.trails = TrailLayer()
        self.racers = RacersLayer()
        self.arrows = ArrowsLayer()
        self.tangent = TangentLayer()
        self.overlays = Overlays(self)
        self.view_changed.connect(self._ask_for_field)

    @property
    def flat(self) -> bool:
        """Whether the landscape has one weight only."""
        return self._landscape is not None and self._landscape.dim == 1

    def point_at(self, position: QPointF) -> tuple[float, ...]:
        """The weights under a pixel, exactly."""
        x, y = self.to_world(position)
        return (x,) if self.flat else (x, y)

    # -- what is shown -------------------------------------------------------------------------------------------

    def adopt(self, landscape: Landscape, world: Sequence[float]) -> None:
        """Show a landscape, all of it or the part `world` (x, y, width, height) of it."""
        self._landscape = landscape
        self.field.set_field(None)
        self.locked = not self.flat
        self.x_label, self.y_label = ("θ", "f(θ)") if self.flat else ("θ₁", "θ₂")
        if self.flat:
            self.still = [CurveLayer(landscape)]
            self.live = [self.tangent, self.ghost, self.racers]
            across = landscape.domain[0]
            loss = landscape.value(np.linspace(*across, 400)[:, None])
            low, high = float(loss.min()), float(loss.max())
            room = 0.08 * (high - low)
            self.set_home(across, (low - room, high + room))
        else:
            self.still = [self.basins, self.field, CriticalLayer(landscape)]
            self.live = [self.ghost, self.trails, self.density, self.curvature, self.racers, self.arrows]
            self.set_home(landscape.domain[0], landscape.domain[1])
        if len(world) == 4 and world[2] > 0 and world[3] > 0:
            self.show_world(QRectF(*world))
        self.setAccessibleDescription(f"{LANDSCAPES.title_of(type(landscape))}: {landscape.doc}")
        self.refresh()
        self._ask_for_field()

    def set_look(self, look: RaceViewState) -> None:
        """Follow the layer switches."""
        if self.field.show_contours != look.contours:
            self.field.show_contours = look.contours
            self.refresh()
        if self._log != look.log_colors:
            self._log = look.log_colors
            self._ask_for_field()
        self._show_basins = look.basins and not self.flat
        if self.field.show_image == self._show_basins:
            self.field.show_image = not self._show_basins
            if not self._show_basins:
                self.basins.clear()
            self.refresh()
        self.overlays.set_look(look, self.flat)

    def show_frame(self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace) -> None:
        """Draw racers and trails as they now stand."""
        assert self._landscape is not None
        if self.flat:
            shown = on_curve(self._landscape, frame.theta)
            starts = on_curve(self._landscape, frame.starts)
            self.racers.frame = dataclasses.replace(frame, theta=shown, starts=starts)
        else:
            self.racers.frame = self.density.frame = frame
            self.density.looks = looks
            self._follow(frame, looks, focus, trace)
        if self._show_basins and focus.lane >= 0:
            w = self.world
            optimizer = frame.optimizers[frame.lanes.index(focus.lane)]
            window = (w.x(), w.y(), w.width(), w.height())
            self.basins.ask(self._landscape, optimizer, window, w.height() / w.width())
        self.racers.looks = looks
        self.racers.focus = (focus.lane, focus.start) if focus.lane >= 0 else None
        self.racers.average = focus.average

    def show_ghost(self, ghost: RaceGhost | None, step: int, focus: Focus) -> None:
        """Draw the pinned run behind the present one, or say why not; comes before `show_step`."""
        assert self._landscape is not None
        if ghost is None:
            self.ghost.clear()
            self.overlays.show_ghost("")
            return
        if ghost.config.landscape != self._landscape:
            self.ghost.clear()
            title = LANDSCAPES.title_of(type(ghost.config.landscape))
            here = title if type(ghost.config.landscape) is not type(self._landscape) else f"another {title}"
            self.overlays.show_ghost(f"The ghost raced on {here}: its trails are not drawn here")
            return
        self.ghost.show(ghost, step, focus.start, self._landscape if self.flat else None)
        trace, n = ghost.ghost.trace, ghost.known(step)
        lag = step - int(trace.steps[n - 1]) if n else step
        if not ghost.ghost.whole and lag:
            self.overlays.show_ghost("The ghost is being replayed")
        else:
            self.overlays.show_ghost("ghost" if not lag else f"ghost, at step {step - lag:,}")

    def show_step(self, answer: Dissection | None, loss: float) -> None:
        """Show where the racer in focus goes next (None: nowhere), and paint; the last word of every frame."""
        self.arrows.origin = None
        self.tangent.point = None
        if answer is not None and self.flat:
            self.tangent.point = (float(answer.theta[0]), loss)
            self.tangent.slope = float(answer.gradient[0])
        elif answer is not None:
            self.arrows.origin = answer.theta
            self.arrows.gradient = answer.gradient
            self.arrows.step = answer.theta_next - answer.theta
        self.overlays.legend.setVisible(self.arrows.origin is not None and self.overlays.apart.isHidden())
        if self.arrows.origin is not None:
            # The card that takes the step apart keeps out of the racer's way.
            low = self.to_pixels(self.arrows.origin)[1] > self.plot.center().y()
            self.overlays.corners.set_corner(self.overlays.apart, "tl" if low else "bl")
        self.update_live()

    def show_curvature(self, answer: Curvature | None, origin: NDArray[np.float64], rate: float) -> None:
        """Show how the landscape bends under the racer in focus (None: not)."""
        self.curvature.answer = answer
        self.curvature.origin = origin
        self.overlays.show_stability("" if answer is None else in_words(answer, rate))

    def _follow(self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace) -> None:
        known = trace.upto(frame.step)
        values = trace.values[:known]
        if not values.size:
            self.trails.follow(np.zeros((0, 0, 2), np.float32), np.zeros((0, 0), np.float32), ())
            return
        present = np.flatnonzero(frame.present[: values.shape[2]])
        if crowded(frame):
            present = present[present == focus.start]
        points = values[:, :, present, :2].reshape(known, -1, 2)
        breaks = values[:, :, present, SEGMENT].reshape(known, -1)
        heads: NDArray[np.float64] | None = None
        if trace.steps[known - 1] != frame.step:
            on = (frame.diverged_at[:, present] < 0) & (frame.segment[:, present] == values[-1][:, present, SEGMENT])
            heads = np.where(on[..., None], frame.theta[:, present], np.nan).reshape(-1, 2)
        t = theme()
        strokes = tuple(
            Stroke(t.color(look.color_role), 2.4 if look.lane == focus.lane else 1.5, t.color(t.ink, 0.42))
            for look in looks
            for _ in present
        )
        self.trails.follow(points, breaks, strokes, heads)

    # -- the field -----------------------------------------------------------------------------------------------

    def _ask_for_field(self) -> None:
        if self._landscape is None or self.flat:
            return
        world, plot = self.world, self.plot
        window = (world.x(), world.y(), world.width(), world.height())
        nx, ny = max(16, round(plot.width() / CELL)), max(16, round(plot.height() / CELL))
        self._jobs.submit(
            (id(self), "field"),
            compute_field,
            self._landscape,
            window,
            nx,
            ny,
            self._log,
            done=self._on_field,
            failed=self.failed.emit,
        )

    def _on_field(self, field: Field) -> None:
        self.field.set_field(field)
        self.overlays.show_range(field.lo, field.hi)
        self.refresh()

    # -- pictures ------------------------------------------------------------------------------------------------

    def thumbnail(self, size: QSize) -> QImage:
        """The picture alone, without axes and overlays, at double resolution."""
        self.compact = self.bare = True
        self.resize(size)
        image = QImage(size * 2, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(2.0)
        image.fill(theme().color("surface"))
        painter = QPainter(image)
        self.paint_onto(painter)
        painter.end()
        return image
