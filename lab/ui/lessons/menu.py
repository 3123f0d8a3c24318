"""The menu of all lessons: what there is, whenever it opens, and below what can be done with the one that is open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.ui import icons
from lab.ui.lessons.hub import Lessons
from lab.ui.lessons.listing import take_out


class LessonMenu(QObject):
    """Fills a menu of the app bar.

    Parameters
    ----------
    menu : QMenu
        The menu.
    panels : Family
        By which the lessons are listed.
    lessons : Lessons
        What acts.
    add : callable
        Makes an action of the window: ``add(menu, group, title, run, shortcut)``.
    """

    def __init__(self, menu: QMenu, panels: Family[PanelSpec], lessons: Lessons, add: Callable[..., QAction]) -> None:
        super().__init__(menu)
        self._menu, self._panels, self._lessons = menu, panels, lessons
        #: Above this the lessons are listed.
        self._below = menu.addSeparator()
        self._pages = (
            add(menu, "Lesson", "Next page", lessons.go_on, "Ctrl+PgDown"),
            add(menu, "Lesson", "Page before", lessons.go_back, "Ctrl+PgUp"),
            add(menu, "Lesson", "Reset page", lessons.reset),
            add(menu, "Lesson", "Close lesson", lessons.close_at_hand),
        )
        menu.addSeparator()
        self._record = add(menu, "Lesson", "Record lesson…", lessons.record)
        add(menu, "Lesson", "Open lessons folder", lessons.open_folder)
        add(menu, "Lesson", "Read lessons again", lessons.read_again)
        add(menu, "Lesson", "Forget progress…", lessons.forget_progress)
        menu.setToolTipsVisible(True)
        self._listed: list[QAction] = []
        menu.aboutToShow.connect(self._list)

    def refresh(self, *, panel: bool) -> None:
        """Offer what can be done now; `panel`: whether one is at hand."""
        for action in self._pages:
            action.setEnabled(self._lessons.at_hand is not None)
        self._record.setEnabled(panel)

    def _list(self) -> None:
        """The lessons of all panels, and how many files can't be read."""
        for action in self._listed:
            take_out(self._menu, action)
        self._listed = []
        panels = [entry for entry in self._panels if self._lessons.library.of(entry.id)]
        for entry in panels:
            if len(panels) > 1:
                self._insert(QAction(entry.title, self._menu)).setEnabled(False)
            self._listed += self._lessons.list_in(self._menu, entry.id, before=self._below)
        if wrong := len(self._lessons.library.complaints):
            words = "A lesson has a mistake…" if wrong == 1 else f"{wrong} mistakes in lessons…"
            complaint = self._insert(QAction(icons.icon("warning", "warn"), words, self._menu))
            complaint.triggered.connect(self._lessons.show_unread)

    def _insert(self, action: QAction) -> QAction:
        """Put an entry above what can be done with lessons."""
        self._menu.insertAction(self._below, action)
        self._listed.append(action)
        return action
