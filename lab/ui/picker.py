"""One of many, under headings: walk with the arrows, or type a few letters of its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QFrame,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from lab.core.registry import Family
from lab.ui import fonts
from lab.ui.finding import FindLine, FoundList, can_be_chosen, paint_chosen, scores
from lab.ui.stamps import stamp_glyph
from lab.ui.theme import theme
from lab.ui.widgets.layout import fill
from lab.ui.widgets.text import Text

WIDTH, ROW, HEADING = 304, 28, 26
#: How tall the list may be, and how near the popup comes to the edges of the screen, in px.
TALLEST, EDGE = 470, 8
_VALUE, _DOC = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
#: Whether it is in force; its mark.
_NOW, _MARK = Qt.ItemDataRole.UserRole + 2, Qt.ItemDataRole.UserRole + 3


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to pick: what is given back, what is read, what it is for, and other words it is found by.

    A `mark`, a shape and a colour's role, stands before what is known by one elsewhere.
    """

    value: Any
    title: str
    doc: str = ""
    words: str = ""
    mark: tuple[str, str] | None = None


Groups = Sequence[tuple[str, Sequence[Option]]]


def options_of(
    family: Family[Any],
    value: Callable[[Any], Any] = lambda entry: entry.item,
    mark: Callable[[Any], tuple[str, str] | None] = lambda entry: None,
) -> list[tuple[str, list[Option]]]:
    """A family's entries under the headings of its groups; found by title, id and group."""

    def option(entry: Any, group: str) -> Option:
        doc = getattr(entry.item, "why", getattr(entry.item, "doc", ""))
        return Option(value(entry), entry.title, doc, f"{entry.id} {group}", mark(entry))

    return [(group, [option(entry, group) for entry in entries]) for group, entries in family.grouped()]


