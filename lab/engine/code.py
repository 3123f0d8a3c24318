"""What an algorithm says of itself in plain Python, so that an experiment can leave the lab as a script.

A landscape, an optimizer or a schedule may have a method `code` (`HasCode`); whoever writes a script composes what
it finds and refuses what has none. The pieces are text as in a textbook: they use ``x`` and ``y`` (or ``x`` alone),
plain names of functions (``sin``, ``exp``), and nothing of the lab.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable


@dataclass(frozen=True, slots=True)
class LandscapeCode:
    """A loss in plain Python.

    Attributes
    ----------
    value : str
        The loss as an expression in the coordinates, `constants` and what `before` has named.
    gradient : tuple of str
        Its derivative by each coordinate, expressions too.
    before : tuple of str
        Lines that both need, such as ``p = x**2 + y - 11``.
    constants : mapping
        Named numbers, written at the head of the script.
    """

    value: str
    gradient: tuple[str, ...]
    before: tuple[str, ...] = ()
    constants: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RuleCode:
    """An optimizer's step in plain Python.

    Hyperparameters are attributes of ``self`` under their declared names, and so is the state. `step` reads ``theta``,
    ``lr`` and ``gradient(theta)`` and returns the new point.

    Attributes
    ----------
    start : tuple of str
        Lines that make the state before the first step; empty when there is none.
    step : tuple of str
        The lines of a step; empty when the rule is too long to be written out.
    torch : str
        The class in ``torch.optim`` with its arguments after the learning rate, e.g. ``SGD(momentum=0.9)``; empty
        when PyTorch does not have the rule.
    """

    start: tuple[str, ...] = ()
    step: tuple[str, ...] = ()
    torch: str = ""


@dataclass(frozen=True, slots=True)
class ScheduleCode:
    """A learning-rate schedule in plain Python: the factor of step ``t`` of ``T``, with the lines before it."""

    factor: str
    before: tuple[str, ...] = ()


@runtime_checkable
class HasCode(Protocol):
    """An algorithm that can say itself in plain Python."""

    def code(self) -> Any:
        """A `LandscapeCode`, `RuleCode` or `ScheduleCode`; `BadValue` where this configuration has none."""
        ...


def call(name: str, **arguments: Any) -> str:
    """``name(a=1, b=2)``, for classes of torch.optim."""
    return f"{name}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"
