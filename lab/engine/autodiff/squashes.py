"""Smooth activations: tanh, sigmoid, softplus."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.engine.autodiff._gate import GATES, Gate
from lab.engine.autodiff.arithmetic import square


def _sigmoid(a: Any) -> Any:
    """1 / (1 + e^-a) without overflow and, for negative a, without loss of digits."""
    small = np.exp(-np.abs(a))
    return np.where(np.greater_equal(a, 0.0), 1.0, small)[()] / (1.0 + small)


tanh: Gate = GATES.register("tanh", title="Hyperbolic tangent")(
    Gate(
        value=np.tanh,
        partials=(lambda a, y: 1.0 - square(y),),
        latex=r"\tanh $a",
        local_latex=("1-$y^2",),
        role="lets through most at 0, next to nothing where saturated",
    )
)

sigmoid: Gate = GATES.register("sigmoid", title="Sigmoid")(
    Gate(
        value=_sigmoid,
        partials=(lambda a, y: y * (1.0 - y),),
        latex=r"\sigma($a)",
        local_latex=("$y\\,(1-$y)",),
        role="lets through a quarter at most",
    )
)

softplus: Gate = GATES.register("softplus", title="Softplus")(
    Gate(
        value=lambda a: np.maximum(a, 0.0) + np.log1p(np.exp(-np.abs(a))),
        partials=(lambda a, y: sigmoid(a),),
        latex=r"\ln(1+e^{$a})",
        local_latex=(r"\sigma($a)",),
        role="a smooth relu: a sigmoid decides how much passes",
    )
)
