"""Words and overlays keep out of each other's way: overlays first, at rest, then the words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lab.panels.race.one_d import on_curve
from lab.ui.strokes import FEW

if TYPE_CHECKING:
    from lab.panels.race.scene import RaceStage


def make_way(stage: RaceStage) -> None:
    """Send overlays to the corners where they hide least, then tell every layer that writes what is in its way."""
    marks = stage.racers.marks(stage)
    # While it plays, names of arrows give way to overlays only: to every head that passes would be a flutter.
    stage.arrows.marks = [] if stage.playing else marks
    starts, minima = _starts(stage), _minima(stage)
    if not stage.playing:
        stage.overlays.dodge(_vital(stage), [*minima, *starts], marks)
    stage.overlays.clear_readout(starts, minima)
    free_what_is_taken_apart(stage)
    taken = stage.overlays.taken()
    stage.arrows.covered = stage.racers.covered = stage.curvature.covered = taken
    arrows = stage.arrows.laid_out(stage)
    stage.curvature.marks = [(a.box.center().x(), a.box.center().y()) for a in arrows]
    # A minimum's name should lie neither on overlays and arrows' names nor on heads and arrows.
    marks = [*marks, *stage.racers.more_near(stage, minima)]
    if stage.arrows.origin is not None:
        x, y = stage.to_pixels(stage.arrows.origin).tolist()
        for arrow in arrows:
            marks += [(x + (arrow.tip.x() - x) * k / 4, y + (arrow.tip.y() - y) * k / 4) for k in range(1, 5)]
    if stage.names is not None:
        words = [*(arrow.box for arrow in arrows), *stage.curvature.boxes(stage)]
        stage.names.steady = stage.playing
        stage.names.in_the_way = ([*taken, *words], marks)


def free_starts_on_a_curve(stage: RaceStage) -> None:
    """Keep the hint, which over a curve lies below, off the starts, and what is read under the pointer."""
    starts = _starts(stage)
    if not stage.playing:
        stage.overlays.clear_hint(starts)
    stage.overlays.clear_readout(starts)


def free_what_is_taken_apart(stage: RaceStage) -> None:
    """Keep the card with the parts of the next step off the racer whose step that is, and off what it speaks of."""
    head: list[tuple[float, float]] = []
    if stage.head is not None:
        x, y = stage.to_pixels(stage.head).tolist()
        head = [(x, y)]
    stage.overlays.clear_apart(
        # While it plays only the racer itself makes it move: arrows turn at every step.
        head if stage.playing or stage.overlays.apart.isHidden() else [*head, *_vital(stage)],
        # Where no corner is free, racer and start matter more than the arrows between them.
        all_vital=lambda: [*3 * [*head, *stage.racers.flag(stage)], *_vital(stage)],
        others=lambda: [*_minima(stage), *stage.racers.marks(stage), *stage.way()],
    )


def _vital(stage: RaceStage) -> list[tuple[float, float]]:
    """What must be seen, in pixels: arrows as they would be if nothing were in their way, and the flag."""
    places: list[tuple[float, float]] = []
    if stage.arrows.origin is not None:
        stage.arrows.covered = []
        x, y = stage.to_pixels(stage.arrows.origin).tolist()
        arrows = stage.arrows.laid_out(stage)
        places = [(x, y), *((a.tip.x(), a.tip.y()) for a in arrows)]
        places += [(a.box.center().x(), a.box.center().y()) for a in arrows]
    if stage.flat and stage.step.landing is not None:
        x, y = stage.to_pixels(stage.step.landing).tolist()
        places = [(x, y)]
    return places + stage.racers.flag(stage)


def _starts(stage: RaceStage) -> list[tuple[float, float]]:
    """Where starts are, in pixels; of a crowd the first."""
    if stage.racers.frame is None:
        return []
    return [(x, y) for x, y in stage.racers.start_pixels(stage, slice(FEW)).tolist()]


def _minima(stage: RaceStage) -> list[tuple[float, float]]:
    """Where the known minima are, in pixels."""
    if stage.landscape is None:
        return []
    minima = [c.point for c in stage.landscape.critical_points if c.kind == "minimum"]
    known = np.array(minima, dtype=np.float64).reshape(len(minima), stage.landscape.dim)
    places = stage.to_pixels(on_curve(stage.landscape, known) if stage.flat else known)
    return [(x, y) for x, y in places.tolist()]
