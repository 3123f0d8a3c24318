"""Keys and presses go where the eye expects them: cards swallow presses, Space plays, Tab follows the eye, Esc closes."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from shell_fixtures import LEFT, PLAIN, click, drag, key, settle, wheel

from lab.ui.theme import manager

K = Qt.Key
CTRL = Qt.KeyboardModifier.ControlModifier
TAB = Qt.FocusReason.TabFocusReason


def middle(widget):
    return (widget.width() / 2, widget.height() / 2)


# -- presses on what floats ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["legend", "color_bar", "tools", "apart"])
def test_a_press_on_an_overlay_does_not_reach_the_stage(race, name):
    race.view.set_look(apart=name == "apart")
    settle()
    overlay = getattr(race.view.stage.overlays, name)
    assert overlay.isVisible()
    world = race.view.stage.world
    at = (3.0, 3.0)
    click(overlay, at)
    drag(overlay, at, (60.0, 20.0))
    click(overlay, at, Qt.MouseButton.RightButton)
    drag(overlay, at, (60.0, 20.0), Qt.MouseButton.MiddleButton)
    wheel(overlay, at, 120)
    assert list(race.experiment.run.events()) == []
    assert not race.experiment.playing
    assert race.view.stage.world == world


@pytest.mark.parametrize("card", ["setup", "schedule", "fair", "table"])
def test_nor_does_one_on_the_empty_part_of_a_card_or_its_words(race, card):
    race.view.set_look(**{card: True})
    settle()
    shown = getattr(race.view, card)
    world = race.view.stage.world
    spots = [QPoint(x, y) for x in range(3, shown.width(), 29) for y in range(3, shown.height(), 29)]
    quiet = [p for p in spots if (w := shown.childAt(p)) is None or w.focusPolicy() == Qt.FocusPolicy.NoFocus]
    assert len(quiet) > 20
    for spot in quiet:
        target = shown.childAt(spot) or shown
        at = QPointF(target.mapFrom(shown, spot))
        wheel(target, (at.x(), at.y()), -120)
        if shown.childAt(spot) is None:
            click(target, at)
    assert list(race.experiment.run.events()) == []
    assert race.view.stage.world == world


def test_a_press_on_the_hint_drops_a_start_behind_it(race):
    hint = race.view.stage.overlays.hint
    assert hint.isVisible()
    at = hint.geometry().center()
    assert race.view.stage.childAt(at) is None
    window_at = race.view.stage.mapTo(race, at)
    QTest.mouseClick(race.windowHandle(), LEFT, PLAIN, window_at)
    assert len(list(race.experiment.run.events())) == 1
    race.experiment.set_playing(False)
    race.player.tick(0)
