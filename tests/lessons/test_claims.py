"""Every number and every claim in the texts of the shipped lessons, as the engine has it."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from lab.core.run import SetParam
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.rastrigin import Rastrigin
from lab.sims.race import Dissect, MoveStart

from .solutions import beta, changed, curvatures, derivative_error, on_landscape, race, rate, steps_to
from .states import STATES


def reached(run, lane: int, most: int = 400) -> int:
    """The step at which a lane reaches the target; -1 for never within so many."""
    return int(race(run, most).frame().reached_at[lane, 0])


def with_landscape(name: str, **changes):
    run = changed(name)
    return run.with_config(on_landscape(**changes)(run.config))


def excesses(run, first: int, last: int) -> list[float]:
    sim = race(run, first)
    found = [float(sim.frame().excess[0, 0])]
    while sim.t < last:
        sim.step()
        found.append(float(sim.frame().excess[0, 0]))
    return found


# -- first steps -----------------------------------------------------------------------------------------------


def test_first_steps() -> None:
    sim = race("first-steps-ball")
    sim.step()
    assert sim.frame().theta[0, 0, 0] == pytest.approx(-0.8)
    assert sim.frame().gradient[0, 0, 0] == pytest.approx(-1.6)
    assert race("first-steps-ball", 15).frame().loss[0, 0] > 1e-3 > race("first-steps-ball", 16).frame().loss[0, 0]
    assert -race("first-steps-slow", 100).frame().theta[0, 0, 0] == pytest.approx(0.017, abs=3e-4)
    # "Anything from 0.19 to 0.81": and not much more on either side.
    assert [reached(changed("first-steps-slow", rate(r)), 0, 10) >= 0 for r in (0.18, 0.19, 0.81, 0.82)] == [
        False, True, True, False,
    ]  # fmt: skip


def test_first_steps_the_four_balls() -> None:
    frame = race("parabola", 237).frame()
    assert [rule.learning_rate for rule in frame.optimizers] == [0.02, 0.5, 0.95, 1.05]
    assert list(frame.diverged_at[:, 0]) == [-1, -1, -1, 237]
    assert frame.reached_at[2, 0] == 44
    sides = [np.sign(race("parabola", t).frame().theta[:, 0, 0]) for t in range(1, 7)]
    assert [s[2] for s in sides] == [1, -1, 1, -1, 1, -1]
    assert {s[0] for s in sides} == {-1}
    assert [float(race(changed("first-steps-ball", rate(1.0)), t).frame().theta[0, 0, 0]) for t in (1, 2)] == [1, -1]
    doubled = [abs(float(race(changed("first-steps-ball", rate(1.5)), t).frame().theta[0, 0, 0])) for t in (1, 2, 3)]
    assert doubled == pytest.approx([2, 4, 8])


# -- momentum --------------------------------------------------------------------------------------------------


def test_momentum() -> None:
    assert curvatures("ravine") == pytest.approx([1, 50])
    frame = race("ravine", 240).frame()
    assert (frame.optimizers[0].learning_rate, frame.optimizers[1].learning_rate) == (0.039, 0.02)
    assert frame.optimizers[1].momentum == 0.75
    assert list(frame.reached_at[:2, 0]) == [131, 43]
    assert (49 / 51) ** 57 > 0.1 > (49 / 51) ** 58
    root = np.sqrt(50.0)
    best = (2 / (1 + root)) ** 2, ((root - 1) / (root + 1)) ** 2
    assert best == pytest.approx((0.0614, 0.566), rel=1e-3)
    assert reached(changed("ravine", rate(0.0614, 1), beta(0.566, 1)), 1) == 35
    # What is best in the long run: the rate at which it shrinks is the root of beta.
    tail = [float(np.log(race(changed("ravine", rate(best[0], 1), beta(best[1], 1)), t).frame().loss[1, 0])) / 2
            for t in (100, 160)]  # fmt: skip
    assert np.exp((tail[1] - tail[0]) / 60) == pytest.approx(np.sqrt(best[1]), rel=0.02)


def test_momentum_too_much_of_it() -> None:
    rule = race("momentum-heavy").frame().optimizers[0]
    assert (rule.momentum, rule.learning_rate) == (0.99, 0.02)
    assert rule.largest_stable_rate(50.0) == pytest.approx(0.08, rel=0.01)
    late = excesses(changed("momentum-heavy"), 200, 240)
    assert 0.2 < min(late) < 0.3
    assert 2.5 < max(late) < 3.0


# -- adam ------------------------------------------------------------------------------------------------------


def test_adam_and_its_parts() -> None:
    assert race("adam-alone").frame().gradient[0, 0] == pytest.approx([-1.6, 40])
    taken = race("adam-alone", 1).probe(Dissect(0, 0))
    assert taken.parts["gradient"][1] == pytest.approx(-3.5)
    assert taken.parts["scaling"][1] == pytest.approx(3.64, abs=0.01)
    assert sum(taken.parts.values()) == pytest.approx(taken.theta_next - taken.theta)
    path = np.array([race("adam-alone", t).frame().theta[0, 0] for t in range(6)])
    assert np.abs(np.diff(path, axis=0)) == pytest.approx(0.1, rel=0.1)
    signs = [np.sign(race("adam-alone", t).frame().gradient[0, 0]).tolist() for t in range(6)]
    assert signs == [[-1, 1]] * 6


def test_adam_in_a_valley_that_lies_askew() -> None:
    assert [steps_to("adam-race", lane) for lane in (0, 1)] == [126, 85]
    turned = with_landscape("adam-race", rotation=45.0)
    assert [reached(turned, lane) for lane in (0, 1)] == [132, 347]
    assert turned.config == STATES["adam-askew"].run.config
    for rotation in (30.0, 60.0):
        found = [reached(with_landscape("adam-race", rotation=rotation), lane) for lane in (0, 1)]
        assert 0 < found[0] < found[1]


# -- noise and scaling -----------------------------------------------------------------------------------------


def test_scaling() -> None:
    assert curvatures("regression") == pytest.approx([0.436, 12.5], rel=0.005)
    assert curvatures("noise-scaled") == pytest.approx([2, 2])
    raw, scaled = changed("regression"), with_landscape("regression", features="standardised")
    assert raw.config.landscape.n_samples == 60
    assert reached(scaled, 0) < reached(raw, 0) / 3


def test_restlessness() -> None:
    """It grows with the rate, it is no divergence, and shorter steps or a schedule end it."""
    single = changed("noise-single")
    assert single.config.batch_size == 1
    assert min(excesses(single, 0, 20)) < 0.01
    restless, calmer = excesses(single, 100, 240), excesses(changed("noise-single", rate(0.03)), 100, 240)
    assert max(restless) > 0.5
    assert np.mean(restless) > 3 * np.mean(calmer)
    assert reached(changed("noise-scaled"), 0) == 30
    assert excesses(changed("noise-scaled"), 239, 240)[-1] < 1e-15
    for lower in (0.01, 0.005):
        assert max(excesses(changed("noise-single", rate(lower, 0, 100)), 200, 240)) < 0.05


# -- the numerical derivative ----------------------------------------------------------------------------------


def test_the_numerical_derivative() -> None:
    assert derivative_error(0.01) == pytest.approx(0.0091, abs=5e-5)
    assert derivative_error(0.01, "central") == pytest.approx(4.35e-5, rel=1e-3)
    assert derivative_error(0.001, "central") == pytest.approx(4.35e-7, rel=1e-3)
    assert np.spacing(5.0) == pytest.approx(8.9e-16, rel=0.01)
    hs = np.logspace(-16, 0, 161)
    best = {s: hs[int(np.argmin([derivative_error(h, s) for h in hs]))] for s in ("forward", "central")}
    assert 1e-9 < best["forward"] < 1e-7
    assert 1e-6 < best["central"] < 1e-4


# -- saddles and minima ----------------------------------------------------------------------------------------


def test_saddles() -> None:
    sim, gradients = race("saddle"), []
    first: dict[str, int] = {}
    while sim.t < 240:
        sim.step()
        frame = sim.frame()
        gradients.append(float(np.linalg.norm(frame.gradient[0, 0])))
        for lane, rule in enumerate(frame.optimizers):
            if frame.theta[lane, 0, 1] > 1 and frame.diverged_at[lane, 0] < 0:
                first.setdefault(type(rule).__name__, frame.step)
    assert int(np.argmin(gradients)) + 1 == 94
    assert (first["RMSprop"], first["Momentum"], first["SGD"]) == (19, 101, 177)
    assert min(first, key=lambda name: first[name]) == "RMSprop"
    pushed = changed("saddle", (0, MoveStart(0, (1.8, 0.2))))
    assert race(pushed, 41).frame().theta[0, 0, 1] < 1 < race(pushed, 42).frame().theta[0, 0, 1]


def test_minima() -> None:
    minima = [c for c in Himmelblau().critical_points if c.kind == "minimum"]
    assert len(minima) == 4
    assert {c.value for c in minima} == {0.0}
    assert race("minima-himmelblau", 60).frame().theta[0, 0] == pytest.approx([3, 2], abs=1e-3)
    assert curvatures("minima-sharp", 120)[-1] == pytest.approx(16.06, abs=0.005)


@pytest.mark.parametrize(("value", "loss", "test"), [(0.05, 0.005, 0.65), (0.4, 0.14, 0.18), (1.0, 0.14, 0.18)])
def test_sharp_and_flat(value: float, loss: float, test: float) -> None:
    run = changed("minima-sharp", rate(value))
    frame = race(run, 240).frame()
    assert frame.loss[0, 0] == pytest.approx(loss, abs=5e-3)
    assert run.config.landscape.test_value(frame.theta[0, 0]) == pytest.approx(test, abs=5e-3)


def test_a_rate_between_bounces_in_the_sharp_valley() -> None:
    run = changed("minima-sharp", rate(0.3))
    ends = np.array([race(run, t).frame().theta[0, 0, 0] for t in range(220, 240)])
    assert (ends < -0.8).all()
    assert np.ptp(ends) > 0.05
    lowest = min(run.config.landscape.test_minima, key=lambda c: c.value)
    assert lowest.point[0] < -1


# -- newton ----------------------------------------------------------------------------------------------------


def test_newton() -> None:
    assert [steps_to("newton-quadratic", lane) for lane in range(3)] == [131, 1, 7]
    assert [steps_to("newton-rosenbrock", lane, 240) for lane in range(3)] == [-1, 18, 33]
    assert race("newton-quadratic").frame().optimizers[2].history == 10


def test_newton_at_a_saddle() -> None:
    frame = race("newton-saddle").frame()
    assert frame.optimizers[0].curvature == "absolute"
    sizes = [float(np.linalg.norm(race("newton-saddle", t).frame().gradient[0, 0])) for t in range(20)]
    assert min(sizes) > 0.5
    walked = changed("newton-saddle", (0, SetParam("curvature", "as it is", 0)))
    assert race(walked, 1).frame().theta[0, 0] == pytest.approx([0, 0], abs=1e-12)


# -- the challenge ---------------------------------------------------------------------------------------------


def test_the_challenges_hints() -> None:
    assert np.linalg.eigvalsh(Himmelblau().hessian(np.array([3.0, 2.0])))[-1] == pytest.approx(82, abs=0.5)
    assert reached(changed("rates-himmelblau", rate(2.1 / 82)), 0) == -1
    assert reached(changed("rates-beale", rate(0.02)), 0, 460) == 455
    assert race(changed("rates-beale", rate(0.04)), 10).frame().diverged_at[0, 0] in range(1, 11)
    assert reached("rates-double-well", 0, 240) == -1
    assert race("rates-rastrigin", 240).frame().loss[0, 0] == pytest.approx(4.97, abs=0.01)
    wells = sorted(c.point for c in Rastrigin().critical_points if c.kind == "minimum")
    assert min(b[1] - a[1] for a, b in itertools.pairwise(wells) if b[1] > a[1]) == pytest.approx(1, abs=0.01)
