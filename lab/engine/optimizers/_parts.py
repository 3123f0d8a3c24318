"""What the optimizers share: parts worked out on demand, and the gradient for the equation strip."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from lab.engine.optimizers._contract import Array, Ask, Rate

#: Decorates `step`: a diverging run overflows to inf and nan, which the caller sees in theta; a warning adds nothing.
quiet = np.errstate(over="ignore", invalid="ignore", under="ignore", divide="ignore")


class Parts(Mapping[str, Array]):
    """The parts of a step by name, computed when first looked at.

    Only the run in focus is dissected, so the thousands beside it should not pay for it. The function closes over
    arrays nobody writes into, so a late look gives the same numbers as an early one.
    """

    __slots__ = ("_compute", "_parts")

    def __init__(self, compute: Callable[[], dict[str, Array]]) -> None:
        self._compute = compute
        self._parts: dict[str, Array] | None = None

    @quiet
    def _all(self) -> dict[str, Array]:
        if self._parts is None:
            self._parts = self._compute()
        return self._parts

    def __getitem__(self, name: str) -> Array:
        return self._all()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all())

    def __len__(self) -> int:
        return len(self._all())


def gradient_seen(ask: Ask, theta: Array) -> Array:
    """The gradient a step from `theta` used, asked again without being counted."""
    return ask.gradient(theta, where=np.zeros(len(theta), np.bool_))


def per_row(lr: Rate) -> float | Array:
    """The learning rate for a slot of the equation strip: a float, or one number per row in shape (n,)."""
    return lr[:, 0] if isinstance(lr, np.ndarray) else lr


def decayed(gradient: Array, theta: Array, weight_decay: float) -> Array:
    """The gradient of the loss plus weight_decay / 2 |theta|^2: PyTorch's L2 form of weight decay."""
    return gradient + weight_decay * theta if weight_decay else gradient


def shrunk(move: Array, theta: Array, lr: Rate, weight_decay: float) -> Array:
    """The move with the decoupled form of weight decay added: the point itself shrinks by lr times weight_decay."""
    return move - (lr * weight_decay) * theta if weight_decay else move


def raw_parts(gradient: Array, theta: Array, lr: Rate, weight_decay: float = 0.0) -> dict[str, Array]:
    """What plain descent would do: minus lr times the gradient and, where there is any, times the decay."""
    parts = {"gradient": -lr * gradient}
    if weight_decay:
        parts["weight decay"] = (-lr * weight_decay) * theta
    return parts
