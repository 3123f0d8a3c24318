"""``lab shot``: a real picture of the window, no display needed."""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from lab.app import make_app, prove
from lab.core import params
from lab.core import session as files
from lab.core.errors import BadValue
from lab.core.session import Session
from lab.panels import PANELS
from lab.ui import export
from lab.ui.settings import Settings
from lab.ui.window import MainWindow


def run(args: argparse.Namespace) -> int:
    """Draw the window with a session, a panel or the start page, and write it as PNG."""
    session = with_looks(_session(args), args.look)
    app = make_app(args.theme)
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(PANELS, Settings(Path(folder)), inline_jobs=True, prover=prove)
        try:
            # A picture may be smaller than a window that is worked in.
            window.setMinimumSize(1, 1)
            window.resize(*args.size)
            window.show()
            if session.panels:
                window.show_session(session)
            app.processEvents()
            for dock in window.docks:
                if args.steps is not None:
                    dock.experiment.seek(args.steps)
                # A long way is otherwise replayed by the player, a slice at each tick.
                dock.experiment.timeline.work(lambda: True)
                dock.experiment.progressed.emit(-1.0)
                dock.experiment.moved.emit()
            if not session.panels:
                window.draw_thumbnails()
            window.proofs.check_now()
            for _ in range(4):
                app.processEvents()
            export.png(window, args.out, scale=1.0)
        finally:
            window.close()
            window.deleteLater()
    return 0


def with_looks(session: Session, looks: Sequence[str]) -> Session:
    """The session with every panel looked at as words ``NAME=VALUE`` say; numbers, true, false and lists as in JSON.

    Raises
    ------
    BadValue
        Where a word has no ``=``, no panel has a look of that name, or the value is not one for it.
    """
    for word in looks:
        name, equals, text = word.partition("=")
        if not equals:
            raise BadValue("look", f"{word!r} is not of the form NAME=VALUE")
        try:
            value = json.loads(text)
        except ValueError:
            value = text
        value = tuple(value) if isinstance(value, list) else value
        known = {d.name for state in session.panels for d in params.declared(type(state.view))}
        if name not in known:
            near = ", ".join(difflib.get_close_matches(name, known, 3)) or ", ".join(sorted(known)) or "none here"
            raise BadValue("look", f"there is no look {name!r} (try: {near})")
        states = tuple(
            dataclasses.replace(state, view=params.replace(state.view, name, value))
            if any(d.name == name for d in params.declared(type(state.view)))
            else state
            for state in session.panels
        )
        session = dataclasses.replace(session, panels=states)
    return session


def _session(args: argparse.Namespace) -> Session:
    """What to draw: a session or one panel of it, a panel's preset, or nothing (the start page)."""
    if args.file is not None:
        session = files.read(Path(args.file), PANELS)
        if args.panel is None:
            return session
        spec = PANELS[args.panel]
        states = tuple(s for s in session.panels if s.panel == args.panel)
        return Session(states or (files.fresh(args.panel, spec, args.preset),))
    if args.panel is None and args.preset is None:
        return Session()
    panel = args.panel or next(iter(PANELS)).id
    return Session((files.fresh(panel, PANELS[panel], args.preset),))
