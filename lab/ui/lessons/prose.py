"""A text of a lesson on the screen: Markdown with formulas, as tall as its width makes it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from lab.ui import fonts
from lab.ui.lessons.markdown import Block, blocks, spoken
from lab.ui.lessons.setting import Ink, Page, Setter
from lab.ui.theme import manager, theme
from lab.ui.widgets.text import Role

#: A page's words are a little larger than those of a form: they are read, not looked up.
READ = 14


class Prose(QWidget):
    """Words and formulas in the theme's colours, set anew when width, text size or theme change.

    Presses go through it to what it lies on.

    Parameters
    ----------
    text : str
        Markdown (`lab.ui.lessons.markdown`).
    px : int
        Font size at 100 % text.
    role : str
        The colour of the words.
    weight : int
        Of words that are not bold.
    """

    def __init__(
        self,
        text: str = "",
        px: int = READ,
        *,
        role: Role = "text",
        weight: int = fonts.REGULAR,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._px, self._role, self._weight = px, role, weight
        self._blocks: tuple[Block, ...] = ()
        self._text: str | None = None
        #: The page as it was set last, and for what it was.
        self._page: tuple[tuple[object, ...], Page] | None = None
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        # So that a change of the text scale is told as a change of font.
        fonts.use(self, px, weight)
        manager().changed.connect(self._on_theme_changed)
        self.set_text(text)

    @property
    def text(self) -> str:
        """What is shown, as it was written."""
        return self._text or ""

    def set_text(self, text: str) -> None:
        """Show another text."""
        if text == self._text:
            return
        self._text = text
        self._blocks = blocks(text)
        self.setAccessibleName(spoken(text))
        self._page = None
        self.updateGeometry()
        self.update()

    def set_role(self, role: Role) -> None:
        """Show it in another colour."""
        if role != self._role:
            self._role = role
            self._page = None
            self.update()

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return round(self._set(width).height + 0.5)

    def sizeHint(self) -> QSize:
        width = self.width() if self.width() > 60 else 280
        return QSize(200, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        return QSize(60, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.updateGeometry()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._on_theme_changed()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setClipRect(QRect(0, 0, self.width(), self.height()))
            self._set(self.width()).paint(painter, self._ink())

    def _ink(self) -> Ink:
        t = theme()
        text = t.hex(self._role)
        roles = {
            "control": t.accent, "gradient": t.gradient, "forward": t.forward, "muted": t.muted, "result": t.accent,
        }  # fmt: skip
        return Ink(text, t.raised, roles)

    def _set(self, width: int) -> Page:
        # Layouts ask for several widths in turn; only the last one is worth keeping.
        dpr = self.devicePixelRatioF()
        key = (width, dpr, fonts.scale(), theme(), self._role)
        if self._page is None or self._page[0] != key:
            made = Setter(self._px, self._weight, self._ink()).set(self._blocks, max(width, 40), dpr=dpr)
            self._page = (key, made)
        return self._page[1]

    def _on_theme_changed(self) -> None:
        self._page = None
        self.updateGeometry()
        self.update()
