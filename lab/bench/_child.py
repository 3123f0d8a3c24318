"""A process of its own for what only a fresh one can show: how soon a window is painted, how much memory it holds.

``python -m lab.bench._child first|race`` prints a line once the window is painted and leaves;
``python -m lab.bench._child memory FRAMES`` prints megabytes with a race open, and again after so many frames of play.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

#: What the race plays over and over while memory is watched: its snapshots and histories are full after one round.
ROUND = 500


def resident() -> float:
    """Megabytes of memory this process holds (Linux; `FileNotFoundError` elsewhere)."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def first(panel: str | None) -> None:
    """Open the window as the command does, with a panel or on the start page, and say when it's painted."""
    from PySide6.QtCore import QCoreApplication

    from lab.app import make_app
    from lab.panels import PANELS
    from lab.ui.settings import Settings
    from lab.ui.window import MainWindow

    app = make_app("dark")
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(PANELS, Settings(Path(folder)))
        if panel is not None:
            window.open_panel(panel)
        window.show()
        QCoreApplication.sendPostedEvents()
        window.repaint()
        print("painted", flush=True)
        app.processEvents()
        window.close()


def memory(frames: int) -> None:
    """Play the race round after round; a single short one when few frames are asked for."""
    length = min(ROUND, frames)
    from lab.bench._scene import Scene

    with Scene((1280, 800)) as scene:
        print(resident(), flush=True)
        scene.experiment.set_horizon(2 * length)
        scene.experiment.set_speed(60.0)
        for frame in range(length + frames):
            if frame % length == 0:
                scene.go(0)
                scene.experiment.set_playing(True)
            scene.tick(1 / 60)
            if frame + 1 in (length, length + frames):
                print(resident(), flush=True)


def main(words: list[str]) -> None:
    """Do what the words say."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    if words[0] == "memory":
        memory(int(words[1]))
    else:
        first(None if words[0] == "first" else words[0])


if __name__ == "__main__":
    main(sys.argv[1:])
