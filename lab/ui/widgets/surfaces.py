"""What things lie on: cards, wells, overlays in the corners of a stage, the error banner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget

from lab.ui import fonts, icons
from lab.ui.theme import manager
from lab.ui.widgets.buttons import Button, IconButton
from lab.ui.widgets.layout import Item, Margins, fill, row
from lab.ui.widgets.text import Text, restyle

Corner = Literal["tl", "tr", "bl", "br", "tc", "bc"]


class Card(QFrame):
    """A surface with a hairline around it; a column of what it is given. Cards don't lie in cards."""

    def __init__(self, *items: Item, margins: Margins = (16, 12, 16, 14), spacing: int = 8) -> None:
        super().__init__()
        self.setObjectName("card")
        self.box = QVBoxLayout(self)
        fill(self.box, items, margins, spacing)

    def set_focused(self, focused: bool) -> None:
        """Show by an accent border that what fills it has the keyboard."""
        if bool(self.property("focused")) != focused:
            self.setProperty("focused", focused)
            restyle(self)


class Well(QFrame):
    """A borderless raised area, for groups inside a card."""

    def __init__(self, *items: Item, margins: Margins = (12, 8, 12, 8), spacing: int = 4) -> None:
        super().__init__()
        self.setObjectName("well")
        self.box = QVBoxLayout(self)
        fill(self.box, items, margins, spacing)


class Overlay(QFrame):
    """A nearly opaque row that floats over a plot: a legend, a colour bar, a hint.

    What the hand does on it is not done to the plot below, unless it is `see_through`: a hint of what a press does
    there must not be in the way of that press.
    """

    def __init__(
        self,
        *items: Item,
        margins: Margins = (12, 7, 12, 7),
        spacing: int = 10,
        vertical: bool = False,
        see_through: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName("overlay")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, see_through)
        # Not the cross or hand of the plot below.
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.box = QVBoxLayout(self) if vertical else QHBoxLayout(self)
        fill(self.box, items, margins, spacing)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()


