"""The proof of what is in focus: found when nothing moves, by the self test's own checks, and said plainly."""

import dataclasses
import math

import pytest
from PySide6.QtCore import Qt
from shell_fixtures import key, settle

from lab.app import prove
from lab.core.proof import Finding, Proof, Subject
from lab.core.ticket import Cancelled, Ticket
from lab.engine.landscapes import LANDSCAPES
from lab.engine.landscapes.formula import Formula
from lab.engine.landscapes.rosenbrock import Rosenbrock
from lab.engine.optimizers import OPTIMIZERS, StepResult
from lab.engine.optimizers.adam import Adam
from lab.engine.optimizers.newton import Newton
from lab.panels import PANELS
from lab.sims.race import Entrant
from lab.ui.proof import ProofButton
from lab.ui.settings import Settings
from lab.ui.window import MainWindow

FINE = Finding("adam", "one step", 2e-16, 1e-12, "torch 2.13.0+cpu")


class Asked:
    """A prover that remembers what it was asked, and answers with the same finding for all."""

    def __init__(self, finding=FINE):
        self.finding = finding
        self.of = []

    def __call__(self, ticket, subjects):
        self.of.append(tuple(s.id for s in subjects))
        return tuple(Proof(s, s.id.capitalize(), "torch 2.13", (self.finding,)) for s in subjects)


@pytest.fixture
def proved(windows):
    """A maker of windows with one race and a prover."""

    def make(prover, size=(1280, 800), preset=None):
        window = MainWindow(PANELS, Settings(windows.home), inline_jobs=True, prover=prover)
        window.resize(*size)
        windows.open.append(window)
        window.open_panel("race", preset=preset)
        window.show()
        settle()
        window.view = window.docks[0].view
        window.experiment = window.docks[0].experiment
        return window

    return make


def rest(window):
    """Let the moment pass in which nothing moves."""
    assert window.proofs._rest.isActive()
    window.proofs._rest.stop()
    window.proofs._rest.timeout.emit()
    settle()


def test_nothing_is_checked_before_the_panel_has_rested(proved):
    asked = Asked()
    window = proved(asked)
    assert asked.of == []
    assert window.view.proof.text() == "not checked yet"
    rest(window)
    assert asked.of == [("adam", "himmelblau")]
    assert window.view.proof.text() == "torch 2.13 · 2.0·10⁻¹⁶"
    assert not window.proofs._rest.isActive()


def test_each_algorithm_is_checked_once(proved):
    asked = Asked()
    window = proved(asked)
    rest(window)
    lane = next(r.id for r in window.view.config.racers if type(r.optimizer).__name__ == "SGD")
    adam = window.view._focus().lane
    window.view.set_look(focus_lane=lane)
    assert window.view.proof.text() == "not checked yet"
    rest(window)
    assert asked.of[1:] == [("sgd",)]
    window.view.set_look(focus_lane=adam)
    assert "2.0·10⁻¹⁶" in window.view.proof.text()
    window.experiment.set_live("learning_rate", 0.05, adam, "Slower")
    window.experiment.seek(9)
    assert not window.proofs._rest.isActive()
    assert len(asked.of) == 2


def test_nothing_is_checked_while_anything_plays(proved):
    asked = Asked()
    window = proved(asked)
    window.experiment.set_playing(True)
    assert not window.proofs._rest.isActive()
    window.player.tick(0.1)
    settle()
    assert asked.of == []
    window.experiment.set_playing(False)
    rest(window)
    assert len(asked.of) == 1


def test_a_hidden_panel_is_not_checked(proved):
    asked = Asked()
    window = proved(asked)
    window.show_start()
    window.proofs.check_now()
    settle()
    assert asked.of == []
    window.entrance.show_panels()
    rest(window)
    assert len(asked.of) == 1


def test_without_a_prover_no_proof_is_shown(race):
    assert race.view.proof.isHidden()
    assert not [c for c in race.actions_.commands() if c.group == "Trust"]


@pytest.mark.parametrize("error", [3e-3, math.nan])
def test_a_check_that_fails_is_said_plainly(proved, error):
    window = proved(Asked(dataclasses.replace(FINE, error=error)))
    window.view.proof.click()
    settle()
    assert window.view.proof.text() == "Adam fails its check"
    assert window.view.proof._sign == "warning"
    assert "one step" in window.view.proof.toolTip()
    assert not window.view.proof.card.isHidden()


def test_checks_that_break_off_are_said_plainly(proved):
    def broken(ticket, subjects):
        raise OSError("no such file: torch_optim.npz")

    window = proved(broken)
    rest(window)
    assert window.view.proof.text() == "could not be checked"
    assert "torch_optim.npz" in window.view.proof.toolTip()


def test_the_card_opens_by_palette_fills_in_and_leaves_by_escape(proved):
    window = proved(prove)
    command = next(c for c in window.actions_.commands() if c.group == "Trust")
    command.run()
    settle()
    card = window.view.proof.card
    assert card.isVisible()
    assert window.rect().contains(card.geometry())
    words = [label.text() for label in card.findChildren(type(card.title))]
    assert any("1,000 stored states" in w for w in words)
    assert any("Hessian" in w for w in words)
    assert "torch 2.13.0+cpu" in words
    key(card.list, Qt.Key.Key_Escape)
    assert card.isHidden()


