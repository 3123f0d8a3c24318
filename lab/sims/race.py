"""The optimizer race: several rules from the same starts on one landscape, step for step."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lab.core import params
from lab.core.errors import BadValue
from lab.core.lanes import Lanes
from lab.core.run import Run, SetParam, random_stream
from lab.core.simulation import Mark, read_only
from lab.engine.landscapes import HasSamples
from lab.engine.optimizers import Array, Rate, clip_by_norm, clip_by_value
from lab.engine.schedules.constant import Constant
from lab.sims import SIMS
from lab.sims._race_config import Entrant, Point, RaceConfig, check_point, lowest
from lab.sims._race_events import (
    ClearStarts,
    LatticeStarts,
    MoveStart,
    PlaceStarts,
    RemoveStart,
    ScatterStarts,
    how_many,
    new_starts,
)
from lab.sims._race_frame import (
    CHANNELS,
    TRACED_STARTS,
    Bend,
    Cost,
    Curvature,
    Dissect,
    Dissection,
    LookAt,
    RaceFrame,
    RateNow,
)
from lab.sims._race_probes import Heard, curvature, dissect
from lab.sims._racer import Here, Plan, Racer
from lab.sims._standing import FELL, REASONS, Watch, length, news

__all__ = [
    "CHANNELS", "FELL", "REASONS", "TRACED_STARTS", "Bend", "ClearStarts", "Cost", "Curvature", "Dissect", "Dissection",
    "Entrant", "LatticeStarts", "LookAt", "MoveStart", "PlaceStarts", "Point", "Race", "RaceConfig", "RaceFrame",
    "RateNow", "RemoveStart", "ScatterStarts", "how_many", "lowest", "new_starts",
]  # fmt: skip

_MOST = np.finfo(np.float32).max


@dataclass(frozen=True, slots=True)
class _Shared:
    noise: float
    batch_size: int
    starts: Array
    present: NDArray[np.bool_]
    born: NDArray[np.int32]


@SIMS.register("race", title="Optimizer race")
class Race:
    """Racers as lanes, start points as the batch; a step costs one update a lane and one loss and gradient of all."""

    config_type: ClassVar[type[Any]] = RaceConfig
    event_types: ClassVar[tuple[type[Any], ...]] = (
        SetParam, PlaceStarts, ScatterStarts, LatticeStarts, MoveStart, RemoveStart, ClearStarts,
    )  # fmt: skip
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
        self._watch = Watch(config.landscape, target)
        self._standing = self._watch.begin(len(config.racers), starts, 0)
        plan = _plan(config)
        self._lanes = Lanes(
            {
                entrant.id: Racer(config.landscape, entrant.optimizer, starts, self._stream(entrant.id), plan)
                for entrant in config.racers
            }
        )
        n = len(starts)
        self._shared = _Shared(
            config.noise, config.batch_size, read_only(starts), np.ones(n, dtype=bool), np.zeros(n, dtype=np.int32)
        )
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
                check_point(config.landscape, point, f"points[{i}]")
        elif isinstance(event, MoveStart):
            check_point(config.landscape, event.point, "point")

    def step(self) -> None:
        """All racers take one step; the gradient noise of a start is the same for every racer."""
        old, t = self._standing, self._lanes.t
        self._tell(self._noise(t), self._batch(t))
        self._lanes.step()
        if lanes := self._lanes.lanes.values():
            began = perf_counter()
            self._standing = new = self._watch.after(old, np.array([lane.theta for lane in lanes]), t)
            self._lanes.spent_for_all(perf_counter() - began)
            if new.alive is not old.alive:
                for lane, alive in zip(lanes, new.alive, strict=True):
                    lane.settle(alive)
        self._marks = news(old, self._standing, tuple(self._lanes.lanes), self.t)

    def _tell(self, noise: Array | None, batch: NDArray[np.intp] | None) -> None:
        """Tell every lane where it stands and what the next step hears."""
        now, born = self._standing, self._shared.born
        rows = zip(self._lanes.lanes.values(), now.theta, now.loss, now.gradient, now.alive, strict=True)
        for lane, theta, loss, gradient, alive in rows:
            lane.listen(Here(theta, loss, gradient, alive, born, noise, batch))

    def _noise(self, t: int) -> Array | None:
        """The gradient noise of step t, one row a start."""
        shared = self._shared
        if shared.noise == 0.0:
            return None
        return shared.noise * random_stream(self._seed, "gradient noise", t).standard_normal(shared.starts.shape)

    def _batch(self, t: int) -> NDArray[np.intp] | None:
        """The samples of step t: each epoch goes once through all of them in an order of its own."""
        landscape, size = self._config.landscape, self._shared.batch_size
        if size == 0 or not isinstance(landscape, HasSamples) or size >= landscape.n_samples:
            return None
        epoch, k = divmod(t, -(-landscape.n_samples // size))
        order = random_stream(self._seed, "epoch", epoch).permutation(landscape.n_samples)
        return read_only(order[k * size : (k + 1) * size])

    def apply(self, event: Any) -> None:
        """Let an event of the present step happen."""
        shared, lanes = self._shared, self._lanes.lanes
        if isinstance(event, SetParam) and event.lane is None:
            # What earlier events set still holds: the configuration says only how the race began.
            now = dataclasses.replace(self._config, noise=shared.noise, batch_size=shared.batch_size)
            changed = params.replace(now, event.name, event.value)
            self._shared = dataclasses.replace(shared, noise=changed.noise, batch_size=changed.batch_size)
        elif isinstance(event, SetParam):
            self._lanes.apply_to(event, event.lane)
        elif (points := new_starts(event, self._config.landscape, self._seed, self.t)) is not None:
            self._standing = self._standing.joined(self._watch.begin(len(lanes), points, self.t))
            for lane in lanes.values():
                lane.add(points)
            n = len(points)
            self._shared = dataclasses.replace(
                shared,
                starts=read_only(np.concatenate([shared.starts, points])),
                present=np.concatenate([shared.present, np.ones(n, dtype=bool)]),
                born=np.concatenate([shared.born, np.full(n, self.t, dtype=np.int32)]),
            )
        elif isinstance(event, MoveStart) and self._has(event.start):
            point = np.array(event.point, dtype=np.float64)
            carried = [i for i, id in enumerate(lanes) if event.lane in (None, id)]
            for i, lane in enumerate(lanes.values()):
                # Moments are kept; but what has diverged begins anew.
                if i in carried and not self._standing.alive[i, event.start]:
                    lane.forget(event.start, point)
            fresh = self._watch.begin(1, point[None], self.t)
            self._standing = self._standing.with_column(carried, event.start, fresh)
            if event.lane is None:
                starts = shared.starts.copy()
                starts[event.start] = point
                self._shared = dataclasses.replace(shared, starts=read_only(starts))
        elif isinstance(event, ClearStarts) or (isinstance(event, RemoveStart) and self._has(event.start)):
            gone = slice(None) if isinstance(event, ClearStarts) else slice(event.start, event.start + 1)
            self._standing = self._standing.without(gone)
            present = shared.present.copy()
            present[gone] = False
            self._shared = dataclasses.replace(shared, present=present)

    def _has(self, start: int) -> bool:
        """Whether a start takes part; an event about one that does not (any more) changes nothing."""
        return start < len(self._shared.present) and bool(self._shared.present[start])

    def snapshot(self) -> Any:
        """What all share, how all stand, and what every lane remembers."""
        return (self._shared, self._standing, self._lanes.snapshot())

    def restore(self, snapshot: Any) -> None:
        """Return to a state that `snapshot` gave."""
        self._shared, self._standing, lanes = snapshot
        self._lanes.restore(lanes)
        self._marks = ()

    def marks(self) -> tuple[Mark, ...]:
        """Targets reached and racers diverged during the last step."""
        return self._marks

    def frame(self) -> RaceFrame:
        """The present state for the view; cost: the racers' counts are put side by side, the rest is handed out."""
        memories = [lane.memory for lane in self._lanes.lanes.values()]
        shared, now = self._shared, self._standing
        none = np.zeros((0, len(shared.starts)), dtype=np.int32)
        return RaceFrame(
            self.t, tuple(self._lanes.lanes), shared.starts, read_only(shared.present), read_only(shared.born),
            read_only(now.theta), read_only(now.gradient), read_only(now.loss), read_only(now.loss - self._lowest),
            read_only(now.diverged_at), read_only(now.reason), read_only(now.reached_at), read_only(now.path_length),
            read_only(now.segment),
            read_only(np.stack([m.function_evaluations for m in memories]) if memories else none),
            read_only(np.stack([m.gradient_evaluations for m in memories]) if memories else none),
            tuple(m.optimizer for m in memories), shared.noise, shared.batch_size, self._batch(self.t),
        )  # fmt: skip

    def trace(self) -> NDArray[np.float32]:
        """The histories' row of this step, shape (L, min(S, 64), 8), channels as in `CHANNELS`."""
        now, n = self._standing, min(len(self._shared.starts), TRACED_STARTS)
        theta, gradient = now.theta[:, :n], now.gradient[:, :n]
        row = np.zeros((len(theta), n, len(CHANNELS)), dtype=np.float32)
        with np.errstate(over="ignore"):
            row[..., : theta.shape[-1]] = theta
            row[..., 2] = now.loss[:, :n] - self._lowest
            row[..., 3] = length(gradient)
            if len(self._minima):
                row[..., 4] = length(theta[:, :, None] - self._minima).min(axis=-1)
            row[..., 6] = now.effective_rate
            for i, rate in enumerate(self._rates()):
                row[i, :, 7] = rate[:n, 0] if isinstance(rate, np.ndarray) else rate
        # What is finite stays finite: float32 ends at 3e38, a loss on the way out does not.
        np.clip(row, -_MOST, _MOST, out=row)
        row[..., 5] = now.segment[:, :n]
        # A diverged or removed racer leaves a gap, not a flat line.
        row[~now.alive[:, :n]] = np.nan
        return row

    def probe(self, query: Any) -> Any:
        """Answer one of the queries, each of which says what it asks for."""
        if isinstance(query, LookAt):
            point = np.array([query.point], dtype=np.float64)
            with np.errstate(all="ignore"):
                landscape = self._config.landscape
                return float(landscape.value(point)[0]), landscape.gradient(point)[0]
        if isinstance(query, Dissect):
            return self._dissect(query.lane, query.start)
        if isinstance(query, Cost):
            return self._lanes.seconds_per_step()
        if isinstance(query, RateNow):
            rate = self._rates()[self._index(query.lane)]
            return float(rate[query.start, 0]) if isinstance(rate, np.ndarray) else float(rate)
        if isinstance(query, Bend):
            here = self._standing.theta[self._index(query.lane), query.start]
            return curvature(self._config.landscape, here, self._lanes.lanes[query.lane].memory.optimizer)
        raise TypeError(f"the race can't answer a {type(query).__name__}")

    def _rates(self) -> list[Rate]:
        """The learning rates of every lane's next step."""
        if not isinstance(self._config.schedule, Constant):
            # A schedule may look at the loss; what the step hears it learns when it comes.
            self._tell(None, None)
        return [lane.rate(self.t)[0] for lane in self._lanes.lanes.values()]

    @staticmethod
    def report(frame: RaceFrame) -> list[str]:
        """The outcome in words with all digits: a line for each racer and start."""
        lines = []
        for i, lane in enumerate(frame.lanes):
            for start in np.flatnonzero(frame.present).tolist():
                theta, loss = frame.theta[i, start].tolist(), float(frame.loss[i, start])
                lines.append(f"racer {lane} from start {start}: theta = {theta}, loss = {loss!r}")
        return lines

    def _dissect(self, lane: int, start: int) -> Dissection:
        racer, i = self._lanes.lanes[lane], self._index(lane)
        self._tell(None, None)
        rate, _ = racer.rate(self.t)
        heard = Heard(self._config.landscape, self._noise(self.t), self._batch(self.t), _plan(self._config).clip)
        draw = partial(self._stream(lane), self.t)
        return dissect(racer.memory, self._standing.theta[i], start, rate, heard, draw)

    def _index(self, lane: int) -> int:
        """Which row of the arrays is a lane's."""
        return list(self._lanes.lanes).index(lane)


def _plan(config: RaceConfig) -> Plan:
    clips = {"none": None, "value": clip_by_value, "norm": clip_by_norm}
    clip = clips[config.clip]
    return Plan(
        None if isinstance(config.schedule, Constant) else config.schedule,
        config.length,
        lowest(config.landscape),
        None if clip is None else partial(clip, limit=config.clip_limit),
    )
