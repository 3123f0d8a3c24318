"""The commands that draw and compute without a display: ``lab shot`` and ``lab run``."""

import json

import numpy as np
import pytest
from PySide6.QtGui import QImage
from shell_fixtures import settle

from lab import __main__ as command
from lab import headless
from lab.core import session as files
from lab.core.session import PanelState
from lab.core.timeline import Timeline
from lab.panels import PANELS
from lab.sims.race import PlaceStarts, Race


@pytest.fixture
def stored(tmp_path):
    """A session of two races with events, as a file."""
    first, second = (files.fresh("race", PANELS["race"], p) for p in ("himmelblau", "noisy"))
    run = first.run.with_event(10, PlaceStarts(((2.0, 2.0),)))
    path = tmp_path / "two.lab.json"
    files.write(path, files.Session((PanelState("race", run, first.view, cursor=30), second)))
    return path


def shot(tmp_path, *words):
    out = tmp_path / "picture.png"
    out.unlink(missing_ok=True)
    code = command.main(["shot", *words, "--out", str(out)])
    settle()
    return code, QImage(str(out)) if out.exists() else None


def colours(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    seen = np.frombuffer(image.constBits(), dtype=np.uint32)
    return len(np.unique(seen))


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["--panel", "race"],
        ["--panel", "race", "--preset", "rosenbrock", "--steps", "120", "--theme", "light"],
        ["--preset", "parabola", "--size", "900x600"],
        ["--panel", "race", "--size", "640x480"],
    ],
    ids=["start page", "panel", "preset", "size", "small"],
)
def test_a_picture_of_the_asked_size(tmp_path, words):
    code, image = shot(tmp_path, *words)
    assert code == 0
    size = words[words.index("--size") + 1] if "--size" in words else "1280x800"
    assert f"{image.width()}x{image.height()}" == size
    assert colours(image) > 500


def test_a_session_is_drawn_as_it_stands(tmp_path, stored):
    code, image = shot(tmp_path, str(stored))
    assert code == 0
    plain = image.copy()
    code, later = shot(tmp_path, str(stored), "--steps", "100")
    assert code == 0
    assert later != plain


def test_a_session_is_drawn_in_its_arrangement(tmp_path, windows):
    """Side by side stays side by side: the right half shows the second race's stage, not one wide panel."""
    window = windows("race")
    window.open_panel("race", preset="parabola")
    window.actions_.arrange("side by side")
    settle()
    path = tmp_path / "row.lab.json"
    assert window.keeper.save(path)
    window.entrance.start.setFocus()
    settle()
    seen = window.grab().toImage()
    code, image = shot(tmp_path, str(path))
    assert code == 0
    shape = (image.height(), image.width(), 4)
    a, b = (
        np.frombuffer(i.convertToFormat(QImage.Format.Format_RGB32).constBits(), dtype=np.uint8).reshape(shape)
        for i in (image, seen)
    )
    assert (a != b).any(axis=-1).mean() < 0.01


def test_themes_differ(tmp_path):
    _, dark = shot(tmp_path, "--panel", "race")
    _, light = shot(tmp_path, "--panel", "race", "--theme", "light")
    assert dark.pixelColor(5, 5).lightness() < 60 < 200 < light.pixelColor(5, 5).lightness()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--panel", "racing"], "racing"),
        (["--preset", "moon"], "moon"),
        (["nowhere.lab.json"], "nowhere.lab.json"),
        (["--lesson", "nowhere"], "nowhere"),
        (["--lesson", "momentum:0"], "pages 1 to"),
        (["--lesson", "momentum:x"], "pages 1 to"),
        (["--lesson", "momentum:" + "9" * 5000], "pages 1 to"),
        (["--lesson", "nowhere.md:2"], "nowhere.md, line 1: "),
    ],
)
def test_what_cannot_be_drawn_is_one_line(tmp_path, capsys, words, says):
    code, image = shot(tmp_path, *words)
    assert code == 2
    assert image is None
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert says in said


