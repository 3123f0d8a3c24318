"""What every registered schedule promises; a new one needs no new test. And what single ones do."""

from __future__ import annotations

import dataclasses
import inspect
import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab.core.errors import BadValue
from lab.core.params import check, declared
from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers import LandscapeAsk
from lab.engine.optimizers._clip import clip_by_norm, clip_by_value
from lab.engine.optimizers.sgd import SGD
from lab.engine.schedules import SCHEDULES, Array, ByStep, Schedule, State
from lab.engine.schedules.cosine import Cosine
from lab.engine.schedules.drawn import Drawn
from lab.engine.schedules.exponential import Exponential
from lab.engine.schedules.inverse_time import InverseTime
from lab.engine.schedules.one_cycle import OneCycle
from lab.engine.schedules.plateau import ReduceOnPlateau
from lab.engine.schedules.warmup_cosine import WarmupCosine

from .strategies import configs
from .typeset import height

every = pytest.mark.parametrize("id", SCHEDULES.ids())
BASE, HORIZON = 0.3, 50


def losses(rows: int, steps: int) -> Array:
    """Noisy and falling, shape (steps, rows)."""
    rng = np.random.default_rng(0)
    return np.linspace(5.0, 1.0, steps)[:, None] * (1.0 + 0.2 * rng.random((steps, rows)))


def run(schedule: Schedule, seen: Array, first: int = 0, state: State | None = None) -> tuple[Array, State]:
    """Rates of every step and row, shape (steps, rows), and the last state; every array handed out is locked."""
    state = schedule.start(seen.shape[1]) if state is None else state
    rows = []
    for t, loss in enumerate(seen, first):
        for array in state.values():
            array.flags.writeable = False
        rate, state = schedule.rate(BASE, float(t), HORIZON, loss, state)
        assert isinstance(rate, float) or rate.shape == (seen.shape[1], 1)
        rows.append(np.broadcast_to(rate, (seen.shape[1], 1))[:, 0])
    return np.array(rows), state


@every
@given(data=st.data())
@settings(max_examples=20)
def test_rates_are_above_zero_and_never_above_the_base(id: str, data: st.DataObject) -> None:
    schedule = data.draw(configs(SCHEDULES[id]))
    rates, _state = run(schedule, losses(3, 70))
    assert np.isfinite(rates).all()
    assert (rates >= 0).all()
    assert (rates[: HORIZON - 1] > 0).all()
    assert (rates <= BASE * (1 + 1e-12)).all()


@every
def test_rows_do_not_know_of_each_other(id: str) -> None:
    schedule = SCHEDULES[id]()
    seen = losses(5, 60)
    together, state = run(schedule, seen)
    for row in range(5):
        alone, end = run(schedule, seen[:, row : row + 1])
        assert np.array_equal(alone[:, 0], together[:, row])
        assert all(np.array_equal(end[k], state[k][row : row + 1]) for k in state)


@every
def test_a_run_can_be_taken_up_from_any_state(id: str) -> None:
    schedule = SCHEDULES[id]()
    seen = losses(2, 60)
    whole, _end = run(schedule, seen)
    _rates, middle = run(schedule, seen[:37])
    assert np.array_equal(run(schedule, seen[37:], first=37, state=middle)[0], whole[37:])


@every
@pytest.mark.parametrize("horizon", [0, 1, 2, 3])
def test_a_tiny_horizon_breaks_nothing(id: str, horizon: int) -> None:
    schedule = SCHEDULES[id]()
    state = schedule.start(1)
    for t in range(5):
        rate, state = schedule.rate(BASE, float(t), horizon, np.ones(1), state)
        assert np.isfinite(rate)
        assert 0 <= np.max(rate) <= BASE * (1 + 1e-12)


@every
def test_an_axis_of_steps_gives_a_curve(id: str) -> None:
    """What a picture of the schedule is drawn from, and what gives each row its own age."""
    schedule = SCHEDULES[id]()
    if not isinstance(schedule, ByStep):
        return
    curve = schedule.factor(np.arange(60.0), HORIZON)
    # A power of many numbers at once may differ from that of one in the last bit.
    one_by_one = [schedule.factor(float(t), HORIZON) for t in range(60)]
    assert np.broadcast_to(curve, 60) == pytest.approx(one_by_one, rel=1e-14, abs=1e-16)
    ages = np.array([[3.0], [0.0], [41.0]])
    rate, _state = schedule.rate(BASE, ages, HORIZON, np.ones(3), schedule.start(3))
    assert np.array_equal(np.broadcast_to(rate, (3, 1)), BASE * np.broadcast_to(schedule.factor(ages, HORIZON), (3, 1)))


