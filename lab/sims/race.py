"""The optimizer race: several rules from the same starts on one landscape, step for step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lab.core import params
from lab.core.errors import BadValue
from lab.core.lanes import Lanes
from lab.core.params import choice, param
from lab.core.run import EVENTS, Run, SetParam, random_stream
from lab.core.simulation import Mark, read_only
from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.engine.landscapes.himmelblau import Himmelblau
from lab.engine.optimizers import OPTIMIZERS, Array, LandscapeAsk, Optimizer
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.lbfgs import LBFGS
from lab.engine.optimizers.momentum import Momentum
from lab.engine.optimizers.nesterov import Nesterov
from lab.engine.optimizers.rmsprop import RMSprop
from lab.engine.optimizers.sgd import SGD
from lab.sims import SIMS
from lab.sims._racer import REASONS, Racer

Point = tuple[float, ...]

#: Histories are kept for this many starts; more than that are shown as density, not as trails.
TRACED_STARTS = 64
#: Channels of the race's trace.
CHANNELS = ("x", "y", "excess", "gradient_norm", "distance", "segment")

_MOST = np.finfo(np.float32).max


@dataclass(frozen=True, slots=True)
class Entrant:
    """One racer: a rule under a permanent number, which names its lane, colour and random stream."""

    id: int = param(0, lo=0)
    optimizer: Optimizer = choice(OPTIMIZERS, SGD)


def _default_racers() -> tuple[Entrant, ...]:
    rules: list[Optimizer] = [
        SGD(learning_rate=0.0016),
        Momentum(learning_rate=0.0007, momentum=0.93),
        Nesterov(learning_rate=0.0008, momentum=0.92),
        RMSprop(learning_rate=0.035, decay=0.95),
        Adam(learning_rate=0.11),
        LBFGS(),
    ]
    return tuple(Entrant(i, rule) for i, rule in enumerate(rules))


@dataclass(frozen=True, slots=True)
class RaceConfig:
    """What is raced on, who races, and from where."""

    landscape: Landscape = choice(LANDSCAPES, Himmelblau)
    racers: tuple[Entrant, ...] = params.made(_default_racers)
    starts: tuple[Point, ...] = param(((0.2, -4.1), (1.1, 4.55)), doc="Start points; more can be dropped at any step.")
    noise: float = param(
        0.0, lo=0.0, soft=(0.0, 50.0), label="Gradient noise", symbol="σ", effect="live",
        doc="Standard deviation of Gaussian noise added to every gradient; the same for all racers of a start.",
    )  # fmt: skip
    target: float = param(
        1e-4, above=0.0, soft=(1e-12, 10.0), log=True, label="Target",
        doc="A racer has arrived once its loss is this close to the lowest known minimum.",
    )  # fmt: skip

    def check(self) -> None:
        """Raise `BadValue` for starts of the wrong dimension or racers under one number."""
        for i, point in enumerate(self.starts):
            _check_point(self.landscape, point, f"starts[{i}]")
        ids = [r.id for r in self.racers]
        for i, id in enumerate(ids):
            if id in ids[:i]:
                raise BadValue(f"racers[{i}].id", f"{id} is already taken")


@EVENTS.register("place_starts", title="Drop start points")
@dataclass(frozen=True, slots=True)
class PlaceStarts:
    """New start points, dropped at this step; each gets the next free letter."""

    points: tuple[Point, ...] = param(())


@EVENTS.register("move_start", title="Drag a point")
@dataclass(frozen=True, slots=True)
class MoveStart:
    """A start's racers (or one lane's only) carried to a point; moments are kept."""

    start: int = param(0, lo=0)
    point: Point = param(())
    lane: int | None = param(None)


@EVENTS.register("remove_start", title="Remove a start point")
@dataclass(frozen=True, slots=True)
class RemoveStart:
    """A start and its racers taken out; its slot stays, so that the others' random numbers do."""

    start: int = param(0, lo=0)


