"""How far to go along a direction: what the second-order rules and descent with backtracking share.

Everything runs over all rows at once; rows that have found their length are masked out, and no longer charged.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from lab.engine.optimizers._contract import Array, Ask, Rate, State, StepResult

#: Armijo's constant: a trial must gain at least this share of what the slope promises.
SUFFICIENT_DECREASE = 1e-4
#: After so many halvings (the step has shrunk 30 million times) the search gives up.
HALVINGS = 25
#: So many trials are made in one call, over all rows that still search.
AT_ONCE = 2048
#: Pairs whose y.s is not above this are dropped: there the loss does not curve upwards (as in torch.optim.LBFGS).
LEAST_CURVATURE = 1e-10
#: An interpolated length stays within these multiples of the trial.
INTERPOLATED = (1e-4, 1e4)


class AlongDirection:
    """A rule that goes a found length along a direction, and keeps both: ``step_length`` (n, 1), ``direction`` (n, d).

    What it shows of a step is then the same whatever the direction is made of (see `_rules.ALONG`).
    """

    __slots__ = ()

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of the step; ``alpha`` is the accepted step length, 0 where no trial passed."""
        return {
            "theta": theta,
            "alpha": result.state["step_length"][:, 0],
            "direction": result.state["direction"],
            "theta_next": result.theta,
        }


def dot(a: Array, b: Array) -> Array:
    """Row by row scalar product, shape (n, 1); a plain sum, so a row's result does not depend on the batch."""
    total: Array = a[:, :1] * b[:, :1]
    for i in range(1, a.shape[1]):
        total += a[:, i : i + 1] * b[:, i : i + 1]
    return total


def times(matrix: Array, vector: Array) -> Array:
    """Row by row product of (n, d, d) and (n, d), shape (n, d); a plain sum, as in `dot`."""
    total: Array = matrix[:, :, 0] * vector[:, :1]
    for i in range(1, vector.shape[1]):
        total += matrix[:, :, i] * vector[:, i : i + 1]
    return total


def downhill(direction: Array, gradient: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
    """The direction where it leads down, minus the gradient elsewhere; its slope and where it was replaced, (n, 1).

    Rounding, or a matrix that overflowed, can turn any direction uphill; the gradient itself is always safe.
    """
    slope = dot(direction, gradient)
    uphill = ~(slope < 0)
    if uphill.any():
        direction = np.where(uphill, -gradient, direction)
        slope = dot(direction, gradient)
    return direction, slope, uphill


def first_length(gradient: Array) -> Array:
    """A careful first trial along minus the gradient, shape (n, 1): min(1, 1 / |g|_1), as torch.optim.LBFGS has it."""
    size = np.abs(gradient).sum(axis=1, keepdims=True)
    length: Array = np.minimum(1.0, 1.0 / size)
    return length


class Found(NamedTuple):
    """What a line search ended with: `theta` (n, d), where a failed row stays where it was.

    `length` (n, 1) was accepted, 0 where none passed; `failed` (n, 1) says where; `losses` (n,) counts the trials.
    """

    theta: Array
    length: Array
    failed: NDArray[np.bool_]
    losses: NDArray[np.intp]


def backtrack(
    theta: Array,
    here: Array,
    direction: Array,
    slope: Array,
    alpha: Array,
    ask: Ask,
    shrink: float = 0.5,
    decrease: float = SUFFICIENT_DECREASE,
) -> Found:
    """Shrink `alpha` (n, 1) row by row until Armijo's condition holds: Nocedal & Wright, Algorithm 3.1.

    Parameters
    ----------
    theta, direction : (n, d) arrays
        Where from and where to.
    here : (n,) array
        The loss at `theta`. It was the last trial of the step before, so it is charged in the first step only.
    slope : (n, 1) array
        Scalar product of the direction and the gradient.
    alpha : (n, 1) array
        First trial.
    ask : Ask
        Gives the losses.
    shrink, decrease : float
        Factor from trial to trial, and the share of the promised gain that must be kept.
    """
    promised = decrease * slope[:, 0]
    point = theta + alpha * direction
    passed = ask.value(point) <= here + alpha[:, 0] * promised
    failed = ~passed
    if passed.all():
        return Found(point, alpha, failed[:, None], np.ones(len(theta), np.intp))
    # Mostly the first trial passes. Where it doesn't, many lengths are tried at once, and only those are charged that
    # would have been tried one after the other.
    point, length, charged, left = point.copy(), alpha.copy(), np.zeros(len(theta), np.intp), HALVINGS
    # A trial that float64 can't tell from theta has lost: no shorter step would move at all.
    rows = np.flatnonzero(failed)
    rows = rows[(point[rows] != theta[rows]).any(axis=1)]
    while left and len(rows):
        tried = min(left, max(1, AT_ONCE // len(rows)))
        left -= tried
        factors = np.concatenate([length[rows], np.full((len(rows), tried), shrink)], axis=1)
        lengths = np.multiply.accumulate(factors, axis=1)[:, 1:]
        trials = theta[rows, None] + lengths[:, :, None] * direction[rows, None]
        passed = ask.trials(trials) <= here[rows, None] + lengths * promised[rows, None]
        stops = passed | (trials == theta[rows, None]).all(axis=2)
        ended = stops.any(axis=1)
        last = np.where(ended, stops.argmax(axis=1), tried - 1)
        each = np.arange(len(rows))
        charged[rows] += last + 1
        point[rows], length[rows, 0] = trials[each, last], lengths[each, last]
        failed[rows] = ~passed[each, last]
        rows = rows[~ended]
    ask.charge(charged)
    stays = failed[:, None]
    return Found(np.where(stays, theta, point), np.where(stays, 0.0, length), stays, charged + 1)


def interpolated(
    theta: Array, direction: Array, slope: Array, alpha: Array, ask: Ask, first: NDArray[np.bool_]
) -> Array:
    """The bottom of the parabola through the loss and slope at `theta` and the loss at the trial, shape (n, 1).

    Exact where the loss is quadratic along the line (Nocedal & Wright, equation 3.57). Where it does not curve upwards
    the trial is doubled, where the trial's loss is not a number it is divided by ten. Costs one loss a row.
    """
    here = ask.value(theta, where=first)[:, None]
    rise = ask.value(theta + alpha * direction)[:, None] - here - slope * alpha
    bottom = -slope * alpha * alpha / (2.0 * rise)
    lo, hi = INTERPOLATED
    length = np.where(rise > 0, np.minimum(np.maximum(bottom, lo * alpha), hi * alpha), 2.0 * alpha)
    return np.where(np.isfinite(rise), length, 0.1 * alpha)
