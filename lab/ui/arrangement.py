"""How the open panels stand in the window: as tabs, side by side, in a grid, or as they once stood."""

from __future__ import annotations

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

    def take_in(self, dock: PanelDock) -> None:
        """A new dock becomes a tab over the newest one that is there."""
        self._window.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, dock)
        if self._docks:
            self._window.tabifyDockWidget(self._docks[-1], dock)

    def arrange(self, layout: str, front: PanelDock | None) -> None:
        """As tabs ("focus", with `front` before the others), in a row ("side by side") or in two rows ("grid")."""
        window = self._window
        first, *others = self._docks
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
            columns = -(-len(self._docks) // 2)
            for i, dock in enumerate(self._docks):
                if 0 < i < columns:
                    window.splitDockWidget(self._docks[i - 1], dock, Qt.Orientation.Horizontal)
                elif i >= columns:
                    window.splitDockWidget(self._docks[i - columns], dock, Qt.Orientation.Vertical)
        self._make_even()
        # A panel may fold something away when it becomes narrow: only then do all fit evenly.
        QTimer.singleShot(0, self, self._make_even)
        self.dress_tabs()

    def _make_even(self) -> None:
        width = max(1, self._window.width() // max(1, len(self._docks)))
        self._window.resizeDocks(self._docks, [width] * len(self._docks), Qt.Orientation.Horizontal)

    def state(self) -> QByteArray:
        """How they stand now, to come back to."""
        return self._window.saveState()

    def put_in_place(self, state: QByteArray) -> None:
        """Arrange the docks as they once stood; and once more when new ones know how narrow they can be."""
        self._wanted = state
        self._on_settled()
        QTimer.singleShot(0, self, self._on_settled)

    def _on_settled(self) -> None:
        if self._docks and not self._wanted.isEmpty():
            self._window.restoreState(self._wanted)

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
