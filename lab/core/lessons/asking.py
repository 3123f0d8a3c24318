"""Questions and conditions: ``loss(momentum) < 1e-3``, checked word by word against the facts that a panel declares.

The grammar is this small on purpose: a fact, its arguments, a relation, a value. There is nothing to evaluate.
"""

from __future__ import annotations

import re

from lab.core.errors import BadValue, brief
from lab.core.lessons.facts import Fact, Facts
from lab.core.lessons.lines import did_you_mean, number
from lab.core.lessons.model import Condition, Question

_QUESTION = re.compile(r"([A-Za-z_]\w*)\s*(?:\(([^()]*)\))?")
_RELATION = re.compile(r"(<=|>=|!=|==|≤|≥|≠|<|>|=)")
_SPELLINGS = {"==": "=", "≤": "<=", "≥": ">=", "≠": "!="}
_YES_OR_NO = {"yes": True, "no": False}


def question(text: str, facts: Facts) -> Question:
    """The question that a text asks; `BadValue` says which word of it is not known."""
    found = _QUESTION.fullmatch(text.strip())
    if found is None:
        raise BadValue("", f"{brief(text)} is not a fact, such as {_example(facts)}")
    name, inside = found[1], found[2]
    if name not in facts:
        raise BadValue("", f'there is no fact "{name}"{did_you_mean(name, facts)}')
    fact = facts[name]
    words = [] if inside is None or not inside.strip() else [word.strip() for word in inside.split(",")]
    if len(words) != len(fact.arguments):
        wanted = f"{name}({', '.join(a.name for a in fact.arguments)})" if fact.arguments else f"{name} alone"
        raise BadValue("", f"{brief(text.strip())} has {len(words)} in brackets where {wanted} is meant")
    arguments: list[float | str] = []
    for word, argument in zip(words, fact.arguments, strict=True):
        allowed = argument.allowed
        if not allowed:
            arguments.append(number(word))
        elif word in allowed:
            arguments.append(word)
        else:
            raise BadValue("", f'there is no {argument.name} "{word}"{did_you_mean(word, allowed)}')
    if fact.accepts is not None:
        fact.accepts(*arguments)
    return Question(" ".join(text.split()), fact, tuple(arguments))


def condition(text: str, facts: Facts) -> Condition:
    """The condition that a line states; a fact that is yes or no may stand alone and then means yes."""
    asked, *rest = _RELATION.split(text, maxsplit=1)
    what = question(asked, facts)
    if not rest:
        if what.fact.kind is not bool:
            raise BadValue("", f"{what.text} has to be compared with something, such as {what.text} {_such_as(what)}")
        return Condition(what, "=", True)
    relation, value = _SPELLINGS.get(rest[0], rest[0]), rest[1].strip()
    if not value:
        raise BadValue("", f"{what.text} {relation} is compared with nothing")
    if what.fact.kind is not float and relation not in ("=", "!="):
        says = "yes or no" if what.fact.kind is bool else "a word"
        raise BadValue("", f"{what.text} says {says}, which can't be {relation} anything (only = or !=)")
    return Condition(what, relation, _value(value, what.fact))


def _value(text: str, fact: Fact) -> float | str | bool:
    if fact.kind is float:
        return number(text)
    if fact.kind is bool:
        if text not in _YES_OR_NO:
            raise BadValue("", f"{brief(text)} is neither yes nor no")
        return _YES_OR_NO[text]
    allowed = fact.allowed
    if allowed and text not in allowed:
        raise BadValue("", f'it never is "{text}"{did_you_mean(text, allowed)}')
    return text


def _such_as(what: Question) -> str:
    allowed = what.fact.allowed
    return "< 1" if what.fact.kind is float else f"= {allowed[0] if allowed else '…'}"


def _example(facts: Facts) -> str:
    """One fact as it would be written, for a message."""
    for name, fact in facts.items():
        words = [a.allowed[0] if a.allowed else "1" for a in fact.arguments]
        return f"{name}({', '.join(words)})" if words else name
    return "one that the panel declares (it declares none)"
