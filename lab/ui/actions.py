"""Every action of the window: menus, shortcuts and the command palette are filled from one list."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QInputDialog, QMainWindow, QMenu

from lab.core.session import PanelState
from lab.ui import about, fonts
from lab.ui.app_bar import AppBar
from lab.ui.command_palette import Command, CommandPalette
from lab.ui.desk import Desk
from lab.ui.dock import PanelDock
from lab.ui.entrance import Entrance
from lab.ui.exports import Exports
from lab.ui.key_card import KeyCard
from lab.ui.lessons.hub import Lessons
from lab.ui.lessons.menu import LessonMenu
from lab.ui.presenting import Presenting
from lab.ui.proof import Proofs
from lab.ui.session_flow import SessionFlow
from lab.ui.sessions import SessionKeeper
from lab.ui.settings import Settings
from lab.ui.theme import Mode, manager
from lab.ui.transport import Transport

REOPEN, REOPEN_KEYS = "Reopen closed panel", "Ctrl+Shift+T"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a window is made of, as far as actions act on it."""

    window: QMainWindow
    settings: Settings
    bar: AppBar
    transport: Transport
    palette_box: CommandPalette
    desk: Desk
    entrance: Entrance
    keeper: SessionKeeper
    sessions: SessionFlow
    exports: Exports
    presenting: Presenting
    proofs: Proofs
    lessons: Lessons


def _float(dock: PanelDock) -> None:
    dock.setFloating(not dock.isFloating())


def _toggle_inspector(dock: PanelDock) -> None:
    dock.view.toggle_inspector()


