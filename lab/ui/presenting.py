"""Present to a lecture hall: full screen without the app bar, everything larger; and back to exactly what was."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtWidgets import QMainWindow, QWidget

from lab.ui.arrangement import Arrangement
from lab.ui.theme import manager


class Presenting(QObject):
    """Puts a window on the whole screen and takes it back.

    Parameters
    ----------
    window : QMainWindow
        The window.
    bar : QWidget
        What is hidden meanwhile.
    arrangement : Arrangement
        Where the window's docks stand: larger text pushes them about.
    """

    def __init__(self, window: QMainWindow, bar: QWidget, arrangement: Arrangement) -> None:
        super().__init__(window)
        self._window = window
        self._bar = bar
        self._arrangement = arrangement
        #: The window's state and its panels' places, to come back to.
        self._before: tuple[Qt.WindowState, QByteArray] | None = None

    def set_on(self, on: bool) -> None:
        """Begin or end."""
        if on == (self._before is not None):
            return
        arrangement = self._arrangement.state()
        self._bar.setVisible(not on)
        manager().set_presenting(on)
        if self._before is None:
            self._before = (self._window.windowState(), arrangement)
            self._window.showFullScreen()
        else:
            state, arrangement = self._before
            self._before = None
            self._window.setWindowState(state)
            self._arrangement.put_in_place(arrangement)

    def shut_down(self) -> None:
        """Give the other windows of the process their own text size back."""
        if self._before is not None:
            manager().set_presenting(False)
