"""The menus of lessons: a few stand in a list, many of one's own in a menu of their own."""

from __future__ import annotations

from typing import Any

from lesson_fixtures import LESSON, NEXT
from PySide6.QtWidgets import QMenu
from shell_fixtures import settle

from lab.core.lessons import Lesson, Step
from lab.ui.lessons.listing import MOST


def own(count: int) -> tuple[Lesson, ...]:
    return tuple(Lesson(f"own-{i}", f"Own {i}", "", "race", 1, (Step("One", "Text."),)) for i in range(count))


def titles(menu: QMenu) -> list[str]:
    return [action.text().split("\t")[0] for action in menu.actions() if not action.isSeparator()]


def all_in(menu: QMenu) -> list[str]:
    found = []
    for action in menu.actions():
        inner = action.menu()
        found += all_in(inner) if isinstance(inner, QMenu) else [action.text().split("\t")[0]]
    return found


def tallest(menu: QMenu) -> int:
    inner = [action.menu() for action in menu.actions() if isinstance(action.menu(), QMenu)]
    return max([menu.sizeHint().height(), *(tallest(one) for one in inner)])


def test_thirty_lessons_of_ones_own_have_a_menu_and_all_can_be_reached(race: Any) -> None:
    shipped = race.lessons.library.lessons
    race.lessons.library._read = ((*shipped, *own(30)), ())
    for menu in (race.bar.lessons, race.view.lesson_menu):
        for _ in range(2):
            menu.aboutToShow.emit()
            settle()
        assert titles(menu)[: len(shipped) + 1] == [*(one.title for one in shipped), "Your own lessons (30)"]
        assert len(menu.findChildren(QMenu)) == 3
        assert [title for title in all_in(menu) if title.startswith("Own")] == [f"Own {i}" for i in range(30)]
        assert tallest(menu) < 700
    inner = race.bar.lessons.actions()[len(shipped)].menu()
    assert titles(inner)[-1] == f"More ({30 - MOST})"
    inner.actions()[2].trigger()
    assert race.lessons.at_hand.lesson.id == "own-2"


def test_a_few_stand_among_the_others(race: Any) -> None:
    race.lessons.library._read = ((LESSON, NEXT, *own(3)), ())
    race.bar.lessons.aboutToShow.emit()
    assert titles(race.bar.lessons)[:5] == ["Why momentum overtakes", "Saddles", "Own 0", "Own 1", "Own 2"]


def test_their_mistakes_are_in_the_menu(race: Any) -> None:
    race.lessons.library._read = ((LESSON,), ("a.md, line 1: no", "b.md, line 2: no"))
    race.bar.lessons.aboutToShow.emit()
    assert "2 mistakes in lessons…" in titles(race.bar.lessons)
