"""One lesson, open in one panel: which page is shown, what it has loaded, and whether its task is done."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from lab.core.lessons import Lesson, Live
from lab.core.lessons.loading import opened
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.ui import fonts
from lab.ui.aside import USUAL
from lab.ui.lessons.answers import AskView
from lab.ui.lessons.card import LessonCard
from lab.ui.lessons.ending import Ending
from lab.ui.lessons.kinds import view_of
from lab.ui.lessons.loading import Loader
from lab.ui.lessons.progress import Progress
from lab.ui.lessons.prose import Prose
from lab.ui.lessons.tasks import TaskView
from lab.ui.panel import Panel
from lab.ui.settings import Settings
from lab.ui.widgets.layout import fill

WIDTH_KEY = "lessons/width"
#: Said where a page's state does not stand in the panel: it was undone (or could not be loaded), or replaced.
BEFORE = "This page is not loaded: the panel stands as it did before."
AFTER = "This page is not loaded: the panel stands as a later one left it."
#: Said where a preset was chosen in its place; a task may be to choose one, and is therefore asked all the same.
OTHER = "The panel holds another experiment than this page's."


class Sitting(QObject):
    """Shows a lesson's pages in a panel, asks its tasks of the live state, and remembers what is done.

    A page loads its state when one comes to it forward for the first time, or after an earlier one was loaded again;
    going back, and forward again, leaves the panel alone. The task is asked whenever a frame is shown or looks change,
    only while the panel is seen, and only of the page's own state, where it has one.

    Parameters
    ----------
    view : Panel
        Where.
    lesson : Lesson
        What.
    panels : Family
        What presets and sessions are read with.
    progress : Progress
        What was done before.
    settings : Settings
        How wide the column is.
    successor : callable
        Gives the lesson to offer after this one, or None.
    """

    #: Another page is shown.
    turned = Signal()
    #: The lesson is to be closed.
    closed = Signal()
    #: The lesson offered at the end is wanted.
    next_lesson_wanted = Signal(object)

    def __init__(
        self,
        view: Panel,
        lesson: Lesson,
        panels: Family[PanelSpec],
        progress: Progress,
        settings: Settings,
        successor: Callable[[Lesson], Lesson | None],
    ) -> None:
        super().__init__(view)
        self.view, self.lesson = view, lesson
        self._panels, self._progress, self._settings, self._successor = panels, progress, settings, successor
        self._loader = Loader(view)
        self._loader.turned.connect(self._name_reset)
        #: The page that is shown; as many as there are pages: the end.
        self.page = -1
        #: The page whose task is on the card, -1 while pages are turned: the next one's state is loaded by then.
        self._asking = -1
        #: Pages that have loaded their states, or had their time to.
        self._entered: set[int] = set()
        #: No task was asked since the page was turned to or loaded: what holds now, nobody has done.
        self._opening = False
        self._frame: Any = None
        self.card = LessonCard(lesson.title)
        self.card.back_wanted.connect(self.go_back)
        self.card.next_wanted.connect(self.go_on)
        self.card.reset_wanted.connect(self.reset)
        self.card.closed.connect(self.closed)
        self.card.turned.connect(self._on_card_turned)
        self.card.menu.aboutToShow.connect(self._fill_menu)
        view.aside.put(self.card, settings.number(WIDTH_KEY, USUAL))
        view.aside.width_chosen.connect(self._on_width_chosen)
        view.frame_shown.connect(self._on_frame_shown)
        view.experiment.looked.connect(self.check)
        progress.changed.connect(self._on_progress)

    # -- turning pages -------------------------------------------------------------------------------------------

    def turn_to(self, page: int, *, load: bool = True) -> None:
        """Show a page, and load its state if it has one and this is the first time (`load`: if at all)."""
        count = len(self.lesson.steps)
        focus, left = QApplication.focusWidget(), self.card.task
        if focus is not None and left is not None and left.isAncestorOf(focus):
            self._give_back_keyboard()
        self._asking = -1
        self.page = page = max(0, min(page, count))
        if page == count:
            self._progress.mark_ended(self.lesson)
            self._show_end()
        else:
            base = self._base(page)
            if load and base is not None and base not in self._entered:
                # Whoever jumps to a page that goes on from an earlier one needs the state of that.
                self._load(base)
            # Who begins in the middle has the pages before behind them.
            self._entered |= set(range(page + 1))
            if not load:
                # It came with the session.
                self._loader.page = page
            self._show_page(page)
        self._asking, self._opening = page, True
        self.check()
        self.turned.emit()

    def go_on(self) -> None:
        """To the next page, or the end."""
        page = self.page
        if page < len(self.lesson.steps):
            if self.lesson.steps[page].task is None:
                self._progress.mark_done(self.lesson, page)
            self.turn_to(page + 1)

    def go_back(self) -> None:
        """To the page before."""
        if self.page > 0:
            self.turn_to(self.page - 1)

    def reset(self) -> None:
        """Load the page's state again; of a page that goes on from an earlier one that one's, if it was undone."""
        if self.page == len(self.lesson.steps):
            return
        base = self._base(self.page)
        if base is not None and (base == self.page or self.card.astray):
            asking, self._asking = self._asking, -1
            self._load(base)
            self._entered |= set(range(self.page + 1))
            self._asking = asking
            self._name_reset()
            self.check()

    def begin_again(self) -> None:
        """Forget what was done in this lesson, and go to its first page."""
        self._progress.forget(self.lesson)
        self._entered = set()
        self.turn_to(0)

    def close(self) -> None:
        """Take the card down."""
        self.view.frame_shown.disconnect(self._on_frame_shown)
        self.view.experiment.looked.disconnect(self.check)
        self.view.aside.width_chosen.disconnect(self._on_width_chosen)
        self._progress.changed.disconnect(self._on_progress)
        self.view.aside.take_out()
        self.card.deleteLater()
        self._loader.deleteLater()
        self.deleteLater()

    def _base(self, page: int) -> int | None:
        """The page whose state a page begins with: its own, or that of the last one before it which has one."""
        return next((at for at in range(page, -1, -1) if self.lesson.steps[at].load is not None), None)

    def _load(self, page: int) -> None:
        """Let the panel be as a page begins."""
        step = self.lesson.steps[page]
        if step.load is None:
            return
        self.view.touched.emit()
        had_work = self._loader.has_work
        state = opened(step.load, self.lesson.panel, self._panels)
        if self._loader.load(state, f"{self.lesson.title}, page {page + 1}", page):
            self._opening = True
            # What later pages have left in the panel is gone: whoever comes to them needs their states again.
            self._entered = {entered for entered in self._entered if entered <= page}
            if had_work:
                self.view.notice.say("Your own work is one Undo away (Ctrl+Z)")

    @property
    def _stands(self) -> bool:
        """Whether the state that the shown page begins with was loaded, and neither replaced nor undone.

        What a page without a state goes on from may also be a later one's: whoever comes back to it was told nothing
        of another.
        """
        base = self._base(self.page)
        return base is None or self._loader.page == base or (base < self.page and self._loader.page > base)

    def _name_reset(self) -> None:
        """Say whether the panel is the page's: only then there is something to reset."""
        if self.page < len(self.lesson.steps):
            base = self._base(self.page)
            before = base is not None and self._loader.page < base
            astray = "" if self._stands else BEFORE if before else AFTER
            if base is not None and self._loader.replaced:
                astray = OTHER
            self.card.show_standing(astray, own=base == self.page)
            self._say()

    # -- showing -------------------------------------------------------------------------------------------------

    def _show_page(self, page: int) -> None:
        step = self.lesson.steps[page]
        task: TaskView | None = None
        if step.task is not None:
            done = page in self._progress.done(self.lesson)
            task = view_of(step.task, done, self._progress.answer(self.lesson, page))
            task.finished.connect(partial(self._on_finished, page))
            task.answered.connect(partial(self._progress.keep_answer, self.lesson, page))
            if isinstance(task, AskView):
                task.left.connect(self._give_back_keyboard)
        content = QWidget()
        title = Prose(step.title, fonts.TITLE, weight=fonts.SEMIBOLD)
        fill(QVBoxLayout(content), (title, Prose(step.text)), (0, 0, 0, 0), 8)
        last = page == len(self.lesson.steps) - 1
        self.card.show_page(content, task, last=last, first=page == 0)
        self._name_reset()

    def _show_end(self) -> None:
        ending = Ending(self.lesson, self._progress, self._successor(self.lesson))
        ending.page_wanted.connect(self._on_page_wanted)
        ending.next_wanted.connect(self.next_lesson_wanted)
        ending.closed.connect(self.closed)
        self.card.show_end(ending)
        self._say()

    def _say(self) -> None:
        """Bring dots, buttons and the one line up to what is done."""
        count = len(self.lesson.steps)
        done = self._progress.done(self.lesson)
        self.card.show_place(count, self.page, done)
        at_end = self.page == count
        if at_end:
            self.card.show_state(done=False, line="Lesson done")
            return
        step, task = self.lesson.steps[self.page], self.card.task
        fine = task is None or task.done
        line = step.title if task is None else task.summary()
        if task is not None and not task.done and not line:
            line = Prose(task.text).accessibleName()
        if not fine and self.card.astray:
            line = self.card.astray
        self.card.show_state(done=fine, line="Done" if task is not None and task.done else line)

    def _fill_menu(self) -> None:
        menu = self.card.menu
        menu.clear()
        done = self._progress.done(self.lesson)
        for i, step in enumerate(self.lesson.steps):
            action = menu.addAction(f"{i + 1}  {step.title}".replace("&", "&&"), partial(self.turn_to, i))
            action.setCheckable(True)
            action.setChecked(i in done)
            action.setEnabled(i != self.page)
        menu.addSeparator()
        reset = menu.addAction("Reset this page", self.reset)
        reset.setEnabled(self.card.reset.isVisibleTo(self.card))
        menu.addAction("Begin this lesson again", self.begin_again)
        menu.addAction("Close the lesson", self.closed.emit)

    # -- the task ------------------------------------------------------------------------------------------------

    def check(self) -> None:
        """Ask the page's task of the panel as it stands."""
        task, experiment = self.card.task, self.view.experiment
        if task is None or self._asking != self.page or self._frame is None or not self.view.seen:
            return
        if not task.done and not self._stands:
            # What another page has loaded is not what this one is to be done with.
            return
        if experiment.timeline.pending is not None:
            # On the way to another step: what is passed there was not reached.
            return
        live = Live(experiment.run, self._frame, experiment.view_state)
        before, opening, self._opening = task.done, self._opening, False
        if not experiment.attempt(partial(task.check, live), "A lesson's question"):
            # Facts are a panel's own code: one that fails is told once, and the page's task asked no more.
            self._asking = -1
        if opening and task.done and not before:
            task.say_held()
        if self.card.folded and not task.done:
            self._say()

    def _on_frame_shown(self, frame: Any) -> None:
        self._frame = frame
        self.check()

    def _on_card_turned(self) -> None:
        if self.page >= 0:
            self._say()

    def _on_page_wanted(self, page: int) -> None:
        # Its task is to be done now: with its state, whatever the pages after it have left.
        self._entered.discard(page)
        self.turn_to(page)

    def _on_finished(self, page: int) -> None:
        self._progress.mark_done(self.lesson, page)
        focus, task = QApplication.focusWidget(), self.card.task
        if focus is not None and task is not None and task.isAncestorOf(focus):
            # Enter gave the answer; the next one goes on, and drops no start in the panel.
            self.card.onward.setFocus()

    def _on_progress(self, id: str) -> None:
        if id in ("", self.lesson.id) and self.page >= 0:
            self._say()

    def _on_width_chosen(self, width: float) -> None:
        self._settings.remember(WIDTH_KEY, float(width))

    def _give_back_keyboard(self) -> None:
        self.view.keyboard_home().setFocus()
