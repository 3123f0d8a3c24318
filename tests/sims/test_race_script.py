"""Every script that a race is written as is run, and ends where the lab ends."""

import ast
import contextlib
import dataclasses
import importlib.util
import io
import math
import re
import subprocess
import sys

import numpy as np
import pytest

from lab.core import params
from lab.core.run import Run, SetParam
from lab.core.scripts import library_script
from lab.core.simulation import digest
from lab.core.timeline import Timeline
from lab.engine.code import HasCode
from lab.engine.landscapes import LANDSCAPES
from lab.engine.landscapes.booth import Booth
from lab.engine.landscapes.formula import Formula
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.linear_regression import LinearRegression
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.optimizers import OPTIMIZERS, in_convention
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.lbfgs import LBFGS
from lab.engine.optimizers.momentum import Momentum
from lab.engine.optimizers.rmsprop import RMSprop
from lab.engine.optimizers.sgd import SGD
from lab.engine.schedules import SCHEDULES
from lab.engine.schedules.plateau import ReduceOnPlateau
from lab.panels import PANELS
from lab.sims._script_plan import NoScript, names_of
from lab.sims.race import (
    ClearStarts,
    Entrant,
    LatticeStarts,
    MoveStart,
    PlaceStarts,
    Race,
    RaceConfig,
    RemoveStart,
    ScatterStarts,
)
from lab.sims.race_script import numpy_script, torch_script

STEPS = 200
WRITTEN = [e.id for e in OPTIMIZERS if isinstance(e.item(), HasCode) and e.item().code().step]
IN_TORCH = [e.id for e in OPTIMIZERS if isinstance(e.item(), HasCode) and e.item().code().torch]
LINE = re.compile(r"^(.+) from (\w+): theta = (\[.*?\]), loss = (\S+?)(?: \((\w+) at step (\d+)\))?$")


def ends(script):
    """What a script prints: {(racer, start): (theta, loss, (what, step) or None)}."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), np.errstate(all="ignore"):
        exec(compile(script, "script.py", "exec"), {"__name__": "__main__"})
    found = {}
    for line in out.getvalue().splitlines():
        name, start, theta, loss, what, step = LINE.match(line).groups()
        found[name, start] = ast.literal_eval(theta), float(loss), (what, int(step)) if what else None
    return found


def lab(run, steps):
    timeline = Timeline(Race, run)
    timeline.seek(steps)
    return timeline.sim.frame()


def agree(run, steps=STEPS, rel=1e-9):
    """Compare every racer and start of a script with the lab's own."""
    frame, found = lab(run, steps), ends(numpy_script(run, steps))
    names = names_of(run.config.racers)
    for i, lane in enumerate(frame.lanes):
        for k in range(len(frame.starts)):
            theta, loss, ended = found[names[lane], chr(ord("A") + k)]
            assert theta == pytest.approx(frame.theta[i, k].tolist(), rel=rel, abs=1e-12), names[lane]
            if not frame.present[k]:
                assert ended[0] == "removed"
            elif frame.diverged_at[i, k] >= 0:
                assert ended == ("diverged", frame.diverged_at[i, k])
            else:
                assert ended is None
                assert loss == pytest.approx(float(frame.loss[i, k]), rel=1e-7, abs=1e-12)
    assert len(found) == len(frame.lanes) * len(frame.starts)


def race(landscape=None, rules=None, **more):
    landscape, rules = landscape or Himmelblau(), [Adam()] if rules is None else rules
    racers = tuple(Entrant(i, rule) for i, rule in enumerate(rules))
    return Run(RaceConfig(landscape=landscape, racers=racers, starts=landscape.starts[:2], **more), 42)


@pytest.mark.parametrize("id", WRITTEN)
def test_every_rule_that_can_be_written_ends_where_the_lab_ends(id):
    rule = OPTIMIZERS[id]()
    rate = {"adadelta": 1.0, "adagrad": 0.5}.get(id, 1e-3)
    agree(race(Booth(), [dataclasses.replace(rule, learning_rate=rate)]))
    agree(race(Himmelblau(), [dataclasses.replace(rule, learning_rate=rate)]), steps=60)


