"""Lessons: read whole, or refused in one line that names file and line; and what is written is read back."""

from __future__ import annotations

import dataclasses
import os
import re
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lab import paths
from lab.core.errors import BadValue, FileRefused, LabError
from lab.core.lessons import Ask, Choose, Do, Live, Load
from lab.core.lessons.asking import condition, question
from lab.core.lessons.lines import Line, formulas_closed, number
from lab.core.lessons.loading import opened
from lab.core.lessons.reading import all_lessons, from_text, read
from lab.core.lessons.writing import BLURB, Draft, DraftPage, to_markdown, write
from lab.core.session import Session, fresh, to_json
from lab.panels import PANELS

SPEC = PANELS["race"]
README = (paths.resource("lessons", "README.md")).read_text(encoding="utf-8")
EXAMPLE = re.search(r"````markdown\n(.*?)````", README, re.DOTALL)[1]  # type: ignore[index]

HEAD = ["---", "title: T", "panel: race", "minutes: 8", "blurb: B", "---", "# A page"]
#: The number of the first line behind `HEAD`.
NEXT = len(HEAD) + 1


def lesson(*lines: str):
    return from_text("\n".join([*HEAD, *lines]), "x", PANELS)


def refused(text: str) -> str:
    with pytest.raises(BadValue) as caught:
        from_text(text, "x", PANELS)
    assert str(caught.value).isprintable()
    assert len(str(caught.value)) < 300
    return str(caught.value)


def complaint(text: str) -> str:
    """What is said of a text; nothing where it is a lesson."""
    try:
        from_text(text, "x", PANELS)
    except BadValue as bad:
        return str(bad)
    return ""


# -- what is right ---------------------------------------------------------------------------------------------


def test_the_example_that_teaches_the_format_is_a_lesson() -> None:
    found = from_text(EXAMPLE, "why-momentum", PANELS)
    assert (found.id, found.title, found.panel, found.minutes, found.order) == (
        "why-momentum", "Why momentum overtakes", "race", 8, 20.0,
    )  # fmt: skip
    one, two, three = found.steps
    assert one.load == Load(preset="ravine", looks={"curvature": True})
    assert one.text.startswith("Markdown with $\\eta$")
    assert one.text.endswith("$$")
    assert isinstance(one.task, Do)
    assert [c.relation for c in one.task.conditions] == ["<", "<="]
    assert isinstance(two.task, Ask)
    assert (two.task.tolerance, two.task.relative) == (0.05, True)
    assert isinstance(three.task, Choose)
    assert [o.right for o in three.task.options] == [True, False]
    lines = EXAMPLE.split("\n")
    assert [lines[step.line - 1] for step in found.steps] == [f"# {step.title}" for step in found.steps]


def test_every_fact_stands_in_the_page_that_teaches_the_format() -> None:
    for name, fact in SPEC.facts.items():
        written = name + (f"({', '.join(a.name for a in fact.arguments)})" if fact.arguments else "")
        assert f"| `{written}` | " in README
        assert f"| {fact.doc} |" in README


def test_an_indented_line_goes_on_with_the_one_above() -> None:
    task = lesson("::: do  Go", "  on.", "step", "  > 3", "hint: Press", "\tSpace.", ":::").steps[0].task
    assert isinstance(task, Do)
    assert (task.text, task.conditions[0].value, task.hint) == ("Go on.", 3.0, "Press Space.")


def test_a_bar_inside_a_formula_parts_nothing() -> None:
    task = lesson("::: choose  Which?", "- [x] $| x | < 1$ | yes", "- [ ] $a$ | $b | c$", ":::").steps[0].task
    assert isinstance(task, Choose)
    assert [(o.text, o.reason) for o in task.options] == [("$| x | < 1$", "yes"), ("$a$", "$b | c$")]


