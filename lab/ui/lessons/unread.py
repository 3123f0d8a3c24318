"""What is wrong with lessons, as a card: a line for each fault, which names the file and its line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from lab.ui.floating import FloatingCard
from lab.ui.widgets import Button, Text, row
from lab.ui.widgets.layout import fill

WIDTH = 620
#: So many lines are shown; a folder of something else altogether would fill the screen.
MOST = 8


class UnreadCard(FloatingCard):
    """Over the window; a press elsewhere or Esc closes it."""

    folder_wanted = Signal()
    again_wanted = Signal()

    def __init__(self, window: QWidget) -> None:
        super().__init__(window, "Lessons with a mistake", WIDTH)
        self._lines = QWidget()
        fill(QVBoxLayout(self._lines), (), (0, 0, 6, 0), 8)
        self.again = Button("Read lessons again", "arrow-clockwise")
        folder = Button("Open lessons folder", "folder-open")
        self.again.clicked.connect(self.again_wanted)
        folder.clicked.connect(self.folder_wanted)
        self.box.addWidget(self._lines)
        self.box.addLayout(row(folder, self.again, None))

    @property
    def lines(self) -> list[str]:
        """What is shown."""
        return [text.text() for text in self._lines.findChildren(Text)]

    def show_lines(self, lines: Sequence[str]) -> None:
        """Show these complaints."""
        inside = self._lines.layout()
        assert inside is not None
        for text in self._lines.findChildren(Text):
            inside.removeWidget(text)
            text.setParent(None)
            text.deleteLater()
        for line in lines[:MOST]:
            text = Text(line, "body", wrap=True)
            text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            inside.addWidget(text)
        if len(lines) > MOST:
            inside.addWidget(Text(f"and {len(lines) - MOST} more", "body", role="muted"))
        over = self.parentWidget()
        assert over is not None
        at = QPoint((over.width() - self.width()) // 2, over.height() // 4)
        self.float_at(at, self.again)
        self.settle(QPoint((over.width() - self.width()) // 2, over.height() // 4))
