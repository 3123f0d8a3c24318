"""``visual-lab bench``: one table of speeds, each line printed as soon as it is known."""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Iterator

import numpy as np

from lab.bench import BENCHES, Row, Skipped

_TITLES = ("task", "size", "this lab", "budget", "reference", "ratio", "")
_WIDTHS = (49, 27, 10, 9, 10, 8, 0)
_LEFT = (0, 1, 6)


def run(arguments: argparse.Namespace) -> int:
    """Print the table; always 0, since a slow machine is no fault (what crashes ends the run)."""
    quick: bool = arguments.quick
    begun = time.perf_counter()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {platform.machine()} {platform.system()}")
    if quick:
        print("Tiny sizes and a single round: this shows that everything runs, not how fast.")
    print("ratio: how many times faster this lab is than the reference in the same run; frame = steps + repaint.\n")
    print(line(_TITLES), flush=True)
    rows = over = 0
    for found in measure(quick):
        print(line(cells(found)), flush=True)
        if isinstance(found, Row):
            rows += 1
            over += found.over
    print(_load())
    print(f"{rows} measured in {time.perf_counter() - begun:.0f} s, {over} over budget")
    return 0


def _load() -> str:
    """How busy the machine was: with more programs than cores every time above is too long, ratios apart."""
    cores = os.cpu_count() or 1
    if not hasattr(os, "getloadavg"):
        return f"\n{cores} cores"
    load = os.getloadavg()[1]
    warning = ": others were at work, times are too long (ratios hold)" if load > cores else ""
    return f"\n{cores} cores, load over five minutes {load:.1f}{warning}"


def measure(quick: bool) -> Iterator[Row | Skipped]:
    """Everything, in order of the files' names."""
    for entry in BENCHES:
        yield from entry.item(quick)


def cells(found: Row | Skipped) -> tuple[str, ...]:
    """The texts of one line."""
    if isinstance(found, Skipped):
        return found.task, f"skipped: {found.why}"
    budget = "" if found.budget is None else amount(found.budget, found.unit)
    theirs = "" if found.theirs is None else amount(found.theirs, found.unit)
    ratio = "" if found.ratio is None else f"{found.ratio:.3g}x"
    note = "  ".join(part for part in ("OVER BUDGET" if found.over else "", found.reference) if part)
    return found.task, found.size, amount(found.ours, found.unit), budget, theirs, ratio, note


def line(texts: tuple[str, ...]) -> str:
    """Texts as aligned columns; numbers stand right."""
    if len(texts) == 2:
        return f"{texts[0]:<{_WIDTHS[0]}}  {texts[1]}"
    padded = [
        text.ljust(width) if i in _LEFT else text.rjust(width)
        for i, (text, width) in enumerate(zip(texts, _WIDTHS, strict=True))
    ]
    return "  ".join(padded).rstrip()


def amount(value: float, unit: str) -> str:
    """A number with three digits and its unit: 0.8 µs, 12.3 ms, 41 MB, 0.2 %, 3."""
    if unit == "s":
        for factor, name in ((1e9, "ns"), (1e6, "µs"), (1e3, "ms")):
            if value * factor < 999.5:
                return f"{_digits(value * factor)} {name}"
        return f"{_digits(value)} s"
    if unit:
        return f"{_digits(value)} {unit}"
    return f"{value:.0f}"


def _digits(value: float) -> str:
    size = abs(value)
    return f"{value:.{2 if size < 9.995 else 1 if size < 99.95 else 0}f}"
