"""What can be done with one racer: the menu of its row and of its heads, and the same in the command palette."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from lab.panels.race.looks import start_name
from lab.ui.icons import icon

if TYPE_CHECKING:
    from lab.panels.race.view import RaceView


class RacerMenu(QObject):
    """Offers focus, editing, a duplicate, a sweep and the way out for one racer."""

    def __init__(self, view: RaceView) -> None:
        super().__init__(view)
        self._view = view
        #: Filled whenever it is opened.
        self.menu = QMenu(view)

    def offer(self, lane: int, at: QPoint, start: int = -1) -> None:
        """Open the menu of a racer at a place on the screen; with the way out for its start, where that was meant."""
        view = self._view
        view.touched.emit()
        menu = self.menu
        menu.clear()
        title = view.title_of(lane)
        menu.setAccessibleName(title)
        focus = menu.addAction(icon("crosshair"), "Focus", partial(view.set_look, focus_lane=lane))
        focus.setEnabled(lane != view.focused_lane)
        menu.addAction(icon("sliders-horizontal"), "Edit parameters", partial(view.edit_racer, lane))
        menu.addAction(icon("sweep"), "Sweep a parameter…", partial(self._sweep, lane))
        menu.addAction(icon("copy-simple"), "Duplicate", partial(view.duplicate_racer, lane))
        menu.addSeparator()
        # The key is only named here: the leaderboard, when it has the keyboard, takes it.
        menu.addAction(icon("trash"), f"Remove {title} from the race\tDel", partial(view.remove_racer, lane))
        if start >= 0:
            menu.addAction(icon("trash"), f"Remove start {start_name(start)}", partial(view.hands.remove, start))
        menu.popup(at)

    def offered(self, lane: int) -> list[tuple[str, partial[None]]]:
        """Words for the command palette, and what they do to the racer in focus."""
        view = self._view
        if lane < 0:
            return []
        title = view.title_of(lane)
        return [
            (f"Edit {title}", partial(view.edit_racer, lane)),
            (f"Duplicate {title}", partial(view.duplicate_racer, lane)),
            (f"Remove {title} from the race", partial(view.remove_racer, lane)),
        ]

    def _sweep(self, lane: int) -> None:
        self._view.set_look(focus_lane=lane)
        self._view.abilities.open_sweep()
