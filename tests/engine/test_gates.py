"""What every registered gate promises; a new one needs no new test."""

from __future__ import annotations

from string import Template

import numpy as np
import pytest

from lab.engine.autodiff import GATES, Gate, Tape

from .typeset import height

every = pytest.mark.parametrize("id", GATES.ids())
POINTS = 200


def inputs(gate: Gate, seed: int = 0) -> list[np.ndarray]:
    """Random inputs from the domain, of either sign and many sizes, away from kinks and from each other."""
    rng = np.random.default_rng(seed)
    drawn = []
    for (lo, hi), k in zip(gate.domain, range(gate.arity), strict=False):
        size = np.round(rng.uniform(0.4, min(2.0, 0.8 * hi), POINTS), 1) + 0.05 * k
        drawn.append(size if lo == 0.0 else size * rng.choice([-1.0, 1.0], POINTS))
    return drawn


def along(f: object, points: list[np.ndarray], k: int, h: float = 2e-3) -> np.ndarray:
    """Derivative by input k as the central difference of sixth order."""
    assert callable(f)
    total = np.zeros(POINTS)
    for m, weight in ((1, 3 / 4), (2, -3 / 20), (3, 1 / 60)):
        up = [p + m * h * (j == k) for j, p in enumerate(points)]
        down = [p - m * h * (j == k) for j, p in enumerate(points)]
        total += weight * (f(*up) - f(*down)) / h
    return total


@every
def test_local_derivatives_are_those_of_the_value(id: str) -> None:
    gate = GATES[id]
    points = inputs(gate)
    y = gate.value(*points)
    assert np.isfinite(y).all()
    for k, partial in enumerate(gate.partials):
        local = np.broadcast_to(partial(*points, y), (POINTS,))
        expected = along(gate.value, points, k)
        assert np.abs(local - expected).max() < 1e-9 * (1.0 + np.abs(expected).max())


@every
def test_the_rule_on_the_tape_gives_the_numbers_of_the_backward_pass(id: str) -> None:
    gate = GATES[id]
    points = inputs(gate, seed=1)
    names = "ab"[: gate.arity]
    for share in (False, True):
        tape = Tape(share=share)
        leaves = [tape.leaf(name) for name in names]
        output = gate(*leaves)
        slopes = tape.differentiate(output, leaves)
        values = tape.forward(dict(zip(names, points, strict=True)))
        backward = tape.backward(values, output)
        for leaf, slope in zip(leaves, slopes, strict=True):
            expected = 0.0 if backward[leaf.index] is None else backward[leaf.index]
            assert np.abs(values[slope.index] - expected).max() <= 1e-12 * (1.0 + np.abs(expected).max())


@every
def test_second_derivatives_by_differentiating_the_tape_twice(id: str) -> None:
    gate = GATES[id]
    points = inputs(gate, seed=2)
    names = "ab"[: gate.arity]
    tape = Tape(share=True)
    leaves = [tape.leaf(name) for name in names]
    firsts = tape.differentiate(gate(*leaves), leaves)
    for first in firsts:
        program = tape.program([first, *tape.differentiate(first, leaves)])

        def slope(*at: np.ndarray, program: object = program) -> np.ndarray:
            assert callable(program)
            return np.asarray(program(dict(zip(names, at, strict=True)))[0])

        seconds = program(dict(zip(names, points, strict=True)))[1:]
        for k, second in enumerate(seconds):
            expected = along(slope, points, k)
            assert np.abs(second - expected).max() < 1e-9 * (1.0 + np.abs(expected).max())


@every
def test_explains_itself(id: str) -> None:
    gate = GATES[id]
    assert gate.arity == len(gate.local_latex)
    assert gate.role
    letters = {"a": "x", "b": "w", "y": "f"}
    for latex in (gate.latex, *gate.local_latex):
        assert 0 < height(Template(latex).substitute(letters)) < 60


@pytest.mark.parametrize(
    ("id", "at", "local"),
    [
        ("relu", (0.0,), (0.0,)),
        ("leaky_relu", (0.0,), (0.01,)),
        ("abs", (0.0,), (0.0,)),
        ("max", (2.0, 2.0), (0.5, 0.5)),
        ("min", (2.0, 2.0), (0.5, 0.5)),
        ("max", (np.inf, np.inf), (0.5, 0.5)),
        ("sqrt", (0.0,), (np.inf,)),
        ("log", (0.0,), (np.inf,)),
        ("pow", (0.0, 2.0), (0.0, 0.0)),
        ("pow", (0.0, 0.0), (0.0, 0.0)),
        ("pow", (-3.0, 3.0), (27.0, np.nan)),
    ],
)
def test_kinks_and_ends_are_as_in_torch(id: str, at: tuple[float, ...], local: tuple[float, ...]) -> None:
    gate = GATES[id]
    with np.errstate(all="ignore"):
        points = [np.float64(a) for a in at]
        found = [float(partial(*points, gate.value(*points))) for partial in gate.partials]
    assert found == pytest.approx(local, nan_ok=True)


@pytest.mark.parametrize("far", [-800.0, 800.0])
@pytest.mark.parametrize("id", ["sigmoid", "softplus", "tanh"])
def test_squashes_do_not_overflow(id: str, far: float) -> None:
    with np.errstate(over="raise", invalid="raise"):
        value = GATES[id].value(np.float64(far))
    assert np.isfinite(value)
    assert float(GATES["sigmoid"].value(np.float64(-40.0))) == pytest.approx(np.exp(-40.0), rel=1e-15)


def test_whole_powers_are_multiplied_out_for_either_sign() -> None:
    a = np.array([-2.0, 0.0, 3.0])
    power = GATES["pow"].value
    with np.errstate(all="ignore"):
        for n in range(-7, 8):
            assert power(a, np.float64(n)) == pytest.approx(np.power(a, float(n)), rel=1e-14)
        assert np.isnan(power(a, np.float64(0.5))[0])