@dataclass(frozen=True, slots=True)
class RaceFrame:
    """All that the race's view may see. L lanes, S starts, d coordinates; arrays are read-only and finite.

    Attributes
    ----------
    step : int
        The step this is.
    lanes : tuple of int
        Ids of the racers, length L.
    starts : (S, d) array
        Where each start was dropped or last dragged to; `present` (S,) says which still take part, `born` (S,) when.
    theta, gradient : (L, S, d) arrays
        Positions and exact gradients; a diverged racer stays where it was last finite.
    loss, excess : (L, S) arrays
        Loss, and loss above the lowest known minimum.
    diverged_at, reached_at : (L, S) arrays of int
        Steps, or -1.
    reason : (L, S) array of int
        Index into `REASONS` for diverged racers.
    path_length : (L, S) array
        Distance travelled.
    segment : (L, S) array of int
        How often the racer was carried by hand.
    function_evaluations, gradient_evaluations : (L, S) arrays of int
        What each racer has asked of the landscape.
    optimizers : tuple of Optimizer
        The rules as they now stand (live parameters included), length L.
    noise : float
        Standard deviation of the gradient noise now.
    """

    step: int
    lanes: tuple[int, ...]
    starts: Array
    present: NDArray[np.bool_]
    born: NDArray[np.int64]
    theta: Array
    gradient: Array
    loss: Array
    excess: Array
    diverged_at: NDArray[np.int64]
    reason: NDArray[np.int8]
    reached_at: NDArray[np.int64]
    path_length: Array
    segment: NDArray[np.int64]
    function_evaluations: NDArray[np.int64]
    gradient_evaluations: NDArray[np.int64]
    optimizers: tuple[Optimizer, ...]
    noise: float


@dataclass(frozen=True, slots=True)
class Dissect:
    """Query: take the next step of one racer apart."""

    lane: int
    start: int


@dataclass(frozen=True, slots=True)
class Dissection:
    """Answer to `Dissect`: the step that would come next, its parts (they add up to it) and its numbers."""

    theta: Array
    theta_next: Array
    gradient: Array
    parts: dict[str, Array]
    symbols: dict[str, Any]
    finite: bool


@dataclass(frozen=True, slots=True)
class LookAt:
    """Query: the landscape under the cursor. The answer is (value, gradient)."""

    point: Point


@dataclass(frozen=True, slots=True)
class _Shared:
    noise: float
    starts: Array
    present: NDArray[np.bool_]
    born: NDArray[np.int64]


def lowest(landscape: Landscape) -> float:
    """The lowest known minimum value, or 0 where the landscape has none (the loss itself is then shown)."""
    minima = [c.value for c in landscape.critical_points if c.kind == "minimum"]
    return min(minima) if minima and landscape.bounded_below else 0.0


