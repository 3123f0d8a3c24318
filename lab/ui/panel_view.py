"""The skeleton every panel shares: header, banner, stage, equation strip, inspector."""

from __future__ import annotations

import logging
from typing import Any

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QMenu,
    QScrollArea,
    QSizePolicy,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from lab.core.panel import PanelSpec
from lab.ui import icons
from lab.ui.abilities import Abilities
from lab.ui.command_palette import Command
from lab.ui.experiment import Experiment
from lab.ui.jobs import Jobs
from lab.ui.scrub import Tick
from lab.ui.theme import manager, theme, tokens
from lab.ui.widgets import Button, ComboBox, ErrorBanner, IconButton, Text
from lab.ui.widgets.layout import fill
from lab.ui.widgets.notice import Notice
from lab.ui.widgets.text import restyle

log = logging.getLogger(__name__)

#: Below this width the inspector narrows, so that the stage stays the biggest thing.
WIDE = 1400
#: Below this width the inspector is folded away until it is asked for, and is then as narrow as it can be.
FOLDED = 840
#: What the inspector is wide at least, in a panel of usual width.
USUAL = 330
#: Between the parts of a header.
GAP = 8
#: So much narrower is a button that has lost its word, besides the word.
TIGHTER = 10
#: A title narrower than this says nothing.
READABLE = 44
FOLD, UNFOLD = "Fold the inspector away (Ctrl+I)", "Show the inspector (Ctrl+I)"


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
        self.presets = ComboBox("Preset")
        self.presets.setSizeAdjustPolicy(ComboBox.SizeAdjustPolicy.AdjustToContents)
        self.presets.setMinimumWidth(96)
        self.presets.setToolTip("Ready-made experiments")
        self.presets.set_options([(p.id, p.title) for p in spec.presets])
        for i, preset in enumerate(spec.presets):
            self.presets.setItemData(i, preset.doc, Qt.ItemDataRole.ToolTipRole)
        self.extra = QHBoxLayout()
        self.extra.setSpacing(8)
        self.compare = Button(
            "Compare", "ghost", checkable=True, tooltip="Pin the present run as a ghost behind the next one"
        )
        self.export = Button("Export", "export", tooltip="Picture, data or Python script of this panel")
        self.more = IconButton("dots-three", "More", size=20)
        self.fold = IconButton("caret-right", FOLD, size=16)
        self._active = False
        fill(
            QHBoxLayout(self),
            (
                self._icon,
                self.title,
                4,
                self.presets,
                None,
                self.extra,
                self.compare,
                self.export,
                self.fold,
                self.more,
            ),
            (12, 0, 4, 0),
            GAP,
        )
        self._words_wide: int | None = None
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
        return QSize(super().minimumSizeHint().width() - self._wordy() - title, self._height)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_words()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._words_wide = None
        return super().event(event)

    def _wordy(self) -> int:
        """How wide the words on the buttons now are; asked for many times a frame, so known until they change."""
        if self._words_wide is None:
            buttons = self.findChildren(Button)
            self._words_wide = sum(b.fontMetrics().horizontalAdvance(b.text()) for b in buttons if b.text())
        return self._words_wide

    def _fit_words(self) -> None:
        """Leave out what does not fit: first the words on the buttons (icon, tooltip and name stay).

        Then the list of presets narrows, and last the title, for as long as a few letters of it can be read.
        """
        missing = sum(button.fontMetrics().horizontalAdvance(text) for button, text in self._words.items())
        title, presets = self.title.sizeHint().width(), self.presets.sizeHint().width()
        present = min(presets, self.presets.maximumWidth()) + self._wordy()
        rest = super().sizeHint().width() - present - (0 if self.title.isHidden() else title + GAP)
        roomy = rest + TIGHTER * len(self._words)
        words = roomy + title + GAP + presets + self._wordy() + missing <= self.width()
        if words:
            for button, text in self._words.items():
                button.setText(text)
                self._tighten(button, False)
            self._words = {}
        else:
            for button in self.findChildren(Button):
                if button.text() and not button.icon().isNull():
                    self._words[button] = button.text()
                    button.setText("")
                    self._tighten(button, True)
                    rest -= TIGHTER
        self._words_wide = None
        free = self.width() - rest - GAP - self.presets.minimumWidth()
        self.title.setVisible(words or free >= min(title, READABLE))
        shared = self.width() - rest - (0 if self.title.isHidden() else title + GAP)
        self.presets.setMaximumWidth(presets if words else max(self.presets.minimumWidth(), min(presets, shared)))

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


