"""The 3-D view's switch, what it says where nothing can be drawn, and what the hand does through it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QOpenGLContext

from lab.core import session as files
from lab.panels import PANELS
from lab.panels.race.stages import NOT_INSTALLED


class NoContext(QOpenGLContext):
    """What the offscreen platform has without an X server: nothing."""

    def create(self) -> bool:
        return False


@pytest.fixture
def without_opengl(monkeypatch: pytest.MonkeyPatch) -> None:
    # On a desktop the offscreen platform borrows OpenGL from the X server: not here.
    monkeypatch.setattr("lab.panels.race.surface_gl.QOpenGLContext", NoContext)


def line_of(race: Any) -> str:
    shown = race.view.stages.absence
    assert "\n" not in shown
    return str(shown)


def test_without_opengl_it_says_so_in_one_line_and_the_race_goes_on(race: Any, without_opengl: None) -> None:
    race.view.buttons.surface.click()
    assert race.experiment.view_state.surface
    assert line_of(race).startswith("No OpenGL here: ")
    assert line_of(race).endswith("; the rest works.")
    assert race.view.stages._note.isVisible()
    assert race.view.stages.view is None
    # The line stands below the stage, which keeps nearly all of its place.
    assert race.view.stage.height() > 0.8 * race.view.stages.height()
    assert race.view.banner.message == ""
    race.experiment.seek(30)
    race.view.grab()
    assert race.experiment.frame().step == 30
    assert race.view.banner.message == ""
    race.view.buttons.surface.click()
    assert line_of(race) == ""
    assert not race.view.stages._note.isVisible()


def test_without_pyopengl_it_says_what_to_install(race: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "OpenGL", None)
    race.view.set_look(surface=True)
    assert line_of(race) == NOT_INSTALLED
    assert "pip install PyOpenGL" in NOT_INSTALLED
    race.experiment.seek(10)
    race.view.grab()
    assert race.view.banner.message == ""


def test_a_curve_has_no_surface_and_the_switch_says_why(race: Any, without_opengl: None) -> None:
    race.view.set_look(surface=True)
    race.view.choose_preset("parabola")
    assert not race.view.buttons.surface.isEnabled()
    assert "one weight" in race.view.buttons.surface.toolTip()
    assert not race.view.stages.on
    assert not race.view.stages._card.isVisible()
    assert not [c for c in race.view.commands() if "3-D" in c.title]
    # Back on a landscape of two weights it is there again.
    race.view.choose_preset("himmelblau")
    assert race.view.stages.on
    assert race.view.buttons.surface.isChecked()


def test_the_palette_shows_and_hides_it(race: Any, without_opengl: None) -> None:
    for wanted in (True, False):
        (command,) = [c for c in race.view.commands() if "3-D" in c.title]
        command.run()
        assert race.experiment.view_state.surface is wanted


def test_the_session_keeps_the_view_and_where_it_is_seen_from(race: Any, without_opengl: None) -> None:
    race.view.set_look(surface=True, camera=(10.0, 50.0, 2.0))
    text = files.to_json(files.Session((race.experiment.state(),)))
    state = files.from_json(text, PANELS).panels[0]
    assert state.view.surface
    assert state.view.camera == (10.0, 50.0, 2.0)


def test_a_start_from_the_other_view_is_one_entry_of_undo(race: Any) -> None:
    hands, experiment = race.view.hands, race.experiment
    before = int(experiment.frame().present.sum())
    hands.drop((1.2345678901234, -2.5))
    assert experiment.frame().starts[-1].tolist() == [1.2345678901234, -2.5]
    assert experiment.playing
    experiment.set_playing(False)
    experiment.undo()
    assert int(experiment.frame().present.sum()) == before


def test_the_second_of_two_presses_takes_the_start_back_and_nothing_else(race: Any) -> None:
    hands, experiment = race.view.hands, race.experiment
    before = experiment.run
    hands.drop((1.0, 1.0))
    hands.take_back()
    assert experiment.run == before
    hands.remove(0)
    after = experiment.run
    hands.take_back()
    assert experiment.run == after


def test_nothing_of_opengl_is_loaded_before_it_is_asked_for(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from lab.app import make_app; from lab.panels import PANELS;"
        "from lab.ui.settings import Settings; from lab.ui.window import MainWindow; app = make_app('dark');"
        f"window = MainWindow(PANELS, Settings(Path({str(tmp_path)!r}))); window.open_panel('race'); window.show();"
        "app.processEvents(); print(sorted(m for m in sys.modules if m.split('.')[0] == 'OpenGL'));"
        "window.close(); window.deleteLater(); app.processEvents()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.strip() == "[]", done.stderr
