"""Reads a typed formula and writes it on a tape. Nothing is ever handed to Python to evaluate.

The grammar, from the loosest to the tightest binding::

    sum      term { (+ | -) term }
    term     sign { (* | /) sign }
    sign     { - | + } power
    power    atom [ (^ | **) sign ]
    atom     number | constant | variable | function ( sum { , sum } ) | ( sum )

So ``-x^2`` is -(x^2), ``2^3^2`` is 2^(3^2) and ``2^-x`` needs no brackets.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from lab.core.errors import BadValue
from lab.engine.autodiff._gate import GATES, Gate, Var, is_number
from lab.engine.autodiff._tape import Tape

#: Longest formula, and most brackets in one another, that are read.
LONGEST, DEEPEST = 2000, 60

CONSTANTS = {"pi": math.pi, "π": math.pi, "e": math.e}
#: Name of each function to its gate.
FUNCTIONS = {
    name: name
    for name in (
        "abs", "cos", "exp", "leaky_relu", "log", "max", "min", "reciprocal", "relu", "sigmoid", "sin", "softplus",
        "sqrt", "square", "tan", "tanh",
    )
} | {"ln": "log"}  # fmt: skip

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)|(?P<name>[^\W\d]\w*)|(?P<sign>\*\*|[-+*/^(),])|(?P<end>$))"
)
_SAME = str.maketrans({"−": "-", "·": "*", "×": "*"})
_OPERATORS = {"+": "add", "-": "sub", "*": "mul", "/": "div"}


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


def parse(text: str, tape: Tape, variables: Sequence[str]) -> Var:
    """Write a formula on a tape and return its node.

    Parameters
    ----------
    text : str
        For example ``(1-x)^2 + 100*(y-x^2)^2``.
    tape : Tape
        Where it is written; with ``share=True`` constants are computed at once, and what has no real, finite value is
        reported here.
    variables : sequence of str
        The names that may stand in it; each becomes a leaf when first met.

    Raises
    ------
    BadValue
        With an empty path: ``column 7: unknown name 'z'``. Columns count from 1.
    """
    if len(text) > LONGEST:
        raise _wrong(LONGEST + 1, f"the formula is longer than {LONGEST} characters")
    return _Reader(_tokens(text.translate(_SAME)), tape, frozenset(variables)).whole()


def nowhere_real(text: str, leaves: Mapping[str, Any]) -> BadValue | None:
    """Which part of a formula has no finite real value for any of the leaves' values, though what it is made of has.

    Costs one evaluation of every part, so the number of parts times the number of values.

    Parameters
    ----------
    text : str
        A formula that can be read.
    leaves : mapping of str to array
        Values of the variables, of one shape.

    Returns
    -------
    BadValue or None
        With an empty path and the part's column; None where every part has a value somewhere.
    """
    tape = Tape()
    reader = _Reader(_tokens(text.translate(_SAME)), tape, frozenset(leaves))
    reader.whole()
    values = tape.forward({name: leaves[name] for name in tape.leaves})
    some = [value is not None and bool(np.isfinite(value).any()) for value in values]
    for node, (column, id) in reader.columns.items():
        if not some[node] and all(some[i] for i in tape.inputs[node]):
            return _wrong(column, f"{_NEVER.get(id, 'this')} has no finite real value anywhere in the domain")
    return None


_NEVER = {
    "log": "the logarithm", "sqrt": "the root", "div": "the quotient", "pow": "the power", "mul": "the product",
    "add": "the sum", "sub": "the difference", "exp": "the exponential", "reciprocal": "1 / this",
}  # fmt: skip


def _wrong(column: int, why: str) -> BadValue:
    return BadValue("", f"column {column}: {why}")


def _tokens(text: str) -> list[_Token]:
    found = []
    at = 0
    while True:
        match = _TOKEN.match(text, at)
        if match is None:
            column = len(text) - len(text[at:].lstrip()) + 1
            raise _wrong(column, f"{text[column - 1]!r} has no meaning here")
        kind = str(match.lastgroup)
        found.append(_Token(kind, match[kind], match.start(kind) + 1))
        if kind == "end":
            return found
        at = match.end()


class _Reader:
    """Recursive descent, one method for each line of the grammar."""

    def __init__(self, tokens: list[_Token], tape: Tape, variables: frozenset[str]) -> None:
        self._tokens = tokens
        self._at = 0
        self._tape = tape
        self._variables = variables
        self._open = 0
        #: Where each node was written, and which gate it is.
        self.columns: dict[int, tuple[int, str]] = {}

    @property
    def _next(self) -> _Token:
        return self._tokens[self._at]

    def _take(self) -> _Token:
        token = self._tokens[self._at]
        self._at += 1
        return token

    def whole(self) -> Var:
        """The formula up to the end of the text."""
        if self._next.kind == "end":
            raise _wrong(self._next.column, "the formula is empty")
        node = self._sum()
        rest = self._next
        if rest.kind == "end":
            return node
        if rest.text == ")":
            raise _wrong(rest.column, "this bracket was never opened")
        if rest.text == ",":
            raise _wrong(rest.column, "a comma stands only between the arguments of a function")
        raise _wrong(rest.column, f"an operator is missing before {rest.text!r}")

    def _sum(self) -> Var:
        node = self._term()
        while self._next.text in ("+", "-"):
            sign = self._take()
            node = self._apply(_OPERATORS[sign.text], sign.column, node, self._term())
        return node

    def _term(self) -> Var:
        node = self._sign()
        while self._next.text in ("*", "/"):
            sign = self._take()
            node = self._apply(_OPERATORS[sign.text], sign.column, node, self._sign())
        return node

    def _sign(self) -> Var:
        negative = False
        column = self._next.column
        while self._next.text in ("+", "-"):
            negative ^= self._take().text == "-"
        node = self._power()
        return self._apply("neg", column, node) if negative else node

    def _power(self) -> Var:
        base = self._atom()
        if self._next.text not in ("^", "**"):
            return base
        sign = self._take()
        self._enter(sign.column)
        exponent = self._sign()
        self._open -= 1
        return self._apply("pow", sign.column, base, exponent)

    def _atom(self) -> Var:
        token = self._take()
        if token.kind == "number":
            return self._checked(self._tape.constant(float(token.text)), token.column, "this number is too large")
        if token.kind == "name":
            return self._name(token)
        if token.text == "(":
            self._enter(token.column)
            node = self._sum()
            self._close(token.column)
            return node
        if token.kind == "end":
            raise _wrong(token.column, "something is missing at the end")
        raise _wrong(token.column, f"a number, a name or a bracket is missing before {token.text!r}")

    def _name(self, token: _Token) -> Var:
        if token.text in self._variables:
            return self._tape.leaf(token.text)
        if token.text in CONSTANTS:
            return self._tape.constant(CONSTANTS[token.text])
        if token.text not in FUNCTIONS:
            raise _wrong(token.column, f"unknown name {token.text!r}")
        if self._next.text != "(":
            raise _wrong(token.column, f"{token.text} needs its argument in brackets")
        bracket = self._take()
        self._enter(bracket.column)
        arguments = [self._sum()]
        while self._next.text == ",":
            self._take()
            arguments.append(self._sum())
        self._close(bracket.column)
        id = FUNCTIONS[token.text]
        arity = GATES[id].arity
        if len(arguments) < arity or (len(arguments) > arity and arity == 1):
            wanted = "one argument" if arity == 1 else f"{arity} arguments or more"
            raise _wrong(token.column, f"{token.text} takes {wanted}, not {len(arguments)}")
        node = arguments[0]
        if arity == 1:
            return self._apply(id, token.column, node)
        for other in arguments[1:]:
            node = self._apply(id, token.column, node, other)
        return node

    def _enter(self, column: int) -> None:
        self._open += 1
        if self._open > DEEPEST:
            raise _wrong(column, f"more than {DEEPEST} brackets or exponents in one another")

    def _close(self, opened: int) -> None:
        if self._next.text == ")":
            self._take()
            self._open -= 1
            return
        if self._next.kind == "end":
            raise _wrong(opened, "this bracket is never closed")
        if self._next.text == ",":
            raise _wrong(self._next.column, "a comma stands only between the arguments of a function")
        raise _wrong(self._next.column, f"an operator or a bracket is missing before {self._next.text!r}")

    def _apply(self, id: str, column: int, *operands: Var) -> Var:
        gate: Gate = GATES[id]
        if (id == "div" and is_number(operands[1], 0.0)) or (id == "reciprocal" and is_number(operands[0], 0.0)):
            raise _wrong(column, "division by zero")
        node = gate(*operands)
        self.columns[node.index] = (column, id)
        return self._checked(node, column, _why(id, operands))

    def _checked(self, node: Var, column: int, why: str) -> Var:
        if node.constant is not None and not np.isfinite(node.constant):
            raise _wrong(column, why)
        return node


def _why(id: str, operands: Sequence[Var]) -> str:
    """Why a gate with constant operands has no finite real value, should it have none."""
    first = operands[0].constant
    if first is not None and id == "log":
        return "the logarithm of 0 is not finite" if first == 0 else "the logarithm of a negative number is complex"
    if id == "sqrt":
        return "the root of a negative number is complex"
    if first is not None and id == "pow":
        return (
            "0 to a negative power divides by zero"
            if first == 0
            else (
                "a broken power of a negative number is complex"
                if first < 0 and operands[1].constant % 1
                else "the result is too large"
            )
        )
    return "the result is too large"
