"""Colour and shape of each racer; shape always doubles colour.

A racer looks as its rule usually does. Several racers of one rule that differ in one parameter are a sweep: they are
named by its value, and from three on they take their colours from a ramp, so that the eye reads small to large.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.core import params
from lab.core.params import Declared
from lab.core.run import Run, SetParam
from lab.engine.optimizers import OPTIMIZERS, Optimizer
from lab.sims.race import Entrant
from lab.ui.theme import ramp_role
from lab.ui.widgets import SYMBOLS, value_text
from lab.ui.widgets.rows import title_of

_USUAL = {
    "sgd": ("sky", "o"),
    "momentum": ("yellow", "s"),
    "nesterov": ("vermillion", "t1"),
    "rmsprop": ("green", "d"),
    "adam": ("purple", "star"),
    "lbfgs": ("muted", "h"),
}
_COLORS = ("blue", "sky", "yellow", "vermillion", "green", "purple", "ink")
#: Shapes of a sweep from small to large: the more corners, the larger the value; then hollow and pointed ones.
_SEQUENCE = ("t", "t1", "s", "p", "h", "o", "ring", "half", "drop", "star4", "star", "star8")
#: So many racers of one rule make a sequence worth a ramp; two are told apart like any others.
_SEVERAL = 3


@dataclass(frozen=True, slots=True)
class Look:
    """How one racer appears everywhere."""

    lane: int
    title: str
    color_role: str
    symbol: str


def looks(racers: Sequence[Entrant]) -> tuple[Look, ...]:
    """A look for each racer: the usual one of its rule, or the next free shape when it is taken."""
    named, places = _sweeps(racers)
    others = {_USUAL[kind][1] for kind in (_kind(r) for r in racers if r.id not in places) if kind in _USUAL}
    # A sweep beside others leaves them their marks.
    shapes = [s for s in (*_SEQUENCE, *(s for s in SYMBOLS if s not in _SEQUENCE)) if s not in others]
    ordered = dict(zip(places, itertools.cycle(shapes), strict=False))
    found: list[Look] = []
    for entrant in racers:
        kind = _kind(entrant)
        title = OPTIMIZERS.title_of(type(entrant.optimizer))
        if entrant.id in ordered:
            role = ramp_role(places.index(entrant.id) / (len(places) - 1))
            found.append(Look(entrant.id, named[entrant.id], role, ordered[entrant.id]))
            continue
        same = sum(1 for look in found if look.title.split(" · ")[0] == title)
        taken = {look.symbol for look in found} | set(ordered.values())
        color, symbol = _USUAL.get(kind, (_COLORS[entrant.id % len(_COLORS)], ""))
        if not symbol or symbol in taken:
            reserved = {s for _, s in _USUAL.values()}
            free = [s for s in SYMBOLS if s not in taken and s not in reserved] or list(SYMBOLS)
            symbol = free[0]
            color = _COLORS[(entrant.id * 3 + 1) % len(_COLORS)] if same or not color else color
        title = named.get(entrant.id, f"{title} · {same + 1}" if same else title)
        found.append(Look(entrant.id, title, color, symbol))
    return tuple(found)


def _kind(entrant: Entrant) -> str:
    return OPTIMIZERS.id_of(type(entrant.optimizer))


def as_they_start(run: Run) -> tuple[Entrant, ...]:
    """The racers with what was set by hand before the first step: that is what a sweep is named by."""
    racers = {entrant.id: entrant for entrant in run.config.racers}
    node, early = run.upto(0).head, []
    while node is not None:
        early.append(node.event)
        node = node.parent
    for event in reversed(early):
        if isinstance(event, SetParam) and event.lane in racers:
            old = racers[event.lane]
            racers[event.lane] = Entrant(old.id, params.replace(old.optimizer, event.name, event.value))
    return tuple(racers.values())


def value_name(declared: Declared, value: Any) -> str:
    """A parameter's value in a few letters: "η 0.003", "Nesterov on"."""
    short = declared.param.symbol or declared.label
    number = isinstance(value, int | float) and not isinstance(value, bool)
    shown = declared.param.word(value) or (value_text(value) if number else title_of(value))
    return f"{short} {shown}"


def _sweeps(racers: Sequence[Entrant]) -> tuple[dict[int, str], list[int]]:
    """Names by value, by racer; and the racers of the largest sweep from the smallest value to the largest."""
    groups: dict[type[Any], list[Entrant]] = {}
    for entrant in racers:
        groups.setdefault(type(entrant.optimizer), []).append(entrant)
    named: dict[int, str] = {}
    largest: list[int] = []
    for cls, group in groups.items():
        declared = _only_difference([entrant.optimizer for entrant in group])
        if declared is None:
            continue
        title = "" if len(groups) == 1 else f"{OPTIMIZERS.title_of(cls)} · "
        for entrant in group:
            named[entrant.id] = title + value_name(declared, getattr(entrant.optimizer, declared.name))
        order = sorted(group, key=lambda entrant: _rank(declared, getattr(entrant.optimizer, declared.name)))
        if len(group) > len(largest) and len(group) >= _SEVERAL:
            largest = [entrant.id for entrant in order]
    # A thirteenth has no place in the sequence: then all look as they usually do.
    return named, largest if len(largest) <= len(_SEQUENCE) else []


def _rank(declared: Declared, value: Any) -> float:
    choices = declared.param.choices
    return float(choices.index(value)) if choices else float(value)


def _only_difference(rules: Sequence[Optimizer]) -> Declared | None:
    """The one parameter in which all of these differ, or None."""
    if len(rules) < 2:
        return None
    differing = []
    for d in params.declared(type(rules[0])):
        distinct = {getattr(rule, d.name) for rule in rules}
        if len(distinct) > 1:
            differing.append((d, len(distinct)))
    one = differing[0] if len(differing) == 1 else None
    return one[0] if one is not None and one[1] == len(rules) else None


def start_name(index: int) -> str:
    """A, B, ... Z, A1, B1, ..."""
    letter = chr(ord("A") + index % 26)
    return letter if index < 26 else f"{letter}{index // 26}"
