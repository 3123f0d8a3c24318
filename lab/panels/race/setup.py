"""The race's set-up: which landscape, how noisy, from where."""

from __future__ import annotations

import dataclasses
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QSize, Signal
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from lab.core import params
from lab.core.errors import BadValue
from lab.core.params import Declared
from lab.engine.landscapes import HasSamples
from lab.engine.schedules import SCHEDULES
from lab.panels.race.looks import start_name
from lab.panels.race.schedule_card import ScheduleCard
from lab.sims.race import (
    ClearStarts,
    LatticeStarts,
    MoveStart,
    PlaceStarts,
    RaceConfig,
    RaceFrame,
    RemoveStart,
    ScatterStarts,
)
from lab.ui import fonts
from lab.ui.acts import ActsLine
from lab.ui.experiment import Experiment
from lab.ui.form import ConfigForm, as_declared
from lab.ui.theme import manager
from lab.ui.widgets import Button, IconButton, NumberBox, Overlay, Text, exact_text, number_text, parse_number, row
from lab.ui.widgets.scroller import Scroller

#: More starts than this are not listed one by one.
LISTED = 6
SCATTERS = (16, 64, 1000, 10_000)
LATTICES = (4, 8, 32, 100)

WIDTH = 384


class SetupOverlay(Overlay):
    """A card over the stage: landscape and noise as a form, start points as exact numbers."""

    closed = Signal()
    #: The hand wants to see and draw the schedule.
    schedule_wanted = Signal()

    def __init__(self, experiment: Experiment) -> None:
        super().__init__(vertical=True, margins=(16, 10, 10, 14), spacing=8)
        self._experiment = experiment
        self.setObjectName("card")
        manager().changed.connect(self._on_theme_changed)
        self._on_theme_changed()
        close = IconButton("x", "Close the set-up", size=14)
        close.clicked.connect(self.closed)
        self._more = IconButton("sliders-horizontal", "Show all settings", size=15, checkable=True)
        self.box.addLayout(row(Text("Set-up", "strong"), None, self._more, close, spacing=4))
        config: RaceConfig = experiment.run.config
        self.form = ConfigForm(config, only=self._is_shown, acts=as_declared, label_width=118)
        self._over_data = isinstance(config.landscape, HasSamples)
        self._more.toggled.connect(lambda _: self._rebuild_form())
        self.form.edit_started.connect(lambda: experiment.begin_gesture("Change the set-up"))
        self.form.edited.connect(self._on_edited)
        self.form.edit_finished.connect(experiment.end_gesture)
        inside = QWidget()
        self._inside = QVBoxLayout(inside)
        self._inside.setContentsMargins(0, 0, 4, 0)
        self._inside.setSpacing(8)
        self._inside.addWidget(self.form)
        self.schedule = Button("", "chart-line", tooltip="The learning rate by step: choose a schedule, or draw one")
        self.schedule.clicked.connect(self.schedule_wanted)
        self._inside.addLayout(row(Text("Schedule", "body", role="muted"), None, self.schedule))
        add = Button(
            "Add start", "plus", tooltip="A start point in the middle, from now on; then type where it belongs"
        )
        add.clicked.connect(self._on_added)
        many = Button("Many", "dots-three", tooltip="Scatter starts, lay out a lattice, or take all of them away")
        many.setMenu(self._many_menu())
        self._inside.addLayout(row(Text("Starts", "strong"), None, add, many))
        self._list = QWidget()
        self._rows = QVBoxLayout(self._list)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2)
        self._inside.addWidget(self._list)
        self._shown: list[tuple[int, list[NumberBox]]] = []
        self._note = Text("", "caption")
        self._inside.addWidget(self._note)
        self._scroll = Scroller("Settings of the race", inside)
        inside.installEventFilter(self)
        self.box.addWidget(self._scroll)
        self._line = ActsLine("", "live")
        self.form.pointed.connect(self._line.show_acts)
        self.box.addWidget(self._line)
        self._say_usual()

    def sizeHint(self) -> QSize:
        # Never taller than the stage it lies on: what does not fit is scrolled.
        whole = self._inside.sizeHint().height() + self.box.sizeHint().height() - self._scroll.sizeHint().height()
        stage = self.parentWidget()
        return QSize(self.width(), min(whole, stage.height() - 72) if stage is not None else whole)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # New rows are shown a moment after they are made, and a scroll area keeps that to itself.
        if event.type() == QEvent.Type.LayoutRequest:
            self._scroll.updateGeometry()
        return False

    def _many_menu(self) -> QMenu:
        menu = QMenu(self)
        for i, (title, act) in enumerate(self.offered()):
            if i in (len(SCATTERS), len(SCATTERS) + len(LATTICES)):
                menu.addSeparator()
            menu.addAction(title, act)
        return menu

    def offered(self) -> list[tuple[str, partial[bool]]]:
        """Words for the menu and the command palette, and what they do to all starts at once."""
        do = self._experiment.do
        return [
            *((f"Scatter {count:,}", partial(do, ScatterStarts(count), "Scatter starts")) for count in SCATTERS),
            *((f"Lattice {n} × {n}", partial(do, LatticeStarts(n), "Lay out a lattice")) for n in LATTICES),
            ("Remove all starts", partial(do, ClearStarts(), "Remove all starts")),
        ]

    def _on_theme_changed(self) -> None:
        # Larger text needs a wider card, or labels lie on their sliders.
        self.setFixedWidth(round(WIDTH * max(1.0, fonts.scale())))

    def _is_shown(self, declared: Declared) -> bool:
        """Batches only where there are samples; the rarely used behind a button; the schedule on its own card."""
        if declared.name in ScheduleCard.FIELDS:
            return False
        if declared.name == "batch_size":
            return isinstance(self._experiment.run.config.landscape, HasSamples)
        return self._more.isChecked() or not declared.param.advanced

    def _say_usual(self) -> None:
        """What acts from now on, by name: everything else is of the whole race."""
        fields = params.declared(RaceConfig)
        names = [d.label.lower() for d in fields if d.name in self.form.names() and d.param.effect == "live"]
        self._line.set_usual(f"Only {', '.join(names)} and starts act from now on", "live")

    def _rebuild_form(self) -> None:
        self.form.rebuild()
        self._say_usual()
        self.adjustSize()

    def show_run(self, config: RaceConfig) -> None:
        """Show the configuration with the live values that now hold."""
        if isinstance(config.landscape, HasSamples) != self._over_data:
            self._over_data = not self._over_data
            self._rebuild_form()
        self.form.set_config(config)
        title = SCHEDULES.title_of(type(config.schedule))
        self.schedule.setText(title)
        self.schedule.setAccessibleName(f"Schedule: {title}")

    def show_frame(self, frame: RaceFrame) -> None:
        """Show where the starts are."""
        present = np.flatnonzero(frame.present)[:LISTED].tolist()
        dim = frame.starts.shape[1]
        if [i for i, _ in self._shown] != present or any(len(boxes) != dim for _, boxes in self._shown):
            self._rebuild(present, dim)
        # While the card is closed nobody reads them; it is filled with the frame that it opens over.
        for i, boxes in self._shown if not self.isHidden() else ():
            for k, box in enumerate(boxes):
                value = float(frame.starts[i, k])
                box.set_value_text(number_text(value, 4), exact_text(value))
        hidden = int(np.count_nonzero(frame.present)) - len(present)
        self._note.setText(f"and {hidden:,} more" if hidden else "")
        self._note.setVisible(hidden > 0)

    def _rebuild(self, present: list[int], dim: int) -> None:
        while self._rows.count():
            item = self._rows.takeAt(0)
            widget = item.widget() if item is not None else None
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self._shown = []
        for i in present:
            name = start_name(i)
            boxes = [NumberBox(f"Start {name}, coordinate {k + 1}") for k in range(dim)]
            for box in boxes:
                box.setFixedWidth(88)
                box.submitted.connect(lambda text, i=i, box=box: self._on_typed(i, box, text))
            drop = IconButton("trash", f"Remove start {name}", size=15)
            drop.clicked.connect(lambda _=False, i=i: self._experiment.do(RemoveStart(i), "Remove a start"))
            line = QWidget()
            line.setLayout(row(Text(name, "strong"), None, *boxes, drop, spacing=4))
            self._rows.addWidget(line)
            self._shown.append((i, boxes))
        self.adjustSize()

    def _on_typed(self, start: int, box: NumberBox, text: str) -> None:
        frame: RaceFrame = self._experiment.frame()
        boxes = dict(self._shown)[start]
        try:
            value = float(parse_number(text))
        except BadValue as bad:
            box.set_bad(True)
            self._experiment.failed.emit(f"Start {start_name(start)}: {bad.why}")
            return
        point = [float(v) for v in frame.starts[start]]
        point[boxes.index(box)] = value
        self._experiment.do(MoveStart(start, tuple(point)), "Move a start")

    def _on_added(self) -> None:
        config: RaceConfig = self._experiment.run.config
        middle = tuple(0.5 * (lo + hi) for lo, hi in config.landscape.domain)
        self._experiment.do(PlaceStarts((middle,)), "Add a start")

    def _on_edited(self, name: str, value: Any) -> None:
        experiment = self._experiment
        config: RaceConfig = experiment.run.config
        if name != "landscape":
            declared = params.field_of(RaceConfig, name)
            if declared.param.effect == "live":
                experiment.set_live(name, value, None, f"Change {declared.label.lower()}")
            else:
                experiment.set_config(dataclasses.replace(config, **{name: value}), "Change the set-up")
        elif type(value) is type(config.landscape):
            experiment.set_config(dataclasses.replace(config, landscape=value), "Change the landscape")
        else:
            # Another landscape: starts and events of the old one mean nothing on it.
            fresh = dataclasses.replace(config, landscape=value, starts=value.starts[:1])
            run = dataclasses.replace(experiment.run, config=fresh, head=None)
            experiment.set_run(run, "Change the landscape")
