"""Help: the keyboard map, the log files, and whose work this is."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from lab import __version__


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
