"""Copy as Python: the experiment as a script. The shell writes the exact one; a panel adds those without the lab."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from lab.core.scripts import library_script
from lab.ui.experiment import Experiment


@dataclass(frozen=True, slots=True)
class CodeForm:
    """One kind of script.

    Attributes
    ----------
    title : str
        As the menu lists it: "NumPy, racer in focus".
    write : callable
        Gives the whole script; raises a `LabError` that says in one line why there is none.
    """

    title: str
    write: Callable[[], str]


@runtime_checkable
class CanCopyCode(Protocol):
    """A panel whose experiments can be written without the lab; every other one still has the exact script."""

    def code_forms(self) -> tuple[CodeForm, ...]:
        """The kinds of script there are now."""
        ...


def steps_of(experiment: Experiment) -> int:
    """How far a script goes: to where the cursor stands, or from the start to the end of the timeline."""
    return experiment.step or experiment.horizon


def exact(experiment: Experiment) -> CodeForm:
    """The script that uses the lab as a library, for every experiment of every panel."""
    return CodeForm(
        "Exact, with lab as a library",
        lambda: library_script(experiment.spec.simulation, experiment.run, steps_of(experiment)),
    )
