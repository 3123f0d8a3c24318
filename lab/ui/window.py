"""The window: what it is made of, and what each part tells the others."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QMainWindow, QTabWidget, QToolBar, QWidget

from lab.core.panel import PanelSpec
from lab.core.proof import Prover
from lab.core.registry import Family
from lab.core.session import PanelState
from lab.ui import keys
from lab.ui.actions import REOPEN_KEYS, Actions, Parts
from lab.ui.app_bar import AppBar
from lab.ui.command_palette import CommandPalette
from lab.ui.desk import Desk
from lab.ui.dock import PanelDock
from lab.ui.entrance import Entrance
from lab.ui.exports import Exports
from lab.ui.hand_watch import HandWatch
from lab.ui.jobs import Jobs
from lab.ui.lessons.hub import Lessons
from lab.ui.player import Player
from lab.ui.presenting import Presenting
from lab.ui.proof import Proofs
from lab.ui.session_flow import SessionFlow
from lab.ui.sessions import SessionKeeper
from lab.ui.settings import Settings
from lab.ui.theme import manager
from lab.ui.transport import Transport
from lab.ui.widgets import ErrorBanner
from lab.ui.widgets.notice import Notice


class MainWindow(QMainWindow):
    """Everything open at once.

    Parameters
    ----------
    panels : Family
        The panels that can be opened.
    settings : Settings
        What is remembered between starts.
    inline_jobs : bool
        Run background work at once in the caller: for tests and pictures.
    prover : callable, optional
        Checks what a panel has in focus against the pinned truths; without it no panel shows its proof.
    """

    def __init__(
        self,
        panels: Family[PanelSpec],
        settings: Settings,
        *,
        inline_jobs: bool = False,
        prover: Prover | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.jobs = Jobs(inline=inline_jobs, parent=self)
        self.player = Player(self)
        self.proofs = Proofs(prover, self.jobs, lambda: self.player.playing, self)
        self._dress()
        self.bar = AppBar()
        self.transport = Transport()
        top = self._tool_bar("app bar", self.bar, Qt.ToolBarArea.TopToolBarArea)
        bottom = self._tool_bar("transport", self.transport, Qt.ToolBarArea.BottomToolBarArea)
        self.desk = Desk(self, panels, self.jobs, self.player, self.transport)
        self.keeper = SessionKeeper(panels, settings, self.desk.session, self)
        self.entrance = Entrance(self.desk, self.player, settings, bottom)
        self.setCentralWidget(self.entrance)
        self.sessions = SessionFlow(self, self.keeper, self.desk, self.entrance)
        self.presenting = Presenting(self, top, self.desk.arrangement)
        #: Floats below the app bar, whatever is open.
        self.banner = ErrorBanner()
        self.banner.setParent(self)
        #: What was done and could be taken back, above the transport.
        self.notice = Notice(self, self._notice_room)
        self.palette_box = CommandPalette(self, self.keyboard_home)
        self.lessons = Lessons(self, self.desk, self.entrance, settings, self.jobs)
        self.exports = Exports(self, self.show_error)
        self.actions_ = Actions(
            Parts(
                window=self,
                settings=settings,
                bar=self.bar,
                transport=self.transport,
                palette_box=self.palette_box,
                desk=self.desk,
                entrance=self.entrance,
                keeper=self.keeper,
                sessions=self.sessions,
                exports=self.exports,
                presenting=self.presenting,
                proofs=self.proofs,
                lessons=self.lessons,
            )
        )
        self._hands = HandWatch(self)
        self._connect()
        self._on_title_changed()
        self.show_start()

    def _dress(self) -> None:
        self.setObjectName("window")
        self.setMinimumSize(820, 560)
        room = self.screen().availableSize()
        self.resize(min(1440, room.width()), min(900, room.height()))
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def _tool_bar(self, name: str, widget: QWidget, area: Qt.ToolBarArea) -> QToolBar:
        bar = QToolBar(name)
        bar.setObjectName(name)
        bar.setMovable(False)
        bar.addWidget(widget)
        self.addToolBar(area, bar)
        return bar

    def _connect(self) -> None:
        desk, keeper, start = self.desk, self.keeper, self.entrance.start
        desk.added.connect(self._on_added)
        desk.opened.connect(self._on_opened)
        desk.opened.connect(self.notice.hide)
        desk.closed.connect(self._on_closed)
        desk.activated.connect(self.actions_.refresh)
        desk.edited.connect(self._on_edited)
        desk.looked.connect(keeper.touch)
        desk.played.connect(keeper.follow)
        keeper.changed.connect(self._on_title_changed)
        # What could not be saved must not be forgotten.
        keeper.failed.connect(lambda why: self.show_error(why, lasting=True))
        self.sessions.opened.connect(self.banner.clear)
        self.sessions.failed.connect(self.show_error)
        self.lessons.complained.connect(self.show_error)
        start.panel_chosen.connect(lambda id: self.open_panel(id))
        start.file_chosen.connect(self.sessions.open)
        start.open_wanted.connect(self.sessions.open_dialog)
        self.bar.search_wanted.connect(self.actions_.open_palette)
        self.bar.home.clicked.connect(self.entrance.toggle)
        self._hands.touched.connect(desk.touch)
        self._hands.alt_held.connect(self.bar.menus.hold_alt)

    # -- what is open ----------------------------------------------------------------------------------------------

    @property
    def docks(self) -> list[PanelDock]:
        """The open panels, in the order of their opening."""
        return self.desk.docks

    @property
    def active(self) -> PanelDock | None:
        """The panel that the transport controls."""
        return self.desk.active

    def open_panel(self, panel: str, state: PanelState | None = None, preset: str | None = None) -> PanelDock:
        """Open a panel (again, if the user wants); `state` is one from a session."""
        return self.desk.open(panel, state, preset)

    def close_panel(self, dock: PanelDock) -> None:
        """Close a panel."""
        self.desk.close(dock)

    def show_start(self) -> None:
        """Show the start page; the panels wait behind it."""
        self.entrance.show_start()

    # -- answers ---------------------------------------------------------------------------------------------------

    def _on_added(self) -> None:
        if self.keeper.path is not None:
            self.keeper.touch()

    def _on_opened(self, dock: PanelDock) -> None:
        self.actions_.fill_panel_menu(dock)
        self.proofs.watch(dock.view)
        self.entrance.show_panels()

    def _on_closed(self) -> None:
        self.keeper.touch()
        self.actions_.refresh()
        if not self.docks:
            self.show_start()
        self.notice.say(f"Closed {self.desk.gone.last}; {REOPEN_KEYS} brings it back")

    def _on_edited(self) -> None:
        self.banner.pass_by()
        self.keeper.touch()
        self.actions_.refresh()

    def _on_title_changed(self) -> None:
        mark = "•" if self.keeper.modified else ""
        self.setWindowTitle(f"{mark}{self.keeper.title} — Visual Lab")

    def show_error(self, message: str, *, lasting: bool = False) -> None:
        """One line over the window's top."""
        self.banner.show_error(message, lasting=lasting)
        self._place_banner()

    def _notice_room(self) -> QRect:
        return self.rect().adjusted(0, 0, 0, -self.transport.height() if self.transport.isVisible() else 0)

    def _place_banner(self) -> None:
        self.banner.setFixedWidth(min(760, self.width() - 48))
        self.banner.adjustSize()
        self.banner.move((self.width() - self.banner.width()) // 2, self.bar.height() + 8)
        self.banner.raise_()

    # -- the keyboard ----------------------------------------------------------------------------------------------

    def keyboard_home(self) -> QWidget | None:
        """Where the keyboard belongs when no control needs it: the stage of the active panel."""
        return self.active.view.keyboard_home() if self.active is not None else None

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Qt asks for this, too, when what has the keyboard is hidden or taken down: then nothing there is looked at.
        return keys.walk(self, forward) if self._hands.take_tab() else super().focusNextPrevChild(forward)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.active is not None and self.active.view.close_front():
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.actions_.present(False)
        elif event.key() == Qt.Key.Key_Escape and self.entrance.start.isVisible():
            self.entrance.leave_start()
        else:
            super().keyPressEvent(event)

    # -- the window as such ----------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The window is painted first; the pictures come a moment later.
        QTimer.singleShot(0, self, self._on_shown_first)

    def _on_shown_first(self) -> None:
        if self.entrance.isVisible():
            self.entrance.draw_thumbnails()
        self.lessons.begin()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.banner.isHidden():
            self._place_banner()
        self.palette_box.hide()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if len(urls) == 1 and urls[0].isLocalFile():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        self.sessions.open_instead(Path(event.mimeData().urls()[0].toLocalFile()))

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.remember("window/geometry", self.saveGeometry())
        self.settings.remember("theme", manager().mode)
        self.settings.remember("text/scale", manager().own_text_scale)
        self.keeper.keep_for_next_start()
        self.lessons.keep_for_next_start()
        self.settings.save()
        self.shut_down()
        super().closeEvent(event)

    def shut_down(self) -> None:
        """Stop everything that runs."""
        self.presenting.shut_down()
        self._hands.shut_down()
        self.desk.shut_down()
        self.entrance.shut_down()
        self.proofs.close()
        self.jobs.shutdown()
