"""Sessions of the window: saved, opened, refused, restored, recovered."""

import dataclasses
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from shell_fixtures import LEFT, PLAIN, settle, wheel

from lab.core import session as files
from lab.core.simulation import digest
from lab.panels import PANELS
from lab.sims.race import MoveStart, PlaceStarts
from lab.ui.sessions import AUTOSAVE_MS, PLAYING_MS
from lab.ui.settings import Settings

ROOT = Path(__file__).parents[2]


def picture(window):
    """What the window shows, apart from the name in its title, once the hand rests."""
    while any(dock.view.stage.in_motion for dock in window.docks):
        QTest.qWait(20)
    if QApplication.focusWidget() is not None:
        QApplication.focusWidget().clearFocus()
    settle()
    image = window.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), dtype=np.uint8).reshape(image.height(), -1).copy()


def busy(window):
    """Two races with a history: events, a zoomed view, cursors, speeds, another seed, side by side."""
    first = window.docks[0]
    first.experiment.seek(30)
    first.experiment.do(PlaceStarts(((4.0, -4.0),)), "Drop")
    first.experiment.set_live("learning_rate", 0.02, 4, "Change")
    first.experiment.seek(80)
    arrived(window)
    second = window.open_panel("race", preset="noisy")
    second.experiment.set_speed(120.0)
    second.experiment.set_seed(7)
    second.experiment.seek(20)
    second.experiment.do(MoveStart(0, (1.0, 2.0), 3), "Drag")
    second.experiment.seek(25)
    window.actions_.arrange("side by side")
    settle()
    wheel(second.view.stage, (200.0, 150.0), 360)
    second.view.leaderboard.focused.emit(2)
    settle()
    return window


def arrived(window):
    """Let the player replay what a session's cursors need."""
    for _ in range(100):
        if not any(d.experiment.busy for d in window.docks):
            break
        window.player.tick(0.016)
    settle()
    return window


def digests(window):
    arrived(window)
    return [digest(d.experiment.frame()) for d in window.docks]


def prepared(race, tmp_path):
    path = tmp_path / "mine.lab.json"
    assert busy(race).keeper.save(path)
    return path


# -- saving and opening ------------------------------------------------------------------------------------------


def test_a_session_opens_to_the_very_same_picture(race, windows, tmp_path):
    path = prepared(race, tmp_path)
    states, before = digests(race), picture(race)
    runs = [(d.experiment.run.seed, list(d.experiment.run.events()), d.experiment.step) for d in race.docks]
    windows.end(race)
    again = windows()
    assert again.sessions.open(path)
    settle()
    assert digests(again) == states
    assert [(d.experiment.run.seed, list(d.experiment.run.events()), d.experiment.step) for d in again.docks] == runs
    assert [d.experiment.speed for d in again.docks] == [30.0, 120.0]
    assert not any(d.view.banner.message for d in again.docks)
    after = picture(again)
    assert after.shape == before.shape
    # A trail that grew piece by piece is smoothed a little differently at its joints from one drawn at once.
    different = np.abs(after.astype(int) - before.astype(int))
    assert (different > 0).mean() < 1e-3
    assert (different > 64).mean() < 1e-4


def test_saving_twice_writes_the_same_file(race, tmp_path):
    path = prepared(race, tmp_path)
    first = path.read_bytes()
    assert race.sessions.open(path)
    arrived(race)
    assert race.keeper.save(path)
    assert json.loads(path.read_bytes())["panels"] == json.loads(first)["panels"]


def test_opening_replaces_what_was_open(race, tmp_path):
    path = prepared(race, tmp_path)
    race.open_panel("race", preset="saddle")
    assert race.sessions.open(path)
    settle()
    assert len(race.docks) == 2
    assert [d.windowTitle() for d in race.docks] == ["Optimizer race", "Optimizer race 2"]
    assert not race.keeper.modified
    assert race.windowTitle() == "mine — Visual Lab"


def test_a_session_without_panels_shows_the_start_page(race, tmp_path):
    path = tmp_path / "empty.lab.json"
    files.write(path, files.Session())
    assert race.sessions.open(path)
    settle()
    assert race.entrance.start.isVisible()
    assert race.docks == []