def test_structure_inside_code_is_text() -> None:
    page = lesson("```", "# no page", "::: no block", "$", "```", "\\# no page either").steps[0]
    assert page.text == "```\n# no page\n::: no block\n$\n```\n# no page either"


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_line_endings_of_other_systems_count_alike(ending: str, tmp_path: Path) -> None:
    path = tmp_path / "x.md"
    path.write_bytes(b"\xef\xbb\xbf" + EXAMPLE.replace("\n", ending).encode())
    assert [s.line for s in read(path, PANELS).steps] == [s.line for s in from_text(EXAMPLE, "x", PANELS).steps]


@pytest.mark.parametrize(
    ("text", "relation", "value"),
    [("loss(sgd)<1e-3", "<", 1e-3), ("step ≤ 60", "<=", 60.0), ("position(sgd, x) > −1/4", ">", -0.25),
     ("racing(adam)", "=", True), ("racing(adam) != yes", "!=", True), ("diverged(sgd) == no", "=", False),
     ("landscape = rosenbrock", "=", "rosenbrock"), ("parameter(adam, beta1) >= .9", ">=", 0.9)],
)  # fmt: skip
def test_conditions(text: str, relation: str, value: object) -> None:
    found = condition(text, SPEC.facts)
    assert (found.relation, found.value) == (relation, value)
    assert type(found.value) is type(value)


def test_what_has_no_answer_fulfils_nothing() -> None:
    run = SPEC.preset("parabola").make()
    live = Live(run, SPEC.simulation(run).frame(), SPEC.view_state())
    assert question("loss(adam)", SPEC.facts).of(live) is None
    assert not condition("loss(adam) < 1", SPEC.facts).holds(live)
    assert not condition("loss(adam) != 1", SPEC.facts).holds(live)


# -- what is wrong ---------------------------------------------------------------------------------------------

