"""Gates that distribute and switch: sum, difference, product, quotient and their relatives."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.engine.autodiff._gate import GATES, Gate, is_number


def _sum(a: Any, b: Any) -> Any:
    return b if is_number(a, 0.0) else a if is_number(b, 0.0) else None


def _difference(a: Any, b: Any) -> Any:
    return a if is_number(b, 0.0) else neg(b) if is_number(a, 0.0) else 0.0 if a == b else None


def _product(a: Any, b: Any) -> Any:
    if is_number(a, 0.0) or is_number(b, 0.0):
        return 0.0
    if is_number(a, 1.0):
        return b
    if is_number(b, 1.0):
        return a
    return square(a) if a == b else None


def _quotient(a: Any, b: Any) -> Any:
    return a if is_number(b, 1.0) else reciprocal(b) if is_number(a, 1.0) else None


add: Gate = GATES.register("add", title="Add")(
    Gate(
        value=np.add,
        partials=(lambda a, b, y: 1.0, lambda a, b, y: 1.0),
        latex="$a+$b",
        local_latex=("1", "1"),
        role="distributes the gradient to both inputs",
        simpler=_sum,
    )
)

sub: Gate = GATES.register("sub", title="Subtract")(
    Gate(
        value=np.subtract,
        partials=(lambda a, b, y: 1.0, lambda a, b, y: -1.0),
        latex="$a-$b",
        local_latex=("1", "-1"),
        role="distributes the gradient, to the second input with its sign turned",
        simpler=_difference,
    )
)

mul: Gate = GATES.register("mul", title="Multiply")(
    Gate(
        value=np.multiply,
        partials=(lambda a, b, y: b, lambda a, b, y: a),
        latex=r"$a\cdot $b",
        local_latex=("$b", "$a"),
        role="switches: each input's gradient is scaled by the other input",
        simpler=_product,
    )
)

div: Gate = GATES.register("div", title="Divide")(
    Gate(
        value=np.divide,
        partials=(lambda a, b, y: reciprocal(b), lambda a, b, y: neg(div(y, b))),
        latex=r"\frac{$a}{$b}",
        local_latex=(r"\frac{1}{$b}", r"-\frac{$a}{$b^2}"),
        role="scales by the reciprocal; a small divisor makes gradients large",
        simpler=_quotient,
    )
)

neg: Gate = GATES.register("neg", title="Negate")(
    Gate(
        value=np.negative,
        partials=(lambda a, y: -1.0,),
        latex="-$a",
        local_latex=("-1",),
        role="turns the sign of the gradient",
    )
)

square: Gate = GATES.register("square", title="Square")(
    Gate(
        value=np.square,
        partials=(lambda a, y: mul(2.0, a),),
        latex="$a^2",
        local_latex=("2\\,$a",),
        role="scales by twice the input",
    )
)

reciprocal: Gate = GATES.register("reciprocal", title="Reciprocal")(
    Gate(
        value=lambda a: np.divide(1.0, a),
        partials=(lambda a, y: neg(square(y)),),
        latex=r"\frac{1}{$a}",
        local_latex=("-$y^2",),
        role="turns the sign and scales by the square of the output",
    )
)
