"""The first thing a newcomer sees: each panel as a card with a living picture."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from lab.core.panel import PanelSpec
from lab.core.registry import Entry
from lab.ui import fonts, icons
from lab.ui.theme import theme
from lab.ui.widgets import Button, Text
from lab.ui.widgets.layout import fill

PICTURE = QSize(420, 236)
#: For title and sentence below the picture, and below them for the link to a lesson.
WORDS, LINK = 104, 36
#: In a low window of the picture at least so much is left.
STRIP = 60


class PanelCard(QWidget):
    """Picture, title and one sentence; press or Enter opens the panel. Below them a link to the panel's next lesson."""

    chosen = Signal()
    #: The lesson of this id is wanted.
    lesson_chosen = Signal(str)
    hovered = Signal(bool)

    def __init__(self, spec: PanelSpec) -> None:
        super().__init__()
        self._spec = spec
        self._image = QImage()
        self._hover = False
        self._words = ""
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Maximum)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"Open {spec.title}")
        self.setAccessibleDescription(spec.blurb)
        self._lesson = ""
        self.lesson = Button("", "graduation-cap", "link", parent=self)
        self.lesson.clicked.connect(lambda: self.lesson_chosen.emit(self._lesson))
        self.lesson.hide()

    def offer_lesson(self, id: str, words: str, tooltip: str) -> None:
        """Offer a lesson in words; "" offers none."""
        self._lesson = id
        self._words = words
        self.lesson.setToolTip(tooltip)
        self.lesson.setAccessibleName(words)
        self.lesson.setVisible(bool(id))
        self._place_link()
        self.updateGeometry()

    def _place_link(self) -> None:
        room = self.width() - 24
        words = self.lesson.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room - 46)
        # Qt puts the words hard by the picture.
        self.lesson.setText(f" {words}")
        self.lesson.adjustSize()
        self.lesson.move(12, self.height() - self.lesson.height() - 10)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_link()

    def set_image(self, image: QImage) -> None:
        """Show another picture of the panel."""
        self._image = image
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(PICTURE.width() + 2, PICTURE.height() + self._below)

    def minimumSizeHint(self) -> QSize:
        return QSize(PICTURE.width() + 2, STRIP + self._below)

    @property
    def _below(self) -> int:
        """How much of the height is not the picture's."""
        return WORDS + (LINK if self._lesson else 0)

    @property
    def picture(self) -> QRectF:
        """What is seen of the picture: in a low window its middle."""
        return QRectF(1, 1, PICTURE.width(), min(max(self.height() - self._below, STRIP), PICTURE.height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            lit = self._hover or self.hasFocus()
            painter.setPen(QPen(t.color("accent" if lit else "line"), 1.5 if lit else 1))
            painter.setBrush(t.color("surface"))
            painter.drawRoundedRect(box, 10, 10)
            clip = QPainterPath()
            clip.addRoundedRect(box.adjusted(1, 1, -1, 20), 9, 9)
            painter.save()
            painter.setClipPath(clip)
            seen = self.picture
            painter.setClipRect(seen, Qt.ClipOperation.IntersectClip)
            if self._image.isNull():
                painter.fillRect(seen, t.color("raised"))
            else:
                whole = QRectF(1, 1, PICTURE.width(), PICTURE.height())
                whole.moveCenter(seen.center())
                painter.drawImage(whole, self._image)
            painter.restore()
            left, top = 18.0, seen.height() + 18.0
            icons.paint_icon(painter, self._spec.icon, QRectF(left, top, 20, 20), t.color("accent"))
            painter.setFont(fonts.font(fonts.TITLE, fonts.SEMIBOLD))
            painter.setPen(t.color("text"))
            painter.drawText(QPointF(left + 30, top + 15), self._spec.title)
            painter.setFont(fonts.font(fonts.BODY))
            painter.setPen(t.color("muted"))
            room = QRectF(left, top + 28, self.width() - 2 * left, 50)
            painter.drawText(room, Qt.TextFlag.TextWordWrap, self._spec.blurb)

    def enterEvent(self, event: object) -> None:
        self._hover = True
        self.hovered.emit(True)
        self.update()

    def leaveEvent(self, event: object) -> None:
        self._hover = False
        self.hovered.emit(False)
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class StartPage(QWidget):
    """Cards of the panels, recent sessions, and one line that says what this place is for."""

    panel_chosen = Signal(str)
    lesson_chosen = Signal(str)
    file_chosen = Signal(Path)
    open_wanted = Signal()

    def __init__(self, panels: Sequence[Entry[PanelSpec]]) -> None:
        super().__init__()
        self.setAccessibleName("Start page")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.cards = {entry.id: PanelCard(entry.item) for entry in panels}
        for id, card in self.cards.items():
            card.chosen.connect(lambda id=id: self.panel_chosen.emit(id))
            card.lesson_chosen.connect(self.lesson_chosen)
        title = Text("Pick something up", "metric")
        line = Text("Play it, stop it, wind it back, take it apart. Press a card to begin.", "body", role="muted")
        row_of_cards = QHBoxLayout()
        fill(row_of_cards, (None, *self.cards.values(), None), (0, 0, 0, 0), 16)
        self._recent_title = Text("Recent sessions", "strong")
        self._recent = QVBoxLayout()
        fill(self._recent, (), (0, 0, 0, 0), 2)
        self._buttons: list[Button] = []
        opener = Button("Open a session…", "folder-open", tooltip="Ctrl+O")
        opener.clicked.connect(self.open_wanted)
        centre = QVBoxLayout()
        fill(centre, (None, title, line, 20, row_of_cards, 20, self._recent_title, self._recent, 4, opener, None),
             (24, 24, 24, 24), 4)  # fmt: skip
        for widget in (title, line, self._recent_title, opener):
            centre.setAlignment(widget, Qt.AlignmentFlag.AlignHCenter)
        fill(QHBoxLayout(self), (None, centre, None), (0, 0, 0, 0), 0)

    def show_recent(self, files: Sequence[Path]) -> None:
        """List the sessions opened lately."""
        for button in self._buttons:
            self._recent.removeWidget(button)
            button.deleteLater()
        self._buttons = []
        for path in files[:5]:
            button = Button(path.name.removesuffix(".lab.json"), kind="flat", tooltip=str(path))
            button.clicked.connect(lambda _=False, path=path: self.file_chosen.emit(path))
            self._recent.addWidget(button, 0, Qt.AlignmentFlag.AlignHCenter)
            self._buttons.append(button)
        self._recent_title.setVisible(bool(files))