#: Lines behind the head, how many lines below `NEXT` the complaint points, and what it says.
WRONG: list[tuple[list[str], int, str]] = [
    (["::: do  Go", "los(momentum) < 1", ":::"], 1, 'there is no fact "los"; did you mean "loss"?'),
    (["::: do  Go", "loss(momentun) < 1", ":::"], 1, 'there is no rule "momentun"; did you mean "momentum"?'),
    (["::: do  Go", "loss < 1", ":::"], 1, "'loss' has 0 in brackets where loss(rule) is meant"),
    (["::: do  Go", "step(3) < 1", ":::"], 1, "where step alone is meant"),
    (["::: do  Go", "parameter(sgd, beta1) < 1", ":::"], 1, 'sgd has no parameter "beta1"'),
    (["::: do  Go", "loss(sgd)", ":::"], 1, "loss(sgd) has to be compared with something, such as loss(sgd) < 1"),
    (["::: do  Go", "loss(sgd) <", ":::"], 1, "is compared with nothing"),
    (["::: do  Go", "loss(sgd) < small", ":::"], 1, "'small' is not a number"),
    (["::: do  Go", "loss(sgd) < nan", ":::"], 1, "'nan' is not a number"),
    (["::: do  Go", "loss(sgd) < 1e999", ":::"], 1, "is not a number"),
    (["::: do  Go", "landscape < rosenbrock", ":::"], 1, "can't be < anything"),
    (["::: do  Go", "landscape = rosenbrok", ":::"], 1, 'it never is "rosenbrok"; did you mean "rosenbrock"?'),
    (["::: do  Go", "racing(sgd) = true", ":::"], 1, "'true' is neither yes nor no"),
    (["::: do  Go", "__import__('os') = 1", ":::"], 1, 'there is no fact "__import__"'),
    (["::: do  Go", "step > 1", "hunt: x", ":::"], 2, 'there is no key "hunt" here; did you mean "hint"?'),
    (["::: do  Go", ":::"], 0, "a do needs at least one condition"),
    (["::: do", "step > 1", ":::"], 0, 'behind "do" stands what is wanted'),
    (["::: loat  Go", "step > 1", ":::"], 0, 'there is no block "loat"; did you mean "load"?'),
    (["::: do  Go", "step > 1"], 0, 'the block "do" is not closed by a line :::'),
    (["::: do  Go", "step > 1", "# Next", ":::"], 0, 'the block "do" is not closed'),
    ([":::"], 0, "a block is closed here and none is open"),
    (["::: do  Go", "step > 1", ":::", "::: do  Go", "step > 1", ":::"], 3, "a page has one task, and this is"),
    (["::: load", "preset: ravin", ":::"], 1, 'there is no preset "ravin"; did you mean "ravine"?'),
    (["::: load", "steps: 3", ":::"], 0, "a load needs either a preset or a session"),
    (["::: load", "preset: ravine", "steps: 3.5", ":::"], 2, "'3.5' is not a whole number"),
    (["::: load", "preset: ravine", "steps: 99999999", ":::"], 2, "99999999 is more than 10,000,000"),
    (["::: load", "preset: ravine", "preset: beale", ":::"], 2, '"preset" is given twice'),
    (["::: load", "preset: ravine", "look apar: yes", ":::"], 2, 'there is no look "apar"; did you mean "apart"?'),
    (["::: load", "preset: ravine", "look focus_lane: -3", ":::"], 2, "focus_lane: -3 is less than -1"),
    (["::: load", "preset: ravine", "look apart: 3", ":::"], 2, "apart: 3 is not true or false"),
    (["::: load", "preset: ravine", "look plot: lost", ":::"], 2, "'lost' is not one of loss"),
    (["::: load", "session: ../x.lab.json", ":::"], 1, "is not the name of a session file"),
    (["::: load", "session: gone.lab.json", ":::"], 1, "there is no file gone.lab.json beside the lesson"),
    (["::: load", "preset: ravine", ":::", "::: load", "preset: beale", ":::"], 3, "this is its second"),
    (["::: ask  How many?", "hint: x", ":::"], 0, "an ask needs an answer"),
    (["::: ask  How many?", "answer: many", ":::"], 1, 'there is no fact "many"'),
    (["::: ask  How many?", "answer: 3,5", ":::"], 1, "'3,5' is not a number"),
    (["::: ask  How many?", "answer: 2/0", ":::"], 1, "'2/0' is not a number"),
    (["::: ask  How many?", "answer: 0.5", ":::"], 1, "needs a tolerance"),
    (["::: ask  How many?", "answer: 0.5", "tolerance: wide", ":::"], 2, "'wide' is not a number"),
    (["::: ask  How many?", "answer: 0", "tolerance: 5 %", ":::"], 2, "a share of 0 is 0"),
    (["::: ask  How many?", "answer: landscape", "tolerance: 1", ":::"], 1, "landscape is no number"),
    (["::: choose  Why?", "- [ ] A | no", "- [ ] B | no", ":::"], 0, "exactly one option has to be right"),
    (["::: choose  Why?", "- [x] A", "- [ ] B", ":::"], 2, "a wrong option needs its reason"),
    (["::: choose  Why?", "- [x] A", ":::"], 0, "there has to be something to choose from"),
    (["::: choose  Why?", "* A", ":::"], 1, "an option begins with"),
    (["::: choose  Why?", "- [x] A", "- [ ] A | b", ":::"], 2, 'the option "A" is there twice'),
    (["Text $x", "", "more$"], 0, "a formula is opened by $ and not closed"),
    (["Text", "$$x", "", "more"], 1, "a formula is opened by $$ and not closed"),
    (["a $x$$ b"], 0, "a formula opened by $ is closed by $$"),
    (["a $ $ b"], 0, "a formula is empty"),
    (["a $\\frac{1}{2$ b"], 0, "has a brace without its partner"),
    (["::: do  Reach $x", "step > 1", ":::"], 0, "a formula is opened by $ and not closed"),
    (["Text", "```", "# x"], 1, "a piece of code is opened by ``` and not closed"),
    (["a\0b"], 0, "it holds a zero byte"),
    (["x" * 5001], 0, "the line has 5,001 characters; 5,000 are the most"),
    (["::: do  Go", "\x1b[2J" + "x" * 4000 + " < 1", ":::"], 1, "is not a fact"),
    (["::: do  Go", "x" * 4000 + " < 1", ":::"], 1, 'there is no fact "xxx'),
    (["a $" + "{" * 7 + "x" + "}" * 7 + "$"], 0, "is nested 7 deep; 6 is the most"),
    (["a $" + r"\left(" * 7 + "x" + r"\right)" * 7 + "$"], 0, "is nested 7 deep; 6 is the most"),
    (["a $" + "x+" * 251 + "$"], 0, "a formula has 502 characters; 500 are the most"),
    (["text", "#Next", "more"], 1, 'a page begins with "# ", and "#Next" has no space there'),
    (["text", "#", "more"], 1, "a page needs a title behind its #"),
    (["text " * 900] * 5, -1, 'the page "A page" has 22,499 characters; 20,000 are the most'),
    (["text", "# " + "x" * 121], 1, "the title has 121 characters; 120 are the most"),
    (["# Next", "text"], -1, 'the page "A page" is empty'),
]  # fmt: skip


