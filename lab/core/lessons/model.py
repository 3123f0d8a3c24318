"""What a lesson is made of: immutable values, as read from its file."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lab.core.lessons.facts import Fact, Live, Value

RELATIONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le, ">=": operator.ge, "<": operator.lt, ">": operator.gt, "=": operator.eq, "!=": operator.ne,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Question:
    """A fact with its arguments: ``loss(momentum)``, as it stood in the file."""

    text: str
    fact: Fact
    arguments: tuple[float | str, ...] = ()

    def of(self, live: Live) -> Value:
        """What the fact says now."""
        return self.fact.read(live, *self.arguments)


@dataclass(frozen=True, slots=True)
class Condition:
    """What must hold: a question, a relation and a value."""

    question: Question
    relation: str
    value: float | str | bool

    def holds(self, live: Live) -> bool:
        """Whether it holds now; what has no answer holds nothing."""
        return self.held_by(self.question.of(live))

    def held_by(self, value: Value) -> bool:
        """Whether it holds where its question has this answer."""
        return value is not None and RELATIONS[self.relation](value, self.value)

    @property
    def text(self) -> str:
        """As it could stand in a file: ``loss(momentum) < 0.001``."""
        value = self.value
        if isinstance(value, bool):
            return f"{self.question.text} {self.relation} {'yes' if value else 'no'}"
        return f"{self.question.text} {self.relation} {value if isinstance(value, str) else f'{value:g}'}"


@dataclass(frozen=True, slots=True)
class Load:
    """What a step begins with: a preset or a session's panel, some steps into it, with some looks."""

    preset: str = ""
    #: The text of a session file with one panel, where no preset is meant.
    session: str = ""
    steps: int = 0
    looks: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Do:
    """Something to do: done as soon as all conditions hold at one moment, and done it stays."""

    text: str
    conditions: tuple[Condition, ...]
    hint: str = ""

    def done(self, live: Live) -> bool:
        """Whether all conditions hold now."""
        return all(condition.holds(live) for condition in self.conditions)


@dataclass(frozen=True, slots=True)
class Ask:
    """A number asked: a fixed one, or what the live state says (a question).

    Attributes
    ----------
    tolerance : float
        How far off an answer may be, in the answer's own unit; `relative` makes it a share of the answer.
    """

    text: str
    answer: float | Question
    tolerance: float = 0.0
    relative: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose: right or wrong, and why."""

    text: str
    right: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Choose:
    """One of several answers; each wrong one has a reason."""

    text: str
    options: tuple[Option, ...]


Task = Do | Ask | Choose


@dataclass(frozen=True, slots=True)
class Step:
    """One page: a text (Markdown with $formulas$), what to begin with, and at most one task.

    Attributes
    ----------
    line : int
        Where it begins in the file, from 1.
    task_line : int
        Where its task begins there; 0 where it has none.
    """

    title: str
    text: str
    load: Load | None = None
    task: Task | None = None
    line: int = 0
    task_line: int = 0


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson of one panel.

    Attributes
    ----------
    id : str
        Its file's name without ending; progress is kept under it.
    title, blurb : str
        Its name, and in one sentence what it teaches.
    panel : str
        The panel it is done in.
    minutes : int
        How long it takes.
    steps : tuple of Step
        Its pages, in order.
    order : float
        Its place among the lessons of its panel; those that name none come last.
    """

    id: str
    title: str
    blurb: str
    panel: str
    minutes: int
    steps: tuple[Step, ...]
    order: float = math.inf
