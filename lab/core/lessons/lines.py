"""What every part of the reader shares: lines that know their number, complaints that name it, names and numbers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches

from lab.core.errors import BadValue, LabError, brief

#: A complaint is one line that can be read: what it quotes of a file may be long, or nothing to be printed.
_LONGEST = 240
#: So many names are listed where none of them comes near.
_LISTED = 8
#: Typesetting takes a time that doubles with each level of what stands in what: these take well below a second.
_DEEPEST, _LONGEST_FORMULA = 6, 500
_NUMBER = re.compile(r"[-+−]?(\d+(\.\d*)?|\.\d+)([eE][-+−]?\d+)?")
_NESTING = re.compile(r"\\left(?![a-zA-Z])|\\right(?![a-zA-Z])|\\.|[{}]", re.DOTALL)
_CODE = re.compile(r"(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file and its number, from 1."""

    number: int
    text: str


def wrong(line: int, why: str) -> BadValue:
    """A complaint about one line, in one line."""
    words = "".join(c if c.isprintable() else "\ufffd" for c in " ".join(why.split()))
    return BadValue(f"line {line}", words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…")


@contextmanager
def blamed_on(line: int) -> Iterator[None]:
    """Name this line in what goes wrong inside, unless it names one itself."""
    try:
        yield
    except LabError as bad:
        if isinstance(bad, BadValue) and bad.path.startswith("line "):
            raise
        raise wrong(line, str(bad)) from None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The nearest of the known words, to stand behind a complaint; all of them where few are known."""
    names = list(known)
    near = get_close_matches(word, names, n=1)
    if near:
        return f'; did you mean "{near[0]}"?'
    return f" (there are: {', '.join(names)})" if 0 < len(names) <= _LISTED else ""


def number(text: str) -> float:
    """A finite number, or one divided by another, as 2/51; `BadValue` for anything else."""
    parts = text.split("/")
    if len(parts) <= 2 and all(_NUMBER.fullmatch(part.strip()) for part in parts):
        values = [float(part.strip().replace("−", "-")) for part in parts]
        if len(values) == 1 or values[1] != 0.0:
            found = values[0] if len(values) == 1 else values[0] / values[1]
            if abs(found) < float("inf"):
                return found
    raise BadValue("", f"{brief(text)} is not a number")


def whole(text: str, most: int) -> int:
    """A whole number from 0 to `most`."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise BadValue("", f"{brief(text)} is not a whole number")
    if int(text) > most:
        raise BadValue("", f"{text} is more than {most:,}")
    return int(text)


def formulas_closed(lines: Iterable[Line]) -> None:
    r"""Raise `BadValue` where a formula stays open, is empty, or has a brace without its partner.

    ``$...$`` closes before the next empty line, ``$$...$$`` may go over several; ``\$`` is a dollar, and in `code`
    dollars are nothing special. Cost: one pass over the text.
    """
    opened, sign, held = 0, "", ""
    for line in lines:
        if sign == "$" and not line.text.strip():
            raise wrong(opened, "a formula is opened by $ and not closed (a dollar sign itself is written \\$)")
        # Code is blanked, so that columns stay; inside a formula a backquote is one.
        text = line.text if sign else _CODE.sub(lambda code: " " * len(code[0]), line.text)
        for part in re.findall(r"\\.|\$\$|\$|[^\\$]+|\\", text):
            if part in ("$", "$$") and not sign:
                opened, sign, held = line.number, part, ""
            elif part == sign:
                _check_formula(held, opened)
                sign = ""
            elif part == "$$" and sign == "$":
                raise wrong(line.number, "a formula opened by $ is closed by $$")
            elif part == "$":
                raise wrong(line.number, "a formula opened by $$ is closed by $")
            elif sign:
                held += part
        held += "\n"
    if sign:
        raise wrong(opened, f"a formula is opened by {sign} and not closed (a dollar sign itself is written \\$)")


def _check_formula(latex: str, line: int) -> None:
    if not latex.strip():
        raise wrong(line, "a formula is empty")
    if len(latex) > _LONGEST_FORMULA:
        raise wrong(line, f"a formula has {len(latex):,} characters; {_LONGEST_FORMULA} are the most")
    braces = depth = deepest = 0
    for part in _NESTING.findall(latex):
        by = {"{": 1, "}": -1, "\\left": 1, "\\right": -1}.get(part, 0)
        depth += by
        braces += by if part in "{}" else 0
        deepest = max(deepest, depth)
        if braces < 0:
            break
    if braces:
        raise wrong(line, f"the formula {brief(latex.strip())} has a brace without its partner")
    if deepest > _DEEPEST:
        raise wrong(line, f"the formula {brief(latex.strip())} is nested {deepest} deep; {_DEEPEST} is the most")