def test_the_transport_controls_the_panel_that_is_in_front(race, windows, tmp_path):
    race.open_panel("race", preset="rosenbrock")
    race.docks[0].raise_()
    race.desk.activate(race.docks[0])
    settle()
    path = tmp_path / "tabs.lab.json"
    assert race.keeper.save(path)
    windows.end(race)
    again = windows()
    assert again.sessions.open(path)
    settle()
    assert [d.view.seen for d in again.docks] == [True, False]
    assert again.active is again.docks[0]


def test_the_suffix_is_added(race, tmp_path):
    assert race.keeper.save(tmp_path / "mine")
    assert (tmp_path / "mine.lab.json").is_file()
    assert race.keeper.title == "mine"


def test_the_title_marks_what_is_not_saved(race, tmp_path):
    assert race.windowTitle().startswith("Untitled")
    race.experiment.do(PlaceStarts(((1.0, 1.0),)), "Drop")
    assert race.windowTitle().startswith("•")
    assert race.keeper.save(tmp_path / "a.lab.json")
    assert race.windowTitle() == "a — Visual Lab"
    race.experiment.undo()
    assert race.windowTitle() == "•a — Visual Lab"


def test_opening_a_panel_or_closing_one_is_a_change(race, tmp_path):
    race.keeper.save(tmp_path / "a.lab.json")
    race.open_panel("race")
    assert race.keeper.modified
    race.keeper.save(tmp_path / "a.lab.json")
    race.close_panel(race.docks[-1])
    assert race.keeper.modified


