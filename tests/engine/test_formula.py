"""The typed formula: how it is read, what is refused and where, and that its derivatives are exact."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lab.core.errors import BadValue
from lab.core.params import check
from lab.engine.autodiff import FUNCTIONS, Tape, parse
from lab.engine.autodiff._parse import DEEPEST, LONGEST
from lab.engine.landscapes.beale import Beale
from lab.engine.landscapes.formula import Formula, compiled
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.selftest._differences import central, sample

#: What Python is given to compute a formula by its own rules: the reference for values and precedence.
PYTHON = {
    "abs": abs, "cos": math.cos, "exp": math.exp, "ln": math.log, "log": math.log, "max": max, "min": min,
    "reciprocal": lambda a: 1.0 / a, "relu": lambda a: max(a, 0.0), "leaky_relu": lambda a: a if a > 0 else 0.01 * a,
    "sigmoid": lambda a: 1.0 / (1.0 + math.exp(-a)), "sin": math.sin, "softplus": lambda a: math.log1p(math.exp(a)),
    "sqrt": math.sqrt, "square": lambda a: a * a, "tan": math.tan, "tanh": math.tanh, "pi": math.pi, "e": math.e,
}  # fmt: skip
SMOOTH = ("cos", "exp", "sigmoid", "sin", "softplus", "square", "tanh")

leaf = st.sampled_from(["x", "y", "2", "0.5", "3", "pi", "1.25", ".75"])


def joined(parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Larger formulas: operators with and without spaces, brackets only sometimes, so that precedence matters."""
    return st.one_of(
        st.builds("{}{}{}".format, parts, st.sampled_from(["+", "-", "*", " - ", " * ", "/"]), parts),
        st.builds("({}){}({})".format, parts, st.sampled_from(["+", "-", "*", "/"]), parts),
        st.builds("-{}".format, parts),
        st.builds("-{}^{}".format, leaf, st.sampled_from(["2", "3", "-1", "2^2"])),
        st.builds("({})^{}".format, parts, st.sampled_from(["2", "3", "-2"])),
        st.builds("{}({})".format, st.sampled_from(SMOOTH), parts),
    )


smooth_formulas = st.recursive(leaf, joined, max_leaves=8)


def by_python(formula: str, x: float, y: float) -> float:
    """The formula's value as Python computes it; only ever given what the strategies above write."""
    return float(eval(formula.replace("^", "**"), {"__builtins__": {}}, {**PYTHON, "x": x, "y": y}))


def at(formula: str, x: float = 0.7, y: float = -1.3) -> float:
    return float(Formula(formula).value(np.array([x, y])))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("-2^2", -4.0),
        ("2^3^2", 512.0),
        ("2**3**2", 512.0),
        ("2^-1", 0.5),
        ("-2^-2", -0.25),
        ("2-3-4", -5.0),
        ("24/4/2", 3.0),
        ("2+3*4", 14.0),
        ("2*-3", -6.0),
        ("--2", 2.0),
        ("+-+2", -2.0),
        ("1.5e2 + .5", 150.5),
        ("2·3 − 1", 5.0),
        ("max(1, 5, 3) - min(4, 2)", 3.0),
        ("sin(pi/2) + ln(e)", 2.0),
        ("sin(π / 2)", 1.0),
        ("leaky_relu(-2)", -0.02),
        ("x", 0.7),
        ("-x^2", -0.49),
        ("(-x)^2", 0.49),
        ("x^y", 0.7**-1.3),
    ],
)
def test_reads_as_written_in_a_textbook(formula: str, expected: float) -> None:
    assert at(formula) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("formula", "complaint"),
    [
        ("x^2+3*z", "column 7: unknown name 'z'"),
        ("", "column 1: the formula is empty"),
        ("   ", "column 4: the formula is empty"),
        ("x +", "column 4: something is missing at the end"),
        ("x + * y", "column 5: a number, a name or a bracket is missing before '*'"),
        ("(x + y", "column 1: this bracket is never closed"),
        ("2*sin(x", "column 6: this bracket is never closed"),
        ("x + y)", "column 6: this bracket was never opened"),
        ("2x", "column 2: an operator is missing before 'x'"),
        ("x y", "column 3: an operator is missing before 'y'"),
        ("(x y)", "column 4: an operator or a bracket is missing before 'y'"),
        ("x $ y", "column 3: '$' has no meaning here"),
        ("x = 2", "column 3: '=' has no meaning here"),
        ("x, y", "column 2: a comma stands only between the arguments of a function"),
        ("(x, y)", "column 3: a comma stands only between the arguments of a function"),
        ("1 + sin x", "column 5: sin needs its argument in brackets"),
        ("sin()", "column 5: a number, a name or a bracket is missing before ')'"),
        ("sin(x, y)", "column 1: sin takes one argument, not 2"),
        ("max(x)", "column 1: max takes 2 arguments or more, not 1"),
        ("x/0", "column 2: division by zero"),
        ("x + 1/(2-2)", "column 6: division by zero"),
        ("x/(y-y)", "column 2: division by zero"),
        ("0^-1", "column 2: 0 to a negative power divides by zero"),
        ("x + log(-1)", "column 5: the logarithm of a negative number is complex"),
        ("log(0)", "column 1: the logarithm of 0 is not finite"),
        ("sqrt(-4) * x", "column 1: the root of a negative number is complex"),
        ("(-8)^(1/3)", "column 5: a broken power of a negative number is complex"),
        ("exp(1000)", "column 1: the result is too large"),
        ("1e999", "column 1: this number is too large"),
        ("__import__('os')", 'column 12: "\'" has no meaning here'),
        ("x.real", "column 2: '.' has no meaning here"),
    ],
)
def test_a_mistake_is_pointed_at(formula: str, complaint: str) -> None:
    with pytest.raises(BadValue) as caught:
        check(Formula(formula))
    assert (caught.value.path, caught.value.why) == ("expression", complaint)


