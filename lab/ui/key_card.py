"""F1: what the keyboard and the mouse do, as key caps and words in two columns."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from lab.ui import fonts
from lab.ui.floating import FloatingCard
from lab.ui.widgets import Text
from lab.ui.widgets.layout import fill
from lab.ui.widgets.scroller import Scroller

WIDTH = 780
#: How far Up and Down scroll, in px.
_LINE = 40
#: What is pressed, and what that does. Several keys of one line are parted by spaces, those of a chord by "+".
Line = tuple[str, str]

_LEFT: tuple[tuple[str, tuple[Line, ...]], ...] = (
    (
        "Time",
        (
            ("Space", "play or pause"),
            ("← →", "one step back or forward"),
            ("Shift+← →", "ten steps"),
            ("Home End", "start, end of the timeline"),
            ("Shift+Space", "play or pause all panels"),
            ("Shift+Home", "all panels to the start"),
        ),
    ),
    (
        "Work",
        (
            ("Ctrl+Z Ctrl+Y", "undo, redo"),
            ("Ctrl+K", "command palette"),
            ("Ctrl+N O S", "new, open, save"),
            ("Ctrl+W", "close the panel"),
            ("Ctrl+Shift+T", "reopen the closed panel"),
        ),
    ),
    (
        "Window",
        (
            ("Ctrl+1 2 3", "focus, side by side, grid"),
            ("Ctrl+I", "fold or show the inspector"),
            ("Ctrl++ − 0", "larger, smaller, usual text"),
            ("Ctrl+PgDn PgUp", "turn a lesson's pages"),
            ("F11", "present to a lecture hall"),
            ("Esc", "close the card in front"),
            ("Alt+letter", "menus, by what is underlined"),
        ),
    ),
)
_RIGHT: tuple[tuple[str, tuple[Line, ...]], ...] = (
    (
        "On the stage",
        (
            ("Press", "drop a start"),
            ("Drag", "move a start"),
            ("Right-press", "remove a start; a racer's menu"),
            ("Wheel", "zoom"),
            ("Alt+Drag", "pan; middle button, too"),
            ("Enter", "drop a start in the middle"),
            ("Ctrl+← →", "pan, with ↑ and ↓"),
            ("+ − 0", "zoom in, out, show everything"),
        ),
    ),
    (
        "In a 3-D view",
        (
            ("Drag", "turn; arrow keys, too"),
            ("Wheel", "zoom; + and −, too"),
            ("Home", "show everything; double press, too"),
        ),
    ),
    (
        "Controls",
        (
            ("Tab", "next control, in reading order"),
            ("Enter", "press it; take a typed number"),
            ("Esc", "put the old number back"),
            ("Double-press", "on a parameter's name: reset"),
            ("Right-press", "on a parameter: sweep it"),
            ("Right-press", "on a racer: what can be done"),
            ("Delete", "remove the racer"),
        ),
    ),
)


class _Whole(Scroller):
    """As large as what is in it; scrolls, also across, where the window is too small for that."""

    def __init__(self, inside: QWidget) -> None:
        super().__init__("Keys and what they do", inside)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        inside.setObjectName("scrolled")

    def sizeHint(self) -> QSize:
        # What is scrolled is shown to the last pixel, or a bar comes and takes a strip of it.
        return self.widget().sizeHint() + QSize(2, 2)


class KeyCard(FloatingCard):
    """In the middle of a window; Esc, F1 and a press elsewhere close it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "Keyboard and mouse", WIDTH)
        inside = QWidget()
        columns = QHBoxLayout(inside)
        columns.setContentsMargins(0, 0, 6, 0)
        columns.setSpacing(36)
        for groups in (_LEFT, _RIGHT):
            columns.addLayout(_column(groups), 1)
        self._scroll = _Whole(inside)
        self.box.addWidget(self._scroll)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # The button that has the keyboard would take Up and Down for a walk to its neighbours.
        if watched is self.close_button and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.value() + step * _LINE)
            if step:
                return True
        return super().eventFilter(watched, event)

    def toggle(self) -> None:
        """Show the card, or put it away."""
        if self.isVisible():
            self.leave()
            return
        over = self.parentWidget()
        assert over is not None
        self.float_at(QPoint(0, 0), self.close_button)
        # Caps get their frames, and so their size, only when they are shown.
        self._scroll.updateGeometry()
        self.settle(QPoint((over.width() - self.width()) // 2, (over.height() - self.height()) // 2))


def _column(groups: tuple[tuple[str, tuple[Line, ...]], ...]) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    for i, (title, lines) in enumerate(groups):
        grid = QGridLayout()
        grid.setContentsMargins(0, 14 if i else 0, 0, 0)
        grid.setHorizontalSpacing(14)
        grid.setVerticalSpacing(5)
        grid.setColumnStretch(1, 1)
        grid.addWidget(Text(title, "caption", role="accent"), 0, 0, 1, 2)
        for at, (pressed, does) in enumerate(lines, start=1):
            caps = _Caps(pressed)
            caps.setAccessibleName(f"{pressed}: {does}")
            grid.addWidget(caps, at, 0)
            grid.addWidget(Text(does, "body", role="muted"), at, 1)
        column.addLayout(grid)
    column.addStretch(1)
    return column


class _Caps(QWidget):
    """Key caps in a row, all columns of them as wide as the widest is."""

    _WIDE = 132

    def __init__(self, pressed: str) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        parts: list[QWidget | None] = []
        for chord in pressed.split(" "):
            # A chord whose last key is the plus itself ends in two of them.
            held, _, last = chord.rpartition("+") if not chord.endswith("+") else (chord[:-2], "+", "+")
            parts += [_cap(key) for key in (held, last) if key]
        fill(QHBoxLayout(self), (*parts, None), (0, 0, 0, 0), 3)

    def sizeHint(self) -> QSize:
        wide = round(self._WIDE * max(1.0, fonts.scale()))
        own = super().sizeHint()
        return QSize(max(wide, own.width()), own.height())


def _cap(key: str) -> QLabel:
    cap = QLabel(key)
    cap.setObjectName("key")
    cap.setAlignment(Qt.AlignmentFlag.AlignCenter)
    fonts.use(cap, fonts.CAPTION, fonts.MEDIUM)
    return cap
