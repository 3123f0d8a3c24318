"""Recording a lesson: states of a panel with a few words each become the draft of a lesson's file."""

from __future__ import annotations

import logging
import re
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QVBoxLayout, QWidget

from lab import __version__
from lab.core import session as files
from lab.core.errors import BadValue, LabError
from lab.core.lessons import Lesson
from lab.core.lessons.reading import is_shipped
from lab.core.lessons.writing import Draft, DraftPage, in_the_way, to_markdown, write
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.session import Session
from lab.ui import fonts
from lab.ui.aside import USUAL, Leaf
from lab.ui.experiment import FASTEST
from lab.ui.panel import Panel
from lab.ui.widgets import Button, HLine, IconButton, Text, row
from lab.ui.widgets.layout import fill
from lab.ui.widgets.scroller import Scroller

log = logging.getLogger(__name__)

_SUFFIX = ".md"
#: With the names of its sessions, a file system takes it.
_LONGEST_NAME = 80
HELP = "Bring the panel to where a page is to begin, say what is to be read there, and add it."


class _Words(QPlainTextEdit):
    """Some lines of text; Tab leaves it, Esc leaves it for the card."""

    def __init__(self, name: str, hint: str) -> None:
        super().__init__()
        fonts.use(self)
        self.setAccessibleName(name)
        self.setPlaceholderText(hint)
        self.setTabChangesFocus(True)
        self.setMinimumHeight(84)

    def sizeHint(self) -> QSize:
        return QSize(200, 120)


