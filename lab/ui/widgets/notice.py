"""A short word that something was done, where nothing on the screen would show it; it goes by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from lab.ui import icons
from lab.ui.theme import manager
from lab.ui.widgets.layout import fill
from lab.ui.widgets.text import Text

#: How long a notice stays, and how far above the lower edge it floats, in px.
SHOWN_MS, ABOVE = 3500, 28


class Notice(QFrame):
    """One line over the lower edge of its parent: "Copied: …". Presses go through it to what lies below.

    A single shot of a timer takes it away; nothing runs while none is shown.
    """

    def __init__(self, parent: QWidget, room: Callable[[], QRect] | None = None) -> None:
        super().__init__(parent)
        #: Tells over which part of its parent it may lie; else over all of it.
        self._room = room or parent.rect
        self.setObjectName("notice")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAccessibleName("Notice")
        self._sign, self._words = Text(), Text("", "body")
        fill(QHBoxLayout(self), (self._sign, self._words), (14, 7, 16, 7), 8)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self.hide)
        parent.installEventFilter(self)
        manager().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    @property
    def words(self) -> str:
        """What is said now, empty when nothing is."""
        return "" if self.isHidden() else self._words.text()

    def say(self, words: str) -> None:
        """Show these words for a while, in place of those that are there."""
        self._words.setText(words)
        self.setAccessibleDescription(words)
        self._timer.start()
        self.show()
        self._place()

    def _place(self) -> None:
        over = self._room()
        self.adjustSize()
        self.resize(min(self.width(), over.width() - 16), self.height())
        self.move(over.x() + (over.width() - self.width()) // 2, over.y() + over.height() - self.height() - ABOVE)
        self.raise_()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return False

    def _on_theme_changed(self) -> None:
        self._sign.setPixmap(icons.pixmap("check-circle", 17, "ok", self.devicePixelRatioF()))
