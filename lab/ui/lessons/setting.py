"""Setting a page: words and formulas broken into lines that share a baseline.

Qt's rich text stands every inline picture on the baseline and knows no depth below it, so that a fraction would sit
too high; here a line is as high and as deep as what is in it.
"""

from __future__ import annotations

import logging
import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtSvg import QSvgRenderer

from lab.core.errors import BadValue, brief
from lab.ui import fonts
from lab.ui.lessons.markdown import Block, Run
from lab.ui.typeset import Typeset, typeset

log = logging.getLogger(__name__)

#: Size of a formula beside words, so that their small letters are equally tall.
MATHS = 1.16
#: From baseline to baseline, between paragraphs and between the items of a list, over the font size.
LINE, APART, ITEMS = 1.5, 0.65, 0.3
#: How far an item is moved in, over the font size.
INDENT = 1.35
#: Code is this much smaller, and lies on a tint that reaches so many px beyond it.
_CODE, _TINT = 0.9, 3.0
_WORDS = re.compile(r"\s+|\S+")


@dataclass(frozen=True, slots=True)
class Ink:
    """The colours of a page: of its words, of the tint behind code, and of a formula's roles."""

    text: str
    tint: str
    roles: Mapping[str, str]


@dataclass(slots=True)
class Piece:
    """What is drawn in one go at a baseline: a word in its font, or a formula."""

    width: float
    ascent: float
    descent: float
    text: str = ""
    font: QFont | None = None
    formula: Typeset | None = None
    code: bool = False
    x: float = 0.0
    y: float = 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """All pieces in their places, and how tall they are together."""

    pieces: tuple[Piece, ...]
    height: float

    def paint(self, painter: QPainter, ink: Ink) -> None:
        """Draw everything; a formula has its colours already."""
        for piece in self.pieces:
            box = QRectF(piece.x, piece.y - piece.ascent, piece.width, piece.ascent + piece.descent)
            if piece.formula is not None:
                _renderer(piece.formula.svg).render(painter, box)
                continue
            if piece.code:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(ink.tint))
                painter.drawRoundedRect(box, 3, 3)
            assert piece.font is not None
            painter.setFont(piece.font)
            painter.setPen(QColor(ink.text))
            painter.drawText(QPointF(piece.x + (_TINT if piece.code else 0.0), piece.y), piece.text)


@lru_cache(maxsize=128)
def _renderer(svg: bytes) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(svg))


@lru_cache(maxsize=256)
def _typeset(latex: str, size: float, text: str, roles: tuple[tuple[str, str], ...]) -> Typeset | None:
    """A formula, or None where it can't be typeset: that is found out once, too, and told once."""
    try:
        return typeset(latex, size, text, dict(roles))
    except BadValue:
        # With a slip in a formula the page is still to be read.
        log.warning("a formula of a lesson can't be typeset: %s", brief(latex))
        return None


def _fitting(text: str, fits: Callable[[str], bool]) -> int:
    """How many characters of a text fit, at least one; asks about no piece much longer than the answer."""
    most = 1
    while most < len(text) and fits(text[: 2 * most]):
        most = min(2 * most, len(text))
    # `most` fit (or are the one that has to); twice as many don't.
    return bisect_left(range(most + 1, min(2 * most, len(text)) + 1), True, key=lambda n: not fits(text[:n])) + most


