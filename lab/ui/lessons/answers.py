"""Tasks that are answered: a number asked, and one of several answers to choose."""

from __future__ import annotations

import math
import zlib
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QSizePolicy, QVBoxLayout

from lab.core.errors import BadValue
from lab.core.lessons.facts import Live
from lab.core.lessons.model import Ask, Choose, Option, Question
from lab.ui import fonts
from lab.ui.lessons import wording
from lab.ui.lessons.prose import Prose
from lab.ui.lessons.signs import Sign
from lab.ui.lessons.tasks import TaskView
from lab.ui.theme import theme
from lab.ui.widgets import Button, Text, exact_text, parse_number, row
from lab.ui.widgets.layout import column, fill
from lab.ui.widgets.text import restyle

#: How far apart two numbers may be that were meant to be the same, as a share: an answer is typed with few digits.
_SAME = 1e-9
#: So many characters of what is no number are said again.
_SHORT = 24
#: Height of an option's first line: easily pressed by a finger.
_TALL = 36


def number_in(text: str) -> float | None:
    """The number that was typed, also as a fraction: 0.5, 1/2, -16/25; None where it is none."""
    above, bar, below = text.partition("/")
    try:
        value = parse_number(above) / (parse_number(below) if bar else 1.0)
    except (BadValue, ZeroDivisionError):
        return None
    return value if math.isfinite(value) else None


class _Field(QLineEdit):
    """Where the number is typed: Enter checks it, Esc leaves it."""

    checked = Signal()
    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.checked.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() != Qt.Key.Key_Space:
            super().keyPressEvent(event)
        # No number has a space: who types one all the same, as in 2 / 50, wants neither that nor the panel to play.


class AskView(TaskView):
    """A number asked: one clear line for a wrong answer, and the hint from the first miss on."""

    #: The keyboard is wanted elsewhere.
    left = Signal()

    def __init__(self, task: Ask, done: bool, answer: Any) -> None:
        super().__init__(task.text, done)
        self._task = task
        #: The right answer as the panel stands; None where it has none.
        self._right: float | None = None
        self.field = _Field()
        fonts.use(self.field, fonts.BODY, fonts.MEDIUM)
        self.field.setAccessibleName("Your answer")
        self.field.setPlaceholderText("a number")
        self.field.setMaximumWidth(150)
        self.button = Button("Check", tooltip="Enter")
        self.line = Text("", "body", role="warn", wrap=True)
        self.hint = Prose(task.hint, 13, role="muted")
        line = row((self.field, 1), self.button, margins=(26, 0, 0, 0))
        line.addStretch(0)
        self.box.addLayout(line)
        self.box.addLayout(column(self.line, self.hint, margins=(26, 0, 0, 0), spacing=6))
        self.line.hide()
        self.hint.hide()
        if isinstance(answer, str):
            self.field.setText(answer)
        if done:
            self._rest("")
        self.button.clicked.connect(self.answer)
        self.field.checked.connect(self.answer)
        self.field.left.connect(self.left)
        self.field.textEdited.connect(lambda _: self._mark(False))

    def check(self, live: Live) -> None:
        answer = self._task.answer
        value = answer.of(live) if isinstance(answer, Question) else answer
        self._right = float(value) if isinstance(value, int | float) else None

    def answer(self) -> None:
        """Take what is typed."""
        if self.done:
            return
        text = self.field.text().strip()
        if not text:
            self._say("Type a number first.")
            return
        given = number_in(text)
        if given is None:
            shown = text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…"
            self._say(f"“{shown}” is no number.")
            self._mark(True)
            self.field.selectAll()
            return
        right = self._right if isinstance(self._task.answer, Question) else float(self._task.answer)
        if right is None:
            self._say("There is nothing to compare it with yet: load the page, or let the panel run.")
            return
        allowed = abs(self._task.tolerance * (right if self._task.relative else 1.0))
        if abs(given - right) <= max(allowed, _SAME * abs(right)):
            self.answered.emit(text)
            self._rest("" if abs(given - right) <= _SAME * abs(right) else f"Right; exactly {wording.said(right)}.")
            self.finish()
        else:
            self._miss(given, right)

    def _miss(self, given: float, right: float) -> None:
        way = (
            ""
            if self._task.hint
            else " The right number is larger."
            if right > given
            else " The right number is smaller."
        )
        if given == -right:
            way = " Look at the sign."
        self._say(f"Not {exact_text(given).removesuffix('.0')}.{way}")
        self._mark(True)
        if self._task.hint and self.hint.isHidden():
            self.hint.show()
            self.grown.emit()
            self.told.emit(self.hint)
        self.field.selectAll()

    def _say(self, words: str) -> None:
        self.line.set_role("warn")
        self.line.setText(words)
        self.line.setVisible(bool(words))
        self.grown.emit()
        self.told.emit(self.line)

    def _rest(self, words: str) -> None:
        """It is right: what was typed stays to be read."""
        self.field.setReadOnly(True)
        self._mark(False)
        self.button.hide()
        self.hint.hide()
        self.line.set_role("muted")
        self.line.setText(words)
        self.line.setVisible(bool(words))
        self.grown.emit()

    def _mark(self, bad: bool) -> None:
        if bool(self.field.property("bad")) != bad:
            self.field.setProperty("bad", bad)
            restyle(self.field)


