"""A presentation enlarges every mark and line, on every kind of landscape, in the 3-D view and on the cards."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from shell_fixtures import settle

from lab.core.ticket import Ticket
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.panels.race.one_d import KnownNamesLayer
from lab.panels.race.racers import rim
from lab.panels.race.surface_camera import Camera
from lab.panels.race.surface_marks import Heads, Sight, paint_minima, paint_pointer
from lab.panels.race.surface_mesh import compute_surface
from lab.ui import fonts
from lab.ui.theme import manager


@pytest.fixture
def presented() -> Iterator[Any]:
    """Enlarge marks, and leave the text as it is: what else would be larger then is no text."""

    def on(presenting: bool) -> None:
        manager().set_presenting(presenting)
        fonts.set_scale(1.0)
        settle()

    yield on
    manager().set_presenting(False)
    fonts.set_scale(1.0)


def inked(paint: Any, size: QSize, over: int = 127) -> int:
    """How many pixels something paints with more than this opacity."""
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(0)
    with QPainter(image) as painter:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        paint(painter)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(size.height(), -1)
    return int(np.count_nonzero(pixels.reshape(size.height(), -1, 4)[:, : size.width(), 3] > over))


def larger(paint: Any, size: QSize, presented: Any, over: int = 127) -> float:
    found = []
    for on in (False, True):
        presented(on)
        found.append(inked(paint, size, over))
    assert found[0] > 0
    return found[1] / found[0]


def opened(windows: Any, preset: str, step: int) -> Any:
    window = windows("race", preset)
    window.docks[0].experiment.seek(step)
    settle()
    view = window.docks[0].view
    view.refresh()
    view.stage.grab()
    return view


@pytest.mark.parametrize("preset", ["derivative", "parabola"])
def test_everything_on_a_curve_is_larger(windows: Any, presented: Any, preset: str) -> None:
    view = opened(windows, preset, 3)
    view.set_look(difference=True, h=0.4, curvature=True)
    stage = view.stage
    stage.show_pointer((1.0,))
    painted = 0
    # Names are text, which has a scale of its own.
    for layer in (k for k in [*stage.live, *stage.still] if not isinstance(k, KnownNamesLayer)):
        if inked(lambda painter, layer=layer: layer.paint(painter, stage), stage.size()):
            painted += 1
            assert larger(lambda painter, layer=layer: layer.paint(painter, stage), stage.size(), presented) > 1.02, (
                layer
            )
    assert painted >= 7


def test_marks_in_the_3_d_view_are_larger(windows: Any, presented: Any) -> None:
    view = opened(windows, "himmelblau", 20)
    field, size = view.stage.picture, QSize(600, 400)
    sight = Sight(compute_surface(Ticket(), Himmelblau(), field.world, field.scale), Camera(), size)
    heads = Heads.of(sight, view.frame, view._looks, np.array([0, 1]))
    assert larger(lambda p: heads.paint(p, (view.focused_lane, 0), average=False), size, presented) > 1.4
    assert larger(lambda p: paint_minima(p, sight, Himmelblau()), size, presented, 20) > 1.4
    assert larger(lambda p: paint_pointer(p, sight, (0.5, 0.5)), size, presented, 20) > 1.2


def test_the_arrows_of_a_step_taken_apart_are_larger(windows: Any, presented: Any) -> None:
    view = opened(windows, "himmelblau", 20)
    view.set_look(apart=True)
    settle()
    drawing = view.stage.overlays.apart._drawing
    ratio = larger(lambda p: drawing._whole(p, *_ends(drawing), 1.0), drawing.size(), presented)
    assert ratio > 1.15


def _ends(drawing: Any) -> Any:
    return QRectF(4, 6, 124, 124), QPointF(20, 20), QPointF(100, 100)


@pytest.mark.parametrize("preset", ["saddle", "parabola"])
def test_marks_of_those_that_left_stay_within_the_picture(windows: Any, presented: Any, preset: str) -> None:
    view = opened(windows, preset, 240)
    plot = view.stage.plot
    insets = []
    for on in (False, True):
        presented(on)
        insets.append(rim(plot).left() - plot.left())
        # Its arrow reaches 15 px from its middle, times as much as all is larger.
        assert insets[-1] >= 15 * manager().weight
    assert insets[1] == 1.5 * insets[0]
