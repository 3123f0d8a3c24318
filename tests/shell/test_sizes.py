"""In the smallest window everything has its place: nothing lies outside of it, and nothing covers the transport."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QAbstractScrollArea, QWidget
from shell_fixtures import settle

from lab.panels.race.sharing import LEAST_PLOT
from lab.ui.theme import manager
from lab.ui.widgets import Slider

SMALLEST = (820, 560)
ARRANGED = {"one panel": (1, "focus"), "two tabs": (2, "focus"), "side by side": (2, "side by side")}


class Blank:
    """Draws nothing, for a 3-D view whose place alone matters."""

    driver = "none"

    def image(self) -> QImage:
        image = QImage(8, 8, QImage.Format.Format_RGB32)
        image.fill(0)
        return image

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None


@pytest.fixture
def surfaces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lab.panels.race.surface_gl.SurfaceRenderer", Blank)


def place_in(window: QWidget, widget: QWidget) -> QRect:
    return QRect(widget.mapTo(window, QPoint(0, 0)), widget.size())


def outside(window: Any) -> list[str]:
    """What of the panels in front and of the bars lies outside of the window; what scrolls may."""
    fronts = [dock for dock in window.docks if dock.view.seen]
    assert fronts
    found = []
    for root in (*fronts, window.bar, window.transport):
        for widget in (root, *root.findChildren(QWidget)):
            above = widget.parentWidget()
            while above is not root and above is not None and not isinstance(above, QAbstractScrollArea):
                above = above.parentWidget()
            if isinstance(above, QAbstractScrollArea) or not widget.isVisible() or widget.isWindow():
                continue
            place = place_in(window, widget)
            # An overlay that found no room is moved far away.
            if place.x() > -5000 and not window.rect().contains(place):
                found.append(f"{type(widget).__name__} {place.getRect()}")
    return found


@pytest.mark.parametrize("inspector", [False, True], ids=["folded", "inspector"])
@pytest.mark.parametrize("surface", [False, True], ids=["flat", "3-D"])
@pytest.mark.parametrize("arranged", ARRANGED)
def test_the_smallest_window_holds_all_of_it(
    windows: Any, surfaces: None, arranged: str, surface: bool, inspector: bool
) -> None:
    count, layout = ARRANGED[arranged]
    window = windows("race", size=SMALLEST)
    for _ in range(count - 1):
        window.open_panel("race")
    window.desk.arrangement.arrange(layout, window.docks[-1])
    settle(4)
    for dock in window.docks:
        dock.view.set_look(surface=surface)
        settle()
        if dock.view.inspector_shown != inspector:
            dock.view.toggle_inspector()
    settle(4)
    assert (window.width(), window.height()) == SMALLEST
    assert outside(window) == []
    fronts = [dock for dock in window.docks if dock.view.seen]
    assert all((dock.view.stages.view is not None) == surface for dock in fronts)
    places = [place_in(window, dock) for dock in fronts]
    bar = place_in(window, window.transport)
    assert not any(place.intersects(bar) for place in places)
    assert not any(a.intersects(b) for i, a in enumerate(places) for b in places[:i])
    transport = window.transport
    for part in (transport.to_start, transport.play, transport.to_end, transport.scrub, transport.speed):
        middle = place_in(window, part).center()
        hit = window.childAt(middle)
        assert hit is part or part.isAncestorOf(hit)
    # The rule stands below the stages, and neither covers the other.
    for dock in fronts:
        stages, rule = place_in(window, dock.view.stages), place_in(window, dock.view.equation)
        assert stages.bottom() < rule.top()
        assert rule.bottom() <= place_in(window, dock).bottom()
        for stage in (dock.view.stage, dock.view.stages.view):
            assert stage is None or stages.contains(place_in(window, stage))


@pytest.mark.parametrize("size", [(820, 560), (1280, 800)])
def test_the_3_d_view_stands_where_neither_gets_flat(windows: Any, surfaces: None, size: tuple[int, int]) -> None:
    window = windows("race", size=size)
    view = window.docks[0].view
    view.set_look(surface=True)
    settle(4)
    for stage in (view.stage, view.stages.view):
        assert stage.height() > 0.4 * stage.width()


@pytest.mark.parametrize(("size", "fair"), [((1280, 720), False), ((1280, 775), False), ((1280, 775), True)])
def test_the_plot_gives_way_before_the_inspector_scrolls(windows: Any, size: tuple[int, int], fair: bool) -> None:
    window = windows("race", size=size)
    view = window.docks[0].view
    view.set_look()
    if fair:
        view._which.is_tuned = lambda *_: True
        view.refresh()
    settle(4)
    assert view.fair_note.isVisible() == fair
    assert view._side.scroll.verticalScrollBar().maximum() == 0
    plot = view.plot_card.plot
    assert view._side.scroll.viewport().rect().contains(place_in(view._side.scroll.viewport(), plot))
    assert plot.height() >= LEAST_PLOT
    # However low, there is room for its lines: the numbers of the steps go first.
    assert plot.getViewBox().height() >= 40


@pytest.mark.parametrize("scale", [1.0, 1.3])
def test_two_panels_keep_their_controls_when_the_text_grows(windows: Any, scale: float) -> None:
    window = windows("race", size=(1920, 1080))
    window.open_panel("race")
    window.desk.arrangement.arrange("side by side", window.docks[-1])
    manager().set_text_scale(scale)
    settle(6)
    assert outside(window) == []
    for dock in window.docks:
        dock.view.grab()
        sliders = [slider for slider in dock.view.focus_card.findChildren(Slider) if slider.isVisible()]
        assert sliders
        assert min(slider.width() for slider in sliders) >= 50
        # An arrow that is shown is explained.
        assert place_in(dock.view.stage, dock.view.stage.overlays.legend).left() >= 0
        assert dock.view.stage.overlays.legend.isVisible()
        # The rule stays off the edges of its card.
        formula = dock.view.equation.formula
        assert sum(formula._extent(formula._shown)) * formula._scale <= formula.height() - 4
    assert window.transport._name.text() == "Optimizer race 2"


def test_a_narrow_transport_gives_its_room_to_the_timeline(windows: Any) -> None:
    window = windows("race", size=SMALLEST)
    transport = window.transport
    assert transport.scrub.width() >= 180
    assert transport._icon.toolTip() == "Controls: Optimizer race"
    window.resize(1000, 600)
    settle()
    window.desk.rename(window.docks[0], "Optimizer race with a long name 2")
    settle()
    assert "…" in transport._name.text()
    assert transport._name.text().endswith(" 2")
