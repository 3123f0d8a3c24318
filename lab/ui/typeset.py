r"""Mathematics on screen: LaTeX typeset once, with marked boxes left empty for numbers that change.

Typesetting costs 10 to 50 ms, drawing a number some microseconds. So every ``\slot{name}`` is typeset as a sample of
fixed width in a colour of its own, the sample's outlines are found again in the SVG by that colour, their place is
noted and they are taken out. What remains never changes while a run plays.
"""

from __future__ import annotations

import importlib.util
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PySide6.QtGui import QFont, QFontDatabase

from lab.core.errors import BadValue
from lab.ui import fonts

SCALAR = "0.0000"
VECTOR_PART = "{-}00.00"
_COMMAND = re.compile(r"\\(role|slotv|slot)(?![a-zA-Z])")
_PATH = re.compile(r'<path d="([^"]*)" fill="(#[0-9A-Fa-f]{6})"\s*/>')
_NUMBER = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
_VIEW_BOX = re.compile(r'viewBox="([^"]*)"')
# Height of a digit of STIX Two Math over the font size, and how far it reaches below the baseline.
_DIGIT, _OVERSHOOT = 11.10 / 17, 0.19 / 17


@dataclass(frozen=True, slots=True)
class Slot:
    """An empty box in a formula: where a number goes, in the SVG's units.

    `baseline` is the text's, `size` the font size that matches the formula's digits there (smaller in exponents).
    """

    name: str
    vector: bool
    color: str
    x: float
    width: float
    baseline: float
    size: float


@dataclass(frozen=True, slots=True)
class Typeset:
    """A typeset formula without its numbers: SVG, extent around the baseline y = 0, and the boxes for numbers."""

    svg: bytes
    left: float
    width: float
    ascent: float
    descent: float
    slots: tuple[Slot, ...]


def loaded() -> bool:
    """Whether the typesetter is in memory; loading it, with its font, takes 0.3 s."""
    return "ziamath" in sys.modules


def walk(latex: str, replace: Callable[[str, str, str], str]) -> str:
    r"""Rewrite every ``\role{r}{body}``, ``\slot{name}`` and ``\slotv{name}``, outermost first.

    `replace` is given the command, its first argument and, for a role, its body; ValueError on unbalanced braces.
    """
    out = []
    at = 0
    while found := _COMMAND.search(latex, at):
        out.append(latex[at : found.start()])
        first, at = _braced(latex, found.end())
        body = ""
        if found[1] == "role":
            body, at = _braced(latex, at)
        out.append(replace(found[1], first, body))
    out.append(latex[at:])
    return "".join(out)


def _braced(latex: str, at: int) -> tuple[str, int]:
    """The contents of the braces that open at `at`, and the place behind them."""
    while at < len(latex) and latex[at] == " ":
        at += 1
    if at >= len(latex) or latex[at] != "{":
        raise ValueError(f"a brace is missing at column {at + 1} of {latex!r}")
    depth = 0
    for i in range(at, len(latex)):
        depth += {"{": 1, "}": -1}.get(latex[i], 0) if latex[i - 1] != "\\" else 0
        if depth == 0:
            return latex[at + 1 : i], i + 1
    raise ValueError(f"a brace is not closed in {latex!r}")


def plain(latex: str, number: Callable[[str], str]) -> str:
    """The same formula in ordinary LaTeX: roles dropped, slots filled with `number(name)`."""

    def replace(command: str, first: str, body: str) -> str:
        return f"{{{plain(body, number)}}}" if command == "role" else number(first)

    return walk(latex, replace)


def roles_in(latex: str) -> set[str]:
    """The roles a formula uses, at any depth."""
    found: set[str] = set()

    def note(command: str, first: str, body: str) -> str:
        if command == "role":
            found.add(first)
            walk(body, note)
        return ""

    walk(latex, note)
    return found


