"""What an optimizer promises, and what it may ask of the landscape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, NamedTuple, Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
State = Mapping[str, Array]
Parts = Mapping[str, Array]
#: A learning rate: one number for all rows, or one per row in shape (n, 1) (a schedule that looks at each row's loss).
Rate = float | Array
#: Gives the step's generator; making one costs 20 us and most rules need none. Called twice it gives the same numbers.
Draw = Callable[[], np.random.Generator]


class Ask(Protocol):
    """The only way an optimizer sees the landscape: batched, counted, and with the step's noise frozen.

    Every call takes points of shape (n, d) (rows as handed to `step`, in the same order), answers for all of them and
    is counted per row; rows can be excluded from the count with `where`, because an unbatched implementation would
    not have asked there.
    """

    def value(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        """Loss at each point, shape (n,); for k points per row, shape (n, k, d), shape (n, k) and k counted per row."""
        ...

    def trials(self, points: Array) -> Array:
        """Losses at points of shape (m, k, d), shape (m, k), uncounted: `charge` says which would have been needed.

        Unlike elsewhere the m rows may be any; trying many lengths at once costs less than one after the other.
        """
        ...

    def charge(self, values: NDArray[np.intp]) -> None:
        """Count losses, shape (n,), that an unbatched implementation would have asked for one after the other."""
        ...

    def gradient(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        """Gradient at each point, shape (n, d)."""
        ...

    def hessian(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        """Matrix of second derivatives at each point, shape (n, d, d)."""
        ...


class StepResult(NamedTuple):
    """What one step gives: the new points, the new state, and the parts the step is made of.

    `parts` maps the name of each contribution ("gradient", "momentum", "scaling", ...) to an (n, d) array; their
    sum is ``theta_new - theta`` to 1e-12 relative.
    """

    theta: Array
    state: State
    parts: Parts


class Optimizer(Protocol):
    """A rule that turns gradients into steps; frozen hyperparameters, no hidden state.

    All arrays handed in are read-only by agreement: a step returns new arrays and never writes into old ones, so
    that a snapshot of a run is a handful of references. `state` is a mapping of names to arrays whose leading
    axis is the batch, so that rows can be added and frozen without knowing the rule; counters are float arrays of
    shape (n, 1).
    """

    #: One sentence: why this rule exists.
    why: ClassVar[str]
    #: Paper or book with the equation's number.
    source: ClassVar[str]

    @property
    def latex(self) -> str:
        r"""The rule in LaTeX, as this configuration has it.

        ``\role{gradient}{...}`` colours a term (roles: control, gradient, forward, result).
        """
        ...

    @property
    def latex_numbers(self) -> str:
        r"""The same right-hand side with this step's numbers.

        ``\slot{name}`` stands for a scalar (in `symbols` a float, or one number per row in an array of shape (n,)),
        ``\slotv{name}`` for a vector (an array of shape (n, d)); the names are the keys of `symbols`.
        """
        ...

    @property
    def learning_rate(self) -> float:
        """The learning rate where no schedule says otherwise.

        A rule without gradients has a first size of its moves here (spread, edge, scale), read by `start`.
        """
        ...

    def start(self, theta: Array, ask: Ask) -> State:
        """The state before the first step, for points of shape (n, d)."""
        ...

    def step(self, theta: Array, state: State, ask: Ask, lr: Rate, draw: Draw) -> StepResult:
        """One step from `theta` (n, d) with learning rate `lr`, one number or one per row.

        A rule that needs chance calls `draw` once and takes all its numbers in one array whose first axis is the row,
        so that a row's numbers do not depend on how many rows come after it.

        Costs one gradient a row and a few operations on (n, d) arrays; a rule that asks for more, or keeps matrices,
        pairs or populations, says in its own description what a step of it costs.
        """
        ...

    def symbols(self, theta: Array, state: State, result: StepResult, ask: Ask, lr: Rate) -> Mapping[str, Any]:
        """The numbers of this step by the names of the slots in `latex_numbers`: floats, (n,) or (n, d) arrays.

        Asking the landscape again for these costs nothing in the counts: it passes a `where` of all False.
        """
        ...


@runtime_checkable
class HasOwnLength(Protocol):
    """An optimizer that finds the length of its steps by itself, so that there is no learning rate to tune.

    Its ``learning_rate`` is then the first trial of a line search, or the spread of what it tries.
    """

    @property
    def own_length(self) -> str:
        """How it finds the length, in a few words; empty where this configuration steps by its learning rate."""
        ...


@runtime_checkable
class HasStableRate(Protocol):
    """An optimizer that knows how large its learning rate may be where the landscape is a quadratic."""

    def largest_stable_rate(self, curvature: float) -> float:
        """The bound for a largest curvature (eigenvalue of the Hessian) above 0; at or above it the run diverges."""
        ...
