"""Write resources/truth/torch_optim.npz: what torch.optim does, state by state, in float64.

torch is no dependency of the lab, so this runs in an environment of its own, from the root of the repository::

    python -m venv torchenv
    torchenv/bin/pip install torch==2.13.0 numpy
    PYTHONPATH=. torchenv/bin/python tests/truth/make_torch_optim.py

Each run is stored as arrays whose first axis is the step: ``theta`` and the optimizer's ``state`` before the step, and
the ``gradient`` the step was given. That gradient comes from the lab's own closed form, because the update rules are
what is compared: close to a minimum the gradient is a difference of nearly equal numbers, and Adam, which divides by
it, would show the last bit of two formulas as a different step. ``autograd``, along some paths, is torch's own gradient
at the same points, from formulas written out here, to check ours.
"""

from __future__ import annotations

import json
import math
import platform
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import optim

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


@dataclass(frozen=True)
class Rule:
    """One optimizer with settings.

    `id` and `settings` are the lab's, `make` is torch's, `state` maps the lab's name of a state array to torch's.
    """

    id: str
    make: Make
    state: dict[str, str]
    settings: dict[str, float | bool | str] = field(default_factory=dict)


MOMENTS = {"m": "exp_avg", "v": "exp_avg_sq", "t": "step"}
VELOCITY = {"velocity": "momentum_buffer"}
SQUARES = {"mean_square": "square_avg"}
DECAY = {"weight_decay": 0.1}

