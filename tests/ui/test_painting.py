"""A widget whose drawing fails says so and can be drawn again; a painter left open would end the process."""

import pytest

from lab.ui import scrub
from lab.ui.scrub import Scrub
from lab.ui.widgets import ColorBar, ComboBox, Glyph, Swatch, Switch, curve, glyph
from lab.ui.widgets.curve import CurvePicture


def broken(*_):
    raise ValueError("broken")


def combo():
    made = ComboBox("Rule")
    made.set_options([(0, "Adam"), (1, "SGD")])
    return made


@pytest.mark.parametrize(
    ("make", "where", "what"),
    [
        (lambda: Glyph("o", "accent"), glyph, "theme"),
        (lambda: Swatch("accent"), glyph, "theme"),
        (ColorBar, ColorBar, "rect"),
        (lambda: Switch("On"), Switch, "isChecked"),
        (combo, ComboBox, "initStyleOption"),
        (lambda: CurvePicture("Shape"), curve, "theme"),
        (Scrub, scrub, "theme"),
    ],
    ids=["glyph", "swatch", "colour bar", "switch", "list", "curve", "scrub bar"],
)
def test_an_error_while_a_widget_is_painted_leaves_no_painter_open(qtbot, dark, make, where, what):
    widget = make()
    qtbot.addWidget(widget)
    widget.resize(200, 60)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, what, broken)
        with pytest.raises(ValueError, match="broken"):
            widget.grab()
    assert not widget.paintingActive()
    assert not widget.grab().isNull()
