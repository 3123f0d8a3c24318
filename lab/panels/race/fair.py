"""Fair mode's card: what each rule may spend, the curve of what it found, and the race with the best rates."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QProgressBar, QVBoxLayout, QWidget

from lab.core import params
from lab.core.errors import BadValue
from lab.panels.race.looks import Look
from lab.panels.race.state import RaceViewState, Tuned
from lab.panels.race.tuning_plot import TuningPlot
from lab.panels.race.tuning_table import TuningTable
from lab.panels.race.tuning_words import MARKS, OTHER, PROMISE, found_words
from lab.panels.race.which_race import WhichRace
from lab.sims.race import RaceConfig, RaceFrame
from lab.sims.tuning import Budget, Tuning, as_it_stands, check, identity, tune, with_rates
from lab.ui import fonts
from lab.ui.experiment import Experiment
from lab.ui.form import ConfigForm
from lab.ui.icons import icon
from lab.ui.jobs import Jobs
from lab.ui.theme import manager
from lab.ui.widgets import Button, IconButton, Overlay, Text, row, value_text
from lab.ui.widgets.layout import fill
from lab.ui.widgets.scroller import Scroller
from lab.ui.widgets.text import Role, restyle

#: Widths of the budget's column and, at least and at most, of the curve's, in px at 100 %.
RIGHT_WIDTH, LEFT_WIDTH, LEFT_WIDEST, GAP, BAR = 382, 290, 440, 16, 10
#: Of the stage, so much stays free beside the card (its axis and its margin), and above and below it.
BESIDE, BELOW = 88, 72


class FairCard(Overlay):
    """Tunes the learning rates of all racers on one budget and shows what came of it.

    What is tuned is the race as it stands at the cursor. `Tuned` says which rates that gave, so that the mark "fair"
    can be put on the race as long as it has them, in the next session, too.
    """

    closed = Signal()
    #: The budget was changed: a `Budget`.
    budget_chosen = Signal(object)
    #: A tuning has arrived: its `Tuned`.
    tuned = Signal(object)
    #: The tuned rates were put in force: the race begins again.
    applied = Signal()
    #: The hand wants this racer in focus.
    focused = Signal(int)

    def __init__(self, experiment: Experiment, jobs: Jobs) -> None:
        super().__init__(vertical=True, margins=(16, 10, 10, 14), spacing=6)
        self.setObjectName("card")
        self._experiment = experiment
        self._jobs = jobs
        self._looks: tuple[Look, ...] = ()
        self._lane = -1
        self._open = self._running = False
        self._problem = ""
        self._laid: object = None
        self._race = WhichRace()
        #: The newest tuning, None before the first.
        self.tuning: Tuning | None = None
        self._tuned_race = ""
        close = IconButton("x", "Close fair mode", size=14)
        close.clicked.connect(self.closed)
        self.box.addLayout(row(Text("Fair race", "strong"), None, close))
        self.form = ConfigForm(Budget(), label_width=118)
        self.form.edited.connect(lambda *_: self.budget_chosen.emit(self.form.config))
        self.tune_button = Button("Tune", "scales", kind="primary", tooltip="Give every rule this budget")
        self.tune_button.clicked.connect(self.start)
        self.cancel_button = Button("Cancel", "x", tooltip="Stop tuning; nothing is changed")
        self.cancel_button.clicked.connect(self.cancel)
        self.message = Text("", "caption", wrap=True)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName("Tuning under way")
        self.plot = TuningPlot()
        self.plot.taken.connect(self.take)
        self.plot.focused.connect(self.focused)
        self.plot.told.connect(self._on_told)
        self._told = Text(MARKS, "tick", wrap=True)
        self._told.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.table = TuningTable()
        self.table.focused.connect(self.focused)
        self.race_button = Button("Race with these rates", "flag", kind="primary", tooltip="From step 0; can be undone")
        self.race_button.clicked.connect(self.apply)
        self._lay_out()
        manager().changed.connect(self._resize)
        self._follow()

    def _lay_out(self) -> None:
        """Put the curve to the left of the budget and the table; where the stage is narrow, below them."""
        self._left, self._right = QWidget(), QWidget()
        fill(QVBoxLayout(self._left), ((self.plot, 1), self._told), (0, 0, 0, 0), 4)
        actions = row(None, self.cancel_button, self.tune_button, self.race_button)
        inside = (self.form, self.bar, self.message, self.table, actions, None)
        fill(QVBoxLayout(self._right), inside, (0, 0, 0, 0), 8)
        content = QWidget()
        self._content = QBoxLayout(QBoxLayout.Direction.RightToLeft, content)
        fill(self._content, (self._right, (self._left, 1)), (0, 0, 4, 0), GAP)
        self._scroll = Scroller("Fair race", content)
        self.box.addWidget(self._scroll)

    def sizeHint(self) -> QSize:
        return self._plan()[0]

    def _plan(self) -> tuple[QSize, int, bool]:
        """Size of the card, width of the budget's column, and whether the curve stands beside it.

        Never larger than the stage it lies on: what does not fit is scrolled.
        """
        stage, scale = self.parentWidget(), max(1.0, fonts.scale())
        room = QSize(4096, 4096) if stage is None else stage.size() - QSize(BESIDE, BELOW)
        margins, inner = self.box.contentsMargins(), self._content.contentsMargins()
        across = margins.left() + margins.right() + inner.left() + inner.right() + 2 * self.frameWidth()
        head = self.box.itemAt(0).sizeHint().height() + self.box.spacing()
        down = margins.top() + margins.bottom() + head + 2 * self.frameWidth()
        free, right = max(room.width() - across, 1), round(RIGHT_WIDTH * scale)
        left = min(free - right - GAP, round(LEFT_WIDEST * scale))
        beside = left >= LEFT_WIDTH * scale and not self._left.isHidden()
        if beside:
            width = right + GAP + left
            height = max(_height(self._right, right), _height(self._left, left))
        else:
            width = right = min(right, free)
            height = _height(self._right, right)
            height += 0 if self._left.isHidden() else GAP + _height(self._left, right)
            if height + down > room.height():
                right -= BAR
        return QSize(width + across, min(height + down, room.height())), max(right, 1), beside

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        _, right, beside = self._plan()
        self._right.setFixedWidth(right)
        direction = QBoxLayout.Direction.RightToLeft if beside else QBoxLayout.Direction.TopToBottom
        if self._content.direction() != direction:
            self._content.setDirection(direction)

    def minimumSizeHint(self) -> QSize:
        return QSize(1, 1)

    def _resize(self) -> None:
        """What is in it has changed: whoever keeps it in its corner asks for its size again."""
        # As tall for one line as for two: the curve must not move under the pointer that asks about it.
        self._told.setFixedHeight(2 * self._told.fontMetrics().lineSpacing() + 2)
        self._arrange()
        self._scroll.updateGeometry()

    # -- showing -------------------------------------------------------------------------------------------------

    def show_look(self, look: RaceViewState, looks: Sequence[Look]) -> None:
        """Follow the look: open or closed, and the budget. A session that was tuned shows its curve again."""
        if self.form.config != look.budget:
            self.form.set_config(look.budget)
        self._looks = tuple(looks)
        opened = look.fair and not self._open
        self._open = look.fair
        self.setVisible(look.fair)
        tuned = look.tuned
        if opened and self.tuning is None and tuned.race and not self._running:
            frame: RaceFrame = self._experiment.frame()
            if self._race.identity(self._experiment, frame) == tuned.race and tuned.budget == look.budget:
                self.start()

    def show_frame(self, frame: RaceFrame, looks: Sequence[Look], lane: int) -> None:
        """Show which rates hold now, and whether the curve is still of this race."""
        if self.isHidden():
            return
        self._looks, self._lane = tuple(looks), lane
        now = dict(zip(frame.lanes, (o.learning_rate for o in frame.optimizers), strict=True))
        self.plot.show_now(now, lane)
        self.table.show_focus(lane)
        self._follow()

    @property
    def stale(self) -> bool:
        """Whether the curve is of another race than the one on the stage."""
        if self.tuning is None:
            return False
        frame: RaceFrame = self._experiment.frame()
        return self._race.identity(self._experiment, frame) != self._tuned_race

    def _follow(self) -> None:
        """Make words, buttons and visibility say how things stand."""
        tuning, stale = self.tuning, self.stale
        role: Role = "muted"
        words = PROMISE if tuning is None else found_words(tuning)
        if self._problem:
            words, role = self._problem, "error"
        elif self._running:
            words = "Tuning …"
        elif stale:
            words, role = OTHER, "warn"
        self.message.setText(words)
        self.message.set_role(role)
        usable = tuning is not None and not stale and not self._running and bool(tuning.rates)
        self._urge_tuning(not usable)
        self.tune_button.setText("Tune" if tuning is None else "Tune again")
        self.tune_button.setVisible(not self._running)
        self.cancel_button.setVisible(self._running)
        self.bar.setVisible(self._running)
        self.table.setVisible(tuning is not None)
        self._left.setVisible(tuning is not None and any(lane.trials for lane in tuning.lanes))
        self.race_button.setVisible(tuning is not None)
        self.race_button.setEnabled(usable and not self._in_force())
        # A frame while the race plays changes none of these, and costs no layout then.
        laid = (words, self._running, id(tuning))
        if laid != self._laid:
            self._laid = laid
            self._resize()

    def _urge_tuning(self, on: bool) -> None:
        """Of the two buttons, the one that is due stands out."""
        kind = "primary" if on else "outline"
        if self.tune_button.property("kind") != kind:
            self.tune_button.setProperty("kind", kind)
            self.tune_button.setIcon(icon("scales", "on_accent" if on else "muted"))
            restyle(self.tune_button)

    def _in_force(self) -> bool:
        """Whether the race that stands already has these rates from its first step."""
        run = self._experiment.run
        now = {entrant.id: entrant.optimizer.learning_rate for entrant in run.config.racers}
        assert self.tuning is not None
        return run.head is None and all(now.get(lane) == rate for lane, rate in self.tuning.rates.items())

    # -- tuning --------------------------------------------------------------------------------------------------

    def start(self) -> None:
        """Tune the race as it stands; an older request is dropped."""
        experiment = self._experiment
        config = as_it_stands(experiment.run.config, experiment.frame())
        budget: Budget = self.form.config
        self._problem = ""
        try:
            check(config, budget)
        except BadValue as bad:
            self._on_failed(str(bad))
            return
        self._running = True
        self.bar.setValue(0)
        self._follow()
        self._jobs.submit(
            (id(self), "tuning"), tune, config, experiment.run.seed, budget.trials, budget.steps,
            done=self._on_tuned, failed=self._on_failed, progress=self._on_progress,
        )  # fmt: skip

    def cancel(self) -> None:
        """Stop tuning; what was found before stays."""
        self._jobs.cancel((id(self), "tuning"))
        self._running = False
        self._follow()

    def _on_progress(self, fraction: float) -> None:
        self.bar.setValue(round(100 * fraction))

    def _on_failed(self, why: str) -> None:
        self._running = False
        self._problem = why
        self._follow()

    def _on_tuned(self, tuning: Tuning) -> None:
        self._running = False
        self.tuning, self._tuned_race = tuning, identity(tuning.config, tuning.seed)
        self.plot.show_tuning(tuning, self._looks)
        self.table.show_tuning(tuning, self._looks)
        self._follow()
        rates = tuple(sorted(tuning.rates.items()))
        self.tuned.emit(Tuned(self._tuned_race, tuning.budget, rates))

    def _on_told(self, words: str) -> None:
        self._told.setText(words or MARKS)

    # -- taking rates --------------------------------------------------------------------------------------------

    def take(self, lane: int, rate: float) -> None:
        """Give one racer a rate from its curve, as its slider would."""
        config: RaceConfig = self._experiment.run.config
        entrant = next((r for r in config.racers if r.id == lane), None)
        if entrant is None:
            return
        title = next((look.title for look in self._looks if look.lane == lane), "a racer")
        label = f"Set {title} to {value_text(rate)}"
        declared = params.field_of(type(entrant.optimizer), "learning_rate")
        if declared.param.effect == "live":
            self._experiment.set_live("learning_rate", rate, lane, label)
        else:
            self._experiment.set_config(with_rates(config, {lane: rate}), label)

    def apply(self) -> None:
        """Begin the race again as it stands, with the best rates of all: one entry of undo."""
        if self.tuning is None or self.stale:
            return
        experiment = self._experiment
        experiment.set_playing(False)
        # Starts dropped and values changed on the way are part of it now; rates set on the way are gone.
        config = with_rates(self.tuning.config, self.tuning.rates)
        target = experiment.run.config.target
        run = dataclasses.replace(experiment.run, config=dataclasses.replace(config, target=target), head=None)
        if experiment.set_run(run, "Race with tuned rates"):
            self.applied.emit()


def _height(column: QWidget, width: int) -> int:
    """How tall a column of widgets is at a width; words that wrap make it depend on that."""
    layout = column.layout()
    assert layout is not None
    return layout.heightForWidth(width) if layout.hasHeightForWidth() else layout.sizeHint().height()
