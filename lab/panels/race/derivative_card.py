"""The numerical derivative as a card: scheme, h, both slopes to as many digits as tell them apart, and the error."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.core import params
from lab.core.errors import BadValue
from lab.panels.race.derivative import Reading, parting, side_by_side
from lab.panels.race.error_plot import ErrorPlot
from lab.panels.race.state import RaceViewState
from lab.ui import fonts
from lab.ui.theme import manager, theme
from lab.ui.widgets import Button, IconButton, Overlay, Segmented, Text, column, number_text, row
from lab.ui.widgets.number_row import NumberRow

#: How each scheme is written.
QUOTIENTS = {
    "forward": "[f(θ+h) − f(θ)] / h",
    "backward": "[f(θ) − f(θ−h)] / h",
    "central": "[f(θ+h) − f(θ−h)] / 2h",
}
STORED = {
    "forward": "[f(θ+h) − f(θ)] / ĥ",
    "backward": "[f(θ) − f(θ−h)] / ĥ",
    "central": "[f(θ+h) − f(θ−h)] / 2ĥ",
}
WIDTH, ROW, PAD = 300, 19, 8
#: The card keeps this far from the stage's edges, in px; where it has no room, the plot goes first.
AROUND = 96


class DerivativeCard(Overlay):
    """Lies over the stage of a landscape of one weight."""

    closed = Signal()
    #: The hand wants another look: the name of a field of `RaceViewState`, and its value.
    changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__(vertical=True, margins=(14, 5, 8, 6), spacing=2)
        self.setObjectName("card")
        self.setAccessibleName("Numerical derivative")
        self.scheme = Segmented([("forward", "Forward"), ("backward", "Backward"), ("central", "Central")], "Quotient")
        self.scheme.chosen.connect(lambda scheme: self.changed.emit("scheme", scheme))
        declared = params.field_of(RaceViewState, "stored_h")
        self.stored = Button("Stored h", kind="chip", checkable=True, tooltip=declared.param.doc)
        self.stored.clicked.connect(lambda on: self.changed.emit("stored_h", on))
        close = IconButton("x", "Close the numerical derivative", size=13)
        close.clicked.connect(self.closed)
        self._title = Text("Numerical derivative", "strong")
        self.numbers = _Numbers()
        self.h = NumberRow(params.field_of(RaceViewState, "h"), 0.5, self._on_h, 12)
        self.plot = ErrorPlot()
        self.plot.h_chosen.connect(lambda h: self.changed.emit("h", h))
        self.box.addLayout(row(self._title, None, self.scheme, self.stored, close, spacing=6))
        left = column(self.numbers, self.h, None, spacing=0)
        self.box.addLayout(row((left, 1), self.plot, spacing=14))
        self._wanted = False
        self._room = QSize(10_000, 10_000)

    def set_look(self, look: RaceViewState) -> None:
        """Bring the controls up to how the race is looked at."""
        self.scheme.set_value(look.scheme)
        self.stored.setChecked(look.stored_h)
        if self.h.value != look.h:
            self.h.set_value(look.h)

    def show_reading(self, reading: Reading | None, why: str = "") -> None:
        """Show these numbers; without them, in one line why there are none."""
        self.numbers.show_reading(reading, why)
        self.plot.show_reading(reading)

    def want(self, on: bool) -> None:
        """Show the card where there is room for it, or hide it."""
        self._wanted = on
        self._fit()

    def give_room(self, stage: QSize) -> None:
        """Follow the size of the stage."""
        self._room = stage
        self._fit()

    def _fit(self) -> None:
        scale = max(fonts.scale(), 1.0)
        narrow = round((WIDTH + 22) * scale)
        wide = narrow + self.plot.sizeHint().width() + 14
        tall = round(420 * scale)
        self.plot.setVisible(self._room.width() >= wide + AROUND)
        self._title.setVisible(not self.plot.isHidden())
        self.setVisible(self._wanted and self._room.width() >= narrow + AROUND and self._room.height() >= tall)

    def _on_h(self, value: float) -> str:
        try:
            params.field_of(RaceViewState, "h").param.check(value)
        except BadValue as bad:
            return bad.why
        self.changed.emit("h", float(value))
        return ""


class _Numbers(QWidget):
    """Legend and numbers at once; painted, since labels would be laid out anew at every frame."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.MinimumExpanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Tangent and secant")
        self._reading: Reading | None = None
        self._why = ""
        self.lines: tuple[tuple[str, str], ...] = ()
        manager().changed.connect(self._on_theme_changed)

    def sizeHint(self) -> QSize:
        scale = max(fonts.scale(), 1.0)
        return QSize(round(WIDTH * scale), round(4 * ROW * scale + 2))

    def show_reading(self, reading: Reading | None, why: str) -> None:
        """Keep the numbers as texts, and draw them."""
        self._reading, self._why = reading, why
        self.lines = () if reading is None else _in_words(reading)
        self.setToolTip("" if reading is None else _formula_of_error(reading))
        self.setAccessibleDescription(why if reading is None else "; ".join(f"{a}: {b}" for a, b in self.lines))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setFont(fonts.font(fonts.CAPTION))
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        t, scale = theme(), max(fonts.scale(), 1.0)
        if self._reading is None:
            painter.setPen(t.color("muted"))
            flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(QRectF(0, 0, self.width() - 8, self.height()), int(flags), self._why)
            return
        height = ROW * scale
        swatch = 18 * scale
        parts = parting(self.lines[0][1], self.lines[1][1])
        for i, (words, number) in enumerate(self.lines):
            top = i * height
            if i < 2:
                pen = QPen(t.color("gradient" if i == 0 else "forward"), 2)
                if i == 0:
                    pen.setDashPattern([2.6, 1.8])
                pen.setCapStyle(Qt.PenCapStyle.FlatCap)
                painter.setPen(pen)
                painter.drawLine(QPointF(0, top + height / 2), QPointF(swatch, top + height / 2))
            box = QRectF(swatch + 8, top, self.width() - swatch - 8 - PAD, height)
            painter.setPen(t.color("muted"))
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)
            same, rest = (number[:parts], number[parts:]) if i == 1 else (number, "")
            self._right(painter, box, same, rest)

    @staticmethod
    def _right(painter: QPainter, box: QRectF, same: str, rest: str) -> None:
        """A number at the right edge; from where it parts from the exact one, in another colour."""
        t = theme()
        flags = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(t.color("warn"))
        painter.drawText(box, flags, rest)
        painter.setPen(t.color("text"))
        painter.drawText(box.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(rest), 0), flags, same)

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()


