"""Tooltips that leave in sight what they tell of."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QToolTip, QWidget


def show_above(widget: QWidget, at: QPoint, words: str) -> None:
    """Show `words` so that their box ends above `at`, a place in `widget`, in its middle as far as the screen goes.

    Qt shows a tooltip below the pointer and offers no other place: its box is moved once it knows its size.
    """
    where = widget.mapToGlobal(at)
    QToolTip.showText(where, words, widget)
    box = next((w for w in QApplication.topLevelWidgets() if w.inherits("QTipLabel") and w.isVisible()), None)
    if box is None:
        return
    screen = widget.screen().availableGeometry()
    left = min(max(where.x() - box.width() // 2, screen.left()), screen.right() + 1 - box.width())
    top = where.y() - box.height()
    if top >= screen.top():
        box.move(left, top)
