"""Typeset a rule the way the equation strip will, to see that it is valid."""

from __future__ import annotations

import re
import warnings
from functools import cache

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # ziamath 0.13 opens its font by importlib.resources.path
    import ziamath

SLOT = re.compile(r"\\(slotv?)\{(\w+)\}")
ROLES = ("control", "gradient", "forward", "result")


def slots(latex: str) -> dict[str, str]:
    """Name of each slot to "slot" (a scalar) or "slotv" (a vector)."""
    return {name: kind for kind, name in SLOT.findall(latex)}


@cache
def height(latex: str) -> float:
    """Height in pixels of a formula whose roles are plain braces and whose slots hold a typical number."""
    for role in ROLES:
        latex = latex.replace(rf"\role{{{role}}}", "")
    vector = r"\left(\begin{array}{c}-0.1234\\-0.1234\end{array}\right)"
    latex = SLOT.sub(lambda m: vector if m[1] == "slotv" else "0.1234", latex)
    assert r"\role" not in latex, "unknown role"
    return float(ziamath.Latex(latex, size=20).getsize()[1])
