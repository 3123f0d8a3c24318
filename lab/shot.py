"""``lab shot``: a real picture of the window, no display needed."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from lab.app import make_app
from lab.core import session as files
from lab.core.session import PanelState
from lab.panels import PANELS
from lab.ui import export
from lab.ui.settings import Settings
from lab.ui.window import MainWindow


def run(args: argparse.Namespace) -> int:
    """Draw the window with a session, a panel or the start page, and write it as PNG."""
    states: tuple[PanelState, ...] = ()
    if args.file is not None:
        states = files.read(Path(args.file), PANELS).panels
        if args.panel is not None:
            states = tuple(s for s in states if s.panel == args.panel) or (files.fresh(args.panel, PANELS[args.panel]),)
    elif args.panel is not None or args.preset is not None:
        panel = args.panel or next(iter(PANELS)).id
        states = (files.fresh(panel, PANELS[panel], args.preset),)
    app = make_app(args.theme)
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(PANELS, Settings(Path(folder)), inline_jobs=True)
        window.resize(*args.size)
        window.show()
        for state in states:
            dock = window.open_panel(state.panel, state)
            if args.steps is not None:
                dock.experiment.seek(args.steps)
            # A long way is otherwise replayed by the player, a slice at each tick.
            dock.experiment.timeline.work(lambda: True)
            dock.experiment.moved.emit()
        window.draw_thumbnails()
        for _ in range(4):
            app.processEvents()
        export.png(window, args.out, scale=1.0)
        window.close()
    return 0
