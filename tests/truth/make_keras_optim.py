"""Write resources/truth/keras_optim.npz: what Keras' optimizers do where they differ from PyTorch's, in float64.

Keras is no dependency of the lab, so this runs in an environment of its own, from the root of the repository::

    python -m venv kerasenv
    kerasenv/bin/pip install keras==3.15.1 torch==2.13.0 numpy
    PYTHONPATH=. KERAS_BACKEND=torch kerasenv/bin/python tests/truth/make_keras_optim.py

Arrays as in ``make_torch_optim.py``: points, gradients handed in and state before each step. Keras' defaults apply
where nothing else is said; the lab's settings beside each run spell them out.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np

from lab.engine.landscapes import LANDSCAPES

STEPS = 300
OUT = Path("resources/truth/keras_optim.npz")
START = (-1.2, 1.0)
K = keras.optimizers
ADAM = {"m": "_momentums", "v": "_velocities", "t": "iterations"}
EPSILON = {"epsilon": 1e-7, "convention": "keras"}
RMS = {"decay": 0.9, **EPSILON}
DECAY = {"weight_decay": 0.1}
Make = Callable[[float], Any]
#: name -> (the lab's id, the lab's settings, Keras' optimizer, {the lab's state: Keras' variables}, learning rate)
RULES: dict[str, tuple[str, dict[str, Any], Make, dict[str, str], float]] = {
    "momentum": (
        "momentum", {"convention": "keras"}, lambda lr: K.SGD(lr, momentum=0.9), {"velocity": "momentums"}, 5e-4,
    ),
    "momentum_decay": (
        "momentum", {"convention": "keras", **DECAY}, lambda lr: K.SGD(lr, momentum=0.9, weight_decay=0.1),
        {"velocity": "momentums"}, 5e-4,
    ),
    "nesterov": (
        "nesterov", {"convention": "keras"}, lambda lr: K.SGD(lr, momentum=0.9, nesterov=True),
        {"velocity": "momentums"}, 5e-4,
    ),
    "adagrad": ("adagrad", EPSILON, K.Adagrad, {"total": "_accumulators"}, 0.5),
    "adadelta": (
        "adadelta", {"decay": 0.95, "epsilon": 1e-7}, K.Adadelta,
        {"mean_square": "_accumulated_grads", "step_square": "_accumulated_delta_vars"}, 1.0,
    ),
    "rmsprop": ("rmsprop", RMS, K.RMSprop, {"mean_square": "_velocities"}, 1e-3),
    "rmsprop_momentum": (
        "rmsprop", {**RMS, "momentum": 0.9}, lambda lr: K.RMSprop(lr, momentum=0.9),
        {"mean_square": "_velocities", "velocity": "_momentums"}, 1e-4,
    ),
    "rmsprop_all": (
        "rmsprop", {**RMS, "momentum": 0.9, "centred": True, **DECAY},
        lambda lr: K.RMSprop(lr, momentum=0.9, centered=True, weight_decay=0.1),
        {"mean_square": "_velocities", "velocity": "_momentums", "mean": "_average_gradients"}, 1e-4,
    ),
    "adam": ("adam", EPSILON, K.Adam, ADAM, 1e-2),
    "adam_decay": ("adam", {**EPSILON, **DECAY}, lambda lr: K.Adam(lr, weight_decay=0.1), ADAM, 1e-2),
    "amsgrad": (
        "amsgrad", EPSILON, lambda lr: K.Adam(lr, amsgrad=True), {**ADAM, "v_max": "_velocity_hats"}, 1e-2,
    ),
    "adamw": ("adamw", {**EPSILON, "weight_decay": 0.004}, K.AdamW, ADAM, 1e-2),
    "adamax": ("adamax", EPSILON, K.Adamax, {"m": "_m", "u": "_u", "t": "iterations"}, 1e-2),
    "nadam": ("nadam", EPSILON, K.Nadam, {**ADAM, "mu_product": "_u_product"}, 1e-2),
    "lion": ("lion", {"beta2": 0.99}, K.Lion, {"m": "_momentums"}, 5e-3),
}  # fmt: skip
#: Adadelta amplifies the last bit to 1e-2; a variance is a difference of two nearly equal means.
UNSTABLE = ("adadelta", "rmsprop_all")


def held(optimizer: Any, attribute: str) -> np.ndarray:
    """One state array as Keras holds it: a variable, or a list with one for each weight."""
    value = getattr(optimizer, attribute)
    array = keras.ops.convert_to_numpy(value[0] if isinstance(value, list) else value)
    return np.array(array, float).reshape(-1)


def run(name: str) -> dict[str, np.ndarray]:
    _id, _settings, make, names, lr = RULES[name]
    landscape = LANDSCAPES["rosenbrock"]()
    optimizer = make(lr)
    p = keras.Variable(np.array(START), dtype="float64")
    optimizer.build([p])
    assert float(optimizer.learning_rate) == lr, "the learning rate is not held in float64"
    rows: dict[str, list[np.ndarray]] = {"theta": [], "gradient": [], **{f"state.{key}": [] for key in names}}
    for _ in range(STEPS + 1):
        theta = keras.ops.convert_to_numpy(p).copy()
        gradient = landscape.gradient(theta[None, :])[0]
        rows["theta"].append(theta)
        rows["gradient"].append(gradient)
        for key, theirs in names.items():
            rows[f"state.{key}"].append(held(optimizer, theirs))
        optimizer.apply([keras.ops.convert_to_tensor(gradient, dtype="float64")])
    return {key: np.array(value) for key, value in rows.items()}


def main() -> None:
    keras.config.set_floatx("float64")
    arrays: dict[str, np.ndarray] = {}
    runs = []
    for name, (id, settings, _make, _names, lr) in RULES.items():
        path = run(name)
        said = {"id": id, "settings": settings, "lr": lr, "trajectory": name not in UNSTABLE}
        runs.append({"name": name, "landscape": "rosenbrock", "states": STEPS, **said})
        arrays.update({f"{name}.rosenbrock.{key}": value for key, value in path.items()})
        print(name, path["theta"][-1])
    versions = {"keras": keras.__version__, "numpy": np.__version__, "python": platform.python_version()}
    arrays["meta"] = np.array(json.dumps({"runs": runs, "versions": versions}))
    np.savez_compressed(OUT, **arrays)
    print(OUT, OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
