"""The racer in focus: its mark, its parameters, and which start is looked at."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QMenu, QSizePolicy, QVBoxLayout, QWidget

from lab.core import params
from lab.core.params import Declared
from lab.engine.optimizers import OPTIMIZERS, in_convention
from lab.panels.race.columns import loss_text
from lab.panels.race.looks import Look, start_name
from lab.sims.race import RaceConfig, RaceFrame
from lab.ui import fonts
from lab.ui.acts import WORDS, ActsLine
from lab.ui.experiment import Experiment
from lab.ui.form import ConfigForm, as_declared
from lab.ui.widgets import Button, Card, ComboBox, Glyph, IconButton, Text, row
from lab.ui.widgets.buttons import ButtonKind
from lab.ui.widgets.layout import fill

#: What stands for all starts at once, where a start's number would stand.
MEDIAN, MEAN = -1, -2
#: Of thousands of starts, this many can be looked at one by one.
OFFERED = 52
#: The field of a rule that libraries write differently.
CONVENTION = "convention"
#: A form of so many rows always has room for the line below it.
FEW_ROWS = 3
#: What a button takes besides its picture, and with a word besides the word and three spaces, in px.
AROUND, WORDED = 15, 7
#: What the labels can do with, in an inspector of usual width and in a narrow one; they are whole where there is room.
LABEL, NARROW_LABEL = 132, 108


class _Aside(Text):
    """Words that stand there whole or not at all: what the controls leave is all the room they get."""

    @property
    def whole(self) -> str:
        """All the words, shown or not."""
        return self._whole

    def _cut(self) -> None:
        fits = self.fontMetrics().horizontalAdvance(self._whole) <= self.width()
        QLabel.setText(self, self._whole if fits else "")
        self.hint("" if fits else self._whole)


class _Badge(Button):
    """A button that, like `_Aside`, is there whole or not at all."""

    def __init__(self, text: str, kind: ButtonKind) -> None:
        super().__init__(text, kind=kind)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        fonts.use(self, fonts.CAPTION)

    @property
    def whole(self) -> bool:
        """Whether there is room for it."""
        return self.width() >= self.sizeHint().width()

    def show_words(self, words: str) -> None:
        """Stand there with these words, in the text size of the moment."""
        if words != self.text():
            self.setText(words)
        self.setMaximumWidth(self.sizeHint().width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if self.whole else Qt.FocusPolicy.NoFocus)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.whole:
            super().paintEvent(event)


class FocusCard(Card):
    """Form of the racer's rule; live parameters become events, the others start the race again."""

    #: A start was chosen, or `MEDIAN` or `MEAN` for all of them.
    start_chosen = Signal(object)
    #: The hand asks for a parameter's menu: its name, and a place on the screen.
    menu_wanted = Signal(str, QPoint)

    def __init__(self, experiment: Experiment, look: Look) -> None:
        super().__init__(margins=(16, 8, 16, 8), spacing=4)
        self._experiment = experiment
        self.glyph = Glyph(look.symbol, look.color_role, size=12, box=24, halo=True)
        self.name = Text(look.title, "strong")
        self._selector: ComboBox | None = None
        self._starts: tuple[int, ...] = ()
        self._more = IconButton(
            "sliders-horizontal", "Show all parameters, also those seldom changed", size=15, checkable=True
        )
        self._more.toggled.connect(self._on_more)
        self._caption = _Aside("in focus", "caption", elide=True)
        self.sweeps = IconButton("sweep", "Sweep a parameter: a racer for each of its values", size=15)
        self.sweeps.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        buttons = row(self.sweeps, self._more, spacing=0)
        self._head = row(self.glyph, self.name, (self._caption, 1), buttons, spacing=6)
        self.box.addLayout(self._head)
        self._test = Text("", "caption", elide=True)
        self._test.hide()
        self.box.addWidget(self._test)
        #: Keeps the room that another racer's rows need: what is below must not jump with the focus.
        self._place = QWidget()
        self._place.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._line = ActsLine("Changes act from now on", "live")
        fill(QVBoxLayout(self._place), (None, self._line), (0, 0, 0, 0), 0)
        self.box.addWidget(self._place)
        self._rules: tuple[type, ...] = ()
        #: Whose form of the rule this is, where libraries differ; pressed, it offers the others.
        self.badge = _Badge("", kind="chip")
        self._conventions = QMenu(self)
        self._conventions.aboutToShow.connect(self._fill_conventions)
        self.badge.setMenu(self._conventions)
        self._head.insertWidget(3, self.badge, 1000)
        self._form: ConfigForm | None = None
        self._label_width = LABEL
        self._lane = -1

    def show_racer(self, look: Look, optimizer: Any) -> None:
        """Show this racer with the parameters that now hold."""
        self.glyph.set_mark(look.symbol, look.color_role, halo=True)
        self.name.setText(look.title)
        rule = OPTIMIZERS.title_of(type(optimizer))
        self._caption.setText("in focus" if look.title.startswith(rule) else rule)
        if look.lane != self._lane:
            # What was pointed at belonged to another racer.
            self._line.show_acts("", "")
        self._lane = look.lane
        if self._form is None:
            self._form = ConfigForm(
                optimizer, only=self._is_shown, acts=as_declared, label_width=self._label_width, fit_labels=True
            )
            self._form.edit_started.connect(lambda: self._experiment.begin_gesture(f"Change {self.name.text()}"))
            self._form.edited.connect(self._on_edited)
            self._form.edit_finished.connect(self._experiment.end_gesture)
            self._form.menu_wanted.connect(self.menu_wanted)
            self._form.pointed.connect(self._line.show_acts)
            inside = self._place.layout()
            assert isinstance(inside, QVBoxLayout)
            inside.insertWidget(0, self._form)
        else:
            self._form.set_config(optimizer)
        self._reserve()
        self._show_badge(optimizer)
        self._fit_words()

    def _show_badge(self, optimizer: Any) -> None:
        fields = [d for d in params.declared(type(optimizer)) if d.name == CONVENTION]
        self.badge.setVisible(bool(fields))
        for d in fields:
            now = d.param.word(getattr(optimizer, CONVENTION))
            self.badge.show_words(now)
            if now not in self.badge.accessibleName():
                self.badge.setAccessibleName(f"{d.label}: {now}")
                self.badge.setToolTip(f"{d.param.doc}\n{WORDS[d.param.effect]}")

    def _fill_conventions(self) -> None:
        self._conventions.clear()
        assert self._form is not None
        config = self._form.config
        for convention, words in params.field_of(type(config), CONVENTION).param.named:
            choice = self._conventions.addAction(f"{words}'s form of the rule")
            choice.setCheckable(True)
            choice.setChecked(getattr(config, CONVENTION) == convention)
            choice.triggered.connect(lambda _=False, c=convention: self._on_edited(CONVENTION, c))

    def show_rules(self, optimizers: Sequence[Any]) -> None:
        """All rules of the race: the card keeps room for the one with the most parameters, whichever is in focus."""
        rules = tuple(type(optimizer) for optimizer in optimizers)
        if rules != self._rules:
            self._rules = rules
            self._reserve()

    def _reserve(self) -> None:
        if self._form is None or not self._form.names():
            return
        shown = [[d for d in params.declared(rule) if not d.param.hidden and self._is_shown(d)] for rule in self._rules]
        most = max((len(fields) for fields in shown), default=0)
        row = max(self._form.row(name).sizeHint().height() for name in self._form.names())
        line = self._line.sizeHint().height()
        room = max(most * row, min(most, FEW_ROWS) * row + line)
        self._place.setFixedHeight(room)
        # Where a rule fills the room, the tooltips of its parameters say what the line says.
        self._line.setVisible(len(self._form.names()) * row + line <= room)

    def show_starts(self, frame: RaceFrame, start: int) -> None:
        """Offer the starts that take part, and all of them at once."""
        present = tuple(np.flatnonzero(frame.present)[:OFFERED].tolist())
        if start >= 0 and start not in present:
            present = (*present, start)
        if present != self._starts:
            self._starts = present
            self._rebuild()
        if self._selector is not None and self._selector.value != start:
            self._selector.set_value(start)

    def squeeze(self, on: bool) -> None:
        """Do with less room: shorter labels and margins."""
        self._label_width = NARROW_LABEL if on else LABEL
        side = 12 if on else 16
        self.box.setContentsMargins(side, 8, side, 8)
        if self._form is not None:
            self._form.set_label_width(self._label_width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_words()

    def _fit_words(self) -> None:
        """Say by words what the two pictures do, as far as the others in the row leave room."""
        margins, buttons = self.box.contentsMargins(), (self.sweeps, self._more)
        others: list[QWidget] = [self.glyph, self.name]
        others += [] if self.badge.isHidden() else [self.badge]
        others += [] if self._selector is None else [self._selector]
        # "in focus" can be left out, the name of the rule should not.
        named = self._caption.whole not in ("", "in focus")
        caption = self._caption.fontMetrics().horizontalAdvance(self._caption.whole) if named else 0
        gaps = self._head.spacing() * (len(others) + 2)
        plain = sum(button.iconSize().width() + AROUND for button in buttons)
        room = self.width() - margins.left() - margins.right() - gaps - caption - plain
        room -= sum(widget.sizeHint().expandedTo(widget.minimumSize()).width() for widget in others)
        words = QFontMetrics(fonts.font(fonts.CAPTION, fonts.MEDIUM))
        for button, word in zip(buttons, ("Sweep", "More"), strict=True):
            room -= words.horizontalAdvance(f"   {word}") + WORDED
            button.show_word(word if room >= 0 else "")

    def take_keyboard(self) -> None:
        """Put the keyboard on the first parameter."""
        rows = self._form.names() if self._form is not None else []
        if self._form is not None and rows:
            self._form.row(rows[0]).take_keyboard()

    def show_test_loss(self, losses: tuple[float, float] | None) -> None:
        """Training and test loss side by side, both above the lowest training loss; None where there is no test."""
        self._test.setVisible(losses is not None)
        if losses is not None:
            self._test.setText(f"Loss in training {loss_text(losses[0])}, on test data {loss_text(losses[1])}")

    def _is_shown(self, declared: Declared) -> bool:
        return self._more.isChecked() or not declared.param.advanced

    def _on_more(self, on: bool) -> None:
        if self._form is not None:
            self._form.rebuild()
            self._reserve()

    def _rebuild(self) -> None:
        if self._selector is not None:
            self._head.removeWidget(self._selector)
            self._selector.hide()
            self._selector.deleteLater()
            self._selector = None
        options: list[tuple[object, str]] = [(i, start_name(i)) for i in self._starts]
        if len(options) < 2:
            return
        options = [(MEDIAN, "Median"), (MEAN, "Mean"), *options]
        combo = ComboBox("Start")
        combo.set_options(options)
        combo.chosen.connect(self.start_chosen)
        self._selector = combo
        self._head.addWidget(self._selector)
        self._fit_words()

    def _on_edited(self, name: str, value: Any) -> None:
        config: RaceConfig = self._experiment.run.config
        entrant = next(r for r in config.racers if r.id == self._lane)
        declared = params.field_of(type(entrant.optimizer), name)
        label = f"Change {declared.label.lower()} of {self.name.text()}"
        if declared.param.effect == "live":
            self._experiment.set_live(name, value, self._lane, label)
            return
        # Another library's form of the rule comes with its defaults, where the user has left the sliders alone.
        switched = in_convention(entrant.optimizer, value) if name == CONVENTION else None
        changed = dataclasses.replace(entrant, optimizer=switched or params.replace(entrant.optimizer, name, value))
        racers = tuple(changed if r.id == self._lane else r for r in config.racers)
        self._experiment.set_config(dataclasses.replace(config, racers=racers), label)
