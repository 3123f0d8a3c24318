"""A sweep's values: inside the declaration, in order, and refused in one line otherwise."""

import pytest

from lab.core import params, sweeps
from lab.core.errors import BadValue
from lab.engine.optimizers import OPTIMIZERS
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.lbfgs import LBFGS
from lab.engine.optimizers.rmsprop import RMSprop

RATE = params.field_of(Adam, "learning_rate")


@pytest.mark.parametrize("id", [entry.id for entry in OPTIMIZERS])
def test_what_is_suggested_can_always_be_swept(id):
    rule = OPTIMIZERS[id]()
    for d in params.declared(type(rule)):
        if sweeps.sweepable(d) and sweeps.over_range(d):
            lo, hi, count = sweeps.suggested(d, getattr(rule, d.name))
            found = sweeps.values(d, lo, hi, count)
            assert len(found) == count
            assert list(found) == sorted(set(found))
            assert lo <= getattr(rule, d.name) <= hi
            for value in found:
                params.replace(rule, d.name, value) if id != "evolution_strategy" else d.param.check(value)


@pytest.mark.parametrize("value", [146.7, 146.6758, 1e6 / 3, 1e12 / 7, 1e20])
def test_a_value_far_beyond_the_slider_still_has_a_range_around_it(value):
    """There the range is so narrow that rounding its ends could turn it round."""
    declared = params.field_of(Adam, "weight_decay")
    lo, hi, count = sweeps.suggested(declared, value)
    assert lo < hi
    assert lo <= value <= hi
    assert len(sweeps.values(declared, lo, hi, count)) == count


def test_a_logarithmic_parameter_goes_by_powers_of_ten():
    assert sweeps.values(RATE, 0.001, 1.0, 4) == (0.001, 0.01, 0.1, 1.0)


def test_a_linear_one_goes_evenly_and_keeps_its_ends():
    assert sweeps.values(params.field_of(Adam, "beta1"), 0.5, 0.9, 5) == (0.5, 0.6, 0.7, 0.8, 0.9)
    assert sweeps.values(RATE, 0.00123456, 0.9, 3)[0] == 0.00123456


def test_whole_numbers_choices_and_switches_take_their_own_values():
    assert sweeps.values(params.field_of(LBFGS, "history"), 1, 9, 5) == (1, 3, 5, 7, 9)
    assert sweeps.values(params.field_of(LBFGS, "line_search"), 0, 0, 0) == ("backtracking", "fixed")
    assert sweeps.values(params.field_of(RMSprop, "centred"), 0, 0, 0) == (False, True)


@pytest.mark.parametrize(
    ("name", "lo", "hi", "count", "said"),
    [
        ("learning_rate", 0.1, 0.1, 4, "to: 0.1 is not above 0.1"),
        ("learning_rate", 0.2, 0.1, 4, "to: 0.1 is not above 0.2"),
        ("learning_rate", 0.0, 0.1, 4, "from: 0 is not above 0"),
        ("beta1", 0.5, 1.0, 4, "to: 1 is not below 1"),
        ("beta1", -0.5, 0.9, 4, "from: -0.5 is less than 0"),
        ("beta1", 0.5, 0.9, 13, "how many: 13 is not between 2 and 12"),
        ("beta1", 0.5, 0.9, 1, "how many: 1 is not between 2 and 12"),
        ("beta1", 0.5, float("nan"), 4, "to: nan is not a finite number"),
    ],
)
def test_what_makes_no_sweep_is_refused_in_one_line(name, lo, hi, count, said):
    with pytest.raises(BadValue, match=said.replace(".", r"\.")):
        sweeps.values(params.field_of(Adam, name), lo, hi, count)


def test_more_values_than_whole_numbers_are_refused():
    with pytest.raises(BadValue, match="how many: there are not 6 whole numbers to take from 1 to 4"):
        sweeps.values(params.field_of(LBFGS, "history"), 1, 4, 6)
