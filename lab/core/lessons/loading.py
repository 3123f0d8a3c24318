"""What a page begins with, as a panel's state: the same for the window, for tests and for whoever has no display."""

from __future__ import annotations

import dataclasses

from lab.core import params
from lab.core.lessons.model import Load
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.session import PanelState, fresh, from_json


def opened(load: Load, panel: str, panels: Family[PanelSpec]) -> PanelState:
    """The panel as a page wants it: run, looks, and the cursor where the page begins.

    Parameters
    ----------
    load : Load
        As read from a lesson; what `reading` lets pass can be opened.
    panel : str
        The lesson's panel.
    panels : Family of PanelSpec
        Where it is found.
    """
    spec = panels[panel]
    state = fresh(panel, spec, load.preset) if load.preset else from_json(load.session, panels).panels[0]
    view = state.view
    for name, value in load.looks.items():
        view = params.replace(view, name, value)
    # A digest is that of the frame where the file's cursor stood.
    kept = state.digest if load.steps == state.cursor else ""
    horizon = max(state.horizon, load.steps)
    return dataclasses.replace(state, view=view, cursor=load.steps, horizon=horizon, digest=kept)
