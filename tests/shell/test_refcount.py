"""Some builds of PySide6 drop a reference to None in every void call: a scene then dies after a few thousand.

6.12.0 does on Python 3.11, and is excluded in pyproject.toml; from Python 3.12 on None is immortal.
"""

import gc
import sys

import pytest
from PySide6.QtWidgets import QApplication


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None is immortal from Python 3.12 on")
def test_drawing_does_not_eat_references_to_none(race):
    race.experiment.set_horizon(10_000)
    race.experiment.set_playing(True)
    race.experiment.set_speed(100.0)

    def draw(frames):
        for _ in range(frames):
            race.player.tick(0.02)
            race.view.stage.repaint()
            QApplication.processEvents()
        gc.collect()  # garbage holds references, too

    draw(60)
    before = sys.getrefcount(None)
    draw(300)
    lost = before - sys.getrefcount(None)
    race.experiment.set_playing(False)
    race.player.tick(0)
    assert race.experiment.step >= 720
    assert lost <= 10
