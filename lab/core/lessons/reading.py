"""Reading lessons: a Markdown file that a teacher wrote, to a `Lesson`, or one line that says what is wrong and where.

``resources/lessons/README.md`` describes the format by an example. Reading is strict, since a lesson that is wrong
must show when its author looks, not when a class stands before it; and it evaluates nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from lab import paths
from lab.core.errors import BadValue, FileRefused, LabError
from lab.core.lessons.blocks import Block, Room, read_block
from lab.core.lessons.lines import Line, blamed_on, did_you_mean, formulas_closed, number, whole, wrong
from lab.core.lessons.model import Lesson, Load, Step, Task
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.session import MAX_BYTES as MOST_SESSION_BYTES

SUFFIX = ".md"
MAX_BYTES = 1 << 20
#: More than any editor shows; what is looked for in a line takes the square of its length at worst.
MAX_LINE = 5000
#: A page stands in a column beside a stage: who writes more wants another page.
MAX_PAGE = 20_000
#: A title stands in menus and above pages, a blurb on a card.
MAX_TITLE, MAX_BLURB = 120, 400
#: In a folder of lessons, but none itself.
README = "readme.md"
KEYS = ("title", "panel", "minutes", "blurb", "order")
_NEEDED = KEYS[:4]
MOST_MINUTES = 600
_ID = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")
FENCE = re.compile(r" {0,3}(```+|~~~+)")
#: A line of text that would be taken for structure has a backslash more in the file.
ESCAPED = re.compile(r"\\+(#(?!#)|:::)")


def check_id(id: str) -> None:
    """Raise `BadValue` unless a lesson's file may be named so, without its ending."""
    if not _ID.fullmatch(id):
        raise wrong(1, "a lesson's file is named by small letters, digits, - and _, such as why-momentum.md")


def is_shipped(id: str) -> bool:
    """Whether a lesson that comes with the lab has this name: no other may bear it."""
    return (paths.resources() / "lessons" / f"{id}{SUFFIX}").exists()


def all_lessons(panels: Family[PanelSpec], own: Path | None = None) -> tuple[tuple[Lesson, ...], tuple[str, ...]]:
    """Every lesson that can be read, and a line about each that can't.

    Parameters
    ----------
    panels : Family of PanelSpec
        The panels that lessons are about.
    own : Path, optional
        A folder of a teacher's lessons; one that does not exist holds none.

    Returns
    -------
    lessons : tuple of Lesson
        By panel, in the panels' order, then by their own order, then by title.
    complaints : tuple of str
        One line each. A lesson of the second folder may not bear the name of one of the first.
    """
    found: dict[str, Lesson] = {}
    complaints: list[str] = []
    for folder in (paths.resources() / "lessons", *([] if own is None else [own])):
        for path in sorted(folder.glob(f"*{SUFFIX}")):
            if path.name.lower() == README:
                continue
            try:
                lesson = read(path, panels)
                if lesson.id in found:
                    raise FileRefused(f"{path.name}, line 1: there already is a lesson in a file of this name")
            except LabError as refused:
                complaints.append(str(refused))
                continue
            found[lesson.id] = lesson
    at = {id: place for place, id in enumerate(panels.ids())}
    ordered = sorted(found.values(), key=lambda lesson: (at[lesson.panel], lesson.order, lesson.title.casefold()))
    return tuple(ordered), tuple(complaints)


def read(path: Path, panels: Family[PanelSpec]) -> Lesson:
    """The lesson of one file; `FileRefused` names file and line of what is wrong with it."""
    try:
        return from_text(_content(path, MAX_BYTES, "a lesson"), path.stem, panels, lambda name: _beside(path, name))
    except BadValue as bad:
        raise FileRefused(f"{path.name}, {bad}") from None


def _beside(path: Path, name: str) -> str:
    try:
        return _content(path.parent / name, MOST_SESSION_BYTES, "a session")
    except BadValue as bad:
        raise BadValue("", f"{name}: {bad.why}") from None