@every
def test_is_a_frozen_value_that_explains_itself(id: str) -> None:
    cls = SCHEDULES[id]
    schedule = cls()
    check(schedule)
    assert schedule == cls()
    assert hash(schedule) == hash(cls())
    assert not hasattr(schedule, "__dict__")
    if dataclasses.fields(schedule):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(schedule, dataclasses.fields(schedule)[0].name, 1)
    assert all(d.param.doc for d in declared(cls))
    assert inspect.getdoc(cls)
    assert cls.why.endswith(".")
    assert cls.source
    assert 0 < height(cls.latex) < 60


def test_where_the_curves_begin_and_end() -> None:
    assert Cosine(floor=0.2).factor(0.0, 100) == 1.0
    assert Cosine(floor=0.2).factor(100.0, 100) == pytest.approx(0.2)
    assert Cosine(floor=0.2).factor(150.0, 100) == pytest.approx(0.2)
    warm = WarmupCosine(warmup=0.2, first=0.1)
    assert warm.factor(0.0, 100) == pytest.approx(0.1)
    assert warm.factor(10.0, 100) == pytest.approx(0.55)
    assert warm.factor(20.0, 100) == 1.0
    assert warm.factor(100.0, 100) == pytest.approx(0.0)
    assert OneCycle().factor(29.0, 100) == 1.0
    assert OneCycle().factor(0.0, 100) == pytest.approx(1 / 25)
    assert OneCycle().factor(99.0, 100) == pytest.approx(1 / 25 / 1e4)
    assert InverseTime(half_time=8.0).factor(8.0, 1) == 0.5
    assert Exponential(gamma=0.995).factor(138.0, 1) == pytest.approx(0.5, abs=2e-3)


def test_a_drawn_curve_goes_through_its_points_and_may_jump() -> None:
    drawn = Drawn(points=((0.0, 0.2), (0.5, 1.0), (0.5, 0.3), (1.0, 0.1)))
    check(drawn)
    at = [drawn.factor(float(t), 100) for t in (0, 25, 49, 50, 75, 100, 300)]
    assert at == pytest.approx([0.2, 0.6, 0.984, 0.3, 0.2, 0.1, 0.1])
    assert Drawn(points=((0.4, 0.7),)).factor(np.array([0.0, 90.0]), 100).tolist() == [0.7, 0.7]
    late = Drawn(points=((0.4, 0.7), (0.8, 0.1)))
    assert [late.factor(t, 10) for t in (0.0, 4.0, 6.0, 9.0)] == pytest.approx([0.7, 0.7, 0.4, 0.1])


corners = st.lists(
    st.tuples(st.integers(0, 50).map(lambda k: k / 50), st.floats(1e-6, 10.0)), min_size=1, max_size=8
).map(lambda points: tuple(sorted(points, key=lambda p: p[0])))


@given(points=corners)
@settings(max_examples=60)
def test_a_drawn_curve_is_exact_at_its_points_and_between_them(points: tuple[tuple[float, float], ...]) -> None:
    drawn = Drawn(points=points)
    check(drawn)
    places = [place for place, _ in points]
    # To the bit at a point; of several at one place the last one holds from there on.
    for place, factor in dict(points).items():
        assert drawn.factor(round(place * 50), 50) == factor
    for (a, low), (b, high) in itertools.pairwise(points):
        if b - a > 0.03:
            middle = 0.5 * (a + b)
            assert drawn.factor(middle * 50, 50) == pytest.approx(0.5 * (low + high), rel=1e-12)
    before = points[0][1] if places.count(places[0]) == 1 or places[0] > 0 else dict(points)[places[0]]
    assert drawn.factor(-1.0, 50) == points[0][1]
    assert drawn.factor(0.0, 50) == before
    # Beyond the end the last factor holds.
    assert drawn.factor(np.array([50.0, 51.0, 1e9]), 50).tolist() == [points[-1][1]] * 3


def test_before_a_jump_at_the_beginning_the_first_factor_holds() -> None:
    drawn = Drawn(points=((0.5, 1.0), (0.5, 0.2), (1.0, 0.2)))
    assert [drawn.factor(t, 10) for t in (0.0, 4.0, 5.0, 6.0)] == [1.0, 1.0, 0.2, 0.2]