def test_ctrl_s_asks_for_a_file_once(race, tmp_path, monkeypatch):
    asked = []

    def ask(*_):
        asked.append(1)
        return str(tmp_path / "b"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", ask)
    assert race.sessions.save()
    race.experiment.do(PlaceStarts(((1.0, 1.0),)), "Drop")
    assert race.sessions.save()
    assert asked == [1]
    assert not race.keeper.modified


def test_unsaved_changes_are_asked_about(race, tmp_path, monkeypatch):
    buttons = QMessageBox.StandardButton
    race.experiment.do(PlaceStarts(((1.0, 1.0),)), "Drop")
    answers = iter((buttons.Cancel, buttons.Discard))
    monkeypatch.setattr(QMessageBox, "exec", lambda self: next(answers))
    race.sessions.new()
    assert len(race.docks) == 1
    race.sessions.new()
    assert race.docks == []
    assert not race.keeper.modified


@pytest.mark.parametrize("place", ["nowhere/deep/a.lab.json", "a-file/a.lab.json"])
def test_where_nothing_can_be_saved_it_says_so(race, tmp_path, place):
    (tmp_path / "a-file").write_text("I am no folder")
    race.experiment.do(PlaceStarts(((1.0, 1.0),)), "Drop")
    path = tmp_path / place
    assert not race.keeper.save(path)
    assert "could not be saved" in race.banner.message
    assert race.keeper.modified
    assert race.keeper.path is None


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everywhere")
def test_a_folder_that_may_not_be_written_is_named(race, tmp_path):
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    assert not race.keeper.save(folder / "a.lab.json")
    assert "Permission" in race.banner.message


def test_a_save_that_breaks_off_leaves_the_old_file_whole(race, tmp_path, monkeypatch):
    path = tmp_path / "a.lab.json"
    race.keeper.save(path)
    before = path.read_bytes()
    race.experiment.do(PlaceStarts(((1.0, 1.0),)), "Drop")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    assert not race.keeper.save(path)
    assert "No space left" in race.banner.message
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == ["a.lab.json"]


# -- refusals ----------------------------------------------------------------------------------------------------


def spoiled(text):
    """(name, how the file is spoiled, what the message must hold)."""
    data = json.loads(text)

    def with_(change):
        copy = json.loads(text)
        change(copy)
        return json.dumps(copy)

    def set_rate(d):
        d["panels"][0]["run"]["config"]["racers"][0]["optimizer"]["learning_rate"] = 0

    def set_schema(d):
        d["schema"] = data["schema"] + 1

    def set_panel(d):
        d["panels"][1]["panel"] = "racing"

    def set_event(d):
        d["panels"][0]["run"]["events"][0][1]["points"] = [[1.0]]

    def set_view(d):
        d["panels"][0]["view"]["arrows"] = "yes"

    def set_cursor(d):
        d["panels"][0]["cursor"] = -3

    return {
        "one wrong value": (with_(set_rate), "panels[0].run.config.racers[0].optimizer.learning_rate"),
        "a newer schema": (with_(set_schema), "newer Visual Lab"),
        "an unknown panel": (with_(set_panel), "panels[1].panel"),
        "a point of the wrong dimension": (with_(set_event), "panels[0].run.events[0]"),
        "a word for a switch": (with_(set_view), "panels[0].view.arrows"),
        "a step below 0": (with_(set_cursor), "panels[0].cursor"),
        "truncated": (text[: len(text) * 2 // 3], "cut off"),
        "empty": ("", "cut off"),
        "something else": ('{"hello": 1}', "not a Visual Lab session"),
        "not a number": (text.replace('"cursor":80', '"cursor":NaN'), "NaN"),
    }


def test_a_file_that_is_wrong_is_refused_in_one_line_and_nothing_changes(race, tmp_path):
    path = prepared(race, tmp_path)
    before, docks = digests(race), list(race.docks)
    title = race.windowTitle()
    for name, (text, says) in spoiled(path.read_text("utf-8")).items():
        bad = tmp_path / f"{name.replace(' ', '-')}.lab.json"
        bad.write_text(text, "utf-8")
        assert not race.sessions.open(bad), name
        message = race.banner.message
        assert says in message, (name, message)
        assert "\n" not in message
        assert bad.name in message
        assert race.docks == docks
        assert digests(race) == before
        assert race.windowTitle() == title
        assert not race.keeper.modified
    assert race.sessions.open(path)
    assert not race.banner.message


def test_a_file_of_200_mb_is_refused_unread(race, tmp_path):
    path = tmp_path / "huge.lab.json"
    with path.open("wb") as out:
        out.truncate(200 << 20)
    before = digests(race)
    begun = time.perf_counter()
    assert not race.sessions.open(path)
    assert time.perf_counter() - begun < 0.5
    assert "200 MB" in race.banner.message
    assert digests(race) == before


@pytest.mark.parametrize("name", ["missing.lab.json", "folder"])
def test_a_file_that_cannot_be_read_is_refused(race, tmp_path, name):
    (tmp_path / "folder").mkdir()
    assert not race.sessions.open(tmp_path / name)
    assert name in race.banner.message
    assert len(race.docks) == 1


def test_bytes_that_are_no_text_are_refused(race, tmp_path):
    path = tmp_path / "picture.lab.json"
    path.write_bytes(bytes(range(256)) * 4)
    assert not race.sessions.open(path)
    assert "not a Visual Lab session" in race.banner.message


def test_a_session_of_another_build_is_opened_with_a_word(race, tmp_path):
    path = prepared(race, tmp_path)
    text = path.read_text("utf-8")
    mine = json.loads(text)["panels"][0]["digest"]
    path.write_text(text.replace(mine, "0" * len(mine)), "utf-8")
    assert race.sessions.open(path)
    arrived(race)
    assert "another build" in race.docks[0].view.banner.message
    assert not race.docks[1].view.banner.message


def test_a_session_saved_on_the_way_to_its_step_opens_without_complaint(race, windows, tmp_path):
    """Right after opening, a far cursor is still being replayed: saving then must not keep a wrong digest."""
    race.experiment.seek(200)
    assert race.experiment.timeline.pending == 200
    path = tmp_path / "far.lab.json"
    race.keeper.save(path)
    before = digests(race)
    assert race.sessions.open(path)
    assert digests(race) == before
    assert race.docks[0].experiment.step == 200
    assert not race.docks[0].view.banner.message


# -- ways in -----------------------------------------------------------------------------------------------------


def test_recent_files_newest_first(race, windows, tmp_path):
    paths = [tmp_path / f"{n}.lab.json" for n in "abc"]
    for path in paths:
        race.keeper.save(path)
    race.sessions.open(paths[0])
    assert race.settings.recent() == [paths[0], paths[2], paths[1]]
    paths[2].unlink()
    assert race.settings.recent() == [paths[0], paths[1]]
    race.show_start()
    assert [b.text() for b in race.entrance.start._buttons] == ["a", "b"]
    race.actions_._fill_recent()
    assert [a.text() for a in race.actions_._recent.actions()] == ["a.lab.json", "b.lab.json"]
    windows.end(race)
    again = windows()
    again.entrance.start._buttons[1].click()
    settle()
    assert again.keeper.path == paths[1]
    assert len(again.docks) == 1


def drop(window, *paths):
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(p)) for p in paths])
    enter = QDragEnterEvent(QPoint(50, 50), Qt.DropAction.CopyAction, data, LEFT, PLAIN)
    enter.ignore()
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        event = QDropEvent(QPointF(50, 50), Qt.DropAction.CopyAction, data, LEFT, PLAIN)
        QApplication.sendEvent(window, event)
    return enter.isAccepted()


