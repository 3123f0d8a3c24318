"""All that was found of what is in focus, as a card: each comparison, how far apart it was, and how far it may be."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QVBoxLayout, QWidget

from lab.core.proof import Finding, Proof
from lab.ui import icons
from lab.ui.floating import FloatingCard
from lab.ui.theme import manager
from lab.ui.widgets import HLine, Text, number_text, row, value_text
from lab.ui.widgets.layout import fill
from lab.ui.widgets.scroller import Scroller

WIDTH = 560
#: Taller than this the list of comparisons scrolls.
TALLEST = 420
PROMISE = "Computed now, on this machine, by the checks of “visual-lab selftest”; double precision."
NOTHING = "The self test knows no reference for it."


def difference_text(value: float) -> str:
    """A largest difference: 1.4·10⁻¹⁴, or "exact" where not a bit differs."""
    return "exact" if value == 0 else number_text(value, small=1e-2)


class _Sign(Text):
    """Fine or not, by shape and colour."""

    def __init__(self, passed: bool) -> None:
        super().__init__()
        self._passed = passed
        self.setAccessibleName("within the tolerance" if passed else "larger than allowed")
        manager().changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        name, role = ("check", "ok") if self._passed else ("warning", "warn")
        self.setPixmap(icons.pixmap(name, 14, role, self.devicePixelRatioF()))


class _Scroll(Scroller):
    """Asks for the room that its contents need, up to a limit."""

    def sizeHint(self) -> QSize:
        inside = self.widget()
        assert inside is not None
        tall = inside.heightForWidth(self.width()) if inside.hasHeightForWidth() else inside.sizeHint().height()
        return QSize(200, min(tall + 2, TALLEST))


class ProofCard(FloatingCard):
    """A group for each subject: what was compared, the largest difference seen, the largest allowed."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "What this was checked against", WIDTH)
        #: What scrolls; it takes the keyboard.
        self.list = self._scroll = _Scroll("Comparisons")
        self._scroll.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._scroll.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.promise = Text(PROMISE, "caption", role="faint", wrap=True)
        self.box.addWidget(self._scroll)
        self.box.addWidget(self.promise)
        self._shown: tuple[Proof, ...] | None = None

    def show_proofs(self, proofs: tuple[Proof, ...], otherwise: str) -> None:
        """Show what was found; before anything was, the line `otherwise`."""
        if proofs == self._shown and proofs:
            return
        self._shown = proofs
        inside = QWidget()
        column = QVBoxLayout(inside)
        fill(column, (), (0, 0, 10, 0), 8)
        for i, proof in enumerate(proofs):
            if i:
                column.addWidget(HLine())
            column.addLayout(_group(proof))
        if not proofs:
            column.addWidget(Text(otherwise, "body", role="muted", wrap=True))
        self._scroll.hold(inside)
        self._scroll.updateGeometry()

    def renew(self, proofs: tuple[Proof, ...], words: str) -> None:
        """Fill in what has arrived while the card is open."""
        if self.isVisible():
            foot = self.geometry().bottomLeft() + QPoint(0, 1)
            self.show_proofs(proofs, words)
            self.settle(foot, above=True)


def _group(proof: Proof) -> QGridLayout:
    """The comparisons of one subject under its name."""
    grid = QGridLayout()
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setHorizontalSpacing(10)
    grid.setVerticalSpacing(4)
    grid.setColumnStretch(1, 1)
    references = {finding.reference for finding in proof.findings}
    common = references.pop() if len(references) == 1 else ""
    head = row(Text(proof.title, "strong"), Text(common, "body", role="muted"), None)
    grid.addLayout(head, 0, 0, 1, 2)
    if not proof.findings:
        grid.addWidget(Text(NOTHING, "body", role="muted", wrap=True), 1, 0, 1, 4)
        return grid
    right = Qt.AlignmentFlag.AlignRight
    grid.addWidget(Text("largest difference", "caption", align=right), 0, 2)
    grid.addWidget(Text("allowed", "caption", align=right), 0, 3)
    for i, finding in enumerate(proof.findings, 1):
        found = Text(difference_text(finding.error), "medium", role=None if finding.passed else "warn", align=right)
        grid.addWidget(_Sign(finding.passed), i, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(Text(_words(proof, finding, common), "body", role="muted", wrap=True), i, 1)
        grid.addWidget(found, i, 2, Qt.AlignmentFlag.AlignTop)
        allowed = Text("none" if finding.tolerance == 0 else value_text(finding.tolerance), "caption")
        allowed.setAlignment(right | Qt.AlignmentFlag.AlignVCenter)
        grid.addWidget(allowed, i, 3, Qt.AlignmentFlag.AlignTop)
    return grid


def _words(proof: Proof, finding: Finding, common: str) -> str:
    """What was compared with what, unless all of them with the `common` one; a variant of the rule by its name."""
    variant = finding.subject.removeprefix(proof.subject.id).strip("_").replace("_", " ")
    with_variant = f"with {variant}: " if variant and finding.subject != proof.subject.id else ""
    return f"{with_variant}{finding.what}" + (f"; {finding.reference}" if finding.reference != common else "")
