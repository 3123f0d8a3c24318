"""A panel's own playhead: where it stands, while several panels are seen and the transport speaks of one of them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.ui import fonts
from lab.ui.experiment import Experiment
from lab.ui.theme import theme

#: Above it a picture of the panel ends, in px; and how thick its line is, and how far from the words.
ABOVE, LINE, GAP = 4, 2, 10


class Playhead(QWidget):
    """A thin line as far as the run was played, and the step in words; nothing for the hand, which has the transport.

    A step that changes neither the words nor a pixel of the line draws nothing, and what is hidden hears nothing.
    """

    def __init__(self, experiment: Experiment) -> None:
        super().__init__()
        fonts.use(self, fonts.TICK)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Playhead")
        self._experiment = experiment
        self._active = False
        self._shown = (-1, -1)
        self.hide()

    @property
    def words(self) -> str:
        """What it says."""
        step, horizon = self._shown
        return f"{self._experiment.spec.simulation.step_name} {step:,} / {horizon:,}"

    def sizeHint(self) -> QSize:
        return QSize(120, ABOVE + self.fontMetrics().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def set_shown(self, on: bool) -> None:
        """Show it or not; only while it is shown it follows the experiment."""
        if on != self.isHidden():
            return
        experiment = self._experiment
        for signal in (experiment.moved, experiment.edited):
            if on:
                signal.connect(self._follow)
            else:
                signal.disconnect(self._follow)
        self._follow()
        self.setVisible(on)

    def set_active(self, on: bool) -> None:
        """Whether the transport controls this panel: then the line has the accent's colour."""
        if on != self._active:
            self._active = on
            self.update()

    def _follow(self) -> None:
        now = (self._experiment.step, self._experiment.horizon)
        if now != self._shown:
            self._shown = now
            self.setAccessibleDescription(self.words)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        t, words = theme(), self.words
        step, horizon = self._shown
        wide = self.fontMetrics().horizontalAdvance(words)
        # The line keeps its length while the digits change.
        most = self.fontMetrics().horizontalAdvance(words.replace(f" {step:,} ", f" {max(step, horizon):,} "))
        line = QRectF(0, (self.height() + ABOVE - LINE) / 2, max(0, self.width() - max(wide, most) - GAP), LINE)
        played = QRectF(line.x(), line.y(), line.width() * min(1.0, step / max(1, horizon)), LINE)
        with QPainter(self) as painter:
            painter.fillRect(line, t.color(t.groove))
            painter.fillRect(played, t.color("accent" if self._active else "faint"))
            painter.setPen(t.color("text" if self._active else "muted"))
            place = self.rect().adjusted(0, ABOVE, 0, 0)
            painter.drawText(place, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words)
