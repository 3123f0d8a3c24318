"""What the race paints itself: where drawing fails, the failure is told and the widget can be drawn again."""

import pytest
from shell_fixtures import settle

from lab.engine.landscapes.logistic_regression import LogisticRegression
from lab.panels.race.data_card import DataCard


def data_picture(view):
    card = view.findChild(DataCard)
    card.show_model(LogisticRegression(), card._picture._theta, None, "text")
    return card._picture


@pytest.mark.parametrize(
    ("find", "what"),
    [
        (lambda view: view.leaderboard, "_layout"),
        (lambda view: view.fair.table, "_columns"),
        (lambda view: view.fair.plot, "_ordered"),
        (lambda view: view.stage.overlays.derivative.plot, "_ground"),
        (lambda view: view.stage.overlays.derivative.numbers, "_paint"),
        (lambda view: view.stage.overlays.apart._drawing, "_chain"),
        (data_picture, "_field"),
    ],
    ids=[
        "leaderboard", "tuning table", "tuning curve", "error plot", "derivative", "step taken apart", "data and model"
    ],
)  # fmt: skip
def test_an_error_while_something_is_painted_leaves_no_painter_open(race, find, what):
    """Where one was open, the process ended with the widget's next picture."""
    widget = find(race.view)

    def broken(*_):
        raise ValueError("broken")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(widget, what, broken)
        with pytest.raises(ValueError, match="broken"):
            widget.grab()
    assert not widget.paintingActive()
    widget.grab()
    settle()
