"""A race resolved into what a script of its own needs: formulas, racers, starts and what the hand did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lab.core import params
from lab.core.errors import BadValue, LabError
from lab.core.run import Run, SetParam
from lab.engine.code import HasCode, LandscapeCode, RuleCode
from lab.engine.landscapes import LANDSCAPES
from lab.engine.optimizers import OPTIMIZERS, Optimizer
from lab.engine.schedules import SCHEDULES
from lab.engine.schedules.constant import Constant
from lab.sims._race_config import RaceConfig
from lab.sims._race_events import ClearStarts, MoveStart, RemoveStart, how_many, new_starts

#: More starts than this make no script that anybody reads.
MOST_STARTS = 64


class NoScript(LabError):
    """The race can't be written as a short script; one line says why."""


@dataclass(frozen=True, slots=True)
class Start:
    name: str
    born: int
    point: tuple[float, ...]


#: Step, racer's name (None: all), start's name (None: all), what, and its value.
Event = tuple[int, str | None, str | None, str, Any]


@dataclass(frozen=True, slots=True)
class ScriptPlan:
    """A race resolved into what a script needs."""

    config: RaceConfig
    landscape: LandscapeCode
    racers: dict[str, Optimizer]
    starts: tuple[Start, ...]
    events: tuple[Event, ...]
    steps: int


def names_of(racers: Iterable[Any]) -> dict[int, str]:
    """A name for each racer's number: the rule's title, numbered where there are several."""
    found: dict[int, str] = {}
    for entrant in racers:
        title = OPTIMIZERS.title_of(type(entrant.optimizer))
        same = sum(1 for name in found.values() if name.split(" #")[0] == title)
        found[entrant.id] = f"{title} #{same + 1}" if same else title
    return found


def resolve(run: Run, steps: int, lanes: Sequence[int] | None) -> ScriptPlan:
    config: RaceConfig = run.config
    landscape = config.landscape
    title = LANDSCAPES.title_of(type(landscape))
    if not isinstance(landscape, HasCode):
        raise NoScript(f"{title}: its loss can't be written out in a short script")
    noisy = config.noise > 0 or any(
        isinstance(e, SetParam) and e.lane is None and e.name == "noise" and float(e.value) > 0
        for step, e in run.events()
        if step < steps
    )
    if noisy:
        raise NoScript("The gradient noise is drawn by the lab's own generator")
    if not isinstance(config.schedule, Constant) and not isinstance(config.schedule, HasCode):
        schedule = SCHEDULES.title_of(type(config.schedule)).lower()
        raise NoScript(f"The learning-rate schedule ({schedule}) can't be written out in a short script")
    every = names_of(config.racers)
    kept = {r.id: r.optimizer for r in config.racers if lanes is None or r.id in lanes}
    if not kept:
        raise NoScript("There is no racer to write a script for")
    starts = [Start(_letter(i), 0, point) for i, point in enumerate(config.starts)]
    events: list[Event] = []
    gone: set[str] = set()
    for step, event in run.events():
        if step > steps:
            break
        if count := how_many(event, landscape.dim):
            points = new_starts(event, landscape, run.seed, step) if len(starts) + count <= MOST_STARTS else None
            if points is None:
                raise NoScript(f"There are more than {MOST_STARTS} starts")
            starts += [Start(_letter(len(starts) + i), step, tuple(p)) for i, p in enumerate(points.tolist())]
        elif isinstance(event, SetParam) and event.lane in kept:
            events.append((step, every[event.lane], None, event.name, event.value))
        elif isinstance(event, MoveStart) and event.start < len(starts) and starts[event.start].name not in gone:
            who = None if event.lane is None else every[event.lane]
            if event.lane is None or event.lane in kept:
                events.append((step, who, starts[event.start].name, "move", event.point))
        elif isinstance(event, RemoveStart | ClearStarts):
            out = starts if isinstance(event, ClearStarts) else starts[event.start : event.start + 1]
            events += [(step, None, s.name, "remove", None) for s in out if s.name not in gone]
            gone |= {s.name for s in out}
    if not starts:
        raise NoScript("There is no start to race from")
    try:
        code: LandscapeCode = landscape.code()
    except BadValue as bad:
        raise NoScript(f"{title}: {bad.why}") from None
    racers = {every[id]: rule for id, rule in kept.items()}
    return ScriptPlan(config, code, racers, tuple(starts), tuple(events), steps)


def rule_codes(plan: ScriptPlan, form: str) -> dict[str, RuleCode]:
    """Each racer's rule in plain Python, the same through all that was changed mid-run."""
    found: dict[str, RuleCode] = {}
    for name, rule in plan.racers.items():
        title = OPTIMIZERS.title_of(type(rule))
        code: RuleCode = rule.code() if isinstance(rule, HasCode) else RuleCode()
        if not (code.step if form == "NumPy" else code.torch):
            raise NoScript(f"{form}: {title} can't be written out in a short script")
        now: Any = rule
        for _, who, _, what, value in plan.events:
            if who == name and what not in ("move", "remove"):
                now = params.replace(now, what, value)
                if form == "NumPy" and now.code().step != code.step:
                    raise NoScript(f"{title}: {what.replace('_', ' ')} changed the very form of the rule mid-run")
        found[name] = code
    return found


def _letter(index: int) -> str:
    letter = chr(ord("A") + index % 26)
    return letter if index < 26 else f"{letter}{index // 26}"
