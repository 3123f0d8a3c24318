"""Lessons of the open window: which are open where, the ways into them, and what the next start brings back.

Imported before the first window is shown, and therefore light: files are read and cards are made by who asks first.
"""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QAction, QDesktopServices
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from lab.core.lessons import Lesson
from lab.ui.command_palette import Command
from lab.ui.desk import Desk
from lab.ui.dock import PanelDock
from lab.ui.entrance import Entrance
from lab.ui.jobs import Jobs
from lab.ui.lessons.library import Library, check
from lab.ui.lessons.listing import Listing, brief, empty
from lab.ui.lessons.progress import Progress
from lab.ui.settings import Settings

if TYPE_CHECKING:
    from lab.ui.lessons.recorder import Recorder
    from lab.ui.lessons.sitting import Sitting
    from lab.ui.lessons.unread import UnreadCard

_OPEN = "lessons/open"


class Lessons(QObject):
    """Opens lessons in panels, one in each at a time.

    Parameters
    ----------
    window : QWidget
        Over which questions and complaints appear.
    desk : Desk
        Where the panels are.
    entrance : Entrance
        The start page, which offers each panel's next lesson.
    settings : Settings
        Where progress is kept, and beside which a teacher's own lessons lie.
    jobs : Jobs
        Where a teacher's own lessons are checked.
    """

    #: Another lesson or page is open in some panel, or none.
    changed = Signal()
    #: Something the user should read, one line.
    complained = Signal(str)

    def __init__(self, window: QWidget, desk: Desk, entrance: Entrance, settings: Settings, jobs: Jobs) -> None:
        super().__init__(window)
        self._window, self._desk, self._entrance, self._settings = window, desk, entrance, settings
        self._jobs = jobs
        self.library = Library(desk.panels, settings)
        self.progress = Progress(settings, self)
        self._listing = Listing(self.library, self.progress)
        self._sittings: dict[PanelDock, Sitting] = {}
        self._recorders: dict[PanelDock, Recorder] = {}
        self._unread: UnreadCard | None = None
        #: What was open when the window was closed, until it is shown again: place of the panel, lesson, page.
        self._waiting: list[tuple[int, str, int]] = []
        desk.going.connect(self._on_going)
        entrance.start.lesson_chosen.connect(self._on_lesson_chosen)
        entrance.entered.connect(self.offer)
        self.progress.changed.connect(lambda _: self.offer())

    # -- open and close ------------------------------------------------------------------------------------------

    def open(
        self, lesson: Lesson, dock: PanelDock | None = None, page: int | None = None, *, load: bool = True
    ) -> Sitting:
        """Open a lesson where it was left, or at a page; in the panel given, or the one of its kind that is at hand.

        `load` is whether the page's state is loaded.
        """
        from lab.ui.lessons.sitting import Sitting

        dock = dock or self._dock_for(lesson)
        self._entrance.show_panels()
        dock.show()
        dock.raise_()
        self._desk.activate(dock)
        self.close(dock)
        sitting = Sitting(dock.view, lesson, self._desk.panels, self.progress, self._settings, self.successor)
        self._sittings[dock] = sitting
        sitting.closed.connect(partial(self._on_closed, dock))
        sitting.turned.connect(self.changed)
        sitting.next_lesson_wanted.connect(lambda wanted: self.open(wanted, dock))
        sitting.turn_to(self.progress.next_page(lesson) if page is None else page, load=load)
        return sitting

    def close(self, dock: PanelDock) -> None:
        """Close what stands aside in a panel: its lesson, or the recording of one, which is kept until it is saved."""
        if (sitting := self._sittings.pop(dock, None)) is not None:
            sitting.close()
        if (recorder := self._recorders.get(dock)) is not None:
            if recorder.unsaved:
                recorder.put_away()
            else:
                self._recorders.pop(dock).close()
        self.changed.emit()

    def of(self, dock: PanelDock | None) -> Sitting | None:
        """The lesson that is open in a panel."""
        return None if dock is None else self._sittings.get(dock)

    @property
    def at_hand(self) -> Sitting | None:
        """The lesson that is open in the panel which the transport controls."""
        return self.of(self._desk.active)

    def go_on(self) -> None:
        """The next page of the lesson at hand."""
        if (sitting := self.at_hand) is not None:
            sitting.go_on()

    def go_back(self) -> None:
        """The page before, of the lesson at hand."""
        if (sitting := self.at_hand) is not None:
            sitting.go_back()

    def reset(self) -> None:
        """Load the state of the page at hand again."""
        if (sitting := self.at_hand) is not None:
            sitting.reset()

    def close_at_hand(self) -> None:
        """Close the lesson at hand."""
        if self._desk.active is not None:
            self._on_closed(self._desk.active)

    def successor(self, lesson: Lesson) -> Lesson | None:
        """What to offer after a lesson: the next one of its panel that is not done, or else the first such one."""
        all_of_them = self.library.of(lesson.panel)
        at = next((i for i, other in enumerate(all_of_them) if other.id == lesson.id), -1)
        others = (*all_of_them[at + 1 :], *all_of_them[: max(at, 0)])
        return next((other for other in others if not self.progress.finished(other)), None)

    def _dock_for(self, lesson: Lesson) -> PanelDock:
        """The active panel if it is of that kind, else the newest of that kind, else a new one."""
        at_hand = [*reversed(self._desk.docks), *([self._desk.active] if self._desk.active else [])]
        return next(
            (dock for dock in reversed(at_hand) if dock.experiment.panel == lesson.panel), None
        ) or self._desk.open(lesson.panel)

    def _on_closed(self, dock: PanelDock) -> None:
        self.close(dock)
        if dock in self._desk.docks and dock.view.isVisible():
            dock.view.keyboard_home().setFocus()

    def _on_going(self, dock: PanelDock) -> None:
        # Both are the panel's children, and go with it.
        self._sittings.pop(dock, None)
        if (recorder := self._recorders.pop(dock, None)) is not None:
            self._rescue(recorder)

    def _rescue(self, recorder: Recorder) -> None:
        """What was recorded and is in no file is not lost with its panel."""
        if (path := recorder.rescue()) is not None:
            self.library.forget()
            self.complained.emit(f"The recording that was not saved is kept as {path.name} among the lessons")

    # -- ways in -------------------------------------------------------------------------------------------------

    def commands(self) -> list[Command]:
        """What the command palette offers."""
        return [
            Command(f"Lesson: {lesson.title}", self._desk.panels[lesson.panel].title, partial(self.open, lesson))
            for lesson in self.library.lessons
        ]

    def list_in(
        self, menu: QMenu, panel: str, dock: PanelDock | None = None, before: QAction | None = None
    ) -> list[QAction]:
        """Put the lessons of a panel into a menu (see `Listing.put_in`), to be opened in the panel given."""
        return self._listing.put_in(menu, panel, lambda lesson: self._on_chosen(lesson, dock), before)

    def fill_panel_menu(self, menu: QMenu, dock: PanelDock) -> None:
        """What the button in a panel's header offers."""
        empty(menu)
        self._desk.activate(dock)
        self.list_in(menu, dock.experiment.panel, dock)
        menu.addSeparator()
        sitting = self.of(dock)
        if sitting is not None:
            menu.addAction(f"Close “{brief(sitting.lesson.title)}”".replace("&", "&&"), partial(self._on_closed, dock))
        menu.addAction("Record lesson…", partial(self.record, dock))

    def _on_chosen(self, lesson: Lesson, dock: PanelDock | None) -> None:
        self.open(lesson, dock)

    def _on_lesson_chosen(self, id: str) -> None:
        if (lesson := self.library.lesson(id)) is not None:
            self.open(lesson)

    # -- from start to start -------------------------------------------------------------------------------------

    def await_reopening(self) -> None:
        """Once the window is shown, open the lessons that were open when it was closed."""
        try:
            kept = json.loads(self._settings.text(_OPEN, "[]"))
            self._waiting = [(int(place), str(id), int(page)) for place, id, page in kept]
        except (ValueError, TypeError):
            # Whatever somebody wrote into the settings file: no lesson was open.
            self._waiting = []

    def begin(self) -> None:
        """The window is shown: now there is time to read lessons."""
        waiting, self._waiting = self._waiting, []
        active = self._desk.active
        for place, id, page in waiting:
            lesson = self.library.lesson(id)
            dock = self._desk.docks[place] if 0 <= place < len(self._desk.docks) else None
            if lesson is not None and dock is not None and dock.experiment.panel == lesson.panel:
                # Its state came with the session.
                self.open(lesson, dock, page, load=False)
        if active is not None and waiting:
            active.raise_()
            self._desk.activate(active)
        self.offer()

    def offer(self) -> None:
        """Let the start page's cards offer each panel's next lesson, while they are seen."""
        if not self._entrance.isVisible():
            return
        for id, card in self._entrance.start.cards.items():
            lessons = self.library.of(id)
            wanted = next((lesson for lesson in lessons if not self.progress.finished(lesson)), None)
            if wanted is None:
                card.offer_lesson("", "", "")
                continue
            begun = self.progress.begun(wanted)
            first = wanted is lessons[0]
            word = "Go on with" if begun else "First lesson" if first else "Next lesson"
            card.offer_lesson(wanted.id, f"{word}: {wanted.title}", f"{wanted.blurb}\n{wanted.minutes} minutes")

    def keep_for_next_start(self) -> None:
        """Remember what is open, and keep what was recorded."""
        kept = [
            (self._desk.docks.index(dock), sitting.lesson.id, sitting.page)
            for dock, sitting in self._sittings.items()
            if dock in self._desk.docks
        ]
        self._settings.remember(_OPEN, json.dumps(kept))
        for recorder in self._recorders.values():
            self._rescue(recorder)

    # -- for teachers --------------------------------------------------------------------------------------------

    def record(self, dock: PanelDock | None = None) -> None:
        """Begin to record a lesson in a panel (default: the one at hand), or go on with it."""
        from lab.ui.lessons.recorder import Recorder

        dock = dock or self._desk.active
        if dock is None:
            return
        self.close(dock)
        if dock not in self._recorders:
            recorder = self._recorders[dock] = Recorder(dock.view, self._desk.panels, self.library.folder)
            recorder.closed.connect(partial(self._on_closed, dock))
            recorder.saved.connect(lambda _: self.library.forget())
            recorder.open_wanted.connect(partial(self._on_draft_wanted, dock))
        self._recorders[dock].show()

    def _on_draft_wanted(self, dock: PanelDock, lesson: Lesson) -> None:
        self.open(self.library.lesson(lesson.id) or lesson, dock, 0)

    def open_folder(self) -> None:
        """Show the folder of one's own lessons in the system's file manager."""
        try:
            self.library.folder.mkdir(parents=True, exist_ok=True)
        except OSError as failure:
            self.complained.emit(f"{self.library.folder}: {failure.strerror or failure}")
            return
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.library.folder)))

    def read_again(self) -> None:
        """Read all files again; lessons that are open are shown as they now are, and new tasks are not done yet."""
        before = {lesson.id: lesson for lesson in self.library.lessons}
        before |= {sitting.lesson.id: sitting.lesson for sitting in self._sittings.values()}
        self.library.forget()
        for read in self.library.lessons:
            tasks = [step.task for step in before.get(read.id, read).steps]
            now = [step.task for step in read.steps]
            changed = {i for i, task in enumerate(now) if task is not None and tasks[i : i + 1] != [task]}
            self.progress.forget_pages(read, changed)
        for dock, sitting in list(self._sittings.items()):
            lesson = self.library.lesson(sitting.lesson.id)
            if lesson is not None and lesson != sitting.lesson:
                self.open(lesson, dock, min(sitting.page, len(lesson.steps) - 1), load=False)
        self._jobs.submit(
            (id(self), "check"), check, self.library.own, self._desk.panels,
            done=self._on_checked, failed=self.complained.emit, owner=self,
        )  # fmt: skip
        self.offer()

    def _on_checked(self, faults: tuple[str, ...]) -> None:
        """What their author wants to know who has them read again: a task that holds already is none."""
        self.library.take_faults(faults)
        if self.library.complaints:
            self.show_unread()
        elif self._desk.active is not None:
            count = len(self.library.lessons)
            self._desk.active.view.notice.say(f"Read: {count} lesson{'' if count == 1 else 's'}")

    def show_unread(self) -> None:
        """A line for each mistake in a lesson: it can't be read, or a task of it is none."""
        from lab.ui.lessons.unread import UnreadCard

        if self._unread is None:
            self._unread = UnreadCard(self._window)
            self._unread.folder_wanted.connect(self.open_folder)
            self._unread.again_wanted.connect(self.read_again)
        self._unread.show_lines(self.library.complaints)

    def forget_progress(self) -> None:
        """Ask, and then forget what was done in all lessons."""
        box = QMessageBox(self._window)
        box.setText("Forget which pages of all lessons are done, and what was answered?")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Yes | buttons.Cancel)
        if box.exec() == buttons.Yes:
            self.progress.forget_all()
