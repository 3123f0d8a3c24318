"""Write resources/truth/torch_optim.npz: what torch.optim does, state by state, in float64.

torch is no dependency of the lab, so this runs in an environment of its own, from the root of the repository::

    python -m venv torchenv
    torchenv/bin/pip install torch==2.13.0 numpy
    PYTHONPATH=. torchenv/bin/python tests/truth/make_torch_optim.py

Each run is stored as arrays whose first axis is the step: ``theta`` and the optimizer's ``state`` before the step, and
the ``gradient`` the step was given. That gradient comes from the lab's own closed form, because the update rules are
what is compared: close to a minimum the gradient is a difference of nearly equal numbers, and Adam, which divides by
it, would show the last bit of two formulas as a different step. ``autograd`` is torch's own gradient at the same
points, from formulas written out here, to check ours.
"""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from lab.engine.landscapes import LANDSCAPES

STEPS = 1000
HISTORY = 10
OUT = Path("resources/truth/torch_optim.npz")
STARTS = {"rosenbrock": (-1.2, 1.0), "himmelblau": (5.0, -5.0), "quadratic": (-1.8, 1.2)}


def rosenbrock(p: torch.Tensor) -> torch.Tensor:
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


def himmelblau(p: torch.Tensor) -> torch.Tensor:
    return (p[0] ** 2 + p[1] - 11) ** 2 + (p[0] + p[1] ** 2 - 7) ** 2


def quadratic(p: torch.Tensor) -> torch.Tensor:
    """Condition number 10, the flat direction turned by 30 degrees: the lab's defaults."""
    c, s = math.sqrt(3) / 2, 0.5
    return 0.5 * ((c * p[0] + s * p[1]) ** 2 + 10 * (c * p[1] - s * p[0]) ** 2)


LOSSES = {"rosenbrock": rosenbrock, "himmelblau": himmelblau, "quadratic": quadratic}

Make = Callable[[list[torch.Tensor], float], torch.optim.Optimizer]
OPTIMIZERS: dict[str, tuple[Make, dict[str, str]]] = {
    # the lab's id: (torch's optimizer, {the lab's name of a state array: torch's})
    "sgd": (lambda p, lr: torch.optim.SGD(p, lr=lr), {}),
    "momentum": (lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9), {"velocity": "momentum_buffer"}),
    "nesterov": (lambda p, lr: torch.optim.SGD(p, lr=lr, momentum=0.9, nesterov=True), {"velocity": "momentum_buffer"}),
    "rmsprop": (lambda p, lr: torch.optim.RMSprop(p, lr=lr), {"mean_square": "square_avg"}),
    "adam": (lambda p, lr: torch.optim.Adam(p, lr=lr), {"m": "exp_avg", "v": "exp_avg_sq", "t": "step"}),
}
RUNS = [
    # RMSprop at 1e-2 amplifies the last bit to 1e-2 within 1,000 steps: torch then differs from itself.
    ("sgd", "rosenbrock", 1e-3),
    ("sgd", "himmelblau", 5e-3),
    ("momentum", "rosenbrock", 5e-4),
    ("momentum", "himmelblau", 2e-3),
    ("nesterov", "rosenbrock", 5e-4),
    ("nesterov", "himmelblau", 2e-3),
    ("rmsprop", "rosenbrock", 1e-3),
    ("rmsprop", "himmelblau", 1e-3),
    ("adam", "rosenbrock", 1e-2),
    ("adam", "himmelblau", 1e-2),
]
LBFGS_RUNS = [("lbfgs", "quadratic", 0.2), ("lbfgs", "himmelblau", 0.2)]


def ours(landscape: str, theta: torch.Tensor) -> torch.Tensor:
    return torch.from_numpy(LANDSCAPES[landscape]().gradient(theta.detach().numpy()[None, :])[0])


def autograd(landscape: str, points: np.ndarray) -> np.ndarray:
    out = []
    for point in points:
        p = torch.tensor(point, requires_grad=True)
        LOSSES[landscape](p).backward()
        out.append(p.grad.numpy())
    return np.array(out)


