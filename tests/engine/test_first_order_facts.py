"""What theory and papers say of single first-order rules."""

from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest

from lab.engine.landscapes import Array, Landscape
from lab.engine.landscapes.parabola import Parabola
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.landscapes.saddle import Saddle
from lab.engine.optimizers import OPTIMIZERS, LandscapeAsk, Optimizer, in_convention
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.adamw import AdamW
from lab.engine.optimizers.lion import Lion
from lab.engine.optimizers.momentum import Momentum
from lab.engine.optimizers.nesterov import Nesterov
from lab.engine.optimizers.qhm import QHM
from lab.engine.optimizers.radam import RAdam
from lab.engine.optimizers.rmsprop import RMSprop
from lab.engine.optimizers.sgd import SGD
from lab.engine.optimizers.sign_sgd import SignSGD

DRAW = partial(np.random.default_rng, 0)


def path(optimizer: Optimizer, landscape: Landscape, start: tuple[float, ...], steps: int) -> Array:
    """Points of one run, shape (steps + 1, d)."""
    ask = LandscapeAsk(landscape)
    theta = np.array([start])
    state = optimizer.start(theta, ask)
    points = [theta]
    for _ in range(steps):
        theta, state, _parts = optimizer.step(theta, state, ask, optimizer.learning_rate, DRAW)
        points.append(theta)
    return np.concatenate(points)


@pytest.mark.parametrize("lr", [0.1, 0.4, 0.5, 0.8, 1.1])
def test_descent_on_the_parabola_multiplies_by_one_minus_two_lr(lr: float) -> None:
    w = path(SGD(learning_rate=lr), Parabola(), (-2.5,), 5)[:, 0]
    assert w == pytest.approx(-2.5 * (1 - 2 * lr) ** np.arange(6), abs=1e-14)


@pytest.mark.parametrize(
    ("rule", "limit"),
    [(SGD, 2 / 25), (Momentum, 2 * (1 + 0.9) / 25)],
    ids=["descent: 2 / lambda_max", "heavy ball: 2 (1 + beta) / lambda_max"],
)
def test_stability_ends_at_the_predicted_learning_rate(rule: type[SGD] | type[Momentum], limit: float) -> None:
    """Goh, Why Momentum Really Works, Distill 2017."""
    bowl = Quadratic(condition_number=25.0)
    below = path(rule(learning_rate=0.99 * limit), bowl, (1.0, 1.0), 1500)
    above = path(rule(learning_rate=1.01 * limit), bowl, (1.0, 1.0), 1500)
    assert np.linalg.norm(below[-1]) < 1e-3
    assert np.linalg.norm(above[-1]) > 1e3


@pytest.mark.parametrize("kappa", [4.0, 25.0, 100.0])
def test_best_descent_shrinks_by_kappa_minus_one_over_kappa_plus_one(kappa: float) -> None:
    """Nocedal & Wright, equation 3.29: with lr 2 / (l1 + ln) both eigendirections shrink by the same factor."""
    points = path(SGD(learning_rate=2 / (1 + kappa)), Quadratic(condition_number=kappa), (1.0, 0.7), 40)
    sizes = np.linalg.norm(points, axis=1)
    assert sizes[1:] / sizes[:-1] == pytest.approx(np.full(40, (kappa - 1) / (kappa + 1)), rel=1e-9)


@pytest.mark.parametrize("kappa", [4.0, 25.0, 100.0])
def test_best_heavy_ball_shrinks_by_root_kappa(kappa: float) -> None:
    """Polyak 1964: lr (2 / (sqrt l1 + sqrt ln))^2, beta = rate^2, rate (sqrt k - 1) / (sqrt k + 1)."""
    root = math.sqrt(kappa)
    rate = (root - 1) / (root + 1)
    ball = Momentum(learning_rate=(2 / (1 + root)) ** 2, momentum=rate**2)
    # A double root: the distance behaves as t rate^t, so the factor tends to the rate like 1 + 1 / t.
    sizes = np.linalg.norm(path(ball, Quadratic(condition_number=kappa), (1.0, 0.7), 120), axis=1)
    assert (sizes[120] / sizes[60]) ** (1 / 60) == pytest.approx(rate * 2 ** (1 / 60), rel=2e-3)


def test_nesterov_is_the_original_rule_seen_from_its_look_ahead_point() -> None:
    """Sutskever et al. 2013: v' = beta v - lr grad(phi + beta v), phi' = phi + v'; theta is phi + beta v."""
    landscape, lr, beta = Rosenbrock(), 5e-4, 0.9
    points = path(Nesterov(learning_rate=lr, momentum=beta), landscape, (-1.2, 1.0), 200)
    phi, v = np.array([-1.2, 1.0]), np.zeros(2)
    for point in points:
        assert phi + beta * v == pytest.approx(point, abs=1e-11)
        v = beta * v - lr * landscape.gradient(phi + beta * v)
        phi = phi + v


