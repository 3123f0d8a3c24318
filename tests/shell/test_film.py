"""A film of the timeline: what it shows, what it leaves alone, and how it ends."""

import os
import re

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from shell_fixtures import key, settle

from lab import __main__ as command
from lab.core import session as files
from lab.core.errors import BadValue
from lab.core.simulation import digest
from lab.sims.race import PlaceStarts
from lab.ui.export import picture
from lab.ui.filming import MOST_FRAMES, Cut, Filming, pixels_of


def film(window, cut, path):
    """Make a film and wait for its end; gives why it ended."""
    filming, ends = Filming(window.view, cut, path), []
    filming.ended.connect(ends.append)
    filming.start()
    while not ends:
        settle(1)
    filming.deleteLater()
    settle()
    return ends[0]


def frame(path, i):
    with Image.open(path) as image:
        image.seek(i % image.n_frames)
        return np.asarray(image.convert("RGB")).astype(int)


def differs(a, b):
    """The share of pixels that are not the same."""
    return (a != b).any(axis=2).mean()


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp"])
@pytest.mark.parametrize("whole", [False, True])
def test_first_and_last_frame_are_the_pictures_of_those_steps(race, tmp_path, suffix, whole):
    """The trails' edges may differ in a few pixels: they depend on the steps by which they grew."""
    race.experiment.seek(30)
    path = tmp_path / f"race{suffix}"
    assert film(race, Cut(4, 28, 6, whole=whole), path) == ""
    with Image.open(path) as image:
        assert image.n_frames == 5
        shown = race.view if whole else race.view.picture_of()
        assert image.size == (shown.width(), shown.height())
    for i, step in ((0, 4), (-1, 28)):
        race.experiment.seek(step)
        settle()
        wanted = pixels_of(picture(shown, 1.0, () if whole else race.view.for_the_hand())).astype(int)
        found = frame(path, i)
        if suffix == ".gif":
            assert np.abs(found - wanted).mean() < 2.0
        else:
            assert differs(found, wanted) < 0.002
    assert differs(frame(path, 0), frame(path, -1)) > 0.002


def test_twice_as_fine(race, tmp_path):
    assert film(race, Cut(0, 1, scale=2.0), tmp_path / "race.png") == ""
    stage = race.view.picture_of()
    assert frame(tmp_path / "race.png", 0).shape == (2 * stage.height(), 2 * stage.width(), 3)


def test_the_users_panel_is_not_touched(race, tmp_path):
    """Cursor, run, histories, look, session and every pixel; also with events, and a film beyond what was run."""
    race.experiment.seek(12)
    race.experiment.do(PlaceStarts(((2.0, 2.0),)), "Drop a start")
    race.experiment.seek(20)
    race.experiment.seek(9)
    settle()
    timeline = race.experiment.timeline
    before = (
        files.to_json(race.desk.session()), timeline.step, timeline.frontier, timeline.run,
        digest(race.experiment.frame()), timeline.trace.values.copy(), list(timeline.marks),
        race.experiment.history.undo_label, race.view._look,
    )  # fmt: skip
    seen = race.view.grab().toImage()
    assert film(race, Cut(0, 40, 10), tmp_path / "race.gif") == ""
    after = (
        files.to_json(race.desk.session()), timeline.step, timeline.frontier, timeline.run,
        digest(race.experiment.frame()), timeline.trace.values.copy(), list(timeline.marks),
        race.experiment.history.undo_label, race.view._look,
    )  # fmt: skip
    for old, new in zip(before, after, strict=True):
        assert np.array_equal(old, new, equal_nan=True) if isinstance(old, np.ndarray) else old == new
    assert race.view.grab().toImage() == seen
    assert [w for w in QApplication.topLevelWidgets() if type(w) is type(race.view)] == []


def test_the_user_may_go_on_working_meanwhile(race, tmp_path):
    """What is filmed is the run as it was when the film began."""
    race.experiment.seek(20)
    assert film(race, Cut(0, 20, 5), tmp_path / "still.png") == ""
    filming, ends = Filming(race.view, Cut(0, 20, 5), tmp_path / "busy.png"), []
    filming.ended.connect(ends.append)
    filming.start()
    race.experiment.seek(3)
    race.experiment.do(PlaceStarts(((2.0, 2.0),)), "Drop a start")
    while not ends:
        settle(1)
    filming.deleteLater()
    assert ends == [""]
    assert differs(frame(tmp_path / "busy.png", -1), frame(tmp_path / "still.png", -1)) < 0.002


def test_cancelling_leaves_no_file_and_what_was_there(race, tmp_path):
    path = tmp_path / "film.gif"
    path.write_bytes(b"an older film")
    race.experiment.seek(10)
    filming, ends = Filming(race.view, Cut(0, 10), path), []
    filming.ended.connect(ends.append)
    filming.start()
    for _ in range(20):
        filming.turn()
    filming.cancel()
    filming.cancel()
    assert ends == ["cancelled"]
    assert not filming.running
    filming.deleteLater()
    settle()
    assert [name for name in os.listdir(tmp_path) if "film" in name] == ["film.gif"]
    assert path.read_bytes() == b"an older film"


@pytest.mark.parametrize("close", ["panel", "window"])
def test_a_panel_that_is_closed_takes_its_film_along(windows, tmp_path, close):
    window = windows("race", inline=False)
    dock = window.docks[0]
    dock.view.abilities.open_film()
    card = dock.view.abilities.film
    card.make(tmp_path / "film.gif", Cut(0, 200))
    for _ in range(5):
        settle(1)
    assert card.filming is not None
    if close == "panel":
        window.close_panel(dock)
    else:
        windows.end(window)
    settle()
    assert [name for name in os.listdir(tmp_path) if "film" in name] == []


