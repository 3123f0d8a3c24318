"""Colour and shape of each racer; shape always doubles colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lab.engine.optimizers import OPTIMIZERS
from lab.sims.race import Entrant
from lab.ui.widgets import SYMBOLS

_USUAL = {
    "sgd": ("sky", "o"),
    "momentum": ("yellow", "s"),
    "nesterov": ("vermillion", "t1"),
    "rmsprop": ("green", "d"),
    "adam": ("purple", "star"),
    "lbfgs": ("ink", "h"),
}
_COLORS = ("blue", "sky", "yellow", "vermillion", "green", "purple", "ink")


@dataclass(frozen=True, slots=True)
class Look:
    """How one racer appears everywhere."""

    lane: int
    title: str
    color_role: str
    symbol: str


def looks(racers: Sequence[Entrant]) -> tuple[Look, ...]:
    """A look for each racer: the usual one of its rule, or the next free shape when it is taken."""
    found: list[Look] = []
    for entrant in racers:
        kind = OPTIMIZERS.id_of(type(entrant.optimizer))
        title = OPTIMIZERS.title_of(type(entrant.optimizer))
        same = sum(1 for look in found if look.title.split(" · ")[0] == title)
        taken = {look.symbol for look in found}
        color, symbol = _USUAL.get(kind, (_COLORS[entrant.id % len(_COLORS)], ""))
        if not symbol or symbol in taken:
            reserved = {s for _, s in _USUAL.values()}
            free = [s for s in SYMBOLS if s not in taken and s not in reserved] or list(SYMBOLS)
            symbol = free[0]
            color = _COLORS[(entrant.id * 3 + 1) % len(_COLORS)] if same or not color else color
        found.append(Look(entrant.id, f"{title} · {same + 1}" if same else title, color, symbol))
    return tuple(found)


def start_name(index: int) -> str:
    """A, B, ... Z, A1, B1, ..."""
    letter = chr(ord("A") + index % 26)
    return letter if index < 26 else f"{letter}{index // 26}"