def _formula_of_error(reading: Reading) -> str:
    """What is expected, and from what: one line for the bend, one for rounding."""
    central = reading.scheme == "central"
    of_points = "" if reading.stored else " + ½ |θ f′|" if not central else " + |θ f′|"
    bend = "h²/6 |f‴|" if central else "h/2 |f″|"
    rounding = f"ε (|f|{of_points}) / {'2h' if central else 'h'}"
    return f"Expected size of the difference: {bend} for the bend\nand {rounding} for rounding, with ε = 2⁻⁵²"


def _in_words(reading: Reading) -> tuple[tuple[str, str], ...]:
    """Tangent, secant, their difference, and what was to be expected."""
    exact, found = side_by_side(reading.exact, reading.slope)
    formula = (STORED if reading.stored else QUOTIENTS)[reading.scheme]
    error = "0" if reading.error == 0.0 else number_text(reading.error, 3, small=1e-2, large=1e4)
    lines = [("f′(θ), exact", exact), (formula, found), ("difference", error)]
    if reading.sides is not None:
        lines[0] = ("subgradient taken on the kink", exact)
        left, right = (number_text(side, 3) for side in reading.sides)
        lines.append(("slopes left and right of it", f"{left},  {right}"))
    elif math.isnan(reading.expected):
        lines.append(("expected size", "– (a kink lies between)"))
    else:
        expected = number_text(reading.expected, 3, small=1e-2, large=1e4)
        lines.append(("expected size", "0" if reading.expected == 0.0 else expected))
    return tuple(lines)
