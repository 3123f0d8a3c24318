"""Sessions on their way into the window and out of it: new, open, save, and what a crash has left."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from lab.core import session as files
from lab.core.errors import LabError
from lab.core.session import Session
from lab.ui.desk import Desk
from lab.ui.entrance import Entrance
from lab.ui.recovery import Left
from lab.ui.sessions import SessionKeeper

_FILES = f"Visual Lab sessions (*{files.SUFFIX});;All files (*)"


class SessionFlow(QObject):
    """Asks for files, shows what is in them, and lets nothing go that no file holds without a question.

    Parameters
    ----------
    window : QWidget
        Over which dialogs open.
    keeper : SessionKeeper
        What knows the session's file.
    desk : Desk
        Where the panels of a session are opened.
    entrance : Entrance
        Where sessions that were left behind are offered.
    """

    #: A session was opened from its file.
    opened = Signal()
    #: One line: why a file could not be opened.
    failed = Signal(str)

    def __init__(self, window: QWidget, keeper: SessionKeeper, desk: Desk, entrance: Entrance) -> None:
        super().__init__(window)
        self._window = window
        self._keeper = keeper
        self._desk = desk
        self._entrance = entrance
        #: A session that was recovered must not be replaced by the next one without a question.
        self._recovered = False
        entrance.recovery.recover_wanted.connect(self._on_recover)
        entrance.recovery.discard_wanted.connect(self._on_discard)

    # -- without questions ---------------------------------------------------------------------------------------

    def show(self, session: Session) -> None:
        """Open all panels of a session in place of those that are open."""
        desk = self._desk
        desk.replace(session)
        if not desk.docks:
            self._entrance.show_start()
        else:
            self._entrance.show_panels()
            desk.activate_saved(session)
            for dock in desk.docks:
                dock.experiment.compare_digest()
        desk.arrangement.dress_tabs()

    def open(self, path: Path) -> bool:
        """Open a session file; one line says why not, and what was open stays."""
        try:
            session = self._keeper.open(path)
            self.show(session)
        except LabError as refused:
            self.failed.emit(str(refused))
            return False
        self.opened.emit()
        self._keeper.adopt(path)
        return True

    def clear(self) -> None:
        """Close all panels and start afresh."""
        self._desk.clear()
        self._keeper.adopt(None)
        self._entrance.show_start()

    # -- with questions ------------------------------------------------------------------------------------------

    def may_replace(self) -> bool:
        """Whether the open session may be replaced: asks when it has changes that no file holds."""
        if not self._keeper.modified or not self._desk.docks:
            return True
        box = QMessageBox(self._window)
        box.setText(f"Save the changes to {self._keeper.title} first?")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        return answer == buttons.Discard or (answer == buttons.Save and self.save())

    def new(self) -> None:
        """Start afresh."""
        if self.may_replace():
            self.clear()

    def open_dialog(self) -> None:
        """Ask for a session file and open it."""
        folder = str(self._keeper.path.parent) if self._keeper.path else str(Path.home())
        name, _ = QFileDialog.getOpenFileName(self._window, "Open session", folder, _FILES)
        if name:
            self.open_instead(Path(name))

    def open_instead(self, path: Path) -> None:
        """Open a session file in place of the session that is open."""
        if self.may_replace():
            self.open(path)

    def save(self) -> bool:
        """Save to the session's file, asking for one when there is none."""
        path = self._keeper.path
        return self._keeper.save(path) if path else self.save_as()

    def save_as(self) -> bool:
        """Ask for a file and save there."""
        suggested = self._keeper.path or Path.home() / f"Untitled{files.SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self._window, "Save session", str(suggested), _FILES)
        return bool(name) and self._keeper.save(Path(name))

    # -- after a crash -------------------------------------------------------------------------------------------

    def offer_recovery(self) -> None:
        """Offer everything that crashed labs have left behind."""
        found = []
        for path in self._keeper.left_behind():
            try:
                session = self._keeper.open(path)
            except LabError:
                session = Session()
            if session.panels:
                found.append(Left(path, session, path.stat().st_mtime))
            else:
                self._keeper.discard(path)
        self._entrance.recovery.offer(found)
        if found:
            self._entrance.show_start()

    def _on_recover(self, left: Left) -> None:
        if self._recovered and not self.may_replace():
            return
        self._recovered = True
        self._entrance.recovery.take_out(left)
        self.show(left.session)
        self._keeper.adopt(None, modified=True)
        self._keeper.autosave()
        self._keeper.discard(left.path)

    def _on_discard(self, left: Left) -> None:
        recovery = self._entrance.recovery
        recovery.take_out(left)
        self._keeper.discard(left.path)
        if recovery.isHidden() and self._desk.docks:
            self._entrance.show_panels()
