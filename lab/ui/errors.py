"""The last resort: what no panel and no job caught ends in the log and in one dialog, never in silence."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QMessageBox

log = logging.getLogger("lab")

#: Qt says these on platforms where they mean nothing.
_HARMLESS = ("propagateSizeHints", "This plugin does not support")


def log_to(folder: Path) -> Path:
    """Write the log into `folder`, half a megabyte at most, three files kept."""
    path = folder / "visual-lab.log"
    handler = RotatingFileHandler(path, maxBytes=512 * 1024, backupCount=2, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return path


def quiet_qt() -> None:
    """Send Qt's own messages to the log, without those that mean nothing."""

    def handle(kind: QtMsgType, context: QMessageLogContext, message: str) -> None:
        if any(text in message for text in _HARMLESS):
            return
        level = logging.INFO if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) else logging.WARNING
        logging.getLogger("qt").log(level, message)

    qInstallMessageHandler(handle)


def install_excepthook(before: Callable[[], None], log_file: Path) -> None:
    """Show one dialog for an exception nobody caught; `before` saves what can be saved."""
    shown = False

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        nonlocal shown
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        log.critical("uncaught", exc_info=(kind, error, trace))
        try:
            before()
        finally:
            if not shown and QApplication.instance() is not None:
                shown = True
                _dialog(error, "".join(traceback.format_exception(kind, error, trace)), log_file).exec()
                shown = False

    sys.excepthook = hook


def _dialog(error: BaseException, details: str, log_file: Path) -> QMessageBox:
    box = QMessageBox()
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Visual Lab")
    box.setText("Something went wrong that the lab did not expect. Your session was saved for recovery.")
    box.setInformativeText(f"{type(error).__name__}: {error}\nThe log is {log_file}.")
    box.setDetailedText(details)
    return box
