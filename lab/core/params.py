"""Declare a parameter once: the form, the file check, the command line and the tooltip all follow from it.

A configuration is a frozen, slotted dataclass whose fields are made by `param`, `choice` or `choices`::

    @dataclass(frozen=True, slots=True)
    class Momentum:
        learning_rate: float = param(0.01, above=0, soft=(1e-5, 1.0), log=True, symbol="η", doc="Step size.")
        momentum: float = param(0.9, lo=0, below=1, symbol="β", doc="How much of the last step is kept.")
"""

from __future__ import annotations

import dataclasses
import math
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal, Union, get_args, get_origin

from lab.core.errors import BadValue, brief

if TYPE_CHECKING:
    from lab.core.registry import Family

Effect = Literal["restart", "live"]
_KEY = "param"


@dataclass(frozen=True, slots=True)
class Param:
    """What is known of one parameter; kept in the dataclass field's metadata.

    `lo` and `hi` are the closest allowed values, `above` and `below` the closest refused ones. `soft` is the
    range a slider covers; a number box accepts anything the bounds allow. `effect` says whether a change starts
    the run again or is applied to the running state as an event. `advanced` ones wait behind a
    button, `hidden` ones have no row in any form. `meaning` says what the value stands for where its type does not
    ("curve": corners of a curve over a run, as (share of the run, value above 0)); a form chooses the row by it.
    `examples` are ready values by name, to start from. `named` are values that are read and typed as a word: a batch
    size of 0 is "all".
    """

    lo: float | None = None
    hi: float | None = None
    above: float | None = None
    below: float | None = None
    soft: tuple[float, float] | None = None
    log: bool = False
    unit: str = ""
    label: str = ""
    symbol: str = ""
    doc: str = ""
    choices: tuple[Any, ...] = ()
    effect: Effect = "restart"
    family: Family[Any] | None = None
    hidden: bool = False
    advanced: bool = False
    meaning: str = ""
    examples: tuple[tuple[str, Any], ...] = ()
    named: tuple[tuple[Any, str], ...] = ()

    def word(self, value: Any) -> str:
        """The word that stands for a value, or nothing."""
        return next((word for named, word in self.named if named == value), "")

    def check(self, value: Any, path: str = "") -> None:
        """Raise `BadValue` unless `value` (one number or one choice) lies within the declared bounds."""
        if self.choices and value not in self.choices:
            allowed = ", ".join(str(c) for c in self.choices)
            raise BadValue(path, f"{brief(value)} is not one of {allowed}")
        if isinstance(value, bool) or not isinstance(value, Real):
            return
        try:
            number = float(value)
        except OverflowError:
            raise BadValue(path, "is too large for a number") from None
        if not math.isfinite(number):
            raise BadValue(path, f"{number} is not a finite number")
        # 15 digits, so that 1000000.5 is not reported as "1e+06 is more than 1e+06".
        if self.above is not None and number <= self.above:
            raise BadValue(path, f"{number:.15g} is not above {self.above:.15g}")
        if self.below is not None and number >= self.below:
            raise BadValue(path, f"{number:.15g} is not below {self.below:.15g}")
        if self.lo is not None and number < self.lo:
            raise BadValue(path, f"{number:.15g} is less than {self.lo:.15g}")
        if self.hi is not None and number > self.hi:
            raise BadValue(path, f"{number:.15g} is more than {self.hi:.15g}")

    @property
    def slider(self) -> tuple[float, float] | None:
        """The range of a slider, or None where no range is declared."""
        if self.soft is not None:
            return self.soft
        lo = self.lo if self.lo is not None else self.above
        hi = self.hi if self.hi is not None else self.below
        return None if lo is None or hi is None else (lo, hi)


def param(
    default: Any,
    *,
    lo: float | None = None,
    hi: float | None = None,
    above: float | None = None,
    below: float | None = None,
    soft: tuple[float, float] | None = None,
    log: bool = False,
    unit: str = "",
    label: str = "",
    symbol: str = "",
    doc: str = "",
    choices: Sequence[Any] = (),
    effect: Effect = "restart",
    hidden: bool = False,
    advanced: bool = False,
    meaning: str = "",
    examples: Sequence[tuple[str, Any]] = (),
    named: Sequence[tuple[Any, str]] = (),
) -> Any:
    """Declare one field of a configuration; see `Param` for the meaning of each word."""
    declared = Param(
        lo=lo, hi=hi, above=above, below=below, soft=soft, log=log, unit=unit, label=label, symbol=symbol,
        doc=doc, choices=tuple(choices), effect=effect, hidden=hidden, advanced=advanced,
        meaning=meaning, examples=tuple(examples), named=tuple(named),
    )  # fmt: skip
    return dataclasses.field(default=default, metadata={_KEY: declared})


def choice(family: Family[Any], default: Any, *, doc: str = "", label: str = "", effect: Effect = "restart") -> Any:
    """Declare a field that holds one registered algorithm (or, with a tuple annotation, several).

    In a file it is tagged: ``{"kind": "adam", "learning_rate": 0.001}``.
    """
    declared = Param(family=family, doc=doc, label=label, effect=effect)
    if callable(default):
        return dataclasses.field(default_factory=default, metadata={_KEY: declared})
    return dataclasses.field(default=default, metadata={_KEY: declared})


