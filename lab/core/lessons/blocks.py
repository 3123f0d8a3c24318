"""The blocks of a lesson, from ``::: kind`` to ``:::``: what a page begins with, and what is to be done on it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lab.core import params
from lab.core.errors import BadValue, FileRefused
from lab.core.lessons.asking import condition, question
from lab.core.lessons.lines import Line, blamed_on, did_you_mean, formulas_closed, number, whole, wrong
from lab.core.lessons.model import Ask, Choose, Do, Load, Option, Task
from lab.core.panel import PanelSpec
from lab.core.registry import Family
from lab.core.session import MAX_STEP, SUFFIX, from_json

_YES_OR_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True)
class Room:
    """What the blocks of one lesson refer to.

    Attributes
    ----------
    panel : str
        Id of the lesson's panel; `spec` is its specification.
    panels : Family of PanelSpec
        For session files, which may hold any of them.
    beside : callable
        The text of a session file beside the lesson, by its name; `FileRefused` where there is none.
    """

    panel: str
    spec: PanelSpec
    panels: Family[PanelSpec]
    beside: Callable[[str], str]


@dataclass(frozen=True, slots=True)
class Block:
    """A block as it stands in the file: its kind, the text behind it, the lines in it (joined where indented)."""

    kind: str
    head: Line
    lines: tuple[Line, ...]


def read_block(block: Block, room: Room) -> Load | Task:
    """The value a block describes; `BadValue` names the line that is wrong."""
    if block.kind not in _READERS:
        raise wrong(block.head.number, f'there is no block "{block.kind}"{did_you_mean(block.kind, _READERS)}')
    if block.kind != "load" and not block.head.text:
        raise wrong(block.head.number, f'behind "{block.kind}" stands what is wanted: "::: {block.kind}  Why ...?"')
    formulas_closed([block.head])
    return _READERS[block.kind](block, room)


def _load(block: Block, room: Room) -> Load:
    if block.head.text:
        raise wrong(block.head.number, f'nothing stands behind "load", but here "{block.head.text}" does')
    at: dict[str, Line] = {}
    looks: dict[str, Any] = {}
    for line in block.lines:
        key, value = _key(line, ("preset", "session", "steps"), also="look")
        if key.startswith("look "):
            name = key.removeprefix("look ").strip()
            if name in looks:
                raise wrong(line.number, f'the look "{name}" is set twice')
            with blamed_on(line.number):
                looks[name] = _look(room.spec, name, value)
            continue
        _once(at, key, line)
        at[key] = Line(line.number, value)
    if ("preset" in at) == ("session" in at):
        raise wrong(block.head.number, "a load needs either a preset or a session")
    steps: int | None = None
    if "steps" in at:
        with blamed_on(at["steps"].number):
            steps = whole(at["steps"].text, MAX_STEP)
    if "preset" in at:
        line, ids = at["preset"], [preset.id for preset in room.spec.presets]
        if line.text not in ids:
            raise wrong(line.number, f'there is no preset "{line.text}"{did_you_mean(line.text, ids)}')
        return Load(preset=line.text, steps=steps or 0, looks=looks)
    with blamed_on(at["session"].number):
        text, cursor = _session(at["session"].text, room)
    return Load(session=text, steps=cursor if steps is None else steps, looks=looks)


def _session(name: str, room: Room) -> tuple[str, int]:
    """The text of a session file and where its cursor stands; it is read here so that no page can fail later."""
    if not name.endswith(SUFFIX) or not name.removesuffix(SUFFIX).strip(".") or set("/\\:") & set(name):
        raise BadValue("", f'"{name}" is not the name of a session file ({SUFFIX}) in the lesson\'s own folder')
    text = room.beside(name)
    try:
        panels = from_json(text, room.panels).panels
    except (BadValue, FileRefused) as refused:
        raise BadValue("", f"{name}: {refused}") from None
    if [state.panel for state in panels] != [room.panel]:
        raise BadValue("", f'{name} has to hold one panel, "{room.panel}", and nothing else')
    return text, panels[0].cursor


def _look(spec: PanelSpec, name: str, text: str) -> Any:
    """A value of the panel's view state, written as in JSON; yes and no are understood, and words need no quotes."""
    known = {d.name: d for d in params.declared(spec.view_state)}
    if name not in known:
        raise BadValue("", f'there is no look "{name}"{did_you_mean(name, known)}')
    value: Any = text
    if known[name].type is bool and text in _YES_OR_NO:
        value = _YES_OR_NO[text]
    elif known[name].type is not str:
        try:
            value = json.loads(text)
        except (ValueError, RecursionError):
            value = text
    value = tuple(value) if isinstance(value, list) else value
    params.replace(spec.view_state(), name, value)
    return value