def typeset(latex: str, size: float, text: str, roles: Mapping[str, str], dim: int = 2) -> Typeset:
    r"""Typeset a formula in the colours of its roles; cached over all formulas, sizes and themes in use.

    Parameters
    ----------
    latex : str
        With ``\role{...}{...}``, ``\slot{...}`` and ``\slotv{...}``.
    size : float
        Font size in px.
    text : str
        The colour of what has no role, ``#RRGGBB``.
    roles : mapping
        Role to colour; KeyError names a role that isn't in it.
    dim : int
        Length of vectors, which sets the width of their boxes.

    Raises
    ------
    BadValue
        For a formula that the typesetter can't read.
    """
    return _typeset(latex, size, text, tuple(sorted(roles.items())), dim)


@lru_cache(maxsize=256)
def _typeset(latex: str, size: float, text: str, roles: tuple[tuple[str, str], ...], dim: int) -> Typeset:
    # imported here because it takes a quarter of a second, which a window needn't wait for
    from ziamath.config import config
    from ziamath.zmath import Latex

    colors = dict(roles)
    wanted: list[tuple[str, bool, str]] = []

    def expand(part: str, color: str) -> str:
        def replace(command: str, first: str, body: str) -> str:
            if command == "role":
                own = colors[first]
                return rf"\textcolor{{{own}}}{{{expand(body, own)}}}"
            wanted.append((first, command == "slotv", color))
            sample = SCALAR
            if command == "slotv":
                sample = "(" + r",\,".join([VECTOR_PART] * dim) + ")"
            return rf"\textcolor{{{_marker(len(wanted) - 1)}}}{{{sample}}}"

        return walk(part, replace)

    expanded = expand(latex, text)
    config.svg2 = False  # QSvgRenderer knows only SVG 1 paths
    try:
        svg = Latex(expanded, size=size, color=text).svg()
    except Exception as failure:
        # The typesetter has a dozen kinds of failure, down to assertions: all of them mean a slip in the formula.
        raise BadValue("", f"{latex} can't be typeset") from failure
    marks: list[list[tuple[float, float, float, float]]] = [[] for _ in wanted]
    index = {_marker(i): i for i in range(len(wanted))}

    def take_out(found: re.Match[str]) -> str:
        i = index.get(found[2])
        if i is None:
            return found[0]
        n = [float(v) for v in _NUMBER.findall(found[1])]
        marks[i].append((min(n[::2]), max(n[::2]), min(n[1::2]), max(n[1::2])))
        return ""

    svg = _PATH.sub(take_out, svg)
    slots = tuple(_box(*want, boxes, size) for want, boxes in zip(wanted, marks, strict=True))
    view = _VIEW_BOX.search(svg)
    assert view is not None
    left, top, width, height = (float(v) for v in view[1].split())
    return Typeset(svg.encode(), left, width, -top, top + height, slots)


def _marker(i: int) -> str:
    """A colour that no theme uses: nearly black, counted."""
    return f"#01{i // 256:02X}{i % 256:02X}"


def _box(name: str, vector: bool, color: str, boxes: list[tuple[float, float, float, float]], size: float) -> Slot:
    digits = boxes[1:-1] if vector else boxes
    tallest = max(digits, key=lambda b: b[3] - b[2])
    scale = (tallest[3] - tallest[2]) / _DIGIT
    left, right = min(b[0] for b in boxes), max(b[1] for b in boxes)
    return Slot(name, vector, color, left, right - left, tallest[3] - _OVERSHOOT * scale, scale)


@cache
def _math_family() -> str:
    """The family of the typesetter's own font, so that drawn numbers match typeset ones; Inter where it's missing."""
    spec = importlib.util.find_spec("ziamath")
    assert spec is not None
    assert spec.origin is not None
    path = Path(spec.origin).parent / "fonts" / "STIXTwoMath-Regular.ttf"
    found = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(path))) if path.exists() else []
    return found[0] if found else ""


def math_font(px: float) -> QFont:
    """The font for numbers inside formulas; its digits are equally wide by nature."""
    family = _math_family()
    made = QFont(family) if family else QFont(fonts.font())
    if family:
        made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setPixelSize(max(round(px), 6))
    return made