class Setter:
    """Sets blocks in one font size.

    Parameters
    ----------
    px : float
        Font size at 100 % text.
    weight : int
        Of words that are not bold.
    ink : Ink
        The colours.
    """

    def __init__(self, px: float, weight: int, ink: Ink) -> None:
        self._px, self._weight, self._ink = px, weight, ink
        self._size = px * fonts.scale()
        self._fonts: dict[tuple[bool, bool, bool], tuple[QFont, QFontMetricsF]] = {}

    def set(self, blocks: Sequence[Block], width: float, *, dpr: float = 1.0) -> Page:
        """Break into lines of at most `width`; baselines lie on whole pixels of a screen of density `dpr`."""
        placed: list[Piece] = []
        y = 0.0
        before: Block | None = None
        for block in blocks:
            if before is not None:
                together = block.kind == before.kind == "item"
                y += self._size * (ITEMS if together else APART)
            left = 0.0
            if block.kind == "item":
                left = self._size * INDENT * (block.depth + 1)
                left = max(left, self._word(Run(block.marker)).width + self._size * 0.4)
            room = max(width - left, 40.0)
            lines = self._code(block, room) if block.kind == "code" else self._lines(self._clusters(block), room)
            for i, line in enumerate(lines):
                y = self._place(line, left, y, width, dpr, centred=block.kind == "display")
                if i == 0 and block.kind == "item":
                    mark = self._word(Run(block.marker))
                    mark.x, mark.y = left - mark.width - self._size * 0.4, line[0][1].y
                    placed.append(mark)
                placed += [piece for _, piece in line]
            before = block
        return Page(tuple(placed), y)

    # -- pieces --------------------------------------------------------------------------------------------------

    def _font(self, run: Run) -> tuple[QFont, QFontMetricsF]:
        key = (run.bold, run.italic, run.code)
        if key not in self._fonts:
            px = self._px * (_CODE if run.code else 1.0)
            weight = fonts.SEMIBOLD if run.bold else self._weight
            made = fonts.font(round(px), weight, mono=run.code, italic=run.italic)
            self._fonts[key] = (made, QFontMetricsF(made))
        return self._fonts[key]

    def _word(self, run: Run, text: str = "") -> Piece:
        font, metrics = self._font(run)
        text = text or run.text
        around = 2 * _TINT if run.code else 0.0
        wide = metrics.horizontalAdvance(text) + around
        return Piece(wide, metrics.ascent(), metrics.descent(), text, font, code=run.code)

    def _formula(self, run: Run, size: float) -> Piece:
        made = _typeset(run.text, size, self._ink.text, tuple(self._ink.roles.items()))
        if made is None:
            return self._word(Run(run.text, code=True))
        return Piece(made.width, made.ascent, made.descent, formula=made)

    def _clusters(self, block: Block) -> Iterator[tuple[float, list[Piece]]]:
        """What must not be parted, such as a formula and the comma behind it, each with the space before it."""
        size = self._size * MATHS * (1.08 if block.kind == "display" else 1.0)
        space, held = 0.0, list[Piece]()
        for run in block.runs:
            if run.math:
                held.append(self._formula(run, size))
                continue
            # Code is one thing, on one tint.
            for found in [run.text] if run.code else _WORDS.findall(run.text):
                if found.isspace():
                    if held:
                        yield space, held
                    space, held = self._font(Run("", run.bold, run.italic))[1].horizontalAdvance(" "), []
                else:
                    held.append(self._word(run, found))
        if held:
            yield space, held

    def _code(self, block: Block, width: float) -> list[list[tuple[float, Piece]]]:
        """As it stands, cut where a line is too long; the tints of its lines are one."""
        lines = []
        for run in block.runs:
            for piece in self._cut(self._word(run, run.text or " "), width):
                piece.width, piece.ascent, piece.descent = width, self._size * 1.05, self._size * (LINE - 1.05)
                lines.append([(0.0, piece)])
        return lines

    # -- lines ---------------------------------------------------------------------------------------------------

    def _lines(self, clusters: Iterator[tuple[float, list[Piece]]], width: float) -> list[list[tuple[float, Piece]]]:
        """Greedy: each piece with the space before it."""
        lines: list[list[tuple[float, Piece]]] = []
        used = 0.0
        for space, pieces in clusters:
            wide = sum(piece.width for piece in pieces)
            if wide > width:
                pieces = self._fitted(pieces, width)
                wide = min(sum(piece.width for piece in pieces), width)
            if not lines or used + space + wide > width + 0.5:
                lines.append([])
                space = used = 0.0
            for piece in pieces:
                if used + space + piece.width > width + 0.5 and lines[-1]:
                    lines.append([])
                    space = used = 0.0
                lines[-1].append((space, piece))
                used += space + piece.width
                space = 0.0
        return lines

    def _fitted(self, pieces: list[Piece], width: float) -> list[Piece]:
        """What is wider than a whole line: formulas are reduced, words are cut where the line ends."""
        fitted: list[Piece] = []
        for piece in pieces:
            if piece.width <= width:
                fitted.append(piece)
            elif piece.formula is not None:
                by = width / piece.width
                fitted.append(Piece(width, piece.ascent * by, piece.descent * by, formula=piece.formula))
            else:
                fitted += self._cut(piece, width)
        return fitted

    def _cut(self, piece: Piece, width: float) -> Iterator[Piece]:
        assert piece.font is not None
        metrics = QFontMetricsF(piece.font)
        around = 2 * _TINT if piece.code else 0.0
        rest = piece.text
        while rest:
            fits = _fitting(rest, lambda text: metrics.horizontalAdvance(text) + around <= width)
            part, rest = rest[:fits], rest[fits:]
            wide = metrics.horizontalAdvance(part) + around
            yield Piece(wide, piece.ascent, piece.descent, part, piece.font, code=piece.code)

    def _place(
        self, line: list[tuple[float, Piece]], left: float, y: float, width: float, dpr: float, *, centred: bool
    ) -> float:
        """Put a line's pieces on its baseline; returns where the next line begins."""
        usual = self._font(Run(""))[1]
        spare = max(self._size * LINE - usual.ascent() - usual.descent(), 0.0) / 2
        tight = 1.0
        above = max(usual.ascent() + spare, *(piece.ascent + tight for _, piece in line))
        below = max(usual.descent() + spare, *(piece.descent + tight for _, piece in line))
        baseline = round((y + above) * dpr) / dpr
        x = left
        if centred:
            x += max(width - left - sum(space + piece.width for space, piece in line), 0.0) / 2
        for space, piece in line:
            x += space
            piece.x, piece.y = x, baseline
            x += piece.width
        return baseline + below
