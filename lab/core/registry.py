"""Families of algorithms: one item per file, each under a permanent string id.

A package declares its family once (``LANDSCAPES = Family("landscapes", __name__)``); every module beside it
registers what it holds. The first look-up imports the package's modules, so a new algorithm is one new file, and
what nobody asks for is never imported. Third-party packages join through the entry-point group
``visual_lab.plugins``: each entry names a module whose import registers its items.
"""

from __future__ import annotations

import importlib
import logging
import pkgutil
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from importlib.metadata import entry_points
from typing import Any, Generic, TypeVar

from lab.core.errors import UnknownName, brief

#: A complaint about an unknown name lists the known ones when they are no more than this.
SHOWN = 12
PLUGIN_GROUP = "visual_lab.plugins"
_ID = re.compile(r"[a-z0-9]+(_[a-z0-9]+)*")
_LOCK = threading.RLock()
log = logging.getLogger(__name__)

T = TypeVar("T")

FAMILIES: dict[str, Family[Any]] = {}
plugin_errors: list[str] = []
_plugins_loaded = False


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One registered item: its permanent id, the name people read, the thing itself, and among which it is listed."""

    id: str
    title: str
    item: T
    group: str = ""


class Family(Generic[T]):
    """A named set of algorithms, discovered from a package on first use.

    Parameters
    ----------
    name : str
        Plural, as listed by ``lab list``.
    package : str or None
        The package whose modules register the items; None when items register where they are defined.
    groups : sequence of str
        In which order the groups are listed that items name when they register; a group that is not among these
        comes after them, so that a new file may bring its own.
    """

    def __init__(self, name: str, package: str | None = None, groups: Sequence[str] = ()) -> None:
        if name in FAMILIES:
            raise ValueError(f"the family {name!r} is declared twice")
        self.name = name
        self._groups = tuple(groups)
        self._package = package
        self._entries: dict[str, Entry[T]] = {}
        self._ids: dict[T, str] = {}
        self._discovered = package is None
        FAMILIES[name] = self

    def register(self, id: str, *, title: str = "", group: str = "") -> Callable[[T], T]:
        """Register the decorated class or object under a permanent id; a second one of that id raises.

        `group` is the heading under which lists show it; see `grouped`.
        """
        if not _ID.fullmatch(id):
            raise ValueError(f"{self.name}: {id!r} is not a snake_case id")

        def add(item: T) -> T:
            if id in self._entries:
                raise ValueError(f"{self.name}: {id!r} is registered twice")
            self._entries[id] = Entry(id, title or id.replace("_", " ").capitalize(), item, group)
            self._ids[item] = id
            return item

        return add

    def discover(self) -> None:
        """Import every module of the package, then the plug-ins, once.

        Plug-ins are looked for even where there is no package: a document type or an event may be theirs.
        """
        if not self._discovered:
            with _LOCK:
                self._import_package()
        load_plugins()

    def _import_package(self) -> None:
        if self._discovered or self._package is None:
            return
        package = importlib.import_module(self._package)
        for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
            if not module.name.startswith("_"):
                importlib.import_module(f"{self._package}.{module.name}")
        self._discovered = True

    def __iter__(self) -> Iterator[Entry[T]]:
        self.discover()
        return iter(list(self._entries.values()))

    def __len__(self) -> int:
        self.discover()
        return len(self._entries)

    def __contains__(self, id: object) -> bool:
        self.discover()
        return isinstance(id, str) and id in self._entries

    def entry(self, id: str) -> Entry[T]:
        """The entry of that id; `UnknownName` names the ids that exist."""
        # What a file holds in this place may be anything, a list included.
        if not isinstance(id, str) or id not in self._entries:
            self.discover()
        if isinstance(id, str) and id in self._entries:
            return self._entries[id]
        known = sorted(self._entries)
        if len(known) > SHOWN:
            # A list of dozens helps nobody: the nearest names, and how many others there are.
            near = get_close_matches(str(id), known, n=3, cutoff=0.4)
            known = [*near, f"{len(known) - len(near)} others"]
        raise UnknownName("", f"{brief(id)} is not one of the {self.name} ({', '.join(known) or 'none'})")

    def __getitem__(self, id: str) -> T:
        return self.entry(id).item

    def id_of(self, item: T) -> str:
        """The id under which a class or object was registered."""
        try:
            return self._ids[item]
        except KeyError:
            raise UnknownName("", f"{item!r} is not registered among the {self.name}") from None

    def ids(self) -> list[str]:
        """All ids, in the order of registration (modules in alphabetical order)."""
        return [e.id for e in self]

    def grouped(self) -> list[tuple[str, list[Entry[T]]]]:
        """Everything under the headings of its groups, in their declared order; those without a group come last.

        In a group by title: which file was imported first is nothing to go by.
        """
        found: dict[str, list[Entry[T]]] = {group: [] for group in self._groups}
        for entry in sorted(self, key=lambda entry: entry.title.casefold()):
            found.setdefault(entry.group, []).append(entry)
        ungrouped = found.pop("", [])
        return [(group, entries) for group, entries in (*found.items(), ("", ungrouped)) if entries]

    def title_of(self, item: T) -> str:
        """The readable name of a registered class or object."""
        return self._entries[self.id_of(item)].title


def load_plugins() -> None:
    """Import each module named in the entry-point group; one that fails is logged and noted, the rest go on."""
    global _plugins_loaded
    if _plugins_loaded:
        return
    _plugins_loaded = True
    for point in entry_points(group=PLUGIN_GROUP):
        try:
            point.load()
        except Exception as failure:
            log.exception("plug-in %s failed to load", point.name)
            plugin_errors.append(f"plug-in {point.name}: {type(failure).__name__}: {failure}")
