"""Every panel opens, plays and winds back, in both themes."""

from __future__ import annotations

import importlib
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from lab.selftest import TRUTHS, Finding

#: QEvent.DeferredDelete; the number, because nothing here may import Qt.
DEFERRED_DELETE = 52


@TRUTHS.register("panels", title="Panels")
def panels() -> Iterable[Finding]:
    """Open each panel with each preset offscreen; the error counts presets that complained."""
    # By name: the window is Qt, and a list of truths must be had without it.
    app: Any = importlib.import_module("lab.app")
    theme: Any = importlib.import_module("lab.ui.theme")
    window: Any = importlib.import_module("lab.ui.window")
    settings: Any = importlib.import_module("lab.ui.settings")
    known = importlib.import_module("lab.panels").PANELS
    qt = app.make_app("dark")
    with tempfile.TemporaryDirectory() as folder:
        for mode in ("dark", "light"):
            theme.manager().set_mode(mode)
            for entry in known:
                begun = time.perf_counter()
                shown = window.MainWindow(known, settings.Settings(Path(folder)), inline_jobs=True)
                shown.show()
                complaints = 0
                for preset in entry.item.presets:
                    dock = shown.open_panel(entry.id, preset=preset.id)
                    qt.processEvents()
                    dock.experiment.seek(40)
                    dock.experiment.timeline.work(lambda: True)
                    dock.experiment.seek(3)
                    qt.processEvents()
                    complaints += bool(dock.view.banner.message)
                    # Or the window would lay out all that were opened before with each that follows.
                    shown.close_panel(dock)
                shown.close()
                shown.deleteLater()
                del dock, shown
                qt.processEvents()
                qt.sendPostedEvents(None, DEFERRED_DELETE)
                what = f"{len(entry.item.presets)} presets opened and played ({mode})"
                yield Finding(entry.id, what, float(complaints), 0.0, f"{time.perf_counter() - begun:.1f} s")