class HLine(QFrame):
    """A hairline across."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("line")
        self.setFixedHeight(1)


class VLine(QFrame):
    """A short upright hairline between things in a row."""

    def __init__(self, height: int = 28) -> None:
        super().__init__()
        self.setObjectName("line")
        self.setFixedSize(1, height)


@dataclass(slots=True)
class _Placed:
    widget: QWidget
    corner: Corner
    dx: int
    dy: int
    needed: bool


class CornerOverlays(QObject):
    """Keeps widgets in the corners of a parent; those that share a corner are stacked away from the edge.

    Owned by the parent. An overlay that changes size, or is shown or hidden, is put back in place at once. Where the
    parent is too small for all, those added later are moved out of sight; a needed one always has its place. `foot`
    is how high above the lower edge they end at most: what lies there, such as the numbers of an axis, stays free.
    """

    GAP = 8
    _AWAY = QPoint(-9999, -9999)

    def __init__(self, parent: QWidget, foot: int = 0) -> None:
        super().__init__(parent)
        self._parent = parent
        self._foot = foot
        self._placed: list[_Placed] = []
        parent.installEventFilter(self)

    def add(self, widget: QWidget, corner: Corner = "tl", dx: int = 14, dy: int = 14, *, needed: bool = False) -> None:
        """Float `widget` in a corner, `dx` and `dy` px from the edges; in the middle of one, `dx` px right of it."""
        widget.setParent(self._parent)
        widget.installEventFilter(self)
        self._placed.append(_Placed(widget, corner, dx, dy, needed))
        widget.show()
        self.place()

    def remove(self, widget: QWidget) -> None:
        """Take a widget out again; it is hidden and may be deleted."""
        widget.removeEventFilter(self)
        self._placed = [p for p in self._placed if p.widget is not widget]
        widget.hide()
        self.place()

    def set_offsets(self, widget: QWidget, dx: int, dy: int) -> None:
        """Move an overlay's distance from its edges, e.g. when an axis grows."""
        for p in self._placed:
            if p.widget is widget:
                p.dx, p.dy = dx, dy
        self.place()

    def set_margins(self, foot: int, offsets: dict[Corner, tuple[int, int]]) -> None:
        """Let all overlays lie so far from the edges, each as its corner asks, and end `foot` above the lower one."""
        wanted = [offsets[p.corner] for p in self._placed]
        if foot != self._foot or wanted != [(p.dx, p.dy) for p in self._placed]:
            self._foot = foot
            for p, (dx, dy) in zip(self._placed, wanted, strict=True):
                p.dx, p.dy = dx, dy
            self.place()

    def set_corner(self, widget: QWidget, corner: Corner) -> None:
        """Move an overlay to another corner, e.g. out of the way of what it speaks of."""
        for p in self._placed:
            if p.widget is widget and p.corner != corner:
                p.corner = corner
                self.place()

    def set_needed(self, widget: QWidget, on: bool) -> None:
        """Let an overlay have its place whatever else is there, or no longer."""
        for p in self._placed:
            if p.widget is widget and p.needed != on:
                p.needed = on
                self.place()

    def taken(self) -> list[QRect]:
        """Where overlays now lie, in pixels of the parent."""
        return [p.widget.geometry() for p in self._placed if not p.widget.isHidden() and p.widget.x() > self._AWAY.x()]

    def would_lie(self, widget: QWidget, corner: Corner, dx: int, dy: int) -> QRect:
        """Where an overlay would be put in a corner, above or below those that come before it there."""
        down, room = dy, self._parent.rect()
        for p in sorted(self._placed, key=lambda p: not p.needed):
            if p.widget is widget:
                break
            if p.corner == corner and not p.widget.isHidden():
                down = max(down, p.dy) + p.widget.sizeHint().height() + self.GAP
        size = widget.sizeHint()
        spare = room.width() - size.width()
        x = {"l": dx, "r": spare - dx, "c": spare // 2 + dx}[corner[1]]
        return QRect(QPoint(x, down if corner[0] == "t" else room.height() - size.height() - down), size)

    def has_room(self, place: QRect, widget: QWidget | None = None) -> bool:
        """Whether an overlay would be seen whole at a place: inside, and on no needed one but itself."""
        needed = (p.widget for p in self._placed if p.needed and p.widget is not widget and not p.widget.isHidden())
        return self._free().contains(place) and not any(place.intersects(widget.geometry()) for widget in needed)

    def crosses(self, place: QRect, widget: QWidget) -> bool:
        """Whether an overlay at a place would lie on another one that is now seen."""
        others = (p.widget for p in self._placed if p.widget is not widget and not p.widget.isHidden())
        return any(place.intersects(other.geometry()) for other in others)

    def _free(self) -> QRect:
        return self._parent.rect().adjusted(0, 0, 0, -self._foot)

    def place(self) -> None:
        """Put every visible overlay where it belongs."""
        used: dict[Corner, int] = {}
        taken: list[QRect] = []
        room, free = self._parent.rect(), self._free()
        for p in sorted(self._placed, key=lambda p: not p.needed):
            if p.widget.isHidden():
                continue
            p.widget.adjustSize()
            size = p.widget.size()
            down = used.get(p.corner, p.dy)
            x = {"l": p.dx, "r": room.width() - size.width() - p.dx, "c": (room.width() - size.width()) // 2 + p.dx}
            y = {"t": down, "b": room.height() - size.height() - down}
            place = QRect(QPoint(x[p.corner[1]], y[p.corner[0]]), size)
            if p.needed:
                place.moveTo(max(place.x(), 0), max(place.y(), 0))
            elif not free.contains(place) or any(place.intersects(other) for other in taken):
                p.widget.move(self._AWAY)
                continue
            p.widget.move(place.topLeft())
            p.widget.raise_()
            taken.append(place)
            used[p.corner] = down + size.height() + self.GAP

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if watched is self._parent:
            if kind in (QEvent.Type.Resize, QEvent.Type.Show):
                self.place()
        elif kind in (QEvent.Type.LayoutRequest, QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self.place()
        return False


class ErrorBanner(QFrame):
    """One clear line about what went wrong, in place, with the details on request. Hidden until there is something.

    A refusal goes by itself after a while (not while it is pointed at, or its details are open), or as soon as
    something else was done. What still holds, such as a panel that can't be drawn, is `lasting`: it stays until it is
    dismissed or cleared.
    """

    dismissed = Signal()

    #: How long a refusal can be read: at least this, and so much longer for each letter, in ms.
    SHOWN_MS, PER_LETTER_MS = 5000, 60

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setAccessibleName("Error")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._sign = Text()
        self._message = Text("", "body", elide=True)
        self._more = Button("Details", kind="link", checkable=True)
        self._close = IconButton("x", "Dismiss this message", size=14)
        self._details = QPlainTextEdit()
        self._details.setReadOnly(True)
        self._details.setAccessibleName("Details of the error")
        self._details.setMaximumHeight(140)
        self._details.hide()
        fonts.use(self._details, 12, mono=True)
        layout = QVBoxLayout(self)
        line = row(self._sign, (self._message, 1), self._more, self._close)
        fill(layout, (line, self._details), (12, 4, 6, 4), 4)
        self._lasting = False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.pass_by)
        self._more.toggled.connect(self._details.setVisible)
        self._more.toggled.connect(lambda _: self._wait())
        self._close.clicked.connect(self._on_dismissed)
        manager().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.hide()

    @property
    def message(self) -> str:
        """The line shown, empty when hidden."""
        return "" if self.isHidden() else self.accessibleDescription()

    def show_error(self, message: str, details: str = "", *, lasting: bool = False) -> None:
        """Show one line; `details` (a traceback) can be opened below it and copied."""
        self._lasting = lasting
        self._message.setText(message)
        self.setAccessibleDescription(message)
        self._details.setPlainText(details)
        self._more.setChecked(False)
        self._more.setVisible(bool(details))
        self.show()
        self._wait()

    def clear(self) -> None:
        """Hide the banner: the cause is gone."""
        self._timer.stop()
        self.hide()

    def pass_by(self) -> None:
        """Something else was done, or enough time has gone by: a refusal has been read."""
        if not self._lasting:
            self.clear()

    def enterEvent(self, event: QEnterEvent) -> None:
        self._timer.stop()

    def leaveEvent(self, event: QEvent) -> None:
        self._wait()

    def _wait(self) -> None:
        """Count down from now on, unless there is a reason to stay."""
        if self._lasting or self.isHidden() or self._more.isChecked() or self.underMouse():
            self._timer.stop()
        else:
            self._timer.start(self.SHOWN_MS + self.PER_LETTER_MS * len(self.message))

    def _on_dismissed(self) -> None:
        self.clear()
        self.dismissed.emit()

    def _on_theme_changed(self) -> None:
        self._sign.setPixmap(icons.pixmap("warning", 16, "error", self.devicePixelRatioF()))
