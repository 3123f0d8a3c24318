"""Sessions of the open window: save, open, autosave, and recovery after a crash."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QLockFile, QObject, QTimer, Signal

from lab.core import session as files
from lab.core.errors import FileRefused
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.session import Session
from lab.ui.settings import Settings

log = logging.getLogger(__name__)

#: How long after an edit, or a step by hand, the autosave is written; what else is done meanwhile waits for the same
#: writing. While a panel plays, so long: a crash then costs a few seconds of play, and the play is hardly disturbed.
AUTOSAVE_MS, PLAYING_MS = 3000, 10_000


class SessionKeeper(QObject):
    """Knows the session's file, whether it changed since, and keeps a copy for the case of a crash.

    Parameters
    ----------
    panels : Family
        What a session may contain.
    settings : Settings
        Where recent files and autosaves lie.
    gather : callable
        Gives the session as it stands now.
    """

    #: The file's name or the modified state changed.
    changed = Signal()
    #: One line for the user.
    failed = Signal(str)

    def __init__(
        self, panels: Family[PanelSpec], settings: Settings, gather: Callable[[], Session], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._panels = panels
        self._settings = settings
        self._gather = gather
        self.path: Path | None = None
        self.modified = False
        self._folder = settings.data / "autosave"
        self._folder.mkdir(parents=True, exist_ok=True)
        # The lock says that this autosave belongs to a living process; a crash leaves it stale.
        name = uuid.uuid4().hex
        self._autosave = self._folder / f"{name}{files.SUFFIX}"
        self._lock = QLockFile(str(self._folder / f"{name}.lock"))
        self._lock.setStaleLockTime(0)
        self._lock.tryLock(0)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.autosave)

    @property
    def title(self) -> str:
        """The session's name for the window's title."""
        return self.path.name.removesuffix(files.SUFFIX) if self.path else "Untitled"

    def touch(self) -> None:
        """Something that the file holds was changed by hand: autosave soon.

        Runs, panels, and how they are looked at and played (zoom, layers, focus, speed) count; where the cursor stands
        does not (see `follow`), or playing alone would be a change.
        """
        if not self.modified:
            self.modified = True
            self.changed.emit()
        self._save_within(AUTOSAVE_MS)

    def follow(self, playing: bool) -> None:
        """A cursor stands elsewhere: no change of the session, but what a crash should not take away.

        Asked for at every frame of play; nothing runs while every cursor rests.
        """
        self._save_within(PLAYING_MS if playing else AUTOSAVE_MS)

    def _save_within(self, ms: int) -> None:
        # A timer that is already due that soon is left alone, or a stream of steps would put it off for ever.
        if not self._timer.isActive() or ms < min(self._timer.interval(), self._timer.remainingTime()):
            self._timer.start(ms)

    def open(self, path: Path) -> Session:
        """Read a session file; `FileRefused` leaves everything as it was."""
        return files.read(path, self._panels)

    def adopt(self, path: Path | None, *, modified: bool = False) -> None:
        """The window now shows the session of this file (None: one without a file)."""
        self.path = path
        self.modified = modified
        self._timer.stop()
        if path is not None:
            self._settings.add_recent(path)
        self.changed.emit()

    def save(self, path: Path) -> bool:
        """Write the session to a file; False (and a message) when that is not possible."""
        if not path.name.endswith(".json"):
            path = path.with_name(path.name + files.SUFFIX)
        try:
            files.write(path, self._gather())
        except FileRefused as refused:
            self.failed.emit(str(refused))
            return False
        self.adopt(path)
        return True

    # -- autosave and recovery -----------------------------------------------------------------------------------

    def autosave(self) -> None:
        """Write the copy that a crash leaves behind."""
        try:
            files.write(self._autosave, self._gather())
        except FileRefused as refused:
            log.warning("autosave: %s", refused)

    def left_behind(self) -> list[Path]:
        """Autosaves of processes that are no more, newest first; each is claimed by asking."""
        found = []
        for path in self._folder.glob(f"*{files.SUFFIX}"):
            if path == self._autosave:
                continue
            lock = QLockFile(str(path.with_name(path.name.removesuffix(files.SUFFIX) + ".lock")))
            lock.setStaleLockTime(0)
            if lock.tryLock(0):
                lock.unlock()
                found.append(path)
        return sorted(found, key=lambda p: p.stat().st_mtime, reverse=True)

    def discard(self, path: Path) -> None:
        """Throw an old autosave away."""
        path.unlink(missing_ok=True)

    def keep_for_next_start(self) -> None:
        """Write what the next start shall open, and drop the autosave: this is a clean end."""
        self._timer.stop()
        try:
            files.write(self._last, self._gather())
            self._settings.remember("session/path", str(self.path or ""))
            self._settings.remember("session/modified", "1" if self.modified else "")
        except FileRefused as refused:
            log.warning("the session could not be kept: %s", refused)
        self._autosave.unlink(missing_ok=True)
        self._lock.unlock()

    def restore_last(self) -> Session | None:
        """What was open when the window was last closed, or None."""
        if not self._last.is_file():
            return None
        try:
            session = self.open(self._last)
        except FileRefused as refused:
            log.warning("the last session could not be restored: %s", refused)
            return None
        named = self._settings.text("session/path")
        self.path = Path(named) if named and Path(named).is_file() else None
        self.modified = self._settings.text("session/modified") == "1"
        return session

    @property
    def _last(self) -> Path:
        return self._settings.data / f"last{files.SUFFIX}"
