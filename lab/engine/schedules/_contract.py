"""What a learning-rate schedule promises."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from functools import lru_cache
from typing import ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
State = Mapping[str, Array]
#: One learning rate for all rows, or one per row in shape (n, 1).
Rate = float | Array
#: What schedules without a memory carry.
NOTHING: State = {}


class Schedule(Protocol):
    """A rule for the learning rate; frozen settings, no hidden state.

    Like an optimizer's, the state is a mapping of names to arrays of shape (n, 1) whose rows are the batch, and it is
    never written into, so that a snapshot is a reference and rows can be joined on the first axis.
    """

    #: The rule in LaTeX: eta_t from the base rate eta.
    latex: ClassVar[str]
    #: One sentence: why this schedule exists.
    why: ClassVar[str]
    #: Paper, book or library.
    source: ClassVar[str]

    def start(self, rows: int) -> State:
        """The state of so many rows before their first step."""
        ...

    def rate(self, base: Rate, t: Rate, horizon: int, loss: Array, state: State) -> tuple[Rate, State]:
        """The learning rate of step `t`, and the state after it.

        Parameters
        ----------
        base : float or (n, 1) array
            The learning rate as set, one for all rows or one per row; the largest one, where the schedule has a peak.
        t : float or (n, 1) array
            Steps taken so far, 0 for the first step; an array gives every row its own age.
        horizon : int
            The number of steps for which the schedule is laid out; afterwards the last rate holds.
        loss : (n,) array
            The loss at the point from which the step starts.
        state : State
            What `start` or the call before gave.

        Returns
        -------
        tuple
            A float where all rows have the same rate, else an array of shape (n, 1); and the new state. Costs a few
            operations on one number, on (n, 1) arrays where rows differ.
        """
        ...


class ByStep(ABC):
    """Base of the schedules that look at nothing but the step; they define `factor`.

    Several may be asked about a whole axis of steps at once (``factor(np.arange(1000.0), 1000)``), as a picture of the
    schedule does.
    """

    __slots__ = ()

    @abstractmethod
    def factor(self, t: Rate, horizon: int) -> Rate:
        """What the base rate is multiplied with in step `t`; elementwise over arrays, and growing with them."""

    def start(self, rows: int) -> State:
        """No state."""
        return NOTHING

    def rate(self, base: Rate, t: Rate, horizon: int, loss: Array, state: State) -> tuple[Rate, State]:
        """The base rate times the factor of the step; found once for all who are asked about the same step."""
        factor = self.factor(t, horizon) if isinstance(t, np.ndarray) else _factor(self, t, horizon)
        return base * factor, state


@lru_cache(maxsize=64)
def _factor(schedule: ByStep, t: float, horizon: int) -> Rate:
    """All lanes of a race ask this in each step, and NumPy takes longer over one number than a rule over its step."""
    return schedule.factor(t, horizon)


def number(value: Array) -> Rate:
    """A plain float for a single number, the array itself otherwise."""
    return float(value) if value.ndim == 0 else value


def half_wave(share: Array, first: float, last: float) -> Array:
    """From `first` to `last` along half a cosine, `share` of the way in [0, 1]."""
    wave: Array = last + (first - last) * 0.5 * (1.0 + np.cos(np.pi * share))
    return wave
