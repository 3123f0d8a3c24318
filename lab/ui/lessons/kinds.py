"""Which kind of task is seen as what."""

from __future__ import annotations

from typing import Any

from lab.core.lessons.model import Ask, Do, Task
from lab.ui.lessons.answers import AskView, ChooseView
from lab.ui.lessons.tasks import DoView, TaskView


def view_of(task: Task, done: bool, answer: Any) -> TaskView:
    """How a task is seen; `answer` is what was answered before, None for nothing."""
    if isinstance(task, Do):
        return DoView(task, done)
    if isinstance(task, Ask):
        return AskView(task, done, answer)
    return ChooseView(task, done, answer)