def test_a_film_made_in_threads_is_the_same(windows, tmp_path):
    window = windows("race", inline=False)
    window.view, window.experiment = window.docks[0].view, window.docks[0].experiment
    window.experiment.seek(8)
    assert film(window, Cut(0, 8, 2), tmp_path / "threads.webp") == ""
    with Image.open(tmp_path / "threads.webp") as image:
        assert image.n_frames == 5
    assert differs(frame(tmp_path / "threads.webp", 0), frame(tmp_path / "threads.webp", -1)) > 0.002


@pytest.mark.parametrize(
    ("name", "why"),
    [("film.avi", r"use \.gif"), ("nowhere/film.gif", "could not be saved"), ("folder.gif", "it is a folder")],
)
def test_a_bad_target_gets_one_line(race, tmp_path, name, why):
    (tmp_path / "folder.gif").mkdir()
    race.view.abilities.open_film()
    card = race.view.abilities.film
    card.make(tmp_path / name)
    assert card.filming is None
    assert why.replace("\\", "") in card.message.text()
    assert "\n" not in card.message.text()
    assert card.isVisible()


def test_a_full_disk_gets_one_line(race, tmp_path, monkeypatch):
    def full(self, pixels):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("lab.ui.moving.Film.add", full)
    assert film(race, Cut(0, 3), tmp_path / "film.gif") == "film.gif could not be saved: No space left on device"
    assert [name for name in os.listdir(tmp_path) if "film" in name] == []


def test_the_card_says_what_the_film_will_be(race):
    race.experiment.seek(25)
    race.exports.film(race.active)
    settle()
    card, stage = race.view.abilities.film, race.view.picture_of()
    assert [box.text() for box in card.boxes] == ["0", "25", "1", "25"]
    assert card.words.text().startswith(f"26 frames of {stage.width():,} × {stage.height():,} px,  1.0 s,  about ")
    card.every.setText("5")
    card.every.textEdited.emit("5")
    settle()
    assert card.words.text().startswith("6 frames")
    for box, text, why in (
        (card.last, "-3", "to: −3 comes before 0"),
        (card.every, "0", "every: 0 is below 1"),
        (card.fps, "60", "frames/s: 60 is above 50"),
        (card.first, "x", "from: "),
    ):
        old = box.text()
        box.setText(text)
        box.textEdited.emit(text)
        assert card.message.text().replace("-", "−").startswith(why.replace("-", "−"))
        assert box.property("bad")
        assert not card.go.isEnabled()
        box.setText(old)
        box.textEdited.emit(old)
        assert not card.message.isVisible()
        assert card.go.isEnabled()
    key(card.last, Qt.Key.Key_Escape)
    assert card.isHidden()


@pytest.mark.parametrize("suffix", [".gif", ".png", ".webp"])
def test_what_the_card_says_of_the_size_is_near_what_it_becomes(race, tmp_path, suffix):
    race.experiment.seek(14)
    race.exports.film(race.active)
    card = race.view.abilities.film
    card.format.set_value(suffix)
    card._preview()
    settle()
    least, most = re.search(r"about ([\d.]+)(?: to ([\d.]+))? MB", card.words.text()).groups()
    said = []
    card.make(tmp_path / f"film{suffix}")
    filming = card.filming
    filming.progressed.connect(lambda done: said.append((done, filming.bytes_expected, card.words.text())))
    while card.filming is not None:
        settle(1)
    size = (tmp_path / f"film{suffix}").stat().st_size
    # In megabytes with one digit.
    assert float(least) - 0.1 <= size / 1e6 <= float(most or least) + 0.1
    # Once some of it is made, it is told from that.
    late = [(expected, words) for done, expected, words in said if done > 0.5]
    assert late
    for expected, words in late:
        assert 0.5 * size < expected < 2 * size
        assert f"about {max(expected / 1e6, 0.1):.1f} MB" in words


def test_by_keys_from_the_palette_to_the_file(race, tmp_path, monkeypatch):
    """The palette opens the card, Enter asks for a file, a missing suffix is added."""
    race.experiment.seek(6)
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "film"), ""))
    (entry,) = [c for c in race.actions_.commands() if c.title == "Animation…"]
    entry.run()
    settle()
    card = race.view.abilities.film
    assert card.isAncestorOf(QApplication.focusWidget())
    key(card.last, Qt.Key.Key_Return)
    while card.filming is not None:
        settle(1)
    assert card.words.text().startswith("Saved film.gif")
    with Image.open(tmp_path / "film.gif") as image:
        assert image.n_frames == 7


def test_a_film_without_steps_and_one_without_end_are_refused():
    with pytest.raises(BadValue, match="comes before"):
        Cut(5, 4)
    with pytest.raises(BadValue, match="so at least every 3"):
        Cut(0, 2 * MOST_FRAMES + 1)
    assert len(Cut(0, MOST_FRAMES - 1).steps) == MOST_FRAMES


def test_a_film_of_the_window_from_the_command_line(tmp_path, capsys):
    words = ["shot", "--panel", "race", "--size", "820x560", "--to", "6", "--every", "3"]
    assert command.main([*words, "--out", str(tmp_path / "film.gif")]) == 0
    settle()
    with Image.open(tmp_path / "film.gif") as image:
        assert (image.n_frames, image.size) == (3, (820, 560))
    assert command.main(["shot", "--out", str(tmp_path / "other.gif")]) == 2
    assert "--to" in capsys.readouterr().err
    assert command.main([*words, "--out", str(tmp_path / "film.mp4")]) == 2
    assert "use .gif" in capsys.readouterr().err
    assert sorted(n for n in os.listdir(tmp_path) if n != "home") == ["film.gif"]
