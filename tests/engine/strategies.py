"""Hypothesis strategies made from declarations, so that a new algorithm is covered by being registered."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from lab.core.params import Declared, declared


def configs(cls: type[Any]) -> st.SearchStrategy[Any]:
    """Instances with every parameter somewhere on its slider."""
    return st.builds(cls, **{d.name: _values(d) for d in declared(cls)})


def _values(d: Declared) -> st.SearchStrategy[Any]:
    if isinstance(d.default, bool):
        return st.booleans()
    if d.param.choices:
        return st.sampled_from(d.param.choices)
    if d.param.slider is None:
        return st.just(d.default)
    lo, hi = d.param.slider
    if isinstance(d.default, int):
        return st.integers(int(lo), int(hi))
    open_below = d.param.above is not None and lo <= d.param.above
    open_above = d.param.below is not None and hi >= d.param.below
    return st.floats(lo, hi, exclude_min=open_below, exclude_max=open_above, allow_subnormal=False)
