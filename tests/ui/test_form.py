"""A form made from declarations: what it shows, what it accepts, what it refuses, and what it says about it."""

from dataclasses import dataclass

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest

from lab.core.errors import BadValue
from lab.core.params import choice, param
from lab.core.registry import Family
from lab.ui.form import ConfigForm
from lab.ui.widgets import ComboBox, Segmented, Slider
from lab.ui.widgets.number_row import Scale

RULES: Family = Family("form test rules")


@RULES.register("momentum", title="Heavy ball")
@dataclass(frozen=True, slots=True)
class Momentum:
    learning_rate: float = param(0.01, above=0, soft=(1e-5, 1.0), log=True, symbol="η", doc="Step size.")
    momentum: float = param(0.9, lo=0, below=1, symbol="β")


@RULES.register("plain", title="Plain")
@dataclass(frozen=True, slots=True)
class Plain:
    learning_rate: float = param(0.1, above=0, soft=(1e-5, 1.0), log=True, symbol="η")


@dataclass(frozen=True, slots=True)
class Config:
    learning_rate: float = param(
        0.01, above=0, soft=(1e-5, 1.0), log=True, symbol="η", unit="1/s", doc="How far each step goes."
    )
    steps: int = param(100, lo=1, soft=(1, 1000))
    noise: float = param(0.0, lo=0, soft=(0, 1), effect="live")
    shift: float = param(0.0)
    look_ahead: bool = param(False)
    batch: str = param("full", choices=("full", "mini", "single"))
    kernel: str = param("rbf", choices=("rbf", "linear", "polynomial", "sigmoid"))
    formula: str = param("x^2")
    rule: Momentum | Plain = choice(RULES, Momentum)
    secret: float = param(1.0, hidden=True)
    points: tuple[float, ...] = param((1.0, 2.0))

    def check(self) -> None:
        if self.look_ahead and self.noise > 0.5:
            raise BadValue("look_ahead", "can't look ahead with that much noise")


class Log:
    """What a form says, in order."""

    def __init__(self, form):
        self.all = []
        form.edit_started.connect(lambda: self.all.append("started"))
        form.edited.connect(lambda name, value: self.all.append((name, value)))
        form.edit_finished.connect(lambda: self.all.append("finished"))

    @property
    def edits(self):
        return [entry for entry in self.all if isinstance(entry, tuple)]


@pytest.fixture
def form(qtbot, dark):
    made = ConfigForm(Config())
    qtbot.addWidget(made)
    made.resize(420, 600)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    return made


def type_into(row, text, key=Qt.Key.Key_Return):
    row.field.setFocus()
    row.field.selectAll()
    row.field.insert(text)  # QTest can't type what isn't ASCII
    QTest.keyClick(row.field, key)


def test_rows_follow_the_declarations(form):
    assert form.names() == [
        "learning_rate", "steps", "noise", "shift", "look_ahead", "batch", "kernel", "formula", "rule"
    ]  # fmt: skip
    row = form.row("learning_rate")
    assert row.name == "Learning rate η"
    assert row.toolTip() == "How far each step goes.\nUnit: 1/s · Above 0 · default 0.010"
    assert form.row("shift").slider is None
    assert isinstance(form.row("batch").control, Segmented)
    assert isinstance(form.row("kernel").control, ComboBox)
    with pytest.raises(KeyError):
        form.row("secret")


@pytest.mark.parametrize(
    ("only", "names"),
    [("live", ["noise"]), (("kernel", "steps"), ["kernel", "steps"]), (lambda d: d.type is bool, ["look_ahead"])],
)
def test_a_form_can_show_a_part(qtbot, only, names):
    made = ConfigForm(Config(), only=only)
    qtbot.addWidget(made)
    assert made.names() == names


@pytest.mark.parametrize(("typed", "value"), [("1e-3", 1e-3), ("0,25", 0.25), ("7", 7.0), ("3.3·10⁻⁵", 3.3e-5)])
def test_the_box_takes_anything_the_bounds_allow(form, typed, value):
    log = Log(form)
    type_into(form.row("learning_rate"), typed)
    assert log.all == ["started", ("learning_rate", value), "finished"]
    assert form.config.learning_rate == value


@pytest.mark.parametrize(
    ("name", "typed", "why"),
    [
        ("learning_rate", "0", "0 is not above 0"),
        ("learning_rate", "fast", "“fast” is not a number"),
        ("learning_rate", "1e999", "inf is not a finite number"),
        ("steps", "0", "0 is less than 1"),
        ("steps", "2.5", "2.5 is not a whole number"),
    ],
)
def test_a_refused_value_says_why_and_never_gets_in_force(form, name, typed, why):
    log = Log(form)
    row = form.row(name)
    type_into(row, typed)
    assert row.message.isVisible()
    assert row.message.text() == why
    assert row.field.property("bad") is True
    assert log.edits == []
    assert form.config == Config()
    type_into(row, "", Qt.Key.Key_Escape)
    assert not row.message.isVisible()
    assert row.field.property("bad") is False
    assert row.field.text() in ("0.010", "100")


def test_a_refusal_by_the_whole_configuration_is_shown_at_the_row(form):
    form.set_config(Config(noise=0.9))
    row = form.row("look_ahead")
    row.switch.click()
    assert row.message.text() == "can't look ahead with that much noise"
    assert not row.switch.isChecked()
    assert form.config == Config(noise=0.9)


def test_a_drag_is_one_gesture_with_live_edits(form):
    log = Log(form)
    slider = form.row("learning_rate").slider
    start = slider.rect().center()
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=start)
    for dx in (10, 20, 30):
        QTest.mouseMove(slider, start + QPoint(dx, 0))
    assert log.all[-1] != "finished"
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=start + QPoint(30, 0))
    assert log.all[0] == "started"
    assert log.all[-1] == "finished"
    assert len(log.edits) >= 3
    assert log.all.count("started") == log.all.count("finished") == 1
    assert log.edits[-1] == ("learning_rate", form.config.learning_rate)


