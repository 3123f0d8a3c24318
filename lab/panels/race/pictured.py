"""How the race leaves the room: as a table, as a picture, as vectors."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QWidget

from lab.panels.race import record
from lab.panels.race.looked_at import LookedAt
from lab.panels.race.stages import Stages
from lab.ui.widgets import IconButton


class Pictured(LookedAt):
    """The part of the race's view that exports ask."""

    stages: Stages

    def export_csv(self) -> str:
        """All histories as CSV."""
        return record.table(self._frame, self._looks, self.experiment.timeline.trace)

    def picture_of(self) -> QWidget:
        """The stage, with the 3-D view where that is shown."""
        return self.stages if self.stages.view is not None and self.stages.on else self.stage

    def for_the_hand(self) -> Sequence[QWidget]:
        """Hints, the read-out under the pointer and every icon button over the stage, those of its cards, too."""
        over = self.stage.overlays
        found: list[QWidget] = [over.hint, over.readout, over.tools, *self.stage.findChildren(IconButton)]
        if self.stages.view is not None:
            found += [self.stages.view.hint, self.stages.view.tools]
        return found

    def thumbnail(self, size: QSize) -> QImage:
        """The stage alone, without axes, arrows and overlays."""
        self._look = dataclasses.replace(self._look, arrows=False, difference=False)
        self.stage.compact = self.stage.bare = True
        self.stage.resize(size)
        self.show_run()
        self.show_frame(self.experiment.frame())
        return self.stage.thumbnail(size)

    def paint_vector(self, painter: QPainter, area: QRectF) -> None:
        """The stage as vectors."""
        painter.save()
        painter.translate(area.topLeft())
        painter.scale(area.width() / self.stage.width(), area.height() / self.stage.height())
        self.stage.paint_onto(painter)
        painter.restore()
