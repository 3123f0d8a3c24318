"""The small parts that every panel and the window are made of."""

from lab.ui.widgets.buttons import Button, IconButton, Segmented, Switch
from lab.ui.widgets.glyph import SYMBOLS, ColorBar, Glyph, Swatch, glyph_path
from lab.ui.widgets.inputs import ComboBox, NumberBox, Slider
from lab.ui.widgets.layout import column, row
from lab.ui.widgets.numbers import exact_text, number_text, parse_number, power_text, value_text
from lab.ui.widgets.surfaces import Card, CornerOverlays, ErrorBanner, HLine, Overlay, VLine, Well
from lab.ui.widgets.text import Counter, Text
from lab.ui.widgets.typed_number import TypedNumber

__all__ = [
    "SYMBOLS",
    "Button",
    "Card",
    "ColorBar",
    "ComboBox",
    "CornerOverlays",
    "Counter",
    "ErrorBanner",
    "Glyph",
    "HLine",
    "IconButton",
    "NumberBox",
    "Overlay",
    "Segmented",
    "Slider",
    "Swatch",
    "Switch",
    "Text",
    "TypedNumber",
    "VLine",
    "Well",
    "column",
    "exact_text",
    "glyph_path",
    "number_text",
    "parse_number",
    "power_text",
    "row",
    "value_text",
]