class PanelView(QWidget):
    """Base of every panel's view: builds the skeleton, shows frames, keeps failures inside the panel.

    A panel overrides `build`, `show_frame` and what of `ticks`, `export_data` it has. It reads
    `self.experiment.frame()` and turns what the hand does into `self.experiment.do(event)`.
    """

    #: Ticks for the timeline changed.
    ticks_changed = Signal()
    #: The hand touched this panel: the transport should control it.
    touched = Signal()

    def __init__(self, experiment: Experiment, jobs: Jobs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAccessibleName(experiment.spec.title)
        self.experiment = experiment
        self.jobs = jobs
        self.header = PanelHeader(experiment.spec)
        self.banner = ErrorBanner()
        #: Says that something was done which nothing else shows: "Copied: …".
        self.notice = Notice(self)
        self.stage_column = QVBoxLayout()
        self.inspector = QWidget()
        self.inspector.setObjectName("inspector")
        self.inspector_column = QVBoxLayout(self.inspector)
        self._scroll = QScrollArea()
        self._scroll.setAccessibleName("Inspector")
        # Tab walks what is in it, and scrolls there.
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self.inspector)
        self.inspector.installEventFilter(self)
        self._scroll.installEventFilter(self)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.export_menu = QMenu(self)
        self.more_menu = QMenu(self)
        self.header.export.setMenu(self.export_menu)
        self.header.more.setMenu(self.more_menu)
        self.header.more.setPopupMode(self.header.more.ToolButtonPopupMode.InstantPopup)
        gap = tokens()["size_px"]["gap"]
        fill(self.stage_column, (), (0, 0, 0, 0), gap)
        fill(self.inspector_column, (), (0, 0, 0, 0), gap)
        self._body = body = QHBoxLayout()
        fill(body, ((self.stage_column, 1), self._scroll), (0, 0, 0, 0), gap)
        #: The inspector is squeezed; it lies over the stage.
        self._narrow = self._drawn_over = False
        fill(QVBoxLayout(self), (self.banner, (body, 1)), (gap, 0, gap, gap), 8)
        #: What the hand chose for the inspector in a narrow panel (True) and in a wide one (False).
        self._chosen: dict[bool, bool] = {}
        self.header.fold.clicked.connect(self.toggle_inspector)
        self._broken = False
        self._dirty = True
        self._in_front = True
        self._marks_shown: tuple[int, int] = (0, 0)
        #: Sweep and the like, for what protocols the panel implements; `build` may ask it for menus.
        self.abilities = Abilities(self)
        self.build()
        self.abilities.begin()
        # Once everything has taken its new size: only then is it known how narrow the inspector can be.
        self._refit = QTimer(self)
        self._refit.setSingleShot(True)
        self._refit.setInterval(0)
        self._refit.timeout.connect(self._fit_inspector)
        manager().changed.connect(self._refit.start)
        experiment.moved.connect(self._on_moved)
        experiment.edited.connect(self._on_edited)
        experiment.failed.connect(self._on_failed)
        experiment.progressed.connect(self.show_progress)

    # -- for the panel to fill -----------------------------------------------------------------------------------

    def build(self) -> None:
        """Make the stage, the inspector and the equation strip; called once."""
        raise TypeError(f"{type(self).__name__} builds nothing")

    def show_frame(self, frame: Any) -> None:
        """Draw one frame."""
        raise TypeError(f"{type(self).__name__} shows nothing")

    def show_run(self) -> None:
        """The run itself changed: forms, legends, ticks."""

    def show_progress(self, fraction: float) -> None:
        """A long seek is under way (0 to 1), or has arrived (negative)."""

    def ticks(self) -> tuple[Tick, ...]:
        """What happened along the run."""
        return ()

    def export_csv(self) -> str:
        """The panel's plots as CSV text."""
        return ""

    def paint_vector(self, painter: QPainter, area: QRectF) -> None:
        """Draw the stage as vectors into `area`."""

    def picture_of(self) -> QWidget:
        """The widget that a picture of the stage shows."""
        return self

    def thumbnail(self, size: QSize) -> QImage:
        """A small picture of the panel for the start page."""
        raise TypeError(f"{type(self).__name__} has no picture")

    def choose_preset(self, id: str) -> None:
        """Load a ready-made experiment; undo brings the present one back."""
        preset = self.experiment.spec.preset(id)
        self.experiment.set_playing(False)
        self.experiment.set_run(preset.make(), f"Load {preset.title}")
        # However far the last one was played.
        self.experiment.set_horizon(self.experiment.spec.horizon)

    def commands(self) -> list[Command]:
        """What the panel adds to the command palette."""
        return []

    def keyboard_home(self) -> QWidget:
        """What takes the keyboard when no control needs it."""
        return self

    def squeeze(self, on: bool) -> None:
        """The panel is narrow: what is in the inspector does with less, e.g. with shorter labels."""

    def close_front(self) -> bool:
        """Close the card in front, as Esc asks; False when none is open."""
        return False

    # -- shared --------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Draw the present state now; a view that fails says so once and stays as it was."""
        self._dirty = False
        try:
            self.show_frame(self.experiment.frame())
        except Exception as failure:
            if not self._broken:
                log.exception("the panel %s failed to draw", self.experiment.panel)
                self.banner.show_error(f"This panel could not be drawn: {failure}", lasting=True)
            self._broken = True
            self.experiment.set_playing(False)
        else:
            if self._broken:
                self.banner.clear()
            self._broken = False
        marks = self.experiment.timeline.marks
        if (id(marks), len(marks)) != self._marks_shown:
            self._marks_shown = (id(marks), len(marks))
            self.ticks_changed.emit()

    @property
    def seen(self) -> bool:
        """Whether this panel is drawn and stepped: it is shown, and no other tab lies over it."""
        return self._in_front and self.isVisible()

    def set_in_front(self, on: bool) -> None:
        """Its tab was chosen or left: Qt only moves the others aside, `isVisible` stays true for them."""
        self._in_front = on
        self._catch_up()

    def _catch_up(self) -> None:
        if self._dirty and self.seen:
            self.show_run()
            self.refresh()
            self.ticks_changed.emit()

    def _on_moved(self) -> None:
        if self.seen:
            self.refresh()
        else:
            self._dirty = True

    def _on_edited(self) -> None:
        self.banner.pass_by()
        if self.seen:
            self.show_run()
            self.ticks_changed.emit()
        else:
            self._dirty = True

    def _on_failed(self, message: str) -> None:
        self.banner.show_error(message)

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._catch_up()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        # A panel that floats is its own window: Esc would not come to the lab's.
        if event.key() == Qt.Key.Key_Escape and self.close_front():
            event.accept()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.touched.emit()
        super().mousePressEvent(event)

    def look_like(self, other: PanelView) -> None:
        """Take another view's size, and how the hand divided the room: inspector, splitters, what is scrolled to."""
        self._chosen = dict(other._chosen)
        self.resize(other.size())
        for mine, theirs in zip(self.findChildren(QSplitter), other.findChildren(QSplitter), strict=False):
            mine.setSizes(theirs.sizes())
        self._scroll.verticalScrollBar().setValue(other._scroll.verticalScrollBar().value())

    @property
    def inspector_shown(self) -> bool:
        """Whether the inspector stands beside the stage, or is folded away."""
        return not self._scroll.isHidden()

    def toggle_inspector(self) -> None:
        """Fold the inspector away or show it; a narrow panel and a wide one each remember what was chosen."""
        self.touched.emit()
        self._chosen[self.width() < FOLDED] = not self.inspector_shown
        self._fold()

    def _fold(self) -> None:
        narrow = self.width() < FOLDED
        shown = self._chosen.get(narrow, not narrow)
        focus = QApplication.focusWidget()
        if not shown and focus is not None and self._scroll.isAncestorOf(focus):
            self.keyboard_home().setFocus()
        self._scroll.setVisible(shown)
        words = FOLD if shown else UNFOLD
        if words != self.header.fold.toolTip():
            self.header.fold.set_icon("caret-right" if shown else "caret-left")
            self.header.fold.setToolTip(words)
            self.header.fold.setAccessibleName(words)

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._fold()
        self._fit_inspector()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        # How tall it is decides whether it has a scroll bar, and that how wide it must be.
        if event.type() == (QEvent.Type.Resize if watched is self._scroll else QEvent.Type.LayoutRequest):
            self._fit_inspector()
        return False

    def _fit_inspector(self) -> None:
        """Narrower in a narrow panel, but never so narrow that something in it is cut.

        Where it would then be wider than what it leaves to the stage, it lies over the stage until it is folded again.
        """
        if (narrow := self.width() < FOLDED) != self._narrow:
            self._narrow = narrow
            self.squeeze(narrow)
        widest = tokens()["size_px"]["inspector"]
        wanted = widest if self.width() >= WIDE else max(0 if narrow else USUAL, widest * self.width() // WIDE)
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        needed = self.inspector.minimumSizeHint().width()
        if self.inspector.minimumSizeHint().height() > self._scroll.height():
            needed += bar
        width = max(wanted, needed)
        self._scroll.setFixedWidth(width)
        gap = tokens()["size_px"]["gap"]
        self._draw_over(self.width() - 3 * gap - width < width)

    def _draw_over(self, on: bool) -> None:
        """Let the inspector lie over the stage's right side, or stand beside it."""
        if on != self._drawn_over:
            self._drawn_over = on
            if on:
                self._body.removeWidget(self._scroll)
            else:
                self._body.addWidget(self._scroll)
            self._scroll.setProperty("drawer", on)
            restyle(self._scroll)
        if on:
            body = self._body.geometry()
            self._scroll.setGeometry(
                body.right() + 1 - self._scroll.width(), body.top(), self._scroll.width(), body.height()
            )
            self._scroll.raise_()
