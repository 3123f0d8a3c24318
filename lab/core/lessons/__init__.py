"""Lessons: short texts that lead a person's hand through a panel, and know from its live state when it was done.

A lesson is a Markdown file that a teacher can write with a text editor. `reading` turns it into the values of `model`,
with `blocks` and `asking` for its parts; `loading` gives the state a page begins with; `checking` opens each and tells
what is wrong then; `writing` makes a draft of recorded states. What checks may ask of a panel is declared by that panel
as facts (`facts`); nothing of a lesson is ever evaluated as code.
"""

from __future__ import annotations

from lab.core.lessons.facts import Argument, Fact, Live
from lab.core.lessons.model import Ask, Choose, Do, Lesson, Load, Option, Step, Task

__all__ = ["Argument", "Ask", "Choose", "Do", "Fact", "Lesson", "Live", "Load", "Option", "Step", "Task"]
