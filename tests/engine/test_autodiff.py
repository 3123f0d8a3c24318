"""The tape: published gradients, shared nodes, deep chains, broadcasting, derivatives of derivatives."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.engine.autodiff import GATES, Tape, Var

sigmoid, relu, exp = GATES["sigmoid"], GATES["relu"], GATES["exp"]


def gradients(tape: Tape, output: Var, **leaves: object) -> tuple[float, dict[str, float]]:
    values = tape.forward(leaves)
    found = tape.backward(values, output)
    return float(values[output.index]), {name: float(found[i]) for name, i in tape.leaves.items()}


def test_sum_times_z() -> None:
    """CS231n, "Backpropagation, Intuitions": (x + y) z at (-2, 5, -4)."""
    tape = Tape()
    x, y, z = (tape.leaf(name) for name in "xyz")
    assert gradients(tape, (x + y) * z, x=-2, y=5, z=-4) == (-12.0, {"x": -4.0, "y": -4.0, "z": 3.0})


def test_sigmoid_neuron() -> None:
    """CS231n: w = (2, -3, -3), x = (-1, -2)."""
    tape = Tape()
    w0, x0, w1, x1, w2 = (tape.leaf(name) for name in ("w0", "x0", "w1", "x1", "w2"))
    value, found = gradients(tape, sigmoid(w0 * x0 + w1 * x1 + w2), w0=2, x0=-1, w1=-3, x1=-2, w2=-3)
    assert value == pytest.approx(0.7310585786, abs=5e-11)
    expected = {"w0": -0.19661193, "x0": 0.39322387, "w1": -0.39322387, "x1": -0.58983580, "w2": 0.19661193}
    assert found == pytest.approx(expected, abs=5e-9)


def test_staged_computation() -> None:
    """CS231n: (x + sigma(y)) / (sigma(x) + (x + y)^2) at (3, -4)."""
    tape = Tape()
    x, y = tape.leaf("x"), tape.leaf("y")
    value, found = gradients(tape, (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2), x=3, y=-4)
    assert value == pytest.approx(1.5456448841, abs=5e-11)
    assert found == pytest.approx({"x": 2.0595697956, "y": 1.5922327515}, abs=5e-11)


def test_a_node_used_twice_adds_up_and_a_second_pass_changes_nothing() -> None:
    tape = Tape()
    a = tape.leaf("a")
    b = a + a
    c = b + b
    values = tape.forward({"a": 3.0})
    assert tape.backward(values, c)[a.index] == 4.0
    assert tape.backward(values, c)[a.index] == 4.0


def test_micrograd_readme() -> None:
    """The expression in the README of karpathy/micrograd."""
    tape = Tape()
    a, b = tape.leaf("a"), tape.leaf("b")
    c = a + b
    d = a * b + b**3
    c = c + c + 1
    c = c + 1 + c + (-a)
    d = d + d * 2 + relu(b + a)
    d = d + 3 * d + relu(b - a)
    e = c - d
    f = e**2
    g = f / 2.0
    g = g + 10.0 / f
    value, found = gradients(tape, g, a=-4.0, b=2.0)
    assert value == pytest.approx(24.7040816327, abs=5e-11)
    assert found == pytest.approx({"a": 138.8338192420, "b": 645.5772594752}, abs=5e-10)


def test_a_chain_of_100_000_operations_does_not_recurse() -> None:
    tape = Tape()
    x = tape.leaf("x")
    node = x
    for _ in range(100_000):
        node = node + 1.0
    value, found = gradients(tape, node * node, x=1.0)
    assert (value, found["x"]) == (100_001.0**2, 2.0 * 100_001.0)
    (slope,) = tape.differentiate(node, [x])
    assert tape.forward({"x": 1.0})[slope.index] == 1.0


def test_one_pass_serves_a_batch_of_points() -> None:
    tape = Tape()
    x, y = tape.leaf("x"), tape.leaf("y")
    f = x * exp(y) + x / y
    px, py = np.random.default_rng(0).uniform(1.0, 2.0, (2, 3, 4))
    values = tape.forward({"x": px, "y": py})
    found = tape.backward(values, f)
    assert found[x.index] == pytest.approx(np.exp(py) + 1.0 / py)
    assert found[y.index] == pytest.approx(px * np.exp(py) - px / py**2)


def test_a_broadcast_leaf_gets_the_sum_over_its_copies() -> None:
    tape = Tape()
    w, x = tape.leaf("w"), tape.leaf("x")
    product = w * x
    column = np.arange(6.0).reshape(3, 2)
    values = tape.forward({"w": 2.0, "x": column})
    assert tape.backward(values, product)[w.index] == column.sum()
    values = tape.forward({"w": np.array([[1.0, 2.0]]), "x": column})
    assert tape.backward(values, product)[w.index].tolist() == [[6.0, 9.0]]


def test_what_the_output_does_not_depend_on_has_no_gradient() -> None:
    tape = Tape()
    x, y = tape.leaf("x"), tape.leaf("y")
    f = x * 3.0
    values = tape.forward({"x": 1.0, "y": 1.0})
    assert tape.backward(values, f)[y.index] is None
    slope = tape.differentiate(f, [y])[0]
    assert slope.constant == 0.0


def test_nodes_of_two_tapes_do_not_mix() -> None:
    with pytest.raises(ValueError, match="different tapes"):
        Tape().leaf("x") + Tape().leaf("y")


def test_a_missing_leaf_is_named() -> None:
    tape = Tape()
    tape.leaf("speed")
    with pytest.raises(KeyError, match="speed"):
        tape.forward({})


def test_a_sharing_tape_keeps_equal_parts_once_and_drops_what_does_nothing() -> None:
    tape = Tape(share=True)
    x = tape.leaf("x")
    assert (x + 1.0) * 1.0 == 0.0 + (x + 1.0)
    assert x**1.0 == x
    assert x - 0.0 == x
    assert (x * 0.0).constant == 0.0
    assert exp(tape.constant(1.0)).constant == np.exp(1.0)
    before = len(tape)
    assert (x + 1.0) is not None
    assert len(tape) == before


@settings(max_examples=40)
@given(st.integers(0, 6), st.floats(-1.5, 1.5))
def test_tenth_derivatives_of_a_product(order: int, at: float) -> None:
    """The n-th derivative of x e^x is (x + n) e^x."""
    tape = Tape(share=True)
    x = tape.leaf("x")
    node = x * exp(x)
    for _ in range(order):
        (node,) = tape.differentiate(node, [x])
    (value,) = tape.program([node])({"x": at})
    assert float(value) == pytest.approx((at + order) * math.exp(at), rel=1e-12, abs=1e-13)


def test_a_program_gives_what_the_tape_gives() -> None:
    tape = Tape(share=True)
    x, y = tape.leaf("x"), tape.leaf("y")
    f = (1.0 - x) ** 2 + 100.0 * (y - x**2) ** 2
    slopes = tape.differentiate(f, [x, y])
    unused = exp(y)
    program = tape.program([f, *slopes])
    at = {"x": np.array([-1.2, 1.0]), "y": np.array([1.0, 1.0])}
    whole = tape.forward(at)
    for node, value in zip((f, *slopes), program(at), strict=True):
        assert (whole[node.index] == value).all()
    assert unused.index not in {i for i, *_ in program.steps}
    assert program(at)[0] == pytest.approx([24.2, 0.0], rel=1e-14)
