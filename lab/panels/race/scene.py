"""The race's stage: which layers lie on it, and what each is told at every frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QImage, QPainter, QResizeEvent

from lab.core.traces import Trace
from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.panels.race.balls import APART, BallsLayer
from lab.panels.race.basins import BasinLayer
from lab.panels.race.curvature import CurvatureLayer, in_words
from lab.panels.race.density import DensityLayer, crowded
from lab.panels.race.derivative import Reading
from lab.panels.race.drags import Drag, DragsLayer
from lab.panels.race.field import Field, compute_field
from lab.panels.race.ghost import GhostLayer, RaceGhost
from lab.panels.race.held_out import HeldOutLayer
from lab.panels.race.layers import ArrowsLayer, CriticalLayer, FieldLayer, NamesLayer
from lab.panels.race.looks import Look
from lab.panels.race.one_d import CurveLayer, KnownLayer, PastLayer, PointerLayer, home, on_curve, recent
from lab.panels.race.overlays import LOSS_MARGIN, Overlays
from lab.panels.race.racers import RacersLayer
from lab.panels.race.secant import QuadraticLayer, SecantLayer, StepLayer, TangentLayer
from lab.panels.race.state import RaceViewState
from lab.sims.race import CHANNELS, Curvature, Dissection, RaceFrame
from lab.ui.jobs import Jobs
from lab.ui.stage import LEFT, Stage
from lab.ui.theme import theme, weight
from lab.ui.trails import FEW, Stroke, TrailLayer

#: One cell of the landscape's picture covers this many pixels.
CELL = 3.0
#: Round a start outside the domain, this share of the domain's width is shown.
MARGIN = 0.06
SEGMENT = CHANNELS.index("segment")


@dataclasses.dataclass(frozen=True, slots=True)
class Focus:
    """The racer in focus: ids of lane and start, -1 where there is none; `average` looks at all starts at once.

    Their median stands for them, or with `mean` their mean.
    """

    lane: int
    start: int
    average: bool
    mean: bool = False


def around(
    domain: tuple[tuple[float, float], ...], starts: Sequence[Sequence[float]]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """What of a plane is worth seeing, x and y: the domain, and round about it the starts, with a margin.

    A start further away than the domain is wide would leave nothing to be seen of the landscape: it does not count.
    """
    sides = []
    near = [p for p in starts if all(2 * lo - hi <= at <= 2 * hi - lo for at, (lo, hi) in zip(p, domain, strict=True))]
    for axis, (lo, hi) in enumerate(domain):
        margin = MARGIN * (hi - lo)
        places = [p[axis] for p in near]
        sides.append((min([lo, *(at - margin for at in places)]), max([hi, *(at + margin for at in places)])))
    return sides[0], sides[1]


class RaceStage(Stage):
    """A landscape with racers on it, of one weight or two."""

    #: Background work failed: one line.
    failed = Signal(str)
    #: Another picture of the landscape is shown: a `Field`.
    field_changed = Signal(object)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setAccessibleName("Landscape")
        self._jobs = jobs
        self._landscape: Landscape | None = None
        self._log = True
        #: The picture of the landscape that is shown.
        self.picture: Field | None = None
        self.field = FieldLayer()
        self.basins = BasinLayer(jobs, self._on_basins, self.failed.emit)
        self.held_out = HeldOutLayer(jobs, self.refresh, self.failed.emit)
        self._show_basins = False
        self._basins_of = ""
        self.density = DensityLayer()
        self.curvature = CurvatureLayer()
        self.ghost = GhostLayer()
        self.trails = TrailLayer()
        self._followed: object = None
        self._generation = 0
        self._stroked: object = None
        self._stroke: tuple[Stroke, ...] = ()
        self.racers = RacersLayer()
        self.arrows = ArrowsLayer()
        self.drags = DragsLayer()
        #: While it plays no overlay goes out of the way: that would be one more thing that moves.
        self.playing = False
        self.names: NamesLayer | None = None
        self.tangent = TangentLayer()
        self.secant = SecantLayer()
        self.step = StepLayer()
        self.quadratic = QuadraticLayer()
        self.past = PastLayer()
        self.pointer: PointerLayer | None = None
        self.overlays = Overlays(self)
        self.view_changed.connect(self._ask_for_field)
        self.view_changed.connect(self._on_view)
        # While the hand held something nothing made way.
        self.released.connect(self._on_view)

    @property
    def landscape(self) -> Landscape | None:
        """What is shown."""
        return self._landscape

    @property
    def flat(self) -> bool:
        """Whether the landscape has one weight only."""
        return self._landscape is not None and self._landscape.dim == 1

    def point_at(self, position: QPointF) -> tuple[float, ...]:
        """The weights under a pixel, exactly."""
        x, y = self.to_world(position)
        return (x,) if self.flat else (x, y)

    # -- what is shown -------------------------------------------------------------------------------------------

    def adopt(self, landscape: Landscape, world: Sequence[float], starts: Sequence[Sequence[float]] = ()) -> None:
        """Show a landscape, all of it with these starts, or the part `world` (x, y, width, height) of it."""
        self._landscape = landscape
        self.picture = None
        self.field.set_field(None)
        self.held_out.adopt(landscape)
        self.locked = not self.flat
        # A loss has more digits than a weight.
        self.left_margin = LOSS_MARGIN if self.flat else LEFT
        # A frame of the other kind must not be drawn on this landscape.
        self.racers = BallsLayer() if self.flat else RacersLayer()
        self.density.frame = None
        self.pointer = PointerLayer(landscape) if self.flat else None
        self.x_label, self.y_label = ("θ", "f(θ)") if self.flat else ("θ₁", "θ₂")
        if self.flat:
            assert self.pointer is not None
            self.still = [CurveLayer(landscape), KnownLayer(landscape)]
            lines = (self.drags, self.quadratic, self.secant, self.tangent)
            self.live = [self.pointer, *lines, self.past, self.ghost, self.density, self.step, self.racers]
            self.overlays.raise_derivative()
        else:
            self.still = [self.basins, self.field, self.held_out, CriticalLayer(landscape)]
            self.names = NamesLayer(landscape)
            below = (self.ghost, self.drags, self.trails, self.density)
            self.live = [*below, self.curvature, self.racers, self.names, self.arrows]
        self.set_home(*(home(landscape) if self.flat else around(landscape.domain, starts)))
        if len(world) == 4 and world[2] > 0 and world[3] > 0:
            self.show_world(QRectF(*world))
        self.setAccessibleDescription(f"{LANDSCAPES.title_of(type(landscape))}: {landscape.doc}")
        self.refresh()
        self._ask_for_field()

    def take_home(self, starts: Sequence[Sequence[float]], world: Sequence[float]) -> None:
        """Show all of the landscape with other starts, or the part `world` of it, as if the hand had asked for it."""
        if self._landscape is not None and not self.flat:
            self.set_home(*around(self._landscape.domain, starts))
        self.go_home()
        if len(world) == 4:
            self.show_world(QRectF(*world))
            self.view_chosen.emit()

    def set_look(self, look: RaceViewState) -> None:
        """Follow the layer switches."""
        if self.field.show_contours != look.contours:
            self.field.show_contours = look.contours
            self.refresh()
        if self._log != look.log_colors:
            self._log = look.log_colors
            self._ask_for_field()
        if self.held_out.shown != look.test_loss:
            self.held_out.shown = look.test_loss
            self._ask_for_test_loss()
            self.refresh()
        self._show_basins = look.basins and not self.flat
        if self.field.show_image == self._show_basins:
            self.field.show_image = not self._show_basins
            if not self._show_basins:
                self.basins.clear()
            self.refresh()
        self.overlays.set_look(look, self.flat)
        self.overlays.show_test_loss(look, self.held_out.there and not self.flat)

    def show_frame(self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace) -> None:
        """Draw racers and trails as they now stand."""
        assert self._landscape is not None
        if self.flat:
            shown = on_curve(self._landscape, frame.theta)
            starts = on_curve(self._landscape, frame.starts)
            self.racers.frame = self.density.frame = dataclasses.replace(frame, theta=shown, starts=starts)
            self.density.looks = self.past.looks = looks
            self._remember(frame, focus, trace)
        else:
            self.racers.frame = self.density.frame = frame
            self.density.looks = looks
            self._follow(frame, looks, focus, trace)
        if self._show_basins and focus.lane >= 0:
            w = self.world
            optimizer = frame.optimizers[frame.lanes.index(focus.lane)]
            window = (w.x(), w.y(), w.width(), w.height())
            self._basins_of = looks[frame.lanes.index(focus.lane)].title
            self.overlays.show_basin_of(self._basins_of, self.basins.words())
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

    def show_step(self, answer: Dissection | None, arrows: bool = True) -> None:
        """Show where the racer in focus goes next (None: nowhere), and paint; the last word of every frame."""
        self.arrows.origin = None
        if self.flat:
            self._show_step_on_curve(answer if arrows else None)
        elif answer is not None and arrows:
            self.arrows.origin = answer.theta
            self.arrows.gradient = answer.gradient
            self.arrows.step = answer.theta_next - answer.theta
        free = self.overlays.apart.isHidden() and not self.overlays.covered
        self.overlays.show_legend(free and bool(self.arrows.laid_out(self)))
        if answer is not None and not self.flat:
            # The card that takes the step apart keeps out of the racer's way.
            self.overlays.take_apart(above=bool(self.to_pixels(answer.theta)[1] > self.plot.center().y()))
        if not self.flat:
            self._make_way()
        self.update_live()

    def _make_way(self) -> None:
        """Let words and overlays keep out of each other's way: overlays first, at rest, then the words."""
        marks = self.racers.marks(self)
        # While it plays, names of arrows give way to overlays only: to every head that passes would be a flutter.
        self.arrows.marks = [] if self.playing else marks
        if not self.playing:
            vital = []
            if self.arrows.origin is not None:
                # Where arrows would like to be, had nothing been in their way.
                self.arrows.covered = []
                vital = [self.to_pixels(self.arrows.origin).tolist()]
                vital += [(arrow.tip.x(), arrow.tip.y()) for arrow in self.arrows.laid_out(self)]
                vital += [(arrow.box.center().x(), arrow.box.center().y()) for arrow in self.arrows.laid_out(self)]
            vital += self.racers.flag(self)
            starts = self.racers.start_pixels(self)[:FEW].tolist() if self.racers.frame is not None else []
            self.overlays.dodge(vital, [*self._minima(), *((x, y) for x, y in starts)])
        taken = self.overlays.taken()
        self.arrows.covered = self.racers.covered = self.curvature.covered = taken
        arrows = self.arrows.laid_out(self)
        self.curvature.marks = [(a.box.center().x(), a.box.center().y()) for a in arrows]
        # A minimum's name should lie neither on overlays and arrows' names nor on heads and arrows.
        marks = list(marks)
        if self.arrows.origin is not None:
            x, y = self.to_pixels(self.arrows.origin).tolist()
            for arrow in arrows:
                marks += [(x + (arrow.tip.x() - x) * k / 4, y + (arrow.tip.y() - y) * k / 4) for k in range(1, 5)]
        if self.names is not None:
            words = [*(arrow.box for arrow in arrows), *self.curvature.boxes(self)]
            self.names.steady = self.playing
            self.names.in_the_way = ([*taken, *words], marks)

    def _minima(self) -> list[tuple[float, float]]:
        """Where the known minima are, in pixels."""
        if self._landscape is None or self.flat:
            return []
        minima = [c.point for c in self._landscape.critical_points if c.kind == "minimum"]
        places = self.to_pixels(np.array(minima, dtype=np.float64).reshape(len(minima), 2))
        return [(x, y) for x, y in places.tolist()]

    def show_drags(self, drags: Sequence[Drag], frame: RaceFrame) -> None:
        """Show where starts were before the hand carried them away in the middle of the race."""
        self.drags.show(drags, frame, self._landscape if self.flat else None)

    def show_derivative(self, reading: Reading | None, secant: bool, why: str) -> None:
        """Show the slope at the racer in focus (None: why not), with or without its numerical derivative."""
        self.tangent.reading = reading
        self.secant.reading = reading if secant else None
        self.overlays.derivative.show_reading(reading, why)
        if reading is not None:
            with np.errstate(all="ignore"):
                x, y = self.to_pixels(np.array([reading.weight, reading.loss]))
            plot = self.plot
            self.overlays.keep_clear(
                QPointF(np.clip(x, plot.left(), plot.right()), np.clip(y, plot.top(), plot.bottom()))
            )

        self.secant.covered = self.overlays.at_the_foot()
        if isinstance(self.racers, BallsLayer):
            card = self.overlays.at_the_top()
            self.racers.card = card
            self.racers.covered = [*self.secant.covered, *([card] if card is not None else [])]

    def _show_step_on_curve(self, answer: Dissection | None) -> None:
        assert self._landscape is not None
        self.step.origin = self.step.landing = None
        if answer is None:
            # Without arrows the tangent belongs to the secant, and goes with it.
            self.tangent.reading = self.secant.reading
        elif answer.finite:
            self.step.origin = on_curve(self._landscape, answer.theta)
            self.step.landing = on_curve(self._landscape, answer.theta_next)

    def show_pointer(self, point: Sequence[float] | None) -> None:
        """Show on a curve where a press would drop a start (None: nowhere)."""
        if self.pointer is not None:
            self.pointer.weight = None if point is None else point[0]
            self.update_live()

    def show_curvature(self, answer: Curvature | None, origin: NDArray[np.float64], rate: float, why: str = "") -> None:
        """Show how the landscape bends under the racer in focus (None: not)."""
        self.curvature.answer = self.quadratic.answer = answer
        self.quadratic.reading = self.tangent.reading
        self.curvature.origin = origin
        self.overlays.show_stability("" if answer is None else in_words(answer, rate, why))

    def _remember(self, frame: RaceFrame, focus: Focus, trace: Trace) -> None:
        """Where racers were in the last steps; of many racers only the starts in focus."""
        assert self._landscape is not None
        known = trace.upto(frame.step)
        values = trace.values[max(0, known - PastLayer.LENGTH) : known]
        present = np.flatnonzero(frame.present[: values.shape[2]]).tolist()
        if len(present) * len(frame.lanes) > APART:
            present = [start for start in present if start == focus.start]
        if len(values) and present and len(frame.lanes):
            self.past.points = recent(self._landscape, values, present, SEGMENT)
        else:
            self.past.points = np.zeros((0, 0, 2))

    def _follow(self, frame: RaceFrame, looks: Sequence[Look], focus: Focus, trace: Trace) -> None:
        known = trace.upto(frame.step)
        values = trace.values[:known]
        if not values.size:
            self.trails.follow(np.zeros((0, 0, 2), np.float32), np.zeros((0, 0), np.float32), ())
            self._followed = None
            return
        present = np.flatnonzero(frame.present[: values.shape[2]])
        if crowded(frame):
            present = present[present == focus.start]
        # A slice takes no copy of the histories, a list of rows does.
        chosen: slice | NDArray[np.intp] = present
        if len(present) == values.shape[2] or len(present) == 1:
            chosen = slice(present[0], present[-1] + 1)
        followed = (trace, present.tolist())
        same = trace.kept_since(self._generation) if followed == self._followed else 0
        self._followed, self._generation = followed, trace.generation
        points, breaks = values[:, :, chosen, :2], values[:, :, chosen, SEGMENT]
        heads: NDArray[np.float64] | None = None
        if trace.steps[known - 1] != frame.step:
            on = (frame.diverged_at[:, present] < 0) & (frame.segment[:, present] == breaks[-1])
            heads = np.where(on[..., None], frame.theta[:, present], np.nan).reshape(-1, 2)
        strokes = self._strokes(tuple(looks), focus.lane, len(present))
        kept = partial(trace.kept_since, trace.generation)
        self.trails.follow(points, breaks, strokes, heads, same=same, kept=kept)

    def _strokes(self, looks: tuple[Look, ...], focus: int, starts: int) -> tuple[Stroke, ...]:
        """One stroke for all trails of a lane; very many are thin and without casing, or they would hide each other."""
        wanted = (looks, focus, starts, theme().name, weight())
        if wanted != self._stroked:
            self._stroked = wanted
            t, many, bold = theme(), len(looks) * starts > FEW, weight()
            self._stroke = tuple(
                stroke
                for look in looks
                for stroke in [
                    Stroke(t.color(look.color_role, 0.8), bold, t.color(t.ink, 0.0))
                    if many and look.lane != focus
                    else Stroke(
                        t.color(look.color_role), bold * (2.4 if look.lane == focus else 1.5), t.color(t.ink, 0.42)
                    )
                ]
                * starts
            )
        return self._stroke

    def _on_basins(self) -> None:
        """Another map is there: its shades stand for other numbers."""
        self.overlays.show_basin_of(self._basins_of, self.basins.words())
        self.refresh()

    def _on_view(self) -> None:
        """What lies elsewhere on the screen may now lie under an overlay."""
        if self.racers.frame is not None and not self.flat:
            self._make_way()
            self.update_live()

    # -- the field -----------------------------------------------------------------------------------------------

    def _window(self) -> tuple[tuple[float, float, float, float], int, int]:
        """What is visible, and with how many cells it is computed."""
        world, plot = self.world, self.plot
        window = (world.x(), world.y(), world.width(), world.height())
        return window, max(16, round(plot.width() / CELL)), max(16, round(plot.height() / CELL))

    def _ask_for_test_loss(self) -> None:
        if not self.flat:
            self.held_out.ask(*self._window(), self._log)

    def _ask_for_field(self) -> None:
        if self._landscape is None or self.flat:
            return
        window, nx, ny = self._window()
        self._ask_for_test_loss()
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
        self.picture = field
        self.field.set_field(field)
        self.overlays.show_range(field.lo, field.hi)
        self.refresh()
        self.field_changed.emit(field)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.overlays.give_room(event.size())
        self._on_view()

    # -- pictures ------------------------------------------------------------------------------------------------

    def thumbnail(self, size: QSize) -> QImage:
        """The picture alone, without axes and overlays, at double resolution."""
        self.compact = self.bare = True
        self.resize(size)
        image = QImage(size * 2, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(2.0)
        image.fill(theme().color("surface"))
        with QPainter(image) as painter:
            self.paint_onto(painter)
        return image
