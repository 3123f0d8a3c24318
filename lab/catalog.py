"""Everything the lab knows, by kind: ``visual-lab list``. Loads every family without importing Qt."""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil

from lab.core.lessons import Lesson
from lab.core.lessons.reading import all_lessons
from lab.core.registry import FAMILIES

#: Not lab.bench: benchmarks measure the window, so that listing them would load Qt.
_ROOTS = ("lab.sims", "lab.panels", "lab.selftest")


def load_all() -> dict[str, list[str]]:
    """Import every package that declares a family, discover them all, and return ``{kind: [ids]}`` sorted by kind.

    In the engine each sub-package is a kind of its own; sims, panels and truths are one kind each. A discovered module
    may declare a further family (a plug-in's does), hence the loop. Cost grows with the number of registered modules.
    """
    engine = importlib.import_module("lab.engine")
    kinds = [f"lab.engine.{module.name}" for module in pkgutil.iter_modules(engine.__path__) if module.ispkg]
    for name in (*kinds, *_ROOTS):
        importlib.import_module(name)
    known: dict[str, list[str]] = {}
    while len(known) < len(FAMILIES):
        known = {name: family.ids() for name, family in list(FAMILIES.items())}
    return dict(sorted(known.items()))


def list_command(arguments: argparse.Namespace) -> int:
    """Print every family's ids and the shipped lessons, as text or, with ``--json``, as ``{kind: [ids]}``."""
    known = load_all()
    titles = {kind: [(entry.id, entry.title) for entry in FAMILIES[kind]] for kind in known}
    titles["lessons"] = [(lesson.id, lesson.title) for lesson in shipped_lessons()]
    titles = dict(sorted(titles.items()))
    if arguments.json:
        print(json.dumps({kind: [id for id, _ in entries] for kind, entries in titles.items()}, indent=2))
        return 0
    for kind, entries in titles.items():
        print(f"{kind} ({len(entries)})")
        for id, title in entries:
            print(f"  {id:<24} {title}")
    return 0


def shipped_lessons() -> tuple[Lesson, ...]:
    """The lessons of the lab itself, in their order. They are files, no family: nothing registers them.

    One that can't be read is missing here; the self test says why.
    """
    # Not above: the panels are imported here, and a window that opens needs no list.
    panels = importlib.import_module("lab.panels").PANELS
    return all_lessons(panels)[0]
