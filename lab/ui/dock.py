"""The dock of one panel."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDockWidget

from lab.ui import keys
from lab.ui.experiment import Experiment
from lab.ui.panel_view import PanelView


class PanelDock(QDockWidget):
    """One open panel: its experiment, its view, its place in the window."""

    #: The window manager closed it while it floated.
    closed = Signal()

    def __init__(self, name: str, experiment: Experiment, view: PanelView) -> None:
        super().__init__(name)
        self.experiment = experiment
        self.view = view
        #: Where the cursor stood when that was told last.
        self.stood = experiment.step
        self.setTitleBarWidget(view.header)
        self.setWidget(view)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)

    def focusNextPrevChild(self, forward: bool) -> bool:
        return keys.walk(self, forward) if self.isWindow() else super().focusNextPrevChild(forward)

    def closeEvent(self, event: QCloseEvent) -> None:
        super().closeEvent(event)
        self.closed.emit()
