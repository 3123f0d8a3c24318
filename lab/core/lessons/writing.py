"""Writing the draft of a lesson: recorded states with a text each, as a file that its author goes on with by hand."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from lab.core.errors import BadValue, FileRefused
from lab.core.lessons.lines import Line, formulas_closed
from lab.core.lessons.model import Lesson
from lab.core.lessons.reading import (
    ESCAPED,
    FENCE,
    MAX_BLURB,
    MAX_LINE,
    MAX_PAGE,
    MAX_TITLE,
    MOST_MINUTES,
    SUFFIX,
    check_id,
    is_shipped,
    read,
)
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.session import SUFFIX as SESSION_SUFFIX
from lab.core.session import replace_file

#: What stands where the author has said nothing yet.
BLURB = "A draft: say in one sentence what it teaches."
#: With a key or a backslash before it, a line is still short enough to be read.
_MOST = MAX_LINE - 100


@dataclass(frozen=True, slots=True)
class DraftPage:
    """A page: a state that was recorded, and what is said of it.

    Attributes
    ----------
    title, text : str
        The text is Markdown and may be empty.
    session : str
        The text of a session file with the lesson's panel alone.
    steps : int
        Where the cursor stands.
    """

    title: str
    text: str
    session: str
    steps: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """A lesson in the making."""

    title: str
    panel: str
    pages: tuple[DraftPage, ...]
    blurb: str = BLURB
    minutes: int = 0


def session_name(id: str, page: int) -> str:
    """The name of the session file that a draft's page loads, pages counted from 0."""
    return f"{id}-{page + 1}{SESSION_SUFFIX}"


def in_the_way(path: Path, pages: int) -> str:
    """The name of a session that a new lesson would replace and that is none of its own; empty where there is none."""
    names = [] if path.exists() else [session_name(path.stem, page) for page in range(pages)]
    return next((name for name in names if path.with_name(name).exists()), "")


def to_markdown(draft: Draft, id: str) -> str:
    """The text of the lesson's file, to be kept as ``<id>.md`` beside its sessions (`session_name`).

    Raises
    ------
    BadValue
        For a title that is empty, a draft without pages, or a page whose text can't be read back (a formula or a
        piece of code left open); the path names the page.
    """
    if not draft.pages:
        raise BadValue("pages", "a lesson needs at least one")
    head = {
        "title": _one_line(draft.title, "title"),
        "panel": draft.panel,
        "minutes": str(draft.minutes or min(2 * len(draft.pages), MOST_MINUTES)),
        "blurb": _one_line(draft.blurb or BLURB, "blurb"),
    }
    parts = ["---", *(f"{key}: {value}" for key, value in head.items()), "---"]
    for i, page in enumerate(draft.pages):
        title, text = _one_line(page.title, f"pages[{i}].title"), _escaped(page.text, f"pages[{i}].text")
        load = f"::: load\nsession: {session_name(id, i)}\nsteps: {page.steps}\n:::"
        parts += ["", f"# {title}", "", load, *(["", text] if text else [])]
    return "\n".join(parts) + "\n"


def write(draft: Draft, path: Path, panels: Family[PanelSpec]) -> Lesson:
    """Write a draft with its sessions beside it, and read it back: what a teacher is given can be opened.

    Raises
    ------
    FileRefused
        Where it can't be written, or would not be read: the file's name, which no lesson of the lab's own may have,
        or a session that is not one.
    BadValue
        As `to_markdown`.
    """
    if path.suffix != SUFFIX:
        raise FileRefused(f"{path.name}: a lesson's file ends in {SUFFIX}")
    try:
        check_id(path.stem)
    except BadValue as bad:
        raise FileRefused(f"{path.name}: {bad.why}") from None
    if is_shipped(path.stem):
        raise FileRefused(f"{path.name}: a lesson that comes with the lab has this name; choose another")
    if name := in_the_way(path, len(draft.pages)):
        raise FileRefused(f"{name} is there already and no part of {path.name}: choose another name")
    text = to_markdown(draft, path.stem)
    # The sessions first: a lesson that is there can be opened.
    for i, page in enumerate(draft.pages):
        replace_file(path.with_name(session_name(path.stem, i)), page.session.encode("utf-8"))
    replace_file(path, text.encode("utf-8"))
    return read(path, panels)


def _one_line(text: str, path: str) -> str:
    line = " ".join(text.split())
    most = MAX_BLURB if path == "blurb" else MAX_TITLE
    if not line or "\0" in line or len(line) > most:
        raise BadValue(path, f"has to be a line of text, {most} characters at most")
    try:
        formulas_closed([Line(1, line)])
    except BadValue as bad:
        raise BadValue(path, bad.why) from None
    return line


def _escaped(text: str, path: str) -> str:
    """Text as it stands in a file: where it looks like the file's own structure, with a backslash more."""
    lines: list[str] = []
    prose: list[Line] = []
    fence = ""
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        line = line.rstrip()
        if len(line) > _MOST:
            raise BadValue(path, f"has a line of more than {_MOST:,} characters")
        mark = FENCE.match(line)
        if mark and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else mark[1]
        elif not fence:
            prose.append(Line(len(lines) + 1, line))
            line = f"\\{line}" if ESCAPED.match(f"\\{line}") else line
        lines.append(line)
    if fence:
        raise BadValue(path, "a piece of code is not closed")
    if "\0" in text:
        raise BadValue(path, "holds a zero byte")
    try:
        formulas_closed(prose)
    except BadValue as bad:
        raise BadValue(path, str(bad)) from None
    found = "\n".join(lines).strip("\n")
    if len(found) > MAX_PAGE:
        raise BadValue(path, f"has {len(found):,} characters; {MAX_PAGE:,} are the most")
    return found
