"""The end of a lesson: that it is done, or what is still open; and which one comes next."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from lab.core.lessons import Lesson
from lab.ui import fonts, icons
from lab.ui.lessons.markdown import spoken
from lab.ui.lessons.progress import Progress
from lab.ui.lessons.prose import Prose
from lab.ui.theme import theme
from lab.ui.widgets import Button, Text, row
from lab.ui.widgets.layout import fill

#: So many pages that are still open are named.
MOST = 3


class _Seal(QWidget):
    """A check in a circle, with a ring around it that is as whole as the lesson is."""

    def __init__(self, share: float) -> None:
        super().__init__()
        self.setFixedSize(60, 60)
        self._share = share
        self.setAccessibleName("All tasks done" if share >= 1 else f"{share:.0%} of the tasks done")

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            box = QRectF(3, 3, 54, 54)
            painter.setPen(QPen(t.color("line"), 3))
            painter.drawEllipse(box)
            pen = QPen(t.color("ok"), 3)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            painter.drawArc(box, 90 * 16, -round(360 * 16 * self._share))
            name = "check-bold" if self._share >= 1 else "flag"
            icons.paint_icon(painter, name, QRectF(19, 19, 22, 22), t.color("ok"))


class _Offer(QAbstractButton):
    """The next lesson, as a row to press: its title, what it teaches, how long it takes."""

    def __init__(self, lesson: Lesson) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName(f"Next lesson: {lesson.title}")
        self.setAccessibleDescription(lesson.blurb)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        minutes = Text(f"{lesson.minutes} min", "caption", role="faint")
        title = Prose(lesson.title, 13, weight=fonts.SEMIBOLD)
        fill(
            QVBoxLayout(self),
            (row(Text("Next lesson", "caption", role="accent"), None, minutes), title,
             Prose(lesson.blurb, 13, role="muted")),
            (12, 10, 12, 12),
            4,
        )  # fmt: skip

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        return layout.sizeHint()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        assert layout is not None
        return layout.totalHeightForWidth(width)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            lit = self.hasFocus() or self.underMouse()
            painter.setPen(QPen(t.color("accent" if lit else "line_strong"), 1.4 if lit else 1.0))
            painter.setBrush(t.color("accent_soft" if self.isDown() else "raised"))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)


class Ending(QWidget):
    """What is shown after the last page."""

    #: A page whose task is still open is wanted.
    page_wanted = Signal(int)
    #: The next lesson (a `Lesson`) is wanted.
    next_wanted = Signal(object)
    closed = Signal()

    def __init__(self, lesson: Lesson, progress: Progress, successor: Lesson | None) -> None:
        super().__init__()
        tasks = sum(step.task is not None for step in lesson.steps)
        still = progress.open_tasks(lesson)
        done = tasks - len(still)
        title = Text("Lesson done" if not still else "You have come to the end", "metric")
        counted = f"{done} of {tasks} tasks are done" if still else f"All {tasks} tasks are done"
        if tasks < 2 and not still:
            counted = "Its task is done" if tasks else "You have read all of it"
        words = Text(f"{counted}.", "body", role="muted", wrap=True)
        column = QVBoxLayout(self)
        fill(column, (14, row(_Seal(done / tasks if tasks else 1.0), None), 8, title, words), (0, 0, 0, 0), 6)
        self.links: list[Button] = []
        if still:
            column.addSpacing(6)
            column.addWidget(Text("Still open:", "body", role="muted"))
        for page in still[:MOST]:
            link = Button(f"Page {page + 1}: {spoken(lesson.steps[page].title)}", kind="link")
            link.clicked.connect(partial(self.page_wanted.emit, page))
            column.addLayout(row(link, None))
            self.links.append(link)
        if len(still) > MOST:
            column.addWidget(Text(f"and {len(still) - MOST} more", "body", role="muted"))
        column.addSpacing(10)
        self.offer: _Offer | None = None
        if successor is not None:
            self.offer = _Offer(successor)
            self.offer.clicked.connect(partial(self.next_wanted.emit, successor))
            column.addWidget(self.offer)
        close = Button("Close the lesson", kind="outline")
        close.clicked.connect(self.closed)
        column.addLayout(row(close, None))
