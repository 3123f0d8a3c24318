"""The side of a panel with its parameters and plots: beside the stage, over it, or folded away."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from lab.ui import fonts
from lab.ui.theme import manager, tokens
from lab.ui.widgets import IconButton
from lab.ui.widgets.layout import fill
from lab.ui.widgets.scroller import Scroller
from lab.ui.widgets.text import restyle

#: Below this width the inspector narrows, so that the stage stays the biggest thing.
WIDE = 1400
#: Below this width the inspector is folded away until it is asked for, and is then as narrow as it can be.
FOLDED = 840
#: What the inspector is wide at least, in a panel of usual width: in px at 100 % text, but at most this share of it.
USUAL, SHARE = 352, 0.45
FOLD, UNFOLD = "Fold the inspector away (Ctrl+I)", "Show the inspector (Ctrl+I)"


class Inspector(QObject):
    """Decides from a panel's width whether its inspector is shown, how wide it is, and whether it lies over the stage.

    Parameters
    ----------
    panel : QWidget
        The panel, which calls `follow` whenever its size changes.
    button : IconButton
        Folds the inspector away and shows it; here only its arrow and words are set.
    """

    #: The panel became narrow (True), or wide again: what is in the inspector does with less, or need not.
    squeezed = Signal(bool)
    #: It is being folded away with the keyboard in it.
    left = Signal()
    #: It was shown or folded away, or needs another width.
    fitted = Signal()

    def __init__(self, panel: QWidget, button: IconButton) -> None:
        super().__init__(panel)
        self._panel = panel
        self._button = button
        self.content = QWidget()
        self.content.setObjectName("inspector")
        self.column = QVBoxLayout(self.content)
        fill(self.column, (), (0, 0, 0, 0), tokens()["size_px"]["gap"])
        #: The inspector itself, with its content in it.
        self.scroll = Scroller("Inspector", self.content)
        self.content.installEventFilter(self)
        self.scroll.installEventFilter(self)
        self.scroll.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self._body = QHBoxLayout()
        #: The inspector is squeezed; it lies over the stage.
        self._narrow = self._drawn_over = False
        #: What something else takes of the panel's width.
        self._elsewhere = 0
        #: That needs it, so that the inspector does with as little as it can.
        self._pressed = False
        #: What the hand chose for the inspector in a narrow panel (True) and in a wide one (False).
        self._chosen: dict[bool, bool] = {}
        # Once everything has taken its new size: only then is it known how narrow the inspector can be.
        self._refit = QTimer(self)
        self._refit.setSingleShot(True)
        self._refit.setInterval(0)
        self._refit.timeout.connect(self._fit)
        manager().changed.connect(self._refit.start)

    def stand_beside(self, stage: QLayout) -> QLayout:
        """A layout of the stage and the inspector."""
        fill(self._body, ((stage, 1), self.scroll), (0, 0, 0, 0), tokens()["size_px"]["gap"])
        return self._body

    @property
    def shown(self) -> bool:
        """Whether it stands beside the stage, or is folded away."""
        return not self.scroll.isHidden()

    def toggle(self) -> None:
        """Fold it away or show it; a narrow panel and a wide one each remember what was chosen."""
        self._chosen[self._panel.width() < FOLDED] = not self.shown
        self._fold()

    def follow(self) -> None:
        """The panel has another size."""
        self._fold()
        self._fit()

    def leave_to(self, width: int, *, pressed: bool = False) -> None:
        """Let something else in the panel have that much of its width; `pressed` for room, be no wider than needed."""
        if (width, pressed) != (self._elsewhere, self._pressed):
            self._elsewhere, self._pressed = width, pressed
            self._fit()

    def choose_like(self, other: Inspector) -> None:
        """Let another panel's inspector be shown here or folded away as it is there."""
        self._chosen = dict.fromkeys((False, True), other.shown)

    def scroll_like(self, other: Inspector) -> None:
        """Scroll to where another panel's inspector is scrolled."""
        self.scroll.verticalScrollBar().setValue(other.scroll.verticalScrollBar().value())

    def _fold(self) -> None:
        narrow = self._panel.width() < FOLDED
        shown = self._chosen.get(narrow, not narrow)
        focus = QApplication.focusWidget()
        if not shown and focus is not None and self.scroll.isAncestorOf(focus):
            self.left.emit()
        self.scroll.setVisible(shown)
        words = FOLD if shown else UNFOLD
        if words != self._button.toolTip():
            self._button.set_icon("caret-right" if shown else "caret-left")
            self._button.setToolTip(words)
            self._button.setAccessibleName(words)
            self.fitted.emit()

    def width_in(self, room: int, *, pressed: bool) -> int:
        """How wide it would be in a panel with so much room for stage and inspector; 0 while it is folded away."""
        return self._width_in(room, pressed) if self.shown else 0

    def _width_in(self, room: int, pressed: bool) -> int:
        widest = tokens()["size_px"]["inspector"]
        usual = 0 if self._narrow or pressed else round(min(USUAL * max(1.0, fonts.scale()), SHARE * room))
        wanted = widest if room >= WIDE else max(usual, widest * room // WIDE)
        needed = self.content.minimumSizeHint().width()
        if self.content.minimumSizeHint().height() > self.scroll.height():
            needed += self.scroll.verticalScrollBar().sizeHint().width()
        return max(wanted, needed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # How tall it is decides whether it has a scroll bar, and that how wide it must be.
        if event.type() == (QEvent.Type.Resize if watched is self.scroll else QEvent.Type.LayoutRequest):
            self._fit()
        return False

    def _fit(self) -> None:
        """Narrower in a narrow panel, but never so narrow that something in it is cut.

        Where it would then be wider than what it leaves to the stage, it lies over the stage until it is folded again.
        """
        room = self._panel.width()
        if (narrow := room < FOLDED) != self._narrow:
            self._narrow = narrow
            self.squeezed.emit(narrow)
        before = self.scroll.minimumWidth()
        room -= self._elsewhere
        width = self._width_in(room, self._pressed)
        self.scroll.setFixedWidth(width)
        gap = tokens()["size_px"]["gap"]
        self._draw_over(room - 3 * gap - width < width)
        if width != before:
            self.fitted.emit()

    def _draw_over(self, on: bool) -> None:
        """Let the inspector lie over the stage's right side, or stand beside it."""
        if on != self._drawn_over:
            self._drawn_over = on
            if on:
                self._body.removeWidget(self.scroll)
            else:
                self._body.addWidget(self.scroll)
            self.scroll.setProperty("drawer", on)
            restyle(self.scroll)
        if on:
            body = self._body.geometry()
            self.scroll.setGeometry(
                body.right() + 1 - self.scroll.width(), body.top(), self.scroll.width(), body.height()
            )
            self.scroll.raise_()
