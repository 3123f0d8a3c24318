"""The transport bar: one for the window, naming the panel it controls."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from lab.core.errors import BadValue
from lab.ui import fonts, icons
from lab.ui.acts import WORDS
from lab.ui.experiment import FASTEST, SPEEDS, Experiment
from lab.ui.scrub import Scrub, Tick
from lab.ui.theme import manager, tokens
from lab.ui.widgets import ComboBox, Counter, IconButton, NumberBox, Text, column, parse_number, row
from lab.ui.widgets.layout import fill

#: A bar narrower than this leaves its captions out; narrower still, the name of the panel: the timeline needs the room.
WIDE, NAMED = 960, 900
MAX_SEED = 2**63 - 1
MAX_HORIZON = 10_000_000


class Transport(QFrame):
    """Start, step back, play, step, end; the timeline; step counter, speed and seed of the panel in focus."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("transport")
        self.setFixedHeight(tokens()["size_px"]["transport"])
        self._experiment: Experiment | None = None
        self._ticks: tuple[Tick, ...] = ()
        self._icon_name = "house"
        self._icon = QLabel()
        self._icon.setFixedSize(20, 20)
        self._name = Text("No panel", "strong", elide=True)
        self._name.keep_end()
        self.to_start = IconButton("skip-back-fill", "Jump to the start (Home)", size=17)
        self.back = IconButton("caret-left-fill", "Step back (Left)", size=17, color_role="text")
        self.play = IconButton("play-fill", "Play (Space)", kind="play")
        self.forward = IconButton("caret-right-fill", "Step forward (Right)", size=17, color_role="text")
        self.to_end = IconButton("skip-forward-fill", "Jump to the end (End)", size=17)
        self.scrub = Scrub()
        self._unit = Text("Step", "tick")
        self._step = Counter("0", "title")
        self.horizon = NumberBox("Length of the timeline, in steps")
        self.horizon.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.horizon.setToolTip("Length of the timeline: click to change it")
        fonts.use(self.horizon, fonts.BODY)
        self.speed = ComboBox("Speed")
        self.speed.setToolTip("Steps per second; max: as many as fit in a frame")
        self.speed.set_options([*((s, f"{s:,.0f} /s") for s in SPEEDS), (FASTEST, "max")])
        self.seed = NumberBox("Seed")
        self.seed.setProperty("kind", "")
        self.seed.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        fonts.use(self.seed)
        self.seed.setToolTip(f"Root of all randomness: the same seed gives the same run.\n{WORDS['restart']}")
        self._dice = self.seed.addAction(icons.icon("dice-five"), QLineEdit.ActionPosition.TrailingPosition)
        self._dice.setToolTip("Roll another seed")
        self._lay_out()
        self._connect()
        manager().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        self.show_experiment(None)

    def _lay_out(self) -> None:
        self._target = target = QWidget()
        self._captions = (Text("Speed", "caption"), Text("Seed", "caption"))
        self._names = QWidget()
        self._names.setLayout(column(None, Text("Controls", "tick"), self._name, None, spacing=1))
        fill(
            layout := QHBoxLayout(target),
            (self._icon, (self._names, 1)),
            (0, 0, 0, 0),
            10,
        )
        layout.setAlignment(self._icon, Qt.AlignmentFlag.AlignVCenter)
        self._counter = counter = QWidget()
        counter.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        numbers = row(self._step, 6, Text("/", "body", role="muted"), self.horizon, None, spacing=0)
        counter.setLayout(column(None, self._unit, numbers, None, spacing=0))
        fill(
            QHBoxLayout(self),
            (
                target,
                row(self.to_start, self.back, self.play, self.forward, self.to_end, spacing=4),
                10,
                (self.scrub, 1),
                6,
                counter,
                row(self._captions[0], self.speed),
                8,
                row(self._captions[1], self.seed),
            ),
            (20, 0, 20, 0),
            6,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """A narrow bar leaves out what the tooltips say, too; larger text gets larger boxes."""
        scale = max(1.0, fonts.scale())
        narrow = self.width() < WIDE * scale
        named = self.width() >= NAMED * scale
        self._names.setVisible(named)
        self._target.setFixedWidth(20 if not named else 110 if narrow else round(156 * scale))
        for caption in self._captions:
            caption.setVisible(not narrow)
        self._counter.setFixedWidth(round(136 * scale))
        for box, width in ((self.horizon, 82), (self.speed, 84), (self.seed, 78)):
            box.setFixedWidth(round(width * scale))

    def _connect(self) -> None:
        self.to_start.clicked.connect(self.go_to_start)
        self.back.clicked.connect(lambda: self.step_by(-1))
        self.play.clicked.connect(self.toggle)
        self.forward.clicked.connect(lambda: self.step_by(1))
        self.to_end.clicked.connect(self.go_to_end)
        self.scrub.sought.connect(self._on_sought)
        self.speed.chosen.connect(self._on_speed_chosen)
        self.horizon.submitted.connect(self._on_horizon_submitted)
        self.seed.submitted.connect(self._on_seed_submitted)
        self._dice.triggered.connect(self._on_dice_rolled)

    # -- what is controlled --------------------------------------------------------------------------------------

    def show_experiment(self, experiment: Experiment | None) -> None:
        """Control another panel (None: none)."""
        if self._experiment is not None:
            self._experiment.moved.disconnect(self._on_moved)
            self._experiment.edited.disconnect(self._on_edited)
            self._experiment.looked.disconnect(self._show_speed)
            self._experiment.playing_changed.disconnect(self._on_playing_changed)
        self._experiment = experiment
        for widget in (self.to_start, self.back, self.play, self.forward, self.to_end, self.scrub, self.horizon,
                       self.speed, self.seed):  # fmt: skip
            widget.setEnabled(experiment is not None)
        self._icon_name = "house" if experiment is None else experiment.spec.icon
        self._on_theme_changed()
        if experiment is None:
            self._show_name("No panel")
            self.scrub.show_state(0, 0, 1, ())
            return
        experiment.moved.connect(self._on_moved)
        experiment.edited.connect(self._on_edited)
        experiment.looked.connect(self._show_speed)
        experiment.playing_changed.connect(self._on_playing_changed)
        self._show_name(experiment.name or experiment.spec.title)
        self._unit.setText(experiment.spec.simulation.step_name)
        self._on_edited()
        self._on_playing_changed(experiment.playing)

    def _show_name(self, name: str) -> None:
        self._name.setText(name)
        # All there is of it in a narrow bar.
        self._icon.setToolTip(f"Controls: {name}")
        self._icon.setAccessibleName(f"Controls: {name}")

    def set_ticks(self, ticks: tuple[Tick, ...]) -> None:
        """What happened along the run, from the view that knows the shapes."""
        # A crowd brings marks at every step, and hardly ever another tick.
        if ticks != self._ticks:
            self._ticks = ticks
            self._on_moved()

    def toggle(self) -> None:
        """Play or pause."""
        if self._experiment is not None:
            self._experiment.toggle()

    def step_by(self, steps: int) -> None:
        """Go some steps forward or back."""
        if self._experiment is not None:
            self._experiment.step_by(steps)

    def go_to_start(self) -> None:
        """Jump to step 0."""
        if self._experiment is not None:
            self._experiment.set_playing(False)
            self._experiment.seek(0)

    def go_to_end(self) -> None:
        """Jump to the end of the timeline."""
        if self._experiment is not None:
            self._experiment.set_playing(False)
            self._experiment.seek(self._experiment.horizon)

    # -- answers to the hand -------------------------------------------------------------------------------------

    def _on_sought(self, step: int) -> None:
        if self._experiment is not None:
            self._experiment.set_playing(False)
            self._experiment.seek(step)

    def _on_speed_chosen(self, speed: object) -> None:
        if self._experiment is not None and isinstance(speed, float):
            self._experiment.set_speed(speed)

    def _on_horizon_submitted(self, text: str) -> None:
        if self._experiment is None:
            return
        try:
            steps = int(parse_number(text, whole=True))
            if not 1 <= steps <= MAX_HORIZON:
                raise BadValue("", f"the length lies between 1 and {MAX_HORIZON:,}")
        except BadValue as refused:
            self.horizon.set_bad(True)
            self._experiment.failed.emit(f"Length of the timeline: {refused.why}")
            return
        self._experiment.set_horizon(steps)

    def _on_seed_submitted(self, text: str) -> None:
        if self._experiment is None:
            return
        text = text.strip()
        if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_SEED)) and int(text) <= MAX_SEED:
            self._experiment.set_seed(int(text))
        else:
            self._experiment.failed.emit(f"Seed: {text[:24]!r} is not a whole number from 0 to {MAX_SEED:,}")

    def _on_dice_rolled(self) -> None:
        if self._experiment is not None:
            # A full-period generator over 0..999: a new number each time, short enough to tell a neighbour.
            self._experiment.set_seed((self._experiment.run.seed * 421 + 1663) % 1000)

    def _on_moved(self) -> None:
        e = self._experiment
        if e is not None:
            self._step.setText(f"{e.step:,}")
            self.scrub.show_state(e.step, e.timeline.frontier, e.horizon, self._ticks)

    def _on_edited(self) -> None:
        e = self._experiment
        if e is None:
            return
        self.horizon.set_value_text(f"{e.horizon:,}", str(e.horizon))
        self.seed.set_value_text(str(e.run.seed), str(e.run.seed))
        self._show_speed()
        self._on_moved()

    def _show_speed(self) -> None:
        if self._experiment is not None:
            now = self._experiment.speed
            self.speed.set_value(min((*SPEEDS, FASTEST), key=lambda speed: abs(speed - now)))

    def _on_playing_changed(self, playing: bool) -> None:
        self.play.set_icon("pause-fill" if playing else "play-fill")
        tip = "Pause (Space)" if playing else "Play (Space)"
        self.play.setToolTip(tip)
        self.play.setAccessibleName(tip)

    def _on_theme_changed(self) -> None:
        self._fit()
        self._icon.setPixmap(icons.pixmap(self._icon_name, 18, "accent", self.devicePixelRatioF()))
