"""A number in the midst of a card: typed, read when the card is asked to act."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit

from lab.core.errors import BadValue
from lab.ui import fonts
from lab.ui.widgets.numbers import parse_number
from lab.ui.widgets.text import restyle


class TypedNumber(QLineEdit):
    """Holds whatever is typed; unlike a `NumberBox` it stands for no value in force that it could go back to.

    Parameters
    ----------
    name : str
        Its accessible name.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        fonts.use(self, fonts.BODY, fonts.MEDIUM)
        self.setAccessibleName(name)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setMinimumWidth(44)

    def number(self, name: str, *, whole: bool) -> float:
        """What is typed; a `BadValue` under `name` where that is no number, or not a `whole` one."""
        try:
            return parse_number(self.text(), whole=whole)
        except BadValue as bad:
            raise BadValue(name, bad.why) from None

    def set_bad(self, bad: bool) -> None:
        """Mark the number as refused by an error border."""
        if bool(self.property("bad")) != bad:
            self.setProperty("bad", bad)
            restyle(self)