def test_a_task_that_holds_already_is_told_to_who_draws_the_lesson(tmp_path, capfd):
    own = tmp_path / "mine.md"
    head = "---\ntitle: T\npanel: race\nminutes: 3\nblurb: B\n---\n# One\n"
    own.write_text(f"{head}::: load\npreset: saddle\n:::\n::: do  Nothing.\nstep >= 0\n:::\n", "utf-8")
    code, picture = shot(tmp_path, "--lesson", str(own))
    assert code == 0
    assert picture is not None
    assert "mine.md, line 11: the task is done before anything was done: step >= 0" in capfd.readouterr().err


def test_a_lesson_is_drawn_at_a_page(tmp_path):
    code, first = shot(tmp_path, "--lesson", "momentum")
    assert code == 0
    code, last = shot(tmp_path, "--lesson", "momentum:7")
    assert code == 0
    assert first != last


def test_a_teachers_own_file_is_drawn_or_named_with_its_line(tmp_path, capsys):
    own = tmp_path / "mine.md"
    head = "---\ntitle: Mine\npanel: race\nminutes: 3\nblurb: Short.\n---\n"
    own.write_text(f"{head}# One\nText.\n# Two\nMore.\n::: load\npreset: saddle\n:::\n", "utf-8")
    code, first = shot(tmp_path, "--lesson", str(own))
    assert code == 0
    code, second = shot(tmp_path, "--lesson", f"{own}:2")
    assert code == 0
    assert first != second
    own.write_text(f"{head}# One\n::: lode\n:::\n", "utf-8")
    code, image = shot(tmp_path, "--lesson", str(own))
    assert (code, image) == (2, None)
    assert "mine.md, line 8: " in capsys.readouterr().err


def test_a_picture_that_cannot_be_written_is_one_line(tmp_path, capsys):
    code = command.main(["shot", "--out", str(tmp_path / "no" / "where.png")])
    settle()
    assert code == 2
    assert "where.png" in capsys.readouterr().err


def run(stored, out, *words):
    return command.main(["run", str(stored), "--out", str(out), *words])


def test_running_twice_gives_identical_arrays(tmp_path, stored, capsys):
    a, b = tmp_path / "a.npz", tmp_path / "b.npz"
    assert run(stored, a, "--steps", "200") == 0
    assert run(stored, b, "--steps", "200") == 0
    with np.load(a) as first, np.load(b) as second:
        assert sorted(first) == sorted(second)
        assert {"race/theta", "race-2/theta", "race/loss"} <= set(first)
        for name in first:
            assert first[name].dtype == second[name].dtype
            assert first[name].tobytes() == second[name].tobytes(), name
        assert first["race/theta"].shape == (201, 6, 3, 2)
        assert np.isnan(first["race/theta"][9, :, 2]).all()
        assert np.isfinite(first["race/theta"][10:, :, 2]).all()
    assert a.read_bytes() == b.read_bytes()


def test_a_row_is_the_frame_of_a_timeline_sent_there(stored):
    state = files.read(stored, PANELS).panels[0]
    arrays = headless.frames(state, 137)
    timeline = Timeline(Race, state.run)
    timeline.seek(150)
    timeline.seek(137)
    assert np.array_equal(arrays["theta"][137], timeline.sim.frame().theta)


@pytest.mark.parametrize(
    ("change", "words", "says"),
    [
        (None, ["--steps", "5", "--panel", "racing"], "racing"),
        (lambda d: d["panels"][0]["run"]["config"].update(noise=-1), ["--steps", "5"], "panels[0].run.config.noise"),
        (lambda d: d.update(panels=[]), ["--steps", "5"], "no run"),
    ],
)
def test_what_cannot_be_run_is_one_line(tmp_path, stored, capsys, change, words, says):
    if change is not None:
        data = json.loads(stored.read_text("utf-8"))
        change(data)
        stored.write_text(json.dumps(data), "utf-8")
    out = tmp_path / "x.npz"
    assert run(stored, out, *words) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert says in said
    assert not out.exists()
