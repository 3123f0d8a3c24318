"""What a hand on the stage means: press drops, drag moves, right press removes a start, hovering reads."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPointF, Qt, Signal
from PySide6.QtGui import QMouseEvent

from lab.panels.race.looks import start_name
from lab.panels.race.racers import Pick
from lab.panels.race.scene import RaceStage
from lab.sims.race import LookAt, MoveStart, PlaceStarts, RemoveStart, how_many
from lab.ui.experiment import Experiment

#: A press that moves less than this many pixels picks; more than that drags.
SLOP = 3.0
#: Starts that a line drawn with Shift held drops.
ON_A_LINE = 12
DROP = "Drop a start"


class Hands(QObject):
    """Turns presses on the stage into events of the experiment; one gesture is one entry of undo."""

    touched = Signal()
    #: A racer (lane may be None: keep the present one) and start should be in focus.
    focus_wanted = Signal(object, int)
    #: What can be done with a racer (lane) and its start is asked for, at a place (QPoint) on the screen.
    menu_wanted = Signal(int, int, object)
    #: Something was done that the eye may miss: a line of words.
    told = Signal(str)

    def __init__(self, stage: RaceStage, experiment: Experiment, parent: QObject) -> None:
        super().__init__(parent)
        self._stage = stage
        self._experiment = experiment
        self._held: Pick | None = None
        self._press_at: QPointF | None = None
        self._moving = False
        self._placed = False
        self._line_from: QPointF | None = None
        stage.pressed.connect(self._on_pressed)
        stage.dragged.connect(self._on_dragged)
        stage.released.connect(self._on_released)
        stage.hovered.connect(self._on_hovered)
        stage.view_changed.connect(self.read_again)
        stage.entered.connect(lambda at: self.drop(stage.point_at(at)))

    def _on_pressed(self, event: QMouseEvent) -> None:
        self.touched.emit()
        picked = self._stage.racers.pick(self._stage, event.position())
        if event.button() == Qt.MouseButton.RightButton and picked is not None:
            if picked.lane is None:
                self.remove(picked.start)
            else:
                # With a start go all its racers: who points at one of them is asked first.
                self.menu_wanted.emit(picked.lane, picked.start, event.globalPosition().toPoint())
        elif event.button() == Qt.MouseButton.LeftButton:
            self._press_at = event.position()
            self._held = picked
            self._moving = self._placed = False
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self._held = None
                self._line_from = event.position()
                self._experiment.begin_gesture("Drop a line of starts")
            elif picked is None:
                self._place(self._stage.point_at(event.position()))
            else:
                self.focus_wanted.emit(picked.lane, picked.start)

    def drop(self, point: tuple[float, ...]) -> None:
        """Drop a start where another view or a key asks for it; as a press on the stage, one entry of undo."""
        self.touched.emit()
        self._placed = False
        self._place(point)
        self._end()

    def remove(self, start: int) -> None:
        """Take a start away, with all racers from it, and say how it comes back."""
        self.touched.emit()
        if self._experiment.do(RemoveStart(start), f"Remove start {start_name(start)}"):
            self.told.emit(f"Start {start_name(start)} removed · Ctrl+Z brings it back")

    def take_back(self) -> None:
        """Undo the drop that has just been made, if it was the last thing done."""
        if self._experiment.history.undo_label == DROP:
            self._experiment.set_playing(False)
            self._experiment.undo()

    def _place(self, point: tuple[float, ...]) -> None:
        self._experiment.begin_gesture(DROP)
        if self._experiment.do(PlaceStarts((point,)), DROP):
            self._held = Pick(self._starts_given() - 1, None)
            self._moving = self._placed = True
            self.focus_wanted.emit(None, self._held.start)

    def _draw_line(self, to: QPointF) -> None:
        """Starts evenly along the line that the hand draws."""
        begin = self._line_from
        assert begin is not None
        points = tuple(self._stage.point_at(begin + (to - begin) * (i / (ON_A_LINE - 1))) for i in range(ON_A_LINE))
        self._placed = self._experiment.do(PlaceStarts(points), "Drop a line of starts")

    def _starts_given(self) -> int:
        """How many starts were ever given: the frame may still be on its way to the cursor's step."""
        run, dim = self._experiment.run, self._experiment.run.config.landscape.dim
        return len(run.config.starts) + sum(how_many(event, dim) for _, event in run.events())

    def _on_dragged(self, event: QMouseEvent) -> None:
        held, start = self._held, self._press_at
        if self._line_from is not None:
            self._draw_line(event.position())
            self.read(self._stage.point_at(event.position()))
            return
        if held is None or start is None or not event.buttons() & Qt.MouseButton.LeftButton:
            return
        if not self._moving:
            moved = event.position() - start
            if max(abs(moved.x()), abs(moved.y())) < SLOP:
                return
            self._moving = True
            self._experiment.begin_gesture(f"Drag start {start_name(held.start)}")
        plot = self._stage.plot
        inside = QPointF(
            min(max(event.position().x(), plot.left()), plot.right()),
            min(max(event.position().y(), plot.top()), plot.bottom()),
        )
        point = self._stage.point_at(inside)
        self._experiment.do(MoveStart(held.start, point, held.lane), "Drag")
        # No hovering is told of while a button is held: what is read would stay where the drag began.
        self._stage.show_pointer(point)
        self.read(point)

    def _on_released(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._press_at is None:
            return
        self._end()

    def _end(self) -> None:
        """The gesture is over."""
        self._held = self._press_at = self._line_from = None
        self._experiment.end_gesture()
        step = self._experiment.step
        stopped_midway = not self._experiment.playing and 0 < step < self._experiment.horizon
        if self._placed and not stopped_midway:
            # Whoever drops a point wants to see it run, unless time was stopped on purpose.
            self._experiment.set_playing(True)

    def _on_hovered(self, position: QPointF | None) -> None:
        stage = self._stage
        stage.show_pointer(None if position is None else stage.point_at(position))
        if position is None:
            self.read(None)
            return
        picked = stage.racers.pick(stage, position)
        stage.setCursor(Qt.CursorShape.PointingHandCursor if picked else Qt.CursorShape.CrossCursor)
        self.read(stage.point_at(position))

    def read_again(self) -> None:
        """Read what now lies under a pointer that stood still while the view, or the landscape, changed."""
        if not self._stage.overlays.readout.isHidden():
            at = self._stage.under
            inside = at is not None and self._stage.plot.contains(at)
            self.read(self._stage.point_at(at) if at is not None and inside else None)

    def read(self, point: tuple[float, ...] | None) -> None:
        """Show the value and gradient at a point of the landscape, wherever it is pointed at; None shows nothing."""
        if point is None:
            self._stage.overlays.readout.hide()
            return
        value, gradient = self._experiment.probe(LookAt(point))
        self._stage.overlays.show_readout(point, value, gradient)
