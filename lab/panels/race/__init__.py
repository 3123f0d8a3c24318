"""The optimizer race: press on a loss landscape, and every optimizer starts from there."""

from __future__ import annotations

from typing import Any

from lab.core.panel import PanelSpec
from lab.panels import PANELS
from lab.panels.race.facts import FACTS
from lab.panels.race.presets import PRESETS
from lab.panels.race.state import RaceViewState
from lab.sims.race import Race


def _view() -> Any:
    from lab.panels.race.view import RaceView

    return RaceView


SPEC = PANELS.register("race", title="Optimizer race")(
    PanelSpec(
        title="Optimizer race",
        icon="trend-down",
        blurb="Press on a loss landscape and watch optimizers race from there: stop, step back, change a rate mid-run.",
        simulation=Race,
        view_state=RaceViewState,
        view=_view,
        presets=PRESETS,
        horizon=240,
        speed=30.0,
        facts=FACTS,
    )
)
