"""The small parts: what the hand and the keyboard do with them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from lab.core.errors import BadValue
from lab.ui.widgets import (
    SYMBOLS,
    Button,
    Card,
    ColorBar,
    ComboBox,
    CornerOverlays,
    ErrorBanner,
    Glyph,
    IconButton,
    Overlay,
    Segmented,
    Slider,
    Swatch,
    Switch,
    Text,
    exact_text,
    glyph_path,
    number_text,
    parse_number,
    value_text,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.11, "0.110"), (-3.31, "−3.31"), (136.2, "136"), (3.3e-5, "3.3·10⁻⁵"), (0.0, "0.00"), (1.2e5, "1.2·10⁵"),
        (9.999, "10.0"), (0.9996, "1.00"), (1130, "1,130"), (-2, "−2"), (math.nan, "–"), (None, "–"),
        (math.inf, "∞"), (-math.inf, "−∞"),
    ],
)  # fmt: skip
def test_numbers_as_they_are_read(value, text):
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.11, "0.110"),
        (0.9995, "0.9995"),
        (0.001, "0.001"),
        (1e-4, "10⁻⁴"),
        (-3.3e-5, "−3.3·10⁻⁵"),
        (3.0, "3.00"),
        (240, "240"),
    ],
)
def test_parameters_show_the_digits_they_need(value, text):
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("1e-3", 1e-3), ("−2.5", -2.5), ("0,25", 0.25), ("1 000", 1000), ("1,250.5", 1250.5), ("3.3·10⁻⁵", 3.3e-5),
        ("10^-3", 1e-3), ("10⁻⁸", 1e-8), ("10", 10.0), ("-10", -10.0),
    ],
)  # fmt: skip
def test_numbers_as_they_are_typed(typed, value):
    assert parse_number(typed) == pytest.approx(value, rel=1e-15)


@pytest.mark.parametrize(("typed", "why"), [("", "needed"), ("abc", "abc” is not a number"), ("1-2", "not a number")])
def test_what_is_no_number_is_named(typed, why):
    with pytest.raises(BadValue, match=why):
        parse_number(typed)


def test_whole_numbers():
    assert parse_number("1,130", whole=True) == 1130
    assert isinstance(parse_number("12.0", whole=True), int)
    with pytest.raises(BadValue, match=r"12\.5 is not a whole number"):
        parse_number("12.5", whole=True)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_the_exact_text_loses_nothing(value):
    assert parse_number(exact_text(value)) == value


@given(st.floats(min_value=1e-12, max_value=1e12))
def test_what_is_shown_can_be_typed_back(value):
    assert parse_number(number_text(value, 4)) == pytest.approx(value, rel=6e-3)


def coverage(symbol, size=40):
    image = QImage(100, 100, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.fillPath(glyph_path(symbol, size, 50, 50), Qt.GlobalColor.white)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(100, 100, 4)[:, :, 0] > 127


def test_symbols_are_many_distinct_and_equally_large(qapp):
    assert len(SYMBOLS) >= 12
    masks = {name: coverage(name) for name in SYMBOLS}
    disc = masks["o"].sum()
    for name, mask in masks.items():
        assert 0.55 < mask.sum() / disc < 1.35, name
        rows, columns = np.nonzero(mask)
        assert abs(rows.mean() - 49.5) < 1.5, name
        assert abs(columns.mean() - 49.5) < 1.5, name
    names = list(masks)
    for i, a in enumerate(names):
        for b in names[i + 1 :]:
            assert (masks[a] ^ masks[b]).sum() / disc > 0.08, (a, b)


def test_unknown_marks_are_refused(qapp):
    with pytest.raises(KeyError, match="no symbol is called 'moon'"):
        glyph_path("moon", 10)


def test_every_widget_says_its_name(qtbot):
    widgets = [
        Button("&Compare", "columns"), IconButton("x", "Close"), Segmented(["A", "B"], "Start"), Switch("Look ahead"),
        Slider("Learning rate"), ComboBox("Preset"), ColorBar(), ErrorBanner(), Glyph("o", "blue", name="class A"),
        Swatch("gradient", name="gradient"),
    ]  # fmt: skip
    for widget in widgets:
        qtbot.addWidget(widget)
        assert widget.accessibleName(), widget
        assert "&" not in widget.accessibleName()


def test_an_icon_button_needs_its_tooltip(qapp):
    with pytest.raises(ValueError, match="needs a tooltip"):
        IconButton("x", " ")


@pytest.mark.parametrize("make", [lambda: Button("Go"), lambda: IconButton("x", "Close"), lambda: ComboBox("c")])
def test_controls_are_tall_enough_for_a_finger(qtbot, make):
    widget = make()
    qtbot.addWidget(widget)
    widget.show()
    assert widget.height() >= 28


def wheel(widget, dy=-120):
    at = QPointF(widget.rect().center())
    event = QWheelEvent(
        at, QPointF(widget.mapToGlobal(at)), QPoint(), QPoint(0, dy), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def shown(qtbot, widget, width=200):
    qtbot.addWidget(widget)
    widget.resize(width, 30)
    with qtbot.waitActive(widget):
        widget.show()
        widget.activateWindow()
    return widget


def test_the_wheel_scrolls_the_page_unless_the_control_has_the_focus(qtbot):
    holder = QWidget()
    slider, combo, other = Slider("η"), ComboBox("Preset"), Button("Other")
    combo.set_options([(1, "one"), (2, "two")])
    for child in (slider, combo, other):
        child.setParent(holder)
    shown(qtbot, holder)
    slider.set_position(500)
    other.setFocus()
    assert not wheel(slider)
    assert not wheel(combo)
    assert (slider.value(), combo.value) == (500, 1)
    slider.setFocus()
    assert wheel(slider)
    assert slider.value() < 500


def test_a_drag_is_one_gesture(qtbot):
    slider = shown(qtbot, Slider("η"))
    slider.set_position(500)
    log = []
    slider.started.connect(lambda: log.append("started"))
    slider.moved.connect(log.append)
    slider.finished.connect(lambda: log.append("finished"))
    middle = slider.rect().center()
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=middle)
    QTest.mouseMove(slider, middle + QPoint(30, 0))
    QTest.mouseMove(slider, middle + QPoint(60, 0))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=middle + QPoint(60, 0))
    assert log[0] == "started"
    assert log[-1] == "finished"
    assert log.count("started") == log.count("finished") == 1
    assert 500 < log[1] < log[-2]


def test_a_click_beside_the_handle_brings_it_there(qtbot):
    slider = shown(qtbot, Slider("η"))
    slider.set_position(0)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=slider.rect().center())
    assert slider.value() == pytest.approx(500, abs=15)


def test_a_key_is_a_whole_gesture_and_set_position_none(qtbot):
    slider = shown(qtbot, Slider("η"))
    log = []
    slider.started.connect(lambda: log.append("started"))
    slider.finished.connect(lambda: log.append("finished"))
    slider.set_position(700)
    assert log == []
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 710
    assert log == ["started", "finished"]


def test_segmented_by_mouse_and_arrows(qtbot):
    choice = shown(qtbot, Segmented([("a", "A"), ("b", "B"), (None, "Mean")], "Start"))
    seen = []
    choice.chosen.connect(seen.append)
    QTest.mouseClick(choice._buttons[1], Qt.MouseButton.LeftButton)
    assert choice.value == "b"
    QTest.keyClick(choice, Qt.Key.Key_Right)
    assert choice.value is None
    QTest.keyClick(choice, Qt.Key.Key_Right)
    assert seen == ["b", None, "a"]
    choice.set_value("b")
    assert seen == ["b", None, "a"]
    with pytest.raises(ValueError, match="c"):
        choice.set_value("c")
    stops = [b for b in choice._buttons if b.focusPolicy() != Qt.FocusPolicy.NoFocus]
    assert len(stops) == 1


def test_a_switch_by_space(qtbot):
    switch = shown(qtbot, Switch("Look ahead"))
    QTest.keyClick(switch, Qt.Key.Key_Space)
    assert switch.isChecked()


def test_overlays_stay_in_their_corners(qtbot):
    stage = Card()
    qtbot.addWidget(stage)
    stage.resize(600, 400)
    corners = CornerOverlays(stage)
    top, under, bottom = Overlay(Text("a")), Overlay(Text("b")), Overlay(Text("c"))
    corners.add(top, "tr", 20, 16)
    corners.add(under, "tr", 20, 16)
    corners.add(bottom, "bl", 10, 10)
    stage.show()
    stage.resize(900, 500)
    assert top.geometry().right() == 900 - 20 - 1
    assert top.y() == 16
    assert under.y() == top.geometry().bottom() + 1 + CornerOverlays.GAP
    assert bottom.geometry().bottom() == 500 - 10 - 1
    top.hide()
    assert under.y() == 16


def test_an_overlay_that_grows_stays_in_its_corner(qtbot):
    stage = Card()
    qtbot.addWidget(stage)
    stage.resize(600, 400)
    text = Text("a")
    overlay = Overlay(text)
    CornerOverlays(stage).add(overlay, "tr", 20, 16)
    stage.show()
    before = overlay.width()
    text.setText("much longer than before")
    qtbot.waitUntil(lambda: overlay.width() > before)
    assert overlay.geometry().right() == 600 - 20 - 1


def test_the_banner_shows_one_line_and_the_details_on_request(qtbot):
    banner = shown(qtbot, ErrorBanner(), 500)
    banner.show_error("runs[1].config.lr: 0 is not above 0", "Traceback")
    assert banner.message == "runs[1].config.lr: 0 is not above 0"
    assert not banner._details.isVisible()
    banner._more.click()
    assert banner._details.isVisible()
    assert banner._details.toPlainText() == "Traceback"
    with qtbot.waitSignal(banner.dismissed):
        banner._close.click()
    assert banner.message == ""


def test_elided_text_keeps_its_whole_in_the_tooltip(qtbot):
    text = shown(qtbot, Text("a very long sentence that can not fit into this width", elide=True), 80)
    assert text.text().endswith("…")
    assert text.toolTip().startswith("a very long")
    text.resize(900, 30)
    assert text.toolTip() == ""
