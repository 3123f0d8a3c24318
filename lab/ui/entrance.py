"""The way in: what crashed labs have left behind, and the start page with its living pictures."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lab.ui.desk import Desk
from lab.ui.player import Player
from lab.ui.recovery import Recovery
from lab.ui.settings import Settings
from lab.ui.start_page import StartPage
from lab.ui.thumbnails import Thumbnail
from lab.ui.widgets.layout import fill


class Entrance(QWidget):
    """Takes the place of the panels, which wait behind it.

    Parameters
    ----------
    desk : Desk
        The panels that are open, and those that can be.
    player : Player
        What lets the pictures play.
    settings : Settings
        Which sessions were opened lately.
    controls : QWidget
        What is of use only while panels are seen, and hidden with them.
    """

    #: The start page is seen now.
    entered = Signal()

    def __init__(self, desk: Desk, player: Player, settings: Settings, controls: QWidget) -> None:
        super().__init__()
        self._desk = desk
        self._player = player
        self._settings = settings
        self._controls = controls
        self._thumbnails: list[Thumbnail] = []
        self.start = StartPage(list(desk.panels))
        self.recovery = Recovery(lambda panel: desk.panels[panel].title)
        fill(QVBoxLayout(self), (self.recovery, (self.start, 1)), (0, 0, 0, 0), 0)

    def show_start(self) -> None:
        """Show the start page; the panels wait behind it, out of the transport's reach."""
        self.start.show_recent(self._settings.recent())
        self._desk.put_away()
        self.show()
        self.start.setFocus()
        self._controls.setVisible(False)
        if self.isVisible():
            self.draw_thumbnails()
            self.entered.emit()

    def show_panels(self) -> None:
        """Show the panels."""
        self.hide()
        self._controls.setVisible(True)
        self._desk.bring_back()
        self._player.wake()

    def leave_start(self) -> None:
        """Go back from the start page to the panels that wait behind it."""
        desk = self._desk
        if desk.docks:
            self.show_panels()
            (desk.active or desk.docks[-1]).view.setFocus()

    def toggle(self) -> None:
        """To the start page, or back from it."""
        if self.start.isVisible():
            self.leave_start()
        else:
            self.show_start()

    def draw_thumbnails(self) -> None:
        """Give the start page its pictures (once)."""
        if not self._thumbnails:
            for entry in self._desk.panels:
                self._thumbnails.append(Thumbnail(entry, self.start.cards[entry.id], self._player, self))

    def shut_down(self) -> None:
        """Take the pictures away."""
        for thumbnail in self._thumbnails:
            thumbnail.close()
