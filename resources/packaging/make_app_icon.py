"""Draw the application's icon: a ball on its way down a loss curve, another one behind it.

Writes ``resources/icons/app.png`` (for the window, also in the wheel) and, beside this script, ``app.ico`` and
``app.icns`` (for the executables). Run it after a change of the drawing::

    uv run python resources/packaging/make_app_icon.py
"""

from __future__ import annotations

import os
import struct
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QBuffer, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage, QLinearGradient, QPainter, QPainterPath, QPen

HERE = Path(__file__).resolve().parent
ICONS = HERE.parent / "icons"

# The dark theme's raised, bg and line_strong; its accent, gradient and forward colours.
TOP, BOTTOM, RIM = "#1D2530", "#0E1218", "#3B4757"
CURVE, FIRST, SECOND = "#8EA2FF", "#FFA24A", "#3AD6BC"

#: Sizes inside an .ico, and the four-letter types of an .icns with their pixels (ic11 to ic14 are the doubled ones).
ICO_SIZES = (16, 24, 32, 48, 64, 128, 256)
ICNS_TYPES = {"icp4": 16, "icp5": 32, "ic07": 128, "ic08": 256, "ic09": 512, "ic11": 32, "ic12": 64, "ic13": 256}


def draw(size: int) -> QImage:
    """The icon at `size` pixels, drawn on a 22 x 22 grid; small sizes get a thicker line and no rim."""
    image = QImage(size, size, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(size / 26, size / 26)
    small = size <= 32
    ground = QLinearGradient(0, 0, 0, 26)
    ground.setColorAt(0, QColor(TOP))
    ground.setColorAt(1, QColor(BOTTOM))
    painter.setBrush(ground)
    painter.setPen(Qt.PenStyle.NoPen if small else QPen(QColor(RIM), 0.35))
    painter.drawRoundedRect(QRectF(1, 1, 24, 24), 5.4, 5.4)

    painter.translate(2, 1)
    curve = QPainterPath(QPointF(2.4, 5))
    curve.cubicTo(6, 21, 15, 22, 19.6, 4)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor(CURVE), 2.4 if small else 1.9, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawPath(curve)
    painter.setPen(Qt.PenStyle.NoPen)
    for centre, radius, colour in ((QPointF(8.2, 14.6), 3.1, FIRST), (QPointF(16.8, 12.2), 2.2, SECOND)):
        painter.setBrush(QColor(colour))
        painter.drawEllipse(centre, radius, radius)
    painter.end()
    return image


def png(size: int) -> bytes:
    """The icon as a PNG file's bytes."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    draw(size).save(buffer, "PNG")
    return bytes(buffer.data().data())


def ico(sizes: tuple[int, ...]) -> bytes:
    """A Windows icon: a directory of 16-byte entries, then the PNGs; a side of 256 is written as 0."""
    pictures = [png(size) for size in sizes]
    offset = 6 + 16 * len(sizes)
    directory = struct.pack("<HHH", 0, 1, len(sizes))
    for size, picture in zip(sizes, pictures, strict=True):
        directory += struct.pack("<BBBBHHII", size % 256, size % 256, 0, 0, 1, 32, len(picture), offset)
        offset += len(picture)
    return directory + b"".join(pictures)


def icns(types: dict[str, int]) -> bytes:
    """An Apple icon: after the header, each PNG behind its type and its length including these 8 bytes."""
    blocks = b""
    for kind, size in types.items():
        picture = png(size)
        blocks += kind.encode("ascii") + struct.pack(">I", len(picture) + 8) + picture
    return b"icns" + struct.pack(">I", len(blocks) + 8) + blocks


def main() -> None:
    """Write the three files."""
    application = QGuiApplication([])
    ICONS.mkdir(exist_ok=True)
    (ICONS / "app.png").write_bytes(png(512))
    (HERE / "app.ico").write_bytes(ico(ICO_SIZES))
    (HERE / "app.icns").write_bytes(icns(ICNS_TYPES))
    application.quit()


if __name__ == "__main__":
    main()
