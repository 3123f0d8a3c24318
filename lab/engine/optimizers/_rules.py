"""Pieces of LaTeX, and of plain Python, that several rules share."""

from __future__ import annotations

from typing import Protocol


class HasDecay(Protocol):
    """A rule with weight decay."""

    @property
    def weight_decay(self) -> float:
        """How strongly the origin pulls; 0 for not."""
        ...


#: How every line with numbers ends.
RESULT = r"=\role{result}{\slotv{theta_next}}"
ETA = r"\role{control}{\eta}"
ETA_NUMBER = r"\role{control}{\slot{eta}}"


def gradient(weight_decay: float, convention: str = "torch") -> str:
    """The gradient in symbols, with PyTorch's weight decay inside it where there is any."""
    if weight_decay and convention == "torch":
        return r"\role{gradient}{\nabla f(\theta_t)}+\role{control}{\lambda}\,\theta_t"
    return r"\role{gradient}{\nabla f(\theta_t)}"


def shrinking(weight_decay: float, convention: str = "keras") -> str:
    """The decoupled weight decay at the end of a rule, in symbols, where there is any."""
    return r"-\role{control}{\eta\lambda}\,\theta_t" if weight_decay and convention == "keras" else ""


def shrinking_number(weight_decay: float, convention: str = "keras") -> str:
    """The same with a slot: the vector ``decay``, learning rate included."""
    return r"-\slotv{decay}" if weight_decay and convention == "keras" else ""


#: A step of length alpha along a direction p, in numbers.
ALONG = r"\slotv{theta}+\role{control}{\slot{alpha}}\,\role{forward}{\slotv{direction}}" + RESULT
#: A step that is no formula of one gradient, in numbers.
MOVED = r"\slotv{theta}+\role{forward}{\slotv{move}}" + RESULT


def decay(rule: HasDecay) -> tuple[str, ...]:
    """PyTorch's weight decay as a line of plain Python; nothing where there is none."""
    return ("g = g + self.weight_decay * theta",) if rule.weight_decay else ()


def pull(rule: HasDecay) -> str:
    """The decoupled weight decay at the end of a line of plain Python; nothing where there is none."""
    return " - lr * self.weight_decay * theta" if rule.weight_decay else ""
