"""What a lesson's conditions and answers read like: "loss of Momentum 0.031, wanted < 0.001"."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lab.core.lessons.facts import Value, Words
from lab.core.lessons.model import Condition, Question
from lab.core.registry import Family
from lab.ui.widgets import number_text, value_text

_RELATIONS = {"<=": "≤", ">=": "≥", "!=": "not", "=": ""}


def asked(question: Question) -> str:
    """What is asked, in words: ``loss(momentum)`` becomes "loss of Momentum", ``reached(sgd)`` "SGD: reached"."""
    name = question.text.partition("(")[0].strip().replace("_", " ")
    declared = question.fact.arguments
    words = [
        _titled(declared[i].choices, argument, declared[i].titles) if i < len(declared) else said(argument)
        for i, argument in enumerate(question.arguments)
    ]
    if question.fact.words:
        return question.fact.words.format(*words)
    if not words:
        return name
    return f"{', '.join(words)}: {name}" if question.fact.kind is bool else f"{name} of {', '.join(words)}"


def _titled(choices: Words, word: Value, titles: Mapping[str, str] | None = None) -> str:
    """A word as people know it: the title that is declared for it or, where it is an id of a family, that entry's."""
    if titles and isinstance(word, str) and word in titles:
        return titles[word]
    family = getattr(choices, "__self__", None)
    if isinstance(family, Family) and isinstance(word, str) and word in family:
        return family.entry(word).title
    return said(word)


def said(value: Value) -> str:
    """A value in words: a dash where there is no answer yet."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value.replace("_", " ") or "none"
    # Steps and counts are whole numbers, whether they are kept as such or not.
    if float(value).is_integer() and abs(value) < 1e5:
        return number_text(int(value))
    return number_text(float(value))


def found(question: Question, value: Value) -> str:
    """What a fact has said, in words."""
    return _titled(question.fact.choices, value)


def wanted(condition: Condition) -> str:
    """What a condition wants: "< 0.001", "yes", "not adam"."""
    value = condition.value
    if isinstance(value, bool):
        return said(value == (condition.relation == "="))
    if isinstance(value, str):
        words = _titled(condition.question.fact.choices, value)
    else:
        words = said(value) if float(value).is_integer() else value_text(float(value))
    return f"{_RELATIONS.get(condition.relation, condition.relation)} {words}".strip()


def ranged(conditions: Sequence[Condition]) -> tuple[tuple[Condition, ...], ...]:
    """Conditions as they are read: the two bounds of one number together, from below, and any other by itself."""
    groups: list[tuple[Condition, ...]] = []
    for condition in conditions:
        question = condition.question
        for i, group in enumerate(groups):
            same = group[0].question.fact is question.fact and group[0].question.arguments == question.arguments
            if same and len(group) == 1 and {group[0].relation[0], condition.relation[0]} == {"<", ">"}:
                groups[i] = (condition, *group) if condition.relation[0] == ">" else (*group, condition)
                break
        else:
            groups.append((condition,))
    return tuple(groups)


def wanted_of(group: Sequence[Condition]) -> str:
    """What a group of `ranged` wants: "30 to 60" where both ends count, else each with its sign."""
    if [condition.relation for condition in group] == [">=", "<="]:
        low, high = (wanted(condition).partition(" ")[2] for condition in group)
        return f"{low} to {high}"
    return ", ".join(map(wanted, group))


def line_of(group: Sequence[Condition], value: Value) -> str:
    """Conditions on one thing with its present value, in one line."""
    question = group[0].question
    return f"{asked(question)} {found(question, value)}, wanted {wanted_of(group)}"
