"""Every landscape's derivatives against numerical ones, and its published facts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lab.engine.landscapes import LANDSCAPES, Array, Landscape
from lab.selftest import TRUTHS, Finding
from lab.selftest._differences import REACH, central, sample, spacing

POINTS = 64

#: id -> (what, point, published loss there, how many of its digits are given, source)
LOSSES: dict[str, tuple[tuple[tuple[float, ...], float, float, str], ...]] = {
    "rosenbrock": (
        ((-1.2, 1.0), 24.2, 1e-13, "Moré, Garbow & Hillstrom 1981, problem 1"),
        ((1.0, 1.0), 0.0, 0.0, "Rosenbrock 1960"),
    ),
    "beale": (
        ((1.0, 1.0), 14.203125, 0.0, "Moré, Garbow & Hillstrom 1981, problem 5"),
        ((3.0, 0.5), 0.0, 0.0, "Moré, Garbow & Hillstrom 1981, problem 5"),
    ),
    "himmelblau": (
        ((5.0, -5.0), 610.0, 0.0, "Himmelblau 1972"),
        ((-0.270845, -0.923039), 181.616522, 5e-7, "Himmelblau 1972"),
        ((3.0, 2.0), 0.0, 0.0, "Himmelblau 1972"),
        ((-2.805118086953, 3.131312518251), 0.0, 1e-20, "Himmelblau 1972"),
        ((-3.779310253378, -3.283185991286), 0.0, 1e-20, "Himmelblau 1972"),
        ((3.58442834033, -1.848126526964), 0.0, 1e-20, "Himmelblau 1972"),
    ),
    "rastrigin": (
        ((0.0, 0.0), 0.0, 0.0, "Mühlenbein, Schomisch & Born 1991"),
        ((0.5, 0.5), 40.5, 1e-13, "by hand: 2 (1/4 + 2 A)"),
    ),
    "saddle": (((1.0, 2.0), -3.0, 0.0, "by hand"),),
    "parabola": (((-1.5,), 2.25, 0.0, "by hand"),),
    "double_well": (((1.0,), 0.3, 0.0, "by hand: the tilt alone"),),
}


@TRUTHS.register("landscapes", title="Landscapes")
def landscapes() -> Iterator[Finding]:
    """Derivatives, critical points and pinned losses of every registered landscape, with default parameters."""
    for entry in LANDSCAPES:
        landscape = entry.item()
        yield from derivatives(entry.id, landscape)
        yield from critical_points(entry.id, landscape)
        for point, loss, tolerance, source in LOSSES.get(entry.id, ()):
            error = abs(float(landscape.value(np.array(point))) - loss)
            yield Finding(entry.id, f"loss at {point}", error, tolerance, source)
    yield conditioning()


def derivatives(subject: str, landscape: Landscape) -> Iterator[Finding]:
    """Gradient and Hessian against central differences of eighth order at random points of the domain."""
    h = spacing(landscape)
    points = sample(landscape, POINTS, seed=0, margin=2 * REACH * h)
    reference = "central differences of eighth order"
    gradient = landscape.gradient(points)
    error = relative(gradient, central(landscape.value, points, h))
    yield Finding(subject, f"gradient at {len(points)} points", error, 1e-9, reference)
    error = relative(landscape.hessian(points), central(landscape.gradient, points, h))
    yield Finding(subject, f"Hessian at {len(points)} points", error, 1e-9, reference)


def critical_points(subject: str, landscape: Landscape) -> Iterator[Finding]:
    """A vanishing gradient and the stated loss at each critical point."""
    known = landscape.critical_points
    if not known:
        return
    points = np.array([c.point for c in known])
    losses = np.array([c.value for c in known])
    smooth = np.isfinite(landscape.gradient(points)).all(axis=1)
    slope = float(np.abs(landscape.gradient(points))[smooth].max(initial=0.0))
    yield Finding(subject, f"gradient at {len(known)} critical points", slope, 1e-10, "the definition")
    error = float(np.abs(landscape.value(points) - losses).max())
    yield Finding(subject, f"loss at {len(known)} critical points", error, 1e-10, landscape.source)


def conditioning() -> Finding:
    """Rosenbrock's condition number at the minimum: eigenvalues 501 +- sqrt(250601), their ratio 2508.01."""
    eigenvalues = np.linalg.eigvalsh(LANDSCAPES["rosenbrock"]().hessian(np.array([1.0, 1.0])))
    error = abs(float(eigenvalues[1] / eigenvalues[0]) - 2508.01)
    return Finding("rosenbrock", "condition number at the minimum", error, 5e-3, "by hand from the Hessian")


def relative(ours: Array, theirs: Array) -> float:
    """Largest difference at one point, relative to 1 plus the largest entry there."""
    axes = tuple(range(1, ours.ndim))
    return float((np.abs(ours - theirs).max(axis=axes) / (1.0 + np.abs(theirs).max(axis=axes))).max())
