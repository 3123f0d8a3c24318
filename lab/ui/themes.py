"""The two themes: every colour of the lab, read from resources/tokens.json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QColor

from lab.paths import resource
from lab.ui.colors import between

Lut = NDArray[np.uint8]
#: Roles that begin like this are places on the ramp that tells a sequence from small to large; see `ramp_role`.
RAMP = "ramp "
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
        """The same as a QColor, with an opacity between 0 and 1; shared by all who ask, so not to be changed."""
        return _color(self.hex(role), alpha)

    def lut(self, kind: Literal["sequential", "diverging"] = "sequential", lo: float = 0.0, hi: float = 1.0) -> Lut:
        """256 colours, shape (256, 3) uint8, over the part [lo, hi] of a ramp; read-only and cached."""
        return _lut(self.sequential if kind == "sequential" else self.diverging, lo, hi)

    def stage_lut(self) -> Lut:
        """The quiet part of the sequential ramp, for a field that marks lie on."""
        return self.lut("sequential", 0.02, self.stage_fraction)


@lru_cache(maxsize=4096)
def _color(text: str, alpha: float) -> QColor:
    color = QColor(text)
    color.setAlphaF(alpha)
    return color


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