@pytest.mark.parametrize(("lines", "below", "why"), WRONG, ids=[w[2][:40] for w in WRONG])
def test_what_is_wrong_is_told_with_its_line(lines: list[str], below: int, why: str) -> None:
    said = refused("\n".join([*HEAD, *lines]))
    assert said.startswith(f"line {NEXT + below}: ")
    assert why in said


@pytest.mark.parametrize(
    ("change", "said"),
    [(("title: T", "tittle: T"), 'line 2: there is no key "tittle" here; did you mean "title"?'),
     (("title: T", "title:"), 'line 2: "title" has no value'),
     (("title: T\n", ""), 'line 5: "title" is missing'),
     (("title: T", "title: T\ntitle: T"), 'line 3: "title" is given twice'),
     (("title: T", "no key"), 'line 2: "no key" is not of the form'),
     (("panel: race", "panel: rase"), 'line 3: there is no panel "rase"'),
     (("title: T", "title: " + "T" * 300), "line 2: the title has 300 characters; 120 are the most"),
     (("blurb: B", "blurb: " + "B" * 401), "line 5: the blurb has 401 characters; 400 are the most"),
     (("minutes: 8", "minutes: soon"), "line 4: 'soon' is not a whole number"),
     (("minutes: 8", "minutes: 0"), "line 4: a lesson takes at least a minute"),
     (("blurb: B", "blurb: B\norder: first"), "line 6: 'first' is not a number"),
     (("---\n# A", "# A"), 'line 6: "# A page" is not of the form'),
     (("---\ntitle", "title"), "line 1: a lesson begins with a line ---"),
     (("# A page", "text"), "line 7: a page begins with its title"),
     (("# A page", ""), "a lesson needs a page")],
)  # fmt: skip
def test_a_head_that_is_wrong_is_told_with_its_line(change: tuple[str, str], said: str) -> None:
    assert said in refused("\n".join([*HEAD, "text"][: -1 if change[0] == "# A page" else None]).replace(*change))


@pytest.mark.parametrize("cut", range(0, len(EXAMPLE), 7))
def test_a_lesson_cut_off_anywhere_is_read_or_refused(cut: int) -> None:
    said = complaint(EXAMPLE[:cut])
    assert not said or re.match(r"line \d+: ", said)


@given(st.text(alphabet=":#-=$\\`|[]x \n()<>adostelhk", max_size=200))
@settings(max_examples=300)
def test_no_text_does_more_than_be_refused(text: str) -> None:
    said = complaint("\n".join([*HEAD, text]))
    assert not said or re.fullmatch(r"line \d+: .*", said)


