"""A trail drawn piece by piece, wound back and drawn on must look like one drawn at once."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter

from lab.ui.stage import Stage
from lab.ui.trails import TAIL, Stroke, TrailLayer

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


def history(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Two waves far apart, since where trails cross it matters which was drawn last."""
    along = np.linspace(0.1, 0.9, n)
    wave = 0.1 * np.sin(12 * along)
    points = np.stack([np.stack([along, 0.2 + wave], 1), np.stack([along, 0.7 + wave], 1)], 1)
    return points.astype(np.float32), np.zeros((n, 2), np.float32)


def at_once(points: np.ndarray, breaks: np.ndarray, stage: Stage) -> np.ndarray:
    layer = TrailLayer()
    layer.follow(points, breaks, STROKES)
    return picture(layer, stage)


def close(one: np.ndarray, other: np.ndarray) -> bool:
    """Joints between pieces may differ in a pixel, but nothing may be missing or left."""
    differing = np.abs(one.astype(int) - other) > 120
    return differing.sum() <= 0.005 * (one != 255).sum()


def test_growing_is_the_same_as_drawing_at_once(stage: Stage) -> None:
    points, breaks = history(8 * TAIL)
    layer = TrailLayer()
    for n in range(1, len(points) + 1, 3):
        layer.follow(points[:n], breaks[:n], STROKES)
        grown = picture(layer, stage)
    assert close(grown, at_once(points[:n], breaks[:n], stage))


@pytest.mark.parametrize("back", [1, TAIL // 2, TAIL, TAIL + 1, 3 * TAIL])
def test_another_end_replaces_the_old_one(stage: Stage, back: int) -> None:
    points, breaks = history(6 * TAIL)
    layer = TrailLayer()
    layer.follow(points, breaks, STROKES)
    picture(layer, stage)
    changed = points.copy()
    changed[-back:, :, 1] += np.float32(0.15)
    layer.follow(changed[: len(points) - back // 2], breaks[: len(points) - back // 2], STROKES)
    shown = picture(layer, stage)
    assert close(shown, at_once(changed[: len(points) - back // 2], breaks[: len(points) - back // 2], stage))
    assert not close(shown, at_once(points, breaks, stage))


def test_a_short_way_back_keeps_most_of_the_picture(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    points, breaks = history(10 * TAIL)
    layer = TrailLayer()
    layer.follow(points, breaks, STROKES)
    picture(layer, stage)
    layer.follow(points[:-1], breaks[:-1], STROKES)
    picture(layer, stage)  # the first change of the end is what makes the layer keep a picture
    drawn = []
    extend = TrailLayer._extend
    monkeypatch.setattr(TrailLayer, "_extend", lambda self, *a: (drawn.append(a[2]), extend(self, *a)))
    layer.follow(points[:-2], breaks[:-2], STROKES)
    picture(layer, stage)
    assert min(drawn) >= len(points) - TAIL - 1


def test_a_missing_vertex_and_a_carried_racer_leave_gaps(stage: Stage) -> None:
    points, breaks = history(40)
    points[20, 0] = np.nan
    breaks[30:, 1] = 1.0
    layer = TrailLayer()
    layer.follow(points, breaks, STROKES)
    whole, _ = history(40)
    assert not close(picture(layer, stage), at_once(whole, np.zeros_like(breaks), stage))
    layer.follow(points.copy(), breaks.copy(), STROKES)
    assert layer._drawn == len(points)
