"""Finds the critical points of a landscape that has no closed form for them."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np

from lab.engine.landscapes._contract import Array, Critical, Kind, Landscape

_STEPS = 60
#: Eigenvalues of the Hessian smaller than this share of the largest say nothing about the kind of a point.
_FLAT = 1e-6


def stationary(landscape: Landscape, per_axis: int = 32) -> tuple[Critical, ...]:
    """Critical points inside the domain, by Newton's method from a lattice of starts; minima first, lowest first.

    Newton's method goes to the nearest zero of the gradient whatever its kind. Its steps are kept below one spacing of
    the lattice, so that every start looks after its own neighbourhood. Points with a flat direction (a circle of
    minima, a kink, a plateau) are left out, as are features finer than the lattice. The lowest minima found are
    called global; nothing is known of what lies outside the domain.

    Costs 60 gradients and Hessians of per_axis^d points.

    Parameters
    ----------
    landscape : Landscape
        One or two coordinates, smooth almost everywhere.
    per_axis : int
        Starts along each axis.
    """
    lo, hi = np.array(landscape.domain).T
    spacing = (hi - lo) / per_axis
    axes = [np.linspace(a + 0.5 * s, b - 0.5 * s, per_axis) for a, b, s in zip(lo, hi, spacing, strict=True)]
    points: Array = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, landscape.dim)
    arrived = []
    with np.errstate(all="ignore"):
        for _ in range(_STEPS):
            step = _newton_step(landscape.gradient(points), landscape.hessian(points))
            length = (np.abs(step) / spacing).max(axis=-1)
            points = points - step / np.maximum(1.0, length)[:, None]
            inside = ((points > lo - spacing) & (points < hi + spacing)).all(axis=1)
            # Quadratic convergence: after a step this small the next one is rounding.
            here = length < 1e-9
            arrived.append(points[here & inside])
            points = points[inside & ~here]
        found = np.concatenate(arrived)
        return _distinct(landscape, found[((found >= lo) & (found <= hi)).all(axis=1)], spacing)


def descend(landscape: Landscape, start: tuple[float, ...]) -> tuple[float, ...]:
    """The minimum downhill from `start`, to the last bits, by Newton's method with Levenberg's damping.

    The damping makes every step a descent; it fades as steps succeed. Ends after 200 steps at the latest, each of
    which costs a loss, a gradient and a Hessian.
    """
    point: Array = np.array(start)
    loss, damping = float(landscape.value(point)), 1e-3
    for _ in range(200):
        slope, bend = landscape.gradient(point), landscape.hessian(point)
        eigenvalues, axes = np.linalg.eigh(bend)
        step = axes @ ((slope @ axes) / np.maximum(np.abs(eigenvalues) + damping, 1e-300))
        lower = float(landscape.value(point - step))
        if lower <= loss:
            point, loss, damping = point - step, lower, 0.1 * damping if damping > 1e-14 else 0.0
            if np.abs(step).max() <= 1e-15 * (1.0 + np.abs(point).max()):
                break
        elif damping > 1e12 or np.abs(step).max() <= 1e-12 * (1.0 + np.abs(point).max()):
            break
        else:
            damping = max(10.0 * damping, 1e-6)
    # Where losses no longer differ, gradients still do: two plain Newton steps take the last digits.
    for _ in range(2):
        slope, bend = landscape.gradient(point), landscape.hessian(point)
        if np.linalg.eigvalsh(bend).min() > 0.0:
            point = point - np.linalg.solve(bend, slope)
    return tuple(point.tolist())


def with_lowest(landscape: Landscape, start: tuple[float, ...], per_axis: int = 16) -> tuple[Critical, ...]:
    """`stationary`, and the minimum downhill from `start` should the lattice have missed it; costs the two together."""
    found = stationary(landscape, per_axis)
    point = descend(landscape, start)
    if any(np.allclose(point, c.point, rtol=1e-7, atol=1e-7) for c in found):
        return found
    value = float(landscape.value(np.array(point)))
    lowest = min((c.value for c in found if c.kind == "minimum"), default=np.inf)
    if value < lowest:
        found = tuple(replace(c, is_global=False) for c in found)
    return (Critical(point, value, "minimum", value <= lowest), *found)


def _newton_step(gradient: Array, hessian: Array) -> Array:
    """The solution of H step = g at each point, shape (n, d), by Cramer's rule; not finite where H is singular."""
    if gradient.shape[-1] == 1:
        ratio: Array = gradient / hessian[..., 0]
        return ratio
    a, b, c = hessian[:, 0, 0], hessian[:, 0, 1], hessian[:, 1, 1]
    g, h = gradient[:, 0], gradient[:, 1]
    return np.stack([c * g - b * h, a * h - b * g], axis=-1) / (a * c - b * b)[:, None]


def _distinct(landscape: Landscape, points: Array, spacing: Array) -> tuple[Critical, ...]:
    """Each well-conditioned point once, the one with the smallest gradient among its copies, with its kind."""
    if not len(points):
        return ()
    order = np.argsort(np.abs(landscape.gradient(points)).max(axis=1), kind="stable")
    # Copies differ by rounding. A point's cell is 1e-4 of the lattice wide; one beside it may hold a copy.
    cells = np.rint(points / (1e-4 * spacing)).astype(np.int64)
    taken: set[tuple[int, ...]] = set()
    keep = []
    for i, cell in zip(order.tolist(), cells[order].tolist(), strict=True):
        if tuple(cell) not in taken:
            keep.append(i)
            taken.update(product(*((c - 1, c, c + 1) for c in cell)))
    points = points[keep]
    values, hessian = landscape.value(points), landscape.hessian(points)
    usable = np.isfinite(hessian).all(axis=(1, 2)) & np.isfinite(values)
    points, values = points[usable], values[usable]
    eigenvalues = np.linalg.eigvalsh(hessian[usable])
    size = np.abs(eigenvalues)
    clear = size.min(axis=1) > _FLAT * size.max(axis=1)
    kinds = [_kind(e) for e in eigenvalues]
    minima = np.array([k == "minimum" for k in kinds], dtype=bool) & clear
    lowest = float(values[minima].min(initial=np.inf))
    ceiling = lowest + 1e-13 * (1.0 + abs(lowest))
    found = [
        Critical(tuple(p), v, kind, kind == "minimum" and v <= ceiling)
        for p, v, kind, ok in zip(points.tolist(), values.tolist(), kinds, clear, strict=True)
        if ok
    ]
    rank = {"minimum": 0, "saddle": 1, "maximum": 2}
    return tuple(sorted(found, key=lambda c: (rank[c.kind], c.value, c.point)))


def _kind(eigenvalues: Array) -> Kind:
    up = int((eigenvalues > 0).sum())
    return "minimum" if up == len(eigenvalues) else "maximum" if up == 0 else "saddle"
