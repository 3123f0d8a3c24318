"""Every landscape's derivatives against numerical ones, and its published facts."""

from __future__ import annotations

import math
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
    "booth": (((1.0, 3.0), 0.0, 0.0, "Jamil & Yang 2013"), ((0.0, 0.0), 74.0, 0.0, "by hand: 49 + 25")),
    "matyas": (((0.0, 0.0), 0.0, 0.0, "Jamil & Yang 2013"), ((1.0, -1.0), 1.0, 1e-15, "by hand: 0.52 + 0.48")),
    "mccormick": (((-0.5471975512, -1.5471975512), -1.913222954981, 5e-13, "McCormick 1976"),),
    "three_hump_camel": (
        ((0.0, 0.0), 0.0, 0.0, "Jamil & Yang 2013"),
        ((1.74755, -0.87378), 0.298638, 5e-7, "Jamil & Yang 2013"),
        ((-1.74755, 0.87378), 0.298638, 5e-7, "Jamil & Yang 2013"),
    ),
    "six_hump_camel": (
        ((0.08984201, -0.71265640), -1.0316284535, 5e-11, "Dixon & Szegö 1978"),
        ((-0.08984201, 0.71265640), -1.0316284535, 5e-11, "Dixon & Szegö 1978"),
    ),
    "styblinski_tang": (((-2.903534027771, -2.903534027771), -78.33233140754, 5e-12, "Styblinski & Tang 1990"),),
    "ackley": (
        ((0.0, 0.0), 0.0, 0.0, "Ackley 1987"),
        ((1.0, 0.0), 20.0 - 20.0 * math.exp(-0.2 * math.sqrt(0.5)), 1e-14, "by hand: the cosines are 1"),
    ),
    "levy_13": (((1.0, 1.0), 0.0, 1e-30, "Jamil & Yang 2013"), ((0.0, 0.0), 2.0, 0.0, "by hand: the sines are 0")),
    "easom": (
        ((math.pi, math.pi), -1.0, 0.0, "Easom 1990"),
        ((0.0, 0.0), -math.exp(-2.0 * math.pi**2), 1e-22, "by hand"),
    ),
    "griewank": (((0.0, 0.0), 0.0, 0.0, "Griewank 1981"), ((math.pi, 0.0), 2.0 + math.pi**2 / 4000, 1e-15, "by hand")),
    "drop_wave": (
        ((0.0, 0.0), -1.0, 0.0, "Jamil & Yang 2013"),
        ((math.pi / 6, 0.0), -2 / (2 + math.pi**2 / 72), 1e-15, "by hand"),
    ),
    "goldstein_price": (
        ((0.0, -1.0), 3.0, 0.0, "Goldstein & Price 1971"),
        ((-0.6, -0.4), 30.0, 1e-12, "Goldstein & Price 1971"),
        ((1.8, 0.2), 84.0, 1e-12, "Goldstein & Price 1971"),
        ((1.2, 0.8), 840.0, 1e-11, "Goldstein & Price 1971"),
        ((0.0, 0.0), 600.0, 0.0, "by hand: 20 times 30"),
    ),
    "monkey_saddle": (((1.0, 1.0), -2.0, 0.0, "by hand"),),
    "absolute_sum": (((-1.5, 2.0), 3.5, 0.0, "by hand"),),
    "absolute": (((-1.5,), 1.5, 0.0, "by hand"),),
    "plateau_1d": (((1.0,), 0.5, 0.0, "by hand: the half width"),),
    "wavy": (((math.pi / 4,), 1.0 + math.pi**2 / 160, 1e-15, "by hand: the cosine is -1"),),
    "narrow_well": (((0.4, 0.0), 1.0 - math.exp(-0.5) + 0.002 * 0.16, 1e-15, "by hand: one width out"),),
}

#: id -> (a global minimum as published, half a unit of its last digit).
GLOBAL_MINIMA: dict[str, tuple[tuple[tuple[float, ...], float], ...]] = {
    "booth": (((1.0, 3.0), 0.0),),
    "mccormick": (((-0.5471975512, -1.5471975512), 5e-11),),
    "six_hump_camel": (((0.08984201, -0.71265640), 5e-9), ((-0.08984201, 0.71265640), 5e-9)),
    "styblinski_tang": (((-2.903534027771, -2.903534027771), 5e-13),),
    "easom": (((math.pi, math.pi), 0.0),),
    "goldstein_price": (((0.0, -1.0), 0.0),),
}


@TRUTHS.register("landscapes", title="Landscapes")
def landscapes() -> Iterator[Finding]:
    """Derivatives, critical points and pinned losses of every registered landscape, with default parameters."""
    for entry in LANDSCAPES:
        landscape = entry.item()
        yield from derivatives(entry.id, landscape)
        yield from critical_points(entry.id, landscape)
        yield from published(entry.id, landscape)
    yield conditioning()


def published(subject: str, landscape: Landscape) -> Iterator[Finding]:
    """Losses and global minima against the literature, which means the landscape with its default parameters."""
    for point, loss, tolerance, source in LOSSES.get(subject, ()):
        error = abs(float(landscape.value(np.array(point))) - loss)
        yield Finding(subject, f"loss at {point}", error, tolerance, source)
    best = np.array([c.point for c in landscape.critical_points if c.is_global and c.kind == "minimum"])
    for point, tolerance in GLOBAL_MINIMA.get(subject, ()):
        error = float(np.abs(best - point).max(axis=1).min())
        yield Finding(subject, f"global minimum at {point}", error, tolerance, landscape.source)


def derivatives(subject: str, landscape: Landscape, points: Array | None = None) -> Iterator[Finding]:
    """Gradient and Hessian against central differences of eighth order, by default at random points of the domain."""
    h = spacing(landscape)
    if points is None:
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
