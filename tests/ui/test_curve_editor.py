"""A curve drawn by hand: what a press, a drag, a key and the pen make of its points."""

import itertools
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from shell_fixtures import RIGHT, click, drag, key, move, press, release

from lab.core.errors import BadValue
from lab.core.params import declared, param
from lab.ui.form import ConfigForm
from lab.ui.theme import manager
from lab.ui.widgets.curve_editor import sampled
from lab.ui.widgets.curve_row import CurveRow
from lab.ui.widgets.strokes import thinned

SHIFT = Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True, slots=True)
class Plan:
    """Something with a curve; a plain tuple beside it has no row."""

    curve: tuple[tuple[float, float], ...] = param(
        ((0.0, 1.0), (0.5, 0.5), (1.0, 1.0)), meaning="curve", examples=(("Flat", ((0.0, 1.0), (1.0, 1.0))),)
    )
    plain: tuple[float, ...] = param(())

    def check(self):
        for i, ((a, _), (b, _)) in enumerate(zip(self.curve, self.curve[1:], strict=False)):
            if b < a:
                raise BadValue(f"curve[{i + 1}][0]", f"point {i + 2} comes before point {i + 1}")


@pytest.fixture
def form(qtbot):
    form = ConfigForm(Plan())
    qtbot.addWidget(form)
    form.resize(360, 240)
    form.show()
    row = form.row("curve")
    row.set_span(100)
    row.editor.set_axis("linear")
    form.gestures = []
    form.edit_started.connect(lambda: form.gestures.append("start"))
    form.edit_finished.connect(lambda: form.gestures.append("end"))
    return form


def at(editor, share, value):
    x, y = editor.to_pixels(np.array([[share, value]]))[0]
    return float(x), float(y)


def places(form):
    return [share for share, _ in form.config.curve]


def test_the_meaning_decides_the_row(form):
    assert form.names() == ["curve"]
    assert isinstance(form.row("curve"), CurveRow)


def test_a_press_adds_a_point_there_and_may_go_on_dragging_it(form):
    editor = form.row("curve").editor
    press(editor, at(editor, 0.25, 0.2))
    assert places(form) == [0.0, 0.25, 0.5, 1.0]
    assert form.config.curve[1][1] == pytest.approx(0.2, abs=0.01)
    move(editor, at(editor, 0.3, 0.8))
    release(editor, at(editor, 0.3, 0.8))
    assert form.config.curve[1] == (0.3, pytest.approx(0.8, abs=0.01))
    assert form.gestures == ["start", "end"]
    assert editor.selected == 1


def test_a_drag_moves_a_point_between_its_neighbours(form):
    editor = form.row("curve").editor
    drag(editor, at(editor, 0.5, 0.5), at(editor, 0.7, 0.9))
    assert form.config.curve[1] == (0.7, pytest.approx(0.9, abs=0.01))
    assert form.gestures == ["start", "end"]
    drag(editor, at(editor, 0.7, 0.9), (2000, -500))
    assert form.config.curve[1] == (1.0, 1.0)


def test_an_end_keeps_its_place(form):
    editor = form.row("curve").editor
    drag(editor, at(editor, 0.0, 1.0), at(editor, 0.4, 0.3))
    assert form.config.curve[0] == (0.0, pytest.approx(0.3, abs=0.01))
    click(editor, at(editor, 0.0, form.config.curve[0][1]), RIGHT)
    key(editor, Qt.Key.Key_Delete)
    assert len(form.config.curve) == 3
    assert "ends stay" in form.row("curve").message.text()


def test_values_stay_above_zero_under_the_hand(form):
    editor = form.row("curve").editor
    drag(editor, at(editor, 0.5, 0.5), (at(editor, 0.5, 0)[0], 4000))
    assert form.config.curve[1][1] > 0


@pytest.mark.parametrize("how", ["right press", "delete", "button"])
def test_a_point_is_taken_out(form, how):
    row = form.row("curve")
    editor = row.editor
    if how == "right press":
        click(editor, at(editor, 0.5, 0.5), RIGHT)
    else:
        editor.select(1)
        key(editor, Qt.Key.Key_Delete) if how == "delete" else row.drop.click()
    assert places(form) == [0.0, 1.0]
    assert form.gestures == ["start", "end"]


def test_arrow_keys_move_the_selected_point_and_shift_moves_it_finely(form):
    editor = form.row("curve").editor
    editor.select(1)
    key(editor, Qt.Key.Key_Right)
    coarse = places(form)[1] - 0.5
    key(editor, Qt.Key.Key_Left, SHIFT)
    assert places(form)[1] == pytest.approx(0.5 + coarse - 0.01)
    assert coarse > 0.01
    key(editor, Qt.Key.Key_Up)
    assert form.config.curve[1][1] == pytest.approx(0.55)
    key(editor, Qt.Key.Key_Down, SHIFT)
    assert form.config.curve[1][1] == pytest.approx(0.545)
    assert form.gestures == ["start", "end"] * 4