def test_every_ready_shape_is_a_curve() -> None:
    (points,) = declared(Drawn)
    assert points.param.meaning == "curve"
    for _title, shape in points.param.examples:
        check(Drawn(points=shape))
        assert (shape[0][0], shape[-1][0]) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("points", "why"),
    [
        ((), "at least one point"),
        (((0.0, 1.0), (1.5, 1.0)), r"^points\[1\]\[0\]: point 2 at 1.5 does not lie between 0 and 1$"),
        (((0.5, 1.0), (0.2, 1.0)), r"^points\[1\]\[0\]: point 2 at 0.2 comes before point 1 at 0.5$"),
        (((0.0, 0.0),), r"^points\[0\]\[1\]: point 1 has the factor 0, which is not above 0$"),
        (((0.0, 1.0), (1.0, -2.0)), r"^points\[1\]\[1\]: point 2 has the factor -2, which is not above 0$"),
        (((0.0, 1.0), (1.0, float("inf"))), r"^points\[1\]\[1\]: inf is not a finite number$"),
        (((0.0, 1.0), (float("nan"), 1.0)), r"^points\[1\]\[0\]: nan is not a finite number$"),
        (((0.0, 1.0, 2.0),), r"^points\[0\]: has 3 entries where 2 are expected$"),
    ],
)
def test_a_drawn_curve_refuses_nonsense(points: tuple[tuple[float, float], ...], why: str) -> None:
    with pytest.raises(BadValue, match=why):
        check(Drawn(points=points))


def test_each_row_drops_on_its_own_plateau() -> None:
    schedule = ReduceOnPlateau(factor_per_drop=0.5, patience=2)
    seen = np.stack([np.linspace(5, 1, 8), np.full(8, 3.0)], axis=1)
    rates, _state = run(schedule, seen)
    assert (rates[:, 0] == BASE).all()
    assert rates[:, 1] / BASE == pytest.approx([1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25])


def test_a_schedule_of_rows_drives_an_optimizer() -> None:
    """Plain descent at 0.21 on a bowl of steepness 10 diverges; on its own plateau a row is brought down."""
    landscape = LANDSCAPES["quadratic"]()
    ask = LandscapeAsk(landscape)
    theta = np.array([[1.0, 1.0], [1e-3, -1e-3]])
    schedule = ReduceOnPlateau(factor_per_drop=0.5, patience=3)
    state = schedule.start(2)
    before = landscape.value(theta)
    for t in range(200):
        rate, state = schedule.rate(0.21, float(t), 200, landscape.value(theta), state)
        theta = SGD().step(theta, {}, ask, rate, np.random.default_rng).theta
    assert (landscape.value(theta) < 1e-3 * before).all()


def test_clipping_keeps_the_direction_or_the_box() -> None:
    gradient = np.array([[3.0, 4.0], [0.3, -0.4], [0.0, 0.0], [-300.0, 1.0]])
    short = clip_by_norm(gradient, 1.0)
    assert np.linalg.norm(short, axis=1) == pytest.approx([1.0, 0.5, 0.0, 1.0], abs=1e-6)
    assert (np.linalg.norm(short, axis=1) <= 1.0).all()
    assert short[:, 0] * gradient[:, 1] == pytest.approx(short[:, 1] * gradient[:, 0])
    assert clip_by_value(gradient, 1.0).tolist() == [[1.0, 1.0], [0.3, -0.4], [0.0, 0.0], [-1.0, 1.0]]
    assert gradient[0].tolist() == [3.0, 4.0]


@pytest.mark.parametrize("entry", SCHEDULES, ids=lambda e: e.id)
def test_one_age_for_all_rows_gives_each_the_same_bits(entry) -> None:
    """Whether the rows share one number or bring their own must not show: a late start would change the others."""
    schedule = entry.item()
    if not isinstance(schedule, ByStep):
        return
    ages = np.arange(0.0, 400.0)
    alone = [float(schedule.factor(float(t), 240)) for t in ages]
    assert np.broadcast_to(schedule.factor(ages[:, None], 240), (400, 1)).ravel().tolist() == alone
    assert [float(np.broadcast_to(schedule.factor(np.full((3, 1), t), 240), (3, 1))[1, 0]) for t in ages] == alone


def test_lanes_that_ask_about_the_same_step_let_its_factor_be_found_once():
    asked = []

    @dataclasses.dataclass(frozen=True)
    class Counted(ByStep):
        share: float

        def factor(self, t, horizon):
            asked.append((self.share, t, horizon))
            return self.share * t / horizon

    for _ in range(3):
        for share in (0.5, 0.25):
            rate, state = Counted(share).rate(2.0, 6.0, 8, np.zeros(1), {})
            assert (rate, state) == (2.0 * share * 6.0 / 8, {})
    assert asked == [(0.5, 6.0, 8), (0.25, 6.0, 8)]
    ages = np.array([[6.0], [7.0]])
    assert np.array_equal(Counted(0.5).rate(2.0, ages, 8, np.zeros(2), {})[0], 2.0 * 0.5 * ages / 8)
