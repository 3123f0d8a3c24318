"""Racers as the rows of a painted table: one is in focus, one lies under the pointer, and hands move the focus."""

from __future__ import annotations

from typing import ClassVar

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QSizePolicy, QToolTip, QWidget

from lab.ui import fonts
from lab.ui.theme import manager, theme


class RacerTable(QWidget):
    """Base of the painted tables: press a row (or walk with Up and Down) to put that racer in focus.

    A table tells `show_lanes` which racers stand in its rows, draws them in `paint_table`, and explains them in `tip`.
    Rows that have no room are scrolled to, below a head that stays.
    """

    focused = Signal(int)

    #: Height of a row and of what stands above the rows, in px at text scale 1.
    ROW: ClassVar[int] = 28
    HEAD: ClassVar[int] = 28
    #: The width it would like and the least it can do with, in px.
    WIDTH: ClassVar[int] = 300
    LEAST_WIDTH: ClassVar[int] = 200

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(name)
        self.setMouseTracking(True)
        self._lanes: tuple[int, ...] = ()
        self._lane = -1
        self._hover = -1
        self._scroll_bar = QScrollBar(Qt.Orientation.Vertical, self)
        self._scroll_bar.setAccessibleName(f"{name}: scroll")
        self._scroll_bar.setCursor(Qt.CursorShape.ArrowCursor)
        self._scroll_bar.hide()
        self._scroll_bar.valueChanged.connect(self._on_scrolled)
        self._scroll_bar.actionTriggered.connect(self._on_hand)
        #: A hand has scrolled: rows stay where it left them until another racer comes into focus.
        self._by_hand = False
        manager().changed.connect(self._on_theme_changed)

    def show_lanes(self, lanes: tuple[int, ...]) -> None:
        """Stand for these racers, from top to bottom."""
        if lanes == self._lanes:
            self.update()
            return
        grown, self._lanes = len(lanes) != len(self._lanes), lanes
        if grown:
            self.updateGeometry()
            self._fit_bar()
        else:
            self._reveal()
        self.update()

    def show_focus(self, lane: int) -> None:
        """Light up the racer in focus, and scroll to it."""
        if lane != self._lane:
            self._lane, self._by_hand = lane, False
            self._reveal()
            self.update()

    # -- where things lie ----------------------------------------------------------------------------------------

    @property
    def row_height(self) -> int:
        """Height of a row at the present text scale, in px."""
        return round(self.ROW * max(1.0, fonts.scale()))

    @property
    def head(self) -> int:
        """Where the rows begin, in px."""
        return round(self.HEAD * max(1.0, fonts.scale()))

    def sizeHint(self) -> QSize:
        return QSize(self.WIDTH, self.head + self.row_height * len(self._lanes))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.LEAST_WIDTH, self.sizeHint().height())

    @property
    def inner_width(self) -> int:
        """What rows have of the width: all but the scroll bar, in px."""
        return self.width() - (0 if self._scroll_bar.isHidden() else self._scroll_bar.width())

    @property
    def count(self) -> int:
        """How many rows there are, in sight or not."""
        return len(self._lanes)

    def top_of(self, i: int) -> int:
        """Where row `i` begins, in px; above the head's end where it is scrolled away."""
        return self.head + self.row_height * i - self._scrolled

    @property
    def _scrolled(self) -> int:
        """How far the rows are scrolled, in px: by whole rows, so that the first in sight is never cut."""
        return round(self._scroll_bar.value() / self.row_height) * self.row_height

    @property
    def _room(self) -> int:
        """How tall the rows are that are in sight as a whole, in px."""
        return max(self.height() - self.head, 0) // self.row_height * self.row_height

    def row_at(self, y: float) -> int:
        """The row at a height, -1 for none."""
        if y < self.head:
            return -1
        i = int((y - self.top_of(0)) // self.row_height)
        return i if 0 <= i < len(self._lanes) else -1

    def _fit_bar(self) -> None:
        """Let the bar stand beside the rows where they have not enough room."""
        room, wanted = self._room, self.row_height * len(self._lanes)
        self._scroll_bar.setRange(0, max(wanted - room, 0))
        self._scroll_bar.setPageStep(max(room, 1))
        self._scroll_bar.setSingleStep(self.row_height)
        self._scroll_bar.setVisible(wanted > room > 0)
        wide = self._scroll_bar.sizeHint().width()
        self._scroll_bar.setGeometry(self.width() - wide, self.head, wide, max(self.height() - self.head, 0))
        self._reveal()

    def _reveal(self) -> None:
        """Scroll no further than the racer in focus needs to be seen whole: who leads is seen as long as can be."""
        if self._lane in self._lanes and self._scroll_bar.maximum() > 0 and not self._by_hand:
            top = self.row_height * self._lanes.index(self._lane)
            self._scroll_bar.setValue(max(top + self.row_height - self._room, 0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_bar()

    # -- drawing -------------------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_table(painter)
            if self.hasFocus():
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.setPen(theme().color("accent"))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, self.head - 1.5, -0.5, -0.5), 7, 7)

    def paint_table(self, painter: QPainter) -> None:
        """Draw head and rows; the frame that shows the keyboard's focus comes on top."""

    def paint_ground(self, painter: QPainter, i: int) -> QRectF:
        """Draw what lies under row `i` where it is in focus or under the pointer; the box of the row, no pen set."""
        t = theme()
        box = QRectF(0, self.top_of(i), self.inner_width, self.row_height)
        focus = self._lanes[i] == self._lane
        painter.setPen(Qt.PenStyle.NoPen)
        if focus or i == self._hover:
            painter.setBrush(t.color("accent_soft" if focus else "hover", 1.0 if focus else 0.5))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 7, 7)
        return box

    # -- hands ---------------------------------------------------------------------------------------------------

    def tip(self, position: QPointF) -> str:
        """Words about what lies there, empty for none."""
        return ""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        i = self.row_at(event.position().y())
        if i >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.focused.emit(self._lanes[i])

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        i = self.row_at(event.position().y())
        if i != self._hover:
            self._hover = i
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._hover = -1

    def _on_hand(self) -> None:
        self._by_hand = True

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._by_hand = True
        before = self._scroll_bar.value()
        self._scroll_bar.setValue(before - round(event.angleDelta().y() / 120 * 2 * self.row_height))
        if self._scroll_bar.value() == before:
            event.ignore()  # at its end, or nothing to scroll: the inspector scrolls
            return
        event.accept()
        self._hover = self.row_at(event.position().y())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        lanes = self._lanes
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and lanes:
            at = lanes.index(self._lane) + step if self._lane in lanes else 0
            self.focused.emit(lanes[min(max(at, 0), len(lanes) - 1)])
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            if words := self.tip(QPointF(event.pos())):
                QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def _on_scrolled(self) -> None:
        self.update()

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self._fit_bar()
        self.update()
