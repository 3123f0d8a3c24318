"""Found by typing a few letters: how well they fit, the line they are typed into, the list of what is left.

The command palette and the pickers are both such a line over such a list; what they list, and what a choice does, is
theirs.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QFrame, QLineEdit, QListWidget, QListWidgetItem

from lab.ui import fonts, icons
from lab.ui.theme import theme

#: A score from here on is that of letters that lie scattered over the text.
SCATTERED = 1000
#: How many places the keys walk.
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}


def score(query: str, text: str) -> int | None:
    """How well typed letters fit a text, smaller is better; None when they don't.

    Words that stand in the text, best at the beginning of one of its words, come before letters that are only found
    in order; the first of those must begin a word.
    """
    text, total = text.lower(), 0
    for word in query.lower().split():
        places = [at for at in range(len(text)) if text.startswith(word, at)]
        if not places:
            return _scattered("".join(query.lower().split()), text)
        total += min(_AT_FIRST[_begins(text, at)] * bool(at) + at // 8 for at in places)
    return total


def scores(query: str, texts: list[str]) -> list[int | None]:
    """The score of each text; where the words stand somewhere, letters picked from here and there only mislead."""
    found = [score(query, text) for text in texts]
    if any(fit is not None and fit < SCATTERED for fit in found):
        return [None if fit is None or fit >= SCATTERED else fit for fit in found]
    return found


#: What a word costs inside another one, and at the beginning of a word that is not the first.
_AT_FIRST = (40, 2)


def _begins(text: str, at: int) -> bool:
    return at == 0 or not text[at - 1].isalnum()


def _scattered(letters: str, text: str) -> int | None:
    starts = [at for at in range(len(text)) if text[at] == letters[0] and _begins(text, at)]
    if not starts:
        return None
    total, at = SCATTERED + starts[0], starts[0]
    for letter in letters[1:]:
        found = text.find(letter, at + 1)
        if found < 0:
            return None
        if found != at + 1:
            total += (2 if _begins(text, found) else 6) + min(found - at, 12)
        at = found
    return total


class FindLine(QLineEdit):
    """Where the letters are typed; it has the keyboard, and says which keys are for the list.

    Parameters
    ----------
    name : str
        Its accessible name.
    hint : str
        Stands in it until something is typed.
    px : int
        The size of its letters, one of `lab.ui.fonts`.
    """

    #: By so many places, down where that is positive.
    walked = Signal(int)
    #: Enter: what the list has chosen is wanted.
    taken = Signal()
    #: Esc.
    given_up = Signal()
    #: The keyboard went elsewhere.
    left = Signal()

    def __init__(self, name: str, hint: str, px: int) -> None:
        super().__init__()
        self.setPlaceholderText(hint)
        self.setAccessibleName(name)
        self.addAction(icons.icon("magnifying-glass"), QLineEdit.ActionPosition.LeadingPosition)
        fonts.use(self, px)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _STEPS:
            self.walked.emit(_STEPS[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
        elif key == Qt.Key.Key_Escape:
            self.given_up.emit()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.left.emit()


class FoundList(QListWidget):
    """What fits the letters, with one of it chosen; lines that can't be chosen are passed over."""

    def __init__(self, line: FindLine) -> None:
        super().__init__()
        # The keyboard stays in the line.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        line.walked.connect(self.walk)

    def tell(self, words: str) -> None:
        """Add a line that can't be chosen: a heading, or that nothing was found."""
        item = QListWidgetItem(words)
        item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.addItem(item)

    def chosen(self) -> QListWidgetItem | None:
        """The line that Enter takes."""
        item = self.currentItem()
        return item if item is not None and can_be_chosen(item) else None

    def walk(self, by: int) -> None:
        """Choose the line so many places further down, or as far as there is one."""
        row, last = self.currentRow(), self.count() - 1
        if row < 0:
            return
        way, steps = (1 if by > 0 else -1), abs(by)
        at = row
        while steps and 0 <= at + way <= last:
            at += way
            if can_be_chosen(self.item(at)):
                row, steps = at, steps - 1
        self.setCurrentRow(row)
        # With its heading, where it is the first below one.
        above = self.item(max(row - 1, 0))
        if not can_be_chosen(above):
            self.scrollToItem(above)
        self.scrollToItem(self.item(row))


def can_be_chosen(item: QListWidgetItem) -> bool:
    """Whether a line is more than words."""
    return bool(item.flags() & Qt.ItemFlag.ItemIsSelectable)


def paint_chosen(painter: QPainter, rect: QRect) -> None:
    """The ground behind the line that is chosen."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme().color("accent_soft"))
    painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 6, 6)