def test_the_words_never_cost_the_rule_its_numbers(proved):
    """With them the formula shows as much as without; else the sign stands alone."""
    window = proved(prove, (1280, 800))
    racers = tuple(Entrant(i, e.item()) for i, e in enumerate(OPTIMIZERS))
    window.experiment.set_config(dataclasses.replace(window.view.config, racers=racers), "All")
    window.experiment.seek(5)
    strip, alone = window.view.equation, []
    for width in (636, 1280, 1600):
        window.resize(width if width > 820 else 820, 800)
        window.docks[0].setFloating(width == 636)
        if width == 636:
            window.docks[0].resize(636, 700)
        for lane in range(len(racers)):
            window.view.set_look(focus_lane=lane)
            window.proofs.check_now()
            settle()
            strip.grab()
            settle()
            shown, stacked = strip.formula._shown, strip.formula._stacked
            proof = window.view.proof
            gain = proof.words_width - proof.width() if proof._compact else 0
            if not proof._compact:
                names = max(strip._names.sizeHint().width(), 28)
                free = strip.formula.width() + max(proof.words_width - names, 0)
                assert strip.formula._plan(free)[1:] == (shown, stacked)
            assert proof.width() >= 28
            assert proof.geometry().right() < strip.formula.geometry().left()
            assert strip.formula.geometry().right() < strip.width()
            alone.append(gain > 0)
    assert any(alone)
    assert not all(alone)


# -- the checks themselves -------------------------------------------------------------------------------------------


def subject(kind, item):
    family = {"optimizers": OPTIMIZERS, "landscapes": LANDSCAPES}[kind]
    variant = item if kind == "landscapes" else getattr(item, "convention", None)
    return Subject(kind, family.id_of(type(item)), variant)


@pytest.mark.parametrize("id", OPTIMIZERS.ids())
def test_every_rule_has_checks_and_passes_them(id):
    (proof,) = prove(Ticket(), (subject("optimizers", OPTIMIZERS[id]()),))
    assert proof.against
    assert proof.findings
    assert not proof.failed


def test_a_convention_is_checked_against_its_own_library():
    torch, keras = prove(Ticket(), tuple(subject("optimizers", Adam(convention=c)) for c in ("torch", "keras")))
    assert torch.against.startswith("torch")
    assert keras.against.startswith("keras")
    assert {f.reference.split()[0] for f in keras.findings} == {"keras"}


def test_a_landscape_is_checked_as_it_stands():
    """Kinks and holes that a typed formula declares to nobody are not held against its derivatives."""
    odd, bare = prove(
        Ticket(), tuple(subject("landscapes", Formula(text)) for text in ("abs(x) + log(y)", "abs(x*y) / (x - y)"))
    )
    for proof in (odd, bare):
        assert not proof.failed
        assert any("Hessian" in f.what for f in proof.findings)
    usual, other = prove(Ticket(), tuple(subject("landscapes", r) for r in (Rosenbrock(), Rosenbrock(b=7.0))))
    assert any("loss at (-1.2, 1.0)" in f.what for f in usual.findings)
    assert not any("loss at (-1.2, 1.0)" in f.what for f in other.findings)


def test_a_wrong_rule_and_a_wrong_gradient_are_found(monkeypatch):
    """The checks that a panel shows are real: what is broken fails them."""
    right = Newton.step

    def halved(self, theta, *rest):
        result = right(self, theta, *rest)
        return StepResult(theta + 0.5 * (result.theta - theta), result.state, result.parts)

    monkeypatch.setattr(Newton, "step", halved)
    gradient = Rosenbrock.gradient
    monkeypatch.setattr(Rosenbrock, "gradient", lambda self, theta: gradient(self, theta) * (1 + 1e-7))
    rule, landscape = prove(Ticket(), (subject("optimizers", Newton()), subject("landscapes", Rosenbrock())))
    assert rule.failed
    assert {f.what for f in landscape.failed} >= {"gradient at 64 points", "Hessian at 64 points"}


def test_what_nobody_wants_any_more_is_not_checked():
    ticket = Ticket()
    ticket.cancel()
    with pytest.raises(Cancelled):
        prove(ticket, (subject("optimizers", Adam()),))


def test_a_hand_drawn_schedule_has_no_reference():
    (proof,) = prove(Ticket(), (Subject("schedules", "drawn"),))
    assert (proof.against, proof.findings) == ("", ())
    assert math.isnan(proof.largest)
    assert not proof.failed


def test_the_button_shows_its_sign_alone_where_it_is_told_to(nothing_left_behind):
    button = ProofButton()
    button.show_proofs((Proof(Subject("optimizers", "adam"), "Adam", "torch 2.13", (FINE,)),))
    assert button.sizeHint().width() == button.words_width > 100
    button.resize(button.sizeHint())
    wide = button.grab().toImage()
    button.set_compact(True)
    assert button.sizeHint().width() == 28
    # Words are shown as far as they fit: all of them, the reference, none.
    assert button.grab().toImage() == wide
    room = button.fontMetrics().horizontalAdvance
    assert button._words(room("torch 2.13 · 2.0·10⁻¹⁶") - 1) == "torch 2.13"
    assert button._words(room("torch 2.13") - 1) == ""
    button.resize(28, button.height())
    assert button.grab().toImage() != wide
    assert "torch 2.13 · 2.0·10⁻¹⁶" in button.accessibleName()
    button.deleteLater()