RULES = {
    "sgd": Rule("sgd", lambda p, lr: optim.SGD(p, lr), {}),
    "sgd_decay": Rule("sgd", lambda p, lr: optim.SGD(p, lr, weight_decay=0.1), {}, DECAY),
    "momentum": Rule("momentum", lambda p, lr: optim.SGD(p, lr, momentum=0.9), VELOCITY),
    "momentum_decay": Rule("momentum", lambda p, lr: optim.SGD(p, lr, momentum=0.9, weight_decay=0.1), VELOCITY, DECAY),
    "nesterov": Rule("nesterov", lambda p, lr: optim.SGD(p, lr, momentum=0.9, nesterov=True), VELOCITY),
    "nesterov_decay": Rule(
        "nesterov", lambda p, lr: optim.SGD(p, lr, momentum=0.9, nesterov=True, weight_decay=0.1), VELOCITY, DECAY
    ),
    "adagrad": Rule("adagrad", lambda p, lr: optim.Adagrad(p, lr), {"total": "sum"}),
    "adadelta": Rule("adadelta", lambda p, lr: optim.Adadelta(p, lr), {**SQUARES, "step_square": "acc_delta"}),
    "rmsprop": Rule("rmsprop", lambda p, lr: optim.RMSprop(p, lr), SQUARES),
    "rmsprop_centred": Rule(
        "rmsprop", lambda p, lr: optim.RMSprop(p, lr, centered=True), {**SQUARES, "mean": "grad_avg"}, {"centred": True}
    ),
    "rmsprop_momentum": Rule(
        "rmsprop", lambda p, lr: optim.RMSprop(p, lr, momentum=0.9), {**SQUARES, **VELOCITY}, {"momentum": 0.9}
    ),
    "rmsprop_all": Rule(
        "rmsprop",
        lambda p, lr: optim.RMSprop(p, lr, momentum=0.9, centered=True, weight_decay=0.1),
        {**SQUARES, **VELOCITY, "mean": "grad_avg"},
        {"momentum": 0.9, "centred": True, **DECAY},
    ),
    "adam": Rule("adam", lambda p, lr: optim.Adam(p, lr), MOMENTS),
    "adam_decay": Rule("adam", lambda p, lr: optim.Adam(p, lr, weight_decay=0.1), MOMENTS, DECAY),
    "amsgrad": Rule("amsgrad", lambda p, lr: optim.Adam(p, lr, amsgrad=True), {**MOMENTS, "v_max": "max_exp_avg_sq"}),
    "adamw": Rule("adamw", lambda p, lr: optim.AdamW(p, lr, weight_decay=0.1), MOMENTS, DECAY),
    "adamax": Rule("adamax", lambda p, lr: optim.Adamax(p, lr), {"m": "exp_avg", "u": "exp_inf", "t": "step"}),
    "nadam": Rule("nadam", lambda p, lr: optim.NAdam(p, lr), {**MOMENTS, "mu_product": "mu_product"}),
    "nadam_decay": Rule(
        "nadam", lambda p, lr: optim.NAdam(p, lr, weight_decay=0.1), {**MOMENTS, "mu_product": "mu_product"}, DECAY
    ),
    "radam": Rule("radam", lambda p, lr: optim.RAdam(p, lr), MOMENTS),
    "rprop": Rule("rprop", lambda p, lr: optim.Rprop(p, lr), {"previous": "prev", "size": "step_size"}),
}
#: (rule, landscape, learning rate, whether the whole trajectory can be compared).
RUNS = [
    # RMSprop at 1e-2 amplifies the last bit to 1e-2 within 1,000 steps: torch then differs from itself.
    ("sgd", "rosenbrock", 1e-3, True),
    ("sgd", "himmelblau", 5e-3, True),
    ("sgd_decay", "rosenbrock", 1e-3, True),
    ("momentum", "rosenbrock", 5e-4, True),
    ("momentum", "himmelblau", 2e-3, True),
    ("momentum_decay", "rosenbrock", 5e-4, True),
    ("nesterov", "rosenbrock", 5e-4, True),
    ("nesterov", "himmelblau", 2e-3, True),
    ("nesterov_decay", "rosenbrock", 5e-4, True),
    ("adagrad", "rosenbrock", 0.5, True),
    # Adadelta does so at any learning rate.
    ("adadelta", "rosenbrock", 1.0, False),
    ("rmsprop", "rosenbrock", 1e-3, True),
    ("rmsprop", "himmelblau", 1e-3, True),
    # A variance is a difference of two nearly equal means.
    ("rmsprop_centred", "rosenbrock", 1e-3, False),
    ("rmsprop_momentum", "rosenbrock", 1e-4, True),
    ("rmsprop_all", "rosenbrock", 1e-4, False),
    ("adam", "rosenbrock", 1e-2, True),
    ("adam", "himmelblau", 1e-2, True),
    ("adam_decay", "rosenbrock", 1e-2, True),
    ("amsgrad", "rosenbrock", 1e-2, True),
    ("adamw", "rosenbrock", 1e-2, True),
    ("adamax", "rosenbrock", 1e-2, True),
    ("nadam", "rosenbrock", 1e-2, True),
    ("nadam_decay", "rosenbrock", 1e-2, True),
    ("radam", "rosenbrock", 2e-4, True),
    ("rprop", "rosenbrock", 1e-2, True),
]
LBFGS_RUNS = [("lbfgs", "quadratic", 0.2), ("lbfgs", "himmelblau", 0.2)]
#: The paths along which our gradients are compared with torch's own.
WITH_AUTOGRAD = ("momentum", "adam", "lbfgs")
#: What a state array holds before torch has made it: nothing seen, nothing moved, no factor in a product.
BEFORE = {"t": torch.zeros(1), "mu_product": torch.ones(1)}


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
    rule = RULES[name]
    p = torch.nn.Parameter(torch.tensor(STARTS[landscape], dtype=torch.float64))
    optimizer = rule.make([p], lr)
    rows: dict[str, list[np.ndarray]] = {"theta": [], "gradient": [], **{f"state.{key}": [] for key in rule.state}}
    for _ in range(STEPS + 1):
        rows["theta"].append(p.detach().numpy().copy())
        p.grad = ours(landscape, p)
        rows["gradient"].append(p.grad.numpy().copy())
        for key, theirs in rule.state.items():
            held = optimizer.state.get(p, {}).get(theirs, BEFORE.get(key, torch.zeros(2)))
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
    # torch keeps its scalars (NAdam's product) in the default type.
    torch.set_default_dtype(torch.float64)
    arrays: dict[str, np.ndarray] = {}
    runs = []

    def add(name: str, landscape: str, run: dict[str, np.ndarray], **said: object) -> None:
        if name in WITH_AUTOGRAD:
            run["autograd"] = autograd(landscape, run["theta"])
        runs.append({"name": name, "landscape": landscape, "states": len(run["theta"]) - 1, **said})
        arrays.update({f"{name}.{landscape}.{key}": value for key, value in run.items()})
        print(name, landscape, len(run["theta"]) - 1, run["theta"][-1], np.abs(run["gradient"][-1]).max())

    for name, landscape, lr, stable in RUNS:
        rule = RULES[name]
        said = {"id": rule.id, "settings": rule.settings, "lr": lr, "trajectory": stable}
        add(name, landscape, first_order(name, landscape, lr), **said)
    for name, landscape, lr in LBFGS_RUNS:
        settings = {"line_search": "fixed", "history": HISTORY}
        add(name, landscape, lbfgs(landscape, lr), id="lbfgs", settings=settings, lr=lr, trajectory=True)
    versions = {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}
    arrays["meta"] = np.array(json.dumps({"runs": runs, "versions": versions}))
    np.savez_compressed(OUT, **arrays)
    print(OUT, OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
