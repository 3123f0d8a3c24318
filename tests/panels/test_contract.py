"""What holds for every panel that is registered: a new one needs no test of its own for this."""

import csv
import io
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from PySide6.QtGui import QImage
from shell_fixtures import settle

from lab.core import session as files
from lab.panels import PANELS
from lab.ui import export
from lab.ui.theme import manager

CASES = [(entry.id, preset.id) for entry in PANELS for preset in entry.item.presets]
FIRST = [entry.id for entry in PANELS]


def pixels(image: QImage) -> np.ndarray:
    """The picture's colours as one number a pixel, shape (height, width)."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    return np.frombuffer(image.constBits(), dtype=np.uint32).reshape(image.height(), -1).copy()


def brightness(image: QImage) -> float:
    return float((pixels(image)[::4, ::4] >> 8 & 255).mean())


def colours(image: QImage) -> int:
    """How many different colours a picture has: an empty one has one."""
    return len(np.unique(pixels(image)[::3, ::3]))


@pytest.mark.parametrize(("panel", "preset"), CASES)
def test_every_preset_opens_plays_and_closes(windows, panel, preset):
    """First and a late frame, both themes, the theme switched while open, the smallest and a large window."""
    window = windows(panel, preset, size=(820, 560))
    dock = window.docks[0]
    assert not dock.view.banner.message
    assert colours(dock.view.picture_of().grab().toImage()) > 50
    # In the smallest window a card that the preset opens may cover all of its stage.
    window.resize(1280, 800)
    settle()
    early = dock.view.picture_of().grab().toImage()
    assert colours(early) > 50
    dock.experiment.seek(dock.experiment.horizon * 3 // 4)
    dock.experiment.timeline.work(lambda: True)
    dock.view.refresh()
    settle()
    late = dock.view.picture_of().grab().toImage()
    assert late != early
    manager().set_mode("light")
    settle()
    assert brightness(dock.view.picture_of().grab().toImage()) > brightness(late) + 20
    window.resize(1920, 1080)
    settle()
    assert colours(window.grab().toImage()) > 50
    assert not dock.view.banner.message
    window.close_panel(dock)
    settle()
    assert window.docks == []
    assert not window.findChildren(type(dock))


@pytest.mark.parametrize("panel", FIRST)
def test_a_panel_built_in_the_light_looks_as_one_switched_to_it(windows, panel):
    window = windows(panel)
    manager().set_mode("light")
    settle()
    switched = pixels(window.docks[0].view.grab().toImage())
    windows.end(window)
    built = pixels(windows(panel).docks[0].view.grab().toImage())
    different = (switched != built).mean()
    assert different < 0.001


@pytest.mark.parametrize("panel", FIRST)
def test_pictures_and_tables_leave_the_room(windows, panel, tmp_path):
    window = windows(panel)
    view = window.docks[0].view
    window.docks[0].experiment.seek(25)
    export.png(view.picture_of(), tmp_path / "stage.png")
    export.png(view, tmp_path / "panel.png")
    export.stage_svg(view, tmp_path / "stage.svg")
    export.csv(view, tmp_path / "plots.csv")
    stage, whole = QImage(str(tmp_path / "stage.png")), QImage(str(tmp_path / "panel.png"))
    assert (stage.width(), stage.height()) == (2 * view.picture_of().width(), 2 * view.picture_of().height())
    assert (whole.width(), whole.height()) == (2 * view.width(), 2 * view.height())
    assert colours(stage) > 50
    root = ET.parse(tmp_path / "stage.svg").getroot()
    assert root.tag.endswith("svg")
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) > 5
    assert "nan" not in (tmp_path / "stage.svg").read_text("utf-8").lower().split("base64")[0]
    table = list(csv.reader(io.StringIO((tmp_path / "plots.csv").read_text("utf-8"))))
    assert len(table) > 25
    assert {len(row) for row in table} == {len(table[0])}
    assert "step" in table[0]


@pytest.mark.parametrize("panel", FIRST)
def test_a_thumbnail_shows_the_panel(windows, panel):
    window = windows()
    window.entrance.draw_thumbnails()
    settle()
    image = window.entrance.start.cards[panel]._image
    assert image.width() / image.devicePixelRatio() == window.entrance.start.cards[panel].width() - 2
    assert colours(image) > 50
    assert window.docks == []


@pytest.mark.parametrize("panel", FIRST)
def test_a_view_that_fails_says_so_and_the_others_go_on(windows, panel, monkeypatch, caplog):
    window = windows(panel)
    window.open_panel(panel)
    window.actions_.arrange("side by side")
    settle()
    broken, fine = (dock.view for dock in window.docks)

    def fail(frame):
        raise ZeroDivisionError("the sky fell")

    monkeypatch.setattr(broken, "show_frame", fail)
    for view in (broken, fine):
        view.experiment.set_playing(True)
    for _ in range(5):
        window.player.tick(0.1)
    assert "the sky fell" in broken.banner.message
    assert not broken.experiment.playing
    assert not fine.banner.message
    assert fine.experiment.step == 15
    assert sum("failed to draw" in r.message for r in caplog.records) == 1
    caplog.clear()  # the logged traceback holds the view
    monkeypatch.undo()
    broken.experiment.step_by(1)
    assert not broken._broken
    fine.experiment.set_playing(False)
    window.player.tick(0.0)


@pytest.mark.parametrize("panel", FIRST)
def test_a_state_survives_its_file(windows, panel):
    """What a panel saves describes it completely: config, events, look and cursor."""
    window = windows(panel)
    window.docks[0].experiment.seek(20)
    text = files.to_json(window.desk.session())
    again = files.from_json(text, PANELS)
    assert files.to_json(again) == text


@pytest.mark.parametrize("panel", FIRST)
def test_every_preset_says_what_it_shows(panel):
    spec = PANELS[panel]
    assert len({p.id for p in spec.presets}) == len(spec.presets)
    for preset in spec.presets:
        assert preset.title
        assert preset.doc.endswith((".", "?", "!"))
