"""Value and gradient of every landscape at three sizes; Rosenbrock's beside SciPy's own."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from lab.bench import BENCHES, Row, Skipped
from lab.bench._measure import Work, optional, seconds
from lab.engine.landscapes import LANDSCAPES, Array, Landscape

#: One point, a batch, and a picture of 256 x 256.
SIZES = (1, 1_000, 65_536)


@BENCHES.register("landscapes", title="Landscapes")
def landscapes(quick: bool) -> Iterator[Row | Skipped]:
    """Loss and gradient at n points of the domain."""
    scipy = optional("scipy")
    optimize = optional("scipy.optimize")
    if scipy is None or optimize is None:
        yield Skipped("Rosenbrock beside SciPy", "scipy is not installed")
    for entry in LANDSCAPES:
        landscape = entry.item()
        domain = np.array(landscape.domain)
        for n in SIZES[:2] if quick else SIZES:
            theta = np.random.default_rng(0).uniform(domain[:, 0], domain[:, 1], (n, landscape.dim))
            works: list[Work] = [partial(_both, landscape, theta)]
            if optimize is not None and entry.id == "rosenbrock":
                works.append(partial(_both_scipy, optimize, np.ascontiguousarray(theta.T)))
            ours, *theirs = seconds(*works, quick=quick)
            reference = f"scipy {scipy.__version__}, rosen" if scipy is not None and theirs else ""
            yield Row(
                f"{entry.title}: value and gradient", f"n = {n:,}", ours,
                theirs=next(iter(theirs), None), reference=reference,
            )  # fmt: skip


def _both(landscape: Landscape, theta: Array) -> None:
    landscape.value(theta)
    landscape.gradient(theta)


def _both_scipy(optimize: Any, columns: Array) -> None:
    optimize.rosen(columns)
    optimize.rosen_der(columns)
