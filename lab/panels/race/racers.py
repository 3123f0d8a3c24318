"""The racers on the stage: start flags, heads, and those that have diverged or left the picture."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF, QRegion

from lab.panels.race.density import crowded
from lab.panels.race.looks import Look, start_name
from lab.sims.race import FELL, RaceFrame
from lab.ui import fonts
from lab.ui.stage import Stage
from lab.ui.stamps import stamp, stamp_crowd, stamp_glyph
from lab.ui.theme import theme, weight
from lab.ui.widgets import glyph_path, number_text

#: More racers than this are drawn without edges and halos.
MANY = 200
#: More starts than this have dots in place of flags with letters.
MANY_FLAGS = 26
#: More racers than this are painted without asking where.
FEW_RACERS = 64
#: So many places have names at most, and what lies within so many pixels of one may be in a name's way.
FEW_NAMES, BESIDE = 6, 70.0
#: Heads that share a square of so many pixels are one to a name.
GRAIN = 6.0
#: A head with halo and edge, or a flag, lies within this many pixels; with its text, within so many to either side.
REACH, WORDS = 30, 260
#: So many words stand below each other at most; they then lie within so many pixels of their racers.
MOST_WORDS = 6
#: Half a mark on the border, with its arrow, in pixels.
MARK = 11.0
#: How far from the border such a mark's middle is.
RIM = 16.0
BELOW = 170
#: Later than any step.
_NEVER = np.iinfo(np.int32).max


@dataclass(slots=True)
class Pick:
    """What lies under the pointer: a head (lane and start), or a start's flag (lane None)."""

    start: int
    lane: int | None


