"""Colour and shape of each racer; shape always doubles colour, and lines are double where colours are used up.

A racer looks as its rule usually does. Several racers of one rule that differ in one parameter are a sweep: they are
named by its value, and from three on they take their colours from a ramp, so that the eye reads small to large.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics

from lab.core import params
from lab.core.params import Declared
from lab.core.run import Run, SetParam
from lab.engine.optimizers import OPTIMIZERS, Optimizer
from lab.sims.race import Entrant
from lab.ui.theme import ramp_role
from lab.ui.widgets import SYMBOLS, value_text
from lab.ui.widgets.rows import title_of

#: The rules that are met most, as everywhere in the lab.
_USUAL = {
    "sgd": ("sky", "o"),
    "momentum": ("yellow", "s"),
    "nesterov": ("vermillion", "t1"),
    "rmsprop": ("green", "d"),
    "adam": ("purple", "star"),
    "lbfgs": ("ink", "h"),
}
#: A shape for every other rule, that no other one has; a colour that its relatives, with which it is compared, lack.
_OTHERS = {
    "adagrad": ("blue", "t"),
    "adadelta": ("lime", "p"),
    "adamax": ("violet", "star6"),
    "adamw": ("rose", "star4"),
    "amsgrad": ("brown", "star8"),
    "nadam": ("teal", "star3"),
    "radam": ("lime", "bow"),
    "lion": ("brown", "crescent"),
    "rprop": ("teal", "slab"),
    "sign_sgd": ("rose", "post"),
    "qhm": ("blue", "frame"),
    "newton": ("rose", "half"),
    "bfgs": ("violet", "ring"),
    "conjugate_gradient": ("teal", "bar"),
    "backtracking": ("blue", "t2"),
    "random_search": ("brown", "+"),
    "nelder_mead": ("lime", "delta"),
    "simulated_annealing": ("rose", "drop"),
    "evolution_strategy": ("violet", "chevron"),
    "cma_es": ("blue", "gem"),
    "particle_swarm": ("teal", "tie"),
}
#: Colours in the order in which they are given to those whose own is taken: those of the usual six come last.
_COLORS = ("blue", "rose", "lime", "violet", "teal", "brown", "vermillion", "yellow", "green", "purple", "sky", "ink")
#: The cross says that a racer has diverged.
_NOBODYS = frozenset({"x"})
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
    #: Another racer has this colour: lines are double.
    double: bool = False


def looks(racers: Sequence[Entrant]) -> tuple[Look, ...]:
    """A look for each racer: the usual one of its rule, or the next free shape when it is taken."""
    named, places = _sweeps(racers)
    kinds = {_kind(r) for r in racers if r.id not in places}
    own = {kind: _USUAL.get(kind) or _OTHERS.get(kind) for kind in kinds}
    shapes = [s for s in (*_SEQUENCE, *SYMBOLS) if s not in {look[1] for look in own.values() if look} | _NOBODYS]
    # A sweep beside others leaves them their marks.
    ordered = dict(zip(places, itertools.cycle(dict.fromkeys(shapes)), strict=False))
    #: How many have each colour, those that are still to come among the usual six included.
    colors = Counter(_USUAL[kind][0] for kind in kinds if kind in _USUAL)
    taken = {look[1] for look in own.values() if look} | set(ordered.values())
    found: list[Look] = []
    seen: set[str] = set()
    for entrant in racers:
        kind, title = _kind(entrant), OPTIMIZERS.title_of(type(entrant.optimizer))
        if entrant.id in ordered:
            role = ramp_role(places.index(entrant.id) / (len(places) - 1))
            found.append(Look(entrant.id, named[entrant.id], role, ordered[entrant.id]))
            continue
        same = sum(1 for look in found if look.title.split(" · ")[0] == title)
        color, symbol = own[kind] or ("", "")
        if not symbol or kind in seen:
            # Another of its kind, or a rule from elsewhere: what is no rule's, else nobody's here nor one of the usual.
            theirs = taken | _NOBODYS | {s for _, s in _USUAL.values()}
            spare = theirs | {s for _, s in _OTHERS.values()}
            symbol = next((s for s in SYMBOLS if s not in spare), "") or next(
                (s for s in SYMBOLS if s not in theirs), "x"
            )
        double = False
        if kind in seen or kind not in _USUAL:
            # Its own, where that is as rare as any.
            color = min((color or _COLORS[0], *_COLORS), key=colors.__getitem__)
            double = colors[color] > 0
            colors[color] += 1
        seen.add(kind)
        taken.add(symbol)
        title = named.get(entrant.id, f"{title} · {same + 1}" if same else title)
        found.append(Look(entrant.id, title, color, symbol, double))
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


def fitted(title: str, metrics: QFontMetrics, width: int) -> str:
    """A racer's title in so many pixels: what tells it from its like, behind the dot, outlasts the rule's name."""
    rule, dot, what = title.partition(" · ")
    if not dot or metrics.horizontalAdvance(title) <= width:
        return metrics.elidedText(title, Qt.TextElideMode.ElideRight, width)
    room = width - metrics.horizontalAdvance(dot + what)
    if room < metrics.horizontalAdvance(rule[:1] + "…"):
        return metrics.elidedText(what, Qt.TextElideMode.ElideRight, width)
    return metrics.elidedText(rule, Qt.TextElideMode.ElideRight, room) + dot + what
