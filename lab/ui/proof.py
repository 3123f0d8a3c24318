"""A panel's proof: what the algorithm in focus was checked against, and how far it was from that, on this machine.

The panel only names what it has in focus and gives the button a place. The checks themselves come from whoever made
the window (a `Prover`): they run in the background, once for each algorithm, when the panel has stood still for a
moment, and never while anything plays.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial
from typing import Protocol, runtime_checkable

from PySide6.QtCore import QObject, QPoint, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy
from shiboken6 import isValid

from lab.core.proof import Proof, Prover, Subject
from lab.ui import fonts
from lab.ui.command_palette import Command
from lab.ui.icons import paint_icon
from lab.ui.jobs import Jobs
from lab.ui.panel import Panel
from lab.ui.proof_card import ProofCard, difference_text
from lab.ui.theme import theme

#: Milliseconds that a panel stands still before anything is checked: after the first paint, and between two presses.
REST = 1200
UNCHECKED, CHECKING, NOTHING = "not checked yet", "checking…", "no reference"
ASK_TIP = "What the algorithm in focus is checked against. It is checked when the panel rests; press to do it now."


class ProofButton(QAbstractButton):
    """One quiet line: a sign, the reference, the largest difference. The last go first where there is no room."""

    #: Something else is in focus, or the button came into sight: what it says may have to be found.
    asked = Signal()
    #: It says something else now.
    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        #: All of it, once it was asked for.
        self.card: ProofCard | None = None
        self._subjects: tuple[Subject, ...] = ()
        self._proofs: tuple[Proof, ...] = ()
        #: It asks for no room of its own; and what it says where there is less than for all of it.
        self._compact, self._brief = False, ""
        self._sign, self._role = "clock", "faint"
        fonts.use(self, fonts.CAPTION)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.show_problem("")
        self.hide()

    @property
    def subjects(self) -> tuple[Subject, ...]:
        """What is in focus: the algorithm, then what it works on."""
        return self._subjects

    @property
    def proofs(self) -> tuple[Proof, ...]:
        """What was found of it; empty before it was checked."""
        return self._proofs

    def show_subjects(self, subjects: tuple[Subject, ...]) -> None:
        """Name what is in focus; costs a comparison where that is the same as before."""
        if subjects != self._subjects:
            self._subjects = subjects
            self.show_problem("")
            self.asked.emit()

    def show_checking(self) -> None:
        """Say that the checks run."""
        self._say("clock", "faint", CHECKING, CHECKING)

    def show_problem(self, why: str) -> None:
        """Say that the checks could not be run, and why; or, without a reason, that they were not run yet."""
        self._proofs = ()
        if why:
            self._say("warning", "warn", "could not be checked", why)
        else:
            self._say("clock", "faint", UNCHECKED, ASK_TIP)

    def show_proofs(self, proofs: tuple[Proof, ...]) -> None:
        """Say what was found."""
        self._proofs = proofs
        if not proofs:
            return
        first, failed = proofs[0], next((p for p in proofs if p.failed), None)
        tip = "\n".join((*(_line(p) for p in proofs), "Checked on this machine; press for all of it"))
        if failed is not None:
            self._say("warning", "warn", f"{failed.title} fails its check", tip)
        elif first.against:
            words = f"{first.against} · {difference_text(first.largest)}"
            self._say("check-circle", "ok", words, tip, brief=first.against)
        else:
            self._say("info", "faint", NOTHING, tip)

    @property
    def words_width(self) -> int:
        """How wide it is with its words, in px."""
        return self.fontMetrics().horizontalAdvance(self.text()) + 26

    def set_compact(self, on: bool) -> None:
        """Ask for room for the sign alone: words are shown as far as they fit, and all of them in the tooltip."""
        if on != self._compact:
            self._compact = on
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(28 if self._compact else self.words_width, max(28, self.fontMetrics().height() + 4))

    def minimumSizeHint(self) -> QSize:
        return QSize(28, self.sizeHint().height())

    def _say(self, sign: str, role: str, words: str, tip: str, brief: str = "") -> None:
        self._sign, self._role, self._brief = sign, role, brief
        self.setToolTip(tip)
        self.setAccessibleName(f"Proof: {words}")
        self.setAccessibleDescription(tip)
        if words != self.text():
            self.setText(words)
            self.updateGeometry()
        self.update()
        if self.card is not None:
            self.card.renew(self._proofs, tip)
        self.changed.emit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not self._proofs:
            self.asked.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        t = theme()
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if self.hasFocus():
                painter.setPen(QPen(t.color("accent"), 1))
                painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
            paint_icon(painter, self._sign, QRectF(1.0, (self.height() - 15) / 2, 15, 15), t.color(self._role))
            over = self.underMouse() or self.hasFocus()
            painter.setPen(t.color("warn" if self._role == "warn" else "text" if over else "muted"))
            room = self.rect().adjusted(20, 0, -2, 0)
            words = self._words(room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, words)

    def _words(self, room: int) -> str:
        """What it says in so many px."""
        metrics = self.fontMetrics()
        if self._compact:
            return next((w for w in (self.text(), self._brief) if metrics.horizontalAdvance(w) <= room), "")
        return metrics.elidedText(self.text(), Qt.TextElideMode.ElideRight, room)


@runtime_checkable
class CanBeChecked(Protocol):
    """A panel that says what it has in focus: it calls ``proof.show_subjects(...)`` whenever it draws a frame."""

    #: Where its proof is shown.
    proof: ProofButton


class Proofs(QObject):
    """The proofs of a window: what was found is kept, what is asked for is found when nothing moves.

    Parameters
    ----------
    prover : callable or None
        Checks subjects, in a thread; without one no panel shows a proof.
    jobs : Jobs
        Where it runs.
    busy : callable
        Whether anything plays.
    """

    def __init__(self, prover: Prover | None, jobs: Jobs, busy: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._prover, self._jobs, self._busy = prover, jobs, busy
        self._known: dict[Subject, Proof] = {}
        self._buttons: weakref.WeakSet[ProofButton] = weakref.WeakSet()
        self._running = False
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST)
        self._rest.timeout.connect(self._on_rested)

    def watch(self, view: Panel) -> None:
        """Serve a panel from now on, if it says what it has in focus."""
        if self._prover is None or not isinstance(view, CanBeChecked):
            return
        button = view.proof
        self._buttons.add(button)
        button.asked.connect(self._on_asked)
        button.clicked.connect(partial(self._on_pressed, view, button))
        view.experiment.playing_changed.connect(self._on_playing_changed)
        view.more_menu.addAction("Show the proof…", button.click)
        button.show()
        self._on_asked()

    def commands(self, view: Panel) -> list[Command]:
        """What a panel's proof adds to the command palette."""
        if self._prover is None or not isinstance(view, CanBeChecked):
            return []
        return [Command("Show the proof: what this algorithm was checked against", "Trust", view.proof.click)]

    def check_now(self) -> None:
        """Check what is in sight, whatever goes on."""
        self._rest.stop()
        wanted = {s: None for button in self._in_sight() for s in button.subjects if s not in self._known}
        if wanted and self._prover is not None:
            self._running = True
            for button in self._in_sight():
                if not all(s in self._known for s in button.subjects):
                    button.show_checking()
            self._jobs.submit(
                (id(self), "proofs"), self._prover, tuple(wanted), done=self._on_proved, failed=self._on_failed
            )

    def close(self) -> None:
        """Stop: the window goes."""
        self._rest.stop()

    def _in_sight(self) -> list[ProofButton]:
        return [button for button in self._buttons if isValid(button) and button.isVisible()]

    def _on_asked(self) -> None:
        if self._show_known() and not self._busy():
            self._rest.start()

    def _show_known(self) -> bool:
        """Show what is known; True when something is not."""
        missing = False
        for button in self._in_sight():
            found = tuple(self._known[s] for s in button.subjects if s in self._known)
            if len(found) < len(button.subjects):
                missing = True
            elif found != button.proofs:
                button.show_proofs(found)
        return missing

    def _on_rested(self) -> None:
        if not self._busy():
            self.check_now()

    def _on_playing_changed(self, on: bool) -> None:
        if on:
            # A check in Python takes turns with the frames: it waits until nothing plays.
            self._rest.stop()
            if self._running:
                self._running = False
                self._jobs.cancel((id(self), "proofs"))
                for button in self._in_sight():
                    if not button.proofs:
                        button.show_problem("")
        elif not self._busy():
            self._on_asked()

    def _on_pressed(self, view: Panel, button: ProofButton) -> None:
        view.touched.emit()
        if not all(s in self._known for s in button.subjects):
            self.check_now()
        if button.card is None:
            button.card = ProofCard(view)
        button.card.show_proofs(button.proofs, button.toolTip())
        strip = button.parentWidget() or button
        at = QPoint(button.mapTo(view, QPoint(0, 0)).x(), strip.mapTo(view, QPoint(0, 0)).y() - 6)
        button.card.float_at(at, button.card.list, above=True)

    def _on_proved(self, proofs: tuple[Proof, ...]) -> None:
        self._running = False
        self._known.update({proof.subject: proof for proof in proofs})
        # Meanwhile something else may have come into focus.
        self._on_asked()

    def _on_failed(self, why: str) -> None:
        self._running = False
        for button in self._in_sight():
            if not button.proofs:
                button.show_problem(why)


def _line(proof: Proof) -> str:
    """One subject in a line of words."""
    if not proof.findings:
        return f"{proof.title}: the self test knows no reference for it"
    if proof.failed:
        worst = proof.failed[0]
        return f"{proof.title} FAILS: {worst.what}, {difference_text(worst.error)} against {worst.reference}"
    against = proof.against if proof.against != "differences" else "numerical differences, and the literature"
    count = len(proof.findings)
    words = f"{count} comparison{'s' if count > 1 else ''}"
    return f"{proof.title}: {words} with {against}, largest difference {difference_text(proof.largest)}"
