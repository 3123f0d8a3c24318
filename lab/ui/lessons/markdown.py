r"""The little of Markdown that a lesson's page is written in, as blocks of runs.

Paragraphs, ``-`` and ``1.`` lists (indented ones, too), ``**bold**``, ``*italic*``, `` `code` ``, ``$formula$`` inside
a line and ``$$formula$$`` on a line of its own, and code between fences. A backslash before ``* _ ` $ \`` means the
sign itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["text", "item", "display", "code"]


@dataclass(frozen=True, slots=True)
class Run:
    """Some words of one look, or a formula: then `text` is LaTeX."""

    text: str
    bold: bool = False
    italic: bool = False
    code: bool = False
    math: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, an item of a list with its `marker`, a formula on lines of its own, or code with a run a line."""

    kind: Kind
    runs: tuple[Run, ...]
    marker: str = ""
    depth: int = 0


_FENCED = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n(.*?)^ {0,3}\1[^\S\n]*$", re.DOTALL | re.MULTILINE)
_DISPLAY = re.compile(r"\$\$(.+?)\$\$", re.DOTALL)
_ITEM = re.compile(r"^( *)([-*+]|\d{1,3}[.)])\s+(.*)$")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_ESCAPED = "*_`$\\"
# A dollar before a space or after one is a price: "from $5 to $10".
_MATH = re.compile(r"\$(?=\S)((?:\\.|[^$\\])+?)(?<=\S)\$(?!\d)")
_CODE = re.compile(r"`([^`]+)`")
_STRONG = {"**": re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*"), "__": re.compile(r"(?<!\w)__(?=\S)(.+?)(?<=\S)__(?!\w)")}
_STRESSED = {"*": re.compile(r"\*(?=\S)(.+?)(?<=\S)\*(?!\*)"), "_": re.compile(r"(?<!\w)_(?=\S)(.+?)(?<=\S)_(?!\w)")}


def blocks(text: str) -> tuple[Block, ...]:
    """Read a page's text; what is no markup is text."""
    found: list[Block] = []
    at = 0
    for fenced in _FENCED.finditer(text):
        found += _unfenced(text[at : fenced.start()])
        found.append(Block("code", tuple(Run(line, code=True) for line in fenced[2].expandtabs(4).splitlines())))
        at = fenced.end()
    return (*found, *_unfenced(text[at:]))


def _unfenced(text: str) -> list[Block]:
    found: list[Block] = []
    at = 0
    for shown in _DISPLAY.finditer(text):
        found += _paragraphs(text[at : shown.start()])
        found.append(Block("display", (Run(" ".join(shown[1].split()), math=True),)))
        at = shown.end()
    return [*found, *_paragraphs(text[at:])]


def _paragraphs(text: str) -> list[Block]:
    found: list[Block] = []
    lines: list[str] = []
    marker, depth = "", 0

    def close() -> None:
        if lines:
            kind: Kind = "item" if marker else "text"
            found.append(Block(kind, runs(" ".join(lines)), marker, depth))
            lines.clear()

    for line in text.expandtabs(4).splitlines():
        if not line.strip():
            close()
            marker, depth = "", 0
        elif heading := _HEADING.match(line.strip()):
            close()
            found.append(Block("text", tuple(replace(run, bold=True) for run in runs(heading[1]))))
            marker, depth = "", 0
        elif item := _ITEM.match(line):
            close()
            marker = "•" if item[2] in "-*+" else item[2]
            depth = len(item[1]) // 2
            lines.append(item[3].strip())
        else:
            lines.append(line.strip())
    close()
    return found


def runs(text: str) -> tuple[Run, ...]:
    """Read the markup inside one paragraph."""
    return tuple(_joined(_runs(text, Run(""))))


def _runs(text: str, look: Run) -> list[Run]:
    found: list[Run] = []
    at = 0
    while at < len(text):
        sign = text[at]
        if sign == "\\" and text[at + 1 : at + 2] and text[at + 1] in _ESCAPED:
            found.append(replace(look, text=text[at + 1]))
            at += 2
        elif sign == "$" and (formula := _MATH.match(text, at)):
            found.append(replace(look, text=formula[1], math=True))
            at = formula.end()
        elif sign == "`" and (code := _CODE.match(text, at)):
            found.append(replace(look, text=code[1], code=True))
            at = code.end()
        elif (pair := text[at : at + 2]) in _STRONG and (strong := _STRONG[pair].match(text, at)):
            found += _runs(strong[1], replace(look, bold=True))
            at = strong.end()
        elif sign in _STRESSED and (stressed := _STRESSED[sign].match(text, at)):
            found += _runs(stressed[1], replace(look, italic=True))
            at = stressed.end()
        else:
            found.append(replace(look, text=sign))
            at += 1
    return found


def _joined(found: list[Run]) -> list[Run]:
    """Neighbours of one look become one run."""
    joined: list[Run] = []
    for run in found:
        last = joined[-1] if joined else None
        if last is not None and not run.math and not last.math and replace(last, text="") == replace(run, text=""):
            joined[-1] = replace(last, text=last.text + run.text)
        else:
            joined.append(run)
    return joined


_FRACTION = re.compile(r"\\[dt]?frac\s*(\w|\{[^{}]*\})\s*(\w|\{[^{}]*\})")
_COMMAND = re.compile(r"\\([A-Za-z]+|.)\s*")
_NAMES = (
    "alpha beta gamma delta epsilon varepsilon zeta eta theta kappa lambda mu nu xi pi rho sigma tau phi varphi chi "
    "psi omega Gamma Delta Theta Lambda Sigma Phi Psi Omega nabla partial infty sum prod cdot times le leq ge geq neq "
    "approx pm leftarrow gets rightarrow to sqrt in"
)
_LETTERS = dict(zip(_NAMES.split(), "αβγδεεζηθκλμνξπρστφφχψωΓΔΘΛΣΦΨΩ∇∂∞ΣΠ·×≤≤≥≥≠≈±←←→→√∈", strict=True))


def spoken(text: str) -> str:
    """The words alone, for a screen reader and where there is one line for them; formulas as far as letters go."""
    lines = []
    for block in blocks(text):
        between = "\n" if block.kind == "code" else ""
        words = between.join(_spelled(run.text) if run.math else run.text for run in block.runs)
        lines.append(f"{block.marker} {words}" if block.marker else words)
    return "\n".join(lines)


def _spelled(latex: str) -> str:
    latex = _FRACTION.sub(lambda found: f"{found[1].strip('{}')}/{found[2].strip('{}')}", latex)
    return _COMMAND.sub(lambda found: _LETTERS.get(found[1], ""), latex).replace("{", "").replace("}", "")
