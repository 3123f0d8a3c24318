"""The race's view: puts stage, leaderboard, forms and plot together and turns presses into events."""

from __future__ import annotations

import csv
import dataclasses
import io
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QGuiApplication, QImage, QMouseEvent, QPainter
from PySide6.QtWidgets import QMenu, QWidget

from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.engine.optimizers import OPTIMIZERS
from lab.panels.race.equation import EquationStrip
from lab.panels.race.field import Field, compute_field
from lab.panels.race.focus_card import MEDIAN, FocusCard
from lab.panels.race.layers import ArrowsLayer, CriticalLayer, FieldLayer, Pick, RacersLayer
from lab.panels.race.leaderboard import Leaderboard, Standing
from lab.panels.race.looks import Look, looks, start_name
from lab.panels.race.one_d import CurveLayer, TangentLayer, on_curve
from lab.panels.race.setup import SetupOverlay
from lab.panels.race.state import RaceViewState
from lab.sims.race import (
    REASONS,
    Dissect,
    Entrant,
    LookAt,
    MoveStart,
    PlaceStarts,
    RaceConfig,
    RaceFrame,
    RemoveStart,
)
from lab.ui.command_palette import Command
from lab.ui.panel_view import PanelView
from lab.ui.plots import LinePlot
from lab.ui.scrub import Tick
from lab.ui.stage import Stage
from lab.ui.theme import manager, theme
from lab.ui.trails import Stroke, TrailLayer
from lab.ui.widgets import (
    Button,
    Card,
    ColorBar,
    CornerOverlays,
    IconButton,
    Overlay,
    Swatch,
    Text,
    number_text,
    row,
)

#: A press that moves less than this many pixels places or picks; more than that drags.
SLOP = 3.0
#: One cell of the landscape's picture covers this many pixels.
CELL = 3.0


