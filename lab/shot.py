"""``lab shot``: a real picture of the window, no display needed."""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication

from lab.app import make_app, prove
from lab.core import params
from lab.core import session as files
from lab.core.errors import BadValue, brief
from lab.core.lessons import Lesson
from lab.core.lessons.checking import faults_of
from lab.core.lessons.loading import opened
from lab.core.lessons.reading import SUFFIX, all_lessons, read
from lab.core.replacing import Replacement
from lab.core.session import Session
from lab.panels import PANELS
from lab.ui import export
from lab.ui.filming import Cut, pixels_of
from lab.ui.moving import Pixels, format_of
from lab.ui.settings import Settings
from lab.ui.window import MainWindow


def run(args: argparse.Namespace) -> int:
    """Draw the window with a session, a panel or the start page, and write it as PNG; with ``--to`` as a film."""
    cut = _cut(args)
    lesson, page = _lesson(args)
    session = with_looks(_session(args) if lesson is None else _begun(lesson, page, args), args.look)
    app = make_app(args.theme)
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(PANELS, Settings(Path(folder)), inline_jobs=True, prover=prove)
        try:
            # A picture may be smaller than a window that is worked in.
            window.setMinimumSize(1, 1)
            window.resize(*args.size)
            window.show()
            if session.panels:
                window.sessions.show(session)
            if lesson is not None:
                window.lessons.open(lesson, page=page, load=False)
            app.processEvents()
            _go_to(window, args.steps)
            if not session.panels:
                window.entrance.draw_thumbnails()
            window.proofs.check_now()
            for _ in range(4):
                app.processEvents()
            if cut is None:
                export.png(window, args.out, scale=1.0)
            else:
                _film(window, cut, args.out)
        finally:
            window.close()
            window.deleteLater()
    return 0


def _cut(args: argparse.Namespace) -> Cut | None:
    """What is to be filmed; None for a still picture."""
    if args.to is None:
        if args.out.suffix.lower() in (".gif", ".apng", ".webp"):
            raise BadValue("--to", f"a moving picture ({args.out.suffix}) needs the step it ends at")
        return None
    format_of(args.out.name)
    return Cut(args.first, args.to, args.every, args.fps)


def _go_to(window: MainWindow, step: int | None) -> None:
    """Put all panels on a step (None: where they stand) and draw them."""
    for dock in window.docks:
        if step is not None:
            dock.experiment.seek(step)
        # A long way is otherwise replayed by the player, a slice at each tick.
        dock.experiment.timeline.work(lambda: True)
        dock.experiment.progressed.emit(-1.0)
        dock.experiment.moved.emit()


def _film(window: MainWindow, cut: Cut, path: Path) -> None:
    """Write the whole window, step by step."""

    def drawn(step: int) -> Pixels:
        _go_to(window, step)
        for _ in range(2):
            QApplication.processEvents()
        return pixels_of(export.picture(window, 1.0))

    with Replacement(path) as out:
        film = format_of(path.name)(out.file, cut.size(window.size()), len(cut.steps), cut.fps)
        film.prepare([drawn(step) for step in cut.samples])
        for step in cut.steps:
            film.add(drawn(step))
        film.finish()


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


def _lesson(args: argparse.Namespace) -> tuple[Lesson | None, int]:
    """The lesson to show, and its page from 0; None where none is asked for."""
    if args.lesson is None:
        return None, 0
    name, colon, page = args.lesson.rpartition(":")
    if not colon or args.lesson.endswith(SUFFIX):
        name, page = args.lesson, ""
    if name.endswith(SUFFIX):
        lesson = read(Path(name), PANELS)
        for fault in faults_of(lesson, PANELS):
            # A page with a mistake can be drawn all the same: its author wants to see both.
            print(f"{Path(name).name}, {fault}", file=sys.stderr)
    else:
        known = {lesson.id: lesson for lesson in all_lessons(PANELS)[0]}
        if name not in known:
            raise BadValue("--lesson", f"{name!r} is no file ({SUFFIX}) and not one of {', '.join(known) or 'none'}")
        lesson = known[name]
    last = len(lesson.steps)
    if page and not (page.isascii() and page.isdigit() and len(page) < 6 and 1 <= int(page) <= last + 1):
        raise BadValue(
            "--lesson", f"{lesson.id} has the pages 1 to {last} (and its end, {last + 1}), not {brief(page)}"
        )
    return lesson, int(page or 1) - 1


def _begun(lesson: Lesson, page: int, args: argparse.Namespace) -> Session:
    """The panel as somebody has it who comes to that page; a session, panel or preset that was asked for goes first."""
    if args.file is not None or args.panel is not None or args.preset is not None:
        return _session(args)
    loads = [step.load for step in lesson.steps[: page + 1] if step.load is not None]
    if not loads:
        return Session((files.fresh(lesson.panel, PANELS[lesson.panel]),))
    return Session((dataclasses.replace(opened(loads[-1], lesson.panel, PANELS), name=""),))


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