@pytest.mark.parametrize("id", [i for i in WRITTEN if hasattr(OPTIMIZERS[i](), "convention")])
def test_keras_form_of_a_rule_too(id):
    rule = in_convention(OPTIMIZERS[id](), "keras")
    agree(race(Booth(), [dataclasses.replace(rule, learning_rate=1e-3)]))


@pytest.mark.parametrize("id", [i for i in WRITTEN if hasattr(OPTIMIZERS[i](), "weight_decay")])
@pytest.mark.parametrize("convention", ["torch", "keras"])
def test_weight_decay_goes_along(id, convention):
    rule = OPTIMIZERS[id]()
    if hasattr(rule, "convention"):
        rule = in_convention(rule, convention)
    agree(race(Booth(), [dataclasses.replace(rule, learning_rate=1e-3, weight_decay=0.1)]))


@pytest.mark.parametrize(
    "rule",
    [RMSprop(1e-3, momentum=0.5), RMSprop(1e-3, centred=True), RMSprop(1e-3, momentum=0.5, convention="keras")],
)
def test_rmsprops_variants(rule):
    # A variance is a difference of two nearly equal means, which amplifies the last bit.
    agree(race(Booth(), [rule]), steps=100, rel=1e-6 if rule.centred else 1e-9)


@pytest.mark.parametrize("id", [e.id for e in LANDSCAPES if isinstance(e.item(), HasCode)])
def test_every_landscape_that_can_be_written(id):
    landscape = LANDSCAPES[id]()
    rules = [SGD(1e-4), Adam(1e-3), Momentum(1e-5)]
    agree(race(landscape, rules), steps=100)


def test_a_typed_formula():
    agree(race(Formula("sin(3*x)*cos(2*y) + (x^2 + y^2)/4"), [SGD(0.01), Adam(0.01)]))


@pytest.mark.parametrize("id", [e.id for e in SCHEDULES if isinstance(e.item(), HasCode)])
def test_every_schedule_that_can_be_written(id):
    run = race(Himmelblau(), [SGD(1e-3), Adam(0.02)], schedule=SCHEDULES[id](), length=100)
    agree(run, steps=150)
    agree(run.with_event(30, PlaceStarts(((1.0, 1.0),))), steps=150)


@pytest.mark.parametrize("clip", ["value", "norm"])
def test_clipping(clip):
    agree(race(Rosenbrock(), [SGD(1e-3), Adam(0.01)], clip=clip, clip_limit=3.0))


def test_what_the_hand_did_mid_run():
    run = race(Himmelblau(), [SGD(1e-3), Adam(0.02), Adam(0.05)])
    run = run.with_event(0, SetParam("learning_rate", 0.002, 0))
    run = run.with_event(10, SetParam("beta1", 0.5, 1)).with_event(20, PlaceStarts(((1.0, 2.0), (0.5, 0.1))))
    run = run.with_event(25, MoveStart(0, (-1.0, -1.0))).with_event(30, MoveStart(2, (2.0, 2.0), 1))
    run = run.with_event(40, SetParam("learning_rate", 0.2, 2)).with_event(50, RemoveStart(1))
    agree(run, steps=120)


def test_starts_that_were_scattered_or_laid_out_are_listed():
    run = race(Himmelblau(), [SGD(1e-3)]).with_event(3, ScatterStarts(4)).with_event(5, LatticeStarts(2))
    agree(run, steps=60)


def test_clearing_takes_out_only_the_starts_there_are():
    run = race(Himmelblau(), [SGD(1e-3)]).with_event(5, ClearStarts()).with_event(9, PlaceStarts(((1.0, 1.0),)))
    agree(run, steps=60)


def test_divergence_and_being_carried_back():
    run = race(Himmelblau(), [SGD(0.5), Momentum(0.5)])
    agree(run, steps=60)
    agree(run.with_event(30, MoveStart(0, (3.0, 2.001))), steps=31)