class OptionRow(QAbstractButton):
    """An answer as a large row to press; once pressed it says whether it is right, and why."""

    #: It needs more room now.
    grown = Signal()

    def __init__(self, option: Option) -> None:
        super().__init__()
        self.option = option
        self.pressed_before = False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.sign = Sign(16)
        self.words = Prose(option.text, 13)
        self.reason = Prose(option.reason, 13, role="muted")
        head = row((self.words, 1), spacing=9)
        head.insertWidget(0, self.sign, 0, Qt.AlignmentFlag.AlignTop)
        # Below the words, not below the sign.
        below = row((self.reason, 1), margins=(25, 0, 0, 0))
        fill(QVBoxLayout(self), (head, below), (10, 8, 10, 8), 5)
        self.reason.hide()
        self.setAccessibleName(self.words.accessibleName())

    def reveal(self) -> None:
        """Say whether it is right, and why."""
        self.pressed_before = True
        self.sign.set_state("done" if self.option.right else "wrong")
        self.reason.setVisible(bool(self.option.reason))
        verdict = "Right" if self.option.right else "Not right"
        self.setAccessibleDescription(f"{verdict}. {self.reason.accessibleName()}")
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        return QSize(200, max(layout.sizeHint().height(), _TALL))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, _TALL)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        assert layout is not None
        return max(layout.totalHeightForWidth(width), _TALL)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            edge = "line_strong"
            if self.hasFocus():
                edge = "accent"
            elif self.pressed_before:
                edge = "ok" if self.option.right else "line"
            painter.setPen(QPen(t.color(edge), 1.4 if self.hasFocus() else 1.0))
            painter.setBrush(t.color("accent_soft" if self.isDown() else "hover" if self.underMouse() else "surface"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)


class ChooseView(TaskView):
    """Options to press until the right one is found; each says why it is right or not."""

    def __init__(self, task: Choose, done: bool, answer: Any) -> None:
        super().__init__(task.text, done)
        pressed = answer if isinstance(answer, list) else []
        self.rows = [OptionRow(option) for option in task.options]
        # Authors put the right one first: where it stands must not give it away, nor change from day to day.
        shown = sorted(self.rows, key=lambda option_row: zlib.crc32(option_row.option.text.encode("utf-8")))
        self.box.addLayout(column(*shown, spacing=6))
        for i, option_row in enumerate(self.rows):
            if i in pressed or (done and option_row.option.right):
                option_row.reveal()
            option_row.clicked.connect(lambda _=False, i=i: self._on_pressed(i))

    def _on_pressed(self, at: int) -> None:
        chosen = self.rows[at]
        if not chosen.pressed_before:
            chosen.reveal()
            self.answered.emit([i for i, other in enumerate(self.rows) if other.pressed_before])
            self.grown.emit()
            self.told.emit(chosen)
        if chosen.option.right:
            self.finish()
