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
from typing import TYPE_CHECKING, Any, Literal

from lab.core.errors import BadValue

if TYPE_CHECKING:
    from lab.core.registry import Family

Effect = Literal["restart", "live"]
_KEY = "param"


@dataclass(frozen=True, slots=True)
class Param:
    """What is known of one parameter; kept in the dataclass field's metadata.

    `lo` and `hi` are the closest allowed values, `above` and `below` the closest refused ones. `soft` is the
    range a slider covers; a number box accepts anything the bounds allow. `effect` says whether a change starts
    the run again or is applied to the running state as an event.
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

    def check(self, value: Any, path: str = "") -> None:
        """Raise `BadValue` unless `value` (one number or one choice) lies within the declared bounds."""
        if self.choices and value not in self.choices:
            allowed = ", ".join(str(c) for c in self.choices)
            raise BadValue(path, f"{value!r} is not one of {allowed}")
        if isinstance(value, bool) or not isinstance(value, int | float):
            return
        if not math.isfinite(value):
            raise BadValue(path, f"{value} is not a finite number")
        if self.above is not None and value <= self.above:
            raise BadValue(path, f"{value:g} is not above {self.above:g}")
        if self.below is not None and value >= self.below:
            raise BadValue(path, f"{value:g} is not below {self.below:g}")
        if self.lo is not None and value < self.lo:
            raise BadValue(path, f"{value:g} is less than {self.lo:g}")
        if self.hi is not None and value > self.hi:
            raise BadValue(path, f"{value:g} is more than {self.hi:g}")

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
) -> Any:
    """Declare one field of a configuration; see `Param` for the meaning of each word."""
    declared = Param(
        lo=lo, hi=hi, above=above, below=below, soft=soft, log=log, unit=unit, label=label, symbol=symbol,
        doc=doc, choices=tuple(choices), effect=effect, hidden=hidden,
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
    """Raise `BadValue` for the first field of `config`, at any depth, that breaks its declaration."""
    for d in declared(type(config)):
        _check_value(getattr(config, d.name), d, f"{path}.{d.name}" if path else d.name)
    extra = getattr(config, "check", None)
    if callable(extra):
        try:
            extra()
        except BadValue as bad:
            raise bad.under(path) from None


def _check_value(value: Any, d: Declared, path: str) -> None:
    if isinstance(value, tuple) and not d.param.choices:
        for i, item in enumerate(value):
            _check_value(item, d, f"{path}[{i}]")
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        check(value, path)
    else:
        d.param.check(value, path)


def replace(config: Any, name: str, value: Any) -> Any:
    """A copy of `config` with one field changed and the whole checked again."""
    field_of(type(config), name)
    changed = dataclasses.replace(config, **{name: value})
    check(changed)
    return changed


def defaults(cls: type[Any]) -> Mapping[str, Any]:
    """Field name to default value."""
    return types.MappingProxyType({d.name: d.default for d in declared(cls)})
