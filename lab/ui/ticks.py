"""What happened along a timeline: marks, and where they would lie over each other one pill with their number."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from lab.ui import fonts
from lab.ui.stamps import stamp_glyph
from lab.ui.theme import theme

#: How large a mark is, what it takes of the track, and the least between two of them, in px.
SIZE, SPAN, APART = 10.0, 10.0, 1.0
#: A tooltip names so many; of more it says how many they are.
NAMED = 10


@dataclass(frozen=True, slots=True)
class Tick:
    """A mark on the track: where, what, and the shape and colour it is known by."""

    step: int
    label: str
    symbol: str = "o"
    color_role: str = "muted"


@dataclass(frozen=True, slots=True)
class Group:
    """Ticks that are shown as one, in the order of their steps: around `x`, so `wide`; most often it is one tick."""

    ticks: tuple[Tick, ...]
    x: float
    wide: float

    @property
    def label(self) -> str:
        """What stands below: a tick's own words, of several when they were, and the start where it is among them."""
        first, last = self.ticks[0], self.ticks[-1]
        if len(self.ticks) == 1 or first.step == 0:
            return first.label
        return f"step {first.step:,}" if first.step == last.step else f"steps {first.step:,}–{last.step:,}"

    @property
    def tip(self) -> str:
        """All of them in words, a line each."""
        lines = [f"{tick.label} (step {tick.step:,})" for tick in self.ticks[:NAMED]]
        more = len(self.ticks) - NAMED
        return "\n".join([*lines, *([f"and {more} more"] if more > 0 else [])])

    def after(self, step: int) -> int:
        """The step where a press goes: to the first of them, and from any of them to the one after it."""
        steps = [tick.step for tick in self.ticks]
        later = [s for s in steps if s > step] if step in steps else steps
        return (later or steps)[0]


def gathered(ticks: Sequence[Tick], x_of: Callable[[float], float]) -> tuple[Group, ...]:
    """The ticks in order, those that would touch as one group in their middle, and groups that would touch likewise."""
    metrics = QFontMetricsF(fonts.font(fonts.TICK, fonts.SEMIBOLD))
    groups: list[Group] = []
    for tick in sorted(ticks, key=lambda tick: tick.step):
        groups.append(Group((tick,), x_of(tick.step), SPAN))
        while len(groups) > 1 and _touch(groups[-2], groups[-1]):
            last = groups.pop()
            both = groups.pop().ticks + last.ticks
            wide = max(metrics.horizontalAdvance(str(len(both))) + 9, metrics.height() + 1)
            groups.append(Group(both, (x_of(both[0].step) + x_of(both[-1].step)) / 2, wide))
    return tuple(groups)


def _touch(a: Group, b: Group) -> bool:
    return b.x - a.x < (a.wide + b.wide) / 2 + APART


def paint_group(painter: QPainter, group: Group, y: float) -> None:
    """Draw the mark, or the pill with the number of ticks, set off from the track by 1 px of the ground's colour."""
    t = theme()
    if len(group.ticks) == 1:
        tick = group.ticks[0]
        stamp_glyph(painter, tick.symbol, SIZE, group.x, y, t.color("surface"), t.color("surface"), 2)
        stamp_glyph(painter, tick.symbol, SIZE, group.x, y, t.color(tick.color_role))
        return
    font = fonts.font(fonts.TICK, fonts.SEMIBOLD)
    high = QFontMetricsF(font).height() + 1
    box = QRectF(group.x - group.wide / 2, y - high / 2, group.wide, high)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(t.color("surface"))
    painter.drawRoundedRect(box.adjusted(-1, -1, 1, 1), high / 2 + 1, high / 2 + 1)
    roles = {tick.color_role for tick in group.ticks}
    # Those of one racer have its colour.
    painter.setPen(QPen(t.color(roles.pop() if len(roles) == 1 else "muted"), 1.2))
    painter.setBrush(t.color("raised"))
    painter.drawRoundedRect(box.adjusted(0.6, 0.6, -0.6, -0.6), high / 2, high / 2)
    painter.setFont(font)
    painter.setPen(t.color("text"))
    painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(len(group.ticks)))


def paint_labels(painter: QPainter, groups: Sequence[Group], width: float, baseline: float) -> None:
    """Write what the groups are below them; a label that would run into another is left out: hovering still tells."""
    painter.setFont(fonts.font(fonts.TICK))
    painter.setPen(theme().color("muted"))
    metrics = painter.fontMetrics()
    taken: list[tuple[float, float]] = []
    for group in groups:
        wide = metrics.horizontalAdvance(group.label)
        left = min(max(group.x - wide / 2, 0), width - wide)
        if group.label and all(left > b + 10 or left + wide < a - 10 for a, b in taken):
            painter.drawText(QPointF(left, baseline), group.label)
            taken.append((left, left + wide))
