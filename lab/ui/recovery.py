"""What crashed labs have left behind, on the start page: each session to recover or to throw away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from lab.core.session import Session
from lab.ui.widgets import Button, Card, Text, row
from lab.ui.widgets.layout import fill

#: Older ones than so many wait until these are dealt with.
LISTED = 6


@dataclass(frozen=True, slots=True)
class Left:
    """One session that was left behind: its autosave, what is in it, and when it was written (seconds since 1970)."""

    path: Path
    session: Session
    written: float


class RecoveryRow(QWidget):
    """One session: when it was, what it held, and what to do with it."""

    def __init__(self, left: Left, name_of: Callable[[str], str]) -> None:
        super().__init__()
        panels = ", ".join(state.name or name_of(state.panel) for state in left.session.panels)
        when = QLocale().toString(QDateTime.fromSecsSinceEpoch(int(left.written)), "ddd d MMM, HH:mm")
        self.words = f"{when}   {panels}, step {max(state.cursor for state in left.session.panels):,}"
        what = Text(self.words, "body", elide=True)
        self.recover = Button("Recover", tooltip="Open it as a session without a file")
        self.discard = Button("Discard", kind="flat", tooltip="Throw this copy away for good")
        for button in (self.recover, self.discard):
            button.setAccessibleName(f"{button.text()}: {self.words}")
        fill(QHBoxLayout(self), ((what, 1), self.recover, self.discard), (0, 0, 0, 0), 8)


class Recovery(QWidget):
    """A card above the start page, hidden while nothing is left behind."""

    recover_wanted = Signal(object)
    discard_wanted = Signal(object)

    def __init__(self, name_of: Callable[[str], str]) -> None:
        super().__init__()
        self._name_of = name_of
        self._left: list[Left] = []
        self.rows: list[RecoveryRow] = []
        self._title = Text("", "strong")
        self.discard_all = Button("Discard all", kind="flat", tooltip="Throw all these copies away for good")
        self.discard_all.clicked.connect(self._on_discard_all)
        self._list = QVBoxLayout()
        self._more = Text("", "caption")
        heading = row(self._title, None, self.discard_all)
        card = Card(heading, self._list, self._more, margins=(16, 8, 10, 10), spacing=4)
        card.setFixedWidth(640)
        fill(QHBoxLayout(self), (None, card, None), (16, 12, 16, 0), 0)
        self.hide()

    def offer(self, left: Sequence[Left]) -> None:
        """Show these, newest first; none of them hides the card."""
        self._left = list(left)
        for old in self.rows:
            self._list.removeWidget(old)
            old.hide()
            old.deleteLater()
        self.rows = [RecoveryRow(one, self._name_of) for one in self._left[:LISTED]]
        for line, one in zip(self.rows, self._left, strict=False):
            line.recover.clicked.connect(partial(self._on_recover, one))
            line.discard.clicked.connect(partial(self._on_discard, one))
            self._list.addWidget(line)
        several = len(self._left) > 1
        what = f"Its last {len(self._left)} sessions" if several else "Its last session"
        self._title.setText(f"The lab ended unexpectedly. {what} can be recovered:")
        self.discard_all.setVisible(several)
        hidden = len(self._left) - len(self.rows)
        self._more.setText(f"and {hidden} older")
        self._more.setVisible(hidden > 0)
        self.setVisible(bool(self._left))

    def take_out(self, one: Left) -> None:
        """One of them is dealt with."""
        self.offer([left for left in self._left if left is not one])

    def _on_recover(self, one: Left, checked: bool = False) -> None:
        self.recover_wanted.emit(one)

    def _on_discard(self, one: Left, checked: bool = False) -> None:
        self.discard_wanted.emit(one)

    def _on_discard_all(self) -> None:
        for one in list(self._left):
            self.discard_wanted.emit(one)
