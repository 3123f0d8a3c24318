"""The lab's two typefaces: Inter for everything read, JetBrains Mono for expressions that are typed.

Sizes are pixels at 100 %; a global text scale enlarges them all. `use` remembers on the widget what it was given, so
that a change of scale reaches every living widget without a list of them being kept.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QFont, QFontDatabase
from PySide6.QtWidgets import QApplication, QWidget

from lab.paths import resource

TICK, CAPTION, BODY, TITLE, METRIC = 11, 12, 13, 15, 20
REGULAR, MEDIUM, SEMIBOLD = 400, 500, 600
FILES = (
    "Inter-Regular.otf",
    "Inter-Medium.otf",
    "Inter-SemiBold.otf",
    "Inter-Italic.otf",
    "JetBrainsMono-Regular.ttf",
)
_KEY = "labFont"
_loaded = False
_scale = 1.0


def load() -> None:
    """Hand the font files to Qt, once; needs a QApplication. RuntimeError names a file that Qt refuses."""
    global _loaded
    if _loaded:
        return
    for name in FILES:
        if QFontDatabase.addApplicationFont(str(resource("fonts", name))) < 0:
            raise RuntimeError(f"the font {name} can't be read")
    _loaded = True


def scale() -> float:
    """The text scale in force, 1.0 = 100 %."""
    return _scale


def set_scale(factor: float) -> None:
    """Scale all text; every widget that took its font from `use` follows at once."""
    global _scale
    _scale = min(max(factor, 0.75), 2.0)
    if not isinstance(app := QApplication.instance(), QApplication):
        return
    app.setFont(font())
    for widget in app.allWidgets():
        spec = widget.property(_KEY)
        if spec:
            widget.setFont(font(int(spec[0]), int(spec[1]), mono=bool(spec[2]), italic=bool(spec[3])))


def font(px: float = BODY, weight: int = REGULAR, *, mono: bool = False, italic: bool = False) -> QFont:
    """One of the lab's fonts with equally wide digits and unhinted outlines, so that numbers don't jitter.

    Shared by all who ask for the same, so not to be changed: a frame asks some thirty times.
    """
    return _made(max(round(px * _scale), 6), weight, mono, italic)


@lru_cache(maxsize=256)
def _made(px: int, weight: int, mono: bool, italic: bool) -> QFont:
    made = QFont("JetBrains Mono" if mono else "Inter")
    made.setPixelSize(px)
    made.setWeight(QFont.Weight(weight))
    made.setItalic(italic)
    made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    made.setStyleStrategy(QFont.StyleStrategy.PreferAntialias)
    if not mono:
        made.setFeature(QFont.Tag("tnum"), 1)
    return made


def use(widget: QWidget, px: int = BODY, weight: int = REGULAR, *, mono: bool = False, italic: bool = False) -> None:
    """Give `widget` a font of the lab that keeps following the text scale."""
    widget.setProperty(_KEY, [px, weight, int(mono), int(italic)])
    widget.setFont(font(px, weight, mono=mono, italic=italic))