def test_deep_and_long_formulas_are_refused_not_run_into() -> None:
    for deep in ("(" * 5000, "2^" * 900 + "2", "sin(" * 400):
        with pytest.raises(BadValue):
            check(Formula(deep))
    with pytest.raises(BadValue, match=f"column {DEEPEST + 1}: more than {DEEPEST}"):
        check(Formula("(" * 500 + "x" + ")" * 500))
    with pytest.raises(BadValue, match=f"longer than {LONGEST}"):
        check(Formula("x" + "+x" * LONGEST))
    check(Formula("(" * DEEPEST + "x" + ")" * DEEPEST + "^2"))
    check(Formula("-" * 1000 + "x"))
    check(Formula("x*y" + "+x*y" * 480))


@settings(max_examples=150)
@given(st.text(alphabet="xyzep +-*/^(),.0123456789sincoqrtmaxlg", max_size=24))
def test_any_text_is_read_or_refused(text: str) -> None:
    complaint = ""
    try:
        parse(text, Tape(share=True), ("x", "y"))
    except BadValue as bad:
        complaint = bad.why
    if complaint:
        word, column = complaint.split()[:2]
        assert word == "column"
        assert 1 <= int(column.rstrip(":")) <= len(text) + 1


@settings(max_examples=150)
@given(smooth_formulas, st.floats(-2.0, 2.0), st.floats(-2.0, 2.0))
def test_values_are_those_that_python_computes(formula: str, x: float, y: float) -> None:
    try:
        expected = by_python(formula, x, y)
    except (ZeroDivisionError, OverflowError):
        assume(False)
        return
    assume(abs(expected) < 1e12)
    try:
        found = at(formula, x, y)
    except BadValue:
        assume(False)
        return
    # A sum may cancel: what is lost then is lost by Python too.
    assert found == pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(max_examples=80)
@given(smooth_formulas, st.floats(-1.5, 1.5), st.floats(-1.5, 1.5))
def test_derivatives_are_those_of_the_value(formula: str, x: float, y: float) -> None:
    try:
        landscape = Formula(formula)
        points = np.array([[x, y]])
        h = 1e-3
        around = np.stack(np.meshgrid([x - 8 * h, x, x + 8 * h], [y - 8 * h, y, y + 8 * h]), axis=-1)
        bends = landscape.hessian(around)
    except BadValue:
        assume(False)
        return
    size = 1.0 + np.abs(landscape.value(around)).max() + np.abs(landscape.gradient(around)).max() + np.abs(bends).max()
    # Differences say nothing beside a pole or on a wall: there neighbours differ by more than a few per cent.
    assume(np.isfinite(size) and size < 1e4 and np.ptp(bends, axis=(0, 1)).max() < 0.05 * size)
    gradient, hessian = landscape.gradient(points), landscape.hessian(points)
    assert np.abs(gradient - central(landscape.value, points, h)).max() < 1e-8 * size
    assert np.abs(hessian - central(landscape.gradient, points, h)).max() < 1e-8 * size


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_every_function_has_a_reference(name: str) -> None:
    formula = f"{name}(x, 0.5)" if name in ("max", "min") else f"{name}(x)"
    for x in (0.3, 0.9, 1.4):
        assert at(formula, x) == pytest.approx(by_python(formula, x, 0.0), rel=1e-14)


