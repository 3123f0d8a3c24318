"""What labels, sliders and numbers of a form get of its width."""

from dataclasses import dataclass

import pytest

from lab.core.params import param
from lab.ui.form import ConfigForm
from lab.ui.theme import manager


@dataclass(frozen=True, slots=True)
class Short:
    rate: float = param(0.1, above=0, soft=(0.01, 1.0), doc="A rate.")
    scale: float = param(0.2, above=0, soft=(0.01, 1.0), doc="A scale.")


@dataclass(frozen=True, slots=True)
class Long:
    pull_of_the_common_best: float = param(1.49618, above=0, soft=(0.1, 3.0), symbol="c₂", doc="A pull.")
    scale: float = param(0.2, above=0, soft=(0.01, 1.0), doc="A scale.")


def rows_in(qtbot, config, width, scale=1.0):
    manager().set_text_scale(scale)
    form = ConfigForm(config, label_width=132, fit_labels=True)
    qtbot.addWidget(form)
    form.resize(width, form.sizeHint().height())
    form.show()
    form.layout().activate()
    for name in form.names():
        form.row(name).layout().activate()
    return [form.row(name) for name in form.names()]


def test_what_short_labels_leave_is_the_sliders(qtbot, dark):
    rows = rows_in(qtbot, Short(), 320)
    assert min(row.slider.width() for row in rows) >= 120
    assert len({row.slider.x() for row in rows}) == 1


@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_a_long_label_is_whole_where_there_is_room(qtbot, dark, scale):
    rows = rows_in(qtbot, Long(), round(400 * scale), scale)
    assert rows[0].label.text() == rows[0].name
    assert len({row.slider.x() for row in rows}) == 1
    assert rows[0].field.text() == "1.49618"


def test_a_long_label_leaves_its_slider_something_to_hold(qtbot, dark):
    rows = rows_in(qtbot, Long(), 300)
    assert rows[0].label.text().endswith("…")
    assert min(row.slider.width() for row in rows) >= 50


def test_little_lies_between_slider_and_number(qtbot, dark):
    row = rows_in(qtbot, Short(), 320)[0]
    end = row.slider.geometry().right()
    # The place of the reset button, and a box as wide as long numbers are.
    assert row.width() - end <= 118


def test_a_complaint_keeps_off_its_field(qtbot, dark):
    row = rows_in(qtbot, Short(), 320)[0]
    row.complain("-1 is not above 0")
    row.layout().activate()
    words = row.message.geometry().top() + row.message.contentsMargins().top()
    assert words - row.field.geometry().bottom() >= 4
