"""The theme in force, held by one `ThemeManager`; the themes themselves are in `lab.ui.themes`.

A widget that paints itself asks `theme()` inside its paintEvent and needs nothing else: a switch replaces the
application's style sheet, which repaints every widget. Only what caches colours (a typeset formula, pens in a plot)
connects a bound method to `manager().changed`; Qt drops that connection with the widget.
"""

from __future__ import annotations

from functools import cache
from typing import Literal

from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from lab.ui import fonts, stylesheet
from lab.ui.colors import mix
from lab.ui.themes import Theme, load_theme, ramp_role, tokens

__all__ = ["Mode", "Theme", "load_theme", "manager", "palette", "ramp_role", "theme", "tokens", "weight"]

Mode = Literal["dark", "light", "system"]
#: How much larger text, and marks and lines, are while presenting.
PRESENTED_TEXT, PRESENTED_WEIGHT = 1.3, 1.5


class ThemeManager(QObject):
    """Holds the theme in force and tells when it, or the text scale, changes."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode: Mode = "system"
        self._current = load_theme("dark")
        #: The text scale to come back to, while a hall is looking on.
        self._own_scale: float | None = None
        self._app: QApplication | None = None
        self._images: QTemporaryDir | None = None

    @property
    def current(self) -> Theme:
        """The theme in force."""
        return self._current

    @property
    def mode(self) -> Mode:
        """What was asked for: one theme, or whatever the system shows."""
        return self._mode

    def apply(self, app: QApplication, mode: Mode | None = None) -> None:
        """Dress the application: fonts, Fusion, palette, style sheet; and follow the system from now on."""
        self._app = app
        fonts.load()
        app.setStyle("Fusion")
        app.setFont(fonts.font())
        self._images = QTemporaryDir()
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        if mode is not None:
            self._mode = mode
        self._current = self._wanted()
        self._dress()
        self.changed.emit()

    def set_mode(self, mode: Mode) -> None:
        """Switch to a theme, or to following the system."""
        self._mode = mode
        self._refresh()

    def set_text_scale(self, factor: float) -> None:
        """Scale all text, 1.0 = 100 %."""
        fonts.set_scale(factor)
        self.changed.emit()

    @property
    def own_text_scale(self) -> float:
        """The text scale that was chosen, whatever a presentation makes of it."""
        return fonts.scale() if self._own_scale is None else self._own_scale

    @property
    def weight(self) -> float:
        """By what factor marks and lines are drawn larger: 1, or more while presenting."""
        return 1.0 if self._own_scale is None else PRESENTED_WEIGHT

    def set_presenting(self, on: bool) -> None:
        """Draw text, marks and lines larger, to be read from the last row; off brings back exactly what was before."""
        if on == (self._own_scale is not None):
            return
        if on:
            self._own_scale = fonts.scale()
            fonts.set_scale(self._own_scale * PRESENTED_TEXT)
        else:
            scale, self._own_scale = self.own_text_scale, None
            fonts.set_scale(scale)
        self.changed.emit()

    def _wanted(self) -> Theme:
        if self._mode != "system":
            return load_theme(self._mode)
        light = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
        return load_theme("light" if light else "dark")

    def _on_scheme_changed(self) -> None:
        self._refresh()

    def _refresh(self) -> None:
        wanted = self._wanted()
        if wanted is self._current:
            return
        self._current = wanted
        if self._app is not None:
            self._dress()
        self.changed.emit()

    def _dress(self) -> None:
        assert self._app is not None
        assert self._images is not None
        self._app.setPalette(palette(self._current))
        self._app.setStyleSheet(stylesheet.build(self._current, self._images.path()))
        # A new style sheet gives every widget back the font that it had at first.
        fonts.set_scale(fonts.scale())


def palette(t: Theme) -> QPalette:
    """The Qt palette of a theme: for what no style sheet rule reaches (file dialogs, placeholders, links)."""
    made = QPalette()
    roles = {
        QPalette.ColorRole.Window: t.bg,
        QPalette.ColorRole.WindowText: t.text,
        QPalette.ColorRole.Base: t.raised,
        QPalette.ColorRole.AlternateBase: t.surface,
        QPalette.ColorRole.Text: t.text,
        QPalette.ColorRole.Button: t.raised,
        QPalette.ColorRole.ButtonText: t.text,
        QPalette.ColorRole.BrightText: t.error,
        QPalette.ColorRole.ToolTipBase: t.raised,
        QPalette.ColorRole.ToolTipText: t.text,
        QPalette.ColorRole.PlaceholderText: t.faint,
        QPalette.ColorRole.Highlight: t.accent,
        QPalette.ColorRole.HighlightedText: t.on_accent,
        QPalette.ColorRole.Accent: t.accent,
        QPalette.ColorRole.Link: t.accent,
        QPalette.ColorRole.LinkVisited: t.accent,
        QPalette.ColorRole.Light: t.hover,
        QPalette.ColorRole.Midlight: t.raised,
        QPalette.ColorRole.Mid: t.line,
        QPalette.ColorRole.Dark: t.line_strong,
        QPalette.ColorRole.Shadow: t.shadow,
    }
    for role, color in roles.items():
        made.setColor(role, QColor(color))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(mix(t.surface, t.muted, 0.5)))
    return made


@cache
def manager() -> ThemeManager:
    """The one theme manager of the process."""
    return ThemeManager()


def theme() -> Theme:
    """The theme in force."""
    return manager().current


def weight() -> float:
    """By what factor whoever paints marks and lines draws them larger now; see `ThemeManager.set_presenting`."""
    return manager().weight
