"""PyTorch and Keras write some rules differently; this is about switching from one to the other."""

from __future__ import annotations

import dataclasses
from typing import Any, TypeVar

T = TypeVar("T")

CONVENTIONS = ("torch", "keras")


def in_convention(optimizer: T, convention: str) -> T:
    """The optimizer in a library's form, with that library's numbers wherever it stood at the other's.

    The field ``convention`` alone changes what no slider shows: where epsilon and the learning rate stand, the first
    value of AdaGrad's sum, NAdam's schedule, and whether weight decay is part of the gradient. The numbers on sliders
    that the libraries set differently (``keras_defaults`` of the class, such as RMSprop's decay of 0.9) follow here,
    unless a hand has moved them. An optimizer that both libraries write alike is returned as it is.

    Parameters
    ----------
    optimizer : an optimizer's configuration
        Any registered one.
    convention : str
        "torch" or "keras".

    Raises
    ------
    ValueError
        For any other convention.
    """
    if convention not in CONVENTIONS:
        raise ValueError(f"{convention!r} is not one of {', '.join(CONVENTIONS)}")
    config: Any = optimizer
    known = {f.name: f.default for f in dataclasses.fields(config)}
    if "convention" not in known or config.convention == convention:
        return optimizer
    changes: dict[str, Any] = {"convention": convention}
    for name, keras in config.keras_defaults.items():
        there, here = (keras, known[name]) if convention == "keras" else (known[name], keras)
        if getattr(config, name) == here:
            changes[name] = there
    changed: T = dataclasses.replace(config, **changes)
    return changed
