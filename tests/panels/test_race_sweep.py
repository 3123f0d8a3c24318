"""Sweep: any one parameter of the racer in focus over a range, a racer for each value."""

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu
from shell_fixtures import click, key, settle

from lab.core import params
from lab.core.run import SetParam
from lab.engine.optimizers import OPTIMIZERS
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.lbfgs import LBFGS
from lab.engine.optimizers.sgd import SGD
from lab.panels.race.looks import looks
from lab.sims.race import Entrant, RaceConfig
from lab.ui.colors import between
from lab.ui.theme import load_theme, ramp_role, theme

RATES = (0.01, 0.03, 0.1, 0.3)


@pytest.fixture
def card(race):
    race.view.abilities.open_sweep("learning_rate")
    return race.view.abilities.sweep_card


def test_a_sweep_makes_a_racer_for_each_value_and_undoes_as_one(race):
    before = race.experiment.run
    race.experiment.seek(7)
    assert race.view.sweep("learning_rate", RATES, True)
    racers = race.experiment.run.config.racers
    assert [r.optimizer.learning_rate for r in racers] == list(RATES)
    assert {type(r.optimizer) for r in racers} == {Adam}
    assert not {r.id for r in racers} & {r.id for r in before.config.racers}
    assert race.experiment.step == 7
    race.experiment.undo()
    assert race.experiment.run == before


def test_a_sweep_can_be_added_to_the_racers(race):
    before = race.experiment.run.config.racers
    assert race.view.sweep("learning_rate", RATES, False)
    racers = race.experiment.run.config.racers
    assert racers[: len(before)] == before
    assert len(racers) == len(before) + len(RATES)


def test_it_starts_from_what_now_holds_and_leaves_old_events_behind(race):
    adam = next(r.id for r in race.experiment.run.config.racers if type(r.optimizer) is Adam)
    race.experiment.do(SetParam("beta1", 0.5, adam), "Change")
    race.view.sweep("learning_rate", RATES, True)
    assert {r.optimizer.beta1 for r in race.experiment.run.config.racers} == {0.5}
    assert not list(race.experiment.run.events())


def test_racers_of_a_sweep_are_named_by_value_and_read_from_small_to_large():
    made = looks([Entrant(i, Adam(learning_rate=rate)) for i, rate in enumerate((0.1, 0.01, 0.3))])
    assert [look.title for look in made] == ["η 0.100", "η 0.010", "η 0.300"]
    assert [look.color_role for look in made] == [ramp_role(0.5), ramp_role(0.0), ramp_role(1.0)]
    assert len({look.symbol for look in made}) == 3


def test_a_sweep_beside_others_keeps_its_rule_in_the_name():
    made = looks([Entrant(0, SGD()), *(Entrant(i + 1, LBFGS(history=i + 1)) for i in range(3))])
    assert [look.title for look in made] == ["SGD", "L-BFGS · m 1", "L-BFGS · m 2", "L-BFGS · m 3"]
    assert len({look.symbol for look in made}) == 4
    assert (made[0].symbol, made[0].color_role) == ("o", "sky")


def test_twelve_values_beside_five_others_all_have_marks_of_their_own():
    usual = [r for r in RaceConfig().racers if type(r.optimizer) is not Adam]
    made = looks([*usual, *(Entrant(10 + i, Adam(learning_rate=0.01 * (i + 1))) for i in range(12))])
    assert [look.symbol for look in made[:5]] == [look.symbol for look in looks(usual)]
    assert len({look.symbol for look in made}) == 17


def test_racers_that_differ_in_more_than_one_parameter_are_numbered():
    made = looks([Entrant(0, Adam()), Entrant(1, Adam(learning_rate=0.5, beta1=0.1))])
    assert [look.title for look in made] == ["Adam", "Adam · 2"]


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_ramp_gets_lighter_in_even_steps_of_its_own(name):
    colors = [QColor(load_theme(name).hex(ramp_role(i / 11))) for i in range(12)]
    light = [0.2126 * c.redF() ** 2.2 + 0.7152 * c.greenF() ** 2.2 + 0.0722 * c.blueF() ** 2.2 for c in colors]
    assert light == sorted(light)
    assert len({c.name() for c in colors}) == 12


def test_a_ramp_between_one_grey_and_itself_is_that_grey():
    assert QColor(between(("#808080", "#808080"), 0.3, (0.5998, 0.5998))).name() == "#808080"


def test_the_card_suggests_a_range_and_does_it(race, card):
    assert card.isVisible()
    assert float(card.lo.text()) < 0.11 < float(card.hi.text())
    card.lo.setText("1e-3")
    card.hi.setText("1")
    card.count.setText("4")
    card.count.setFocus()
    key(card.count, Qt.Key.Key_Return)
    assert not card.isVisible()
    assert [r.optimizer.learning_rate for r in race.experiment.run.config.racers] == [0.001, 0.01, 0.1, 1.0]


@pytest.mark.parametrize(
    ("box", "text", "said"),
    [
        ("lo", "2", "to: 1 is not above 2"),
        ("lo", "-1", "from: -1 is not above 0"),
        ("hi", "soon", "to: “soon” is not a number"),
        ("count", "40", "how many: 40 is not between 2 and 12"),
    ],
)
def test_the_card_says_in_one_line_why_not(race, card, box, text, said):
    before = race.experiment.run
    card.hi.setText("1")
    getattr(card, box).setText(text)
    card.accept()
    assert card.isVisible()
    assert card.message.text().startswith(said)
    assert not card.go.isEnabled()
    assert race.experiment.run is before


