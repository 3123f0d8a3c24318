"""The smallest simulation that uses all of the contract: noise, events, marks, a growing state, an end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from lab.core import params
from lab.core.documents import DOCUMENTS
from lab.core.errors import BadValue
from lab.core.panel import PanelSpec, Preset
from lab.core.params import param
from lab.core.registry import Family
from lab.core.run import EVENTS, Run, SetParam, random_stream
from lab.core.simulation import Mark, Simulation, read_only


@DOCUMENTS.register("toy_points")
@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """A document: what walks are drawn towards."""

    xy: NDArray[np.float64] = param(None)
    title: str = param("")

    def check(self) -> None:
        if self.xy is None or self.xy.ndim != 2:
            raise BadValue("xy", "is not a table")


@EVENTS.register("toy_push")
@dataclass(frozen=True, slots=True)
class Push:
    """Add walkers."""

    by: tuple[float, ...] = param(())


@dataclass(frozen=True, slots=True)
class WalkConfig:
    pull: float = param(0.9, above=0, hi=1, effect="live")
    size: int = param(3, lo=0, hi=100_000)
    ends: int | None = param(None, lo=1)
    mode: str = param("plain", choices=("plain", "bold"))


@dataclass(frozen=True, slots=True)
class WalkFrame:
    step: int
    x: NDArray[np.float64]
    pull: float


@dataclass(frozen=True, slots=True)
class WalkView:
    zoom: float = param(1.0, above=0)


class Walk:
    """Random walkers drawn to zero, all in one array."""

    config_type: ClassVar[type[Any]] = WalkConfig
    event_types: ClassVar[tuple[type[Any], ...]] = (SetParam, Push)
    step_name: ClassVar[str] = "Step"
    #: The step from `failing` on raises, after half of it is done.
    failing: ClassVar[int | None] = None

    def __init__(self, run: Run) -> None:
        if run.config.size == 13:
            raise BadValue("size", "13 walkers refuse to walk")
        self._run = run
        self.t = 0
        self._pull = run.config.pull
        self._x = read_only(np.ones(run.config.size))
        self._crossed = False

    @property
    def done(self) -> bool:
        return self._run.config.ends is not None and self.t >= self._run.config.ends

    @classmethod
    def accepts(cls, config: WalkConfig, event: Any) -> None:
        if isinstance(event, SetParam):
            params.replace(config, event.name, event.value)

    def step(self) -> None:
        noise = random_stream(self._run.seed, "walk", self.t).standard_normal(len(self._x))
        before = self._x
        self._x = read_only(self._pull * before + noise)
        if self.failing is not None and self.t >= self.failing:
            raise FloatingPointError("half-way")
        self.t += 1
        n = min(len(before), 1)
        self._crossed = bool(((before[:n] < 0) != (self._x[:n] < 0)).any())

    def apply(self, event: Any) -> None:
        if isinstance(event, SetParam):
            self._pull = event.value
        else:
            self._x = read_only(np.concatenate([self._x, event.by]))

    def snapshot(self) -> Any:
        return (self.t, self._pull, self._x)

    def restore(self, snapshot: Any) -> None:
        self.t, self._pull, self._x = snapshot
        self._crossed = False

    def frame(self) -> WalkFrame:
        return WalkFrame(self.t, self._x, self._pull)

    def probe(self, query: Any) -> Any:
        return float(self._x.sum())

    def trace(self) -> NDArray[np.float32]:
        return self._x.astype(np.float32).reshape(1, -1, 1)

    def marks(self) -> tuple[Mark, ...]:
        return (Mark(self.t, "crossed"),) if self._crossed else ()


TOY_PANELS: Family[PanelSpec] = Family("toy_panels")
TOY_PANELS.register("walk")(
    PanelSpec("Walk", "", "", Walk, WalkView, lambda: None, (Preset("a", "A", "", lambda: Run(WalkConfig(), seed=5)),))
)


def played(make: type[Simulation], run: Run, steps: int) -> tuple[Any, list[Mark], list[Any]]:
    """What the state at a step *is*: step from 0, events as they come. Gives simulation, marks, rows of the trace."""
    sim = make(run)
    events = run.nodes()
    marks: list[Mark] = []
    rows: list[Any] = []
    for step in range(steps + 1):
        if step:
            sim.step()
            marks.extend(sim.marks())
        for node in events:
            if node.step == step:
                sim.apply(node.event)
        rows.append(sim.trace())
    return sim, marks, rows
