"""Carry a panel out of the room: pictures and tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QRectF, QSize
from PySide6.QtGui import QGuiApplication, QImage, QImageWriter, QPainter, QRegion
from PySide6.QtSvg import QSvgGenerator
from PySide6.QtWidgets import QWidget

from lab.core.errors import FileRefused
from lab.core.session import replace_file
from lab.ui.panel import Panel
from lab.ui.theme import theme

#: Nothing there is seen.
AWAY = QPoint(-9999, -9999)


@contextmanager
def put_aside(widgets: Sequence[QWidget]) -> Iterator[None]:
    """Out of sight for a moment; moved and not hidden, so that neither the layout nor the keyboard notices."""
    places = [(widget, widget.pos()) for widget in widgets]
    for widget, _ in places:
        widget.move(AWAY)
    try:
        yield
    finally:
        for widget, place in places:
            widget.move(place)


def picture(widget: QWidget, scale: float = 2.0, without: Sequence[QWidget] = (), part: QRect | None = None) -> QImage:
    """The widget as it stands, `scale` times as fine as on the screen; `without` some of what lies on it.

    `part` is what of it is seen, by default all.
    """
    part = widget.rect() if part is None else part
    image = QImage(part.size() * scale, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(scale)
    image.fill(theme().color("bg"))
    with put_aside(without):
        widget.render(image, QPoint(0, 0), QRegion(part))
    return image


def png(widget: QWidget, path: Path, scale: float = 2.0, without: Sequence[QWidget] = ()) -> None:
    """Write a widget as PNG; `FileRefused` says why not."""
    _write_png(picture(widget, scale, without), path)


def _write_png(image: QImage, path: Path) -> None:
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    if not QImageWriter(buffer, QByteArray(b"PNG")).write(image):
        raise FileRefused(f"{path.name} could not be drawn")
    replace_file(path, bytes(held.data()))


def panel_png(view: Panel, path: Path, scale: float = 2.0) -> None:
    """Write a whole panel as PNG: without what stands beside it, such as a lesson, and what is said to who sits there.

    A lesson has what somebody typed there, which is nobody else's.
    """
    _write_png(picture(view, scale, (view.notice,), view.pictured), path)


def stage_svg(view: Panel, path: Path) -> None:
    """Write a panel's stage as SVG: marks, trails and text stay vectors, the heat image is embedded."""
    size = view.stage.size() if hasattr(view, "stage") else view.size()
    area = QRectF(0, 0, size.width(), size.height())
    held = QByteArray()
    buffer = QBuffer(held)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(size))
    generator.setViewBox(area)
    generator.setTitle(view.experiment.spec.title)
    generator.setDescription("Made with Visual Lab")
    # A view that fails must not leave a painter open: that would take the process with it.
    with QPainter(generator) as painter:
        painter.fillRect(area, theme().color("surface"))
        view.paint_vector(painter, area)
    buffer.close()
    replace_file(path, bytes(held.data()))


def csv(view: Panel, path: Path) -> None:
    """Write the data of a panel's plots; UTF-8, a header line, dots for decimals."""
    replace_file(path, view.export_csv().encode("utf-8"))


def copy_picture(widget: QWidget, without: Sequence[QWidget] = ()) -> None:
    """Put a widget's picture on the clipboard."""
    QGuiApplication.clipboard().setImage(picture(widget, without=without))
