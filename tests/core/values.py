"""Any value a configuration class declares itself able to hold, as a hypothesis strategy."""

from __future__ import annotations

import dataclasses
import types
from typing import Any, Literal, Union, get_args, get_origin

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from lab.core.codec import unaliased
from lab.core.errors import BadValue
from lab.core.params import Param, check, declared


def configs(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Instances of a declared class, within all of its bounds."""
    fields = {d.name: values(d.type, d.param) for d in declared(cls)}
    if any(d.type is str and not d.param.choices and d.default for d in declared(cls)):
        # What a hand types freely (a formula) is hardly ever drawn as something its class can read, and never so
        # together with all the rest: one field at a time.
        return st.one_of(*(_changed(cls, name, drawn) for name, drawn in fields.items())).filter(_valid)
    return st.builds(cls, **fields).filter(_valid)


def _changed(cls: type[Any], name: str, drawn: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return drawn.map(lambda value: dataclasses.replace(cls(), **{name: value}))


def values(kind: Any, param: Param) -> st.SearchStrategy[Any]:
    """Values of one annotation within the bounds of its declaration."""
    kind = unaliased(kind)
    origin = get_origin(kind)
    if origin is tuple:
        inner = get_args(kind)
        if inner[1:] == (Ellipsis,):
            return st.lists(values(inner[0], param), max_size=3).map(tuple)
        return st.tuples(*(values(k, param) for k in inner))
    if origin in (Union, types.UnionType):
        return st.one_of(*(values(k, param) for k in get_args(kind)))
    if origin is np.ndarray:
        return npst.arrays("float64", npst.array_shapes(min_dims=2, max_dims=2, max_side=12))
    if param.family is not None:
        return st.one_of(*(configs(entry.item) for entry in param.family))
    if param.choices or origin is Literal:
        return st.sampled_from(param.choices or get_args(kind))
    if dataclasses.is_dataclass(kind):
        return configs(kind)  # type: ignore[arg-type]
    return _scalar(kind, param)


def _scalar(kind: Any, p: Param) -> st.SearchStrategy[Any]:
    lo = p.above if p.lo is None else p.lo
    hi = p.below if p.hi is None else p.hi
    if kind is float:
        return st.floats(
            lo, hi, exclude_min=p.lo is None and lo is not None, exclude_max=p.hi is None and hi is not None,
            allow_nan=False, allow_infinity=False,
        )  # fmt: skip
    if kind is int:
        return st.integers(None if lo is None else int(lo), None if hi is None else int(hi))
    simple = {bool: st.booleans(), str: st.text(max_size=8), type(None): st.none()}
    return simple[kind]


def _valid(made: Any) -> bool:
    try:
        check(made)
    except BadValue:
        return False
    return True