def test_a_file_dropped_on_the_window_is_opened(race, tmp_path):
    path = prepared(race, tmp_path)
    race.sessions.clear()
    assert drop(race, path)
    settle()
    assert race.keeper.path == path
    assert len(race.docks) == 2
    assert not drop(race, path, path)


# -- the next start ----------------------------------------------------------------------------------------------


def test_the_next_start_finds_what_was_open(race, windows, tmp_path):
    path = prepared(race, tmp_path)
    race.docks[0].experiment.do(MoveStart(0, (0.0, 0.0)), "Drag")
    before = digests(race)
    windows.end(race)
    again = windows()
    last = again.keeper.restore_last()
    assert last is not None
    again.sessions.show(last)
    assert digests(again) == before
    assert again.keeper.path == path
    assert again.keeper.modified


def test_a_last_session_that_is_spoiled_does_not_keep_the_lab_from_starting(windows, tmp_path, caplog):
    Settings(tmp_path / "home")
    (tmp_path / "home" / "last.lab.json").write_text("{", "utf-8")
    window = windows()
    assert window.keeper.restore_last() is None
    window.sessions.offer_recovery()
    assert window.entrance.recovery.isHidden()


def test_an_edit_is_autosaved_soon_and_a_clean_end_takes_the_copy_away(race, windows, tmp_path):
    folder = tmp_path / "home" / "autosave"
    assert list(folder.glob("*.lab.json")) == []
    race.experiment.do(PlaceStarts(((1.0, 1.0),)), "Drop")
    assert race.keeper._timer.isActive()
    race.keeper._timer.stop()
    race.keeper._timer.timeout.emit()
    (copy,) = folder.glob("*.lab.json")
    assert files.read(copy, PANELS).panels[0].run.head.event == PlaceStarts(((1.0, 1.0),))
    assert race.keeper.left_behind() == []
    windows.end(race)
    assert list(folder.iterdir()) == []


def test_where_the_cursor_went_is_kept_for_a_crash_and_is_no_change(race, tmp_path):
    keeper, experiment = race.keeper, race.docks[0].experiment
    assert not keeper._timer.isActive()
    experiment.moved.emit()
    assert not keeper._timer.isActive()
    experiment.step_by(5)
    assert keeper._timer.interval() == AUTOSAVE_MS
    assert not keeper.modified
    keeper._timer.stop()
    keeper._timer.timeout.emit()
    (copy,) = (tmp_path / "home" / "autosave").glob("*.lab.json")
    assert files.read(copy, PANELS).panels[0].cursor == 5
    # What rests is not written again.
    settle()
    assert not keeper._timer.isActive()


