"""Which race stands on the stage, as far as its tuning depends on it."""

from __future__ import annotations

from typing import Any

import numpy as np

from lab.panels.race.state import Tuned
from lab.sims.race import RaceFrame
from lab.sims.tuning import as_it_stands, identity
from lab.ui.experiment import Experiment


class WhichRace:
    """The identity of the race on the stage, looked up anew only when something in it has changed."""

    def __init__(self) -> None:
        self._seen: tuple[Any, ...] = ()
        self._starts: Any = None
        self._identity = ""

    def identity(self, experiment: Experiment, frame: RaceFrame) -> str:
        """What `lab.sims.tuning.identity` says of the race at the cursor; O(starts) to see that nothing changed."""
        run = experiment.run
        seen = (run.config, run.seed, frame.optimizers, frame.noise, frame.batch_size)
        starts = frame.starts[frame.present]
        if seen != self._seen or not np.array_equal(starts, self._starts):
            self._seen, self._starts = seen, starts
            self._identity = identity(as_it_stands(run.config, frame), run.seed)
        return self._identity

    def is_tuned(self, experiment: Experiment, frame: RaceFrame, tuned: Tuned) -> bool:
        """Whether the race on the stage has the rates that a tuning of it gave."""
        rates = dict(tuned.rates)
        now = zip(frame.lanes, frame.optimizers, strict=True)
        if not rates or any(rates.get(lane, o.learning_rate) != o.learning_rate for lane, o in now):
            return False
        return self.identity(experiment, frame) == tuned.race
