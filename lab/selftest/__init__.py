"""Every pinned truth, checked on this machine and in this build: ``python -m lab selftest``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from lab.core.proof import Finding
from lab.core.registry import Family

__all__ = ["TRUTHS", "Finding", "Truth"]


Truth = Callable[[], Iterable[Finding]]

TRUTHS: Family[Truth] = Family("truths", __name__)