class RecorderCard(Leaf):
    """The form: a title, the pages so far, and the next page in the making."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleName("Record a lesson")
        self.title = _line("Title of the lesson")
        self.pages = QVBoxLayout()
        fill(self.pages, (), (0, 0, 0, 0), 2)
        self.page_title = _line("Title of the page")
        self.text = _Words("Text of the page", "What is to be read there: Markdown with $formulas$")
        self.add = Button("Add page", "plus", tooltip="With the panel's present state, at the step under its cursor")
        self.save = Button("Save draft…", "floppy-disk")
        self.open_draft = Button("Open as a lesson", kind="primary")
        self.said = Text("", "body", role="muted", wrap=True)
        self.close_button = IconButton("x", "Close the recording (Esc)", size=14)
        self.close_button.clicked.connect(self.closed)
        inside = QWidget()
        inside.setObjectName("scrolled")
        fill(
            QVBoxLayout(inside),
            (self.title, self.pages, HLine(), Text(HELP, "body", role="muted", wrap=True), self.page_title, self.text,
             row(self.add, None), HLine(), self.said, row(self.save, self.open_draft, None), None),
            (16, 4, 12, 14),
            10,
        )  # fmt: skip
        head = row(Text("Record a lesson", "strong"), None, self.close_button, margins=(16, 8, 8, 4))
        fill(QVBoxLayout(self), (head, (Scroller("Recording", inside), 1)), (0, 0, 0, 0), 4)
        self.said.hide()
        self.open_draft.hide()

    def lie_flat(self, on: bool) -> None:
        """The same form, wider and lower: it scrolls."""

    def flat_height(self, width: int, most: int) -> int:
        return max(most, 90)

    def say(self, words: str, *, wrong: bool = False) -> None:
        """Say something in one line below the form."""
        self.said.set_role("warn" if wrong else "muted")
        self.said.setText(words)
        self.said.setVisible(bool(words))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def _line(name: str) -> QLineEdit:
    line = QLineEdit()
    fonts.use(line)
    line.setAccessibleName(name)
    line.setPlaceholderText(name)
    return line


class Recorder(QObject):
    """Records pages in one panel and writes them as a draft.

    Parameters
    ----------
    view : Panel
        Whose states are recorded.
    panels : Family
        What the draft is read back with.
    folder : Path
        Where drafts are kept unless another place is chosen.
    """

    closed = Signal()
    #: A draft was written: the `Lesson` as read back.
    saved = Signal(object)
    #: The draft is to be opened.
    open_wanted = Signal(object)

    def __init__(self, view: Panel, panels: Family[PanelSpec], folder: Path) -> None:
        super().__init__(view)
        self._view, self._panels, self._folder = view, panels, folder
        self.pages: list[DraftPage] = []
        self._lines: list[QWidget] = []
        self._draft: Lesson | None = None
        self.card = RecorderCard()
        self.card.add.clicked.connect(self.add_page)
        self.card.page_title.returnPressed.connect(self.card.text.setFocus)
        self.card.save.clicked.connect(self.save)
        self.card.open_draft.clicked.connect(self._on_open)
        self.card.closed.connect(self.closed)
        #: Whether there is something that no file holds.
        self.unsaved = False
        for line in (self.card.title, self.card.page_title, self.card.text):
            line.textChanged.connect(self._on_typed)
        self._list()

    def show(self) -> None:
        """Stand aside in the panel, with what was recorded so far."""
        self._view.aside.put(self.card, USUAL)
        (self.card.page_title if self.pages else self.card.title).setFocus()

    def put_away(self) -> None:
        """Make room for something else; what was recorded stays."""
        self._view.aside.take_out()

    @property
    def typed(self) -> bool:
        """Whether words of a page stand in the form, which no page has yet."""
        return bool(self.card.page_title.text().strip() or self.card.text.toPlainText().strip())

    def add_page(self) -> None:
        """A page that begins with the panel as it now stands."""
        experiment = self._view.experiment
        title = " ".join(self.card.page_title.text().split())
        if not title:
            self.card.say("The page needs a title.", wrong=True)
            self.card.page_title.setFocus()
            return
        experiment.set_playing(False)
        try:
            session = files.to_json(Session((experiment.state(),), version=__version__))
        except LabError as refused:
            self.card.say(f"This state can't be kept: {refused}", wrong=True)
            return
        page = DraftPage(title, self.card.text.toPlainText(), session, experiment.step)
        try:
            # Said while the words can still be changed.
            to_markdown(Draft("-", experiment.panel, (page,)), "draft")
        except BadValue as bad:
            in_title = bad.path.endswith("title")
            self.card.say(f"The {'title' if in_title else 'text'} of the page: {bad.why}", wrong=True)
            (self.card.page_title if in_title else self.card.text).setFocus()
            return
        self.pages.append(page)
        self.card.page_title.clear()
        self.card.text.clear()
        pace = "" if experiment.speed == experiment.spec.speed else f", at {_pace(experiment.speed)}"
        self.card.say(f"Page {len(self.pages)} begins at step {experiment.step}{pace}.")
        self._list()
        self.card.page_title.setFocus()

    def remove_page(self, at: int) -> None:
        """Leave a page out; its words go back to be changed, unless others stand there."""
        page = self.pages.pop(at)
        if not self.typed:
            self.card.page_title.setText(page.title)
            self.card.text.setPlainText(page.text)
        self.unsaved = True
        self._list()

    def save(self) -> None:
        """Ask where, and write the draft there."""
        title = " ".join(self.card.title.text().split())
        if not title:
            self.card.say("The lesson needs a title.", wrong=True)
            self.card.title.setFocus()
            return
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as failure:
            # Somewhere else it may still be written.
            self.card.say(f"{self._folder}: {failure.strerror or failure}", wrong=True)
        suggested = self._folder / f"{own_slug(title)}{_SUFFIX}"
        chosen, _ = QFileDialog.getSaveFileName(self._view, "Save draft", str(suggested), f"Lessons (*{_SUFFIX})")
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix != _SUFFIX:
            path = path.with_name(f"{path.name}{_SUFFIX}")
            if path.exists():
                # The dialog has asked about another name.
                self.card.say(
                    f"There already is a {path.name}: to replace it, choose it by its whole name.", wrong=True
                )
                return
        self.write(path)

    def write(self, path: Path) -> bool:
        """Write the draft; False (and the card says why) when that can't be."""
        draft = Draft(self.card.title.text(), self._view.experiment.panel, tuple(self.pages))
        try:
            self._draft = write(draft, path, self._panels)
        except BadValue as bad:
            self.card.say(f"The {bad.path} of the lesson: {bad.why}", wrong=True)
            return False
        except LabError as refused:
            self.card.say(str(refused), wrong=True)
            return False
        said = f"Saved: {path.name}, with a session beside it for each page. Go on in any text editor."
        self.card.say(f"{said} The page in the form is not in it: it was not added." if self.typed else said)
        self.card.open_draft.show()
        self.unsaved = self.typed
        self.saved.emit(self._draft)
        return True

    def rescue(self) -> Path | None:
        """Keep what was recorded and not saved as a draft among the lessons, since its panel goes; where it lies."""
        if self.typed:
            if not self.card.page_title.text().strip():
                self.card.page_title.setText("A page without a title")
            self.add_page()
        if not self.unsaved or not self.pages:
            return None
        title = " ".join(self.card.title.text().split()) or "A recording that was not saved"
        names = (own_slug(title) + (f"-{i}" if i > 1 else "") for i in range(1, 1000))
        paths = (self._folder / f"{name}{_SUFFIX}" for name in names)
        path = next((p for p in paths if not p.exists() and not in_the_way(p, len(self.pages))), None)
        if path is None:
            return None
        draft = Draft(title, self._view.experiment.panel, tuple(self.pages))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            write(draft, path, self._panels)
        except (LabError, OSError) as failure:
            log.warning("a recording could not be kept: %s", str(failure))
            return None
        self.unsaved = False
        return path

    def close(self) -> None:
        """Take the card down."""
        self.put_away()
        self.card.deleteLater()
        self.deleteLater()

    def _on_typed(self) -> None:
        self.unsaved = True

    def _on_open(self) -> None:
        if self._draft is not None:
            self.open_wanted.emit(self._draft)

    def _list(self) -> None:
        """Show the pages so far; without any there is nothing to save."""
        for line in self._lines:
            self.card.pages.removeWidget(line)
            line.hide()
            line.deleteLater()
        self._lines = []
        for i, page in enumerate(self.pages):
            line = QWidget()
            remove = IconButton("trash", f"Remove page {i + 1}: {page.title}", size=15)
            remove.clicked.connect(partial(self.remove_page, i))
            words = Text(f"{i + 1}  {page.title}", elide=True)
            fill(line_layout := QVBoxLayout(line), (), (0, 0, 0, 0), 0)
            line_layout.addLayout(row((words, 1), Text(f"step {page.steps}", "caption"), remove, spacing=6))
            self.card.pages.addWidget(line)
            self._lines.append(line)
        self.card.save.setEnabled(bool(self.pages))
        self.card.open_draft.hide()


def _pace(speed: float) -> str:
    """How fast it is played, in words."""
    return "full speed" if speed >= FASTEST else f"{speed:g} steps a second"


def slug(title: str) -> str:
    """A file's name from a title: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", title.casefold())[:_LONGEST_NAME].strip("-") or "lesson"


def own_slug(title: str) -> str:
    """As `slug`, and never the name of a lesson that comes with the lab."""
    name = slug(title)
    return f"my-{name}" if is_shipped(name) else name