def test_a_full_megabyte_takes_no_time_to_refuse() -> None:
    ticks = " ".join("`" * n for n in range(1, 99))[:4900]
    for line in (ticks, "$" * 4999, "| " * 2400, "::: " + "x" * 4000):
        began = time.perf_counter()
        complaint("\n".join([*HEAD, *([line] * 200)]))
        assert time.perf_counter() - began < 5.0


def test_a_file_is_named_with_its_line(tmp_path: Path) -> None:
    for name, content, said in [
        ("a.md", EXAMPLE.replace("loss(momentum)", "los(momentum)").encode(), "a.md, line 22: there is no fact"),
        ("b.md", b"---\ntitle: \xff", "b.md, line 2: the file is not text in UTF-8"),
        ("c.md", b"x" * ((1 << 20) + 1), "c.md, line 1: the file is too large: a lesson may have 1 MB at most"),
        ("D e.md", EXAMPLE.encode(), "D e.md, line 1: a lesson's file is named by small letters"),
    ]:
        path = tmp_path / name
        path.write_bytes(content)
        with pytest.raises(FileRefused, match=re.escape(said)):
            read(path, PANELS)
    with pytest.raises(FileRefused, match=r"gone\.md, line 1: "):
        read(tmp_path / "gone.md", PANELS)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "mine.md").write_text(EXAMPLE)
    lessons, complaints = all_lessons(PANELS, tmp_path)
    assert "mine" in [lesson.id for lesson in lessons]
    assert complaints == ("pipe.md, line 1: this is a pipe, not a file",)


# -- sessions beside a lesson ----------------------------------------------------------------------------------


def state(preset: str = "ravine", cursor: int = 0) -> str:
    return to_json(Session((dataclasses.replace(fresh("race", SPEC, preset), cursor=cursor),)))


def test_a_session_beside_the_lesson_begins_where_its_cursor_stands(tmp_path: Path) -> None:
    (tmp_path / "s.lab.json").write_text(state("beale", 12))
    (tmp_path / "x.md").write_text("\n".join([*HEAD, "::: load", "session: s.lab.json", "look apart: yes", ":::"]))
    load = read(tmp_path / "x.md", PANELS).steps[0].load
    assert load is not None
    assert load.steps == 12
    there = opened(load, "race", PANELS)
    assert (there.cursor, there.view.apart, there.run.config) == (12, True, SPEC.preset("beale").make().config)


@pytest.mark.parametrize(
    ("content", "why"),
    [("{", "s.lab.json: the file is cut off"),
     ('{"format": "visual-lab session", "schema": 1, "panels": []}', 'has to hold one panel, "race"'),
     (state().replace('"sgd"', '"sgf"'), "s.lab.json: panels[0].run.config.racers[0].optimizer")],
)  # fmt: skip
def test_a_session_that_is_wrong_is_told_with_the_lessons_line(content: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "s.lab.json").write_text(content)
    (tmp_path / "x.md").write_text("\n".join([*HEAD, "::: load", "session: s.lab.json", ":::"]))
    with pytest.raises(FileRefused, match=re.escape(f"x.md, line {NEXT + 1}: ")) as caught:
        read(tmp_path / "x.md", PANELS)
    assert why in str(caught.value)


# -- all of them -----------------------------------------------------------------------------------------------


def test_one_bad_lesson_hides_no_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped, own = tmp_path / "lessons", tmp_path / "own"
    shipped.mkdir()
    own.mkdir()
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)
    (shipped / "one.md").write_text(EXAMPLE)
    (shipped / "first.md").write_text(EXAMPLE.replace("order: 20", "order: 3"))
    (shipped / "README.md").write_text("no lesson")
    (own / "mine.md").write_text(EXAMPLE.replace("order: 20\n", ""))
    (own / "bad.md").write_text("nothing")
    (own / "one.md").write_text(EXAMPLE)
    lessons, complaints = all_lessons(PANELS, own)
    assert [lesson.id for lesson in lessons] == ["first", "one", "mine"]
    assert [c.split(":")[0] for c in complaints] == ["bad.md, line 1", "one.md, line 1"]
    assert all_lessons(PANELS, tmp_path / "nowhere") == (lessons[:2], ())


