"""Ctrl+K: every action, preset and algorithm, found by typing a few letters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from lab.ui import fonts, icons, keys
from lab.ui.theme import theme

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


#: A score from here on is that of letters that lie scattered over the text.
SCATTERED = 1000


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
        self._line = QLineEdit()
        self._line.setPlaceholderText("Search actions, presets, algorithms")
        self._line.setAccessibleName("Search")
        self._line.addAction(icons.icon("magnifying-glass"), QLineEdit.ActionPosition.LeadingPosition)
        fonts.use(self._line, fonts.TITLE)
        self._list = QListWidget()
        self._list.setItemDelegate(_Rows(self._list))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setFrameShape(QFrame.Shape.NoFrame)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setMouseTracking(True)
        box = QVBoxLayout(self)
        box.setContentsMargins(10, 10, 10, 8)
        box.setSpacing(6)
        box.addWidget(self._line)
        box.addWidget(self._list)
        self._line.textChanged.connect(self._fill)
        self._line.installEventFilter(self)
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
        ranked = []
        for i, command in enumerate(self._commands):
            fit = score(query, f"{command.title} {command.group}")
            if fit is not None:
                ranked.append((fit, len(command.title) if query else 0, i))
        # Where the words stand somewhere, letters picked from here and there only mislead.
        if any(fit < SCATTERED for fit, _, _ in ranked):
            ranked = [entry for entry in ranked if entry[0] < SCATTERED]
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
            item = QListWidgetItem("Nothing is called that")
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self._list.addItem(item)
        self._place()

    def _place(self) -> None:
        window = self._window
        rows = min(max(self._list.count(), 1), SHOWN)
        self._list.setFixedHeight(rows * ROW + 4)
        width = min(WIDTH, window.width() - 32)
        self.resize(width, rows * ROW + 4 + 30 + 10 + 8 + 8 + 10)
        self.move((window.width() - width) // 2, 56)

    def _accept(self) -> None:
        item = self._list.currentItem()
        if item is None or item.data(Qt.ItemDataRole.UserRole) is None:
            return
        command = self._commands[item.data(Qt.ItemDataRole.UserRole)]
        editing = isinstance(self._before, keys.EDITORS)
        self.hide()
        home = None if editing else self._home()
        if home is not None and home.isVisible():
            # A button that was pressed to come here would keep the arrows and show its ring.
            home.setFocus(Qt.FocusReason.ShortcutFocusReason)
        command.run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.hide()
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}.get(
            Qt.Key(event.key())
        )
        if step is not None:
            row = min(max(self._list.currentRow() + step, 0), self._list.count() - 1)
            self._list.setCurrentRow(row)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept()
        elif event.key() == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True


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
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("accent_soft"))
            painter.drawRoundedRect(rect.adjusted(0, 1, 0, -1), 6, 6)
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
