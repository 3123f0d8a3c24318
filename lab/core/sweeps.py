"""One parameter over a range: which values a sweep gives to its lanes."""

from __future__ import annotations

import math
from typing import Any

from lab.core.errors import BadValue
from lab.core.params import Declared, Param

#: Lanes of one sweep: so many can still be told apart by eye.
FEWEST, MOST = 2, 12
#: What a new sweep suggests.
USUAL = 6


def sweepable(d: Declared) -> bool:
    """Whether a parameter has values to walk through: a number, one of several words, or on and off."""
    if d.param.hidden or d.param.family is not None:
        return False
    return bool(d.param.choices) or d.type in (bool, int, float)


def over_range(d: Declared) -> bool:
    """Whether its sweep goes from one number to another; otherwise it takes every value there is."""
    return not d.param.choices and d.type in (int, float)


def suggested(d: Declared, value: float) -> tuple[float, float, int]:
    """From, to and how many: around the present value, inside the declared range.

    A decade each way where the declaration is logarithmic, else a quarter of the slider's length.
    """
    p = d.param
    ends = p.slider or (value - max(abs(value), 1.0), value + max(abs(value), 1.0))
    if p.log and value > 0:
        lo, hi = value / 10.0, value * 10.0
    else:
        # Far beyond the slider a quarter of its length would be lost in the value's digits.
        reach = max((ends[1] - ends[0]) / 4, 1.0 if d.type is int else 1e-6 * abs(value))
        lo, hi = value - reach, value + reach
    # A present value beyond the slider is allowed, and so is a range around it.
    lo, hi = max(lo, min(ends[0], value)), min(hi, max(ends[1], value))
    lo, hi = _inside(p, lo, hi), _inside(p, hi, lo)
    if d.type is int:
        first, last = math.ceil(lo), math.floor(hi)
        return first, last, min(USUAL, max(last - first + 1, FEWEST))
    short = _round_inwards(lo, up=True), _round_inwards(hi, up=False)
    # Beyond the slider a range is narrow: rounding may turn it round.
    return (*(short if short[0] < short[1] else (lo, hi)), USUAL)


def values(d: Declared, lo: float, hi: float, count: int) -> tuple[Any, ...]:
    """The values of a sweep, rising.

    Numbers stand evenly between `lo` and `hi`, by powers of ten where the declaration is logarithmic; the ends are
    kept exactly, what lies between is rounded to three digits where that tells it apart. Choices and switches take all
    their values, whatever the range.

    Raises
    ------
    BadValue
        Under ``from``, ``to`` or ``how many``: outside the declaration, an empty range, too few or too many values.
    """
    if not over_range(d):
        every = tuple(d.param.choices) or (False, True)
        if len(every) > MOST:
            raise BadValue("how many", f"{len(every)} values are too many; a sweep has at most {MOST}")
        return every
    for name, end in (("from", lo), ("to", hi)):
        d.param.check(end, name)
    if lo >= hi:
        raise BadValue("to", f"{hi:.15g} is not above {lo:.15g}, where the range begins")
    if not FEWEST <= count <= MOST:
        raise BadValue("how many", f"{count} is not between {FEWEST} and {MOST}")
    if d.param.log and lo <= 0:
        raise BadValue("from", f"{lo:.15g} is not above 0, where powers of ten begin")
    shares = [i / (count - 1) for i in range(count)]
    if d.param.log:
        found = [lo * (hi / lo) ** share for share in shares]
    else:
        found = [lo + (hi - lo) * share for share in shares]
    found[0], found[-1] = lo, hi
    if d.type is int:
        whole = sorted({round(v) for v in found})
        if len(whole) < count:
            raise BadValue("how many", f"there are not {count} whole numbers to take from {lo:g} to {hi:g}")
        return tuple(whole)
    short = [lo, *(_short(v) for v in found[1:-1]), hi]
    return tuple(short if len(set(short)) == count and sorted(short) == short else found)


def _inside(p: Param, value: float, other: float) -> float:
    """`value`, or where the bounds exclude it a place just within them, on the way to `other`."""
    for share in (0.0, 1e-3, 1e-2, 0.1, 0.5):
        moved = value + (other - value) * share
        try:
            p.check(moved)
        except BadValue:
            continue
        return moved
    return value


def _short(value: float) -> float:
    return float(f"{value:.2e}")


def _round_inwards(value: float, *, up: bool) -> float:
    """As few digits as keep the end of a range inside it: 0.9999 stays, where two digits would make it 1."""
    for digits in range(2, 8):
        short = float(f"{value:.{digits}e}")
        if short == value or (abs(short - value) <= 0.01 * abs(value) and (short > value) == up):
            return short
    return value