class RacersLayer:
    """Start flags, heads with halo, diverged and out-of-sight racers."""

    def __init__(self) -> None:
        self.frame: RaceFrame | None = None
        self.looks: Sequence[Look] = ()
        self.focus: tuple[int, int] | None = None
        self.average = False
        #: Whatever floats over the stage, in pixels: words keep clear of it.
        self.covered: list[QRectF] = []
        #: Where words stand in the picture being painted, and what is still to be said: beside which place.
        self._worded: list[QRectF] = []
        self._unsaid: list[tuple[str, Look | None, float, float]] = []

    def pixels(self, stage: Stage) -> NDArray[np.float64]:
        """Where the heads are, in pixels, shape (L, S, 2)."""
        assert self.frame is not None
        return stage.to_pixels(self.frame.theta)

    def start_pixels(
        self, stage: Stage, some: slice | NDArray[np.intp] | NDArray[np.bool_] = slice(None)
    ) -> NDArray[np.float64]:
        """Where some of the starts are, in pixels, shape (n, 2); nobody else's place is worked out."""
        assert self.frame is not None
        return stage.to_pixels(self.frame.starts[some])

    def pick(self, stage: Stage, at: QPointF, reach: float = 14.0) -> Pick | None:
        """The head or flag nearest to the pointer within reach; at a tie, the racer in focus, then the flag."""
        if self.frame is None or not self.frame.present.any():
            return None
        here = np.array([at.x(), at.y()])
        flags = np.hypot(*(self.start_pixels(stage) - here).T)
        flags[~self.frame.present] = np.inf
        heads = np.hypot(*np.moveaxis(self.pixels(stage) - here, -1, 0))
        heads[:, ~self.frame.present] = np.inf
        start = int(flags.argmin())
        best = Pick(start, None) if flags[start] <= reach else None
        if heads.size:
            lane, row = np.unravel_index(int(heads.argmin()), heads.shape)
            # On the flag itself all heads coincide at first: the flag is meant, unless a head has left it.
            if heads[lane, row] <= reach and (best is None or heads[lane, row] < flags[start] - 1.0):
                best = Pick(int(row), self.frame.lanes[int(lane)])
        return best

    def _drawn(self) -> NDArray[np.bool_]:
        """Which starts are drawn one by one: all, or in a crowd only the one in focus."""
        assert self.frame is not None
        present = self.frame.present
        if not crowded(self.frame):
            return present
        only = np.zeros_like(present)
        if self.focus is not None and not self.average:
            only[self.focus[1]] = present[self.focus[1]]
        return only

    def extent(self, stage: Stage) -> QRegion | None:
        """Around each flag and head, with the text beside those that have diverged or left the picture."""
        frame = self.frame
        if frame is None or not len(frame.starts):
            return QRegion()
        drawn = np.flatnonzero(self._drawn())
        if len(drawn) * len(frame.lanes) > FEW_RACERS:
            return None
        found = QRegion()
        plot, reach, beside = stage.plot, round(REACH * weight()), round(WORDS * max(1.0, fonts.scale()))
        places = [np.clip(self.start_pixels(stage, drawn), -1e7, 1e7)]
        heads = np.clip(self._places(stage, drawn), -1e7, 1e7).reshape(-1, 2)
        within = rim(plot)
        stuck = np.clip(heads, (within.left(), within.top()), (within.right(), within.bottom()))
        worded = (stuck != heads).any(axis=1) | (frame.diverged_at[:, drawn] >= 0).ravel()
        places.append(heads[~worded])
        for x, y in np.concatenate(places).astype(np.int64).tolist():
            found += QRect(x - reach, y - reach, 2 * reach, 2 * reach)
        for x, y in stuck[worded].astype(np.int64).tolist():
            found += _around_words(plot, x, y, reach, beside)
        # A head on the rim stands either on its place or stuck: both are painted.
        for x, y in heads[worded & (np.abs(heads - stuck).max(axis=1) <= RIM * weight())].astype(np.int64).tolist():
            found += _around_words(plot, x, y, reach, beside)
        return found

    def paint(self, painter: QPainter, stage: Stage) -> None:
        frame = self.frame
        if frame is None or not len(frame.starts):
            return
        self._worded, self._unsaid = [], []
        drawn = np.flatnonzero(self._drawn())
        # Where heads have not left their flag yet it lies on top, or its letter could not be read.
        fresh = frame.born[drawn] == frame.step
        self._flags(painter, stage, drawn[~fresh], len(drawn))
        # Far out, but such that lengths can still be computed.
        pixels = np.clip(self._places(stage, drawn), -1e300, 1e300)
        order = sorted(
            range(len(frame.lanes)), key=lambda i: self.focus is not None and frame.lanes[i] == self.focus[0]
        )
        many = len(drawn) * len(frame.lanes) > MANY
        x, y = np.moveaxis(pixels, -1, 0)
        plot = stage.plot.adjusted(-2, -2, 2, 2)
        inside = (x >= plot.left()) & (x <= plot.right()) & (y >= plot.top()) & (y <= plot.bottom())
        diverged = frame.diverged_at[:, drawn]
        for lane in order:
            look = self.looks[lane]
            whole = inside[lane] & (diverged[lane] < 0)
            for i in np.flatnonzero(~whole).tolist():
                hx, hy = pixels[lane, i].tolist()
                gone = what_became(frame, lane, int(drawn[i]))
                if not inside[lane, i]:
                    self._outside(painter, stage, look, hx, hy, gone, worded=not many)
                else:
                    self._diverged(painter, hx, hy, "" if many else f"{look.title} {gone}")
            here = self.focus is not None and look.lane == self.focus[0]
            if many:
                color, size = theme().color(look.color_role), weight() * (9 if here else 7)
                stamp_crowd(painter, look.symbol, size, pixels[lane, whole], color)
                continue
            for start, (hx, hy) in zip(drawn[whole].tolist(), pixels[lane, whole].tolist(), strict=True):
                main = here and (self.average or self.focus is None or start == self.focus[1])
                self._head(painter, look, hx, hy, here, main)
        self._flags(painter, stage, drawn[fresh], len(drawn))
        if not many:
            for hx, hy in pixels[winners(frame, drawn) & inside].tolist():
                self._won(painter, hx, hy)
        self._say_all(painter, stage, pixels[inside].tolist() if len(pixels[inside]) <= FEW_RACERS else [])

    def _won(self, painter: QPainter, x: float, y: float) -> None:
        """The flag of who was first at the target."""
        t, bold = theme(), weight()

        def flag(onto: QPainter) -> None:
            onto.scale(bold, bold)
            for role, width in ((t.ink, 3.0), ("text", 1.4)):
                onto.setPen(QPen(t.color(role), width))
                onto.drawLine(QPointF(5, -6), QPointF(5, -26))
            onto.setPen(QPen(t.color(t.ink), 1.0))
            onto.setBrush(t.color("ok"))
            onto.drawPolygon(QPolygonF([QPointF(5, -27), QPointF(19, -21.5), QPointF(5, -16)]))

        stamp(painter, ("winner", t.name, bold), flag, 29 * bold, x, y)

    def _places(self, stage: Stage, starts: NDArray[np.intp]) -> NDArray[np.float64]:
        """Where the heads of some starts are, in pixels, shape (L, n, 2)."""
        assert self.frame is not None
        return stage.to_pixels(self.frame.theta[:, starts])

    def _head(self, painter: QPainter, look: Look, x: float, y: float, here: bool, main: bool) -> None:
        t = theme()
        halo, radius = None, 0.0
        if here:
            halo, radius = t.color(look.color_role, 0.38 if main else 0.2), weight() * (16.0 if main else 12.0)
        size = weight() * (16 if main else 13)
        stamp_glyph(painter, look.symbol, size, x, y, t.color(look.color_role), t.color(t.ink), 1.4, halo, radius)

    def _diverged(self, painter: QPainter, x: float, y: float, words: str) -> None:
        t = theme()
        stamp_glyph(painter, "x", weight() * (14 if words else 9), x, y, t.color("error"), t.color(t.ink), 1.2)
        if words:
            self._unsaid.append((words, None, x, y))

    def _outside(
        self, painter: QPainter, stage: Stage, look: Look, x: float, y: float, gone: str, *, worded: bool = True
    ) -> None:
        """The head sticks to the border, with an arrow and how far away it is, in widths of the picture."""
        plot = rim(stage.plot)
        px, py = min(max(x, plot.left()), plot.right()), min(max(y, plot.top()), plot.bottom())
        angle = math.atan2(y - py, x - px)
        away = math.hypot(x - px, y - py) / stage.plot.width()
        mark_on_the_rim(painter, look, px, py, angle)
        if worded:
            self._unsaid.append((gone or f"{number_text(away, 2)} widths away", look, px, py))

    def _say_all(self, painter: QPainter, stage: Stage, heads: Sequence[Sequence[float]]) -> None:
        """Words beside their racers, each with its mark, where no mark, other words or overlay are.

        From the lower edge they pile up, from elsewhere down; where there is no room left nothing is said.
        """
        if not self._unsaid:
            return
        t, plot = theme(), stage.plot
        painter.setFont(fonts.font(fonts.TICK, fonts.MEDIUM))
        metrics = painter.fontMetrics()
        high = metrics.height() + 6.0
        mark = MARK * weight()
        marks = [QRectF(x - mark, y - mark, 2 * mark, 2 * mark) for _, _, x, y in self._unsaid]
        marks += [QRectF(x - mark, y - mark, 2 * mark, 2 * mark) for x, y in heads]
        taken = [*self.covered, *self._worded, *marks]
        for words, look, x, y in self._unsaid:
            wide = metrics.horizontalAdvance(words) + 12.0 + (15.0 if look is not None else 0.0)
            down = -1.0 if y > plot.center().y() else 1.0
            sides = [x + mark + 5, x - mark - 5 - wide]
            if x > plot.center().x():
                sides.reverse()
            places = [QRectF(left, y - high / 2 + down * k * (high + 2), wide, high)
                      for k in range(MOST_WORDS) for left in sides]  # fmt: skip
            free = (b for b in places if plot.contains(b) and not any(b.intersects(other) for other in taken))
            box = next(free, None)
            if box is None:
                continue
            taken.append(box)
            self._worded.append(box)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("surface", 0.86))
            painter.drawRoundedRect(box, 4, 4)
            if look is not None:
                painter.setBrush(t.color(look.color_role))
                painter.drawPath(glyph_path(look.symbol, 8, box.left() + 10, box.center().y()))
            painter.setPen(t.color("text"))
            inner = box.adjusted(6.0 + (15.0 if look is not None else 0.0), 0, 0, 0)
            painter.drawText(inner, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def flag_radius(self) -> float:
        """How far, in pixels, the flag reaches that the racer in focus still stands on; 0 once it has left it."""
        if self.frame is None or self.focus is None or not 0 <= self.focus[1] < len(self.frame.born):
            return 0.0
        fresh = self.frame.born[self.focus[1]] == self.frame.step
        return weight() * self._radius(int(np.count_nonzero(self._drawn()))) if fresh else 0.0

    @staticmethod
    def _radius(count: int) -> float:
        """Of a flag among so many: with its letter, or a dot."""
        return 4.0 if count > MANY_FLAGS else 11.5

    def flag(self, stage: Stage) -> list[tuple[float, float]]:
        """Where the start in focus is, in pixels; nothing where all are looked at, or none is there."""
        if self.frame is None or self.focus is None or self.average or not 0 <= self.focus[1] < len(self.frame.starts):
            return []
        [(x, y)] = self.start_pixels(stage, np.array([self.focus[1]])).tolist()
        return [(x, y)]

    def marks(self, stage: Stage) -> list[tuple[float, float]]:
        """Heads, flags and winners' flags of a few racers, in pixels: what names had better not lie on."""
        frame = self.frame
        if frame is None or not len(frame.starts):
            return []
        drawn = np.flatnonzero(self._drawn())
        found = self.start_pixels(stage, drawn).tolist()
        heads = np.clip(self._places(stage, drawn), -1e7, 1e7)
        if heads[..., 0].size <= FEW_RACERS:
            found += heads.reshape(-1, 2).tolist()
            found += (heads[winners(frame, drawn)] + np.array([11.0, -21.0]) * weight()).tolist()
        return [(x, y) for x, y in found]

    def more_near(self, stage: Stage, places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        """Of so many racers that `marks` leaves their heads out, some of those near these pixels; cost: 30 µs."""
        frame = self.frame
        if frame is None or not 0 < len(places) <= FEW_NAMES or not self._drawn().sum() * len(frame.lanes) > FEW_RACERS:
            return []
        heads = self._places(stage, np.flatnonzero(self._drawn())).reshape(-1, 2)
        with np.errstate(invalid="ignore"):
            near = np.zeros(len(heads), dtype=np.bool_)
            for x, y in places:
                near |= (np.abs(heads[:, 0] - x) < BESIDE) & (np.abs(heads[:, 1] - y) < BESIDE)
        # Most have arrived, and stand on each other.
        return list({(GRAIN * x, GRAIN * y) for x, y in (heads[near] // GRAIN).tolist()})

    def _flags(self, painter: QPainter, stage: Stage, drawn: NDArray[np.intp], count: int) -> None:
        assert self.frame is not None
        t, plot = theme(), stage.plot
        painter.setFont(fonts.font(fonts.CAPTION, fonts.SEMIBOLD))
        small = count > MANY_FLAGS
        radius, rim = weight() * self._radius(count), 1.6 * weight()
        # A disc is this shape at a size of twice its radius.
        disc, ring = t.color("surface", 0.95), t.color("text")
        for start, (x, y) in zip(drawn.tolist(), self.start_pixels(stage, drawn).tolist(), strict=True):
            if not plot.contains(x, y):
                continue
            stamp_glyph(painter, "o", 2 * radius, x, y, disc, ring, rim)
            if not small:
                painter.setPen(ring)
                box = QRectF(x - radius, y - radius, 2 * radius, 2 * radius)
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, start_name(start))


def _around_words(plot: QRectF, x: int, y: int, reach: int, beside: int) -> QRect:
    """Where a mark and its words may be: from the lower half of the picture they pile up."""
    pile = round(BELOW * max(1.0, fonts.scale()))
    return QRect(x - beside, y - (pile if y > plot.center().y() - reach else reach), 2 * beside, reach + pile)


def rim(plot: QRectF) -> QRectF:
    """Where the marks of those that have left the picture stand, along its edges."""
    inset = RIM * weight()
    return plot.adjusted(inset, inset, -inset, -inset)


def mark_on_the_rim(painter: QPainter, look: Look, x: float, y: float, angle: float) -> None:
    """A racer's mark with an arrow to where it has gone."""
    t, bold = theme(), weight()
    painter.setPen(QPen(t.color(t.ink), 1.2 * bold))
    painter.setBrush(t.color(look.color_role))
    painter.drawPath(glyph_path(look.symbol, 10 * bold, x, y))
    tip = QPointF(x + 15 * bold * math.cos(angle), y + 15 * bold * math.sin(angle))
    wings = [QPointF(x + 10 * bold * math.cos(angle + s), y + 10 * bold * math.sin(angle + s)) for s in (0.45, -0.45)]
    painter.drawPolygon(QPolygonF([tip, *wings]))


def what_became(frame: RaceFrame, lane: int, start: int) -> str:
    """What became of a racer that is no longer in the race, in a few words; nothing of one that is."""
    gone = int(frame.diverged_at[lane, start])
    if gone < 0:
        return ""
    return f"{'fell without end' if frame.reason[lane, start] == FELL else 'diverged'} at {gone:,}"


def winners(frame: RaceFrame, starts: NDArray[np.intp]) -> NDArray[np.bool_]:
    """Who was first at the target from each of some starts, shape (L, n): several at a tie, nobody until one has."""
    reached = frame.reached_at[:, starts]
    arrived = (reached >= 0) & (frame.diverged_at[:, starts] < 0)
    steps = np.where(arrived, reached, _NEVER)
    return arrived & (steps == steps.min(axis=0, initial=_NEVER))
