"""Colours of the lab: read from resources/tokens.json, held in one frozen `Theme`, switched by one `ThemeManager`.

A widget that paints itself asks `theme()` inside its paintEvent and needs nothing else: a switch replaces the
application's style sheet, which repaints every widget. Only what caches colours (a typeset formula, pens in a plot)
connects a bound method to `manager().changed`; Qt drops that connection with the widget.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Qt, QTemporaryDir, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from lab.paths import resource
from lab.ui import fonts, stylesheet
from lab.ui.colors import between, mix

Mode = Literal["dark", "light", "system"]
Lut = NDArray[np.uint8]
#: Roles that begin like this are places on the ramp that tells a sequence from small to large; see `ramp_role`.
RAMP = "ramp "
#: How much larger text, and marks and lines, are while presenting.
PRESENTED_TEXT, PRESENTED_WEIGHT = 1.3, 1.5
_RAMP_STOPS = ("blue", "purple", "vermillion", "yellow")
#: Oklab lightness of the ramp's ends: clear of the field below it in either theme.
_RAMP_LIGHTNESS = {"dark": (0.62, 0.90), "light": (0.36, 0.68)}


@dataclass(frozen=True, slots=True)
class Theme:
    """Every colour of one theme as ``#RRGGBB``, by the name of what it means.

    `forward` and `gradient` are the two directions of a computation, `accent` is control and selection and never
    data, `categorical` are the seven colours that tell data apart, `more` those for when there are more of them.
    `stage_fraction` is the part of the sequential ramp
    that a field behind marks may use, `max_ramp` the part for class fields.
    """

    name: str
    bg: str
    surface: str
    raised: str
    hover: str
    line: str
    line_strong: str
    text: str
    muted: str
    faint: str
    accent: str
    accent_soft: str
    on_accent: str
    ok: str
    warn: str
    error: str
    forward: str
    forward_soft: str
    gradient: str
    gradient_soft: str
    agent: str
    on_agent: str
    shadow: str
    categorical: Mapping[str, str]
    more: Mapping[str, str]
    sequential: tuple[str, ...]
    diverging: tuple[str, ...]
    stage_fraction: float
    max_ramp: float
    voronoi_tint: float
    contour_alpha: float

    @property
    def dark(self) -> bool:
        """True for the dark theme."""
        return self.name == "dark"

    @property
    def groove(self) -> str:
        """The empty part of a slider, a bar or the timeline."""
        return self.hover if self.dark else self.line

    @property
    def ink(self) -> str:
        """What goes under marks that lie on a field, so that they stand off it."""
        return self.bg if self.dark else self.surface

    def hex(self, role: str) -> str:
        """The colour of a role, a category or a place on the ramp of sweeps; a ``#RRGGBB`` passes through.

        KeyError names an unknown role.
        """
        if role.startswith("#"):
            return role
        if role in self.categorical:
            return self.categorical[role]
        if role in self.more:
            return self.more[role]
        if role.startswith(RAMP):
            return _ramp_color(self.name, role)
        value = getattr(self, role, None)
        if not isinstance(value, str) or not value.startswith("#"):
            raise KeyError(f"no colour is called {role!r}")
        return value

    def color(self, role: str, alpha: float = 1.0) -> QColor:
        """The same as a QColor, with an opacity between 0 and 1."""
        color = QColor(self.hex(role))
        color.setAlphaF(alpha)
        return color

    def lut(self, kind: Literal["sequential", "diverging"] = "sequential", lo: float = 0.0, hi: float = 1.0) -> Lut:
        """256 colours, shape (256, 3) uint8, over the part [lo, hi] of a ramp; read-only and cached."""
        return _lut(self.sequential if kind == "sequential" else self.diverging, lo, hi)

    def stage_lut(self) -> Lut:
        """The quiet part of the sequential ramp, for a field that marks lie on."""
        return self.lut("sequential", 0.02, self.stage_fraction)


@cache
def _lut(stops: tuple[str, ...], lo: float, hi: float) -> Lut:
    rgb = np.array([[c.red(), c.green(), c.blue()] for c in map(QColor, stops)], dtype=np.float64)
    at = np.linspace(lo, hi, 256) * (len(stops) - 1)
    ramp = np.stack([np.interp(at, np.arange(len(stops)), rgb[:, k]) for k in range(3)], axis=1)
    table = ramp.round().astype(np.uint8)
    table.flags.writeable = False
    return table


def ramp_role(share: float) -> str:
    """The colour role of a place between the smallest (0) and the largest (1) of a sequence."""
    return f"{RAMP}{share:.3f}"


@cache
def _ramp_color(name: str, role: str) -> str:
    stops = [load_theme(name).categorical[stop] for stop in _RAMP_STOPS]
    try:
        share = min(max(float(role.removeprefix(RAMP)), 0.0), 1.0)
    except ValueError:
        raise KeyError(f"no colour is called {role!r}") from None
    return between(stops, share, _RAMP_LIGHTNESS[name])


@cache
def tokens() -> Mapping[str, Any]:
    """The whole token file."""
    return MappingProxyType(json.loads(resource("tokens.json").read_text("utf-8")))


@cache
def load_theme(name: str) -> Theme:
    """Build one theme from the token file."""
    t = tokens()
    return Theme(
        name=name,
        **t["themes"][name],
        categorical=MappingProxyType(t["categorical"][name]),
        more=MappingProxyType(t["more"][name]),
        sequential=tuple(t["sequential"][name]),
        diverging=tuple(t["diverging"][name]),
        stage_fraction=t["sequential"]["stage_fraction"][name],
        max_ramp=t["field"][f"max_ramp_{name}"],
        voronoi_tint=t["field"][f"voronoi_tint_{name}"],
        contour_alpha=t["field"]["contour_alpha"],
    )


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
