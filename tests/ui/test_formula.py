"""Rules in symbols and numbers: boxes are found, filled, coloured, and typeset only once."""

import time

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QWidget

from lab.core.errors import BadValue
from lab.ui import formula
from lab.ui.formula import FormulaLabel, latex_number, result_of, slot_number, slot_text
from lab.ui.theme import theme
from lab.ui.typeset import math_font

ADAM = r"\theta_{t+1}=\theta_t-\role{control}{\eta}\,\frac{\role{forward}{\hat m_t}}{\sqrt{\hat v_t}+\varepsilon}"
NUMBERS = (
    r"\slotv{theta}-\role{control}{\slot{eta}}\,\frac{\role{forward}{\slotv{m}}}{\slotv{root}}"
    r"=\role{result}{\slotv{next}}"
)
VALUES = {"theta": (-3.31, -2.31), "eta": 0.11, "m": (48.88, 12.67), "root": (51.05, 74.11), "next": (-3.414, -2.328)}


@pytest.fixture
def label(qtbot, dark):
    made = FormulaLabel()
    qtbot.addWidget(made)
    made.resize(900, 60)
    made.set_result_color("purple")
    made.set_formula(ADAM, NUMBERS)
    made.set_values(VALUES)
    made.show()
    return made


def pixels(label):
    image = label.grab().toImage()
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return data[:, : image.width(), 2::-1].astype(int)


def spots(label, color, tolerance=24):
    """Columns and rows in which a colour occurs."""
    wanted = np.array([int(theme().hex(color)[i : i + 2], 16) for i in (1, 3, 5)])
    rows, columns = np.nonzero(np.abs(pixels(label) - wanted).max(axis=2) < tolerance)
    return columns, rows


def test_every_slot_has_its_box_in_reading_order(label):
    slots = label.slots()
    assert [s.name for s in slots] == ["theta", "eta", "m", "root", "next"]
    assert [s.vector for s in slots] == [True, False, True, True, True]
    for slot in slots:
        assert slot.width > (100 if slot.vector else 40)
        assert slot.size == pytest.approx(17, rel=0.03)
    by_name = {s.name: s for s in slots}
    assert by_name["eta"].baseline == pytest.approx(0, abs=0.3)
    assert by_name["m"].baseline < -5 < 5 < by_name["root"].baseline
    assert by_name["m"].x == pytest.approx(by_name["root"].x, abs=1)


def test_numbers_are_drawn_in_the_colors_of_their_roles(label):
    columns, _ = spots(label, "purple")
    assert columns.min() > 550  # the result stands at the end
    columns, _ = spots(label, "accent")
    symbol_eta, number_eta = columns[columns < 200], columns[columns > 200]
    assert len(symbol_eta)
    assert len(number_eta)


def test_no_marker_remains(label):
    for half in label._halves:
        assert b"#0100" not in half.svg


def test_a_slot_in_an_exponent_is_smaller(label):
    label.set_formula(r"y", r"\slot{a}\,e^{-\slot{b}}")
    big, small = label.slots()
    assert small.size < 0.8 * big.size
    assert small.baseline < big.baseline - 3


def test_drawing_values_never_typesets(label, monkeypatch):
    def forbidden(*_args, **_kwargs):
        raise AssertionError("typeset again")

    monkeypatch.setattr("ziamath.zmath.Latex", forbidden)
    for i in range(5):
        label.set_values({"eta": i / 7, "theta": np.array([i, -i])})
        label.repaint()
    label.set_formula(r"x+new", "")
    with pytest.raises(BadValue):
        label.slots()
    label.set_formula(ADAM, NUMBERS)  # known: from the cache
    assert len(label.slots()) == 5


def test_a_label_that_is_never_shown_is_never_typeset(qtbot, monkeypatch, dark):
    def forbidden(*_args, **_kwargs):
        raise AssertionError("typeset")

    monkeypatch.setattr("ziamath.zmath.Latex", forbidden)
    hidden = FormulaLabel()
    qtbot.addWidget(hidden)
    hidden.set_formula("a+never", r"\slot{a}")
    hidden.set_values({"a": 3.0})
    assert hidden.sizeHint().height() > 30


def test_setting_and_drawing_values_is_quick(label):
    label.repaint()
    taken = []
    for i in range(30):
        start = time.perf_counter()
        label.set_values({"eta": i / 7, "next": (i, -i / 3)})
        label.repaint()
        taken.append(time.perf_counter() - start)
    assert sorted(taken)[15] < 5e-3


def test_long_numbers_are_shrunk_into_their_box(label):
    label.set_values({"next": (-1.234e-123, -1.234e-123)})
    columns, _ = spots(label, "purple")
    slot = next(s for s in label.slots() if s.name == "next")
    assert columns.max() - columns.min() <= slot.width + 2


def test_the_boxes_fit_usual_numbers_without_shrinking(label):
    slot = label.slots()[0]
    metrics = QFontMetricsF(math_font(slot.size))
    for value in ((-3.31, -2.31), (-48.88, -12.67), (-100.4, -999.4)):
        assert metrics.horizontalAdvance(slot_text(value, True)) <= slot.width + 3


def test_one_dimension_makes_narrower_boxes(label):
    wide = label.slots()[0].width
    label.set_values({"theta": np.array([0.5])})
    assert label.slots()[0].width < 0.7 * wide


