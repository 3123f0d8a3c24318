"""Start the window."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication

from lab import __version__
from lab.core.errors import LabError
from lab.core.proof import Proof, Subject
from lab.core.ticket import Ticket
from lab.panels import PANELS
from lab.paths import resource
from lab.ui import fonts
from lab.ui.errors import install_excepthook, log_to, quiet_qt
from lab.ui.settings import Settings
from lab.ui.theme import Mode, manager
from lab.ui.window import MainWindow


def make_app(mode: Mode = "system") -> QApplication:
    """The application object, dressed; the same one when it exists already."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        manager().set_mode(mode)
        return existing
    quiet_qt()
    QApplication.setHighDpiScaleFactorRoundingPolicy(Qt.HighDpiScaleFactorRoundingPolicy.PassThrough)
    app = QApplication(sys.argv[:1])
    app.setApplicationName("Visual Lab")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("visual-lab")
    app.setWindowIcon(QIcon(str(resource("icons", "app.png"))))
    manager().apply(app, mode)
    return app


def prove(ticket: Ticket, subjects: tuple[Subject, ...]) -> tuple[Proof, ...]:
    """Check subjects by the self test; imported by the first who asks, which is not the first window."""
    # By name: what measures this application shall not depend on the self test.
    found: tuple[Proof, ...] = importlib.import_module("lab.selftest.proof").prove(ticket, subjects)
    return found


def run_gui(path: str | None) -> int:
    """Show the window until it is closed; `path` is a session to open."""
    settings = Settings()
    log_file = log_to(settings.logs)
    remembered = settings.text("theme", "system")
    modes: dict[str, Mode] = {"dark": "dark", "light": "light"}
    app = make_app(modes.get(remembered, "system"))
    scale = settings.number("text/scale", 1.0)
    if scale != 1.0:
        fonts.set_scale(scale)
    window = MainWindow(PANELS, settings, prover=prove)
    install_excepthook(window.keeper.autosave, log_file)
    window.restoreGeometry(settings.state("window/geometry"))
    if path is not None:
        window.sessions.open(Path(path))
    else:
        last = window.keeper.restore_last()
        if last is not None and last.panels:
            try:
                window.sessions.show(last)
                window.lessons.await_reopening()
            except LabError as refused:
                window.show_error(str(refused))
        window.keeper.changed.emit()
        window.sessions.offer_recovery()
    window.show()
    return app.exec()
