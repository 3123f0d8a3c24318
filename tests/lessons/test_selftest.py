"""The self test tells of a lesson that can be read and yet goes wrong when its pages are opened."""

from lab.core.lessons.checking import faults_of
from lab.core.lessons.reading import from_text
from lab.panels import PANELS
from lab.selftest.lessons import lessons

HEAD = "---\ntitle: T\npanel: race\nminutes: 8\nblurb: B\n---\n"


def faults(*lines: str, most_steps: int | None = None) -> list[str]:
    return list(faults_of(from_text(HEAD + "\n".join(lines), "x", PANELS), PANELS, most_steps))


def test_the_shipped_lessons_pass() -> None:
    found = list(lessons())
    assert all(finding.passed for finding in found)
    assert [f.subject for f in found][:2] == ["lessons", "lesson first-steps"]
    assert len(found) == 1 + int(found[0].what.split()[0])


def test_faults_are_told_with_the_line_of_their_page() -> None:
    load = ("::: load", "preset: ravine", ":::")
    assert faults("# One", "text") == ["line 7: nothing was loaded up to here"]
    assert faults("# One", *load, "::: do  Go", "step >= 0", "step <= 9", ":::") == [
        "line 11: the task is done before anything was done: step >= 0 and step <= 9 when the page opens"
    ]
    assert faults("# One", *load, "# Two", "::: ask  How many?", "answer: loss(adam)", "tolerance: 1 %", ":::") == [
        "line 12: loss(adam) has no answer when the page opens"
    ]
    assert faults("# One", *load, "::: do  Go", "step > 3", ":::") == []


def test_a_task_that_the_page_has_done_by_its_beginning_is_told_unless_that_takes_too_long() -> None:
    late = ("# One", "::: load", "preset: ravine", "steps: 20", ":::", "::: do  Go", "step >= 20", ":::")
    (fault,) = faults(*late)
    assert fault.startswith("line 12: the task is done before anything was done: step >= 20")
    assert faults(*late, most_steps=19) == []
    look = ("# One", "::: load", "preset: ravine", "look basins: yes", ":::", "::: do  Look", "shown(basins)", ":::")
    (fault,) = faults(*look)
    assert fault.endswith("shown(basins) = yes when the page opens")
