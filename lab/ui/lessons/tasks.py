"""A page's task as it is seen: what is to be done, how far it is, and that it is done."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from lab.core.lessons.facts import Live, Value
from lab.core.lessons.model import Condition, Do
from lab.ui import fonts
from lab.ui.lessons import wording
from lab.ui.lessons.prose import Prose
from lab.ui.lessons.signs import Sign
from lab.ui.widgets import Button, Text, Well, row
from lab.ui.widgets.layout import column, fill
from lab.ui.widgets.text import Counter

HELD = "This already held when the page opened: there was nothing left to do."


class TaskView(Well):
    """What all tasks share: a sign, the words of the task, and what a kind of task adds below.

    Parameters
    ----------
    text : str
        What is to be done, in Markdown.
    done : bool
        Whether it was done before.
    """

    #: It is done now, and was not before.
    finished = Signal()
    #: Something was answered that is to be remembered.
    answered = Signal(object)
    #: It needs more room, or less.
    grown = Signal()
    #: This was said just now, and is to be seen where all of it is too tall.
    told = Signal(QWidget)

    def __init__(self, text: str, done: bool) -> None:
        super().__init__(margins=(12, 10, 12, 12), spacing=8)
        self.done = done
        self.sign = Sign(17, "done" if done else "open")
        self.words = Prose(text, 13, weight=fonts.MEDIUM)
        head = row((self.words, 1), spacing=9)
        # Beside the first line, not in the middle of all.
        head.insertWidget(0, self.sign, 0, Qt.AlignmentFlag.AlignTop)
        self.box.addLayout(head)
        self.text = text

    def summary(self) -> str:
        """How far it is, in one line."""
        return "done" if self.done else ""

    def check(self, live: Live) -> None:
        """Look at the panel's present state; what a fact raises is for who asks."""

    def say_held(self) -> None:
        """Say that it was done when it came: whoever reads it has done nothing for that, and is not to wonder."""
        words = Text(HELD, "body", role="muted", wrap=True)
        self.box.addLayout(column(words, margins=(26, 0, 0, 0)))
        self.grown.emit()
        self.told.emit(words)

    def finish(self) -> None:
        """It is done, and done it stays."""
        if not self.done:
            self.done = True
            self.sign.set_state("done")
            self.finished.emit()


class DoView(TaskView):
    """Conditions on the panel's state, each with its present value beside what is wanted.

    Done it stays; what stands beside "now" goes on with the panel.
    """

    def __init__(self, task: Do, done: bool) -> None:
        super().__init__(task.text, done)
        #: The bounds of one number stand in one row.
        self._groups = wording.ranged(task.conditions)
        self._values: list[Value] = [None] * len(self._groups)
        grid = QGridLayout()
        grid.setContentsMargins(1, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        self._rows: list[tuple[Sign, Text]] = []
        right = Qt.AlignmentFlag.AlignRight
        for at, words in ((2, "now"), (3, "wanted")):
            grid.addWidget(Text(words, "tick", role="faint", align=right), 0, at)
        for i, group in enumerate(self._groups):
            sign = Sign(14)
            value = Counter("", "medium", align=right)
            grid.addWidget(sign, i + 1, 0)
            grid.addWidget(Text(wording.asked(group[0].question), "caption", wrap=True), i + 1, 1)
            grid.addWidget(value, i + 1, 2, right | Qt.AlignmentFlag.AlignVCenter)
            grid.addWidget(Text(wording.wanted_of(group), "caption", align=right), i + 1, 3)
            self._rows.append((sign, value))
            self._say(i, group)
        self.box.addLayout(grid)
        self.hint = _Hint(task.hint)
        self.hint.grown.connect(self._on_hint_shown)
        if task.hint:
            self.box.addWidget(self.hint)
            self.hint.setVisible(not done)

    def summary(self) -> str:
        if self.done or not self._groups:
            return super().summary()
        pairs = list(zip(self._groups, self._values, strict=True))
        missing = [(group, value) for group, value in pairs if not _hold(group, value)]
        return wording.line_of(*(missing or pairs)[0])

    def check(self, live: Live) -> None:
        met = True
        for i, group in enumerate(self._groups):
            value = group[0].question.of(live)
            met = _hold(group, value) and met
            if value != self._values[i]:
                self._values[i] = value
                self._say(i, group)
        if met:
            self.finish()

    def finish(self) -> None:
        if not self.hint.isHidden():
            self.hint.hide()
            self.grown.emit()
        super().finish()

    def _on_hint_shown(self) -> None:
        self.grown.emit()
        self.told.emit(self.hint)

    def _say(self, i: int, group: Sequence[Condition]) -> None:
        sign, text = self._rows[i]
        value = self._values[i]
        said = wording.found(group[0].question, value)
        if text.text() != said:
            text.setText(said)
        sign.set_state("done" if _hold(group, value) else "open")
        sign.setAccessibleDescription(wording.line_of(group, value))


def _hold(group: Sequence[Condition], value: Value) -> bool:
    return all(condition.held_by(value) for condition in group)


class _Hint(QWidget):
    """A hint that is there for whoever asks."""

    grown = Signal()

    def __init__(self, text: str, *, hidden: bool = True) -> None:
        super().__init__()
        self.button = Button("Show a hint", kind="link")
        self.words = Prose(text, 13, role="muted")
        fill(QVBoxLayout(self), (row(self.button, None), self.words), (0, 0, 0, 0), 0)
        self.words.setVisible(not hidden)
        self.button.setVisible(hidden)
        self.button.clicked.connect(self.show_words)

    def show_words(self) -> None:
        """Give the hint."""
        self.button.hide()
        self.words.show()
        self.grown.emit()