class Picker(QFrame):
    """A popup with a search line over a list under headings; below it, what the chosen one is for.

    Enter or a press takes it, Esc or a press elsewhere leaves. Nothing is kept between two openings.
    """

    def __init__(self, parent: QWidget, name: str) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setObjectName("card")
        self.setAccessibleName(name)
        self._groups: Groups = ()
        self._take: Callable[[Any], object] = lambda value: None
        self._now: object = None
        self.line = FindLine(f"Find: {name}", "Type to find", fonts.BODY)
        self.list = FoundList(self.line)
        self.list.setAccessibleName(name)
        self.list.setItemDelegate(_Rows(self.list))
        self.list.setVerticalScrollMode(FoundList.ScrollMode.ScrollPerPixel)
        self._doc = Text("", "caption", wrap=True, align=Qt.AlignmentFlag.AlignLeft)
        fill(QVBoxLayout(self), (self.line, (self.list, 1), self._doc), (8, 8, 8, 8), 6)
        self.line.textChanged.connect(self._fill)
        self.line.taken.connect(self.accept)
        self.line.given_up.connect(self.hide)
        self.list.itemEntered.connect(self._on_pointed)
        self.list.itemClicked.connect(lambda _: self.accept())
        self.list.currentItemChanged.connect(self._on_current)

    def open(self, groups: Groups, take: Callable[[Any], object], beside: QWidget, now: object = None) -> None:
        """Show the options below a widget (above it where there is no room); `now` is the one in force."""
        self._groups, self._take, self._now = groups, take, now
        self.line.blockSignals(True)
        self.line.clear()
        self.line.blockSignals(False)
        self._doc.setFixedHeight(2 * self._doc.fontMetrics().lineSpacing() + 2)
        self._fill()
        self._place(beside)
        self.show()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def titles(self) -> list[str]:
        """What can be picked now, from top to bottom."""
        items = [self.list.item(i) for i in range(self.list.count())]
        return [item.text() for item in items if can_be_chosen(item)]

    def accept(self) -> None:
        """Take the chosen one."""
        item = self.list.chosen()
        if item is None:
            return
        self.hide()
        self._take(item.data(_VALUE)())

    def _fill(self) -> None:
        query = self.line.text()
        every = [option for _, options in self._groups for option in options]
        found = scores(query, [f"{option.title} {option.words}" for option in every])
        fits = {id(option): fit for option, fit in zip(every, found, strict=True)}
        self.list.clear()
        best: tuple[int, int, int] | None = None
        for heading, options in self._groups:
            shown = [option for option in options if fits[id(option)] is not None]
            if shown and heading:
                self.list.tell(heading)
            for option in shown:
                item = QListWidgetItem(option.title)
                # As a function: Qt would make its own types of tuples and classes of numbers.
                item.setData(_VALUE, lambda value=option.value: value)
                item.setData(_DOC, option.doc)
                item.setData(_NOW, option.value == self._now)
                item.setData(_MARK, option.mark)
                self.list.addItem(item)
                rank = fits[id(option)] or 0
                if not query:
                    rank = 0 if option.value == self._now else 1
                if best is None or (rank, len(option.title) if query else 0) < best[:2]:
                    best = (rank, len(option.title) if query else 0, self.list.count() - 1)
        if best is None:
            self.list.tell("Nothing is called that")
            self._doc.setText("")
            return
        self.list.setCurrentRow(best[2])
        self.list.scrollToItem(self.list.item(best[2]), FoundList.ScrollHint.EnsureVisible)

    def _place(self, beside: QWidget) -> None:
        scale = max(1.0, fonts.scale())
        tall = sum(self.list.sizeHintForRow(i) for i in range(self.list.count())) + 4
        room = beside.screen().availableGeometry().adjusted(EDGE, EDGE, -EDGE, -EDGE)
        rest = self.line.sizeHint().height() + self._doc.height() + 8 + 8 + 6 + 6 + 2 * self.frameWidth()
        height = rest + min(tall, round(TALLEST * scale), room.height() - rest)
        width = max(round(WIDTH * scale), beside.width())
        at = QRect(beside.mapToGlobal(QPoint(0, 0)), beside.size())
        top = at.bottom() + 4
        if top + height > room.bottom():
            top = max(room.top(), min(at.top() - 4 - height, room.bottom() - height))
            if top + height > at.top():
                top = max(room.top(), room.bottom() - height)
        left = min(max(at.right() - width + 1 if at.width() < width else at.left(), room.left()), room.right() - width)
        self.setGeometry(left, top, width, height)

    def _on_pointed(self, item: QListWidgetItem) -> None:
        if can_be_chosen(item):
            self.list.setCurrentItem(item)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        self._doc.setText("" if item is None else str(item.data(_DOC) or ""))


class _Rows(QStyledItemDelegate):
    """Headings small and quiet, options below them; before these their marks, or a dot before the one in force."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        height = ROW if index.flags() & Qt.ItemFlag.ItemIsSelectable else HEADING
        return QSize(100, round(height * max(1.0, fonts.scale())))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        t = theme()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        # Qt's stubs leave out the fields that the option inherits.
        inherited: Any = option
        rect: QRect = inherited.rect
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if not index.flags() & Qt.ItemFlag.ItemIsSelectable:
            painter.setFont(fonts.font(fonts.TICK, fonts.SEMIBOLD))
            painter.setPen(t.color("faint"))
            low = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom
            painter.drawText(rect.adjusted(8, 0, -8, -5), low, str(index.data()))
            painter.restore()
            return
        if inherited.state & QStyle.StateFlag.State_Selected:
            paint_chosen(painter, rect)
        now, mark = bool(index.data(_NOW)), index.data(_MARK)
        if mark is not None:
            symbol, role = mark
            stamp_glyph(painter, symbol, 11, rect.left() + 15, rect.center().y() + 0.5, t.color(role))
        elif now:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("accent"))
            painter.drawEllipse(rect.left() + 8, rect.center().y() - 2, 5, 5)
        painter.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD if now else fonts.MEDIUM))
        painter.setPen(t.color("text"))
        room = rect.adjusted(20 if mark is None else 29, 0, -8, 0)
        title = painter.fontMetrics().elidedText(str(index.data()), Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, left, title)
        painter.restore()
