"""How trails are stroked: colours, casings, cores, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from lab.ui.polylines import cut, segments

#: Half the widest stroke with its casing, and a pixel for smooth edges.
MARGIN = 5
#: Of more trails than this nobody asks where each is painted.
FEW = 64
#: Stretches of so few vertices are drawn as one path for all trails of a stroke, where there are more than `FEW`.
SHORT = 8
#: So much wider than its line is a casing; such a share of a double line's width is its core.
CASING, CORE = 2.0, 0.4
FLAT, ROUND = Qt.PenCapStyle.FlatCap, Qt.PenCapStyle.RoundCap


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a trail is drawn; a casing of no opacity is left out, and a core makes it a double line.

    Trails in a row that share one stroke (the same object) are drawn together.
    """

    color: QColor
    width: float
    casing: QColor
    core: QColor | None = None


def draw(
    painter: QPainter,
    strokes: Sequence[Stroke],
    pixels: NDArray[np.float64],
    apart: NDArray[np.bool_],
    within: QRectF,
    *,
    plain: bool = False,
) -> None:
    """Stroke what of some stretches can be seen, all casings below all colours.

    Parameters
    ----------
    painter : QPainter
        Of the picture they are drawn onto.
    strokes : sequence of Stroke
        One for each of k trails.
    pixels : ndarray of shape (v, k, 2)
        Their vertices.
    apart : ndarray of bool, shape (v - 1, k)
        Between which of them nothing is drawn.
    within : QRectF
        What passes this part of the picture by is left out.
    plain : bool
        Without casings, which take longer than the lines themselves.
    """
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    groups = grouped(strokes)
    passes = [(s.casing, s.width + CASING, FLAT, trails) for s, trails in groups if s.casing.alpha() and not plain]
    passes += [(s.color, s.width, ROUND, trails) for s, trails in groups]
    passes += [(s.core, s.width * CORE, ROUND, trails) for s, trails in groups if s.core is not None]
    # New ends of all trails in a few calls; long stretches one by one, which Qt strokes much faster.
    few = len(pixels) <= (2 if len(strokes) <= FEW else SHORT)
    with np.errstate(invalid="ignore"):
        long = None if few else cut(pixels, apart, within.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
    short = segments(pixels, apart) if few else None
    for color, width, cap, trails in passes:
        painter.setPen(QPen(color, width, Qt.PenStyle.SolidLine, cap, Qt.PenJoinStyle.BevelJoin))
        if short is not None:
            short.draw(painter, trails)
        elif long is not None:
            for line in long.of(trails):
                painter.drawPolyline(line)


def grouped(strokes: Sequence[Stroke]) -> list[tuple[Stroke, slice]]:
    """Trails in a row that share a stroke."""
    found, first = [], 0
    for _, same in groupby(strokes, key=id):
        last = first + len(list(same))
        found.append((strokes[first], slice(first, last)))
        first = last
    return found
