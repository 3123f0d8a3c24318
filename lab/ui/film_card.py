"""The card that asks which stretch of the timeline becomes a film, says how large that is, and shows it being made."""

from __future__ import annotations

import io
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QCursor, QImage, QKeyEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QProgressBar, QWidget

from lab.core.errors import BadValue, LabError
from lab.core.ticket import Ticket
from lab.ui.export import picture
from lab.ui.filming import Cut, Filming, pixels_of
from lab.ui.floating import FloatingCard
from lab.ui.moving import FORMATS, Film
from lab.ui.panel import Panel
from lab.ui.widgets import Button, Segmented, Text, TypedNumber, row
from lab.ui.widgets.layout import add

WIDTH = 384
#: A film of a long run takes so many frames unless more are asked for.
USUAL_FRAMES = 240
USUAL_FPS = 25
FILTER = "Moving pictures (*.gif *.png *.apng *.webp)"
MEGABYTE = 1e6


class FilmCard(FloatingCard):
    """From step, to step, every so many; speed, size, what is shown and the format."""

    def __init__(self, view: Panel) -> None:
        super().__init__(view, "Animation", WIDTH)
        self._view = view
        self.filming: Filming | None = None
        self._largest = 0
        self.first, self.last, self.every, self.fps = (
            TypedNumber(name) for name in ("From step", "To step", "Every so many steps", "Frames per second")
        )
        for box in self.boxes:
            box.setToolTip(box.accessibleName())
            box.setMaximumWidth(90)
            box.textEdited.connect(lambda _: self._preview())
        self.scale = Segmented([(1.0, "1×"), (2.0, "2×")], "Size")
        self.whole = Segmented([(False, "Stage"), (True, "Whole panel")], "What is shown")
        self.format = Segmented([(".gif", "GIF"), (".png", "APNG"), (".webp", "WebP")], "Format")
        for choice, tip in (
            (self.scale, "Pixels for each of the screen's"),
            (self.whole, "The stage alone, or with equation, leaderboard and plots"),
            (self.format, "GIF: everywhere, 256 colours. APNG and WebP: every colour; WebP is the smaller"),
        ):
            choice.setToolTip(tip)
            choice.chosen.connect(lambda _: self._preview())
        self.words = Text("", "caption", wrap=True)
        self.message = Text("", "caption", role="error", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Film under way")
        self.cancel = Button("Cancel", "x", tooltip="Stop; no file is left")
        self.cancel.clicked.connect(self.stop)
        self.go = Button("Save…", "floppy-disk", kind="primary", tooltip="Choose a file; its suffix is the format")
        self.go.clicked.connect(self.choose_file)
        labels = [Text(word, "caption", role="muted") for word in ("from", "to", "every", "frames/s")]
        steps = row(labels[0], (self.first, 2), labels[1], (self.last, 2), labels[2], (self.every, 1), spacing=8)
        self._inputs = QWidget()
        self._inputs.setLayout(steps)
        add(
            self.box,
            self._inputs,
            row(labels[3], self.fps, None, self.scale),
            row(self.whole, None, self.format),
            self.words,
            self.message,
            self.bar,
            row(None, self.cancel, self.go),
        )
        self._follow()

    @property
    def boxes(self) -> tuple[TypedNumber, ...]:
        """The numbers that are typed."""
        return self.first, self.last, self.every, self.fps

    def open(self) -> None:
        """Show the card with the whole run so far, near the pointer where that is over the panel."""
        experiment = self._view.experiment
        if self.filming is None:
            # Nothing has been run yet: what the timeline spans.
            last = max(experiment.timeline.frontier, experiment.step) or experiment.horizon
            every = max(1, -(-last // USUAL_FRAMES))
            for box, value in zip(self.boxes, (0, last, every, USUAL_FPS), strict=True):
                box.setText(str(value))
        self._preview()
        here = self._view.mapFromGlobal(QCursor.pos())
        if not self._view.rect().contains(here):
            here = QPoint(self._view.width() - self.width(), 0)
        self.float_at(here, self.last if self.filming is None else self.cancel)

    def choose_file(self) -> None:
        """Ask where the film goes, and make it."""
        try:
            cut = self._cut()
        except BadValue as bad:
            self._complain(bad)
            return
        name = self._view.experiment.name.lower().replace(" ", "-")
        suggested = Path.home() / f"{name}-{cut.first}-{cut.last}{self.format.value}"
        chosen, _ = QFileDialog.getSaveFileName(self, "Save animation", str(suggested), FILTER)
        if chosen:
            path = Path(chosen)
            self.make(path if path.suffix else path.with_suffix(str(self.format.value)), cut)

    def make(self, path: Path, cut: Cut | None = None) -> None:
        """Make the film; what can't be done is said in one line, and the card stays."""
        try:
            filming = Filming(self._view, self._cut() if cut is None else cut, path, self)
        except LabError as refused:
            self._complain(refused)
            return
        self.filming = filming
        self.words.setText(f"Making {path.name}. The panel can be used meanwhile.")
        filming.progressed.connect(partial(self._on_progressed, path.name))
        filming.ended.connect(partial(self._on_ended, path))
        self.bar.setValue(0)
        self._complain(None)
        self._follow()
        filming.start()

    def stop(self) -> None:
        """Cancel the film that is under way."""
        if self.filming is not None:
            self.filming.cancel()

    def leave(self) -> None:
        self.stop()
        super().leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.filming is None:
            self.choose_file()
        else:
            super().keyPressEvent(event)

    def _on_progressed(self, name: str, done: float) -> None:
        self.bar.setValue(round(1000 * done))
        if self.filming is not None and (expected := self.filming.bytes_expected):
            self.words.setText(f"Making {name}, about {_size(expected)} MB. The panel can be used meanwhile.")

    def _on_ended(self, path: Path, why: str) -> None:
        filming, self.filming = self.filming, None
        if filming is not None:
            filming.deleteLater()
        # The hand may be elsewhere by now, and stays there.
        held = self.isAncestorOf(QApplication.focusWidget() or self)
        self._follow()
        if not why:
            self.words.setText(f"Saved {path.name}, {path.stat().st_size / MEGABYTE:.1f} MB")
        elif why == "cancelled":
            self.words.setText("Cancelled; no file was left.")
        else:
            self._complain(BadValue("", why))
        if self.isVisible():
            self.settle()
            if held:
                self.go.setFocus(Qt.FocusReason.OtherFocusReason)

    # -- what it will be ---------------------------------------------------------------------------------------------

    def _cut(self) -> Cut:
        names = ("from", "to", "every", "frames/s")
        first, last, every, fps = (
            int(box.number(name, whole=True)) for box, name in zip(self.boxes, names, strict=True)
        )
        return Cut(first, last, every, fps, float(self.scale.value), bool(self.whole.value))

    def _preview(self) -> None:
        try:
            cut = self._cut()
        except BadValue as bad:
            self._complain(bad)
            self.words.setText("")
            self.settle()
            return
        self._complain(None)
        shown = self._view if cut.whole else self._view.picture_of()
        size = self._view.aside.rest if cut.whole else shown.size()
        self.words.setText(_described(cut, size))
        self.settle()
        # Only what differs from the frame before is stored: how much that is, nobody knows before it is made.
        self._view.jobs.submit(
            (id(self), "size"),
            _one_frame,
            picture(shown, cut.scale, () if cut.whole else self._view.for_the_hand()),
            FORMATS[str(self.format.value)],
            done=partial(self._on_measured, cut, size),
            owner=self,
        )

    def _on_measured(self, cut: Cut, shown: QSize, size: int) -> None:
        if self.filming is None and not self.message.isVisibleTo(self):
            shares = FORMATS[str(self.format.value)].SHARES
            least, most = (size * (1 + share * (len(cut.steps) - 1)) for share in shares)
            self.words.setText(_described(cut, shown, least, most))
            self.settle()

    def _complain(self, refused: LabError | None) -> None:
        path = refused.path if isinstance(refused, BadValue) else ""
        self.message.setText("" if refused is None else str(refused))
        self.message.setVisible(refused is not None)
        self.words.setVisible(refused is None)
        self.go.setEnabled(refused is None or path in ("", "file"))
        for box, name in zip(self.boxes, ("from", "to", "every", "frames/s"), strict=True):
            box.set_bad(path == name)
        if self.isVisible():
            self.settle()

    def _follow(self) -> None:
        """While a film is made its settings stand still."""
        busy = self.filming is not None
        self.leaves = not busy
        for widget in (*self.boxes, self.scale, self.whole, self.format, self.go):
            widget.setEnabled(not busy)
        self.bar.setVisible(busy)
        self.cancel.setVisible(busy)
        if busy and self.isVisible():
            self.settle()
            self.cancel.setFocus(Qt.FocusReason.OtherFocusReason)


def _described(cut: Cut, shown: QSize, least: float = 0, most: float = 0) -> str:
    """How many frames of which size, how long they take, and how large the file usually is (0: not known yet)."""
    count, (width, height) = len(cut.steps), cut.size(shown)
    words = f"{count:,} frame{'s' if count > 1 else ''} of {width:,} × {height:,} px,  {count / cut.fps:.1f} s"
    if not most:
        return words
    sizes = dict.fromkeys((_size(least), _size(most)))
    return f"{words},  about {' to '.join(sizes)} MB"


def _size(size: float) -> str:
    """Bytes as megabytes, in two digits or so."""
    return f"{max(size / MEGABYTE, 0.1):.1f}" if size < 10 * MEGABYTE else f"{size / MEGABYTE:,.0f}"


def _one_frame(ticket: Ticket, image: QImage, made: type[Film]) -> int:
    """How many bytes a picture takes as a film's first frame."""
    pixels = pixels_of(image)
    held = io.BytesIO()
    film = made(held, (image.width(), image.height()), 1, 1)
    ticket.check()
    film.prepare([pixels])
    ticket.check()
    film.add(pixels)
    return held.tell()
