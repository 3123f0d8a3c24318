"""Any experiment as a script that uses the lab as a library: the run built up again, exact to the bit."""

from __future__ import annotations

import dataclasses
import sys
from typing import Any

import numpy as np

from lab.core.errors import LabError
from lab.core.params import declared
from lab.core.run import Run


class _Names:
    """Which classes a script has to import, and what they are called there."""

    def __init__(self, simulation: type[Any]) -> None:
        self._public = simulation.__module__
        self._names: dict[type[Any], str] = {}
        self._modules: dict[type[Any], str] = {}

    def of(self, cls: type[Any]) -> str:
        """The name of a class in the script."""
        if cls not in self._names:
            taken = set(self._names.values())
            name = cls.__name__
            while name in taken:
                name += "_"
            self._names[cls] = name
            module = cls.__module__
            # What the simulation's own module offers is taken from there, not from the private file it lies in.
            private = module.rpartition(".")[2].startswith("_")
            if private and getattr(sys.modules[self._public], cls.__name__, None) is cls:
                module = self._public
            self._modules[cls] = module
        return self._names[cls]

    def imports(self) -> list[str]:
        """The import lines, sorted."""
        by_module: dict[str, list[str]] = {}
        for cls, name in self._names.items():
            shown = cls.__name__ if name == cls.__name__ else f"{cls.__name__} as {name}"
            by_module.setdefault(self._modules[cls], []).append(shown)
        return [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(by_module.items())]


def library_script(simulation: type[Any], run: Run, steps: int) -> str:
    """A script that makes this run again and takes it to step `steps`.

    It prints the digest of the last frame, and what the simulation's `report` (if it has one) says of it. Costs as
    many lines as the run has events. `LabError` where the run uses documents: those travel in session files.
    """
    if run.documents:
        raise LabError("a run with documents can't be written as a script; save it as a session")
    names = _Names(simulation)
    sim, run_name = names.of(simulation), names.of(Run)
    config = _written(run.config, names, 0)
    events = [f"run = run.with_event({step}, {_written(event, names, 0)})" for step, event in run.events()]
    report = ["", "for line in frame_report(sim.frame()):", "    print(line)"] if hasattr(simulation, "report") else []
    report = [line.replace("frame_report", f"{sim}.report") for line in report]
    body = [
        f"run = {run_name}({config}, seed={run.seed})",
        *events,
        "",
        f"timeline = Timeline({sim}, run)",
        f"timeline.seek({steps})",
        "sim = timeline.sim",
        'print("digest", digest(sim.frame()))',
        *report,
    ]
    fixed = ["from lab.core.simulation import digest", "from lab.core.timeline import Timeline"]
    imports = sorted([*names.imports(), *fixed])
    text = "\n".join(body)
    if "np.array(" in text:
        imports = ["import numpy as np", "", *imports]
    head = f'"""{steps:,} steps, with Visual Lab as a library: the same numbers to the bit, for the same build."""'
    return "\n".join([head, "", *imports, "", text, ""])


def _written(value: Any, names: _Names, depth: int) -> str:
    """A value as the Python expression that makes it; fields that stand at their default are left out."""
    if isinstance(value, np.ndarray):
        names_of_dtype = f"dtype={value.dtype.name!r}"
        return f"np.array({value.tolist()!r}, {names_of_dtype})"
    if isinstance(value, np.generic):
        return repr(value.item())
    if isinstance(value, tuple):
        inner = [_written(item, names, depth + 1) for item in value]
        flat = f"({', '.join(inner)}{',' if len(inner) == 1 else ''})"
        if len(flat) + 4 * depth < 100:
            return flat
        pad = " " * (4 * (depth + 1))
        return "(\n" + "".join(f"{pad}{item},\n" for item in inner) + " " * (4 * depth) + ")"
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        given = [
            f"{d.name}={_written(getattr(value, d.name), names, depth + 1)}"
            for d in declared(type(value))
            if not _same(getattr(value, d.name), d.default)
        ]
        name = names.of(type(value))
        flat = f"{name}({', '.join(given)})"
        if len(flat) + 4 * depth < 100 and "\n" not in flat:
            return flat
        pad = " " * (4 * (depth + 1))
        return f"{name}(\n" + "".join(f"{pad}{item},\n" for item in given) + " " * (4 * depth) + ")"
    if value is None or isinstance(value, bool | int | float | str):
        return repr(value)
    raise LabError(f"{type(value).__name__} can't be written as a script; save the session")


def _same(value: Any, default: Any) -> bool:
    if isinstance(value, np.ndarray) or isinstance(default, np.ndarray):
        return False
    # 1 and 1.0 are equal, but not the same text: a whole number given for a float is written out.
    return type(value) is type(default) and bool(value == default)
