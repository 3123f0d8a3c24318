"""What is too tall for its place, scrolled up and down."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget


class Scroller(QScrollArea):
    """As wide as its place, on the ground of what it lies on; the keyboard walks what is in it, and scrolls there.

    Parameters
    ----------
    name : str
        Its accessible name.
    inside : QWidget, optional
        What is scrolled; see `hold`.
    """

    def __init__(self, name: str, inside: QWidget | None = None) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        if inside is not None:
            self.hold(inside)

    def hold(self, inside: QWidget) -> None:
        """Scroll this, in place of what was scrolled before."""
        self.setWidget(inside)
        # Qt gives both a ground of their own.
        inside.setAutoFillBackground(False)
        self.viewport().setAutoFillBackground(False)
