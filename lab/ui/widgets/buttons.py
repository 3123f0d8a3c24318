"""Buttons: outlined, primary, chips, icon buttons, segmented choices, the switch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from lab.ui import fonts
from lab.ui.icons import icon
from lab.ui.theme import manager, theme
from lab.ui.widgets.layout import fill
from lab.ui.widgets.text import restyle

ButtonKind = Literal["outline", "primary", "chip", "seg", "link", "flat"]
#: Between a picture and the word beside it in px, of which Qt leaves so many.
APART, QT_APART = 6, 4
#: Pictures grow with the text up to this scale: larger, their buttons would be taller than the bars they stand in.
GROWN = 1.5


def grown(size: int) -> int:
    """How large a picture of that size is at the present text scale, in px."""
    return round(size * min(max(fonts.scale(), 1.0), GROWN))


class Button(QPushButton):
    """A button with a word on it. Reached by Tab; a mouse click doesn't leave a focus ring behind."""

    def __init__(
        self,
        text: str,
        icon_name: str = "",
        kind: ButtonKind = "outline",
        *,
        checkable: bool = False,
        tooltip: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(text, parent)
        fonts.use(self, fonts.CAPTION if kind == "seg" else fonts.BODY, fonts.MEDIUM)
        self._icon_name = icon_name
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCheckable(checkable)
        self.setAccessibleName(text.replace("&", ""))
        self.setToolTip(tooltip)
        self.set_kind(kind)
        self._fit_icon()
        manager().changed.connect(self._fit_icon)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._fit_icon()

    def _fit_icon(self) -> None:
        """Let the picture grow with the text, and keep its distance from a word."""
        if self._icon_name:
            size = grown(16)
            # A picture is drawn at the left of the place it has.
            self.setIconSize(QSize(size + (grown(APART) - QT_APART if self.text() else 0), size))

    def set_kind(self, kind: ButtonKind) -> None:
        """Look like another kind of button, picture and all."""
        if self.property("kind") == kind:
            return
        before = self.property("kind")
        self.setProperty("kind", kind)
        if self._icon_name:
            self.setIcon(icon(self._icon_name, "on_accent" if kind == "primary" else "muted"))
        if before is not None:
            restyle(self)


class IconButton(QToolButton):
    """A button with only a picture: its tooltip is required, because it is also what a screen reader says."""

    def __init__(
        self,
        icon_name: str,
        tooltip: str,
        *,
        kind: Literal["", "play", "tool", "bare"] = "",
        size: int = 18,
        color_role: str = "muted",
        checkable: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        if not tooltip.strip():
            raise ValueError(f"the icon button {icon_name!r} needs a tooltip")
        self.setIcon(icon(icon_name, "on_accent" if kind == "play" else color_role))
        self._size = size
        self._fit_icon()
        manager().changed.connect(self._fit_icon)
        self.setProperty("kind", kind)
        self.setToolTip(tooltip)
        self.setAccessibleName(tooltip)
        self.setCheckable(checkable)
        self.setAutoRaise(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def _fit_icon(self) -> None:
        """Let the picture grow with the text."""
        self.setIconSize(QSize(grown(self._size), grown(self._size)))

    def show_word(self, word: str) -> None:
        """Stand there with a word beside the picture, where there is room for it; "" takes it away again."""
        # Qt puts the word hard by the picture.
        shown = f" {word}" if word else ""
        if shown == self.text():
            return
        fonts.use(self, fonts.CAPTION, fonts.MEDIUM)
        self.setText(shown)
        style = Qt.ToolButtonStyle
        self.setToolButtonStyle(style.ToolButtonTextBesideIcon if word else style.ToolButtonIconOnly)
        self.setProperty("worded", bool(word))
        restyle(self)

    def set_icon(self, icon_name: str, color_role: str = "muted") -> None:
        """Show another picture (play becomes pause)."""
        self.setIcon(icon(icon_name, "on_accent" if self.property("kind") == "play" else color_role))


class Segmented(QFrame):
    """Two to five words of which one is chosen. One Tab stop; the arrow keys move the choice."""

    chosen = Signal(object)

    def __init__(
        self, options: Sequence[tuple[Any, str] | str], name: str, *, value: Any = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("well")
        self.setAccessibleName(name)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._values: list[Any] = []
        self._buttons: list[Button] = []
        self._group = QButtonGroup(self)
        for i, option in enumerate(options):
            key, title = (option, option) if isinstance(option, str) else option
            button = Button(title, kind="seg", checkable=True)
            button.setAccessibleName(f"{name}: {title}")
            self._values.append(key)
            self._buttons.append(button)
            self._group.addButton(button, i)
        fill(QHBoxLayout(self), tuple(self._buttons), (3, 3, 3, 3), 2)
        self.set_value(self._values[0] if value is None else value)
        self._group.idClicked.connect(self._on_clicked)

    @property
    def value(self) -> Any:
        """The value of the chosen option."""
        return self._values[self._group.checkedId()]

    def set_value(self, value: Any) -> None:
        """Choose without telling anyone; ValueError when there is no such option."""
        self._buttons[self._values.index(value)].setChecked(True)
        self._one_tab_stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Up: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: 1}.get(
            Qt.Key(event.key())
        )
        if step is None:
            super().keyPressEvent(event)
            return
        at = (self._group.checkedId() + step) % len(self._buttons)
        self._buttons[at].setChecked(True)
        self._on_clicked(at)
        self._buttons[at].setFocus(Qt.FocusReason.TabFocusReason)

    def _on_clicked(self, at: int) -> None:
        self._one_tab_stop()
        self.chosen.emit(self._values[at])

    def _one_tab_stop(self) -> None:
        for button in self._buttons:
            focus = Qt.FocusPolicy.TabFocus if button.isChecked() else Qt.FocusPolicy.NoFocus
            button.setFocusPolicy(focus)


class Switch(QAbstractButton):
    """On or off, in effect at once."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setCheckable(True)
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(36, 28)

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            track = QRectF(1, self.height() / 2 - 9, 34, 18)
            on = self.isChecked()
            edge = t.text if self.hasFocus() else t.accent if on else t.line_strong
            painter.setPen(QPen(t.color(edge), 1.4 if self.hasFocus() else 1))
            painter.setBrush(t.color("accent" if on and self.isEnabled() else "raised"))
            painter.drawRoundedRect(track, 9, 9)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(t.color("on_accent" if on else "muted" if self.isEnabled() else "line_strong"))
            painter.drawEllipse(QRectF(track.right() - 15 if on else track.left() + 3, track.top() + 3, 12, 12))
