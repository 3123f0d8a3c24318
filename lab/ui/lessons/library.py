"""The lessons that there are: those that come with the lab, and a teacher's own, read when somebody asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from lab.core.lessons import Lesson
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.ticket import Ticket
from lab.ui.settings import Settings

#: A page that begins later is not opened by `check`: its author would wait.
_FAR = 1000


def check(ticket: Ticket, lessons: Sequence[Lesson], panels: Family[PanelSpec]) -> tuple[str, ...]:
    """Open every page of some lessons: tasks that hold already are mistakes. A job, since it may take seconds.

    Those that come with the lab are the self test's.
    """
    from lab.core.lessons.checking import faults_of
    from lab.core.lessons.reading import SUFFIX

    found: list[str] = []
    for lesson in lessons:
        ticket.check()
        found += [f"{lesson.id}{SUFFIX}, {fault}" for fault in faults_of(lesson, panels, _FAR)]
    return tuple(found)


class Library:
    """Reads all lessons once, and again on demand.

    Parameters
    ----------
    panels : Family
        What lessons are about.
    settings : Settings
        Beside which a teacher's own lessons lie.
    """

    def __init__(self, panels: Family[PanelSpec], settings: Settings) -> None:
        self._panels = panels
        #: Where a teacher's own lessons lie; made by who opens it.
        self.folder: Path = settings.data / "lessons"
        self._read: tuple[tuple[Lesson, ...], tuple[str, ...]] | None = None
        #: What is wrong with a teacher's own lessons once their pages are opened.
        self._faults: tuple[str, ...] = ()

    def _all(self) -> tuple[tuple[Lesson, ...], tuple[str, ...]]:
        if self._read is None:
            # Imported here: the first window is shown before anybody asks for a lesson.
            from lab.core.lessons.reading import all_lessons

            self._read = all_lessons(self._panels, self.folder)
        return self._read

    @property
    def lessons(self) -> tuple[Lesson, ...]:
        """All that can be read, by panel."""
        return self._all()[0]

    @property
    def complaints(self) -> tuple[str, ...]:
        """A line for each file that can't be read, and for what `check` has found, naming the file and its line."""
        return (*self._all()[1], *self._faults)

    @property
    def own(self) -> tuple[Lesson, ...]:
        """A teacher's own lessons, of all panels."""
        from lab.core.lessons.reading import is_shipped

        return tuple(lesson for lesson in self.lessons if not is_shipped(lesson.id))

    def take_faults(self, faults: tuple[str, ...]) -> None:
        """What `check` has found in a teacher's own lessons, until they are read again."""
        self._faults = faults

    def of(self, panel: str) -> tuple[Lesson, ...]:
        """The lessons of one panel."""
        return tuple(lesson for lesson in self.lessons if lesson.panel == panel)

    def lesson(self, id: str) -> Lesson | None:
        """The lesson of that id, None where there is none (any more)."""
        return next((lesson for lesson in self.lessons if lesson.id == id), None)

    def forget(self) -> None:
        """Read everything again when it is asked for next."""
        self._read = None
        self._faults = ()
