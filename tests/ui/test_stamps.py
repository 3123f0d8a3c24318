"""Marks laid down as pictures stand where they are drawn, at every ratio, and far away they are no fault."""

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from lab.ui.stamps import stamp_crowd, stamp_glyph

INK = QColor("white")


def painted(ratio, draw):
    """What is white of a dark picture of 40 x 40 after something was drawn: x and y, in pixels of the painter."""
    image = QImage(QSize(40, 40) * ratio, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.black)
    with QPainter(image) as painter:
        draw(painter)
    light = np.asarray(image.constBits()).reshape(image.height(), image.width(), 4)[..., 0].astype(float)
    y, x = np.indices(light.shape) + 0.5
    return np.array([(light * x).sum(), (light * y).sum()]) / max(light.sum(), 1.0) / ratio


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_mark_stands_where_it_belongs_to_a_quarter_of_a_pixel(qapp, ratio):
    for at in ((12.3, 20.1), (25.9, 7.55), (20.0, 20.0)):
        middle = painted(ratio, lambda painter, at=at: stamp_glyph(painter, "o", 8.0, *at, INK))
        assert np.abs(middle - at).max() <= 0.2 / ratio


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_crowd_stands_on_whole_pixels(qapp, ratio):
    middle = painted(ratio, lambda painter: stamp_crowd(painter, "o", 8.0, np.array([[12.4, 20.2]]), INK))
    assert np.abs(middle - (12.4, 20.2)).max() <= 0.5 / ratio + 0.05


@pytest.mark.parametrize("far", [1e6, 1e9, 1e15])
def test_a_mark_far_away_is_not_seen(qapp, far):
    for at in ((far, 20.0), (20.0, -far), (-far, far)):
        assert painted(1.0, lambda painter, at=at: stamp_glyph(painter, "s", 8.0, *at, INK)).tolist() == [0.0, 0.0]
