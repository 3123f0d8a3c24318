"""What stands beside a panel's stage and inspector, such as a lesson: a column at their left, or a strip above them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLayout, QSizePolicy, QWidget

from lab.ui import fonts
from lab.ui.inspector import Inspector
from lab.ui.theme import manager, theme, tokens

#: Width of a column in px at 100 % text: usually, at least, at most.
USUAL, LEAST, MOST = 320, 268, 560
#: What a column leaves to the stage; where there is less, it lies above stage and inspector as a strip, unless that
#: would leave the stage less than `LOW` of height, and beside the column there is `SLIM` of width.
STAGE, SLIM, LOW = 480, 360, 280
#: An open strip takes this share of the panel's height at most.
SHARE = 0.44
#: How far an arrow key moves the grip.
_NUDGE = 16


class Leaf(QFrame):
    """What can stand there."""

    #: It needs another height: a line came or went, or it was folded.
    grown = Signal()

    def lie_flat(self, on: bool) -> None:
        """Stand in a strip, or in a column again."""
        raise TypeError(f"{type(self).__name__} can't lie flat")

    def flat_height(self, width: int, most: int) -> int:
        """How tall it wants to be in a strip of that width, `most` at the most; one line of it is always there."""
        raise TypeError(f"{type(self).__name__} can't lie flat")


class Grip(QWidget):
    """Between the column and the stage: drag it, or move it with the arrow keys; a double press is the usual width."""

    #: The column should be so many px wider.
    dragged = Signal(float)
    #: The column should be as wide as usual.
    restored = Signal()

    def __init__(self, wide: int) -> None:
        super().__init__()
        self.setFixedWidth(wide)
        self.setCursor(Qt.CursorShape.SplitHCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAccessibleName("Width of the column")
        self.setToolTip("Drag to make the column wider or narrower; double press: as usual")
        self._from: float | None = None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._from = event.globalPosition().x()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            here = event.globalPosition().x()
            self.dragged.emit(here - self._from)
            self._from = here

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from = None
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.restored.emit()

    def event(self, event: QEvent) -> bool:
        arrows = (Qt.Key.Key_Left, Qt.Key.Key_Right)
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in arrows:
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -_NUDGE, Qt.Key.Key_Right: _NUDGE}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        else:
            self.dragged.emit(float(step))

    def paintEvent(self, event: QPaintEvent) -> None:
        lit = self.hasFocus() or self._from is not None
        if not lit and not self.underMouse():
            return
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().color("accent" if lit else "line_strong"))
            painter.drawRoundedRect(QRectF(self.width() / 2 - 1.5, self.height() / 2 - 22, 3, 44), 1.5, 1.5)


class Aside(QObject):
    """Decides from a panel's width where its leaf stands, how wide it is, and what is left to the rest.

    Parameters
    ----------
    panel : QWidget
        The panel, which calls `follow` whenever its size changes.
    side : Inspector
        Its inspector, which is as wide as what the leaf leaves lets it be.
    """

    #: The hand chose another width, in px at 100 % text.
    width_chosen = Signal(float)

    def __init__(self, panel: QWidget, side: Inspector) -> None:
        super().__init__(panel)
        self._panel = panel
        self._side = side
        self._gap = tokens()["size_px"]["gap"]
        self._layout = QBoxLayout(QBoxLayout.Direction.LeftToRight)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(0)
        self._leaf: Leaf | None = None
        self._grip: Grip | None = None
        self._flat = self._following = False
        self._wanted = float(USUAL)
        side.fitted.connect(self.follow)

    def stand_beside(self, body: QLayout) -> QLayout:
        """A layout of the leaf, while there is one, and of all the rest of the panel."""
        self._body = body
        self._layout.addLayout(body, 1)
        return self._layout

    @property
    def flat(self) -> bool:
        """Whether the leaf lies above the stage as a strip."""
        return self._leaf is not None and self._flat

    @property
    def rest(self) -> QSize:
        """The panel's size without what the leaf takes of it."""
        taken = QSize(0, 0)
        if self._leaf is not None:
            wide, tall = self._leaf.width() + self._gap, self._leaf.height() + self._gap
            taken = QSize(0, tall) if self._flat else QSize(wide, 0)
        return self._panel.size() - taken

    @property
    def beside(self) -> QRect:
        """What of the panel is not in the leaf's column."""
        room = self._panel.rect()
        if self._leaf is not None and not self._flat:
            room.setLeft(self._leaf.geometry().right() + 1)
        return room

    @property
    def body(self) -> QRect:
        """All the rest of the panel, with as much around it as it has without a leaf."""
        return self._body.geometry().adjusted(-self._gap, 0, self._gap, self._gap)

    def put(self, leaf: Leaf, width: float) -> None:
        """Let a leaf stand there, in a column of that width at 100 % text, where there is room."""
        self.take_out()
        self._leaf, self._wanted = leaf, width
        self._grip = Grip(self._gap)
        self._grip.dragged.connect(self._on_dragged)
        self._grip.restored.connect(self._on_restored)
        self._layout.insertWidget(0, leaf)
        self._layout.insertWidget(1, self._grip)
        leaf.grown.connect(self.follow)
        manager().changed.connect(self.follow)
        self._flat = False
        self.follow()
        leaf.show()

    def take_out(self) -> None:
        """Let the leaf go; it is its owner's to take down."""
        if self._leaf is None or self._grip is None:
            return
        leaf, grip, self._leaf, self._grip = self._leaf, self._grip, None, None
        leaf.grown.disconnect(self.follow)
        manager().changed.disconnect(self.follow)
        self._layout.removeWidget(leaf)
        self._layout.removeWidget(grip)
        leaf.hide()
        grip.hide()
        grip.deleteLater()
        self._side.leave_to(0)

    def follow(self) -> None:
        """The panel, its inspector or what the leaf needs has changed."""
        if self._leaf is None or self._following:
            return
        self._following = True
        layout = self._panel.layout()
        assert layout is not None
        # What is half done needs more room than what is done, and a dock that has grown does not shrink again.
        layout.setEnabled(False)
        try:
            self._stand(self._leaf)
        finally:
            layout.setEnabled(True)
            self._following = False

    def _stand(self, leaf: Leaf) -> None:
        width, pressed = self._column()
        if (flat := width is None) != self._flat:
            self._flat = flat
            self._layout.setDirection(QBoxLayout.Direction.TopToBottom if flat else QBoxLayout.Direction.LeftToRight)
            leaf.lie_flat(flat)
        assert self._grip is not None
        self._grip.setVisible(not flat)
        self._layout.setSpacing(self._gap if flat else 0)
        if width is not None:
            leaf.setMinimumHeight(0)
            leaf.setMaximumHeight(16777215)
            leaf.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
            leaf.setFixedWidth(width)
            self._side.leave_to(width + self._gap, pressed=pressed)
            return
        across = max(self._panel.width() - 2 * self._gap, 1)
        # What the rest needs at least is not the strip's to take: it would push the panel out of its place.
        spare = self._panel.height() - self._body.minimumSize().height() - 3 * self._gap
        leaf.setMinimumWidth(0)
        leaf.setMaximumWidth(16777215)
        leaf.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        leaf.setFixedHeight(leaf.flat_height(across, min(round(self._panel.height() * SHARE), spare)))
        self._side.leave_to(0)

    def _column(self) -> tuple[int | None, bool]:
        """How wide the column is, None for a strip; and whether the inspector has to give what it can for that.

        Larger text makes both wider: before the column lies down, the inspector narrows.
        """
        low = self._panel.height() * (1 - SHARE) - 100 < LOW
        for stage in (STAGE, SLIM) if low else (STAGE,):
            for pressed in (False, True):
                if (width := self._column_beside(stage, pressed)) is not None:
                    return width, pressed
        return None, False

    def _column_beside(self, stage: int, pressed: bool) -> int | None:
        """How wide a column is that leaves as much to the stage; None where there is no room for one."""
        scale = max(1.0, fonts.scale())
        width = round(min(max(self._wanted, LEAST), MOST) * scale)
        while width >= LEAST * scale:
            rest = self._panel.width() - width - self._gap
            beside = self._side.width_in(rest, pressed=pressed)
            lacking = stage - (rest - 2 * self._gap - (beside + self._gap if beside else 0))
            if lacking <= 0:
                return width
            width -= lacking
        return None

    def _on_dragged(self, by: float) -> None:
        if self._leaf is None:
            return
        scale = max(1.0, fonts.scale())
        self._wanted = min(max(self._leaf.width() / scale + by / scale, LEAST), MOST)
        self.follow()
        self.width_chosen.emit(self._wanted)

    def _on_restored(self) -> None:
        self._wanted = float(USUAL)
        self.follow()
        self.width_chosen.emit(self._wanted)
