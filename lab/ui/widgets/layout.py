"""Rows and columns in one line."""

from __future__ import annotations

from PySide6.QtWidgets import QBoxLayout, QHBoxLayout, QLayout, QVBoxLayout, QWidget

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


def fill(layout: QBoxLayout, items: tuple[Item, ...], margins: Margins, spacing: int) -> None:
    """Add widgets and layouts in order; None is a stretch, a number a gap in px, a pair gives a stretch factor."""
    layout.setContentsMargins(*margins)
    layout.setSpacing(spacing)
    for item in items:
        if item is None:
            layout.addStretch(1)
        elif isinstance(item, int):
            layout.addSpacing(item)
        else:
            what, stretch = item if isinstance(item, tuple) else (item, 0)
            if isinstance(what, QLayout):
                layout.addLayout(what, stretch)
            else:
                layout.addWidget(what, stretch)
