"""The bar on top: mark, menus, search, theme and layouts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QSizePolicy

from lab.ui import fonts, icons
from lab.ui.menu_bar import MenuBar
from lab.ui.theme import manager, tokens
from lab.ui.widgets import IconButton, Text
from lab.ui.widgets.layout import fill


class SearchButton(QPushButton):
    """Looks like a search field; says as much as there is room for."""

    WORDS = ("Search actions, presets, lessons", "Search", "")
    _AROUND = 44  # the icon, the padding and the border

    def __init__(self) -> None:
        super().__init__(self.WORDS[0])
        self.setObjectName("search")
        self.setIcon(icons.icon("magnifying-glass"))
        self.setProperty("kind", "outline")
        self.setToolTip("Command palette (Ctrl+K)")
        self.setAccessibleName("Search")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        fonts.use(self)

    def sizeHint(self) -> QSize:
        return QSize(max(300, self._needed(self.WORDS[0])), super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(40, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _needed(self, words: str) -> int:
        return self.fontMetrics().horizontalAdvance(words) + self._AROUND

    def _fit(self) -> None:
        self.setText(next(w for w in self.WORDS if not w or self._needed(w) <= self.width()))


class AppBar(QFrame):
    """Menus from File to Help; a search field that opens the palette; theme and layout buttons."""

    search_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("appbar")
        self.setFixedHeight(tokens()["size_px"]["app_bar"])
        self._logo = QLabel()
        self.menus = MenuBar()
        fonts.use(self.menus)
        self.menus.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.file = self.menus.addMenu("&File")
        self.edit = self.menus.addMenu("&Edit")
        self.view = self.menus.addMenu("&View")
        self.panel = self.menus.addMenu("&Panels")
        self.lessons = self.menus.addMenu("&Lessons")
        self.help = self.menus.addMenu("&Help")
        self.search = SearchButton()
        self.search.clicked.connect(self.search_wanted)
        self.home = IconButton("house", "Start page")
        self.theme = IconButton("sun", "Light or dark")
        self.layouts = IconButton("squares-four", "Layouts")
        self.layout_menu = QMenu(self)
        self.layouts.setMenu(self.layout_menu)
        self.layouts.setPopupMode(IconButton.ToolButtonPopupMode.InstantPopup)
        fill(
            QHBoxLayout(self),
            (self._logo, Text("Visual Lab", "title"), 14, self.menus, None, self.search, 6, self.home, self.theme,
             self.layouts),
            (20, 0, 16, 0),
            6,
        )  # fmt: skip
        manager().changed.connect(self._on_theme_changed)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        dark = manager().current.dark
        self._logo.setPixmap(icons.logo(24, self.devicePixelRatioF()))
        self.theme.set_icon("sun" if dark else "moon")
        self.theme.setToolTip("Switch to the light theme" if dark else "Switch to the dark theme")
