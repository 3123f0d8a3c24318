"""A stretch of a panel's timeline as a moving picture, drawn while the user goes on working.

The film is shot from a copy: a fork of the panel's timeline, shown by a view of its own that never comes to the
screen. So the user's cursor, looks and trails are not touched, and what the film shows of a step is what the panel
shows of it. Drawing happens on the GUI thread, a frame at a time and only when the copy's own background work is done;
encoding happens in a thread, one frame behind.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from lab.core.errors import BadValue, LabError
from lab.core.replacing import Replacement
from lab.core.ticket import Ticket
from lab.core.timeline import SHARED_BUDGET, SnapshotBudget
from lab.ui.experiment import Experiment
from lab.ui.export import picture
from lab.ui.jobs import Jobs
from lab.ui.moving import Film, Pixels, format_of
from lab.ui.panel import Panel
from lab.ui.proof import CanBeChecked

#: Seconds of replay in one turn of the event loop, and milliseconds between two turns.
SLICE, TURN_MS = 0.008, 4
#: More frames than this, or faster ones, are refused: a GIF can't be shown faster.
MOST_FRAMES, FASTEST = 2000, 50
#: So many frames are looked at for a palette before the first is written.
SAMPLES = 5
BUDGET = 32 << 20


@dataclass(frozen=True, slots=True)
class Cut:
    """Which part of a timeline is filmed, and how.

    Attributes
    ----------
    first, last : int
        The first step, and the one that the last frame does not go beyond.
    every : int
        Steps from one frame to the next.
    fps : int
        Frames per second.
    scale : float
        Pixels for each of the screen's.
    whole : bool
        The whole panel instead of its stage.

    Raises
    ------
    BadValue
        For a stretch without steps, or with more frames than are allowed.
    """

    first: int
    last: int
    every: int = 1
    fps: int = 25
    scale: float = 1.0
    whole: bool = False

    def __post_init__(self) -> None:
        for name, value, least in (("from", self.first, 0), ("every", self.every, 1), ("frames/s", self.fps, 1)):
            if value < least:
                raise BadValue(name, f"{value} is below {least}")
        if self.last < self.first:
            raise BadValue("to", f"{self.last:,} comes before {self.first:,}")
        if self.fps > FASTEST:
            raise BadValue("frames/s", f"{self.fps} is above {FASTEST}, the most that a GIF can show")
        if len(self.steps) > MOST_FRAMES:
            needed = -(-(self.last - self.first + 1) // MOST_FRAMES)
            raise BadValue("every", f"{len(self.steps):,} frames: at most {MOST_FRAMES:,}, so at least every {needed}")

    @property
    def steps(self) -> range:
        """The steps that are shown."""
        return range(self.first, self.last + 1, self.every)

    @property
    def samples(self) -> list[int]:
        """Steps spread over the film, with its first and its last: what its colours are chosen from."""
        steps = self.steps
        spread = np.linspace(0, len(steps) - 1, min(SAMPLES, len(steps))).round().astype(int)
        return [steps[i] for i in spread.tolist()]

    def size(self, shown: QSize) -> tuple[int, int]:
        """Width and height in px of what takes `shown` px on the screen."""
        size = shown * self.scale
        return size.width(), size.height()


def pixels_of(image: QImage) -> Pixels:
    """A picture's colours, shape (height, width, 3)."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).copy()


