"""Where a lesson's page is read: as tall as its text where there is room, and scrolled where there is not."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent

from lab.ui.widgets.scroller import Scroller


class Reader(Scroller):
    """As tall as what is in it, where there is room."""

    #: It has another width.
    widened = Signal()

    def __init__(self) -> None:
        super().__init__("Text of the lesson")
        # So that it can be scrolled without a mouse.
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def whole(self, width: int) -> int:
        """How tall it would be at that width without having to scroll."""
        inside = self.widget()
        layout = None if inside is None else inside.layout()
        return 0 if layout is None else layout.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:
        return QSize(200, self.whole(self.width()))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, 40)

    def settle(self) -> None:
        """Have a bar only where it is needed: Qt would keep one that makes the text too tall by its own width."""
        room = self.maximumViewportSize()
        policy = Qt.ScrollBarPolicy
        fits = self.whole(room.width()) <= room.height()
        self.setVerticalScrollBarPolicy(policy.ScrollBarAlwaysOff if fits else policy.ScrollBarAsNeeded)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.settle()
        if event.oldSize().width() != event.size().width():
            self.widened.emit()
