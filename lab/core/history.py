"""Undo and redo: pointers to runs. A run shares all but its newest event with the one before it."""

from __future__ import annotations

from typing import NamedTuple

from lab.core.run import Run


class Entry(NamedTuple):
    """A run, where its cursor stood, and what the user did next, in words.

    `horizon` is how many steps its timeline spanned where that edit changed it, else 0.
    """

    run: Run
    step: int
    label: str
    horizon: int = 0


class History:
    """Two stacks of runs. One gesture is one entry: a drag of 200 mouse moves is undone at once.

    Memory: about 400 bytes an entry, whatever the run holds.
    """

    def __init__(self) -> None:
        self._past: list[Entry] = []
        self._future: list[Entry] = []

    @property
    def undo_label(self) -> str | None:
        """What `undo` would take back, or None."""
        return self._past[-1].label if self._past else None

    @property
    def redo_label(self) -> str | None:
        """What `redo` would do again, or None."""
        return self._future[-1].label if self._future else None

    def record(self, before: Run, step: int, label: str, horizon: int = 0) -> None:
        """Note the run as it was before an edit; what had been undone is forgotten.

        `horizon` is the length its timeline had, for an edit that gives it another one; 0 for the others.
        """
        self._past.append(Entry(before, step, label, horizon))
        self._future.clear()

    def drop_last(self) -> None:
        """Forget the newest entry (a gesture that changed nothing)."""
        self._past.pop()

    def undo(self, now: Run, step: int, horizon: int = 0) -> Entry | None:
        """The entry to go back to, or None at the beginning; `now` is kept for `redo`."""
        if not self._past:
            return None
        entry = self._past.pop()
        self._future.append(Entry(now, step, entry.label, horizon if entry.horizon else 0))
        return entry

    def redo(self, now: Run, step: int, horizon: int = 0) -> Entry | None:
        """The entry to go forward to, or None at the end; `now` is kept for `undo`."""
        if not self._future:
            return None
        entry = self._future.pop()
        self._past.append(Entry(now, step, entry.label, horizon if entry.horizon else 0))
        return entry