@SIMS.register("race", title="Optimizer race")
class Race:
    """Racers as lanes, start points as the batch; cost of a step: lanes x (one gradient of all starts + one update)."""

    config_type: ClassVar[type[Any]] = RaceConfig
    event_types: ClassVar[tuple[type[Any], ...]] = (SetParam, PlaceStarts, MoveStart, RemoveStart)
    step_name: ClassVar[str] = "Step"

    def __init__(self, run: Run) -> None:
        config: RaceConfig = run.config
        self._config = config
        self._seed = run.seed
        self._lowest = lowest(config.landscape)
        minima = [c.point for c in config.landscape.critical_points if c.kind == "minimum"]
        self._minima = np.array(minima, dtype=np.float64).reshape(len(minima), config.landscape.dim)
        starts = np.array(config.starts, dtype=np.float64).reshape(len(config.starts), config.landscape.dim)
        # Nothing can arrive where the loss falls without end.
        target = self._lowest + config.target if config.landscape.bounded_below else -np.inf
        self._lanes = Lanes(
            {
                entrant.id: Racer(config.landscape, entrant.optimizer, starts, target, self._stream(entrant.id))
                for entrant in config.racers
            }
        )
        n = len(starts)
        self._shared = _Shared(config.noise, read_only(starts), np.ones(n, dtype=bool), np.zeros(n, dtype=np.int64))
        self._marks: tuple[Mark, ...] = ()

    def _stream(self, lane: int) -> Callable[[int], np.random.Generator]:
        return lambda t: random_stream(self._seed, f"optimizer/{lane}", t)

    @property
    def t(self) -> int:
        """Steps taken."""
        return self._lanes.t

    @property
    def done(self) -> bool:
        """Never: points can be dropped at any step, and a race of none is still a race."""
        return False

    @classmethod
    def accepts(cls, config: RaceConfig, event: Any) -> None:
        """Raise `BadValue` when `event` makes no sense for `config`."""
        params.check(event)
        lane = getattr(event, "lane", None)
        optimizer = next((r.optimizer for r in config.racers if r.id == lane), None)
        if lane is not None and optimizer is None:
            raise BadValue("lane", f"there is no racer {lane}")
        if isinstance(event, SetParam):
            owner = config if optimizer is None else optimizer
            declared = params.field_of(type(owner), event.name)
            if declared.param.effect != "live":
                raise BadValue(event.name, "can't be changed while running")
            params.replace(owner, event.name, event.value)
        elif isinstance(event, PlaceStarts):
            for i, point in enumerate(event.points):
                _check_point(config.landscape, point, f"points[{i}]")
        elif isinstance(event, MoveStart):
            _check_point(config.landscape, event.point, "point")

    def step(self) -> None:
        """All racers take one step; the gradient noise of a start is the same for every racer."""
        t = self._lanes.t
        shared = self._shared
        noise = None
        if shared.noise > 0.0:
            draw = random_stream(self._seed, "gradient noise", t)
            noise = shared.noise * draw.standard_normal(shared.starts.shape)
        before = [(lane.state.reached_at, lane.state.diverged_at) for lane in self._lanes.lanes.values()]
        for lane in self._lanes.lanes.values():
            lane.noise = noise
        self._lanes.step()
        self._marks = self._news(before)

    def _news(self, before: list[tuple[NDArray[np.int64], NDArray[np.int64]]]) -> tuple[Mark, ...]:
        marks = []
        for (id, lane), (reached, diverged) in zip(self._lanes.lanes.items(), before, strict=True):
            # Arrays are replaced, never written into: the same object means nothing happened.
            if lane.state.reached_at is not reached and (lane.state.reached_at == self.t).any():
                marks.append(Mark(self.t, "at target", id, "reached"))
            if lane.state.diverged_at is not diverged and (lane.state.diverged_at == self.t).any():
                marks.append(Mark(self.t, "diverged", id, "diverged"))
        return tuple(marks)

    def apply(self, event: Any) -> None:
        """Let an event of the present step happen."""
        shared, lanes = self._shared, self._lanes.lanes
        if isinstance(event, SetParam) and event.lane is None:
            changed = params.replace(self._config, event.name, event.value)
            self._shared = _Shared(changed.noise, shared.starts, shared.present, shared.born)
        elif isinstance(event, SetParam):
            self._lanes.apply_to(event, event.lane)
        elif isinstance(event, PlaceStarts):
            points = np.array(event.points, dtype=np.float64).reshape(len(event.points), self._config.landscape.dim)
            for lane in lanes.values():
                lane.add(points, self.t)
            n = len(points)
            self._shared = _Shared(
                shared.noise,
                read_only(np.concatenate([shared.starts, points])),
                np.concatenate([shared.present, np.ones(n, dtype=bool)]),
                np.concatenate([shared.born, np.full(n, self.t, dtype=np.int64)]),
            )
        elif isinstance(event, MoveStart) and self._has(event.start):
            point = np.array(event.point, dtype=np.float64)
            for lane in lanes.values() if event.lane is None else (lanes[event.lane],):
                lane.move(event.start, point, self.t)
            if event.lane is None:
                starts = shared.starts.copy()
                starts[event.start] = point
                self._shared = _Shared(shared.noise, read_only(starts), shared.present, shared.born)
        elif isinstance(event, RemoveStart) and self._has(event.start):
            for lane in lanes.values():
                lane.stop(event.start)
            present = shared.present.copy()
            present[event.start] = False
            self._shared = _Shared(shared.noise, shared.starts, present, shared.born)

    def _has(self, start: int) -> bool:
        """Whether a start takes part; an event about one that does not (any more) changes nothing."""
        return start < len(self._shared.present) and bool(self._shared.present[start])

    def snapshot(self) -> Any:
        """What all share, and the state of every lane."""
        return (self._shared, self._lanes.snapshot())

    def restore(self, snapshot: Any) -> None:
        """Return to a state that `snapshot` gave."""
        self._shared, lanes = snapshot
        self._lanes.restore(lanes)
        self._marks = ()

    def marks(self) -> tuple[Mark, ...]:
        """Targets reached and racers diverged during the last step."""
        return self._marks

    def frame(self) -> RaceFrame:
        """The present state for the view; cost: a copy of every racer's numbers."""
        states = [lane.state for lane in self._lanes.lanes.values()]
        shared = self._shared
        n, d = shared.starts.shape

        def stacked(name: str, *shape: int, dtype: type[Any] = np.int64) -> NDArray[Any]:
            rows = [getattr(state, name) for state in states]
            return read_only(np.stack(rows) if rows else np.zeros((0, n, *shape), dtype=dtype))

        loss = stacked("loss", dtype=np.float64)
        return RaceFrame(
            self.t, tuple(self._lanes.lanes), shared.starts, read_only(shared.present), read_only(shared.born),
            stacked("theta", d, dtype=np.float64), stacked("gradient", d, dtype=np.float64), loss,
            read_only(loss - self._lowest), stacked("diverged_at"), stacked("reason", dtype=np.int8),
            stacked("reached_at"), stacked("path_length", dtype=np.float64), stacked("segment"),
            stacked("function_evaluations"), stacked("gradient_evaluations"),
            tuple(state.optimizer for state in states), shared.noise,
        )  # fmt: skip

    def trace(self) -> NDArray[np.float32]:
        """The histories' row of this step, shape (L, min(S, 64), 6), channels as in `CHANNELS`."""
        states = [lane.state for lane in self._lanes.lanes.values()]
        n = min(len(self._shared.starts), TRACED_STARTS)
        d = self._config.landscape.dim
        row = np.zeros((len(states), n, len(CHANNELS)), dtype=np.float32)
        if not states:
            return row
        with np.errstate(over="ignore"):
            theta = np.stack([s.theta[:n] for s in states])
            row[..., :d] = theta
            row[..., 2] = np.stack([s.loss[:n] for s in states]) - self._lowest
            gradient = np.stack([s.gradient[:n] for s in states])
            row[..., 3] = np.sqrt((gradient * gradient).sum(axis=-1))
            if len(self._minima):
                away = theta[:, :, None] - self._minima
                row[..., 4] = np.sqrt((away * away).sum(axis=-1).min(axis=-1))
        # What is finite stays finite: float32 ends at 3e38, a loss on the way out does not.
        np.clip(row, -_MOST, _MOST, out=row)
        row[..., 5] = np.stack([s.segment[:n] for s in states])
        # A diverged or removed racer leaves a gap, not a flat line.
        row[~np.stack([s.alive[:n] for s in states])] = np.nan
        return row

    def probe(self, query: Any) -> Any:
        """`Dissect` gives a `Dissection`, `LookAt` gives (value, gradient)."""
        if isinstance(query, LookAt):
            point = np.array([query.point], dtype=np.float64)
            with np.errstate(all="ignore"):
                landscape = self._config.landscape
                return float(landscape.value(point)[0]), landscape.gradient(point)[0]
        if isinstance(query, Dissect):
            return self._dissect(query.lane, query.start)
        raise TypeError(f"the race can't answer a {type(query).__name__}")

    def _dissect(self, lane: int, start: int, whole: bool = False) -> Dissection:
        """One row is enough (`whole` False), unless the rule draws: row k gets the k-th numbers of the batch."""
        state = self._lanes.lanes[lane].state
        rows, at = (slice(None), start) if whole else (slice(start, start + 1), 0)
        theta = state.theta[rows]
        inner = {name: array[rows] for name, array in state.inner.items()}
        rate = state.optimizer.learning_rate
        noise = None
        if self._shared.noise > 0.0:
            generator = random_stream(self._seed, "gradient noise", self.t)
            noise = self._shared.noise * generator.standard_normal(self._shared.starts.shape)[rows]
        stream = self._stream(lane)
        drawn: list[int] = []

        def draw() -> np.random.Generator:
            drawn.append(self.t)
            return stream(self.t)

        with np.errstate(all="ignore"):
            ask = LandscapeAsk(self._config.landscape, noise_sigma=1.0, noise=noise)
            result = state.optimizer.step(theta, inner, ask, rate, draw)
            if drawn and not whole:
                return self._dissect(lane, start, whole=True)
            symbols = state.optimizer.symbols(theta, inner, result, ask, rate)
            ask.freeze(None)
            gradient = ask.gradient(theta)
        return Dissection(
            theta[at],
            result.theta[at],
            gradient[at],
            {name: part[at] for name, part in result.parts.items()},
            {name: value[at] if isinstance(value, np.ndarray) else value for name, value in symbols.items()},
            bool(np.isfinite(result.theta[at]).all()),
        )


def _check_point(landscape: Landscape, point: Point, path: str) -> None:
    if len(point) != landscape.dim:
        raise BadValue(path, f"has {len(point)} coordinates where the landscape has {landscape.dim}")
    for value in point:
        if not np.isfinite(value):
            raise BadValue(path, f"{value} is not a finite number")


__all__ = ["CHANNELS", "REASONS", "TRACED_STARTS", "Dissect", "Dissection", "Entrant", "LookAt", "MoveStart",
           "PlaceStarts", "Race", "RaceConfig", "RaceFrame", "RemoveStart", "lowest"]  # fmt: skip
