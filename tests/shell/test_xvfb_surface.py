"""The 3-D view under a real X server with OpenGL in software: a process of its own, a real window, a real hand."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHILD = Path(__file__).with_name("surface_child.py")


@pytest.mark.skipif(shutil.which("Xvfb") is None, reason="needs Xvfb")
@pytest.mark.parametrize("platform", ["xcb", "offscreen"])
def test_the_surface_is_drawn_turned_and_pressed(display, tmp_path, platform):
    out = tmp_path / "seen.json"
    env = dict(os.environ)
    env |= {"DISPLAY": display, "QT_QPA_PLATFORM": platform, "PYTHONPATH": str(ROOT), "LIBGL_ALWAYS_SOFTWARE": "1"}
    env |= {"VISUAL_LAB_HOME": str(tmp_path / "home")}
    done = subprocess.run(
        [sys.executable, str(CHILD), str(out)], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    if done.returncode and "xcb" in done.stderr and "plugin" in done.stderr:
        pytest.skip(f"Qt's xcb platform lacks a library here: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    seen = json.loads(out.read_text("utf-8"))
    assert seen["said"] == []
    assert seen["banner"] == ""
    if "No OpenGL here" in seen["absence"] and not os.environ.get("CI"):
        pytest.skip(f"this machine has no OpenGL in software: {seen['absence']}")
    assert seen["absence"] == ""
    assert seen["same_window"]
    # A shaded, coloured surface before an even background, with the trail and the mark of every racer on it.
    assert seen["colours"] > 1000
    assert 0.2 < seen["background"] < 0.9
    assert len(seen["racers"]) == 6
    assert min(seen["racers"].values()) > 10, seen["racers"]
    assert sorted(seen["trails"].values())[2] > 10, seen["trails"]
    assert seen["grown_differs"] < 0.005
    # The hand.
    assert seen["turned_by"] == pytest.approx(40)
    assert seen["turned_differs"] > 0.1
    assert seen["starts_after_drag"] == 2
    assert seen["home"]
    assert seen["dropped"] == pytest.approx(seen["wanted"], abs=0.1)
    assert seen["off_by_pixels"] < 1e-3
    assert seen["dropped_beside"] == 0
    # What it is linked with, and how it leaves the room.
    assert seen["landscape_differs"] > 0.1
    whole = ["Drag turns, wheel zooms, a press drops a start"]
    assert seen["hints"] == [whole, ["Drag turns"], whole]
    assert seen["marked_on_stage"] > 20
    assert seen["readout"]
    assert seen["marked_on_surface"] == pytest.approx([0.5, 0.0], abs=0.02)
    assert seen["export_differs"] < 0.02
    assert seen["export_ratio"] == 2.0
    assert seen["off"]
    assert seen["gone"] == "No OpenGL here: the card is gone; the rest works."
    assert seen["back"]
