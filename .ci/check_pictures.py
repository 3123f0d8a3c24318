"""Look at two pictures of the window: right size, something drawn, and the light one lighter than the dark one."""

from __future__ import annotations

import os
import sys

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtGui import QColor, QImage

#: An empty window has a colour or two; text alone, being antialiased, has dozens.
FEWEST_COLOURS = 32
EVERY = 3  # pixels, in both directions


def look(path: str) -> tuple[str, int, float]:
    """Size as WxH, number of colours, and mean lightness from 0 to 1."""
    image = QImage(path)
    points = [(x, y) for y in range(0, image.height(), EVERY) for x in range(0, image.width(), EVERY)]
    colours = [image.pixel(x, y) for x, y in points]
    lightness = sum(QColor(colour).lightnessF() for colour in colours) / max(1, len(colours))
    return f"{image.width()}x{image.height()}", len(set(colours)), lightness


def main(size: str, dark: str, light: str) -> int:
    """0 when both are as they should be, 1 otherwise."""
    found = [look(dark), look(light)]
    for path, (is_size, colours, lightness) in zip((dark, light), found, strict=True):
        print(f"{os.path.basename(path)}: {is_size}, {colours} colours, mean lightness {lightness:.2f}")
    sizes_right = all(is_size == size for is_size, _, _ in found)
    drawn = all(colours >= FEWEST_COLOURS for _, colours, _ in found)
    return 0 if sizes_right and drawn and found[0][2] < found[1][2] else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
