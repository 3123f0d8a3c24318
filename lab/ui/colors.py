"""Arithmetic with colours given as ``#RRGGBB``."""

from __future__ import annotations

from PySide6.QtGui import QColor


def mix(a: str, b: str, t: float) -> str:
    """The colour a share `t` of the way from `a` to `b`, in sRGB."""
    one, two = QColor(a), QColor(b)
    parts = ((one.red(), two.red()), (one.green(), two.green()), (one.blue(), two.blue()))
    return "#" + "".join(f"{round(x + (y - x) * t):02X}" for x, y in parts)


def veil(color: str, alpha: float) -> str:
    """A translucent colour in the words of a style sheet."""
    c = QColor(color)
    return f"rgba({c.red()},{c.green()},{c.blue()},{round(alpha * 255)})"