def test_the_slider_of_a_held_row_stays_under_the_hand(form):
    slider = form.row("noise").slider
    at = slider.rect().center()
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=at)
    held = slider.value()
    form.set_config(Config(noise=0.123))
    assert slider.value() == held
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=at)
    assert slider.value() == 123


def test_keys_on_a_slider_edit_at_once(form):
    log = Log(form)
    QTest.keyClick(form.row("steps").slider, Qt.Key.Key_Right)
    assert [entry if isinstance(entry, str) else entry[0] for entry in log.all] == ["started", "steps", "finished"]
    assert isinstance(form.config.steps, int)


def test_reset_appears_only_where_it_has_something_to_do(form):
    row = form.row("steps")
    assert not row.reset_button.isVisible()
    type_into(row, "250")
    assert row.reset_button.isVisible()
    log = Log(form)
    row.reset_button.click()
    assert form.config.steps == 100
    assert log.edits == [("steps", 100)]
    assert not row.reset_button.isVisible()


def test_a_double_click_on_the_label_resets(form):
    form.set_config(Config(steps=7))
    QTest.mouseDClick(form.row("steps").label, Qt.MouseButton.LeftButton)
    assert form.config.steps == 100


def test_set_config_tells_nobody(form):
    log = Log(form)
    form.set_config(Config(0.5, 7, 0.3, -2.0, True, "mini", "linear", "y", Plain(0.2)))
    assert log.all == []
    assert form.row("learning_rate").field.text() == "0.500"
    assert form.row("shift").field.text() == "−2.00"
    assert form.row("look_ahead").switch.isChecked()
    assert form.row("batch").control.value == "mini"
    assert form.row("kernel").control.value == "linear"
    assert form.row("formula").field.text() == "y"
    assert form.row("rule").combo.currentText() == "Plain"
    assert form.row("rule").form.names() == ["learning_rate"]


def test_what_is_being_typed_survives_a_refresh(form):
    field = form.row("steps").field
    field.setFocus()
    QTest.keyClicks(field, "12")
    form.set_config(Config(noise=0.4))
    assert field.text() == "12"


def test_choices_and_switch_and_text(form):
    log = Log(form)
    form.row("batch").control._buttons[1].click()
    combo = form.row("kernel").control
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Down)
    form.row("look_ahead").switch.click()
    type_into(form.row("formula"), "x^2+y^2")
    assert log.edits == [("batch", "mini"), ("kernel", "linear"), ("look_ahead", True), ("formula", "x^2+y^2")]


def test_a_nested_edit_gives_the_whole_nested_configuration(form):
    log = Log(form)
    type_into(form.row("rule").form.row("momentum"), "0.5")
    assert log.all == ["started", ("rule", Momentum(0.01, 0.5)), "finished"]


def test_trying_another_algorithm_keeps_what_was_set(form):
    rule = form.row("rule")
    type_into(rule.form.row("momentum"), "0.5")
    rule.combo.chosen.emit(Plain)
    assert form.config.rule == Plain()
    assert rule.form.names() == ["learning_rate"]
    rule.combo.chosen.emit(Momentum)
    assert form.config.rule == Momentum(0.01, 0.5)


def test_another_kind_of_configuration_rebuilds_the_rows(form, qapp):
    form.set_config(Plain())
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    assert form.names() == ["learning_rate"]
    assert len(form.findChildren(Slider)) == 1


@pytest.mark.parametrize(
    "declared",
    [
        param(0.1, above=0, soft=(1e-5, 1.0), log=True),
        param(0.1, above=0, below=1),
        param(0.1, lo=0, hi=5),
        param(0.1, lo=0, soft=(0, 100), log=True),
        param(0.1, soft=(-3, 3)),
    ],
)
def test_a_slider_gives_allowed_round_values_and_finds_them_again(declared):
    p = declared.metadata["param"]
    scale = Scale(p, whole=False)
    values = [scale.value(i) for i in range(1001)]
    assert values == sorted(values)
    for i in range(0, 1001, 50):
        p.check(values[i])
        assert len(f"{abs(values[i]):.6g}".replace(".", "").strip("0").split("e")[0]) <= 4
        assert scale.position(values[i]) == pytest.approx(i, abs=2)


def test_whole_sliders_give_whole_numbers():
    p = param(10, lo=1, soft=(1, 10_000), log=True).metadata["param"]
    scale = Scale(p, whole=True)
    assert all(isinstance(scale.value(i), int) for i in range(0, 1001, 10))
    assert (scale.value(0), scale.value(1000)) == (1, 10_000)


def test_a_reset_of_a_nested_choice_goes_back_to_the_default(form):
    form.set_config(Config(rule=Plain(0.5)))
    form.row("rule").reset()
    assert form.config.rule == Momentum()


def test_columns_grow_with_the_text(form, dark):
    row = form.row("learning_rate")
    before = row.label.width(), row.field.width()
    dark.set_text_scale(1.5)
    assert (row.label.width(), row.field.width()) == (before[0] * 1.5, before[1] * 1.5)
    dark.set_text_scale(1.0)
    assert (row.label.width(), row.field.width()) == before


@pytest.mark.parametrize("value", [1e-8, 3.3e-5, 0.99999, 12345.6])
def test_usual_values_fit_their_box(form, value):
    form.set_config(Config(learning_rate=value))
    field = form.row("learning_rate").field
    assert field.fontMetrics().horizontalAdvance(field.text()) <= field.width() - 14