class RaceView(PanelView):
    """Press places a start at that very pixel; a flag or head is dragged; a right press removes a start."""

    # -- building ----------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make everything once; `show_run` and `show_frame` fill it."""
        self._look_at: RaceViewState = self.experiment.view_state
        self._frame: RaceFrame = self.experiment.frame()
        self._looks: tuple[Look, ...] = ()
        self._landscape: object = None
        self._held: Pick | None = None
        self._press_at: QPointF | None = None
        self._plot_key: object = None
        self.stage = Stage()
        self.field_layer = FieldLayer()
        self.trails = TrailLayer()
        self.racers = RacersLayer()
        self.arrows = ArrowsLayer()
        self.tangent = TangentLayer()
        stage_card = Card(self.stage, margins=(8, 8, 8, 4), spacing=0)
        self.stage_column.addWidget(stage_card, 1)
        self.equation = EquationStrip()
        self.stage_column.addWidget(self.equation)
        self._build_overlays()
        self._build_inspector()
        self._build_menus()
        self.stage.pressed.connect(self._on_pressed)
        self.stage.dragged.connect(self._on_dragged)
        self.stage.released.connect(self._on_released)
        self.stage.hovered.connect(self._on_hovered)
        self.stage.view_changed.connect(self._on_view_changed)
        manager().changed.connect(self._on_theme_changed)

    def _build_overlays(self) -> None:
        corners = CornerOverlays(self.stage)
        self.hint = Overlay(Text("Press to drop a start", "caption"))
        self.readout = Overlay(text := Text("", "caption"))
        self._readout_text = text
        self._bar_lo, self._bar_hi = Text("0", "tick"), Text("1", "tick")
        self.color_bar = Overlay(Text("f(θ)", "caption"), self._bar_lo, ColorBar("stage"), self._bar_hi, spacing=8)
        self.legend = Overlay(
            row(Swatch("gradient"), Text("descent direction −∇f", "caption"), spacing=6),
            row(Swatch("text"), Text("next step Δθ", "caption"), spacing=6),
            spacing=16,
        )
        home = IconButton("frame-corners", "Show everything (double click with Alt held: pan)", size=16)
        home.setToolTip("Show everything worth seeing")
        home.clicked.connect(self.stage.go_home)
        closer = IconButton("magnifying-glass-plus", "Zoom in (wheel)", size=16)
        closer.clicked.connect(lambda: self.stage.zoom(0.8))
        farther = IconButton("magnifying-glass-minus", "Zoom out (wheel)", size=16)
        farther.clicked.connect(lambda: self.stage.zoom(1.25))
        self.tools = Overlay(home, closer, farther, margins=(4, 2, 4, 2), spacing=0)
        self.setup = SetupOverlay(self.experiment)
        self.setup.closed.connect(lambda: self._set_look(setup=False))
        corners.add(self.setup, "tr", 24, 24)
        corners.add(self.color_bar, "tr", 24, 24)
        corners.add(self.hint, "tl", 64, 24)
        corners.add(self.readout, "br", 24, 58)
        corners.add(self.tools, "br", 24, 58)
        corners.add(self.legend, "bl", 64, 58)
        self.readout.hide()
        self._corners = corners

    def _build_inspector(self) -> None:
        first = looks(self.experiment.run.config.racers or (Entrant(),))[0]
        self.focus_card = FocusCard(self.experiment, first)
        self.focus_card.start_chosen.connect(self._on_start_chosen)
        self.leaderboard = Leaderboard()
        self.leaderboard.focused.connect(self._on_lane_focused)
        self.leaderboard.removed.connect(self._on_lane_removed)
        self._board_of = Text("", "caption")
        self.add_racer = Button("Add racer", "plus", kind="flat", tooltip="Another optimizer joins the race")
        self._racer_menu = QMenu(self)
        self.add_racer.setMenu(self._racer_menu)
        board = Card(
            row(Text("Leaderboard", "strong"), self._board_of, None, self.add_racer, margins=(12, 0, 4, 0)),
            self.leaderboard,
            margins=(4, 8, 4, 8),
            spacing=4,
        )
        self.plot = LinePlot(x_label="", name="Loss by step")
        self.plot.sought.connect(self._on_sought)
        self.plot.setMinimumHeight(110)
        self._plot_title = Text("Loss by step", "strong")
        self._plot_unit = Text("", "caption")
        legend = (
            row(Swatch("muted"), Text("so far", "caption"), spacing=6),
            row(Swatch("muted", alpha=0.4), Text("replay ahead", "caption"), spacing=6),
        )
        plot_card = Card(
            row(self._plot_title, self._plot_unit, None, *legend, spacing=10), (self.plot, 1), margins=(16, 12, 12, 8)
        )
        self.inspector_column.addWidget(self.focus_card)
        self.inspector_column.addWidget(board)
        self.inspector_column.addWidget(plot_card, 1)

    def _build_menus(self) -> None:
        self._setup_button = Button("Set-up", "sliders-horizontal", checkable=True, tooltip="Landscape, noise, starts")
        self._setup_button.clicked.connect(lambda on: self._set_look(setup=on))
        self.header.extra.addWidget(self._setup_button)
        self.header.preset_chosen.connect(self.choose_preset)
        for entry in OPTIMIZERS:
            action = QAction(f"{entry.title}", self)
            action.setToolTip(entry.item.why)
            action.triggered.connect(lambda _=False, kind=entry.id: self.add_optimizer(kind))
            self._racer_menu.addAction(action)
        self._toggles: dict[str, QAction] = {}
        for name, title in (
            ("log_colors", "Log colours"),
            ("contours", "Contours"),
            ("arrows", "Step arrows"),
        ):
            toggle = QAction(title, self, checkable=True)
            toggle.triggered.connect(lambda on, name=name: self._set_look(**{name: on}))
            self.more_menu.addAction(toggle)
            self._toggles[name] = toggle
        self.more_menu.addSeparator()
        self.more_menu.addAction("Show everything", self.stage.go_home)
        self.more_menu.addAction("Copy rule as LaTeX", self._on_copy_latex)
        self.equation.copied.connect(self._on_copy_latex)

    # -- showing -----------------------------------------------------------------------------------------------

    @property
    def config(self) -> RaceConfig:
        """The race's configuration."""
        config: RaceConfig = self.experiment.run.config
        return config

    @property
    def flat(self) -> bool:
        """Whether the landscape has one weight only."""
        return self.config.landscape.dim == 1

    def show_run(self) -> None:
        """Adopt the run: landscape, racers, forms, ticks."""
        config = self.config
        self._looks = looks(config.racers)
        if config.landscape != self._landscape:
            self._adopt_landscape()
        self.setup.show_run(dataclasses.replace(config, noise=self.experiment.frame().noise))
        self._name_preset()
        self._apply_look()
        self._fill_plot_series()

    def _name_preset(self) -> None:
        """Let the header name the preset that this is, or was before it was edited."""
        made = [(p.id, p.make().config) for p in self.experiment.spec.presets]
        same = [id for id, config in made if config == self.config]
        akin = [id for id, config in made if config.landscape == self.config.landscape]
        if same:
            self.header.presets.set_value(same[0])
        elif akin and self.header.presets.value not in akin:
            self.header.presets.set_value(akin[0])

    def _adopt_landscape(self) -> None:
        landscape = self.config.landscape
        changed = self._landscape is not None
        self._landscape = landscape
        self.field_layer.set_field(None)
        self.stage.locked = landscape.dim == 2
        self.stage.x_label, self.stage.y_label = ("θ₁", "θ₂") if landscape.dim == 2 else ("θ", "f(θ)")
        if landscape.dim == 1:
            self.stage.still = [CurveLayer(landscape)]
            self.stage.live = [self.tangent, self.racers]
            (lo, hi), low, high = landscape.domain[0], 0.0, 1.0
            values = landscape.value(np.linspace(lo, hi, 400)[:, None])
            low, high = float(values.min()), float(values.max())
            pad = 0.08 * (high - low)
            home = ((lo, hi), (low - pad, high + pad))
        else:
            self.stage.still = [self.field_layer, CriticalLayer(landscape)]
            self.stage.live = [self.trails, self.racers, self.arrows]
            home = (landscape.domain[0], landscape.domain[1])
        self.color_bar.setVisible(landscape.dim == 2)
        self.stage.set_home(*home)
        world = self._look_at.world
        if not changed and len(world) == 4 and world[2] > 0 and world[3] > 0:
            self.stage.show_world(QRectF(*world))
        title = LANDSCAPES.title_of(type(landscape))
        self.stage.setAccessibleDescription(f"{title}: {landscape.doc}")
        self.stage.refresh()
        self._ask_for_field()

    def show_frame(self, frame: RaceFrame) -> None:
        """Draw one frame."""
        self._frame = frame
        lane, start = self._focus()
        if self.flat:
            shown = on_curve(self.config.landscape, frame.theta)
            starts = on_curve(self.config.landscape, frame.starts)
            self.racers.frame = dataclasses.replace(frame, theta=shown, starts=starts)
        else:
            self.racers.frame = frame
            self._show_trails(frame)
        self.racers.looks = self._looks
        self.racers.focus = (lane, start) if lane >= 0 else None
        self.racers.average = self._look_at.average
        self._show_focus(frame, lane, start)
        self._show_board(frame, lane, start)
        self._show_plot(frame, lane, start)
        self.setup.show_frame(frame)
        self.hint.setVisible(frame.step == 0 and not frame.diverged_at.size > 200 and not self.setup.isVisible())
        self.stage.update()

    def show_progress(self, fraction: float) -> None:
        """Veil the stage while a long seek replays."""
        self.stage.set_dim(0.0 if fraction < 0 else 0.45)

    def _focus(self) -> tuple[int, int]:
        """The racer in focus as (lane, start); -1 where there is none."""
        lanes = [look.lane for look in self._looks]
        adams = [look.lane for look in self._looks if look.title == "Adam"]
        lane = self._look_at.focus_lane
        if lane not in lanes:
            lane = (adams or lanes or [-1])[0]
        present = np.flatnonzero(self._frame.present)
        start = self._look_at.focus_start
        if start not in present:
            start = int(present[0]) if len(present) else -1
        return lane, start

    def _show_trails(self, frame: RaceFrame) -> None:
        trace = self.experiment.timeline.trace
        known = trace.upto(frame.step)
        values = trace.values[:known]
        if values.ndim != 4 or not values.size:
            self.trails.follow(np.zeros((0, 0, 2), np.float32), np.zeros((0, 0), np.float32), (), None)
            return
        present = np.flatnonzero(frame.present[: values.shape[2]])
        points = values[:, :, present, :2].reshape(known, -1, 2)
        breaks = values[:, :, present, 5].reshape(known, -1)
        heads = None
        if known and trace.steps[known - 1] != frame.step:
            on = (frame.diverged_at[:, present] < 0) & (frame.segment[:, present] == values[-1][:, present, 5])
            heads = np.where(on[..., None], frame.theta[:, present], np.nan).reshape(-1, 2)
        lane, _ = self._focus()
        t = theme()
        strokes = tuple(
            Stroke(t.color(look.color_role), 2.4 if look.lane == lane else 1.5, t.color(t.ink, 0.42))
            for look in self._looks
            for _ in present
        )
        key = (id(trace), trace.generation, tuple(present), lane, t.name, values.shape[1:])
        self.trails.follow(points, breaks, strokes, key, heads)

    def _show_focus(self, frame: RaceFrame, lane: int, start: int) -> None:
        self.arrows.origin = None
        self.tangent.point = None
        self.focus_card.setVisible(lane >= 0)
        if lane < 0:
            self.equation.show_nothing()
            return
        at = frame.lanes.index(lane)
        look = self._looks[at]
        self.focus_card.show_racer(look, frame.optimizers[at])
        self.focus_card.show_starts(frame, MEDIAN if self._look_at.average else start)
        if start < 0:
            self.equation.show_rule(look, "", frame.optimizers[at], frame.starts.shape[1])
            return
        answer = self.experiment.probe(Dissect(lane, start))
        alive = frame.diverged_at[at, start] < 0
        state = start_name(start) if alive else f"{start_name(start)}: {REASONS[frame.reason[at, start]]}"
        self.equation.show_rule(look, f"start {state}", frame.optimizers[at], frame.starts.shape[1])
        if alive and answer.finite:
            self.equation.show_numbers(answer.symbols)
        if alive and self._look_at.arrows and not self._look_at.average:
            if self.flat:
                self.tangent.point = (float(answer.theta[0]), float(frame.loss[at, start]))
                self.tangent.slope = float(answer.gradient[0])
            else:
                self.arrows.origin = answer.theta
                self.arrows.gradient = answer.gradient
                self.arrows.step = answer.theta_next - answer.theta
        self.legend.setVisible(self.arrows.origin is not None)

    def _show_board(self, frame: RaceFrame, lane: int, start: int) -> None:
        if start < 0:
            self.leaderboard.show_standings((), lane)
            self._board_of.setText("no start yet")
            return
        average = self._look_at.average
        rows = []
        present = np.flatnonzero(frame.present)
        for i, look in enumerate(self._looks):
            if average:
                reached = frame.reached_at[i, present]
                all_there = len(reached) > 0 and bool((reached >= 0).all())
                diverged = frame.diverged_at[i, present]
                rows.append(
                    Standing(
                        look, float(np.median(frame.excess[i, present])),
                        int(np.median(reached - frame.born[present])) if all_there else -1,
                        int(diverged.max()) if (diverged >= 0).all() else -1, "every start diverged",
                        int(frame.function_evaluations[i, present].sum()),
                        int(frame.gradient_evaluations[i, present].sum()),
                        float(np.median(frame.path_length[i, present])),
                    )
                )  # fmt: skip
            else:
                born = int(frame.born[start])
                reached_at = int(frame.reached_at[i, start])
                rows.append(
                    Standing(
                        look, float(frame.excess[i, start]), reached_at - born if reached_at >= 0 else -1,
                        int(frame.diverged_at[i, start]), REASONS[frame.reason[i, start]],
                        int(frame.function_evaluations[i, start]), int(frame.gradient_evaluations[i, start]),
                        float(frame.path_length[i, start]),
                    )
                )  # fmt: skip
        self.leaderboard.show_standings(tuple(rows), lane)
        self._board_of.setText("median of all starts" if average else f"start {start_name(start)}")

    # -- the plot ----------------------------------------------------------------------------------------------

    def _fill_plot_series(self) -> None:
        bounded = self.config.landscape.bounded_below
        self._plot_unit.setText("" if bounded else "gradient norm: the loss has no minimum")
        self._plot_title.setText("Loss by step" if bounded else "Gradient by step")
        key = (self._looks, self._focus()[0])
        if key != self._plot_key:
            self._plot_key = key
            lane = key[1]
            self.plot.clear_series()
            for look in self._looks:
                width = 2.4 if look.lane == lane else 1.5
                self.plot.set_series(str(look.lane), look.color_role, look.symbol, width, look.title)
        self.plot.set_target(self.config.target if bounded else None)

    def _show_plot(self, frame: RaceFrame, lane: int, start: int) -> None:
        self._fill_plot_series()
        trace = self.experiment.timeline.trace
        values = trace.values
        channel = 2 if self.config.landscape.bounded_below else 3
        if values.ndim == 4 and len(values) and 0 <= start < values.shape[2]:
            for i, look in enumerate(self._looks):
                self.plot.set_data(str(look.lane), trace.steps, self._curve(values, i, start, channel))
        self.plot.set_total(min(self.experiment.horizon, max(self.experiment.timeline.frontier, 60)))
        self.plot.set_cursor(frame.step)

    def _curve(self, values: np.ndarray, lane: int, start: int, channel: int) -> np.ndarray:
        if not self._look_at.average:
            return values[:, lane, start, channel]
        present = np.flatnonzero(self._frame.present[: values.shape[2]])
        rows = values[:, lane][:, present, channel]
        some = np.isfinite(rows).any(axis=1)
        median = np.full(len(rows), np.nan, dtype=np.float32)
        if some.any():
            median[some] = np.nanmedian(rows[some], axis=1)
        return median

    def ticks(self) -> tuple[Tick, ...]:
        """Start, targets reached, racers diverged, and what the hand did."""
        by_lane = {look.lane: look for look in self._looks}
        found = [Tick(0, "start")]
        seen: set[tuple[int | None, str]] = set()
        for mark in self.experiment.timeline.marks:
            look = by_lane.get(mark.lane) if mark.lane is not None else None
            if look is None or (mark.lane, mark.kind) in seen:
                continue
            seen.add((mark.lane, mark.kind))
            role = "error" if mark.kind == "diverged" else look.color_role
            found.append(Tick(mark.step, f"{look.title} {mark.label}", look.symbol, role))
        previous = (-1, "")
        for step, event in self.experiment.run.events():
            label = _event_label(event, by_lane)
            if step and (step, label) != previous:
                found.append(Tick(step, label, "d", "accent"))
            previous = (step, label)
        return tuple(sorted(found, key=lambda tick: tick.step))

    # -- the field ---------------------------------------------------------------------------------------------

    def _ask_for_field(self) -> None:
        if self.flat:
            return
        world, plot = self.stage.world, self.stage.plot
        window = (world.x(), world.y(), world.width(), world.height())
        nx, ny = max(16, round(plot.width() / CELL)), max(16, round(plot.height() / CELL))
        self.jobs.submit(
            (id(self), "field"), compute_field, self.config.landscape, window, nx, ny, self._look_at.log_colors,
            done=self._on_field, failed=self._on_failed,
        )  # fmt: skip

    def _on_field(self, field: Field) -> None:
        self.field_layer.set_field(field)
        self._bar_lo.setText(number_text(field.lo, 2, large=1e3))
        self._bar_hi.setText(number_text(field.hi, 2, large=1e3))
        self.stage.refresh()

    def _on_view_changed(self) -> None:
        self._ask_for_field()
        world = self.stage.world
        self._remember(world=(world.x(), world.y(), world.width(), world.height()))

    def _on_theme_changed(self) -> None:
        self.stage.refresh()
        self.refresh()

    # -- hands -------------------------------------------------------------------------------------------------

    def _point_at(self, position: QPointF) -> tuple[float, ...]:
        x, y = self.stage.to_world(position)
        return (x,) if self.flat else (x, y)

    def _on_pressed(self, event: QMouseEvent) -> None:
        self.touched.emit()
        picked = self.racers.pick(self.stage, event.position())
        if event.button() == Qt.MouseButton.RightButton:
            if picked is not None:
                self.experiment.do(RemoveStart(picked.start), f"Remove start {start_name(picked.start)}")
            return
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self._press_at = event.position()
        self._held = picked
        if picked is None:
            self.experiment.begin_gesture("Drop a start")
            if self.experiment.do(PlaceStarts((self._point_at(event.position()),)), "Drop a start"):
                self._held = Pick(self._count_starts() - 1, None)
                self._remember(focus_start=self._held.start)
                self._moving = True
                self._placed = True
                self.refresh()
        else:
            self._moving = self._placed = False
            self._remember(focus_start=picked.start)
            if picked.lane is not None:
                self._remember(focus_lane=picked.lane)
            self.show_run()
            self.refresh()

    def _count_starts(self) -> int:
        """How many starts were ever given: the frame may still be on its way to the cursor's step."""
        dropped = (e for _, e in self.experiment.run.events() if isinstance(e, PlaceStarts))
        return len(self.config.starts) + sum(len(e.points) for e in dropped)

    def _on_dragged(self, event: QMouseEvent) -> None:
        held, start = self._held, self._press_at
        if held is None or start is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if not self._moving:
            moved = event.position() - start
            if max(abs(moved.x()), abs(moved.y())) < SLOP:
                return
            self._moving = True
            self.experiment.begin_gesture(f"Drag start {start_name(held.start)}")
        plot = self.stage.plot
        inside = QPointF(
            min(max(event.position().x(), plot.left()), plot.right()),
            min(max(event.position().y(), plot.top()), plot.bottom()),
        )
        self.experiment.do(MoveStart(held.start, self._point_at(inside), held.lane), "Drag")

    def _on_released(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._press_at is None:
            return
        placed = self._held is not None and self._placed
        self._held = self._press_at = None
        self.experiment.end_gesture()
        step = self.experiment.step
        paused_midway = not self.experiment.playing and 0 < step < self.experiment.horizon
        if placed and not paused_midway:
            # Whoever drops a point wants to see it run, unless time was stopped on purpose.
            self.experiment.set_playing(True)

    def _on_hovered(self, position: QPointF | None) -> None:
        if position is None:
            self.readout.hide()
            return
        picked = self.racers.pick(self.stage, position)
        self.stage.setCursor(Qt.CursorShape.PointingHandCursor if picked else Qt.CursorShape.CrossCursor)
        point = self._point_at(position)
        value, gradient = self.experiment.probe(LookAt(point))
        there = ", ".join(number_text(v, 3) for v in point)
        slope = ", ".join(number_text(float(v), 3) for v in gradient)
        self._readout_text.setText(f"θ = ({there})   f = {number_text(value, 4)}   ∇f = ({slope})")
        self.readout.show()

    def _on_sought(self, step: int) -> None:
        self.touched.emit()
        self.experiment.set_playing(False)
        self.experiment.seek(min(step, self.experiment.horizon))

    # -- choices -----------------------------------------------------------------------------------------------

    def choose_preset(self, id: str) -> None:
        """Load a ready-made race; undo brings the present one back."""
        self.touched.emit()
        preset = self.experiment.spec.preset(id)
        self.experiment.set_playing(False)
        self._remember(focus_start=-1, average=False)
        self.experiment.set_run(preset.make(), f"Load {preset.title}")
        self.stage.go_home()

    def commands(self) -> list[Command]:
        """Every landscape and every optimizer, by name."""
        found = [
            Command(f"Race on {entry.title}", "Landscape", partial(self._race_on, entry.item)) for entry in LANDSCAPES
        ]
        found += [
            Command(f"Add {entry.title}", "Optimizer", partial(self.add_optimizer, entry.id)) for entry in OPTIMIZERS
        ]
        return found

    def _race_on(self, cls: type[Landscape]) -> None:
        self.choose_landscape(cls())

    def choose_landscape(self, landscape: Landscape) -> None:
        """Race on another landscape, from its classic start."""
        config = dataclasses.replace(self.config, landscape=landscape, starts=landscape.starts[:1])
        self._remember(focus_start=-1, average=False)
        self.experiment.set_run(dataclasses.replace(self.experiment.run, config=config, head=None), "Change landscape")
        self.stage.go_home()

    def picture_of(self) -> QWidget:
        """The stage."""
        return self.stage

    def add_optimizer(self, kind: str) -> None:
        """Another racer, with its rule's usual parameters (or those a racer of its kind already has)."""
        racers = self.config.racers
        cls = OPTIMIZERS[kind]
        same = [r.optimizer for r in racers if type(r.optimizer) is cls]
        id = max((r.id for r in racers), default=-1) + 1
        racers = (*racers, Entrant(id, same[-1] if same else cls()))
        self._remember(focus_lane=id)
        self.experiment.set_config(dataclasses.replace(self.config, racers=racers), f"Add {OPTIMIZERS.title_of(cls)}")

    def _on_lane_removed(self, lane: int) -> None:
        racers = tuple(r for r in self.config.racers if r.id != lane)
        self.experiment.set_config(dataclasses.replace(self.config, racers=racers), "Remove a racer")

    def _on_lane_focused(self, lane: int) -> None:
        self.touched.emit()
        self._set_look(focus_lane=lane)

    def _on_start_chosen(self, start: object) -> None:
        if start == MEDIAN:
            self._set_look(average=True)
        else:
            self._set_look(average=False, focus_start=start)

    def _remember(self, **changes: Any) -> None:
        self._look_at = dataclasses.replace(self._look_at, **changes)
        self.experiment.view_state = self._look_at

    def _set_look(self, **changes: Any) -> None:
        log = self._look_at.log_colors
        self._remember(**changes)
        self._apply_look()
        if self._look_at.log_colors != log:
            self._ask_for_field()
        self.refresh()

    def _apply_look(self) -> None:
        look = self._look_at
        for name, toggle in self._toggles.items():
            toggle.setChecked(bool(getattr(look, name)))
        self._setup_button.setChecked(look.setup)
        self.setup.setVisible(look.setup)
        self.color_bar.setVisible(not look.setup and not self.flat)
        self.legend.setVisible(look.arrows and not self.flat)
        if self.field_layer.show_contours != look.contours:
            self.field_layer.show_contours = look.contours
            self.stage.refresh()

    def _on_copy_latex(self) -> None:
        QGuiApplication.clipboard().setText(self.equation.latex())

    # -- leaving the room --------------------------------------------------------------------------------------

    def export_csv(self) -> str:
        """All histories: a line for each recorded step, racer and start."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        coordinates = ["theta"] if self.flat else ["theta_1", "theta_2"]
        writer.writerow(["step", "optimizer", "start", *coordinates, "loss_above_minimum", "gradient_norm"])
        trace = self.experiment.timeline.trace
        for step, values in zip(trace.steps.tolist(), trace.values, strict=True):
            for i, look in enumerate(self._looks):
                for start in np.flatnonzero(self._frame.present[: values.shape[1]]):
                    numbers = values[i, start]
                    if np.isfinite(numbers[0]):
                        cells = [*numbers[: len(coordinates)], *numbers[2:4]]
                        writer.writerow([step, look.title, start_name(int(start)), *(f"{v:.8g}" for v in cells)])
        return out.getvalue()

    def thumbnail(self, size: QSize) -> QImage:
        """The stage alone, without axes, arrows and overlays."""
        self.stage.compact = self.stage.bare = True
        self._look_at = dataclasses.replace(self._look_at, arrows=False)
        self.stage.resize(size)
        self.show_run()
        self.show_frame(self.experiment.frame())
        image = QImage(size * 2, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(2.0)
        image.fill(theme().color("surface"))
        painter = QPainter(image)
        self.stage.paint_onto(painter)
        painter.end()
        return image

    def paint_vector(self, painter: QPainter, area: QRectF) -> None:
        """The stage as vectors."""
        painter.save()
        painter.translate(area.topLeft())
        painter.scale(area.width() / self.stage.width(), area.height() / self.stage.height())
        self.stage.paint_onto(painter)
        painter.restore()


def _event_label(event: object, looks_by_lane: dict[int, Look]) -> str:
    if isinstance(event, PlaceStarts):
        return "start dropped"
    if isinstance(event, MoveStart):
        return f"{start_name(event.start)} dragged"
    if isinstance(event, RemoveStart):
        return f"{start_name(event.start)} removed"
    lane = getattr(event, "lane", None)
    name = str(getattr(event, "name", "")).replace("_", " ")
    who = looks_by_lane[lane].title + ": " if lane in looks_by_lane else ""
    return f"{who}{name}"
