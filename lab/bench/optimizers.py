"""One step of each rule beside torch.optim's, and L-BFGS to convergence beside SciPy's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import numpy as np

from lab.bench import BENCHES, Row, Skipped
from lab.bench._measure import Work, optional, seconds
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.optimizers import OPTIMIZERS, Array, LandscapeAsk, Optimizer
from lab.engine.optimizers.lbfgs import LBFGS

#: Steps per measurement, from a fresh start each time: converged rules must not be measured.
STEPS = 20
SIZES = (1, 64, 10_000)
#: Where a run of L-BFGS has arrived: the largest component of the gradient.
TOLERANCE = 1e-6

TorchMake = Callable[[Any, list[Any], Any], Any]
#: torch's optimizer for each of ours, given torch, the parameters and our rule.
TORCH: dict[str, TorchMake] = {
    "sgd": lambda torch, p, o: torch.optim.SGD(p, lr=o.learning_rate),
    "momentum": lambda torch, p, o: torch.optim.SGD(p, lr=o.learning_rate, momentum=o.momentum),
    "nesterov": lambda torch, p, o: torch.optim.SGD(p, lr=o.learning_rate, momentum=o.momentum, nesterov=True),
    "rmsprop": lambda torch, p, o: torch.optim.RMSprop(p, lr=o.learning_rate, alpha=o.decay),
    "adam": lambda torch, p, o: torch.optim.Adam(p, lr=o.learning_rate, betas=(o.beta1, o.beta2)),
    "lbfgs": lambda torch, p, o: torch.optim.LBFGS(p, lr=o.learning_rate, max_iter=1, history_size=o.history),
}


@BENCHES.register("optimizers", title="Optimizers")
def optimizers(quick: bool) -> Iterator[Row | Skipped]:
    """One step with its gradient, for 1, 64 and 10,000 points at once on Himmelblau's function."""
    torch = optional("torch")
    if torch is None:
        yield Skipped("one step beside torch.optim", "torch is not installed")
    for entry in OPTIMIZERS:
        # torch's L-BFGS takes all points for one weight vector: only a single one is the same work.
        optimizer = LBFGS(line_search="fixed") if entry.item is LBFGS else entry.item()
        for n in SIZES[:2] if quick else SIZES:
            starts = _near_a_minimum(n)
            works: list[Work] = [partial(_run, optimizer, starts)]
            if torch is not None and entry.id in TORCH and (entry.id != "lbfgs" or n == 1):
                works.append(partial(_run_torch, torch, TORCH[entry.id], optimizer, starts))
            ours, *theirs = (total / STEPS for total in seconds(*works, quick=quick))
            reference = f"torch {torch.__version__}" if torch is not None and theirs else ""
            yield Row(
                f"{entry.title}: one step", f"n = {n:,}", ours, theirs=next(iter(theirs), None), reference=reference
            )


@BENCHES.register("convergence", title="L-BFGS to convergence")
def convergence(quick: bool) -> Iterator[Row | Skipped]:
    """Rosenbrock's function from many starts at once, beside SciPy, which takes one after the other."""
    scipy = optional("scipy")
    optimize = optional("scipy.optimize")
    if scipy is None or optimize is None:
        yield Skipped("L-BFGS to convergence beside SciPy", "scipy is not installed")
    for n in (1, 16) if quick else (1, 16, 256):
        starts = np.random.default_rng(0).uniform((-2.0, -1.0), (2.0, 3.0), (n, 2))
        works: list[Work] = [partial(_converge, starts)]
        if optimize is not None:
            works.append(partial(_converge_scipy, optimize, starts))
        ours, *theirs = seconds(*works, quick=quick)
        reference = f"scipy {scipy.__version__}, L-BFGS-B" if scipy is not None and theirs else ""
        yield Row(
            "L-BFGS until every |g| < 1e-6",
            f"{n:,} start{'s' * (n > 1)}",
            ours,
            theirs=next(iter(theirs), None),
            reference=reference,
        )


def _near_a_minimum(n: int) -> Array:
    """Points from which every rule runs at its default rate."""
    return np.array([3.0, 2.0]) + np.random.default_rng(0).uniform(-0.5, 0.5, (n, 2))


def _run(optimizer: Optimizer, theta: Array) -> None:
    ask = LandscapeAsk(Himmelblau())
    draw = partial(np.random.default_rng, 0)
    state = optimizer.start(theta, ask)
    for _ in range(STEPS):
        theta, state, _parts = optimizer.step(theta, state, ask, optimizer.learning_rate, draw)


def _run_torch(torch: Any, make: TorchMake, optimizer: Optimizer, theta: Array) -> None:
    points = torch.tensor(theta, requires_grad=True)
    rule = make(torch, [points], optimizer)

    def loss() -> Any:
        rule.zero_grad()
        x, y = points[:, 0], points[:, 1]
        total = ((x * x + y - 11) ** 2 + (x + y * y - 7) ** 2).sum()
        total.backward()
        return total

    for _ in range(STEPS):
        rule.step(loss)


def _converge(theta: Array) -> None:
    """All starts as one batch, from which those that have arrived are taken out."""
    optimizer, landscape = LBFGS(), Rosenbrock()
    draw = partial(np.random.default_rng, 0)
    ask = LandscapeAsk(landscape)
    state = optimizer.start(theta, ask)
    while len(theta):
        theta, state, _parts = optimizer.step(theta, state, ask, 1.0, draw)
        running = np.abs(ask.gradient(theta)).max(axis=1) >= TOLERANCE
        if not running.all():
            theta = theta[running]
            state = {name: array[running] for name, array in state.items()}
            ask = LandscapeAsk(landscape)


def _converge_scipy(optimize: Any, starts: Array) -> None:
    landscape = Rosenbrock()
    for start in starts:
        optimize.minimize(
            landscape.value, start, jac=landscape.gradient, method="L-BFGS-B",
            options={"gtol": TOLERANCE, "ftol": 0.0, "maxiter": 10_000},
        )  # fmt: skip
