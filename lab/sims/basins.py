"""Where does every point of the landscape end up? One optimizer, started from a grid of points."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from lab.core.pieces import Spread, in_turn
from lab.core.run import random_stream
from lab.core.ticket import Ticket
from lab.engine.landscapes import Landscape
from lab.engine.optimizers import Array, LandscapeAsk, Optimizer

#: Points that step together: few enough to stay in the cache, many enough to share NumPy's call cost. Rules that draw
#: random numbers draw them block by block, so that a map does not depend on who does the blocks.
BLOCK = 8192
#: Every so many steps it is looked at who has arrived; who is there twice in a row is there to stay.
LOOK_EVERY = 10
#: Arrived means within this share of the domain's width of a known minimum.
REACH = 0.01

UNDER_WAY, LOST = -1, -2


@dataclass(frozen=True, slots=True)
class BasinMap:
    """Which minimum each pixel reaches, and when.

    Attributes
    ----------
    world : tuple of float
        x, y (lowest), width, height.
    minimum : (ny, nx) int16 array
        Index among the landscape's minima, `UNDER_WAY` or `LOST` (diverged); row 0 is the lowest y.
    steps : (ny, nx) int32 array
        Steps until it was there (a multiple of `LOOK_EVERY`), or all steps taken.
    """

    world: tuple[float, float, float, float]
    minimum: NDArray[np.int16]
    steps: NDArray[np.int32]


def basin_map(
    ticket: Ticket,
    landscape: Landscape,
    optimizer: Optimizer,
    world: tuple[float, float, float, float],
    size: tuple[int, int],
    steps: int = 500,
    seed: int = 0,
    spread: Spread = in_turn,
) -> BasinMap:
    """Run one optimizer from the centre of every pixel.

    Points that have arrived or diverged leave the batch, so that the cost falls as the map fills: at most
    pixels x steps updates, usually a third of that; divided by the processes that share the blocks.

    Parameters
    ----------
    ticket : Ticket
        Progress, once for every block of points, and cancel, every `LOOK_EVERY` steps.
    landscape, optimizer
        What is raced on and the rule that runs.
    world : tuple of float
        x, y (lowest), width, height of the picture.
    size : (nx, ny)
        Pixels.
    steps : int
        How long a point may take.
    seed : int
        For rules that draw random numbers.
    spread : Spread
        Who does the blocks: the caller one after the other, or processes.
    """
    nx, ny = size
    x0, y0, width, height = world
    theta = np.empty((ny, nx, 2))
    theta[..., 0] = x0 + (np.arange(nx) + 0.5) * (width / nx)
    theta[..., 1] = (y0 + (np.arange(ny) + 0.5) * (height / ny))[:, None]
    points = theta.reshape(-1, 2)
    minimum = np.full(len(points), UNDER_WAY, dtype=np.int16)
    when = np.full(len(points), steps, dtype=np.int32)
    minima = np.array([c.point for c in landscape.critical_points if c.kind == "minimum"]).reshape(-1, 2)
    blocks = [slice(first, first + BLOCK) for first in range(0, len(points), BLOCK)]
    pieces = [(landscape, optimizer, points[block], minima, steps, seed) for block in blocks]
    for done, (i, ended) in enumerate(spread(ticket, _descend, pieces), start=1):
        minimum[blocks[i]], when[blocks[i]] = ended
        ticket.progress(done / len(blocks))
    return BasinMap(world, minimum.reshape(ny, nx), when.reshape(ny, nx))


def _descend(
    ticket: Ticket,
    landscape: Landscape,
    optimizer: Optimizer,
    theta: Array,
    minima: Array,
    steps: int,
    seed: int,
) -> tuple[NDArray[np.int16], NDArray[np.int32]]:
    n = len(theta)
    minimum = np.full(n, UNDER_WAY, dtype=np.int16)
    when = np.full(n, steps, dtype=np.int32)
    domain = np.asarray(landscape.domain)
    reach = REACH * float((domain[:, 1] - domain[:, 0]).max())
    far = 1e3 * float(np.abs(domain).max())
    rows = np.arange(n)
    seen = np.full(n, UNDER_WAY, dtype=np.int16)
    racing = np.ones(n, dtype=bool)
    with np.errstate(all="ignore"):
        ask = LandscapeAsk(landscape)
        inner = optimizer.start(theta, ask)
        for t in range(steps):
            rate = optimizer.learning_rate
            result = optimizer.step(theta, inner, ask, rate, partial(random_stream, seed, "basins", t))
            theta, inner = result.theta, result.state
            if (t + 1) % LOOK_EVERY:
                continue
            ticket.check()
            near = _nearest(theta, minima, reach)
            there = racing & (near >= 0) & (near == seen)
            lost = racing & ~((np.abs(theta[:, 0]) < far) & (np.abs(theta[:, 1]) < far))
            seen = near
            minimum[rows[there]] = near[there]
            minimum[rows[lost]] = LOST
            when[rows[there | lost]] = t + 1
            racing &= ~(there | lost)
            # Taking rows out copies everything: worth it once a fifth of them is idle.
            if np.count_nonzero(racing) * 5 <= len(rows) * 4:
                rows, seen, theta = rows[racing], seen[racing], theta[racing]
                inner = {name: array[racing] for name, array in inner.items()}
                racing = np.ones(len(rows), dtype=bool)
                ask = LandscapeAsk(landscape)
                if not len(rows):
                    break
    return minimum, when


def _nearest(theta: Array, minima: Array, reach: float) -> NDArray[np.int16]:
    """Index of the minimum within reach of each point, or `UNDER_WAY`."""
    found = np.full(len(theta), UNDER_WAY, dtype=np.int16)
    for k, (x, y) in enumerate(minima):
        near = (np.abs(theta[:, 0] - x) < reach) & (np.abs(theta[:, 1] - y) < reach)
        found[near] = k
    return found
