"""How time is taken: medians of rounds, references alternating with us, garbage collected in between."""

from __future__ import annotations

import gc
import importlib
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from types import ModuleType

Work = Callable[[], object]

#: A round repeats the work until it lasts about this long: the clock's grain and one stray interrupt don't show then.
ROUND_SECONDS = 0.02
ROUNDS = 7


def seconds(*works: Work, quick: bool, rounds: int = ROUNDS) -> tuple[float, ...]:
    """Median seconds of each of some works, one after the other in every round.

    Alternating lets a machine that slows down, or a neighbour that wakes up, hit all of them alike: their ratio stays
    true where the numbers themselves don't. Cost: about `rounds` x `ROUND_SECONDS` x number of works.
    """
    repeats = [1 if quick else _repeats(work) for work in works]
    found: list[list[float]] = [[] for _ in works]
    for _ in range(1 if quick else rounds):
        for work, count, times in zip(works, repeats, found, strict=True):
            gc.collect()
            begun = time.perf_counter()
            for _ in range(count):
                work()
            times.append((time.perf_counter() - begun) / count)
    return tuple(statistics.median(times) for times in found)


def _repeats(work: Work) -> int:
    work()  # imports, caches
    begun = time.perf_counter()
    work()
    return max(1, round(ROUND_SECONDS / max(time.perf_counter() - begun, 1e-7)))


def each(work: Callable[[int], object], targets: Iterable[int]) -> list[float]:
    """Seconds of ``work(target)`` for each target."""
    gc.collect()
    times = []
    for target in targets:
        begun = time.perf_counter()
        work(target)
        times.append(time.perf_counter() - begun)
    return times


def quantile(times: Sequence[float], share: float) -> float:
    """The value below which this share of the times lies (nearest rank)."""
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def optional(name: str) -> ModuleType | None:
    """A reference library, or None where it isn't installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None
