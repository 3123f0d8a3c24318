"""One step taken apart: its parts as arrows, head to tail, and as numbers that add up."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.sims.race import Dissection
from lab.ui import fonts
from lab.ui.theme import theme
from lab.ui.widgets import IconButton, Overlay, Text, number_text, row

_ROLES = {
    "gradient": "gradient",
    "momentum": "forward",
    "first moment": "forward",
    "scaling": "accent",
    "curvature": "accent",
    "weight decay": "warn",
}
_OTHERS = ("purple", "yellow", "sky", "green")
PICTURE = 132
ROW = 20


def part_role(name: str, index: int) -> str:
    """The colour of a part: the same meaning has the same colour everywhere."""
    return _ROLES.get(name, _OTHERS[index % len(_OTHERS)])


class StepApart(Overlay):
    """The next step of the racer in focus, part by part.

    The parts lie head to tail, and what they end at is the step: they add up to it exactly. Walking through the
    phases shows one part after the other.
    """

    closed = Signal()
    #: The hand wants this phase: 0 shows all, k the first k parts.
    phase_chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__(vertical=True, margins=(14, 6, 8, 10), spacing=2)
        self.setObjectName("card")
        self._drawing = _Drawing()
        self._title = Text("Next step: what each part adds", "strong")
        back = IconButton("caret-left", "Previous part", size=14)
        forth = IconButton("caret-right", "Next part", size=14)
        close = IconButton("x", "Close", size=13)
        back.clicked.connect(lambda: self._walk(-1))
        forth.clicked.connect(lambda: self._walk(1))
        close.clicked.connect(self.closed)
        self.box.addLayout(row(self._title, None, back, forth, close, spacing=2))
        self.box.addWidget(self._drawing)

    @property
    def phases(self) -> int:
        """How many parts the step has."""
        return len(self._drawing.parts)

    def show_step(self, answer: Dissection, phase: int) -> None:
        """Show these parts, all of them (phase 0) or the first few."""
        self._drawing.show_parts(answer.parts, answer.theta_next - answer.theta, phase)

    def _walk(self, by: int) -> None:
        self.phase_chosen.emit((self._drawing.phase + by) % (self.phases + 1))


class _Drawing(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Parts of the step")
        self.parts: list[tuple[str, NDArray[np.float64]]] = []
        self.phase = 0
        self._step = np.zeros(2)

    def sizeHint(self) -> QSize:
        return QSize(PICTURE + 232, max(PICTURE, ROW * (len(self.parts) + 1) + 16))

    def show_parts(self, parts: Mapping[str, NDArray[np.float64]], step: NDArray[np.float64], phase: int) -> None:
        """Keep the parts as plane vectors and draw them."""
        grown = len(parts) != len(self.parts)
        self.parts = [(name, vector) for name, vector in parts.items()]
        self._step, self.phase = step, phase
        words = [f"{name} {_vector(v)}" for name, v in self.parts]
        self.setAccessibleDescription("; ".join([*words, f"together {_vector(step)}"]))
        if grown:
            self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._chain(painter, QRectF(4, 6, PICTURE - 8, PICTURE - 8))
            self._numbers(painter, PICTURE + 10)

    def _chain(self, painter: QPainter, box: QRectF) -> None:
        t = theme()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("raised"))
        painter.drawRoundedRect(box, 6, 6)
        corners = [np.zeros(2)]
        for _, vector in self.parts:
            corners.append(corners[-1] + _plane(vector))
        ends = np.array([*corners, _plane(self._step)])
        if not np.isfinite(ends).all():
            return
        lo, hi = ends.min(axis=0), ends.max(axis=0)
        span = max(float((hi - lo).max()), 1e-300)
        scale = (box.width() - 34) / span
        middle = (lo + hi) / 2

        def at(point: NDArray[np.float64]) -> QPointF:
            x, y = (point - middle) * scale
            return QPointF(box.center().x() + x, box.center().y() - y)

        shown = self.phase or len(self.parts)
        _arrow(painter, at(corners[0]), at(ends[-1]), "text", 3.4, 1.0 if shown == len(self.parts) else 0.18)
        for i, (name, _) in enumerate(self.parts):
            alpha = 1.0 if i < shown else 0.18
            _arrow(painter, at(corners[i]), at(corners[i + 1]), part_role(name, i), 1.8, alpha)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("text"))
        painter.drawEllipse(at(corners[0]), 3, 3)

    def _numbers(self, painter: QPainter, left: float) -> None:
        t = theme()
        shown = self.phase or len(self.parts)
        top = 6.0
        rows = [(name, v, part_role(name, i), i < shown) for i, (name, v) in enumerate(self.parts)]
        rows.append(("step Δθ", self._step, "text", shown == len(self.parts)))
        for i, (name, vector, role, lit) in enumerate(rows):
            if i == len(rows) - 1:
                painter.setPen(QPen(t.color("line_strong"), 1))
                painter.drawLine(QPointF(left, top + 4), QPointF(self.width() - 8, top + 4))
                top += 8
            painter.setPen(QPen(t.color(role, 1.0 if lit else 0.25), 2.5))
            painter.drawLine(QPointF(left, top + ROW / 2), QPointF(left + 12, top + ROW / 2))
            painter.setPen(t.color("text" if lit else "faint"))
            painter.setFont(fonts.font(fonts.CAPTION, fonts.MEDIUM))
            box = QRectF(left + 20, top, self.width() - left - 28, ROW)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            painter.setFont(fonts.font(fonts.CAPTION))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _vector(vector))
            top += ROW


def _plane(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """A vector of one weight lies along the axis."""
    return vector if len(vector) == 2 else np.array([vector[0], 0.0])


def _vector(vector: NDArray[np.float64]) -> str:
    return "(" + ", ".join(number_text(float(v), 3) for v in vector) + ")"


def _arrow(painter: QPainter, start: QPointF, tip: QPointF, role: str, width: float, alpha: float) -> None:
    color = theme().color(role, alpha)
    length = math.hypot(tip.x() - start.x(), tip.y() - start.y())
    if length < 0.5:
        return
    angle = math.atan2(tip.y() - start.y(), tip.x() - start.x())
    size = min(8.0, length * 0.7)
    back = QPointF(tip.x() - size * math.cos(angle), tip.y() - size * math.sin(angle))
    across = QPointF(-math.sin(angle) * size / 2, math.cos(angle) * size / 2)
    painter.setPen(QPen(color, width))
    painter.drawLine(start, back)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([tip, back + across, back - across]))
