"""Plots over steps: what is drawn where, what is thinned, what is written out."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from lab.ui.axes import ticks, title_place
from lab.ui.plots import Axis, LinePlot
from lab.ui.series import POINT_BY_POINT, Series, thin
from lab.ui.theme import load_theme


@pytest.fixture
def plot(qtbot, dark):
    made = LinePlot("Loss by step")
    qtbot.addWidget(made)
    made.resize(420, 260)
    made.set_series("adam", "purple", "star", 2.8, name="Adam")
    made.show()
    return made


def pixels(widget):
    image = widget.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    data = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return data[:, : image.width(), 2::-1].astype(int)


def columns_of(widget, color, tolerance=20):
    wanted = np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])
    return np.nonzero((np.abs(pixels(widget) - wanted).max(axis=2) < tolerance).any(axis=0))[0]


def column_of_step(plot, step):
    return plot.mapFromScene(plot.getViewBox().mapViewToScene(QPointF(step, 0))).x()


@given(
    st.lists(st.one_of(st.floats(-1e6, 1e6), st.just(float("nan"))), min_size=1, max_size=400),
    st.integers(10, 60),
)
def test_thinning_keeps_the_extremes_and_the_budget(values, columns):
    y = np.array(values)
    x = np.arange(len(y), dtype=float)
    tx, ty = thin(x, y, 0.0, float(len(y)), columns)
    assert len(tx) == len(ty) <= max(len(y), 0)
    assert len(tx) <= 2 * columns + 4 or len(y) <= 2 * columns
    assert np.all(np.diff(tx) >= 0)
    if np.isfinite(y).any():
        assert np.nanmin(ty) == np.nanmin(y)
        assert np.nanmax(ty) == np.nanmax(y)


def test_thinning_leaves_out_what_is_out_of_view():
    x = np.arange(1000.0)
    tx, _ = thin(x, x, 400.0, 500.0, 300)
    assert tx[0] == 399
    assert tx[-1] == 501


def test_past_is_solid_and_future_is_faded(plot):
    steps = np.arange(101)
    plot.set_data("adam", steps, np.exp(-steps / 10))
    plot.set_cursor(50)
    seam = column_of_step(plot, 50)
    solid = columns_of(plot, load_theme("dark").categorical["purple"])
    assert len(solid) > 50
    assert solid.max() <= seam + 8  # the glyph reaches a little beyond
    plot.set_cursor(None)
    assert columns_of(plot, load_theme("dark").categorical["purple"]).max() > seam + 80


def test_appended_points_are_drawn_where_the_line_ended(plot):
    steps = np.arange(201)
    values = np.exp(-steps / 20)
    plot.set_total(200)
    for n in (50, 120, 201):
        plot.set_data("adam", steps[:n], values[:n])
        plot.set_target(1e-6)
        grown = pixels(plot)
    fresh = LinePlot("fresh")
    fresh.resize(plot.size())
    fresh.set_series("adam", "purple", "star", 2.8)
    fresh.set_total(200)
    fresh.set_target(1e-6)
    fresh.set_data("adam", steps, values)
    fresh.show()
    differing = (np.abs(grown - pixels(fresh)).max(axis=2) > 90).sum()
    fresh.close()
    fresh.deleteLater()
    assert differing < 40


def test_a_run_that_branched_is_drawn_anew(plot):
    steps = np.arange(101.0)
    plot.set_total(100)
    plot.set_data("adam", steps, np.full(101, 1.0))
    first = pixels(plot)
    plot.set_data("adam", steps, np.r_[np.full(50, 1.0), np.full(51, 0.9)])
    assert (pixels(plot) != first).any()


def test_gaps_stay_gaps(plot):
    steps = np.arange(101)
    values = np.ones(101)
    values[40:60] = np.nan
    plot.set_data("adam", steps, values)
    drawn = columns_of(plot, load_theme("dark").categorical["purple"])
    left, right = column_of_step(plot, 42), column_of_step(plot, 57)
    assert not ((drawn > left) & (drawn < right)).any()
    assert (drawn < left).any()
    assert (drawn > right).any()


def test_what_can_not_be_drawn_on_a_log_axis_lies_at_the_floor(plot):
    plot.set_data("adam", [0, 1, 2, 3], [1.0, 0.0, -1.0, np.inf])
    y = plot._lines.series["adam"].y
    assert y[:3].tolist() == [0.0, -16.0, -16.0]
    assert np.isnan(y[3])


def test_the_x_axis_changes_seldom_while_a_run_grows(plot):
    rights = set()
    for n in range(2, 400):
        plot.set_data("adam", [0, n], [1.0, 0.1])
        rights.add(plot.getViewBox().viewRange()[0][1])
        assert plot.getViewBox().viewRange()[0][1] >= n
    assert len(rights) < 60
    plot.set_total(1000)
    assert plot.getViewBox().viewRange()[0][1] == 1000


def test_the_target_is_in_view(plot):
    plot.set_data("adam", [0, 1], [100.0, 10.0])
    plot.set_target(1e-4)
    lo, hi = plot.getViewBox().viewRange()[1]
    assert lo < -4 < 2 < hi
    assert len(columns_of(plot, load_theme("dark").ok)) > 100


def test_mismatched_data_is_refused(plot):
    with pytest.raises(ValueError, match="adam"):
        plot.set_data("adam", [0, 1], [1.0])
    with pytest.raises(KeyError):
        plot.set_data("nobody", [0], [1.0])


def test_axis_labels_are_typographic(qapp):
    log, linear = Axis("left", log=True), Axis("bottom")
    assert log.tickStrings([-2.0, 0.0, 1.0, 3.0], 1, 1) == ["10⁻²", "1", "10", "10³"]
    assert linear.tickStrings([-2.0, 0.0], 1, 1) == ["−2", "0"]
    ((_, wide),) = log.tickValues(-8, 3, 200)
    assert all(v == round(v) for v in wide)
    assert 4 <= len(wide) <= 9
    ((_, narrow),) = log.tickValues(-0.2, 0.8, 200)
    assert log.tickStrings(narrow, 1, 1) == ["1", "2", "5"]


def test_the_wheel_belongs_to_the_page(plot):
    plot.set_data("adam", [0, 100], [1.0, 0.1])
    before = plot.getViewBox().viewRange()
    at = QPointF(plot.viewport().rect().center())
    event = QWheelEvent(
        at, plot.viewport().mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(plot.viewport(), event)
    assert not event.isAccepted()
    assert plot.getViewBox().viewRange() == before


def test_a_press_seeks_the_step_under_it(plot, qtbot):
    plot.set_data("adam", np.arange(101), np.ones(101))
    at = plot.mapFromScene(plot.getViewBox().mapViewToScene(QPointF(40, 0)))
    with qtbot.waitSignal(plot.sought) as caught:
        QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert caught.args[0] == pytest.approx(40, abs=1)


def test_csv_has_a_row_a_step_and_a_column_a_line(plot, tmp_path):
    plot.set_series("sgd", "sky", "o")
    plot.set_data("adam", [0, 1, 2], [1.0, np.nan, 0.1])
    plot.set_data("sgd", [0, 2, 4], [1.5, 1.25, 1e-7])
    plot.to_csv(tmp_path / "loss.csv")
    written = (tmp_path / "loss.csv").read_text("utf-8").splitlines()
    assert list(csv.reader(written)) == [
        ["step", "Adam", "sgd"], ["0", "1.0", "1.5"], ["1", "", ""], ["2", "0.1", "1.25"], ["4", "", "1e-07"]
    ]  # fmt: skip


def test_the_plot_follows_the_theme(plot, dark):
    plot.set_data("adam", np.arange(101), np.ones(101))
    dark.set_mode("light")
    corner = pixels(plot)[2, 2]
    assert "#{:02X}{:02X}{:02X}".format(*corner) == load_theme("light").surface
    assert len(columns_of(plot, load_theme("light").categorical["purple"])) > 100


def test_the_plot_is_drawn_at_the_density_that_is_asked_for(plot):
    plot.set_data("adam", np.arange(101), np.ones(101))
    image = QImage(840, 520, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(2.0)
    painter = QPainter(image)
    plot.render(painter, QRectF(0, 0, 420, 260).toRect())
    painter.end()
    wanted = load_theme("dark").categorical["purple"].lower()
    assert any(image.pixelColor(500, y).name() == wanted for y in range(520))


def test_a_removed_line_is_gone(plot):
    plot.set_data("adam", np.arange(101), np.ones(101))
    plot.remove_series("adam")
    assert plot.keys() == []
    assert len(columns_of(plot, load_theme("dark").categorical["purple"])) == 0


def test_a_line_that_blows_up_leaves_the_picture_to_the_others(plot):
    steps = np.arange(100.0)
    plot.set_series("calm", "purple")
    plot.set_series("wild", "sky")
    wild = 10.0 ** np.minimum(2 + steps, 38)
    plot.set_lines(steps, {"calm": 100 * 0.9**steps, "wild": wild})
    _, hi = plot.getViewBox().viewRange()[1]
    assert 2 <= hi < 4
    assert plot._lines.series["calm"].leaves is None
    left = plot._lines.series["wild"].leaves
    assert left is not None
    assert wild[int(left)] > 10**hi >= wild[int(left) - 1]
    # Where all rise alike there is nothing to make room for.
    plot.set_lines(steps, {"calm": wild, "wild": wild})
    assert plot.getViewBox().viewRange()[1][1] >= 38
    assert plot._lines.series["wild"].leaves is None
    # A line that rises by what the others fall is no reason to hide it.
    plot.set_lines(steps, {"calm": 10.0 ** (-steps / 10), "wild": 10.0 ** (steps / 33)})
    assert plot._lines.series["wild"].leaves is None


def test_the_mark_of_a_line_that_left_is_drawn_at_the_upper_edge(plot):
    steps = np.arange(50.0)
    plot.set_series("calm", "purple")
    plot.set_series("wild", "sky")
    plot.set_lines(steps, {"calm": np.full(50, 1.0), "wild": 10.0**steps})
    plot.set_target(1e-4)
    image = plot.grab().toImage()
    wanted = load_theme("dark").categorical["sky"].lower()
    rows = [y for y in range(40) if any(image.pixelColor(x, y).name() == wanted for x in range(image.width()))]
    assert len(rows) >= 8


@pytest.mark.parametrize("most", [1.2, 2.0, 3.7, 9.0])
@pytest.mark.parametrize(("lo", "hi"), [(-4.1, 3.2), (-0.3, 0.9), (7.0, 7.02), (-1e6, 3e6), (0.4, 1.3), (1.1, 1.9)])
def test_an_axis_has_two_numbers_at_least(lo, hi, most):
    found = ticks(lo, hi, most)
    assert 2 <= len(found) <= max(2 * most + 1, 5)
    assert all(lo - 1e-9 <= value <= hi + 1e-9 for value, _ in found)
    assert len({text for _, text in found}) == len(found)


def test_the_title_of_the_upright_axis_keeps_clear_of_its_numbers():
    assert title_place(200.0, [(60.0, 30.0), (200.0, 31.0), (340.0, 30.0)]) == 200.0
    # Long numbers reach under the title: it goes between two of them.
    moved = title_place(200.0, [(60.0, 8.0), (200.0, 9.0), (340.0, 8.0)])
    assert min(abs(moved - y) for y in (60.0, 200.0, 340.0)) >= 35
    assert title_place(200.0, [(150.0, 5.0), (250.0, 5.0)]) == 200.0


def test_a_few_points_are_the_path_that_many_are(monkeypatch):
    view = QRectF(0.0, -2.0, 50.0, 4.0)
    for n in range(POINT_BY_POINT + 2):
        x = np.arange(n, dtype=float)
        line = Series("purple", "star", 2.0, "Adam", x, np.sin(x), np.sin(x))
        one_by_one = line.path(view, 400)
        with monkeypatch.context() as patch:
            patch.setattr("lab.ui.series.POINT_BY_POINT", 0)
            assert line.path(view, 400) == one_by_one
        assert one_by_one.elementCount() == n
