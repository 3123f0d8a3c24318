"""The race's view: puts stage, leaderboard, forms and plot together."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QWidget

from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.panels.race import record
from lab.panels.race.buttons import RaceButtons
from lab.panels.race.density import crowded
from lab.panels.race.drags import Drags
from lab.panels.race.equation import EquationStrip
from lab.panels.race.fair import FairCard
from lab.panels.race.focus import CrowdMet, Focus, FocusKept
from lab.panels.race.ghost import RaceGhost
from lab.panels.race.hands import Hands
from lab.panels.race.held_out import above_minimum
from lab.panels.race.in_focus import InFocus
from lab.panels.race.inspector import Inspector
from lab.panels.race.looks import Look, as_they_start, looks
from lab.panels.race.offers import commands
from lab.panels.race.overlays import RIGHT, TOP
from lab.panels.race.pictured import Pictured
from lab.panels.race.scene import RaceStage
from lab.panels.race.schedule_card import ScheduleCard
from lab.panels.race.setup import SetupOverlay
from lab.panels.race.stages import Stages
from lab.panels.race.state import RaceViewState
from lab.panels.race.subjects import subjects
from lab.panels.race.which_race import WhichRace
from lab.sims.race import RaceFrame
from lab.ui import fonts
from lab.ui.command_palette import Command
from lab.ui.scrub import Tick
from lab.ui.theme import manager

if TYPE_CHECKING:
    from lab.panels.race.surface import SurfaceView
    from lab.panels.race.surface_camera import Camera


#: In a panel lower than this, in pixels at 100 % text, the rule in numbers gives way to the stage.
LOW = 300

#: Played faster, in steps a second, a leaderboard is seen to move rather than read.
LEGIBLE = 40.0


class RaceView(Pictured):
    """Press places a start at that very pixel; a flag or head is dragged; a right press removes a flag."""

    # -- building ----------------------------------------------------------------------------------------------

    def build(self) -> None:
        """Make everything once; `show_run` and `show_frame` fill it."""
        self._look: RaceViewState = self.experiment.view_state
        self._test_loss = above_minimum(self.config.landscape)
        self._frame: RaceFrame = self.experiment.frame()
        self._looks: tuple[Look, ...] = ()
        self._landscape: Landscape | None = None
        self._ghost: RaceGhost | None = None
        self._drags, self._firsts = Drags(), record.Firsts()
        self._numbers = False
        self._focus_kept, self._shown = FocusKept(), self.config
        self._crowd_met = CrowdMet()
        self._presets = [(p.id, p.make().config) for p in self.experiment.spec.presets]
        self.stage = RaceStage(self.jobs)
        self.hands = Hands(self.stage, self.experiment, self)
        self.equation = EquationStrip()
        self.proof = self.equation.proof
        self.setup = SetupOverlay(self.experiment)
        self.stage.overlays.corners.add(self.setup, "tr", RIGHT, TOP, needed=True)
        self.stages = Stages(self.stage, self.jobs)
        self.stages.made.connect(self._on_surface_made)
        self.stages.camera_chosen.connect(self._on_camera_chosen)
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
        beside = self._inspector = Inspector(self)
        self.racers, self.focus_card = beside.menu, beside.focus
        self.board, self.table, self.leaderboard = beside.board, beside.table, beside.board.board
        self.plot_card, self.fair_note = beside.plot, beside.fair_note
        self._in_focus = InFocus(self.experiment, self.stage, self.focus_card, self.equation, self.schedule)
        self.buttons = RaceButtons(self)
        self.header.preset_chosen.connect(self.choose_preset)
        self.more_menu.addAction("Show everything", self.stage.go_home)
        self.more_menu.addAction("Copy rule as LaTeX", self._on_copy_latex)
        self.hands.touched.connect(self.touched)
        self.stage.failed.connect(self.experiment.failed)
        self.hands.focus_wanted.connect(self._on_focus_wanted)
        self.hands.menu_wanted.connect(self._on_menu_wanted)
        self.hands.told.connect(self.notice.say)
        self.stage.view_chosen.connect(self._on_view_chosen)
        self.stage.overlays.apart.closed.connect(partial(self.set_look, apart=False))
        self.stage.overlays.apart.phase_chosen.connect(lambda phase: self.set_look(phase=phase))
        self.stage.overlays.derivative.closed.connect(partial(self.set_look, difference=False))
        self.stage.overlays.derivative.changed.connect(lambda name, value: self.set_look(**{name: value}))
        self.setup.closed.connect(partial(self.set_look, setup=False))
        self.fair.closed.connect(partial(self.set_look, fair=False))
        self.fair.budget_chosen.connect(lambda budget: self.set_look(budget=budget))
        self.fair.tuned.connect(lambda tuned: self.set_look(tuned=tuned))
        self.fair.focused.connect(self.focus_lane)
        self.fair.applied.connect(self._on_fair_race)
        self.equation.copied.connect(self._on_copy_latex)
        self.equation.apart_wanted.connect(lambda on: self.set_look(apart=on))
        manager().changed.connect(self._on_theme_changed)
        self.experiment.playing_changed.connect(self._on_playing_changed)

    # -- showing -----------------------------------------------------------------------------------------------

    def show_run(self) -> None:
        """Adopt the run: landscape, racers, forms."""
        config = self.config
        self._looks = looks(as_they_start(self.experiment.run))
        lane = self._focus_kept.back_in(config, self._shown, self._look.focus_lane, [k.lane for k in self._looks])
        self._shown = config
        if lane is not None:
            self._remember(focus_lane=lane)
        if config.landscape != self._landscape:
            first = self._landscape is None
            self._landscape = config.landscape
            self.stage.adopt(config.landscape, self._look.world if first else (), config.starts)
            self.hands.read_again()
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
        """Let the header name the preset that this is, or one on its kind of landscape, or else the landscape."""
        box, landscape = self.header.presets, self.config.landscape
        same = [id for id, config in self._presets if config == self.config]
        akin = [id for id, config in self._presets if type(config.landscape) is type(landscape)]
        nearest = [id for id, config in self._presets if config.landscape == landscape]
        if same:
            box.set_value(same[0])
        elif not akin:
            box.show_other(f"{LANDSCAPES.title_of(type(landscape))} · no preset")
        elif box.value not in akin:
            box.set_value((nearest or akin)[0])

    def show_frame(self, frame: RaceFrame) -> None:
        """Draw one frame."""
        self._frame = frame
        if changes := self._crowd_met.changes(int(np.count_nonzero(frame.present)), crowded(frame), self._look):
            self._remember(**changes)
        focus = self._focus()
        trace = self.experiment.timeline.trace
        # Before words look for room: what is about to go is not in their way.
        self.stage.overlays.hint.setVisible(frame.step == 0 and not self._look.card_open)
        self.stage.playing = self.experiment.playing
        self.stage.show_drags(self._drags.of(self.experiment.run), frame)
        self.stage.show_frame(frame, self._looks, focus, trace)
        self.stages.show_frame(frame, self._looks, focus, trace)
        self.stage.show_ghost(self._ghost, frame.step, focus)
        self._in_focus.show(frame, self._looks, focus, self._look)
        self.proof.show_subjects(subjects(frame, focus.lane, self.config))
        # Numbers that change sixty times a second can't be read: then every other frame has them.
        self._numbers = not (self._numbers and self.experiment.playing and self.experiment.speed > LEGIBLE)
        if self._numbers:
            self._inspector.show_board(frame, self._looks, focus, self._look, self._test_loss, self._ghost)
        if self._look.table:
            # Its rows are those of this frame.
            self._make_room()
        self.plot_card.show_frame(frame, self._looks, focus, trace, self.experiment.horizon, self._ghost)
        self.setup.show_frame(frame)
        if self._look.schedule:
            self._in_focus.show_schedule(frame, focus)
        self.fair.show_frame(frame, self._looks, focus.lane)
        self.fair_note.setVisible(self._which.is_tuned(self.experiment, frame, self._look.tuned))

    def show_progress(self, fraction: float) -> None:
        """Veil the stage while a long seek replays."""
        self.stage.set_dim(0.0 if fraction < 0 else 0.45)

    @property
    def frame(self) -> RaceFrame:
        """What is shown."""
        return self._frame

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

    def ticks(self) -> tuple[Tick, ...]:
        """Start, targets reached, racers diverged, and what the hand did."""
        return record.ticks(self.experiment.run, self.experiment.timeline.marks, self._looks, self._firsts)

    # -- choices -----------------------------------------------------------------------------------------------

    def commands(self) -> list[Command]:
        """What the command palette offers."""
        return commands(self)

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

    def keyboard_home(self) -> QWidget:
        """The stage."""
        return self.stage

    def squeeze(self, on: bool) -> None:
        """Shorter labels where the inspector is narrow."""
        self.focus_card.squeeze(on)

    def _follow_look(self) -> None:
        self.buttons.layers.follow(self._look, self.config.landscape)
        self.equation.show_apart(self._look.apart)
        self.buttons.follow(self._look, self.stage.flat)
        self.setup.setVisible(self._look.setup)
        self.schedule.setVisible(self._look.schedule)
        self.table.setVisible(self._look.table)
        self.schedule.set_axis(self._look.schedule_axis)
        self.stages.set_look(self._look)
        self.fair.show_look(self._look, self._looks)
        self.fair_note.setText(f"fair: {self._look.tuned.budget.trials} trials each")
        self.stage.set_look(self._look)
        self._make_room()
        self.plot_card.show_quantity(self._look.plot)

    def _make_room(self) -> None:
        """Let the landscape lie beside the card that is open, and above the table."""
        open_cards = (card for card in (self.setup, self.schedule, self.fair) if not card.isHidden())
        self.stage.make_room(next(open_cards, None), None if self.table.isHidden() else self.table)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Of a low panel the stage needs all there is.
        self.equation.setVisible(self.height() >= LOW * max(1.0, fonts.scale()))

    def _on_camera_chosen(self, camera: Camera | None) -> None:
        self._remember(camera=() if camera is None else (camera.azimuth, camera.elevation, camera.zoom))

    def _on_surface_made(self, view: SurfaceView) -> None:
        view.dropped.connect(self.hands.drop)
        view.taken_back.connect(self.hands.take_back)
        view.removed.connect(self.hands.remove)
        view.focus_wanted.connect(self._on_focus_wanted)
        view.menu_wanted.connect(self._on_menu_wanted)
        view.pointed.connect(self.hands.read)

    def _on_menu_wanted(self, lane: int, start: int, at: QPoint) -> None:
        self.racers.offer(lane, at, start)

    def seek(self, step: int) -> None:
        """Go to a step, and stand still there."""
        self.touched.emit()
        self.experiment.set_playing(False)
        self.experiment.seek(min(step, self.experiment.horizon))

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
