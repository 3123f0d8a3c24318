# /// script
# requires-python = ">=3.11"
# dependencies = ["fonttools>=4.50", "qtawesome==1.4.2"]
# ///
"""Write resources/icons/icons.json: the lab's icons as SVG path data.

Source: Phosphor Icons 1.3 (MIT, https://phosphoricons.com), from the font ``phosphor-1.3.0.ttf`` and its character map
that the PyPI package qtawesome 1.4.2 carries. Run it again after adding a name below::

    uv run resources/packaging/make_icons.py

What Phosphor has no picture of is drawn here (`own`). Each outline is written with absolute M, L, Q, C and Z only, in a
box of 256 x 256 with y downwards, so that the reader in ``lab/ui/icons.py`` stays a dozen lines.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont

BOX = 256
NAMES = """
activity arrow-clockwise arrow-counter-clockwise arrow-down arrow-fat-line-up arrow-left arrow-right arrow-u-up-left
arrow-u-up-right arrow-up arrows-out arrows-out-cardinal book-open bookmark-simple brain broadcast caret-double-right
caret-down caret-down-fill caret-left caret-left-fill caret-right caret-right-fill caret-up caret-up-fill chart-bar
chart-line chart-line-up chart-pie check check-bold check-circle circle circles-four circles-three clipboard-text
clock code columns compass copy-simple corners-out crosshair cube cursor diamond dice-five dots-six-vertical
dots-three download-simple drop eraser export eye eye-slash file-plus fire flag flag-fill floppy-disk folder-open
frame-corners funnel gauge gear-six ghost git-branch graduation-cap grid-four hand hash house image info intersect
keyboard lightning link-break link-simple list lock lock-open magic-wand magnifying-glass magnifying-glass-minus
magnifying-glass-plus minus minus-circle monitor moon note-pencil number-square-one paint-brush path pause pause-fill
pencil-simple percent play play-fill plus plus-circle presentation push-pin question record-fill repeat robot rows
scales scissors selection shuffle skip-back skip-back-fill skip-forward skip-forward-fill sliders-horizontal snowflake
square squares-four stack star stop-fill sun swap table target terminal-window thermometer timer
translate trash tree-structure trend-down triangle trophy upload-simple users-three warning waves wrench x x-circle
"""


class PathPen(BasePen):  # type: ignore[misc]
    """Collects a glyph as absolute path commands, scaled to the box and turned upside down."""

    def __init__(self, glyphs: Any, scale: float, ascent: float) -> None:
        super().__init__(glyphs)
        self._scale, self._ascent = scale, ascent
        self.commands: list[str] = []

    def _put(self, letter: str, *points: tuple[float, float]) -> None:
        numbers = [f"{n * self._scale:.2f}".rstrip("0").rstrip(".") for x, y in points for n in (x, self._ascent - y)]
        self.commands.append(letter + " ".join("0" if n == "-0" else n for n in numbers))

    def _moveTo(self, pt: tuple[float, float]) -> None:
        self._put("M", pt)

    def _lineTo(self, pt: tuple[float, float]) -> None:
        self._put("L", pt)

    def _qCurveToOne(self, pt1: tuple[float, float], pt2: tuple[float, float]) -> None:
        self._put("Q", pt1, pt2)

    def _curveToOne(self, pt1: tuple[float, float], pt2: tuple[float, float], pt3: tuple[float, float]) -> None:
        self._put("C", pt1, pt2, pt3)

    def _closePath(self) -> None:
        self.commands.append("Z")


def outlines(font: TTFont, codes: dict[str, str]) -> dict[str, dict[str, str]]:
    """The named glyphs as ``{name: {"d": ..., "viewBox": ...}}``; KeyError names one that the font lacks."""
    glyphs, cmap = font.getGlyphSet(), font.getBestCmap()
    scale = BOX / font["head"].unitsPerEm
    found = {}
    for name in sorted(NAMES.split()):
        pen = PathPen(glyphs, scale, font["hhea"].ascent)
        glyphs[cmap[int(codes[name], 16)]].draw(pen)
        found[name] = {"d": "".join(pen.commands), "viewBox": f"0 0 {BOX} {BOX}"}
    return found


def own() -> dict[str, dict[str, str]]:
    """The lab's own pictures: a sweep, one mark for each value from small to large."""
    marks = (_disc(x, 128.0, radius) for x, radius in ((34.0, 22.0), (102.0, 34.0), (198.0, 50.0)))
    return {"sweep": {"d": "".join(marks), "viewBox": f"0 0 {BOX} {BOX}"}}


def _disc(x: float, y: float, radius: float) -> str:
    r, k = radius, 0.5523 * radius
    curves = (
        ((x + r, y + k), (x + k, y + r), (x, y + r)),
        ((x - k, y + r), (x - r, y + k), (x - r, y)),
        ((x - r, y - k), (x - k, y - r), (x, y - r)),
        ((x + k, y - r), (x + r, y - k), (x + r, y)),
    )
    turns = "".join("C" + " ".join(f"{a:.2f} {b:.2f}" for a, b in curve) for curve in curves)
    return f"M{x + r:.2f} {y:.2f}{turns}Z"


def main() -> None:
    """Read the font out of qtawesome (without importing it: it wants a Qt) and write the icons."""
    spec = importlib.util.find_spec("qtawesome")
    if spec is None or spec.origin is None:
        raise SystemExit("qtawesome is not installed: uv run this script")
    fonts = Path(spec.origin).parent / "fonts"
    codes = json.loads((fonts / "phosphor-charmap-1.3.0.json").read_text("utf-8"))
    icons = outlines(TTFont(fonts / "phosphor-1.3.0.ttf"), codes) | own()
    target = Path(__file__).resolve().parents[1] / "icons" / "icons.json"
    target.write_text(json.dumps(icons, indent=0, sort_keys=True) + "\n", "utf-8")
    print(f"{len(icons)} icons, {target.stat().st_size // 1024} kB")


if __name__ == "__main__":
    main()
