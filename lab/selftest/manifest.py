"""What the source holds, written down when the executable is built, and compared inside it.

A frozen build can lose things in silence: a module nobody imports by name, a font that is not code. So the build
writes ``manifest.json`` next to the resources: every registered id by family, every resource file with its SHA-256.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lab.core.errors import FileRefused
from lab.selftest import Finding

MANIFEST = "manifest.json"
_REFERENCE = "the source at build time"
#: In the resources of a source tree, but no part of any build.
_NOT_SHIPPED = ("packaging", "pictures", MANIFEST)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a build must hold.

    Attributes
    ----------
    families : mapping of str to list of str
        Registered ids by family.
    resources : mapping of str to str
        SHA-256 in hex by path, relative to the resources, with forward slashes.
    """

    families: Mapping[str, list[str]]
    resources: Mapping[str, str]

    @classmethod
    def of(cls, families: Mapping[str, list[str]], root: Path) -> Manifest:
        """The manifest of what is here; cost grows with the bytes below `root`."""
        return cls({kind: sorted(ids) for kind, ids in families.items()}, dict(_hashes(root)))

    @classmethod
    def read(cls, path: Path) -> Manifest:
        """Read what `text` gave; `FileRefused` when it is not that."""
        try:
            data: Any = json.loads(path.read_text(encoding="utf-8"))
            return cls(dict(data["families"]), dict(data["resources"]))
        except (ValueError, KeyError, TypeError) as failure:
            raise FileRefused(f"{path.name} of this build can't be read: {failure}") from None

    def text(self) -> str:
        """As JSON."""
        return json.dumps({"families": dict(self.families), "resources": dict(self.resources)}, indent=1)

    def compare(self, here: Manifest) -> Iterator[Finding]:
        """One finding per family and one for the resources: how many items differ from `here`; none may."""
        for kind in sorted({*self.families, *here.families}):
            expected, found = set(self.families.get(kind, ())), set(here.families.get(kind, ()))
            what = _difference(expected, found) or f"all {len(expected)} registered"
            yield Finding(kind, what, float(len(expected ^ found)), 0.0, _REFERENCE)
        expected, found = set(self.resources), set(here.resources)
        altered = {p for p in expected & found if self.resources[p] != here.resources[p]}
        notes = (_difference(expected, found), _named("altered", altered))
        what = "; ".join(n for n in notes if n) or f"all {len(expected)} files present, byte for byte"
        yield Finding("resources", what, float(len((expected ^ found) | altered)), 0.0, _REFERENCE)


def completeness(families: Mapping[str, list[str]], root: Path) -> list[Finding]:
    """Compare what is loaded with the build's manifest.

    Without a manifest there is nothing to compare with: a source tree or a wheel is its own truth and gives an empty
    list. A frozen executable without one is incomplete, which is a failure.
    """
    path = root / MANIFEST
    if path.is_file():
        return list(Manifest.read(path).compare(Manifest.of(families, root)))
    if getattr(sys, "frozen", False):
        return [Finding("manifest", "the executable carries no manifest", 1.0, 0.0, _REFERENCE)]
    return []


def _hashes(root: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root)
        if path.is_file() and name.parts[0] not in _NOT_SHIPPED and "__pycache__" not in name.parts:
            yield name.as_posix(), hashlib.sha256(path.read_bytes()).hexdigest()


def _difference(expected: set[str], found: set[str]) -> str:
    notes = (_named("missing", expected - found), _named("unexpected", found - expected))
    return "; ".join(n for n in notes if n)


def _named(word: str, names: set[str]) -> str:
    return f"{word}: {', '.join(sorted(names))}" if names else ""