def test_first_steps_of_the_scaled_rules_ignore_the_size_of_the_gradient() -> None:
    """Adam's first step is lr per coordinate, RMSprop's lr / sqrt(1 - alpha), each downhill."""
    start = (-1.2, 1.0)  # gradient (-215.6, -88)
    adam = path(Adam(learning_rate=0.01), Rosenbrock(), start, 1)
    assert adam[1] - adam[0] == pytest.approx([0.01, 0.01], rel=1e-8)
    rmsprop = path(RMSprop(learning_rate=0.01), Rosenbrock(), start, 1)
    assert rmsprop[1] - rmsprop[0] == pytest.approx([0.1, 0.1], rel=1e-8)


def test_momentum_without_memory_is_descent() -> None:
    plain = path(SGD(learning_rate=1e-3), Rosenbrock(), (-1.2, 1.0), 50)
    for rule in (Momentum(learning_rate=1e-3, momentum=0.0), Nesterov(learning_rate=1e-3, momentum=0.0)):
        assert np.array_equal(path(rule, Rosenbrock(), (-1.2, 1.0), 50), plain)


@pytest.mark.parametrize("rule", [SGD(), Momentum(), Nesterov(), RMSprop(), Adam()])
def test_only_exactly_on_the_ridge_does_a_saddle_hold(rule: Optimizer) -> None:
    on, off = path(rule, Saddle(), (1.0, 0.0), 800)[-1], path(rule, Saddle(), (1.0, 1e-3), 800)[-1]
    assert on[1] == 0
    assert abs(on[0]) < 0.02
    assert abs(off[1]) > 1


@pytest.mark.parametrize("rule", [Momentum, Nesterov])
def test_at_a_constant_rate_both_conventions_of_momentum_are_one(rule: type[Momentum] | type[Nesterov]) -> None:
    torch = path(rule(learning_rate=5e-4), Rosenbrock(), (-1.2, 1.0), 300)
    keras = path(rule(learning_rate=5e-4, convention="keras"), Rosenbrock(), (-1.2, 1.0), 300)
    assert keras == pytest.approx(torch, abs=1e-10)


def test_quasi_hyperbolic_momentum_holds_the_others_as_special_cases() -> None:
    """Ma & Yarats, ICLR 2019, section 4.1: with a mean in place of a sum, the learning rate divides by 1 - beta."""
    start, beta, lr = (-1.2, 1.0), 0.9, 5e-4
    for nu, other in ((0.0, SGD(learning_rate=lr)), (1.0, Momentum(learning_rate=lr * (1 - beta), momentum=beta)),
                      (beta, Nesterov(learning_rate=lr * (1 - beta), momentum=beta))):  # fmt: skip
        ours = path(QHM(learning_rate=lr, momentum=beta, nu=nu), Rosenbrock(), start, 100)
        assert ours == pytest.approx(path(other, Rosenbrock(), start, 100), abs=1e-11)


def test_rectified_adam_is_thrown_out_by_its_unscaled_first_steps() -> None:
    """At lr 1e-2 from Rosenbrock's start torch.optim.RAdam reaches 1e17."""
    assert np.abs(path(RAdam(learning_rate=0.01), Rosenbrock(), (-1.2, 1.0), 5)).max() > 1e15


def test_decay_inside_adam_is_evened_out_and_outside_it_is_not() -> None:
    """Adam's first step is lr whatever the gradient, so whatever the decay in it; AdamW's is longer by the decay."""
    for strength in (0.01, 0.1):
        inside = path(Adam(learning_rate=0.01, weight_decay=strength), Parabola(), (2.0,), 1)
        outside = path(AdamW(learning_rate=0.01, weight_decay=strength), Parabola(), (2.0,), 1)
        assert inside[1] == pytest.approx([2.0 - 0.01], abs=1e-9)
        assert outside[1] == pytest.approx([2.0 - 0.01 - 0.01 * strength * 2.0], abs=1e-9)


@pytest.mark.parametrize("rule", [SignSGD, Lion])
def test_a_step_by_signs_is_exactly_the_learning_rate(rule: type[SignSGD] | type[Lion]) -> None:
    moved = np.abs(np.diff(path(rule(learning_rate=0.01), Rosenbrock(), (-1.2, 1.0), 20), axis=0))
    assert moved == pytest.approx(np.full((20, 2), 0.01), abs=1e-15)


def test_the_switch_brings_the_other_librarys_numbers_unless_a_hand_moved_them() -> None:
    keras = in_convention(RMSprop(momentum=0.5), "keras")
    assert (keras.convention, keras.decay, keras.epsilon, keras.momentum) == ("keras", 0.9, 1e-7, 0.5)
    assert in_convention(keras, "torch") == RMSprop(momentum=0.5)
    assert in_convention(RMSprop(decay=0.95), "keras").decay == 0.95
    assert in_convention(SGD(), "keras") == SGD()
    with pytest.raises(ValueError, match="'caffe' is not one of torch, keras"):
        in_convention(Adam(), "caffe")
    for entry in OPTIMIZERS:
        once = in_convention(entry.item(), "keras")
        assert in_convention(once, "torch") == entry.item()
