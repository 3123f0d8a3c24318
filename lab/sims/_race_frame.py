"""What a view may see of a race, and what it may ask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.engine.optimizers import Array, Optimizer
from lab.sims._race_config import Point

#: Histories are kept for this many starts; more than that are shown as density, not as trails.
TRACED_STARTS = 64
#: Channels of the race's trace.
CHANNELS = ("x", "y", "excess", "gradient_norm", "distance", "segment", "effective_rate", "learning_rate")


@dataclass(frozen=True, slots=True)
class RaceFrame:
    """All that the race's view may see. L lanes, S starts, d coordinates; arrays are read-only and finite.

    Attributes
    ----------
    step : int
        The step this is.
    lanes : tuple of int
        Ids of the racers, length L.
    starts : (S, d) array
        Where each start was dropped or last dragged to; `present` (S,) says which still take part, `born` (S,) when.
    theta, gradient : (L, S, d) arrays
        Positions and exact gradients; a diverged racer stays where it was last finite.
    loss, excess : (L, S) arrays
        Loss, and loss above the lowest known minimum.
    diverged_at, reached_at : (L, S) arrays of int
        Steps, or -1.
    reason : (L, S) array of int
        Index into `REASONS` for diverged racers.
    path_length : (L, S) array
        Distance travelled.
    segment : (L, S) array of int
        How often the racer was carried by hand.
    function_evaluations, gradient_evaluations : (L, S) arrays of int
        What each racer has asked of the landscape.
    optimizers : tuple of Optimizer
        The rules as they now stand (live parameters included), length L.
    noise : float
        Standard deviation of the gradient noise now.
    batch_size : int
        Samples in a minibatch now; 0 for all.
    batch : (b,) array of int or None
        Rows of the samples that the next step will see; None for all.
    """

    step: int
    lanes: tuple[int, ...]
    starts: Array
    present: NDArray[np.bool_]
    born: NDArray[np.int32]
    theta: Array
    gradient: Array
    loss: Array
    excess: Array
    diverged_at: NDArray[np.int32]
    reason: NDArray[np.int8]
    reached_at: NDArray[np.int32]
    path_length: Array
    segment: NDArray[np.int32]
    function_evaluations: NDArray[np.int32]
    gradient_evaluations: NDArray[np.int32]
    optimizers: tuple[Optimizer, ...]
    noise: float
    batch_size: int
    batch: NDArray[np.intp] | None


@dataclass(frozen=True, slots=True)
class Dissect:
    """Query: take the next step of one racer apart."""

    lane: int
    start: int


@dataclass(frozen=True, slots=True)
class Dissection:
    """Answer to `Dissect`: the step that would come next, its parts (they add up to it) and its numbers."""

    theta: Array
    theta_next: Array
    gradient: Array
    parts: dict[str, Array]
    symbols: dict[str, Any]
    finite: bool


@dataclass(frozen=True, slots=True)
class LookAt:
    """Query: the landscape under the cursor. The answer is (value, gradient)."""

    point: Point


@dataclass(frozen=True, slots=True)
class RateNow:
    """Query: the learning rate of one racer's next step, schedule included. The answer is a float."""

    lane: int
    start: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Query: what a step of each racer takes. The answer maps lanes to seconds, or to None before the first step.

    Measured in this process by the clock, over the latest steps: neither frames nor snapshots know of it.
    """


@dataclass(frozen=True, slots=True)
class Bend:
    """Query: how the landscape bends under one racer. The answer is a `Curvature`."""

    lane: int
    start: int


@dataclass(frozen=True, slots=True)
class Curvature:
    """Answer to `Bend`: the local quadratic model, and the largest rate at which the rule is stable on it.

    Attributes
    ----------
    eigenvalues : (d,) array
        Of the Hessian, rising.
    eigenvectors : (d, d) array
        Columns belong to the eigenvalues.
    largest_rate : float or None
        2 / largest curvature for gradient descent, 2 (1 + beta) / it for heavy ball, and so on; None where the rule
        has no such bound.
    """

    eigenvalues: Array
    eigenvectors: Array
    largest_rate: float | None
