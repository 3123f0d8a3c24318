"""Who is ahead: a row for each racer, by loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from lab.panels.race.looks import Look
from lab.ui import fonts
from lab.ui.theme import manager, theme
from lab.ui.widgets import glyph_path, number_text

ROW, HEAD = 28, 18
#: A leaderboard with a ghost that is narrower than this leaves the steps to the target out.
WIDE = 370


@dataclass(frozen=True, slots=True)
class Standing:
    """One racer's line."""

    look: Look
    loss: float
    reached_at: int
    diverged_at: int
    reason: str
    function_evaluations: int
    gradient_evaluations: int
    path_length: float
    success: float | None = None
    #: The loss of the pinned run's racer at this step, where there is one.
    ghost: float | None = None


class Leaderboard(QWidget):
    """Rows sorted by loss; press one (or walk with Up and Down) to put that racer in focus."""

    focused = Signal(int)
    #: The hand wants a racer gone.
    removed = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName("Leaderboard")
        self.setMouseTracking(True)
        self._rows: tuple[Standing, ...] = ()
        self._lane = -1
        self._hover = -1
        self._ghostly = False
        manager().changed.connect(self._on_theme_changed)

    @property
    def _row_height(self) -> int:
        return round(ROW * max(1.0, fonts.scale()))

    @property
    def _head(self) -> int:
        return round(HEAD * max(1.0, fonts.scale()))

    def sizeHint(self) -> QSize:
        return QSize(300, self._head + self._row_height * len(self._rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(200, self.sizeHint().height())

    def show_standings(self, rows: tuple[Standing, ...], lane: int, *, ghostly: bool = False) -> None:
        """Show these racers, best first, with one in focus; with a ghost, how they stand against it."""
        grown = len(rows) != len(self._rows)
        self._ghostly = ghostly
        self._rows = tuple(sorted(rows, key=lambda r: (r.diverged_at >= 0, r.loss if np.isfinite(r.loss) else np.inf)))
        self._lane = lane
        self.setAccessibleDescription(
            ", ".join(f"{i + 1}: {r.look.title} {number_text(r.loss)}{_versus(r)}" for i, r in enumerate(self._rows))
        )
        if grown:
            self.updateGeometry()
        self.update()

    def _on_theme_changed(self) -> None:
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(fonts.font(fonts.TICK))
        painter.setPen(t.color("faint"))
        name_x, loss_x, ghost_x, target_x = self._columns()
        align = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop
        painter.drawText(QRectF(name_x, 0, 120, self._head), Qt.AlignmentFlag.AlignTop, "optimizer")
        painter.drawText(QRectF(loss_x - 90, 0, 90, self._head), align, "loss now")
        if ghost_x:
            painter.drawText(QRectF(ghost_x - 90, 0, 90, self._head), align, "ghost")
        if target_x:
            painter.drawText(QRectF(target_x - 90, 0, 90, self._head), align, "to target")
        worst, best = self._range()
        for i, row in enumerate(self._rows):
            self._row(painter, i, row, worst, best)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(t.color("accent"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, self._head - 1.5, -0.5, -0.5), 7, 7)
        painter.end()

    def _columns(self) -> tuple[float, float, float, float]:
        """Left edge of the names, right edges of loss, ghost and target; 0 for a column that is not there."""
        last, scale = self.width() - 12.0, max(1.0, fonts.scale())
        if not self._ghostly:
            return 62.0, last - 92.0, 0.0, last
        if self.width() < WIDE * scale:
            return 62.0, last - 84.0 * scale, last, 0.0
        return 62.0, last - 166.0 * scale, last - 82.0 * scale, last

    def _range(self) -> tuple[float, float]:
        losses = [r.loss for r in self._rows if np.isfinite(r.loss) and r.diverged_at < 0]
        logs = [float(np.log10(max(v, 1e-16))) for v in losses] or [0.0]
        return max(logs), min(*logs, max(logs) - 4.0)

    def _row(self, painter: QPainter, i: int, row: Standing, worst: float, best: float) -> None:
        t, look = theme(), row.look
        box = QRectF(0, self._head + self._row_height * i, self.width(), self._row_height)
        focus = look.lane == self._lane
        painter.setPen(Qt.PenStyle.NoPen)
        if focus or i == self._hover:
            painter.setBrush(t.color("accent_soft" if focus else "hover", 1.0 if focus else 0.5))
            painter.drawRoundedRect(box.adjusted(0, 1, 0, -1), 7, 7)
        middle = box.center().y()
        if focus:
            painter.setBrush(t.color(look.color_role, 0.28))
            painter.drawEllipse(QRectF(34, middle - 10, 20, 20))
        painter.setBrush(t.color(look.color_role, 0.4 if row.diverged_at >= 0 else 1.0))
        painter.drawPath(glyph_path(look.symbol, 11, 44, middle))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setFont(fonts.font(fonts.CAPTION, fonts.MEDIUM))
        painter.setPen(t.color("text" if focus else "faint"))
        painter.drawText(QRectF(12, box.top(), 16, self._row_height), left, str(i + 1))
        painter.setFont(fonts.font(fonts.BODY, fonts.SEMIBOLD if focus else fonts.MEDIUM))
        painter.setPen(t.color("text"))
        name_x, loss_x, ghost_x, target_x = self._columns()
        metrics = painter.fontMetrics()
        name_width = min(112.0, loss_x - name_x - 66.0) if self._ghostly else 112.0
        name = metrics.elidedText(look.title, Qt.TextElideMode.ElideRight, int(name_width))
        painter.drawText(QRectF(name_x, box.top(), name_width, self._row_height), left, name)
        bar_left, bar_right = name_x + name_width + 4, loss_x - 84
        if bar_right - bar_left > 24:
            self._bar(painter, row, QRectF(bar_left, middle - 2, bar_right - bar_left, 4), worst, best)
        painter.setFont(fonts.font(fonts.BODY, fonts.MEDIUM))
        painter.setPen(t.color("faint" if row.diverged_at >= 0 else "text"))
        painter.drawText(QRectF(loss_x - 90, box.top(), 90, self._row_height), right, _loss(row))
        if ghost_x:
            self._ghost(painter, row, QRectF(ghost_x - 90, box.top(), 90, self._row_height))
        if not target_x:
            return
        state, role = _state(row)
        painter.setPen(t.color(role))
        painter.drawText(QRectF(target_x - 90, box.top(), 90, self._row_height), right, state)

    def _ghost(self, painter: QPainter, row: Standing, box: QRectF) -> None:
        """The ghost's loss in small, and an arrow: down where the racer is lower than its ghost."""
        t = theme()
        painter.setFont(fonts.font(fonts.CAPTION))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        text = "–" if row.ghost is None else _shown(row.ghost)
        painter.setPen(t.color("faint" if row.ghost is None else "muted"))
        painter.drawText(box, right, text)
        better = _better(row)
        if better is None:
            painter.setFont(fonts.font(fonts.BODY, fonts.MEDIUM))
            return
        left = box.right() - painter.fontMetrics().horizontalAdvance(text) - 10
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color("ok" if better else "warn"))
        painter.drawPath(glyph_path("t" if better else "t1", 8, left, box.center().y()))
        painter.setFont(fonts.font(fonts.BODY, fonts.MEDIUM))

    def _bar(self, painter: QPainter, row: Standing, box: QRectF, worst: float, best: float) -> None:
        t = theme()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(t.color(t.groove))
        painter.drawRoundedRect(box, 2, 2)
        if row.diverged_at >= 0 or not np.isfinite(row.loss):
            return
        share = (np.log10(max(row.loss, 1e-16)) - best) / (worst - best)
        painter.setBrush(t.color(row.look.color_role))
        painter.drawRoundedRect(
            QRectF(box.left(), box.top(), max(4.0, box.width() * float(np.clip(share, 0, 1))), 4), 2, 2
        )

    # -- hands -------------------------------------------------------------------------------------------------

    def _at(self, y: float) -> int:
        i = int((y - self._head) // self._row_height)
        return i if 0 <= i < len(self._rows) else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        i = self._at(event.position().y())
        if i >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.focused.emit(self._rows[i].look.lane)
        elif i >= 0 and event.button() == Qt.MouseButton.RightButton:
            self.removed.emit(self._rows[i].look.lane)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        i = self._at(event.position().y())
        if i != self._hover:
            self._hover = i
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover = -1
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        lanes = [r.look.lane for r in self._rows]
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        if step is not None and lanes:
            at = lanes.index(self._lane) if self._lane in lanes else 0
            self.focused.emit(lanes[min(max(at + step, 0), len(lanes) - 1)])
        elif event.key() == Qt.Key.Key_Delete and self._lane in lanes:
            self.removed.emit(self._lane)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            i = self._at(event.pos().y())
            if i >= 0:
                QToolTip.showText(event.globalPos(), _details(self._rows[i]), self)
            return True
        return super().event(event)


def _loss(row: Standing) -> str:
    return _shown(row.loss)


def _shown(loss: float) -> str:
    if not np.isfinite(loss):
        return "–"
    return "< 10⁻¹⁵" if 0 <= loss < 1e-15 else number_text(loss, 3)


def _better(row: Standing) -> bool | None:
    """Whether a racer is lower than its ghost; None where they are level, or one of them is not there."""
    if row.ghost is None or row.diverged_at >= 0 or not np.isfinite(row.loss):
        return None
    # Histories have single precision: closer than that they are level.
    if abs(row.loss - row.ghost) <= 1e-6 * max(abs(row.loss), abs(row.ghost)) or max(row.loss, row.ghost) < 1e-15:
        return None
    return row.loss < row.ghost


def _versus(row: Standing) -> str:
    better = _better(row)
    return "" if better is None else f" ({'better' if better else 'worse'} than the ghost)"


def _state(row: Standing) -> tuple[str, str]:
    if row.diverged_at >= 0:
        return f"✕ at {row.diverged_at:,}", "error"
    if row.success is not None:
        return f"{100 * row.success:.0f} %", "ok" if row.success == 1.0 else "text" if row.success else "faint"
    if row.reached_at >= 0:
        return f"{row.reached_at:,} steps", "ok"
    return "–", "faint"


def _details(row: Standing) -> str:
    lines = [
        row.look.title,
        f"Gradients asked for: {row.gradient_evaluations:,}",
        f"Function values asked for: {row.function_evaluations:,}",
        f"Way travelled: {number_text(row.path_length, 3)}",
    ]
    if row.ghost is not None:
        lines.append(f"Its ghost at this step: {_shown(row.ghost)}{_versus(row)}")
    if row.diverged_at >= 0:
        lines.append(f"Diverged at step {row.diverged_at:,}: {row.reason}")
    lines.append("Right click or Delete takes it out of the race.")
    return "\n".join(lines)
