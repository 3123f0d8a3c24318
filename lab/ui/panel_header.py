"""The header of a panel, which gives way bit by bit where there is little room."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QWidget

from lab.core.panel import PanelSpec
from lab.ui import icons
from lab.ui.inspector import FOLD
from lab.ui.theme import manager, theme, tokens
from lab.ui.widgets import Button, ComboBox, IconButton, Text
from lab.ui.widgets.layout import fill
from lab.ui.widgets.text import restyle

#: Between the parts of a header, and where they would have no room like that.
GAP, SNUG = 8, 3
#: So much narrower is a button that has lost its word, besides the word.
TIGHTER = 10
#: A title narrower than this says nothing.
READABLE = 44


class _Title(Text):
    """Asks for room for all of its words, and does with less."""

    def sizeHint(self) -> QSize:
        return QSize(self.fontMetrics().horizontalAdvance(self._whole) + 2, super().sizeHint().height())


class PanelHeader(QFrame):
    """Icon, title, presets, then what the panel adds, then Export and more. Serves as the dock's title bar."""

    preset_chosen = Signal(str)

    def __init__(self, spec: PanelSpec, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._height = tokens()["size_px"]["panel_header"]
        self.setFixedHeight(self._height)
        self._spec = spec
        self._icon = QLabel()
        self.title = _Title(spec.title, "title", elide=True)
        self.title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.title.keep_end()
        self.presets = ComboBox("Preset")
        self.presets.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self.presets.setMinimumWidth(96)
        self.presets.setToolTip("Ready-made experiments")
        self.presets.set_options([(p.id, p.title) for p in spec.presets])
        for i, preset in enumerate(spec.presets):
            self.presets.setItemData(i, preset.doc, Qt.ItemDataRole.ToolTipRole)
        self.extra = QHBoxLayout()
        self.extra.setSpacing(GAP)
        self.compare = Button(
            "Compare", "ghost", checkable=True, tooltip="Pin the present run as a ghost behind the next one"
        )
        self.lesson = Button("Lesson", "graduation-cap", tooltip="Lessons of this panel, and recording one")
        self.export = Button("Export", "export", tooltip="Picture, data or Python script of this panel")
        self.more = IconButton("dots-three", "More", size=20)
        self.fold = IconButton("caret-right", FOLD, size=16)
        self._active = False
        self._snug = False
        self._row = QHBoxLayout(self)
        fill(
            self._row,
            (
                self._icon,
                self.title,
                4,
                self.presets,
                None,
                self.extra,
                self.compare,
                self.lesson,
                self.export,
                self.fold,
                self.more,
            ),
            (12, 0, 4, 0),
            GAP,
        )
        self._words_wide: int | None = None
        #: What `_needs` said when the words were fitted last.
        self._fitted: tuple[int, ...] = ()
        #: What stands on the buttons where there is room for it.
        self._words: dict[Button, str] = {}
        self.presets.chosen.connect(lambda value: self.preset_chosen.emit(str(value)))
        manager().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def sizeHint(self) -> QSize:
        # A dock asks its title bar for this and for nothing else.
        return QSize(super().sizeHint().width(), self._height)

    def minimumSizeHint(self) -> QSize:
        # Without their words, and without the title, the buttons fit into half a window: two panels side by side.
        title = 0 if self.title.isHidden() else GAP
        spared = 0 if self._snug else self._spared()
        # Last of all goes the button of the lessons, which are in the menu of all the rest, too.
        word = self.lesson.fontMetrics().horizontalAdvance(self.lesson.text())
        lesson = 0 if self.lesson.isHidden() else SNUG + self.lesson.minimumSizeHint().width() - word
        return QSize(super().minimumSizeHint().width() - self._wordy() - title - spared - lesson, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_words()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._words_wide = None
        handled = super().event(event)
        if event.type() == QEvent.Type.LayoutRequest and self._needs() != self._fitted:
            # Larger text comes to the parts only after the header was given its new size.
            self._fit_words()
        return handled

    def _needs(self) -> tuple[int, ...]:
        """How wide the title, the presets and all words are, whether they are shown or not."""
        words = (button.fontMetrics().horizontalAdvance(text) for button, text in self._all_words().items())
        return (self.title.sizeHint().width(), self.presets.sizeHint().width(), *words)

    def _wordy(self) -> int:
        """How wide the words on the buttons now are; asked for many times a frame, so known until they change."""
        if self._words_wide is None:
            buttons = self.findChildren(Button)
            self._words_wide = sum(b.fontMetrics().horizontalAdvance(b.text()) for b in buttons if b.text())
        return self._words_wide

    def _spared(self) -> int:
        """How much narrower the header is with its parts close together and without the icon."""
        parts = (self.presets, self.compare, self.lesson, self.export, self.fold, self.more)
        gaps = sum(not part.isHidden() for part in parts) + self.extra.count() - 1
        return gaps * (GAP - SNUG) + self._icon.sizeHint().width() + GAP

    def _fit_words(self) -> None:
        """Leave out what does not fit: first the words on the buttons (icon, tooltip and name stay).

        Those of the buttons that every panel has go before the panel's own. Then the list of presets narrows, then goes
        the title, unless a few letters of it can be read; then the icon, and most of what is between the buttons; and
        last the button of the lessons.
        """
        self._fitted = self._needs()
        self._be_snug(False)
        self.lesson.show()
        words = {b: b.fontMetrics().horizontalAdvance(text) for b, text in self._all_words().items()}
        title, presets = self.title.sizeHint().width(), self.presets.sizeHint().width()
        present = min(presets, self.presets.maximumWidth()) + self._wordy()
        rest = super().sizeHint().width() - present - (0 if self.title.isHidden() else title + GAP)
        # Without any word.
        rest -= TIGHTER * (len(words) - len(self._words))
        own = [button for button in words if button not in (self.compare, self.lesson, self.export)]
        kept: Sequence[Button] = ()
        for some in (list(words), own):
            if rest + sum(words[button] + TIGHTER for button in some) + title + GAP + presets <= self.width():
                kept = some
                break
        self._keep_words(kept)
        self._words_wide = None
        free = self.width() - rest - GAP - self.presets.minimumWidth()
        self.title.setVisible(bool(kept) or free >= min(title, READABLE))
        shared = self.width() - rest - (0 if self.title.isHidden() else title + GAP)
        self.presets.setMaximumWidth(presets if kept else max(self.presets.minimumWidth(), min(presets, shared)))
        self._be_snug(self.title.isHidden() and shared < self.presets.minimumWidth())
        self.lesson.setHidden(self._snug and super().minimumSizeHint().width() > self.width())

    def _all_words(self) -> dict[Button, str]:
        """What stands on the buttons that have an icon, too, where there is room."""
        buttons = [button for button in self.findChildren(Button) if not button.icon().isNull()]
        found = {button: self._words.get(button, button.text()) for button in buttons}
        return {button: text for button, text in found.items() if text}

    def _keep_words(self, kept: Sequence[Button]) -> None:
        for button, text in self._all_words().items():
            if button in kept and button in self._words:
                button.setText(self._words.pop(button))
                self._tighten(button, False)
            elif button not in kept and button not in self._words:
                self._words[button] = text
                button.setText("")
                self._tighten(button, True)

    def _be_snug(self, on: bool) -> None:
        if on != self._snug:
            self._snug = on
            self._icon.setHidden(on)
            for layout in (self._row, self.extra):
                layout.setSpacing(SNUG if on else GAP)

    @staticmethod
    def _tighten(button: Button, on: bool) -> None:
        button.setProperty("tight", on)
        restyle(button)

    def set_active(self, on: bool) -> None:
        """Show, where several panels are seen, that this is the one the transport controls."""
        if on != self._active:
            self._active = on
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._active:
            with QPainter(self) as painter:
                painter.setRenderHint(QPainter.RenderHint.Antialiasing)
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme().color("accent"))
                gap = tokens()["size_px"]["gap"]
                painter.drawRoundedRect(QRectF(gap, self.height() - 4, self.width() - 2 * gap, 2), 1, 1)

    def _on_theme_changed(self) -> None:
        self._icon.setPixmap(icons.pixmap(self._spec.icon, 20, "accent", self.devicePixelRatioF()))
