"""What floats over the landscape: hint, colour bar, legend, zoom buttons, the value under the pointer."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtWidgets import QApplication, QBoxLayout, QWidget

from lab.panels.race.data_card import DataCard
from lab.panels.race.derivative_card import DerivativeCard
from lab.panels.race.dissection import StepApart
from lab.panels.race.held_out import ROLE
from lab.panels.race.readout import Readout
from lab.panels.race.state import RaceViewState
from lab.ui import fonts
from lab.ui.keys import FIRST
from lab.ui.stage import Stage
from lab.ui.widgets import ColorBar, CornerOverlays, IconButton, Overlay, Swatch, Text, number_text, row
from lab.ui.widgets.surfaces import Corner

#: From the edges of the plot to its overlays.
WITHIN = 14
#: The same from the edges of the stage, at 100 % text: those of the axes grow with it, and overlays follow.
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 24, 58
#: Stages smaller than these have no legend of the arrows (they carry their names), and no scale of the colours.
SMALL, TINY = QSize(420, 400), QSize(480, 300)
#: In one smaller than this the buttons for what the wheel does would cover what they bring nearer.
CRAMPED = QSize(340, 260)
#: In a stage less wide than this, at 100 % text, the legend's two lines stand one below the other.
ABREAST = 560
#: In one smaller than this what the colours of basins mean is not written out.
BRIEF = QSize(600, 340)
#: Beside the axis of a loss.
LOSS_MARGIN = 64


#: An overlay keeps this many pixels away from what must be seen.
NEAR = 14.0
#: Where cards may float, at home first.
HOMES: dict[str, tuple[Corner, ...]] = {
    "legend": ("bl", "br", "tl", "tr"),
    "data": ("tr", "tl", "br", "bl"),
    "apart": ("bl", "tl", "tr", "br"),
    "readout": ("br", "bl", "tr", "tl"),
    "table": ("bl", "tl"),
}
#: The same of the card that takes a step apart on a curve, which leaves its middle free above.
OVER_A_CURVE: tuple[Corner, ...] = ("tc", "bl", "br", "tl", "tr")

#: Pixels (x, y).
Places = Sequence[tuple[float, float]]


class Overlays:
    """Keeps the small cards in the stage's corners."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.corners = CornerOverlays(stage)
        self.hint = Overlay(Text("Press to drop a start", "caption"), see_through=True)
        self.readout = Readout()
        #: Starts and minima that it keeps off, in pixels.
        self._read_beside: tuple[Places, Places] = ((), ())
        self._lo, self._hi = Text("0", "tick"), Text("1", "tick")
        self.color_bar = Overlay(Text("f(θ)", "caption"), self._lo, ColorBar("stage"), self._hi, spacing=8)
        self.legend = Overlay(
            row(Swatch("gradient"), Text("descent direction −∇f", "caption"), spacing=6),
            row(Swatch("text"), Text("next step Δθ", "caption"), spacing=6),
            spacing=16,
        )
        home = IconButton("frame-corners", "Show everything worth seeing", size=16)
        home.clicked.connect(stage.go_home)
        closer = IconButton("magnifying-glass-plus", "Zoom in (wheel)", size=16)
        closer.clicked.connect(lambda: stage.zoom(0.8))
        farther = IconButton("magnifying-glass-minus", "Zoom out (wheel)", size=16)
        farther.clicked.connect(lambda: stage.zoom(1.25))
        self._zooms = (closer, farther)
        self.tools = Overlay(home, closer, farther, margins=(4, 2, 4, 2), spacing=0)
        self.tools.setProperty(FIRST, True)
        self._basin_text = Text("", "caption")
        self._basin_words = ("", "")
        self.basin_note = Overlay(self._basin_text)
        self.test_legend = Overlay(
            row(Swatch("muted"), Text("training loss: colour and lines", "caption"), spacing=6),
            row(Swatch(ROLE, dashed=True, width=2), Text("test loss", "caption"), spacing=6),
            spacing=16,
        )
        self._stability_text = Text("", "caption")
        self.stability = Overlay(self._stability_text)
        self._ghost_text = Text("", "caption")
        self.ghost = Overlay(row(Swatch("muted", dashed=True), self._ghost_text, spacing=6))
        self.apart = StepApart()
        #: The card that takes a step apart has been given a corner since it was shown.
        self._apart_placed = False
        self._flat = False
        #: The hint has its place in the upper corner, though this is a curve.
        self._hint_raised = False
        #: Where legend, data and that card lie.
        self._corner = {name: homes[0] for name, homes in HOMES.items()}
        self.corners.add(self.hint, "tl", LEFT, TOP)
        self.corners.add(self.stability, "tl", LEFT, TOP)
        self.corners.add(self.ghost, "tl", LEFT, TOP)
        self.corners.add(self.tools, "br", RIGHT, BOTTOM)
        self.corners.add(self.color_bar, "tr", RIGHT, TOP)
        self.corners.add(self.basin_note, "tr", RIGHT, TOP)
        self.corners.add(self.test_legend, "tr", RIGHT, TOP)
        self.corners.add(self.legend, "bl", LEFT, BOTTOM)
        self.corners.add(self.apart, "bl", LEFT, BOTTOM, needed=True)
        #: The table of all racers lies where the legend would.
        self.covered = False
        self.table: QWidget | None = None
        #: The stage is so small that what only explains would cover what it explains.
        self._small = self._tiny = False
        #: There are arrows to explain, wherever there is room for it.
        self._explained = False
        #: The colours stand for losses, and nothing takes the place of their scale.
        self._scaled = True
        self.data = DataCard()
        self.data.unfolded.connect(self._on_data_unfolded)
        self.corners.add(self.data, "tr", RIGHT, TOP)
        self.derivative = DerivativeCard()
        self.corners.add(self.derivative, "tc", 0, TOP, needed=True)
        # Last of all: it comes and goes with the pointer, and nothing should move because of that.
        self.corners.add(self.readout, "br", RIGHT, BOTTOM)
        self.derivative.hide()
        self.data.hide()
        self.test_legend.hide()
        self.apart.hide()
        self.stability.hide()
        self.ghost.hide()
        self.readout.hide()

    def set_look(self, look: RaceViewState, flat: bool) -> None:
        """Follow the layer switches; the cards of set-up and schedule take the colour bar's corner."""
        free = not (look.card_open or flat)
        self._scaled = free and not look.basins
        self.color_bar.setVisible(self._scaled and not self._tiny)
        self.basin_note.setVisible(free and look.basins)
        self.covered = look.table
        if not look.arrows or flat or self.covered:
            self.show_legend(False)
        self.derivative.set_look(look)
        self.derivative.want(flat and look.difference and not (look.card_open or look.table))
        if flat != self._flat:
            self._flat, self._apart_placed = flat, False
        self._place_words()

    def _place_words(self) -> None:
        """Hint and curvature stand in the upper left corner, unless something else has its place there."""
        # Above the middle of a curve is the place of the derivative.
        low = self._flat or (self._corner["apart"] == "tl" and not self.apart.isHidden())
        for overlay in (self.hint, self.stability):
            high = not low or (overlay is self.hint and self._hint_raised)
            self._move(overlay, "tl" if high else "bl")

    def clear_hint(self, starts: Places) -> None:
        """Keep the hint off the starts at these places (x, y) in pixels: over a curve in a low stage it goes up."""
        hint = self.hint
        stage = hint.parentWidget()
        assert stage is not None
        dx, dy = self._offsets("bl")
        place = QRectF(dx, stage.height() - dy - hint.height(), hint.width(), hint.height()).adjusted(
            -NEAR, -NEAR, NEAR, NEAR
        )
        free = self.derivative.isHidden()
        raised = self._flat and free and any(place.contains(QPointF(x, y)) for x, y in starts)
        if raised != self._hint_raised:
            self._hint_raised = raised
            self._place_words()

    def _offsets(self, corner: Corner) -> tuple[int, int]:
        """How far from the edges of the stage a corner's overlays lie, so that they lie within its plot."""
        plot, stage = self._stage.plot, self._stage
        left, right = round(plot.left()), round(stage.width() - plot.right())
        across = {"l": left + WITHIN, "c": (left - right) // 2, "r": right + WITHIN}[corner[1]]
        return across, WITHIN + round(plot.top() if corner[0] == "t" else stage.height() - plot.bottom())

    def follow_plot(self) -> None:
        """Keep within the plot, whose margins follow the text and the kind of landscape."""
        foot = round(self._stage.height() - self._stage.plot.bottom())
        corners: tuple[Corner, ...] = ("tl", "tr", "bl", "br", "tc", "bc")
        self.corners.set_margins(foot, {corner: self._offsets(corner) for corner in corners})

    def _move(self, overlay: QWidget, corner: Corner) -> None:
        """Put an overlay into a corner, above the axis where that is a lower one."""
        self.corners.set_corner(overlay, corner)
        self.corners.set_offsets(overlay, *self._offsets(corner))

    def at_the_foot(self) -> list[QRectF]:
        """Where overlays lie along the lower edge, in pixels."""
        lower = [self.tools, self.hint, self.stability, self.apart]
        if self.derivative.y() > TOP:
            lower.append(self.derivative)
        return [QRectF(overlay.geometry()) for overlay in lower if not overlay.isHidden()]

    def show_legend(self, on: bool) -> None:
        """Explain the arrows, unless the stage is too small for it."""
        self._explained = on
        self.legend.setVisible(on and not self._small)

    def give_room(self, stage: QSize) -> None:
        """Follow the size of the stage."""
        self.follow_plot()
        upright = stage.width() < ABREAST * max(1.0, fonts.scale())
        self.legend.box.setDirection(QBoxLayout.Direction.TopToBottom if upright else QBoxLayout.Direction.LeftToRight)
        self.legend.box.setSpacing(4 if upright else 16)
        self._small = stage.width() < SMALL.width() or stage.height() < SMALL.height()
        self.show_legend(self._explained)
        self.show_basin_of(*self._basin_words)
        tiny = stage.width() < TINY.width() or stage.height() < TINY.height()
        if tiny != self._tiny:
            self._tiny = tiny
            self.color_bar.setVisible(not tiny and self._scaled)
        cramped = stage.width() < CRAMPED.width() or stage.height() < CRAMPED.height()
        for button in self._zooms:
            button.setVisible(not cramped)
        self.derivative.give_room(stage)
        self.data.give_room(self._stage.plot.size())
        self._on_data_unfolded()
        self.raise_derivative()

    def _on_data_unfolded(self) -> None:
        # What the hand has opened is not sent away by what merely explains.
        self.corners.set_needed(self.data, self.data.opened)

    def raise_derivative(self) -> None:
        """Put the derivative's card where it belongs; the next frame moves it if a ball is there."""
        self._move(self.derivative, "tc")

    def at_the_top(self) -> QRectF | None:
        """Where the derivative's card lies along the upper edge, in pixels."""
        card = self.derivative
        return QRectF(card.geometry()) if not card.isHidden() and card.y() <= TOP else None

    def keep_clear(self, place: QPointF) -> None:
        """Move the derivative's card to the lower edge while a ball, at these pixels, would lie under it."""
        card = self.derivative
        if card.isHidden():
            return
        lowered = card.y() > TOP
        above = QRectF(card.x(), TOP, card.width(), card.height())
        # A ball along the rim must not make the card jump to and fro.
        near = 24.0 if lowered else 12.0
        under = above.adjusted(-near, -near, near, near).contains(place)
        if under != lowered:
            self._move(card, "bc" if under else "tc")

    def clear_apart(self, vital: Places, *, all_vital: Callable[[], Places], others: Callable[[], Places]) -> None:
        """Keep the card that takes a step apart off places (x, y) in pixels that it speaks of.

        It stays where it is as long as it hides none of `vital`; else, and when it was just opened, it goes where it
        hides fewest of `all_vital` and `others`, which are only then asked for.
        """
        if self.apart.isHidden():
            if self._apart_placed:
                self._apart_placed = False
                self._place_words()
            return
        # The derivative has its place above the middle.
        above = self._flat and self.derivative.isHidden()
        if self._corner["apart"] == "tc" and not above:
            self._put_apart("bl")
            self._apart_placed = False
        if not self.derivative.isHidden() and self.apart.geometry().intersects(self.derivative.geometry()):
            self._apart_placed = False
        if self._apart_placed:
            box = QRectF(self.apart.geometry()).adjusted(-NEAR, -NEAR, NEAR, NEAR)
            if not any(box.contains(x, y) for x, y in vital):
                return
            if self.apart.underMouse() or QApplication.mouseButtons() != Qt.MouseButton.NoButton:
                return
        self._apart_placed = True
        homes = OVER_A_CURVE if above else OVER_A_CURVE[1:] if self._flat else HOMES["apart"]
        self._put_apart(self._emptiest(self.apart, homes, all_vital(), others()))

    def _put_apart(self, corner: Corner) -> None:
        self._corner["apart"] = corner
        self._move(self.apart, corner)
        self._place_words()

    def taken(self) -> list[QRectF]:
        """Where overlays lie, in pixels."""
        return [QRectF(rect) for rect in self.corners.taken()]

    def dodge(self, vital: Places, others: Places, heads: Places = ()) -> None:
        """Put legend, data and table where they hide fewest of these places (x, y), in pixels; at a tie, nearer home.

        Where they lie follows from what is shown alone; but they stay while the hand is on them or holds something.
        """
        if QApplication.mouseButtons() != Qt.MouseButton.NoButton:
            return
        for name, card in (("table", self.table), ("legend", self.legend), ("data", self.data)):
            if card is None or card.isHidden() or card.underMouse():
                continue
            # Under the table whole trails go out of sight, not an end.
            beside = [*others, *heads] if card is self.table else others
            corner = self._emptiest(card, HOMES[name], vital, beside)
            if corner != self._corner[name]:
                # To put one in its place puts all: not at every frame.
                self._corner[name] = corner
                self._move(card, corner)

    def clear_readout(self, starts: Places, others: Places = ()) -> None:
        """Keep what is read under the pointer off these starts, in pixels, also while the hand draws them.

        It stays where it is as long as it hides none of them.
        """
        self._read_beside = starts, others
        if not self.readout.isHidden():
            box = QRectF(self.readout.geometry()).adjusted(-NEAR, -NEAR, NEAR, NEAR)
            if self.readout.x() < 0 or any(box.contains(x, y) for x, y in starts):
                self._place_readout()

    def _place_readout(self) -> None:
        homes = ("br", "tr") if self._flat else HOMES["readout"]
        corner = self._emptiest(self.readout, homes, *self._read_beside)
        if corner != self._corner["readout"]:
            self._corner["readout"] = corner
            self._move(self.readout, corner)

    def _emptiest(
        self,
        card: QWidget,
        homes: Sequence[Corner],
        vital: Places,
        others: Places,
    ) -> Corner:
        """The first corner where a card hides fewest places; those that must be seen count most, its own room first."""

        def hidden(corner: Corner) -> tuple[bool, int]:
            dx, dy = self._offsets(corner)
            place = self.corners.would_lie(card, corner, dx, dy)
            box = QRectF(place).adjusted(-NEAR, -NEAR, NEAR, NEAR)
            crowd = sum(box.contains(x, y) for x, y in others)
            # What the hand has opened or points at had better not be sent away by a hint.
            away = card in (self.data, self.readout) and self.corners.crosses(place, card)
            weighed = 20 * sum(box.contains(x, y) for x, y in vital) + crowd
            return away or not self.corners.has_room(place, card), weighed

        return min(homes, key=hidden)

    def show_test_loss(self, look: RaceViewState, there: bool) -> None:
        """Say which lines are which, where the test loss is drawn."""
        self.test_legend.setVisible(there and look.test_loss and not look.card_open)

    def show_basin_of(self, title: str, words: str) -> None:
        """Say whose basins the colours are, and what the shades mean; on a small stage that is a tooltip."""
        self._basin_words = title, words
        whole = f"Colour: the minimum {title} reaches. {words}"
        stage, grown = self._stage, max(1.0, fonts.scale())
        brief = stage.width() < BRIEF.width() * grown or stage.height() < BRIEF.height()
        self._basin_text.setText(f"Basins of {title}" if brief else whole)
        self._basin_text.hint(whole if brief else "")

    def show_range(self, lo: float, hi: float) -> None:
        """Losses at the two ends of the colour bar."""
        self._lo.setText(number_text(lo, 2, large=1e3))
        self._hi.setText(number_text(hi, 2, large=1e3))

    def show_stability(self, words: str) -> None:
        """What the curvature says about the learning rate; nothing hides it."""
        self._stability_text.setText(words)
        self.stability.setVisible(bool(words))

    def show_ghost(self, words: str) -> None:
        """What there is to say about the pinned run; nothing hides it."""
        if words != self._ghost_text.text():
            self._ghost_text.setText(words)
        self.ghost.setVisible(bool(words))

    def show_readout(self, point: Sequence[float], value: float, gradient: NDArray[np.float64]) -> None:
        """The value and gradient under the pointer."""
        self.readout.tell(point, value, gradient, self._stage.plot.width())
        if self.readout.isHidden():
            self.readout.show()
            self._place_readout()