class Actions(QObject):
    """Makes the actions, puts them into the menus and hands them to the palette."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(parts.window)
        self._w = parts
        self._all: list[tuple[str, QAction]] = []
        self._file_menu()
        self._edit_menu()
        self._view_menu()
        self._panel_menu()
        self._lesson_menu()
        self._help_menu()
        self._transport_keys()
        self.refresh()

    @cached_property
    def key_card(self) -> KeyCard:
        """What the keys do; made by the first who asks, since its many caps take a twentieth of a window's start."""
        return KeyCard(self._w.window)

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
        action = QAction(title, self._w.window)
        action.setCheckable(checkable)
        if shortcut:
            action.setShortcut(QKeySequence(shortcut))
            action.setShortcutContext(Qt.ShortcutContext.WindowShortcut)
        action.triggered.connect(lambda: run())
        if menu is not None:
            menu.addAction(action)
        self._w.window.addAction(action)
        self._all.append((group, action))
        return action

    # -- menus -------------------------------------------------------------------------------------------------

    def _file_menu(self) -> None:
        w, menu = self._w, self._w.bar.file
        self._add(menu, "File", "New session", w.sessions.new, "Ctrl+N")
        self._add(menu, "File", "Open session…", w.sessions.open_dialog, "Ctrl+O")
        self._recent = menu.addMenu("Open recent")
        self._recent.aboutToShow.connect(self._fill_recent)
        menu.addSeparator()
        self._add(menu, "File", "Save", w.sessions.save, "Ctrl+S")
        self._add(menu, "File", "Save as…", w.sessions.save_as, "Ctrl+Shift+S")
        menu.addSeparator()
        self._export = menu.addMenu("Export")
        for title, run in w.exports.entries:
            self._add(self._export, "Export", title, partial(self._with, run))
        self._export.aboutToShow.connect(self._fill_scripts)
        self._scripts: list[QAction] = []
        menu.addSeparator()
        self._add(menu, "File", "Quit", w.window.close, "Ctrl+Q")

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
            action = self._add(menu, "Layout", f"Layout: {layout}", partial(self.arrange, layout), f"Ctrl+{i + 1}")
            w.bar.layout_menu.addAction(action)
        w.bar.layout_menu.addSeparator()
        w.bar.layout_menu.addAction(self._add(None, "Layout", "Save this layout…", self.save_layout))
        self._layouts = w.bar.layout_menu.addMenu("Saved layouts")
        self._layouts.aboutToShow.connect(self._fill_layouts)
        menu.addSeparator()
        self._add(menu, "View", "Show or fold away the inspector", lambda: self._with(_toggle_inspector), "Ctrl+I")
        self._present = self._add(menu, "View", "Present", lambda: self.present(None), "F11", checkable=True)
        self._add(menu, "View", "Start page", w.entrance.show_start)
        w.bar.theme.clicked.connect(lambda: self.set_theme("light" if manager().current.dark else "dark"))

    def _panel_menu(self) -> None:
        w, menu = self._w, self._w.bar.panel
        for entry in w.desk.panels:
            self._add(menu, "Panels", f"New {entry.title.lower()}", partial(w.desk.open, entry.id))
        menu.addSeparator()
        self._add(menu, "Panels", "Play or pause all panels together", w.desk.toggle_all, "Shift+Space")
        self._add(menu, "Panels", "All panels to the start", w.desk.all_to_start, "Shift+Home")
        menu.addSeparator()
        self._add(menu, "Panels", "Rename panel…", lambda: self._with(self.rename_panel))
        self._add(menu, "Panels", "Duplicate panel", lambda: self._with(self.duplicate_panel))
        self._add(menu, "Panels", "Float or dock panel", lambda: self._with(_float))
        self._add(menu, "Panels", "Close panel", lambda: self._with(w.desk.close), "Ctrl+W")
        self._reopen = self._add(menu, "Panels", REOPEN, w.desk.reopen, REOPEN_KEYS)

    def _lesson_menu(self) -> None:
        self._lessons = LessonMenu(self._w.bar.lessons, self._w.desk.panels, self._w.lessons, self._add)
        self._w.lessons.changed.connect(self.refresh)

    def _help_menu(self) -> None:
        w, menu = self._w, self._w.bar.help
        self._add(menu, "Help", "Keyboard and mouse", lambda: self.key_card.toggle(), "F1")
        self._add(menu, "Help", "Open log folder", partial(about.open_logs, w.settings.logs))
        self._add(menu, "Help", "About Visual Lab", partial(about.show, w.window))

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
        for title, run in w.exports.entries:
            view.export_menu.addAction(title, partial(self._on, dock, run))
        view.export_menu.addSeparator()
        view.abilities.add_scripts(view.export_menu)
        view.lesson_menu.aboutToShow.connect(partial(w.lessons.fill_panel_menu, view.lesson_menu, dock))
        view.lesson_menu.setTitle("Lessons")
        view.more_menu.addMenu(view.lesson_menu)
        view.more_menu.addSeparator()
        view.more_menu.addAction("Rename panel…", partial(self._on, dock, self.rename_panel))
        view.more_menu.addAction("Duplicate panel", partial(self._on, dock, self.duplicate_panel))
        view.more_menu.addAction("Float or dock panel", partial(_float, dock))
        view.more_menu.addAction("Close panel", partial(w.desk.close, dock))

    def refresh(self) -> None:
        """Name what undo and redo would do; tick the theme in force."""
        history = self._w.desk.active.experiment.history if self._w.desk.active else None
        for action, word, label in (
            (self._undo, "Undo", history.undo_label if history else None),
            (self._redo, "Redo", history.redo_label if history else None),
        ):
            action.setEnabled(label is not None)
            action.setText(word if label is None else f"{word} {label[0].lower()}{label[1:]}")
        self._reopen.setEnabled(bool(self._w.desk.gone))
        self._themes[manager().mode].setChecked(True)
        self._lessons.refresh(panel=self._w.desk.active is not None)

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
        for entry in w.desk.panels:
            for preset in entry.item.presets:
                found.append(
                    Command(preset.title, f"Preset · {entry.title}", partial(self._preset, entry.id, preset.id))
                )
        found += w.lessons.commands()
        if w.desk.active is not None:
            found += w.desk.active.view.abilities.commands() + w.desk.active.view.commands()
            found += w.proofs.commands(w.desk.active.view)
        for path in w.settings.recent():
            found.append(Command(path.name, "Recent session", partial(w.sessions.open_instead, path)))
        return found

    def _preset(self, panel: str, preset: str) -> None:
        w = self._w
        if w.desk.active is not None and w.desk.active.experiment.panel == panel and w.desk.active.isVisible():
            w.desk.active.view.choose_preset(preset)
        else:
            w.desk.open(panel, preset=preset)

    def _fill_recent(self) -> None:
        self._recent.clear()
        for path in self._w.settings.recent():
            self._recent.addAction(path.name, partial(self._w.sessions.open_instead, path)).setToolTip(str(path))
        if self._recent.isEmpty():
            self._recent.addAction("No recent sessions").setEnabled(False)

    def _fill_scripts(self) -> None:
        """Below the pictures, the scripts of the active panel."""
        for action in self._scripts:
            self._export.removeAction(action)
        before = set(self._export.actions())
        if self._w.desk.active is not None:
            self._export.addSeparator()
            self._w.desk.active.view.abilities.add_scripts(self._export)
        self._scripts = [action for action in self._export.actions() if action not in before]

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
        on = not self._w.window.isFullScreen() if on is None else on
        self._present.setChecked(on)
        self._w.presenting.set_on(on)

    def arrange(self, layout: str) -> None:
        """Put the open panels as tabs ("focus"), in a row ("side by side") or in two rows ("grid")."""
        desk = self._w.desk
        if desk.docks:
            self._w.entrance.show_panels()
            desk.arrangement.arrange(layout, desk.active)
            if desk.active is not None:
                # On the way panels were hidden, and the keyboard went to whichever was seen first.
                desk.active.view.keyboard_home().setFocus()

    def save_layout(self) -> None:
        """Keep the present arrangement under a name."""
        name, fine = QInputDialog.getText(self._w.window, "Save layout", "Name of this layout:")
        name = name.strip().replace("/", " ")
        if fine and name:
            self._w.settings.remember(f"layouts/{name}", self._w.desk.arrangement.state())

    def _fill_layouts(self) -> None:
        self._layouts.clear()
        for name in self._w.settings.layouts():
            state = self._w.settings.state(f"layouts/{name}")
            self._layouts.addAction(name, partial(self._w.desk.arrangement.put_in_place, state))
        if self._layouts.isEmpty():
            self._layouts.addAction("None saved yet").setEnabled(False)

    # -- panels ------------------------------------------------------------------------------------------------

    def _on(self, dock: PanelDock, run: Callable[[PanelDock], object]) -> None:
        self._w.desk.activate(dock)
        run(dock)

    def _with(self, run: Callable[[PanelDock], object]) -> None:
        if self._w.desk.active is not None:
            run(self._w.desk.active)

    def rename_panel(self, dock: PanelDock) -> None:
        """Give a panel another name."""
        window = self._w.window
        name, fine = QInputDialog.getText(window, "Rename panel", "Name of this panel:", text=dock.experiment.name)
        if fine and name.strip():
            self._w.desk.rename(dock, name.strip())
            self._w.keeper.touch()

    def duplicate_panel(self, dock: PanelDock) -> None:
        """Open a panel once more, as it stands."""
        state = dock.experiment.state()
        fields = {name: getattr(state, name) for name in ("run", "view", "cursor", "horizon", "speed", "ghost")}
        self._w.desk.open(state.panel, PanelState(state.panel, **fields))
        self._w.keeper.touch()
