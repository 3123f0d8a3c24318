"""The window: docks for panels, one transport bar, menus, and where sessions come and go."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QByteArray, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDockWidget,
    QMainWindow,
    QTabBar,
    QTabWidget,
    QToolBar,
    QVBoxLayout,
    QWidget,
)

from lab import __version__
from lab.core import session as files
from lab.core.errors import LabError
from lab.core.panel import PanelSpec
from lab.core.proof import Prover
from lab.core.registry import Family
from lab.core.session import PanelState, Session
from lab.ui import fonts, icons, keys
from lab.ui.actions import Actions
from lab.ui.app_bar import AppBar
from lab.ui.command_palette import CommandPalette
from lab.ui.experiment import Experiment
from lab.ui.jobs import Jobs
from lab.ui.panel_view import PanelView
from lab.ui.player import Player
from lab.ui.proof import Proofs
from lab.ui.recovery import Left, Recovery
from lab.ui.sessions import SessionKeeper
from lab.ui.settings import Settings
from lab.ui.start_page import PanelCard, StartPage
from lab.ui.theme import manager
from lab.ui.thumbnails import Thumbnail
from lab.ui.transport import Transport
from lab.ui.widgets import ErrorBanner
from lab.ui.widgets.layout import fill


class PanelDock(QDockWidget):
    """One open panel: its experiment, its view, its place in the window."""

    #: The window manager closed it while it floated.
    closed = Signal()

    def __init__(self, name: str, experiment: Experiment, view: PanelView) -> None:
        super().__init__(name)
        self.experiment = experiment
        self.view = view
        self.setTitleBarWidget(view.header)
        self.setWidget(view)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)

    def focusNextPrevChild(self, forward: bool) -> bool:
        return keys.walk(self, forward) if self.isWindow() else super().focusNextPrevChild(forward)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()


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
        self.panels = panels
        self.settings = settings
        self.jobs = Jobs(inline=inline_jobs, parent=self)
        self._thumbnails: list[Thumbnail] = []
        self._arrangement = QByteArray()
        self.player = Player(self)
        self.proofs = Proofs(prover, self.jobs, lambda: self.player.playing, self)
        self.docks: list[PanelDock] = []
        self.active: PanelDock | None = None
        self._behind: PanelDock | None = None
        #: The window's state and its panels' places, to come back to.
        self._before_presenting: tuple[Qt.WindowState, QByteArray] | None = None
        #: The key just pressed is Tab.
        self._tabbed = False
        self.keeper = SessionKeeper(panels, settings, self.session, self)
        self.setObjectName("window")
        self.setMinimumSize(820, 560)
        room = self.screen().availableSize()
        self.resize(min(1440, room.width()), min(900, room.height()))
        self.setAcceptDrops(True)
        self.setDockNestingEnabled(True)
        self.setDockOptions(QMainWindow.DockOption.AllowTabbedDocks | QMainWindow.DockOption.AllowNestedDocks)
        self.setTabPosition(Qt.DockWidgetArea.AllDockWidgetAreas, QTabWidget.TabPosition.North)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)
        self.bar = AppBar()
        self.transport = Transport()
        self._top = self._tool_bar("app bar", self.bar, Qt.ToolBarArea.TopToolBarArea)
        self._bottom = self._tool_bar("transport", self.transport, Qt.ToolBarArea.BottomToolBarArea)
        self._build_centre()
        self.palette_box = CommandPalette(self, self.keyboard_home)
        self.actions_ = Actions(self)
        self.tabifiedDockWidgetActivated.connect(self._on_tab_activated)
        self.keeper.changed.connect(self._on_title_changed)
        # What could not be saved must not be forgotten.
        self.keeper.failed.connect(lambda why: self.show_error(why, lasting=True))
        self.bar.search_wanted.connect(self.actions_.open_palette)
        self.bar.home.clicked.connect(self._on_home)
        application().installEventFilter(self)
        self._on_title_changed()
        self.show_start()

    def _tool_bar(self, name: str, widget: QWidget, area: Qt.ToolBarArea) -> QToolBar:
        bar = QToolBar(name)
        bar.setObjectName(name)
        bar.setMovable(False)
        bar.addWidget(widget)
        self.addToolBar(area, bar)
        return bar

    def _build_centre(self) -> None:
        self.start = StartPage(list(self.panels))
        self.start.panel_chosen.connect(lambda id: self.open_panel(id))
        self.start.file_chosen.connect(self.open_file)
        self.start.open_wanted.connect(lambda: self.actions_.open_dialog())
        self.banner = ErrorBanner()
        self.recovery = Recovery(lambda panel: self.panels[panel].title)
        self.recovery.recover_wanted.connect(self._on_recover)
        self.recovery.discard_wanted.connect(self._on_discard)
        #: A session that was recovered must not be replaced by the next one without a question.
        self._recovered = False
        centre = QWidget()
        fill(QVBoxLayout(centre), (self.recovery, (self.start, 1)), (0, 0, 0, 0), 0)
        self.setCentralWidget(centre)
        # The banner floats below the app bar, whatever is open.
        self.banner.setParent(self)

    # -- panels --------------------------------------------------------------------------------------------------

    def open_panel(self, panel: str, state: PanelState | None = None, preset: str | None = None) -> PanelDock:
        """Open a panel (again, if the user wants); `state` is one from a session."""
        spec = self.panels[panel]
        if state is None and self.keeper.path is not None:
            self.keeper.touch()
        state = state or files.fresh(panel, spec, preset)
        experiment = Experiment(panel, spec, state, parent=self)
        view: PanelView = spec.view()(experiment, self.jobs)
        name = experiment.name = state.name or self._free_name(spec.title)
        dock = PanelDock(name, experiment, view)
        view.header.title.setText(name)
        self.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, dock)
        if self.docks:
            self.tabifyDockWidget(self.docks[-1], dock)
        self.docks.append(dock)
        self._number_docks()
        self.player.add(experiment, lambda: view.seen)
        experiment.edited.connect(self._on_edited)
        experiment.looked.connect(self.keeper.touch)
        dock.closed.connect(lambda: self.close_panel(dock))
        view.touched.connect(lambda: self.activate(dock))
        view.ticks_changed.connect(lambda: self._on_ticks_changed(dock))
        view.experiment.playing_changed.connect(lambda _: self._on_ticks_changed(dock))
        dock.visibilityChanged.connect(lambda shown: self._on_shown(dock, shown))
        self.actions_.fill_panel_menu(dock)
        self.proofs.watch(view)
        self.show_panels()
        dock.raise_()
        self.activate(dock)
        self._dress_tabs()
        view.setFocus()
        return dock

    def _free_name(self, title: str) -> str:
        taken = {d.experiment.name for d in self.docks}
        names = (title, *(f"{title} {i}" for i in range(2, len(taken) + 2)))
        return next(name for name in names if name not in taken)

    def close_panel(self, dock: PanelDock) -> None:
        """Close a panel for good."""
        self._drop(dock)
        self.keeper.touch()
        if not self.docks:
            self.show_start()

    def _drop(self, dock: PanelDock) -> None:
        self.player.remove(dock.experiment)
        dock.view.abilities.close()
        self.docks.remove(dock)
        if self.active is dock:
            self.activate(self.docks[-1] if self.docks else None)
        self.removeDockWidget(dock)
        self._mark_active()
        dock.view.deleteLater()
        dock.experiment.deleteLater()
        dock.deleteLater()

    def activate(self, dock: PanelDock | None) -> None:
        """Let the transport control this panel."""
        if dock is self.active:
            return
        self.active = dock
        self.transport.show_experiment(dock.experiment if dock else None)
        if dock is not None:
            self.transport.set_ticks(dock.view.ticks())
        self.actions_.refresh()
        self._mark_active()

    def _mark_active(self) -> None:
        """Where several panels are seen, mark the one that the transport controls."""
        seen = [dock for dock in self.docks if dock.view.seen]
        for dock in self.docks:
            dock.view.header.set_active(dock is self.active and len(seen) > 1)

    def show_start(self) -> None:
        """Show the start page; the panels wait behind it, out of the transport's reach."""
        self._behind = self.active or self._behind
        self.activate(None)
        self.start.show_recent(self.settings.recent())
        for dock in self.docks:
            dock.hide()
        self.centralWidget().show()
        self.start.setFocus()
        self._bottom.setVisible(False)
        if self.isVisible():
            self.draw_thumbnails()

    def show_panels(self) -> None:
        """Show the panels."""
        self.centralWidget().hide()
        self._bottom.setVisible(True)
        for dock in self.docks:
            dock.show()
        if self.active is None and self.docks:
            self.activate(self._behind if self._behind in self.docks else self.docks[-1])
        self.player.wake()

    def leave_start(self) -> None:
        """Go back from the start page to the panels that wait behind it."""
        if self.docks:
            self.show_panels()
            (self.active or self.docks[-1]).view.setFocus()

    def _on_home(self) -> None:
        if self.start.isVisible():
            self.leave_start()
        else:
            self.show_start()

    def draw_thumbnails(self) -> None:
        """Give the start page its pictures (once)."""
        if not self._thumbnails:
            for entry in self.panels:
                self._thumbnails.append(Thumbnail(entry, self.start.cards[entry.id], self.player, self))

    def arrange(self, layout: str) -> None:
        """Put the open panels as tabs ("focus"), in a row ("side by side") or in two rows ("grid")."""
        if not self.docks:
            return
        self.show_panels()
        first, *others = self.docks
        for dock in self.docks:
            dock.setFloating(False)
            self.addDockWidget(Qt.DockWidgetArea.TopDockWidgetArea, dock)
        if layout == "focus":
            for dock in others:
                self.tabifyDockWidget(first, dock)
            (self.active or first).raise_()
        elif layout == "side by side":
            for before, dock in zip(self.docks, others, strict=False):
                self.splitDockWidget(before, dock, Qt.Orientation.Horizontal)
        else:
            columns = -(-len(self.docks) // 2)
            for i, dock in enumerate(self.docks):
                if 0 < i < columns:
                    self.splitDockWidget(self.docks[i - 1], dock, Qt.Orientation.Horizontal)
                elif i >= columns:
                    self.splitDockWidget(self.docks[i - columns], dock, Qt.Orientation.Vertical)
        self._make_even()
        # A panel may fold something away when it becomes narrow: only then do all fit evenly.
        QTimer.singleShot(0, self, self._make_even)
        self._dress_tabs()

    def _make_even(self) -> None:
        width = max(1, self.width() // max(1, len(self.docks)))
        self.resizeDocks(self.docks, [width] * len(self.docks), Qt.Orientation.Horizontal)

    # -- sessions ------------------------------------------------------------------------------------------------

    def session(self) -> Session:
        """Everything as it stands."""
        self._number_docks()
        layout = {"window": bytes(self.saveState().toBase64().data()).decode("ascii")}
        active = self.active or self._behind
        if active in self.docks:
            layout["active"] = str(self.docks.index(active))
        return Session(tuple(d.experiment.state() for d in self.docks), layout=layout, version=__version__)

    def show_session(self, session: Session) -> None:
        """Open all panels of a session in place of those that are open; they are made before anything is closed."""
        old = list(self.docks)
        made: list[PanelDock] = []
        try:
            for state in session.panels:
                made.append(self.open_panel(state.panel, state))
        except LabError:
            for dock in made:
                self._drop(dock)
            raise
        for dock in old:
            self._drop(dock)
        self._number_docks()
        self.put_in_place(QByteArray.fromBase64(session.layout.get("window", "").encode("ascii", "replace")))
        if not self.docks:
            self.show_start()
        else:
            self.show_panels()
            self._activate_saved(session.layout.get("active", ""))
            for dock in self.docks:
                dock.experiment.compare_digest()
        self._dress_tabs()

    def put_in_place(self, arrangement: QByteArray) -> None:
        """Arrange the docks as they once stood; and once more when new ones know how narrow they can be."""
        self._arrangement = arrangement
        self._on_settled()
        QTimer.singleShot(0, self, self._on_settled)

    def _on_settled(self) -> None:
        if self.docks and not self._arrangement.isEmpty():
            self.restoreState(self._arrangement)

    def _number_docks(self) -> None:
        """Qt keeps an arrangement by the docks' names: they must be the same when it is read again."""
        for i, dock in enumerate(self.docks):
            dock.setObjectName(f"panel-{i}")

    def _activate_saved(self, index: str) -> None:
        dock = self.docks[min(int(index), len(self.docks) - 1)] if index.isdecimal() else self.docks[-1]
        dock.raise_()
        self.activate(dock)

    def open_file(self, path: Path) -> bool:
        """Open a session file; one line says why not, and what was open stays."""
        try:
            session = self.keeper.open(path)
            self.show_session(session)
        except LabError as refused:
            self.show_error(str(refused))
            return False
        self.banner.clear()
        self.keeper.adopt(path)
        return True

    def new_session(self) -> None:
        """Close all panels and start afresh."""
        for dock in list(self.docks):
            self.close_panel(dock)
        self.keeper.adopt(None)
        self.show_start()

    def offer_recovery(self) -> None:
        """Offer everything that crashed labs have left behind."""
        found = []
        for path in self.keeper.left_behind():
            try:
                session = self.keeper.open(path)
            except LabError:
                session = Session()
            if session.panels:
                found.append(Left(path, session, path.stat().st_mtime))
            else:
                self.keeper.discard(path)
        self.recovery.offer(found)
        if found:
            self.show_start()

    def _on_recover(self, left: Left) -> None:
        if self._recovered and not self.actions_.may_replace():
            return
        self._recovered = True
        self.recovery.take_out(left)
        self.show_session(left.session)
        self.keeper.adopt(None, modified=True)
        self.keeper.autosave()
        self.keeper.discard(left.path)

    def _on_discard(self, left: Left) -> None:
        self.recovery.take_out(left)
        self.keeper.discard(left.path)
        if self.recovery.isHidden() and self.docks:
            self.show_panels()

    def show_error(self, message: str, *, lasting: bool = False) -> None:
        """One line over the window's top."""
        self.banner.show_error(message, lasting=lasting)
        self._place_banner()

    # -- answers -------------------------------------------------------------------------------------------------

    def _on_edited(self) -> None:
        self.banner.pass_by()
        self.keeper.touch()
        self.actions_.refresh()

    def _on_ticks_changed(self, dock: PanelDock) -> None:
        if dock is self.active:
            self.transport.set_ticks(dock.view.ticks())

    def _on_shown(self, dock: PanelDock, shown: bool) -> None:
        if dock not in self.docks:
            return
        dock.view.set_in_front(shown)
        self._mark_active()
        if shown:
            self.player.wake()

    def _on_tab_activated(self, dock: QDockWidget) -> None:
        if isinstance(dock, PanelDock):
            self.activate(dock)
        self._dress_tabs()

    def _on_title_changed(self) -> None:
        mark = "•" if self.keeper.modified else ""
        self.setWindowTitle(f"{mark}{self.keeper.title} — Visual Lab")

    def _dress_tabs(self) -> None:
        """Give Qt's own tab bars the lab's type and the panels' icons."""
        icon_of = {d.windowTitle(): d.experiment.spec.icon for d in self.docks}
        for tabs in self.findChildren(QTabBar):
            tabs.setDrawBase(False)
            tabs.setExpanding(False)
            fonts.use(tabs, fonts.BODY, fonts.MEDIUM)
            for i in range(tabs.count()):
                if tabs.tabText(i) in icon_of:
                    role = "accent" if i == tabs.currentIndex() else "muted"
                    tabs.setTabIcon(i, icons.icon(icon_of[tabs.tabText(i)], role))

    def _place_banner(self) -> None:
        self.banner.setFixedWidth(min(760, self.width() - 48))
        self.banner.adjustSize()
        self.banner.move((self.width() - self.banner.width()) // 2, self.bar.height() + 8)
        self.banner.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """A panel that is touched is the one controlled; keys that a control needs are not taken for the transport."""
        kind = event.type()
        if kind in (QEvent.Type.MouseButtonPress, QEvent.Type.FocusIn) and isinstance(watched, QWidget):
            self.activate(next((d for d in self.docks if d.isAncestorOf(watched)), self.active))
        if kind == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            focus = application().focusWidget()
            if keys.keeps(focus, event) or (isinstance(focus, PanelCard) and event.key() == Qt.Key.Key_Space):
                event.accept()
                return True
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            self._tabbed = event.key() in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if kind == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and keys.presses(watched, event):
            assert isinstance(watched, QAbstractButton)
            watched.click()
            return True
        return False

    def focusNextPrevChild(self, forward: bool) -> bool:
        # Qt asks for this, too, when what has the keyboard is hidden or taken down: then nothing there is looked at.
        tabbed, self._tabbed = self._tabbed, False
        return keys.walk(self, forward) if tabbed else super().focusNextPrevChild(forward)

    def keyboard_home(self) -> QWidget | None:
        """Where the keyboard belongs when no control needs it: the stage of the active panel."""
        return self.active.view.keyboard_home() if self.active is not None else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.active is not None and self.active.view.close_front():
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and self.isFullScreen():
            self.actions_.present(False)
        elif event.key() == Qt.Key.Key_Escape and self.start.isVisible():
            self.leave_start()
        else:
            super().keyPressEvent(event)

    def set_presenting(self, on: bool) -> None:
        """Full screen without the app bar, everything larger; and back to exactly what was."""
        if on == (self._before_presenting is not None):
            return
        arrangement = self.saveState()
        self._top.setVisible(not on)
        manager().set_presenting(on)
        if self._before_presenting is None:
            self._before_presenting = (self.windowState(), arrangement)
            self.showFullScreen()
        else:
            state, arrangement = self._before_presenting
            self._before_presenting = None
            self.setWindowState(state)
            # Larger text has pushed the panels about.
            self.put_in_place(arrangement)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        # The window is painted first; the pictures come a moment later.
        QTimer.singleShot(0, self, self._on_shown_first)

    def _on_shown_first(self) -> None:
        if self.centralWidget().isVisible():
            self.draw_thumbnails()

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
        path = Path(event.mimeData().urls()[0].toLocalFile())
        if self.actions_.may_replace():
            self.open_file(path)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.settings.remember("window/geometry", self.saveGeometry())
        self.settings.remember("theme", manager().mode)
        self.settings.remember("text/scale", manager().own_text_scale)
        self.keeper.keep_for_next_start()
        self.settings.save()
        self.shut_down()
        super().closeEvent(event)

    def shut_down(self) -> None:
        """Stop everything that runs."""
        if self._before_presenting is not None:
            manager().set_presenting(False)
        application().removeEventFilter(self)
        for dock in self.docks:
            self.player.remove(dock.experiment)
            dock.view.abilities.close()
        for thumbnail in self._thumbnails:
            thumbnail.close()
        self.proofs.close()
        self.jobs.shutdown()


def application() -> QApplication:
    """The one application."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    return app
