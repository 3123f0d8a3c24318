"""The last resort: one dialog, an autosave, the log; and what is remembered between starts."""

import logging
import sys

import pytest
from PySide6.QtCore import QByteArray, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QMessageBox

from lab.core import session as files
from lab.panels import PANELS
from lab.sims.race import PlaceStarts
from lab.ui import errors, export
from lab.ui.settings import HOME_VARIABLE, Settings


@pytest.fixture
def hooked(race, monkeypatch, tmp_path):
    """A window whose process would show its last dialog; the dialogs are collected instead."""
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    shown = []

    def show(box):
        shown.append(box)
        return 0

    monkeypatch.setattr(QMessageBox, "exec", show)
    errors.install_excepthook(race.keeper.autosave, tmp_path / "visual-lab.log")
    race.shown = shown
    yield race
    for box in shown:
        box.deleteLater()
    shown.clear()


def throw(error):
    try:
        raise error
    except type(error):
        sys.excepthook(*sys.exc_info())


def test_what_nobody_caught_shows_one_dialog_with_details(hooked, caplog):
    throw(ZeroDivisionError("of all things"))
    (box,) = hooked.shown
    assert "ZeroDivisionError: of all things" in box.informativeText()
    assert "visual-lab.log" in box.informativeText()
    assert "Traceback" in box.detailedText()
    assert "of all things" in box.detailedText()
    assert "uncaught" in caplog.text
    caplog.clear()


def test_the_session_is_saved_before_the_dialog(hooked, caplog):
    hooked.experiment.do(PlaceStarts(((1.0, 1.0),)), "Drop")
    assert not hooked.keeper._autosave.exists()
    throw(KeyError("x"))
    saved = files.read(hooked.keeper._autosave, PANELS)
    assert saved.panels[0].run.head.event == PlaceStarts(((1.0, 1.0),))
    caplog.clear()


def test_errors_while_the_dialog_is_open_are_only_logged(hooked, monkeypatch, caplog):
    def show(box):
        hooked.shown.append(box)
        throw(ValueError("another"))
        return 0

    monkeypatch.setattr(QMessageBox, "exec", show)
    throw(ValueError("first"))
    assert len(hooked.shown) == 1
    assert "another" in caplog.text
    monkeypatch.setattr(QMessageBox, "exec", lambda box: hooked.shown.append(box) or 0)
    throw(ValueError("later"))
    assert len(hooked.shown) == 2
    caplog.clear()


def test_a_slot_that_raises_ends_there_and_the_window_lives(race, qtbot, caplog):
    def fail():
        raise RuntimeError("in a slot")

    race.transport.play.clicked.connect(fail)
    with qtbot.captureExceptions() as caught:
        race.transport.play.click()
    assert [str(e[1]) for e in caught] == ["in a slot"]
    caught.clear()
    race.experiment.set_playing(False)
    race.experiment.step_by(1)
    assert race.experiment.step == 1
    race.player.tick(0)


def test_the_log_is_written_and_kept_small(tmp_path):
    root = logging.getLogger()
    level, before = root.level, list(root.handlers)
    try:
        path = errors.log_to(tmp_path)
        (handler,) = [h for h in root.handlers if h not in before]
        handler.maxBytes = 2000
        for i in range(200):
            logging.getLogger("lab").warning("line %d", i)
        handler.close()
        assert "line 199" in path.read_text("utf-8")
        assert sorted(p.name for p in tmp_path.glob("visual-lab.log*")) == [
            "visual-lab.log", "visual-lab.log.1", "visual-lab.log.2",
        ]  # fmt: skip
    finally:
        for extra in [h for h in root.handlers if h not in before]:
            root.removeHandler(extra)
        root.setLevel(level)


def test_what_qt_says_goes_to_the_log(qapp, caplog):
    before = qInstallMessageHandler(None)
    try:
        errors.quiet_qt()
        handler = qInstallMessageHandler(None)
        caplog.set_level(logging.INFO)
        handler(QtMsgType.QtWarningMsg, None, "something odd")
        handler(QtMsgType.QtWarningMsg, None, "This plugin does not support propagateSizeHints()")
        assert [(r.levelname, r.message) for r in caplog.records if r.name == "qt"] == [("WARNING", "something odd")]
    finally:
        qInstallMessageHandler(before)


# -- settings ----------------------------------------------------------------------------------------------------


def test_settings_are_kept_where_they_are_told(tmp_path, monkeypatch):
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "stick"))
    settings = Settings()
    assert settings.data == settings.logs == tmp_path / "stick"
    settings.remember("theme", "light")
    settings.remember("text/scale", 1.25)
    settings.remember("state", QByteArray(b"\x00\x01"))
    settings.save()
    again = Settings()
    assert again.text("theme") == "light"
    assert again.number("text/scale", 1.0) == 1.25
    assert again.state("state") == QByteArray(b"\x00\x01")
    again.forget("theme")
    assert again.text("theme", "system") == "system"


def test_settings_that_were_spoiled_give_the_defaults(tmp_path):
    settings = Settings(tmp_path)
    settings.remember("text/scale", "huge")
    settings.remember("window/geometry", "not bytes")
    assert settings.number("text/scale", 1.0) == 1.0
    assert settings.state("window/geometry").isEmpty()
    assert settings.recent() == []
    (tmp_path / "settings.ini").write_bytes(b"\xff\xfe[[[broken")
    assert Settings(tmp_path / "other").text("theme", "system") == "system"


def test_only_the_newest_ten_recent_files_are_kept(tmp_path):
    settings = Settings(tmp_path)
    for i in range(14):
        path = tmp_path / f"{i}.lab.json"
        path.touch()
        settings.add_recent(path)
    assert [p.name for p in settings.recent()] == [f"{i}.lab.json" for i in range(13, 3, -1)]


def test_a_stage_that_fails_while_it_is_exported_leaves_no_painter_open_and_no_file(race, tmp_path):
    painters = []

    def broken(painter, area):
        painters.append(painter)
        raise ValueError("broken")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(race.view, "paint_vector", broken)
        with pytest.raises(ValueError, match="broken"):
            export.stage_svg(race.view, tmp_path / "stage.svg")
    assert not painters[0].isActive()
    assert not (tmp_path / "stage.svg").exists()
