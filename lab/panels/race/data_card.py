"""The data behind the loss, and what the racer in focus makes of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.engine.landscapes import HasSamples
from lab.ui.theme import theme
from lab.ui.widgets import Overlay, Text, glyph_path

SIZE = QSize(216, 156)
FIELD = 40


class DataCard(Overlay):
    """Samples as points; the model as a curve over one feature, or as a field over two."""

    def __init__(self) -> None:
        super().__init__(vertical=True, margins=(10, 6, 10, 8), spacing=4)
        self.setObjectName("card")
        self._title = Text("Data and model", "caption")
        self._picture = _Picture()
        self.box.addWidget(self._title)
        self.box.addWidget(self._picture)

    def show_model(
        self, landscape: HasSamples, theta: NDArray[np.float64], batch: NDArray[np.intp] | None, color_role: str
    ) -> None:
        """Show the model with weights `theta`, and which samples its next step sees."""
        self._picture.adopt(landscape, theta, batch, color_role)
        seen = landscape.n_samples if batch is None else len(batch)
        self._title.setText(f"{landscape.n_samples} samples, {seen} in the next step")


class _Picture(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Data and model")
        self._landscape: HasSamples | None = None
        self._theta = np.zeros(2)
        self._batch: NDArray[np.intp] | None = None
        self._role = "text"

    def sizeHint(self) -> QSize:
        return SIZE

    def adopt(
        self, landscape: HasSamples, theta: NDArray[np.float64], batch: NDArray[np.intp] | None, role: str
    ) -> None:
        """Draw this from now on."""
        self._landscape, self._theta, self._batch, self._role = landscape, theta, batch, role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._landscape is None:
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            X, y = self._landscape.samples()
            lit = np.ones(len(y), dtype=bool)
            if self._batch is not None:
                lit[:] = False
                lit[self._batch] = True
            if X.shape[1] == 1:
                self._curve(painter, X[:, 0], y, lit)
            else:
                self._field(painter, X, y, lit)

    def _curve(self, painter: QPainter, x: NDArray[np.float64], y: NDArray[np.float64], lit: NDArray[np.bool_]) -> None:
        assert self._landscape is not None
        t = theme()
        box = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        (x0, x1), (y0, y1) = _room(x), _room(y)

        def at(a: NDArray[np.float64], b: NDArray[np.float64]) -> list[QPointF]:
            px = box.left() + (a - x0) / (x1 - x0) * box.width()
            py = np.clip(box.bottom() - (b - y0) / (y1 - y0) * box.height(), -1e4, 1e4)
            return [QPointF(u, v) for u, v in zip(px, py, strict=True)]

        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("raised"))
        painter.drawRoundedRect(box, 6, 6)
        painter.setClipRect(box)
        grid = np.linspace(x0, x1, 64)
        with np.errstate(all="ignore"):
            said = self._landscape.predict(self._theta, grid[:, None])
        painter.setPen(QPen(t.color(self._role), 2.2))
        if np.isfinite(said).all():
            painter.drawPolyline(QPolygonF(at(grid, said)))
        painter.setPen(Qt.PenStyle.NoPen)
        for point, on in zip(at(x, y), lit, strict=True):
            painter.setBrush(t.color("text", 0.9 if on else 0.28))
            painter.drawEllipse(point, 2.6, 2.6)

    def _field(self, painter: QPainter, X: NDArray[np.float64], y: NDArray[np.float64], lit: NDArray[np.bool_]) -> None:
        assert self._landscape is not None
        t = theme()
        box = QRectF(self.rect()).adjusted(4, 4, -4, -4)
        (x0, x1), (y0, y1) = _room(X[:, 0]), _room(X[:, 1])
        u, v = np.meshgrid(np.linspace(x0, x1, FIELD), np.linspace(y1, y0, FIELD))
        with np.errstate(all="ignore"):
            said = self._landscape.predict(self._theta, np.stack([u.ravel(), v.ravel()], axis=1))
        said = np.nan_to_num(said, nan=0.5)
        lut = t.lut("diverging")
        # Class 1 is blue, class 0 vermillion; the middle of the ramp is where the model can't tell.
        rgb = np.ascontiguousarray(lut[(55 + said.clip(0, 1) * 145).astype(np.uint8)].reshape(FIELD, FIELD, 3))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(box, QImage(rgb.data, FIELD, FIELD, 3 * FIELD, QImage.Format.Format_RGB888))
        painter.setPen(QPen(t.color(t.ink, 0.8), 0.8))
        for (a, b), label, on in zip(X, y, lit, strict=True):
            px = box.left() + (a - x0) / (x1 - x0) * box.width()
            py = box.bottom() - (b - y0) / (y1 - y0) * box.height()
            painter.setBrush(t.color("blue" if label > 0.5 else "vermillion", 1.0 if on else 0.3))
            painter.drawPath(glyph_path("o" if label > 0.5 else "t1", 7, px, py))


def _room(values: NDArray[np.float64]) -> tuple[float, float]:
    lo, hi = float(values.min()), float(values.max())
    pad = 0.08 * (hi - lo) or 1.0
    return lo - pad, hi + pad
