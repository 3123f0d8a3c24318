"""A trail drawn piece by piece, wound back and drawn on must look like one drawn at once."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPen, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from lab.ui import polylines, trails
from lab.ui.stage import Stage
from lab.ui.strokes import FEW, Stroke
from lab.ui.trails import TAIL, TrailLayer

NO_BUTTONS = (Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier)
STROKES = (Stroke(QColor("#FF0000"), 2.0, QColor(0, 0, 0, 0)), Stroke(QColor("#0000FF"), 2.0, QColor(0, 0, 0, 0)))


@pytest.fixture
def stage(dark) -> Iterator[Stage]:
    stage = Stage()
    stage.resize(300, 240)
    stage.set_home((0.0, 1.0), (0.0, 1.0))
    yield stage
    stage.deleteLater()


def picture(layer: TrailLayer, stage: Stage) -> np.ndarray:
    image = QImage(stage.size(), QImage.Format.Format_ARGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    layer.paint(painter, stage)
    painter.end()
    return np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1).copy()


def show(layer: TrailLayer, points: np.ndarray, breaks: np.ndarray) -> None:
    """Follow histories, telling honestly how many first vertices have stayed."""
    n = min(len(layer._points), len(points))
    same = 0
    if layer._points.shape[1:] == points.shape[1:]:
        moved = (layer._points[:n] != points[:n]).any(axis=(1, 2)) | (layer._breaks[:n] != breaks[:n]).any(axis=1)
        same = int(moved.argmax()) if moved.any() else n
    layer.follow(points, breaks, STROKES, same=same)


def history(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two waves far apart, since where trails cross it matters which was drawn last."""
    along = np.linspace(0.1, 0.9, n)
    wave = 0.1 * np.sin(12 * along)
    points = np.stack([np.stack([along, 0.2 + wave], 1), np.stack([along, 0.7 + wave], 1)], 1)
    return points.astype(np.float32), np.zeros((n, 2), np.float32)


def at_once(points: np.ndarray, breaks: np.ndarray, stage: Stage) -> np.ndarray:
    layer = TrailLayer()
    show(layer, points, breaks)
    return picture(layer, stage)


def close(one: np.ndarray, other: np.ndarray) -> bool:
    """Joints between pieces may differ in a pixel, but nothing may be missing or left."""
    differing = np.abs(one.astype(int) - other) > 120
    return differing.sum() <= 0.005 * (one != 255).sum()


def test_growing_is_the_same_as_drawing_at_once(stage: Stage) -> None:
    points, breaks = history(8 * TAIL)
    layer = TrailLayer()
    for n in range(1, len(points) + 1, 3):
        show(layer, points[:n], breaks[:n])
        grown = picture(layer, stage)
    assert close(grown, at_once(points[:n], breaks[:n], stage))


