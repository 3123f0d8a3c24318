"""Every registered simulation, on every preset of every panel that runs it: the promises of lab.core.simulation."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lab.core import params
from lab.core.errors import BadValue
from lab.core.history import History
from lab.core.panel import PanelSpec
from lab.core.params import declared
from lab.core.run import EVENTS, Run, SetParam
from lab.core.session import PanelState, Session, from_json, to_json
from lab.core.simulation import digest, leaves
from lab.core.timeline import SnapshotBudget, Timeline
from lab.panels import PANELS
from lab.sims import SIMS

CASES = [
    pytest.param(panel.item, preset.make(), id=f"{panel.id}-{preset.id}")
    for panel in PANELS
    for preset in panel.item.presets
]
both = pytest.mark.parametrize(("spec", "run"), CASES)


def played(spec: PanelSpec, run: Run, steps: int) -> Any:
    """A simulation stepped from the start, without any timeline."""
    sim = spec.simulation(run)
    events = run.nodes()
    for step in range(steps + 1):
        if step:
            sim.step()
        for node in events:
            if node.step == step:
                sim.apply(node.event)
    return sim


def timeline(spec: PanelSpec, run: Run) -> Timeline:
    return Timeline(spec.simulation, run, SnapshotBudget())


def live(run: Run) -> SetParam:
    """A change of the first live number of the configuration, as a slider makes it."""
    for d in declared(type(run.config)):
        if d.param.effect == "live" and d.type is float:
            value = getattr(run.config, d.name)
            return SetParam(d.name, value * 0.5 if value else 0.25)
    raise AssertionError("no live parameter")


def test_every_simulation_is_run_by_a_panel() -> None:
    shown = {panel.item.simulation for panel in PANELS}
    assert shown == {entry.item for entry in SIMS}
    for entry in SIMS:
        assert entry.item.step_name
        for event in entry.item.event_types:
            assert EVENTS.id_of(event)


@both
def test_same_seed_same_frames(spec: PanelSpec, run: Run) -> None:
    params.check(run.config)
    one, two = spec.simulation(run), spec.simulation(run)
    for step in range(40):
        assert digest(one.frame()) == digest(two.frame())
        assert one.t == step
        one.step()
        two.step()
    assert digest(one.snapshot()) == digest(two.snapshot())
    assert digest(one.frame()) != digest(spec.simulation(run).frame())


@both
def test_restore_and_step_equals_step(spec: PanelSpec, run: Run) -> None:
    sim = played(spec, run, 10)
    kept = sim.snapshot()
    before = digest(kept)
    first = sim.frame()
    rows = []
    for _ in range(10):
        sim.step()
        rows.append((digest(sim.frame()), digest(sim.trace()), sim.marks()))
    assert digest(kept) == before, "a step wrote into a snapshot"
    for other in (sim, spec.simulation(run)):
        other.restore(kept)
        assert digest(other.frame()) == digest(first)
        for row in rows:
            other.step()
            assert (digest(other.frame()), digest(other.trace()), other.marks()) == row


@both
def test_seek_to_137_equals_a_fresh_run_of_137_steps(spec: PanelSpec, run: Run) -> None:
    line = timeline(spec, run)
    line.seek(200)
    line.seek(3)
    line.seek(137)
    fresh = played(spec, run, 137)
    assert digest(line.sim.frame()) == digest(fresh.frame())
    assert digest(line.sim.snapshot()) == digest(fresh.snapshot())


@both
def test_a_parameter_changed_at_step_100_is_replayed_and_undone_exactly(spec: PanelSpec, run: Run) -> None:
    line, history = timeline(spec, run), History()
    line.seek(100)
    at_100 = digest(line.sim.frame())
    changed = run.with_event(100, live(run))
    history.record(run, 100, "Change")
    line.edit(changed)
    assert digest(line.sim.frame()) != at_100
    line.seek(150)
    line.seek(99)
    line.seek(120)
    with_it, without = played(spec, changed, 120), played(spec, run, 120)
    assert digest(line.sim.frame()) == digest(with_it.frame()) != digest(without.frame())
    entry = history.undo(line.run, line.step)
    assert entry is not None
    for target, fresh in ((entry.run, without), (changed, with_it), (run, without)):
        line.edit(target)
        line.work(lambda: True)
        assert line.step == 120
        assert digest(line.sim.snapshot()) == digest(fresh.snapshot())


@both
def test_a_run_comes_back_from_its_file(spec: PanelSpec, run: Run) -> None:
    panel = next(p.id for p in PANELS if p.item is spec)
    run = run.with_event(10, live(run))
    state = PanelState(panel, run, spec.view_state(), cursor=30, digest=digest(played(spec, run, 30).frame()))
    back = from_json(to_json(Session((state,))), PANELS).panels[0]
    assert back.run.config == run.config
    assert digest(played(spec, back.run, back.cursor).frame()) == back.digest == state.digest


@both
def test_frames_are_read_only_and_finite(spec: PanelSpec, run: Run) -> None:
    sim = spec.simulation(run)
    for _ in range(30):
        frame = sim.frame()
        for leaf in leaves(frame):
            if isinstance(leaf, np.ndarray):
                assert not leaf.flags.writeable
                assert leaf.dtype.kind != "f" or np.isfinite(leaf).all()
            elif isinstance(leaf, float):
                assert np.isfinite(leaf)
        row = sim.trace()
        assert row.dtype == np.float32
        assert row.ndim == 3
        assert not np.isinf(row).any()
        sim.step()


@both
def test_events_that_make_no_sense_are_refused(spec: PanelSpec, run: Run) -> None:
    good = live(run)
    spec.simulation.accepts(run.config, good)
    for name, value in [("wat", 1.0), ("", 1.0), (good.name, "x"), (good.name, True), (good.name, float("nan"))]:
        with pytest.raises(BadValue):
            spec.simulation.accepts(run.config, SetParam(name, value))
    for d in declared(type(run.config)):
        if d.param.effect == "restart":
            with pytest.raises(BadValue, match=f"{d.name}: can't be changed while running"):
                spec.simulation.accepts(run.config, SetParam(d.name, 1.0))
    with pytest.raises(BadValue, match="lane"):
        spec.simulation.accepts(run.config, SetParam(good.name, good.value, 99))
