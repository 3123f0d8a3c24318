"""Text in the lab's five sizes and in the colours of its roles."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from lab.ui import fonts

Role = Literal["text", "muted", "faint", "ok", "warn", "error", "accent", "forward", "gradient"]
Kind = Literal["tick", "caption", "body", "medium", "strong", "title", "metric", "mono"]

# kind: size in px, weight, role unless another is asked for
_KINDS: dict[Kind, tuple[int, int, Role]] = {
    "tick": (fonts.TICK, fonts.REGULAR, "muted"),
    "caption": (fonts.CAPTION, fonts.REGULAR, "muted"),
    "body": (fonts.BODY, fonts.REGULAR, "text"),
    "medium": (fonts.BODY, fonts.MEDIUM, "text"),
    "strong": (fonts.BODY, fonts.SEMIBOLD, "text"),
    "title": (fonts.TITLE, fonts.SEMIBOLD, "text"),
    "metric": (fonts.METRIC, fonts.SEMIBOLD, "text"),
    "mono": (fonts.BODY, fonts.REGULAR, "text"),
}


def restyle(widget: QWidget) -> None:
    """Make the style sheet look at the widget's dynamic properties again."""
    font = widget.font()
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    # Qt gives it back the font that it had at first, whatever the text was scaled to since.
    widget.setFont(font)
    widget.update()


class Text(QLabel):
    """A label whose size follows `kind` and whose colour follows `role`, in every theme.

    With `elide` the text never asks for room: what doesn't fit is cut with an ellipsis and shown as a tooltip.
    """

    def __init__(
        self,
        text: str = "",
        kind: Kind = "body",
        *,
        role: Role | None = None,
        align: Qt.AlignmentFlag | None = None,
        wrap: bool = False,
        elide: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        px, weight, usual = _KINDS[kind]
        fonts.use(self, px, weight, mono=kind == "mono")
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("role", role or usual)
        self.setWordWrap(wrap)
        if align is not None:
            self.setAlignment(align | Qt.AlignmentFlag.AlignVCenter)
        self._elide = elide
        self._cut_at = Qt.TextElideMode.ElideRight
        self._whole = ""
        if elide:
            self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setText(text)

    def set_role(self, role: Role) -> None:
        """Change the colour."""
        if self.property("role") != role:
            self.setProperty("role", role)
            restyle(self)

    def setText(self, text: str) -> None:
        self._whole = text
        if self._elide:
            self._cut()
        elif text != self.text():
            super().setText(text)

    def keep_end(self) -> None:
        """Where the words have no room, leave out their middle: the end tells them from others."""
        self._cut_at = Qt.TextElideMode.ElideMiddle
        if self._elide:
            self._cut()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._elide:
            self._cut()

    def minimumSizeHint(self) -> QSize:
        hint = super().minimumSizeHint()
        return QSize(0, hint.height()) if self._elide else hint

    def _cut(self) -> None:
        self.show_cut(self.fontMetrics().elidedText(self._whole, self._cut_at, self.width()))

    def show_cut(self, shown: str) -> None:
        """Show what fits of the text, and all of it as a tooltip."""
        # An ellipsis alone says nothing.
        super().setText("" if shown == "…" else shown)
        self.hint("" if shown.replace("\n", " ") == self._whole else self._whole)

    def hint(self, words: str) -> None:
        """Have a tooltip say this; everybody around hears of a new one, also when it says the same."""
        if words != self.toolTip():
            self.setToolTip(words)


class Counter(Text):
    """A number that changes at every frame: the layout hears of it only when it takes more or less room."""

    def setText(self, text: str) -> None:
        # Of a label of fixed size nobody is told; before it changes, since the layout of a whole window follows.
        room = QSize(self.fontMetrics().horizontalAdvance(text) + 1, self.fontMetrics().height())
        if room != self.minimumSize():
            self.setFixedSize(room)
        super().setText(text)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        # The first font comes before there is a text.
        if event.type() == QEvent.Type.FontChange and self.text():
            self.setText(self.text())
