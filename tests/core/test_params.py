"""One declaration per parameter: what it lets pass, and in which words it refuses the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.core import params
from lab.core.errors import BadValue
from lab.core.params import Param, choice, param
from lab.core.registry import Family

RULES: Family[type[Any]] = Family("test_rules")


@RULES.register("steady")
@dataclass(frozen=True, slots=True)
class Steady:
    rate: float = param(0.1, above=0, below=1)


@dataclass(frozen=True, slots=True)
class Stranger:
    rate: float = param(0.1, above=0)


@dataclass(frozen=True, slots=True)
class Inner:
    rules: tuple[Steady, ...] = choice(RULES, lambda: (Steady(),))
    many: int = param(1, lo=1, hi=9)


@dataclass(frozen=True, slots=True)
class Outer:
    inner: tuple[Inner, ...] = params.made(lambda: (Inner(), Inner()))
    ratio: float | None = param(None, lo=0)
    level: Literal[1, 2] = param(1)
    word: str = param("a", choices=("a", "b"))
    on: bool = param(True)
    pair: tuple[int, float] = param((1, 2.0))
    learning_rate: float = param(0.1, above=0, symbol="η")

    def check(self) -> None:
        if len(self.inner) > 3:
            raise BadValue("inner", "has more than 3 entries")


REFUSED = [
    (Param(above=0), 0.0, "0 is not above 0"),
    (Param(below=1), 1, "1 is not below 1"),
    (Param(lo=0), -1e-9, "-1e-09 is less than 0"),
    (Param(hi=1e6), 1_000_000.5, "1000000.5 is more than 1000000"),
    (Param(), float("nan"), "nan is not a finite number"),
    (Param(lo=0), float("inf"), "inf is not a finite number"),
    (Param(lo=0), 10**400, "is too large for a number"),
    (Param(choices=("a", "b")), "c", "'c' is not one of a, b"),
]


@pytest.mark.parametrize(("declaration", "value", "why"), REFUSED, ids=[why for *_, why in REFUSED])
def test_what_is_out_of_bounds_is_refused_in_words(declaration: Param, value: Any, why: str) -> None:
    with pytest.raises(BadValue, match=f"^{re.escape(f'here: {why}')}$"):
        declaration.check(value, "here")


@given(st.floats(-5, 5), st.floats(-5, 5), st.floats(-5, 5))
def test_bounds_are_exactly_what_they_say(value: float, a: float, b: float) -> None:
    for declaration, allowed in [
        (Param(lo=a, hi=b), a <= value <= b),
        (Param(above=a, below=b), a < value < b),
    ]:
        try:
            declaration.check(value)
            passed = True
        except BadValue:
            passed = False
        assert passed == allowed


WRONG = [
    ({"inner": (Inner(), Inner(rules=(Steady(), Steady(rate=0.0))))}, "inner[1].rules[1].rate: 0 is not above 0"),
    ({"inner": (Inner(many=10),)}, "inner[0].many: 10 is more than 9"),
    ({"inner": (Inner(rules=(Stranger(),)),)}, "inner[0].rules[0]: "),
    ({"inner": (Inner(),) * 4}, "inner: has more than 3 entries"),
    ({"inner": (3,)}, "inner[0]: 3 is not "),
    ({"inner": [Inner()]}, "inner: "),
    ({"ratio": -1.0}, "ratio: -1 is less than 0"),
    ({"ratio": "1"}, "ratio: '1' is not a number"),
    ({"level": True}, "level: True is not "),
    ({"level": 3}, "level: 3 is not "),
    ({"word": "c"}, "word: 'c' is not one of a, b"),
    ({"word": 1}, "word: 1 is not text"),
    ({"on": 1}, "on: 1 is not true or false"),
    ({"pair": (1, 2.0, 3.0)}, "pair: has 3 entries where 2 are expected"),
    ({"pair": (1.5, 2.0)}, "pair[0]: 1.5 is not a whole number"),
    ({"learning_rate": "fast"}, "learning_rate: 'fast' is not a number"),
    ({"learning_rate": True}, "learning_rate: True is not a number"),
    ({"learning_rate": None}, "learning_rate: None is not a number"),
]


@pytest.mark.parametrize(("fields", "message"), WRONG, ids=[m for _, m in WRONG])
def test_the_first_thing_wrong_is_named_with_its_path(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(BadValue) as bad:
        params.check(Outer(**fields))
    assert str(bad.value).startswith(message)
    with pytest.raises(BadValue) as bad:
        params.check(Outer(**fields), "runs[1].config")
    assert str(bad.value).startswith(f"runs[1].config.{message}")


def test_numbers_of_numpy_are_numbers() -> None:
    params.check(Outer(ratio=np.float64(0.5), pair=(np.int64(1), np.float32(0.5)), learning_rate=1))
    with pytest.raises(BadValue, match="learning_rate: -1 is not above 0"):
        params.check(Outer(learning_rate=np.int64(-1)))


def test_replace_checks_the_whole_and_leaves_the_old_one() -> None:
    old = Outer()
    assert params.replace(old, "learning_rate", 0.5) == Outer(learning_rate=0.5)
    assert old == Outer()
    with pytest.raises(BadValue, match="learning_rate: 0 is not above 0"):
        params.replace(old, "learning_rate", 0)
    with pytest.raises(BadValue, match=r"lr: unknown name \(known: inner, ratio"):
        params.replace(old, "lr", 0.5)


def test_a_declaration_feeds_labels_sliders_and_defaults() -> None:
    assert params.field_of(Outer, "learning_rate").label == "Learning rate"
    assert params.field_of(Outer, "learning_rate").type is float
    assert params.defaults(Outer)["inner"] == (Inner(), Inner())
    assert Param(lo=0, below=1).slider == (0, 1)
    assert Param(lo=0, below=1, soft=(0.5, 0.9)).slider == (0.5, 0.9)
    assert Param(lo=0).slider is None
