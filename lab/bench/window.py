"""How soon the window is there, what it costs when nothing happens, and what it holds."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEventLoop, QTimer

from lab.bench import BENCHES, Row, Skipped
from lab.bench._scene import Scene
from lab.panels import PANELS
from lab.ui.sessions import AUTOSAVE_MS

FIRST_BUDGET, PANEL_BUDGET = 1.0, 0.4
MEMORY_BUDGET_MB = 350.0
#: Flat means flat: the allocator's own fluctuation is all that is allowed.
GROWTH_BUDGET_MB = 2.0
IDLE_BUDGET_PERCENT = 1.0


def _child(*words: str, bytecode: str | None = None) -> subprocess.Popen[str]:
    """A process of its own; with a folder for byte code it reads and writes that there, whatever the shell forbids."""
    env = dict(os.environ)
    if bytecode is not None:
        env.pop("PYTHONDONTWRITEBYTECODE", None)
        env["PYTHONPYCACHEPREFIX"] = bytecode
    command = [sys.executable, "-m", "lab.bench._child", *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=env)


@BENCHES.register("first_window", title="First window")
def first_window(quick: bool) -> Iterator[Row | Skipped]:
    """From starting the process to the first paint, warm: once unmeasured, so that files and byte code are cached."""
    if getattr(sys, "frozen", False):
        yield Skipped("first window", "an executable can't start itself as Python")
        return
    for words, task in (("first", "first window: start page painted"), ("race", "first window: race open and painted")):
        times = []
        with tempfile.TemporaryDirectory() as bytecode:
            for measured in (True,) if quick else (False, True, True, True):
                begun = time.perf_counter()
                with _child(words, bytecode=bytecode) as child:
                    assert child.stdout is not None
                    told = child.stdout.readline()
                    taken = time.perf_counter() - begun
                if told.strip() != "painted" or child.returncode:
                    raise RuntimeError(f"the process that opens a window ended with {child.returncode}")
                if measured:
                    times.append(taken)
        yield Row(task, "a fresh process", statistics.median(times), budget=FIRST_BUDGET)


@BENCHES.register("panels", title="Panels opened")
def panels(quick: bool) -> Iterator[Row | Skipped]:
    """Each panel opened (again) in a window that stands, until it's painted."""
    with Scene((1280, 800)) as scene:
        for entry in PANELS:
            times = []
            for _ in range(1 if quick else 3):
                begun = time.perf_counter()
                dock = scene.window.open_panel(entry.id)
                scene.repaint()
                times.append(time.perf_counter() - begun)
                scene.window.close_panel(dock)
                scene.settle(0.05)
            yield Row(f"{entry.title}: open the panel", "1280x800", statistics.median(times), budget=PANEL_BUDGET)


@BENCHES.register("idle", title="Idle window")
def idle(quick: bool) -> Iterator[Row | Skipped]:
    """A race paused half way: the timers that still run, and the share of a core that a second of waiting takes."""
    seconds = 0.2 if quick else 1.0
    with Scene((1280, 800)) as scene:
        scene.experiment.set_playing(True)
        for _ in range(20):
            scene.tick(1 / 60)
        scene.experiment.set_playing(False)
        # Where the race was paused is saved once, for the case of a crash; from then on there is nothing to do.
        scene.settle(1.0 if quick else AUTOSAVE_MS / 1000 + 0.5)
        running = [timer for timer in scene.window.findChildren(QTimer) if timer.isActive()]
        yield Row("idle: timers running", "race paused", float(len(running)), "", 0.0)
        loop = QEventLoop()
        QTimer.singleShot(round(1000 * seconds), loop.quit)
        begun = time.process_time()
        loop.exec()
        share = (time.process_time() - begun) / seconds
        yield Row(f"idle: share of a core over {seconds:g} s", "race paused", 100 * share, "%", IDLE_BUDGET_PERCENT)


@BENCHES.register("memory", title="Memory")
def memory(quick: bool) -> Iterator[Row | Skipped]:
    """Resident memory with a race open, and what a long time of play adds after the first round."""
    if getattr(sys, "frozen", False) or not Path("/proc/self/statm").exists():
        yield Skipped("memory of the window", "needs Python and Linux's /proc")
        return
    frames = 20 if quick else 10_000
    with _child("memory", str(frames)) as child:
        assert child.stdout is not None
        told = [float(text) for text in child.stdout]
    if child.returncode:
        raise RuntimeError(f"the process that watches memory ended with {child.returncode}")
    opened, warm, late = told
    yield Row("memory: window with the race open", "1280x800", opened, "MB", MEMORY_BUDGET_MB)
    yield Row("memory: after the first round of play", "1280x800", warm, "MB", MEMORY_BUDGET_MB)
    yield Row("memory: added by more play", f"{frames:,} frames", late - warm, "MB", GROWTH_BUDGET_MB)
