"""The skeleton every panel shares: header, banner, stage, equation strip, inspector."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QMenu, QSplitter, QVBoxLayout, QWidget

from lab.ui.aside import Aside
from lab.ui.command_palette import Command
from lab.ui.experiment import Experiment
from lab.ui.inspector import Inspector
from lab.ui.jobs import Jobs
from lab.ui.panel_header import PanelHeader
from lab.ui.playhead import Playhead
from lab.ui.scrub import Tick
from lab.ui.theme import tokens
from lab.ui.widgets import ErrorBanner
from lab.ui.widgets.layout import fill
from lab.ui.widgets.notice import Notice

log = logging.getLogger(__name__)


class Panel(QWidget):
    """Builds the skeleton, shows frames, keeps failures inside the panel; what the shell may ask of every panel.

    Base of `lab.ui.panel_view.PanelView`, which is the one to derive from.
    """

    #: Ticks for the timeline changed.
    ticks_changed = Signal()
    #: The hand touched this panel: the transport should control it.
    touched = Signal()
    #: A frame was drawn: what is under the cursor, as it is now seen.
    frame_shown = Signal(object)
    #: A ready-made experiment has taken the place of what was here.
    preset_loaded = Signal()

    def __init__(self, experiment: Experiment, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(experiment.spec.title)
        self.experiment = experiment
        self.jobs = jobs
        self.header = PanelHeader(experiment.spec)
        self.banner = ErrorBanner()
        #: Says that something was done which nothing else shows: "Copied: …".
        self.notice = Notice(self, self._notice_room)
        self.stage_column = QVBoxLayout()
        #: Where the inspector stands, and how wide it is.
        self._side = Inspector(self, self.header.fold)
        self._side.squeezed.connect(self.squeeze)
        self._side.left.connect(self._on_inspector_left)
        self.inspector, self.inspector_column = self._side.content, self._side.column
        #: What scrolls the inspector.
        self.inspector_scroll = self._side.scroll
        self.export_menu = QMenu(self)
        self.more_menu = QMenu(self)
        #: The panel's lessons; the window fills it whenever it opens.
        self.lesson_menu = QMenu(self)
        self.header.export.setMenu(self.export_menu)
        self.header.lesson.setMenu(self.lesson_menu)
        self.header.more.setMenu(self.more_menu)
        self.header.more.setPopupMode(self.header.more.ToolButtonPopupMode.InstantPopup)
        gap = tokens()["size_px"]["gap"]
        fill(self.stage_column, (), (0, 0, 0, 0), gap)
        #: What stands beside stage and inspector, such as a lesson.
        self.aside = Aside(self, self._side)
        body = self.aside.stand_beside(self._side.stand_beside(self.stage_column))
        self._playhead = Playhead(experiment)
        self._whole = QVBoxLayout(self)
        fill(self._whole, (self.banner, (body, 1), self._playhead), (gap, 0, gap, gap), 8)
        self.header.fold.clicked.connect(self.toggle_inspector)
        self._broken = False
        self._dirty = True
        self._in_front = True
        self._marks_shown: tuple[int, int] = (0, 0)

    def _follow_experiment(self) -> None:
        """From now on, once it is built, the panel shows what its experiment does."""
        self.experiment.moved.connect(self._on_moved)
        self.experiment.edited.connect(self._on_edited)
        self.experiment.failed.connect(self._on_failed)
        self.experiment.progressed.connect(self.show_progress)

    # -- for the panel to fill -----------------------------------------------------------------------------------

    def build(self) -> None:
        """Make the stage, the inspector and the equation strip; called once."""
        raise TypeError(f"{type(self).__name__} builds nothing")

    def show_frame(self, frame: Any) -> None:
        """Draw one frame."""
        raise TypeError(f"{type(self).__name__} shows nothing")

    def show_run(self) -> None:
        """The run itself changed: forms, legends, ticks."""

    def show_progress(self, fraction: float) -> None:
        """A long seek is under way (0 to 1), or has arrived (negative)."""

    def ticks(self) -> tuple[Tick, ...]:
        """What happened along the run."""
        return ()

    def export_csv(self) -> str:
        """The panel's plots as CSV text."""
        return ""

    def paint_vector(self, painter: QPainter, area: QRectF) -> None:
        """Draw the stage as vectors into `area`."""

    def picture_of(self) -> QWidget:
        """The widget that a picture of the stage shows."""
        return self

    def for_the_hand(self) -> Sequence[QWidget]:
        """What lies over the stage for the hand alone: its pictures and films are made without it."""
        return ()

    def thumbnail(self, size: QSize) -> QImage:
        """A small picture of the panel for the start page."""
        raise TypeError(f"{type(self).__name__} has no picture")

    def choose_preset(self, id: str) -> None:
        """Load a ready-made experiment; undo brings the present one back."""
        preset = self.experiment.spec.preset(id)
        self.experiment.set_playing(False)
        if self.experiment.set_run(preset.make(), f"Load {preset.title}"):
            self.preset_loaded.emit()

    def take_look(self, look: Any) -> None:
        """Look at the run in another way: `look` is a view state, e.g. that of a lesson's page."""
        self.experiment.view_state = look
        self.refresh()

    def commands(self) -> list[Command]:
        """What the panel adds to the command palette."""
        return []

    def keyboard_home(self) -> QWidget:
        """What takes the keyboard when no control needs it."""
        return self

    def squeeze(self, on: bool) -> None:
        """The panel is narrow: what is in the inspector does with less, e.g. with shorter labels."""

    def close_front(self) -> bool:
        """Close the card in front, as Esc asks; False when none is open."""
        return False

    # -- shared --------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw the present state now; a view that fails says so once and stays as it was."""
        self._dirty = False
        try:
            frame = self.experiment.frame()
            self.show_frame(frame)
        except Exception as failure:
            if not self._broken:
                log.exception("the panel %s failed to draw", self.experiment.panel)
                self.banner.show_error(f"This panel could not be drawn: {failure}", lasting=True)
            self._broken = True
            self.experiment.set_playing(False)
        else:
            if self._broken:
                self.banner.clear()
            self._broken = False
            self.frame_shown.emit(frame)
        marks = self.experiment.timeline.marks
        if (id(marks), len(marks)) != self._marks_shown:
            self._marks_shown = (id(marks), len(marks))
            self.ticks_changed.emit()

    @property
    def seen(self) -> bool:
        """Whether this panel is drawn and stepped: it is shown, and no other tab lies over it."""
        return self._in_front and self.isVisible()

    def set_in_front(self, on: bool) -> None:
        """Its tab was chosen or left: Qt only moves the others aside, `isVisible` stays true for them."""
        self._in_front = on
        self._catch_up()

    def set_among(self, several: bool, active: bool) -> None:
        """Whether several panels are seen, and the transport controls this one: only then it says where it stands."""
        self.header.set_active(several and active)
        self._playhead.set_active(active)
        if self._playhead.isHidden() == several:
            self._playhead.set_shown(several)
            gap = tokens()["size_px"]["gap"]
            # The line takes the room below, and gives the rest of it back.
            self._whole.setContentsMargins(gap, 0, gap, 4 if several else gap)

    def _catch_up(self) -> None:
        if self._dirty and self.seen:
            self.show_run()
            self.refresh()
            self.ticks_changed.emit()

    def _on_moved(self) -> None:
        if self.seen:
            self.refresh()
        else:
            self._dirty = True

    def _on_edited(self) -> None:
        self.banner.pass_by()
        if self.seen:
            self.show_run()
            self.ticks_changed.emit()
        else:
            self._dirty = True

    def _on_failed(self, message: str) -> None:
        self.banner.show_error(message)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._catch_up()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A panel that floats is its own window: Esc would not come to the lab's.
        if event.key() == Qt.Key.Key_Escape and self.close_front():
            event.accept()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.touched.emit()
        super().mousePressEvent(event)

    def look_like(self, other: Panel) -> None:
        """Take another view's size, and how the hand divided the room: inspector, splitters, what is scrolled to."""
        self._side.choose_like(other._side)
        self.set_among(not other._playhead.isHidden(), False)
        # What stands aside there is no part of the picture, and the stage is to be as large as it is seen.
        self.resize(other.aside.rest)
        for mine, theirs in zip(self.findChildren(QSplitter), other.findChildren(QSplitter), strict=False):
            mine.setSizes(theirs.sizes())
        self._side.scroll_like(other._side)

    @property
    def pictured(self) -> QRect:
        """What a picture of the whole panel shows: all but its banner and what stands aside."""
        return self.aside.body

    def _notice_room(self) -> QRect:
        return self.aside.beside

    def _on_inspector_left(self) -> None:
        self.keyboard_home().setFocus()

    @property
    def inspector_shown(self) -> bool:
        """Whether the inspector stands beside the stage, or is folded away."""
        return self._side.shown

    def toggle_inspector(self) -> None:
        """Fold the inspector away or show it; a narrow panel and a wide one each remember what was chosen."""
        self.touched.emit()
        self._side.toggle()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.aside.follow()
        self._side.follow()
