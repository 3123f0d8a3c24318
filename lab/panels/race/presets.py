"""Ready-made races: a landscape, starts that teach something, and rates at which every rule runs."""

from __future__ import annotations

import math
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


def _among(
    landscape: Landscape,
    starts: tuple[Point, ...],
    *rules: Optimizer,
    noise: float = 0.0,
    batch_size: int = 0,
) -> Callable[[], Run]:
    """Make a race of these rules."""

    def make() -> Run:
        racers = tuple(Entrant(i, rule) for i, rule in enumerate(rules))
        return Run(RaceConfig(landscape, racers, starts, noise=noise, batch_size=batch_size), seed=42)

    return make


def _race(
    landscape: Landscape,
    starts: tuple[Point, ...],
    *,
    sgd: float,
    momentum: float,
    rmsprop: float,
    adam: float,
    beta: float = 0.9,
    batch_size: int = 0,
) -> Callable[[], Run]:
    """Make a race of the six rules; arguments named after a rule are its learning rate."""
    return _among(
        landscape,
        starts,
        SGD(learning_rate=sgd),
        Momentum(learning_rate=momentum, momentum=beta),
        Nesterov(learning_rate=momentum, momentum=beta),
        RMSprop(learning_rate=rmsprop, decay=0.95),
        Adam(learning_rate=adam),
        LBFGS(),
        batch_size=batch_size,
    )


def _ravine() -> Run:
    """Each rule near its best rate for curvatures 1 and 50, from a point off the valley's floor.

    Gradient descent is fastest at 2 / (1 + 50) and then changes sides at every step. Momentum's fastest rate would
    change sides, too; a third of it gives the ball the damping that just carries it along the valley (curvature 1).
    """
    angle = math.radians(30.0)
    c, s, u, v = math.cos(angle), math.sin(angle), -2.2, 0.75
    start = (round(c * u - s * v, 2), round(s * u + c * v, 2))
    rules = (
        SGD(learning_rate=0.039),
        Momentum(learning_rate=0.02, momentum=0.75),
        Nesterov(learning_rate=0.02, momentum=0.75),
    )
    return _among(Quadratic(condition_number=50.0, rotation=30.0), (start,), *rules)()


#: A valley that runs round in a ring and down to the left; short enough for its field.
RING = Formula(expression="(x^2+y^2-4)^2/8 + x/2", x_lo=-3.0, x_hi=3.0, y_lo=-2.5, y_hi=2.5)


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
        "ravine", "Quadratic · ill-conditioned",
        "Curvatures 50 to 1: gradient descent zig-zags from wall to wall, momentum arrives in a third of the steps.",
        _ravine, {"curvature": True, "focus_lane": 0},
    ),
    Preset(
        "rastrigin", "Rastrigin · many minima",
        "Local minima on a grid: short steps are caught in the nearest, long first steps in others; all are caught.",
        _among(Rastrigin(), ((2.0, 1.2),), SGD(learning_rate=0.002), Momentum(learning_rate=0.0008, momentum=0.95),
               RMSprop(learning_rate=0.2, decay=0.9), Adam(learning_rate=0.6), LBFGS()),
        {"world": (-0.5, -0.7, 3.4, 2.6)},
    ),
    Preset(
        "saddle", "Saddle · which way down",
        "Started almost on the ridge: descent lingers at the saddle, scaling leaves it soonest.",
        _among(Saddle(), ((1.8, 0.001),), SGD(learning_rate=0.02), Momentum(learning_rate=0.006, momentum=0.9),
               Nesterov(learning_rate=0.006, momentum=0.9), RMSprop(learning_rate=0.02, decay=0.95),
               Adam(learning_rate=0.03)),
    ),
    Preset(
        "noisy", "Himmelblau · noisy gradients",
        "The same noise on every gradient: averaging smooths the path, but only shorter steps come to rest lower.",
        _among(Himmelblau(), ((-0.5, 3.0),), SGD(learning_rate=0.006), SGD(learning_rate=0.0006),
               Momentum(learning_rate=0.0006, momentum=0.9), Adam(learning_rate=0.11), noise=40.0),
        {"focus_lane": 2, "world": (-4.3, 1.4, 4.6, 3.2)},
    ),
    Preset(
        "regression", "Linear regression · skewed bowl",
        "Raw features make a skewed bowl; Features: Standardised, in the set-up, turns it round, and the way is short.",
        _race(LinearRegression(), ((-2.5, -2.2),), sgd=0.12, momentum=0.03, beta=0.8, rmsprop=0.05, adam=0.2),
        {"data": True},
    ),
    Preset(
        "logistic", "Logistic regression · two clouds", "Minibatches of eight: each step sees other points.",
        _race(LogisticRegression(), ((-3.2, -2.8),), sgd=0.2, momentum=0.05, rmsprop=0.05, adam=0.15, batch_size=8),
        # Momentum swings far over the domain of the landscape before it comes back.
        {"data": True, "world": (-4.0, -3.6, 8.8, 10.6)},
    ),
    Preset(
        "network", "Slice through a network", "The loss of a small trained network, along two random directions.",
        _race(NetworkSlice(), ((-0.85, 0.8), (0.8, 0.7)), sgd=0.03, momentum=0.01, rmsprop=0.01, adam=0.03),
    ),
    Preset(
        "sharp_and_flat", "Sharp and flat · which generalises",
        "Short steps end in the sharp valley, where the training loss is lowest; long ones in the flat one, "
        "where the test loss is.",
        _among(SharpAndFlat(), ((-2.0, 0.5),), SGD(learning_rate=0.1), RMSprop(learning_rate=0.03, decay=0.95),
               RMSprop(learning_rate=0.3, decay=0.95), SGD(learning_rate=0.6)),
        {"test_loss": True},
    ),
    Preset(
        "formula", "Your own formula",
        "A ring-shaped valley that tilts, round which the rules race: type any loss in x and y, its slope is exact.",
        _race(RING, ((2.3, 0.5),), sgd=0.05, momentum=0.02, rmsprop=0.05, adam=0.15),
        {"setup": True},
    ),
    Preset(
        "parabola", "Parabola · one weight",
        "A ball on w²: small learning rates creep, 0.5 lands at once, up to 1 it hops across, above 1 it diverges.",
        _among(Parabola(), ((-1.0,),), *(SGD(learning_rate=rate) for rate in (0.02, 0.5, 0.95, 1.05))),
        {"focus_lane": 3},
    ),
    Preset(
        "double_well", "Double well · one weight",
        "Two valleys, one deeper: momentum carries a ball over the hump that stops descent at the same rate.",
        _among(DoubleWell(), ((1.7,),), SGD(learning_rate=0.015), Momentum(learning_rate=0.015, momentum=0.9),
               Nesterov(learning_rate=0.015, momentum=0.9)),
        {"focus_lane": 1},
    ),
    Preset(
        "derivative", "Numerical derivative · one weight",
        "A secant beside the tangent: with a large h it cuts the curve, with a tiny one it drowns in rounding.",
        _race(Wavy(amplitude=0.6, frequency=2.0), ((-5.0,),), sgd=0.06, momentum=0.03, rmsprop=0.06, adam=0.16),
        {"difference": True},
    ),
)  # fmt: skip
