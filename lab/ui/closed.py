"""Panels that were closed, as values: enough to bring each of them back as it stood."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QByteArray

from lab.core.history import History
from lab.core.session import PanelState

#: So many are kept; a run is a small value, and its snapshots are not kept.
KEPT = 20


@dataclass(frozen=True, slots=True)
class Closed:
    """One panel that was closed.

    Attributes
    ----------
    state : PanelState
        As a session would have saved it: run, cursor, look, ghost, name.
    history : History
        What undo and redo would have done.
    index : int
        Its place among the open panels.
    others : tuple of str
        The names of the others, in their order.
    layout : QByteArray
        How all of them stood.
    arranged : int
        `Arrangement.arranged` at that time.
    """

    state: PanelState
    history: History
    index: int
    others: tuple[str, ...]
    layout: QByteArray
    arranged: int


class ClosedPanels:
    """The newest `KEPT` of them; the last one closed is the first to come back."""

    def __init__(self) -> None:
        self._all: list[Closed] = []

    def __bool__(self) -> bool:
        return bool(self._all)

    @property
    def last(self) -> str:
        """The name of the one that would come back, or nothing."""
        return self._all[-1].state.name if self._all else ""

    def keep(self, closed: Closed) -> None:
        """One more was closed."""
        self._all = [*self._all[1 - KEPT :], closed]

    def take(self) -> Closed:
        """The last one, which is no longer kept; IndexError when there is none."""
        return self._all.pop()
