"""The outlines of the icons, without colour: read from resources/icons/icons.json."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainterPath

from lab.paths import resource

_COMMAND = re.compile(r"([MLQCZ])([^MLQCZ]*)")


@cache
def _outlines() -> Mapping[str, Mapping[str, str]]:
    return json.loads(resource("icons", "icons.json").read_text("utf-8"))


def names() -> list[str]:
    """All icon names."""
    return sorted(_outlines())


@cache
def outline(name: str) -> tuple[QPainterPath, QRectF]:
    """The path of an icon and its view box; KeyError when there is no icon of that name."""
    try:
        stored = _outlines()[name]
    except KeyError:
        raise KeyError(f"no icon is called {name!r}") from None
    return path_from_svg(stored["d"]), QRectF(*(float(n) for n in stored["viewBox"].split()))


def path_from_svg(d: str) -> QPainterPath:
    """Read SVG path data made of absolute M, L, Q, C and Z, as resources/packaging/make_icons.py writes it."""
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for letter, rest in _COMMAND.findall(d):
        n = [float(v) for v in rest.split()]
        match letter:
            case "M":
                path.moveTo(*n)
            case "L":
                path.lineTo(*n)
            case "Q":
                path.quadTo(*n)
            case "C":
                path.cubicTo(*n)
            case _:
                path.closeSubpath()
    return path


def write_svg(name: str, color: str, target: Path) -> str:
    """Store an icon as an SVG file in one colour (style sheets take pictures only from files); give back its path."""
    stored = _outlines()[name]
    target.write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{stored["viewBox"]}"><path fill="{color}" '
        f'd="{stored["d"]}"/></svg>',
        "utf-8",
    )
    return target.as_posix()
