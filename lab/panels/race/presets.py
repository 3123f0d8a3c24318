"""Ready-made races: a landscape, starts that teach something, and rates at which every rule runs."""

from __future__ import annotations

from collections.abc import Callable

from lab.core.panel import Preset
from lab.core.run import Run
from lab.engine.landscapes import Landscape
from lab.engine.landscapes.beale import Beale
from lab.engine.landscapes.double_well import DoubleWell
from lab.engine.landscapes.formula import Formula
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.landscapes.linear_regression import LinearRegression
from lab.engine.landscapes.logistic_regression import LogisticRegression
from lab.engine.landscapes.network_slice import NetworkSlice
from lab.engine.landscapes.parabola import Parabola
from lab.engine.landscapes.quadratic import Quadratic
from lab.engine.landscapes.rastrigin import Rastrigin
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.landscapes.saddle import Saddle
from lab.engine.landscapes.sharp_and_flat import SharpAndFlat
from lab.engine.landscapes.wavy import Wavy
from lab.engine.optimizers import Optimizer
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.lbfgs import LBFGS
from lab.engine.optimizers.momentum import Momentum
from lab.engine.optimizers.nesterov import Nesterov
from lab.engine.optimizers.rmsprop import RMSprop
from lab.engine.optimizers.sgd import SGD
from lab.sims.race import Entrant, Point, RaceConfig


def _race(
    landscape: Landscape,
    starts: tuple[Point, ...],
    *,
    sgd: float,
    momentum: float,
    rmsprop: float,
    adam: float,
    beta: float = 0.9,
    noise: float = 0.0,
    batch_size: int = 0,
) -> Callable[[], Run]:
    """Make a race of the six rules; arguments named after a rule are its learning rate."""

    def make() -> Run:
        rules: tuple[Optimizer, ...] = (
            SGD(learning_rate=sgd),
            Momentum(learning_rate=momentum, momentum=beta),
            Nesterov(learning_rate=momentum, momentum=beta),
            RMSprop(learning_rate=rmsprop, decay=0.95),
            Adam(learning_rate=adam),
            LBFGS(),
        )
        racers = tuple(Entrant(i, rule) for i, rule in enumerate(rules))
        return Run(RaceConfig(landscape, racers, starts, noise=noise, batch_size=batch_size), seed=42)

    return make


def _sharp_and_flat() -> Run:
    """Short steps settle in the sharp valley; long ones cannot stay in it and find the flat one."""
    rules: tuple[Optimizer, ...] = (
        SGD(learning_rate=0.1),
        Adam(learning_rate=0.1),
        RMSprop(learning_rate=0.1),
        SGD(learning_rate=0.6),
    )
    racers = tuple(Entrant(i, rule) for i, rule in enumerate(rules))
    return Run(RaceConfig(SharpAndFlat(), racers, ((-2.4, 1.2),)), seed=42)


PRESETS = (
    Preset(
        "himmelblau", "Himmelblau · four minima", "Which of four equal minima is found depends on start and rule.",
        _race(Himmelblau(), ((0.2, -4.1), (1.1, 4.55)),
              sgd=0.0016, momentum=0.0007, beta=0.93, rmsprop=0.035, adam=0.11),
    ),
    Preset(
        "rosenbrock", "Rosenbrock · curved valley", "A flat, bent valley: finding it is easy, following it is not.",
        _race(Rosenbrock(), ((-1.2, 1.0),), sgd=0.0012, momentum=0.0004, beta=0.95, rmsprop=0.01, adam=0.05),
    ),
    Preset(
        "beale", "Beale · plateau and cliffs", "Steep walls beside a flat floor: one rate hardly suits both.",
        _race(Beale(), ((1.0, 1.5), (-2.5, -1.5)), sgd=0.006, momentum=0.002, rmsprop=0.02, adam=0.08),
    ),
    Preset(
        "ravine", "Quadratic · ill-conditioned", "Curvatures 50 to 1: gradient descent zig-zags, momentum does not.",
        _race(Quadratic(condition_number=50.0, rotation=30.0), ((-3.2, 1.4),),
              sgd=0.036, momentum=0.02, rmsprop=0.05, adam=0.2),
    ),
    Preset(
        "rastrigin", "Rastrigin · many minima", "Local minima on a grid: every rule is caught in one of them.",
        _race(Rastrigin(), ((3.3, -2.6), (-2.2, 3.4)), sgd=0.002, momentum=0.0008, beta=0.95, rmsprop=0.03, adam=0.15),
    ),
    Preset(
        "saddle", "Saddle · which way down", "Started almost on the ridge: scaling finds the way down soonest.",
        _race(Saddle(), ((1.8, 0.001),), sgd=0.02, momentum=0.006, rmsprop=0.02, adam=0.03),
    ),
    Preset(
        "noisy", "Himmelblau · noisy gradients", "Noise on every gradient, the same for all: who averages it out?",
        _race(Himmelblau(), ((0.2, -4.1),),
              sgd=0.0016, momentum=0.0007, beta=0.93, rmsprop=0.035, adam=0.11, noise=20.0),
    ),
    Preset(
        "regression", "Linear regression · skewed bowl", "A loss over data: standardised features turn the bowl round.",
        _race(LinearRegression(), ((-3.0, 4.0),), sgd=0.05, momentum=0.02, rmsprop=0.05, adam=0.2, batch_size=8),
    ),
    Preset(
        "logistic", "Logistic regression · two clouds", "Minibatches of eight: each step sees other points.",
        _race(LogisticRegression(), ((-3.2, -2.8),), sgd=0.2, momentum=0.05, rmsprop=0.05, adam=0.15, batch_size=8),
    ),
    Preset(
        "network", "Slice through a network", "The loss of a small trained network, along two random directions.",
        _race(NetworkSlice(), ((-0.85, 0.8), (0.8, 0.7)), sgd=0.03, momentum=0.01, rmsprop=0.01, adam=0.03),
    ),
    Preset(
        "sharp_and_flat", "Sharp and flat · which generalises",
        "The lowest training loss lies in the sharp valley; on new data, whoever took long steps is better off.",
        _sharp_and_flat,
    ),
    Preset(
        "formula", "Your own formula", "Type a loss in x and y: its derivatives are exact.",
        _race(Formula(), ((-1.2, 1.0),), sgd=0.0012, momentum=0.0004, beta=0.95, rmsprop=0.01, adam=0.05),
    ),
    Preset(
        "parabola", "Parabola · one weight", "The simplest case: a ball on w², where a learning rate above 1 diverges.",
        _race(Parabola(), ((-1.6,),), sgd=0.06, momentum=0.02, rmsprop=0.03, adam=0.08),
    ),
    Preset(
        "double_well", "Double well · one weight", "Two valleys, one deeper: momentum can carry a ball over the hump.",
        _race(DoubleWell(), ((1.7,),), sgd=0.01, momentum=0.006, rmsprop=0.02, adam=0.06),
    ),
    Preset(
        "derivative", "Numerical derivative · one weight",
        "A secant beside the tangent: with a large h it cuts the curve, with a tiny one it drowns in rounding.",
        _race(Wavy(amplitude=0.6, frequency=2.0), ((-5.0,),), sgd=0.06, momentum=0.03, rmsprop=0.06, adam=0.16),
    ),
)  # fmt: skip
