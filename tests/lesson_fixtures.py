"""A lesson with one task of each kind, a race in which it is open, and the facts that its tasks ask."""

from __future__ import annotations

from typing import Any

import pytest
from shell_fixtures import settle

from lab.core.lessons import Ask, Choose, Do, Fact, Lesson, Live, Load, Option, Step
from lab.core.lessons.model import Condition, Question

STEP = Fact("The step under the cursor.", lambda live: live.frame.step)
RACERS = Fact("How many racers there are.", lambda live: len(live.run.config.racers))
LAYER = Fact("Whether the contours are shown.", lambda live: live.view.contours, kind=bool)


def broken(live: Live) -> float:
    raise RuntimeError("a fact with a slip in it")


BROKEN = Fact("Fails.", broken)


def asked(text: str, fact: Fact, *arguments: float | str) -> Question:
    return Question(text, fact, arguments)


STEPS_DONE = Do("Let the race run for **5** steps.", (Condition(asked("step", STEP), ">=", 5.0),), "Press Space.")
LESSON = Lesson(
    "why-momentum",
    "Why momentum overtakes",
    "A heavy ball remembers where it came from.",
    "race",
    8,
    (
        Step("A ravine", "It *zig-zags* once $\\eta > \\frac{2}{L}$.", Load(preset="ravine"), STEPS_DONE),
        Step("The largest rate", "A number.", None, Ask("What is 2 / 50?", 0.04, 0.05, relative=True, hint="Divide.")),
        Step("Just read this", "No task.", Load(preset="saddle", steps=12)),
        Step(
            "Why",
            "Choose.",
            None,
            Choose(
                "Why does it zig-zag?",
                (Option("One rate for two curvatures", True, "So it is."), Option("Noise", False, "There is none.")),
            ),
        ),
    ),
)
NEXT = Lesson("saddles", "Saddles", "Where the gradient is zero.", "race", 5, (Step("One", "Text."),))


@pytest.fixture
def taught(race: Any) -> Any:
    """A race with a lesson open on its first page."""
    race.lessons.library._read = ((LESSON, NEXT), ())
    race.sitting = race.lessons.open(LESSON)
    race.card = race.sitting.card
    settle(4)
    return race


def run_to(window: Any, step: int) -> None:
    window.experiment.seek(step)
    settle()