def first_order(name: str, landscape: str, lr: float) -> dict[str, np.ndarray]:
    make, names = OPTIMIZERS[name]
    p = torch.nn.Parameter(torch.tensor(STARTS[landscape], dtype=torch.float64))
    optimizer = make([p], lr)
    rows: dict[str, list[np.ndarray]] = {"theta": [], "gradient": [], **{f"state.{key}": [] for key in names}}
    for _ in range(STEPS + 1):
        rows["theta"].append(p.detach().numpy().copy())
        p.grad = ours(landscape, p)
        rows["gradient"].append(p.grad.numpy().copy())
        for key, theirs in names.items():
            # Before its first step torch has no state: nothing seen, nothing moved.
            held = optimizer.state.get(p, {}).get(theirs, torch.zeros(1 if key == "t" else 2))
            rows[f"state.{key}"].append(held.numpy().astype(float).reshape(-1).copy())
        optimizer.step()
    return {key: np.array(value) for key, value in rows.items()}


def lbfgs(landscape: str, lr: float) -> dict[str, np.ndarray]:
    p = torch.nn.Parameter(torch.tensor(STARTS[landscape], dtype=torch.float64))
    optimizer = torch.optim.LBFGS(
        [p], lr=lr, max_iter=1, history_size=HISTORY, tolerance_grad=0, tolerance_change=0, line_search_fn=None
    )

    def closure() -> torch.Tensor:
        p.grad = ours(landscape, p)
        return LOSSES[landscape](p.detach())

    names = ("theta", "gradient", "state.s", "state.y", "state.rho", "state.count", "state.gamma", "state.steps")
    names += ("state.previous_theta", "state.previous_gradient")
    rows: dict[str, list[np.ndarray]] = {name: [] for name in names}
    for step in range(STEPS + 1):
        gradient = ours(landscape, p).numpy().copy()
        rows["theta"].append(p.detach().numpy().copy())
        rows["gradient"].append(gradient)
        held = optimizer.state[p] if step else {}
        s, y, rho = np.zeros((HISTORY, 2)), np.zeros((HISTORY, 2)), np.zeros(HISTORY)
        count = len(held.get("old_stps", []))
        for i in range(count):
            place = HISTORY - count + i
            s[place], y[place] = held["old_stps"][i].numpy(), held["old_dirs"][i].numpy()
            rho[place] = float(held["ro"][i])
        for key, value in (("s", s), ("y", y), ("rho", rho)):
            rows[f"state.{key}"].append(value)
        rows["state.count"].append(np.array([count], float))
        rows["state.gamma"].append(np.array([float(held.get("H_diag", 1.0))]))
        rows["state.steps"].append(np.array([step], float))
        # torch keeps the step instead; the lab keeps the point it started from.
        rows["state.previous_theta"].append(rows["theta"][max(step - 1, 0)])
        rows["state.previous_gradient"].append(held["prev_flat_grad"].numpy().copy() if step else np.zeros(2))
        if np.abs(gradient).max() < 1e-5:
            break  # about here y.s falls below 1e-10: pairs are dropped and nothing is left to compare
        optimizer.step(closure)
    return {key: np.array(value) for key, value in rows.items()}


def main() -> None:
    arrays: dict[str, np.ndarray] = {}
    runs = []
    for name, landscape, lr in RUNS + LBFGS_RUNS:
        run = lbfgs(landscape, lr) if name == "lbfgs" else first_order(name, landscape, lr)
        run["autograd"] = autograd(landscape, run["theta"])
        settings = {"line_search": "fixed", "history": HISTORY} if name == "lbfgs" else {}
        states = len(run["theta"]) - 1
        runs.append({"optimizer": name, "settings": settings, "landscape": landscape, "lr": lr, "states": states})
        arrays.update({f"{name}.{landscape}.{key}": value for key, value in run.items()})
        print(name, landscape, len(run["theta"]) - 1, run["theta"][-1], np.abs(run["gradient"][-1]).max())
    versions = {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}
    arrays["meta"] = np.array(json.dumps({"runs": runs, "versions": versions}))
    np.savez_compressed(OUT, **arrays)
    print(OUT, OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
