"""The only place that knows where resources lie: source tree, installed wheel, frozen executable."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def resources() -> Path:
    """The folder of fonts, icons, tokens, lessons and stored truths.

    An installed wheel and the frozen executable carry it as ``lab/_resources``; a source tree has it beside ``lab``.
    """
    for place in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        if place.is_dir():
            return place
    raise FileNotFoundError(f"the lab's resources are missing beside {_PACKAGE}")


def resource(*parts: str) -> Path:
    """One resource, e.g. ``resource("fonts", "Inter-Regular.otf")``; FileNotFoundError names what is missing."""
    path = resources().joinpath(*parts)
    if not path.exists():
        raise FileNotFoundError(f"resource {'/'.join(parts)} is missing")
    return path
