"""The self test tells of a lesson that can be read and yet goes wrong when its pages are opened."""

from lab.core.lessons.reading import from_text
from lab.panels import PANELS
from lab.selftest.lessons import faults_of, lessons

HEAD = "---\ntitle: T\npanel: race\nminutes: 8\nblurb: B\n---\n"


def faults(*lines: str) -> list[str]:
    return list(faults_of(from_text(HEAD + "\n".join(lines), "x", PANELS)))


def test_the_shipped_lessons_pass() -> None:
    found = list(lessons())
    assert all(finding.passed for finding in found)
    assert [f.subject for f in found][:2] == ["lessons", "lesson first-steps"]
    assert len(found) == 1 + int(found[0].what.split()[0])


def test_faults_are_told_with_the_line_of_their_page() -> None:
    load = ("::: load", "preset: ravine", ":::")
    assert faults("# One", "text") == ["line 7: nothing was loaded up to here"]
    assert faults("# One", *load, "::: do  Go", "step >= 0", ":::") == ["line 7: done before anything was done"]
    assert faults("# One", *load, "# Two", "::: ask  How many?", "answer: loss(adam)", "tolerance: 1 %", ":::") == [
        "line 11: loss(adam) has no answer when the page opens"
    ]
    assert faults("# One", *load, "::: do  Go", "step > 3", ":::") == []
