"""A card that floats over a panel until it is left: by Esc, by its close button, or by a press elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget

from lab.ui import fonts
from lab.ui.theme import manager
from lab.ui.widgets import IconButton, Text, row
from lab.ui.widgets.layout import fill

#: Between the card and the edges of what it floats over.
MARGIN = 12


class FloatingCard(QFrame):
    """A title, a close button and a column `box` below them; as wide as said, as tall as that needs.

    Parameters
    ----------
    parent : QWidget
        What it floats over.
    title : str
        Stands at its head and is its accessible name.
    width : int
        In px at 100 % text.
    """

    def __init__(self, parent: QWidget, title: str, width: int) -> None:
        super().__init__(parent)
        self.setObjectName("card")
        self.setAccessibleName(title)
        self._wide = width
        self._before: QWidget | None = None
        #: Whether a press elsewhere leaves the card.
        self.leaves = True
        self.title = Text(title, "strong")
        self.close_button = IconButton("x", f"Close: {title.lower()} (Esc)", size=14)
        self.close_button.clicked.connect(self.leave)
        self.setFixedWidth(self._whole_width())
        self.box = QVBoxLayout(self)
        fill(self.box, (row(self.title, None, self.close_button, spacing=4),), (16, 10, 10, 14), 10)
        manager().changed.connect(self._on_theme_changed)
        self.hide()

    def leave(self) -> None:
        """Go away; where something is under way a subclass stops that first."""
        self.hide()

    def float_at(self, at: QPoint, first: QWidget, *, above: bool = False) -> None:
        """Show the card at a place of what it floats over, or standing `above` it; `first` takes the keyboard."""
        if self.isHidden():
            self._before = QApplication.focusWidget()
        self.settle(at, above=above)
        self.show()
        # Only what is shown knows how tall its wrapped lines are.
        self.settle(at, above=above)
        self.raise_()
        first.setFocus(Qt.FocusReason.TabFocusReason)
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def settle(self, at: QPoint | None = None, *, above: bool = False) -> None:
        """Be as tall as the contents, at or above `at` (default: where it is), within what it floats over."""
        over, inside = self.parentWidget(), self.layout()
        assert over is not None
        assert inside is not None
        inside.activate()
        room = over.rect().adjusted(MARGIN, MARGIN, -MARGIN, -MARGIN)
        self.setFixedWidth(min(self._whole_width(), room.width()))
        # Wrapped lines are as tall as the card is narrow: `adjustSize` would squeeze the rows instead.
        tall = inside.totalHeightForWidth(self.width()) if inside.hasHeightForWidth() else inside.sizeHint().height()
        self.resize(self.width(), min(tall, room.height()))
        at = self.pos() if at is None else at - QPoint(0, self.height() if above else 0)
        self.move(
            max(room.left(), min(at.x(), room.right() - self.width())),
            max(room.top(), min(at.y(), room.bottom() - self.height())),
        )

    def _whole_width(self) -> int:
        return round(self._wide * max(1.0, fonts.scale()))

    def _on_theme_changed(self) -> None:
        self.settle()

    def hideEvent(self, event: QHideEvent) -> None:
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)
        focus = QApplication.focusWidget()
        if focus is not None and self.isAncestorOf(focus) and self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self._before = None
        super().hideEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.leave()
        else:
            super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # A list that a chooser has opened, or a dialog of files, is a window of its own.
        if event.type() == QEvent.Type.MouseButtonPress and isinstance(watched, QWidget) and self.leaves:
            elsewhere = watched is not self and not self.isAncestorOf(watched)
            if elsewhere and watched.window() is self.window():
                self.hide()
        return False
