"""The race's stage: which layers lie on it, and what each is told at every frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF
from PySide6.QtGui import QResizeEvent

from lab.core.traces import Trace
from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.engine.optimizers import Optimizer
from lab.panels.race.balls import BallsLayer
from lab.panels.race.basins import BasinLayer
from lab.panels.race.curvature import CurvatureLayer, in_words
from lab.panels.race.density import DensityLayer
from lab.panels.race.derivative import Reading
from lab.panels.race.drags import Drag, DragsLayer
from lab.panels.race.focus import Focus
from lab.panels.race.ghost import GhostLayer, RaceGhost
from lab.panels.race.landscape_stage import LandscapeStage
from lab.panels.race.layers import ArrowsLayer, CriticalLayer, NamesLayer
from lab.panels.race.looks import Look
from lab.panels.race.making_way import free_starts_on_a_curve, free_what_is_taken_apart, make_way
from lab.panels.race.one_d import CurveLayer, KnownLayer, KnownNamesLayer, PastLayer, PointerLayer, on_curve
from lab.panels.race.overlays import Overlays
from lab.panels.race.racer_trails import RacerTrails
from lab.panels.race.racers import RacersLayer
from lab.panels.race.secant import QuadraticLayer, SecantLayer, StepLayer, TangentLayer
from lab.panels.race.state import RaceViewState
from lab.sims.race import Curvature, Dissection, RaceFrame
from lab.ui.jobs import Jobs
from lab.ui.theme import weight

#: About so many places say where a trail leads.
WAY = 32


class RaceStage(LandscapeStage):
    """A landscape with racers on it, of one weight or two."""

    def __init__(self, jobs: Jobs) -> None:
        super().__init__(jobs)
        self.basins = BasinLayer(jobs, self._on_basins, self.failed.emit)
        self._show_basins = False
        #: The rule in focus and its name.
        self._rule: tuple[Optimizer, str] | None = None
        self.density = DensityLayer()
        self.curvature = CurvatureLayer()
        self.ghost = GhostLayer()
        self.trails = RacerTrails()
        self.racers = RacersLayer()
        self.arrows = ArrowsLayer()
        self.drags = DragsLayer()
        #: While it plays no overlay goes out of the way: that would be one more thing that moves.
        self.playing = False
        #: Where the racer is whose step is shown, and how it came there: its trace, with rows of lane and start.
        self.head: NDArray[np.float64] | None = None
        self._way: tuple[Trace, int, int] | None = None
        self.names: NamesLayer | None = None
        self.tangent = TangentLayer()
        self.secant = SecantLayer()
        self.step = StepLayer()
        self.quadratic = QuadraticLayer()
        self.past = PastLayer()
        self.pointer: PointerLayer | None = None
        self.overlays = Overlays(self)
        self.overlays.data.unfolded.connect(self._on_view)
        self.field_changed.connect(lambda field: self.overlays.show_range(field.lo, field.hi))
        self.view_changed.connect(self._on_view)
        self.rested.connect(self._ask_for_basins)
        # While the hand held something nothing made way.
        self.released.connect(self._on_view)

    # -- what is shown -------------------------------------------------------------------------------------------

    def adopt(self, landscape: Landscape, world: Sequence[float], starts: Sequence[Sequence[float]] = ()) -> None:
        """Show a landscape, all of it with these starts, or the part `world` (x, y, width, height) of it."""
        self.take_ground(landscape)
        self.overlays.follow_plot()
        # A frame of the other kind must not be drawn on this landscape.
        self.racers = BallsLayer() if self.flat else RacersLayer()
        self.density.frame = None
        self.pointer = PointerLayer(landscape) if self.flat else None
        if self.flat:
            assert self.pointer is not None
            known = KnownLayer(landscape)
            self.still = [CurveLayer(landscape), known]
            lines = (self.drags, self.quadratic, self.secant, self.tangent)
            self.live = [
                self.pointer,
                *lines,
                KnownNamesLayer(known),
                self.past,
                self.ghost,
                self.density,
                self.step,
                self.racers,
            ]
            self.overlays.raise_derivative()
        else:
            self.still = [self.basins, self.field, self.held_out, CriticalLayer(landscape)]
            self.names = NamesLayer(landscape)
            below = (self.ghost, self.drags, self.trails, self.density)
            self.live = [*below, self.curvature, self.racers, self.names, self.arrows]
        self.show_part(world, starts)

    def set_look(self, look: RaceViewState) -> None:
        """Follow the layer switches."""
        self.set_ground(look)
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
            self.past.follow(self._landscape, frame, focus, trace)
        else:
            self.racers.frame = self.density.frame = frame
            self.density.looks = looks
            self.trails.follow_race(frame, looks, focus, trace)
        if focus.lane >= 0:
            at = frame.lanes.index(focus.lane)
            self._rule = (frame.optimizers[at], looks[at].title)
            self._ask_for_basins()
        lane = frame.lanes.index(focus.lane) if focus.lane in frame.lanes else -1
        self._way = (trace, lane, focus.start) if min(lane, focus.start) >= 0 else None
        self.racers.looks = looks
        self.racers.focus = (focus.lane, focus.start) if focus.lane >= 0 else None
        self.racers.average = focus.average

    def way(self) -> list[tuple[float, float]]:
        """Some places of the trail in focus, in pixels; cost: 20 µs."""
        frame = self.racers.frame
        if self._way is None or frame is None or self.flat:
            return []
        trace, lane, start = self._way
        known = trace.upto(frame.step)
        if start >= trace.values.shape[2]:
            return []
        passed = trace.values[: known : max(1, known // WAY), lane, start, :2]
        places = self.to_pixels(passed[np.isfinite(passed).all(axis=1)].astype(np.float64))
        return [(x, y) for x, y in places.tolist()]

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
        # A letter can be read: its arrows begin at the rim of the flag, casing and all.
        rim = self.racers.flag_radius()
        self.arrows.gap = rim + 3.0 * weight() if rim else 0.0
        if self.flat:
            self._show_step_on_curve(answer if arrows else None)
        elif answer is not None and arrows:
            self.arrows.origin = answer.theta
            self.arrows.gradient = answer.gradient
            self.arrows.step = answer.theta_next - answer.theta
        free = self.overlays.apart.isHidden() and not self.overlays.covered
        self.overlays.show_legend(free and self.arrows.there(self))
        self.head = None
        if answer is not None:
            assert self._landscape is not None
            self.head = on_curve(self._landscape, answer.theta) if self.flat else answer.theta
        if self.flat:
            free_what_is_taken_apart(self)
            free_starts_on_a_curve(self)
        else:
            make_way(self)
        self.update_live()

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

    def _ask_for_basins(self) -> None:
        """Let the map be that of the racer in focus and of what is seen, once the hand lets the view rest."""
        if not self._show_basins or self._rule is None or self._landscape is None or self.in_motion:
            return
        optimizer, title = self._rule
        w = self.world
        self.overlays.show_basin_of(title, self.basins.words())
        self.basins.ask(self._landscape, optimizer, (w.x(), w.y(), w.width(), w.height()), w.height() / w.width())

    def _on_basins(self) -> None:
        """Another map is there: its shades stand for other numbers."""
        if self._rule is not None:
            self.overlays.show_basin_of(self._rule[1], self.basins.words())
        self.refresh()

    def _on_view(self) -> None:
        """What lies elsewhere on the screen may now lie under an overlay."""
        self._ask_for_basins()
        if self.racers.frame is None:
            return
        if self.flat:
            free_starts_on_a_curve(self)
        else:
            make_way(self)
            self.update_live()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.overlays.give_room(event.size())
        self._on_view()

    def _on_theme_changed(self) -> None:
        super()._on_theme_changed()
        self.overlays.give_room(self.size())
        self._on_view()
