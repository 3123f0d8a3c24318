"""One experiment per file: engine pieces composed into a Simulation."""

from __future__ import annotations

from typing import Any

from lab.core.registry import Family

SIMS: Family[type[Any]] = Family("sims", __name__)