def test_a_start_without_a_finite_loss_ends_before_the_first_step():
    starts = ((-1.0, 1.0), (1.0, 1.0))
    config = RaceConfig(Formula("log(x) + y^2"), (Entrant(0, SGD(1e-3)),), starts)
    frame = lab(Run(config), 20)
    assert frame.diverged_at.tolist() == [[0, -1]]
    agree(Run(config), 20)
    dropped = Run(config).with_event(4, PlaceStarts(((-2.0, 0.5), (0.5, 0.5))))
    agree(dropped, 20)
    agree(dropped.with_event(7, MoveStart(1, (-1.0, 2.0))), 20)
    agree(dropped.with_event(7, MoveStart(0, (2.0, 2.0))), 20)


def test_noise_that_comes_after_the_last_step_is_no_obstacle():
    run = race().with_event(20, SetParam("noise", 1.0))
    agree(run, 20)
    with pytest.raises(NoScript, match="gradient noise"):
        numpy_script(run, 21)


def test_two_racers_of_one_rule_have_names_of_their_own():
    script = numpy_script(race(rules=[Adam(0.01), Adam(0.1), in_convention(Adam(), "keras")]), 20)
    assert {name for name, _ in ends(script)} == {"Adam", "Adam #2", "Adam #3"}
    assert script.count("class Adam") == 2
    agree(race(rules=[Adam(0.01), Adam(0.1), in_convention(Adam(), "keras")]), 20)


def test_only_the_racers_asked_for():
    run = Run(RaceConfig(), 1)
    assert {name for name, _ in ends(numpy_script(run, 5, [4]))} == {"Adam"}


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (race(noise=1.0), "The gradient noise is drawn by the lab's own generator"),
        (race().with_event(3, SetParam("noise", 1.0)), "The gradient noise is drawn"),
        (race(rules=[LBFGS()]), "NumPy: L-BFGS can't be written out"),
        (race(LinearRegression()), "Linear regression: its loss can't be written out"),
        (race(schedule=ReduceOnPlateau()), "The learning-rate schedule .* can't be written out"),
        (race(rules=[]), "There is no racer"),
        (race().with_event(1, ScatterStarts(1000)), "There are more than 64 starts"),
        (race().with_event(1, SetParam("weight_decay", 0.1, 0)), "weight decay changed the very form of the rule"),
        (race(Formula("softplus(x) + y^2")), "Your own formula: softplus can't be written out"),
    ],
)
def test_what_can_not_be_written_is_refused_in_one_line(run, said):
    with pytest.raises(NoScript, match=said) as refused:
        numpy_script(run, 20)
    assert "\n" not in str(refused.value)


def test_a_script_runs_where_there_is_no_lab(tmp_path):
    path = tmp_path / "race.py"
    path.write_text(numpy_script(Run(RaceConfig(racers=RaceConfig().racers[:5]), 1), 50), encoding="utf-8")
    code = f"import sys, runpy; sys.modules['lab'] = None; runpy.run_path({str(path)!r}, run_name='__main__')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert len(done.stdout.splitlines()) == 10
    assert "lab" not in re.findall(r"^(?:from|import) (\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)


# -- with lab as a library ---------------------------------------------------------------------------------------


def run_exact(run, steps):
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(library_script(Race, run, steps), "script.py", "exec"), {"__name__": "__main__"})
    return out.getvalue().splitlines()


@pytest.mark.parametrize("preset", [p.id for p in PANELS["race"].presets])
def test_the_exact_script_gives_every_preset_to_the_bit(preset):
    run = PANELS["race"].preset(preset).make()
    lines = run_exact(run, 12)
    assert lines[0] == f"digest {digest(lab(run, 12))}"
    assert lines[1:] == Race.report(lab(run, 12))


def test_the_exact_script_holds_noise_batches_every_rule_and_every_event():
    racers = tuple(Entrant(i, entry.item()) for i, entry in enumerate(OPTIMIZERS))
    run = Run(RaceConfig(LinearRegression(), racers, ((0.5, 0.5),), noise=0.3, batch_size=4), 7)
    run = run.with_event(2, ScatterStarts(3)).with_event(3, SetParam("noise", 0.1)).with_event(4, RemoveStart(1))
    run = run.with_event(5, MoveStart(0, (1.0, 0.25), 3)).with_event(6, SetParam("learning_rate", 0.125, 2))
    assert run_exact(run, 9)[0] == f"digest {digest(lab(run, 9))}"


