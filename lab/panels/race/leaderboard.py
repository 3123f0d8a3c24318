"""Who is ahead: a row for each racer, by the column that was pressed."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QFontMetricsF,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPixmap,
)
from PySide6.QtWidgets import QWidget

from lab.panels.race.columns import COLUMNS, against, details
from lab.panels.race.held_order import HeldOrder
from lab.panels.race.looks import fitted
from lab.panels.race.racer_table import RacerTable
from lab.panels.race.standings import BoardRow
from lab.ui import fonts, icons
from lab.ui.theme import theme, weight
from lab.ui.widgets import glyph_path

#: Where the names begin; how wide they may be, and how narrow while columns still fit.
NAME, WIDEST_NAME, LEAST_NAME = 62, 112, 72
#: Room between two columns, and the least that a bar is worth drawing in.
GAP, LEAST_BAR = 14, 24


class Leaderboard(RacerTable):
    """Rows with columns; press a row (or walk with Up and Down) to put that racer in focus.

    A right press (or the menu key, for the racer in focus) asks for what can be done with that racer.

    Press a heading (or walk with Left and Right) to sort by it, press it again (or Enter) to turn the order round.
    Columns that don't fit are left out from the right, and the heading says how many.

    While the pointer is on a row, or the keyboard in the table, rows keep their places: only their numbers run.
    """

    #: The hand wants a racer gone.
    removed = Signal(int)
    #: The hand asks what can be done with a racer: its lane, and a place on the screen.
    menu_wanted = Signal(int, QPoint)
    #: The hand wants the rows by this column, from the highest down or not.
    sort_wanted = Signal(str, bool)

    def __init__(self, name: str = "Leaderboard", parent: QWidget | None = None) -> None:
        super().__init__(name, parent)
        self._rows: tuple[BoardRow, ...] = ()
        self._columns: tuple[str, ...] = ("loss", "target")
        self._sort, self._descending = "loss", False
        self._order = HeldOrder()
        #: Where the columns stand, and for what; each row's picture, without what a race changes, and for what.
        self._placed: tuple[tuple[object, ...], list[tuple[str, float, float]]] | None = None
        self._still: dict[int, tuple[tuple[object, ...], QPixmap]] = {}

    @property
    def rows(self) -> tuple[BoardRow, ...]:
        """What is shown, from top to bottom."""
        return self._rows

    def show_standings(
        self,
        rows: Sequence[BoardRow],
        lane: int,
        columns: Sequence[str] = ("loss", "target"),
        sort: str = "loss",
        descending: bool = False,
    ) -> None:
        """Show these racers with these columns, one racer in focus."""
        self._columns, self._sort, self._descending = tuple(columns), sort, descending
        self._rows = self._order.of(rows, sort, descending, held=self._hover >= 0 or self.hasFocus())
        column, places = COLUMNS[sort], self._order.places
        self.setAccessibleDescription(
            f"By {column.words.lower()}: "
            + ", ".join(f"{places[r.look.lane]}: {r.look.title} {column.text(r)}{against(r)}" for r in self._rows)
        )
        self.show_lanes(tuple(row.look.lane for row in self._rows))
        self.show_focus(lane)

    def _let_go(self) -> None:
        """Put the rows in the order that they have by now, unless they are still held."""
        self.show_standings(self._rows, self._lane, self._columns, self._sort, self._descending)

    def paint_table(self, painter: QPainter) -> None:
        shown = self._layout()
        self._headings(painter, shown)
        worst, best = self._range()
        painter.save()
        painter.setClipRect(QRectF(0, self.head, self.inner_width, self.height() - self.head))
        for i, row in enumerate(self._rows):
            if self.head - self.row_height < self.top_of(i) < self.height():
                self._row(painter, i, row, worst, best, shown)
        painter.restore()

    def _headings(self, painter: QPainter, shown: Sequence[tuple[str, float, float]]) -> None:
        t = theme()
        missing = len(self._columns) - len(shown)
        painter.setFont(fonts.font(fonts.TICK))
        painter.setPen(t.color("faint"))
        middle = Qt.AlignmentFlag.AlignVCenter
        words = f"optimizer  +{missing}" if missing else "optimizer"
        painter.drawText(QRectF(NAME, 0, WIDEST_NAME, self.head), middle, words)
        for id, left, width in shown:
            chosen = id == self._sort
            arrow = ("▾ " if self._descending else "▴ ") if chosen else ""
            painter.setPen(t.color("text" if chosen else "faint"))
            painter.drawText(
                QRectF(left, 0, width, self.head), Qt.AlignmentFlag.AlignRight | middle, arrow + COLUMNS[id].title
            )

    def _layout(self) -> list[tuple[str, float, float]]:
        """The columns that fit, as (id, left end, width); found once for each size and set of racers."""
        titles = {row.look.title for row in self._rows}
        made_for = (self._columns, self._sort, titles, self.inner_width, fonts.scale())
        if self._placed is None or self._placed[0] != made_for:
            self._placed = (made_for, self._lay_out())
        return self._placed[1]

    def _lay_out(self) -> list[tuple[str, float, float]]:
        """In a wide board the columns are spread."""
        head = QFontMetricsF(fonts.font(fonts.TICK))
        cell = QFontMetricsF(fonts.font(fonts.BODY, fonts.MEDIUM))
        arrow = head.horizontalAdvance("▴ ")
        found = [
            (
                id,
                max(head.horizontalAdvance(COLUMNS[id].title) + arrow, cell.horizontalAdvance(COLUMNS[id].widest))
                + GAP,
            )
            for id in self._columns
        ]
        longest = max((cell.horizontalAdvance(row.look.title) for row in self._rows), default=0.0)
        room = self.inner_width - NAME - min(LEAST_NAME, longest) - 12.0
        while found and sum(width for _, width in found) > room:
            # What the order follows from is seen as long as anything is.
            spared = len(found) > 1 and found[-1][0] == self._sort
            found.pop(-2 if spared else -1)
        spare = self.inner_width - NAME - WIDEST_NAME - 12.0 - sum(width for _, width in found)
        # Where there is more than a bar needs, the columns stand apart.
        extra = max(0.0, spare - 160.0) / max(len(found), 1)
        right = self.inner_width - 12.0
        placed: list[tuple[str, float, float]] = []
        for id, width in reversed(found):
            right -= width + extra
            placed.insert(0, (id, right, width + extra))
        return placed

    def _range(self) -> tuple[float, float]:
        losses = [r.loss for r in self._rows if math.isfinite(r.loss) and r.diverged_at < 0]
        logs = [math.log10(max(v, 1e-16)) for v in losses] or [0.0]
        return max(logs), min(*logs, max(logs) - 4.0)

    def _row(
        self, painter: QPainter, i: int, row: BoardRow, worst: float, best: float,
        shown: Sequence[tuple[str, float, float]],
    ) -> None:  # fmt: skip
        t, top = theme(), self.top_of(i)
        first = shown[0][1] if shown else self.inner_width - 12.0
        name_width = min(float(WIDEST_NAME), first - NAME)
        painter.drawPixmap(0, top, self._still_of(i, row, name_width))
        bar_left = NAME + name_width + 4
        bar_right = first + (GAP - 10 if shown else 0)
        if bar_right - bar_left > LEAST_BAR:
            width, high = min(bar_right - bar_left, 150.0), 4 * weight()
            self._bar(painter, row, QRectF(bar_left, top + (self.row_height - high) / 2, width, high), worst, best)
        painter.setFont(fonts.font(fonts.BODY, fonts.MEDIUM))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for id, x, width in shown:
            column = COLUMNS[id]
            painter.setPen(t.color(column.role(row)))
            painter.drawText(QRectF(x, top, width, self.row_height), right, column.text(row))

    def _still_of(self, i: int, row: BoardRow, name_width: float) -> QPixmap:
        """What of a row stays while the numbers run: ground, place, mark and name."""
        look, ratio = row.look, self.devicePixelRatioF()
        focus, gone, place = look.lane == self._lane, row.diverged_at >= 0, self._order.places[look.lane]
        made_for = (
            look, focus, place, i == self._hover, gone, row.winner, name_width, self.inner_width, self.row_height,
            ratio, theme().name, fonts.scale(), weight(),
        )  # fmt: skip
        found = self._still.get(i)
        if found is None or found[0] != made_for:
            made = QPixmap(QSize(self.inner_width, self.row_height) * ratio)
            made.setDevicePixelRatio(ratio)
            made.fill(Qt.GlobalColor.transparent)
            with QPainter(made) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.translate(0, -self.top_of(i))
                self._paint_still(painter, i, row, focus, name_width)
            found = self._still[i] = (made_for, made)
        return found[1]

    def _paint_still(self, painter: QPainter, i: int, row: BoardRow, focus: bool, name_width: float) -> None:
        t, look = theme(), row.look
        box = self.paint_ground(painter, i)
        middle = box.center().y()
        if focus:
            painter.setBrush(t.color(look.color_role, 0.28))
            painter.drawEllipse(QRectF(34, middle - 10, 20, 20))
        painter.setBrush(t.color(look.color_role, 0.4 if row.diverged_at >= 0 else 1.0))
        painter.drawPath(glyph_path(look.symbol, 11 * weight(), 44, middle))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(fonts.font(fonts.CAPTION, fonts.MEDIUM))
        painter.setPen(t.color("text" if focus else "faint"))
        painter.drawText(QRectF(12, box.top(), 16, self.row_height), left, str(self._order.places[look.lane]))
        painter.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD if focus else fonts.MEDIUM))
        painter.setPen(t.color("text"))
        name = fitted(look.title, painter.fontMetrics(), int(name_width))
        painter.drawText(QRectF(NAME, box.top(), name_width, self.row_height), left, name)
        if row.winner:
            after = NAME + painter.fontMetrics().horizontalAdvance(name) + 5
            icons.paint_icon(painter, "flag-fill", QRectF(after, middle - 7, 13, 13), t.color("ok"))

    def _bar(self, painter: QPainter, row: BoardRow, box: QRectF, worst: float, best: float) -> None:
        t = theme()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color(t.groove))
        painter.drawRoundedRect(box, 2, 2)
        if row.diverged_at >= 0 or not math.isfinite(row.loss):
            return
        share = (math.log10(max(row.loss, 1e-16)) - best) / (worst - best)
        painter.setBrush(t.color(row.look.color_role))
        bar = QRectF(box.left(), box.top(), max(4.0, box.width() * min(max(share, 0.0), 1.0)), box.height())
        painter.drawRoundedRect(bar, 2, 2)
        if row.look.double:
            # As its trail is, and its line in the plot.
            painter.fillRect(bar.adjusted(1, 0.32 * bar.height(), 0, -0.32 * bar.height()), t.color("surface"))

    # -- hands -------------------------------------------------------------------------------------------------

    def _heading_at(self, position: QPointF) -> str:
        """The column whose heading lies there, or nothing."""
        if position.y() >= self.head:
            return ""
        return next((id for id, left, width in self._layout() if left <= position.x() < left + width), "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        heading = self._heading_at(event.position())
        if heading and event.button() == Qt.MouseButton.LeftButton:
            self.sort_wanted.emit(heading, heading == self._sort and not self._descending)
        else:
            super().mousePressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        lanes = self._lanes
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            i = self.row_at(event.pos().y())
        else:
            i = lanes.index(self._lane) if self._lane in lanes else -1
        if i < 0:
            return
        under = QPoint(NAME, self.top_of(i + 1))
        keyboard = event.reason() != QContextMenuEvent.Reason.Mouse
        self.menu_wanted.emit(lanes[i], self.mapToGlobal(under) if keyboard else event.globalPos())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        heading = self._heading_at(event.position())
        self.setCursor(Qt.CursorShape.PointingHandCursor if heading else Qt.CursorShape.ArrowCursor)
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._let_go()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._let_go()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._let_go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and (shown := [id for id, _, _ in self._layout()]):
            at = shown.index(self._sort) if self._sort in shown else 0
            by = 1 if event.key() == Qt.Key.Key_Right else -1
            self.sort_wanted.emit(shown[(at + by) % len(shown)], False)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.sort_wanted.emit(self._sort, not self._descending)
        elif event.key() == Qt.Key.Key_Delete and self._lane in self._lanes:
            self.removed.emit(self._lane)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        sideways = (Qt.Key.Key_Left, Qt.Key.Key_Right)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in sideways:
            # Here they choose a column; elsewhere they belong to the transport.
            event.accept()
            return True
        return super().event(event)

    def tip(self, position: QPointF) -> str:
        i = self.row_at(position.y())
        return details(self._rows[i]) if i >= 0 else self._explain(self._heading_at(position))

    def _explain(self, heading: str) -> str:
        seen = [id for id, _, _ in self._layout()]
        missing = [id for id in self._columns if id not in seen]
        lines = []
        if heading:
            lines += [f"{COLUMNS[heading].doc}.", "Press to sort by it, once more to turn the order round."]
        elif missing:
            words = ", ".join(COLUMNS[id].words.lower() for id in missing)
            lines.append(f"No room for: {words}. The table over the stage shows all.")
        lines.append(
            f"Now by {COLUMNS[self._sort].words.lower()}. Equal ones stand by loss,\n"
            "then by steps to target, then as they joined; diverged ones last."
        )
        return "\n".join(lines)
