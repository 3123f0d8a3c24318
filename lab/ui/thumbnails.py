"""Living pictures for the start page: each panel itself, small, playing while it is pointed at."""

from __future__ import annotations

from PySide6.QtCore import QObject

from lab.core import session as files
from lab.core.panel import PanelSpec
from lab.core.registry import Entry
from lab.core.timeline import SnapshotBudget
from lab.ui.experiment import Experiment
from lab.ui.jobs import Jobs
from lab.ui.panel_view import PanelView
from lab.ui.player import Player
from lab.ui.start_page import PICTURE, PanelCard
from lab.ui.theme import manager

#: A picture shows its panel this share of the way through its first preset.
SHARE = 0.2
MEGABYTE = 1 << 20


class Thumbnail(QObject):
    """One card's picture: an experiment of its own, drawn through the panel's own view.

    It takes part in the player only while the pointer rests on the card, and begins again at the end.
    """

    def __init__(self, entry: Entry[PanelSpec], card: PanelCard, player: Player, parent: QObject) -> None:
        super().__init__(parent)
        spec = entry.item
        self._card = card
        self._jobs = Jobs(inline=True, parent=self)
        self._experiment = Experiment(entry.id, spec, files.fresh(entry.id, spec), SnapshotBudget(MEGABYTE * 4), self)
        self._view: PanelView = spec.view()(self._experiment, self._jobs)
        # No dock takes the header here; as the view's child it goes with it.
        self._view.header.setParent(self._view)
        self._experiment.seek(int(spec.horizon * SHARE))
        self._experiment.timeline.work(lambda: True)
        self._experiment.moved.connect(self.draw)
        player.add(self._experiment, card.isVisible)
        card.hovered.connect(self._on_hovered)
        manager().changed.connect(self.draw)
        self.draw()

    def draw(self) -> None:
        """Draw the card's picture as the experiment now stands."""
        self._card.set_image(self._view.thumbnail(PICTURE))

    def close(self) -> None:
        """Take the view away with the window."""
        manager().changed.disconnect(self.draw)
        self._experiment.close()
        self._view.deleteLater()

    def _on_hovered(self, on: bool) -> None:
        if on and self._experiment.step >= self._experiment.horizon:
            self._experiment.seek(0)
        self._experiment.set_playing(on)