def _content(path: Path, most: int, what: str) -> str:
    """A file's text, never more than `most` bytes of it, even of a device without an end."""
    try:
        if path.is_fifo():
            # Opening one waits for somebody to write into it.
            raise wrong(1, "this is a pipe, not a file")
        with path.open("rb") as file:
            content = file.read(most + 1)
        if len(content) > most:
            raise wrong(1, f"the file is too large: {what} may have {most >> 20} MB at most")
        # Editors of one system put a mark before the first letter.
        return content.decode("utf-8-sig")
    except OSError as failure:
        raise wrong(1, failure.strerror or str(failure)) from None
    except UnicodeDecodeError as bad:
        raise wrong(content.count(b"\n", 0, bad.start) + 1, "the file is not text in UTF-8") from None


def _nothing_beside(name: str) -> str:
    raise FileRefused(f"there is no file {name} beside the lesson")


def from_text(text: str, id: str, panels: Family[PanelSpec], beside: Callable[[str], str] = _nothing_beside) -> Lesson:
    """The lesson that a file's text describes.

    Parameters
    ----------
    text : str
        The whole file.
    id : str
        The file's name without its ending.
    panels : Family of PanelSpec
        The panels a lesson may be about.
    beside : callable, optional
        Gives the text of a session file beside the lesson; `LabError` where there is none.

    Raises
    ------
    BadValue
        With the line as its path: ``line 23: there is no fact "los"; did you mean "loss"?``
    """
    check_id(id)
    lines = [Line(i, line.rstrip()) for i, line in enumerate(re.split(r"\r\n|\r|\n", text), 1)]
    for line in lines:
        if "\0" in line.text:
            raise wrong(line.number, "the file is not text: it holds a zero byte")
        if len(line.text) > MAX_LINE:
            raise wrong(line.number, f"the line has {len(line.text):,} characters; {MAX_LINE:,} are the most")
    head, at = _front_matter(lines)
    for key, most in (("title", MAX_TITLE), ("blurb", MAX_BLURB)):
        _short(head[key], key, most)
    with blamed_on(head["panel"].number):
        name = head["panel"].text
        if name not in panels:
            raise BadValue("", f'there is no panel "{name}"{did_you_mean(name, panels.ids())}')
    with blamed_on(head["minutes"].number):
        minutes = whole(head["minutes"].text, MOST_MINUTES)
        if minutes == 0:
            raise BadValue("", "a lesson takes at least a minute")
    order = float("inf")
    if "order" in head:
        with blamed_on(head["order"].number):
            order = number(head["order"].text)
    formulas_closed([head["blurb"]])
    steps = _pages(lines[at:], Room(name, panels[name], panels, beside))
    return Lesson(id, head["title"].text, head["blurb"].text, name, minutes, steps, order)


def _short(line: Line, what: str, most: int) -> None:
    if len(line.text) > most:
        raise wrong(line.number, f"the {what} has {len(line.text):,} characters; {most} are the most")


def _front_matter(lines: list[Line]) -> tuple[dict[str, Line], int]:
    """What stands between the first two lines of dashes, by key; and where the pages begin."""
    if lines[0].text != "---":
        raise wrong(1, "a lesson begins with a line --- and its title, panel, minutes and blurb")
    found: dict[str, Line] = {}
    for i, line in enumerate(lines[1:], 1):
        if line.text == "---":
            for key in _NEEDED:
                if key not in found:
                    raise wrong(line.number, f'"{key}" is missing')
            return found, i + 1
        if not line.text:
            continue
        key, colon, value = (part.strip() for part in line.text.partition(":"))
        if not colon:
            raise wrong(line.number, f'"{line.text[:60]}" is not of the form "key: value" (the head ends with ---)')
        if key not in KEYS:
            raise wrong(line.number, f'there is no key "{key}" here{did_you_mean(key, KEYS)}')
        if key in found:
            raise wrong(line.number, f'"{key}" is given twice')
        if not value:
            raise wrong(line.number, f'"{key}" has no value')
        found[key] = Line(line.number, value)
    raise wrong(1, "the head of the lesson is not closed by a line ---")


