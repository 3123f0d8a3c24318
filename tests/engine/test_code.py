"""What landscapes and schedules say of themselves in plain Python is what they compute."""

import math

import numpy as np
import pytest

from lab.core.errors import BadValue
from lab.engine.code import HasCode
from lab.engine.landscapes import LANDSCAPES
from lab.engine.landscapes.formula import Formula
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.schedules import SCHEDULES

NAMES = {"pi": math.pi, "e": math.e, "abs": abs} | {
    name: getattr(np, name) for name in ("sin", "cos", "tan", "exp", "log", "sqrt", "sign", "tanh")
}
FORMULAS = (
    "(1-x)^2 + 100*(y-x^2)^2",
    "sin(x)*cos(y) + exp(-x^2) / (1 + y^2)",
    "sqrt(1 + x^2) + abs(y - 1) + tanh(x*y) - 3",
    "2^x + y^4 + x^3*y",
    "ln(3 + x) + tan(y/4)",
    "x",
)


def said(landscape, point):
    """The value and gradient that the snippet gives."""
    scope = {**NAMES, **landscape.code().constants, **dict(zip("xy", point, strict=False))}
    for line in landscape.code().before:
        exec(line, scope)
    return eval(landscape.code().value, scope), [eval(slope, scope) for slope in landscape.code().gradient]


def points(landscape, count=40):
    lo, hi = np.array(landscape.domain).T
    return lo + np.random.default_rng(7).random((count, landscape.dim)) * (hi - lo)


@pytest.mark.parametrize("id", [entry.id for entry in LANDSCAPES if isinstance(entry.item(), HasCode)])
def test_a_landscapes_snippet_is_its_loss_and_gradient(id):
    landscape = LANDSCAPES[id]()
    for point in points(landscape):
        value, gradient = said(landscape, point)
        assert value == pytest.approx(float(landscape.value(point)), rel=1e-11, abs=1e-12)
        assert gradient == pytest.approx(landscape.gradient(point).tolist(), rel=1e-10, abs=1e-10)


@pytest.mark.parametrize("landscape", [Rosenbrock(a=0.5, b=7.0), Quadratic(condition_number=33.0, rotation=-20.0)])
def test_parameters_go_along(landscape):
    for point in points(landscape, 5):
        value, gradient = said(landscape, point)
        assert value == pytest.approx(float(landscape.value(point)), rel=1e-12)
        assert gradient == pytest.approx(landscape.gradient(point).tolist(), rel=1e-12)


@pytest.mark.parametrize("expression", FORMULAS)
def test_a_typed_formula_is_written_out_node_by_node(expression):
    landscape = Formula(expression)
    for point in points(landscape):
        value, gradient = said(landscape, point)
        assert value == pytest.approx(float(landscape.value(point)), rel=1e-12, abs=1e-13)
        assert gradient == pytest.approx(landscape.gradient(point).tolist(), rel=1e-12, abs=1e-13)


def test_a_function_without_a_common_name_is_refused():
    with pytest.raises(BadValue, match="softplus can't be written out"):
        _ = Formula("softplus(x) + y^2").code()


@pytest.mark.parametrize("id", [entry.id for entry in SCHEDULES if isinstance(entry.item(), HasCode)])
@pytest.mark.parametrize("horizon", [7, 240])
def test_a_schedules_snippet_is_its_factor(id, horizon):
    schedule = SCHEDULES[id]()
    for t in range(300):
        scope = {"t": t, "T": horizon, "math": math}
        for line in schedule.code().before:
            exec(line, scope)
        wanted, _ = schedule.rate(1.0, float(t), horizon, np.zeros(1), {})
        assert eval(schedule.code().factor, scope) == pytest.approx(float(wanted), rel=1e-13)
