"""Small signs of what is done, a circle that becomes a check and the dots of a lesson's pages; and its title."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QTextLayout
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.ui import icons
from lab.ui.theme import theme
from lab.ui.widgets import Text

State = Literal["open", "done", "wrong"]
#: From dot to dot, and the radius of one, in px.
_PITCH, _DOT = 11.0, 3.0


_WORDS: dict[State, str] = {"open": "to do", "done": "done", "wrong": "not right"}


class Sign(QWidget):
    """Whether something is open, done or wrong: by shape and colour."""

    def __init__(self, size: int = 16, state: State = "open") -> None:
        super().__init__()
        self.setFixedSize(size, size)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._state: State = state
        self.setAccessibleName(_WORDS[state])

    @property
    def state(self) -> State:
        """What it says."""
        return self._state

    def set_state(self, state: State) -> None:
        """Say something else."""
        if state != self._state:
            self._state = state
            self.setAccessibleName(_WORDS[state])
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            paint_sign(painter, QRectF(self.rect()), self._state)


def paint_sign(painter: QPainter, box: QRectF, state: State) -> None:
    """Draw a sign into a square."""
    t = theme()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if state == "open":
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(t.color("faint"), 1.5))
        painter.drawEllipse(box.adjusted(1.5, 1.5, -1.5, -1.5))
    elif state == "done":
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("ok"))
        painter.drawEllipse(box.adjusted(0.5, 0.5, -0.5, -0.5))
        inner = box.width() * 0.22
        icons.paint_icon(painter, "check-bold", box.adjusted(inner, inner, -inner, -inner), t.color("surface"))
    else:
        icons.paint_icon(painter, "x-circle", box, t.color("warn"))


class Dots(QWidget):
    """A dot for each page: filled when it is done, a ring when not, longer and in the accent where one is."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._count, self._at = 1, 0
        self._done: Collection[int] = ()

    def show_pages(self, count: int, at: int, done: Collection[int]) -> None:
        """Show which of `count` pages are done, and that `at` is the present one (`count`: none of them)."""
        self._count, self._at, self._done = count, at, done
        self.setAccessibleName(f"{len(done)} of {count} pages done")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(round(_PITCH * (self._count + 1)), 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            x, y = _DOT + 1.0, self.height() / 2
            for page in range(self._count):
                here = page == self._at
                color = t.color("accent" if here else "ok" if page in self._done else "line_strong")
                filled = here or page in self._done
                painter.setPen(Qt.PenStyle.NoPen if filled else QPen(color, 1.4))
                painter.setBrush(color if filled else Qt.BrushStyle.NoBrush)
                if here:
                    painter.drawRoundedRect(QRectF(x - _DOT, y - _DOT, 2 * _DOT + _PITCH * 0.7, 2 * _DOT), _DOT, _DOT)
                    x += _PITCH * 0.7
                else:
                    painter.drawEllipse(QPointF(x, y), _DOT - (0 if filled else 0.4), _DOT - (0 if filled else 0.4))
                x += _PITCH


class Heading(Text):
    """A title on as many lines as there may be; what does not fit on the last of them is cut.

    Parameters
    ----------
    text : str
        The title.
    lines : int
        How many there may be.
    """

    def __init__(self, text: str, lines: int = 2) -> None:
        # Known before the text is: the first cut needs it.
        self._lines = lines
        super().__init__(text, "strong", elide=True)

    def set_lines(self, lines: int) -> None:
        """Allow so many lines."""
        if lines != self._lines:
            self._lines = lines
            self._cut()

    def _cut(self) -> None:
        """Break the words where lines end, and cut the last line there is."""
        layout = QTextLayout(self._whole, self.font())
        layout.beginLayout()
        begins: list[int] = []
        while len(begins) < self._lines and (line := layout.createLine()).isValid():
            line.setLineWidth(max(self.width(), 1))
            begins.append(line.textStart())
        layout.endLayout()
        ends = [*begins[1:], len(self._whole)]
        parts = [self._whole[a:b].strip() for a, b in zip(begins, ends, strict=True)]
        last = self.fontMetrics().elidedText(parts.pop(), self._cut_at, self.width()) if parts else ""
        self.show_cut("\n".join([*parts, last]))
