"""Write resources/truth/torch_schedules.npz: torch's learning rates step by step, and its clipped gradients.

torch is no dependency of the lab, so this runs in an environment of its own, from the root of the repository::

    torchenv/bin/python tests/truth/make_torch_schedules.py

``name.rate`` is the rate of each step at a base rate of 0.1 over a horizon of 200 steps; ``name.loss`` the losses a
schedule looked at, the first of them before the first step.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import utils
from torch.optim import lr_scheduler

STEPS = 200
BASE = 0.1
OUT = Path("resources/truth/torch_schedules.npz")


def warmup_cosine(o: torch.optim.Optimizer) -> Any:
    rise = lr_scheduler.LinearLR(o, start_factor=0.2, total_iters=30)
    fall = lr_scheduler.CosineAnnealingLR(o, T_max=STEPS - 30, eta_min=0.05 * BASE)
    return lr_scheduler.SequentialLR(o, [rise, fall], milestones=[30])


#: name -> (the lab's id, the lab's settings, torch's scheduler)
SCHEDULES: dict[str, tuple[str, dict[str, float], Callable[[torch.optim.Optimizer], Any]]] = {
    "constant": ("constant", {}, lambda o: lr_scheduler.ConstantLR(o, factor=1.0)),
    "step": ("step", {"every": 30, "factor_per_drop": 0.3}, lambda o: lr_scheduler.StepLR(o, 30, 0.3)),
    "exponential": ("exponential", {"gamma": 0.98}, lambda o: lr_scheduler.ExponentialLR(o, 0.98)),
    "cosine": ("cosine", {}, lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS)),
    "cosine_floor": (
        "cosine", {"floor": 0.2}, lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, eta_min=0.2 * BASE),
    ),
    "warmup_cosine": ("warmup_cosine", {"warmup": 0.15, "first": 0.2, "floor": 0.05}, warmup_cosine),
    "one_cycle": ("one_cycle", {}, lambda o: lr_scheduler.OneCycleLR(o, BASE, total_steps=STEPS)),
    "one_cycle_late": (
        "one_cycle", {"rise": 0.6, "start_divisor": 10.0, "end_divisor": 50.0},
        lambda o: lr_scheduler.OneCycleLR(
            o, BASE, total_steps=STEPS, pct_start=0.6, div_factor=10.0, final_div_factor=50.0
        ),
    ),
    "inverse_time": (
        "inverse_time", {"half_time": 40.0}, lambda o: lr_scheduler.LambdaLR(o, lambda t: 1.0 / (1.0 + t / 40.0)),
    ),
    "plateau": ("plateau", {}, lambda o: lr_scheduler.ReduceLROnPlateau(o)),
    "plateau_all": (
        "plateau", {"factor_per_drop": 0.5, "patience": 3, "threshold": 0.01, "cooldown": 5, "floor": 0.02},
        lambda o: lr_scheduler.ReduceLROnPlateau(
            o, factor=0.5, patience=3, threshold=0.01, cooldown=5, min_lr=0.02 * BASE
        ),
    ),
}  # fmt: skip


def losses() -> np.ndarray:
    """Falls, rests, falls again, wavers: shape (STEPS,)."""
    rng = np.random.default_rng(0)
    falling = np.concatenate([np.linspace(5.0, 2.0, 60), np.full(40, 2.0), np.geomspace(2.0, 0.5, STEPS - 100)])
    return falling * (1.0 + 0.02 * rng.standard_normal(STEPS))


def rates(make: Callable[[torch.optim.Optimizer], Any], looks: np.ndarray | None) -> np.ndarray:
    p = torch.nn.Parameter(torch.zeros(1))
    p.grad = torch.zeros(1)
    optimizer = torch.optim.SGD([p], lr=BASE)
    scheduler = make(optimizer)
    rows = []
    for t in range(STEPS):
        if looks is not None:
            scheduler.step(looks[t])
        rows.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        if looks is None and t < STEPS - 1:
            scheduler.step()
    return np.array(rows)


def clipped(gradient: np.ndarray, clip: Callable[[torch.nn.Parameter], object]) -> np.ndarray:
    rows = []
    for row in gradient:
        p = torch.nn.Parameter(torch.zeros(2))
        p.grad = torch.tensor(row)
        clip(p)
        rows.append(p.grad.numpy())
    return np.array(rows)


def main() -> None:
    torch.set_default_dtype(torch.float64)
    arrays: dict[str, np.ndarray] = {}
    runs = []
    for name, (id, settings, make) in SCHEDULES.items():
        looks = losses() if id == "plateau" else None
        arrays[f"{name}.rate"] = rates(make, looks)
        if looks is not None:
            arrays[f"{name}.loss"] = looks
        runs.append({"name": name, "id": id, "settings": settings, "base": BASE, "horizon": STEPS})
        print(name, arrays[f"{name}.rate"][[0, 1, STEPS // 2, -1]])
    gradient = np.random.default_rng(1).standard_normal((100, 2)) * np.geomspace(1e-3, 1e3, 100)[:, None]
    arrays["clip.gradient"] = gradient
    arrays["clip.norm"] = clipped(gradient, lambda p: utils.clip_grad_norm_([p], 1.5))
    arrays["clip.value"] = clipped(gradient, lambda p: utils.clip_grad_value_([p], 1.5))
    versions = {"torch": torch.__version__, "numpy": np.__version__, "python": platform.python_version()}
    arrays["meta"] = np.array(json.dumps({"runs": runs, "clip": 1.5, "versions": versions}))
    np.savez_compressed(OUT, **arrays)
    print(OUT, OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
