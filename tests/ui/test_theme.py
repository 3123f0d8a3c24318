"""One token file, two themes, and widgets that follow without being kept alive."""

import gc
import weakref

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QLabel

from lab.ui import fonts
from lab.ui.colors import mix
from lab.ui.plots import LinePlot
from lab.ui.theme import load_theme, manager, theme
from lab.ui.widgets import Button, Text


def luminance(color):
    parts = np.array([QColor(color).redF(), QColor(color).greenF(), QColor(color).blueF()])
    linear = np.where(parts <= 0.03928, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def contrast(a, b):
    dark, light = sorted((luminance(a), luminance(b)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["dark", "light"])
def test_text_can_be_read(name):
    t = load_theme(name)
    for background in (t.bg, t.surface, t.raised):
        assert contrast(t.text, background) >= 12
        assert contrast(t.muted, background) >= 5
        assert contrast(t.faint, background) >= 3.5
    assert contrast(t.on_accent, t.accent) >= 4.5


@pytest.mark.parametrize("name", ["dark", "light"])
def test_luts_run_from_stop_to_stop(name):
    t = load_theme(name)
    table = t.lut("sequential")
    assert table.shape == (256, 3)
    assert table.dtype == np.uint8
    assert QColor(*table[0].tolist()).name().upper() == t.sequential[0]
    assert QColor(*table[-1].tolist()).name().upper() == t.sequential[-1]
    assert t.lut("sequential") is table
    with pytest.raises(ValueError, match="read-only"):
        table[0, 0] = 1


def test_roles_categories_and_literals_name_colors():
    t = load_theme("dark")
    assert t.hex("accent") == t.accent
    assert t.hex("sky") == t.categorical["sky"]
    assert t.hex("#123456") == "#123456"
    for wrong in ("nonsense", "name", "stage_fraction"):
        with pytest.raises(KeyError, match=wrong):
            t.hex(wrong)


def test_mix_meets_both_ends():
    assert mix("#000000", "#FFFFFF", 0.0) == "#000000"
    assert mix("#000000", "#FFFFFF", 0.5) == "#808080"
    assert mix("#102030", "#FF8040", 1.0) == "#FF8040"


def test_switching_the_mode_tells_once_and_redresses(dark, qtbot):
    seen = []
    dark.changed.connect(lambda: seen.append(theme().name))
    dark.set_mode("light")
    dark.set_mode("light")
    assert seen == ["light"]
    assert load_theme("light").surface in QApplication.instance().styleSheet()
    assert QApplication.instance().palette().text().color() == QColor(load_theme("light").text)


def test_system_mode_follows_the_system(dark, monkeypatch):
    from PySide6.QtCore import Qt

    class Hints:
        scheme = Qt.ColorScheme.Light

        def colorScheme(self):
            return self.scheme

    monkeypatch.setattr("lab.ui.theme.QGuiApplication.styleHints", Hints)
    dark.set_mode("system")
    assert theme().name == "light"
    Hints.scheme = Qt.ColorScheme.Dark
    dark._on_scheme_changed()
    assert theme().name == "dark"
    dark.set_mode("light")
    dark._on_scheme_changed()
    assert theme().name == "light"


def test_text_scale_reaches_living_widgets(dark, qtbot):
    label = Text("x", "body")
    qtbot.addWidget(label)
    assert label.font().pixelSize() == 13
    dark.set_text_scale(1.5)
    assert label.font().pixelSize() == 20
    dark.set_text_scale(1.0)
    assert label.font().pixelSize() == 13


def test_text_keeps_its_size_when_theme_or_kind_change(dark, qtbot):
    button = Button("Words", kind="flat")
    qtbot.addWidget(button)
    button.show()
    manager().set_text_scale(1.3)
    large = fonts.font(fonts.BODY).pixelSize()
    button.set_kind("primary")
    assert button.font().pixelSize() == large
    manager().set_mode("light")
    assert button.font().pixelSize() == large
    manager().set_text_scale(1.0)
    assert button.font().pixelSize() == fonts.BODY


def test_digits_are_equally_wide(qapp):
    from PySide6.QtGui import QFontMetricsF

    metrics = QFontMetricsF(fonts.font(13))
    assert len({round(metrics.horizontalAdvance(d * 20), 3) for d in "0123456789"}) == 1


def test_fonts_are_the_labs_own(qapp):
    from PySide6.QtGui import QFontInfo

    assert QFontInfo(fonts.font()).family() == "Inter"
    assert QFontInfo(fonts.font(mono=True)).family() == "JetBrains Mono"


def test_the_signal_keeps_no_widget_alive(dark):
    plot = LinePlot("loss")
    gone = weakref.ref(plot)
    plot.deleteLater()
    del plot
    QApplication.sendPostedEvents(None, 52)  # deferred deletes
    gc.collect()
    assert gone() is None
    dark.set_mode("light")  # nobody is called who isn't there


def test_no_rule_of_the_style_sheet_touches_fonts(qapp):
    assert "font" not in QApplication.instance().styleSheet()


def test_a_labels_role_is_drawn_in_its_color(dark, qtbot):
    label = Text("█████", "title", role="error")
    qtbot.addWidget(label)
    label.show()
    assert theme().error in colors_of(label)
    label.set_role("ok")
    assert theme().ok in colors_of(label)
    manager().set_mode("light")
    assert load_theme("light").ok in colors_of(label)


def colors_of(widget: QLabel):
    image = widget.grab().toImage()
    return {image.pixelColor(x, y).name().upper() for x in range(image.width()) for y in range(image.height())}
