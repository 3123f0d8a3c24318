"""The one clock of the application: steps what plays, within a budget, and rests when nothing does."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from lab.ui.experiment import SLOW, Experiment

#: Seconds of stepping per tick, shared by all panels that play.
STEP_BUDGET = 0.008
TICK_MS = 16


class Player(QObject):
    """Steps every playing experiment: steps owed = speed x elapsed time, debt beyond the budget is dropped.

    The timer runs only while something is to do. `tick(dt)` can be called without a clock, which is how tests and
    benchmarks drive it. A panel that fails is stopped and says so (`Experiment.attempt`), the others play on.
    """

    #: Fired after a tick with its length in seconds.
    ticked = Signal(float)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._experiments: list[Experiment] = []
        self._visible: dict[Experiment, Callable[[], bool]] = {}
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._on_timeout)
        self._last = 0.0

    @property
    def active(self) -> bool:
        """Whether the timer runs."""
        return self._timer.isActive()

    @property
    def playing(self) -> bool:
        """Whether anything plays."""
        return any(e.playing for e in self._experiments)

    def add(self, experiment: Experiment, visible: Callable[[], bool] = lambda: True) -> None:
        """Play this experiment too, while `visible()`; hidden panels cost nothing."""
        self._experiments.append(experiment)
        self._visible[experiment] = visible
        experiment.wanted.connect(self._start)
        if experiment.busy:
            self._start()

    def remove(self, experiment: Experiment) -> None:
        """Forget an experiment (its panel was closed)."""
        if experiment in self._visible:
            experiment.set_playing(False)
            experiment.wanted.disconnect(self._start)
            self._experiments.remove(experiment)
            del self._visible[experiment]
            self._rest()

    def wake(self) -> None:
        """Look again whether anything is to do (a panel became visible)."""
        if any(self._due(e) for e in self._experiments):
            self._start()

    def tick(self, dt: float) -> None:
        """Advance everything by `dt` seconds of play."""
        due = [e for e in self._experiments if self._due(e)]
        for experiment in due:
            experiment.attempt(partial(self._serve, experiment, dt, STEP_BUDGET / len(due)))
        self._rest()
        self.ticked.emit(dt)

    def _serve(self, experiment: Experiment, dt: float, budget: float) -> None:
        deadline = time.perf_counter() + budget
        if experiment.timeline.pending is not None:
            experiment.work(lambda: time.perf_counter() < deadline)
            experiment.moved.emit()
            return
        owed = experiment.carry + experiment.speed * dt
        before = experiment.timeline.step
        while owed >= 1.0 and experiment.playing:
            experiment.advance()
            owed -= 1.0
            if time.perf_counter() >= deadline:
                owed = 0.0
        experiment.carry = owed
        if experiment.timeline.step != before or experiment.speed <= SLOW:
            experiment.moved.emit()

    def _due(self, experiment: Experiment) -> bool:
        return experiment.busy and self._visible[experiment]()

    def _rest(self) -> None:
        if not any(self._due(e) for e in self._experiments):
            self._timer.stop()

    def _start(self) -> None:
        if not self._timer.isActive():
            self._last = time.perf_counter()
            self._timer.start()

    def _on_timeout(self) -> None:
        now = time.perf_counter()
        # After a stall (a dialog, a suspended laptop) play goes on from here; nothing is caught up.
        dt = min(now - self._last, 0.1)
        self._last = now
        self.tick(dt)
