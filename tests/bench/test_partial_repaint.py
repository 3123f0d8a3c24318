"""Painting only where something moved must leave the same picture as painting everything."""

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPixmap, QRegion

from lab.bench._scene import Scene
from lab.panels import PANELS
from lab.panels.race.racers import RacersLayer

Pixels = np.ndarray


@pytest.fixture
def scene() -> Iterator[Scene]:
    with Scene((1000, 640)) as scene:
        scene.experiment.set_horizon(5_000)
        scene.experiment.set_speed(60.0)
        yield scene


def pixels(picture: QPixmap, where: QRect) -> Pixels:
    image = picture.copy(where).toImage().convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 4 * image.width()].astype(np.int16)


def stale(scene: Scene) -> int:
    """How many bytes of the stage on the screen differ from a stage painted afresh."""
    window, stage = scene.window, scene.dock.view.picture_of()
    where = QRect(stage.mapTo(window, QPoint(0, 0)), stage.size())
    shown = pixels(window.screen().grabWindow(window.winId()), where)
    return int((np.abs(shown - pixels(window.grab(), where)) > 8).sum())


def play(scene: Scene, ticks: int) -> None:
    scene.experiment.set_playing(True)
    for _ in range(ticks):
        scene.tick(1 / 60)
    scene.experiment.set_playing(False)
    scene.repaint()


@pytest.mark.parametrize("preset", ["himmelblau", "ravine", "parabola"])
def test_nothing_stale_is_left_on_the_stage(scene: Scene, preset: str) -> None:
    assert preset in [p.id for p in PANELS["race"].presets]
    scene.dock.view.choose_preset(preset)
    scene.settle(0.3)
    acts: list[Callable[[], object]] = [
        lambda: play(scene, 40),
        lambda: scene.go(11),
        lambda: scene.experiment.set_live("learning_rate", 0.9, 1, "Make it diverge"),
        lambda: play(scene, 25),
        lambda: scene.experiment.set_speed(1000.0),
        lambda: play(scene, 5),
        lambda: scene.dock.view.picture_of().zoom(0.4),
        lambda: play(scene, 10),
    ]
    for act in acts:
        act()
        scene.settle(0.05)
        assert stale(scene) == 0


def test_the_comparison_notices_what_is_left_behind(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    play(scene, 2)
    monkeypatch.setattr(RacersLayer, "extent", lambda self, stage: QRegion())
    play(scene, 20)
    assert stale(scene) > 0
