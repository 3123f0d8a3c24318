"""What a gate is: a function, its local derivatives, and how both are written."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from lab.core.registry import Family

Array = NDArray[np.float64]

GATES: Family[Gate] = Family("gates", "lab.engine.autodiff")

_ANYWHERE = (-math.inf, math.inf)


@dataclass(frozen=True, eq=False, slots=True)
class Gate:
    """An elementwise function of one or more inputs.

    A gate called with arrays or numbers computes; called with nodes of a tape it appends itself to that tape. Since
    `partials` are written with gates and operators only, the same rules give numbers during a backward pass and new
    nodes when a derivative is itself to be differentiated.

    Attributes
    ----------
    value : callable
        ``value(*inputs) -> array``, elementwise with NumPy's broadcasting.
    partials : tuple of callable
        One for each input: ``partials[k](*inputs, output)`` is the derivative of the output by input k.
    latex : str
        The gate written out; ``$a``, ``$b`` stand for the inputs, ``$y`` for the output.
    local_latex : tuple of str
        The derivative by each input, in the same letters.
    role : str
        What it does to the gradient that arrives from above, in a few words.
    domain : tuple of (lo, hi)
        For each input, the open interval on which the gate is real and differentiable; single kinks aside.
    simpler : callable or None
        ``simpler(*inputs) -> Var | None``: an equal node that costs less (``x * 1`` is ``x``), or None. Only a tape
        that shares asks for it. What is 0 times anything is called 0, also where the factor is infinite.
    """

    value: Callable[..., Any]
    partials: tuple[Callable[..., Any], ...]
    latex: str
    local_latex: tuple[str, ...]
    role: str
    domain: tuple[tuple[float, float], ...] = (_ANYWHERE, _ANYWHERE)
    simpler: Callable[..., Any] | None = None

    @property
    def arity(self) -> int:
        """Number of inputs."""
        return len(self.partials)

    def __call__(self, *operands: Any) -> Any:
        for operand in operands:
            if isinstance(operand, Var):
                return operand.tape.apply(self, *operands)
        return self.value(*operands)


class Recorder(Protocol):
    """What a node needs of the tape that it stands on."""

    @property
    def constants(self) -> Mapping[int, Any]:
        """Node of each constant to its value."""
        ...

    def apply(self, gate: Gate, /, *operands: Any) -> Var:
        """Append a gate and give its node."""
        ...


@dataclass(frozen=True, slots=True)
class Var:
    """A node of a tape, written like a number: ``(x + y) * z`` appends two gates."""

    tape: Recorder
    index: int

    @property
    def constant(self) -> Any:
        """Its value where that is fixed on the tape, else None."""
        return self.tape.constants.get(self.index)

    def __add__(self, other: Any) -> Any:
        return GATES["add"](self, other)

    def __radd__(self, other: Any) -> Any:
        return GATES["add"](other, self)

    def __sub__(self, other: Any) -> Any:
        return GATES["sub"](self, other)

    def __rsub__(self, other: Any) -> Any:
        return GATES["sub"](other, self)

    def __mul__(self, other: Any) -> Any:
        return GATES["mul"](self, other)

    def __rmul__(self, other: Any) -> Any:
        return GATES["mul"](other, self)

    def __truediv__(self, other: Any) -> Any:
        return GATES["div"](self, other)

    def __rtruediv__(self, other: Any) -> Any:
        return GATES["div"](other, self)

    def __pow__(self, other: Any) -> Any:
        return GATES["pow"](self, other)

    def __rpow__(self, other: Any) -> Any:
        return GATES["pow"](other, self)

    def __neg__(self) -> Any:
        return GATES["neg"](self)


def is_number(node: Any, value: float) -> bool:
    """Whether an operand is that number, as a plain one or as a constant on a tape."""
    known = node.constant if isinstance(node, Var) else node
    return known is not None and np.ndim(known) == 0 and bool(known == value)
