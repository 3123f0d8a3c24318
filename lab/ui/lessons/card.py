"""The card of a lesson: its page's text, the task with its live state, and the way forward and back."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from lab.ui import icons
from lab.ui.aside import Leaf
from lab.ui.lessons.reader import Reader
from lab.ui.lessons.signs import Dots, Heading, Sign
from lab.ui.lessons.tasks import TaskView
from lab.ui.theme import manager
from lab.ui.widgets import Button, HLine, IconButton, Text, row
from lab.ui.widgets.layout import fill

#: A task that would take more of the card than this stands below the text, and scrolls with it.
PINNED = 0.5
#: With less room than this for text and task, a strip shows its one line only.
CRAMPED = 70
FOLD, UNFOLD = "Fold the lesson to one line", "Unfold the lesson"


class LessonCard(Leaf):
    """Shows what it is given; what is done with it is for who listens.

    In a strip it can be folded to one line, which tells the task's state.
    """

    back_wanted = Signal()
    next_wanted = Signal()
    reset_wanted = Signal()
    closed = Signal()
    #: Now its one line is seen, or all of it.
    turned = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setAccessibleName(f"Lesson: {title}")
        #: It lies in a strip; was folded by hand; has no room there for more than a line.
        self._flat = self._folded = self._cramped = self._one_line = False
        #: The page's task is done; the page has a state of its own that can be loaded again.
        self._done, self._own = False, True
        #: Where the panel stands, in words, if it does not stand as the page began.
        self.astray = ""
        self.task: TaskView | None = None
        self._icon = QLabel()
        self.title = Heading(title)
        self.dots = Dots()
        self.place = Text("", "caption")
        #: In one line, for who has folded the card.
        self._sign = Sign(16)
        self.line = Text("", "body", role="muted", elide=True)
        self.menu = QMenu(self)
        self.more = IconButton("dots-three", "Pages of the lesson and more", size=18)
        self.more.setMenu(self.menu)
        self.more.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        self.fold = IconButton("caret-up", FOLD, size=14)
        self.close_button = IconButton("x", "Close the lesson (Esc)", size=14)
        self.skip = Button("Next")
        self.back = Button("Back", tooltip="The page before (Ctrl+Page Up)")
        self.reset = Button("Reset page", "arrow-counter-clockwise", "flat", tooltip="Load this page's state again")
        self.next = Button("Next", tooltip="The next page (Ctrl+Page Down)")
        self.reader = Reader()
        self._astray = Text("", "body", role="muted", wrap=True)
        self._inside: QWidget | None = None
        #: What was said just now, until it is in sight.
        self._told: QWidget | None = None
        self._words: QVBoxLayout | None = None
        self._middle = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._middle.setContentsMargins(16, 4, 16, 4)
        self._middle.setSpacing(12)
        self._middle.addWidget(self.reader, 1)
        self._middle.addStretch(0)
        self._head = QHBoxLayout()
        self._head.setContentsMargins(16, 8, 8, 4)
        self._below = QHBoxLayout()
        self._foot = QWidget()
        buttons = row(self.back, None, self.reset, self.next, spacing=6)
        fill(QVBoxLayout(self._foot), (self._astray, buttons), (16, 10, 16, 14), 8)
        self._rule = HLine()
        self._fill_head()
        fill(
            QVBoxLayout(self),
            (self._head, self._below, (self._middle, 1), self._rule, self._foot),
            (0, 0, 0, 0),
            0,
        )
        self.reader.widened.connect(self._fit_words)
        self.back.clicked.connect(self.back_wanted)
        for button in (self.next, self.skip):
            button.clicked.connect(self.next_wanted)
        self.reset.clicked.connect(self.reset_wanted)
        self.close_button.clicked.connect(self.closed)
        self.fold.clicked.connect(lambda: self.set_folded(not self._folded))
        manager().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    # -- what is shown -------------------------------------------------------------------------------------------

    def show_page(self, content: QWidget, task: TaskView | None, *, last: bool, first: bool) -> None:
        """Show a page: `content` is a column of what is read; the task stands below it."""
        self._told = None
        if self.task is not None:
            self.task.hide()
            self.task.deleteLater()
        inside = QWidget()
        inside.setObjectName("scrolled")
        self._words = QVBoxLayout(inside)
        fill(self._words, (content, None), (0, 0, 2, 6), 14)
        self._inside = inside
        self.task = task
        if task is not None:
            task.grown.connect(self._on_grown)
            task.told.connect(self._on_told)
        self.reader.hold(inside)
        self.reader.verticalScrollBar().setValue(0)
        self.back.setEnabled(not first)
        self.next.show()
        for button in (self.next, self.skip):
            button.setEnabled(True)
            button.setText("Finish" if last else "Next")
            button.setAccessibleName(button.text())
        self._arrange()
        self._on_grown()

    def show_end(self, content: QWidget) -> None:
        """Show what comes after the last page, from where one can only go back."""
        self.show_standing("", own=False)
        self.show_page(content, None, last=True, first=False)
        for button in (self.next, self.skip):
            button.setEnabled(False)
        self.next.hide()

    def show_place(self, pages: int, at: int, done: frozenset[int]) -> None:
        """Say which page this is, and which are done."""
        self.dots.show_pages(pages, at, done)
        self.place.setText(f"{at + 1} of {pages}" if at < pages else "the end")

    def show_standing(self, astray: str, *, own: bool) -> None:
        """Say where the panel stands, "" for as this page began; else the page's words are about what is not there.

        A page with a state of its own can load it again; one without goes on from another's, unless that was lost.
        """
        self.astray, self._own = astray, own
        self._astray.setText(astray)
        self.reset.setText("Load page" if astray else "Reset page")
        self.reset.setAccessibleName(self.reset.text())
        self.reset.setToolTip("Load the state that this page begins with" if astray else "Load this page's state again")
        self._dress()
        self._arrange()
        self._on_grown()

    @property
    def onward(self) -> Button:
        """The button that is seen of those that go on."""
        return self.skip if self.folded else self.next

    def show_state(self, *, done: bool, line: str) -> None:
        """Say whether the page is done, and in one line how far its task is."""
        self._done = done
        self._sign.set_state("done" if done else "open")
        self.line.setText(line)
        self._dress()

    def _dress(self) -> None:
        """One button is the way on: to the next page, or first to this one's state."""
        for button in (self.next, self.skip):
            button.set_kind("primary" if self._done else "outline")
        self.reset.set_kind("flat" if not self.astray else "outline" if self._done else "primary")

    # -- where it stands -----------------------------------------------------------------------------------------

    @property
    def folded(self) -> bool:
        """Whether only one line of it is seen."""
        return self._flat and (self._folded or self._cramped)

    def set_folded(self, on: bool) -> None:
        """Fold to one line, or show all again; in a column all is always shown."""
        self._folded = on
        self._arrange()
        self.grown.emit()

    def lie_flat(self, on: bool) -> None:
        self._flat = on
        self._arrange()

    def flat_height(self, width: int, most: int) -> int:
        head, foot = self._head.totalSizeHint().height(), self._foot_height(width) + 1
        if (cramped := most < head + foot + CRAMPED) != self._cramped:
            self._cramped = cramped
            self._arrange()
        if self.folded:
            return head
        task = 0 if self.task is None or self._scrolls_task() else self.task.heightForWidth(self._task_width(width))
        words = self.reader.whole(width - self._task_width(width) - 50 if task else width - 36)
        return min(head + max(words, task) + 8 + foot, most)

    def _foot_height(self, width: int) -> int:
        inside = self._foot.layout()
        assert inside is not None
        return inside.totalHeightForWidth(width) if inside.hasHeightForWidth() else inside.totalSizeHint().height()

    def _task_width(self, width: int) -> int:
        return round(width * 0.44)

    def _scrolls_task(self) -> bool:
        """Whether the task is too tall to be always in sight."""
        if self.task is None:
            return False
        room = self.height() - self._foot_height(self.width()) - self._head.totalSizeHint().height()
        if self._flat:
            return self.task.heightForWidth(self._task_width(self.width())) > max(room, 60)
        return self.task.heightForWidth(max(self.contentsRect().width() - 32, 100)) > PINNED * max(room, 200)

    def _fill_head(self) -> None:
        fill(
            self._head,
            (self._icon, (self.title, 1), self._sign, (self.line, 2), self.skip, self.more, self.fold,
             self.close_button),
            (16, 6, 8, 4),
            6,
        )  # fmt: skip
        fill(self._below, (self.dots, None, self.place), (16, 0, 18, 8), 8)

    def _arrange(self) -> None:
        flat, folded = self._flat, self.folded
        self.fold.setVisible(flat and not self._cramped)
        words = UNFOLD if folded else FOLD
        self.fold.set_icon("caret-down" if folded else "caret-up")
        self.fold.setToolTip(words)
        self.fold.setAccessibleName(words)
        one_line: tuple[QWidget, ...] = (self._sign, self.line, self.skip)
        for part in one_line:
            part.setVisible(folded)
        self.title.set_lines(1 if flat else 2)
        # Which lesson it is was read before it was folded; how far it is has to be read now.
        self.title.setVisible(not folded)
        whole: tuple[QWidget, ...] = (self.reader, self._rule, self._foot)
        for part in whole:
            part.setVisible(not folded)
        self._astray.setVisible(bool(self.astray))
        self.reset.setVisible(self._own or bool(self.astray))
        # In a strip the page's number is in the first line, with the dots where there is room for them.
        at_head = flat
        home, other = (self._head, self._below) if at_head else (self._below, self._head)
        if home.indexOf(self.dots) < 0:
            other.removeWidget(self.dots)
            other.removeWidget(self.place)
            home.insertWidget(2 if at_head else 0, self.dots, 0, Qt.AlignmentFlag.AlignVCenter)
            home.insertWidget(3 if at_head else 2, self.place, 0, Qt.AlignmentFlag.AlignVCenter)
        self.dots.setVisible(not folded)
        self._below.setContentsMargins(*((0, 0, 0, 0) if flat else (16, 0, 18, 8)))
        direction = QBoxLayout.Direction.LeftToRight if flat else QBoxLayout.Direction.TopToBottom
        self._middle.setDirection(direction)
        self._middle.setContentsMargins(*((0, 0, 0, 0) if folded else (16, 4, 16, 4)))
        inside = self._foot.layout()
        assert inside is not None
        inside.setContentsMargins(*((16, 6, 16, 8) if flat else (16, 10, 16, 14)))
        self._put_task()
        if folded != self._one_line:
            self._one_line = folded
            self.turned.emit()

    def _put_task(self) -> None:
        """The task stands beside or below what scrolls, or where it is too tall for that, in it."""
        task, words = self.task, self._words
        if task is None or words is None:
            return
        inside = self._scrolls_task()
        if inside and words.indexOf(task) < 0:
            self._middle.removeWidget(task)
            words.insertWidget(1, task)
        elif not inside and self._middle.indexOf(task) < 0:
            words.removeWidget(task)
            self._middle.insertWidget(1, task)
        # Only now that it has a parent: by itself it would be a window.
        task.setVisible(not self.folded)
        if not inside:
            self._middle.setAlignment(task, Qt.AlignmentFlag.AlignTop if self._flat else Qt.AlignmentFlag(0))
            task.setFixedWidth(self._task_width(self.width())) if self._flat else _free(task)
        else:
            _free(task)

    def _fit_words(self) -> None:
        """What is read takes the room that it needs, so that the task stands right below it."""
        whole = self.reader.whole(max(self.reader.width(), 80))
        self.reader.setMaximumHeight(16777215 if self._flat or not whole else whole)
        self.reader.settle()

    def _on_grown(self) -> None:
        self._put_task()
        self._fit_words()
        self.reader.updateGeometry()
        if self._flat:
            self.grown.emit()

    def _on_told(self, what: QWidget) -> None:
        # Once there is room for it.
        self._told = what
        QTimer.singleShot(0, self, self._bring_in_sight)

    def _bring_in_sight(self) -> None:
        what, inside = self._told, self.reader.widget()
        self._told = None
        if what is not None and inside is not None and inside.isAncestorOf(what):
            self.reader.ensureWidgetVisible(what, 0, 8)

    def _on_theme_changed(self) -> None:
        self._icon.setPixmap(icons.pixmap("graduation-cap", 18, "accent", self.devicePixelRatioF()))
        self._on_grown()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._put_task()
        self._fit_words()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._on_grown()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)


def _free(widget: QWidget) -> None:
    widget.setMinimumWidth(0)
    widget.setMaximumWidth(16777215)
