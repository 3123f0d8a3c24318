"""What is raced on and who is entered: the changes of the race that the view's lists and menus make."""

from __future__ import annotations

import dataclasses

from lab.engine.landscapes import Landscape
from lab.engine.optimizers import OPTIMIZERS
from lab.panels.race.carried import Carried
from lab.panels.race.looks import Look, as_they_start, looks
from lab.panels.race.scene import RaceStage
from lab.sims.race import Entrant


class Entered(Carried):
    """The part of the race's view that changes landscape and racers, each as one undoable step."""

    stage: RaceStage
    _looks: tuple[Look, ...]

    def choose_landscape(self, cls: type[Landscape]) -> None:
        """Race on another landscape, from its classic start."""
        landscape = cls()
        config = dataclasses.replace(self.config, landscape=landscape, starts=landscape.starts[:1])
        self._remember(focus_start=-1, average=False)
        self.experiment.set_run(dataclasses.replace(self.experiment.run, config=config, head=None), "Change landscape")
        self.stage.go_home()

    def add_optimizer(self, kind: str) -> None:
        """Another racer, with its rule's usual parameters (or those a racer of its kind already has)."""
        added = self._added(kind)
        title = OPTIMIZERS.title_of(type(added.optimizer))
        self._remember(focus_lane=added.id)
        self.experiment.set_config(
            dataclasses.replace(self.config, racers=(*self.config.racers, added)), f"Add {title}"
        )

    def mark_of(self, kind: str) -> tuple[str, str]:
        """The shape and the colour's role of the racer of this kind, or those that one would have if it joined."""
        racers = as_they_start(self.experiment.run)
        there = [racer.id for racer in racers if type(racer.optimizer) is OPTIMIZERS[kind]]
        found = looks(racers if there else (*racers, self._added(kind)))
        look = next((look for look in found if look.lane in there), found[-1])
        return look.symbol, look.color_role

    def _added(self, kind: str) -> Entrant:
        cls = OPTIMIZERS[kind]
        same = [r.optimizer for r in self.config.racers if type(r.optimizer) is cls]
        return Entrant(self._unused(), same[-1] if same else cls())

    def remove_racer(self, lane: int) -> None:
        """Take a racer out; the others' numbers stay."""
        racers = tuple(r for r in self.config.racers if r.id != lane)
        title = self.title_of(lane)
        self.experiment.set_config(dataclasses.replace(self.config, racers=racers), f"Remove {title}")

    def duplicate_racer(self, lane: int) -> None:
        """Another racer with what one racer's parameters now are; it is in focus, ready to be made different."""
        if lane not in self._frame.lanes:
            return
        id, title = self._unused(), self.title_of(lane)
        racers = (*self.config.racers, Entrant(id, self._frame.optimizers[self._frame.lanes.index(lane)]))
        self._remember(focus_lane=id)
        self.experiment.set_config(dataclasses.replace(self.config, racers=racers), f"Duplicate {title}")

    def title_of(self, lane: int) -> str:
        """What a racer is called everywhere."""
        return next((look.title for look in self._looks if look.lane == lane), "a racer")