def test_while_it_plays_the_copy_is_written_now_and_then(race, monkeypatch):
    keeper, experiment = race.keeper, race.docks[0].experiment
    written = []
    monkeypatch.setattr(keeper, "_gather", lambda: written.append(experiment.step) or files.Session())
    experiment.set_playing(True)
    for _ in range(30):
        race.player.tick(0.016)
    assert keeper._timer.interval() == PLAYING_MS
    begun = keeper._timer.remainingTime()
    QTest.qWait(60)
    race.player.tick(0.016)
    # The next frame does not put it off.
    assert keeper._timer.remainingTime() < begun
    assert written == []
    experiment.set_playing(False)
    assert keeper._timer.interval() == AUTOSAVE_MS
    keeper._timer.stop()
    keeper._timer.timeout.emit()
    assert written == [experiment.step]
    assert not keeper.modified


def test_two_labs_do_not_take_each_other_for_crashed(race, windows):
    race.experiment.do(PlaceStarts(((1.0, 1.0),)), "Drop")
    race.keeper.autosave()
    other = windows()
    assert other.keeper.left_behind() == []
    other.sessions.offer_recovery()
    assert other.entrance.recovery.isHidden()


CRASHING = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
import lab.app, lab.ui.sessions
from lab.sims.race import PlaceStarts
lab.ui.sessions.AUTOSAVE_MS = 30
made = lab.app.MainWindow.show
def show(self):
    made(self)
    def edit():
        dock = self.open_panel("race")
        dock.experiment.seek(12)
        dock.experiment.do(PlaceStarts(((1.5, -2.5),)), "Drop")
    QTimer.singleShot(0, self, edit)