@pytest.mark.parametrize(("width", "shows"), [(900, True), (630, True), (300, False), (60, False)])
def test_what_does_not_fit_is_left_out(label, width, shows):
    label.resize(width, 60)
    assert label.shows_numbers is shows
    columns, rows = spots(label, "text", 90)
    assert columns.max() < width
    assert rows.min() >= 0


def test_the_formula_never_widens_its_parent(qtbot):
    from lab.ui.widgets import row

    holder = QWidget()
    qtbot.addWidget(holder)
    label = FormulaLabel()
    label.set_formula(ADAM, NUMBERS)
    holder.setLayout(row((label, 1)))
    assert holder.minimumSizeHint().width() < 40


def test_latex_for_the_clipboard(label):
    copied = label.latex_with_values()
    assert copied.startswith(r"\theta_{t+1}=\theta_t-{\eta}")
    assert r"=({-}3.310, {-}2.310)-{0.110}\,\frac{{(48.88, 12.67)}}" in copied
    assert "role" not in copied
    assert "slot" not in copied


@pytest.mark.parametrize(
    ("value", "text", "latex"),
    [
        (0.11, "0.110", "0.110"), (-3.3074, "−3.307", "{-}3.307"), (48.881, "48.88", "48.88"), (0, "0", "0"),
        (1234.5, "1234", "1234"), (-0.0, "0.000", "0.000"), (1e-8, "10⁻⁸", "10^{-8}"),
        (3.3e-5, "3.3·10⁻⁵", r"3.3\cdot 10^{-5}"), (-1.2e12, "−1.2·10¹²", r"{-}1.2\cdot 10^{12}"),
        (float("nan"), "–", r"\text{–}"), (np.int64(30), "30", "30"), (9.9996, "10.00", "10.00"),
    ],
)  # fmt: skip
def test_numbers_in_slots(value, text, latex):
    assert slot_number(value) == text
    assert latex_number(text) == latex


def test_a_new_theme_recolors(label, dark):
    before = spots(label, "purple")[0]
    assert len(before)
    dark.set_mode("light")
    assert len(spots(label, "purple")[0])
    assert theme().name == "light"


def test_an_equals_sign_is_added_only_where_it_is_missing(label):
    label.set_formula("y", r"\slot{a}")
    assert label.latex_with_values() == r"y =\mathrm{a}"
    label.set_formula("y", r"=\slot{a}")
    assert label.latex_with_values() == r"y =\mathrm{a}"
    label.set_formula("y", r"\approx\slot{a}")
    assert label.latex_with_values() == r"y \approx\mathrm{a}"


@pytest.mark.parametrize("wrong", [r"\role{control}", r"\slot{a", r"\slot a"])
def test_unbalanced_commands_are_named(label, wrong):
    with pytest.raises(ValueError, match="brace"):
        label.set_formula(wrong)


def test_an_unknown_role_is_named(label):
    with pytest.raises(KeyError, match="loud"):
        label.set_formula(r"\role{loud}{x}")


def test_values_that_are_not_given_show_a_dash(label):
    label.set_formula("y", r"\slot{a}")
    assert formula.slot_text(float("nan"), False) == "–"
    label.set_values({"unused": 3.0})
    label.repaint()
    assert label.latex_with_values() == r"y =\mathrm{a}"


def test_a_small_rate_keeps_its_digits() -> None:
    assert slot_text(0.0016, False) == "0.0016"
    assert slot_text(-0.0007, False) == "\N{MINUS SIGN}0.0007"
    assert slot_text(0.11, False) == "0.110"


def test_what_the_numbers_come_to_stands_behind_the_symbols_where_there_is_room_for_no_more(qtbot) -> None:
    label = FormulaLabel(16)
    qtbot.addWidget(label)
    rule = r"\frac{\role{forward}{\slotv{m}}}{\slotv{v}}"
    label.set_formula(r"\theta_{t+1}=\theta_t-\eta\frac{m}{v}", rf"\slotv{{theta}}-\slot{{eta}}{rule}=\slotv{{next}}")
    seen = []
    for width in range(900, 60, -20):
        label.resize(width, 60)
        label.grab()
        names = [slot.name for slot in label.slots()]
        if not seen or names != seen[-1]:
            seen.append(names)
        assert not names or label._stacked or label._width(label._shown) * label._scale <= width + 1
    assert seen == [["theta", "eta", "m", "v", "next"], ["next"], []]
    # Nothing to come to: the symbols alone follow.
    assert (result_of("=1-2=3"), result_of(r"=\frac{a=b}{c}"), result_of("")) == ("=3", "", "")


def test_numbers_stand_below_the_symbols_where_there_is_height_for_it(qtbot) -> None:
    label = FormulaLabel(16)
    qtbot.addWidget(label)
    label.set_formula(r"\theta_{t+1}=\theta_t-\eta\nabla f(\theta_t)", r"\slotv{theta}-\slot{eta}\,\slotv{gradient}")
    label.resize(4000, 60)
    label.grab()
    one_row = {round(slot.baseline) for slot in label.slots()}
    whole = label._width(2)
    label.resize(round(0.7 * whole), 60)
    label.grab()
    assert label.shows_numbers
    assert label._stacked
    (_, _, first), (_, left, second) = label._places()
    assert (left, first < second < 60) == (0.0, True)
    label.resize(round(0.7 * whole), 24)
    label.grab()
    assert not label.shows_numbers or not label._stacked
    assert len(one_row) == 1
