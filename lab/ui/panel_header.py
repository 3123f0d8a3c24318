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
from lab.ui.widgets.buttons import APART, QT_APART, grown
from lab.ui.widgets.layout import fill
from lab.ui.widgets.text import restyle

#: Between the parts of a header, and where they would have no room like that.
GAP, SNUG = 8, 3
#: Between the quiet buttons of the stage.
TOOLS_APART = 2
#: So much less padding has a button that has lost its word.
TIGHTER = 10
#: Room as usual; parts close together; and without the panel's icon, too.
ROOMY, CLOSE, PLAIN = 0, 1, 2
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
        #: For quiet buttons of what the panel's stage shows, beside each other.
        self.tools = QHBoxLayout()
        self.tools.setSpacing(TOOLS_APART)
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
        self._tightness = ROOMY
        self._row = QHBoxLayout(self)
        fill(
            self._row,
            (
                self._icon,
                self.title,
                4,
                self.presets,
                None,
                self.tools,
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
        self.presets.reworded.connect(self._fit_words)
        self.presets.chosen.connect(lambda value: self.preset_chosen.emit(str(value)))
        manager().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def sizeHint(self) -> QSize:
        # A dock asks its title bar for this and for nothing else.
        return QSize(super().sizeHint().width(), self._height)

    def minimumSizeHint(self) -> QSize:
        # Without their words, and without the title, the buttons fit into half a window: two panels side by side.
        title = 0 if self.title.isHidden() else self._row.spacing()
        spared = self._spared()
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
        return (self.title.sizeHint().width(), self.presets.sizeHint().width(), self.presets.whole_width, *words)

    def _wordy(self) -> int:
        """How wide the words on the buttons now are; asked for many times a frame, so known until they change."""
        if self._words_wide is None:
            buttons = self.findChildren(Button)
            self._words_wide = sum(b.fontMetrics().horizontalAdvance(b.text()) for b in buttons if b.text())
        return self._words_wide

    def _spared(self) -> int:
        """How much narrower the header still gets with its parts close together and without the icon."""
        parts = (self.presets, self.compare, self.lesson, self.export, self.fold, self.more)
        gaps = sum(not part.isHidden() for part in parts) + self.extra.count() - 1
        close = gaps * (GAP - SNUG) if self._tightness == ROOMY else 0
        return close + (self._icon.sizeHint().width() + self._row.spacing() if self._tightness != PLAIN else 0)

    def _fit_words(self) -> None:
        """Leave out what does not fit: first the words on the buttons (icon, tooltip and name stay).

        Those of the buttons that every panel has go before the panel's own. Then goes most of what is between the
        parts, and the icon; then the preset shows only the first part of its name, and then as much as there is room
        for; then the title narrows, and goes where it could not be read; and last the button of the lessons.
        """
        self._fitted = self._needs()
        self._be(ROOMY)
        self.lesson.show()
        self.title.show()
        # What a button with a word takes besides it: padding, and what keeps it apart from the picture.
        beside = TIGHTER + grown(APART) - QT_APART
        words = {b: b.fontMetrics().horizontalAdvance(text) + beside for b, text in self._all_words().items()}
        presets, whole, short = self.presets.sizeHint().width(), self.presets.whole_width, self.presets.short_width
        # Without any word.
        rest = self._others() - sum(words[b] for b in words if b not in self._words)
        own = [button for button in words if button not in (self.compare, self.lesson, self.export)]
        kept: Sequence[Button] = ()
        for some in (list(words), own):
            if rest + sum(words[button] for button in some) + whole <= self.width():
                kept = some
                break
        self._keep_words(kept)
        self._words_wide = None
        for needed in (whole, short):
            for tightness in (ROOMY,) if kept else (ROOMY, CLOSE, PLAIN):
                self._be(tightness)
                if self._others() + needed <= self.width():
                    self.presets.setMaximumWidth(min(presets, self.width() - self._others()))
                    return
        least, title = self.presets.minimumWidth(), self.title.sizeHint().width()
        room = self.width() - self._others() + title
        self.title.setVisible(room - least >= min(title, READABLE))
        room = self.width() - self._others()
        self.presets.setMaximumWidth(max(least, min(presets, room)))
        self.lesson.setHidden(super().minimumSizeHint().width() > self.width())

    def _others(self) -> int:
        """How wide all is besides the presets, as it now is, and with the whole title where that is shown."""
        return super().sizeHint().width() - min(self.presets.sizeHint().width(), self.presets.maximumWidth())

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

    def _be(self, tightness: int) -> None:
        if tightness != self._tightness:
            self._tightness = tightness
            self._icon.setHidden(tightness == PLAIN)
            for layout in (self._row, self.extra):
                layout.setSpacing(GAP if tightness == ROOMY else SNUG)

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
        self._icon.setPixmap(icons.pixmap(self._spec.icon, grown(20), "accent", self.devicePixelRatioF()))