@pytest.mark.parametrize(
    ("formula", "twin"),
    [
        ("(1-x)^2 + 100*(y-x^2)^2", Rosenbrock()),
        ("(x^2+y-11)^2 + (x+y^2-7)^2", Himmelblau()),
        ("(1.5-x+x*y)^2 + (2.25-x+x*y^2)^2 + (2.625-x+x*y^3)^2", Beale()),
    ],
)
def test_agrees_with_the_landscapes_written_by_hand(formula: str, twin: Rosenbrock | Himmelblau | Beale) -> None:
    (a, b), (c, d) = twin.domain
    typed = Formula(formula, a, b, c, d)
    points = sample(twin, 300, seed=7)
    for ours, theirs in (
        (typed.value(points), twin.value(points)),
        (typed.gradient(points), twin.gradient(points)),
        (typed.hessian(points), twin.hessian(points)),
    ):
        assert np.abs(ours - theirs).max() <= 1e-13 * np.abs(theirs).max()
    for known in twin.critical_points:
        if min(abs(np.linalg.eigvalsh(twin.hessian(np.array(known.point))))) > 1e-3:
            assert any(np.allclose(known.point, c.point, atol=1e-8) for c in typed.critical_points), known
    assert typed.bounded_below


def test_default_formula_starts_where_rosenbrock_did() -> None:
    assert np.array(Formula().starts) == pytest.approx(np.array(Rosenbrock().starts), abs=1e-12)


def test_a_formula_in_x_alone_is_a_valley() -> None:
    valley = Formula("(x-1)^2")
    check(valley)
    assert valley.gradient(np.array([3.0, 9.0])).tolist() == [4.0, 0.0]
    assert valley.hessian(np.array([3.0, 9.0])).tolist() == [[2.0, 0.0], [0.0, 0.0]]
    assert valley.critical_points == ()


def test_a_constant_is_a_plain() -> None:
    assert Formula("3").value(np.zeros((2, 5, 2))).tolist() == [[3.0] * 5] * 2
    assert Formula("3").gradient(np.zeros((5, 2))).tolist() == [[0.0, 0.0]] * 5


def test_the_value_of_x_itself_is_a_copy() -> None:
    points = np.ones((3, 2))
    Formula("x").value(points)[...] = 7.0
    assert (points == 1.0).all()


def test_outside_its_reals_a_formula_is_undefined_and_starts_keep_out() -> None:
    half = Formula("log(x) + y^2", -3.0, 1.0, -1.0, 1.0)
    check(half)
    assert np.isnan(half.value(np.array([-1.0, 0.0])))
    assert half.value(np.zeros(2)) == -np.inf
    assert len(half.starts) == 3
    assert all(x > 0.0 for x, _ in half.starts)
    assert not half.bounded_below


def test_a_formula_without_a_finite_value_is_refused() -> None:
    with pytest.raises(BadValue, match="expression: column 6: the product has no finite real value"):
        check(Formula("1e308*(x+y+9)*1e9 + x", 1.0, 2.0, 0.0, 1.0))


@pytest.mark.parametrize(
    ("text", "column", "part"),
    [("sqrt(x) + y", 1, "the root"), ("y + log(0-x^2-1)", 5, "the logarithm"), ("y - (0-1-x^2)^0.5", 14, "the power")],
)
def test_what_is_real_nowhere_is_named_with_its_column(text: str, column: int, part: str) -> None:
    with pytest.raises(BadValue, match=f"expression: column {column}: {part} has no finite real value anywhere"):
        check(Formula(text, -2.0, -1.0, 0.0, 1.0))


@pytest.mark.parametrize(
    ("edges", "path"),
    [
        ((1.0, 1.0, 0.0, 1.0), "x_hi"),
        ((0.0, 1.0, 2.0, -2.0), "y_hi"),
        ((1e9, 1e9 + 1e-3, 0.0, 1.0), "x_hi"),
        ((0.0, math.inf, 0.0, 1.0), "x_hi"),
        ((0.0, 1.0, math.nan, 1.0), "y_lo"),
    ],
)
def test_an_empty_domain_is_refused(edges: tuple[float, float, float, float], path: str) -> None:
    with pytest.raises(BadValue) as caught:
        check(Formula("x^2+y^2", *edges))
    assert caught.value.path == path


def test_what_falls_to_the_edge_of_the_domain_is_not_bounded() -> None:
    slope = Formula("x + y^2")
    assert not slope.bounded_below
    holes = Formula("x^3 - 3*x + y^2", -3.0, 3.0, -1.0, 1.0)
    assert [c.point for c in holes.critical_points if c.kind == "minimum"] == [pytest.approx((1.0, 0.0), abs=1e-12)]
    assert not holes.bounded_below
    assert not any(c.is_global for c in holes.critical_points)


def test_equal_parts_are_computed_once() -> None:
    """A Hessian of Rosenbrock's formula takes no more array operations than one would write by hand."""
    value, gradient, hessian = compiled("(1-x)^2 + 100*(y-x^2)^2")
    assert (len(value.steps), len(gradient.steps)) == (7, 11)
    assert len(hessian.steps) <= 14
