"""The real thing: the command under an X server, a real mouse press on the stage, and what the session then holds."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from xvfb import ended, started

from lab.core import session as files
from lab.panels import PANELS
from lab.ui.window import MainWindow  # noqa: F401  (Qt's libraries are there when this can be imported)

ROOT = Path(__file__).parents[2]
TOOLS = ("Xvfb", "xdotool")
missing = [tool for tool in TOOLS if shutil.which(tool) is None]


@pytest.mark.skipif(bool(missing), reason=f"needs {' and '.join(missing)}")
def test_a_real_press_on_the_stage_starts_a_race_there(display, tmp_path):
    home, path = tmp_path / "home", tmp_path / "race.lab.json"
    files.write(path, files.Session((files.fresh("race", PANELS["race"]),)))
    env = {k: v for k, v in os.environ.items() if k != "QT_QPA_PLATFORM"}
    env |= {"DISPLAY": display, "VISUAL_LAB_HOME": str(home), "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "xcb"}
    app = None

    def xdo(*words):
        return subprocess.run(["xdotool", *words], env=env, capture_output=True, text=True, timeout=20)

    try:
        app = started([sys.executable, "-m", "lab", str(path)], env=env, cwd=tmp_path)
        end = time.monotonic() + 40
        window = ""
        while not window and time.monotonic() < end and app.poll() is None:
            window = xdo("search", "--onlyvisible", "--name", "Visual Lab").stdout.split("\n")[0]
            time.sleep(0.1)
        if app.poll() is not None:
            said = app.stderr.read()
            if "xcb" in said and "plugin" in said:
                pytest.skip(f"Qt's xcb platform lacks a library here: {said[-300:]}")
            pytest.fail(f"the lab ended: {said[-2000:]}")
        assert window, "no window appeared"
        time.sleep(1.0)
        xdo("windowmove", window, "0", "0")
        # In the left half of the window, between the header and the equation strip, lies the stage.
        xdo("mousemove", "--window", window, "300", "330", "click", "1")
        time.sleep(1.0)
        xdo("key", "--window", window, "ctrl+s")
        end = time.monotonic() + 20
        panel = {}
        while time.monotonic() < end:
            panel = json.loads(path.read_text("utf-8"))["panels"][0]
            if panel["run"]["events"]:
                break
            time.sleep(0.1)
        app.send_signal(signal.SIGTERM)
    finally:
        ended(app)
        if app is not None:
            app.stderr.close()
    ((step, event),) = panel["run"]["events"]
    assert step == 0
    assert event["kind"] == "place_starts"
    ((x, y),) = event["points"]
    assert -12 < x < 0
    assert -2 < y < 6
    assert panel["cursor"] > 3
