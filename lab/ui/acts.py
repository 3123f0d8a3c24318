"""From when a change acts: from now on, or from the first step, so that the whole run is computed anew."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from lab.ui import icons
from lab.ui.theme import manager
from lab.ui.widgets.layout import fill
from lab.ui.widgets.text import Text

#: "live": the change is an event at the cursor; "restart": it is another run from step 0; "": it is no change of a run.
Acts = Literal["live", "restart", ""]

#: For tooltips and screen readers.
WORDS: dict[Acts, str] = {
    "live": "A change acts from now on: the steps so far stay.",
    "restart": "A change acts from step 0: the whole run is computed anew.",
    "": "",
}
_SHORT: dict[Acts, str] = {"live": "from now on; steps so far stay", "restart": "from step 0, the run anew", "": ""}
_ICONS: dict[Acts, str] = {"live": "arrow-right", "restart": "arrow-counter-clockwise"}


class ActsLine(QWidget):
    """A quiet line below a form: from when the parameter under the hand acts, or what holds for the form as a whole.

    Connect a form's `pointed` to `show_acts`.
    """

    def __init__(self, usual: str, acts: Acts) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self._usual: tuple[str, Acts] = (usual, acts)
        self._acts: Acts = acts
        self._sign = QLabel()
        self._words = Text("", "caption", role="faint", elide=True)
        fill(QHBoxLayout(self), (self._sign, (self._words, 1)), (0, 2, 0, 0), 6)
        manager().changed.connect(self._on_theme_changed)
        self.show_acts("", "")

    @property
    def words(self) -> str:
        """What is said now."""
        return self.accessibleName()

    def set_usual(self, words: str, acts: Acts) -> None:
        """What is said while nothing is pointed at."""
        self._usual = (words, acts)
        self.show_acts("", "")

    def show_acts(self, label: str, acts: Acts) -> None:
        """Say it of the parameter of this label; with an empty effect, of the form as a whole."""
        words, self._acts = (f"{label}: {_SHORT[acts]}", acts) if acts else self._usual
        if words != self.words:
            self._words.setText(words)
            self.setAccessibleName(words)
        self._on_theme_changed()

    def _on_theme_changed(self) -> None:
        self._sign.setPixmap(icons.pixmap(_ICONS[self._acts], 13, "faint", self.devicePixelRatioF()))
