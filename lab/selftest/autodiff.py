"""The differentiator: published gradients of small circuits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lab.engine.autodiff import GATES, Tape, Var
from lab.selftest import TRUTHS, Finding

_CS231N = "CS231n, Backpropagation, Intuitions"


@TRUTHS.register("autodiff", title="Differentiator")
def autodiff() -> Iterator[Finding]:
    """Value and gradients of four published expressions, by a backward pass and by nodes on the tape."""
    sigmoid, relu = GATES["sigmoid"], GATES["relu"]
    tape = Tape()
    x, y, z = (tape.leaf(name) for name in "xyz")
    at = {"x": -2.0, "y": 5.0, "z": -4.0}
    yield from _compare("(x + y) z", tape, (x + y) * z, at, -12.0, {"x": -4.0, "y": -4.0, "z": 3.0}, 0.0, _CS231N)

    tape = Tape()
    w0, w1, w2, x0, x1 = (tape.leaf(name) for name in ("w0", "w1", "w2", "x0", "x1"))
    at = {"w0": 2.0, "w1": -3.0, "w2": -3.0, "x0": -1.0, "x1": -2.0}
    gradients = {"w0": -0.19661193, "w1": -0.39322387, "w2": 0.19661193, "x0": 0.39322387, "x1": -0.58983580}
    neuron = sigmoid(w0 * x0 + w1 * x1 + w2)
    yield from _compare("sigmoid neuron", tape, neuron, at, 0.7310585786, gradients, 5e-9, _CS231N)

    tape = Tape()
    x, y = tape.leaf("x"), tape.leaf("y")
    staged = (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)
    gradients = {"x": 2.0595697956, "y": 1.5922327515}
    yield from _compare("staged", tape, staged, {"x": 3.0, "y": -4.0}, 1.5456448841, gradients, 5e-11, _CS231N)

    tape = Tape()
    a, b = tape.leaf("a"), tape.leaf("b")
    c, d = a + b, a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + relu(b + a)
    d = d + 3 * d + relu(b - a)
    f = (c - d) ** 2
    at = {"a": -4.0, "b": 2.0}
    gradients = {"a": 138.8338192420, "b": 645.5772594752}
    yield from _compare("micrograd", tape, f / 2.0 + 10.0 / f, at, 24.7040816327, gradients, 5e-11, "micrograd, README")


def _compare(
    what: str,
    tape: Tape,
    output: Var,
    at: Mapping[str, float],
    value: float,
    gradients: Mapping[str, float],
    tolerance: float,
    source: str,
) -> Iterator[Finding]:
    leaves = [tape.leaf(name) for name in gradients]
    slopes = tape.differentiate(output, leaves)
    values = tape.forward(at)
    backward = tape.backward(values, output)
    yield Finding("autodiff", f"{what}: value", abs(float(values[output.index]) - value), tolerance, source)
    for name, found in (
        ("a backward pass", [float(backward[leaf.index]) for leaf in leaves]),
        ("nodes on the tape", [float(values[slope.index]) for slope in slopes]),
    ):
        error = max(abs(a - b) for a, b in zip(found, gradients.values(), strict=True))
        yield Finding("autodiff", f"{what}: gradients by {name}", error, tolerance, source)
