"""The errors a user may meet: each says in one line what is wrong and where."""

from __future__ import annotations

import reprlib


class LabError(Exception):
    """Base of every error whose text is meant for the user: one line, no traceback needed."""


class BadValue(LabError):
    """A value that can't be accepted.

    Parameters
    ----------
    path : str
        Where the value stands, e.g. ``runs[1].config.learning_rate``; may be empty.
    why : str
        What is wrong with it, e.g. ``0 is not above 0``.
    """

    def __init__(self, path: str, why: str) -> None:
        self.path = path
        self.why = why
        super().__init__(f"{path}: {why}" if path else why)

    def __reduce__(self) -> tuple[type[BadValue], tuple[str, str]]:
        """Travels between processes whole; by default only the finished line would."""
        return type(self), (self.path, self.why)

    def under(self, prefix: str) -> BadValue:
        """The same complaint seen from one level further out."""
        if not prefix:
            return self
        joint = "" if not self.path or self.path.startswith("[") else "."
        return BadValue(f"{prefix}{joint}{self.path}", self.why)


class UnknownName(BadValue):
    """An identifier that no registry knows."""


class StateTooLarge(LabError):
    """A simulation whose state can't be kept eight times within the whole snapshot budget, whoever shares it."""


class FileRefused(LabError):
    """A file that can't be opened: truncated, too large, from a newer lab, or not a session at all."""


def brief(value: object) -> str:
    """A value for a message: short, however long or deep it is."""
    shown = reprlib.repr(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."


def shown_key(key: str) -> str:
    """A key of a file as part of a path: as it is, unless it is long or holds what can't be printed."""
    return key if len(key) <= 60 and key.isprintable() else brief(key)
