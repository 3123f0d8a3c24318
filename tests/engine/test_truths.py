"""Every registered truth, as ``python -m lab selftest`` runs it, and that it would notice a wrong rule."""

from __future__ import annotations

import pytest

from lab.core.params import declared
from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers import OPTIMIZERS, Optimizer
from lab.engine.optimizers.adagrad import AdaGrad
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.adamax import Adamax
from lab.engine.optimizers.adamw import AdamW
from lab.engine.optimizers.momentum import Momentum
from lab.engine.optimizers.nadam import NAdam
from lab.engine.optimizers.nesterov import Nesterov
from lab.engine.optimizers.rmsprop import RMSprop
from lab.engine.optimizers.rprop import Rprop
from lab.selftest import TRUTHS
from lab.selftest.optimizers import STEP_TOLERANCE, arrays_of, one_step, stored


@pytest.mark.parametrize("id", TRUTHS.ids())
def test_truth_holds(id: str) -> None:
    findings = list(TRUTHS[id]())
    assert len(findings) > 0
    assert [f for f in findings if not f.passed] == []


@pytest.mark.parametrize(
    ("library", "name", "wrong"),
    [
        ("torch", "momentum", Nesterov()),
        ("torch", "nesterov", Momentum()),
        ("torch", "momentum_decay", Momentum(weight_decay=0.1, convention="keras")),
        ("torch", "rmsprop", RMSprop(epsilon=2e-8)),
        ("torch", "rmsprop_centred", RMSprop()),
        ("torch", "adagrad", AdaGrad(epsilon=1e-7, convention="keras")),
        ("torch", "adam", Adam(epsilon=2e-8)),
        ("torch", "adam", Adam(beta2=0.9990001)),
        ("torch", "adam_decay", AdamW(weight_decay=0.1)),
        ("torch", "adamw", Adam(weight_decay=0.1)),
        ("torch", "nadam", NAdam(convention="keras")),
        ("torch", "rprop", Rprop(learning_rate=1e-2, grow=1.2001)),
        ("keras", "adagrad", AdaGrad(epsilon=1e-7)),
        ("keras", "rmsprop", RMSprop(decay=0.9, epsilon=1e-7)),
        ("keras", "adam", Adam(epsilon=1e-7)),
        ("keras", "nadam", NAdam(epsilon=1e-7)),
        ("keras", "adamax", Adamax(epsilon=1e-7)),
        ("keras", "momentum", Momentum()),
    ],
)
def test_stored_states_tell_a_wrong_rule(library: str, name: str, wrong: Optimizer) -> None:
    meta, arrays = stored(library)
    run = next(r for r in meta["runs"] if r["name"] == name)
    path = arrays_of(run, arrays)
    landscape = LANDSCAPES[run["landscape"]]()
    right = OPTIMIZERS[run["id"]](learning_rate=run["lr"], **run["settings"])
    assert one_step(right, landscape, path, run["lr"]) <= STEP_TOLERANCE
    assert one_step(wrong, landscape, path, run["lr"]) > STEP_TOLERANCE


@pytest.mark.parametrize("library", ["torch", "keras"])
def test_every_rule_with_two_conventions_is_compared_with_both_libraries(library: str) -> None:
    compared = {run["id"] for run in stored(library)[0]["runs"]}
    switched = {e.id for e in OPTIMIZERS if any(d.name == "convention" for d in declared(e.item))}
    assert len(switched) > 5
    assert switched <= compared
