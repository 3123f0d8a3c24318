"""Rows and columns in one line."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

Item = QWidget | QLayout | int | None | tuple[QWidget | QLayout, int]
Margins = tuple[int, int, int, int]


def row(*items: Item, margins: Margins = (0, 0, 0, 0), spacing: int = 8) -> QHBoxLayout:
    """A horizontal layout; see `fill`."""
    layout = QHBoxLayout()
    fill(layout, items, margins, spacing)
    return layout


def column(*items: Item, margins: Margins = (0, 0, 0, 0), spacing: int = 8) -> QVBoxLayout:
    """A vertical layout; see `fill`."""
    layout = QVBoxLayout()
    fill(layout, items, margins, spacing)
    return layout


def _fixed_height(widget: QWidget) -> bool:
    policy = widget.sizePolicy().verticalPolicy()
    return policy == QSizePolicy.Policy.Fixed or widget.minimumHeight() == widget.maximumHeight()


def fill(layout: QBoxLayout, items: tuple[Item, ...], margins: Margins, spacing: int) -> None:
    """Add widgets and layouts in order; None is a stretch, a number a gap in px, a pair gives a stretch factor."""
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    add(layout, *items)


def add(layout: QBoxLayout, *items: Item) -> None:
    """Add more of what `fill` takes to a layout that has its margins and spacing."""
    across = isinstance(layout, QHBoxLayout)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        else:
            what, stretch = item if isinstance(item, tuple) else (item, 0)
            if isinstance(what, QLayout):
                layout.addLayout(what, stretch)
            elif across and _fixed_height(what):
                # without the flag a widget of fixed height would limit the height of the whole row
                layout.addWidget(what, stretch, Qt.AlignmentFlag.AlignVCenter)
            else:
                layout.addWidget(what, stretch)