@pytest.mark.parametrize("back", [1, TAIL // 2, TAIL, TAIL + 1, 3 * TAIL])
def test_another_end_replaces_the_old_one(stage: Stage, back: int) -> None:
    points, breaks = history(6 * TAIL)
    layer = TrailLayer()
    show(layer, points, breaks)
    picture(layer, stage)
    changed = points.copy()
    changed[-back:, :, 1] += np.float32(0.15)
    show(layer, changed[: len(points) - back // 2], breaks[: len(points) - back // 2])
    shown = picture(layer, stage)
    assert close(shown, at_once(changed[: len(points) - back // 2], breaks[: len(points) - back // 2], stage))
    assert not close(shown, at_once(points, breaks, stage))


def test_a_short_way_back_keeps_most_of_the_picture(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    points, breaks = history(10 * TAIL)
    layer = TrailLayer()
    show(layer, points, breaks)
    picture(layer, stage)
    show(layer, points[:-1], breaks[:-1])
    picture(layer, stage)  # the first change of the end is what makes the layer keep a picture
    drawn = []
    extend = TrailLayer._extend
    monkeypatch.setattr(TrailLayer, "_extend", lambda self, *a: (drawn.append(a[2]), extend(self, *a)))
    show(layer, points[:-2], breaks[:-2])
    picture(layer, stage)
    assert min(drawn) >= len(points) - TAIL - 1


def test_a_missing_vertex_and_a_carried_racer_leave_gaps(stage: Stage) -> None:
    points, breaks = history(40)
    points[20, 0] = np.nan
    breaks[30:, 1] = 1.0
    layer = TrailLayer()
    show(layer, points, breaks)
    whole, _ = history(40)
    assert not close(picture(layer, stage), at_once(whole, np.zeros_like(breaks), stage))
    show(layer, points.copy(), breaks.copy())
    assert close(picture(layer, stage), at_once(points, breaks, stage))
    assert layer._drawn == len(points)


def test_many_trails_are_drawn_alike_in_short_and_long_stretches(stage: Stage) -> None:
    points, _ = history(60)
    many = np.concatenate([points + np.float32([0, 0.002 * k]) for k in range(FEW)], axis=1)
    breaks = np.zeros(many.shape[:2], np.float32)
    breaks[30:, 5] = 1.0
    thin = (Stroke(QColor("#FF0000"), 1.0, QColor(0, 0, 0, 0)),) * many.shape[1]
    grown, whole = TrailLayer(), TrailLayer()
    for n in range(2, len(many) + 1):
        grown.follow(many[:n], breaks[:n], thin, same=n - 1)
        shown = picture(grown, stage)
    whole.follow(many, breaks, thin)
    at_once = picture(whole, stage)
    assert np.abs(shown.astype(int) - at_once).mean() < 3.0 < np.abs(at_once.astype(int) - 255).mean()


def test_a_heavy_picture_is_moved_with_the_view_and_drawn_once_it_rests(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(trails, "HEAVY", 10)
    points, breaks = history(200)
    layer = TrailLayer()
    stage.live = [layer]
    layer.follow(points, breaks, STROKES)
    stage.show()
    stage.grab()
    drawn = []
    extend = TrailLayer._extend
    monkeypatch.setattr(TrailLayer, "_extend", lambda self, *a: (drawn.append(a[2]), extend(self, *a)))
    for i in range(1, 6):
        stage.show_world(QRectF(0.02 * i, 0.0, 1.0 - 0.02 * i, 1.0))
        moved = stage.grab().toImage()
        assert not drawn
    qtbot.waitUntil(lambda: drawn == [0], timeout=3000)
    assert not layer._rest.isActive()
    rested = stage.grab().toImage()
    one, other = (np.frombuffer(i.constBits(), np.uint8).astype(int) for i in (moved, rested))
    assert 0 < np.abs(one - other).mean() < 3.0


@pytest.mark.parametrize(
    "moves", [[(7, 0)], [(0, -9)], [(-31, 12), (5, -40)], [(1, 1)] * 40, [(250, 0), (-250, 3)], [(900, 0)]]
)
def test_a_view_moved_by_whole_pixels_moves_the_picture(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, moves: list[tuple[int, int]]
) -> None:
    points, breaks = history(200)
    breaks[90:, 1] = 1.0
    layer = TrailLayer()
    show(layer, points, breaks)
    picture(layer, stage)
    extended = []
    extend = TrailLayer._extend
    monkeypatch.setattr(TrailLayer, "_extend", lambda self, *a: (extended.append(a[2]), extend(self, *a)))
    unit = stage.world.width() / stage.plot.width()
    for dx, dy in moves:
        stage.show_world(stage.world.translated(-dx * unit, dy * unit))
        moved = picture(layer, stage)
    # Nothing that can still be seen was drawn a second time.
    assert all(first == len(points) for first in extended) or abs(moves[0][0]) > stage.width() + stage.height()
    assert close(moved, at_once(points, breaks, stage))


def test_a_view_moved_by_a_part_of_a_pixel_is_drawn_anew(stage: Stage) -> None:
    points, breaks = history(200)
    layer = TrailLayer()
    show(layer, points, breaks)
    picture(layer, stage)
    unit = stage.world.width() / stage.plot.width()
    for _ in range(7):
        stage.show_world(stage.world.translated(0.37 * unit, 0.0))
        moved = picture(layer, stage)
    assert (moved == at_once(points, breaks, stage)).all()


def test_while_the_view_is_zoomed_trails_have_no_casing_and_get_it_once_it_rests(stage: Stage, qtbot: QtBot) -> None:
    points, breaks = history(200)
    cased = tuple(Stroke(s.color, s.width, QColor(0, 0, 0, 200)) for s in STROKES)
    layer = TrailLayer()
    stage.live = [layer]
    layer.follow(points, breaks, cased)
    stage.show()
    at = QPointF(150, 100)
    wheel = QWheelEvent(at, at, QPoint(), QPoint(0, 120), *NO_BUTTONS, Qt.ScrollPhase.NoScrollPhase, False)
    QApplication.sendEvent(stage, wheel)
    moving = stage.grab().toImage()
    assert layer._plain
    # A picture for a file has all of it.
    filed = picture(layer, stage)
    qtbot.waitUntil(lambda: not stage.in_motion and not layer._plain, timeout=3000)
    rested = stage.grab().toImage()
    one, other = (np.frombuffer(i.constBits(), np.uint8).astype(int) for i in (moving, rested))
    assert np.abs(one - other).mean() > 0.1
    assert close(picture(layer, stage), filed)


def test_ends_that_stand_still_are_not_drawn_again(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    points, breaks = history(100)
    rest = np.repeat(points[-1:], 300, axis=0)
    points, breaks = np.concatenate([points, rest]), np.zeros((400, 2), np.float32)
    layer = TrailLayer()
    show(layer, points, breaks)
    picture(layer, stage)
    drawn = []
    extend = TrailLayer._extend
    monkeypatch.setattr(TrailLayer, "_extend", lambda self, *a: (drawn.append(a[2]), extend(self, *a)))
    for n in (350, 120, 300, 110):
        show(layer, points[:n], breaks[:n])
        back = picture(layer, stage)
        assert close(back, at_once(points[:n], breaks[:n], stage))
    show(layer, points[:40], breaks[:40])
    assert close(picture(layer, stage), at_once(points[:40], breaks[:40], stage))
    assert drawn.count(0) == 6, "each picture made for comparison once, and the long way back"


def test_a_layer_that_fails_leaves_the_window_alive(stage: Stage) -> None:
    class Bad:
        def extent(self, stage: Stage) -> None:
            return None

        def paint(self, painter: QPainter, stage: Stage) -> None:
            raise ArithmeticError("this layer is broken")

    stage.live = [Bad()]
    with pytest.raises(ArithmeticError):
        stage.grab()
    stage.live = []
    assert not stage.grab().isNull()


def test_rows_that_are_being_rewritten_are_not_drawn(stage: Stage) -> None:
    points, breaks = history(120)
    layer = TrailLayer()
    layer.follow(points, breaks, STROKES, kept=lambda: 60)
    points[60:] = 0.5
    half, half_breaks = points[:60].copy(), breaks[:60].copy()
    assert close(picture(layer, stage), at_once(half, half_breaks, stage))


@pytest.mark.parametrize("kept", [0, 30, 130])
def test_what_was_rewritten_meanwhile_leaves_the_picture(stage: Stage, kept: int) -> None:
    points, breaks = history(140)
    layer = TrailLayer()
    left = [140]
    layer.follow(points, breaks, STROKES, kept=lambda: left[0])
    # The end is drawn again and again, so that a base is kept.
    picture(layer, stage)
    for end in (138, 139, 140):
        layer.follow(points[:end], breaks[:end], STROKES, same=end - 1, kept=lambda: left[0])
        picture(layer, stage)
    left[0] = kept
    picture(layer, stage)
    other = points.copy()
    other[kept:, :, 1] += 0.08
    layer.follow(other[:135], breaks[:135], STROKES, same=kept)
    assert close(picture(layer, stage), at_once(other[:135], breaks[:135], stage))


@pytest.mark.parametrize("n", [1, 5, polylines.ONE_BY_ONE, polylines.ONE_BY_ONE + 1])
def test_a_few_segments_are_drawn_as_many_are(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(n)
    pixels = rng.uniform(0.0, 200.0, (3, n, 2))
    # One that is nowhere, one that is apart, one that stands still: none is drawn.
    pixels[2, 0], pixels[1:, -1] = np.nan, pixels[0, -1]
    apart = rng.random((2, n)) < 0.2

    def drawn() -> bytes:
        image = QImage(200, 200, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(Qt.GlobalColor.transparent)
        with QPainter(image) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor("red"), 3.0))
            polylines.segments(pixels, apart).draw(painter, slice(0, n))
        return bytes(image.constBits())

    one_by_one = drawn()
    monkeypatch.setattr(polylines, "ONE_BY_ONE", -1)
    assert drawn() == one_by_one
