"""One step taken apart: its parts as arrows, head to tail, and as numbers that add up."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lab.sims.race import Dissection
from lab.ui import fonts
from lab.ui.theme import manager, theme, weight
from lab.ui.widgets import IconButton, Overlay, Text, number_text, row

_ROLES = {
    "gradient": "gradient",
    "momentum": "forward",
    "first moment": "forward",
    "scaling": "accent",
    "curvature": "accent",
    "weight decay": "warn",
}
#: What each part does, in two or three words, and in a sentence.
_DOES = {
    "gradient": ("downhill", "The step of plain descent: the learning rate times the slope, downhill."),
    "momentum": ("what rolls on", "What is left of earlier steps, which goes on rolling."),
    "first moment": (
        "averaging",
        "Averaging the gradients of the last steps (the first moment) turns the step by this much.",
    ),
    "scaling": (
        "dividing",
        "Dividing each coordinate by the usual size of its gradients changes the step by this much.",
    ),
    "curvature": (
        "bending",
        "Taking into account how the landscape bends changes the step by this much.",
    ),
    "weight decay": ("pull to zero", "Weight decay shrinks the weights by this much."),
    "look-ahead": ("slope ahead", "The gradient is taken where the momentum leads: that changes this much."),
    "last direction": ("kept from it", "What the last direction adds, so that its gain is kept."),
    "sign": ("signs only", "Keeping only the sign of each coordinate changes the step by this much."),
    "sign and size": (
        "signs, own sizes",
        "Only the sign of each slope counts, with a step size for each coordinate: that changes this much.",
    ),
    "move": ("without a slope", "Where the rule goes without having asked for a slope."),
}
_OTHERS = ("purple", "yellow", "sky", "green")
PICTURE = 132
#: The step itself is drawn at least this long, in pixels: enlarged, and by how much is said.
LEAST = 26.0
NUMBERS = 272
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
        self._walks = (back, forth)
        self.box.addLayout(row(self._title, None, back, forth, close, spacing=2))
        self.box.addWidget(self._drawing)

    @property
    def phases(self) -> int:
        """How many parts the step has."""
        return len(self._drawing.parts)

    def show_step(self, answer: Dissection, phase: int) -> None:
        """Show these parts, all of them (phase 0) or the first few."""
        for button in self._walks:
            button.setVisible(len(answer.parts) > 1)
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
        self._corners: list[QPointF] = []
        # Larger text needs larger rows.
        manager().changed.connect(self.updateGeometry)

    def sizeHint(self) -> QSize:
        numbers = round(_row() * (len(self.parts) + 1)) + 16
        return QSize(self._picture + round(NUMBERS * _larger()), max(self._picture, numbers))

    @property
    def _picture(self) -> int:
        """Side of the picture, in pixels; a step of one part is that arrow itself, which the stage shows."""
        return PICTURE if len(self.parts) != 1 else 0

    def show_parts(self, parts: Mapping[str, NDArray[np.float64]], step: NDArray[np.float64], phase: int) -> None:
        """Keep the parts as plane vectors and draw them."""
        grown = len(parts) != len(self.parts)
        self.parts = [(name, vector) for name, vector in parts.items()]
        self._step, self.phase = step, phase
        words = [f"{name} {_vector(v)}: {_DOES.get(name, ('', ''))[0]}".rstrip(": ") for name, v in self.parts]
        self.setAccessibleDescription("; ".join([*words, f"together {_vector(step)}"]))
        if grown:
            self.updateGeometry()
        self.update()

    def doing(self, y: float) -> str:
        """What the part does whose row lies at a height, in a sentence; nothing elsewhere."""
        row = int((y - 6.0) // _row())
        if not 0 <= row < len(self.parts):
            return ""
        return _DOES.get(self.parts[row][0], ("", ""))[1]

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.doing(event.pos().y()), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self._picture:
                self._chain(painter, QRectF(4, 6, PICTURE - 8, PICTURE - 8))
            self._numbers(painter, self._picture + 10 if self._picture else 2)

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
        flat = _along_one_line([_plane(vector) for _, vector in self.parts])
        # Points along the parts and the step, which words had better not lie on.
        chain = [*corners, _plane(self._step)]
        self._corners = [at(a + (b - a) * k / 8) for a, b in itertools.pairwise([*chain, corners[0]]) for k in range(9)]
        for i, (name, _) in enumerate(self.parts):
            alpha = 1.0 if i < shown else 0.18
            # Parts along one line would hide each other: what comes first is then broader.
            width = 2.0 + (1.8 * (len(self.parts) - 1 - i) if flat else 0.0)
            _arrow(painter, at(corners[i]), at(corners[i + 1]), part_role(name, i), width, alpha)
        self._whole(painter, box, at(corners[0]), at(ends[-1]), 1.0 if shown == len(self.parts) else 0.25)

    def _whole(self, painter: QPainter, box: QRectF, start: QPointF, tip: QPointF, alpha: float) -> None:
        """What the parts add up to, over them: however short beside them, it can be seen."""
        t = theme()
        across, down = tip.x() - start.x(), tip.y() - start.y()
        length = math.hypot(across, down)
        words = "Δθ"
        if 1e-9 < length < LEAST:
            tip = QPointF(start.x() + across * LEAST / length, start.y() + down * LEAST / length)
            words = f"Δθ × {number_text(LEAST / length, 2)}"
        _arrow(painter, start, tip, "raised", 6.5, alpha)
        _arrow(painter, start, tip, "text", 3.0, alpha)
        painter.setPen(QPen(t.color("raised"), 1.5))
        painter.setBrush(t.color("text"))
        painter.drawEllipse(start, 4 * weight(), 4 * weight())
        if length <= 1e-9:
            words = "Δθ = 0"
        painter.setFont(fonts.font(fonts.TICK, fonts.SEMIBOLD))
        metrics = painter.fontMetrics()
        wide, high = metrics.horizontalAdvance(words), metrics.height()
        # In that corner where fewest of the arrows are.
        room = box.adjusted(6, 4, -6, -4)
        places = [
            QRectF(x, y, wide, high)
            for y in (room.bottom() - high, room.top())
            for x in (room.right() - wide, room.left())
        ]
        best = min(places, key=lambda place: sum(place.adjusted(-3, -3, 3, 3).contains(p) for p in self._corners))
        painter.setPen(t.color("text", alpha))
        painter.drawText(best, Qt.AlignmentFlag.AlignCenter, words)

    def _numbers(self, painter: QPainter, left: float) -> None:
        t = theme()
        shown = self.phase or len(self.parts)
        top, high = 6.0, _row()
        rows = [(name, v, part_role(name, i), i < shown) for i, (name, v) in enumerate(self.parts)]
        rows.append(("step Δθ", self._step, "text", shown == len(self.parts)))
        for i, (name, vector, role, lit) in enumerate(rows):
            if i == len(rows) - 1:
                painter.setPen(QPen(t.color("line_strong"), 1))
                painter.drawLine(QPointF(left, top + 4), QPointF(self.width() - 8, top + 4))
                top += 8
            painter.setPen(QPen(t.color(role, 1.0 if lit else 0.25), 2.5 * weight()))
            painter.drawLine(QPointF(left, top + high / 2), QPointF(left + 12, top + high / 2))
            painter.setPen(t.color("text" if lit else "faint"))
            painter.setFont(fonts.font(fonts.CAPTION, fonts.MEDIUM))
            box = QRectF(left + 20, top, self.width() - left - 28, high)
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
            said = box.adjusted(painter.fontMetrics().horizontalAdvance(name) + 7, 0, 0, 0)
            painter.setFont(fonts.font(fonts.CAPTION))
            painter.setPen(t.color("muted" if lit else "faint"))
            room = said.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(_vector(vector)) - 8, 0)
            words = painter.fontMetrics().elidedText(
                _DOES.get(name, ("", ""))[0], Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
            painter.setPen(t.color("text" if lit else "faint"))
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, _vector(vector))
            top += high


def _larger() -> float:
    """By how much rows are taller and wider than at usual text."""
    return max(1.0, fonts.scale())


def _row() -> float:
    return ROW * _larger()


def _plane(vector: NDArray[np.float64]) -> NDArray[np.float64]:
    """A vector of one weight lies along the axis."""
    return vector if len(vector) == 2 else np.array([vector[0], 0.0])


def _along_one_line(parts: Sequence[NDArray[np.float64]]) -> bool:
    """Whether two parts that follow each other lie nearly on the same line."""
    for a, b in itertools.pairwise(parts):
        lengths = float(np.hypot(*a) * np.hypot(*b))
        if lengths > 0.0 and abs(float(a[0] * b[1] - a[1] * b[0])) < 0.1 * lengths:
            return True
    return False


def _vector(vector: NDArray[np.float64]) -> str:
    return "(" + ", ".join(number_text(float(v), 3) for v in vector) + ")"


def _arrow(painter: QPainter, start: QPointF, tip: QPointF, role: str, width: float, alpha: float) -> None:
    color, bold = theme().color(role, alpha), weight()
    length = math.hypot(tip.x() - start.x(), tip.y() - start.y())
    if length < 0.5:
        return
    angle = math.atan2(tip.y() - start.y(), tip.x() - start.x())
    size = min(8.0 * bold, length * 0.7)
    back = QPointF(tip.x() - size * math.cos(angle), tip.y() - size * math.sin(angle))
    across = QPointF(-math.sin(angle) * size / 2, math.cos(angle) * size / 2)
    painter.setPen(QPen(color, width * bold))
    painter.drawLine(start, back)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawPolygon(QPolygonF([tip, back + across, back - across]))
