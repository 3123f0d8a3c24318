"""Documents: immutable values (a dataset, a circuit, a gridworld) that several runs may share.

A document type is a frozen dataclass registered in `DOCUMENTS`. A `Library` holds them under names; editing one
gives a new library that shares all the others, so that undo keeps a pointer and not a copy.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lab.core.errors import BadValue
from lab.core.registry import Family

DOCUMENTS: Family[type[Any]] = Family("documents")


class Library(Mapping[str, Any]):
    """Named documents; never changes, `put` and `without` give new ones that share what they keep."""

    __slots__ = ("_held",)

    def __init__(self, held: Mapping[str, Any] | None = None) -> None:
        self._held: dict[str, Any] = dict(held or {})
        for name, document in self._held.items():
            DOCUMENTS.id_of(type(document))
            if not name:
                raise BadValue("documents", "a document needs a name")

    def __getitem__(self, name: str) -> Any:
        try:
            return self._held[name]
        except KeyError:
            raise BadValue("documents", f"there is no document {name!r}") from None

    def get(self, name: str, default: Any = None) -> Any:
        """The document of that name, or `default`."""
        return self._held.get(name, default)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._held

    def __iter__(self) -> Iterator[str]:
        return iter(self._held)

    def __len__(self) -> int:
        return len(self._held)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Library) and self._held == other._held

    def put(self, name: str, document: Any) -> Library:
        """This library with one document added or replaced."""
        return Library({**self._held, name: document})

    def without(self, name: str) -> Library:
        """This library less one document."""
        self[name]
        return Library({key: doc for key, doc in self._held.items() if key != name})
