"""The desk: the panels that are open, which of them the transport controls, and what is saved of them."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import QByteArray, QObject, QTimer, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from lab import __version__
from lab.core import session as files
from lab.core.errors import LabError
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.session import PanelState, Session
from lab.ui.arrangement import Arrangement
from lab.ui.closed import Closed, ClosedPanels
from lab.ui.dock import PanelDock
from lab.ui.experiment import Experiment
from lab.ui.jobs import Jobs
from lab.ui.panel_view import PanelView
from lab.ui.player import Player
from lab.ui.transport import Transport


class Desk(QObject):
    """Opens and closes panels, and hands the transport to the one that is touched.

    Parameters
    ----------
    window : QMainWindow
        Where the docks stand.
    panels : Family
        The panels that can be opened.
    jobs : Jobs
        Where their views put heavy work.
    player : Player
        What lets their experiments run.
    transport : Transport
        The bar that controls the active one.
    """

    #: The user, not a session, is about to open one more panel.
    added = Signal()
    #: A panel (a `PanelDock`) has its place and is about to be shown.
    opened = Signal(object)
    #: A panel was closed by hand; the newest one of `gone`.
    closed = Signal()
    #: A panel (a `PanelDock`) is about to go, closed or replaced by a session's.
    going = Signal(object)
    #: The transport controls another panel, or none.
    activated = Signal()
    #: The run of a panel was changed.
    edited = Signal()
    #: The cursor of a panel stands elsewhere, or play began or ended; whether that panel plays.
    played = Signal(bool)
    #: How a panel is looked at was changed.
    looked = Signal()

    def __init__(
        self, window: QMainWindow, panels: Family[PanelSpec], jobs: Jobs, player: Player, transport: Transport
    ) -> None:
        super().__init__(window)
        self._window = window
        self.panels = panels
        self._jobs = jobs
        self._player = player
        self._transport = transport
        self.docks: list[PanelDock] = []
        self.active: PanelDock | None = None
        #: The active one, while all of them are put away.
        self._behind: PanelDock | None = None
        self.arrangement = Arrangement(window, self.docks)
        #: What was closed and can be opened again.
        self.gone = ClosedPanels()
        window.tabifiedDockWidgetActivated.connect(self._on_tab_activated)

    # -- open and close ------------------------------------------------------------------------------------------

    def open(self, panel: str, state: PanelState | None = None, preset: str | None = None) -> PanelDock:
        """Open a panel (again, if the user wants); `state` is one from a session."""
        spec = self.panels[panel]
        if state is None:
            self.added.emit()
        state = state or files.fresh(panel, spec, preset)
        experiment = Experiment(panel, spec, state, parent=self._window)
        view: PanelView = spec.view()(experiment, self._jobs)
        name = experiment.name = state.name or self._free_name(spec.title)
        dock = PanelDock(name, experiment, view)
        view.header.title.setText(name)
        self.arrangement.take_in(dock)
        self.docks.append(dock)
        self.arrangement.number()
        self._player.add(experiment, lambda: view.seen)
        experiment.edited.connect(self.edited)
        experiment.looked.connect(self.looked)
        experiment.moved.connect(lambda: self._on_moved(dock))
        experiment.playing_changed.connect(self.played)
        dock.closed.connect(lambda: self.close(dock))
        view.touched.connect(lambda: self.activate(dock))
        view.ticks_changed.connect(lambda: self._on_ticks_changed(dock))
        experiment.playing_changed.connect(lambda _: self._on_ticks_changed(dock))
        dock.visibilityChanged.connect(lambda shown: self._on_shown(dock, shown))
        self.opened.emit(dock)
        dock.raise_()
        self.activate(dock)
        self.arrangement.dress_tabs()
        view.setFocus()
        return dock

    def _free_name(self, title: str) -> str:
        taken = {dock.experiment.name for dock in self.docks}
        names = (title, *(f"{title} {i}" for i in range(2, len(taken) + 2)))
        return next(name for name in names if name not in taken)

    def rename(self, dock: PanelDock, name: str) -> None:
        """Give a panel another name, wherever it stands."""
        dock.experiment.name = name
        dock.setWindowTitle(name)
        dock.view.header.title.setText(name)
        self._transport.show_experiment(dock.experiment)

    def close(self, dock: PanelDock) -> None:
        """Close a panel; it can be opened again as it stands."""
        self.arrangement.number()
        self.gone.keep(
            Closed(
                dock.experiment.state(),
                dock.experiment.history,
                self.docks.index(dock),
                tuple(other.experiment.name for other in self.docks if other is not dock),
                self.arrangement.state(),
                self.arrangement.arranged,
            )
        )
        self._drop(dock)
        if self.active is not None:
            # Else Qt gives it to whatever comes next, such as a lesson's card, which Esc then closes.
            self.active.view.keyboard_home().setFocus()
        self.closed.emit()

    def reopen(self) -> None:
        """Bring back the panel that was closed last, with its run, its look and what undo would do.

        In its place, too, as long as the others are the same and nothing else was asked for since; else it comes as any
        new panel does.
        """
        if not self.gone:
            return
        closed = self.gone.take()
        others = tuple(other.experiment.name for other in self.docks)
        self.added.emit()
        name = self._free_name(closed.state.name)
        dock = self.open(closed.state.panel, dataclasses.replace(closed.state, name=name))
        dock.experiment.history = closed.history
        if others == closed.others and self.arrangement.arranged == closed.arranged:
            self.docks.remove(dock)
            self.docks.insert(closed.index, dock)
            self.arrangement.number()
            self.arrangement.return_to(closed.layout)
            dock.raise_()
            # On the way panels are hidden, and the keyboard goes to whatever comes next.
            QTimer.singleShot(0, dock.view, lambda: dock.view.keyboard_home().setFocus())
        self.edited.emit()

    def clear(self) -> None:
        """Let all panels go, to start afresh."""
        for dock in list(self.docks):
            self._drop(dock)

    def _drop(self, dock: PanelDock) -> None:
        self.going.emit(dock)
        self._player.remove(dock.experiment)
        dock.view.abilities.close()
        # Not when the collector of cycles finds it: until then the other panels would have less room.
        dock.experiment.close()
        self.docks.remove(dock)
        if self.active is dock:
            self.activate(self.docks[-1] if self.docks else None)
        self._window.removeDockWidget(dock)
        self._mark_active()
        dock.view.deleteLater()
        dock.experiment.deleteLater()
        dock.deleteLater()

    def shut_down(self) -> None:
        """Stop everything that runs in the panels."""
        for dock in self.docks:
            self._player.remove(dock.experiment)
            dock.view.abilities.close()
            dock.experiment.close()

    # -- the active one ------------------------------------------------------------------------------------------

    def activate(self, dock: PanelDock | None) -> None:
        """Let the transport control this panel."""
        if dock is self.active:
            return
        self.active = dock
        self._transport.show_experiment(dock.experiment if dock else None)
        if dock is not None:
            self._transport.set_ticks(dock.view.ticks())
        self.activated.emit()
        self._mark_active()

    def touch(self, widget: QWidget) -> None:
        """The panel in which the hand touches something becomes the active one."""
        self.activate(next((dock for dock in self.docks if dock.isAncestorOf(widget)), self.active))

    def _mark_active(self) -> None:
        """Where several panels are seen, mark the one that the transport controls; each says where it stands."""
        seen = [dock for dock in self.docks if dock.view.seen]
        for dock in self.docks:
            dock.view.set_among(len(seen) > 1, dock is self.active)

    # -- all that are seen ---------------------------------------------------------------------------------------

    def toggle_all(self) -> None:
        """Play every panel that is seen, each on its own timeline; pause them all when one of them plays."""
        seen = [dock.experiment for dock in self.docks if dock.view.seen]
        on = not any(experiment.playing for experiment in seen)
        for experiment in seen:
            experiment.set_playing(on)

    def all_to_start(self) -> None:
        """Put every panel that is seen at step 0, paused; those behind other tabs stay as they are."""
        for dock in self.docks:
            if dock.view.seen:
                dock.experiment.set_playing(False)
                dock.experiment.seek(0)

    def put_away(self) -> None:
        """Hide all panels, out of the transport's reach, until they are brought back."""
        self._behind = self.active or self._behind
        self.activate(None)
        self.arrangement.put_away()

    def bring_back(self) -> None:
        """Show all panels again, with the one active that was."""
        self.arrangement.bring_back()
        if self.active is None and self.docks:
            self.activate(self._behind if self._behind in self.docks else self.docks[-1])

    def _on_moved(self, dock: PanelDock) -> None:
        # Views ask for the same step again when something else about it is to be drawn.
        if dock.experiment.step != dock.stood:
            dock.stood = dock.experiment.step
            self.played.emit(dock.experiment.playing)

    def _on_ticks_changed(self, dock: PanelDock) -> None:
        if dock is self.active:
            self._transport.set_ticks(dock.view.ticks())

    def _on_shown(self, dock: PanelDock, shown: bool) -> None:
        if dock not in self.docks:
            return
        dock.view.set_in_front(shown)
        self._mark_active()
        if shown:
            self._player.wake()

    def _on_tab_activated(self, dock: QDockWidget) -> None:
        if isinstance(dock, PanelDock):
            self.activate(dock)
        self.arrangement.dress_tabs()

    # -- sessions ------------------------------------------------------------------------------------------------

    def session(self) -> Session:
        """Everything as it stands."""
        self.arrangement.number()
        layout = {"window": bytes(self.arrangement.state().toBase64().data()).decode("ascii")}
        active = self.active or self._behind
        if active in self.docks:
            layout["active"] = str(self.docks.index(active))
        return Session(tuple(dock.experiment.state() for dock in self.docks), layout=layout, version=__version__)

    def replace(self, session: Session) -> None:
        """Open all panels of a session in place of those that are open; they are made before anything is closed."""
        old = list(self.docks)
        made: list[PanelDock] = []
        try:
            for state in session.panels:
                made.append(self.open(state.panel, state))
        except LabError:
            for dock in made:
                self._drop(dock)
            raise
        for dock in old:
            self._drop(dock)
        self.arrangement.number()
        layout = session.layout.get("window", "").encode("ascii", "replace")
        self.arrangement.put_in_place(QByteArray.fromBase64(layout))

    def activate_saved(self, session: Session) -> None:
        """Bring the panel to the front that was active when the session was saved, or the newest."""
        index = session.layout.get("active", "")
        dock = self.docks[min(int(index), len(self.docks) - 1)] if index.isdecimal() else self.docks[-1]
        dock.raise_()
        self.activate(dock)