def _do(block: Block, room: Room) -> Do:
    hint, conditions = "", []
    for line in block.lines:
        if ":" in line.text.partition("(")[0]:
            _, value = _key(line, ("hint",))
            if hint:
                raise wrong(line.number, '"hint" is given twice')
            hint = value
            formulas_closed([line])
            continue
        with blamed_on(line.number):
            conditions.append(condition(line.text, room.spec.facts))
    if not conditions:
        raise wrong(block.head.number, "a do needs at least one condition, such as: step <= 60")
    return Do(block.head.text, tuple(conditions), hint)


def _ask(block: Block, room: Room) -> Ask:
    at: dict[str, Line] = {}
    for line in block.lines:
        key, value = _key(line, ("answer", "tolerance", "hint"))
        _once(at, key, line)
        at[key] = Line(line.number, value)
    if "answer" not in at:
        raise wrong(block.head.number, "an ask needs an answer: a number, or a fact of the panel")
    with blamed_on(at["answer"].number):
        text = at["answer"].text
        answer = number(text) if text[:1] in "+-−.0123456789" else question(text, room.spec.facts)
        if not isinstance(answer, float) and answer.fact.kind is not float:
            raise BadValue("", f"{answer.text} is no number, which an answer has to be")
    tolerance, relative = 0.0, False
    if "tolerance" in at:
        text = at["tolerance"].text
        relative = text.endswith("%")
        with blamed_on(at["tolerance"].number):
            tolerance = number(text.removesuffix("%").strip()) / (100.0 if relative else 1.0)
            if tolerance < 0.0:
                raise BadValue("", f"a tolerance of {text} lets nothing pass")
            if relative and answer == 0.0:
                raise BadValue("", "a share of 0 is 0: here a tolerance is a number, not a percentage")
    elif not (isinstance(answer, float) and answer.is_integer()):
        raise wrong(at["answer"].number, "an answer that is no whole number needs a tolerance, such as: tolerance: 5 %")
    if "hint" in at:
        formulas_closed([at["hint"]])
    return Ask(block.head.text, answer, tolerance, relative, at["hint"].text if "hint" in at else "")


def _choose(block: Block, room: Room) -> Choose:
    options: list[Option] = []
    for line in block.lines:
        mark, text = line.text[:5], line.text[5:].strip()
        if mark not in ("- [x]", "- [ ]", "- [X]"):
            raise wrong(line.number, 'an option begins with "- [x]" where it is right and "- [ ]" where it is wrong')
        formulas_closed([line])
        right = mark != "- [ ]"
        answer, reason = _parted(text)
        if not answer:
            raise wrong(line.number, "an option needs words")
        if not right and not reason:
            raise wrong(line.number, 'a wrong option needs its reason, behind a bar: "- [ ] words | reason"')
        if any(option.text == answer for option in options):
            raise wrong(line.number, f'the option "{answer}" is there twice')
        options.append(Option(answer, right, reason))
    if sum(option.right for option in options) != 1:
        raise wrong(block.head.number, "exactly one option has to be right: - [x]")
    if len(options) < 2:
        raise wrong(block.head.number, "there has to be something to choose from: a wrong option")
    return Choose(block.head.text, tuple(options))


def _parted(text: str) -> tuple[str, str]:
    """An option and its reason, at the first bar with spaces around it that is in no formula."""
    at = -1
    while (at := text.find(" | ", at + 1)) >= 0:
        if text[:at].replace("\\$", "").count("$") % 2 == 0:
            return text[:at].strip(), text[at + 3 :].strip()
    return text, ""


def _key(line: Line, known: Sequence[str], also: str = "") -> tuple[str, str]:
    """The key and the value of a line "key: value"; `also` is a key that a name follows."""
    key, colon, value = line.text.partition(":")
    key, value = " ".join(key.split()), value.strip()
    if not colon:
        raise wrong(line.number, f'"{line.text}" is not of the form "key: value"')
    if key not in known and not (also and key.startswith(f"{also} ")):
        names = (*known, also) if also else known
        raise wrong(line.number, f'there is no key "{key}" here{did_you_mean(key, names)}')
    if not value:
        raise wrong(line.number, f'"{key}" has no value')
    return key, value


def _once(at: Mapping[str, Line], key: str, line: Line) -> None:
    if key in at:
        raise wrong(line.number, f'"{key}" is given twice')


_READERS: Mapping[str, Callable[[Block, Room], Load | Task]] = {
    "load": _load, "do": _do, "ask": _ask, "choose": _choose,
}  # fmt: skip
