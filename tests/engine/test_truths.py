"""Every registered truth, as ``python -m lab selftest`` runs it, and that it would notice a wrong rule."""

from __future__ import annotations

import pytest

from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers import OPTIMIZERS, Optimizer
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.momentum import Momentum
from lab.engine.optimizers.nesterov import Nesterov
from lab.engine.optimizers.rmsprop import RMSprop
from lab.selftest import TRUTHS
from lab.selftest.optimizers import STEP_TOLERANCE, one_step, stored


@pytest.mark.parametrize("id", TRUTHS.ids())
def test_truth_holds(id: str) -> None:
    findings = list(TRUTHS[id]())
    assert len(findings) > 0
    assert [f for f in findings if not f.passed] == []


@pytest.mark.parametrize(
    ("id", "wrong"),
    [
        ("momentum", Nesterov()),
        ("nesterov", Momentum()),
        ("rmsprop", RMSprop(epsilon=2e-8)),
        ("adam", Adam(epsilon=2e-8)),
        ("adam", Adam(beta2=0.9990001)),
    ],
)
def test_torch_states_tell_a_wrong_rule(id: str, wrong: Optimizer) -> None:
    meta, arrays = stored()
    run = next(r for r in meta["runs"] if r["optimizer"] == id)
    prefix = f"{id}.{run['landscape']}."
    rows = {name.removeprefix(prefix): a for name, a in arrays.items() if name.startswith(prefix)}
    landscape = LANDSCAPES[run["landscape"]]()
    assert one_step(OPTIMIZERS[id](), landscape, rows, run["lr"]) <= STEP_TOLERANCE
    assert one_step(wrong, landscape, rows, run["lr"]) > STEP_TOLERANCE