def made(factory: Callable[[], Any], *, doc: str = "", label: str = "", effect: Effect = "restart") -> Any:
    """Declare a field whose default is built when asked for."""
    return dataclasses.field(default_factory=factory, metadata={_KEY: Param(doc=doc, label=label, effect=effect)})


@dataclass(frozen=True, slots=True)
class Declared:
    """One field of a configuration class with its resolved type."""

    name: str
    type: Any
    param: Param
    default: Any

    @property
    def label(self) -> str:
        """The declared label, or the name in words."""
        return self.param.label or self.name.replace("_", " ").capitalize()


def declared(cls: Any) -> tuple[Declared, ...]:
    """The fields of a configuration class in order, with types resolved and defaults filled in."""
    return _declared(cls)


@cache
def _declared(cls: Any) -> tuple[Declared, ...]:
    hints = typing.get_type_hints(cls)
    found = []
    for f in dataclasses.fields(cls):
        default = f.default
        if default is dataclasses.MISSING and f.default_factory is not dataclasses.MISSING:
            default = f.default_factory()
        found.append(Declared(f.name, hints[f.name], f.metadata.get(_KEY, Param()), default))
    return tuple(found)


def field_of(cls: type[Any], name: str) -> Declared:
    """The declaration of one field; `BadValue` when the class has none of that name."""
    for d in declared(cls):
        if d.name == name:
            return d
    known = ", ".join(d.name for d in declared(cls)) or "none"
    raise BadValue(name, f"unknown name (known: {known})")


def check(config: Any, path: str = "") -> None:
    """Raise `BadValue` for the first field of `config`, at any depth, that breaks its declaration or its type."""
    for d in declared(type(config)):
        _check_value(getattr(config, d.name), d.type, d.param, f"{path}.{d.name}" if path else d.name)
    check_together(config, path)


def check_together(config: Any, path: str = "") -> None:
    """Ask a configuration itself, by its method ``check`` where it has one, whether its fields fit one another."""
    extra = getattr(config, "check", None)
    if callable(extra):
        try:
            extra()
        except BadValue as bad:
            raise bad.under(path) from None


def _check_value(value: Any, kind: Any, param: Param, path: str) -> None:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        # A union is as good as the first of its types that fits; if none does, the first one says what is missing.
        kind = next((k for k in get_args(kind) if _fits(k, value)), get_args(kind)[0])
        origin = get_origin(kind)
    if not _fits(kind, value):
        raise BadValue(path, f"{brief(value)} is not {_WORDS.get(kind, 'of the declared type')}")
    if origin is tuple:
        kinds = get_args(kind)
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            kinds = kinds[:1] * len(value)
        elif len(kinds) != len(value):
            raise BadValue(path, f"has {len(value)} entries where {len(kinds)} are expected")
        for i, (item, inner) in enumerate(zip(value, kinds, strict=True)):
            _check_value(item, inner, param, f"{path}[{i}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        if param.family is not None:
            try:
                param.family.id_of(type(value))
            except BadValue as bad:
                raise BadValue(path, bad.why) from None
        check(value, path)
    else:
        param.check(value, path)


_WORDS = {float: "a number", int: "a whole number", bool: "true or false", str: "text"}
_NUMBERS = {float: Real, int: Integral}


def _fits(kind: Any, value: Any) -> bool:
    """Whether `value` could stand in a field annotated `kind`; what is inside a tuple is looked at later."""
    if kind in _NUMBERS:
        return isinstance(value, _NUMBERS[kind]) and not isinstance(value, bool)
    if kind in (bool, str, type(None)):
        return isinstance(value, kind)
    origin = get_origin(kind)
    if origin is tuple:
        return isinstance(value, tuple)
    if origin is Literal:
        return any(value == allowed and type(value) is type(allowed) for allowed in get_args(kind))
    if dataclasses.is_dataclass(kind):
        return isinstance(value, typing.cast(type, kind))
    # Protocols of registered algorithms and the like: dataclasses, never a bare scalar.
    return kind is Any or not isinstance(value, bool | int | float | str | None)


def in_words(config: Any, bad: BadValue) -> str:
    """Why a value was refused, headed by the label that is on the screen and not by the field's name in the code."""
    at, label = config, ""
    for part in bad.path.split("."):
        name, _, index = part.partition("[")
        if not dataclasses.is_dataclass(at) or name not in {d.name for d in declared(type(at))}:
            return str(bad)
        label = field_of(type(at), name).label
        at = getattr(at, name)
        if index.rstrip("]").isdecimal() and isinstance(at, tuple) and int(index.rstrip("]")) < len(at):
            at = at[int(index.rstrip("]"))]
    return f"{label}: {bad.why}" if label else bad.why


def replace(config: Any, name: str, value: Any) -> Any:
    """A copy of `config` with one field changed and the whole checked again."""
    field_of(type(config), name)
    changed = dataclasses.replace(config, **{name: value})
    check(changed)
    return changed


def defaults(cls: type[Any]) -> Mapping[str, Any]:
    """Field name to default value."""
    return types.MappingProxyType({d.name: d.default for d in declared(cls)})
