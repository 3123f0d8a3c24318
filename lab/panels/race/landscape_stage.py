"""A landscape as what racers stand on: what of it is seen, and its picture, computed in the background."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Signal
from PySide6.QtGui import QImage, QPainter, QResizeEvent
from PySide6.QtWidgets import QWidget

from lab.engine.landscapes import LANDSCAPES, Landscape
from lab.panels.race.field import Field, around, compute_field
from lab.panels.race.held_out import HeldOutLayer
from lab.panels.race.layers import FieldLayer
from lab.panels.race.one_d import home
from lab.panels.race.overlays import LOSS_MARGIN
from lab.panels.race.state import RaceViewState
from lab.ui.jobs import Jobs
from lab.ui.stage import LEFT, Stage
from lab.ui.theme import theme

#: One cell of the landscape's picture covers this many pixels; while the hand moves the view, so many.
CELL, COARSE_CELL = 3.0, 6.0
#: A card in a corner ends so far from the plot's edge, with a gap on its other side; beside it, at least this share of
#: the plot must be left for the landscape.
CARD_EDGE, BESIDE = 28, 0.4


class LandscapeStage(Stage):
    """A landscape of one weight or two: nothing but the ground, which knows nobody who stands on it."""

    #: Background work failed: one line.
    failed = Signal(str)
    #: Another picture of the landscape is shown: a `Field`.
    field_changed = Signal(object)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self.setAccessibleName("Landscape")
        self._jobs = jobs
        self._landscape: Landscape | None = None
        self._log = True
        #: The picture of the landscape that is shown.
        self.picture: Field | None = None
        self.field = FieldLayer()
        self.held_out = HeldOutLayer(jobs, self.refresh, self.failed.emit)
        #: All that is worth seeing, x and y, and what it should lie beside and above.
        self._whole = (-1.0, 1.0), (-1.0, 1.0)
        self._card: QWidget | None = None
        self._table: QWidget | None = None
        self.view_changed.connect(self._ask_for_field)
        self.rested.connect(self._ask_for_field)

    @property
    def landscape(self) -> Landscape | None:
        """What is shown."""
        return self._landscape

    @property
    def flat(self) -> bool:
        """Whether the landscape has one weight only."""
        return self._landscape is not None and self._landscape.dim == 1

    def point_at(self, position: QPointF) -> tuple[float, ...]:
        """The weights under a pixel, exactly."""
        x, y = self.to_world(position)
        return (x,) if self.flat else (x, y)

    def take_ground(self, landscape: Landscape) -> None:
        """Stand on another landscape; `show_part` then says what of it is seen."""
        self._landscape = landscape
        self.picture = None
        self.field.set_field(None)
        self.held_out.adopt(landscape)
        self.locked = not self.flat
        # A loss has more digits than a weight.
        self.left_margin = LOSS_MARGIN if self.flat else LEFT
        self.x_label, self.y_label = ("θ", "f(θ)") if self.flat else ("θ₁", "θ₂")
        self.setAccessibleDescription(f"{LANDSCAPES.title_of(type(landscape))}: {landscape.doc}")

    def show_part(self, world: Sequence[float], starts: Sequence[Sequence[float]] = ()) -> None:
        """Show all of the landscape with these starts, or the part `world` (x, y, width, height) of it."""
        assert self._landscape is not None
        self._whole = home(self._landscape) if self.flat else around(self._landscape.domain, starts)
        self.set_home(*self._beside_card())
        if len(world) == 4 and world[2] > 0 and world[3] > 0:
            self.show_world(QRectF(*world))
        self.refresh()
        self._ask_for_field()

    def take_home(self, starts: Sequence[Sequence[float]], world: Sequence[float]) -> None:
        """Show all of the landscape with other starts, or the part `world` of it, as if the hand had asked for it."""
        if self._landscape is not None and not self.flat:
            self._whole = around(self._landscape.domain, starts)
            self.set_home(*self._beside_card())
        self.go_home()
        if len(world) == 4:
            self.show_world(QRectF(*world))
            self.view_chosen.emit()

    def set_ground(self, look: RaceViewState) -> None:
        """Follow the switches of contours, colours and test loss."""
        if self.field.show_contours != look.contours:
            self.field.show_contours = look.contours
            self.refresh()
        if self._log != look.log_colors:
            self._log = look.log_colors
            self._ask_for_field()
        if self.held_out.shown != look.test_loss:
            self.held_out.shown = look.test_loss
            self._ask_for_test_loss()
            self.refresh()

    # -- beside a card -------------------------------------------------------------------------------------------

    def make_room(self, card: QWidget | None, table: QWidget | None = None) -> None:
        """Let everything worth seeing lie beside an open card in the upper right corner and above a table; or neither.

        Costs next to nothing while they stay as large as they are.
        """
        self._card, self._table = card, table
        self._keep_home()

    def _keep_home(self) -> None:
        """Follow the room that there is; a part that the hand has chosen stays."""
        (left, right), (low, high) = self._beside_card()
        wanted = QRectF(left, low, right - left, high - low)
        if wanted == self._home:
            return
        if self.at_home:
            self.set_home((left, right), (low, high))
        else:
            self._home = wanted

    def _room(self) -> tuple[float, float]:
        """How wide and high the plot is beside card and table, in pixels; all of it where that leaves too little."""
        wide, high = self.plot.width(), self.plot.height()
        if self.bare:
            return wide, high
        beside = wide - CARD_EDGE - (self._card.sizeHint().width() if self._card is not None else 0)
        above = high - CARD_EDGE - (self._table.sizeHint().height() if self._table is not None else 0)
        return (
            beside if self._card is not None and beside >= BESIDE * wide else wide,
            above if self._table is not None and above >= BESIDE * high else high,
        )

    def _seen(self) -> tuple[float, float]:
        """The shares of the plot, from its left and from its top, whose losses the colours are spread over."""
        if not self.at_home or self._beside_card() == self._whole:
            return 1.0, 1.0
        wide, high = self._room()
        return wide / self.plot.width(), high / self.plot.height()

    def _beside_card(self) -> tuple[tuple[float, float], tuple[float, float]]:
        """What of the world to show so that card and table hide nothing of it, as x and y.

        No more of it than is needed; where too little is left beside them, they lie over the landscape.
        """
        x, y = self._whole
        plot, (wide, high) = self.plot, self._room()
        if (wide, high) == (plot.width(), plot.height()):
            return x, y
        width, height = x[1] - x[0], y[1] - y[0]
        if self.flat:
            return (x[0], x[0] + width * plot.width() / wide), (y[1] - height * plot.height() / high, y[1])
        unit = max(width / plot.width(), height / plot.height())
        if (plot.width() + width / unit) / 2 <= wide and (plot.height() + height / unit) / 2 <= high:
            return x, y
        unit = max(width / wide, height / high)
        # Against the card, or in the middle where there is none; in the middle of what is above the table.
        left = x[1] - wide * unit if wide < plot.width() else (x[0] + x[1] - wide * unit) / 2
        low = (y[0] + y[1] + high * unit) / 2 - plot.height() * unit
        return (left, left + plot.width() * unit), (low, low + plot.height() * unit)

    # -- the field -----------------------------------------------------------------------------------------------

    def _window(self) -> tuple[tuple[float, float, float, float], int, int]:
        """What is visible, and with how many cells it is computed."""
        world, plot = self.world, self.plot
        window = (world.x(), world.y(), world.width(), world.height())
        cell = COARSE_CELL if self.in_motion else CELL
        return window, max(16, round(plot.width() / cell)), max(16, round(plot.height() / cell))

    def _ask_for_test_loss(self) -> None:
        if not self.flat:
            self.held_out.ask(*self._window(), self._log)

    def _ask_for_field(self) -> None:
        if self._landscape is None or self.flat:
            return
        window, nx, ny = self._window()
        self._ask_for_test_loss()
        self._jobs.submit(
            (id(self), "field"),
            compute_field,
            self._landscape,
            window,
            nx,
            ny,
            self._log,
            *self._seen(),
            done=self._on_field,
            failed=self.failed.emit,
        )

    def _on_field(self, field: Field) -> None:
        self.picture = field
        self.field.set_field(field)
        self.refresh()
        self.field_changed.emit(field)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._keep_home()

    def _on_theme_changed(self) -> None:
        super()._on_theme_changed()
        self._keep_home()

    # -- pictures ------------------------------------------------------------------------------------------------

    def thumbnail(self, size: QSize) -> QImage:
        """The picture alone, without axes and overlays, at double resolution."""
        self.compact = self.bare = True
        self.resize(size)
        image = QImage(size * 2, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(2.0)
        image.fill(theme().color("surface"))
        with QPainter(image) as painter:
            self.paint_onto(painter)
        return image