# -- drafts ----------------------------------------------------------------------------------------------------

WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(lambda t: t.replace("$", "S"))
MARKS = ["# x", "#", "#x", "## x", "\\#x", "::: do", ":::", "\\# x", "\\\\:::", "", "$x$", "- a"]
LINES = st.lists(st.one_of(WORDS, st.sampled_from(MARKS)))
TEXTS = LINES.map(lambda lines: "\n".join(line for line in lines if not re.match(r" {0,3}(```|~~~)", line)))
TITLES = WORDS.filter(lambda text: bool(text.split()))
PAGES = st.builds(DraftPage, TITLES, TEXTS, st.sampled_from([state(), state("beale", 7)]), st.integers(0, 10_000_000))


def normal(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.split("\n")).strip("\n")


@given(st.builds(Draft, TITLES, st.just("race"), st.lists(PAGES, min_size=1, max_size=4).map(tuple)))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_draft_is_read_back_as_it_was_written(tmp_path: Path, draft: Draft) -> None:
    found = write(draft, tmp_path / "a-draft.md", PANELS)
    assert (found.title, found.blurb, found.panel) == (" ".join(draft.title.split()), BLURB, "race")
    for page, step in zip(draft.pages, found.steps, strict=True):
        assert (step.title, step.text) == (" ".join(page.title.split()), normal(page.text))
        assert step.load == Load(session=page.session, steps=page.steps)


@pytest.mark.parametrize(
    ("page", "why"),
    [(DraftPage("T", "a $x", state()), "pages[0].text: line 1: a formula"),
     (DraftPage("T", "```\nx", state()), "pages[0].text: a piece of code"), (DraftPage(" ", "", state()), "title"),
     (DraftPage("T", "x" * 4950, state()), "has a line of more than"), (DraftPage("x" * 121, "", state()), "title")],
)  # fmt: skip
def test_a_draft_that_could_not_be_read_is_not_written(page: DraftPage, why: str) -> None:
    with pytest.raises(BadValue, match=re.escape(why)):
        to_markdown(Draft("T", "race", (page,)), "x")
    with pytest.raises(BadValue, match="at least one"):
        to_markdown(Draft("T", "race", ()), "x")


def test_a_draft_whose_session_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LabError, match=r"x-1\.lab\.json"):
        write(Draft("T", "race", (DraftPage("T", "", "{}"),)), tmp_path / "x.md", PANELS)
    with pytest.raises(FileRefused, match=r"ends in \.md"):
        write(Draft("T", "race", (DraftPage("T", "", state()),)), tmp_path / "x.txt", PANELS)


def test_a_new_draft_replaces_no_session_of_another(tmp_path: Path) -> None:
    (tmp_path / "talk-2.lab.json").write_text("mine")
    draft = Draft("Talk", "race", (DraftPage("T", "", state()),) * 2)
    with pytest.raises(FileRefused, match=r"talk-2\.lab\.json is there already and no part of talk\.md"):
        write(draft, tmp_path / "talk.md", PANELS)
    assert [path.name for path in tmp_path.iterdir()] == ["talk-2.lab.json"]
    write(draft, tmp_path / "other.md", PANELS)
    write(draft, tmp_path / "other.md", PANELS)
    assert (tmp_path / "talk-2.lab.json").read_text() == "mine"


def test_numbers_and_formulas() -> None:
    assert number("2/51") == 2 / 51
    assert number("−1.5e−3") == -0.0015
    formulas_closed([Line(1, r"costs \$5 and `$HOME`, $a\{b$"), Line(2, "$$"), Line(3, "x"), Line(4, "$$")])
