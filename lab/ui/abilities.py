"""What the shell brings to every panel that implements a small protocol: menus, palette entries, cards.

A panel's view offers an ability by having its methods (`lab.ui.sweep.CanSweep` and its neighbours); everything around
them, from the menu to the refusal in one line, is here and the same for all panels.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from lab.core.errors import LabError
from lab.core.session import replace_file
from lab.ui.command_palette import Command
from lab.ui.compare import CanCompare, GhostKeeper
from lab.ui.panel import Panel
from lab.ui.scripts import CanCopyCode, CodeForm, exact
from lab.ui.sweep import CanSweep, SweepCard, parameters

if TYPE_CHECKING:
    from lab.ui.film_card import FilmCard


class Abilities(QObject):
    """The abilities of one panel's view."""

    def __init__(self, view: Panel) -> None:
        super().__init__(view)
        self._view = view
        self.sweep_card: SweepCard | None = None
        self.ghosts: GhostKeeper | None = None
        self.film: FilmCard | None = None
        view.header.compare.setVisible(isinstance(view, CanCompare))
        if isinstance(view, CanSweep):
            self.sweep_card = SweepCard(view)
            self.sweep_card.wanted.connect(self._on_sweep_wanted)
            view.more_menu.addAction("Sweep a parameter…", self.open_sweep)
        self._copies, self._saves = QMenu("Copy as Python", view), QMenu("Save as Python", view)
        self._copies.aboutToShow.connect(lambda: self._fill_forms(self._copies, self.copy_code, ""))
        self._saves.aboutToShow.connect(lambda: self._fill_forms(self._saves, self.save_code, "…"))
        self.add_scripts(view.more_menu)
        view.more_menu.addSeparator()

    def add_scripts(self, menu: QMenu) -> None:
        """Put the scripts into a menu, as two more menus."""
        menu.addMenu(self._copies)
        menu.addMenu(self._saves)

    def begin(self) -> None:
        """The view stands: show it what a session brought."""
        view = self._view
        if isinstance(view, CanCompare):
            self.ghosts = GhostKeeper(view.experiment, view.jobs, view.show_ghost, self)
            view.header.compare.clicked.connect(self.compare)
            view.experiment.edited.connect(self._on_edited)
            self._on_edited()

    def compare(self) -> None:
        """Pin the present run as a ghost behind the next one, or let go of the one that is pinned."""
        view = self._view
        if self.ghosts is not None:
            view.touched.emit()
            self.ghosts.toggle(view.experiment.ghost is None)

    def _on_edited(self) -> None:
        self._view.header.compare.setChecked(self._view.experiment.ghost is not None)

    def commands(self) -> list[Command]:
        """What the abilities add to the command palette."""
        view = self._view
        found = []
        if self.ghosts is not None:
            pinned = view.experiment.ghost is not None
            title = "Let go of the ghost" if pinned else "Compare: pin the present run as a ghost"
            found.append(Command(title, "Compare", self.compare))
        for form in self.code_forms():
            found.append(Command(f"Copy as Python: {form.title}", "Code", partial(self.copy_code, form)))
            found.append(Command(f"Save as Python: {form.title}…", "Code", partial(self.save_code, form)))
        if isinstance(view, CanSweep) and (subject := view.sweep_subject()) is not None:
            for d in parameters(subject):
                title = f"Sweep {d.label.lower()} of {subject.title}…"
                found.append(Command(title, "Sweep", partial(self.open_sweep, d.name)))
        return found

    # -- film --------------------------------------------------------------------------------------------------

    def open_film(self) -> None:
        """Show the card that makes a film of the timeline; Pillow is imported by the first who asks."""
        from lab.ui.film_card import FilmCard

        self._view.touched.emit()
        if self.film is None:
            self.film = FilmCard(self._view)
        self.film.open()

    def close(self) -> None:
        """Stop what is under way: the panel goes."""
        if self.film is not None:
            self.film.stop()
        if self.ghosts is not None:
            self.ghosts.close()

    # -- code --------------------------------------------------------------------------------------------------

    def code_forms(self) -> tuple[CodeForm, ...]:
        """The kinds of script that this experiment may be written as."""
        view = self._view
        own = view.code_forms() if isinstance(view, CanCopyCode) else ()
        return (*own, exact(view.experiment))

    def copy_code(self, form: CodeForm) -> None:
        """The whole script to the clipboard."""
        if (text := self._written(form)) is not None:
            QGuiApplication.clipboard().setText(text)
            self._view.notice.say(f"Copied: {form.title}, {text.count(chr(10)):,} lines of Python")

    def save_code(self, form: CodeForm) -> None:
        """The whole script to a file that the user chooses."""
        if (text := self._written(form)) is None:
            return
        name = f"{self._view.experiment.name.lower().replace(' ', '-')}.py"
        chosen, _ = QFileDialog.getSaveFileName(self._view, "Save as Python", str(Path.home() / name), "*.py")
        if not chosen:
            return
        path = Path(chosen if chosen.endswith(".py") else f"{chosen}.py")
        try:
            replace_file(path, text.encode("utf-8"))
        except LabError as refused:
            self._view.banner.show_error(str(refused))
        else:
            self._view.notice.say(f"Saved: {path.name}")

    def _written(self, form: CodeForm) -> str | None:
        self._view.touched.emit()
        try:
            return form.write()
        except LabError as refused:
            self._view.banner.show_error(str(refused))
            return None

    def _fill_forms(self, menu: QMenu, run: Callable[[CodeForm], None], dots: str) -> None:
        menu.clear()
        for form in self.code_forms():
            menu.addAction(f"{form.title}{dots}", partial(run, form))

    # -- sweep -------------------------------------------------------------------------------------------------

    def sweep_menu(self, parent: QWidget) -> QMenu:
        """A menu with an entry for each parameter of what is in focus; filled whenever it opens."""
        menu = QMenu(parent)
        menu.aboutToShow.connect(lambda: self._fill_sweeps(menu))
        return menu

    def _fill_sweeps(self, menu: QMenu) -> None:
        menu.clear()
        view = self._view
        assert isinstance(view, CanSweep)
        for d in parameters(view.sweep_subject()):
            menu.addAction(f"Sweep {d.label.lower()}…", partial(self.open_sweep, d.name))

    def offer_sweep(self, name: str, at: QPoint) -> None:
        """The menu of one parameter, at a place on the screen."""
        view = self._view
        found = [d for d in parameters(view.sweep_subject()) if d.name == name] if isinstance(view, CanSweep) else []
        if found:
            menu = QMenu(view)
            menu.addAction(f"Sweep {found[0].label.lower()}…", partial(self.open_sweep, name))
            menu.aboutToHide.connect(menu.deleteLater)
            menu.popup(at)

    def open_sweep(self, name: str | None = None) -> None:
        """Show the card, near the pointer when that is over the panel."""
        view = self._view
        if self.sweep_card is None or not isinstance(view, CanSweep):
            return
        subject = view.sweep_subject()
        if subject is None:
            view.banner.show_error("There is nothing in focus whose parameters could be swept.")
            return
        here = view.mapFromGlobal(QCursor.pos())
        if not view.rect().contains(here):
            # From the keyboard: over the stage, beside the parameters.
            left = view.inspector.mapTo(view, QPoint(0, 0)).x() if view.inspector_shown else view.width()
            here = QPoint(left - self.sweep_card.width() - 40, 40)
        self.sweep_card.open(subject, name, here + QPoint(8, 8))

    def _on_sweep_wanted(self, name: str, values: tuple[Any, ...], replace: bool) -> None:
        view = self._view
        assert isinstance(view, CanSweep)
        view.touched.emit()
        view.sweep(name, values, replace)
