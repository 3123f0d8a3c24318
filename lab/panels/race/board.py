"""The leaderboard's card in the inspector, and the same with all columns over the stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from lab.engine.optimizers import OPTIMIZERS
from lab.panels.race.columns import COLUMNS, GHOST, offered
from lab.panels.race.leaderboard import Leaderboard
from lab.panels.race.standings import BoardRow
from lab.panels.race.state import RaceViewState
from lab.ui import fonts
from lab.ui.picker import Picker, options_of
from lab.ui.widgets import Button, Card, IconButton, Overlay, Text, row

#: How wide the table over the stage would like to be.
WIDTH = 740


class BoardCard(Card):
    """Heading and leaderboard; which columns it has is chosen in a menu."""

    #: A racer of this kind should join.
    added = Signal(str)
    columns_chosen = Signal(tuple)
    table_wanted = Signal(bool)

    def __init__(self) -> None:
        super().__init__(margins=(4, 4, 4, 6), spacing=0)
        self.board = Leaderboard()
        self.of = Text("", "caption", elide=True)
        self.columns = IconButton("columns", "Columns of the leaderboard", size=16)
        self._menu = QMenu(self)
        self._switches: dict[str, QAction] = {}
        for id, column in COLUMNS.items():
            switch = self._menu.addAction(column.words)
            switch.setCheckable(True)
            switch.setToolTip(column.doc)
            switch.toggled.connect(lambda on, id=id: self._on_switched(id, on))
            self._switches[id] = switch
        self._menu.setToolTipsVisible(True)
        self.columns.setMenu(self._menu)
        self.columns.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.table = IconButton("table", "All columns, in a table over the stage", size=16, checkable=True)
        self.table.clicked.connect(self.table_wanted)
        self.add = Button("Add racer", "plus", kind="flat", tooltip="Another optimizer joins, from step 0")
        self.picker = Picker(self, "Optimizer to add")
        self.add.clicked.connect(self._on_add)
        heading = row(
            Text("Leaderboard", "strong"), (self.of, 1), self.columns, self.table, self.add,
            margins=(12, 0, 4, 0), spacing=4,
        )  # fmt: skip
        self.box.addLayout(heading)
        self.box.addWidget(self.board)
        self._chosen: tuple[str, ...] = ()
        #: The shape and colour that a racer of a kind would have if it joined now.
        self.mark_of: Callable[[str], tuple[str, str] | None] = lambda kind: None

    def show_board(self, rows: Sequence[BoardRow], lane: int, look: RaceViewState, several: bool, test: bool) -> None:
        """Show these racers with the chosen columns, of those that now mean something."""
        there = offered(several, test, _pinned(rows))
        self._chosen = look.columns
        for id, switch in self._switches.items():
            switch.setVisible(id in there and id != GHOST)
            switch.setChecked(id in look.columns)
        self.table.setChecked(look.table)
        columns = tuple(id for id in there if id in look.columns or id == GHOST)
        self.board.show_standings(rows, lane, columns, look.sort if look.sort in there else "loss", look.descending)

    def _on_add(self) -> None:
        options = options_of(OPTIMIZERS, lambda entry: entry.id, lambda entry: self.mark_of(entry.id))
        self.picker.open(options, self.added.emit, self.add)

    def _on_switched(self, id: str, on: bool) -> None:
        if on == (id in self._chosen):
            return
        wanted = {*self._chosen, id} if on else {*self._chosen} - {id}
        self.columns_chosen.emit(tuple(column for column in COLUMNS if column in wanted))


class BoardTable(Overlay):
    """Every racer with every number, over the stage."""

    closed = Signal()

    def __init__(self) -> None:
        super().__init__(vertical=True, margins=(8, 4, 8, 8), spacing=0)
        self.setObjectName("card")
        self.board = Leaderboard("Leaderboard with all columns")
        self.of = Text("", "caption")
        close = IconButton("x", "Close the table", size=14)
        close.clicked.connect(self.closed)
        self.box.addLayout(row(Text("Leaderboard", "strong"), self.of, None, close, margins=(10, 0, 0, 0)))
        self.box.addWidget(self.board)

    def sizeHint(self) -> QSize:
        stage = self.parentWidget()
        wanted = round(WIDTH * max(1.0, fonts.scale()))
        width = wanted if stage is None else min(wanted, max(stage.width() - 88, 320))
        return QSize(width, super().sizeHint().height())

    def show_board(self, rows: Sequence[BoardRow], lane: int, look: RaceViewState, several: bool, test: bool) -> None:
        """Show these racers with all columns that now mean something."""
        there = offered(several, test, _pinned(rows))
        self.board.show_standings(rows, lane, there, look.sort if look.sort in there else "loss", look.descending)


def _pinned(rows: Sequence[BoardRow]) -> bool:
    return any(row.ghost is not None for row in rows)
