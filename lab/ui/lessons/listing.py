"""Lessons as entries of a menu: a few are a list, many have menus of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from lab.core.lessons import Lesson
from lab.ui.lessons.library import Library
from lab.ui.lessons.progress import Progress

#: So many characters of a title stand in a menu.
_LONGEST = 64
#: So many lessons stand in a menu: with thirty of a teacher's own it would fill the screen.
MOST = 12

_Choose = Callable[[Lesson], object]


class Listing:
    """Makes the entries.

    Parameters
    ----------
    library : Library
        What there is.
    progress : Progress
        What of it is done.
    """

    def __init__(self, library: Library, progress: Progress) -> None:
        self._library, self._progress = library, progress

    def put_in(self, menu: QMenu, panel: str, choose: _Choose, before: QAction | None = None) -> list[QAction]:
        """Put the lessons of a panel into a menu, above an action of it or at its end; returns what was put in.

        Those that are done are ticked. Where there are many, a teacher's own get a menu of their own.
        """
        menu.setToolTipsVisible(True)
        lessons = self._library.of(panel)
        if not lessons:
            none = QAction("No lessons for this panel yet", menu)
            none.setEnabled(False)
            _put(menu, before, none)
            return [none]
        own = [lesson for lesson in self._library.own if lesson.panel == panel]
        apart = own if len(lessons) > MOST else []
        listed = [self._entry(lesson, choose, menu) for lesson in lessons if lesson not in apart]
        if apart:
            listed.append(self._submenu(f"Your own lessons ({len(apart)})", apart, choose, menu).menuAction())
        for action in listed:
            _put(menu, before, action)
        return listed

    def _submenu(self, title: str, lessons: Sequence[Lesson], choose: _Choose, parent: QMenu) -> QMenu:
        """A menu with some lessons, and with one more such menu for those beyond `MOST`."""
        menu = QMenu(title, parent)
        menu.setToolTipsVisible(True)
        menu.addActions([self._entry(lesson, choose, menu) for lesson in lessons[:MOST]])
        if rest := lessons[MOST:]:
            menu.addSeparator()
            menu.addMenu(self._submenu(f"More ({len(rest)})", rest, choose, menu))
        return menu

    def _entry(self, lesson: Lesson, choose: _Choose, menu: QMenu) -> QAction:
        title = brief(lesson.title).replace("&", "&&")
        done, pages = self._progress.done(lesson), len(lesson.steps)
        finished = self._progress.finished(lesson)
        far = f"{len(done)} of {pages}" if done and not finished else f"{lesson.minutes} min"
        action = QAction(f"{title}\t{far}", menu)
        action.triggered.connect(lambda: choose(lesson))
        action.setCheckable(True)
        action.setChecked(finished)
        begun = f"\n{len(done)} of {pages} pages done" if done else ""
        whole = f"{lesson.title}\n" if len(lesson.title) > _LONGEST else ""
        action.setToolTip(f"{whole}{lesson.blurb}\n{lesson.minutes} minutes{begun}")
        return action


def _put(menu: QMenu, before: QAction | None, action: QAction) -> None:
    if before is None:
        menu.addAction(action)
    else:
        menu.insertAction(before, action)


def take_out(menu: QMenu, action: QAction) -> None:
    """Take an entry out of a menu, with the menu that it opens, which would outlive it."""
    menu.removeAction(action)
    inner = action.menu()
    (inner if isinstance(inner, QMenu) else action).deleteLater()


def empty(menu: QMenu) -> None:
    """Take all out of a menu."""
    for action in menu.actions():
        take_out(menu, action)


def brief(title: str) -> str:
    """A title as it stands in a menu, which is as wide as its longest line."""
    return title if len(title) <= _LONGEST else f"{title[: _LONGEST - 1].rstrip()}…"
