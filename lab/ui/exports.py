"""What a panel can be carried out as, each with its question for a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QFileDialog, QWidget

from lab.core.errors import LabError
from lab.ui import export
from lab.ui.dock import PanelDock

Run = Callable[[PanelDock], None]


class Exports:
    """Pictures, tables and films of a panel.

    Parameters
    ----------
    window : QWidget
        Over which dialogs open.
    complain : callable
        Shows one line: why a file could not be written.
    """

    def __init__(self, window: QWidget, complain: Callable[[str], None]) -> None:
        self._window = window
        self._complain = complain
        #: All of them as they stand in a menu.
        self.entries: tuple[tuple[str, Run], ...] = (
            ("Stage as PNG…", self.stage_png),
            ("Stage as SVG…", self.stage_svg),
            ("Whole panel as PNG…", self.panel_png),
            ("Plot data as CSV…", self.csv),
            ("Animation…", self.film),
            ("Copy picture of the stage", self.copy_stage),
        )

    def stage_png(self, dock: PanelDock) -> None:
        """The stage at double resolution."""
        self._write(
            dock, "png", lambda path: export.png(dock.view.picture_of(), path, without=dock.view.for_the_hand())
        )

    def panel_png(self, dock: PanelDock) -> None:
        """The whole panel at double resolution, without a lesson that stands beside it."""
        self._write(dock, "png", lambda path: export.panel_png(dock.view, path))

    def stage_svg(self, dock: PanelDock) -> None:
        """The stage as vectors."""
        self._write(dock, "svg", lambda path: export.stage_svg(dock.view, path))

    def csv(self, dock: PanelDock) -> None:
        """The data of the panel's plots."""
        self._write(dock, "csv", lambda path: export.csv(dock.view, path))

    def film(self, dock: PanelDock) -> None:
        """A stretch of the timeline as GIF, APNG or WebP."""
        dock.view.abilities.open_film()

    def copy_stage(self, dock: PanelDock) -> None:
        """The stage's picture to the clipboard."""
        export.copy_picture(dock.view.picture_of(), dock.view.for_the_hand())
        dock.view.notice.say("Copied: picture of the stage")

    def _write(self, dock: PanelDock, suffix: str, write: Callable[[Path], None]) -> None:
        name = f"{dock.experiment.name.lower().replace(' ', '-')}-{dock.experiment.step}.{suffix}"
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Export", str(Path.home() / name), f"*.{suffix}")
        if not chosen:
            return
        path = Path(chosen) if chosen.endswith(f".{suffix}") else Path(f"{chosen}.{suffix}")
        try:
            write(path)
        except LabError as refused:
            self._complain(str(refused))
        else:
            dock.view.notice.say(f"Saved: {path.name}")
