"""The race's view: puts stage, leaderboard, forms and plot together."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QPainter
from PySide6.QtWidgets import QApplication, QWidget

from lab.engine.landscapes import LANDSCAPES, HasSamples, Landscape
from lab.engine.optimizers import OPTIMIZERS
from lab.panels.race import record, standings
from lab.panels.race.board import BoardCard, BoardTable
from lab.panels.race.carried import Carried
from lab.panels.race.curvature import why_unbounded
from lab.panels.race.derivative import read
from lab.panels.race.drags import Drags
from lab.panels.race.equation import EquationStrip
from lab.panels.race.fair import FairCard
from lab.panels.race.focus import Focus
from lab.panels.race.focus_card import MEAN, MEDIAN, FocusCard
from lab.panels.race.ghost import RaceGhost
from lab.panels.race.hands import Hands
from lab.panels.race.held_out import above_minimum
from lab.panels.race.looks import Look, as_they_start, looks, start_name
from lab.panels.race.overlays import BOTTOM, LEFT, RIGHT, TOP
from lab.panels.race.plot_card import PlotCard
from lab.panels.race.racer_menu import RacerMenu
from lab.panels.race.scene import RaceStage
from lab.panels.race.schedule_card import ScheduleCard
from lab.panels.race.setup import SetupOverlay
from lab.panels.race.stages import Stages
from lab.panels.race.state import CARDS, RaceViewState
from lab.panels.race.subjects import subjects
from lab.panels.race.switches import LayersMenu
from lab.panels.race.which_race import WhichRace
from lab.sims.race import REASONS, Bend, Cost, Dissect, Entrant, RaceFrame, RateNow
from lab.ui.command_palette import Command
from lab.ui.experiment import SLOW
from lab.ui.scrub import Tick
from lab.ui.theme import manager
from lab.ui.widgets import Button, row

if TYPE_CHECKING:
    from lab.panels.race.surface import SurfaceView

SURFACE_TIP = "The landscape as a surface in three dimensions, beside the stage"
AVERAGE_TIP = "A rule steps from one start at a time: all starts are in focus, and this is the step of the one named."
NO_SURFACE_TIP = "A landscape of one weight is a curve: there is no surface to show"


class RaceView(Carried):
    """Press places a start at that very pixel; a flag or head is dragged; a right press removes a start."""

    # -- building ----------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make everything once; `show_run` and `show_frame` fill it."""
        self._look: RaceViewState = self.experiment.view_state
        self._test_loss = above_minimum(self.config.landscape)
        self._frame: RaceFrame = self.experiment.frame()
        self._looks: tuple[Look, ...] = ()
        self._landscape: Landscape | None = None
        self._ghost: RaceGhost | None = None
        self._drags = Drags()
        self._presets = [(p.id, p.make().config) for p in self.experiment.spec.presets]
        self.stage = RaceStage(self.jobs)
        self.hands = Hands(self.stage, self.experiment, self)
        self.equation = EquationStrip()
        self.proof = self.equation.proof
        self.setup = SetupOverlay(self.experiment)
        self.stage.overlays.corners.add(self.setup, "tr", RIGHT, TOP, needed=True)
        self.stages = Stages(self.stage, self.jobs)
        self.stages.made.connect(self._on_surface_made)
        self.stages.camera_chosen.connect(lambda c: self._remember(camera=(c.azimuth, c.elevation, c.zoom)))
        self.stages.failed.connect(self.experiment.failed)
        self.stage_column.addWidget(self.stages, 1)
        self.schedule = ScheduleCard(self.experiment)
        self.schedule.closed.connect(partial(self.set_look, schedule=False))
        self.schedule.axis_chosen.connect(lambda axis: self.set_look(schedule_axis=axis))
        self.setup.schedule_wanted.connect(partial(self.set_look, setup=False, schedule=True))
        self.stage.overlays.corners.add(self.schedule, "tr", RIGHT, TOP, needed=True)
        self.fair = FairCard(self.experiment, self.jobs)
        self._which = WhichRace()
        self.stage.overlays.corners.add(self.fair, "tr", RIGHT, TOP, needed=True)
        self.stage_column.addWidget(self.equation)
        self._build_inspector()
        self._build_menus()
        self.hands.touched.connect(self.touched)
        self.stage.failed.connect(self.experiment.failed)
        self.hands.focus_wanted.connect(self._on_focus_wanted)
        self.stage.view_chosen.connect(self._on_view_chosen)
        self.stage.overlays.apart.closed.connect(partial(self.set_look, apart=False))
        self.stage.overlays.apart.phase_chosen.connect(lambda phase: self.set_look(phase=phase))
        self.stage.overlays.derivative.closed.connect(partial(self.set_look, difference=False))
        self.stage.overlays.derivative.changed.connect(lambda name, value: self.set_look(**{name: value}))
        self.setup.closed.connect(partial(self.set_look, setup=False))
        self.fair.closed.connect(partial(self.set_look, fair=False))
        self.fair.budget_chosen.connect(lambda budget: self.set_look(budget=budget))
        self.fair.tuned.connect(lambda tuned: self.set_look(tuned=tuned))
        self.fair.focused.connect(self._on_lane_focused)
        self.fair.applied.connect(self._on_fair_race)
        self.equation.copied.connect(self._on_copy_latex)
        self.equation.apart_wanted.connect(lambda on: self.set_look(apart=on))
        manager().changed.connect(self._on_theme_changed)
        self.experiment.playing_changed.connect(self._on_playing_changed)

    def _build_inspector(self) -> None:
        self.racers = RacerMenu(self)
        first = looks(self.experiment.run.config.racers or (Entrant(),))[0]
        self.focus_card = FocusCard(self.experiment, first)
        self.focus_card.start_chosen.connect(self._on_start_chosen)
        self.board = BoardCard()
        self.board.added.connect(self.add_optimizer)
        self.board.columns_chosen.connect(lambda columns: self.set_look(columns=columns))
        self.board.table_wanted.connect(lambda on: self.set_look(table=on))
        self.leaderboard = self.board.board
        self.table = BoardTable()
        self.table.closed.connect(partial(self.set_look, table=False))
        self.stage.overlays.corners.add(self.table, "bl", LEFT, BOTTOM, needed=True)
        for board in (self.leaderboard, self.table.board):
            board.focused.connect(self._on_lane_focused)
            board.removed.connect(self.remove_racer)
            board.menu_wanted.connect(self.racers.offer)
            board.sort_wanted.connect(lambda column, down: self.set_look(sort=column, descending=down))
        self.focus_card.sweeps.setMenu(self.abilities.sweep_menu(self))
        self.focus_card.menu_wanted.connect(self.abilities.offer_sweep)
        self.plot_card = PlotCard()
        self.plot_card.sought.connect(self._on_sought)
        self.plot_card.chosen.connect(lambda quantity: self.set_look(plot=quantity))
        self.inspector_column.addWidget(self.focus_card)
        self.fair_note = Button(
            "", "scales", kind="link", tooltip="All learning rates are tuned alike; press to see how"
        )
        self.fair_note.clicked.connect(lambda: self.set_look(fair=True))
        self.board.box.addLayout(row(self.fair_note, None))
        self.inspector_column.addWidget(self.board)
        self.inspector_column.addWidget(self.plot_card, 1)

    def _build_menus(self) -> None:
        self._layers_button = Button("Layers", "stack", tooltip="What is drawn on the stage")
        self.layers = LayersMenu(self)
        self.layers.switched.connect(lambda name, on: self.set_look(**{name: on}))
        self._layers_button.setMenu(self.layers)
        self.header.extra.addWidget(self._layers_button)
        self._surface_button = Button("3-D", "cube", checkable=True, tooltip=SURFACE_TIP)
        self._surface_button.setAccessibleName("3-D view")
        self._surface_button.clicked.connect(lambda on: self.set_look(surface=on))
        self.header.extra.addWidget(self._surface_button)
        self._setup_button = Button("Set-up", "sliders-horizontal", checkable=True, tooltip="Landscape, noise, starts")
        self._setup_button.clicked.connect(lambda on: self.set_look(setup=on))
        self.header.extra.addWidget(self._setup_button)
        self._fair_button = Button(
            "Fair race", "scales", checkable=True, tooltip="Tune every learning rate on the same budget, then race"
        )
        self._fair_button.clicked.connect(lambda on: self.set_look(fair=on))
        self.header.extra.addWidget(self._fair_button)
        self.header.preset_chosen.connect(self.choose_preset)
        self.more_menu.addAction("Show everything", self.stage.go_home)
        self.more_menu.addAction("Copy rule as LaTeX", self._on_copy_latex)

    # -- showing -----------------------------------------------------------------------------------------------

    def show_run(self) -> None:
        """Adopt the run: landscape, racers, forms."""
        config = self.config
        self._looks = looks(as_they_start(self.experiment.run))
        if config.landscape != self._landscape:
            first = self._landscape is None
            self._landscape = config.landscape
            self.stage.adopt(config.landscape, self._look.world if first else (), config.starts)
            if not first:
                # Another landscape is shown whole: the part of the old one must not come back with the session.
                self._on_view_chosen()
        frame: RaceFrame = self.experiment.frame()
        self.setup.show_run(dataclasses.replace(config, noise=frame.noise, batch_size=frame.batch_size))
        self._name_preset()
        self._test_loss = above_minimum(config.landscape)
        self.plot_card.show_run(config, self._test_loss)
        self.schedule.show_run(config)
        self._follow_look()

    def _name_preset(self) -> None:
        """Let the header name the preset that this is, or was before it was edited."""
        same = [id for id, config in self._presets if config == self.config]
        akin = [id for id, config in self._presets if config.landscape == self.config.landscape]
        if same:
            self.header.presets.set_value(same[0])
        elif akin and self.header.presets.value not in akin:
            self.header.presets.set_value(akin[0])

    def show_frame(self, frame: RaceFrame) -> None:
        """Draw one frame."""
        self._frame = frame
        focus = self._focus()
        trace = self.experiment.timeline.trace
        # Before words look for room: what is about to go is not in their way.
        self.stage.overlays.hint.setVisible(frame.step == 0 and not self._look.card_open)
        self.stage.playing = self.experiment.playing
        self.stage.show_drags(self._drags.of(self.experiment.run), frame)
        self.stage.show_frame(frame, self._looks, focus, trace)
        self.stages.show_frame(frame, self._looks, focus, trace)
        self.stage.show_ghost(self._ghost, frame.step, focus)
        self._show_focus(frame, focus)
        self.proof.show_subjects(subjects(frame, focus.lane, self.config))
        self._show_board(frame, focus)
        self.plot_card.show_frame(frame, self._looks, focus, trace, self.experiment.horizon, self._ghost)
        self.setup.show_frame(frame)
        if self._look.schedule:
            self._show_schedule(frame, focus)
        self.fair.show_frame(frame, self._looks, focus.lane)
        self.fair_note.setVisible(self._which.is_tuned(self.experiment, frame, self._look.tuned))

    def show_progress(self, fraction: float) -> None:
        """Veil the stage while a long seek replays."""
        self.stage.set_dim(0.0 if fraction < 0 else 0.45)

    @property
    def focused_lane(self) -> int:
        """The lane of the racer in focus, -1 for none."""
        return self._focus().lane

    def _focus(self) -> Focus:
        lanes = [look.lane for look in self._looks]
        lane = self._look.focus_lane
        if lane not in lanes:
            # Adam shows most of what an update is made of.
            adam = [look.lane for look in self._looks if look.title == "Adam"]
            lane = (adam or lanes or [-1])[0]
        present = np.flatnonzero(self._frame.present)
        start = self._look.focus_start
        if start not in present:
            start = int(present[0]) if len(present) else -1
        return Focus(lane, start, self._look.average and len(present) > 1, self._look.statistic == "mean")

    def _show_focus(self, frame: RaceFrame, focus: Focus) -> None:
        self.focus_card.setVisible(focus.lane >= 0)
        if focus.lane < 0:
            self._show_derivative(frame, -1, -1, "No racer: add one to see its derivative.")
            self.stage.show_curvature(None, np.zeros(0), 0.0)
            self.stage.show_step(None)
            self.equation.show_nothing()
            return
        lane, start = frame.lanes.index(focus.lane), focus.start
        look, optimizer, dim = self._looks[lane], frame.optimizers[lane], frame.starts.shape[1]
        self.focus_card.show_racer(look, optimizer)
        self.focus_card.show_rules(frame.optimizers)
        self.focus_card.show_starts(frame, (MEAN if focus.mean else MEDIAN) if focus.average else start)
        if start < 0:
            self._show_derivative(frame, -1, -1, "No start: press on the curve to drop one.")
            self.stage.show_curvature(None, np.zeros(0), 0.0)
            self.stage.show_step(None)
            self.equation.show_rule(look, "no start", optimizer, dim)
            return
        alive = bool(frame.diverged_at[lane, start] < 0)
        self.equation.show_rule(
            look, _whose(frame, lane, start, self._look.statistic if focus.average else ""), optimizer, dim
        )
        self.equation.show_note(AVERAGE_TIP if focus.average else "")
        answer = self.experiment.probe(Dissect(focus.lane, start))
        if alive and answer.finite:
            self.equation.show_numbers(answer.symbols)
        arrows = alive and self._look.arrows and not focus.average
        missing = "" if alive else f"{look.title} has diverged: there is no derivative to show."
        if focus.average:
            missing = "The median of all starts is in focus: choose one start to see its derivative."
        self._show_derivative(frame, lane, start, missing)
        self._show_data(frame, lane, start)
        bend = self.experiment.probe(Bend(focus.lane, start)) if self._look.curvature and alive else None
        why = why_unbounded(optimizer, answer.parts) if bend is not None else ""
        self.stage.show_curvature(bend, frame.theta[lane, start], optimizer.learning_rate, why)
        self.stage.show_step(answer if alive and not focus.average else None, arrows)
        apart = self.stage.overlays.apart
        apart.setVisible(self._look.apart and alive and not focus.average)
        if self._look.apart:
            apart.show_step(answer, self._phase(apart.phases))

    def _show_derivative(self, frame: RaceFrame, lane: int, start: int, missing: str) -> None:
        """On a curve: the slope at the racer in focus, exact and by differences; `missing` says why there is none."""
        if not self.stage.flat:
            return
        look, reading = self._look, None
        if not missing:
            reading = read(self.config.landscape, frame.theta[lane, start], look.h, look.scheme, look.stored_h)
        self.stage.show_derivative(reading, look.difference, missing or "The loss is too large for a number here.")

    def _show_data(self, frame: RaceFrame, lane: int, start: int) -> None:
        landscape, card = self.config.landscape, self.stage.overlays.data
        shown = self._look.data and not self._look.card_open and isinstance(landscape, HasSamples)
        card.setVisible(shown)
        if shown and isinstance(landscape, HasSamples):
            card.show_model(landscape, frame.theta[lane, start], frame.batch, self._looks[lane].color_role)

    def _show_schedule(self, frame: RaceFrame, focus: Focus) -> None:
        if focus.lane < 0 or focus.start < 0:
            self.schedule.show_nobody()
            return
        lane = frame.lanes.index(focus.lane)
        age = frame.step - int(frame.born[focus.start])
        rate = self.experiment.probe(RateNow(focus.lane, focus.start))
        self.schedule.show_racer(self._looks[lane], focus.start, frame.optimizers[lane].learning_rate, rate, age)
        self.schedule.show_used(self.experiment.timeline.trace, frame, lane, focus.start)

    def _phase(self, parts: int) -> int:
        """Which part is shown: while playing slowly, one after the other between two steps."""
        e = self.experiment
        if e.playing and e.speed <= SLOW:
            return min(int(e.carry * (parts + 1)) + 1, parts) % (parts + 1)
        return min(self._look.phase, parts)

    def _show_board(self, frame: RaceFrame, focus: Focus) -> None:
        look, test = self._look, self._test_loss
        wanted = look.table or "cost" in look.columns
        cost = self.experiment.probe(Cost()) if wanted else None
        rows: tuple[standings.BoardRow, ...] = ()
        words = "no start yet"
        if focus.average:
            rows = standings.of_all(frame, self._looks, test, cost, mean=focus.mean)
            words = f"{look.statistic} of all starts"
        elif focus.start >= 0:
            rows = standings.of_start(frame, self._looks, focus.start, test, cost)
            words = f"start {start_name(focus.start)}"
        # Losses on another landscape are no measure for these.
        if self._ghost is not None and self._ghost.on(self.config.landscape):
            racers = self.config.racers
            rows = self._ghost.standings(rows, racers, frame.step, focus.start, focus.average, mean=focus.mean)
        for board in (self.board, self.table) if look.table else (self.board,):
            board.show_board(rows, focus.lane, look, focus.average, test is not None)
            board.of.setText(words)
        mine = next((r for r in rows if r.look.lane == focus.lane), None)
        self.focus_card.show_test_loss(None if mine is None or mine.test is None else (mine.loss, mine.test))

    def ticks(self) -> tuple[Tick, ...]:
        """Start, targets reached, racers diverged, and what the hand did."""
        return record.ticks(self.experiment.run, self.experiment.timeline.marks, self._looks)

    # -- choices -----------------------------------------------------------------------------------------------

    def choose_preset(self, id: str) -> None:
        """Load a ready-made race; undo brings the present one back."""
        self.touched.emit()
        spec = self.experiment.spec
        preset = spec.preset(id)
        self._look = spec.look_at(preset, self._look)
        # What is on the stage is the lesson: cards over it are those that the preset opens.
        self._remember(**{**dict.fromkeys(CARDS, False), **preset.looks, "focus_start": -1, "average": False})
        super().choose_preset(id)
        self.stage.take_home(self.config.starts, preset.looks.get("world", ()))

    def choose_landscape(self, cls: type[Landscape]) -> None:
        """Race on another landscape, from its classic start."""
        landscape = cls()
        config = dataclasses.replace(self.config, landscape=landscape, starts=landscape.starts[:1])
        self._remember(focus_start=-1, average=False)
        self.experiment.set_run(dataclasses.replace(self.experiment.run, config=config, head=None), "Change landscape")
        self.stage.go_home()

    def add_optimizer(self, kind: str) -> None:
        """Another racer, with its rule's usual parameters (or those a racer of its kind already has)."""
        racers = self.config.racers
        cls = OPTIMIZERS[kind]
        same = [r.optimizer for r in racers if type(r.optimizer) is cls]
        id = self._unused()
        racers = (*racers, Entrant(id, same[-1] if same else cls()))
        self._remember(focus_lane=id)
        self.experiment.set_config(dataclasses.replace(self.config, racers=racers), f"Add {OPTIMIZERS.title_of(cls)}")

    def remove_racer(self, lane: int) -> None:
        """Take a racer out; the others' numbers stay."""
        racers = tuple(r for r in self.config.racers if r.id != lane)
        title = self.title_of(lane)
        self.experiment.set_config(dataclasses.replace(self.config, racers=racers), f"Remove {title}")

    def duplicate_racer(self, lane: int) -> None:
        """Another racer with what one racer's parameters now are; it is in focus, ready to be made different."""
        if lane not in self._frame.lanes:
            return
        id, title = self._unused(), self.title_of(lane)
        racers = (*self.config.racers, Entrant(id, self._frame.optimizers[self._frame.lanes.index(lane)]))
        self._remember(focus_lane=id)
        self.experiment.set_config(dataclasses.replace(self.config, racers=racers), f"Duplicate {title}")

    def edit_racer(self, lane: int) -> None:
        """Put a racer in focus and the keyboard on its first parameter."""
        self.set_look(focus_lane=lane)
        if not self.inspector_shown:
            self.toggle_inspector()
        self.focus_card.take_keyboard()

    def title_of(self, lane: int) -> str:
        """What a racer is called everywhere."""
        return next((look.title for look in self._looks if look.lane == lane), "a racer")

    def commands(self) -> list[Command]:
        """Every landscape and every optimizer, by name."""
        shown = self._look.surface
        words = "Hide the 3-D view" if shown else "Show the 3-D view"
        surface = [] if self.stage.flat else [Command(words, "View", partial(self.set_look, surface=not shown))]
        return (
            [Command("Fair race: tune all learning rates alike", "Race", self.tune)]
            + [Command(words, "Racer", act) for words, act in self.racers.offered(self._focus().lane)]
            + self._cards_offered()
            + [Command(f"Starts: {words.lower()}", "Race", act) for words, act in self.setup.offered()]
            + surface
            + [Command(words, "Layers", act) for words, act in self.layers.offered()]
            + [
                Command(f"Race on {entry.title}", "Landscape", partial(self.choose_landscape, entry.item))
                for entry in LANDSCAPES
            ]
            + [
                Command(f"Add {entry.title}", "Optimizer", partial(self.add_optimizer, entry.id))
                for entry in OPTIMIZERS
            ]
        )

    def _cards_offered(self) -> list[Command]:
        """The cards over the stage, and what stands for all starts."""
        cards = (("setup", "Set-up: landscape, noise, starts"), ("fair", "Fair race"), ("table", "Table of all racers"))
        found = []
        for name, words in cards:
            on = bool(getattr(self._look, name))
            found.append(
                Command(f"{'Hide' if on else 'Show'}: {words}", "Card", partial(self.set_look, **{name: not on}))
            )
        if np.count_nonzero(self._frame.present) > 1:
            for which in (MEDIAN, MEAN):
                words = "mean" if which == MEAN else "median"
                found.append(
                    Command(f"Look at the {words} of all starts", "Race", partial(self._on_start_chosen, which))
                )
        return found

    def tune(self) -> None:
        """Open fair mode and tune every learning rate."""
        self.touched.emit()
        self.set_look(fair=True)
        self.fair.start()

    def _on_fair_race(self) -> None:
        """The race begins again with its tuned rates: out of its way, and off."""
        self._remember(focus_start=-1, fair=False)
        self._follow_look()
        self.experiment.set_playing(True)

    def set_look(self, **changes: Any) -> None:
        """Change how the race is looked at; of the cards that share a corner, one at a time."""
        if any(changes.get(card) for card in CARDS):
            changes = {**dict.fromkeys(CARDS, False), **changes}
        self._remember(**changes)
        self._follow_look()
        self.refresh()

    def keyboard_home(self) -> QWidget:
        """The stage."""
        return self.stage

    def squeeze(self, on: bool) -> None:
        """Shorter labels where the inspector is narrow."""
        self.focus_card.squeeze(on)

    def close_front(self) -> bool:
        """Close the card that has the keyboard, else the one in front."""
        over = self.stage.overlays
        cards: dict[str, QWidget] = {name: getattr(self, name) for name in (*CARDS, "table")}
        cards |= {"apart": over.apart, "difference": over.derivative}
        shown = [name for name, card in cards.items() if card.isVisible()]
        focus = QApplication.focusWidget()
        held = [name for name in shown if focus is not None and cards[name].isAncestorOf(focus)]
        if not shown:
            return False
        self.set_look(**{(held or shown)[0]: False})
        if held:
            self.stage.setFocus(Qt.FocusReason.ShortcutFocusReason)
        return True

    def _remember(self, **changes: Any) -> None:
        self._look = dataclasses.replace(self._look, **changes)
        self.experiment.view_state = self._look

    def _follow_look(self) -> None:
        self.layers.follow(self._look, self.config.landscape)
        self.equation.show_apart(self._look.apart)
        self._setup_button.setChecked(self._look.setup)
        flat = self.stage.flat
        self._surface_button.setChecked(self._look.surface and not flat)
        self._surface_button.setEnabled(not flat)
        self._surface_button.setToolTip(NO_SURFACE_TIP if flat else SURFACE_TIP)
        self.setup.setVisible(self._look.setup)
        self.schedule.setVisible(self._look.schedule)
        self.table.setVisible(self._look.table)
        self.schedule.set_axis(self._look.schedule_axis)
        self.stages.set_look(self._look)
        self._fair_button.setChecked(self._look.fair)
        self.fair.show_look(self._look, self._looks)
        self.fair_note.setText(f"fair: {self._look.tuned.budget.trials} trials each")
        self.stage.set_look(self._look)
        self.plot_card.show_quantity(self._look.plot)

    def _on_surface_made(self, view: SurfaceView) -> None:
        view.dropped.connect(self.hands.drop)
        view.taken_back.connect(self.hands.take_back)
        view.removed.connect(self.hands.remove)
        view.focus_wanted.connect(self._on_focus_wanted)
        view.pointed.connect(self.hands.read)

    def _on_focus_wanted(self, lane: int | None, start: int) -> None:
        self.set_look(focus_start=start, average=False, **({} if lane is None else {"focus_lane": lane}))

    def _on_lane_focused(self, lane: int) -> None:
        self.touched.emit()
        self.set_look(focus_lane=lane)

    def _on_start_chosen(self, start: object) -> None:
        if start in (MEDIAN, MEAN):
            self.set_look(average=True, statistic="mean" if start == MEAN else "median")
        else:
            self.set_look(average=False, focus_start=start)

    def _on_sought(self, step: int) -> None:
        self.touched.emit()
        self.experiment.set_playing(False)
        self.experiment.seek(min(step, self.experiment.horizon))

    def _on_view_chosen(self) -> None:
        world = self.stage.world
        here = (world.x(), world.y(), world.width(), world.height())
        self._remember(world=() if self.stage.at_home else here)

    def _on_playing_changed(self, on: bool) -> None:
        if not on:
            # What made no way while everything moved makes way now.
            self.refresh()

    def _on_theme_changed(self) -> None:
        self.stage.refresh()
        self.refresh()

    def _on_copy_latex(self) -> None:
        QGuiApplication.clipboard().setText(self.equation.latex())
        self.notice.say("Copied: the rule as LaTeX")

    # -- leaving the room --------------------------------------------------------------------------------------

    def export_csv(self) -> str:
        """All histories as CSV."""
        return record.table(self._frame, self._looks, self.experiment.timeline.trace)

    def picture_of(self) -> QWidget:
        """The stage, with the 3-D view where that is shown."""
        return self.stages if self.stages.view is not None and self.stages.on else self.stage

    def thumbnail(self, size: QSize) -> QImage:
        """The stage alone, without axes, arrows and overlays."""
        self._look = dataclasses.replace(self._look, arrows=False, difference=False)
        self.stage.compact = self.stage.bare = True
        self.stage.resize(size)
        self.show_run()
        self.show_frame(self.experiment.frame())
        return self.stage.thumbnail(size)

    def paint_vector(self, painter: QPainter, area: QRectF) -> None:
        """The stage as vectors."""
        painter.save()
        painter.translate(area.topLeft())
        painter.scale(area.width() / self.stage.width(), area.height() / self.stage.height())
        self.stage.paint_onto(painter)
        painter.restore()


def _whose(frame: RaceFrame, lane: int, start: int, statistic: str) -> str:
    """Whose step the equation strip shows, and what became of that racer; a median or mean of all takes no step."""
    alive = frame.diverged_at[lane, start] < 0
    words = f"start {start_name(start)}" + ("" if alive else f": {REASONS[frame.reason[lane, start]]}")
    return f"{words}, not the {statistic}" if statistic else words
