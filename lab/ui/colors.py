"""Arithmetic with colours given as ``#RRGGBB``."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QColor

#: Oklab (Ottosson 2020): linear sRGB to cone responses, and their cube roots to lightness and two colour axes.
_CONES = np.array([
    [0.4122214708, 0.5363325363, 0.0514459929],
    [0.2119034982, 0.6806995451, 0.1073969566],
    [0.0883024619, 0.2817188376, 0.6299787005],
])  # fmt: skip
_LAB = np.array([
    [0.2104542553, 0.7936177850, -0.0040720468],
    [1.9779984951, -2.4285922050, 0.4505937099],
    [0.0259040371, 0.7827717662, -0.8086757660],
])  # fmt: skip


def mix(a: str, b: str, t: float) -> str:
    """The colour a share `t` of the way from `a` to `b`, in sRGB."""
    one, two = QColor(a), QColor(b)
    parts = ((one.red(), two.red()), (one.green(), two.green()), (one.blue(), two.blue()))
    return "#" + "".join(f"{round(x + (y - x) * t):02X}" for x, y in parts)


def veil(color: str, alpha: float) -> str:
    """A translucent colour in the words of a style sheet."""
    c = QColor(color)
    return f"rgba({c.red()},{c.green()},{c.blue()},{round(alpha * 255)})"


def between(stops: Sequence[str], share: float, lightness: tuple[float, float]) -> str:
    """A colour of a perceptual ramp: hues run through `stops`, lightness evenly from one value to the other.

    Worked out in Oklab, so that equal steps of `share` (0 to 1) look equally far apart and in order even without hue.
    """
    rgb = np.array([[c.redF(), c.greenF(), c.blueF()] for c in map(QColor, stops)])
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    lab = np.cbrt(linear @ _CONES.T) @ _LAB.T
    at = share * (len(stops) - 1)
    mixed = np.array([np.interp(at, np.arange(len(stops)), lab[:, k]) for k in range(3)])
    mixed[0] = lightness[0] + (lightness[1] - lightness[0]) * share
    for chroma in (1.0, 0.85, 0.7, 0.5, 0.0):
        cones = np.linalg.solve(_LAB, mixed * (1.0, chroma, chroma)) ** 3
        found = np.linalg.solve(_CONES, cones)
        # What no screen can show is made paler rather than another hue.
        if (found > -0.01).all() and (found < 1.01).all():
            break
    found = np.clip(found, 0.0, 1.0)
    shown = np.where(found <= 0.0031308, found * 12.92, 1.055 * found ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(float(v) * 255):02X}" for v in shown)
