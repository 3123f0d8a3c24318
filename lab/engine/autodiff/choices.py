"""Gates with a kink: they route the gradient, or let it pass or not. At the kink they do as torch does."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.engine.autodiff._gate import GATES, Gate

_LEAK = 0.01


def _larger(a: Any, b: Any) -> Any:
    """1 where a > b, 1/2 where they are equal, else 0."""
    return np.greater(a, b) + 0.5 * np.equal(a, b)


relu: Gate = GATES.register("relu", title="Rectifier")(
    Gate(
        value=lambda a: np.maximum(a, 0.0),
        partials=(lambda a, y: step(a),),
        latex=r"\max(0,$a)",
        local_latex=("[$a>0]",),
        role="passes the gradient where the input is positive, stops it elsewhere",
    )
)

leaky_relu: Gate = GATES.register("leaky_relu", title="Leaky rectifier")(
    Gate(
        value=lambda a: np.where(np.greater(a, 0.0), a, _LEAK * a)[()],
        partials=(lambda a, y: _LEAK + (1.0 - _LEAK) * step(a),),
        latex=r"\max(0.01\,$a,$a)",
        local_latex=("0.01+0.99\\,[$a>0]",),
        role="passes the gradient where the input is positive, a hundredth of it elsewhere",
    )
)

absolute: Gate = GATES.register("abs", title="Magnitude")(
    Gate(
        value=np.abs,
        partials=(lambda a, y: sign(a),),
        latex="|$a|",
        local_latex=(r"\mathrm{sgn}\,$a",),
        role="turns the sign of the gradient where the input is negative",
    )
)

maximum: Gate = GATES.register("max", title="Maximum")(
    Gate(
        value=np.maximum,
        partials=(lambda a, b, y: larger(a, b), lambda a, b, y: larger(b, a)),
        latex=r"\max($a,$b)",
        local_latex=("[$a>$b]", "[$b>$a]"),
        role="routes the gradient to the larger input; equal ones get half each",
    )
)

minimum: Gate = GATES.register("min", title="Minimum")(
    Gate(
        value=np.minimum,
        partials=(lambda a, b, y: larger(b, a), lambda a, b, y: larger(a, b)),
        latex=r"\min($a,$b)",
        local_latex=("[$a<$b]", "[$b<$a]"),
        role="routes the gradient to the smaller input; equal ones get half each",
    )
)

sign: Gate = GATES.register("sign", title="Sign")(
    Gate(
        value=np.sign,
        partials=(lambda a, y: 0.0,),
        latex=r"\mathrm{sgn}\,$a",
        local_latex=("0",),
        role="stops the gradient",
    )
)

step: Gate = GATES.register("step", title="Step")(
    Gate(
        value=lambda a: np.heaviside(a, 0.0),
        partials=(lambda a, y: 0.0,),
        latex="[$a>0]",
        local_latex=("0",),
        role="stops the gradient",
    )
)

larger: Gate = GATES.register("larger", title="Larger")(
    Gate(
        value=_larger,
        partials=(lambda a, b, y: 0.0, lambda a, b, y: 0.0),
        latex="[$a>$b]",
        local_latex=("0", "0"),
        role="stops the gradient",
    )
)
