"""How the open panels stand in the window: as tabs, side by side, in a grid, or as they once stood."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QObject, Qt, QTimer
from PySide6.QtWidgets import QMainWindow, QTabBar

from lab.ui import fonts, icons
from lab.ui.dock import PanelDock


class Arrangement(QObject):
    """Where docks stand, and what Qt's own tab bars look like.

    Parameters
    ----------
    window : QMainWindow
        Whose docks they are.
    docks : sequence of PanelDock
        Those that are open, in the order of their opening; the owner's own list, read whenever it is needed.
    """

    def __init__(self, window: QMainWindow, docks: Sequence[PanelDock]) -> None:
        super().__init__(window)
        self._window = window
        self._docks = docks
        self._wanted = QByteArray()
        #: How often an arrangement was asked for: whoever remembers an older one must not bring it back unasked.
        self.arranged = 0
        #: How the docks stood when they were put away; None while they are seen.
        self._away: QByteArray | None = None
        #: Whether what is wanted still has to be done, once more or at all.
        self._unsettled = False

    def take_in(self, dock: PanelDock) -> None:
        """A new dock becomes a tab over the newest one that is there."""
        self._window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, dock)
        if self._docks:
            self._window.tabifyDockWidget(self._docks[-1], dock)

    def arrange(self, layout: str, front: PanelDock | None) -> None:
        """As tabs ("focus", with `front` before the others), in a row ("side by side") or in two rows ("grid")."""
        self.arranged += 1
        window = self._window
        first, *others = self._docks
        columns = [[dock] for dock in self._docks]
        for dock in self._docks:
            dock.setFloating(False)
            window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, dock)
        if layout == "focus":
            for dock in others:
                window.tabifyDockWidget(first, dock)
            (front or first).raise_()
        elif layout == "side by side":
            for before, dock in zip(self._docks, others, strict=False):
                window.splitDockWidget(before, dock, Qt.Orientation.Horizontal)
        else:
            half = -(-len(self._docks) // 2)
            columns = [list(self._docks[i::half]) for i in range(half)]
            for (left, *_), (right, *_) in itertools.pairwise(columns):
                window.splitDockWidget(left, right, Qt.Orientation.Horizontal)
            for upper, lower in (column for column in columns if len(column) == 2):
                window.splitDockWidget(upper, lower, Qt.Orientation.Vertical)
        self._make_even(columns)
        # A panel may fold something away when it becomes narrow: only then do all fit evenly.
        QTimer.singleShot(0, self, lambda: self._make_even(columns))
        self.dress_tabs()

    def _make_even(self, columns: list[list[PanelDock]]) -> None:
        """Columns of one width, and in each of them rows of one height."""
        window, heads = self._window, [column[0] for column in columns]
        window.resizeDocks(heads, [max(1, window.width() // len(heads))] * len(heads), Qt.Orientation.Horizontal)
        for column in columns:
            height = max(1, window.height() // len(column))
            window.resizeDocks(column, [height] * len(column), Qt.Orientation.Vertical)

    def put_away(self) -> None:
        """Hide all docks until they are brought back."""
        if self._away is None:
            # Of hidden docks Qt tells that they are hidden: a session saved now would open without its panels.
            self._away = self._wanted if self._unsettled else self._window.saveState()
        for dock in self._docks:
            dock.hide()

    def bring_back(self) -> None:
        """Show all docks again, in the places that they were given meanwhile."""
        self._away = None
        for dock in self._docks:
            dock.show()
        if self._unsettled:
            self.return_to(self._wanted)

    def state(self) -> QByteArray:
        """How they stand now, or stood when they were put away, to come back to."""
        return self._window.saveState() if self._away is None else self._away

    def put_in_place(self, state: QByteArray) -> None:
        """Arrange the docks as they once stood; and once more when new ones know how narrow they can be.

        While they are put away they stay hidden (Qt's own restoring would show them): they take these places when they
        are brought back.
        """
        self.arranged += 1
        self.return_to(state)

    def return_to(self, state: QByteArray) -> None:
        """The same, for a place that nobody asked for, such as that of a panel which comes back."""
        self._wanted, self._unsettled = state, True
        if self._away is not None:
            self._away = state
            return
        self._restore()
        QTimer.singleShot(0, self, self._on_settled)

    def _on_settled(self) -> None:
        if self._away is None:
            self._unsettled = False
            self._restore()

    def _restore(self) -> None:
        if self._docks and not self._wanted.isEmpty():
            self._window.restoreState(self._wanted)
            for dock in self._docks:
                if dock.isHidden():
                    dock.show()

    def number(self) -> None:
        """Qt keeps an arrangement by the docks' names: they must be the same when it is read again."""
        for i, dock in enumerate(self._docks):
            dock.setObjectName(f"panel-{i}")

    def dress_tabs(self) -> None:
        """Give Qt's own tab bars the lab's type and the panels' icons."""
        icon_of = {dock.windowTitle(): dock.experiment.spec.icon for dock in self._docks}
        for tabs in self._window.findChildren(QTabBar):
            tabs.setDrawBase(False)
            tabs.setExpanding(False)
            fonts.use(tabs, fonts.BODY, fonts.MEDIUM)
            for i in range(tabs.count()):
                if tabs.tabText(i) in icon_of:
                    role = "accent" if i == tabs.currentIndex() else "muted"
                    tabs.setTabIcon(i, icons.icon(icon_of[tabs.tabText(i)], role))
