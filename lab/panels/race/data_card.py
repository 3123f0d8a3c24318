"""The data behind the loss, and what the racer in focus makes of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.engine.landscapes import HasSamples
from lab.ui.icons import icon
from lab.ui.theme import theme
from lab.ui.widgets import Button, Overlay, Text, glyph_path

#: The picture where there is room for it, and the narrowest that still shows anything.
SIZE, NARROWEST = QSize(216, 156), 96
#: Of the plot below it, the card takes at most this share of the width and of the height.
SHARE, SHARE_UP = 0.35, 0.55
#: Over a plot less wide than this, in pixels, the card is a chip until it is pressed.
FOLDS_BELOW = 300
#: Left and right of the picture, and above and below it together with the words, in pixels at 100 % text.
BESIDE, ABOVE = 22, 38
#: The chip is so much wider than its words.
CHIP = 56
FIELD = 40
#: In a picture of this width or less marks are smaller, or they would hide each other.
SMALL_MARKS = 140


class DataCard(Overlay):
    """Samples as points; the model as a curve over one feature, or as a field over two.

    It is as large as the plot below it allows. Over a small plot it is a chip that says how many samples there are;
    a press on that opens the picture, and another folds it again.
    """

    #: The hand has opened it, or folded it again.
    unfolded = Signal()

    def __init__(self) -> None:
        super().__init__(vertical=True, margins=(10, 6, 10, 8), spacing=4)
        self.setObjectName("card")
        self._title = Text("Data and model", "caption")
        self._chip = Button("", "caret-down", kind="link", tooltip="Show the data and the model on them")
        self._chip.clicked.connect(self._on_pressed)
        self._picture = _Picture()
        self.box.addWidget(self._title)
        self.box.addWidget(self._chip, 0, Qt.AlignmentFlag.AlignLeft)
        self.box.addWidget(self._picture)
        self._plot = QSizeF(1e4, 1e4)
        #: There is room for a chip only; the hand has opened it all the same.
        self._small = self._opened = False
        self._samples, self._seen = 0, 0
        self._arrange()

    @property
    def opened(self) -> bool:
        """Whether the hand has opened it where there is room for a chip only."""
        return self._small and self._opened

    @property
    def folded(self) -> bool:
        """Whether it is a chip."""
        return self._small and not self._opened

    def give_room(self, plot: QSizeF) -> None:
        """Follow the size of the plot that it lies on."""
        if plot != self._plot:
            self._plot = plot
            self._arrange()

    def show_model(
        self, landscape: HasSamples, theta: NDArray[np.float64], batch: NDArray[np.intp] | None, color_role: str
    ) -> None:
        """Show the model with weights `theta`, and which samples its next step sees."""
        if not self.folded:
            self._picture.adopt(landscape, theta, batch, color_role)
        seen = landscape.n_samples if batch is None else len(batch)
        if (landscape.n_samples, seen) != (self._samples, self._seen):
            self._samples, self._seen = landscape.n_samples, seen
            self._say()

    def _on_pressed(self) -> None:
        self._opened = not self._opened
        self._arrange()
        self.unfolded.emit()

    def _arrange(self) -> None:
        """Give picture and words the room that there is."""
        wide, high = self._plot.width() * SHARE - BESIDE, self._plot.height() * SHARE_UP - ABOVE
        room = min(1.0, wide / SIZE.width(), high / SIZE.height())
        self._small = self._plot.width() < FOLDS_BELOW or room * SIZE.width() < NARROWEST
        if self._small:
            # Opened on purpose it may be as wide as the plot, which it never leaves.
            wide, high = self._plot.width() - 2 * BESIDE - 8, self._plot.height() - ABOVE - 2 * BESIDE
            room = max(min(1.0, wide / SIZE.width(), high / SIZE.height()), 0.1)
        self._picture.resize_to(SIZE * room)
        self._title.setVisible(not self._small)
        self._chip.setVisible(self._small)
        self._chip.setIcon(icon("caret-down" if self.folded else "caret-up", "muted"))
        self._picture.setVisible(not self.folded)
        self.box.setContentsMargins(*((2, 1, 6, 1) if self.folded else (10, 6, 10, 8)))
        self._say()

    def _say(self) -> None:
        """How many samples there are, and how many the next step sees, in the longest words that have room."""
        n, seen = self._samples, self._seen
        whole = f"{n} samples, {seen} in the next step"
        short = f"{n} samples" if n == seen else f"{seen} of {n} samples"
        room = self._picture.sizeHint().width()
        fits = self._title.fontMetrics().horizontalAdvance(whole) <= room
        self._title.setText(whole if fits else short)
        self._title.hint("" if fits else whole)
        chip = f"{n} samples"
        wide = self._chip.fontMetrics().horizontalAdvance(chip) + CHIP
        self._chip.setText(chip if wide <= self._plot.width() - BESIDE else str(n))
        self._chip.setAccessibleName(f"{whole}: show or hide the picture")


class _Picture(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Data and model")
        self._size = SIZE
        self._landscape: HasSamples | None = None
        self._theta = np.zeros(2)
        self._batch: NDArray[np.intp] | None = None
        self._role = "text"

    def sizeHint(self) -> QSize:
        return self._size

    def resize_to(self, size: QSize) -> None:
        """Be as large as this from now on."""
        if size != self._size:
            self._size = size
            self.updateGeometry()

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
        radius = 2.6 if box.width() > SMALL_MARKS else 1.8
        for point, on in zip(at(x, y), lit, strict=True):
            painter.setBrush(t.color("text", 0.9 if on else 0.28))
            painter.drawEllipse(point, radius, radius)

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
        size = 7.0 if box.width() > SMALL_MARKS else 5.0
        for (a, b), label, on in zip(X, y, lit, strict=True):
            px = box.left() + (a - x0) / (x1 - x0) * box.width()
            py = box.bottom() - (b - y0) / (y1 - y0) * box.height()
            painter.setBrush(t.color("blue" if label > 0.5 else "vermillion", 1.0 if on else 0.3))
            painter.drawPath(glyph_path("o" if label > 0.5 else "t1", size, px, py))


def _room(values: NDArray[np.float64]) -> tuple[float, float]:
    lo, hi = float(values.min()), float(values.max())
    pad = 0.08 * (hi - lo) or 1.0
    return lo - pad, hi + pad
