"""Your own landscape: a typed formula in x and y, differentiated exactly."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from typing import ClassVar

import numpy as np

from lab.core.errors import BadValue
from lab.core.params import param
from lab.engine.autodiff import GATES, Program, Tape, nowhere_real, parse
from lab.engine.code import LandscapeCode
from lab.engine.landscapes import LANDSCAPES, Array, Critical
from lab.engine.landscapes._arrays import pair, quiet, symmetric
from lab.engine.landscapes._search import stationary

_NAMES = ("x", "y")
#: Where starts are put, in shares of the domain; the first ones are those of the default formula's classic starts.
_SHARES = ((0.2, 0.5), (0.5, 0.75), (0.9, 0.15), *product((0.1, 0.3, 0.5, 0.7, 0.9), repeat=2))
_LATTICE = 33
#: Gates as expressions that NumPy's and PyTorch's names both make sense of.
_IN_PYTHON = {
    "add": "{0} + {1}", "sub": "{0} - {1}", "mul": "{0} * {1}", "div": "{0} / {1}", "neg": "-{0}", "square": "{0}**2",
    "reciprocal": "1 / {0}", "pow": "{0}**{1}",
    "pow_slope": "{1} * {0} ** ({1} - 1)", "pow_log": "{0}**{1} * log({0})", "exp": "exp({0})",
    "log": "log({0})", "sqrt": "sqrt({0})", "sin": "sin({0})", "cos": "cos({0})", "tan": "tan({0})",
    "tanh": "tanh({0})", "abs": "abs({0})", "sign": "sign({0})",
}  # fmt: skip


@LANDSCAPES.register("formula", title="Your own formula", group="Your own")
@dataclass(frozen=True, slots=True)
class Formula:
    """Any formula in x and y, with gradient and Hessian from the lab's own reverse-mode differentiation.

    The formula is read once and written on a tape; its derivatives are further nodes of that tape, so evaluating them
    costs a few array operations each. Where the formula has no real value (the logarithm of a negative number) the
    loss is nan or inf. A formula in x alone is a valley along y.

    Parameters
    ----------
    expression : str
        With + - * / ^, brackets, numbers, x, y, pi, e and the functions abs, cos, exp, leaky_relu, ln, log, max, min,
        reciprocal, relu, sigmoid, sin, softplus, sqrt, square, tan, tanh.
    x_lo, x_hi, y_lo, y_hi : float
        The domain.
    """

    expression: str = param("(1-x)^2 + 100*(y-x^2)^2", label="Formula", doc="The loss, in x and y.")
    x_lo: float = param(-2.0, label="x from", doc="Left edge of the picture.")
    x_hi: float = param(2.0, label="x to", doc="Right edge of the picture.")
    y_lo: float = param(-1.0, label="y from", doc="Lower edge of the picture.")
    y_hi: float = param(3.0, label="y to", doc="Upper edge of the picture.")

    dim: ClassVar[int] = 2
    latex: ClassVar[str] = r"f=f(x,\,y)"
    doc: ClassVar[str] = "Type any loss: its gradient and Hessian follow exactly, gate by gate."
    source: ClassVar[str] = "Griewank & Walther, Evaluating Derivatives (2008), chapters 3 and 5"

    def check(self) -> None:
        """Raise `BadValue` naming the column of what can't be read, or the edge that leaves no domain."""
        for lo, hi, name in ((self.x_lo, self.x_hi, "x_hi"), (self.y_lo, self.y_hi, "y_hi")):
            if hi <= lo:
                raise BadValue(name, f"{hi:g} is not above {lo:g}: the domain is empty")
            if hi - lo < 1e-9 * max(abs(lo), abs(hi)):
                raise BadValue(name, f"{hi!r} is too close to {lo!r} to tell points between them apart")
        compiled(self.expression)
        if not self.starts:
            axes = [np.linspace(lo, hi, _LATTICE) for lo, hi in self.domain]
            part = nowhere_real(self.expression, dict(zip(_NAMES, np.meshgrid(*axes), strict=True)))
            why = (
                part.why if part is not None else "has no finite value and slope anywhere on a lattice over the domain"
            )
            raise BadValue("expression", why)

    def code(self) -> LandscapeCode:
        """The loss and its gradient in plain Python: the tape, a line for each of its nodes.

        `BadValue` where the formula has a function that plain NumPy and PyTorch do not both have under one name.
        """
        program, slopes = compiled(self.expression)[:2]
        # One tape holds both: the nodes of the value are among those of the slopes, or come before them.
        steps = {node: (gate, inputs) for one in (program, slopes) for node, gate, inputs, _ in one.steps}
        names = {node: name for name, node in program.leaves.items()}
        for node, number in {**program.constants, **slopes.constants}.items():
            names[node] = repr(float(number)) if number >= 0 else f"({float(number)!r})"
        lines: list[str] = []
        for node in sorted(steps):
            gate, inputs = steps[node]
            pattern = _IN_PYTHON.get(GATES.id_of(gate))
            if pattern is None:
                raise BadValue("expression", f"{GATES.title_of(gate).lower()} can't be written out in a short script")
            names[node] = f"t{len(lines) + 1}"
            lines.append(f"{names[node]} = " + pattern.format(*(names[i] for i in inputs)))
        (loss,) = program.outputs
        return LandscapeCode(names[loss], tuple(names[i] for i in slopes.outputs), tuple(lines))

    @property
    def domain(self) -> tuple[tuple[float, float], ...]:
        """As declared."""
        return (self.x_lo, self.x_hi), (self.y_lo, self.y_hi)

    @property
    def critical_points(self) -> tuple[Critical, ...]:
        """Those that Newton's method finds from a lattice over the domain; see `bounded_below` for what is global.

        Minima at kinks, and minima that are no isolated points, are not among them.
        """
        return _explored(self)[0]

    @property
    def starts(self) -> tuple[tuple[float, ...], ...]:
        """Three places inside the domain, those of Rosenbrock's function if nothing was changed.

        Where the formula has no finite value and slope at one of them, it is replaced by a place where it has.
        """
        (a, b), (c, d) = self.domain
        points = np.array([(a + s * (b - a), c + t * (d - c)) for s, t in _SHARES])
        usable = np.isfinite(self.value(points)) & np.isfinite(self.gradient(points)).all(axis=1)
        return tuple(tuple(p) for p in points[usable][:3].tolist())

    @property
    def kinks(self) -> tuple[tuple[float, ...], ...]:
        """Not searched for; at a kink the gates take torch's choice of slope."""
        return ()

    @property
    def bounded_below(self) -> bool:
        """Whether a minimum was found that no point of a lattice over the domain lies below."""
        return _explored(self)[1]

    @quiet
    def value(self, theta: Array) -> Array:
        """Loss, shape (...); nan or inf where the formula has no finite real value."""
        (loss,) = compiled(self.expression)[0]({"x": theta[..., 0], "y": theta[..., 1]})
        out = np.empty(theta.shape[:-1])
        out[...] = loss
        return out

    @quiet
    def gradient(self, theta: Array) -> Array:
        """Exact gradient, shape (..., 2)."""
        slope_x, slope_y = compiled(self.expression)[1]({"x": theta[..., 0], "y": theta[..., 1]})
        return pair(slope_x, slope_y, theta)

    @quiet
    def hessian(self, theta: Array) -> Array:
        """Exact matrix of second derivatives, shape (..., 2, 2): the gradient's nodes differentiated again."""
        xx, xy, yy = compiled(self.expression)[2]({"x": theta[..., 0], "y": theta[..., 1]})
        return symmetric(xx, xy, yy, theta)


