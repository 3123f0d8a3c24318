"""The axes of a stage: round numbers, and titles that keep clear of them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from lab.ui import fonts
from lab.ui.theme import theme
from lab.ui.widgets import value_text

#: Where the middle of the upright axis's title stands; it keeps this far from numbers, across and along, in pixels at
#: 100 % text.
TITLE_X, TITLE_ROOM, TITLE_LENGTH = 13, 15, 26
#: So far right of the plot a number of the axis below may reach.
BESIDE = 10


def paint_axes(painter: QPainter, plot: QRectF, world: QRectF, names: tuple[str, str] | None) -> None:
    """Draw the numbers below and on the left of a plot.

    Parameters
    ----------
    painter : QPainter
        Of the widget in which the plot lies.
    plot : QRectF
        Where the plot lies, in pixels.
    world : QRectF
        What it shows: x, y (its lowest), width, height.
    names : (str, str) or None
        The titles of the axes along and up; None, in a small tile, for smaller numbers and no titles.
    """
    t, grown = theme(), max(1.0, fonts.scale())
    painter.setFont(fonts.font(fonts.TICK if names is None else fonts.CAPTION))
    painter.setPen(t.color("muted"))
    metrics = painter.fontMetrics()
    baseline = plot.bottom() + metrics.ascent() + 6
    for value, text in ticks(world.x(), world.right(), plot.width() / 90):
        x = plot.left() + (value - world.x()) / world.width() * plot.width()
        width = metrics.horizontalAdvance(text)
        # Beyond the margin it would be cut.
        if x + width / 2 <= plot.right() + BESIDE:
            painter.drawText(QPointF(x - width / 2, baseline), text)
    beside: list[tuple[float, float]] = []
    for value, text in ticks(world.y(), world.bottom(), plot.height() / 70):
        y = plot.bottom() - (value - world.y()) / world.height() * plot.height()
        width = metrics.horizontalAdvance(text)
        if plot.top() + 4 < y < plot.bottom() - 2:
            painter.drawText(QPointF(plot.left() - width - 8, y + metrics.ascent() / 2 - 1), text)
            beside.append((y, plot.left() - width - 8))
    if names is None:
        return
    painter.drawText(
        QRectF(plot.left(), baseline + 2, plot.width(), 18 * grown), Qt.AlignmentFlag.AlignCenter, names[0]
    )
    painter.save()
    painter.translate(TITLE_X * grown, title_place(plot.center().y(), beside, grown))
    painter.rotate(-90)
    painter.drawText(QRectF(-80, -9 * grown, 160, 18 * grown), Qt.AlignmentFlag.AlignCenter, names[1])
    painter.restore()


def title_place(middle: float, numbers: Sequence[tuple[float, float]], grown: float = 1.0) -> float:
    """How high the upright axis's title stands: in the middle, or between two numbers where one would touch it.

    `numbers` are the heights and left ends of the axis's numbers, from the lowest number up, in pixels; `grown` is how
    much larger than usual the text is.
    """
    across, along = (TITLE_X + TITLE_ROOM) * grown, TITLE_LENGTH * grown
    if all(left > across or abs(y - middle) > along for y, left in numbers):
        return middle
    heights = sorted(y for y, _ in numbers)
    between = [(a + b) / 2 for a, b in itertools.pairwise(heights)]
    return min(between, key=lambda y: abs(y - middle), default=middle - along - 4)


def ticks(lo: float, hi: float, most: float) -> list[tuple[float, str]]:
    """Round numbers between lo and hi, about `most` of them but two at least, with their texts.

    A single number tells where something is and nothing of how large it is.
    """
    span = hi - lo
    if not (span > 0 and math.isfinite(span)):
        return []
    raw = span / max(most, 1.0)
    power = 10.0 ** math.floor(math.log10(raw))
    steps = [m * power for m in (0.1, 0.2, 0.5, 1, 2, 5, 10)]
    wanted = next(i for i, step in enumerate(steps) if i > 2 and step >= raw * 0.999)
    for step in reversed(steps[: wanted + 1]):
        first, last = math.ceil(lo / step - 1e-9), math.floor(hi / step + 1e-9)
        if last > first:
            break
    digits = max(0, -math.floor(math.log10(step) + 1e-9))
    found = []
    for i in range(first, last + 1):
        value = i * step
        plain = digits <= 5 and abs(value) < 1e6
        found.append((value, f"{value:.{digits}f}".replace("-", "\u2212") if plain else value_text(value)))
    return found