class Filming(QObject):
    """One film under way, from `start` to `ended`.

    Parameters
    ----------
    view : Panel
        The panel that is filmed; only read.
    cut : Cut
        Which part of its timeline.
    path : Path
        The file; its suffix says which format. What is there is replaced when the film is whole.

    Raises
    ------
    BadValue, FileRefused
        For a suffix that is no format's, a picture too large for it, or a place that can't be written.
    """

    #: The fraction done, 0 to 1.
    progressed = Signal(float)
    #: It is over: an empty text when the file is there, "cancelled", or why it could not be made.
    ended = Signal(str)

    def __init__(self, view: Panel, cut: Cut, path: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cut = cut
        made = format_of(path.name)
        steps = cut.steps
        # What stands aside, such as a lesson, is no part of the film.
        size = self._size = cut.size(view.aside.rest if cut.whole else view.picture_of().size())
        self._out: Replacement | None = Replacement(path)
        try:
            self._film: Film = made(self._out.file, size, len(steps), cut.fps)
        except LabError:
            self._out.discard()
            raise
        #: What is still to be drawn: a step, and whether it is only looked at for the palette.
        self._ahead = [(step, True) for step in cut.samples] + [(step, False) for step in steps]
        self._shots = len(self._ahead)
        self._samples: list[Pixels] = []
        #: Bytes that were written when the first frame was, and so far.
        self._first_bytes = self._bytes = 0
        proof = view.proof if isinstance(view, CanBeChecked) and not view.proof.isHidden() else None
        self._proved = None if proof is None else (proof.subjects, proof.proofs)
        self._view, self._jobs = self._copy(view)
        self._encoder = Jobs(inline=view.jobs.inline, parent=self)
        self._moved = self._encoding = False
        self._timer = QTimer(self)
        self._timer.setInterval(TURN_MS)
        self._timer.timeout.connect(self.turn)
        view.destroyed.connect(self.cancel)

    def _copy(self, view: Panel) -> tuple[Panel, Jobs]:
        """The panel once more, as it stands, with everything of its own."""
        state = dataclasses.replace(view.experiment.state(), cursor=0, digest="")
        twin = Experiment(
            view.experiment.panel, view.experiment.spec, state, SnapshotBudget(BUDGET, SHARED_BUDGET.limit), self
        )
        twin.timeline = view.experiment.timeline.fork()
        jobs = Jobs(inline=view.jobs.inline, parent=self)
        shown: Panel = view.experiment.spec.view()(twin, jobs)
        shown.header.setParent(shown)
        shown.header.hide()
        # Laid out and drawn like any window, but never brought to the screen.
        shown.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        shown.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        shown.look_like(view)
        shown.show()
        # Once more: only what is laid out knows what can be divided.
        shown.look_like(view)
        return shown, jobs

    @property
    def running(self) -> bool:
        """Whether the film is still being made."""
        return self._out is not None

    @property
    def bytes_expected(self) -> float:
        """How large the file will be if it goes on as it has begun; 0 as long as there is nothing to tell from."""
        count = len(self._cut.steps)
        done = count - sum(not sample for _, sample in self._ahead)
        if not self._first_bytes or done < min(2, count):
            return 0.0
        each = (self._bytes - self._first_bytes) / max(done - 1, 1)
        return self._first_bytes + each * (count - 1)

    def start(self) -> None:
        """Begin; the event loop does the rest."""
        self._timer.start()

    def cancel(self) -> None:
        """Stop and leave no file."""
        self._end("cancelled")

    def turn(self) -> None:
        """One turn: replay a little, or draw one frame, or wait for what is drawn and encoded elsewhere."""
        if self._out is None or self._encoding:
            return
        if not self._ahead:
            self._encode(self._finish, self._on_finished)
            return
        timeline, (step, sample) = self._view.experiment.timeline, self._ahead[0]
        if not self._moved:
            if timeline.pending != step and timeline.step != step:
                timeline.request(step)
            if timeline.pending is not None:
                deadline = time.perf_counter() + SLICE
                timeline.work(lambda: time.perf_counter() < deadline)
            if timeline.pending is None:
                self._view.refresh()
                self._show_proof()
                self._moved = True
        elif self._jobs.idle:
            # The layout of what has changed is done by now, and so are fields, basins and ghosts.
            self._moved = False
            self._ahead.pop(0)
            image = picture(self._shown(), self._cut.scale, () if self._cut.whole else self._view.for_the_hand())
            self._encode(partial(self._take, image, sample), self._on_taken)

    def _show_proof(self) -> None:
        """Say what the panel says of what is in focus; nothing is checked for a film."""
        if self._proved is not None and isinstance(self._view, CanBeChecked):
            subjects, proofs = self._proved
            self._view.proof.setVisible(subjects == self._view.proof.subjects)
            self._view.proof.show_proofs(proofs)

    def _shown(self) -> QWidget:
        return self._view if self._cut.whole else self._view.picture_of()

    # -- in the encoder's thread -----------------------------------------------------------------------------------

    def _take(self, image: QImage, sample: bool, ticket: Ticket) -> None:
        ticket.check()
        if (image.width(), image.height()) != self._size:
            # All frames of a film are of one size, whatever is rearranged in the course of a run.
            image = image.scaled(*self._size, mode=Qt.TransformationMode.SmoothTransformation)
        pixels = pixels_of(image)
        if sample:
            self._samples.append(pixels)
            return
        if self._samples:
            self._film.prepare(self._samples)
            self._samples = []
        self._film.add(pixels)
        assert self._out is not None
        self._bytes = self._out.file.tell()
        self._first_bytes = self._first_bytes or self._bytes

    def _finish(self, ticket: Ticket) -> None:
        self._film.finish()

    def _guarded(self, ticket: Ticket, work: Callable[[Ticket], None]) -> None:
        """A full disk is told as one line."""
        out = self._out
        assert out is not None
        try:
            work(ticket)
        except OSError as failure:
            raise out.refusal(failure) from None

    # -- back in the GUI's -----------------------------------------------------------------------------------------

    def _encode(self, work: Callable[[Ticket], None], done: Callable[[Any], None]) -> None:
        self._encoding = True
        self._encoder.submit("film", self._guarded, work, done=done, failed=self._end)

    def _on_taken(self, _: None) -> None:
        self._encoding = False
        self.progressed.emit(1.0 - len(self._ahead) / self._shots)

    def _on_finished(self, _: None) -> None:
        out = self._out
        assert out is not None
        try:
            out.commit()
        except LabError as refused:
            self._end(str(refused))
            return
        self._out = None
        self._end("")

    def _end(self, why: str) -> None:
        """Take everything down, once."""
        if why and self._out is None:
            return
        self._timer.stop()
        # A frame that is being encoded ends before its file is taken away.
        self._encoder.shutdown()
        self._jobs.shutdown()
        if self._out is not None:
            self._out.discard()
            self._out = None
        self._view.hide()
        self._view.deleteLater()
        self._view.experiment.close()
        self._samples, self._ahead = [], []
        self.ended.emit(why)
