"""How a landscape bends under one racer, and how large a learning rate that leaves its rule."""

from __future__ import annotations

import numpy as np

from lab.engine.landscapes import Landscape
from lab.engine.optimizers import Array, HasStableRate, Optimizer
from lab.sims._race_frame import Curvature


def bend(landscape: Landscape, rule: Optimizer, theta: Array) -> Curvature:
    """The quadratic model at `theta` (d,); cost: one Hessian and its eigenvalues."""
    with np.errstate(all="ignore"):
        hessian = landscape.hessian(theta)
    if not np.isfinite(hessian).all():
        d = len(hessian)
        return Curvature(np.zeros(d), np.eye(d), None)
    eigenvalues, eigenvectors = np.linalg.eigh(hessian)
    largest = float(eigenvalues[-1])
    bound = rule.largest_stable_rate(largest) if isinstance(rule, HasStableRate) and largest > 0 else None
    return Curvature(eigenvalues, eigenvectors, bound)