lab.app.MainWindow.show = show
sys.exit(lab.app.run_gui(None))
"""


def test_a_killed_lab_is_recovered_at_the_next_start(windows, tmp_path):
    """A real process running the window, ended by SIGKILL in the middle of work."""
    home = tmp_path / "home"
    env = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "VISUAL_LAB_HOME": str(home), "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", textwrap.dedent(CRASHING)], env=env, cwd=tmp_path)
    try:
        end = time.monotonic() + 30
        copies = []
        while not copies and time.monotonic() < end and process.poll() is None:
            copies = [p for p in (home / "autosave").glob("*.lab.json") if "place_starts" in p.read_text("utf-8")]
            time.sleep(0.05)
        assert copies, "nothing was autosaved"
        os.kill(process.pid, signal.SIGKILL)
        process.wait(10)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait(10)
    window = windows()
    window.sessions.offer_recovery()
    assert window.entrance.recovery.isVisible()
    window.entrance.recovery.rows[0].recover.click()
    settle()
    assert window.entrance.recovery.isHidden()
    (dock,) = window.docks
    assert dock.experiment.step == 12
    assert [e for _, e in dock.experiment.run.events()] == [PlaceStarts(((1.5, -2.5),))]
    assert window.keeper.modified
    assert window.windowTitle().startswith("•Untitled")
    # The recovered session is this process's own to keep now; the dead one's copy is gone.
    assert not copies[0].exists()
    assert window.keeper._autosave.exists()


def test_a_crashed_session_can_be_thrown_away(windows, tmp_path):
    folder = tmp_path / "home" / "autosave"
    folder.mkdir(parents=True)
    left = folder / "0123.lab.json"
    files.write(left, files.Session((files.fresh("race", PANELS["race"]),)))
    (folder / "spoiled.lab.json").write_text("{", "utf-8")
    window = windows("race")
    window.sessions.offer_recovery()
    assert window.entrance.recovery.isVisible()
    assert window.entrance.start.isVisible()
    window.entrance.recovery.rows[0].discard.click()
    settle()
    assert not left.exists()
    assert len(window.docks) == 1
    assert window.docks[0].view.seen
    window.sessions.offer_recovery()
    assert window.entrance.recovery.isHidden()
    assert not (folder / "spoiled.lab.json").exists()


def leave_behind(home, *horizons):
    """Autosaves of labs that are no more, the first one the newest."""
    folder = home / "autosave"
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for age, horizon in enumerate(horizons):
        state = dataclasses.replace(files.fresh("race", PANELS["race"]), horizon=horizon)
        paths.append(folder / f"left{age}.lab.json")
        files.write(paths[-1], files.Session((state,)))
        os.utime(paths[-1], (1.7e9 - 3600 * age, 1.7e9 - 3600 * age))
    return paths


def test_all_crashed_sessions_are_offered_newest_first(windows, tmp_path):
    paths = leave_behind(tmp_path / "home", 111, 222, 333)
    window = windows()
    window.sessions.offer_recovery()
    rows = window.entrance.recovery.rows
    assert len(rows) == 3
    assert all("Optimizer race" in line.words for line in rows)
    rows[1].recover.click()
    settle()
    assert window.docks[0].experiment.horizon == 222
    assert [path.exists() for path in paths] == [True, False, True]
    # The others wait on the start page.
    window.show_start()
    assert len(window.entrance.recovery.rows) == 2
    window.entrance.recovery.discard_all.click()
    settle()
    assert window.entrance.recovery.isHidden()
    assert not any(path.exists() for path in paths)
    assert window.docks[0].view.seen


def test_a_recovered_session_is_not_replaced_by_the_next_without_a_question(windows, tmp_path, monkeypatch):
    leave_behind(tmp_path / "home", 111, 222)
    window = windows()
    window.sessions.offer_recovery()
    window.entrance.recovery.rows[0].recover.click()
    monkeypatch.setattr(window.sessions, "may_replace", lambda: False)
    window.entrance.recovery.rows[0].recover.click()
    settle()
    assert window.docks[0].experiment.horizon == 111
    assert len(window.entrance.recovery.rows) == 1


@pytest.mark.parametrize(
    "change",
    [
        lambda w: w.transport.speed.chosen.emit(120.0),
        lambda w: w.docks[0].view.stage.zoom(0.8),
        lambda w: w.docks[0].view.set_look(contours=False),
        lambda w: w.docks[0].experiment.set_horizon(500),
    ],
    ids=["speed", "zoom", "layer", "length"],
)
def test_whatever_the_file_holds_marks_the_session_as_changed(windows, tmp_path, change):
    window = windows("race")
    path = tmp_path / "one.lab.json"
    assert window.keeper.save(path)
    assert window.sessions.open(path)
    settle()
    assert not window.keeper.modified
    # To play is to look on.
    window.docks[0].experiment.seek(7)
    settle()
    assert not window.keeper.modified
    change(window)
    settle()
    assert window.keeper.modified


def start_again(windows):
    """A window made the way that the application makes it, before the event loop has its first turn."""
    window = windows.unshown()
    last = window.keeper.restore_last()
    assert last is not None
    window.sessions.show(last)
    window.sessions.offer_recovery()
    window.show()
    settle(4)
    return window


@pytest.mark.parametrize("several", [False, True])
def test_after_a_crash_the_start_page_stands_alone_until_one_is_chosen(race, windows, tmp_path, several):
    """What was restored waits behind the start page, also when Qt learns how narrow it can be."""
    if several:
        race.open_panel("race", preset="saddle")
        race.actions_.arrange("side by side")
        settle()
    windows.end(race)
    leave_behind(tmp_path / "home", 111)
    window = start_again(windows)
    assert window.entrance.recovery.isVisible()
    assert [dock.isVisible() for dock in window.docks] == [False] * (1 + several)
    assert window.entrance.height() > 600
    window.entrance.recovery.rows[0].discard.click()
    settle(4)
    assert all(dock.view.seen for dock in window.docks)
    assert not window.entrance.isVisible()
    if several:
        widths = [dock.width() for dock in window.docks]
        assert abs(widths[0] - widths[1]) <= 8
        assert window.docks[0].x() < window.docks[1].x()


def test_a_lab_that_was_left_on_its_start_page_comes_back_with_its_panels(race, windows):
    race.open_panel("race", preset="saddle")
    race.actions_.arrange("side by side")
    settle()
    race.show_start()
    settle()
    windows.end(race)
    window = start_again(windows)
    assert all(dock.view.seen for dock in window.docks)
    assert abs(window.docks[0].width() - window.docks[1].width()) <= 8
    assert window.docks[0].y() == window.docks[1].y()
