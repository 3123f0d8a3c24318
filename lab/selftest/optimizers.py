"""Every update rule against torch.optim and Keras: each stored state one step further, and whole trajectories.

The stored runs are made by ``tests/truth/make_torch_optim.py`` and ``make_keras_optim.py``, which say how.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.engine.landscapes import LANDSCAPES, Array, Landscape
from lab.engine.optimizers import OPTIMIZERS, LandscapeAsk, Optimizer
from lab.paths import resource
from lab.selftest import TRUTHS, Finding
from lab.selftest.landscapes import relative

#: One step from a stored state may differ by this much, relative to the point.
STEP_TOLERANCE = 1e-12
#: A thousand steps let the last bit grow: most where a curved valley amplifies it (4e-12 seen).
TRAJECTORY_TOLERANCE = 1e-10
#: L-BFGS takes s from the points, torch from the step: near convergence the difference of two points has fewer digits.
_ROUNDED = ("s", "rho", "gamma")


class StoredGradient(LandscapeAsk):
    """Answers with the gradient that torch was given, so that only the update rules are compared."""

    def __init__(self, landscape: Landscape, gradient: Array) -> None:
        super().__init__(landscape)
        self._stored = gradient

    def gradient(self, theta: Array, where: NDArray[np.bool_] | None = None) -> Array:
        """The stored rows, whatever `theta` is."""
        return self._stored


@cache
def stored(library: str = "torch") -> tuple[Mapping[str, Any], Mapping[str, Array]]:
    """What was run with which versions, and the arrays by name ``run.landscape.what``."""
    with np.load(resource("truth", f"{library}_optim.npz"), allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    return json.loads(str(arrays.pop("meta"))), arrays


@TRUTHS.register("optimizers", title="Optimizers against torch.optim")
def optimizers() -> Iterator[Finding]:
    """One step from each stored state, the trajectory where it is stable, and our gradients against autograd."""
    return against("torch")


@TRUTHS.register("optimizers_keras", title="Optimizers against Keras")
def optimizers_keras() -> Iterator[Finding]:
    """The same for Keras' form of the rules."""
    return against("keras")


def against(library: str, id: str | None = None, convention: str | None = None) -> Iterator[Finding]:
    """Everything a library's stored runs can say of ours; of one rule only, and in one convention, where asked."""
    meta, arrays = stored(library)
    reference = f"{library} {meta['versions'][library]}"
    for run in meta["runs"]:
        if id not in (None, run["id"]):
            continue
        optimizer = OPTIMIZERS[run["id"]](**{**run["settings"], "learning_rate": run["lr"]})
        if convention not in (None, getattr(optimizer, "convention", convention)):
            continue
        path = arrays_of(run, arrays)
        landscape = LANDSCAPES[run["landscape"]]()
        where = f"on {run['landscape']}"
        error = one_step(optimizer, landscape, path, run["lr"])
        what = f"one step from each of {run['states']:,} stored states {where}"
        yield Finding(run["name"], what, error, STEP_TOLERANCE, reference)
        if run["trajectory"]:
            error = trajectory(optimizer, landscape, path["theta"], run["lr"])
            what = f"trajectory of {run['states']:,} steps {where}"
            yield Finding(run["name"], what, error, TRAJECTORY_TOLERANCE, reference)
        if "autograd" in path:
            error = relative(landscape.gradient(path["theta"]), path["autograd"])
            yield Finding(run["landscape"], f"gradient along {run['name']}'s path", error, 1e-12, reference)


def arrays_of(run: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[str, Array]:
    """The arrays of one run by what they hold."""
    prefix = f"{run['name']}.{run['landscape']}."
    return {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}


def one_step(optimizer: Optimizer, landscape: Landscape, run: Mapping[str, Array], lr: float) -> float:
    """Largest difference between our next point and state and theirs, each relative to the size of its array's row.

    All states of the run are one batch: row k is the state before step k.
    """
    theta = run["theta"]
    ask = StoredGradient(landscape, run["gradient"][:-1])
    before = {name.removeprefix("state."): a[:-1] for name, a in run.items() if name.startswith("state.")}
    after = {name.removeprefix("state."): a[1:] for name, a in run.items() if name.startswith("state.")}
    state = {**optimizer.start(theta[:-1], ask), **before}
    result = optimizer.step(theta[:-1], state, ask, lr, _no_chance)
    errors = [difference(result.theta, theta[1:])]
    errors += [difference(result.state[name], after[name]) for name in before if name not in _ROUNDED]
    return max(errors)


def trajectory(optimizer: Optimizer, landscape: Landscape, theta: Array, lr: float) -> float:
    """Largest difference along a run of our own from their start, with our own gradients."""
    ask = LandscapeAsk(landscape)
    here = theta[:1]
    state = optimizer.start(here, ask)
    path = [here]
    for _ in range(len(theta) - 1):
        here, state, _parts = optimizer.step(here, state, ask, lr, _no_chance)
        path.append(here)
    return difference(np.concatenate(path), theta)


def _no_chance() -> np.random.Generator:
    """Torch's rules ask for no random numbers; that ours would is a fault."""
    raise ValueError("a rule of torch.optim asked for random numbers")


def difference(ours: Array, theirs: Array) -> float:
    """Largest difference in a row, relative to the largest number in that row of `theirs`."""
    axes = tuple(range(1, theirs.ndim))
    size = np.abs(theirs).max(axis=axes)
    return float((np.abs(ours - theirs).max(axis=axes) / np.where(size > 0, size, 1.0)).max())