@lru_cache(maxsize=64)
def compiled(expression: str) -> tuple[Program, Program, Program]:
    """Programs for the value, the gradient (2) and the Hessian's xx, xy and yy; `BadValue` at ``expression``."""
    tape = Tape(share=True)
    leaves = [tape.leaf(name) for name in _NAMES]
    try:
        loss = parse(expression, tape, _NAMES)
    except BadValue as bad:
        raise BadValue("expression", bad.why) from None
    slopes = tape.differentiate(loss, leaves)
    xx, xy = tape.differentiate(slopes[0], leaves)
    (yy,) = tape.differentiate(slopes[1], leaves[1:])
    return tape.program([loss]), tape.program(slopes), tape.program([xx, xy, yy])


@lru_cache(maxsize=16)
def _explored(formula: Formula) -> tuple[tuple[Critical, ...], bool]:
    """Critical points, and whether the lowest minimum is the lowest point of the domain as far as a lattice shows."""
    found = stationary(formula)
    axes = [np.linspace(lo, hi, _LATTICE) for lo, hi in formula.domain]
    losses = formula.value(np.stack(np.meshgrid(*axes), axis=-1))
    best = [c.value for c in found if c.is_global]
    if best and best[0] <= np.where(np.isnan(losses), np.inf, losses).min() + 1e-12 * (1.0 + abs(best[0])):
        return found, True
    return tuple(replace(c, is_global=False) for c in found), False
