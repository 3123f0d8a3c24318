"""Copy as Python: from the menu and the palette to the clipboard and to a file; refusals in one line."""

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from shell_fixtures import settle

from lab.engine.landscapes.linear_regression import LinearRegression
from lab.ui.scripts import CanCopyCode

FORMS = [
    "NumPy, racer in focus", "NumPy, all racers", "PyTorch, racer in focus", "PyTorch, all racers",
    "Exact, with lab as a library",
]  # fmt: skip


def entries(menu):
    menu.aboutToShow.emit()
    return {action.text(): action for action in menu.actions()}


@pytest.fixture
def menus(race):
    return race.view.abilities._copies, race.view.abilities._saves


def test_the_menu_and_the_palette_offer_every_form(race, menus):
    assert isinstance(race.view, CanCopyCode)
    assert list(entries(menus[0])) == FORMS
    assert list(entries(menus[1])) == [f"{form}…" for form in FORMS]
    titles = {c.title for c in race.actions_.commands()}
    assert {f"Copy as Python: {form}" for form in FORMS} <= titles


def test_a_copied_script_goes_to_the_step_under_the_cursor(race, menus):
    race.experiment.seek(17)
    entries(menus[0])["NumPy, racer in focus"].trigger()
    text = QGuiApplication.clipboard().text()
    assert "STEPS = 17" in text
    assert "class Adam" in text
    assert "class SGD" not in text
    entries(menus[0])["Exact, with lab as a library"].trigger()
    assert "timeline.seek(17)" in QGuiApplication.clipboard().text()


def test_at_the_start_it_goes_to_the_end_of_the_timeline(race, menus):
    entries(menus[0])["PyTorch, racer in focus"].trigger()
    assert "STEPS = 240" in QGuiApplication.clipboard().text()
    assert "torch.optim.Adam([theta], lr=lr" in QGuiApplication.clipboard().text()


def test_what_can_not_be_written_leaves_the_clipboard_and_says_why(race, menus):
    QGuiApplication.clipboard().setText("mine")
    entries(menus[0])["NumPy, all racers"].trigger()
    assert QGuiApplication.clipboard().text() == "mine"
    assert race.view.banner.message.startswith("NumPy: L-BFGS can't be written out in a short script")
    race.view.choose_landscape(LinearRegression)
    settle()
    entries(menus[0])["NumPy, racer in focus"].trigger()
    assert "Linear regression" in race.view.banner.message


def test_a_script_can_be_saved(race, menus, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "mine"), ""))
    entries(menus[1])["NumPy, racer in focus…"].trigger()
    text = (tmp_path / "mine.py").read_text(encoding="utf-8")
    assert text.startswith('"""Optimizer race on Himmelblau, 240 steps.')
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "no" / "mine.py"), ""))
    entries(menus[1])["NumPy, racer in focus…"].trigger()
    assert "could not be saved" in race.view.banner.message
