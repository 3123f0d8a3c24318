"""What leaderboard and plot each get of the inspector's height."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QScrollArea, QWidget

from lab.panels.race.leaderboard import Leaderboard
from lab.ui import fonts

#: What a plot has before a long leaderboard gets more, and what also a short one leaves it, in px at 100 % text. Where
#: there is even less room, it does with the last; so low it has no numbers of steps.
PLOT, LOW_PLOT, LEAST_PLOT = 140, 100, 52
#: A board of so many racers is short. A long one keeps so many rows in sight, and without room any board the last.
SHORT, KEPT, LEAST = 6, 4, 3
#: From here on a board leaves the plot at least this share of what both have.
MANY, SHARE = 8, 0.28


def shared(room: int, racers: int, row: int, scale: float) -> tuple[int, int]:
    """The heights of the rows that are in sight and of the plot at least, in px, in so much `room` for both."""
    every = racers * row
    plot = round(PLOT * scale)
    if racers > MANY:
        plot = max(plot, min(round(room * SHARE), room - MANY * row))
    rows = min(max(room - plot, (racers if racers <= SHORT else KEPT) * row), every)
    low = round(LOW_PLOT * scale)
    if room - rows < low:
        rows = min(max(room - low, min(racers, LEAST) * row), rows)
    return rows, min(max(room - rows, LEAST_PLOT), plot)


class Sharing(QObject):
    """Shares the height of a scrolled column between its leaderboard and its plot, whenever it or they change.

    Parameters
    ----------
    scroll : QScrollArea
        Holds the column; all else in it keeps its height.
    board : Leaderboard
        Scrolls its rows where it gets less than they need.
    plot : QWidget
        Takes all that is left.
    """

    def __init__(self, scroll: QScrollArea, board: Leaderboard, plot: QWidget) -> None:
        super().__init__(scroll)
        self._scroll, self._board, self._plot = scroll, board, plot
        scroll.installEventFilter(self)
        scroll.widget().installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        events = (QEvent.Type.Resize, QEvent.Type.Show) if watched is self._scroll else (QEvent.Type.LayoutRequest,)
        if event.type() in events and self._scroll.isVisible():
            self.fit()
        return False

    def fit(self) -> None:
        """Share anew; nothing happens where all is as it was."""
        board, plot = self._board, self._plot
        others = self._scroll.widget().minimumSizeHint().height() - board.minimumHeight() - plot.minimumHeight()
        room = self._scroll.height() - others - board.head
        rows, least = shared(room, board.count, board.row_height, max(1.0, fonts.scale()))
        if (board.head + rows, least) == (board.minimumHeight(), plot.minimumHeight()):
            return
        board.setFixedHeight(board.head + rows)
        plot.setMinimumHeight(least)
        for card in (board.parentWidget(), plot.parentWidget()):
            if card is not None:
                # Else it tells the column only when it is itself laid out, which the column is before.
                card.updateGeometry()
