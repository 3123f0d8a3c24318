"""Ctrl+K: every action, preset and algorithm, found by typing a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QHideEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from lab.ui import fonts, keys
from lab.ui.finding import FindLine, FoundList, paint_chosen, scores
from lab.ui.theme import theme
from lab.ui.widgets.layout import fill

_Index = QModelIndex | QPersistentModelIndex

WIDTH = 560
SHOWN = 10
ROW = 36


@dataclass(frozen=True, slots=True)
class Command:
    """One thing that can be done, as the palette lists it."""

    title: str
    group: str
    run: Callable[[], object]
    shortcut: str = ""


class CommandPalette(QFrame):
    """A box over the window: type, walk with Up and Down, Enter does it, Esc leaves."""

    def __init__(self, window: QWidget, home: Callable[[], QWidget | None] = lambda: None) -> None:
        super().__init__(window)
        self._window = window
        #: Tells where the keyboard belongs after a choice, unless it came from an editor.
        self._home = home
        self.setObjectName("card")
        self.setAccessibleName("Command palette")
        self._commands: Sequence[Command] = ()
        self._before: QWidget | None = None
        self._line = FindLine("Search", "Search actions, presets, lessons, algorithms", fonts.TITLE)
        self._list = FoundList(self._line)
        self._list.setItemDelegate(_Rows(self._list))
        fill(QVBoxLayout(self), (self._line, self._list), (10, 10, 10, 8), 6)
        self._line.textChanged.connect(self._fill)
        self._line.taken.connect(self._accept)
        self._line.given_up.connect(self.hide)
        self._line.left.connect(self.hide)
        self._list.itemClicked.connect(lambda _: self._accept())
        self.hide()

    def open(self, commands: Sequence[Command], text: str = "") -> None:
        """Show these commands and take the keyboard."""
        self._commands = commands
        self._line.setText(text)
        self._fill()
        self.show()
        self.raise_()
        self._before = QApplication.focusWidget()
        self._line.setFocus()
        self._line.selectAll()

    def hideEvent(self, event: QHideEvent) -> None:
        # Give the keyboard back, so that Space plays again.
        if self._line.hasFocus() and self._before is not None and self._before.isVisible():
            self._before.setFocus()
        self._before = None
        super().hideEvent(event)

    def _fill(self) -> None:
        query = self._line.text()
        fits = scores(query, [f"{command.title} {command.group}" for command in self._commands])
        ranked = [
            (fit, len(command.title) if query else 0, i)
            for i, (fit, command) in enumerate(zip(fits, self._commands, strict=True))
            if fit is not None
        ]
        self._list.clear()
        for _, _, i in sorted(ranked)[:200]:
            item = QListWidgetItem(self._commands[i].title)
            item.setData(Qt.ItemDataRole.UserRole, i)
            item.setData(Qt.ItemDataRole.UserRole + 1, self._commands[i].group)
            item.setData(Qt.ItemDataRole.UserRole + 2, self._commands[i].shortcut)
            self._list.addItem(item)
        if self._list.count():
            self._list.setCurrentRow(0)
        else:
            self._list.tell("Nothing is called that")
        self._place()

    def _place(self) -> None:
        window = self._window
        rows = min(max(self._list.count(), 1), SHOWN)
        self._list.setFixedHeight(rows * ROW + 4)
        width = min(WIDTH, window.width() - 32)
        self.resize(width, rows * ROW + 4 + 30 + 10 + 8 + 8 + 10)
        self.move((window.width() - width) // 2, 56)

    def _accept(self) -> None:
        item = self._list.chosen()
        if item is None:
            return
        command = self._commands[item.data(Qt.ItemDataRole.UserRole)]
        editing = isinstance(self._before, keys.EDITORS)
        # Asked first: whoever had the keyboard may be in another panel than the one at hand, and has it again now.
        home = None if editing else self._home()
        self.hide()
        if home is not None and home.isVisible():
            # A button that was pressed to come here would keep the arrows and show its ring.
            home.setFocus(Qt.FocusReason.ShortcutFocusReason)
        command.run()


class _Rows(QStyledItemDelegate):
    """A title at the left, its group and shortcut at the right."""

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, ROW)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        t = theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Qt's stubs leave out the fields that the option inherits.
        inherited: Any = option
        rect: QRect = inherited.rect
        if inherited.state & QStyle.StateFlag.State_Selected:
            paint_chosen(painter, rect)
        inner = rect.adjusted(12, 0, -12, 0)
        shortcut = str(index.data(Qt.ItemDataRole.UserRole + 2) or "")
        group = str(index.data(Qt.ItemDataRole.UserRole + 1) or "")
        side = f"{group}   {shortcut}" if shortcut else group
        painter.setFont(fonts.font(fonts.CAPTION))
        painter.setPen(t.color("faint"))
        painter.drawText(inner, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, side)
        room = inner.adjusted(0, 0, -painter.fontMetrics().horizontalAdvance(side) - 12, 0)
        painter.setFont(fonts.font(fonts.BODY, fonts.MEDIUM))
        enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        painter.setPen(t.color("text" if enabled else "faint"))
        title = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)
        painter.restore()
