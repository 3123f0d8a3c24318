"""Ticks of a timeline: those that would lie over each other are one pill, and none cuts into another."""

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from lab.ui import scrub as scrub_module
from lab.ui.plots import LinePlot
from lab.ui.scrub import TRACK_Y, Scrub, Tick
from lab.ui.theme import manager, theme
from lab.ui.ticks import gathered


@pytest.fixture
def scrub(qtbot, dark):
    made = Scrub()
    qtbot.addWidget(made)
    made.resize(464, 52)
    return made


def crowded(*steps):
    return tuple(Tick(step, f"racer {i}", "star", "purple") for i, step in enumerate(steps))


def inks(image, color, left, right):
    """How many pixels of a stretch of the track have nearly this colour."""
    found = 0
    for x in range(round(left), round(right)):
        for y in range(TRACK_Y - 9, TRACK_Y + 10):
            c = image.pixelColor(x, y)
            found += abs(c.red() - color.red()) + abs(c.green() - color.green()) + abs(c.blue() - color.blue()) < 24
    return found


def test_ticks_close_together_are_one_pill_with_their_number(scrub):
    scrub.show_state(0, 240, 240, (Tick(0, "start"), *crowded(40, 41, 42, 43, 44, 120)))
    assert [len(group.ticks) for group in scrub.groups()] == [1, 5, 1]
    assert scrub.groups()[1].label == "steps 40–44"
    assert len(scrub.groups()[1].tip.splitlines()) == 5


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_nothing_on_the_track_overlaps(scrub, scale):
    manager().set_text_scale(scale)
    steps = np.cumsum(np.random.default_rng(3).integers(0, 9, 60))
    groups = gathered(crowded(*steps.tolist()), lambda step: 12 + 1.5 * step)
    assert sum(len(group.ticks) for group in groups) == 60
    assert len(groups) > 8
    for a, b in pairwise(groups):
        assert b.x - b.wide / 2 >= a.x + a.wide / 2 + 1


def test_a_press_on_a_pill_goes_to_its_first_and_then_on(scrub):
    scrub.show_state(0, 240, 240, crowded(40, 41, 41, 44))
    sought = []
    scrub.sought.connect(sought.append)
    at = QPoint(round(scrub.groups()[0].x), TRACK_Y)
    for step in (0, 40, 41, 44):
        scrub.show_state(step, 240, 240, scrub._ticks)
        QTest.mousePress(scrub, Qt.MouseButton.LeftButton, pos=at)
    assert sought == [40, 41, 44, 40]


def test_a_long_pill_names_some_and_counts_the_rest(scrub):
    scrub.show_state(0, 240, 240, crowded(*[40] * 14))
    assert scrub.groups()[0].label == "step 40"
    assert scrub.groups()[0].tip.splitlines()[-1] == "and 4 more"


def test_a_tick_beside_another_is_whole(scrub):
    alone = (Tick(60, "a", "s", "yellow"),)
    scrub.show_state(0, 0, 240, alone)
    x, pixels = scrub.x_of(60), theme().color("yellow")
    whole = inks(scrub.grab().toImage(), pixels, x - 8, x + 8)
    beside = next(step for step in range(61, 80) if scrub.x_of(step) - x >= 12)
    scrub.show_state(0, 0, 240, (*alone, Tick(beside, "b", "s", "purple")))
    assert len(scrub.groups()) == 2
    assert whole > 60
    assert inks(scrub.grab().toImage(), pixels, x - 8, x + 8) == whole


def test_ticks_are_laid_out_once_while_the_cursor_moves(scrub, monkeypatch):
    ticks = crowded(3, 40, 41, 90)
    asked = []
    monkeypatch.setattr(scrub_module, "gathered", lambda *args: asked.append(args) or gathered(*args))
    for step in range(20):
        scrub.show_state(step, step, 240, ticks)
        scrub.grab()
    assert len(asked) == 1


def test_the_tooltip_leaves_the_track_in_sight(scrub):
    scrub.move(200, 300)
    scrub.show()
    scrub.show_state(0, 240, 240, crowded(40, 41))
    at = QPoint(round(scrub.groups()[0].x), TRACK_Y)
    QApplication.sendEvent(scrub, QHelpEvent(QEvent.Type.ToolTip, at, scrub.mapToGlobal(at)))
    box = next(w for w in QApplication.topLevelWidgets() if w.inherits("QTipLabel") and w.isVisible())
    end = scrub.mapFromGlobal(box.geometry().bottomLeft()).y()
    QToolTip.hideText()
    box.hide()
    assert TRACK_Y - 16 <= end <= TRACK_Y - 8


def test_heads_at_the_end_of_a_plot_do_not_cut_each_other(qtbot, dark):
    plot = LinePlot("Loss", x_label="")
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    steps = np.arange(20.0)
    plot.set_series("a", "yellow", "s")
    plot.set_series("b", "purple", "s")

    plot.set_data("a", steps, np.full(20, 1.0))
    plot.set_data("b", steps, np.full(20, 1.06))
    plot.set_cursor(19)
    image, ground = plot.grab().toImage(), theme().color("surface")
    x = next(x for x in range(299, 0, -1) if any(image.pixelColor(x, y) == theme().color("purple") for y in range(200)))
    # Two pixels inside the heads, from the top of the upper one to the bottom of the lower one.
    column = [image.pixelColor(x - 1, y) for y in range(200)]
    inked = [y for y, c in enumerate(column) if c in (theme().color("purple"), theme().color("yellow"))]
    between = column[inked[0] : inked[-1] + 1]
    assert len(between) >= 10
    assert ground not in between
    assert min(c.lightness() for c in between) > ground.lightness() + 60
