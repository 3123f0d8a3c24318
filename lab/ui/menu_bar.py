"""The menu bar, whose letters for Alt are underlined only while they are of use."""

from __future__ import annotations

from PySide6.QtWidgets import QMenuBar, QProxyStyle, QStyle, QStyleHintReturn, QStyleOption, QWidget


class _Underlining(QProxyStyle):
    """The application's own style for one menu bar, which it asks whether letters are underlined."""

    def __init__(self, bar: MenuBar) -> None:
        super().__init__("Fusion")
        self.setParent(bar)
        self._bar = bar

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        returnData: QStyleHintReturn | None = None,
    ) -> int:
        if hint == QStyle.StyleHint.SH_UnderlineShortcut:
            return int(self._bar.underlined)
        return super().styleHint(hint, option, widget, returnData)


class MenuBar(QMenuBar):
    """In the window, never in the system's own bar."""

    def __init__(self) -> None:
        super().__init__()
        self.setNativeMenuBar(False)
        self._alt = False
        self.setStyle(_Underlining(self))

    @property
    def underlined(self) -> bool:
        """Whether a letter opens a menu now: Alt is held, or was tapped and the bar has the keyboard."""
        return self._alt or self.hasFocus()

    def hold_alt(self, on: bool) -> None:
        """Alt is held or let go."""
        if on != self._alt:
            self._alt = on
            self.update()