def test_the_exact_script_runs_in_a_process_of_its_own(tmp_path):
    path = tmp_path / "exact.py"
    run = race(noise=1.0)
    path.write_text(library_script(Race, run, 30), encoding="utf-8")
    done = subprocess.run([sys.executable, str(path)], capture_output=True, text=True, cwd=tmp_path, check=True)
    assert done.stdout.splitlines()[0] == f"digest {digest(lab(run, 30))}"


EDGE = RaceConfig(Formula("sqrt(x) + y^2"), (Entrant(0, SGD(1e-3)),), ((0.0, 1.0), (1.0, 1.0)))


@pytest.mark.parametrize("clip", ["none", "value", "norm"])
def test_a_start_without_a_finite_gradient_is_out_at_once_whatever_is_cut(clip):
    run = Run(dataclasses.replace(EDGE, clip=clip), 1)
    assert lab(run, 20).diverged_at.tolist() == [[0, -1]]
    agree(run, 20)


# -- PyTorch -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("id", IN_TORCH)
def test_a_torch_script_is_python_and_names_the_optimizer(id):
    rule = OPTIMIZERS[id]()
    run = race(Booth(), [rule])
    if params.field_of(type(rule), "learning_rate").param.effect == "live":
        run = run.with_event(3, SetParam("learning_rate", 0.002, 0))
    script = torch_script(run, 20)
    calls = [n for n in ast.walk(ast.parse(script)) if isinstance(n, ast.Call)]
    made = [ast.unparse(c.func) for c in calls if ast.unparse(c.func).startswith("torch.optim.")]
    assert made == [f"torch.optim.{rule.code().torch.split('(')[0]}"]


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize("id", IN_TORCH)
def test_a_torch_script_ends_where_the_lab_ends(id):
    rate = {"adadelta": 1.0, "adagrad": 0.5}.get(id, 1e-3)
    run = race(Booth(), [dataclasses.replace(OPTIMIZERS[id](), learning_rate=rate)])
    frame, found = lab(run, 100), ends(torch_script(run, 100))
    for k in range(len(frame.starts)):
        theta, loss, _ = next(v for (_, start), v in found.items() if start == chr(ord("A") + k))
        assert theta == pytest.approx(frame.theta[0, k].tolist(), rel=1e-8, abs=1e-12)
        assert math.isclose(loss, float(frame.loss[0, k]), rel_tol=1e-6, abs_tol=1e-12)


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed")
@pytest.mark.parametrize("clip", ["none", "value", "norm"])
def test_a_start_without_a_finite_gradient_is_out_at_once_in_torch_too(clip):
    found = ends(torch_script(Run(dataclasses.replace(EDGE, clip=clip), 1), 20))
    assert {start: ended for (_, start), (_, _, ended) in found.items()} == {"A": ("diverged", 0), "B": None}


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (race(rules=[OPTIMIZERS["lion"]()]), "PyTorch: Lion can't be written out"),
        (race(rules=[in_convention(Adam(), "keras")]), "PyTorch: Adam can't be written out"),
        (race().with_event(3, SetParam("beta1", 0.5, 0)), "PyTorch: beta1 was changed mid-run"),
    ],
)
def test_what_torch_does_not_have_is_refused(run, said):
    with pytest.raises(NoScript, match=said):
        torch_script(run, 20)


@pytest.mark.parametrize("expression", ["3", "2 * pi"])
def test_a_loss_without_a_slope_is_nothing_for_torch(expression):
    run = Run(RaceConfig(Formula(expression), (Entrant(0, SGD(1e-3)),), ((1.0, 1.0),)))
    with pytest.raises(NoScript, match="PyTorch: Your own formula is the same everywhere") as refused:
        torch_script(run, 5)
    assert "\n" not in str(refused.value)
    agree(run, 5)
    torch_script(Run(RaceConfig(Formula("3 + y"), (Entrant(0, SGD(1e-3)),), ((1.0, 1.0),))), 5)


def test_a_script_speaks_of_no_name_but_the_one_it_is_saved_under() -> None:
    run = Run(RaceConfig(racers=(Entrant(0, SGD(0.001)),)), 1)
    for text in (numpy_script(run, 5), torch_script(run, 5)):
        assert "run this file with Python." in text.split('"""')[1]
        assert ".py" not in text.split('"""')[1]