class _Page:
    """A page while it is read."""

    def __init__(self, head: Line) -> None:
        self.head = head
        self.text: list[Line] = []
        self.load: Load | None = None
        self.task: Task | None = None
        self.task_line = 0

    def take(self, block: Block, room: Room) -> None:
        """Read a block; a page begins with one state and has one task."""
        value = read_block(block, room)
        if isinstance(value, Load):
            if self.load is not None:
                raise wrong(block.head.number, "a page has one load, and this is its second")
            self.load = value
        else:
            if self.task is not None:
                raise wrong(block.head.number, "a page has one task, and this is its second: begin a new page with #")
            self.task, self.task_line = value, block.head.number

    def step(self) -> Step:
        """The page when all of it is there."""
        formulas_closed(_without_code(self.text))
        text = "\n".join(line.text for line in self.text).strip("\n")
        if len(text) > MAX_PAGE:
            why = f"{len(text):,} characters; {MAX_PAGE:,} are the most: begin a new page with #"
            raise wrong(self.head.number, f'the page "{self.head.text[:60]}" has {why}')
        if not text and self.load is None and self.task is None:
            raise wrong(self.head.number, f'the page "{self.head.text}" is empty')
        return Step(self.head.text, text, self.load, self.task, self.head.number, self.task_line)


def _pages(lines: list[Line], room: Room) -> tuple[Step, ...]:
    pages: list[_Page] = []
    at, fence, fenced_at = 0, "", 0
    while at < len(lines):
        line = lines[at]
        at += 1
        mark = FENCE.match(line.text)
        if mark and (not fence or line.text.strip().startswith(fence)):
            fence, fenced_at = ("" if fence else mark[1]), line.number
        if not fence and line.text.startswith("# "):
            pages.append(_Page(Line(line.number, line.text[2:].strip())))
            _short(pages[-1].head, "title", MAX_TITLE)
            continue
        if not fence and line.text == "#":
            raise wrong(line.number, 'a page needs a title behind its # (in a text, "\\#" is that sign alone)')
        if not fence and line.text.startswith("#") and not line.text.startswith("##"):
            why = f'a page begins with "# ", and "{line.text[:40]}" has no space there (in a text, write "\\#")'
            raise wrong(line.number, why)
        if not pages:
            if line.text:
                raise wrong(line.number, 'a page begins with its title: "# ..."')
            continue
        if not fence and line.text.startswith(":::"):
            block, at = _block(lines, at - 1)
            pages[-1].take(block, room)
            continue
        plain = line.text[1:] if not fence and ESCAPED.match(line.text) else line.text
        pages[-1].text.append(Line(line.number, plain))
    if fence:
        raise wrong(fenced_at, f"a piece of code is opened by {fence} and not closed")
    if not pages:
        raise wrong(len(lines), 'a lesson needs a page, which begins with "# " and a title')
    return tuple(page.step() for page in pages)


def _block(lines: list[Line], at: int) -> tuple[Block, int]:
    """The block that begins at `at`, and where the text goes on; an indented line continues the one above it."""
    first = lines[at]
    kind, _, rest = first.text[3:].strip().partition(" ")
    if not kind:
        raise wrong(first.number, "a block is closed here and none is open")
    held = [Line(first.number, rest.strip())]
    for i, line in enumerate(lines[at + 1 :], at + 1):
        if line.text == ":::":
            return Block(kind, held[0], tuple(held[1:])), i + 1
        if line.text.startswith((":::", "# ")):
            break
        if line.text[:1] in (" ", "\t"):
            held[-1] = Line(held[-1].number, f"{held[-1].text} {line.text.strip()}".strip())
        elif line.text:
            held.append(line)
    raise wrong(first.number, f'the block "{kind}" is not closed by a line :::')


def _without_code(lines: Iterable[Line]) -> list[Line]:
    """The lines outside of fenced code."""
    found, fence = [], ""
    for line in lines:
        mark = FENCE.match(line.text)
        if mark and (not fence or line.text.strip().startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence:
            found.append(line)
    return found
