"""What somebody has done in the lessons, kept among the settings by a lesson's id."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from PySide6.QtCore import QObject, Signal

from lab.core.lessons import Lesson
from lab.ui.settings import Settings

#: Of an answer no more than this is kept.
_LONGEST = 200


class Progress(QObject):
    """Which pages are done, and what was answered there; told to whoever shows it.

    Parameters
    ----------
    settings : Settings
        Where it is kept.
    """

    #: Something was done or forgotten, in the lesson of this id ("": in all of them).
    changed = Signal(str)

    def __init__(self, settings: Settings, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._settings = settings

    # -- reading -------------------------------------------------------------------------------------------------

    def done(self, lesson: Lesson) -> frozenset[int]:
        """The pages that are done, counted from 0."""
        kept = self._kept(lesson.id).get("done")
        pages = kept if isinstance(kept, list) else []
        return frozenset(page for page in pages if isinstance(page, int) and 0 <= page < len(lesson.steps))

    def open_tasks(self, lesson: Lesson) -> tuple[int, ...]:
        """The pages whose task is not done."""
        done = self.done(lesson)
        return tuple(i for i, step in enumerate(lesson.steps) if step.task is not None and i not in done)

    def finished(self, lesson: Lesson) -> bool:
        """Whether it was gone through to its end, and all of its tasks are done."""
        return bool(self._kept(lesson.id).get("ended")) and not self.open_tasks(lesson)

    def begun(self, lesson: Lesson) -> bool:
        """Whether anything of it was done."""
        return bool(self._kept(lesson.id))

    def next_page(self, lesson: Lesson) -> int:
        """Where to go on: the first page that is not done, or the first of all."""
        done = self.done(lesson)
        return next((i for i in range(len(lesson.steps)) if i not in done), 0)

    def answer(self, lesson: Lesson, page: int) -> Any:
        """What was answered on a page: a text, or a list of the options that were pressed; None for nothing."""
        answers = self._kept(lesson.id).get("answers")
        return answers.get(str(page)) if isinstance(answers, dict) else None

    # -- keeping -------------------------------------------------------------------------------------------------

    def mark_done(self, lesson: Lesson, page: int) -> None:
        """A page is done."""
        done = self.done(lesson)
        if page not in done:
            self._keep(lesson.id, done=sorted(done | {page}))

    def mark_ended(self, lesson: Lesson) -> None:
        """The lesson was gone through to its end."""
        if not self._kept(lesson.id).get("ended"):
            self._keep(lesson.id, ended=True)

    def keep_answer(self, lesson: Lesson, page: int, answer: Any) -> None:
        """Remember what was answered on a page."""
        answers = self._kept(lesson.id).get("answers")
        kept = dict(answers) if isinstance(answers, dict) else {}
        kept[str(page)] = answer[:_LONGEST] if isinstance(answer, str) else answer
        self._keep(lesson.id, answers=kept)

    def forget(self, lesson: Lesson) -> None:
        """Begin a lesson as if it had never been opened."""
        self._settings.forget(self._key(lesson.id))
        self.changed.emit(lesson.id)

    def forget_pages(self, lesson: Lesson, pages: Collection[int]) -> None:
        """Some pages ask something else now: what was done and answered there is not what they ask."""
        kept = self._kept(lesson.id)
        answers = kept.get("answers")
        answers = answers if isinstance(answers, dict) else {}
        left = {page: answer for page, answer in answers.items() if page not in map(str, pages)}
        done = self.done(lesson)
        if left != answers or done & set(pages):
            self._keep(lesson.id, done=sorted(done - set(pages)), answers=left)

    def forget_all(self) -> None:
        """Forget every lesson's progress."""
        self._settings.forget("progress")
        self.changed.emit("")

    # -- as text -------------------------------------------------------------------------------------------------

    @staticmethod
    def _key(id: str) -> str:
        # A settings file knows no slash inside a name.
        return "progress/" + id.replace("/", "-").replace("\\", "-")

    def _kept(self, id: str) -> dict[str, Any]:
        try:
            kept = json.loads(self._settings.text(self._key(id), "{}"))
        except ValueError:
            # Whatever somebody wrote into the settings file: nothing was done.
            return {}
        return kept if isinstance(kept, dict) else {}

    def _keep(self, id: str, **changes: Any) -> None:
        self._settings.remember(self._key(id), json.dumps(self._kept(id) | changes))
        self.changed.emit(id)