def test_escape_and_a_press_elsewhere_leave_the_card(race, card):
    key(card.lo, Qt.Key.Key_Escape)
    assert not card.isVisible()
    race.view.abilities.open_sweep("beta1")
    assert card.isVisible()
    click(race.view.leaderboard, (40, 30))
    assert not card.isVisible()


def test_choices_have_no_range(race, card):
    card.parameter.setCurrentIndex(card.parameter.count() - 1)
    card.parameter.activated.emit(card.parameter.currentIndex())
    assert card.parameter.value == "convention"
    assert not card.lo.isVisible()
    card.go.click()
    assert [r.optimizer.convention for r in race.experiment.run.config.racers] == ["torch", "keras"]


def test_every_parameter_of_the_racer_in_focus_is_in_the_palette_and_in_the_menu(race):
    wanted = {"Sweep learning rate of Adam…", "Sweep momentum of Adam…", "Sweep weight decay of Adam…"}
    assert wanted <= {c.title for c in race.actions_.commands()}
    menu = race.view.focus_card.sweeps.menu()
    menu.aboutToShow.emit()
    assert len(menu.actions()) == len(params.declared(Adam))


def test_a_right_press_on_a_parameter_offers_its_sweep(race):

    race.view.abilities.offer_sweep("beta1", QPoint(10, 10))
    menu = next(m for m in race.view.findChildren(QMenu) if m.isVisible())
    assert [a.text() for a in menu.actions()] == ["Sweep momentum…"]
    menu.actions()[0].trigger()
    menu.close()
    settle()
    assert race.view.abilities.sweep_card.parameter.value == "beta1"


def test_every_optimizer_has_a_mark_of_its_own_and_twelve_racers_twelve_colours():
    every = [Entrant(i, entry.item()) for i, entry in enumerate(OPTIMIZERS)]
    alone = [looks([entrant])[0] for entrant in every]
    together = looks(every)
    assert len({look.symbol for look in alone}) == len(every)
    # A rule is known by the same shape whoever else is in the race, and the cross means that somebody diverged.
    assert [look.symbol for look in together] == [look.symbol for look in alone]
    assert "x" not in {look.symbol for look in together}
    assert len({(look.color_role, look.symbol) for look in together}) == len(every)
    for first in range(len(every) - 11):
        assert len({look.color_role for look in looks(every[first : first + 12])}) == 12
    wanted = {e.id: (look.color_role, look.symbol) for e, look in zip(OPTIMIZERS, alone, strict=True)}
    assert wanted["lbfgs"] == ("ink", "h")
    assert wanted["sgd"] == ("sky", "o")
    assert wanted["adam"] == ("purple", "star")


def test_lines_are_told_apart_where_there_are_more_racers_than_colours():
    every = [Entrant(i, entry.item()) for i, entry in enumerate(OPTIMIZERS)]
    for racers in (every[:24], every[::-1][:24], [Entrant(i, Adam(learning_rate=0.01 * (i + 1))) for i in range(16)]):
        found = looks(racers)
        assert len({(look.color_role, look.double) for look in found}) == len(racers)
        assert sum(look.double for look in found) == len(racers) - 12
    assert not any(look.double for look in looks(every[:12]))


def test_a_double_line_is_double_on_the_stage_in_the_plot_and_on_the_leaderboard(race):
    for entry in OPTIMIZERS:
        if len(race.view.config.racers) < 14:
            race.view.add_optimizer(entry.id)
    race.experiment.seek(30)
    settle()
    race.view.refresh()
    of = {look.lane: look for look in race.view._looks}
    assert sum(look.double for look in of.values()) == 2
    strokes, starts = race.view.stage.trails._strokes, len(race.view.frame.starts)
    for look, stroke in zip(of.values(), strokes[::starts], strict=True):
        assert (stroke.core is not None) == look.double
    lines = race.view.plot_card.plot._lines
    for lane_id, series in lines.series.items():
        pens = list(lines._pens(series, past=True))
        assert len(pens) == 1 + of[int(lane_id)].double
        assert pens[-1].color() == (theme().color("surface") if len(pens) == 2 else theme().color(series.color))
    board, lane = race.view.leaderboard, next(look.lane for look in of.values() if look.double)
    # The leaderboard scrolls to the racer in focus.
    race.view.set_look(focus_lane=lane)
    settle()
    pictures = []
    for double in (True, False):
        board._rows = tuple(
            dataclasses.replace(r, look=dataclasses.replace(r.look, double=double)) if r.look.lane == lane else r
            for r in board._rows
        )
        pictures.append(board.grab().toImage())
    assert pictures[0] != pictures[1]


def test_a_second_racer_of_a_rule_takes_no_other_rules_mark():
    every = [Entrant(i, entry.item()) for i, entry in enumerate(OPTIMIZERS)]
    own = {look.symbol for look in looks(every)}
    first, second = looks([Entrant(0, Adam()), Entrant(1, Adam(learning_rate=0.5, beta1=0.1))])
    assert (first.color_role, first.symbol) == ("purple", "star")
    assert second.symbol not in own
    assert second.color_role != first.color_role


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_colours_of_racers_are_far_apart(name):
    t = load_theme(name)
    colors = np.array([QColor(c).getRgbF()[:3] for c in (*t.categorical.values(), *t.more.values())])
    linear = np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
    xyz = linear @ np.array([[0.4124, 0.2126, 0.0193], [0.3576, 0.7152, 0.1192], [0.1805, 0.0722, 0.9505]])
    f = np.cbrt(xyz / (0.95047, 1.0, 1.08883))
    lab = np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
    away = np.linalg.norm(lab[:, None] - lab[None], axis=-1)[np.triu_indices(len(lab), 1)]
    # As far as the design's own seven are from each other for the eyes that tell them apart worst (CIE76).
    assert away.min() > 20
