"""What a lesson may ask of a panel's live state: facts by name, declared by the panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.core.run import Run

#: What a fact says; None where it has no answer yet, which fulfils no condition.
Value = float | str | bool | None
#: Words to choose from, or what gives them: a registry is asked when a lesson is read, not when its panel is imported.
Words = tuple[str, ...] | Callable[[], Iterable[str]]


def _words(words: Words) -> tuple[str, ...]:
    return tuple(words()) if callable(words) else words


@dataclass(frozen=True, slots=True)
class Live:
    """A panel as it stands at this moment.

    Attributes
    ----------
    run : Run
        What the user asked for.
    frame : object
        The frame under the cursor, as the panel's view sees it.
    view : object
        The panel's view state: layers, focus.
    """

    run: Run
    frame: Any
    view: Any


@dataclass(frozen=True, slots=True)
class Argument:
    """What stands in a fact's brackets.

    Attributes
    ----------
    name : str
        For messages and help.
    choices : tuple of str, or callable
        What it may be, or what gives that; empty: a number.
    titles : mapping of str to str
        What people call some of these.
    """

    name: str
    choices: Words = ()
    titles: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def allowed(self) -> tuple[str, ...]:
        """What it may be; empty where it is a number."""
        return _words(self.choices)


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that can be asked, such as the lowest loss that any racer with some rule has reached.

    Attributes
    ----------
    doc : str
        What it says, in one sentence, with its unit.
    read : callable
        ``read(live, *arguments)``; pure, and quick enough to be asked at every frame.
    arguments : tuple of Argument
        What `read` takes after the live state.
    kind : type
        float, str or bool: what `read` returns when it has an answer.
    choices : tuple of str, or callable
        For a str: what it may say, so that a word it never says is refused; empty: anything.
    accepts : callable or None
        ``accepts(*arguments)`` raises `BadValue` where arguments that are allowed each by itself make no sense
        together.
    words : str
        How it reads in a task, such as ``{1} of {0}`` with the titles of the arguments; empty: made of its name.
    """

    doc: str
    read: Callable[..., Value]
    arguments: tuple[Argument, ...] = ()
    kind: type[float] | type[str] | type[bool] = float
    choices: Words = ()
    accepts: Callable[..., None] | None = None
    words: str = ""

    @property
    def allowed(self) -> tuple[str, ...]:
        """What a str may say; empty for anything."""
        return _words(self.choices)


Facts = Mapping[str, Fact]
