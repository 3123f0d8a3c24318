"""Help: the keyboard map, the log files, and whose work this is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from lab import __version__

_SHORTCUTS = """Space: play or pause
Left, Right: one step back or forward   (Shift: ten)
Home, End: start, end of the timeline
Ctrl+Z, Ctrl+Shift+Z (or Ctrl+Y): undo, redo
Ctrl+K: command palette
Ctrl+N, Ctrl+O, Ctrl+S: new, open, save
Ctrl+1, 2, 3: layouts focus, side by side, grid
Tab: next control, in reading order;   Enter: press it
Alt+F, E, V, P, H: menus
Ctrl+I: fold the inspector away, or show it
F11: present, with larger text and lines;   Esc: close the card in front, then leave
On the stage: press drops a start, drag moves it, right press removes it, on a racer shows what can be done;
wheel zooms, middle button (or Alt and drag) pans
With the keyboard on the stage (Tab goes there): Enter or Insert drops a start in the middle,
Ctrl and arrows pan, + and − zoom, 0 shows everything
In a 3-D view: drag (or arrow keys) turns, wheel (or + and −) zooms, press drops a start,
double press (or Home) shows everything
On a parameter: double press on its name resets it, right press sweeps it
On a row of the leaderboard: right press (or the menu key) shows what can be done, Delete removes the racer"""


def show_keys(window: QWidget) -> None:
    """The keyboard map."""
    QMessageBox.information(window, "Keyboard and mouse", _SHORTCUTS)


def open_logs(folder: Path) -> None:
    """Show the folder of the log files."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))


def show(window: QWidget) -> None:
    """Version and licence."""
    QMessageBox.about(
        window,
        "About Visual Lab",
        f"<b>Visual Lab {__version__}</b><p>Machine-learning algorithms you can touch, play, stop and wind back."
        "<p>MIT licence. Fonts: Inter, JetBrains Mono (OFL). Icons: Phosphor (MIT).",
    )