def test_tab_walks_from_point_to_point_and_out(form, qtbot):
    editor = form.row("curve").editor
    form.activateWindow()
    editor.setFocus(Qt.FocusReason.TabFocusReason)
    assert editor.selected == 0
    for expected in (1, 2):
        key(editor, Qt.Key.Key_Tab)
        assert editor.selected == expected
        assert f"Point {expected + 1} of 3" in editor.accessibleDescription()
    assert form.focusWidget() is editor
    key(editor, Qt.Key.Key_Tab)
    assert editor.selected == 2
    assert form.focusWidget() is not editor
    assert form.isAncestorOf(form.focusWidget())


def test_exact_numbers_are_typed(form):
    row = form.row("curve")
    row.editor.select(1)
    row.at.submitted.emit("37")
    row.factor.submitted.emit("0.123456")
    assert form.config.curve[1] == (0.37, 0.123456)
    row.at.submitted.emit("-3")
    assert form.config.curve[1] == (0.37, 0.123456)
    assert "point 2 comes before point 1" in row.message.text()
    row.factor.submitted.emit("much")
    assert "not a number" in row.message.text()


def test_the_pen_draws_and_leaves_the_rest_as_it_was(form):
    row = form.row("curve")
    editor = row.editor
    row.pen.click()
    before = sampled(form.config.curve)
    drag(editor, at(editor, 0.6, 0.2), at(editor, 0.8, 0.2), stations=20)
    curve = form.config.curve
    assert form.gestures == ["start", "end"]
    assert len(curve) <= 8
    assert places(form) == sorted(places(form))
    x, y = np.array(curve).T
    assert np.interp([0.65, 0.75], x, y) == pytest.approx([0.2, 0.2], abs=0.02)
    for share in (0.1, 0.3, 0.5, 0.95):
        assert np.interp(share, x, y) == pytest.approx(np.interp(share, *before.T), abs=0.01)


def test_a_stroke_across_the_whole_picture_is_the_curve(form):
    row = form.row("curve")
    editor = row.editor
    row.pen.setChecked(True)
    press(editor, at(editor, 0.0, 0.5))
    for share in np.linspace(0, 1, 60):
        move(editor, at(editor, float(share), 0.5 + 0.4 * float(np.sin(6 * share))))
    release(editor, at(editor, 1.0, 0.5))
    x, y = np.array(form.config.curve).T
    assert (x[0], x[-1]) == (0.0, 1.0)
    assert 4 <= len(x) <= 24
    assert np.interp(np.linspace(0, 1, 30), x, y) == pytest.approx(
        0.5 + 0.4 * np.sin(6 * np.linspace(0, 1, 30)), abs=0.05
    )


def test_a_ready_shape_is_one_change(form):
    row = form.row("curve")
    row.shapes.menu().actions()[0].trigger()
    assert form.config.curve == ((0.0, 1.0), (1.0, 1.0))
    assert form.gestures == ["start", "end"]
    assert len(declared(Plan)[0].param.examples) == len(row.shapes.menu().actions())


def test_a_wide_curve_gets_a_logarithmic_axis(form):
    editor = form.row("curve").editor
    editor.set_axis("auto")
    assert not editor.log
    form.set_config(Plan(curve=((0.0, 1.0), (1.0, 0.001))))
    assert editor.log
    assert (editor.lo, editor.hi) == (pytest.approx(1e-3), pytest.approx(1.0))
    editor.set_axis("linear")
    assert (editor.lo, editor.hi) == (0.0, 1.0)


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_it_can_be_seen_in_every_dress(form, theme, scale):
    manager().set_mode(theme)
    manager().set_text_scale(scale)
    assert not form.grab().isNull()


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100)), min_size=1, max_size=40), st.floats(0.1, 20))
@settings(max_examples=60)
def test_a_thinned_stroke_stays_near_all_its_points(points, tolerance):
    points = np.array(sorted(points))
    kept = thinned(points, tolerance)
    assert kept[0] == 0
    assert kept[-1] == len(points) - 1
    assert (np.diff(kept) > 0).all()
    for a, b in itertools.pairwise(kept):
        chord = points[b] - points[a]
        inner = points[a + 1 : b] - points[a]
        length = np.hypot(*chord)
        away = np.hypot(*inner.T) if length == 0 else np.abs(chord[0] * inner[:, 1] - chord[1] * inner[:, 0]) / length
        assert (away <= tolerance * (1 + 1e-9)).all()


def test_a_straight_stroke_is_two_points():
    assert thinned(np.stack([np.arange(50.0), 2 * np.arange(50.0)], axis=1), 0.5).tolist() == [0, 49]
