"""Every action of the window: menus, shortcuts and the command palette are filled from one list."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QAction, QActionGroup, QDesktopServices, QKeySequence
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QMessageBox

from lab import __version__
from lab.core import session as files
from lab.core.errors import LabError
from lab.ui import export, fonts
from lab.ui.command_palette import Command
from lab.ui.theme import Mode, manager

if TYPE_CHECKING:
    from lab.ui.window import MainWindow, PanelDock

_FILES = f"Visual Lab sessions (*{files.SUFFIX});;All files (*)"
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
On the stage: press drops a start, drag moves it, right press removes it;
wheel zooms, middle button (or Alt and drag) pans
With the keyboard on the stage (Tab goes there): Enter or Insert drops a start in the middle,
Ctrl and arrows pan, + and − zoom, 0 shows everything
In a 3-D view: drag (or arrow keys) turns, wheel (or + and −) zooms, press drops a start,
double press (or Home) shows everything
On a parameter: double press on its name resets it, right press sweeps it
On a row of the leaderboard: right press (or the menu key) shows what can be done, Delete removes the racer"""


def _float(dock: PanelDock) -> None:
    dock.setFloating(not dock.isFloating())


def _toggle_inspector(dock: PanelDock) -> None:
    dock.view.toggle_inspector()


class Actions(QObject):
    """Makes the actions, puts them into the menus and hands them to the palette."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._w = window
        self._all: list[tuple[str, QAction]] = []
        self._file_menu()
        self._edit_menu()
        self._view_menu()
        self._panel_menu()
        self._help_menu()
        self._transport_keys()
        self.refresh()

    def _add(
        self,
        menu: QMenu | None,
        group: str,
        title: str,
        run: Callable[[], object],
        shortcut: str = "",
        *,
        checkable: bool = False,
    ) -> QAction:
        action = QAction(title, self._w)
        action.setCheckable(checkable)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda: run())
        if menu is not None:
            menu.addAction(action)
        self._w.addAction(action)
        self._all.append((group, action))
        return action

    # -- menus -------------------------------------------------------------------------------------------------

    def _file_menu(self) -> None:
        w, menu = self._w, self._w.bar.file
        self._add(menu, "File", "New session", self.new, "Ctrl+N")
        self._add(menu, "File", "Open session…", self.open_dialog, "Ctrl+O")
        self._recent = menu.addMenu("Open recent")
        self._recent.aboutToShow.connect(self._fill_recent)
        menu.addSeparator()
        self._add(menu, "File", "Save", self.save, "Ctrl+S")
        self._add(menu, "File", "Save as…", self.save_as, "Ctrl+Shift+S")
        menu.addSeparator()
        self._export = menu.addMenu("Export")
        for title, run in (
            ("Stage as PNG…", self.export_stage_png),
            ("Stage as SVG…", self.export_stage_svg),
            ("Whole panel as PNG…", self.export_panel_png),
            ("Plot data as CSV…", self.export_csv),
            ("Animation…", self.export_film),
            ("Copy picture of the stage", self.copy_stage),
        ):
            self._add(self._export, "Export", title, run)
        self._export.aboutToShow.connect(self._fill_scripts)
        self._scripts: list[QAction] = []
        menu.addSeparator()
        self._add(menu, "File", "Quit", w.close, "Ctrl+Q")

    def _edit_menu(self) -> None:
        menu = self._w.bar.edit
        self._undo = self._add(menu, "Edit", "Undo", lambda: self._with(lambda d: d.experiment.undo()), "Ctrl+Z")
        self._redo = self._add(menu, "Edit", "Redo", lambda: self._with(lambda d: d.experiment.redo()), "Ctrl+Shift+Z")
        self._redo.setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])
        menu.addSeparator()
        self._add(menu, "Edit", "Command palette…", self.open_palette, "Ctrl+K")

    def _view_menu(self) -> None:
        w, menu = self._w, self._w.bar.view
        themes = QActionGroup(self)
        self._themes = {}
        titles: dict[Mode, str] = {"system": "Theme of the system", "dark": "Dark theme", "light": "Light theme"}
        for mode, title in titles.items():
            action = self._add(menu, "View", title, partial(self.set_theme, mode), checkable=True)
            themes.addAction(action)
            self._themes[mode] = action
        menu.addSeparator()
        self._add(menu, "View", "Larger text", lambda: self.scale_text(1.1), "Ctrl+=")
        self._add(menu, "View", "Smaller text", lambda: self.scale_text(1 / 1.1), "Ctrl+-")
        self._add(menu, "View", "Usual text size", lambda: self.scale_text(0.0), "Ctrl+0")
        menu.addSeparator()
        for i, layout in enumerate(("focus", "side by side", "grid")):
            action = self._add(menu, "Layout", f"Layout: {layout}", partial(w.arrange, layout), f"Ctrl+{i + 1}")
            w.bar.layout_menu.addAction(action)
        w.bar.layout_menu.addSeparator()
        w.bar.layout_menu.addAction(self._add(None, "Layout", "Save this layout…", self.save_layout))
        self._layouts = w.bar.layout_menu.addMenu("Saved layouts")
        self._layouts.aboutToShow.connect(self._fill_layouts)
        menu.addSeparator()
        self._add(menu, "View", "Show or fold away the inspector", lambda: self._with(_toggle_inspector), "Ctrl+I")
        self._present = self._add(menu, "View", "Present", lambda: self.present(None), "F11", checkable=True)
        self._add(menu, "View", "Start page", w.show_start)
        w.bar.theme.clicked.connect(lambda: self.set_theme("light" if manager().current.dark else "dark"))

    def _panel_menu(self) -> None:
        w, menu = self._w, self._w.bar.panel
        for entry in w.panels:
            self._add(menu, "Panels", f"New {entry.title.lower()}", partial(w.open_panel, entry.id))
        menu.addSeparator()
        self._add(menu, "Panels", "Rename panel…", self.rename_panel)
        self._add(menu, "Panels", "Duplicate panel", self.duplicate_panel)
        self._add(menu, "Panels", "Float or dock panel", lambda: self._with(_float))
        self._add(menu, "Panels", "Close panel", lambda: self._with(w.close_panel), "Ctrl+W")

    def _help_menu(self) -> None:
        menu = self._w.bar.help
        self._add(menu, "Help", "Keyboard and mouse", self.show_keys, "F1")
        self._add(menu, "Help", "Open log folder", self.open_logs)
        self._add(menu, "Help", "About Visual Lab", self.about)

    def _transport_keys(self) -> None:
        transport = self._w.transport
        self._add(None, "Transport", "Play or pause", transport.toggle, "Space")
        self._add(None, "Transport", "Step forward", lambda: transport.step_by(1), "Right")
        self._add(None, "Transport", "Step back", lambda: transport.step_by(-1), "Left")
        self._add(None, "Transport", "Ten steps forward", lambda: transport.step_by(10), "Shift+Right")
        self._add(None, "Transport", "Ten steps back", lambda: transport.step_by(-10), "Shift+Left")
        self._add(None, "Transport", "Jump to the start", transport.go_to_start, "Home")
        self._add(None, "Transport", "Jump to the end", transport.go_to_end, "End")

    def fill_panel_menu(self, dock: PanelDock) -> None:
        """Give a new panel's header its Export and More menus."""
        w, view = self._w, dock.view
        for title, run in (
            ("Stage as PNG…", self.export_stage_png),
            ("Stage as SVG…", self.export_stage_svg),
            ("Whole panel as PNG…", self.export_panel_png),
            ("Plot data as CSV…", self.export_csv),
            ("Animation…", self.export_film),
            ("Copy picture of the stage", self.copy_stage),
        ):
            view.export_menu.addAction(title, partial(self._on, dock, run))
        view.export_menu.addSeparator()
        view.abilities.add_scripts(view.export_menu)
        view.more_menu.addSeparator()
        view.more_menu.addAction("Rename panel…", partial(self._on, dock, self.rename_panel))
        view.more_menu.addAction("Duplicate panel", partial(self._on, dock, self.duplicate_panel))
        view.more_menu.addAction("Float or dock panel", partial(_float, dock))
        view.more_menu.addAction("Close panel", partial(w.close_panel, dock))

    def refresh(self) -> None:
        """Name what undo and redo would do; tick the theme in force."""
        history = self._w.active.experiment.history if self._w.active else None
        for action, word, label in (
            (self._undo, "Undo", history.undo_label if history else None),
            (self._redo, "Redo", history.redo_label if history else None),
        ):
            action.setEnabled(label is not None)
            action.setText(word if label is None else f"{word} {label[0].lower()}{label[1:]}")
        self._themes[manager().mode].setChecked(True)

    # -- the palette -------------------------------------------------------------------------------------------

    def open_palette(self) -> None:
        """Every action, preset and algorithm."""
        self._w.palette_box.open(self.commands())

    def commands(self) -> list[Command]:
        """What the palette offers now."""
        w = self._w
        found = [
            Command(a.text().replace("&", ""), group, a.trigger, a.shortcut().toString())
            for group, a in self._all
            if a.isEnabled()
        ]
        for entry in w.panels:
            for preset in entry.item.presets:
                found.append(
                    Command(preset.title, f"Preset · {entry.title}", partial(self._preset, entry.id, preset.id))
                )
        if w.active is not None:
            found += w.active.view.abilities.commands() + w.active.view.commands()
            found += w.proofs.commands(w.active.view)
        for path in w.settings.recent():
            found.append(Command(path.name, "Recent session", partial(self._open, path)))
        return found

    def _preset(self, panel: str, preset: str) -> None:
        w = self._w
        if w.active is not None and w.active.experiment.panel == panel and w.active.isVisible():
            w.active.view.choose_preset(preset)
        else:
            w.open_panel(panel, preset=preset)

    # -- sessions ----------------------------------------------------------------------------------------------

    def may_replace(self) -> bool:
        """Whether the open session may be replaced: asks when it has changes that no file holds."""
        w = self._w
        if not w.keeper.modified or not w.docks:
            return True
        box = QMessageBox(w)
        box.setText(f"Save the changes to {w.keeper.title} first?")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        return answer == buttons.Discard or (answer == buttons.Save and self.save())

    def new(self) -> None:
        """Start afresh."""
        if self.may_replace():
            self._w.new_session()

    def open_dialog(self) -> None:
        """Ask for a session file and open it."""
        folder = str(self._w.keeper.path.parent) if self._w.keeper.path else str(Path.home())
        name, _ = QFileDialog.getOpenFileName(self._w, "Open session", folder, _FILES)
        if name:
            self._open(Path(name))

    def _open(self, path: Path) -> None:
        if self.may_replace():
            self._w.open_file(path)

    def save(self) -> bool:
        """Save to the session's file, asking for one when there is none."""
        path = self._w.keeper.path
        return self._w.keeper.save(path) if path else self.save_as()

    def save_as(self) -> bool:
        """Ask for a file and save there."""
        suggested = self._w.keeper.path or Path.home() / f"Untitled{files.SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self._w, "Save session", str(suggested), _FILES)
        return bool(name) and self._w.keeper.save(Path(name))

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in self._w.settings.recent():
            self._recent.addAction(path.name, partial(self._open, path)).setToolTip(str(path))
        if self._recent.isEmpty():
            self._recent.addAction("No recent sessions").setEnabled(False)

    # -- export ------------------------------------------------------------------------------------------------

    def export_stage_png(self) -> None:
        """The stage at double resolution."""
        self._export_to("png", lambda dock, path: export.png(dock.view.picture_of(), path))

    def export_panel_png(self) -> None:
        """The whole panel at double resolution."""
        self._export_to("png", lambda dock, path: export.png(dock.view, path))

    def export_stage_svg(self) -> None:
        """The stage as vectors."""
        self._export_to("svg", lambda dock, path: export.stage_svg(dock.view, path))

    def export_csv(self) -> None:
        """The data of the panel's plots."""
        self._export_to("csv", lambda dock, path: export.csv(dock.view, path))

    def export_film(self) -> None:
        """A stretch of the timeline as GIF, APNG or WebP."""
        self._with(lambda dock: dock.view.abilities.open_film())

    def copy_stage(self) -> None:
        """The stage's picture to the clipboard."""
        self._with(self._copy_stage)

    def _copy_stage(self, dock: PanelDock) -> None:
        export.copy_picture(dock.view.picture_of())
        dock.view.notice.say("Copied: picture of the stage")

    def _fill_scripts(self) -> None:
        """Below the pictures, the scripts of the active panel."""
        for action in self._scripts:
            self._export.removeAction(action)
        before = set(self._export.actions())
        if self._w.active is not None:
            self._export.addSeparator()
            self._w.active.view.abilities.add_scripts(self._export)
        self._scripts = [action for action in self._export.actions() if action not in before]

    def _export_to(self, suffix: str, write: Callable[[PanelDock, Path], None]) -> None:
        dock = self._w.active
        if dock is None:
            return
        name = f"{dock.experiment.name.lower().replace(' ', '-')}-{dock.experiment.step}.{suffix}"
        chosen, _ = QFileDialog.getSaveFileName(self._w, "Export", str(Path.home() / name), f"*.{suffix}")
        if not chosen:
            return
        path = Path(chosen) if chosen.endswith(f".{suffix}") else Path(f"{chosen}.{suffix}")
        try:
            write(dock, path)
        except LabError as refused:
            self._w.show_error(str(refused))
        else:
            dock.view.notice.say(f"Saved: {path.name}")

    # -- looks -------------------------------------------------------------------------------------------------

    def set_theme(self, mode: Mode) -> None:
        """Dark, light, or as the system."""
        manager().set_mode(mode)
        self.refresh()

    def scale_text(self, factor: float) -> None:
        """Larger or smaller text; 0 is the usual size."""
        manager().set_text_scale(fonts.scale() * factor if factor else 1.0)

    def present(self, on: bool | None) -> None:
        """Full screen for a lecture hall, and back."""
        on = not self._w.isFullScreen() if on is None else on
        self._present.setChecked(on)
        self._w.set_presenting(on)

    def save_layout(self) -> None:
        """Keep the present arrangement under a name."""
        name, fine = QInputDialog.getText(self._w, "Save layout", "Name of this layout:")
        name = name.strip().replace("/", " ")
        if fine and name:
            self._w.settings.remember(f"layouts/{name}", self._w.saveState())

    def _fill_layouts(self) -> None:
        self._layouts.clear()
        for name in self._w.settings.layouts():
            state = self._w.settings.state(f"layouts/{name}")
            self._layouts.addAction(name, partial(self._w.put_in_place, state))
        if self._layouts.isEmpty():
            self._layouts.addAction("None saved yet").setEnabled(False)

    # -- panels ------------------------------------------------------------------------------------------------

    def _on(self, dock: PanelDock, run: Callable[[], object]) -> None:
        self._w.activate(dock)
        run()

    def _with(self, run: Callable[[PanelDock], object]) -> None:
        if self._w.active is not None:
            run(self._w.active)

    def rename_panel(self) -> None:
        """Give the panel in focus another name."""
        dock = self._w.active
        if dock is None:
            return
        name, fine = QInputDialog.getText(self._w, "Rename panel", "Name of this panel:", text=dock.experiment.name)
        if fine and name.strip():
            dock.experiment.name = name.strip()
            dock.setWindowTitle(dock.experiment.name)
            dock.view.header.title.setText(dock.experiment.name)
            self._w.transport.show_experiment(dock.experiment)
            self._w.keeper.touch()

    def duplicate_panel(self) -> None:
        """Open the panel in focus once more, as it stands."""
        dock = self._w.active
        if dock is not None:
            state = dock.experiment.state()
            fields = {name: getattr(state, name) for name in ("run", "view", "cursor", "horizon", "speed", "ghost")}
            self._w.open_panel(state.panel, files.PanelState(state.panel, **fields))
            self._w.keeper.touch()

    # -- help --------------------------------------------------------------------------------------------------

    def show_keys(self) -> None:
        """The keyboard map."""
        QMessageBox.information(self._w, "Keyboard and mouse", _SHORTCUTS)

    def open_logs(self) -> None:
        """Show the folder of the log files."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._w.settings.logs)))

    def about(self) -> None:
        """Version and licence."""
        QMessageBox.about(
            self._w,
            "About Visual Lab",
            f"<b>Visual Lab {__version__}</b><p>Machine-learning algorithms you can touch, play, stop and wind back."
            "<p>MIT licence. Fonts: Inter, JetBrains Mono (OFL). Icons: Phosphor (MIT).",
        )
